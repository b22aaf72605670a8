//! Desktop notifications in words.

use twin_core::{OccurrenceId, alarm::Priority};

/// A desktop notification in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which occurrence.
    pub occurrence: OccurrenceId,
    /// Urgency.
    pub priority: Priority,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
}
