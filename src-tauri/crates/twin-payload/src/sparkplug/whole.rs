//! Many values as one text: JSON for arrays and tables, base64 for bytes.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::observations::Cell;

/// JSON that is written piece by piece and stops growing when it is too long for a value.
#[derive(Debug)]
pub(super) struct Json {
    text: String,
    limit: usize,
}

impl Json {
    pub(super) fn new(limit: usize) -> Self {
        let text = String::new();
        Json { text, limit }
    }

    /// Brackets and names that need no quoting.
    pub(super) fn raw(&mut self, raw: &str) {
        self.text.push_str(raw);
    }

    /// Begins the next element of an array.
    pub(super) fn next(&mut self) {
        if !self.text.ends_with('[') {
            self.text.push(',');
        }
    }

    /// A value. What is no finite number is `null`, as JSON has none. `narrow`: it was a number of 32 bits, and has no
    /// more digits than that.
    pub(super) fn cell(&mut self, cell: Cell<'_>, narrow: bool) {
        let text = &mut self.text;
        // Writing into a text cannot fail.
        let _ = match cell {
            Cell::Bool(on) => write!(text, "{on}"),
            Cell::I64(number) => write!(text, "{number}"),
            Cell::F64(number) if number.is_finite() && narrow => {
                write!(text, "{:?}", number as f32)
            }
            Cell::F64(number) if number.is_finite() => write!(text, "{number:?}"),
            Cell::Null | Cell::F64(_) => write!(text, "null"),
            Cell::Text(words) => {
                quote(words, text);
                Ok(())
            }
        };
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.text.len() > self.limit
    }

    /// The text; none when it is too long.
    pub(super) fn finish(&self) -> Option<&str> {
        (!self.is_too_long()).then_some(&self.text)
    }
}

/// As JSON writes a text (RFC 8259, section 7).
fn quote(words: &str, text: &mut String) {
    text.push('"');
    for c in words.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// Bytes as base64 (RFC 4648, section 4); none when that is longer than `limit`.
pub(super) fn base64(bytes: &[u8], limit: usize) -> Option<String> {
    let length = base64::encoded_len(bytes.len(), true)?;
    (length <= limit).then(|| STANDARD.encode(bytes))
}
