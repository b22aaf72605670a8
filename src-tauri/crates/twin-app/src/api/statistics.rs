//! Exact statistics of a selection, and the states of a band.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// Statistics of which signals over which span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatisticsRequest {
    /// Keys of signals, at most 16.
    pub signals: Vec<u32>,
    /// Begin, microseconds, included.
    pub t0: f64,
    /// End, microseconds, included.
    pub t1: f64,
}

/// How far statistics are, and those that are done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatisticsView {
    /// Its number.
    pub number: u32,
    /// Whether it goes on.
    pub running: bool,
    /// How much is done, 0 to 1.
    pub part: f64,
    /// It ended after a minute: signals without a row have too many samples for that.
    pub too_long: bool,
    /// Why it ended before its end; none when it did not.
    pub failure: Option<SaidView>,
    /// Signals that are done.
    pub rows: Vec<StatisticsRow>,
}

/// Statistics of one signal from every sample of the span. What is weighted by time counts from sample to sample as a trend
/// draws it: held where the signal steps, else in straight lines; gaps and bad quality count for nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatisticsRow {
    /// Key of the signal.
    pub signal: u32,
    /// Samples.
    pub count: f64,
    /// Smallest number; none where there is no number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Arithmetic mean of the samples.
    pub mean: Option<f64>,
    /// Mean weighted by time; none where no time is covered.
    pub time_mean: Option<f64>,
    /// Standard deviation of the samples (n - 1).
    pub deviation: Option<f64>,
    /// Standard deviation weighted by time.
    pub time_deviation: Option<f64>,
    /// Microseconds in which there was a number that was not bad.
    pub covered: f64,
    /// Microseconds of good quality.
    pub good: f64,
    /// Microseconds of uncertain quality.
    pub uncertain: f64,
    /// Microseconds of bad quality.
    pub bad: f64,
    /// Samples that retention has taken and only rollups know: they are in nothing of this.
    pub gone: f64,
}

/// What states a signal was in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StateBand {
    /// Key of the signal.
    pub signal: u32,
    /// The words of its states; a whole number is written as one, on and off are `true` and `false`.
    pub words: Vec<String>,
    /// In order of time; between two that do not touch is a gap.
    pub runs: Vec<StateRunView>,
}

/// One run of a band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StateRunView {
    /// First sample, microseconds.
    pub from: f64,
    /// The sample that ends it, or its own last one.
    pub to: f64,
    /// Place of its word; none where samples showed no state, or more than one in less than a column.
    pub word: Option<u32>,
    /// Whether there was more than one in less than a column.
    pub several: bool,
    /// Worst quality status: 0 good, 1 uncertain, 2 bad.
    pub status: u8,
}
