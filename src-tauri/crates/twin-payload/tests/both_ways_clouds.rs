//! As `both_ways.rs`, of conventions that wrap values: gateways, clouds, servers and namespaces.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

mod common;

use common::{
    NOW, at, decode as observe,
    written::{decode, expected, json_values},
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{
    Decoder, Description, Message, Observations, Presence, SourceEvent, UnitVocabulary,
};

/// An instant of 2023-11-14 before [`NOW`], as RFC 3339 writes it.
fn instants() -> impl Strategy<Value = (String, Timestamp)> {
    (0..80_000_i64, 0..1_000_000_i64).prop_map(|(second, micro)| {
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        let text = format!(
            "2023-11-14T{hour:02}:{minute:02}:{:02}.{micro:06}Z",
            second % 60
        );
        let midnight = 1_699_920_000;
        (text, Timestamp((midnight + second) * 1_000_000 + micro))
    })
}

/// As [`decode`], of values that all have this time.
fn decode_at(topic: &str, payload: &Json, time: Timestamp) -> Vec<(String, Value)> {
    let (mut decoder, mut out) = (Decoder::new(), Observations::new());
    let payload = payload.to_string();
    decoder
        .decode(Message::new(topic, payload.as_bytes(), NOW), &mut out)
        .unwrap();
    let times: Vec<_> = out.iter().map(|row| row.source_time).collect();
    assert_eq!(times, vec![Some(time); out.len()]);
    assert_eq!((out.skipped(), out.partly_read()), (0, None));
    decode(&mut Decoder::new(), topic, payload.as_bytes())
}

fn sorted(mut rows: Vec<(String, Value)>) -> Vec<(String, Value)> {
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

/// Base64 (RFC 4648, section 4), by its definition.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().enumerate().fold(0_u32, |bits, (at, byte)| {
            bits | u32::from(*byte) << (16 - 8 * at)
        });
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                digit.into()
            } else {
                '='
            });
        }
    }
    text
}

/// A sensor as Home Assistant's discovery describes it.
#[derive(Clone, Debug)]
struct Sensor {
    key: String,
    name: String,
    unit: &'static str,
    value: f64,
    /// Whether its keys are the short ones.
    short: bool,
}

prop_compose! {
    fn sensors()(
        key in "[a-z]{3,8}",
        name in "[A-Za-z0-9]{1,12}( [a-z]{1,6})?",
        unit in prop::sample::select(vec!["°C", "%", "kWh", "hPa", "m³"]),
        value in any::<f64>().prop_filter("finite", |v| v.is_finite()),
        short in any::<bool>(),
    ) -> Sensor {
        Sensor { key, name, unit, value, short }
    }
}

impl Sensor {
    fn config(&self, device: &str) -> Json {
        let template = format!("{{{{ value_json.{} }}}}", self.key);
        if self.short {
            json!({"name": self.name, "stat_t": "hall/state", "val_tpl": template, "unit_of_meas": self.unit,
                "uniq_id": format!("{device}-{}", self.key), "dev": {"ids": [device], "name": "Hall"}})
        } else {
            json!({"name": self.name, "state_topic": "hall/state", "value_template": template,
                "unit_of_measurement": self.unit, "unique_id": format!("{device}-{}", self.key),
                "device": {"identifiers": [device], "name": "Hall"}})
        }
    }
}

fn described(out: &Observations) -> Option<&Description> {
    out.events().iter().rev().find_map(|event| match event {
        SourceEvent::Described(description) => Some(&**description),
        _ => None,
    })
}

/// A value of OPC UA, as the reversible encoding of version 1.04 writes it (OPC 10000-6, section 5.4.2.17).
fn ua_values() -> impl Strategy<Value = (Json, Value)> {
    let variant = |kind: u8, body: Json| json!({"Type": kind, "Body": body});
    prop_oneof![
        any::<bool>().prop_map(move |v| (variant(1, v.into()), Value::Bool(v))),
        any::<i32>().prop_map(move |v| (variant(6, v.into()), Value::F64(f64::from(v)))),
        any::<i64>().prop_map(move |v| (variant(8, v.to_string().into()), Value::I64(v))),
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(move |v| (variant(11, v.into()), Value::F64(v))),
        "[ -~]{4,30}".prop_map(move |v| (variant(12, v.clone().into()), Value::Text(v.into()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sensors_of_home_assistant(sensor in sensors()) {
        let mut decoder = Decoder::new();
        let state = json!({sensor.key.as_str(): sensor.value}).to_string();
        let due = [(format!("hall/state#{}", sensor.key), Value::F64(sensor.value))];
        prop_assert_eq!(decode(&mut decoder, "hall/state", state.as_bytes()), due.clone());
        let config = sensor.config("hall-1").to_string();
        let out = observe(&mut decoder, "homeassistant/sensor/hall/x/config", config.as_bytes()).unwrap();
        let said = described(&out).unwrap();
        prop_assert_eq!((&*said.source, said.name.as_deref()), ("homeassistant/hall-1", Some("Hall")));
        prop_assert_eq!(said.points.len(), 1);
        let point = &said.points[0];
        prop_assert_eq!(&*point.address, &due[0].0);
        prop_assert_eq!(point.name.as_deref(), Some(&*sensor.name));
        let unit = point.unit.as_ref().unwrap();
        prop_assert_eq!((&*unit.text, unit.vocabulary), (sensor.unit, UnitVocabulary::HomeAssistant));
        prop_assert_eq!(decode(&mut decoder, "hall/state", state.as_bytes()), due);
    }

    #[test]
    fn uplinks_of_chirpstack(
        object in json_values(), (text, time) in instants(), count in 0..100_000_u32, rssi in -130..0_i32,
        bytes in prop::collection::vec(any::<u8>(), 1..60),
    ) {
        let topic = "application/a/device/0102030405060708/event/up";
        let info = json!({"deviceName": "d", "devEui": "0102030405060708"});
        let radio = json!([{"gatewayId": "g", "rssi": rssi, "snr": 7.5}]);
        let around = [
            (format!("{topic}#rssi"), Value::F64(rssi.into())),
            (format!("{topic}#snr"), Value::F64(7.5)),
            (format!("{topic}#f_cnt"), Value::F64(count.into())),
            (format!("{topic}#dr"), Value::F64(3.0)),
            (format!("{topic}#confirmed"), Value::Bool(true)),
        ];
        let data = base64(&bytes);
        let mut up = json!({"deduplicationId": "1", "time": text, "deviceInfo": info, "devAddr": "00189440", "dr": 3,
            "fCnt": count, "fPort": 1, "confirmed": true, "data": data, "rxInfo": radio});
        let mut due: Vec<_> = around.to_vec();
        due.push((format!("{topic}#data"), Value::Text(data.into())));
        due.push((format!("{topic}#data.size"), Value::F64(bytes.len() as f64)));
        prop_assert_eq!(sorted(decode_at(topic, &up, time)), sorted(due));
        up["object"] = object.clone().into();
        let mut due = expected(topic, "object.", &object);
        due.extend(around);
        prop_assert_eq!(sorted(decode_at(topic, &up, time)), sorted(due));
    }

    #[test]
    fn uplinks_of_the_things_stack(decoded in json_values(), (text, time) in instants(), count in 0..100_000_u32) {
        let topic = "v3/app@ttn/devices/d/up";
        let up = json!({"end_device_ids": {"device_id": "d", "application_ids": {"application_id": "app"}},
            "received_at": text, "uplink_message": {"session_key_id": "AX", "f_port": 8, "f_cnt": count,
            "frm_payload": "ICw=", "decoded_payload": decoded, "received_at": text,
            "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "rssi": -90, "snr": 1.5}]}});
        let mut due = expected(topic, "decoded_payload.", &decoded);
        due.push((format!("{topic}#rssi"), Value::F64(-90.0)));
        due.push((format!("{topic}#snr"), Value::F64(1.5)));
        due.push((format!("{topic}#f_cnt"), Value::F64(count.into())));
        prop_assert_eq!(sorted(decode_at(topic, &up, time)), sorted(due));
    }

    #[test]
    fn twins_of_azure(reported in json_values(), desired in json_values(), version in 1..1_000_u32) {
        let keep = |map: Map<String, Json>| -> Map<String, Json> {
            map.into_iter().filter(|(key, _)| !key.starts_with('_')).collect()
        };
        let (reported, desired) = (keep(reported), keep(desired));
        let with_version = |map: &Map<String, Json>| {
            let mut map = map.clone();
            map.insert("$version".to_owned(), version.into());
            map
        };
        let whole = json!({"reported": with_version(&reported), "desired": with_version(&desired)}).to_string();
        let mut decoder = Decoder::new();
        let rows = decode(&mut decoder, "$iothub/twin/res/200/?$rid=1", whole.as_bytes());
        let mut due = expected("$iothub/twin", "reported.", &reported);
        due.extend(expected("$iothub/twin", "desired.", &desired));
        prop_assert_eq!(sorted(rows), sorted(due));
        let change = serde_json::to_vec(&reported).unwrap();
        let rows = decode(&mut decoder, "$iothub/twin/PATCH/properties/reported/?$rid=2", &change);
        prop_assert_eq!(rows, expected("$iothub/twin", "reported.", &reported));
    }

    #[test]
    fn messages_that_iot_hub_passes_on_through_event_grid(body in json_values(), (text, time) in instants(), packed in any::<bool>()) {
        let inner = Json::from(body.clone());
        let written = if packed { Json::from(base64(inner.to_string().as_bytes())) } else { inner };
        let event = json!({"specversion": "1.0", "id": "1", "source": "/h", "subject": "devices/p",
            "type": "Microsoft.Devices.DeviceTelemetry", "time": "2023-11-14T22:13:20Z", "data": {"body": written,
            "systemProperties": {"iothub-connection-device-id": "p", "iothub-enqueuedtime": text}}});
        prop_assert_eq!(decode_at("hub/events", &event, time), expected("hub/events", "p/body.", &body));
    }

    #[test]
    fn data_set_messages_of_opc_ua(
        fields in prop::collection::btree_map("[A-Z][a-z]{1,6}", (ua_values(), instants()), 1..6), number in any::<u16>(),
    ) {
        let payload: Map<String, Json> = fields.iter().map(|(name, ((value, _), (text, _)))| {
            (name.clone(), json!({"Value": value, "SourceTimestamp": text}))
        }).collect();
        let message = json!({"MessageId": "1", "MessageType": "ua-data", "PublisherId": "P", "Messages": [{
            "DataSetWriterId": 7, "SequenceNumber": number, "Timestamp": "2023-11-14T22:13:20Z", "Payload": payload}]});
        let text = message.to_string();
        let (mut decoder, mut out) = (Decoder::new(), Observations::new());
        decoder.decode(Message::new("ua/data", text.as_bytes(), NOW), &mut out).unwrap();
        let rows: Vec<_> = out.iter().map(|row| {
            (decoder.address(row.address).to_owned(), row.value(), row.source_time, row.quality)
        }).collect();
        let due: Vec<_> = fields.iter().map(|(name, ((_, value), (_, time)))| {
            (format!("ua/data#P/7/{name}"), value.clone(), Some(*time), Quality::GOOD)
        }).collect();
        prop_assert_eq!(rows, due);
        prop_assert_eq!(out.partly_read(), None);
    }

    #[test]
    fn values_of_a_unified_namespace(
        json in json_values(), ms in 1_600_000_000_000..1_700_000_000_000_i64,
        (quality, due) in prop::sample::select(vec![
            (json!("GOOD"), Quality::GOOD), (json!(192), Quality::GOOD),
            (json!("Uncertain"), Quality::uncertain(Reason::DeviceReported)), (json!(0), Quality::bad(Reason::DeviceReported)),
        ]),
    ) {
        for (value, (_, read)) in json.values().zip(expected("", "", &json)) {
            let topic = "acme/berlin/filling/line3/filler/speed";
            let message = json!({"value": value, "timestamp": ms, "quality": quality, "unit": "1/min"}).to_string();
            let mut decoder = Decoder::new();
            let out = observe(&mut decoder, topic, message.as_bytes()).unwrap();
            let row = out.get(0).unwrap();
            prop_assert_eq!(decoder.address(row.address), format!("{topic}#value"));
            prop_assert_eq!((row.value(), row.quality), (read, due));
            prop_assert_eq!(row.source_time, Some(Timestamp::from_millis(ms)));
            let unit = described(&out).unwrap().points[0].unit.as_ref().unwrap();
            prop_assert_eq!((&*unit.text, out.len()), ("1/min", 1));
        }
    }

    #[test]
    fn lives_of_clients_of_aws_and_of_event_grid(steps in prop::collection::vec(any::<bool>(), 1..12), name in "[a-z][a-z0-9-]{0,12}") {
        let (mut aws, mut grid) = (Decoder::new(), Decoder::new());
        for (number, online) in steps.into_iter().enumerate() {
            let time = at(number as i64 * 1_000 - 60_000);
            let presence = if online { Presence::Online } else { Presence::Offline };
            let kind = if online { "connected" } else { "disconnected" };
            let event = json!({"clientId": name, "timestamp": time.millis(), "eventType": kind,
                "sessionIdentifier": "0", "principalIdentifier": "0", "versionNumber": number});
            let out = observe(&mut aws, &format!("$aws/events/presence/{kind}/{name}"), event.to_string().as_bytes()).unwrap();
            let due = |source: String| SourceEvent::Availability { source: source.into(), presence, at: time };
            prop_assert_eq!(out.events(), [due(format!("aws/{name}"))]);

            let kind = if online { "Connected" } else { "Disconnected" };
            let written = format!("2023-11-14T22:12:{:02}Z", 20 + number);
            let event = json!({"specversion": "1.0", "id": number.to_string(), "source": "/ns",
                "subject": format!("clients/{name}/sessions/s"), "type": format!("Microsoft.EventGrid.MQTTClientSession{kind}"),
                "time": written, "data": {"namespaceName": "ns", "clientAuthenticationName": name,
                "clientSessionName": "s", "sequenceNumber": number}});
            let out = observe(&mut grid, "grid/clients", event.to_string().as_bytes()).unwrap();
            let lives: Vec<_> = out.events().iter().filter(|event| matches!(event, SourceEvent::Availability { .. })).collect();
            prop_assert_eq!(lives, [&due(format!("azure/{name}"))]);
        }
    }
}
