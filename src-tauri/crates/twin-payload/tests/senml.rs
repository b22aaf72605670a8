//! SenML in both directions: typed values are written as packs, read, and come back the same.

#![allow(
    clippy::unwrap_used,
    reason = "a pack that cannot be written fails its test"
)]

mod common;

use ciborium::Value as Cbor;
use common::{NOW, message, rows};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};
use twin_core::{Timestamp, Value};
use twin_payload::{Convention, Decoder, Message, Observations};

/// A record as a person would say it.
#[derive(Clone, Debug)]
struct Record {
    name: String,
    /// Seconds: from now when small.
    time: Option<f64>,
    value: Value,
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-1e9..1e9_f64).prop_map(Value::F64),
        (1_i64 << 53..i64::MAX).prop_map(Value::I64),
        any::<bool>().prop_map(Value::Bool),
        "\\PC{0,12}".prop_map(|text| Value::Text(text.as_str().into())),
    ]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let time = prop_oneof![
        Just(None),
        (-3600..0_i32).prop_map(|ago| Some(f64::from(ago))),
        (1_600_000_000..1_700_000_000_u32).prop_map(|at| Some(f64::from(at))),
    ];
    let record = ("[a-z][a-zA-Z0-9:./_-]{0,8}", time, values());
    let record = record.prop_map(|(name, time, value)| Record { name, time, value });
    prop::collection::vec(record, 1..8)
}

/// Labels of JSON and of CBOR.
const NAME: (&str, i64) = ("n", 0);
const TIME: (&str, i64) = ("t", 6);
const BASE_NAME: (&str, i64) = ("bn", -2);

fn label(value: &Value) -> (&'static str, i64) {
    match value {
        Value::Bool(_) => ("vb", 4),
        Value::Text(_) => ("vs", 3),
        _ => ("v", 2),
    }
}

fn json(base: &str, records: &[Record]) -> Vec<u8> {
    let pack = records.iter().enumerate().map(|(index, record)| {
        let mut fields = Map::new();
        if index == 0 {
            fields.insert(BASE_NAME.0.into(), base.into());
        }
        fields.insert(NAME.0.into(), record.name.clone().into());
        if let Some(time) = record.time {
            fields.insert(TIME.0.into(), time.into());
        }
        let value: Json = match &record.value {
            Value::F64(v) => (*v).into(),
            Value::I64(v) => (*v).into(),
            Value::Bool(v) => (*v).into(),
            Value::Text(v) => (**v).into(),
            Value::Null => Json::Null,
        };
        fields.insert(label(&record.value).0.into(), value);
        Json::Object(fields)
    });
    serde_json::to_vec(&Json::Array(pack.collect())).unwrap()
}

fn cbor(base: &str, records: &[Record]) -> Vec<u8> {
    let pack = records.iter().enumerate().map(|(index, record)| {
        let mut fields = vec![];
        if index == 0 {
            fields.push((BASE_NAME.1.into(), Cbor::Text(base.into())));
        }
        fields.push((NAME.1.into(), Cbor::Text(record.name.clone())));
        if let Some(time) = record.time {
            fields.push((TIME.1.into(), Cbor::Float(time)));
        }
        let value = match &record.value {
            Value::F64(v) => Cbor::Float(*v),
            Value::I64(v) => Cbor::Integer((*v).into()),
            Value::Bool(v) => Cbor::Bool(*v),
            Value::Text(v) => Cbor::Text(v.to_string()),
            Value::Null => Cbor::Null,
        };
        fields.push((label(&record.value).1.into(), value));
        Cbor::Map(fields)
    });
    let mut bytes = vec![];
    ciborium::into_writer(&Cbor::Array(pack.collect()), &mut bytes).unwrap();
    bytes
}

/// What a record must become.
fn expected(base: &str, record: &Record) -> (String, Value, Timestamp, Option<Timestamp>) {
    let address = format!("pack#{base}{}", record.name);
    let (time, source) = match record.time {
        None => (NOW, None),
        Some(time) if time < 0.0 => (Timestamp(NOW.0 + time as i64 * 1_000_000), None),
        Some(time) => {
            let at = Timestamp(time as i64 * 1_000_000);
            (at, Some(at))
        }
    };
    (address, record.value.clone(), time, source)
}

proptest! {
    #[test]
    fn values_come_back_from_both_forms(base in "([a-z]{1,4}:)?", records in records()) {
        for (payload, media) in [
            (json(&base, &records), "application/senml+json"),
            (cbor(&base, &records), "application/senml+cbor"),
        ] {
            for content_type in [Some(media), None] {
                let (mut decoder, mut out) = (Decoder::new(), Observations::new());
                let message = Message { content_type, ..message("pack", &payload) };
                decoder.decode(message, &mut out).unwrap();
                prop_assert_eq!(out.convention(), Some(Convention::SenMl));
                let got: Vec<_> = out
                    .iter()
                    .map(|row| {
                        let address = decoder.address(row.address).to_owned();
                        (address, row.value(), row.time, row.source_time)
                    })
                    .collect();
                let expected: Vec<_> = records.iter().map(|record| expected(&base, record)).collect();
                prop_assert_eq!(got, expected);
            }
        }
    }

    /// Whatever numbers ciborium writes, in the shortest form that holds them.
    #[test]
    fn numbers_are_read_as_ciborium_reads_them(bits in any::<u64>(), whole in any::<i64>()) {
        for value in [Cbor::Float(f64::from_bits(bits)), Cbor::Integer(whole.into())] {
            let pack = Cbor::Array(vec![Cbor::Map(vec![
                (0.into(), Cbor::Text("x".into())),
                (2.into(), value.clone()),
            ])]);
            let mut bytes = vec![];
            ciborium::into_writer(&pack, &mut bytes).unwrap();
            let (mut decoder, mut out) = (Decoder::new(), Observations::new());
            decoder.decode(message("pack", &bytes), &mut out).unwrap();
            let (_, got, _) = rows(&decoder, &out).remove(0);
            match (value, got) {
                (Cbor::Float(v), Value::F64(got)) => prop_assert_eq!(v.to_bits(), got.to_bits()),
                (Cbor::Float(v), got) => {
                    prop_assert!(!v.is_finite());
                    prop_assert_eq!(got, Value::Null);
                }
                (_, Value::F64(got)) => {
                    prop_assert!(whole.unsigned_abs() <= 1 << 53);
                    prop_assert_eq!(got, whole as f64);
                }
                (_, got) => prop_assert_eq!(got, Value::I64(whole)),
            }
        }
    }
}
