//! The text of a picture: looked at before it is handed on, and changed in its bindings without touching anything else.

use std::ops::Range;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use twin_core::{Said, said};

use crate::api::pictures::{PictureBinding, PictureShow, PictureSide};

/// Most elements of a picture.
pub const ELEMENTS_MAX: usize = 20_000;
/// Deepest nesting of elements.
pub const DEPTH_MAX: usize = 200;
/// Most attributes of an element.
const ATTRIBUTES_MAX: usize = 200;
/// Longest text of one attribute that is written, characters.
const VALUE_MAX: usize = 500;
/// The attributes that bind an element, in the order in which they are written.
const NAMES: [&str; 7] = [
    "data-asset",
    "data-signal",
    "data-show",
    "data-side",
    "data-low",
    "data-high",
    "data-on",
];
const BOM: char = '\u{feff}';

/// A text that is well-formed as far as bindings need it.
#[derive(Debug)]
pub struct Markup<'a> {
    text: &'a str,
    /// Where the start tag of each element lies in the text, in document order.
    tags: Vec<Range<usize>>,
}

impl<'a> Markup<'a> {
    /// Looks at a text.
    ///
    /// # Errors
    /// In words for a person: what is no SVG, not well-formed, too large or too deep, or brings definitions of its own.
    pub fn read(text: &'a str) -> Result<Self, Said> {
        let skipped = if text.starts_with(BOM) {
            BOM.len_utf8()
        } else {
            0
        };
        let mut reader = Reader::from_str(&text[skipped..]);
        let mut tags = Vec::new();
        let mut depth = 0_usize;
        loop {
            let from = position(&reader)? + skipped;
            let event = reader.read_event();
            let event = event.map_err(|error| broken(text, from, Said::from(error.to_string())))?;
            let to = position(&reader)? + skipped;
            match event {
                Event::Start(tag) => {
                    look_at(&tag, tags.len()).map_err(|why| broken(text, from, why))?;
                    tags.push(from..to);
                    depth += 1;
                }
                Event::Empty(tag) => {
                    look_at(&tag, tags.len()).map_err(|why| broken(text, from, why))?;
                    tags.push(from..to);
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::DocType(content) if content.contains('[') => {
                    return Err(said!(
                        "drawing-entities",
                        "it brings definitions (entities) of its own, which are not followed: save it as \"Plain SVG\""
                    ));
                }
                Event::Eof => break,
                _ => {}
            }
            if depth > DEPTH_MAX {
                return Err(said!(
                    "drawing-deep",
                    "its elements lie more than {most} deep in one another: ungroup what needs no group",
                    most = DEPTH_MAX
                ));
            }
            if tags.len() > ELEMENTS_MAX {
                return Err(said!(
                    "drawing-elements",
                    "it has more than {most} elements: simplify it, or split it into several pictures",
                    most = ELEMENTS_MAX
                ));
            }
        }
        if depth > 0 {
            return Err(said!(
                "drawing-unended",
                "it ends before its last element does: save it again"
            ));
        }
        if tags.is_empty() {
            return Err(said!(
                "drawing-empty",
                "it is no SVG: there is no element in it"
            ));
        }
        Ok(Markup { text, tags })
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// The text with these bindings in place of those that the elements had.
    ///
    /// # Errors
    /// In words, when there is no such element, one is named twice, or a value is too long.
    pub fn bound(&self, bindings: &[PictureBinding]) -> Result<String, Said> {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for binding in bindings {
            let index = usize::try_from(binding.element).unwrap_or(usize::MAX);
            let tag = self.tags.get(index).ok_or_else(|| {
                said!(
                    "drawing-no-element",
                    "there is no element {index} in the picture any more: load it again",
                    index = index
                )
            })?;
            let values = values_of(binding);
            if values
                .iter()
                .flatten()
                .any(|value| value.chars().count() > VALUE_MAX)
            {
                return Err(said!(
                    "drawing-long",
                    "what is bound to element {index} is longer than {most} characters: shorten it",
                    index = index,
                    most = VALUE_MAX
                ));
            }
            edits.push((tag.clone(), rewritten(&self.text[tag.clone()], &values)));
        }
        edits.sort_by_key(|(tag, _)| tag.start);
        let mut out = String::with_capacity(self.text.len() + edits.len() * 64);
        let mut done = 0;
        for (tag, text) in edits {
            if tag.start < done {
                return Err(said!(
                    "drawing-twice",
                    "one element is bound twice: load the picture again"
                ));
            }
            out.push_str(&self.text[done..tag.start]);
            out.push_str(&text);
            done = tag.end;
        }
        out.push_str(&self.text[done..]);
        Ok(out)
    }
}

fn position(reader: &Reader<&[u8]>) -> Result<usize, Said> {
    usize::try_from(reader.buffer_position())
        .map_err(|_| said!("drawing-machine", "it is larger than this machine can read"))
}

/// The line is what a person looks for in a text editor.
fn broken(text: &str, at: usize, why: Said) -> Said {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    said!(
        "drawing-broken",
        "line {line} is not well-formed ({why}): save it again with the program that drew it",
        line = line,
        why = why
    )
}

fn look_at(tag: &BytesStart<'_>, index: usize) -> Result<(), Said> {
    // Each is compared with those before it.
    for (count, attribute) in tag.attributes().enumerate() {
        attribute.map_err(|error| Said::from(error.to_string()))?;
        if count >= ATTRIBUTES_MAX {
            return Err(said!(
                "drawing-attributes",
                "an element has more than {most} attributes",
                most = ATTRIBUTES_MAX
            ));
        }
    }
    if index == 0 && tag.local_name().as_ref() != "svg" {
        return Err(said!(
            "drawing-first",
            "its first element is not <svg>, so it is no SVG"
        ));
    }
    Ok(())
}

/// The values of [`NAMES`]; none: the attribute is not there.
fn values_of(binding: &PictureBinding) -> [Option<String>; 7] {
    let show = binding.show.map(|show| {
        match show {
            PictureShow::Value => "value",
            PictureShow::Number => "number",
            PictureShow::Bar => "bar",
            PictureShow::Indicator => "indicator",
            PictureShow::State => "state",
            PictureShow::Turn => "turn",
            PictureShow::Flow => "flow",
            PictureShow::Asset => "asset",
        }
        .to_owned()
    });
    let side = binding.side.map(|side| {
        match side {
            PictureSide::Up => "up",
            PictureSide::Down => "down",
            PictureSide::Left => "left",
            PictureSide::Right => "right",
        }
        .to_owned()
    });
    let number = |value: Option<f64>| {
        value
            .filter(|value| value.is_finite())
            .map(|v| v.to_string())
    };
    [
        binding.asset.clone(),
        binding.signal.clone(),
        show,
        side,
        number(binding.low),
        number(binding.high),
        binding.on.clone(),
    ]
}

/// An attribute of a start tag.
struct Attribute {
    /// From the space before its name to its closing quote.
    whole: Range<usize>,
    name: Range<usize>,
    /// Between the quotes.
    value: Range<usize>,
}

/// A start tag with other values of [`NAMES`]; what stays keeps its place, its quotes and the space around it.
fn rewritten(tag: &str, values: &[Option<String>; 7]) -> String {
    let attributes = attributes(tag);
    let mut out = String::with_capacity(tag.len() + 64);
    let mut done = 0;
    for attribute in &attributes {
        let name = &tag[attribute.name.clone()];
        let Some(known) = NAMES.iter().position(|candidate| *candidate == name) else {
            continue;
        };
        match &values[known] {
            Some(value) => {
                out.push_str(&tag[done..attribute.value.start]);
                out.push_str(&escaped(value));
                done = attribute.value.end;
            }
            None => {
                out.push_str(&tag[done..attribute.whole.start]);
                done = attribute.whole.end;
            }
        }
    }
    let end = attributes
        .last()
        .map_or_else(|| end_of_name(tag), |last| last.whole.end);
    out.push_str(&tag[done..end]);
    for (name, value) in NAMES.iter().zip(values) {
        let is_there = attributes
            .iter()
            .any(|attribute| &tag[attribute.name.clone()] == *name);
        if let (Some(value), false) = (value, is_there) {
            out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
    }
    out.push_str(&tag[end..]);
    out
}

fn end_of_name(tag: &str) -> usize {
    tag.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/')
        .unwrap_or(tag.len())
}

/// The attributes of a start tag that was found well-formed.
fn attributes(tag: &str) -> Vec<Attribute> {
    let bytes = tag.as_bytes();
    let skip_space = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    let mut found = Vec::new();
    let mut at = end_of_name(tag);
    loop {
        let from = at;
        let name_from = skip_space(at);
        let Some(name_to) = tag[name_from..]
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))
            .map(|length| name_from + length)
        else {
            return found;
        };
        let equals = skip_space(name_to);
        let quote_at = skip_space(equals + 1);
        let quote = bytes.get(quote_at).copied();
        if name_to == name_from || bytes.get(equals) != Some(&b'=') {
            return found;
        }
        let Some(quote) = quote.filter(|quote| matches!(quote, b'"' | b'\'')) else {
            return found;
        };
        let Some(length) = tag[quote_at + 1..].find(char::from(quote)) else {
            return found;
        };
        at = quote_at + 1 + length + 1;
        found.push(Attribute {
            whole: from..at,
            name: name_from..name_to,
            value: quote_at + 1..at - 1,
        });
    }
}

/// Safe between either kind of quotes. What XML cannot hold at all is left out.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
