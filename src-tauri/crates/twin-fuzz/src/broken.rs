//! What is found.

use std::time::Duration;

/// Something that must hold and did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What the reader gives contradicts itself or its limits.
    #[error("{0}")]
    Invariant(String),
    /// Three runs in a row took this long and longer.
    #[error("took {0:?}, longer than a run may")]
    Slow(Duration),
    /// Memory beyond what the input justifies was asked for.
    #[error("asked for {asked} bytes of memory, more than {max} for {input} bytes of input")]
    Memory {
        /// Asked for in all, bytes; what was given back is not taken off.
        asked: usize,
        /// What there is for an input of this size, bytes.
        max: usize,
        /// Size of the input, bytes.
        input: usize,
    },
    /// There is no target of this name.
    #[error("there is no target {0}")]
    NoTarget(String),
    /// Seeds could not be read or written.
    #[error("{path}: {why}")]
    Seeds {
        /// The file or folder.
        path: String,
        /// What the system says.
        why: String,
    },
}

/// Says what is broken unless `holds`.
///
/// # Errors
/// When it does not hold.
pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        Err(Broken::Invariant(what()))
    }
}
