//! Values to write.

use twin_core::Timestamp;

use super::{
    Metric,
    wire::{key, varint_field},
};
use crate::sparkplug::value::DataType;

/// A value with its data type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MetricValue<'a> {
    /// No value, of this type.
    Null(DataType),
    /// Signed, 8 bits.
    Int8(i8),
    /// Signed, 16 bits.
    Int16(i16),
    /// Signed, 32 bits.
    Int32(i32),
    /// Signed, 64 bits.
    Int64(i64),
    /// Unsigned, 8 bits.
    UInt8(u8),
    /// Unsigned, 16 bits.
    UInt16(u16),
    /// Unsigned, 32 bits.
    UInt32(u32),
    /// Unsigned, 64 bits.
    UInt64(u64),
    /// 32 bits.
    Float(f32),
    /// 64 bits.
    Double(f64),
    /// On or off.
    Boolean(bool),
    /// Text.
    String(&'a str),
    /// An instant, written in milliseconds.
    DateTime(Timestamp),
    /// Text.
    Text(&'a str),
    /// A UUID as text.
    Uuid(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// The content of a file.
    File(&'a [u8]),
    /// A table.
    DataSet(DataSet<'a>),
    /// An instance of a template, or its definition.
    Template(Template<'a>),
    /// Many values of one type.
    Array(Array<'a>),
}

/// A table: columns with their types, and rows as long as there are columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataSet<'a> {
    /// Names and types of the columns.
    pub columns: &'a [(&'a str, DataType)],
    /// Plain values.
    pub rows: &'a [&'a [MetricValue<'a>]],
}

/// An instance of a template, or its definition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Template<'a> {
    /// Of an instance: the name of its definition. None for a definition.
    pub reference: Option<&'a str>,
    /// Its members, each with its name.
    pub members: &'a [Metric<'a>],
    /// Names and plain values.
    pub parameters: &'a [(&'a str, MetricValue<'a>)],
}

/// Many values of one type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Array<'a> {
    /// Signed, 8 bits.
    Int8(&'a [i8]),
    /// Signed, 16 bits.
    Int16(&'a [i16]),
    /// Signed, 32 bits.
    Int32(&'a [i32]),
    /// Signed, 64 bits.
    Int64(&'a [i64]),
    /// Unsigned, 8 bits.
    UInt8(&'a [u8]),
    /// Unsigned, 16 bits.
    UInt16(&'a [u16]),
    /// Unsigned, 32 bits.
    UInt32(&'a [u32]),
    /// Unsigned, 64 bits.
    UInt64(&'a [u64]),
    /// 32 bits.
    Float(&'a [f32]),
    /// 64 bits.
    Double(&'a [f64]),
    /// Bits.
    Boolean(&'a [bool]),
    /// Texts without NUL.
    String(&'a [&'a str]),
    /// Instants, written in milliseconds.
    DateTime(&'a [Timestamp]),
}

impl MetricValue<'_> {
    pub(super) const fn datatype(self) -> DataType {
        match self {
            MetricValue::Null(datatype) => datatype,
            MetricValue::Int8(_) => DataType::Int8,
            MetricValue::Int16(_) => DataType::Int16,
            MetricValue::Int32(_) => DataType::Int32,
            MetricValue::Int64(_) => DataType::Int64,
            MetricValue::UInt8(_) => DataType::UInt8,
            MetricValue::UInt16(_) => DataType::UInt16,
            MetricValue::UInt32(_) => DataType::UInt32,
            MetricValue::UInt64(_) => DataType::UInt64,
            MetricValue::Float(_) => DataType::Float,
            MetricValue::Double(_) => DataType::Double,
            MetricValue::Boolean(_) => DataType::Boolean,
            MetricValue::String(_) => DataType::String,
            MetricValue::DateTime(_) => DataType::DateTime,
            MetricValue::Text(_) => DataType::Text,
            MetricValue::Uuid(_) => DataType::Uuid,
            MetricValue::Bytes(_) => DataType::Bytes,
            MetricValue::File(_) => DataType::File,
            MetricValue::DataSet(_) => DataType::DataSet,
            MetricValue::Template(_) => DataType::Template,
            MetricValue::Array(array) => array.datatype(),
        }
    }

    /// Writes a plain value; the fields of the six value types follow one another from `first` on. Values that are not
    /// plain, and nulls, write nothing.
    pub(super) fn write_plain(self, out: &mut Vec<u8>, first: u64) {
        // Signed numbers of up to 32 bits go into a uint32 in two's complement, extended to 32 bits as Eclipse Tahu
        // does.
        let int = |value: i32| u64::from(value.cast_unsigned());
        let long = first + 1;
        match self {
            MetricValue::Int8(value) => varint_field(out, first, int(value.into())),
            MetricValue::Int16(value) => varint_field(out, first, int(value.into())),
            MetricValue::Int32(value) => varint_field(out, first, int(value)),
            MetricValue::UInt8(value) => varint_field(out, first, value.into()),
            MetricValue::UInt16(value) => varint_field(out, first, value.into()),
            MetricValue::UInt32(value) => varint_field(out, long, value.into()),
            MetricValue::Int64(value) => varint_field(out, long, value.cast_unsigned()),
            MetricValue::UInt64(value) => varint_field(out, long, value),
            MetricValue::DateTime(time) => varint_field(out, long, time.millis().cast_unsigned()),
            MetricValue::Float(value) => {
                key(out, first + 2, 5);
                out.extend_from_slice(&value.to_le_bytes());
            }
            MetricValue::Double(value) => {
                key(out, first + 3, 1);
                out.extend_from_slice(&value.to_le_bytes());
            }
            MetricValue::Boolean(value) => varint_field(out, first + 4, value.into()),
            MetricValue::String(text) | MetricValue::Text(text) | MetricValue::Uuid(text) => {
                super::wire::bytes_field(out, first + 5, text.as_bytes());
            }
            MetricValue::Null(_)
            | MetricValue::Bytes(_)
            | MetricValue::File(_)
            | MetricValue::DataSet(_)
            | MetricValue::Template(_)
            | MetricValue::Array(_) => {}
        }
    }
}

impl Array<'_> {
    const fn datatype(self) -> DataType {
        match self {
            Array::Int8(_) => DataType::Int8Array,
            Array::Int16(_) => DataType::Int16Array,
            Array::Int32(_) => DataType::Int32Array,
            Array::Int64(_) => DataType::Int64Array,
            Array::UInt8(_) => DataType::UInt8Array,
            Array::UInt16(_) => DataType::UInt16Array,
            Array::UInt32(_) => DataType::UInt32Array,
            Array::UInt64(_) => DataType::UInt64Array,
            Array::Float(_) => DataType::FloatArray,
            Array::Double(_) => DataType::DoubleArray,
            Array::Boolean(_) => DataType::BooleanArray,
            Array::String(_) => DataType::StringArray,
            Array::DateTime(_) => DataType::DateTimeArray,
        }
    }

    /// Packed as the specification has it (3.0, section 6.4.17): little-endian; bits after their number, the highest
    /// first; texts with a NUL after each.
    pub(super) fn packed(self) -> Vec<u8> {
        match self {
            Array::Int8(list) => each(list, |value| value.to_le_bytes()),
            Array::Int16(list) => each(list, |value| value.to_le_bytes()),
            Array::Int32(list) => each(list, |value| value.to_le_bytes()),
            Array::Int64(list) => each(list, |value| value.to_le_bytes()),
            Array::UInt8(list) => list.to_vec(),
            Array::UInt16(list) => each(list, |value| value.to_le_bytes()),
            Array::UInt32(list) => each(list, |value| value.to_le_bytes()),
            Array::UInt64(list) => each(list, |value| value.to_le_bytes()),
            Array::Float(list) => each(list, |value| value.to_le_bytes()),
            Array::Double(list) => each(list, |value| value.to_le_bytes()),
            Array::DateTime(list) => each(list, |time| time.millis().to_le_bytes()),
            Array::Boolean(list) => {
                let mut out = (list.len() as u32).to_le_bytes().to_vec();
                out.extend(list.chunks(8).map(|bits| {
                    let byte = |(at, on): (usize, &bool)| u8::from(*on) << (7 - at);
                    bits.iter().enumerate().map(byte).sum::<u8>()
                }));
                out
            }
            Array::String(list) => {
                let ended = |text: &&str| text.bytes().chain([0]).collect::<Vec<u8>>();
                list.iter().flat_map(ended).collect()
            }
        }
    }
}

fn each<T: Copy, const N: usize>(list: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    list.iter().flat_map(|value| bytes(*value)).collect()
}
