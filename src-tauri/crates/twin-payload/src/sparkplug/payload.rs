//! The Sparkplug payload: header and metrics, checked whole. Field numbers are those of Eclipse Tahu's
//! `sparkplug_b.proto`.

use super::wire::{Content, Fields, Span};
use crate::{
    limits::Limits,
    reject::{Reject, RejectKind},
};

/// The uuid of a payload whose body holds the true payload, compressed.
const COMPRESSED: &[u8] = b"SPBV1.0_COMPRESSED";

/// What stands before and after the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Milliseconds since 1970.
    pub(crate) timestamp: Option<u64>,
    pub(crate) seq: Option<u8>,
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
    /// Bytes, a data set, a template, an extension: no signal.
    Complex,
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
    pub(crate) is_null: bool,
    pub(crate) value: RawValue,
    /// The number under the property `Quality`.
    pub(crate) quality: Option<i32>,
}

/// Reads a payload; `metrics` is emptied first. After an error its content means nothing.
pub(crate) fn read(
    payload: &[u8],
    limits: &Limits,
    metrics: &mut Vec<RawMetric>,
) -> Result<Header, Reject> {
    metrics.clear();
    let mut header = Header::default();
    let mut fields = Fields::whole(payload);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Varint(timestamp)) => header.timestamp = Some(timestamp),
            (2, Content::Bytes(span)) => {
                if metrics.len() >= limits.metrics {
                    let detail = format!("more than {} metrics in one message", limits.metrics);
                    return Err(Reject::new(RejectKind::SparkplugTooManyMetrics, detail));
                }
                metrics.push(metric(payload, span)?);
            }
            (3, Content::Varint(seq)) => {
                let seq = u8::try_from(seq)
                    .map_err(|_| fields.malformed("a sequence number above 255"))?;
                header.seq = Some(seq);
            }
            (1..=3, _) => return Err(fields.malformed("a payload field of the wrong type")),
            (4, Content::Bytes(uuid)) if uuid.of(payload) == COMPRESSED => {
                return Err(fields.malformed("compressed metrics, which are not supported,"));
            }
            // Other uuids, body, extensions.
            _ => {}
        }
    }
    Ok(header)
}

fn metric(payload: &[u8], span: Span) -> Result<RawMetric, Reject> {
    let mut metric = RawMetric::default();
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Bytes(name)) => {
                check_utf8(payload, name)?;
                metric.name = (name.start < name.end).then_some(name);
            }
            (2, Content::Varint(alias)) => metric.alias = Some(alias),
            (3, Content::Varint(timestamp)) => metric.timestamp = Some(timestamp),
            (4, Content::Varint(datatype)) => {
                metric.datatype = u32::try_from(datatype).unwrap_or(u32::MAX)
            }
            (7, Content::Varint(is_null)) => metric.is_null = is_null != 0,
            (9, Content::Bytes(properties)) => metric.quality = quality(payload, properties)?,
            // A uint32 is cut to 32 bits, as every protobuf reader does: writers may extend the sign to 64.
            (10, Content::Varint(int)) => metric.value = RawValue::Int((int & 0xFFFF_FFFF) as u32),
            (11, Content::Varint(long)) => metric.value = RawValue::Long(long),
            (12, Content::Fixed32(bits)) => metric.value = RawValue::Float(f32::from_bits(bits)),
            (13, Content::Fixed64(bits)) => metric.value = RawValue::Double(f64::from_bits(bits)),
            (14, Content::Varint(boolean)) => metric.value = RawValue::Boolean(boolean != 0),
            (15, Content::Bytes(text)) => {
                check_utf8(payload, text)?;
                metric.value = RawValue::Text(text);
            }
            (16..=19, Content::Bytes(_)) => metric.value = RawValue::Complex,
            (1..=4 | 7 | 9..=19, _) => {
                return Err(fields.malformed("a metric field of the wrong type"));
            }
            // is_historical, is_transient, metadata, extensions.
            _ => {}
        }
    }
    Ok(metric)
}

fn check_utf8(payload: &[u8], span: Span) -> Result<(), Reject> {
    std::str::from_utf8(span.of(payload))
        .map(|_| ())
        .map_err(|error| {
            let at = span.start as usize + error.valid_up_to();
            Reject::new(
                RejectKind::Utf8,
                format!("a text in the payload is not UTF-8 from byte {at} on"),
            )
        })
}

/// The number under the key `Quality` of a property set: keys and values are two parallel lists.
fn quality(payload: &[u8], span: Span) -> Result<Option<i32>, Reject> {
    let mut fields = Fields::within(payload, span);
    let mut keys = 0;
    let mut wanted = None;
    while let Some((field, content)) = fields.next()? {
        if let (1, Content::Bytes(key)) = (field, content) {
            if key.of(payload) == b"Quality" {
                wanted = Some(keys);
            }
            keys += 1;
        }
    }
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let mut fields = Fields::within(payload, span);
    let mut values = 0;
    while let Some((field, content)) = fields.next()? {
        if let (2, Content::Bytes(value)) = (field, content) {
            if values == wanted {
                return property_number(payload, value);
            }
            values += 1;
        }
    }
    Ok(None)
}

fn property_number(payload: &[u8], span: Span) -> Result<Option<i32>, Reject> {
    let mut fields = Fields::within(payload, span);
    let mut number = None;
    while let Some((field, content)) = fields.next()? {
        // int_value and long_value.
        if let (3 | 4, Content::Varint(value)) = (field, content) {
            number = i32::try_from(value).ok();
        }
    }
    Ok(number)
}
