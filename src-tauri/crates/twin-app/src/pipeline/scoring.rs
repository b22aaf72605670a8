//! Runs the anomaly models on a thread of its own, so that a slow model delays scores and nothing else.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use tokio::sync::mpsc;
use twin_core::{
    BatchId, Duration, ModelId, Quality, Said, SampleBatch,
    engine::{EngineConfig, Explanation, InputShare, ModelBinding, ScoreBatch, ScoreRequest},
    said,
};
#[cfg(feature = "scoring")]
use twin_insight::{ModelCard, Scorer, onnx::Limits};

use super::SCORE_QUEUE;
#[cfg(feature = "scoring")]
use crate::words;
use crate::{
    api::{plant::ModelView, said::SaidView},
    compile::Compiled,
    workspace::Workspace,
};

/// A model ready to be asked, or the reason why it is not.
#[derive(Debug)]
pub struct LoadedModel {
    #[cfg(feature = "scoring")]
    scorer: Option<Scorer>,
    /// For people.
    pub view: ModelView,
    /// How long after its asset began to run the model abstains.
    pub settle: Duration,
}

/// Loads every model of the plant once; a binding whose model cannot be loaded says why and is not asked.
pub fn load(workspace: &Workspace, compiled: &Compiled) -> Vec<LoadedModel> {
    let bindings = &compiled.engine.models;
    compiled
        .models
        .iter()
        .zip(bindings)
        .map(|(file, binding)| load_one(workspace, file, binding))
        .collect()
}

#[cfg(feature = "scoring")]
fn load_one(
    workspace: &Workspace,
    file: &crate::compile::ModelFile,
    binding: &ModelBinding,
) -> LoadedModel {
    let loaded = workspace.model(&file.file).map_err(|error| error.said()).and_then(|bytes| {
        let scorer = Scorer::load(&bytes, &Limits::default()).map_err(|error| error.said())?;
        if scorer.inputs() == file.inputs {
            return Ok(scorer);
        }
        Err(said!(
            "model-inputs",
            "model {id} expects the inputs {wanted} and the plant file gives {given}: correct the plant file",
            id = file.id.as_str(),
            wanted = scorer.inputs().join(", "),
            given = file.inputs.join(", ")
        ))
    });
    let (scorer, fault) = match loaded {
        Ok(scorer) => (Some(scorer), None),
        Err(fault) => (None, Some(fault)),
    };
    let metadata = scorer.as_ref().map(Scorer::metadata);
    // The card beside the model says how it was made; a model without one is run all the same.
    let card = workspace.model(&file.file.replace(".onnx", ".json")).ok();
    let card = card.and_then(|bytes| ModelCard::from_json(&String::from_utf8_lossy(&bytes)).ok());
    let card = card.filter(|card| {
        scorer
            .as_ref()
            .is_some_and(|scorer| scorer.check_card(card).is_ok())
    });
    let view = ModelView {
        id: file.id.clone(),
        method: card
            .as_ref()
            .map_or_else(SaidView::default, |card| words::method(&card.method).into()),
        learned_from: metadata.map_or_else(SaidView::default, |m| {
            words::learned_from(&m.trained_on).into()
        }),
        false_alarms_per_day: metadata.map_or(0.0, |m| m.false_alarms_per_day),
        false_alarms_per_day_upper: card
            .as_ref()
            .map_or(0.0, |card| card.false_alarms_per_day_upper),
        holdout_days: card.as_ref().map_or(0.0, |card| card.holdout_days),
        inputs: binding.inputs.iter().map(|key| key.0).collect(),
        fault: fault.map(SaidView::from),
    };
    let settle = scorer.as_ref().map_or(Duration::ZERO, |s| {
        Duration::from_secs_f64(s.metadata().settle_s)
    });
    LoadedModel {
        scorer,
        view,
        settle,
    }
}

#[cfg(not(feature = "scoring"))]
fn load_one(
    _: &Workspace,
    file: &crate::compile::ModelFile,
    binding: &ModelBinding,
) -> LoadedModel {
    let view = ModelView {
        id: file.id.clone(),
        method: SaidView::default(),
        learned_from: SaidView::default(),
        false_alarms_per_day: 0.0,
        false_alarms_per_day_upper: 0.0,
        holdout_days: 0.0,
        inputs: binding.inputs.iter().map(|key| key.0).collect(),
        fault: Some(said!("model-none-here", "this build of Twinscope runs no models").into()),
    };
    LoadedModel {
        view,
        settle: Duration::ZERO,
    }
}

/// The thread's inbox. Dropping it ends the thread.
#[derive(Debug)]
pub struct ScoringThread(SyncSender<ScoreRequest>);

/// A model's answer.
#[derive(Debug)]
pub enum Answer {
    /// Scores with their evidence.
    Scores(ScoreBatch),
    /// The model could not be run on this input.
    Failed {
        /// Index of the binding.
        binding: usize,
        /// The model that was asked.
        model: ModelId,
        /// What happened.
        error: Said,
    },
}

impl ScoringThread {
    /// Starts the thread. Answers go to `answers`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        models: Vec<LoadedModel>,
        config: Arc<EngineConfig>,
        answers: mpsc::Sender<Answer>,
    ) -> std::io::Result<Self> {
        let (sender, inbox) = sync_channel(SCORE_QUEUE);
        thread::Builder::new()
            .name("scoring".into())
            .spawn(move || serve(&models, &config, &inbox, &answers))?;
        Ok(ScoringThread(sender))
    }

    /// Hands over a question; false when the thread is too far behind to take it.
    pub fn ask(&self, request: ScoreRequest) -> bool {
        self.0.try_send(request).is_ok()
    }
}

fn serve(
    models: &[LoadedModel],
    config: &EngineConfig,
    inbox: &Receiver<ScoreRequest>,
    answers: &mpsc::Sender<Answer>,
) {
    while let Ok(request) = inbox.recv() {
        let (Some(model), Some(binding)) = (
            models.get(request.binding),
            config.models.get(request.binding),
        ) else {
            continue;
        };
        if let Some(answer) = answer(model, binding, &request)
            && answers.blocking_send(answer).is_err()
        {
            return;
        }
    }
}

#[cfg(feature = "scoring")]
fn answer(model: &LoadedModel, binding: &ModelBinding, request: &ScoreRequest) -> Option<Answer> {
    let scorer = model.scorer.as_ref()?;
    let scored = match scorer.score(&request.inputs) {
        Ok(scored) => scored,
        Err(error) => {
            return Some(Answer::Failed {
                binding: request.binding,
                model: request.model.clone(),
                error: error.said(),
            });
        }
    };
    let sigma = scorer.sigma();
    let inputs = binding.inputs.iter().enumerate().map(|(index, signal)| {
        let at = |column: &[f64]| column.get(index).copied().unwrap_or(f64::NAN);
        InputShare {
            signal: *signal,
            seen: at(&request.inputs),
            expected: at(&scored.expected),
            sigma: at(sigma),
            share: at(&scored.share),
        }
    });
    Some(Answer::Scores(scores(
        binding,
        request,
        scored.score,
        inputs.collect(),
    )))
}

#[cfg(not(feature = "scoring"))]
fn answer(_: &LoadedModel, _: &ModelBinding, _: &ScoreRequest) -> Option<Answer> {
    None
}

#[cfg_attr(
    not(feature = "scoring"),
    expect(dead_code, reason = "only models make scores")
)]
fn scores(
    binding: &ModelBinding,
    request: &ScoreRequest,
    score: f64,
    inputs: Vec<InputShare>,
) -> ScoreBatch {
    let mut samples = SampleBatch::new(BatchId(0), request.at);
    samples.push_f64(binding.score, request.at, score, Quality::GOOD);
    let explanation = Explanation {
        model: request.model.clone(),
        binding: request.binding,
        at: request.at,
        score,
        inputs,
    };
    ScoreBatch {
        samples: Arc::new(samples),
        explanations: vec![explanation],
        failed: vec![],
    }
}
