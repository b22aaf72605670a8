//! Retained messages come in any order: what is known in the end, and how values are read then, must not depend on it.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

mod common;

use common::world::World;
use proptest::prelude::*;
use twin_payload::{Limits, Presence};

type Told = (&'static str, &'static str);

const HOMIE: [Told; 20] = [
    ("ROOT/car/$homie", "4.0.0"),
    ("ROOT/car/$name", "Super car"),
    ("ROOT/car/$state", "lost"),
    ("ROOT/car/$nodes", "engine,lights[]"),
    ("ROOT/car/$implementation", "esp8266"),
    ("ROOT/car/$fw/version", "1.2"),
    ("ROOT/car/engine/$name", "Car engine"),
    ("ROOT/car/engine/$properties", "temperature,mode"),
    ("ROOT/car/engine/temperature/$name", "Temperature"),
    ("ROOT/car/engine/temperature/$datatype", "integer"),
    ("ROOT/car/engine/temperature/$format", "-20:120"),
    ("ROOT/car/engine/temperature/$unit", "°C"),
    ("ROOT/car/engine/mode/$datatype", "enum"),
    ("ROOT/car/engine/mode/$format", "eco,sport"),
    ("ROOT/car/engine/mode/$settable", "true"),
    ("ROOT/car/engine/old/$datatype", "float"),
    ("ROOT/car/lights/$array", "0-1"),
    ("ROOT/car/lights/level/$datatype", "float"),
    ("ROOT/car/engine/temperature", "21"),
    ("ROOT/car/$stats/uptime", "7"),
];
const HOMIE_AFTER: [Told; 5] = [
    ("ROOT/car/engine/temperature", "22"),
    ("ROOT/car/engine/mode", "party"),
    ("ROOT/car/lights_1/level", "0.5"),
    ("ROOT/car/engine/old", "1"),
    ("ROOT/car/$stats/uptime", "8"),
];

const HOMIE5: [Told; 5] = [
    ("ROOT/5/bridge/$state", "lost"),
    ("ROOT/5/meter/$state", "ready"),
    (
        "ROOT/5/meter/$description",
        r#"{"homie":"5.0","version":1,"root":"bridge","nodes":{"m":{"properties":{"flow":{"datatype":"integer","unit":"L"}}}}}"#,
    ),
    (
        "ROOT/5/bridge/$description",
        r#"{"homie":"5.0","version":1,"children":["meter"]}"#,
    ),
    ("ROOT/5/meter/m/flow", "3"),
];
const HOMIE5_AFTER: [Told; 2] = [("ROOT/5/meter/m/flow", "4"), ("ROOT/5/meter/m/other", "x")];

const ZIGBEE: [Told; 7] = [
    ("ROOT/bridge/state", r#"{"state":"offline"}"#),
    (
        "ROOT/bridge/devices",
        r#"[{"ieee_address":"0x1","friendly_name":"pump","definition":{"model":"m","vendor":"v","exposes":
            [{"type":"numeric","name":"power","property":"power","unit":"W","access":1}]}}]"#,
    ),
    (
        "ROOT/bridge/info",
        r#"{"version":"1.40","coordinator":{"type":"zStack"}}"#,
    ),
    ("ROOT/pump/availability", "online"),
    ("ROOT/pump", r#"{"power":1}"#),
    ("ROOT/fan", r#"{"speed":1}"#),
    ("ROOT/pump/energy", "5"),
];
const ZIGBEE_AFTER: [Told; 4] = [
    ("ROOT/pump", r#"{"power":2}"#),
    ("ROOT/fan", r#"{"speed":2}"#),
    ("ROOT/fan/set", r#"{"speed":3}"#),
    ("ROOT/pump/energy", "6"),
];

const HOME: [Told; 5] = [
    (
        "homeassistant/sensor/g/t/config",
        r#"{"name":"T","stat_t":"garden/state","val_tpl":"{{ value_json.t }}","unit_of_meas":"°C",
            "avty":[{"t":"garden/status"},{"t":"garden/link","pl_avail":"1","pl_not_avail":"0"}],"avty_mode":"all","dev":{"ids":["g"],"name":"Garden"}}"#,
    ),
    (
        "homeassistant/sensor/g/h/config",
        r#"{"name":"H","stat_t":"garden/state","val_tpl":"{{ value_json.h }}","unit_of_meas":"%",
            "avty":[{"t":"garden/status"},{"t":"garden/link","pl_avail":"1","pl_not_avail":"0"}],"avty_mode":"all","dev":{"ids":["g"],"name":"Garden"}}"#,
    ),
    ("garden/state", r#"{"t":1,"h":2}"#),
    ("garden/status", "online"),
    ("garden/link", "0"),
];
const HOME_AFTER: [Told; 1] = [("garden/state", r#"{"t":3,"h":4}"#)];

const THIN_EDGE: [Told; 5] = [
    (
        "te/device/child//",
        r#"{"@type":"child-device","@health":"device/child/service/dog","name":"Press"}"#,
    ),
    ("te/device/child///m/a/meta", r#"{"flow":{"unit":"L"}}"#),
    ("te/device/child///m/a", r#"{"flow":1}"#),
    (
        "te/device/child/service/dog/status/health",
        r#"{"status":"down"}"#,
    ),
    (
        "te/device/child/service/tedge-agent/status/health",
        r#"{"status":"up"}"#,
    ),
];
const THIN_EDGE_AFTER: [Told; 3] = [
    (
        "te/device/child/service/tedge-agent/status/health",
        r#"{"status":"up"}"#,
    ),
    (
        "te/device/child/service/dog/status/health",
        r#"{"status":"down"}"#,
    ),
    ("te/device/child///m/a", r#"{"flow":2}"#),
];

const TASMOTA: [Told; 5] = [
    (
        "tasmota/discovery/0049/config",
        r#"{"dn":"Oven","fn":["Heater"],"md":"Sonoff","ofln":"away","onln":"here","state":["AUS","AN"],"sw":"13","t":"oven",
            "ft":"%prefix%/%topic%/","rl":[1,0]}"#,
    ),
    (
        "tasmota/discovery/0049/sensors",
        r#"{"sn":{"Time":"2023-11-14T22:13:10","AM":{"Temperature":21},"TempUnit":"C"},"ver":1}"#,
    ),
    ("tele/oven/LWT", "away"),
    (
        "tele/oven/SENSOR",
        r#"{"Time":"2023-11-14T22:13:10","AM":{"Temperature":21},"TempUnit":"C"}"#,
    ),
    ("tele/oven/STATE", r#"{"POWER":"AN"}"#),
];
const TASMOTA_AFTER: [Told; 2] = [
    (
        "tele/oven/SENSOR",
        r#"{"AM":{"Temperature":22},"TempUnit":"C"}"#,
    ),
    ("stat/oven/DIMMER", "7"),
];

const AWS: [Told; 6] = [
    (
        "$aws/events/presence/connected/pump",
        r#"{"timestamp":1699999000000,"versionNumber":1}"#,
    ),
    (
        "$aws/events/presence/disconnected/pump",
        r#"{"timestamp":1699999001000,"versionNumber":1}"#,
    ),
    (
        "$aws/events/presence/connected/pump",
        r#"{"timestamp":1699999002000,"versionNumber":2}"#,
    ),
    (
        "$aws/events/presence/disconnected/pump",
        r#"{"timestamp":1699999003000,"versionNumber":2}"#,
    ),
    (
        "$aws/things/pump/shadow/update/documents",
        r#"{"current":{"state":{"reported":{"flow":1}},"version":4},"timestamp":1699999000}"#,
    ),
    (
        "$aws/things/pump/shadow/update/accepted",
        r#"{"state":{"reported":{"flow":2,"speed":3}},"version":5,"timestamp":1699999000}"#,
    ),
];
const AWS_AFTER: [Told; 2] = [
    (
        "$aws/things/pump/shadow/update/accepted",
        r#"{"state":{"reported":{"flow":9}},"version":4,"timestamp":1699999000}"#,
    ),
    (
        "$aws/things/pump/shadow/get/accepted",
        r#"{"state":{"reported":{"flow":4,"speed":3}},"version":5,"timestamp":1699999004}"#,
    ),
];

const AZURE: [Told; 4] = [
    (
        "hub",
        r#"{"specversion":"1.0","source":"/h","type":"Microsoft.Devices.DeviceConnected","time":"2023-11-14T22:00:00Z",
            "data":{"deviceId":"pump","deviceConnectionStateEventInfo":{"sequenceNumber":"01D400000000000000000000000000000002"}}}"#,
    ),
    (
        "hub",
        r#"{"specversion":"1.0","source":"/h","type":"Microsoft.Devices.DeviceDisconnected","time":"2023-11-14T22:00:01Z",
            "data":{"deviceId":"pump","deviceConnectionStateEventInfo":{"sequenceNumber":"01D400000000000000000000000000000003"}}}"#,
    ),
    (
        "hub",
        r#"{"specversion":"1.0","source":"/h","type":"Microsoft.Devices.DeviceTelemetry","data":{"body":{"flow":1},
            "systemProperties":{"iothub-connection-device-id":"pump"}}}"#,
    ),
    (
        "hub/twins",
        r#"{"deviceId":"pump","properties":{"desired":{"a":1,"$version":7}}}"#,
    ),
];
const AZURE_AFTER: [Told; 2] = [
    (
        "hub",
        r#"{"specversion":"1.0","source":"/h","type":"Microsoft.Devices.DeviceTelemetry","data":{"body":{"flow":2},
            "systemProperties":{"iothub-connection-device-id":"pump"}}}"#,
    ),
    (
        "hub/twins",
        r#"{"deviceId":"pump","properties":{"desired":{"a":2,"$version":6},"reported":{"b":3}}}"#,
    ),
];

/// Hears all in one order, then what comes after, and tells what is known.
fn end(
    told: &[Told],
    after: &[Told],
    root: &str,
    source: &str,
) -> impl PartialEq + std::fmt::Debug {
    let mut world = World::new(Limits::default());
    for (topic, payload) in told {
        world
            .hear(&topic.replace("ROOT", root), payload.as_bytes())
            .unwrap();
    }
    let mut rows = vec![];
    for (topic, payload) in after {
        rows.extend(
            world
                .hear(&topic.replace("ROOT", root), payload.as_bytes())
                .unwrap(),
        );
    }
    let addresses: Vec<String> = rows.iter().map(|(address, _)| address.clone()).collect();
    let owned = world.owned(source, &addresses);
    assert!(!owned.is_empty(), "{source} has no values");
    let marks = addresses
        .iter()
        .map(|address| world.marks.get(address).copied());
    // That a source is there need not be said again of its new values.
    let absent: Vec<bool> = marks.map(|mark| mark == Some(Presence::Offline)).collect();
    (
        (rows, absent),
        owned,
        world.presence.clone(),
        world.described(),
    )
}

#[test]
fn the_end_is_the_one_that_was_meant() {
    let mut world = World::new(Limits::default());
    for (topic, payload) in ZIGBEE {
        world
            .hear(&topic.replace("ROOT", "home/z"), payload.as_bytes())
            .unwrap();
    }
    assert_eq!(world.presence["home/z/pump"], Presence::Offline);
    for (topic, payload) in HOME {
        world.hear(topic, payload.as_bytes()).unwrap();
    }
    assert_eq!(world.presence["homeassistant/g"], Presence::Offline);
    world.hear("garden/link", b"1").unwrap();
    assert_eq!(world.presence["homeassistant/g"], Presence::Online);
    for (topic, payload) in HOMIE {
        world
            .hear(&topic.replace("ROOT", "shed"), payload.as_bytes())
            .unwrap();
    }
    assert_eq!(world.presence["shed/car"], Presence::Offline);
    for (topic, payload) in AWS.iter().chain(&AZURE) {
        world.hear(topic, payload.as_bytes()).unwrap();
    }
    assert_eq!(world.presence["aws/pump"], Presence::Offline);
    assert_eq!(world.presence["azure/pump"], Presence::Offline);
    let car = world
        .described()
        .into_iter()
        .find(|told| &*told.source == "shed/car")
        .unwrap();
    let addresses: Vec<&str> = car.points.iter().map(|point| &*point.address).collect();
    assert_eq!(
        addresses,
        [
            "shed/car/$stats/uptime#value",
            "shed/car/engine/mode#value",
            "shed/car/engine/temperature#value",
            "shed/car/lights_0/level#value",
            "shed/car/lights_1/level#value",
        ]
    );
}

macro_rules! any_order {
    ($name:ident, $told:expr, $after:expr, $roots:expr, $source:expr) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn $name(told in Just($told.to_vec()).prop_shuffle()) {
                for root in $roots {
                    let source = $source.replace("ROOT", root);
                    prop_assert_eq!(end(&told, &$after, root, &source), end(&$told, &$after, root, &source));
                }
            }
        }
    };
}

any_order!(
    attributes_of_homie_4_come_in_any_order,
    HOMIE,
    HOMIE_AFTER,
    ["homie", "shed"],
    "ROOT/car"
);
any_order!(
    devices_of_homie_5_come_in_any_order,
    HOMIE5,
    HOMIE5_AFTER,
    ["homie", "shed"],
    "ROOT/5/meter"
);
any_order!(
    what_zigbee_bridges_say_comes_in_any_order,
    ZIGBEE,
    ZIGBEE_AFTER,
    ["zigbee2mqtt", "home/z"],
    "ROOT/pump"
);
any_order!(
    configurations_come_in_any_order,
    HOME,
    HOME_AFTER,
    [""],
    "homeassistant/g"
);
any_order!(
    entities_register_in_any_order,
    THIN_EDGE,
    THIN_EDGE_AFTER,
    [""],
    "te/device/child//"
);
any_order!(
    versions_of_shadows_and_clients_come_in_any_order,
    AWS,
    AWS_AFTER,
    [""],
    "aws/pump"
);
any_order!(
    events_of_hubs_come_in_any_order,
    AZURE,
    AZURE_AFTER,
    [""],
    "azure/pump"
);
any_order!(
    tasmota_is_discovered_in_any_order,
    TASMOTA,
    TASMOTA_AFTER,
    [""],
    "tasmota/oven"
);
