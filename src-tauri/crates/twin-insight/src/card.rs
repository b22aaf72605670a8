//! The model card: what a person must know before trusting a model.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use twin_core::ModelId;

use crate::Error;

/// What a model was made of and how it behaves. Written beside the ONNX file as JSON and as Markdown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The model's id, as plant files name it.
    pub id: ModelId,
    /// How it was made, in a sentence.
    pub method: String,
    /// What it was trained on, in a sentence.
    pub trained_on: String,
    /// Seed of the simulation that produced the training data.
    pub seed: u64,
    /// For this long after a start, seconds, the model was not trained and must abstain.
    pub settle_s: f64,
    /// The inputs, in the order of a row.
    pub inputs: Vec<InputCard>,
    /// Tables used for fitting and for the threshold.
    pub data: Vec<DataCard>,
    /// Tables used for nothing but measuring false alarms.
    pub holdout: Vec<DataCard>,
    /// Rows per purpose.
    pub rows: RowCounts,
    /// Squared prediction error at which the score is 0.5.
    pub threshold: f64,
    /// Stated share of normal rows with a score above 0.5, which set the threshold.
    pub stated_false_alarm_rate: f64,
    /// The same, measured on the holdout.
    pub false_alarm_rate: f64,
    /// Alarms a day of running, measured on the holdout under `alarm`.
    pub false_alarms_per_day: f64,
    /// Upper end of the one-sided 95 % confidence interval of that number (Poisson).
    pub false_alarms_per_day_upper: f64,
    /// Days of running in the holdout.
    pub holdout_days: f64,
    /// The alarm under which false alarms were counted.
    pub alarm: AlarmRule,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputCard {
    /// Signal id.
    pub name: String,
    /// Whether it is only ever explained by other inputs, and explains none.
    pub symptom: bool,
    /// Mean in training, input units.
    pub mean: f64,
    /// Smallest value in training, input units.
    pub low: f64,
    /// Largest value in training, input units.
    pub high: f64,
    /// One sigma of the residual, input units: the "±" beside the expected value.
    pub sigma: f64,
    /// Share of the input's variance that the others explain, 0..1.
    pub explained: f64,
    /// What explains it, strongest first to enter.
    pub terms: Vec<String>,
}

/// One table of data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataCard {
    /// Name of the table.
    pub name: String,
    /// Rows used.
    pub rows: usize,
    /// Rows left out (standby, missing values).
    pub left_out: usize,
}

/// How many rows served which purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowCounts {
    /// Fitting.
    pub fit: usize,
    /// Setting the threshold.
    pub threshold: usize,
    /// Measuring false alarms.
    pub holdout: usize,
}

/// An alarm on the score (ISA-18.2 words).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmRule {
    /// Score at or above which the condition holds.
    pub limit: f64,
    /// The alarm returns to normal below `limit - deadband`.
    pub deadband: f64,
    /// The condition must hold this long, seconds.
    pub on_delay_s: f64,
}

impl ModelCard {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`Error::Model`] saying where the text is wrong.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text)
            .map_err(|fault| Error::Model(format!("its card cannot be read: {fault}")))
    }

    /// The JSON form, indented, with a newline at the end.
    ///
    /// # Errors
    /// [`Error::Model`] when a number is not finite.
    pub fn to_json(&self) -> Result<String, Error> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|fault| Error::Model(format!("its card cannot be written: {fault}")))?;
        text.push('\n');
        Ok(text)
    }

    /// One sigma of each input's residual, input units.
    pub fn sigma(&self) -> Vec<f64> {
        self.inputs.iter().map(|input| input.sigma).collect()
    }

    /// For people.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        let AlarmRule {
            limit,
            deadband,
            on_delay_s,
        } = self.alarm;
        let RowCounts {
            fit,
            threshold,
            holdout,
        } = self.rows;
        writeln!(out, "# Model card: {}\n\n{}\n", self.id, self.method)?;
        writeln!(
            out,
            "- **Trained on:** {} (seed {})",
            self.trained_on, self.seed
        )?;
        writeln!(
            out,
            "- **Rows:** {fit} to fit, {threshold} for the threshold, {holdout} ({:.1} days of running) held out",
            self.holdout_days
        )?;
        writeln!(
            out,
            "- **Threshold:** squared prediction error {:.4} = score 0.5",
            self.threshold
        )?;
        writeln!(
            out,
            "- **Rows of normal running above 0.5:** stated {}, measured {:.2e} on the held-out rows",
            self.stated_false_alarm_rate, self.false_alarm_rate
        )?;
        writeln!(
            out,
            "- **Expected false alarms:** {:.2} a day of running (95 % sure: below {:.2}) with an alarm at {limit}, \
             deadband {deadband}, on-delay {on_delay_s} s\n",
            self.false_alarms_per_day, self.false_alarms_per_day_upper
        )?;
        self.write_tables(out)?;
        writeln!(
            out,
            "\nValid for assets of the kind it was trained on, while running and {} s after a start, inside the trained \
             ranges. It abstains when an input is missing or bad. Trained on simulated data: no statement about a real \
             machine.",
            self.settle_s
        )
    }

    fn write_tables(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "| input | trained range | expected ± | explained by the others | from |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- |")?;
        for input in &self.inputs {
            let mark = if input.symptom { " (symptom)" } else { "" };
            write!(
                out,
                "| {}{mark} | {:.2} to {:.2} ",
                input.name, input.low, input.high
            )?;
            let (explained, terms) = (100.0 * input.explained, input.terms.join(", "));
            writeln!(out, "| {:.3} | {explained:.1} % | {terms} |", input.sigma)?;
        }
        writeln!(
            out,
            "\nA symptom is explained by the other inputs and explains none of them.\n"
        )?;
        writeln!(
            out,
            "| data | rows used | left out | for |\n| --- | --- | --- | --- |"
        )?;
        for (purpose, tables) in [
            ("fit and threshold", &self.data),
            ("false alarms", &self.holdout),
        ] {
            for table in tables {
                writeln!(
                    out,
                    "| {} | {} | {} | {purpose} |",
                    table.name, table.rows, table.left_out
                )?;
            }
        }
        Ok(())
    }
}
