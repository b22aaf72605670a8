//! Signals in the messages of Tasmota, and what is known of them.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use twin_core::ValueKind;

use super::units::{Units, key_of};
use crate::{
    describe::Texts,
    description::{Point, SourceUnit, UnitVocabulary},
    json::Flat,
    observations::Cell,
};

/// What stands in a message beside its signals: its time and units.
pub(super) fn is_signal(path: &str) -> bool {
    let inner = inner(path);
    inner != "Time" && !Units::is_unit(inner)
}

/// The path in the answer to a status command, as it is in telemetry.
fn inner(path: &str) -> &str {
    let answer = path.strip_prefix("StatusSNS.");
    answer.or(path.strip_prefix("StatusSTS.")).unwrap_or(path)
}

/// Units that a message names. They are few, so they are found without keeping them.
pub(super) fn units_in(flat: &Flat) -> Units<'_> {
    let mut units = Units::default();
    for value in flat.values() {
        let Cell::Text(text) = value.value else {
            continue;
        };
        match inner(value.path) {
            "TempUnit" => units.temperature = Some(text),
            "PressureUnit" => units.pressure = Some(text),
            "SpeedUnit" => units.speed = Some(text),
            _ => {}
        }
    }
    units
}

/// A number for an address, so that no text is kept for it.
pub(super) fn digest(topic: &str, path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (topic, path).hash(&mut hasher);
    hasher.finish()
}

/// Whether a value is the state of a relay.
pub(super) fn is_relay(path: &str) -> bool {
    let number = key_of(path).strip_prefix("POWER");
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Type of a value; none when there is none.
pub(super) const fn kind_of(cell: Cell<'_>) -> Option<ValueKind> {
    match cell {
        Cell::Null => None,
        Cell::Bool(_) => Some(ValueKind::Bool),
        Cell::I64(_) | Cell::F64(_) => Some(ValueKind::F64),
        Cell::Text(_) => Some(ValueKind::Text),
    }
}

/// The point of a value.
pub(super) fn point(
    address: Arc<str>,
    path: &str,
    unit: Option<&str>,
    texts: &mut Texts<'_>,
) -> Point {
    let key = key_of(path);
    let is_relay = is_relay(path);
    let states = if is_relay {
        vec!["OFF".into(), "ON".into()]
    } else {
        vec![]
    };
    Point {
        address,
        name: texts.of(&inner(path).replace('.', " ")),
        unit: unit.map(|unit| SourceUnit {
            text: unit.into(),
            vocabulary: UnitVocabulary::Written,
        }),
        states,
        writable: is_relay,
        device_class: texts.of(key),
        ..Point::default()
    }
}
