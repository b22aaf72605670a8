//! Sparkplug B: lives of nodes and devices.

mod common;

use common::{NOW, at, decode, message, rows, value};
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{
    Decoder, Message, NodeState, Observations, RebirthReason, RejectKind, SourceEvent,
    sparkplug::{
        DataType,
        encode::{Metric, MetricValue, payload},
    },
};

const NODE: &str = "G/n";

fn named<'a>(name: &'a str, alias: u64, value: MetricValue<'a>) -> Metric<'a> {
    Metric {
        name: Some(name),
        alias: Some(alias),
        time: Some(NOW),
        ..Metric::new(value)
    }
}

fn aliased(alias: u64, ms: i64, value: MetricValue<'_>) -> Metric<'_> {
    Metric {
        alias: Some(alias),
        time: Some(at(ms)),
        typed: false,
        ..Metric::new(value)
    }
}

fn node_birth(bd_seq: u64) -> Vec<u8> {
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

fn device_birth(seq: u8) -> Vec<u8> {
    let metrics = [
        named("speed", 10, MetricValue::Double(1450.0)),
        named("run", 11, MetricValue::Boolean(true)),
    ];
    payload(Some(NOW), Some(seq), &metrics)
}

fn data(seq: u8, metrics: &[Metric<'_>]) -> Vec<u8> {
    payload(Some(NOW), Some(seq), metrics)
}

fn death(bd_seq: u64) -> Vec<u8> {
    payload(
        None,
        None,
        &[Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        }],
    )
}

fn born() -> Decoder {
    let mut decoder = Decoder::new();
    let born = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7))
        .and_then(|_| decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)));
    assert!(born.is_ok());
    decoder
}

fn states(decoder: &Decoder) -> Vec<(String, NodeState)> {
    decoder
        .nodes()
        .iter()
        .map(|status| (status.id.to_string(), status.state))
        .collect()
}

#[test]
fn births_and_data_give_rows_under_one_address() {
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7)).unwrap();
    let good = Quality::GOOD;
    assert_eq!(
        rows(&decoder, &out),
        [
            ("spBv1.0/G/n#supply".into(), Value::F64(24.5), good),
            ("spBv1.0/G/n#count".into(), Value::I64(-3), good)
        ]
    );
    assert_eq!(
        out.events(),
        [SourceEvent::NodeBirth {
            node: NODE.into(),
            metrics: 2,
            at: NOW
        }]
    );
    assert_eq!(out.skipped(), 0, "control metrics are no signals");
    let out = decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)).unwrap();
    assert_eq!(
        out.events(),
        [SourceEvent::DeviceBirth {
            device: "G/n/d".into(),
            metrics: 2,
            at: NOW
        }]
    );

    let values = [
        aliased(10, 5, MetricValue::Double(1.5)),
        aliased(11, 6, MetricValue::Boolean(false)),
    ];
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(2, &values)).unwrap();
    let row = out.get(0).unwrap();
    assert_eq!(
        (decoder.address(row.address), row.time),
        ("spBv1.0/G/n/d#speed", at(5))
    );
    assert_eq!(
        (row.value(), row.source_time, row.quality),
        (Value::F64(1.5), Some(at(5)), good)
    );
    assert_eq!(out.get(1).map(|row| row.value()), Some(Value::Bool(false)));
    assert!(out.events().is_empty());
    // Int16 in two's complement, its type known from the birth only.
    let out = decode(
        &mut decoder,
        "spBv1.0/G/NDATA/n",
        &data(3, &[aliased(2, 0, MetricValue::Int16(-300))]),
    )
    .unwrap();
    assert_eq!(
        value(&decoder, &out, "spBv1.0/G/n#count"),
        Some(Value::I64(-300))
    );
}

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
    ];
    let got: Vec<_> = out.iter().map(|row| (row.value(), row.quality)).collect();
    assert_eq!(got, expected);
    assert_eq!(out.skipped(), 1, "bytes are no signal, and no fault");
}

#[test]
fn data_before_any_birth_asks_for_one_and_keeps_what_is_named() {
    let mut decoder = Decoder::new();
    let metrics = [
        aliased(10, 0, MetricValue::Double(1.0)),
        Metric {
            alias: None,
            ..named("speed", 0, MetricValue::Double(2.0))
        },
    ];
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(5, &metrics)).unwrap();
    let waiting = Quality::uncertain(Reason::KeptBirth);
    assert_eq!(
        rows(&decoder, &out),
        [("spBv1.0/G/n/d#speed".into(), Value::F64(2.0), waiting)]
    );
    assert_eq!(out.skipped(), 1);
    let wanted = SourceEvent::RebirthWanted {
        node: NODE.into(),
        why: RebirthReason::NoBirth,
    };
    assert_eq!(out.events(), std::slice::from_ref(&wanted));
    assert_eq!(
        states(&decoder),
        [
            ("G/n".into(), NodeState::Unknown),
            ("G/n/d".into(), NodeState::Unknown)
        ]
    );

    // The want is not shouted with every message, and repeated while it stands.
    let mut out = Observations::new();
    let payload = data(6, &metrics);
    let later = |ms| Message {
        received: at(ms),
        ..message("spBv1.0/G/DDATA/n/d", &payload)
    };
    decoder.decode(later(29_000), &mut out).unwrap();
    assert!(out.events().is_empty());
    let payload = data(7, &metrics);
    decoder
        .decode(
            Message {
                payload: &payload,
                ..later(30_000)
            },
            &mut out,
        )
        .unwrap();
    assert_eq!(out.events(), [wanted]);
    decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(1)).unwrap();
    assert_eq!(states(&decoder)[0], ("G/n".into(), NodeState::Online));
}

#[test]
fn a_death_counts_when_it_belongs_to_the_birth() {
    let mut decoder = born();
    let out = decode(&mut decoder, "spBv1.0/G/NDEATH/n", &death(6)).unwrap();
    assert!(out.events().is_empty(), "the will of an earlier connection");
    let out = decode(&mut decoder, "spBv1.0/G/NDEATH/n", &death(7)).unwrap();
    assert_eq!(
        out.events(),
        [SourceEvent::NodeDeath {
            node: NODE.into(),
            at: NOW
        }]
    );
    assert_eq!(
        states(&decoder),
        [
            ("G/n".into(), NodeState::Offline),
            ("G/n/d".into(), NodeState::Offline)
        ]
    );
    let names: Vec<_> = decoder
        .addresses_of(NODE)
        .iter()
        .map(|ix| decoder.address(*ix))
        .collect();
    assert_eq!(
        names,
        [
            "spBv1.0/G/n#supply",
            "spBv1.0/G/n#count",
            "spBv1.0/G/n/d#speed",
            "spBv1.0/G/n/d#run"
        ]
    );
    assert_eq!(decoder.addresses_of("G/n/d").len(), 2);
    assert!(decoder.addresses_of("G/x").is_empty() && decoder.addresses_of("G/n/x").is_empty());
    let again = decode(&mut decoder, "spBv1.0/G/NDEATH/n", &death(7)).unwrap();
    assert!(again.events().is_empty(), "dead is dead");

    // Data of a dead node: its birth was missed, so the former one may not fit.
    let out = decode(
        &mut decoder,
        "spBv1.0/G/DDATA/n/d",
        &data(9, &[aliased(10, 0, MetricValue::Double(3.0))]),
    )
    .unwrap();
    assert_eq!(
        out.get(0).unwrap().quality,
        Quality::uncertain(Reason::KeptBirth)
    );
    assert_eq!(
        out.events(),
        [SourceEvent::RebirthWanted {
            node: NODE.into(),
            why: RebirthReason::KeptBirth
        }]
    );
}

#[test]
fn a_device_dies_alone_and_is_born_again() {
    let mut decoder = born();
    let out = decode(
        &mut decoder,
        "spBv1.0/G/DDEATH/n/d",
        &payload(Some(at(-50)), Some(2), &[]),
    )
    .unwrap();
    assert_eq!(
        out.events(),
        [SourceEvent::DeviceDeath {
            device: "G/n/d".into(),
            at: at(-50)
        }]
    );
    assert_eq!(
        states(&decoder),
        [
            ("G/n".into(), NodeState::Online),
            ("G/n/d".into(), NodeState::Offline)
        ]
    );
    let out = decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(3)).unwrap();
    assert_eq!(out.events().len(), 1);
    assert_eq!(states(&decoder)[1].1, NodeState::Online);
}

#[test]
fn a_new_birth_of_the_node_puts_its_devices_on_hold() {
    let mut decoder = born();
    decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(8)).unwrap();
    assert_eq!(states(&decoder)[1].1, NodeState::KeptBirth);
    let speed = [aliased(10, 0, MetricValue::Double(3.0))];
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(1, &speed)).unwrap();
    assert_eq!(
        out.get(0).unwrap().quality,
        Quality::uncertain(Reason::KeptBirth)
    );
    decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(2)).unwrap();
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(3, &speed)).unwrap();
    assert_eq!(out.get(0).unwrap().quality, Quality::GOOD);
}

#[test]
fn gaps_are_counted_and_repeats_are_not() {
    let mut decoder = born();
    let speed = [aliased(10, 0, MetricValue::Double(3.0))];
    let mut send = |seq: u8, dup: bool| {
        let mut out = Observations::new();
        let payload = data(seq, &speed);
        decoder
            .decode(
                Message {
                    dup,
                    ..message("spBv1.0/G/DDATA/n/d", &payload)
                },
                &mut out,
            )
            .unwrap();
        (out.events().to_vec(), out.get(0).unwrap().quality)
    };
    assert_eq!(send(2, false), (vec![], Quality::GOOD));
    let (events, quality) = send(5, false);
    assert_eq!(
        events,
        [
            SourceEvent::SequenceGap {
                node: NODE.into(),
                expected: 3,
                got: 5
            },
            SourceEvent::RebirthWanted {
                node: NODE.into(),
                why: RebirthReason::SequenceGap
            },
        ]
    );
    assert_eq!(quality, Quality::GOOD, "what does arrive is new");
    assert_eq!(
        send(5, false).0,
        [],
        "the same message through two subscriptions"
    );
    assert_eq!(send(3, true).0, [], "redelivered");
    assert_eq!(send(6, false).0, [], "counting goes on where it was");
    for seq in 7..=255 {
        assert_eq!(send(seq, false).0, []);
    }
    assert_eq!(send(0, false).0, [], "255 is followed by 0");
    assert_eq!(decoder.nodes()[0].gaps, 1);
}

#[test]
fn a_kept_birth_reads_values_and_does_not_vouch_for_them() {
    let mut decoder = Decoder::new();
    // In any order: the device's birth may come out of the store first.
    decoder
        .restore_birth("spBv1.0/G/DBIRTH/n/d", &device_birth(1))
        .unwrap();
    decoder
        .restore_birth("spBv1.0/G/NBIRTH/n", &node_birth(7))
        .unwrap();
    assert_eq!(
        states(&decoder),
        [
            ("G/n".into(), NodeState::KeptBirth),
            ("G/n/d".into(), NodeState::KeptBirth)
        ]
    );
    assert_eq!(decoder.addresses_of(NODE).len(), 4);
    let speed = [aliased(10, 0, MetricValue::Double(3.0))];
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(40, &speed)).unwrap();
    assert_eq!(
        out.get(0).unwrap().quality,
        Quality::uncertain(Reason::KeptBirth)
    );
    assert_eq!(
        out.events(),
        [SourceEvent::RebirthWanted {
            node: NODE.into(),
            why: RebirthReason::KeptBirth
        }],
        "the first number heard is no gap"
    );
    decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(8)).unwrap();
    decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)).unwrap();
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(2, &speed)).unwrap();
    assert_eq!(
        (out.get(0).unwrap().quality, out.events().len()),
        (Quality::GOOD, 0)
    );
    // A kept birth that comes late changes nothing any more.
    decoder
        .restore_birth("spBv1.0/G/DBIRTH/n/d", &payload(None, Some(1), &[]))
        .unwrap();
    let out = decode(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(3, &speed)).unwrap();
    assert_eq!(out.get(0).unwrap().quality, Quality::GOOD);
    assert_eq!(decoder.addresses_of(NODE).len(), 4);

    let reject = decoder
        .restore_birth("spBv1.0/G/NDATA/n", &data(1, &[]))
        .unwrap_err();
    assert_eq!(reject.kind, RejectKind::SparkplugTopic);
    assert!(Decoder::is_birth("spBv1.0/G/DBIRTH/n/d") && !Decoder::is_birth("spBv1.0/G/DDATA/n/d"));
}

#[test]
fn a_rebirth_is_asked_for_by_the_book() {
    let decoder = born();
    let (topic, request) = decoder.rebirth_request(NODE, NOW).unwrap();
    assert_eq!(topic, "spBv1.0/G/NCMD/n");
    let expected = Metric {
        time: Some(NOW),
        name: Some("Node Control/Rebirth"),
        ..Metric::new(MetricValue::Boolean(true))
    };
    assert_eq!(request, payload(Some(NOW), None, &[expected]));
    assert_eq!(decoder.rebirth_request("G/x", NOW), None);
    let mut decoder = decoder;
    assert!(
        decode(&mut decoder, &topic, &request).unwrap().is_empty(),
        "commands give nothing"
    );
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
    let long = "x".repeat(5_000);
    let mut decoder = Decoder::new();
    let birth = payload(
        Some(NOW),
        Some(0),
        &[named("note", 1, MetricValue::String(&long))],
    );
    let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth).unwrap();
    assert_eq!((out.len(), out.skipped()), (0, 1));
    let out = decode(
        &mut decoder,
        "spBv1.0/G/NDATA/n",
        &data(1, &[aliased(1, 0, MetricValue::String("ok"))]),
    )
    .unwrap();
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
