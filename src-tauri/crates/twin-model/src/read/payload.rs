//! Payload rules of a connection.

use std::collections::HashSet;

use twin_core::said;

use super::shared::{check_filter, check_zone};
use crate::{
    payload::{CONVENTIONS, Encoding, Field, Form, Number, PayloadRule, Source},
    reader::Reader,
};

/// Most fields of a layout and most columns.
const FIELDS_MAX: usize = 1_024;

pub(super) fn payload_rule(mut table: Reader<'_>) -> PayloadRule {
    let number = |number: i64| u32::try_from(number).ok();
    let rule = PayloadRule {
        filter: table.required_any_text("filter"),
        read_as: table.filled_text("as"),
        zone: table.filled_text("zone"),
        source: Source {
            path: table.filled_any_text("path"),
            encoding: table.choice("encoding", &Encoding::NAMES),
        },
        layout: table.tables("layout").into_iter().map(field).collect(),
        min_length: table.integer("min_length", 0..=65_535).and_then(number),
        columns: table.texts("columns"),
        separator: table.character("separator"),
        decimal: table.character("decimal"),
    };
    check_filter(&table, "filter", &rule.filter);
    if let Some(zone) = &rule.zone {
        check_zone(&table, "zone", zone);
    }
    check_convention(&table, &rule);
    check_layout(&table, &rule);
    check_columns(&table, &rule);
    table.finish();
    rule
}

fn check_convention(table: &Reader<'_>, rule: &PayloadRule) {
    match rule.read_as.as_deref() {
        Some(name) if !CONVENTIONS.contains(&name) => table.fault(
            "as",
            said!(
                "plantfile-one-of",
                "is \"{text}\", but must be one of {known}",
                text = name,
                known = CONVENTIONS.join(", ")
            ),
        ),
        Some("layout") if rule.layout.is_empty() => {
            table.fault(
                "layout",
                said!("plantfile-no-fields", "is missing; name its fields"),
            );
        }
        Some(name) if name != "layout" && !rule.layout.is_empty() => {
            table.fault(
                "layout",
                said!(
                    "plantfile-layout-as",
                    "belongs to as = \"layout\"; keep one of both"
                ),
            );
        }
        Some(name) if name != "csv" && !rule.columns.is_empty() => {
            table.fault(
                "columns",
                said!(
                    "plantfile-columns-as",
                    "belong to as = \"csv\"; keep one of both"
                ),
            );
        }
        None if rule.zone.is_none() && rule.layout.is_empty() && !has_columns(rule) => {
            table.fault(
                "filter",
                said!(
                    "plantfile-no-rule",
                    "has no rule beside it; add as, zone, layout or columns"
                ),
            );
        }
        _ => {}
    }
}

fn has_columns(rule: &PayloadRule) -> bool {
    !rule.columns.is_empty() || rule.separator.is_some() || rule.decimal.is_some()
}

fn check_layout(table: &Reader<'_>, rule: &PayloadRule) {
    let mut seen = HashSet::new();
    for field in &rule.layout {
        if !seen.insert(field.name.as_str()) {
            table.fault(
                "layout",
                said!(
                    "plantfile-name-twice",
                    "\"{name}\" stands twice; give each its own name",
                    name = &*field.name
                ),
            );
        }
    }
    if rule.layout.len() > FIELDS_MAX || rule.columns.len() > FIELDS_MAX {
        table.fault(
            "filter",
            said!(
                "plantfile-fields",
                "has more than {count} fields",
                count = FIELDS_MAX
            ),
        );
    }
    let is_placed = rule.source != Source::default() || rule.min_length.is_some();
    if is_placed && rule.layout.is_empty() {
        table.fault(
            "layout",
            said!(
                "plantfile-no-layout",
                "is missing; path, encoding and min_length say where it stands"
            ),
        );
    }
    if rule.source.path.is_some() && rule.source.encoding == Encoding::Binary {
        table.fault(
            "encoding",
            said!(
                "plantfile-encoding",
                "must be \"hex\" or \"base64\": JSON holds no bytes"
            ),
        );
    }
}

fn check_columns(table: &Reader<'_>, rule: &PayloadRule) {
    let mut seen = HashSet::new();
    for column in rule.columns.iter().filter(|column| *column != "-") {
        if column.is_empty() || !seen.insert(column) {
            table.fault(
                "columns",
                said!(
                    "plantfile-column",
                    "\"{column}\" is empty or stands twice; name each column, `-` leaves one out",
                    column = &**column
                ),
            );
        }
    }
    if rule
        .decimal
        .is_some_and(|decimal| !matches!(decimal, '.' | ','))
    {
        table.fault(
            "decimal",
            said!("plantfile-decimal", "must be \".\" or \",\""),
        );
    }
    if rule.separator.is_some() && rule.separator == rule.decimal {
        table.fault(
            "separator",
            said!(
                "plantfile-separator",
                "is the decimal sign too; they have to differ"
            ),
        );
    }
}

fn field(mut table: Reader<'_>) -> Field {
    let name = table.required_any_text("name");
    let at = table
        .integer("at", 0..=65_535)
        .and_then(|at| u32::try_from(at).ok());
    if at.is_none() {
        table.fault(
            "at",
            said!(
                "plantfile-offset",
                "must say the offset of the first byte, from 0"
            ),
        );
    }
    let form_name = table.required_text("type");
    let form = Form::parse(&form_name);
    if form.is_none() && !form_name.is_empty() {
        table.fault(
            "type",
            said!(
                "plantfile-form",
                "is \"{name}\", but must be such as u8, i16be, u32le, f32be, bcd16be or bool",
                name = form_name
            ),
        );
    }
    let field = Field {
        name,
        at: at.unwrap_or_default(),
        form: form.unwrap_or(Form {
            number: Number::Unsigned,
            bytes: 8,
            is_little_endian: false,
        }),
        scale: table.number("scale").unwrap_or(1.0),
        add: table.number("add").unwrap_or(0.0),
        unit: table.text("unit").unwrap_or_default(),
        bits: bits(&mut table),
    };
    if field.scale == 0.0 {
        table.fault(
            "scale",
            said!("plantfile-scale", "is 0, so every value would be the same"),
        );
    }
    check_bits(&table, &field);
    table.finish();
    field
}

fn bits(table: &mut Reader<'_>) -> Option<[u8; 2]> {
    let bits = table.integers("bits", 0..=64)?;
    let bits: Vec<u8> = bits
        .into_iter()
        .filter_map(|bit| u8::try_from(bit).ok())
        .collect();
    let read = <[u8; 2]>::try_from(bits).ok();
    if read.is_none() {
        table.fault(
            "bits",
            said!(
                "plantfile-bits",
                "must be the first bit and how many, such as [0, 4]"
            ),
        );
    }
    read
}

fn check_bits(table: &Reader<'_>, field: &Field) {
    let Some([first, count]) = field.bits else {
        return;
    };
    let has_bits = matches!(
        field.form.number,
        Number::Unsigned | Number::Signed | Number::Boolean
    );
    if !has_bits {
        table.fault(
            "bits",
            said!("plantfile-bits-whole", "are of whole numbers only"),
        );
    } else if count == 0 || u16::from(first) + u16::from(count) > u16::from(field.form.bytes) * 8 {
        let bits = u16::from(field.form.bytes) * 8;
        table.fault(
            "bits",
            said!(
                "plantfile-bits-within",
                "[{first}, {count}] must lie within the {bits} bits of the type",
                first = first.to_string(),
                count = count.to_string(),
                bits = bits.to_string()
            ),
        );
    }
}
