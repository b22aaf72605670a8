//! Learning in closed form: nothing iterates towards anything, so equal rows give equal bits.
//!
//! 1. Mean, spread and range of every input.
//! 2. One pass for the covariance of all features (inputs and their products).
//! 3. For each input, forward selection of the features of *other* inputs that explain most of it (ridge regression on
//!    the chosen ones), until the next one would take away less than a small share of what is left.
//! 4. Spread of the residuals.
//! 5. Threshold: the empirical quantile, at the stated false-alarm rate, of the squared prediction error on later rows
//!    that were not used to fit. (The classical alternative, Jackson & Mudholkar 1979, derives it from the eigenvalues
//!    under a normal distribution; real residuals have heavier tails, and the quantile needs no such belief.)
//! 6. False alarms counted on tables that served for nothing else.

mod fit;
mod judge;
mod recipe;

use crate::{
    Error, ModelCard, Table,
    card::RowCounts,
    linalg::Matrix,
    residual::ResidualModel,
    table::{all_rows, count},
};
use fit::{Moments, Ranges, explain, pairs};
pub use judge::count_alarms;
use judge::{card, threshold};
pub use recipe::Recipe;

/// Residual spread never goes below this share of an input's own spread: a simulation without noise, or a copied
/// input, would otherwise alarm on rounding.
const LEAST_SPREAD: f64 = 0.01;
/// Fewer rows than this are no basis.
const LEAST_ROWS: usize = 500;

/// A model and its card.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// The model.
    pub model: ResidualModel,
    /// Its card.
    pub card: ModelCard,
}

/// Learns from `data` and measures false alarms on `holdout`. Tables hold the recipe's inputs as columns, in its order,
/// normal running only.
///
/// # Errors
/// [`Error::Recipe`], [`Error::TooFewRows`], [`Error::Constant`], [`Error::Singular`].
pub fn learn(recipe: &Recipe, data: &[Table], holdout: &[Table]) -> Result<Learned, Error> {
    recipe.check()?;
    let (fit, later): (Vec<Table>, Vec<Table>) = data
        .iter()
        .map(|table| table.split(recipe.fit_share))
        .unzip();
    let rows = RowCounts {
        fit: count(&fit),
        threshold: count(&later),
        holdout: count(holdout),
    };
    for (purpose, rows) in [
        ("the fit", rows.fit),
        ("the threshold", rows.threshold),
        ("the holdout", rows.holdout),
    ] {
        if rows < LEAST_ROWS {
            return Err(Error::TooFewRows {
                purpose,
                rows,
                needed: LEAST_ROWS,
            });
        }
    }
    let ranges = Ranges::of(recipe, &fit)?;
    let moments = Moments::of(&ranges, &fit, rows.fit);
    let mut model = assemble(recipe, &ranges, &moments)?;
    set_spread(&mut model, &fit, rows.fit);
    model.threshold = threshold(recipe, &model, &later);
    let card = card(recipe, &model, &ranges, (data, holdout), rows);
    Ok(Learned { model, card })
}

fn assemble(recipe: &Recipe, ranges: &Ranges, moments: &Moments) -> Result<ResidualModel, Error> {
    let n = recipe.inputs.len();
    let pairs = pairs(n);
    let symptom: Vec<bool> = recipe
        .inputs
        .iter()
        .map(|input| recipe.symptoms.contains(input))
        .collect();
    let explanations = (0..n)
        .map(|target| {
            let usable = |i: usize| i != target && !symptom[i];
            let inputs = (0..n).filter(|&i| usable(i));
            let products = (0..pairs.len())
                .filter(|&p| usable(pairs[p].0) && usable(pairs[p].1))
                .map(|p| n + p);
            let candidates: Vec<usize> = inputs.chain(products).collect();
            explain(recipe, moments, target, &candidates)
        })
        .collect::<Result<Vec<_>, Error>>()?;

    // Only products that explain something go into the graph; one at least, so that no shape is empty.
    let mut used: Vec<usize> = explanations
        .iter()
        .flat_map(|e| &e.features)
        .filter(|&&f| f >= n)
        .copied()
        .collect();
    used.sort_unstable();
    used.dedup();
    if used.is_empty() {
        used.push(n);
    }
    let place = |feature: usize| {
        if feature < n {
            Some(feature)
        } else {
            used.iter().position(|&u| u == feature).map(|p| n + p)
        }
    };
    let mut weights = Matrix::zeros(n + used.len(), n);
    let mut bias = vec![0.0; n];
    for (target, explanation) in explanations.iter().enumerate() {
        for (&feature, &weight) in explanation.features.iter().zip(&explanation.weights) {
            if let Some(row) = place(feature) {
                *weights.at_mut(row, target) = weight;
            }
            bias[target] -= weight * moments.mean[feature];
        }
        bias[target] += moments.mean[target];
    }
    Ok(ResidualModel {
        inputs: recipe.inputs.clone(),
        mean: ranges.mean.clone(),
        scale: ranges.scale.clone(),
        low: ranges.low.clone(),
        high: ranges.high.clone(),
        products: used.iter().map(|&u| pairs[u - n]).collect(),
        weights,
        bias,
        spread: vec![1.0; n],
        threshold: 1.0,
    })
}

/// Root mean square of the residuals, with `model.spread` still 1.
fn set_spread(model: &mut ResidualModel, fit: &[Table], rows: usize) {
    let mut sums = vec![0.0; model.width()];
    for row in all_rows(fit) {
        for (sum, r) in sums.iter_mut().zip(model.residuals(row)) {
            *sum += r * r / rows as f64;
        }
    }
    model.spread = sums
        .iter()
        .map(|sum| sum.sqrt().max(LEAST_SPREAD))
        .collect();
}
