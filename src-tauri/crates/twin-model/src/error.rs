//! What can be wrong with a plant file.

use std::fmt;

use twin_core::{Said, said};

use crate::twin_file::{Fault, Faults};

/// Why a plant file cannot be used or edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not TOML.
    #[error(
        "plant file, line {line}, column {column}: not valid TOML: {message}. Correct this line."
    )]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// The parser's words.
        message: String,
    },
    /// It is TOML, and says things that cannot be. Holds every fault found, in the order of the file.
    #[error("plant file: {}", list(.0))]
    Invalid(Vec<Problem>),
    /// Model files that its types name break rules of their language.
    #[error("model files: {0}")]
    Models(Faults),
    /// It is larger than any plant file could be.
    #[error("plant file: {bytes} bytes, more than {limit}. Check that it is the right file.")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest accepted.
        limit: usize,
    },
    /// What is to be changed or removed is not there.
    #[error("plant file: no {kind} \"{id}\". Reload the plant file and try again.")]
    Unknown {
        /// Name of its table or key.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// The connection to remove is still named by assets or mapping rules.
    #[error("plant file: connection \"{id}\" is used by {}. Give them another connection first.", users.join(", "))]
    ConnectionInUse {
        /// Its id.
        id: String,
        /// What names it.
        users: Vec<String>,
    },
    /// Tables are written as one inline array, which cannot be edited without losing the comments in it.
    #[error(
        "plant file: `{kind} = [...]` cannot be edited here. Write each {kind} under its own [[{kind}]]."
    )]
    Inline {
        /// Name of the tables.
        kind: &'static str,
    },
}

/// So many faults are named in a sentence; all of them are in the error itself.
const NAMED_MAX: usize = 3;

impl Error {
    /// What a person reads, as the catalogue has it: of many faults in the plant file the first three.
    pub fn said(&self) -> Said {
        match self {
            Error::Syntax {
                line,
                column,
                message,
            } => said!(
                "plantfile-not-toml",
                "plant file, line {line}, column {column}: not valid TOML: {message}. Correct this line.",
                line = line.to_string(),
                column = column.to_string(),
                message = message.as_str()
            ),
            Error::Invalid(problems) => said!(
                "plantfile-invalid",
                "plant file: {faults}",
                faults = first_of(problems.iter().map(Problem::said), problems.len(), 0)
            ),
            Error::Models(faults) => said!(
                "plantfile-models",
                "model files: {faults}",
                faults = first_of(
                    faults.list.iter().map(Fault::said_where),
                    faults.list.len(),
                    faults.more
                )
            ),
            Error::TooLarge { bytes, limit } => said!(
                "plantfile-too-large",
                "plant file: {bytes} bytes, more than {limit}. Check that it is the right file.",
                bytes = *bytes,
                limit = *limit
            ),
            Error::Unknown { kind, id } => said!(
                "plantfile-no-such",
                "plant file: no {kind} \"{id}\". Reload the plant file and try again.",
                kind = *kind,
                id = id.as_str()
            ),
            Error::ConnectionInUse { id, users } => said!(
                "plantfile-in-use",
                "plant file: connection \"{id}\" is used by {users}. Give them another connection first.",
                id = id.as_str(),
                users = users.join(", ")
            ),
            Error::Inline { kind } => said!(
                "plantfile-inline",
                "plant file: `{kind} = [...]` cannot be edited here. Write each {kind} under its own [[{kind}]].",
                kind = *kind
            ),
        }
    }
}

/// The first of `count` faults, and how many there are besides; `more` were not even kept.
fn first_of(faults: impl Iterator<Item = Said>, count: usize, more: u64) -> Said {
    let named = faults.take(NAMED_MAX).reduce(|before, next| {
        said!(
            "plantfile-then",
            "{before}; {next}",
            before = before,
            next = next
        )
    });
    let named = named.unwrap_or_default();
    match count.saturating_sub(NAMED_MAX) as u64 + more {
        0 => named,
        more => said!(
            "plantfile-more",
            "{before}; and {count} more",
            before = named,
            count = more
        ),
    }
}

impl Problem {
    /// The fault with its line and key.
    fn said(&self) -> Said {
        said!(
            "plantfile-at",
            "line {line}, {key}: {message}",
            line = self.line.to_string(),
            key = self.key.as_str(),
            message = self.message.clone()
        )
    }
}

/// One fault in a plant file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// The key or table, such as `type.signal.range`.
    pub key: String,
    /// What is wrong and what to do.
    pub message: Said,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.key, self.message)
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
