//! Sentences of the program, as the UI says them in the language of the window.

use std::{collections::BTreeMap, fmt, ops::Deref};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use twin_core::{Said, SaidValue, Sentence};

/// A value within a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(untagged)]
pub enum SaidValueView {
    /// A count: the words may depend on it.
    Count(f64),
    /// Anything else, as it is to be read.
    Text(String),
    /// Words of the catalogue themselves.
    Words(SaidView),
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SentenceView {
    /// Its id in the catalogue; empty when it has none.
    pub id: String,
    /// What it holds, by name.
    pub values: BTreeMap<String, SaidValueView>,
    /// In English, values included.
    pub text: String,
}

/// What is said to a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SaidView {
    /// All of it in English; empty when nothing is said.
    pub text: String,
    /// Sentence by sentence.
    pub sentences: Vec<SentenceView>,
}

impl From<&Sentence> for SentenceView {
    fn from(sentence: &Sentence) -> Self {
        let value = |value: &SaidValue| match value {
            SaidValue::Count(count) => SaidValueView::Count(*count as f64),
            SaidValue::Text(text) => SaidValueView::Text(text.clone()),
            SaidValue::Words(said) => SaidValueView::Words(said.into()),
        };
        SentenceView {
            id: sentence.id.to_string(),
            values: sentence
                .values
                .iter()
                .map(|(name, held)| (name.to_string(), value(held)))
                .collect(),
            text: sentence.text.clone(),
        }
    }
}

impl From<&Said> for SaidView {
    fn from(said: &Said) -> Self {
        SaidView {
            text: said.to_string(),
            sentences: said.sentences.iter().map(SentenceView::from).collect(),
        }
    }
}

impl From<Said> for SaidView {
    fn from(said: Said) -> Self {
        SaidView::from(&said)
    }
}

/// Sentences that were made for the window, within others.
impl From<&SaidView> for Said {
    fn from(view: &SaidView) -> Self {
        let value = |value: &SaidValueView| match value {
            SaidValueView::Count(count) => SaidValue::Count(*count as u64),
            SaidValueView::Text(text) => SaidValue::Text(text.clone()),
            SaidValueView::Words(words) => SaidValue::Words(words.into()),
        };
        let sentence = |of: &SentenceView| Sentence {
            id: of.id.clone().into(),
            values: of
                .values
                .iter()
                .map(|(name, held)| (name.clone().into(), value(held)))
                .collect(),
            text: of.text.clone(),
        };
        Said {
            sentences: view.sentences.iter().map(sentence).collect(),
        }
    }
}

/// Without an id: it is shown in English.
impl From<&str> for SaidView {
    fn from(text: &str) -> Self {
        Said::from(text).into()
    }
}

/// Without an id: it is shown in English.
impl From<String> for SaidView {
    fn from(text: String) -> Self {
        Said::from(text).into()
    }
}

impl fmt::Display for SaidView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Its English words.
impl Deref for SaidView {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}
