//! What can be wrong with a plant file.

use std::fmt;

use crate::twin_file::Faults;

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

/// One fault in a plant file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// The key or table, such as `type.signal.range`.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
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
