//! Messages like those before take no heap memory. A file of its own, because the counter counts every thread.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

mod common;

use std::alloc::System;

use common::message;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use twin_payload::{
    Decoder, FieldKind, Layout, LayoutField, LayoutSource, Limits, Observations, PayloadRule,
    ReadAs, Rules,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TIME: &str = "2023-11-14T22:13:20Z";

/// `count` parts, joined.
fn many(count: usize, separator: &str, part: impl Fn(usize) -> String) -> String {
    let parts: Vec<String> = (0..count).map(part).collect();
    parts.join(separator)
}

fn messages() -> [(&'static str, String); 7] {
    let fields = many(40, ",", |n| {
        format!(r#""f{n}":{{"Value":{n},"SourceTimestamp":"{TIME}"}}"#)
    });
    let items = many(40, ",", |n| {
        format!(
            r#"{{"NodeId":"i={n}","EndpointUrl":"opc.tcp://h:1/","DisplayName":"n","Value":{{"Value":{n}}}}}"#
        )
    });
    let records = many(40, ",", |n| {
        format!(r#"{{"n":"s{n}","u":"Cel","v":{n}.5}}"#)
    });
    let object = many(40, ",", |n| format!(r#""k{n}":{n}"#));
    [
        (
            "opc",
            format!(
                r#"{{"MessageType":"ua-data","PublisherId":"p","Messages":[{{"DataSetWriterId":1,"SequenceNumber":5,"Payload":{{{fields}}}}}]}}"#
            ),
        ),
        ("items", format!("[{items}]")),
        ("pack", format!("[{records}]")),
        (
            "application/a/device/b/event/up",
            format!(
                r#"{{"time":"{TIME}","deviceInfo":{{"deviceName":"m"}},"object":{{{object}}},"rxInfo":[{{"rssi":-110,"snr":-3.5}}]}}"#
            ),
        ),
        (
            "v3/a/devices/d/up",
            format!(
                r#"{{"end_device_ids":{{"device_id":"d"}},"uplink_message":{{"decoded_payload":{{{object}}},"normalized_payload":[{{"air":{{"temperature":1}}}}]}}}}"#
            ),
        ),
        ("table", many(40, ";", |n| format!("{n}.5"))),
        ("raw", many(40, "", |_| "x".to_owned())),
    ]
}

#[test]
fn messages_like_those_before_take_no_memory() {
    let fields = (0..40).map(|at| LayoutField {
        name: format!("b{at}").into(),
        at,
        kind: FieldKind::from_name("u8").unwrap(),
        bits: None,
        scale: 0.1,
        add: 0.0,
        unit: None,
    });
    let layout = Layout {
        source: LayoutSource::Payload,
        fields: fields.collect(),
        min_length: None,
        time: None,
    };
    let rule = PayloadRule {
        filter: "raw".into(),
        read_as: Some(ReadAs::Layout(layout)),
        zone: None,
    };
    let rules = Rules {
        payload: vec![rule],
    };
    let mut decoder = Decoder::with_rules(Limits::default(), &rules);
    let mut out = Observations::new();
    for (topic, payload) in &messages() {
        let payload = payload.as_bytes();
        for _ in 0..3 {
            out.clear();
            decoder.decode(message(topic, payload), &mut out).unwrap();
        }
        assert!(out.len() >= 40, "{topic}: {} rows", out.len());
        // The test's own harness may allocate meanwhile, but hardly each time.
        let least = (0..5).map(|_| {
            let region = Region::new(ALLOCATOR);
            for _ in 0..50 {
                out.clear();
                decoder.decode(message(topic, payload), &mut out).unwrap();
            }
            let change = region.change();
            change.allocations + change.reallocations
        });
        assert_eq!(least.min(), Some(0), "{topic}");
    }
}
