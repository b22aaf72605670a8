//! Instants of the past, for the time bar.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{connection::LinkStateView, said::SaidView};

/// The link of a connection as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LinkThen {
    /// Connection id; it may have been removed since.
    pub connection: String,
    /// State then.
    pub state: LinkStateView,
    /// Since when, microseconds.
    pub since: f64,
    /// Why it was not up; empty when it was.
    pub reason: SaidView,
}

/// Alarms that were raised within a short span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RaisedView {
    /// When the first of them was raised, microseconds.
    pub at: f64,
    /// The most urgent priority, 1 to 4.
    pub priority: u8,
    /// How many.
    pub count: f64,
}
