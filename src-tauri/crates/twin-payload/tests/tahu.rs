//! The hand-written protocol buffer against prost: both must read and write the same bytes.

mod common;

use common::{NOW, decode};
use proptest::prelude::*;
use prost::Message as _;
use twin_core::Timestamp;
use twin_payload::{
    Decoder, RejectKind,
    sparkplug::encode::{self, MetricValue},
};

/// The parts of Eclipse Tahu's `sparkplug_b.proto` that are in use here.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(uint64, optional, tag = "1")]
    timestamp: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    metrics: Vec<Metric>,
    #[prost(uint64, optional, tag = "3")]
    seq: Option<u64>,
    #[prost(string, optional, tag = "4")]
    uuid: Option<String>,
    #[prost(bytes = "vec", optional, tag = "5")]
    body: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Metric {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    alias: Option<u64>,
    #[prost(uint64, optional, tag = "3")]
    timestamp: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    datatype: Option<u32>,
    #[prost(bool, optional, tag = "5")]
    is_historical: Option<bool>,
    #[prost(bool, optional, tag = "7")]
    is_null: Option<bool>,
    #[prost(message, optional, tag = "9")]
    properties: Option<PropertySet>,
    #[prost(oneof = "Value", tags = "10, 11, 12, 13, 14, 15, 16, 17")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Value {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
    #[prost(bool, tag = "14")]
    Boolean(bool),
    #[prost(string, tag = "15")]
    Text(String),
    #[prost(bytes, tag = "16")]
    Bytes(Vec<u8>),
    #[prost(bytes, tag = "17")]
    DataSet(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
struct PropertySet {
    #[prost(string, repeated, tag = "1")]
    keys: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    values: Vec<PropertyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PropertyValue {
    #[prost(uint32, optional, tag = "1")]
    datatype: Option<u32>,
    #[prost(uint32, optional, tag = "3")]
    int_value: Option<u32>,
    #[prost(string, optional, tag = "8")]
    string_value: Option<String>,
}

fn metric(name: &str, value: Value) -> Metric {
    Metric {
        name: Some(name.into()),
        value: Some(value),
        ..Metric::default()
    }
}

#[test]
fn what_is_written_here_is_read_by_prost() {
    let metrics = [
        encode::Metric {
            name: Some("a"),
            alias: Some(300),
            time: Some(NOW),
            ..encode::Metric::new(MetricValue::Int32(-2))
        },
        encode::Metric {
            historical: true,
            typed: false,
            ..encode::Metric::new(MetricValue::Float(1.5))
        },
        encode::Metric::new(MetricValue::Null(twin_payload::sparkplug::DataType::Int64)),
        encode::Metric::new(MetricValue::Int64(-1)),
        encode::Metric::new(MetricValue::Bytes(b"xyz")),
    ];
    let read = Payload::decode(encode::payload(Some(NOW), Some(255), &metrics).as_slice()).unwrap();
    let ms = Some(1_700_000_000_000);
    let expected = Payload {
        timestamp: ms,
        seq: Some(255),
        metrics: vec![
            Metric {
                alias: Some(300),
                timestamp: ms,
                datatype: Some(3),
                ..metric("a", Value::Int(0xFFFF_FFFE))
            },
            Metric {
                is_historical: Some(true),
                value: Some(Value::Float(1.5)),
                ..Metric::default()
            },
            Metric {
                is_null: Some(true),
                datatype: Some(4),
                ..Metric::default()
            },
            Metric {
                datatype: Some(4),
                value: Some(Value::Long(u64::MAX)),
                ..Metric::default()
            },
            Metric {
                datatype: Some(17),
                value: Some(Value::Bytes(b"xyz".to_vec())),
                ..Metric::default()
            },
        ],
        ..Payload::default()
    };
    assert_eq!(read, expected);
}

#[test]
fn the_quality_property_is_found_among_others() {
    use twin_core::{Quality, Reason};
    let value = |int_value, string: Option<&str>| PropertyValue {
        datatype: Some(3),
        int_value,
        string_value: string.map(str::to_owned),
    };
    let properties = |code| PropertySet {
        keys: vec!["engUnit".into(), "Quality".into()],
        values: vec![value(None, Some("bar")), value(Some(code), None)],
    };
    let metrics = [192, 0, 500].map(|code| Metric {
        properties: Some(properties(code)),
        ..metric("m", Value::Double(1.0))
    });
    let payload = Payload {
        metrics: metrics.to_vec(),
        seq: Some(0),
        ..Payload::default()
    };
    let out = decode(
        &mut Decoder::new(),
        "spBv1.0/G/NBIRTH/n",
        &payload.encode_to_vec(),
    )
    .unwrap();
    let expected = [
        Quality::GOOD,
        Quality::bad(Reason::DeviceReported),
        Quality::uncertain(Reason::Stale),
    ];
    assert_eq!(out.qualities(), expected);
}

#[test]
fn compressed_payloads_are_named() {
    let payload = Payload {
        uuid: Some("SPBV1.0_COMPRESSED".into()),
        body: Some(vec![1]),
        ..Payload::default()
    };
    let reject = decode(
        &mut Decoder::new(),
        "spBv1.0/G/NBIRTH/n",
        &payload.encode_to_vec(),
    )
    .unwrap_err();
    assert_eq!(reject.kind, RejectKind::SparkplugMalformed);
    assert!(reject.detail.contains("compressed"));
}

fn values() -> impl Strategy<Value = Option<Value>> {
    prop::option::of(prop_oneof![
        any::<u32>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::Long),
        any::<f32>().prop_map(Value::Float),
        any::<f64>().prop_map(Value::Double),
        any::<bool>().prop_map(Value::Boolean),
        "\\PC{0,12}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Value::Bytes),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Value::DataSet),
    ])
}

prop_compose! {
    fn metrics()(
        name in prop::option::of("[a-z#/. ]{0,6}"),
        alias in prop::option::of(any::<u64>()),
        timestamp in prop::option::of(any::<u64>()),
        datatype in prop::option::of(0u32..40),
        is_null in prop::option::of(any::<bool>()),
        value in values(),
    ) -> Metric {
        Metric { name, alias, timestamp, datatype, is_null, value, ..Metric::default() }
    }
}

proptest! {
    /// Whatever prost can write, valid or not as Sparkplug, is read; every metric is a row, skipped or control.
    #[test]
    fn what_prost_writes_is_read(
        metrics in prop::collection::vec(metrics(), 0..12),
        timestamp in prop::option::of(any::<u64>()),
        seq in 0u64..256,
        kind in prop::sample::select(vec!["NBIRTH/n", "NDATA/n", "DBIRTH/n/d", "DDATA/n/d"]),
    ) {
        let count = metrics.len();
        let payload = Payload { timestamp, metrics, seq: Some(seq), ..Payload::default() };
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, &format!("spBv1.0/G/{kind}"), &payload.encode_to_vec());
        prop_assert!(out.is_ok(), "{:?}", out);
        let out = out.unwrap_or_default();
        prop_assert_eq!(out.len() + usize::try_from(out.skipped()).unwrap_or(0), count);
        let latest = Timestamp(NOW.0 + 300_000_000);
        prop_assert!(out.times().iter().all(|time| *time <= latest));
    }
}
