//! Reads TOML tables by key, and collects every fault with its line instead of stopping at the first.

use std::{cell::RefCell, ops::Range};

use toml::de::{DeTable, DeValue};
use twin_core::{Said, said};

use self::words::{a_table, a_text, between, out_of_time, two_numbers, unknown};
use crate::{error::Problem, models::Models};

mod words;

/// The text being read and what is wrong with it.
pub(crate) struct Problems<'t> {
    text: &'t str,
    list: RefCell<Vec<Problem>>,
    /// What the model files say; none when they were not read.
    models: Option<&'t Models>,
}

/// One TOML table. Ask for every key that may stand in it, then call [`Reader::finish`].
pub(crate) struct Reader<'a> {
    problems: &'a Problems<'a>,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    path: String,
    asked: Vec<&'static str>,
}

impl<'t> Problems<'t> {
    pub(crate) const fn new(text: &'t str, models: Option<&'t Models>) -> Self {
        Problems {
            text,
            list: RefCell::new(Vec::new()),
            models,
        }
    }

    pub(crate) fn add(&self, at: usize, key: &str, message: Said) {
        let (line, _) = line_column(self.text, at);
        self.list.borrow_mut().push(Problem {
            line,
            key: key.to_owned(),
            message,
        });
    }

    /// All faults in the order of the file.
    pub(crate) fn into_list(self) -> Vec<Problem> {
        let mut list = self.list.into_inner();
        list.sort();
        list.dedup();
        list
    }
}

/// Line and column (in characters) of a byte offset, both from 1.
pub(crate) fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |rest| rest.chars().count())
        + 1;
    (line, column)
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        problems: &'a Problems<'a>,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        path: &str,
    ) -> Self {
        Reader {
            problems,
            table,
            span,
            path: path.to_owned(),
            asked: Vec::new(),
        }
    }

    /// What the model files say; none when they were not read.
    pub(crate) const fn models(&self) -> Option<&'a Models> {
        self.problems.models
    }

    /// Whether something stands under a key that may stand there.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    fn find(&mut self, key: &'static str) -> Option<(&'a DeValue<'a>, Range<usize>)> {
        self.asked.push(key);
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| (value.get_ref(), value.span()))
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Reports a fault of the value under `key`, or of the table when the key is absent.
    pub(crate) fn fault(&self, key: &str, message: impl Into<Said>) {
        let span = self
            .table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value.span());
        let at = span.unwrap_or_else(|| self.span.clone()).start;
        self.problems.add(at, &self.path_of(key), message.into());
    }

    fn mistyped(&self, at: usize, key: &str, found: &DeValue<'_>, wanted: Said) {
        let message = said!(
            "plantfile-mistyped",
            "must be {wanted}, but is {found}",
            wanted = wanted,
            found = found.type_str()
        );
        self.problems.add(at, &self.path_of(key), message);
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        let (value, span) = self.find(key)?;
        let Some(text) = value.as_str() else {
            self.mistyped(span.start, key, value, a_text());
            return None;
        };
        if text.chars().any(char::is_control) {
            self.fault(
                key,
                said!("plantfile-control", "holds a control character; remove it"),
            );
        }
        Some(text.to_owned())
    }

    /// Text of people or of plants, which may hold anything.
    pub(crate) fn any_text(&mut self, key: &'static str) -> Option<String> {
        let (value, span) = self.find(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.mistyped(span.start, key, value, a_text());
        }
        text.map(str::to_owned)
    }

    /// As [`Reader::any_text`]; empty counts as absent.
    pub(crate) fn filled_any_text(&mut self, key: &'static str) -> Option<String> {
        self.any_text(key).filter(|text| !text.is_empty())
    }

    pub(crate) fn required_any_text(&mut self, key: &'static str) -> String {
        let text = self.any_text(key);
        self.required(key, text)
    }

    /// Text; empty counts as absent.
    pub(crate) fn filled_text(&mut self, key: &'static str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    pub(crate) fn required_text(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        self.required(key, text)
    }

    fn required(&mut self, key: &'static str, text: Option<String>) -> String {
        match text {
            Some(text) if !text.trim().is_empty() => text,
            Some(_) => {
                self.fault(key, said!("plantfile-empty", "must not be empty"));
                String::new()
            }
            None => {
                if self.find(key).is_none() {
                    self.fault(key, said!("plantfile-missing", "is missing; add it"));
                }
                String::new()
            }
        }
    }

    /// A required id: a small letter or digit, then small letters, digits, `-` and `_`.
    pub(crate) fn id(&mut self, key: &'static str) -> String {
        let id = self.required_text(key);
        if !id.is_empty() && !is_id(&id) {
            self.fault(
                key,
                said!(
                    "plantfile-id",
                    "\"{id}\" is not an id; begin with a-z or 0-9 and use only a-z, 0-9, `-` and `_`",
                    id = &*id
                ),
            );
        }
        id
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let (value, span) = self.find(key)?;
        if value.as_bool().is_none() {
            self.mistyped(
                span.start,
                key,
                value,
                said!("plantfile-boolean", "true or false"),
            );
        }
        value.as_bool()
    }

    pub(crate) fn integer(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let (value, span) = self.find(key)?;
        let Some(number) = integer_of(value) else {
            self.mistyped(
                span.start,
                key,
                value,
                said!("plantfile-whole", "a whole number"),
            );
            return None;
        };
        if !range.contains(&number) {
            self.fault(key, between(number, range));
            return None;
        }
        Some(number)
    }

    /// Whole numbers of an array.
    pub(crate) fn integers(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<Vec<i64>> {
        let (value, span) = self.find(key)?;
        let array = value.as_array();
        let numbers: Option<Vec<i64>> = array.and_then(|array| {
            array
                .iter()
                .map(|item| integer_of(item.get_ref()).filter(|number| range.contains(number)))
                .collect()
        });
        if numbers.is_none() {
            let message = said!(
                "plantfile-wholes",
                "must be whole numbers from {least} to {most}",
                least = range.start().to_string(),
                most = range.end().to_string()
            );
            self.problems.add(span.start, &self.path_of(key), message);
        }
        numbers
    }

    pub(crate) fn number(&mut self, key: &'static str) -> Option<f64> {
        let (value, span) = self.find(key)?;
        let number = number_of(value);
        if number.is_none() {
            self.mistyped(
                span.start,
                key,
                value,
                said!("plantfile-finite", "a finite number"),
            );
        }
        number
    }

    pub(crate) fn required_number(&mut self, key: &'static str) -> f64 {
        if self.find(key).is_none() {
            self.fault(key, said!("plantfile-missing", "is missing; add it"));
        }
        self.number(key).unwrap_or(0.0)
    }

    /// A number of seconds, of at most 100 years.
    pub(crate) fn seconds(
        &mut self,
        key: &'static str,
        default: f64,
        may_be_zero: bool,
    ) -> twin_core::Duration {
        const LONGEST: f64 = 100.0 * 365.25 * 86_400.0;
        let seconds = self.number(key).unwrap_or(default);
        if !(0.0..=LONGEST).contains(&seconds) || (seconds == 0.0 && !may_be_zero) {
            self.fault(key, out_of_time(seconds, may_be_zero));
            return twin_core::Duration::from_secs_f64(default);
        }
        twin_core::Duration::from_secs_f64(seconds)
    }

    /// Two numbers, the first below the second.
    pub(crate) fn pair(&mut self, key: &'static str) -> Option<[f64; 2]> {
        let (value, span) = self.find(key)?;
        let array = value.as_array();
        let numbers: Option<Vec<f64>> =
            array.and_then(|array| array.iter().map(|item| number_of(item.get_ref())).collect());
        match numbers.as_deref() {
            Some([low, high]) if low < high => Some([*low, *high]),
            _ => {
                let message = said!(
                    "plantfile-pair",
                    "must be two numbers, the lower one first, such as [0.0, 20.0]"
                );
                self.problems.add(span.start, &self.path_of(key), message);
                None
            }
        }
    }

    /// One of the named choices, or the default.
    pub(crate) fn choice<T: Copy + Default>(
        &mut self,
        key: &'static str,
        names: &[(&str, T)],
    ) -> T {
        let Some(text) = self.text(key) else {
            return T::default();
        };
        if let Some((_, choice)) = names.iter().find(|(name, _)| *name == text) {
            return *choice;
        }
        let known: Vec<String> = names
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        self.fault(
            key,
            said!(
                "plantfile-one-of",
                "is \"{text}\", but must be one of {known}",
                text = text,
                known = known.join(", ")
            ),
        );
        T::default()
    }

    /// Texts of an array.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some((value, span)) = self.find(key) else {
            return Vec::new();
        };
        let Some(array) = value.as_array() else {
            self.mistyped(
                span.start,
                key,
                value,
                said!("plantfile-array", "an array of texts"),
            );
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in array {
            match item.get_ref().as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.mistyped(item.span().start, key, item.get_ref(), a_text()),
            }
        }
        texts
    }

    /// One character.
    pub(crate) fn character(&mut self, key: &'static str) -> Option<char> {
        let text = self.any_text(key)?;
        let mut characters = text.chars();
        let character = characters.next().filter(|_| characters.next().is_none());
        if character.is_none() {
            self.fault(
                key,
                said!(
                    "plantfile-character",
                    "must be one character, such as \";\""
                ),
            );
        }
        character
    }

    pub(crate) fn table(&mut self, key: &'static str) -> Option<Reader<'a>> {
        let (value, span) = self.find(key)?;
        let Some(table) = value.as_table() else {
            self.mistyped(span.start, key, value, a_table());
            return None;
        };
        Some(Reader::new(self.problems, table, span, &self.path_of(key)))
    }

    /// Tables of an array, written as `[[key]]` or as `key = [{...}]`.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Reader<'a>> {
        let Some((value, span)) = self.find(key) else {
            return Vec::new();
        };
        let Some(array) = value.as_array() else {
            self.mistyped(
                span.start,
                key,
                value,
                said!(
                    "plantfile-tables",
                    "tables under [[{path}]]",
                    path = self.path_of(key)
                ),
            );
            return Vec::new();
        };
        let path = self.path_of(key);
        let mut readers = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => readers.push(Reader::new(self.problems, table, item.span(), &path)),
                None => self.mistyped(item.span().start, key, item.get_ref(), a_table()),
            }
        }
        readers
    }

    /// All keys with text values, whatever the keys are called; each is then known.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        for (key, value) in self.table {
            match value.get_ref().as_str() {
                Some(text) => entries.push((key.get_ref().to_string(), text.to_owned())),
                None => self.mistyped(value.span().start, key.get_ref(), value.get_ref(), a_text()),
            }
        }
        entries
    }

    /// All keys with two numbers, whatever the keys are called; each is then known.
    pub(crate) fn points(&self) -> Vec<(String, [f64; 2])> {
        let mut points = Vec::new();
        for (key, value) in self.table {
            let parts: Option<Vec<f64>> = value
                .get_ref()
                .as_array()
                .and_then(|array| array.iter().map(|item| number_of(item.get_ref())).collect());
            match parts.as_deref() {
                Some([first, second]) => {
                    points.push((key.get_ref().to_string(), [*first, *second]))
                }
                _ => self.fault(key.get_ref(), two_numbers()),
            }
        }
        points
    }

    /// Reports keys that nobody asked for. A password gets its own words.
    pub(crate) fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let message = unknown(name, &self.asked);
            self.problems
                .add(key.span().start, &self.path_of(name), message);
        }
    }
}

/// Whether `id` may name a thing of the plant.
pub(crate) fn is_id(id: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = id.as_bytes();
    bytes.first().is_some_and(|byte| alphanumeric(*byte))
        && bytes
            .iter()
            .all(|byte| alphanumeric(*byte) || matches!(byte, b'-' | b'_'))
}

fn integer_of(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let float = value
        .as_float()
        .and_then(|float| float.as_str().parse::<f64>().ok());
    float
        .or_else(|| integer_of(value).map(|integer| integer as f64))
        .filter(|number| number.is_finite())
}
