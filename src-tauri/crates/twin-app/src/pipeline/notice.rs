//! Desktop notifications in words.

use twin_core::{
    OccurrenceId, Said,
    alarm::{AlarmTransition, Priority},
};

use crate::{compile::Compiled, words};

/// A desktop notification in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which occurrence.
    pub occurrence: OccurrenceId,
    /// Urgency.
    pub priority: Priority,
    /// First line.
    pub title: Said,
    /// The rest.
    pub body: Said,
}

impl Notice {
    /// About an alarm that was raised.
    pub fn of(compiled: &Compiled, raised: &AlarmTransition) -> Self {
        let (title, body) = words::alarm(compiled, raised);
        Notice {
            occurrence: raised.occurrence.clone(),
            priority: raised.priority,
            title,
            body,
        }
    }
}
