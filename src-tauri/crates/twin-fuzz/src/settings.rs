//! Decoders as scripts set them up.
//!
//! Setup: flags (1: narrow limits, 2: hold messages back, 4: wait for nothing); which of the target's rules holds (0:
//! none); the zone; the rest is what a layout or the columns of separated values are made of.

use twin_core::Duration;
use twin_payload::{
    Convention, Csv, CsvColumn, Decoder, FieldKind, Layout, LayoutField, LayoutSource, Limits,
    PayloadRule, ReadAs, Rules, TextEncoding, Zone,
};

use crate::script::Script;

/// What a person may say of the payloads of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing, or one of these.
    Conventions(&'static [Convention]),
    /// A layout.
    Layout,
    /// Columns.
    Csv,
}

/// Where the rest of the setup begins.
const REST: usize = 3;

/// Held messages, when they are.
const HELD: usize = 16;

const ZONES: [&str; 3] = ["+01:00", "-11:30", "Z"];
const PATHS: [&str; 4] = ["data", "uplink_message.frm_payload", "p.0", ""];
const KINDS: [&str; 16] = [
    "u8", "i8", "u16be", "i16le", "u24be", "i24le", "u32le", "i32be", "u64be", "i64le", "f32be",
    "f64le", "bcd8", "bcd32be", "bcd64le", "bool",
];
const SCALES: [f64; 8] = [1.0, 0.1, -1.0, 1e300, 1e-300, f64::MAX, 0.0, f64::NAN];
const SEPARATORS: [char; 8] = [',', ';', '\t', '|', ' ', '"', '.', 'é'];

/// Bounds that scripts reach.
pub fn limits(script: &Script) -> Limits {
    let flags = script.setup(0);
    let mut limits = Limits::default();
    if flags & 1 != 0 {
        limits = Limits {
            payload_bytes: 2_048,
            inflated_bytes: 8_192,
            inflated_ratio: 4,
            topics: 4,
            addresses: 12,
            address_bytes: 96,
            text_bytes: 24,
            json_depth: 5,
            json_values: 48,
            metrics: 12,
            sources: 3,
            points: 6,
            document_bytes: 3_000,
            document_values: 96,
            description_text_bytes: 16,
            kept_bytes: 512,
            ..limits
        };
        let sparkplug = &mut limits.sparkplug;
        sparkplug.held_node = 2;
        sparkplug.held_node_bytes = 512;
        sparkplug.held_bytes = 900;
        sparkplug.unpacked_bytes = 2_048;
        sparkplug.birth_bytes = 4_096;
        sparkplug.hosts = 2;
    }
    if flags & 2 != 0 {
        limits.sparkplug.held = HELD;
    }
    if flags & 4 != 0 {
        limits.sparkplug.reorder = Duration(0);
    }
    limits
}

/// A fresh decoder.
pub fn decoder(said: Said, script: &Script) -> Decoder {
    let limits = limits(script);
    let read_as = match said {
        Said::Conventions(conventions) => usize::from(script.setup(1))
            .checked_sub(1)
            .and_then(|rule| conventions.get(rule % conventions.len().max(1)))
            .map(|convention| ReadAs::Convention(*convention)),
        Said::Layout => Some(ReadAs::Layout(layout(script))),
        Said::Csv => Some(ReadAs::Csv(csv(script))),
    };
    let zone = zone(script.setup(2));
    if read_as.is_none() && zone.is_none() {
        return Decoder::with_limits(limits);
    }
    let rule = PayloadRule {
        filter: "#".into(),
        read_as,
        zone,
    };
    Decoder::with_rules(
        limits,
        &Rules {
            payload: vec![rule],
        },
    )
}

fn zone(number: u8) -> Option<Zone> {
    let number = usize::from(number).checked_sub(1)?;
    Zone::from_text(pick(&ZONES, number))
}

/// One of the choices, whatever the number.
fn pick<T: Copy + Default>(choices: &[T], number: usize) -> T {
    let index = number.checked_rem(choices.len()).unwrap_or(0);
    choices.get(index).copied().unwrap_or_default()
}

fn layout(script: &Script) -> Layout {
    let byte = |index: usize| usize::from(script.setup(REST + index));
    let encoding = if byte(1) & 1 == 0 {
        TextEncoding::Hex
    } else {
        TextEncoding::Base64
    };
    let source = match byte(0) % 3 {
        0 => LayoutSource::Payload,
        1 => LayoutSource::Text(encoding),
        _ => LayoutSource::Json {
            path: pick(&PATHS, byte(1) >> 1).into(),
            encoding,
        },
    };
    let fields = script.setup.get(REST + 3..).unwrap_or_default();
    Layout {
        source,
        fields: fields.chunks_exact(5).zip(0_u8..).map(field).collect(),
        min_length: byte(2).checked_sub(1),
        time: (byte(0) & 64 != 0).then(|| "time".into()),
    }
}

fn field((bytes, number): (&[u8], u8)) -> LayoutField {
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(0);
    LayoutField {
        name: format!("f{number}").into(),
        at: usize::from(byte(1)),
        kind: FieldKind::from_name(pick(&KINDS, usize::from(byte(0)))).unwrap_or(FieldKind::Bool),
        bits: (byte(3) != 0).then(|| (byte(2), byte(3))),
        scale: pick(&SCALES, usize::from(byte(4) & 7)),
        add: pick(&SCALES, usize::from(byte(4) >> 4)),
        unit: (byte(4) & 8 != 0).then(|| "°C".into()),
    }
}

fn csv(script: &Script) -> Csv {
    let byte = |index: usize| script.setup(REST + index);
    let columns = script.setup.get(REST + 2..).unwrap_or_default();
    Csv {
        columns: columns
            .iter()
            .map(|column| match column {
                0 => CsvColumn::Time,
                1 => CsvColumn::Skip,
                number => CsvColumn::Value(format!("c{number}").into()),
            })
            .collect(),
        separator: pick(&SEPARATORS, usize::from(byte(0))),
        decimal: if byte(1) == 0 { '.' } else { ',' },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(setup: &[u8]) -> Script {
        Script {
            setup: setup.to_vec(),
            parts: vec![],
        }
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(limits(&script(&[])), Limits::default());
        assert!(limits(&script(&[1])).addresses < Limits::default().addresses);
        assert_eq!(limits(&script(&[2])).sparkplug.held, HELD);
    }

    #[test]
    fn a_setup_can_be_a_sound_layout_and_sound_columns() {
        let climate = script(&[0, 0, 0, 0, 0, 1, 3, 0, 0, 0, 9, 0, 2, 0, 0, 0]);
        let layout = layout(&climate);
        assert_eq!((layout.fault(), layout.fields.len()), (None, 2));
        let csv = csv(&script(&[0, 0, 0, 1, 1, 0, 2, 1, 3]));
        assert_eq!((csv.fault(), csv.columns.len()), (None, 4));
        assert_eq!((csv.separator, csv.decimal), (';', ','));
    }
}
