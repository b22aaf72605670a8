//! Importing: straight into chunks, and what history has already stays.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{Durability, Historian, Imported, Options, Sample};

use super::{NOW, block_on};

const SIGNAL: SignalKey = SignalKey(0);

fn sample(time: i64, received: i64, value: i64) -> Sample {
    Sample {
        time: Timestamp(time),
        received: Timestamp(received),
        value: Value::I64(value),
        quality: Quality::GOOD,
    }
}

async fn append(historian: &Historian, samples: &[Sample]) {
    let batches: Vec<_> = samples
        .iter()
        .map(|sample| {
            let mut batch = SampleBatch::new(BatchId(1), sample.received);
            batch.push(SIGNAL, sample.time, &sample.value, sample.quality);
            Arc::new(batch)
        })
        .collect();
    historian
        .append(&batches, Durability::Normal)
        .await
        .unwrap();
}

async fn stored(historian: &Historian) -> Vec<Sample> {
    let samples = historian.raw(SIGNAL, Timestamp::MIN, Timestamp::MAX, usize::MAX);
    samples.await.unwrap()
}

#[derive(Clone, Debug)]
enum Op {
    Append(Vec<(i64, i64)>),
    Import(Vec<(i64, i64)>),
    Compact,
}

fn op() -> impl Strategy<Value = Op> {
    let rows = || prop::collection::vec((0_i64..200, 0_i64..3), 0..60);
    prop_oneof![
        rows().prop_map(Op::Append),
        rows().prop_map(Op::Import),
        rows().prop_map(|mut rows| {
            rows.sort_unstable();
            Op::Import(rows)
        }),
        Just(Op::Compact),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn imported_samples_fill_gaps_and_replace_nothing(
        ops in prop::collection::vec(op(), 1..12),
        chunk_samples_max in 1_usize..60,
        tail_samples_max in 10_usize..300,
    ) {
        block_on(async {
            let dir = super::folder();
            let options = Options { chunk_samples_max, tail_samples_max, ..Options::default() };
            let historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
            historian.signal_keys(&["a".into()]).await.unwrap();
            let mut model: BTreeMap<i64, Sample> = BTreeMap::new();
            for (received, op) in (1_000..).zip(ops) {
                match op {
                    Op::Append(rows) => {
                        let samples: Vec<_> = rows.iter().map(|(t, v)| sample(*t, received, *v)).collect();
                        append(&historian, &samples).await;
                        for sample in samples {
                            let known = model.get(&sample.time.micros());
                            if known.is_none_or(|known| known.value != sample.value) {
                                model.insert(sample.time.micros(), sample);
                            }
                        }
                    }
                    Op::Import(rows) => {
                        // Every third was received when it was true.
                        let of = |(t, v): &(i64, i64)| sample(*t, if t % 3 == 0 { *t } else { received }, *v);
                        let samples: Vec<_> = rows.iter().map(of).collect();
                        let wanted: BTreeMap<i64, Sample> =
                            samples.iter().map(|s| (s.time.micros(), s.clone())).collect();
                        let mut expected = Imported {
                            present: (samples.len() - wanted.len()) as u64,
                            ..Imported::default()
                        };
                        for (time, sample) in wanted {
                            match model.get(&time) {
                                None => {
                                    expected.written += 1;
                                    model.insert(time, sample);
                                }
                                Some(known) if known.value == sample.value => expected.present += 1,
                                Some(_) => expected.differing += 1,
                            }
                        }
                        assert_eq!(historian.import(SIGNAL, samples).await.unwrap(), expected);
                    }
                    Op::Compact => {
                        while historian.compact_step(historian.newest_row()).await.unwrap().more {}
                    }
                }
                let expected: Vec<_> = model.values().cloned().collect();
                assert_eq!(stored(&historian).await, expected);
            }
            assert_eq!(historian.check().await.unwrap().faults, Vec::<twin_core::Said>::new());
        });
    }
}

#[test]
fn an_import_of_many_samples_makes_full_chunks_and_can_be_repeated() {
    block_on(async {
        let dir = super::folder();
        let historian = super::open(dir.path()).await;
        historian.signal_keys(&["a".into()]).await.unwrap();
        let samples: Vec<_> = (0..150_000)
            .map(|n| sample(n * 100_000, 7, n / 10))
            .collect();
        let all = Imported {
            written: 150_000,
            ..Imported::default()
        };
        let done = historian.import(SIGNAL, samples.clone()).await.unwrap();
        assert_eq!(done, all);
        assert_eq!(stored(&historian).await, samples);
        let again = Imported {
            present: 150_000,
            ..Imported::default()
        };
        let done = historian.import(SIGNAL, samples.clone()).await.unwrap();
        assert_eq!(done, again);
        historian.close().await.unwrap();
        let historian = super::open(dir.path()).await;
        assert_eq!(stored(&historian).await, samples);
    });
}

#[test]
fn long_texts_fill_neither_memory_nor_a_chunk() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            tail_samples_max: 1_000,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        historian.signal_keys(&["a".into()]).await.unwrap();
        let text = |n: i64| Value::Text(format!("{n:08}{}", "x".repeat(1_000_000)).into());
        for row in 0..8 {
            let mut batch = SampleBatch::new(BatchId(1), Timestamp(row));
            for n in row * 10..row * 10 + 10 {
                batch.push(SIGNAL, Timestamp(n), &text(n), Quality::GOOD);
            }
            let rows = [Arc::new(batch)];
            historian.append(&rows, Durability::Normal).await.unwrap();
        }
        assert!(
            historian.tail_samples() <= 60,
            "{}",
            historian.tail_samples()
        );
        assert!(historian.compaction_due(historian.newest_row()));
        let mut steps = 1;
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {
            steps += 1;
        }
        assert!(steps > 1, "all in one step");
        let late = sample(1_000, 1_000, 1);
        append(&historian, &[late]).await;
        let step = historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        // Heavy chunks are left alone by what comes behind them.
        assert!(step.chunks_replaced <= 1, "{step:?}");
        let chunks = "SELECT max(length(data)), count(*), 0 FROM chunk_data";
        let file = dir.path().join("telemetry.db");
        let chunks = super::storage::numbers(&file, chunks).await;
        assert!(chunks[0].0 < 5 << 20, "{chunks:?}");
        assert!(chunks[0].1 < 30, "{chunks:?}");
        let found = stored(&historian).await;
        assert_eq!(found.len(), 81);
        assert!((0..80).all(|n| found[n as usize].value == text(n)));
    });
}

#[test]
fn single_samples_fill_memory_no_more_than_many() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            tail_samples_max: 1_000_000,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        for row in 0..17 {
            let samples: Vec<_> = (row * 10_000..row * 10_000 + 10_000)
                .map(|n| sample(n, n, 1))
                .collect();
            append(&historian, &samples).await;
        }
        assert!(
            historian.tail_samples() < 160_000,
            "{}",
            historian.tail_samples()
        );
        let last = historian.raw(SIGNAL, Timestamp(5), Timestamp(15), 3).await;
        assert_eq!(last.unwrap().len(), 3);
    });
}
