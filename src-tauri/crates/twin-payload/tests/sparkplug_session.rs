//! Sparkplug B: what the session doctor is told, and the states of host applications.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be decoded fails its test"
)]

mod common;

use common::{
    at, decode,
    sparkplug::{NODE, aliased, data, device_birth, named, node_birth, waiting},
};
use twin_core::{Duration, Quality, Reason, Timestamp, Value};
use twin_payload::{
    Convention, Decoder, Limits, Message, NodeState, Observations, RejectKind, SourceEvent,
    sparkplug::{
        HostState, LifeFacts,
        encode::{Metric, MetricValue, payload},
    },
};

fn arrive(decoder: &mut Decoder, topic: &str, payload: &[u8], ms: i64) -> Observations {
    let mut out = Observations::new();
    let message = Message::new(topic, payload, at(ms));
    decoder.decode(message, &mut out).unwrap();
    out
}

#[test]
fn births_storms_and_rebirths_are_counted() {
    let mut decoder = waiting(0, 5_000);
    let birth = |bd_seq, ms| {
        let metric = Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        };
        payload(Some(at(ms)), Some(0), &[metric])
    };
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(1, 0), 0);
    decoder.rebirth_asked(NODE, at(1_000));
    decoder.rebirth_asked("G/x", at(1_000));
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(1, 1_200), 1_250);
    assert_eq!(decoder.session().nodes[0].births.storms, 0);
    arrive(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &birth(2, 60_000),
        60_000,
    );
    arrive(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &birth(3, 61_000),
        61_000,
    );
    arrive(
        &mut decoder,
        "spBv1.0/G/DBIRTH/n/d",
        &device_birth(1),
        61_001,
    );
    let session = decoder.session();
    let node = &session.nodes[0];
    assert_eq!(
        (node.births.node, node.births.devices, node.births.last_hour),
        (4, 1, 4)
    );
    assert_eq!(
        (node.births.storms, node.births.last_storm),
        (1, Some(at(60_000)))
    );
    let counts = node.counts;
    assert_eq!((counts.rebirths_asked, counts.rebirths_answered), (1, 1));
    assert_eq!(node.rebirth_latency, Some(Duration::from_millis(250)));
    assert_eq!(
        (counts.bd_seq_jumps, node.bd_seq, node.devices.len()),
        (0, Some(3), 1)
    );
}

#[test]
fn deaths_are_counted_once_and_take_the_devices_with_them() {
    let mut decoder = waiting(0, 5_000);
    let told = |bd_seq| {
        let metric = Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        };
        payload(Some(at(0)), Some(0), &[metric])
    };
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &told(3), 10);
    let device = device_birth(1);
    arrive(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device, 11);
    let life = decoder.session().nodes[0].life;
    assert_eq!(
        (life.births, life.last_birth, life.deaths),
        (1, Some(at(10)), 0)
    );
    for ms in [90, 91] {
        arrive(&mut decoder, "spBv1.0/G/NDEATH/n", &told(3), ms);
    }
    let node = &decoder.session().nodes[0];
    let dead = LifeFacts {
        state: NodeState::Offline,
        since: Some(at(90)),
        births: 1,
        last_birth: Some(at(10)),
        deaths: 1,
        last_death: Some(at(90)),
    };
    assert_eq!(node.life, dead, "a death that comes again is the same one");
    let device = &node.devices[0];
    assert_eq!(&*device.device, "G/n/d");
    let last_birth = Some(at(11));
    assert_eq!(device.life, LifeFacts { last_birth, ..dead });
}

#[test]
fn metrics_that_change_and_have_no_alias_are_named() {
    let mut decoder = waiting(0, 5_000);
    let birth = |value| {
        let metrics = [
            named("a", 1, value),
            Metric {
                alias: None,
                ..named("b", 0, MetricValue::Boolean(true))
            },
        ];
        payload(Some(at(0)), Some(0), &metrics)
    };
    arrive(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &birth(MetricValue::Float(1.0)),
        0,
    );
    let typed = Metric {
        typed: true,
        ..aliased(1, 0, MetricValue::Int32(2))
    };
    for seq in 1..3 {
        let out = arrive(&mut decoder, "spBv1.0/G/NDATA/n", &data(seq, &[typed]), 40);
        assert_eq!(out.get(0).unwrap().value(), Value::I64(2));
    }
    arrive(
        &mut decoder,
        "spBv1.0/G/NBIRTH/n",
        &birth(MetricValue::Double(1.0)),
        0,
    );
    let session = decoder.session();
    let node = &session.nodes[0];
    assert_eq!((node.metrics, node.without_alias), (2, 1));
    let changes: Vec<_> = node
        .retyped
        .iter()
        .map(|change| (&*change.metric, change.from, change.to, change.count))
        .collect();
    assert_eq!(changes, [("a", 9, 3, 2), ("a", 9, 10, 1)]);
    assert_eq!(node.counts.retyped, 3);
    assert_eq!(node.clock_offset, Some(Duration::ZERO));
    let late = payload(Some(at(-700)), Some(1), &[]);
    arrive(&mut decoder, "spBv1.0/G/NDATA/n", &late, 0);
    let offset = decoder.session().nodes[0].clock_offset;
    assert_eq!(offset, Some(Duration::from_millis(700)));
}

#[test]
fn commands_of_others_are_counted() {
    let mut decoder = waiting(0, 5_000);
    let rebirth = Metric {
        name: Some("Node Control/Rebirth"),
        ..Metric::new(MetricValue::Boolean(true))
    };
    let rebirth = payload(None, None, &[rebirth]);
    arrive(&mut decoder, "spBv1.0/G/NCMD/n", &rebirth, 0);
    assert!(decoder.session().nodes.is_empty(), "no node was heard yet");
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(1), 0);
    arrive(&mut decoder, "spBv1.0/G/NCMD/n", &rebirth, 5);
    arrive(&mut decoder, "spBv1.0/G/DCMD/n/d", b"\xff\xff", 9);
    let session = decoder.session();
    let (node, counts) = (&session.nodes[0], session.nodes[0].counts);
    assert_eq!((counts.commands, counts.rebirth_commands), (2, 1));
    assert_eq!(node.commanded, Some(at(9)));
    // A broker brings back what was sent from here.
    decoder.rebirth_asked(NODE, at(100));
    for (ms, commands) in [(110, 2), (120, 3)] {
        arrive(&mut decoder, "spBv1.0/G/NCMD/n", &rebirth, ms);
        assert_eq!(decoder.session().nodes[0].counts.commands, commands);
    }
}

#[test]
fn hosts_say_whether_they_are_there() {
    let mut decoder = Decoder::new();
    let ms = at(-1_000).millis();
    let state = |online: bool, ms: i64| format!(r#"{{"timestamp":{ms},"online":{online}}}"#);
    let topic = "spBv1.0/STATE/scada";
    let out = arrive(&mut decoder, topic, state(true, ms).as_bytes(), 0);
    let row = out.get(0).unwrap();
    assert_eq!(
        (decoder.address(row.address), row.value(), row.source_time),
        (
            "spBv1.0/STATE/scada#online",
            Value::Bool(true),
            Some(at(-1_000))
        )
    );
    assert_eq!(out.convention(), Some(Convention::SparkplugB));
    // The will of an earlier session comes late.
    let out = arrive(&mut decoder, topic, state(false, ms - 1).as_bytes(), 5);
    assert_eq!((out.len(), out.skipped()), (0, 1));
    let out = arrive(&mut decoder, topic, b"", 6);
    assert!(out.is_empty());

    // Version 2.x, in words; others may use the topic as they like.
    arrive(&mut decoder, "STATE/old", b"ONLINE", 10);
    arrive(&mut decoder, "STATE/old", b"ONLINE", 20);
    let out = arrive(&mut decoder, "STATE/old", b"offline", 30);
    assert_eq!(out.get(0).unwrap().value(), Value::Bool(false));
    let out = arrive(&mut decoder, "STATE/oven", b"21.5", 40);
    assert_eq!(out.convention(), Some(Convention::Bare));
    let hosts = decoder.session().hosts;
    let seen: Vec<_> = hosts
        .iter()
        .map(|host| (&*host.host, host.online, host.since, host.plain_text))
        .collect();
    assert_eq!(
        seen,
        [
            ("old", false, at(30), true),
            ("scada", true, at(-1_000), false)
        ]
    );
    for bad in ["{}", r#"{"online":"yes"}"#, "[", "true"] {
        let mut out = Observations::new();
        let message = Message::new(topic, bad.as_bytes(), at(50));
        let reject = decoder.decode(message, &mut out).unwrap_err();
        let kinds = [RejectKind::SparkplugMalformed, RejectKind::JsonSyntax];
        assert!(kinds.contains(&reject.kind), "{bad}: {reject}");
    }
}

#[test]
fn a_retained_state_in_words_is_marked() {
    let message = Message {
        retain: true,
        ..Message::new("STATE/old", b"ONLINE", at(0))
    };
    let mut out = Observations::new();
    Decoder::new().decode(message, &mut out).unwrap();
    let retained = Quality::uncertain(Reason::Retained);
    assert_eq!(out.qualities(), [retained]);
}

#[test]
fn a_host_of_our_own_is_read_as_others_are() {
    let begun = Timestamp(at(0).0 + 999);
    let own = HostState::new("twin", begun).unwrap();
    assert_eq!(own.topic, "spBv1.0/STATE/twin");
    assert_eq!(own.birth, br#"{"online":true,"timestamp":1700000000000}"#);
    assert_eq!(own.will, br#"{"online":false,"timestamp":1700000000000}"#);
    let mut decoder = Decoder::new();
    for (payload, online) in [(&own.birth, true), (&own.will, false)] {
        arrive(&mut decoder, &own.topic, payload, 1);
        let host = decoder.session().hosts[0].clone();
        assert_eq!((host.online, host.since), (online, at(0)));
    }
    for bad in ["", "a/b", "a+", "#", "a\n"] {
        assert_eq!(HostState::new(bad, begun), None, "{bad:?}");
    }
}

#[test]
fn the_largest_birth_number_is_followed_by_any() {
    for (next, jumps) in [(7, 1), (0, 0), (u64::MAX, 0)] {
        let mut decoder = Decoder::new();
        for bd_seq in [u64::MAX, next] {
            let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(bd_seq));
            assert!(out.is_ok(), "{bd_seq}");
        }
        let node = &decoder.session().nodes[0];
        assert_eq!((node.bd_seq, node.counts.bd_seq_jumps), (Some(next), jumps));
    }
}

#[test]
fn an_id_too_long_for_a_name_is_an_id_alone() {
    let limits = Limits {
        description_text_bytes: 16,
        ..Limits::default()
    };
    for (length, is_named) in [(16, true), (17, false)] {
        let mut decoder = Decoder::with_limits(limits);
        let node = "n".repeat(length);
        let topic = format!("spBv1.0/G/NBIRTH/{node}");
        let out = decode(&mut decoder, &topic, &node_birth(0)).unwrap();
        let described = out.events().iter().find_map(|event| match event {
            SourceEvent::Described(told) => Some((told.source.to_string(), told.name.is_some())),
            _ => None,
        });
        assert_eq!(described, Some((format!("G/{node}"), is_named)));
    }
}
