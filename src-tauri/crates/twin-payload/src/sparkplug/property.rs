//! Properties of metrics (specification 3.0, section 6.4.12): two parallel lists, keys and values.
//!
//! Only those are kept that tell something about the signal. The specification names none but `Quality`; the others
//! go by the names that gateways in the field use.

use super::{
    value,
    wire::{Content, Fields, Span, check_utf8},
};
use crate::{observations::Cell, reject::Reject};

/// Keys beyond this many say nothing here.
const KEYS_MAX: usize = 64;
/// Deepest nesting of property sets.
const DEPTH_MAX: usize = 8;

/// What the properties of a metric say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// The number under `Quality`.
    pub(crate) quality: Option<i32>,
    /// UTF-8, checked.
    pub(crate) unit: Option<Span>,
    /// UTF-8, checked.
    pub(crate) description: Option<Span>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) writable: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    None,
    Quality,
    Unit,
    Description,
    Low,
    High,
    ReadOnly,
    Writable,
}

/// One property.
#[derive(Clone, Copy, Debug, Default)]
struct Property {
    number: Option<f64>,
    text: Option<Span>,
}

/// Reads a property set and checks all of it.
pub(crate) fn read(payload: &[u8], span: Span) -> Result<Facts, Reject> {
    read_set(payload, span, 0)
}

fn read_set(payload: &[u8], span: Span, depth: usize) -> Result<Facts, Reject> {
    let mut roles = [Role::None; KEYS_MAX];
    let mut keys = 0;
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        if let (1, Content::Bytes(key)) = (field, content) {
            check_utf8(payload, key)?;
            if let Some(role) = roles.get_mut(keys) {
                *role = role_of(key.of(payload));
            }
            keys += 1;
        }
    }
    let mut facts = Facts::default();
    let mut values = 0;
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        if let (2, Content::Bytes(value)) = (field, content) {
            let property = read_value(payload, value, depth)?;
            let role = roles.get(values).copied().unwrap_or(Role::None);
            note(&mut facts, role, property);
            values += 1;
        }
    }
    Ok(facts)
}

fn note(facts: &mut Facts, role: Role, property: Property) {
    let number = property.number;
    match role {
        Role::None => {}
        Role::Quality => facts.quality = number.map(|number| number as i32),
        Role::Unit => facts.unit = property.text,
        Role::Description => facts.description = property.text,
        Role::Low => facts.low = number,
        Role::High => facts.high = number,
        Role::ReadOnly => facts.writable = number.map(|number| number == 0.0),
        Role::Writable => facts.writable = number.map(|number| number != 0.0),
    }
}

/// Case and what stands between words differ from gateway to gateway.
fn role_of(key: &[u8]) -> Role {
    let mut short = [0_u8; 24];
    let letters = key
        .iter()
        .filter(|byte| !matches!(byte, b' ' | b'_' | b'-' | b'.'));
    let mut length = 0;
    for byte in letters {
        let Some(slot) = short.get_mut(length) else {
            return Role::None;
        };
        *slot = byte.to_ascii_lowercase();
        length += 1;
    }
    match &short[..length] {
        b"quality" => Role::Quality,
        b"engunit" | b"engunits" | b"engineeringunit" | b"engineeringunits" | b"unit"
        | b"units" | b"uom" => Role::Unit,
        b"description" | b"documentation" | b"tooltip" | b"desc" => Role::Description,
        b"englow" | b"engineeringlow" | b"rangelow" | b"lowrange" => Role::Low,
        b"enghigh" | b"engineeringhigh" | b"rangehigh" | b"highrange" => Role::High,
        b"readonly" => Role::ReadOnly,
        b"writable" | b"writeable" => Role::Writable,
        _ => Role::None,
    }
}

fn read_value(payload: &[u8], span: Span, depth: usize) -> Result<Property, Reject> {
    let mut property = Property::default();
    let (mut datatype, mut is_null, mut whole) = (0, false, None);
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Varint(number)) => datatype = u32::try_from(number).unwrap_or(u32::MAX),
            (2, Content::Varint(null)) => is_null = null != 0,
            (3, Content::Varint(number)) => whole = Some(number & 0xFFFF_FFFF),
            (4, Content::Varint(number)) => whole = Some(number),
            (5, Content::Fixed32(bits)) => property.number = Some(f64::from(f32::from_bits(bits))),
            (6, Content::Fixed64(bits)) => property.number = Some(f64::from_bits(bits)),
            (7, Content::Varint(on)) => property.number = Some(f64::from(u8::from(on != 0))),
            (8, Content::Bytes(text)) => {
                check_utf8(payload, text)?;
                property.text = Some(text);
            }
            (9 | 10, Content::Bytes(_)) if depth >= DEPTH_MAX => {
                return Err(fields.malformed("properties nested too deep"));
            }
            (9, Content::Bytes(set)) => {
                read_set(payload, set, depth + 1)?;
            }
            (10, Content::Bytes(list)) => read_list(payload, list, depth + 1)?,
            (1..=10, _) => return Err(fields.malformed("a property of the wrong type")),
            _ => {}
        }
    }
    if let Some(whole) = whole {
        property.number = match value::whole(whole, datatype) {
            Cell::I64(number) => Some(number as f64),
            Cell::F64(number) => Some(number),
            Cell::Bool(on) => Some(f64::from(u8::from(on))),
            Cell::Null | Cell::Text(_) => None,
        };
    }
    property.number = property.number.filter(|number| number.is_finite());
    if is_null {
        property = Property::default();
    }
    Ok(property)
}

fn read_list(payload: &[u8], span: Span, depth: usize) -> Result<(), Reject> {
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        if let (1, Content::Bytes(set)) = (field, content) {
            if depth >= DEPTH_MAX {
                return Err(fields.malformed("properties nested too deep"));
            }
            read_set(payload, set, depth + 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_however_they_are_written() {
        for (key, role) in [
            ("Quality", Role::Quality),
            ("engUnit", Role::Unit),
            ("Engineering Units", Role::Unit),
            ("eng_units", Role::Unit),
            ("EngLow", Role::Low),
            ("engHigh", Role::High),
            ("readOnly", Role::ReadOnly),
            ("Tooltip", Role::Description),
            ("a key longer than any that is known here", Role::None),
            ("", Role::None),
        ] {
            assert_eq!(role_of(key.as_bytes()), role, "{key}");
        }
    }
}
