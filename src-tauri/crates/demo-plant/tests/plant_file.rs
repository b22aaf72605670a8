//! The plant file and the plant agree: every source in it is published, and every published metric is in it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};

use demo_plant::{
    fleet,
    message::Message,
    sim::{ASSETS, Station},
    simulate::EPOCH,
    sparkplug::{Topic, edge_nodes, payload::Payload},
};
use prost::Message as _;
use serde_json::Value as Json;

const PLANT: &str = include_str!("../../../../assets/demo-plant/plant.toml");

fn plant() -> toml::Table {
    PLANT.parse().unwrap()
}

fn list<'a>(table: &'a toml::Table, key: &str) -> &'a Vec<toml::Value> {
    table[key].as_array().unwrap()
}

fn types(plant: &toml::Table) -> BTreeMap<&str, &toml::Value> {
    list(plant, "type")
        .iter()
        .map(|t| (t["id"].as_str().unwrap(), t))
        .collect()
}

fn signals(of: &toml::Value) -> impl Iterator<Item = &str> {
    of["signal"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["id"].as_str().unwrap())
}

/// Every address that the plant file maps.
fn mapped() -> BTreeSet<String> {
    let plant = plant();
    let types = types(&plant);
    let mut all = BTreeSet::new();
    for asset in list(&plant, "asset") {
        for signal in signals(types[asset["type"].as_str().unwrap()]) {
            let single = asset
                .get("sources")
                .and_then(|s| s.get(signal))
                .and_then(|s| s.as_str());
            let general = asset["source"]
                .as_str()
                .unwrap()
                .replace("{signal}", signal);
            let address = single.map_or(general, str::to_owned);
            assert!(all.insert(address.clone()), "{address} is mapped twice");
        }
    }
    all
}

fn flatten(topic: &str, path: &str, json: &Json, out: &mut BTreeSet<String>) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                flatten(topic, &path, value, out);
            }
        }
        Json::Null => panic!("{topic}#{path} is null"),
        _ => {
            out.insert(format!("{topic}#{path}"));
        }
    }
}

fn flat(message: &Message, out: &mut BTreeSet<String>) {
    flatten(
        &message.topic,
        "",
        &serde_json::from_slice(&message.payload).unwrap(),
        out,
    );
}

/// Every address that carries a signal.
fn published() -> BTreeSet<String> {
    let station = Station::new(1, EPOCH).unwrap();
    let (readings, now) = (station.readings(), station.now());
    let mut all = BTreeSet::new();
    for mut node in edge_nodes() {
        node.connect(true, now);
        let mut births = Vec::new();
        node.births(readings, now, |_| false, &mut births);
        for birth in births {
            let topic = Topic::parse(&birth.topic).unwrap();
            let device = topic.device.map(|d| format!("/{d}")).unwrap_or_default();
            for metric in Payload::decode(&birth.payload[..]).unwrap().metrics {
                let name = metric.name.unwrap();
                if name != "bdSeq" && name != "Node Control/Rebirth" {
                    all.insert(format!("spBv1.0/Riverside/{}{device}#{name}", topic.node));
                }
            }
        }
    }
    for index in 0..2 {
        flat(&fleet::zigbee_state(index, readings).unwrap(), &mut all);
    }
    for message in fleet::controller(readings, now) {
        flat(&message, &mut all);
        assert!(
            all.remove(&format!("{}#timestamp", message.topic)),
            "it carries its time"
        );
    }
    let mut uplink = BTreeSet::new();
    flat(&fleet::uplink(readings, now), &mut uplink);
    let object = format!("{}#object.", fleet::UPLINK_TOPIC);
    all.extend(
        uplink
            .into_iter()
            .filter(|address| address.starts_with(&object)),
    );
    // Of the network server's own fields these are signals: received strength, noise, frame counter.
    all.extend(["rssi", "snr", "f_cnt"].map(|field| format!("{}#{field}", fleet::UPLINK_TOPIC)));
    all
}

#[test]
fn every_mapped_source_is_published_and_every_published_metric_is_mapped() {
    let (mapped, published) = (mapped(), published());
    let missing: Vec<_> = mapped.difference(&published).collect();
    let unmapped: Vec<_> = published.difference(&mapped).collect();
    assert!(
        missing.is_empty(),
        "in plant.toml but not published: {missing:#?}"
    );
    assert!(
        unmapped.is_empty(),
        "published but not in plant.toml: {unmapped:#?}"
    );
    assert!(mapped.len() >= 150, "{}", mapped.len());
}

#[test]
fn assets_and_signals_of_the_simulator_are_those_of_the_plant_file() {
    let plant = plant();
    let types = types(&plant);
    let in_file: Vec<_> = list(&plant, "asset")
        .iter()
        .map(|asset| {
            let of_type = signals(types[asset["type"].as_str().unwrap()]).map(str::to_owned);
            (
                asset["id"].as_str().unwrap().to_owned(),
                of_type.collect::<Vec<_>>(),
            )
        })
        .collect();
    let simulated: Vec<_> = ASSETS
        .iter()
        .map(|asset| {
            (
                asset.id.to_owned(),
                asset
                    .signals
                    .iter()
                    .map(|s| s.id.to_owned())
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(in_file, simulated);
}

#[test]
fn units_agree() {
    let plant = plant();
    let types = types(&plant);
    for asset in list(&plant, "asset") {
        let simulated = ASSETS
            .iter()
            .find(|a| a.id == asset["id"].as_str().unwrap())
            .unwrap();
        let of_type = types[asset["type"].as_str().unwrap()]["signal"]
            .as_array()
            .unwrap();
        for (signal, here) in of_type.iter().zip(simulated.signals) {
            let unit = signal
                .get("unit")
                .and_then(|u| u.as_str())
                .unwrap_or_default();
            assert_eq!(unit, here.unit, "{}/{}", simulated.id, here.id);
        }
    }
}

#[test]
fn what_the_plant_file_promises() {
    let plant = plant();
    let types = types(&plant);
    for of_type in types.values() {
        let id = of_type["id"].as_str().unwrap();
        let keys = of_type["signal"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s.get("key").is_some())
            .count();
        assert!((1..=3).contains(&keys), "{id} has {keys} key values");
        for signal in of_type["signal"].as_array().unwrap() {
            let range = |key: &str| {
                let pair = signal.get(key)?.as_array()?;
                Some((pair[0].as_float().unwrap(), pair[1].as_float().unwrap()))
            };
            if let (Some((low, high)), Some((from, to))) = (range("range"), range("normal")) {
                assert!(low <= from && from < to && to <= high, "{id}: {signal}");
            }
        }
    }
    let model = &types["centrifugal-pump"]["model"];
    let known: BTreeSet<_> = signals(types["centrifugal-pump"]).collect();
    let inputs = model["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 8);
    assert!(
        inputs
            .iter()
            .all(|input| known.contains(input.as_str().unwrap()))
    );
    let connection = &list(&plant, "connection")[0];
    assert_eq!(
        connection["host"].as_str(),
        Some("127.0.0.1"),
        "the demo stays on this machine"
    );
    assert_eq!(connection["session"].as_str(), Some("persistent"));
    assert_eq!(connection["allow_rebirth"].as_bool(), Some(true));
}

#[test]
fn documents_are_shipped_and_say_what_the_plant_does() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/demo-plant");
    let read = |file: &str| std::fs::read_to_string(format!("{shipped}/{file}")).unwrap();
    let plant = plant();
    let documents = list(&plant, "asset").iter();
    let documents = documents.filter_map(|asset| asset.get("documents"));
    let documents = documents.flat_map(|of| of.as_array().unwrap());
    let files: BTreeSet<&str> = documents.map(|of| of["file"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        assert!(!read(file).is_empty());
    }
    let sheet = read("documents/pump-data-sheet.txt");
    let ratings: toml::Table = read("station.toml").parse().unwrap();
    let rating = |name: &str| ratings["pump"][name].as_float().unwrap();
    let types = types(&plant);
    let limits = |signal: &str| {
        let signals = types["centrifugal-pump"]["signal"].as_array().unwrap();
        let found = signals.iter().find(|s| s["id"].as_str() == Some(signal));
        let alarms = found.unwrap()["alarms"].as_array().unwrap();
        let limit = |alarm: &toml::Value| alarm["limit"].as_float().unwrap();
        alarms.iter().map(limit).collect::<Vec<_>>()
    };
    let line = |begin: &str| {
        let line = sheet
            .lines()
            .find(|line| line.trim_start().starts_with(begin));
        let number = |word: &str| word.parse::<f64>().ok();
        let words = line.unwrap().split_whitespace();
        words.filter_map(number).collect::<Vec<_>>()
    };
    for (begin, numbers) in [
        ("Rated speed", vec![rating("rated_speed")]),
        ("Rated power", vec![rating("rated_power")]),
        ("Flow at best", vec![rating("best_flow")]),
        ("Best efficiency", vec![100.0 * rating("best_efficiency")]),
        ("Head without flow", vec![rating("shutoff_head")]),
        ("Vibration, drive end", limits("vibration_de")),
        ("Vibration, other end", limits("vibration_nde")),
        ("Bearing temperature", limits("bearing_temperature")),
    ] {
        assert_eq!(line(begin), numbers, "{begin}");
    }
}
