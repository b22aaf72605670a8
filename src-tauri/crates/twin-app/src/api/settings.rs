//! What a person chose about the window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use twin_core::Said;

use super::said::{SaidView, SentenceView};

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

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// Settings of this installation, kept beside the plant file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(default)]
pub struct Settings {
    /// What closing the window does.
    pub on_close: OnClose,
    /// What the window speaks: the program says the same outside it.
    pub language: Language,
}

/// An error as the UI shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ApiError {
    /// What happened, to which thing, and what to do; in English.
    pub message: String,
    /// The same, for the language of the window.
    pub sentences: Vec<SentenceView>,
}

impl From<Said> for ApiError {
    fn from(said: Said) -> Self {
        let SaidView { text, sentences } = said.into();
        ApiError {
            message: text,
            sentences,
        }
    }
}
