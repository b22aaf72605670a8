//! Sparkplug data types, and what a raw value means under them.

use twin_core::{Quality, Reason};

use super::payload::{RawMetric, RawValue};
use crate::observations::Cell;

/// Data types of metrics that can be signals (specification 3.0, section 6.4.16), with their numbers.
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
}

const INT8: u32 = DataType::Int8 as u32;
const INT16: u32 = DataType::Int16 as u32;
const INT32: u32 = DataType::Int32 as u32;
const INT64: u32 = DataType::Int64 as u32;
const FLOAT: u32 = DataType::Float as u32;
const DOUBLE: u32 = DataType::Double as u32;
const BOOLEAN: u32 = DataType::Boolean as u32;
/// The last type that is one plain value; data sets, bytes, files, templates, property sets and arrays follow.
const UUID: u32 = DataType::Uuid as u32;

/// Whether a metric can be a signal: its type is one plain value. `datatype` as for [`cell`].
pub(crate) fn is_signal(metric: &RawMetric, datatype: u32) -> bool {
    datatype <= UUID && metric.value != RawValue::Complex
}

/// The value of a metric; none when it is no signal or a text too long for one. `datatype` is the metric's own or its birth's, 0 when neither
/// says.
pub(crate) fn cell<'p>(
    metric: &RawMetric,
    datatype: u32,
    payload: &'p [u8],
    text_limit: usize,
) -> Option<Cell<'p>> {
    if !is_signal(metric, datatype) {
        return None;
    }
    if metric.is_null {
        return Some(Cell::Null);
    }
    Some(match metric.value {
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
        RawValue::Complex => return None,
    })
}

/// A whole number. Signed ones are in two's complement: their low bits count, whatever width they were written in.
fn whole(value: u64, datatype: u32) -> Cell<'static> {
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
