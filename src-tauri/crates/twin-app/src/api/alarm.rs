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
