//! What happened to an asset, in order of time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::connection::LinkStateView;

/// What is asked of the events of an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EventsQuery {
    /// Id of the asset.
    pub asset: String,
    /// Only what happened before this instant, microseconds.
    pub before: f64,
    /// Which kinds; none means all.
    pub kinds: Vec<EventKind>,
    /// At most so many (1 to 200); more when they happened at the same instant as the last one.
    pub limit: u32,
}

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// An alarm changed.
    Alarm,
    /// Values were trusted less, or again: silence, deaths, gaps, an outage of history.
    Quality,
    /// Its connection was lost or came back.
    Link,
    /// It said what it has (a Sparkplug birth).
    Birth,
    /// A message on one of its topics could not be read.
    Unreadable,
    /// Somebody did something that concerns it.
    Audit,
}

/// Some events, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EventsPage {
    /// Events.
    pub rows: Vec<AssetEvent>,
    /// Whether there are earlier ones.
    pub more: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetEvent {
    /// When, microseconds.
    pub at: f64,
    /// What.
    pub what: EventWhat,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EventWhat {
    /// An alarm changed.
    Alarm {
        /// Which occurrence.
        occurrence: String,
        /// How.
        change: AlarmChange,
        /// `high-high`, `high`, `low`, `low-low` or `anomaly`.
        rule: String,
        /// 1 (most urgent) to 4.
        priority: u8,
        /// Whether it was acknowledged when it changed.
        acknowledged: bool,
        /// The limit, in the signal's unit; none when there is none.
        limit: Option<f64>,
        /// The value, in the signal's unit; none when there was none.
        value: Option<f64>,
        /// The signal's key.
        signal: u32,
        /// Who acknowledged it; empty otherwise.
        user: String,
        /// With what words; may be empty.
        comment: String,
    },
    /// Values were trusted less, or again.
    Quality {
        /// As in a live frame: 0 good, 1 uncertain, 2 bad.
        status: u8,
        /// Number of the reason.
        reason: u8,
        /// One of the signals.
        signal: u32,
        /// How many of the asset's signals at once.
        signals: u32,
    },
    /// Its connection changed.
    Link {
        /// Which connection.
        connection: String,
        /// To what.
        state: LinkStateView,
        /// Why, in English; may be empty.
        reason: String,
    },
    /// It said what it has; only the newest birth of a topic is kept.
    Birth {
        /// On which connection.
        connection: String,
        /// On which topic.
        topic: String,
    },
    /// A message could not be read; the newest 50 of a connection and reason are kept.
    Unreadable {
        /// On which connection.
        connection: String,
        /// On which topic.
        topic: String,
        /// Short name of the reason.
        reason: String,
        /// What was wrong, in English.
        detail: String,
    },
    /// Somebody did something.
    Audit {
        /// Number of the entry in the audit trail.
        seq: f64,
        /// Who; empty: the program itself, or a person with another program.
        user: String,
        /// What, by its short name.
        action: String,
        /// To what.
        subject: String,
        /// More about it.
        detail: String,
    },
}

/// How an alarm changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmChange {
    /// Raised.
    Raised,
    /// The value came back inside.
    Returned,
    /// A person acknowledged it.
    Acknowledged,
    /// Its rule or signal was taken out of the plant.
    Removed,
}
