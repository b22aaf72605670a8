//! The plant at an instant: what was known then, whatever came later.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{Durability, Group, Historian, Options, QualityTransition};

use super::{NOW, block_on};

const SIGNALS: u32 = 3;

#[derive(Clone, Debug)]
enum Op {
    /// Samples of one message: (signal, how long before its receipt the source time is, status).
    Append(Vec<(u32, i64, u8)>),
    /// The newest message once more.
    Repeat,
    Quality(u32, u8),
    Compact,
    RollUp,
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let row = (
        0..SIGNALS,
        prop_oneof![3 => 0_i64..3, 1 => 0_i64..200, 1 => -50_i64..0],
        0_u8..3,
    );
    prop_oneof![
        8 => prop::collection::vec(row, 1..10).prop_map(Op::Append),
        2 => Just(Op::Repeat),
        2 => (0..SIGNALS, 0_u8..3).prop_map(|(signal, status)| Op::Quality(signal, status)),
        2 => Just(Op::Compact),
        1 => Just(Op::RollUp),
        1 => Just(Op::Reopen),
    ]
}

/// Signal, source time, received time, value, status: in order of arrival.
type Row = (u32, i64, i64, f64, u8);

#[derive(Default)]
struct Model {
    rows: Vec<Row>,
    /// By signal and instant.
    qualities: BTreeMap<(u32, i64), u8>,
}

impl Model {
    fn as_of(&self, t: i64) -> Vec<(u32, i64, f64, u8)> {
        let mut all = Vec::new();
        for signal in 0..SIGNALS {
            let known = self
                .rows
                .iter()
                .filter(|row| row.0 == signal && row.1 <= t && row.2 <= t);
            // Of equal times the last, but of equal values the first.
            let newest = known.reduce(|best, row| {
                let repeats = (best.1, best.3, best.4) == (row.1, row.3, row.4);
                if row.1 < best.1 || repeats { best } else { row }
            });
            let Some(newest) = newest else {
                continue;
            };
            let change = self
                .qualities
                .range((signal, i64::MIN)..=(signal, t))
                .next_back();
            let status = match change {
                Some(((_, at), status)) if *at > newest.2 => *status,
                _ => newest.4,
            };
            all.push((signal, newest.1, newest.3, status));
        }
        all
    }
}

async fn compare(historian: &Historian, model: &Model, t: i64) {
    let found = historian.as_of(Timestamp(t)).await.unwrap();
    let two = [SignalKey(2), SignalKey(0)];
    let some = historian.as_of_signals(Timestamp(t), &two).await.unwrap();
    let mut expected = found.clone();
    expected.retain(|one| two.contains(&one.signal));
    assert_eq!(some, expected, "of two signals as of {t}");
    let found: Vec<_> = found
        .iter()
        .map(|as_of| {
            assert!(as_of.sample.received.micros() <= t);
            assert!(as_of.sample.received <= as_of.since && as_of.since.micros() <= t);
            let number = as_of.sample.number();
            (
                as_of.signal.0,
                as_of.sample.time.micros(),
                number,
                as_of.quality.status as u8,
            )
        })
        .collect();
    assert_eq!(found, model.as_of(t), "as of {t}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_came_later_is_seen(
        ops in prop::collection::vec(op(), 1..40),
        tail_samples_max in prop_oneof![Just(5_usize), Just(100_000)],
        chunk_samples_max in 2_usize..40,
    ) {
        block_on(async {
            let options = Options { chunk_samples_max, tail_samples_max, ..Options::default() };
            let dir = super::folder();
            let mut historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
            let ids: Vec<_> = (0..SIGNALS).map(|n| format!("pump/{n}").into()).collect();
            historian.signal_keys(&ids).await.unwrap();
            let mut model = Model::default();
            let mut value = 0.0;
            let last = ops.len() as i64 * 10;
            for (at, op) in ops.into_iter().enumerate() {
                let now = at as i64 * 10;
                match op {
                    Op::Append(rows) => {
                        let mut batch = SampleBatch::new(BatchId(1), Timestamp(now));
                        for (signal, before, status) in rows {
                            value += 1.0;
                            let time = now - before;
                            let quality = Quality::from_bytes([status, 0]);
                            batch.push(SignalKey(signal), Timestamp(time), &Value::F64(value), quality);
                            model.rows.push((signal, time, now, value, status));
                        }
                        historian.append(&[Arc::new(batch)], Durability::Normal).await.unwrap();
                    }
                    Op::Repeat => {
                        let Some(newest) = model.rows.last().map(|row| row.2) else {
                            continue;
                        };
                        let mut batch = SampleBatch::new(BatchId(1), Timestamp(now));
                        let rows: Vec<_> = model.rows.iter().filter(|row| row.2 == newest).copied().collect();
                        for (signal, time, _, value, status) in rows {
                            let quality = Quality::from_bytes([status, 0]);
                            batch.push(SignalKey(signal), Timestamp(time), &Value::F64(value), quality);
                            model.rows.push((signal, time, now, value, status));
                        }
                        historian.append(&[Arc::new(batch)], Durability::Normal).await.unwrap();
                    }
                    Op::Quality(signal, status) => {
                        let quality = QualityTransition {
                            signal: SignalKey(signal),
                            at: Timestamp(now),
                            quality: Quality::from_bytes([status, 0]),
                        };
                        let group = Group { qualities: &[quality], ..Group::default() };
                        historian.append_group(group, Durability::Normal).await.unwrap();
                        model.qualities.insert((signal, now), status);
                    }
                    Op::Compact => while historian.compact_step(historian.newest_row()).await.unwrap().more {},
                    Op::RollUp => drop(historian.roll_up_step().await.unwrap()),
                    Op::Reopen => {
                        historian.close().await.unwrap();
                        historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
                    }
                }
                for t in [now, now / 2, now / 3 + 1, now - 7] {
                    compare(&historian, &model, t).await;
                }
            }
            while historian.compact_step(historian.newest_row()).await.unwrap().more {}
            for t in (-60..last + 20).step_by(7) {
                compare(&historian, &model, t).await;
            }
        });
    }
}

#[test]
fn what_is_received_again_was_known_before() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = Historian::open(dir.path(), NOW).await.unwrap();
        historian.signal_keys(&["a".into()]).await.unwrap();
        let append = async |received, value| {
            let mut batch = SampleBatch::new(BatchId(1), Timestamp(received));
            batch.push(
                SignalKey(0),
                Timestamp(10),
                &Value::F64(value),
                Quality::GOOD,
            );
            let rows = [Arc::new(batch)];
            historian.append(&rows, Durability::Normal).await.unwrap();
        };
        let look = async |expected: [Option<f64>; 4], received| {
            for (t, expected) in [20, 60, 80, 99].into_iter().zip(expected) {
                let found = historian.as_of(Timestamp(t)).await.unwrap();
                assert_eq!(
                    found.first().map(|of| of.sample.number()),
                    expected,
                    "as of {t}"
                );
            }
            let found = historian.raw(SignalKey(0), Timestamp(0), Timestamp(99), 9);
            assert_eq!(found.await.unwrap()[0].received, Timestamp(received));
            let found = historian.last_values(historian.newest_row()).await.unwrap();
            assert_eq!(found[0].1.received, Timestamp(received));
        };
        // In memory, within one step, against a chunk; there and back again.
        append(11, 1.0).await;
        append(50, 1.0).await;
        for _ in 0..2 {
            look([Some(1.0); 4], 11).await;
            historian
                .compact_step(historian.newest_row())
                .await
                .unwrap();
        }
        append(55, 1.0).await;
        for _ in 0..2 {
            look([Some(1.0); 4], 11).await;
            historian
                .compact_step(historian.newest_row())
                .await
                .unwrap();
        }
        append(60, 2.0).await;
        append(70, 1.0).await;
        append(90, 1.0).await;
        for _ in 0..2 {
            look([Some(1.0), Some(2.0), Some(1.0), Some(1.0)], 70).await;
            historian
                .compact_step(historian.newest_row())
                .await
                .unwrap();
        }
    });
}
