//! The states of an alarm occurrence and the transitions between them (ISA-18.2, figure 3).

use serde::{Deserialize, Serialize};

use crate::{
    alarm::rule::{AlarmKind, Priority},
    id::{AssetId, OccurrenceId, RuleId, SignalKey},
    time::Timestamp,
};

/// State of an occurrence. Shelved, suppressed and out-of-service join it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    /// Beyond the limit, nobody has acknowledged.
    UnackActive,
    /// Beyond the limit, acknowledged.
    AckedActive,
    /// Back inside before anybody acknowledged: still to be acknowledged.
    UnackReturned,
    /// Back inside and acknowledged: over.
    Normal,
}

impl AlarmState {
    /// The name used in history and by the UI.
    pub const fn name(self) -> &'static str {
        match self {
            AlarmState::UnackActive => "unack-active",
            AlarmState::AckedActive => "acked-active",
            AlarmState::UnackReturned => "unack-returned",
            AlarmState::Normal => "normal",
        }
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            AlarmState::UnackActive,
            AlarmState::AckedActive,
            AlarmState::UnackReturned,
            AlarmState::Normal,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }

    /// Whether somebody still has to acknowledge.
    pub const fn is_unacknowledged(self) -> bool {
        matches!(self, AlarmState::UnackActive | AlarmState::UnackReturned)
    }

    /// Whether the value is still beyond the limit.
    pub const fn is_active(self) -> bool {
        matches!(self, AlarmState::UnackActive | AlarmState::AckedActive)
    }
}

/// What moved an occurrence from one state to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "cause")]
pub enum Cause {
    /// The value passed the limit and stayed for the on-delay.
    Raised,
    /// The value came back inside by the deadband.
    Returned,
    /// A person acknowledged.
    Acknowledged {
        /// Who.
        user: String,
        /// What they wrote, may be empty.
        comment: String,
    },
    /// The rule is no longer configured.
    Removed,
}

/// One change of one occurrence: the unit that is stored, shown and never coalesced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmTransition {
    /// Which occurrence.
    pub occurrence: OccurrenceId,
    /// Of which rule.
    pub rule: RuleId,
    /// Of which asset.
    pub asset: AssetId,
    /// On which signal.
    pub signal: SignalKey,
    /// Which comparison.
    pub kind: AlarmKind,
    /// Urgency.
    pub priority: Priority,
    /// The limit in force, in the signal's unit.
    pub limit: f64,
    /// State before; `Normal` for a new occurrence.
    pub from: AlarmState,
    /// State after.
    pub to: AlarmState,
    /// Why.
    pub cause: Cause,
    /// Source time of the sample that caused it; for an operator's action, the time of the action.
    pub source_time: Timestamp,
    /// When the engine made it.
    pub at: Timestamp,
    /// The signal's value at that moment, in its unit.
    pub value: f64,
}

/// An occurrence that is not over: what the alarm list shows and what survives a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandingAlarm {
    /// The transition that raised it.
    pub raised: AlarmTransition,
    /// Its state now.
    pub state: AlarmState,
    /// When it came to that state.
    pub since: Timestamp,
    /// Who acknowledged it and when, if somebody did.
    pub acknowledged: Option<(String, Timestamp)>,
}
