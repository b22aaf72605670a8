//! One line of separated values.

use twin_core::Timestamp;

use crate::{
    observations::Cell,
    stamp::{self, Zone},
};

/// A value as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raw<'l> {
    /// Without quotes around it; those inside are still doubled.
    text: &'l str,
    quoted: bool,
}

/// Why a line cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenQuote;

/// The values of a line.
#[derive(Clone, Debug)]
pub(super) struct Split<'l> {
    rest: Option<&'l str>,
    separator: char,
}

impl<'l> Split<'l> {
    pub(super) const fn new(line: &'l str, separator: char) -> Self {
        Split {
            rest: Some(line),
            separator,
        }
    }
}

impl<'l> Iterator for Split<'l> {
    type Item = Result<Raw<'l>, OpenQuote>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let separator = self.separator;
        // Space around a value is not part of it, unless it is the separator.
        let space = |c: char| c.is_whitespace() && c != separator;
        let start = rest.trim_start_matches(space);
        let Some(inside) = start.strip_prefix('"') else {
            let (text, rest) = match rest.split_once(separator) {
                Some((text, rest)) => (text, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            let text = text.trim_matches(space);
            return Some(Ok(Raw {
                text,
                quoted: false,
            }));
        };
        let mut at = 0;
        loop {
            let Some(end) = inside.get(at..).and_then(|rest| rest.find('"')) else {
                return Some(Err(OpenQuote));
            };
            let after = inside.get(at + end + 1..).unwrap_or_default();
            if after.starts_with('"') {
                at += end + 2;
                continue;
            }
            let text = inside.get(..at + end).unwrap_or_default();
            let after = after.trim_start_matches(space);
            self.rest = match after.strip_prefix(separator) {
                Some(rest) => Some(rest),
                None if after.is_empty() => None,
                None => return Some(Err(OpenQuote)),
            };
            return Some(Ok(Raw { text, quoted: true }));
        }
    }
}

impl<'l> Raw<'l> {
    /// The text, quotes inside single again; `room` holds it when that changes it.
    pub(super) fn text<'r>(self, room: &'r mut String) -> &'r str
    where
        'l: 'r,
    {
        if !self.quoted || !self.text.contains('"') {
            return self.text;
        }
        room.clear();
        let mut parts = self.text.split("\"\"");
        room.push_str(parts.next().unwrap_or_default());
        for part in parts {
            room.push('"');
            room.push_str(part);
        }
        room
    }

    /// The text as it is written between its quotes.
    pub(super) const fn written(self) -> &'l str {
        self.text
    }

    pub(super) const fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// A number, true or false; none for other text. A quoted value is text.
    pub(super) fn plain(self, decimal: char) -> Option<Cell<'l>> {
        if self.quoted {
            return None;
        }
        match self.text {
            "true" | "True" | "TRUE" => return Some(Cell::Bool(true)),
            "false" | "False" | "FALSE" => return Some(Cell::Bool(false)),
            _ => {}
        }
        number(self.text, decimal)
    }

    /// When it is a time.
    pub(super) fn time(self, decimal: char, zone: Option<&Zone>) -> Option<Timestamp> {
        if let Some(time) = stamp::from_text(self.text, zone) {
            return Some(time);
        }
        match number(self.text, decimal)? {
            Cell::F64(number) => stamp::from_epoch(number),
            Cell::I64(number) => stamp::from_epoch(number as f64),
            _ => None,
        }
    }
}

/// As bare payloads: an f64, unless it is a whole number that an f64 cannot hold exactly.
fn number<'c>(text: &str, decimal: char) -> Option<Cell<'c>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == decimal);
    let named = ["nan", "inf", "infinity"]
        .iter()
        .any(|name| unsigned.eq_ignore_ascii_case(name));
    if !begins && !named {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>()
        && whole.unsigned_abs() > 1 << 53
    {
        return Some(Cell::I64(whole));
    }
    if decimal == '.' {
        return text.parse().ok().map(Cell::F64);
    }
    if text.contains('.') {
        return None;
    }
    // The longest number that an f64 is written as has 327 characters.
    let mut room = [0_u8; 512];
    let room = room.get_mut(..text.len())?;
    for (to, from) in room.iter_mut().zip(text.bytes()) {
        *to = if from == b',' { b'.' } else { from };
    }
    let text = std::str::from_utf8(room).ok()?;
    text.parse().ok().map(Cell::F64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, separator: char) -> Option<Vec<String>> {
        let cells = Split::new(line, separator).map(|raw| {
            let raw = raw.ok()?;
            Some(raw.text(&mut String::new()).to_owned())
        });
        cells.collect()
    }

    #[test]
    fn lines_are_split_as_rfc_4180_says() {
        for (line, separator, expected) in [
            ("a,b", ',', vec!["a", "b"]),
            ("", ',', vec![""]),
            (",", ',', vec!["", ""]),
            (" a ; b;", ';', vec!["a", "b", ""]),
            (r#""a,b",c"#, ',', vec!["a,b", "c"]),
            (r#""say ""hi""", """" "#, ',', vec![r#"say "hi""#, "\""]),
            ("a\t\tb ", '\t', vec!["a", "", "b"]),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(split(line, separator), Some(expected), "{line}");
        }
        for line in ["\"a", "\"a\"b,c", "a,\"b\"\""] {
            assert_eq!(split(line, ','), None, "{line}");
        }
    }

    #[test]
    fn values_have_their_type() {
        let plain = |text: &'static str, decimal| {
            Split::new(text, '|')
                .next()
                .unwrap()
                .unwrap()
                .plain(decimal)
        };
        assert_eq!(plain("21.5", '.'), Some(Cell::F64(21.5)));
        assert_eq!(plain("21,5", ','), Some(Cell::F64(21.5)));
        assert_eq!(plain("-,5e1", ','), Some(Cell::F64(-5.0)));
        assert_eq!(plain("21.5", ','), None);
        assert_eq!(plain("21,5", '.'), None);
        assert_eq!(plain("1.000,5", ','), None);
        assert_eq!(plain("\"21\"", '.'), None);
        assert_eq!(plain("TRUE", '.'), Some(Cell::Bool(true)));
        assert_eq!(
            plain("9007199254740993", ','),
            Some(Cell::I64(9_007_199_254_740_993))
        );
        assert_eq!(plain("0x10", '.'), None);
    }
}
