//! Writes Sparkplug payloads: for rebirth requests, demonstration plants, tests and benches.

mod value;
mod wire;

use std::io::Write;

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use twin_core::Timestamp;

pub use value::{Array, DataSet, MetricValue, Template};
use wire::{bytes_field, varint_field};

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
    /// Whether the value is not worth keeping.
    pub transient: bool,
    /// What it is for, as metadata.
    pub description: Option<&'a str>,
    /// Its properties.
    pub properties: &'a [Property<'a>],
    /// The value.
    pub value: MetricValue<'a>,
}

/// A property of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Property<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its value.
    pub value: PropertyValue<'a>,
}

/// The value of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PropertyValue<'a> {
    /// One plain value, or null.
    Plain(MetricValue<'a>),
    /// Properties within.
    Set(&'a [Property<'a>]),
    /// Several sets within.
    List(&'a [&'a [Property<'a>]]),
}

/// How a payload is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// DEFLATE within the frame of zlib (RFC 1950).
    Deflate,
    /// RFC 1952.
    Gzip,
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
            transient: false,
            description: None,
            properties: &[],
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

/// A payload that holds another one packed, as the clients of Eclipse Tahu write it.
///
/// # Errors
/// None that a vector could give.
pub fn packed(payload: &[u8], packing: Packing) -> std::io::Result<Vec<u8>> {
    let (name, body) = match packing {
        Packing::Deflate => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(payload)?;
            ("DEFLATE", encoder.finish()?)
        }
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(payload)?;
            ("GZIP", encoder.finish()?)
        }
    };
    let algorithm = Metric {
        name: Some("algorithm"),
        ..Metric::new(MetricValue::String(name))
    };
    let mut out = self::payload(None, None, &[algorithm]);
    bytes_field(&mut out, 4, b"SPBV1.0_COMPRESSED");
    bytes_field(&mut out, 5, &body);
    Ok(out)
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
        varint_field(out, 4, metric.value.datatype() as u64);
    }
    if metric.historical {
        varint_field(out, 5, 1);
    }
    if metric.transient {
        varint_field(out, 6, 1);
    }
    if let Some(description) = metric.description {
        let mut metadata = Vec::new();
        bytes_field(&mut metadata, 8, description.as_bytes());
        bytes_field(out, 8, &metadata);
    }
    if !metric.properties.is_empty() {
        bytes_field(out, 9, &property_set(metric.properties));
    }
    match metric.value {
        MetricValue::Null(_) => varint_field(out, 7, 1),
        MetricValue::Bytes(bytes) | MetricValue::File(bytes) => bytes_field(out, 16, bytes),
        MetricValue::Array(array) => bytes_field(out, 16, &array.packed()),
        MetricValue::DataSet(set) => bytes_field(out, 17, &data_set(&set)),
        MetricValue::Template(instance) => bytes_field(out, 18, &template(&instance)),
        value => value.write_plain(out, 10),
    }
}

fn property_set(properties: &[Property<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for property in properties {
        bytes_field(&mut out, 1, property.key.as_bytes());
    }
    for property in properties {
        let mut value = Vec::new();
        match property.value {
            PropertyValue::Plain(plain) => {
                varint_field(&mut value, 1, plain.datatype() as u64);
                if let MetricValue::Null(_) = plain {
                    varint_field(&mut value, 2, 1);
                }
                plain.write_plain(&mut value, 3);
            }
            PropertyValue::Set(set) => {
                varint_field(&mut value, 1, 20);
                bytes_field(&mut value, 9, &property_set(set));
            }
            PropertyValue::List(list) => {
                varint_field(&mut value, 1, 21);
                let mut sets = Vec::new();
                for set in list {
                    bytes_field(&mut sets, 1, &property_set(set));
                }
                bytes_field(&mut value, 10, &sets);
            }
        }
        bytes_field(&mut out, 2, &value);
    }
    out
}

fn data_set(set: &DataSet<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    varint_field(&mut out, 1, set.columns.len() as u64);
    for (name, _) in set.columns {
        bytes_field(&mut out, 2, name.as_bytes());
    }
    for (_, datatype) in set.columns {
        varint_field(&mut out, 3, *datatype as u64);
    }
    for row in set.rows {
        let mut elements = Vec::new();
        for value in *row {
            let mut element = Vec::new();
            value.write_plain(&mut element, 1);
            bytes_field(&mut elements, 1, &element);
        }
        bytes_field(&mut out, 4, &elements);
    }
    out
}

fn template(instance: &Template<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for member in instance.members {
        let mut metric = Vec::new();
        write_metric(&mut metric, member);
        bytes_field(&mut out, 2, &metric);
    }
    for (name, value) in instance.parameters {
        let mut parameter = Vec::new();
        bytes_field(&mut parameter, 1, name.as_bytes());
        varint_field(&mut parameter, 2, value.datatype() as u64);
        value.write_plain(&mut parameter, 3);
        bytes_field(&mut out, 3, &parameter);
    }
    if let Some(reference) = instance.reference {
        bytes_field(&mut out, 4, reference.as_bytes());
    }
    varint_field(&mut out, 5, u64::from(instance.reference.is_none()));
    out
}
