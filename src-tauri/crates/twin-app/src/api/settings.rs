//! What a person chose about the window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What closing the window does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum OnClose {
    /// Not chosen yet.
    #[default]
    Ask,
    /// Keep collecting in the tray.
    Tray,
    /// Stop collecting and quit.
    Quit,
}

/// Settings of this installation, kept beside the plant file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(default)]
pub struct Settings {
    /// What closing the window does.
    pub on_close: OnClose,
}

/// An error as the UI shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ApiError {
    /// What happened, to which thing, and what to do.
    pub message: String,
}
