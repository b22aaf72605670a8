use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::sim::Station;

const T0: i64 = 1_772_409_600_000_000;

fn node() -> (EdgeNode, Station) {
    (
        EdgeNode::new("edge-2", &["compressor", "exchanger", "chlorine"]),
        Station::new(1, T0).unwrap(),
    )
}

fn decode(message: &Message) -> (String, Payload) {
    let kind = Topic::parse(&message.topic).unwrap().kind.to_owned();
    (kind, Payload::decode(&message.payload[..]).unwrap())
}

#[test]
fn births_come_first_and_number_from_zero() {
    let (mut node, station) = node();
    let will = node.connect(true, T0);
    let mut out = Vec::new();
    node.births(station.readings(), T0, |_| false, &mut out);
    let kinds: Vec<_> = out.iter().map(|m| decode(m).0).collect();
    assert_eq!(kinds, ["NBIRTH", "DBIRTH", "DBIRTH", "DBIRTH"]);
    for (index, message) in out.iter().enumerate() {
        assert_eq!(decode(message).1.seq, Some(index as u64));
    }
    let (kind, death) = decode(&will);
    assert_eq!((kind.as_str(), death.seq), ("NDEATH", None));
    let bd_seq = |p: &Payload| {
        p.metrics
            .iter()
            .find(|m| m.name.as_deref() == Some("bdSeq"))
            .unwrap()
            .value
            .clone()
    };
    assert_eq!(bd_seq(&death), bd_seq(&decode(&out[0]).1));
    assert_eq!(decode(&out[0]).1.timestamp, Some(T0 as u64 / 1000));
}

#[test]
fn bd_seq_counts_connections_and_wraps() {
    let (mut node, _) = node();
    let mut seen = Vec::new();
    for connection in 0..258 {
        let (_, death) = decode(&node.connect(connection == 0, T0));
        let Some(MetricValue::Long(number)) = death.metrics[0].value else {
            panic!("bdSeq is a long")
        };
        seen.push(number);
    }
    assert_eq!(
        (seen[0], seen[1], seen[255], seen[256], seen[257]),
        (0, 1, 255, 0, 1)
    );
}

#[test]
fn aliases_are_unique_in_the_node_and_data_uses_them_alone() {
    let (mut node, mut station) = node();
    node.connect(true, T0);
    let mut out = Vec::new();
    node.births(station.readings(), T0, |_| false, &mut out);
    let mut names: BTreeMap<u64, String> = BTreeMap::new();
    for message in &out {
        for metric in decode(message)
            .1
            .metrics
            .iter()
            .filter(|m| m.name.as_deref() != Some("bdSeq"))
        {
            assert!(metric.datatype.is_some(), "a birth names the type");
            let old = names.insert(metric.alias.unwrap(), metric.name.clone().unwrap());
            assert_eq!(old, None, "alias {:?} twice", metric.alias);
        }
    }
    assert_eq!(names.len(), 1 + 8 + 11 + 12 + 9);
    let (mut data, mut seen) = (Vec::new(), BTreeSet::new());
    for tick in 0..100 {
        station.step(0.1);
        node.data(
            station.readings(),
            tick,
            station.now(),
            |_| false,
            &mut data,
        );
    }
    for message in &data {
        for metric in decode(message).1.metrics {
            assert_eq!((metric.name, metric.datatype), (None, None));
            assert!(metric.timestamp.is_some() && metric.value.is_some());
            seen.insert(metric.alias.unwrap());
        }
    }
    assert_eq!(
        seen.len(),
        names.len() - 1,
        "every metric but the rebirth control within ten seconds"
    );
    assert!(seen.iter().all(|alias| names.contains_key(alias)));
}

#[test]
fn sequence_numbers_have_no_gap_and_wrap_at_255() {
    let (mut node, mut station) = node();
    node.connect(true, T0);
    let mut out = Vec::new();
    node.births(station.readings(), T0, |_| false, &mut out);
    for tick in 0..600 {
        station.step(0.1);
        node.data(station.readings(), tick, station.now(), |_| false, &mut out);
    }
    assert!(out.len() > 300);
    for (index, message) in out.iter().enumerate() {
        assert_eq!(decode(message).1.seq, Some(index as u64 % 256));
    }
}

#[test]
fn a_device_goes_offline_and_comes_back() {
    let (mut node, station) = node();
    node.connect(true, T0);
    let mut out = Vec::new();
    node.births(station.readings(), T0, |_| false, &mut out);
    let kinds = |node: &mut EdgeNode, tick, gone: bool| {
        let mut out = Vec::new();
        node.data(
            station.readings(),
            tick,
            T0,
            |asset| gone && asset == "compressor",
            &mut out,
        );
        let about = out.iter().filter(|m| m.topic.ends_with("/compressor"));
        about.map(|m| decode(m).0).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&mut node, 0, true), ["DDEATH"]);
    assert_eq!(kinds(&mut node, 50, true), Vec::<String>::new());
    assert_eq!(kinds(&mut node, 51, false), ["DBIRTH"]);
}

#[test]
fn what_was_kept_without_a_connection_is_sent_as_history() {
    let (mut node, mut station) = node();
    node.connect(true, T0);
    for tick in 0..300 {
        station.step(0.1);
        node.keep(station.readings(), tick, station.now());
    }
    let mut out = Vec::new();
    node.history(station.now(), &mut out);
    let times: BTreeSet<u64> = out
        .iter()
        .filter(|m| m.topic.ends_with("/compressor"))
        .flat_map(|m| decode(m).1.metrics)
        .map(|m| {
            assert_eq!(m.is_historical, Some(true));
            m.timestamp.unwrap()
        })
        .collect();
    assert_eq!(times.len(), 30, "one reading a second");
    out.clear();
    node.history(station.now(), &mut out);
    assert!(out.is_empty(), "sent once");
}

#[test]
fn a_farewell_names_every_device_and_the_node() {
    let (mut node, station) = node();
    node.connect(true, T0);
    node.births(station.readings(), T0, |_| false, &mut Vec::new());
    let mut out = Vec::new();
    node.farewell(T0, &mut out);
    let kinds: Vec<_> = out.iter().map(|m| decode(m).0).collect();
    assert_eq!(kinds, ["DDEATH", "DDEATH", "DDEATH", "NDEATH"]);
}

#[test]
fn only_a_true_rebirth_is_a_rebirth() {
    let command = |name: Option<&str>, alias, value| {
        let metric = Metric {
            name: name.map(str::to_owned),
            alias,
            value: Some(value),
            ..Metric::default()
        };
        Payload {
            metrics: vec![metric],
            ..Payload::default()
        }
        .encode_to_vec()
    };
    let yes = MetricValue::Boolean(true);
    assert!(EdgeNode::wants_rebirth(&command(
        Some("Node Control/Rebirth"),
        None,
        yes.clone()
    )));
    assert!(EdgeNode::wants_rebirth(&command(
        None,
        Some(0),
        yes.clone()
    )));
    assert!(!EdgeNode::wants_rebirth(&command(
        Some("Node Control/Rebirth"),
        None,
        MetricValue::Boolean(false)
    )));
    assert!(!EdgeNode::wants_rebirth(&command(
        Some("Node Control/Reboot"),
        None,
        yes
    )));
    assert!(!EdgeNode::wants_rebirth(b"\xff\xff"));
}

#[test]
fn topics_parse() {
    let device = Topic::parse("spBv1.0/Riverside/DDATA/edge-1/pump-2").unwrap();
    assert_eq!(
        device,
        Topic {
            kind: "DDATA",
            node: "edge-1",
            device: Some("pump-2")
        }
    );
    assert_eq!(
        Topic::parse("spBv1.0/Riverside/NCMD/edge-1")
            .unwrap()
            .device,
        None
    );
    for other in [
        "spBv1.0/Elsewhere/DDATA/edge-1/pump-2",
        "riverside/raw-water",
        "spBv1.0/Riverside/NDATA",
    ] {
        assert_eq!(Topic::parse(other), None, "{other}");
    }
}
