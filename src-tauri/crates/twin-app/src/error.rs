//! What can go wrong in the composition, in words for a person.

use std::path::PathBuf;

use thiserror::Error;
use twin_core::{Said, said};

use crate::api::{connection::ConnectionForm, settings::ApiError};

/// An error of twin-app. Its text says what happened, to which thing, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// Reading or writing a file of the workspace failed.
    #[error(
        "cannot {action} {path}: {source}. Check that the folder exists, is writable and has free space."
    )]
    File {
        /// What was tried, such as "read".
        action: &'static str,
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
        /// What was tried, such as "import".
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: twin_report::Error,
    },
    /// Something was named that does not exist.
    #[error("there is no {what} \"{id}\" (it may just have been removed): refresh and try again")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
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
    Request(String),
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
        why: String,
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

    /// What a person reads: its text, with the id of the catalogue where that has it.
    pub fn said(&self) -> Said {
        match self {
            Error::File {
                action,
                path,
                source,
            } => said!(
                "error-file",
                "cannot {action} {path}: {source}. Check that the folder exists, is writable and has free space.",
                action = *action,
                path = path.display().to_string(),
                source = source.to_string()
            ),
            Error::Locked { path } => said!(
                "error-locked",
                "the workspace {path} is already open in another Twinscope. Use that window, or name another workspace \
                 with --workspace.",
                path = path.display().to_string()
            ),
            Error::Plant { path, source } => said!(
                "error-plant",
                "the plant file {path} cannot be used: {source}",
                path = path.display().to_string(),
                source = source.said()
            ),
            Error::NotYet { path, source } => said!(
                "error-not-yet",
                "{path} is written, but could not be taken up yet. Twinscope tries again every second until it can: \
                 {source}",
                path = path.display().to_string(),
                source = source.said()
            ),
            Error::Conflict { path } => said!(
                "error-conflict",
                "the plant file {path} is being changed by another program: look at it, and try again",
                path = path.display().to_string()
            ),
            Error::Changed { id, .. } => said!(
                "error-changed",
                "the connection \"{id}\" was changed in the plant file meanwhile: look at it, and save again",
                id = id.as_str()
            ),
            Error::Unknown { what, id } => said!(
                "error-unknown",
                "there is no {what} \"{id}\" (it may just have been removed): refresh and try again",
                what = *what,
                id = id.as_str()
            ),
            Error::Stopped => said!(
                "error-stopped",
                "the pipeline has stopped: restart Twinscope, and look into its log for the reason"
            ),
            Error::Document(why) | Error::Restore(why) => why.clone(),
            other => other.said_of_opening(),
        }
    }

    /// The same of the way to another plant.
    fn said_of_opening(&self) -> Said {
        match self {
            Error::DemoMissing { path } => said!(
                "error-demo-missing",
                "the demo plant's program is not at {path}: install Twinscope as a whole, or build it with \
                 `cargo build --bin demo-plant`",
                path = path.display().to_string()
            ),
            Error::DemoFailed { why, log } => said!(
                "error-demo-failed",
                "the demo plant did not start, {why}. Its log is {log}; try again.",
                why = why.as_str(),
                log = log.display().to_string()
            ),
            Error::NoPlant { path } => said!(
                "error-no-plant",
                "there is no plant.toml in {path}: name a folder that holds a plant, or have an empty one made there",
                path = path.display().to_string()
            ),
            Error::NoFolder { path } => said!(
                "error-no-folder",
                "\"{path}\" is no whole path: begin it with / or ~/",
                path = path.as_str()
            ),
            Error::AlreadyOpen { path } => said!(
                "error-already-open",
                "the plant in {path} is open already",
                path = path.display().to_string()
            ),
            Error::Opening => said!(
                "error-opening",
                "another plant is being opened: wait for it, or cancel it"
            ),
            Error::Cancelled => said!("error-cancelled", "it was cancelled"),
            other => other.to_string().into(),
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
    use super::*;

    #[test]
    fn an_error_says_the_same_to_the_window_and_to_the_log() {
        let path = || PathBuf::from("/plant/plant.toml");
        let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let errors = [
            Error::File {
                action: "read",
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
                what: "asset",
                id: "pump".into(),
            },
            Error::Stopped,
            Error::DemoMissing { path: path() },
            Error::DemoFailed {
                why: "it ended at once".into(),
                log: path(),
            },
            Error::NoPlant { path: path() },
            Error::NoFolder {
                path: "plant".into(),
            },
            Error::AlreadyOpen { path: path() },
            Error::Opening,
            Error::Cancelled,
        ];
        for error in errors {
            let (text, said) = (error.to_string(), ApiError::from(error));
            assert_eq!(said.message, text);
            assert!(said.sentences[0].id.starts_with("error-"), "{said:?}");
        }
        let request = ApiError::from(Error::Request("no".into()));
        assert_eq!(
            (request.message.as_str(), request.sentences[0].id.as_str()),
            ("no", "")
        );
    }
}
