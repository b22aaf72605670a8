//! The grammar of JSON (RFC 8259).
//!
//! Nothing is dropped: a name given twice is a fault, not a last one that wins.

use std::{collections::HashSet, sync::Arc};

use super::{
    fault::{Collector, Fault, Source},
    json::{Json, Kind, Limits, Node, shown},
    rule::Rule,
};

/// Reads a file. Faults go to `faults`; what cannot be read at all gives none. `values` is how many values may be read.
pub(crate) fn parse(
    source: Source<'_>,
    number: u32,
    limits: &Limits,
    values: usize,
    faults: &Collector,
) -> Option<Json> {
    let file: Arc<str> = Arc::from(source.name);
    let bytes = source
        .bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(source.bytes);
    let told = faults.count();
    let refused = |line: u32, rule: Rule, text: String| {
        faults.push(number, || Fault {
            file: file.clone(),
            path: String::new(),
            line,
            rule,
            text,
        });
    };
    if bytes.len() > limits.bytes {
        let text = format!(
            "The file has {} bytes, and only {} more are read at once. Read fewer files, or check that it is the right one.",
            bytes.len(),
            limits.bytes
        );
        refused(1, Rule::JsonSize, text);
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let text = "The file is not UTF-8 from here on. Save it as UTF-8.".to_owned();
            refused(
                line.try_into().unwrap_or(u32::MAX),
                Rule::JsonEncoding,
                text,
            );
            return None;
        }
    };
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        nodes: Vec::new(),
        depth: limits.depth,
        values,
        twice: Vec::new(),
    };
    let outcome = reader.document();
    let Reader {
        line, nodes, twice, ..
    } = reader;
    if let Err(Stop(rule, text)) = outcome {
        refused(line, rule, text);
        return None;
    }
    let json = Json {
        file: file.clone(),
        number,
        nodes,
    };
    for index in twice {
        faults.add(
            json.view(index),
            Rule::JsonNameTwice,
            "The object has this name twice, so it is not clear which value counts. Remove one.",
        );
    }
    (faults.count() == told).then_some(json)
}

/// Why reading ends: the rule and the sentence.
struct Stop(Rule, String);

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    nodes: Vec<Node>,
    depth: usize,
    values: usize,
    twice: Vec<u32>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        self.value(0, 0, 0)?;
        self.space();
        if self.at < self.text.len() {
            return Err(self.unexpected("the end of the file"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek() {
            self.line += u32::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> Stop {
        let found = match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            Some(found) => format!("{found:?}"),
            None => "the end of the file".to_owned(),
        };
        Stop(
            Rule::JsonSyntax,
            format!("Not valid JSON: {wanted} should stand here, but {found} does. Correct it."),
        )
    }

    /// Reads one value and returns its index.
    fn value(&mut self, parent: u32, place: u32, depth: usize) -> Result<u32, Stop> {
        self.space();
        if self.nodes.len() >= self.values {
            let text = "The files hold too many values. Leave out those that are not needed.";
            return Err(Stop(Rule::JsonSize, text.into()));
        }
        if depth > self.depth {
            let text = format!(
                "Objects and arrays stand more than {} within one another. Give inner ones an @id and refer to it.",
                self.depth
            );
            return Err(Stop(Rule::JsonDepth, text));
        }
        let index = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let (start, line) = (self.at, self.line);
        self.nodes.push(Node {
            parent,
            place,
            line,
            bytes: 0,
            kind: Kind::Null,
        });
        let kind = match self.peek() {
            Some(b'{') => self.object(index, depth)?,
            Some(b'[') => self.array(index, depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            _ => self.word()?,
        };
        let bytes = u32::try_from(self.at - start).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.kind = kind;
            node.bytes = bytes;
        }
        Ok(index)
    }

    fn word(&mut self) -> Result<Kind, Stop> {
        let words = [
            ("null", Kind::Null),
            ("true", Kind::Bool(true)),
            ("false", Kind::Bool(false)),
        ];
        for (word, kind) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn array(&mut self, index: u32, depth: usize) -> Result<Kind, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if items.is_empty() && self.peek() == Some(b']') {
                break;
            }
            let place = u32::try_from(items.len()).unwrap_or(u32::MAX);
            items.push(self.value(index, place, depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("a comma or ]")),
            }
        }
        self.at += 1;
        Ok(Kind::Array(items))
    }

    fn object(&mut self, index: u32, depth: usize) -> Result<Kind, Stop> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') if members.is_empty() => break,
                Some(b'"') => {}
                _ => return Err(self.unexpected("a name in quotation marks")),
            }
            let name = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("a colon"));
            }
            self.at += 1;
            let place = u32::try_from(members.len()).unwrap_or(u32::MAX);
            let value = self.value(index, place, depth + 1)?;
            members.push((name, value));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("a comma or }")),
            }
        }
        self.at += 1;
        self.twice.extend(twice(&members));
        Ok(Kind::Object(members))
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected("a digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Box<str>, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text[start..self.at].into())
    }

    fn string(&mut self) -> Result<Box<str>, Stop> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.unexpected("the end of the text, a quotation mark,")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.unexpected("one of the letters that may follow a backslash")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn hex(&mut self) -> Result<u32, Stop> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.unexpected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    fn unicode(&mut self) -> Result<char, Stop> {
        let first = self.hex()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let lone = || {
            Stop(
                Rule::JsonSyntax,
                format!(
                    "\\u{} is half of a character. Write the character itself.",
                    shown(&format!("{first:04x}"))
                ),
            )
        };
        if !self.text[self.at..].starts_with("\\u") {
            return Err(lone());
        }
        self.at += 2;
        let second = self.hex()?;
        let pair = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
        if !pair {
            return Err(lone());
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(lone)
    }
}

/// Values whose name stands before in the same object.
fn twice(members: &[(Box<str>, u32)]) -> Vec<u32> {
    let mut seen: HashSet<&str> = HashSet::with_capacity(members.len());
    members
        .iter()
        .filter(|(name, _)| !seen.insert(name))
        .map(|(_, index)| *index)
        .collect()
}
