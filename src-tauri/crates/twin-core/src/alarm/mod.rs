//! Alarms by ISA-18.2: rules, occurrences, their states and transitions.

mod evaluate;
mod rule;
mod state;

pub use evaluate::RuleState;
pub use rule::{AlarmKind, AlarmRule, Priority};
pub use state::{AlarmState, AlarmTransition, Cause, StandingAlarm};
