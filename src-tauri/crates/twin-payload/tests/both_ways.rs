//! Values, written as each convention writes them, are read as the same values.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

mod common;

use common::{
    NOW, rows,
    written::{decode, expected, json_values},
};
use proptest::prelude::*;
use twin_core::{Timestamp, Value};
use twin_payload::{Decoder, Message, Observations};

/// How Homie writes a value, by its type; an empty text is one zero byte.
fn homie(value: &Value) -> Vec<u8> {
    match value {
        Value::I64(v) => v.to_string().into_bytes(),
        Value::F64(v) => format!("{v:e}").into_bytes(),
        Value::Bool(v) => v.to_string().into_bytes(),
        Value::Text(text) if text.is_empty() => vec![0],
        Value::Text(text) => text.as_bytes().to_vec(),
        Value::Null => vec![],
    }
}

const DESCRIPTION: &str = r#"{"homie":"5.0","version":1,"nodes":{"n":{"properties":{
    "integer":{"datatype":"integer"},"float":{"datatype":"float"},"boolean":{"datatype":"boolean"},
    "string":{"datatype":"string"},"enum":{"datatype":"enum","format":"a, b,c d"}}}}}"#;

fn homie_values() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        any::<i64>().prop_map(|v| ("integer", Value::I64(v))),
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(|v| ("float", Value::F64(v))),
        any::<bool>().prop_map(|v| ("boolean", Value::Bool(v))),
        "[^\0]{0,40}".prop_map(|v| ("string", Value::Text(v.into()))),
        prop::sample::select(vec!["a", " b", "c d"]).prop_map(|v| ("enum", Value::Text(v.into()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_of_homie_5((name, value) in homie_values()) {
        let mut decoder = Decoder::new();
        decode(&mut decoder, "homie/5/d/$description", DESCRIPTION.as_bytes());
        for topic in [format!("homie/5/d/n/{name}"), format!("homie/5/d/n/{name}/$target")] {
            let rows = decode(&mut decoder, &topic, &homie(&value));
            prop_assert_eq!(rows, [(format!("{topic}#value"), value.clone())]);
        }
    }

    #[test]
    fn values_of_homie_4((name, value) in homie_values()) {
        let mut decoder = Decoder::new();
        let topic = format!("homie/d/n/{name}");
        decode(&mut decoder, &format!("{topic}/$datatype"), name.as_bytes());
        decode(&mut decoder, &format!("{topic}/$format"), b"a, b,c d");
        let payload = match &value {
            Value::Text(text) => text.as_bytes().to_vec(),
            other => homie(other),
        };
        let rows = decode(&mut decoder, &topic, &payload);
        prop_assert_eq!(rows, [(format!("{topic}#value"), value)]);
    }

    #[test]
    fn values_of_zigbee2mqtt(json in json_values()) {
        let payload = serde_json::to_vec(&json).unwrap();
        let rows = decode(&mut Decoder::new(), "zigbee2mqtt/room", &payload);
        prop_assert_eq!(rows, expected("zigbee2mqtt/room", "", &json));
    }

    #[test]
    fn measurements_of_thin_edge(json in json_values(), seconds in 1_000_000_000..1_700_000_000_i64) {
        let mut whole = json.clone();
        whole.insert("group".to_owned(), serde_json::Value::Object(json.clone()));
        whole.insert("time".to_owned(), serde_json::Value::from(seconds));
        let payload = serde_json::to_vec(&whole).unwrap();
        let topic = "te/device/main///m/all";
        let (mut decoder, mut out) = (Decoder::new(), Observations::new());
        decoder.decode(Message::new(topic, &payload, NOW), &mut out).unwrap();
        let mut found: Vec<(String, Value)> =
            rows(&decoder, &out).into_iter().map(|(address, value, _)| (address, value)).collect();
        prop_assert!(out.iter().all(|row| row.source_time == Some(Timestamp::from_secs(seconds))));
        let mut due = expected(topic, "group.", &json);
        due.extend(expected(topic, "", &json).into_iter().filter(|(address, _)| !address.ends_with("#group")));
        found.sort_by(|a, b| a.0.cmp(&b.0));
        due.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(found, due);
    }

    #[test]
    fn sensors_of_tasmota(json in json_values()) {
        let mut whole = serde_json::Map::new();
        whole.insert("Time".to_owned(), "2023-11-14T22:13:10".into());
        whole.insert("Sensor".to_owned(), serde_json::Value::Object(json.clone()));
        whole.insert("TempUnit".to_owned(), "C".into());
        let payload = serde_json::to_vec(&whole).unwrap();
        let mut rows = decode(&mut Decoder::new(), "tele/x/SENSOR", &payload);
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(rows, expected("tele/x/SENSOR", "Sensor.", &json));
    }
}
