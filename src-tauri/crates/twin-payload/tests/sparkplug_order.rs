//! Sparkplug B: messages out of order, births that come late, and what is held back for them.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be decoded fails its test"
)]

mod common;

use common::{
    NOW, at, message,
    sparkplug::{NODE, aliased, data, death, device_birth, events, named, node_birth, waiting},
};
use proptest::prelude::*;
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{
    Decoder, HoldId, Limits, Message, NodeState, Observations, RebirthReason, RejectKind,
    SourceEvent, SparkplugLimits,
    sparkplug::encode::{Metric, MetricValue, payload},
};

/// A message that arrives at a time.
fn arrive(decoder: &mut Decoder, topic: &str, payload: &[u8], ms: i64) -> Observations {
    let mut out = Observations::new();
    let message = Message::new(topic, payload, at(ms));
    decoder.decode(message, &mut out).unwrap();
    out
}

fn poll(decoder: &mut Decoder, ms: i64) -> Observations {
    let mut out = Observations::new();
    decoder.poll(at(ms), &mut out);
    out
}

fn speed(seq: u8, value: f64) -> Vec<u8> {
    data(seq, &[aliased(10, 0, MetricValue::Double(value))])
}

fn born(held: usize) -> Decoder {
    let mut decoder = waiting(held, 5_000);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7), 0);
    arrive(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1), 0);
    decoder
}

fn wanted(why: RebirthReason) -> SourceEvent {
    SourceEvent::RebirthWanted {
        node: NODE.into(),
        why,
    }
}

#[test]
fn a_gap_is_judged_when_its_time_is_over() {
    let mut decoder = born(0);
    assert_eq!(decoder.next_deadline(), None);
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(4, 1.0), 10);
    assert_eq!((out.len(), events(&out)), (1, vec![]));
    assert_eq!(decoder.next_deadline(), Some(at(5_010)));
    // One of the two that are missing comes.
    arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(2, 1.0), 20);
    assert!(poll(&mut decoder, 5_009).events().is_empty());
    let gap = SourceEvent::SequenceGap {
        node: NODE.into(),
        expected: 3,
        got: 4,
    };
    let out = poll(&mut decoder, 5_010);
    assert_eq!(events(&out), [gap, wanted(RebirthReason::SequenceGap)]);
    assert_eq!(decoder.next_deadline(), None);
    assert_eq!(decoder.nodes()[0].gaps, 1);

    // What fills a gap in time is no event at all.
    arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(6, 1.0), 6_000);
    arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(5, 1.0), 6_001);
    assert!(poll(&mut decoder, 60_000).events().is_empty());
    let counts = decoder.session().nodes[0].counts;
    assert_eq!((counts.gaps, counts.reordered, counts.repeats), (1, 2, 0));
}

#[test]
fn a_gap_is_judged_by_the_next_message_when_nobody_polls() {
    let mut decoder = born(0);
    arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(3, 1.0), 0);
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(4, 1.0), 5_000);
    assert_eq!(events(&out).len(), 2);
    // A clock that is set back does not put a judgement off for ever.
    arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(6, 1.0), 10_000);
    let out = poll(&mut decoder, -3_600_000);
    assert!(matches!(out.events(), [SourceEvent::SequenceGap { .. }]));
}

#[test]
fn data_waits_for_the_birth_that_explains_it() {
    let mut decoder = waiting(5, 5_000);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7), 0);
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(2, 3.0), 10);
    let hold = out.held().unwrap();
    assert!(out.is_empty() && out.events().is_empty() && out.released().is_empty());
    assert_eq!(
        (decoder.session().held, decoder.next_deadline()),
        (1, Some(at(5_010)))
    );

    let out = arrive(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1), 20);
    assert_eq!(out.held(), None);
    let released: Vec<_> = out
        .released()
        .iter()
        .map(|r| (r.hold, r.unread.is_some()))
        .collect();
    assert_eq!(released, [(hold, false)]);
    let last = out.get(out.len() - 1).unwrap();
    assert_eq!(
        (last.value(), last.quality),
        (Value::F64(3.0), Quality::GOOD)
    );
    assert!(poll(&mut decoder, 60_000).events().is_empty());
    let session = decoder.session();
    assert_eq!(
        (
            session.held,
            session.held_bytes,
            session.nodes[0].counts.held
        ),
        (0, 0, 1)
    );
}

#[test]
fn a_whole_session_may_come_before_its_birth() {
    let mut decoder = waiting(10, 5_000);
    let nodes = [aliased(1, 5, MetricValue::Float(2.0))];
    let held = arrive(&mut decoder, "spBv1.0/G/NDATA/n", &data(2, &nodes), 1).held();
    assert!(held.is_some());
    // The device's birth needs no other, so its data does not wait.
    let out = arrive(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1), 2);
    assert_eq!((out.len(), events(&out).len()), (2, 1));
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(3, 3.0), 3);
    assert_eq!(out.get(0).unwrap().quality, Quality::GOOD);
    let out = arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7), 4);
    assert_eq!(out.released().len(), 1);
    assert_eq!(out.get(out.len() - 1).unwrap().quality, Quality::GOOD);
    let states: Vec<_> = decoder.nodes().iter().map(|status| status.state).collect();
    assert_eq!(states, [NodeState::Online, NodeState::Online]);
    assert_eq!(poll(&mut decoder, 60_000).events(), []);
    assert_eq!(decoder.nodes()[0].gaps, 0);
}

#[test]
fn what_waits_in_vain_is_read_as_well_as_may_be() {
    let mut decoder = waiting(5, 5_000);
    let both = [
        aliased(10, 0, MetricValue::Double(1.0)),
        Metric {
            alias: None,
            ..named("speed", 0, MetricValue::Double(2.0))
        },
    ];
    let one = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &data(5, &both), 0).held();
    let two = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(6, 1.0), 1).held();
    let out = poll(&mut decoder, 5_000);
    assert_eq!(out.len(), 1);
    let row = out.get(0).unwrap();
    assert_eq!(
        (row.value(), row.quality),
        (Value::F64(2.0), Quality::uncertain(Reason::KeptBirth))
    );
    let released: Vec<_> = out.released().iter().map(|r| Some(r.hold)).collect();
    assert_eq!(released, [one, two]);
    let partly = out.released()[0].unread.as_ref().unwrap();
    assert_eq!(partly.payload, data(5, &both), "what is left out is kept");
    let unread = out.released()[1].unread.as_ref().unwrap();
    assert_eq!(unread.reject.kind, RejectKind::SparkplugNoBirth);
    assert_eq!(
        (
            unread.topic.as_str(),
            unread.received,
            unread.payload.as_slice()
        ),
        ("spBv1.0/G/DDATA/n/d", at(1), speed(6, 1.0).as_slice())
    );
    assert_eq!(events(&out), [wanted(RebirthReason::NoBirth)]);
    // From now on nothing waits, until there is a birth.
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(7, 1.0), 5_001);
    assert_eq!((out.held(), out.skipped()), (None, 1));
    let whole = out.partly_read().unwrap();
    assert_eq!(whole.kind, RejectKind::SparkplugNoBirth);
    assert_eq!(decoder.session().nodes[0].counts.partly_read, 3);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(8), 6_000);
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(1, 1.0), 6_001);
    assert!(out.held().is_some());
}

#[test]
fn what_is_held_may_be_let_go() {
    let mut decoder = waiting(5, 5_000);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7), 0);
    let values = [aliased(1, 0, MetricValue::Float(1.0))];
    let mut held = vec![];
    for (topic, payload) in [
        ("spBv1.0/G/DDATA/n/d", speed(1, 1.0)),
        ("spBv1.0/G/DDATA/n/e", speed(2, 1.0)),
        ("spBv1.0/G/NDATA/m", data(9, &values)),
        ("spBv1.0/G/DDATA/n/d", speed(3, 1.0)),
    ] {
        held.extend(arrive(&mut decoder, topic, &payload, 1).held());
    }
    let mut out = Observations::new();
    decoder.let_go(at(2), &mut out);
    let mut released: Vec<HoldId> = out.released().iter().map(|r| r.hold).collect();
    assert_eq!(released.len(), 4);
    assert!(out.released().iter().all(|r| r.unread.is_some()));
    released.sort_unstable();
    assert_eq!(released, held);
    assert_eq!(events(&out).len(), 2, "both nodes are to be asked");
    out.clear();
    decoder.let_go(at(3), &mut out);
    decoder.poll(at(60_000), &mut out);
    assert!(out.released().is_empty() && out.events().is_empty());
}

#[test]
fn an_unknown_alias_waits_for_a_newer_birth_once() {
    let mut decoder = born(5);
    let odd = data(
        2,
        &[
            aliased(99, 0, MetricValue::Double(1.0)),
            aliased(10, 0, MetricValue::Double(2.0)),
        ],
    );
    let out = arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &odd, 0);
    assert!(out.held().is_some() && out.is_empty() && out.skipped() == 0);
    let out = poll(&mut decoder, 5_000);
    assert_eq!((out.len(), out.skipped(), out.released().len()), (1, 1, 1));
    let unread = out.released()[0].unread.as_ref().unwrap();
    assert_eq!(
        unread.payload, odd,
        "a part of it was read, and all is kept"
    );
    assert_eq!(unread.reject.kind, RejectKind::SparkplugNoBirth);
    assert_eq!(events(&out), [wanted(RebirthReason::UnknownAlias)]);
    let again = data(3, &[aliased(99, 0, MetricValue::Double(1.0))]);
    assert_eq!(
        arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &again, 5_001).held(),
        None
    );
    let failed = &decoder.session().nodes[0].failed_aliases;
    assert_eq!((failed.len(), failed[0].alias, failed[0].count), (1, 99, 2));
    assert_eq!(&*failed[0].source, "G/n/d");
}

#[test]
fn what_is_held_is_bounded() {
    let limits = |change: fn(&mut SparkplugLimits)| {
        let mut sparkplug = SparkplugLimits {
            held: 100,
            ..SparkplugLimits::default()
        };
        change(&mut sparkplug);
        Limits {
            sparkplug,
            ..Limits::default()
        }
    };
    let size = speed(0, 1.0).len();
    type Change = fn(&mut SparkplugLimits);
    let bounds: [(Change, usize); 4] = [
        (|limits| limits.held = 3, 3),
        (|limits| limits.held_node = 2, 2),
        (|limits| limits.held_node_bytes = 100, 100 / size),
        (|limits| limits.held_bytes = 60, 60 / size),
    ];
    for (change, expected) in bounds {
        let mut decoder = Decoder::with_limits(limits(change));
        arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(7), 0);
        let held: Vec<HoldId> = (1..40)
            .filter_map(|seq| {
                arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(seq, 1.0), 1).held()
            })
            .collect();
        assert_eq!(held.len(), expected);
        assert_eq!(decoder.session().held, expected);
    }
    // A cap that is lowered holds for what comes.
    let mut decoder = Decoder::with_limits(limits(|_| {}));
    decoder.set_held(0);
    assert_eq!(
        arrive(&mut decoder, "spBv1.0/G/DDATA/n/d", &speed(1, 1.0), 1).held(),
        None
    );
}

#[test]
fn old_births_are_ignored_and_repeated_ones_change_nothing() {
    let birth = |bd_seq, ms| {
        let metrics = [
            named("bdSeq", 0, MetricValue::UInt64(bd_seq)),
            named("a", 1, MetricValue::Int32(5)),
        ];
        payload(Some(at(ms)), Some(0), &metrics)
    };
    let mut decoder = waiting(0, 5_000);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(8, 100), 100);
    arrive(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &device_birth(1), 100);
    let out = arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(7, 50), 110);
    assert!(out.is_empty() && out.events().is_empty());
    let out = arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(8, 100), 120);
    assert_eq!((out.len(), out.events().len()), (1, 0), "delivered twice");
    assert_eq!(decoder.nodes()[1].state, NodeState::Online);
    // A death of the earlier connection says nothing.
    arrive(&mut decoder, "spBv1.0/G/NDEATH/n", &death(7), 130);
    assert_eq!(decoder.nodes()[0].state, NodeState::Online);
    // A device that forgot its count begins at 0 again: its time is newer.
    let out = arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(0, 200), 200);
    assert_eq!(events(&out).len(), 1);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(1, 300), 300);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(255, 400), 400);
    arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth(0, 500), 500);
    let counts = decoder.session().nodes[0].counts;
    assert_eq!(
        (counts.old_births, counts.old_deaths, counts.repeats),
        (1, 1, 1)
    );
    assert_eq!(
        counts.bd_seq_jumps, 2,
        "8 to 0 and 1 to 255; 255 to 0 is next"
    );
}

/// A session of one node with two devices: births, data, a death and a birth again. Message number n has sequence
/// number n, and was sent n ms after the birth.
fn session() -> Vec<(&'static str, Vec<u8>)> {
    let mut list: Vec<(&str, Vec<u8>)> = vec![];
    let mut say = |topic: &'static str, metrics: &[Metric<'_>]| {
        let seq = list.len();
        let time = at(seq as i64);
        let stamped: Vec<Metric<'_>> = metrics
            .iter()
            .map(|metric| Metric {
                time: Some(time),
                ..*metric
            })
            .collect();
        list.push((topic, payload(Some(time), Some(seq as u8), &stamped)));
    };
    let value = MetricValue::Int32;
    say(
        "spBv1.0/G/NBIRTH/n",
        &[
            named("bdSeq", 0, MetricValue::UInt64(3)),
            named("n", 1, value(0)),
        ],
    );
    say("spBv1.0/G/DBIRTH/n/a", &[named("x", 2, value(1))]);
    say("spBv1.0/G/DBIRTH/n/b", &[named("y", 3, value(2))]);
    for round in 0..2 {
        say("spBv1.0/G/NDATA/n", &[aliased(1, 0, value(10 + round))]);
        say("spBv1.0/G/DDATA/n/a", &[aliased(2, 0, value(20 + round))]);
        say("spBv1.0/G/DDATA/n/b", &[aliased(3, 0, value(30 + round))]);
    }
    say("spBv1.0/G/DDEATH/n/b", &[]);
    say("spBv1.0/G/DDATA/n/a", &[aliased(2, 0, value(40))]);
    say("spBv1.0/G/DBIRTH/n/b", &[named("y", 3, value(41))]);
    say("spBv1.0/G/DDATA/n/b", &[aliased(3, 0, value(42))]);
    say("spBv1.0/G/DDEATH/n/a", &[]);
    list
}

type Rows = Vec<(String, Timestamp, String, Quality)>;

/// Rows in an order of their own, states, and gaps of a session whose messages arrive in this order, 10 ms apart.
fn run(order: &[usize], before: bool) -> (Rows, Vec<(String, NodeState)>, u64) {
    let session = session();
    let mut decoder = waiting(64, 5_000);
    if before {
        // An earlier session that died.
        arrive(&mut decoder, "spBv1.0/G/NBIRTH/n", &node_birth(2), -100_000);
        arrive(&mut decoder, "spBv1.0/G/NDEATH/n", &death(2), -50_000);
    }
    let mut out = Observations::new();
    let mut held = vec![];
    for (place, number) in order.iter().enumerate() {
        let (topic, bytes) = &session[*number];
        let message = Message {
            received: at(100 + place as i64 * 10),
            ..message(topic, bytes)
        };
        decoder.decode(message, &mut out).unwrap();
        held.extend(out.held());
    }
    decoder.poll(at(1_000_000), &mut out);
    let mut released: Vec<HoldId> = out.released().iter().map(|r| r.hold).collect();
    assert!(out.released().iter().all(|r| r.unread.is_none()));
    released.sort_unstable();
    assert_eq!(released, held, "every held message is released once");
    let mut rows: Rows = out
        .iter()
        .map(|row| {
            let address = decoder.address(row.address).to_owned();
            (address, row.time, format!("{:?}", row.value()), row.quality)
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, a.1, &a.2).cmp(&(&b.0, b.1, &b.2)));
    let states = decoder.nodes();
    let states = states
        .iter()
        .map(|status| (status.id.to_string(), status.state))
        .collect();
    (rows, states, decoder.nodes()[0].gaps)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// In whatever order the messages of a session arrive within the time that is waited: the same rows, of the same
    /// quality, the same states in the end, and no gap.
    #[test]
    fn any_order_within_the_window_gives_the_same(
        order in Just((0..session().len()).collect::<Vec<_>>()).prop_shuffle(), before in any::<bool>(),
    ) {
        let straight: Vec<usize> = (0..session().len()).collect();
        let expected = run(&straight, before);
        prop_assert!(expected.0.iter().all(|row| row.3 == Quality::GOOD));
        prop_assert_eq!(run(&order, before), expected);
    }

    /// Whatever comes in whatever order, with clocks that jump: every held message is released exactly once in the end.
    #[test]
    fn every_held_message_is_released(
        steps in prop::collection::vec((0_usize..14, any::<u8>(), 0_i64..8_000, any::<bool>()), 1..80), cap in 0_usize..20,
    ) {
        let mut decoder = waiting(cap, 5_000);
        let mut out = Observations::new();
        let (mut held, mut now) = (vec![], NOW);
        for (what, seq, step, back) in steps {
            now = Timestamp(now.0 + step * if back { -1_000 } else { 1_000 });
            let (topic, bytes) = match what {
                0 => ("spBv1.0/G/NBIRTH/n", node_birth(u64::from(seq))),
                1 => ("spBv1.0/G/DBIRTH/n/d", device_birth(seq)),
                2 => ("spBv1.0/G/NDEATH/n", death(u64::from(seq))),
                3 => ("spBv1.0/G/DDEATH/n/d", payload(Some(now), Some(seq), &[])),
                4 => ("spBv1.0/G/DDATA/n/d", data(seq, &[aliased(99, 0, MetricValue::Int8(1))])),
                5..=8 => ("spBv1.0/G/DDATA/n/d", speed(seq, 1.0)),
                9 => ("spBv1.0/G/NBIRTH/m", node_birth(u64::from(seq))),
                _ => ("spBv1.0/G/NDATA/m", data(seq, &[aliased(1, 0, MetricValue::Float(1.0))])),
            };
            decoder.decode(Message::new(topic, &bytes, now), &mut out).unwrap();
            held.extend(out.held());
            let session = decoder.session();
            prop_assert!(session.held <= cap);
            prop_assert_eq!(session.held, session.nodes.iter().map(|node| node.held).sum::<usize>());
        }
        // As a caller does: ask when, and come then.
        while let Some(deadline) = decoder.next_deadline() {
            decoder.poll(deadline, &mut out);
            prop_assert!(decoder.next_deadline().is_none_or(|next| next > deadline));
        }
        let mut released: Vec<HoldId> = out.released().iter().map(|r| r.hold).collect();
        released.sort_unstable();
        prop_assert_eq!(released, held);
        let session = decoder.session();
        prop_assert_eq!((session.held, session.held_bytes), (0, 0));
    }
}
