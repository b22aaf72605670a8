//! Sentences for people: English words, and what a catalogue needs to say the same in another language.
//!
//! English is what logs and terminals show, and what a person reads of a sentence that the catalogue does not have. Ids
//! and the names of values are those of `assets/locales`; a test of the front end holds both texts equal.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// A value within a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SaidValue {
    /// A count: the words may depend on it.
    Count(u64),
    /// Anything else, as it is to be read.
    Text(String),
    /// Words of the catalogue themselves, such as the name of what is spoken of.
    Words(Said),
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

impl From<Said> for SaidValue {
    fn from(said: Said) -> Self {
        SaidValue::Words(said)
    }
}

impl SaidValue {
    /// Whether it is one of something: then English has other words for it.
    pub fn is_one(&self) -> bool {
        *self == SaidValue::Count(1)
    }
}

impl fmt::Display for SaidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaidValue::Count(count) => count.fmt(f),
            SaidValue::Text(text) => f.write_str(text),
            SaidValue::Words(said) => said.fmt(f),
        }
    }
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sentence {
    /// Its id in the catalogue; empty when it has none.
    pub id: Cow<'static, str>,
    /// What it holds, by name.
    pub values: Vec<(Cow<'static, str>, SaidValue)>,
    /// In English, values included.
    pub text: String,
}

/// What is said to a person: sentences, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Said {
    /// In order.
    pub sentences: Vec<Sentence>,
}

impl Said {
    /// A sentence of the catalogue; [`said!`](crate::said) is the way to make one.
    pub fn new(
        id: &'static str,
        text: String,
        values: Vec<(Cow<'static, str>, SaidValue)>,
    ) -> Self {
        Said {
            sentences: vec![Sentence {
                id: Cow::Borrowed(id),
                values,
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

    /// Words one after the other, with commas; none of none. Each holds those before it: for a handful.
    pub fn listed(all: impl IntoIterator<Item = Said>) -> Option<Said> {
        all.into_iter().reduce(|before, next| {
            crate::said!(
                "common-list",
                "{before}, {next}",
                before = before,
                next = next
            )
        })
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
///
/// Where the words depend on a count, it is the first value, and both texts stand there:
///
/// ```
/// let said = |count: u64| twin_core::said!("a-gaps", "{count} gap" | "{count} gaps", count = count).to_string();
/// assert_eq!((said(1), said(3)), ("1 gap".to_owned(), "3 gaps".to_owned()));
/// ```
#[macro_export]
macro_rules! said {
    ($id:literal, $text:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        // All at once: a name hides nothing from the values after it.
        let ($($name,)*) = ($($crate::SaidValue::from($value),)*);
        $crate::Said::new(
            $id,
            ::std::format!($text $(, $name = $name)*),
            ::std::vec![$((::std::borrow::Cow::Borrowed(::std::stringify!($name)), $name)),*],
        )
    }};
    ($id:literal, $one:literal | $many:literal, $count:ident = $number:expr $(, $name:ident = $value:expr)* $(,)?) => {{
        let ($count, $($name,)*) =
            ($crate::SaidValue::from($number), $($crate::SaidValue::from($value),)*);
        let text = if $count.is_one() {
            ::std::format!($one, $count = $count $(, $name = $name)*)
        } else {
            ::std::format!($many, $count = $count $(, $name = $name)*)
        };
        $crate::Said::new(
            $id,
            text,
            ::std::vec![
                (::std::borrow::Cow::Borrowed(::std::stringify!($count)), $count)
                $(, (::std::borrow::Cow::Borrowed(::std::stringify!($name)), $name))*
            ],
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
    fn words_stand_within_a_sentence() {
        let gaps = said!("a-gaps", "{count} gap" | "{count} gaps", count = 1_u64);
        let said = said!("a-of", "{gaps} of {name}", gaps = gaps.clone(), name = "x");
        assert_eq!(said.to_string(), "1 gap of x");
        assert_eq!(said.sentences[0].values[0].1, SaidValue::Words(gaps));
    }

    #[test]
    fn lists_have_commas() {
        let listed = |words: &[&str]| {
            let said = Said::listed(words.iter().map(|word| Said::from(*word)));
            said.map(|said| said.to_string())
        };
        assert_eq!(listed(&[]), None);
        assert_eq!(listed(&["a"]), Some("a".into()));
        assert_eq!(listed(&["a", "b", "c"]), Some("a, b, c".into()));
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
