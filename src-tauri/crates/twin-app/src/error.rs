//! What can go wrong in the composition, in words for a person.
//!
//! Rooms, in the order in which they may import one another: `named` -> `words` -> this one.

mod named;
mod words;

use std::path::PathBuf;

use thiserror::Error;
use twin_core::{Said, said};

pub use self::named::{Doing, Thing};
use crate::api::{connection::ConnectionForm, settings::ApiError};

/// An error of twin-app. Its text says what happened, to which thing, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// Reading or writing a file of the workspace failed.
    #[error(
        "cannot {action} {path}: {source}. Check that the folder exists, is writable and has free space."
    )]
    File {
        /// What was tried.
        action: Doing,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process uses the workspace.
    #[error(
        "the workspace {path} is already open in another Twinscope. Use that window, or name another workspace with --workspace."
    )]
    Locked {
        /// The workspace.
        path: PathBuf,
    },
    /// The plant file is wrong.
    #[error("the plant file {path} cannot be used: {source}")]
    Plant {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        source: twin_model::Error,
    },
    /// The plant file was written and does not run yet.
    #[error(
        "{path} is written, but could not be taken up yet. Twinscope tries again every second until it can: {source}"
    )]
    NotYet {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<Error>,
    },
    /// Somebody else writes the plant file at the same time.
    #[error("the plant file {path} is being changed by another program: look at it, and try again")]
    Conflict {
        /// The file.
        path: PathBuf,
    },
    /// The plant file says something else of a connection than when its form was opened.
    #[error(
        "the connection \"{id}\" was changed in the plant file meanwhile: look at it, and save again"
    )]
    Changed {
        /// Which connection.
        id: String,
        /// What the plant file says; none when the connection is not in it any more.
        now: Box<Option<ConnectionForm>>,
    },
    /// History failed.
    #[error("{0}")]
    History(#[from] twin_historian::Error),
    /// A connection's configuration is wrong.
    #[error("{0}")]
    Connection(#[from] twin_connect::Error),
    /// A picture could not be drawn.
    #[error("{0}")]
    Picture(#[from] twin_report::Error),
    /// A file of history could not be written or read.
    #[error("cannot {action} {path}: {source}")]
    Table {
        /// What was tried.
        action: Doing,
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: twin_report::Error,
    },
    /// Something was named that does not exist.
    #[error("there is no {what} \"{id}\" (it may just have been removed): refresh and try again")]
    Unknown {
        /// What kind of thing.
        what: Thing,
        /// Its id.
        id: String,
    },
    /// A document may not be opened.
    #[error("{0}")]
    Document(Said),
    /// Something cannot be taken back.
    #[error("{0}")]
    Restore(Said),
    /// A request made no sense.
    #[error("{0}")]
    Request(Said),
    /// The demo plant's program is not there.
    #[error(
        "the demo plant's program is not at {path}: install Twinscope as a whole, or build it with `cargo build --bin demo-plant`"
    )]
    DemoMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The demo plant did not come up.
    #[error("the demo plant did not start, {why}. Its log is {log}; try again.")]
    DemoFailed {
        /// What happened.
        why: Said,
        /// Its log.
        log: PathBuf,
    },
    /// A folder holds no plant.
    #[error(
        "there is no plant.toml in {path}: name a folder that holds a plant, or have an empty one made there"
    )]
    NoPlant {
        /// The folder.
        path: PathBuf,
    },
    /// A folder is not named as a whole.
    #[error("\"{path}\" is no whole path: begin it with / or ~/")]
    NoFolder {
        /// What was typed.
        path: String,
    },
    /// The plant is open already.
    #[error("the plant in {path} is open already")]
    AlreadyOpen {
        /// Its folder.
        path: PathBuf,
    },
    /// The first plant is being opened.
    #[error("the plant is being opened: what is stored is read first")]
    Starting,
    /// Another plant is being opened.
    #[error("another plant is being opened: wait for it, or cancel it")]
    Opening,
    /// A person took it back.
    #[error("it was cancelled")]
    Cancelled,
    /// The pipeline has stopped.
    #[error("the pipeline has stopped: restart Twinscope, and look into its log for the reason")]
    Stopped,
}

impl Error {
    /// What was to be taken back is another by now.
    pub(crate) fn changed(file: &str) -> Error {
        Error::Restore(said!(
            "restore-changed",
            "{file} was changed since, so it is not put back as it was. Take the later change back first, or change it by \
             hand.",
            file = file
        ))
    }

    /// What a person reads: its text, with the id of the catalogue.
    pub fn said(&self) -> Said {
        match self {
            Error::File {
                action,
                path,
                source,
            } => words::file(*action, path, source),
            Error::Locked { path } => words::locked(path),
            Error::Plant { path, source } => words::plant(path, source),
            Error::NotYet { path, source } => words::not_yet(path, source.said()),
            Error::Conflict { path } => words::conflict(path),
            Error::Changed { id, .. } => words::changed(id),
            Error::History(source) => source.said(),
            Error::Connection(source) => source.said(),
            Error::Picture(source) => source.said(),
            Error::Table {
                action,
                path,
                source,
            } => words::table(*action, path, source),
            Error::Unknown { what, id } => words::unknown(*what, id),
            Error::Document(why) | Error::Restore(why) | Error::Request(why) => why.clone(),
            Error::DemoMissing { path } => words::demo_missing(path),
            Error::DemoFailed { why, log } => words::demo_failed(why, log),
            Error::NoPlant { path } => words::no_plant(path),
            Error::NoFolder { path } => words::no_folder(path),
            Error::AlreadyOpen { path } => words::already_open(path),
            Error::Starting => words::starting(),
            Error::Opening => words::opening(),
            Error::Cancelled => words::cancelled(),
            Error::Stopped => words::stopped(),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        error.said().into()
    }
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use twin_core::said;

    use super::*;

    #[test]
    fn an_error_says_the_same_to_the_window_and_to_the_log() {
        let path = || PathBuf::from("/plant/plant.toml");
        let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let errors = [
            Error::File {
                action: Doing::Read,
                path: path(),
                source: denied(),
            },
            Error::Locked { path: path() },
            Error::NotYet {
                path: path(),
                source: Box::new(Error::Stopped),
            },
            Error::Conflict { path: path() },
            Error::Changed {
                id: "station".into(),
                now: Box::new(None),
            },
            Error::Unknown {
                what: Thing::Asset,
                id: "pump".into(),
            },
            Error::Table {
                action: Doing::Import,
                path: path(),
                source: twin_report::Error::Damaged("CRC".into()),
            },
            Error::Stopped,
            Error::DemoMissing { path: path() },
            Error::DemoFailed {
                why: said!("error-demo-silent", "its broker did not listen within 20 s"),
                log: path(),
            },
            Error::NoPlant { path: path() },
            Error::NoFolder {
                path: "plant".into(),
            },
            Error::AlreadyOpen { path: path() },
            Error::Starting,
            Error::Opening,
            Error::Cancelled,
        ];
        for error in errors {
            let (text, said) = (error.to_string(), ApiError::from(error));
            assert_eq!(said.message, text);
            assert!(said.sentences[0].id.starts_with("error-"), "{said:?}");
        }
        let file = path();
        let full = Error::History(twin_historian::Error::Full { file });
        let (text, said) = (full.to_string(), ApiError::from(full));
        assert_eq!(
            (said.message, said.sentences[0].id.as_str()),
            (text, "history-full")
        );
        let host = Error::Connection(twin_connect::Error::HostMissing);
        let (text, said) = (host.to_string(), ApiError::from(host));
        assert_eq!(
            (said.message, said.sentences[0].id.as_str()),
            (text, "connect-host")
        );
        let request = ApiError::from(Error::Request(said!(
            "refused-no-file",
            "no file is named: give its path"
        )));
        assert_eq!(request.message, "no file is named: give its path");
        assert_eq!(request.sentences[0].id, "refused-no-file");
    }
}
