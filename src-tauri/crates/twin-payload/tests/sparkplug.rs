//! Sparkplug B: lives of nodes and devices.

mod common;

use common::{
    NOW, at, decode, message, rows,
    sparkplug::{
        NODE, aliased, born, data, death, device_birth, events, named, node_birth, waiting,
    },
    value,
};
use twin_core::{Quality, Reason, Value};
use twin_payload::{
    Decoder, Message, NodeState, Observations, RebirthReason, RejectKind, SourceEvent,
    sparkplug::encode::{Metric, MetricValue, payload},
};

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
        events(&out),
        [SourceEvent::NodeBirth {
            node: NODE.into(),
            metrics: 2,
            at: NOW
        }]
    );
    assert_eq!(out.skipped(), 0, "control metrics are no signals");
    let out = decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)).unwrap();
    assert_eq!(
        events(&out),
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
    assert_eq!(events(&out).len(), 1);
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
    let mut decoder = waiting(0, 0);
    decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7)).unwrap();
    decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1)).unwrap();
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
