//! Judging a model: its threshold, its false alarms, its card.

use super::{fit::Ranges, recipe::Recipe};
use crate::{
    ModelCard, Table,
    card::{AlarmRule, DataCard, InputCard, RowCounts},
    residual::ResidualModel,
    table::all_rows,
};

/// The quantile of the squared prediction error that the stated rate leaves above itself.
pub(super) fn threshold(recipe: &Recipe, model: &ResidualModel, later: &[Table]) -> f64 {
    let mut errors: Vec<f64> = all_rows(later).map(|row| model.error(row)).collect();
    errors.sort_unstable_by(f64::total_cmp);
    let last = errors.len().saturating_sub(1);
    let at = ((1.0 - recipe.false_alarm_rate) * last as f64).ceil() as usize;
    // Never zero: it divides.
    errors.get(at.min(last)).copied().unwrap_or(1.0).max(1e-6)
}

/// Rows above the threshold, and alarms.
fn measure(recipe: &Recipe, model: &ResidualModel, tables: &[Table]) -> (usize, usize) {
    let (mut above, mut alarms) = (0, 0);
    for table in tables {
        let scores: Vec<f64> = table
            .iter()
            .map(|row| {
                let error = model.error(row);
                error / (error + model.threshold)
            })
            .collect();
        above += scores.iter().filter(|score| **score > 0.5).count();
        // A break (standby) returns the alarm to normal, as it does in the application.
        alarms += table
            .segments()
            .iter()
            .map(|segment| count_alarms(&scores[segment.clone()], recipe.alarm, recipe.interval_s))
            .sum::<usize>();
    }
    (above, alarms)
}

/// How often an alarm would become active over scores that follow one another at `interval_s` seconds.
pub fn count_alarms(scores: &[f64], rule: AlarmRule, interval_s: f64) -> usize {
    let (mut alarms, mut active, mut held) = (0, false, 0usize);
    for score in scores {
        if active {
            active = *score >= rule.limit - rule.deadband;
            held = 0;
        } else if *score >= rule.limit {
            // The first row starts the clock, so `held` rows span `held - 1` intervals.
            held += 1;
            if (held - 1) as f64 * interval_s >= rule.on_delay_s {
                active = true;
                alarms += 1;
            }
        } else {
            held = 0;
        }
    }
    alarms
}

pub(super) fn card(
    recipe: &Recipe,
    model: &ResidualModel,
    ranges: &Ranges,
    (data, holdout): (&[Table], &[Table]),
    rows: RowCounts,
) -> ModelCard {
    let (above, alarms) = measure(recipe, model, holdout);
    let days = rows.holdout as f64 * recipe.interval_s / 86_400.0;
    let sigma = model.sigma();
    let inputs = (0..model.width())
        .map(|i| InputCard {
            name: model.inputs[i].clone(),
            symptom: recipe.symptoms.contains(&model.inputs[i]),
            mean: model.mean[i],
            low: ranges.least[i],
            high: ranges.most[i],
            sigma: sigma[i],
            explained: (1.0 - model.spread[i].powi(2)).clamp(0.0, 1.0),
            terms: strongest_terms(model, i),
        })
        .collect();
    let tables = |tables: &[Table]| {
        let card = |t: &Table| DataCard {
            name: t.name().to_owned(),
            rows: t.rows(),
            left_out: t.left_out(),
        };
        tables.iter().map(card).collect()
    };
    ModelCard {
        id: recipe.id.as_str().into(),
        method: "Expected value of each input from the others: ridge regression on the other inputs and their products, \
                 chosen by forward selection; score from the mean squared residual in sigmas."
            .to_owned(),
        trained_on: recipe.trained_on.clone(),
        seed: recipe.seed,
        settle_s: recipe.settle_s,
        inputs,
        data: tables(data),
        holdout: tables(holdout),
        rows,
        threshold: model.threshold,
        stated_false_alarm_rate: recipe.false_alarm_rate,
        false_alarm_rate: above as f64 / rows.holdout as f64,
        false_alarms_per_day: alarms as f64 / days,
        false_alarms_per_day_upper: poisson_upper_95(alarms) / days,
        holdout_days: days,
        alarm: recipe.alarm,
    }
}

/// Names of the features that explain input `i`, by the size of their weight.
fn strongest_terms(model: &ResidualModel, i: usize) -> Vec<String> {
    let mut terms: Vec<(f64, usize)> = (0..model.weights.rows())
        .map(|f| (model.weights.at(f, i).abs(), f))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    terms.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    terms.iter().map(|(_, f)| model.feature_name(*f)).collect()
}

/// Upper end of the one-sided 95 % interval of a Poisson mean after `k` events, `χ²(0.95; 2k + 2) / 2` (Garwood 1936),
/// with Wilson and Hilferty's approximation of χ²; below 2 % off for k = 0, better above.
fn poisson_upper_95(k: usize) -> f64 {
    let degrees = 2.0 * k as f64 + 2.0;
    let part = 2.0 / (9.0 * degrees);
    degrees * (1.0 - part + 1.644_853_6 * part.sqrt()).powi(3) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: AlarmRule = AlarmRule {
        limit: 0.5,
        deadband: 0.1,
        on_delay_s: 3.0,
    };

    #[test]
    fn alarms_need_the_whole_delay_and_end_below_the_deadband() {
        let scores = [
            0.6, 0.6, 0.6, 0.4, 0.6, 0.6, 0.6, 0.6, 0.45, 0.6, 0.6, 0.6, 0.6, 0.3, 0.9, 0.9, 0.9,
            0.9,
        ];
        assert_eq!(
            count_alarms(&scores, RULE, 1.0),
            2,
            "three rows span two seconds only; 0.45 is inside the deadband"
        );
        assert_eq!(count_alarms(&scores[..7], RULE, 1.0), 0);
    }

    #[test]
    fn the_poisson_bound_is_the_textbook_one() {
        for (k, exact) in [(0, 2.996), (1, 4.744), (5, 10.513)] {
            assert!(
                (poisson_upper_95(k) / exact - 1.0).abs() < 0.02,
                "k = {k}: {}",
                poisson_upper_95(k)
            );
        }
    }
}
