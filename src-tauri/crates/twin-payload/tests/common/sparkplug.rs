//! A node `G/n` with a device `d`, and their messages.

use super::{NOW, at, decode};
use twin_core::Duration;
use twin_payload::{
    Decoder, Limits, Observations, SourceEvent, SparkplugLimits,
    sparkplug::encode::{Metric, MetricValue, payload},
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
