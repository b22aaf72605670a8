//! What to learn, and how.

use crate::{Error, card::AlarmRule};

/// What to learn, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The model's id.
    pub id: String,
    /// Names of the inputs, in the order of a row.
    pub inputs: Vec<String>,
    /// Inputs that others explain but that explain no other (vibration, bearing temperature): a fault moves them
    /// together, and they must not excuse one another.
    pub symptoms: Vec<String>,
    /// A sentence about the data, for the card.
    pub trained_on: String,
    /// Seed of the simulation behind the data, for the card.
    pub seed: u64,
    /// For this long after a start, seconds, rows were left out; for the card.
    pub settle_s: f64,
    /// Added to the diagonal of the normal equations, in units of the standardised inputs.
    pub ridge: f64,
    /// At most this many terms explain an input.
    pub max_terms: usize,
    /// A further term must take away at least this share of the variance still unexplained.
    pub least_gain: f64,
    /// Share of the rows, the earlier ones, used to fit; the rest sets the threshold.
    pub fit_share: f64,
    /// Share of normal rows that may score above 0.5.
    pub false_alarm_rate: f64,
    /// The alarm under which false alarms are counted.
    pub alarm: AlarmRule,
    /// Time from row to row, seconds.
    pub interval_s: f64,
}

impl Recipe {
    /// The settings that suit rows once a second.
    pub fn new(id: &str, inputs: &[String]) -> Self {
        Recipe {
            id: id.to_owned(),
            inputs: inputs.to_vec(),
            symptoms: Vec::new(),
            trained_on: String::new(),
            seed: 0,
            settle_s: 0.0,
            ridge: 1e-4,
            max_terms: 12,
            least_gain: 0.01,
            fit_share: 0.7,
            false_alarm_rate: 1e-4,
            alarm: AlarmRule {
                limit: 0.5,
                deadband: 0.1,
                on_delay_s: 10.0,
            },
            interval_s: 1.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let fault = |text: String| Err(Error::Recipe(text));
        if self.inputs.len() < 2 {
            return fault("at least two inputs are needed: one explains the other".to_owned());
        }
        if let Some(unknown) = self.symptoms.iter().find(|s| !self.inputs.contains(s)) {
            return fault(format!("symptom `{unknown}` is not among the inputs"));
        }
        if self.inputs.len() - self.symptoms.len() < 2 {
            return fault("at least two inputs must not be symptoms".to_owned());
        }
        if (1..self.inputs.len()).any(|i| self.inputs[..i].contains(&self.inputs[i])) {
            return fault("an input is named twice".to_owned());
        }
        let shares = [self.fit_share, self.false_alarm_rate];
        if shares.iter().any(|s| !(*s > 0.0 && *s < 1.0))
            || self.interval_s.is_nan()
            || self.interval_s <= 0.0
        {
            return fault(
                "fit share and false-alarm rate lie between 0 and 1, the interval above 0"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_that_cannot_work_are_refused() {
        let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let mut recipe = Recipe::new("m", &names(&["a", "b", "c"]));
        assert_eq!(recipe.check(), Ok(()));
        recipe.symptoms = names(&["d"]);
        assert!(recipe.check().unwrap_err().to_string().contains("`d`"));
        recipe.symptoms = names(&["a", "b"]);
        assert!(recipe.check().is_err());
        assert!(Recipe::new("m", &names(&["a", "a"])).check().is_err());
    }
}
