//! The number of a journal row.

use serde::{Deserialize, Serialize};

/// Number of a journal row: grows with every append, never used twice, 0 before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct JournalRow(pub i64);
