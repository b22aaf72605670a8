//! Scoring with an ONNX file through tract.

use std::{io::Cursor, sync::Arc};

use tract_onnx::prelude::*;

use crate::{
    Error, ModelCard,
    onnx::{Limits, Metadata, check},
    residual::Scored,
};

/// A loaded model. Scoring takes `&self`, so one scorer serves every asset of a type.
#[derive(Clone, Debug)]
pub struct Scorer {
    metadata: Metadata,
    plan: Arc<TypedRunnableModel>,
}

impl Scorer {
    /// Loads a model from the bytes of a file. Nothing else is ever read: a model that points outside itself is refused.
    ///
    /// # Errors
    /// [`Error::Model`] when the file is not one that may be run (see [`check`]), [`Error::Run`] when tract cannot
    /// prepare it.
    pub fn load(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let checked = check(bytes, limits)?;
        let plan = tract_onnx::onnx()
            .model_for_read(&mut Cursor::new(&checked.bytes))
            .and_then(|model| model.into_optimized())
            .and_then(|model| model.into_runnable())
            .map_err(|fault| run_fault(&checked.metadata.id, &fault))?;
        Ok(Scorer {
            metadata: checked.metadata,
            plan,
        })
    }

    /// Checks that a card belongs to this model.
    ///
    /// # Errors
    /// [`Error::CardMismatch`] naming the first difference.
    pub fn check_card(&self, card: &ModelCard) -> Result<(), Error> {
        let Metadata {
            id,
            inputs,
            threshold,
            seed,
            ..
        } = &self.metadata;
        let names: Vec<&str> = card
            .inputs
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        let pairs = [
            ("id", id.clone(), card.id.to_string()),
            ("inputs", inputs.join(", "), names.join(", ")),
            ("seed", seed.to_string(), card.seed.to_string()),
            (
                "threshold",
                threshold.to_string(),
                card.threshold.to_string(),
            ),
        ];
        match pairs.into_iter().find(|(_, model, card)| model != card) {
            Some((what, model, card)) => Err(Error::CardMismatch { what, model, card }),
            None => Ok(()),
        }
    }

    /// What the model says about itself.
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Names of the inputs, in the order of a row.
    pub fn inputs(&self) -> &[String] {
        &self.metadata.inputs
    }

    /// One sigma of each input's residual, input units.
    pub fn sigma(&self) -> &[f64] {
        &self.metadata.sigma
    }

    /// Scores one row, in input units.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for NaN, infinity or a number beyond single precision: the model abstains;
    /// [`Error::InputCount`]; [`Error::Run`] and [`Error::Output`] when the model itself misbehaves.
    pub fn score(&self, row: &[f64]) -> Result<Scored, Error> {
        let inputs = &self.metadata.inputs;
        if row.len() != inputs.len() {
            return Err(Error::InputCount {
                model: self.id(),
                needed: inputs.len(),
                given: row.len(),
            });
        }
        let single: Vec<f32> = row.iter().map(|v| *v as f32).collect();
        if let Some(bad) = single.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite {
                input: inputs[bad].clone(),
            });
        }
        let outputs = Tensor::from_shape(&[1, single.len()], &single)
            .and_then(|tensor| self.plan.run(tvec![tensor.into_tvalue()]))
            .map_err(|fault| run_fault(&self.metadata.id, &fault))?;
        let column = |index: usize| -> Result<Vec<f64>, Error> {
            let output: &TValue = outputs
                .get(index)
                .ok_or_else(|| self.bad_output("too few outputs".to_owned()))?;
            let view = output
                .to_plain_array_view::<f32>()
                .map_err(|fault| run_fault(&self.metadata.id, &fault))?;
            Ok(view.iter().map(|v| f64::from(*v)).collect())
        };
        let (score, expected, share) = (column(0)?, column(1)?, column(2)?);
        match score.as_slice() {
            [score]
                if (0.0..=1.0).contains(score)
                    && expected.iter().chain(&share).all(|v| v.is_finite()) =>
            {
                Ok(Scored {
                    score: *score,
                    expected,
                    share,
                })
            }
            _ => Err(self.bad_output(format!("the score {score:?}"))),
        }
    }

    fn id(&self) -> String {
        self.metadata.id.clone()
    }

    fn bad_output(&self, detail: String) -> Error {
        Error::Output {
            model: self.id(),
            detail,
        }
    }
}

fn run_fault(model: &str, fault: &TractError) -> Error {
    Error::Run {
        model: model.to_owned(),
        detail: format!("{fault:#}"),
    }
}
