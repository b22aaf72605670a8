//! Values on topics that are known take no heap memory. A file of its own, because the counter counts every thread.

mod common;

use std::alloc::System;

use common::message;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use twin_payload::{Decoder, Observations};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TOLD: &[(&str, &str)] = &[
    (
        "homie/5/d/$description",
        r#"{"homie":"5.0","version":1,"nodes":{"n":{"properties":{"p":{"datatype":"float"}}}}}"#,
    ),
    ("homie/e/n/p/$datatype", "float"),
    ("homie/e/many/p/$datatype", "float"),
    (
        "zigbee2mqtt/bridge/devices",
        r#"[{"ieee_address":"0x1","friendly_name":"room","definition":null}]"#,
    ),
    (
        "homeassistant/sensor/g/config",
        r#"{"stat_t":"garden","val_tpl":"{{ value_json.t }}","dev":{"ids":["g"]}}"#,
    ),
    ("te/device/main///m/a/meta", r#"{"t":{"unit":"K"}}"#),
];

const VALUES: &[(&str, &str)] = &[
    ("homie/5/d/n/p", "21.5"),
    ("homie/5/d/n/p/$target", "21.5"),
    ("homie/e/n/p", "21.5"),
    ("homie/e/many_1/p", "21.5"),
    (
        "zigbee2mqtt/room",
        r#"{"temperature":21.5,"battery":97,"on":true,"last_seen":1699999999000}"#,
    ),
    ("zigbee2mqtt/room/temperature", "21.5"),
    ("garden", r#"{"t":21.5,"h":40}"#),
    (
        "te/device/main///m/a",
        r#"{"t":21.5,"group":{"x":1},"time":1699999999}"#,
    ),
    (
        "$aws/things/p/shadow/update/accepted",
        r#"{"state":{"reported":{"t":21.5,"p":{"x":[1,2]}}},"metadata":{"reported":{"t":{"timestamp":1699999999},
                "p":{"x":[{"timestamp":1699999999},{"timestamp":1699999999}]}}},"version":7,"timestamp":1699999999}"#,
    ),
    (
        "acme/berlin/line/speed",
        r#"{"value":21.5,"timestamp":1699999999000,"unit":"1/min","quality":192}"#,
    ),
    (
        "$iothub/twin/PATCH/properties/reported/",
        r#"{"a":21.5,"b":{"value":1,"ac":200,"av":2},"$version":5}"#,
    ),
    (
        "tele/plug/SENSOR",
        r#"{"ENERGY":{"Power":21,"Voltage":[230,231]},"BME280":{"Temperature":21.5},"TempUnit":"C"}"#,
    ),
];

#[test]
fn values_of_known_topics_take_no_memory() {
    let (mut decoder, mut out) = (Decoder::new(), Observations::new());
    for (topic, payload) in TOLD {
        decoder
            .decode(message(topic, payload.as_bytes()), &mut out)
            .unwrap();
    }
    for (topic, payload) in VALUES {
        // What is new of a topic may take memory: its route, its addresses, its description.
        for _ in 0..3 {
            out.clear();
            decoder
                .decode(message(topic, payload.as_bytes()), &mut out)
                .unwrap();
        }
        // The test's own runner may take some at the same time, but not in every round.
        let rounds = (0..5).map(|_| {
            let region = Region::new(ALLOCATOR);
            for _ in 0..100 {
                out.clear();
                decoder
                    .decode(message(topic, payload.as_bytes()), &mut out)
                    .unwrap();
            }
            assert!(!out.is_empty());
            let change = region.change();
            change.allocations + change.reallocations
        });
        assert_eq!(rounds.min(), Some(0), "{topic}");
    }
}
