//! What tests write, and what is to be read of it.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

use proptest::{collection::btree_map, prelude::*};
use twin_core::{Quality, Value};
use twin_payload::{Decoder, Message, Observations};

use super::{NOW, rows};

/// The rows of a message, all of which are good.
pub fn decode(decoder: &mut Decoder, topic: &str, payload: &[u8]) -> Vec<(String, Value)> {
    let mut out = Observations::new();
    decoder
        .decode(Message::new(topic, payload, NOW), &mut out)
        .unwrap();
    let rows = rows(decoder, &out);
    rows.into_iter()
        .map(|(address, value, quality)| {
            assert_eq!(quality, Quality::GOOD, "{address}");
            (address, value)
        })
        .collect()
}

/// Values of a flat JSON object: numbers, texts, truth.
pub fn json_values() -> impl Strategy<Value = serde_json::Map<String, serde_json::Value>> {
    let scalar = prop_oneof![
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        "\\PC{0,20}".prop_map(serde_json::Value::from),
    ];
    let key = "[a-z_]{1,8}".prop_filter("no time", |key| key != "time" && key != "last_seen");
    btree_map(key, scalar, 1..8).prop_map(|map| map.into_iter().collect())
}

/// The rows of such an object.
pub fn expected(
    topic: &str,
    path: &str,
    json: &serde_json::Map<String, serde_json::Value>,
) -> Vec<(String, Value)> {
    json.iter()
        .map(|(key, value)| {
            let value = match value {
                serde_json::Value::Bool(v) => Value::Bool(*v),
                serde_json::Value::String(text) => Value::Text(text.as_str().into()),
                number => Value::F64(number.as_f64().unwrap()),
            };
            (format!("{topic}#{path}{key}"), value)
        })
        .collect()
}
