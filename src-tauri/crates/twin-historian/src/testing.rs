//! Generators and helpers shared by the unit tests.

use proptest::prelude::*;
use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};

use crate::{bytes::seal_at, sample::Sample};

pub(crate) fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => any::<f64>().prop_map(Value::F64),
        2 => any::<i64>().prop_map(Value::I64),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => "[a-z°]{0,6}".prop_map(|text| Value::Text(text.into())),
        1 => Just(Value::Null),
    ]
}

pub(crate) fn quality() -> impl Strategy<Value = Quality> {
    (0_u8..3, 0_u8..17).prop_map(|(status, reason)| Quality::from_bytes([status, reason]))
}

pub(crate) fn batch() -> impl Strategy<Value = SampleBatch> {
    let row = (any::<u32>(), any::<i64>(), value(), quality());
    (
        any::<u64>(),
        any::<i64>(),
        prop::collection::vec(row, 0..60),
        prop::option::weighted(0.3, (any::<bool>(), any::<bool>())),
    )
        .prop_map(|(id, received, rows, mark)| {
            let mut batch = SampleBatch::new(BatchId(id), Timestamp(received));
            for (signal, time, value, quality) in rows {
                batch.push(SignalKey(signal), Timestamp(time), &value, quality);
            }
            let (first_look, history_only) = mark.unwrap_or_default();
            if first_look {
                batch = batch.at_first_look();
            }
            if history_only {
                batch = batch.for_history_only();
            }
            batch
        })
}

pub(crate) fn sample() -> impl Strategy<Value = Sample> {
    (any::<i64>(), any::<i64>(), value(), quality()).prop_map(|(time, received, value, quality)| {
        Sample {
            time: Timestamp(time),
            received: Timestamp(received),
            value,
            quality,
        }
    })
}

/// A body as a sealed blob.
pub(crate) fn seal(version: u8, body: &[u8]) -> Vec<u8> {
    seal_at(version, &[], body)
}
