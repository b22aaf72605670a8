//! Sparkplug data types, and what a raw value means under them.

use twin_core::{Quality, Reason, ValueKind};

use super::raw::{RawMetric, RawValue};
use crate::observations::Cell;

/// Data types (specification 3.0, section 6.4.16), with their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum DataType {
    /// Signed, 8 bits.
    Int8 = 1,
    /// Signed, 16 bits.
    Int16 = 2,
    /// Signed, 32 bits.
    Int32 = 3,
    /// Signed, 64 bits.
    Int64 = 4,
    /// Unsigned, 8 bits.
    UInt8 = 5,
    /// Unsigned, 16 bits.
    UInt16 = 6,
    /// Unsigned, 32 bits.
    UInt32 = 7,
    /// Unsigned, 64 bits.
    UInt64 = 8,
    /// IEEE 754, 32 bits.
    Float = 9,
    /// IEEE 754, 64 bits.
    Double = 10,
    /// On or off.
    Boolean = 11,
    /// Text.
    String = 12,
    /// Milliseconds since 1970; observed as that number.
    DateTime = 13,
    /// Text.
    Text = 14,
    /// Text.
    Uuid = 15,
    /// A table; its last row is observed value by value, and the whole as one text.
    DataSet = 16,
    /// Bytes; their number is observed, and they as base64.
    Bytes = 17,
    /// The content of a file; observed as bytes are.
    File = 18,
    /// Metrics of one thing, or the description of such a thing.
    Template = 19,
    /// Properties within properties.
    PropertySet = 20,
    /// Properties within properties.
    PropertySetList = 21,
    /// Many signed numbers of 8 bits.
    Int8Array = 22,
    /// Many signed numbers of 16 bits.
    Int16Array = 23,
    /// Many signed numbers of 32 bits.
    Int32Array = 24,
    /// Many signed numbers of 64 bits.
    Int64Array = 25,
    /// Many unsigned numbers of 8 bits.
    UInt8Array = 26,
    /// Many unsigned numbers of 16 bits.
    UInt16Array = 27,
    /// Many unsigned numbers of 32 bits.
    UInt32Array = 28,
    /// Many unsigned numbers of 64 bits.
    UInt64Array = 29,
    /// Many numbers of IEEE 754, 32 bits.
    FloatArray = 30,
    /// Many numbers of IEEE 754, 64 bits.
    DoubleArray = 31,
    /// Many bits.
    BooleanArray = 32,
    /// Many texts.
    StringArray = 33,
    /// Many instants.
    DateTimeArray = 34,
}

/// What a metric is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    Plain,
    DataSet,
    /// Bytes or a file.
    Blob,
    Template,
    Array,
    /// A type or value field that the specification does not have, or that is no metric's.
    Other,
}

/// The shape of a metric. `datatype` is the metric's own or its birth's, 0 when neither says; the value that is there
/// says more than the type.
#[inline]
pub(crate) const fn shape(value: RawValue, datatype: u32) -> Shape {
    match value {
        RawValue::Int(_)
        | RawValue::Long(_)
        | RawValue::Float(_)
        | RawValue::Double(_)
        | RawValue::Boolean(_)
        | RawValue::Text(_) => {
            if datatype <= PLAIN_MAX {
                Shape::Plain
            } else {
                Shape::Other
            }
        }
        RawValue::Bytes(_) if is_array(datatype) => Shape::Array,
        RawValue::Bytes(_) => Shape::Blob,
        RawValue::DataSet(_) => Shape::DataSet,
        RawValue::Template(_) => Shape::Template,
        RawValue::Extension => Shape::Other,
        RawValue::Absent => match datatype {
            0..=PLAIN_MAX => Shape::Plain,
            DATA_SET => Shape::DataSet,
            BYTES | FILE => Shape::Blob,
            TEMPLATE => Shape::Template,
            _ if is_array(datatype) => Shape::Array,
            _ => Shape::Other,
        },
    }
}

const fn is_array(datatype: u32) -> bool {
    datatype >= DataType::Int8Array as u32 && datatype <= DataType::DateTimeArray as u32
}

const INT8: u32 = DataType::Int8 as u32;
const INT16: u32 = DataType::Int16 as u32;
const INT32: u32 = DataType::Int32 as u32;
const INT64: u32 = DataType::Int64 as u32;
const FLOAT: u32 = DataType::Float as u32;
const DOUBLE: u32 = DataType::Double as u32;
const BOOLEAN: u32 = DataType::Boolean as u32;
/// The last type that is one plain value.
pub(crate) const PLAIN_MAX: u32 = DataType::Uuid as u32;
const DATA_SET: u32 = DataType::DataSet as u32;
const BYTES: u32 = DataType::Bytes as u32;
const FILE: u32 = DataType::File as u32;
const TEMPLATE: u32 = DataType::Template as u32;

/// A plain value; none when it is a text too long for one, or none of [`Shape::Plain`]. `datatype` as for [`shape`].
#[inline]
pub(crate) fn plain<'p>(
    value: RawValue,
    datatype: u32,
    payload: &'p [u8],
    text_limit: usize,
) -> Option<Cell<'p>> {
    Some(match value {
        RawValue::Absent => Cell::Null,
        RawValue::Float(value) if datatype == BOOLEAN => Cell::Bool(value != 0.0),
        RawValue::Float(value) => Cell::F64(f64::from(value)),
        RawValue::Double(value) if datatype == BOOLEAN => Cell::Bool(value != 0.0),
        RawValue::Double(value) => Cell::F64(value),
        RawValue::Boolean(value) => Cell::Bool(value),
        RawValue::Int(value) => whole(u64::from(value), datatype),
        RawValue::Long(value) => whole(value, datatype),
        RawValue::Text(span) => {
            let text = span.of(payload);
            if text.len() > text_limit {
                return None;
            }
            Cell::Text(std::str::from_utf8(text).ok()?)
        }
        RawValue::Bytes(_) | RawValue::DataSet(_) | RawValue::Template(_) | RawValue::Extension => {
            return None;
        }
    })
}

/// Why [`plain`] gives none.
pub(crate) fn why_not(value: RawValue, text_limit: usize) -> String {
    match value {
        RawValue::Text(span) => {
            let bytes = span.end.saturating_sub(span.start);
            format!("a text of {bytes} bytes, more than {text_limit}")
        }
        _ => "no value of its metric's type".to_owned(),
    }
}

/// The type of value that metrics of this type have; none for one that is not known, or that has parts.
pub(crate) const fn kind(datatype: u32) -> Option<ValueKind> {
    match datatype {
        1..=8 | 13 => Some(ValueKind::I64),
        FLOAT | DOUBLE => Some(ValueKind::F64),
        BOOLEAN => Some(ValueKind::Bool),
        12 | 14 | PLAIN_MAX => Some(ValueKind::Text),
        _ => None,
    }
}

/// A whole number. Signed ones are in two's complement: their low bits count, whatever width they were written in.
pub(crate) fn whole(value: u64, datatype: u32) -> Cell<'static> {
    match datatype {
        INT8 => Cell::I64(i64::from((value & 0xFF) as u8 as i8)),
        INT16 => Cell::I64(i64::from((value & 0xFFFF) as u16 as i16)),
        INT32 => Cell::I64(i64::from((value & 0xFFFF_FFFF) as u32 as i32)),
        INT64 => Cell::I64(value.cast_signed()),
        FLOAT | DOUBLE => Cell::F64(value as f64),
        BOOLEAN => Cell::Bool(value != 0),
        // A 64-bit number without a sign may be too large for one with a sign.
        _ => i64::try_from(value).map_or(Cell::F64(value as f64), Cell::I64),
    }
}

/// The quality that a metric's property `Quality` says: Sparkplug's own numbers, else the two upper bits of an OPC
/// quality.
pub(crate) const fn quality(metric: &RawMetric) -> Quality {
    match metric.quality {
        None | Some(192) => Quality::GOOD,
        Some(500) => Quality::uncertain(Reason::Stale),
        Some(code) => match code & 0xC0 {
            0xC0 => Quality::GOOD,
            0x40 => Quality::uncertain(Reason::DeviceReported),
            _ => Quality::bad(Reason::DeviceReported),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_numbers_are_read_in_every_width() {
        for (datatype, value, expected) in [
            (INT8, 0xFFFF_FFFF_FFFF_FF80, -128),
            (INT8, 0xFFFF_FF80, -128),
            (INT8, 0x80, -128),
            (INT16, 0xFFFF_8000, -32_768),
            (INT32, 0x8000_0000, i64::from(i32::MIN)),
            (INT64, u64::MAX, -1),
            (5, 255, 255),
            (8, i64::MAX as u64, i64::MAX),
            (13, 1_700_000_000_000, 1_700_000_000_000),
            (0, 7, 7),
        ] {
            assert_eq!(
                whole(value, datatype),
                Cell::I64(expected),
                "{datatype} {value:x}"
            );
        }
        assert_eq!(whole(u64::MAX, 8), Cell::F64(18_446_744_073_709_551_615.0));
        assert_eq!(whole(3, FLOAT), Cell::F64(3.0));
        assert_eq!(whole(1, BOOLEAN), Cell::Bool(true));
    }

    #[test]
    fn property_quality_is_understood() {
        let of = |code| {
            quality(&RawMetric {
                quality: Some(code),
                ..RawMetric::default()
            })
        };
        assert_eq!(of(192), Quality::GOOD);
        assert_eq!(of(500), Quality::uncertain(Reason::Stale));
        assert_eq!(of(0), Quality::bad(Reason::DeviceReported));
        assert_eq!(of(64), Quality::uncertain(Reason::DeviceReported));
    }
}
