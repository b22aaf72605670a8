//! A payload taken apart, before data types give meaning to its values.

use super::wire::Span;

/// What stands before and after the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Milliseconds since 1970.
    pub(crate) timestamp: Option<u64>,
    pub(crate) seq: Option<u8>,
    /// The true payload, compressed.
    pub(crate) compressed: Option<Span>,
}

/// The value of a metric as it stands in the payload, before its data type gives it meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum RawValue {
    /// No value field.
    #[default]
    Absent,
    Int(u32),
    Long(u64),
    Float(f32),
    Double(f64),
    Boolean(bool),
    /// UTF-8, checked.
    Text(Span),
    /// Bytes, a file or an array.
    Bytes(Span),
    /// Not looked into yet.
    DataSet(Span),
    /// Not looked into yet.
    Template(Span),
    /// An extension.
    Extension,
}

/// One metric; texts are places in the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RawMetric {
    /// UTF-8, checked; never empty.
    pub(crate) name: Option<Span>,
    pub(crate) alias: Option<u64>,
    /// Milliseconds since 1970.
    pub(crate) timestamp: Option<u64>,
    /// 0 when absent.
    pub(crate) datatype: u32,
    pub(crate) is_historical: bool,
    pub(crate) is_transient: bool,
    pub(crate) value: RawValue,
    /// The number under the property `Quality`.
    pub(crate) quality: Option<i32>,
    /// Its properties, checked; empty without any.
    pub(crate) properties: Span,
    /// UTF-8, checked; empty without one.
    pub(crate) description: Span,
}
