//! A node `G/n` with a device `d`, and their messages.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be decoded fails its test"
)]

use super::{NOW, at, decode, rows};
use twin_core::{Duration, Value};
use twin_payload::{
    Decoder, Description, Limits, Observations, SourceEvent, SparkplugLimits,
    sparkplug::encode::{Metric, MetricValue, Property, PropertyValue, payload},
};

pub const NODE: &str = "G/n";

pub fn named<'a>(name: &'a str, alias: u64, value: MetricValue<'a>) -> Metric<'a> {
    Metric {
        name: Some(name),
        alias: Some(alias),
        time: Some(NOW),
        ..Metric::new(value)
    }
}

pub fn aliased(alias: u64, ms: i64, value: MetricValue<'_>) -> Metric<'_> {
    Metric {
        alias: Some(alias),
        time: Some(at(ms)),
        typed: false,
        ..Metric::new(value)
    }
}

pub fn node_birth(bd_seq: u64) -> Vec<u8> {
    let metrics = [
        Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        },
        Metric {
            name: Some("Node Control/Rebirth"),
            ..Metric::new(MetricValue::Boolean(false))
        },
        named("supply", 1, MetricValue::Float(24.5)),
        named("count", 2, MetricValue::Int16(-3)),
    ];
    payload(Some(NOW), Some(0), &metrics)
}

pub fn device_birth(seq: u8) -> Vec<u8> {
    let metrics = [
        named("speed", 10, MetricValue::Double(1450.0)),
        named("run", 11, MetricValue::Boolean(true)),
    ];
    payload(Some(NOW), Some(seq), &metrics)
}

pub fn data(seq: u8, metrics: &[Metric<'_>]) -> Vec<u8> {
    payload(Some(NOW), Some(seq), metrics)
}

pub fn death(bd_seq: u64) -> Vec<u8> {
    payload(
        None,
        None,
        &[Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        }],
    )
}

pub fn born() -> Decoder {
    let mut decoder = Decoder::new();
    let born = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7))
        .and_then(|_| decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)));
    assert!(born.is_ok());
    decoder
}

/// Events but for descriptions.
pub fn events(out: &Observations) -> Vec<SourceEvent> {
    let events = out.events().iter();
    events
        .filter(|event| !matches!(event, SourceEvent::Described(_)))
        .cloned()
        .collect()
}

/// A decoder that holds back up to `held` messages for `ms`.
pub fn waiting(held: usize, ms: i64) -> Decoder {
    Decoder::with_limits(Limits {
        sparkplug: SparkplugLimits {
            reorder: Duration::from_millis(ms),
            held,
            ..SparkplugLimits::default()
        },
        ..Limits::default()
    })
}

pub fn birth(metrics: &[Metric<'_>]) -> (Decoder, Observations) {
    let mut decoder = Decoder::new();
    let birth = payload(Some(NOW), Some(0), metrics);
    let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth).unwrap();
    (decoder, out)
}

/// Values by what follows the metric's address.
pub fn values(decoder: &Decoder, out: &Observations) -> Vec<(String, Value)> {
    let short = |address: String| address.strip_prefix("spBv1.0/G/n#").unwrap().to_owned();
    rows(decoder, out)
        .into_iter()
        .map(|(address, value, _)| (short(address), value))
        .collect()
}

pub fn row(name: &str, value: Value) -> (String, Value) {
    (name.to_owned(), value)
}

pub fn description(out: &Observations) -> Description {
    out.events()
        .iter()
        .find_map(|event| match event {
            SourceEvent::Described(description) => Some((**description).clone()),
            _ => None,
        })
        .unwrap()
}

pub const UNIT: Property<'static> = Property {
    key: "engUnit",
    value: PropertyValue::Plain(MetricValue::String("bar")),
};
