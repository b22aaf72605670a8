//! Fitting: moments of the features, and which of them explain an input.

use super::recipe::Recipe;
use crate::{
    Error, Table,
    linalg::{Matrix, solve_spd},
    table::{all_rows, count},
};

/// Fitting looks at no more rows than this, evenly spread: neighbours one second apart add next to nothing.
const FIT_ROWS: usize = 60_000;
/// Expected values follow an input this far beyond its range in training, as a share of the range.
const SLACK: f64 = 0.1;

/// Mean, spread and range of the inputs; `low` and `high` standardised and with slack.
pub(super) struct Ranges {
    pub(super) least: Vec<f64>,
    pub(super) most: Vec<f64>,
    pub(super) mean: Vec<f64>,
    pub(super) scale: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
}

impl Ranges {
    pub(super) fn of(recipe: &Recipe, fit: &[Table]) -> Result<Self, Error> {
        let n = recipe.inputs.len();
        let rows = count(fit) as f64;
        let mut mean = vec![0.0; n];
        let (mut least, mut most) = (vec![f64::INFINITY; n], vec![f64::NEG_INFINITY; n]);
        for row in all_rows(fit) {
            for (i, v) in row.iter().enumerate() {
                mean[i] += v / rows;
                least[i] = least[i].min(*v);
                most[i] = most[i].max(*v);
            }
        }
        let mut variance = vec![0.0; n];
        for row in all_rows(fit) {
            for (i, v) in row.iter().enumerate() {
                variance[i] += (v - mean[i]).powi(2) / rows;
            }
        }
        let scale: Vec<f64> = variance.iter().map(|v| v.sqrt()).collect();
        if let Some(i) = (0..n).find(|&i| scale[i] <= 1e-9 * mean[i].abs().max(1e-9)) {
            return Err(Error::Constant {
                input: recipe.inputs[i].clone(),
            });
        }
        let slack = |i: usize| SLACK * (most[i] - least[i]);
        let z = |i: usize, value: f64| (value - mean[i]) / scale[i];
        Ok(Ranges {
            low: (0..n).map(|i| z(i, least[i] - slack(i))).collect(),
            high: (0..n).map(|i| z(i, most[i] + slack(i))).collect(),
            least,
            most,
            mean,
            scale,
        })
    }

    pub(super) fn standardise(&self, row: &[f64], into: &mut [f64]) {
        for (i, v) in row.iter().enumerate() {
            into[i] = (v - self.mean[i]) / self.scale[i];
        }
    }
}

/// All pairs of inputs, squares included.
pub(super) fn pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|j| (j..n).map(move |k| (j, k))).collect()
}

/// Mean and covariance of all features: inputs, then products in the order of [`pairs`].
pub(super) struct Moments {
    pub(super) mean: Vec<f64>,
    pub(super) covariance: Matrix,
}

impl Moments {
    pub(super) fn of(ranges: &Ranges, fit: &[Table], rows: usize) -> Self {
        let n = ranges.mean.len();
        let pairs = pairs(n);
        let m = n + pairs.len();
        let stride = rows.div_ceil(FIT_ROWS).max(1);
        let used = rows.div_ceil(stride) as f64;
        let mut features = vec![0.0; m];
        let mut mean = vec![0.0; m];
        let mut covariance = Matrix::zeros(m, m);
        // Two passes: sums of squares around zero would lose digits.
        for pass in 0..2 {
            for row in all_rows(fit).step_by(stride) {
                ranges.standardise(row, &mut features[..n]);
                for (p, &(j, k)) in pairs.iter().enumerate() {
                    features[n + p] = features[j] * features[k];
                }
                if pass == 0 {
                    mean.iter_mut()
                        .zip(&features)
                        .for_each(|(sum, v)| *sum += v / used);
                    continue;
                }
                for a in 0..m {
                    let deviation = (features[a] - mean[a]) / used;
                    for b in a..m {
                        *covariance.at_mut(a, b) += deviation * (features[b] - mean[b]);
                    }
                }
            }
        }
        for a in 0..m {
            for b in 0..a {
                *covariance.at_mut(a, b) = covariance.at(b, a);
            }
        }
        Moments { mean, covariance }
    }
}

/// The terms that explain one input.
pub(super) struct Explanation {
    pub(super) features: Vec<usize>,
    pub(super) weights: Vec<f64>,
}

/// Forward selection among `candidates` for feature `target`.
pub(super) fn explain(
    recipe: &Recipe,
    moments: &Moments,
    target: usize,
    candidates: &[usize],
) -> Result<Explanation, Error> {
    let covariance = &moments.covariance;
    let mut best = Explanation {
        features: Vec::new(),
        weights: Vec::new(),
    };
    let mut left = covariance.at(target, target);
    while best.features.len() < recipe.max_terms {
        let mut step: Option<(f64, Explanation)> = None;
        for &candidate in candidates.iter().filter(|c| !best.features.contains(c)) {
            let features: Vec<usize> = best.features.iter().copied().chain([candidate]).collect();
            let against: Vec<f64> = features.iter().map(|&f| covariance.at(f, target)).collect();
            let weights = solve_spd(&covariance.select(&features), recipe.ridge, &against)?;
            let explained: f64 = weights.iter().zip(&against).map(|(w, c)| w * c).sum();
            let remaining = covariance.at(target, target) - explained;
            if step.as_ref().is_none_or(|(least, _)| remaining < *least) {
                step = Some((remaining, Explanation { features, weights }));
            }
        }
        match step {
            Some((remaining, next)) if remaining < left * (1.0 - recipe.least_gain) => {
                left = remaining;
                best = next;
            }
            _ => break,
        }
    }
    Ok(best)
}
