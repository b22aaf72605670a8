//! A JSON reader (RFC 8259) that visits values in order and is bounded in depth.
//!
//! Two things are read that the standard does not have, because real devices send them: `NaN`, `Infinity` and
//! `-Infinity`, and numbers too large for 64 bits; both come out as numbers that are not finite.

use crate::reject::{Reject, RejectKind};

/// Nesting that is never exceeded whatever the limit says, because each level uses stack.
const DEPTH_MAX: usize = 128;

/// A value without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'s> {
    Null,
    Bool(bool),
    /// A number, and the text it was written as.
    Number(f64, &'s str),
    /// Text, escapes resolved.
    Text(&'s str),
}

/// Told of everything in a text, in order.
pub(crate) trait Visit {
    fn begin_object(&mut self);
    fn end_object(&mut self);
    fn begin_array(&mut self) {}
    fn end_array(&mut self) {}
    /// The next value stands under this key.
    fn key(&mut self, key: &str);
    /// The next value stands at this place of an array.
    fn index(&mut self, index: usize);
    /// The value of the last key or index is over.
    fn leave(&mut self);
    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Reject>;
}

struct Parser<'t, 'v, V> {
    text: &'t str,
    at: usize,
    depth: usize,
    visit: &'v mut V,
    unescaped: String,
}

/// Visits everything in `text`, which must be one JSON value.
pub(crate) fn parse(text: &str, depth_limit: usize, visit: &mut impl Visit) -> Result<(), Reject> {
    let depth = depth_limit.min(DEPTH_MAX);
    let mut parser = Parser {
        text,
        at: 0,
        depth,
        visit,
        unescaped: String::new(),
    };
    parser.value()?;
    parser.space();
    match parser.peek() {
        None => Ok(()),
        Some(_) => Err(parser.fault("something follows the value")),
    }
}

impl<V: Visit> Parser<'_, '_, V> {
    fn fault(&self, what: &str) -> Reject {
        Reject::new(
            RejectKind::JsonSyntax,
            format!("{what} at byte {}", self.at),
        )
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<(), Reject> {
        self.space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => {
                let (start, end) = self.string()?;
                let text = self.text;
                let plain = text.get(start..end).filter(|plain| !plain.contains('\\'));
                self.visit
                    .scalar(Scalar::Text(plain.unwrap_or(&self.unescaped)))
            }
            Some(b't') => self.word("true", Scalar::Bool(true)),
            Some(b'f') => self.word("false", Scalar::Bool(false)),
            Some(b'n') => self.word("null", Scalar::Null),
            Some(b'N') => self.word("NaN", Scalar::Number(f64::NAN, "NaN")),
            Some(b'I') => self.word("Infinity", Scalar::Number(f64::INFINITY, "Infinity")),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.fault("no JSON value begins")),
            None => Err(self.fault("the text ends where a value was due")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<(), Reject>) -> Result<(), Reject> {
        if self.depth == 0 {
            let detail = format!("nested deeper than the limit at byte {}", self.at);
            return Err(Reject::new(RejectKind::JsonTooDeep, detail));
        }
        self.depth -= 1;
        self.at += 1;
        read(self)?;
        self.depth += 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Reject> {
        self.visit.begin_object();
        self.space();
        if !self.take(b'}') {
            loop {
                self.space();
                if self.peek() != Some(b'"') {
                    return Err(self.fault("a key in quotes was due"));
                }
                let (start, end) = self.string()?;
                let text = self.text;
                let plain = text.get(start..end).filter(|plain| !plain.contains('\\'));
                self.visit.key(plain.unwrap_or(&self.unescaped));
                self.space();
                if !self.take(b':') {
                    return Err(self.fault("`:` was due"));
                }
                self.value()?;
                self.visit.leave();
                self.space();
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.fault("`,` or `}` was due"));
                }
            }
        }
        self.visit.end_object();
        Ok(())
    }

    fn array(&mut self) -> Result<(), Reject> {
        self.visit.begin_array();
        self.space();
        if self.take(b']') {
            self.visit.end_array();
            return Ok(());
        }
        for index in 0.. {
            self.visit.index(index);
            self.value()?;
            self.visit.leave();
            self.space();
            if self.take(b']') {
                break;
            }
            if !self.take(b',') {
                return Err(self.fault("`,` or `]` was due"));
            }
        }
        self.visit.end_array();
        Ok(())
    }

    fn word(&mut self, word: &'static str, scalar: Scalar<'_>) -> Result<(), Reject> {
        let found = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if !found {
            return Err(self.fault("no JSON value begins"));
        }
        self.at += word.len();
        self.visit.scalar(scalar)
    }

    fn digits(&mut self) -> Result<(), Reject> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.fault("a digit was due"))
        } else {
            Ok(())
        }
    }

    fn number(&mut self) -> Result<(), Reject> {
        let start = self.at;
        if self.take(b'-') && self.peek() == Some(b'I') {
            return self.word("Infinity", Scalar::Number(f64::NEG_INFINITY, "-Infinity"));
        }
        if !self.take(b'0') {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.fault("a number begins with 0"));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        let text = self.text;
        let written = text.get(start..self.at).unwrap_or_default();
        let number = written
            .parse()
            .map_err(|_| self.fault("a number ends that is none"))?;
        self.visit.scalar(Scalar::Number(number, written))
    }

    /// Reads a string and gives the place of its inside. When that holds escapes, `unescaped` holds its meaning.
    fn string(&mut self) -> Result<(usize, usize), Reject> {
        self.at += 1;
        let start = self.at;
        let mut copied = start;
        self.unescaped.clear();
        loop {
            match self.peek() {
                Some(b'"') => {
                    let end = self.at;
                    if copied > start {
                        self.unescaped
                            .push_str(self.text.get(copied..end).unwrap_or_default());
                    }
                    self.at += 1;
                    return Ok((start, end));
                }
                Some(b'\\') => {
                    self.unescaped
                        .push_str(self.text.get(copied..self.at).unwrap_or_default());
                    self.at += 1;
                    let meant = self.escape()?;
                    self.unescaped.push(meant);
                    copied = self.at;
                }
                Some(0..0x20) => return Err(self.fault("a control character in a text")),
                Some(_) => self.at += 1,
                None => return Err(self.fault("the text ends inside quotes")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Reject> {
        let escaped = self
            .peek()
            .ok_or_else(|| self.fault("the text ends inside quotes"))?;
        self.at += 1;
        Ok(match escaped {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return Err(self.fault("an unknown escape")),
        })
    }

    fn hex4(&mut self) -> Result<u32, Reject> {
        let digits = self
            .text
            .as_bytes()
            .get(self.at..self.at + 4)
            .unwrap_or_default();
        let number = digits.iter().try_fold(0, |number: u32, byte| {
            char::from(*byte)
                .to_digit(16)
                .map(|digit| number * 16 + digit)
        });
        let number = number.filter(|_| digits.len() == 4);
        self.at += if number.is_some() { 4 } else { 0 };
        number.ok_or_else(|| self.fault("four hexadecimal digits were due"))
    }

    /// A `\u` escape, or two of them that make a surrogate pair. Half a pair becomes the replacement character.
    fn unicode(&mut self) -> Result<char, Reject> {
        let first = self.hex4()?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        if self.take(b'\\') && self.take(b'u') {
            let second = self.hex4()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        self.at = before;
        Ok(char::REPLACEMENT_CHARACTER)
    }
}
