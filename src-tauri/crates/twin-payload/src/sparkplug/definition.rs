//! Templates (specification 3.0, section 6.4.15): their fields, and what a definition says of its members.

use std::collections::HashMap;

use super::{
    property::{self, Facts},
    value,
    wire::{Content, Fields, Span, check_utf8, text_of},
};
use crate::{observations::Cell, reject::Reject};

/// Longest list of parameters that is kept in words, bytes.
const PARAMETERS_BYTES_MAX: usize = 512;

/// What a definition says of the members of every instance.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) members: HashMap<Box<str>, Member>,
}

/// A member of a definition.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) datatype: u32,
    pub(crate) words: Words,
}

/// [`Facts`] that own their texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    pub(crate) unit: Option<Box<str>>,
    pub(crate) description: Option<Box<str>>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) writable: Option<bool>,
}

/// A template as it stands in a payload.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RawTemplate {
    /// UTF-8, checked; empty for none.
    pub(crate) reference: Span,
    pub(crate) is_definition: bool,
}

/// Reads what a template says of itself; its members are read with [`members`].
pub(crate) fn head(payload: &[u8], span: Span) -> Result<RawTemplate, Reject> {
    let mut template = RawTemplate::default();
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Bytes(version)) => check_utf8(payload, version)?,
            (2 | 3, Content::Bytes(_)) => {}
            (4, Content::Bytes(reference)) => {
                check_utf8(payload, reference)?;
                template.reference = reference;
            }
            (5, Content::Varint(definition)) => template.is_definition = definition != 0,
            (1..=5, _) => return Err(fields.malformed("a template field of the wrong type")),
            _ => {}
        }
    }
    Ok(template)
}

/// Where the members of a template lie, in order.
pub(crate) struct Members<'p>(Fields<'p>);

/// The members of a template.
pub(crate) const fn members(payload: &[u8], span: Span) -> Members<'_> {
    Members(Fields::within(payload, span))
}

impl Members<'_> {
    pub(crate) fn next(&mut self) -> Result<Option<Span>, Reject> {
        while let Some((field, content)) = self.0.next()? {
            if let (2, Content::Bytes(member)) = (field, content) {
                return Ok(Some(member));
            }
        }
        Ok(None)
    }
}

/// What an instance says of all its members: the definition it refers to and its parameters, as much of both as fits into `limit` bytes.
pub(crate) fn about(
    payload: &[u8],
    span: Span,
    reference: &str,
    limit: usize,
) -> Result<Option<String>, Reject> {
    let mut words = String::new();
    if reference.len() <= limit {
        words.push_str(reference);
    }
    let between = if words.is_empty() { "" } else { ": " };
    let left = limit.saturating_sub(words.len() + between.len());
    let parameters = parameters(payload, span, left.min(PARAMETERS_BYTES_MAX))?;
    if !parameters.is_empty() {
        words.push_str(between);
        words.push_str(&parameters);
    }
    Ok((!words.is_empty()).then_some(words))
}

/// The parameters of a template in words: `Index = 3, Maker = ACME`, those that fit into `limit` bytes; empty without any.
fn parameters(payload: &[u8], span: Span, limit: usize) -> Result<String, Reject> {
    let mut words = String::new();
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        let (3, Content::Bytes(parameter)) = (field, content) else {
            continue;
        };
        let said = parameter_words(payload, parameter)?;
        let between = if words.is_empty() { "" } else { ", " };
        if words.len() + between.len() + said.len() <= limit {
            words.push_str(between);
            words.push_str(&said);
        }
    }
    Ok(words)
}

fn parameter_words(payload: &[u8], span: Span) -> Result<String, Reject> {
    let (mut name, mut datatype) = (Span::default(), 0);
    let mut value = String::new();
    let mut whole = None;
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Bytes(text)) => {
                check_utf8(payload, text)?;
                name = text;
            }
            (2, Content::Varint(number)) => datatype = u32::try_from(number).unwrap_or(u32::MAX),
            (3, Content::Varint(number)) => whole = Some(number & 0xFFFF_FFFF),
            (4, Content::Varint(number)) => whole = Some(number),
            (5, Content::Fixed32(bits)) => value = f32::from_bits(bits).to_string(),
            (6, Content::Fixed64(bits)) => value = f64::from_bits(bits).to_string(),
            (7, Content::Varint(on)) => value = (on != 0).to_string(),
            (8, Content::Bytes(text)) => {
                check_utf8(payload, text)?;
                value = text_of(text, payload).to_owned();
            }
            (1..=8, _) => return Err(fields.malformed("a parameter of the wrong type")),
            _ => {}
        }
    }
    if let Some(whole) = whole {
        value = match value::whole(whole, datatype) {
            Cell::I64(number) => number.to_string(),
            Cell::F64(number) => number.to_string(),
            Cell::Bool(on) => on.to_string(),
            Cell::Null | Cell::Text(_) => String::new(),
        };
    }
    Ok(format!("{} = {value}", text_of(name, payload)))
}

/// What the properties and metadata of a metric say, with texts of their own of at most `limit` bytes each.
pub(crate) fn words(
    payload: &[u8],
    properties: Span,
    description: Span,
    limit: usize,
) -> Result<Words, Reject> {
    let facts: Facts = property::read(payload, properties)?;
    let text = |span: Option<Span>| {
        let text = text_of(span?, payload);
        (!text.is_empty() && text.len() <= limit).then(|| text.into())
    };
    let metadata = Some(description).filter(|span| !span.is_empty());
    Ok(Words {
        unit: text(facts.unit),
        description: text(facts.description.or(metadata)),
        low: facts.low,
        high: facts.high,
        writable: facts.writable,
    })
}

impl Words {
    /// What this does not say, `other` does.
    pub(crate) fn or(&self, other: &Words) -> Words {
        Words {
            unit: self.unit.clone().or_else(|| other.unit.clone()),
            description: self
                .description
                .clone()
                .or_else(|| other.description.clone()),
            low: self.low.or(other.low),
            high: self.high.or(other.high),
            writable: self.writable.or(other.writable),
        }
    }
}
