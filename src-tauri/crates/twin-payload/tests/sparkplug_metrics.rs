//! Sparkplug B: types, aliases, names and times of metrics.

mod common;

use common::{
    NOW, at, decode,
    sparkplug::{NODE, aliased, born, data, named},
    value,
};
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{
    Decoder, RebirthReason, RejectKind, SourceEvent,
    sparkplug::{
        DataType,
        encode::{Metric, MetricValue, payload},
    },
};

#[test]
fn every_plain_type_is_read() {
    let metrics = [
        named("i8", 1, MetricValue::Int8(-128)),
        named("i16", 2, MetricValue::Int16(i16::MIN)),
        named("i32", 3, MetricValue::Int32(i32::MIN)),
        named("i64", 4, MetricValue::Int64(i64::MIN)),
        named("u8", 5, MetricValue::UInt8(255)),
        named("u16", 6, MetricValue::UInt16(65_535)),
        named("u32", 7, MetricValue::UInt32(u32::MAX)),
        named("u64", 8, MetricValue::UInt64(u64::MAX)),
        named("f", 9, MetricValue::Float(-0.5)),
        named("d", 10, MetricValue::Double(1e-300)),
        named("b", 11, MetricValue::Boolean(true)),
        named("s", 12, MetricValue::String("héllo 水")),
        named("t", 13, MetricValue::DateTime(NOW)),
        named("x", 14, MetricValue::Text("")),
        named(
            "u",
            15,
            MetricValue::Uuid("123e4567-e89b-12d3-a456-426614174000"),
        ),
        named("z", 16, MetricValue::Null(DataType::Float)),
        named("nan", 17, MetricValue::Double(f64::NAN)),
        named("inf", 18, MetricValue::Float(f32::NEG_INFINITY)),
        named("bytes", 19, MetricValue::Bytes(b"\xff\x00")),
    ];
    let mut decoder = Decoder::new();
    let out = decode(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &payload(Some(NOW), Some(0), &metrics),
    )
    .unwrap();
    let (good, null) = (Quality::GOOD, Quality::bad(Reason::DeviceReported));
    let expected = [
        (Value::I64(-128), good),
        (Value::I64(-32_768), good),
        (Value::I64(i64::from(i32::MIN)), good),
        (Value::I64(i64::MIN), good),
        (Value::I64(255), good),
        (Value::I64(65_535), good),
        (Value::I64(i64::from(u32::MAX)), good),
        (Value::F64(u64::MAX as f64), good),
        (Value::F64(-0.5), good),
        (Value::F64(1e-300), good),
        (Value::Bool(true), good),
        (Value::Text("héllo 水".into()), good),
        (Value::I64(NOW.millis()), good),
        (Value::Text("".into()), good),
        (
            Value::Text("123e4567-e89b-12d3-a456-426614174000".into()),
            good,
        ),
        (Value::Null, null),
        (Value::Null, Quality::bad(Reason::NotFinite)),
        (Value::Null, Quality::bad(Reason::NotFinite)),
        (Value::I64(2), good),
        (Value::Text("/wA=".into()), good),
    ];
    let got: Vec<_> = out.iter().map(|row| (row.value(), row.quality)).collect();
    assert_eq!(got, expected);
    assert_eq!(out.skipped(), 0);
}

#[test]
fn aliases_may_be_huge_missing_or_of_two_metrics() {
    let mut decoder = Decoder::new();
    let birth = [
        named("far", u64::MAX, MetricValue::Double(1.0)),
        named("a", 3, MetricValue::Double(1.0)),
        named("b", 3, MetricValue::Double(1.0)),
        Metric {
            alias: None,
            ..named("plain", 0, MetricValue::Double(1.0))
        },
    ];
    decode(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &payload(Some(NOW), Some(0), &birth),
    )
    .unwrap();
    let values = [
        aliased(u64::MAX, 0, MetricValue::Double(9.0)),
        aliased(3, 0, MetricValue::Double(9.0)),
        Metric {
            alias: None,
            ..named("plain", 0, MetricValue::Double(9.0))
        },
    ];
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(1, &values)).unwrap();
    let names: Vec<_> = out.iter().map(|row| decoder.address(row.address)).collect();
    assert_eq!(
        names,
        ["spBv1.0/G/n#far", "spBv1.0/G/n#plain"],
        "an alias of two metrics is never guessed"
    );
    assert_eq!(out.skipped(), 1);
    assert_eq!(
        out.events(),
        [SourceEvent::RebirthWanted {
            node: NODE.into(),
            why: RebirthReason::UnknownAlias
        }]
    );
}

#[test]
fn clocks_that_are_wrong_are_marked() {
    let mut decoder = born();
    for (wrong, ms) in [
        (Timestamp(0), 1),
        (Timestamp::from_secs(4_102_444_800), 2),
        (at(300_001), 3),
    ] {
        let metric = Metric {
            time: Some(wrong),
            ..aliased(10, 0, MetricValue::Double(1.0))
        };
        let out = decode(
            &mut decoder,
            "spBv1.0/G/DDATA/n/d",
            &data(1 + ms, &[metric]),
        )
        .unwrap();
        let row = out.get(0).unwrap();
        assert_eq!((row.time, row.source_time), (NOW, None));
        assert_eq!(row.quality, Quality::uncertain(Reason::ClockSkew));
        assert_eq!(out.replaced_times(), [(0, wrong)]);
    }
    let metric = aliased(10, 299_999, MetricValue::Double(1.0));
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(5, &[metric])).unwrap();
    assert_eq!(out.get(0).unwrap().source_time, Some(at(299_999)));
}

#[test]
fn a_long_text_in_the_birth_does_not_close_the_metric() {
    let long = "x".repeat(65_537);
    let mut decoder = Decoder::new();
    let birth = payload(
        Some(NOW),
        Some(0),
        &[named("note", 1, MetricValue::String(&long))],
    );
    let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth).unwrap();
    assert_eq!((out.len(), out.skipped()), (0, 1));
    let whole = out.partly_read().unwrap();
    assert_eq!(whole.kind, RejectKind::PartlyRead);
    assert_eq!(
        whole.detail,
        "1 value was left out: a text of 65537 bytes, more than 65536"
    );
    let out = decode(
        &mut decoder,
        "spBv1.0/G/NDATA/n",
        &data(1, &[aliased(1, 0, MetricValue::String("ok"))]),
    )
    .unwrap();
    assert_eq!(out.partly_read(), None);
    assert_eq!(
        value(&decoder, &out, "spBv1.0/G/n#note"),
        Some(Value::Text("ok".into()))
    );
}

#[test]
fn the_same_name_twice_is_kept_in_order() {
    let mut decoder = born();
    let values = [
        aliased(10, 1, MetricValue::Double(1.0)),
        aliased(10, 2, MetricValue::Double(2.0)),
    ];
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(2, &values)).unwrap();
    let got: Vec<_> = out.iter().map(|row| (row.time, row.value())).collect();
    assert_eq!(
        got,
        [(at(1), Value::F64(1.0)), (at(2), Value::F64(2.0))],
        "a buffered history of one metric"
    );
}
