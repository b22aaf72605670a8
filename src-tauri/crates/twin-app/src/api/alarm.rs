//! Alarms as the UI lists them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One occurrence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlarmRow {
    /// Occurrence id.
    pub id: String,
    /// Sequence number of its latest transition; grows by one with every transition of any alarm.
    pub seq: f64,
    /// Asset id.
    pub asset: String,
    /// Signal key.
    pub signal: u32,
    /// `high-high`, `high`, `low`, `low-low` or `anomaly`.
    pub kind: String,
    /// 1 (most urgent) to 4.
    pub priority: u8,
    /// The limit when it was raised, in the signal's unit.
    pub limit: f64,
    /// The value when it was raised, in the signal's unit.
    pub value: f64,
    /// State now.
    pub state: AlarmStateView,
    /// When it was raised (source time), microseconds.
    pub raised_at: f64,
    /// When it came back inside, microseconds.
    pub returned_at: Option<f64>,
    /// When it was acknowledged, microseconds.
    pub acknowledged_at: Option<f64>,
    /// By whom.
    pub acknowledged_by: Option<String>,
    /// With what comment.
    pub comment: Option<String>,
}

/// State of an occurrence (ISA-18.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmStateView {
    /// Active, not acknowledged.
    UnackActive,
    /// Active, acknowledged.
    AckedActive,
    /// Returned to normal before it was acknowledged.
    UnackReturned,
    /// Over.
    Normal,
}

/// The alarm list: every occurrence that is not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlarmList {
    /// Sequence number of the newest transition in it.
    pub seq: f64,
    /// Standing occurrences; order is the UI's.
    pub rows: Vec<AlarmRow>,
}

/// Which occurrences: those that stood at some time of a span, by source time, both ends included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlarmsQuery {
    /// Id of the asset whose alarms are asked for; none: those of `signals`.
    pub asset: Option<String>,
    /// Keys of signals, at most 256; without a meaning where an asset is named.
    pub signals: Vec<u32>,
    /// Begin, microseconds.
    pub t0: f64,
    /// End, microseconds.
    pub t1: f64,
    /// As they were at this instant, microseconds, and nothing later; none: as they are now.
    pub at: Option<f64>,
    /// Id of the occurrence to go on behind; none: from the last raised.
    pub behind: Option<String>,
    /// At most so many (1 to 1,000).
    pub limit: u32,
}

/// Some occurrences of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlarmsPage {
    /// The last raised first.
    pub rows: Vec<AlarmRow>,
    /// How many more there are; at 100,000 there may be yet more.
    pub more: u32,
}
