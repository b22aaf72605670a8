//! The Sparkplug payload: header and metrics, checked whole. Field numbers are those of Eclipse Tahu's
//! `sparkplug_b.proto`.

use super::{
    property,
    raw::{Header, RawMetric, RawValue},
    wire::{Content, Fields, Span, check_utf8},
};
use crate::{
    limits::Limits,
    reject::{Reject, RejectKind},
};

/// The uuid of a payload whose body holds the true payload, compressed.
const COMPRESSED: &[u8] = b"SPBV1.0_COMPRESSED";

/// Reads a payload; `metrics` is emptied first. After an error its content means nothing.
pub(crate) fn read(
    payload: &[u8],
    limits: &Limits,
    metrics: &mut Vec<RawMetric>,
) -> Result<Header, Reject> {
    metrics.clear();
    let mut header = Header::default();
    let (mut is_compressed, mut body) = (false, Span::default());
    let mut fields = Fields::whole(payload);
    loop {
        while fields.peek() == Some(keys::METRIC) {
            fields.step();
            let span = fields.bytes()?;
            add_metric(payload, span, limits, metrics)?;
        }
        let Some((field, content)) = fields.next()? else {
            break;
        };
        match (field, content) {
            (1, Content::Varint(timestamp)) => header.timestamp = Some(timestamp),
            (2, Content::Bytes(span)) => add_metric(payload, span, limits, metrics)?,
            (3, Content::Varint(seq)) => {
                let seq = u8::try_from(seq)
                    .map_err(|_| fields.malformed("a sequence number above 255"))?;
                header.seq = Some(seq);
            }
            (1..=3, _) => return Err(fields.malformed("a payload field of the wrong type")),
            (4, Content::Bytes(uuid)) => is_compressed = uuid.of(payload) == COMPRESSED,
            (5, Content::Bytes(bytes)) => body = bytes,
            // Extensions.
            _ => {}
        }
    }
    header.compressed = is_compressed.then_some(body);
    Ok(header)
}

#[inline]
fn add_metric(
    payload: &[u8],
    span: Span,
    limits: &Limits,
    metrics: &mut Vec<RawMetric>,
) -> Result<(), Reject> {
    if metrics.len() >= limits.metrics {
        let detail = format!("more than {} metrics in one message", limits.metrics);
        return Err(Reject::new(RejectKind::SparkplugTooManyMetrics, detail));
    }
    metrics.push(RawMetric::default());
    match metrics.last_mut() {
        Some(metric) => read_metric(payload, span, metric),
        None => Ok(()),
    }
}

/// Reads one metric, such as one within a template.
pub(crate) fn metric(payload: &[u8], span: Span) -> Result<RawMetric, Reject> {
    let mut metric = RawMetric::default();
    read_metric(payload, span, &mut metric)?;
    Ok(metric)
}

/// First bytes of the fields that data is made of: number, and wire type in the lowest three bits.
mod keys {
    /// Of the payload; the others are of a metric.
    pub(super) const METRIC: u8 = 2 << 3 | 2;
    pub(super) const ALIAS: u8 = 2 << 3;
    pub(super) const TIMESTAMP: u8 = 3 << 3;
    pub(super) const DATATYPE: u8 = 4 << 3;
    pub(super) const INT: u8 = 10 << 3;
    pub(super) const LONG: u8 = 11 << 3;
    pub(super) const FLOAT: u8 = 12 << 3 | 5;
    pub(super) const DOUBLE: u8 = 13 << 3 | 1;
    pub(super) const BOOLEAN: u8 = 14 << 3;
}

/// Fills `metric`, which is empty. Most bytes that ever come go through here.
#[inline]
fn read_metric(payload: &[u8], span: Span, metric: &mut RawMetric) -> Result<(), Reject> {
    let mut is_null = false;
    let mut fields = Fields::within(payload, span);
    while let Some(key) = fields.peek() {
        let plain = matches!(
            key,
            keys::ALIAS
                | keys::TIMESTAMP
                | keys::DATATYPE
                | keys::INT
                | keys::LONG
                | keys::FLOAT
                | keys::DOUBLE
                | keys::BOOLEAN
        );
        if !plain {
            other_field(payload, &mut fields, metric, &mut is_null)?;
            continue;
        }
        fields.step();
        match key {
            keys::DOUBLE => {
                metric.value = RawValue::Double(f64::from_le_bytes(fields.fixed()?));
                continue;
            }
            keys::FLOAT => {
                metric.value = RawValue::Float(f32::from_le_bytes(fields.fixed()?));
                continue;
            }
            _ => {}
        }
        let number = fields.varint()?;
        match key {
            keys::ALIAS => metric.alias = Some(number),
            keys::TIMESTAMP => metric.timestamp = Some(number),
            keys::DATATYPE => metric.datatype = u32::try_from(number).unwrap_or(u32::MAX),
            // A uint32 is cut to 32 bits, as every protobuf reader does: writers may extend the sign to 64.
            keys::INT => metric.value = RawValue::Int((number & 0xFFFF_FFFF) as u32),
            keys::LONG => metric.value = RawValue::Long(number),
            _ => metric.value = RawValue::Boolean(number != 0),
        }
    }
    if is_null {
        metric.value = RawValue::Absent;
    }
    Ok(())
}

/// One field that is not among the plain ones, or is written in an unusual way.
#[inline(never)]
fn other_field(
    payload: &[u8],
    fields: &mut Fields<'_>,
    metric: &mut RawMetric,
    is_null: &mut bool,
) -> Result<(), Reject> {
    let Some((field, content)) = fields.next()? else {
        return Ok(());
    };
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
        (5, Content::Varint(historical)) => metric.is_historical = historical != 0,
        (6, Content::Varint(transient)) => metric.is_transient = transient != 0,
        (7, Content::Varint(null)) => *is_null = null != 0,
        (8, Content::Bytes(metadata)) => metric.description = description(payload, metadata)?,
        (9, Content::Bytes(properties)) => {
            metric.properties = properties;
            metric.quality = property::read(payload, properties)?.quality;
        }
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
        (16, Content::Bytes(bytes)) => metric.value = RawValue::Bytes(bytes),
        (17, Content::Bytes(set)) => metric.value = RawValue::DataSet(set),
        (18, Content::Bytes(template)) => metric.value = RawValue::Template(template),
        (19, Content::Bytes(_)) => metric.value = RawValue::Extension,
        (1..=19, _) => {
            return Err(fields.malformed("a metric field of the wrong type"));
        }
        // Extensions.
        _ => {}
    }
    Ok(())
}

/// The description within the metadata of a metric.
fn description(payload: &[u8], metadata: Span) -> Result<Span, Reject> {
    let mut fields = Fields::within(payload, metadata);
    let mut description = Span::default();
    while let Some((field, content)) = fields.next()? {
        if let (8, Content::Bytes(text)) = (field, content) {
            check_utf8(payload, text)?;
            description = text;
        }
    }
    Ok(description)
}
