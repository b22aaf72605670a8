//! Values of properties: text by data type (Homie 5.0 and 4.0, section "Payloads").

use std::sync::Arc;

use twin_core::{Quality, Reason, ValueKind};

use crate::{
    bare,
    describe::Texts,
    description::{Point, Presence},
    json::TimeNames,
    message::Message,
    observations::Cell,
    plain,
    reader::Context,
    reject::Reject,
    stamp::Stamp,
};

/// How Homie 5 writes an empty text, because an empty payload takes a retained message back.
const EMPTY_TEXT: &[u8] = &[0];

/// Type of a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datatype {
    Integer,
    Float,
    Boolean,
    /// A text with these values, in this order.
    Enum(Box<[Arc<str>]>),
    Color,
    DateTime,
    Duration,
    Text,
    /// An object or array whose values are signals of their own.
    Json,
}

impl Datatype {
    /// None for a name that the convention does not have, and for an enumeration of nothing.
    pub(super) fn of(name: &str, format: Option<&str>) -> Option<Datatype> {
        Some(match name {
            "integer" => Datatype::Integer,
            "float" => Datatype::Float,
            "boolean" => Datatype::Boolean,
            "string" => Datatype::Text,
            "enum" => Datatype::Enum(
                format
                    .filter(|format| !format.is_empty())?
                    .split(',')
                    .map(Arc::from)
                    .collect(),
            ),
            "color" => Datatype::Color,
            "datetime" => Datatype::DateTime,
            "duration" => Datatype::Duration,
            "json" => Datatype::Json,
            _ => return None,
        })
    }

    /// Puts what type and format say into a point.
    pub(super) fn describe(&self, format: Option<&str>, texts: &mut Texts<'_>, point: &mut Point) {
        let format = format.unwrap_or_default();
        match self {
            Datatype::Integer | Datatype::Float => {
                point.kind = Some(match self {
                    Datatype::Integer => ValueKind::I64,
                    _ => ValueKind::F64,
                });
                point.range = range(format);
            }
            Datatype::Boolean => {
                point.kind = Some(ValueKind::Bool);
                if let Some((off, on)) = format.split_once(',') {
                    let states = [off, on].into_iter().filter_map(|text| texts.of(text));
                    point.states = states.collect();
                }
            }
            Datatype::Enum(values) => {
                point.kind = Some(ValueKind::Text);
                point.states = values.iter().filter_map(|text| texts.of(text)).collect();
            }
            Datatype::Color | Datatype::DateTime | Datatype::Duration | Datatype::Text => {
                point.kind = Some(ValueKind::Text);
            }
            Datatype::Json => {}
        }
    }

    /// What a payload means; none when it does not fit. JSON has no one value.
    fn cell<'p>(&self, text: &'p str) -> Option<Cell<'p>> {
        match self {
            Datatype::Integer => text.parse().ok().map(Cell::I64),
            Datatype::Float => text.parse().ok().map(Cell::F64),
            Datatype::Boolean => match text {
                "true" => Some(Cell::Bool(true)),
                "false" => Some(Cell::Bool(false)),
                _ => None,
            },
            Datatype::Enum(values) => values
                .iter()
                .any(|value| **value == *text)
                .then_some(Cell::Text(text)),
            Datatype::Color => is_color(text).then_some(Cell::Text(text)),
            Datatype::Duration => is_duration(text).then_some(Cell::Text(text)),
            Datatype::DateTime => {
                let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '+');
                begins.then_some(Cell::Text(text))
            }
            Datatype::Text => Some(Cell::Text(text)),
            Datatype::Json => None,
        }
    }
}

/// Both ends of `min:max[:step]`; none when one of them is open.
fn range(format: &str) -> Option<[f64; 2]> {
    let mut parts = format
        .split(':')
        .map(|part| part.trim().parse::<f64>().ok());
    let ends = [parts.next()??, parts.next()??];
    let [least, greatest] = ends;
    (least.is_finite() && greatest.is_finite() && least <= greatest).then_some(ends)
}

/// Numbers joined by commas, three of them, or two after `xyz`; before them, since Homie 5, their meaning.
fn is_color(text: &str) -> bool {
    let (count, numbers) = match text.split_once(',') {
        Some(("rgb" | "hsv", rest)) => (3, rest),
        Some(("xyz", rest)) => (2, rest),
        _ => (3, text),
    };
    let mut found = 0;
    let fits = numbers.split(',').all(|number| {
        found += 1;
        number.parse::<f64>().is_ok_and(f64::is_finite)
    });
    fits && found == count
}

/// `PTxHxMxS`, each part optional (ISO 8601), the last one perhaps with a fraction.
fn is_duration(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix("PT").filter(|rest| !rest.is_empty()) else {
        return false;
    };
    for unit in ['H', 'M', 'S'] {
        if let Some((number, after)) = rest.split_once(unit) {
            let digits = number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            if number.is_empty() || !digits {
                return false;
            }
            rest = after;
        }
    }
    rest.is_empty()
}

/// Adds the value of a property at its topic.
///
/// A value that does not fit its type is BAD: as text where the type is a text, else null. Before the type is known, it
/// is read like any value of unknown origin.
pub(super) fn read(
    datatype: Option<&Datatype>,
    message: &Message<'_>,
    context: &mut Context<'_>,
) -> Result<(), Reject> {
    let stamp = Stamp::of(None, message);
    if message.payload == EMPTY_TEXT {
        return context.row((message.topic, ""), Cell::Text(""), &stamp);
    }
    let Some(datatype) = datatype else {
        return plain::read(message, TimeNames::GENERIC, context).map(drop);
    };
    let text = bare::exact_text(message.payload)?;
    if text.is_empty() {
        return Ok(());
    }
    if *datatype == Datatype::Json && text.trim_start().starts_with(['{', '[']) {
        context
            .flat
            .read(text, context.limits, TimeNames::GENERIC)?;
        return context.flat_rows(message.topic, message, |_| true);
    }
    if text.len() > context.limits.text_bytes {
        context.skip_texts(1);
        return Ok(());
    }
    match datatype.cell(text) {
        Some(cell) => context.row((message.topic, ""), cell, &stamp),
        None => {
            let is_text = matches!(
                datatype,
                Datatype::Enum(_) | Datatype::Color | Datatype::DateTime | Datatype::Duration
            );
            let cell = if is_text {
                Cell::Text(text)
            } else {
                Cell::Null
            };
            let bad = Quality::bad(Reason::ParseError);
            context.row_of_quality((message.topic, ""), cell, &stamp, bad)
        }
    }
}

/// Adds a text at its topic, an empty one too: the absence of a message.
pub(super) fn read_text(message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
    let text = bare::exact_text(message.payload)?;
    if text.len() > context.limits.text_bytes {
        context.skip_texts(1);
        return Ok(());
    }
    let stamp = Stamp::of(None, message);
    context.row((message.topic, ""), Cell::Text(text), &stamp)
}

/// What `$state` says (section "Device Lifecycle"). A device that wants help (`alert`) is there.
pub(super) fn presence(state: &str) -> Option<Presence> {
    match state {
        "init" | "ready" | "alert" => Some(Presence::Online),
        "sleeping" => Some(Presence::Sleeping),
        "disconnected" | "lost" => Some(Presence::Offline),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_give_ranges() {
        for (format, ends) in [
            ("-20:120", Some([-20.0, 120.0])),
            ("2:6:2", Some([2.0, 6.0])),
            ("0:", None),
            (":10", None),
            ("6:2", None),
            ("", None),
            ("a:b", None),
        ] {
            assert_eq!(range(format), ends, "{format}");
        }
    }

    #[test]
    fn colors_and_durations_are_told_from_others() {
        for color in [
            "rgb,100,100,100",
            "hsv,300,50.5,75",
            "xyz,0.25,0.34",
            "255,0,7",
        ] {
            assert!(is_color(color), "{color}");
        }
        for other in ["rgb,1,2", "xyz,1,2,3", "red", "1,2", "rgb, 1,2,3", ""] {
            assert!(!is_color(other), "{other}");
        }
        for duration in ["PT12H5M46S", "PT5M", "PT0.5S", "PT1H1S"] {
            assert!(is_duration(duration), "{duration}");
        }
        for other in ["PT", "P1D", "PTM", "PT5", "PT1S1H", "5M", ""] {
            assert!(!is_duration(other), "{other}");
        }
    }
}
