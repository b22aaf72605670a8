//! The model itself: what every input should read given the others, and one number for how far reality is from it.
//!
//! With `z` the inputs brought to mean 0 and spread 1, and `c` the same clipped to about the range seen in training:
//!
//! ```text
//! features   f = [c, c_j c_k ...]                      the products make the affinity laws (n², n·Q) representable
//! expected   e = f W + b
//! residual   r = (z - e) / s                           s: spread of z - e in training, so r is in sigmas
//! error      q = mean of r²                            a squared prediction error (SPE, "Q statistic")
//! score      q / (q + threshold)                       0..1, 0.5 at the threshold, monotonic in q
//! share      r_i² / sum of r²                          which input the error comes from; sums to 1
//! ```
//!
//! Clipping keeps the quadratic terms from running away on inputs outside the training range; the residual itself uses
//! the unclipped value, so such an input still counts in full.

use crate::{Error, linalg::Matrix};

/// Residuals are cut at this many sigmas, so that squares stay finite in single precision for every finite input.
pub const RESIDUAL_LIMIT: f64 = 1e6;

/// Added to each squared residual before the shares are formed, so that they sum to 1 even when all are zero.
pub const SHARE_FLOOR: f64 = 1e-9;

/// A learned model of `n` inputs; all vectors have `n` elements unless stated.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualModel {
    /// Names of the inputs, in the order of a row.
    pub inputs: Vec<String>,
    /// Mean in training, in input units.
    pub mean: Vec<f64>,
    /// Standard deviation in training, in input units; above zero.
    pub scale: Vec<f64>,
    /// Standardised value below which the features do not follow an input: somewhat below its smallest in training.
    pub low: Vec<f64>,
    /// Standardised value above which the features do not follow an input: somewhat above its largest in training.
    pub high: Vec<f64>,
    /// The products among the features, as pairs of input indices; at least one.
    pub products: Vec<(usize, usize)>,
    /// `W`, [n + products, n]: column i makes input i's expected value.
    pub weights: Matrix,
    /// `b`.
    pub bias: Vec<f64>,
    /// Spread of the residuals in training, in standardised units; above zero.
    pub spread: Vec<f64>,
    /// The squared prediction error at which the score is 0.5; above zero.
    pub threshold: f64,
}

/// What a model says about one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// 0..1; 0.5 is the model's threshold.
    pub score: f64,
    /// What each input should read, in input units.
    pub expected: Vec<f64>,
    /// How much each input contributes to the score, 0..1, sum 1.
    pub share: Vec<f64>,
}

impl ResidualModel {
    /// Number of inputs.
    pub const fn width(&self) -> usize {
        self.inputs.len()
    }

    /// One sigma of the residual of each input, in input units: the "±" beside an expected value.
    pub fn sigma(&self) -> Vec<f64> {
        self.spread
            .iter()
            .zip(&self.scale)
            .map(|(spread, scale)| spread * scale)
            .collect()
    }

    /// The standardised, clipped inputs followed by the products.
    fn features(&self, row: &[f64]) -> Vec<f64> {
        let mut features: Vec<f64> = (0..self.width())
            .map(|i| ((row[i] - self.mean[i]) / self.scale[i]).clamp(self.low[i], self.high[i]))
            .collect();
        for &(j, k) in &self.products {
            features.push(features[j] * features[k]);
        }
        features
    }

    /// Expected values in standardised units.
    fn expected_z(&self, row: &[f64]) -> Vec<f64> {
        let features = self.features(row);
        (0..self.width())
            .map(|i| {
                self.bias[i]
                    + features
                        .iter()
                        .enumerate()
                        .map(|(f, v)| v * self.weights.at(f, i))
                        .sum::<f64>()
            })
            .collect()
    }

    /// Residuals in sigmas; `row` must have the model's width.
    pub fn residuals(&self, row: &[f64]) -> Vec<f64> {
        self.expected_z(row)
            .iter()
            .enumerate()
            .map(|(i, expected)| {
                let z = (row[i] - self.mean[i]) / self.scale[i];
                ((z - expected) / self.spread[i]).clamp(-RESIDUAL_LIMIT, RESIDUAL_LIMIT)
            })
            .collect()
    }

    /// The squared prediction error of a row: the mean of its squared residuals.
    pub fn error(&self, row: &[f64]) -> f64 {
        let residuals = self.residuals(row);
        residuals.iter().map(|r| r * r).sum::<f64>() / residuals.len().max(1) as f64
    }

    /// Scores a row in double precision: what the ONNX graph computes in single precision.
    ///
    /// # Errors
    /// [`Error::InputCount`], [`Error::NotFinite`].
    pub fn score(&self, row: &[f64]) -> Result<Scored, Error> {
        if row.len() != self.width() {
            return Err(Error::InputCount {
                model: String::new(),
                needed: self.width(),
                given: row.len(),
            });
        }
        if let Some(bad) = row.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite {
                input: self.inputs[bad].clone(),
            });
        }
        let squares: Vec<f64> = self.residuals(row).iter().map(|r| r * r).collect();
        let error = squares.iter().sum::<f64>() / squares.len() as f64;
        let total: f64 = squares.iter().map(|s| s + SHARE_FLOOR).sum();
        let expected = self.expected_z(row);
        Ok(Scored {
            score: error / (error + self.threshold),
            expected: expected
                .iter()
                .enumerate()
                .map(|(i, e)| e * self.scale[i] + self.mean[i])
                .collect(),
            share: squares.iter().map(|s| (s + SHARE_FLOOR) / total).collect(),
        })
    }

    /// Name of feature `index` as a person reads it: `speed`, `speed²`, `speed·flow`.
    pub fn feature_name(&self, index: usize) -> String {
        if index < self.width() {
            return self.inputs[index].clone();
        }
        let (j, k) = self.products[index - self.width()];
        if j == k {
            format!("{}²", self.inputs[j])
        } else {
            format!("{}·{}", self.inputs[j], self.inputs[k])
        }
    }
}
