//! Writes Sparkplug payloads: for rebirth requests, demonstration plants, tests and benches.

use twin_core::Timestamp;

use super::value::DataType;

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
    /// Bytes, which are no signal.
    Bytes(&'a [u8]),
}

/// A metric to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric<'a> {
    /// Its name: always in a birth, in data only without an alias.
    pub name: Option<&'a str>,
    /// Its alias.
    pub alias: Option<u64>,
    /// When the value was true.
    pub time: Option<Timestamp>,
    /// Whether the data type is written. Births must have it; data should not (specification 3.0, 6.4.8).
    pub typed: bool,
    /// Whether the value is from a store and forward buffer.
    pub historical: bool,
    /// The value.
    pub value: MetricValue<'a>,
}

impl<'a> Metric<'a> {
    /// A metric with its type and nothing else.
    pub const fn new(value: MetricValue<'a>) -> Self {
        Metric {
            name: None,
            alias: None,
            time: None,
            typed: true,
            historical: false,
            value,
        }
    }
}

/// A payload. `seq` is required by the specification in all messages but NDEATH and commands. Times are cut to
/// milliseconds.
pub fn payload(time: Option<Timestamp>, seq: Option<u8>, metrics: &[Metric<'_>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + metrics.len() * 32);
    let mut inner = Vec::with_capacity(64);
    if let Some(time) = time {
        varint_field(&mut out, 1, time.millis().cast_unsigned());
    }
    for metric in metrics {
        inner.clear();
        write_metric(&mut inner, metric);
        bytes_field(&mut out, 2, &inner);
    }
    if let Some(seq) = seq {
        varint_field(&mut out, 3, u64::from(seq));
    }
    out
}

fn write_metric(out: &mut Vec<u8>, metric: &Metric<'_>) {
    if let Some(name) = metric.name {
        bytes_field(out, 1, name.as_bytes());
    }
    if let Some(alias) = metric.alias {
        varint_field(out, 2, alias);
    }
    if let Some(time) = metric.time {
        varint_field(out, 3, time.millis().cast_unsigned());
    }
    if metric.typed {
        varint_field(out, 4, u64::from(metric.value.datatype()));
    }
    if metric.historical {
        varint_field(out, 5, 1);
    }
    // Signed numbers of up to 32 bits go into a uint32 in two's complement, extended to 32 bits as Eclipse Tahu does.
    let int = |value: i32| u64::from(value.cast_unsigned());
    match metric.value {
        MetricValue::Null(_) => varint_field(out, 7, 1),
        MetricValue::Int8(value) => varint_field(out, 10, int(value.into())),
        MetricValue::Int16(value) => varint_field(out, 10, int(value.into())),
        MetricValue::Int32(value) => varint_field(out, 10, int(value)),
        MetricValue::UInt8(value) => varint_field(out, 10, value.into()),
        MetricValue::UInt16(value) => varint_field(out, 10, value.into()),
        MetricValue::UInt32(value) => varint_field(out, 11, value.into()),
        MetricValue::Int64(value) => varint_field(out, 11, value.cast_unsigned()),
        MetricValue::UInt64(value) => varint_field(out, 11, value),
        MetricValue::DateTime(time) => varint_field(out, 11, time.millis().cast_unsigned()),
        MetricValue::Float(value) => {
            key(out, 12, 5);
            out.extend_from_slice(&value.to_le_bytes());
        }
        MetricValue::Double(value) => {
            key(out, 13, 1);
            out.extend_from_slice(&value.to_le_bytes());
        }
        MetricValue::Boolean(value) => varint_field(out, 14, value.into()),
        MetricValue::String(text) | MetricValue::Text(text) | MetricValue::Uuid(text) => {
            bytes_field(out, 15, text.as_bytes());
        }
        MetricValue::Bytes(bytes) => bytes_field(out, 16, bytes),
    }
}

impl MetricValue<'_> {
    const fn datatype(self) -> u32 {
        match self {
            MetricValue::Null(datatype) => datatype as u32,
            MetricValue::Int8(_) => DataType::Int8 as u32,
            MetricValue::Int16(_) => DataType::Int16 as u32,
            MetricValue::Int32(_) => DataType::Int32 as u32,
            MetricValue::Int64(_) => DataType::Int64 as u32,
            MetricValue::UInt8(_) => DataType::UInt8 as u32,
            MetricValue::UInt16(_) => DataType::UInt16 as u32,
            MetricValue::UInt32(_) => DataType::UInt32 as u32,
            MetricValue::UInt64(_) => DataType::UInt64 as u32,
            MetricValue::Float(_) => DataType::Float as u32,
            MetricValue::Double(_) => DataType::Double as u32,
            MetricValue::Boolean(_) => DataType::Boolean as u32,
            MetricValue::String(_) => DataType::String as u32,
            MetricValue::DateTime(_) => DataType::DateTime as u32,
            MetricValue::Text(_) => DataType::Text as u32,
            MetricValue::Uuid(_) => DataType::Uuid as u32,
            MetricValue::Bytes(_) => 17,
        }
    }
}

fn key(out: &mut Vec<u8>, field: u64, wire_type: u64) {
    varint(out, field << 3 | wire_type);
}

fn varint_field(out: &mut Vec<u8>, field: u64, value: u64) {
    key(out, field, 0);
    varint(out, value);
}

fn bytes_field(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    key(out, field, 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
