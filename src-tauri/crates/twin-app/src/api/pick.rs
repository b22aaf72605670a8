//! Paths that people choose in the system's dialogs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PickRequest {
    /// A file, a folder, or a name for a new file.
    pub kind: PickKind,
    /// Title of the dialog.
    pub title: String,
    /// What the files are that are shown, such as "Certificates".
    pub what: String,
    /// Ends of their names without the dot; none: all files.
    pub endings: Vec<String>,
    /// A name for a new file; empty: none is proposed.
    pub named: String,
}

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum PickKind {
    /// A file that there is.
    Open,
    /// A folder.
    Folder,
    /// A file that may not be there yet.
    Save,
}
