//! What can go wrong in a bench.

use std::{path::Path, string::FromUtf8Error};

/// Why the bench could not go on; a figure that is short of its bar is no error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The historian under test.
    #[error(transparent)]
    Historian(#[from] twin_historian::Error),
    /// The bare SQLite loop, or a look into the file.
    #[error("SQLite: {0}")]
    Sql(#[from] sqlx::Error),
    /// A file, a process or a socket.
    #[error("could not {doing}: {source}")]
    Io {
        /// As an infinitive.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A child or a peer said something that is no text.
    #[error("not UTF-8: {0}")]
    Text(#[from] FromUtf8Error),
    /// Everything else, in one sentence.
    #[error("{0}")]
    Other(String),
}

/// What the bench's functions give.
pub type Result<T> = std::result::Result<T, Error>;

/// For `map_err`: names what was being done.
pub fn io(doing: &str, what: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Error {
    let doing = format!("{doing} {}", what.as_ref().display());
    move |source| Error::Io { doing, source }
}

/// An [`Error::Other`] as a result.
pub fn fail<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Other(why.into()))
}
