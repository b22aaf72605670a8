//! What can go wrong with history.

mod deed;

use std::path::{Path, PathBuf};

use twin_core::{Said, said};

pub use deed::Deed;

/// Why an operation on history failed. The operation left no trace unless said otherwise.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No space for another page: the disk is full, or the file has reached its page limit. Nothing was stored;
    /// everything stored before is intact, and the same call succeeds once there is space.
    #[error("{} could not grow: the disk or its size limit is full; make room, then it goes on by itself", file.display())]
    Full {
        /// The database file.
        file: PathBuf,
    },
    /// The file belongs to another program.
    #[error(
        "{} is an SQLite file of another program (application id {application_id:#010x}); it was left alone: move it away or choose another workspace",
        file.display()
    )]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it carries as application id.
        application_id: i64,
    },
    /// The file was written by a newer version of this program.
    #[error(
        "{} has schema version {found}, this program knows up to {known}; it was left alone: use the newer program",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that this program can read.
        known: i64,
    },
    /// Something stored cannot be read.
    #[error("{place} is damaged: {why}")]
    Damaged {
        /// A file, a journal row or a chunk.
        place: String,
        /// What does not fit.
        why: String,
    },
    /// The linked SQLite has the WAL-reset corruption bug.
    #[error(
        "SQLite {found} is linked, but versions before 3.51.3 can corrupt a database in WAL mode; build with sqlx's bundled SQLite"
    )]
    SqliteTooOld {
        /// The linked version.
        found: String,
    },
    /// A file operation failed.
    #[error("could not {doing} {}: {source}", file.display())]
    Io {
        /// What was tried.
        doing: Deed,
        /// On which file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused for another reason.
    #[error("could not {doing} in {}: {source}", file.display())]
    Database {
        /// What was tried.
        doing: &'static str,
        /// In which database.
        file: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// More values than the schema can number.
    #[error("{what} is out of range for the history's schema")]
    OutOfRange {
        /// Which number.
        what: &'static str,
    },
}

const SQLITE_ERROR: i32 = 1;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;

/// The log's index could not grow: no space either, though SQLite calls it an I/O error.
const SQLITE_IOERR_SHMSIZE: i32 = 4_874;

/// SQLite's primary result code, 0 for an error of another origin.
fn code_of(source: &sqlx::Error) -> i32 {
    let code = source
        .as_database_error()
        .and_then(|error| error.code()?.parse::<i32>().ok());
    match code {
        Some(SQLITE_IOERR_SHMSIZE) => SQLITE_FULL,
        code => code.map_or(0, |code| code & 0xff),
    }
}

impl Error {
    /// Sorts an error of SQLite by its result code (sqlite.org/rescode.html; the low byte is the primary code).
    pub(crate) fn sql(file: &Path, doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
        move |source| match code_of(&source) {
            SQLITE_FULL => Error::Full {
                file: file.to_owned(),
            },
            SQLITE_CORRUPT | SQLITE_NOTADB => Error::Damaged {
                place: file.display().to_string(),
                why: source.to_string(),
            },
            // No program wrote such a row; what is wrong with it may be known better than by its types.
            _ if matches!(
                source,
                sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. }
            ) =>
            {
                Unproven::named_by(&source).unwrap_or_else(|| Error::Damaged {
                    place: format!("a row of {}", file.display()),
                    why: source.to_string(),
                })
            }
            _ => Error::Database {
                doing,
                file: file.to_owned(),
                source,
            },
        }
    }

    /// [`sql`](Self::sql) for the first look into a file: what is asked there is always right SQL, so that a general
    /// error speaks of the file, such as one of a format that no SQLite ever wrote.
    pub(crate) fn first_look(file: &Path) -> impl Fn(sqlx::Error) -> Error {
        let sort = Error::sql(file, "look into the file");
        let place = file.display().to_string();
        move |source| match sort(source) {
            Error::Database { source, .. } if code_of(&source) == SQLITE_ERROR => Error::Damaged {
                place: place.clone(),
                why: source.to_string(),
            },
            other => other,
        }
    }

    pub(crate) fn io(doing: Deed, file: &Path) -> impl Fn(std::io::Error) -> Error {
        move |source| Error::Io {
            doing,
            file: file.to_owned(),
            source,
        }
    }

    /// What a person reads: its text, with the id of the catalogue. What is damaged, and what SQLite was asked for and
    /// said, stays in its own words: details for whoever repairs it.
    pub fn said(&self) -> Said {
        match self {
            Error::Full { file } => said!(
                "history-full",
                "{file} could not grow: the disk or its size limit is full; make room, then it goes on by itself",
                file = file.display().to_string()
            ),
            Error::Foreign {
                file,
                application_id,
            } => said!(
                "history-foreign",
                "{file} is an SQLite file of another program (application id {id}); it was left alone: move it away or \
                 choose another workspace",
                file = file.display().to_string(),
                id = format!("{application_id:#010x}")
            ),
            Error::Newer { file, found, known } => said!(
                "history-newer",
                "{file} has schema version {found}, this program knows up to {known}; it was left alone: use the newer \
                 program",
                file = file.display().to_string(),
                found = found.to_string(),
                known = known.to_string()
            ),
            Error::Damaged { place, why } => said!(
                "history-damaged",
                "{place} is damaged: {why}",
                place = place.as_str(),
                why = why.as_str()
            ),
            Error::SqliteTooOld { found } => said!(
                "history-sqlite",
                "SQLite {found} is linked, but versions before 3.51.3 can corrupt a database in WAL mode; build with \
                 sqlx's bundled SQLite",
                found = found.as_str()
            ),
            Error::Io {
                doing,
                file,
                source,
            } => said!(
                "history-io",
                "could not {doing} {file}: {source}",
                doing = doing.said(),
                file = file.display().to_string(),
                source = source.to_string()
            ),
            Error::Database {
                doing,
                file,
                source,
            } => database(doing, file, &source.to_string()),
            Error::OutOfRange { what } => said!(
                "history-range",
                "{what} is out of range for the history's schema",
                what = *what
            ),
        }
    }

    /// Whether space came to an end: the caller may retry later.
    pub const fn is_full(&self) -> bool {
        matches!(self, Error::Full { .. })
    }
}

/// Whether history could not be read or not be written is what a person has to know.
fn database(doing: &str, file: &Path, source: &str) -> Said {
    let file = file.display().to_string();
    let reads = [
        "read",
        "look",
        "check",
        "count",
        "begin reading",
        "open a reader",
        "open the readers",
    ];
    if reads.iter().any(|read| doing.starts_with(read)) {
        return said!(
            "history-unread",
            "could not {doing} in {file}: {source}",
            doing = doing,
            file = file,
            source = source
        );
    }
    said!(
        "history-unwritten",
        "could not {doing} in {file}: {source}",
        doing = doing,
        file = file,
        source = source
    )
}

/// A row that its own checksum does not fit; travels through the SQL layer as a failure to decode.
#[derive(Debug, thiserror::Error)]
#[error("{place} does not match its checksum")]
pub(crate) struct Unproven {
    /// Which row.
    pub place: String,
}

impl Unproven {
    pub(crate) fn into_sql(self) -> sqlx::Error {
        sqlx::Error::Decode(Box::new(self))
    }

    fn named_by(source: &sqlx::Error) -> Option<Error> {
        let sqlx::Error::Decode(inner) = source else {
            return None;
        };
        let unproven = inner.downcast_ref::<Unproven>()?;
        Some(Error::Damaged {
            place: unproven.place.clone(),
            why: "its row does not match its checksum; a repair, or for chunks the next compaction, puts it right"
                .into(),
        })
    }
}

/// Shorthand within the crate.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_told_what_the_log_has() {
        let file = || PathBuf::from("/plant/telemetry.db");
        let refused = |doing| Error::Database {
            doing,
            file: file(),
            source: sqlx::Error::PoolClosed,
        };
        let errors = [
            (Error::Full { file: file() }, "history-full"),
            (
                Error::Foreign {
                    file: file(),
                    application_id: 0x1234,
                },
                "history-foreign",
            ),
            (
                Error::Newer {
                    file: file(),
                    found: 9,
                    known: 8,
                },
                "history-newer",
            ),
            (
                Error::Damaged {
                    place: "journal row 4".into(),
                    why: "it is short".into(),
                },
                "history-damaged",
            ),
            (
                Error::SqliteTooOld {
                    found: "3.40.0".into(),
                },
                "history-sqlite",
            ),
            (
                Error::io(Deed::Flush, &file())(std::io::ErrorKind::StorageFull.into()),
                "history-io",
            ),
            (refused("read chunks"), "history-unread"),
            (refused("begin reading"), "history-unread"),
            (refused("append to the journal"), "history-unwritten"),
            (refused("open the writer"), "history-unwritten"),
            (Error::OutOfRange { what: "a level" }, "history-range"),
        ];
        for (error, id) in errors {
            let said = error.said();
            assert_eq!(said.to_string(), error.to_string());
            assert_eq!(said.sentences[0].id, id);
        }
    }
}
