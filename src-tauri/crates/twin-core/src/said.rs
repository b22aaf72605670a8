//! Sentences for people: English words, and what a catalogue needs to say the same in another language.
//!
//! English is what logs and terminals show, and what a person reads of a sentence that the catalogue does not have. Ids
//! and the names of values are those of `assets/locales`; a test of the front end holds both texts equal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value within a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaidValue {
    /// A count: the words may depend on it.
    Count(u64),
    /// Anything else, as it is to be read.
    Text(String),
}

impl From<u64> for SaidValue {
    fn from(count: u64) -> Self {
        SaidValue::Count(count)
    }
}

impl From<usize> for SaidValue {
    fn from(count: usize) -> Self {
        SaidValue::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<String> for SaidValue {
    fn from(text: String) -> Self {
        SaidValue::Text(text)
    }
}

impl From<&str> for SaidValue {
    fn from(text: &str) -> Self {
        SaidValue::Text(text.to_owned())
    }
}

impl fmt::Display for SaidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaidValue::Count(count) => count.fmt(f),
            SaidValue::Text(text) => f.write_str(text),
        }
    }
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its id in the catalogue; empty when it has none.
    pub id: String,
    /// What it holds, by name.
    pub values: Vec<(String, SaidValue)>,
    /// In English, values included.
    pub text: String,
}

/// What is said to a person: sentences, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// In order.
    pub sentences: Vec<Sentence>,
}

impl Said {
    /// A sentence of the catalogue; [`said!`](crate::said) is the way to make one.
    pub fn new(id: &str, text: String, values: Vec<(&str, SaidValue)>) -> Self {
        let named = |(name, value): (&str, SaidValue)| (name.to_owned(), value);
        Said {
            sentences: vec![Sentence {
                id: id.to_owned(),
                values: values.into_iter().map(named).collect(),
                text,
            }],
        }
    }

    /// Says something more.
    #[must_use]
    pub fn and(mut self, more: Said) -> Self {
        self.sentences.extend(more.sentences);
        self
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }
}

/// Without an id: it is shown in English.
impl From<String> for Said {
    fn from(text: String) -> Self {
        match text.is_empty() {
            true => Said::default(),
            false => Said::new("", text, vec![]),
        }
    }
}

/// Without an id: it is shown in English.
impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Said::from(text.to_owned())
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, sentence) in self.sentences.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&sentence.text)?;
        }
        Ok(())
    }
}

/// A sentence of the catalogue: its id, its English words, and the values that stand in them.
///
/// ```
/// let said = twin_core::said!("link-lost", "{name}: {count} messages were lost.", name = "Station", count = 3_u64);
/// assert_eq!(said.to_string(), "Station: 3 messages were lost.");
/// ```
#[macro_export]
macro_rules! said {
    ($id:literal, $text:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        $(let $name = $crate::SaidValue::from($value);)*
        $crate::Said::new(
            $id,
            ::std::format!($text $(, $name = $name)*),
            ::std::vec![$((::std::stringify!($name), $name)),*],
        )
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_its_id_and_values_beside_its_words() {
        let said = said!("a-b", "{name}: {count} lost", name = "x", count = 3_usize);
        assert_eq!(said.to_string(), "x: 3 lost");
        let [sentence] = said.sentences.as_slice() else {
            unreachable!("{said:?}")
        };
        assert_eq!(sentence.id, "a-b");
        let value = |name: &str| sentence.values.iter().find(|(known, _)| known == name);
        assert_eq!(value("name").unwrap().1, SaidValue::Text("x".into()));
        assert_eq!(value("count").unwrap().1, SaidValue::Count(3));
    }

    #[test]
    fn sentences_follow_one_another_and_an_empty_text_says_nothing() {
        assert!(Said::from("").is_empty());
        assert_eq!(Said::default().to_string(), "");
        let both = said!("a", "One.").and(Said::from("")).and("Two.".into());
        assert_eq!(both.to_string(), "One. Two.");
        assert_eq!(both.sentences[1].id, "");
    }
}
