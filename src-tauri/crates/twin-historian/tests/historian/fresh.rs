//! Samples that lie in memory, in chunks, or some here and some there: the answer is the same, whether they came in order,
//! late, twice, or with another value for the same instant.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{Aggregate, Columns, Durability, Historian, Options, Sample};

use super::{
    NOW, block_on,
    rollup::{assert_same, check_columns},
};

const SIGNALS: u32 = 3;
const BATCH: usize = 40;

type Map = BTreeMap<i64, Sample>;

/// What a signal is made of: measures, a state that steps, or everything at once.
fn value(signal: u32, noise: i64) -> Value {
    match (signal, noise % 7) {
        (0, 0) => Value::F64(f64::NAN),
        (0, _) => Value::F64((noise % 1_000) as f64 / 8.0 + 0.0625),
        (1, n) => Value::Text(["run", "stop"][usize::from(n > 3)].into()),
        (_, 0) => Value::Null,
        (_, 1) => Value::Bool(noise % 2 == 0),
        (_, 2) => Value::F64(f64::INFINITY),
        (_, n) => Value::I64(n * 3 + 1),
    }
}

#[derive(Clone, Debug)]
struct Row {
    signal: u32,
    time: i64,
    noise: i64,
    status: u8,
}

/// Rows of a plant that goes on in time, with pauses; some late, some once more, some once more with another value.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let step = prop_oneof![20 => 1_i64..4, 1 => 50_i64..400];
    let slip = prop_oneof![30 => Just(0_i64), 2 => Just(1_i64), 1 => 2_i64..200];
    let status = prop_oneof![12 => Just(0_u8), 1 => 1_u8..3];
    let row = (0..SIGNALS, step, slip, 0_i64..1_000, status);
    prop::collection::vec(row, 1..900).prop_map(|rows| {
        let mut now = 0;
        let mut seen: Vec<Row> = Vec::new();
        for (signal, step, slip, noise, status) in rows {
            let again = (slip == 1).then(|| seen.last().cloned()).flatten();
            now += step;
            let new = Row {
                signal,
                time: now - slip,
                noise,
                status,
            };
            seen.push(match again {
                Some(last) if noise % 2 == 0 => last,
                Some(last) => Row { noise, ..last },
                None => new,
            });
        }
        seen
    })
}

fn sample(row: &Row) -> Sample {
    Sample {
        time: Timestamp(row.time),
        received: Timestamp(7),
        value: value(row.signal, row.noise),
        quality: Quality::from_bytes([row.status, 0]),
    }
}

async fn append(historian: &Historian, rows: &[Row], maps: &mut [Map]) {
    for part in rows.chunks(BATCH) {
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(7));
        for row in part {
            let sample = sample(row);
            let signal = SignalKey(row.signal);
            batch.push(signal, sample.time, &sample.value, sample.quality);
            maps[row.signal as usize].insert(row.time, sample);
        }
        let batches = [Arc::new(batch)];
        let appended = historian.append(&batches, Durability::Normal);
        appended.await.unwrap();
    }
}

async fn compact(historian: &Historian) {
    while historian
        .compact_step(historian.newest_row())
        .await
        .unwrap()
        .more
    {}
}

/// What must be the same wherever samples lie; only a chunk within one pixel does not tell its gaps.
fn told(columns: &Columns) -> String {
    let columns = Columns {
        max_gap: Vec::new(),
        ..columns.clone()
    };
    format!("{columns:?}")
}

/// Compares with the maps, sample by sample; gives what was answered.
async fn answers(
    historian: &Historian,
    maps: &[Map],
    (t0, t1, width): (i64, i64, u32),
    all_in_memory: bool,
) -> Vec<String> {
    let keys: Vec<_> = (0..SIGNALS).map(SignalKey).collect();
    let (from, to) = (Timestamp(t0), Timestamp(t1));
    let drawn = historian.ranges(&keys, from, to, width).await.unwrap();
    let borders = [t0, t0 + (t1 - t0) / 3, t1].map(Timestamp);
    let cells = historian.aggregates(&keys, &borders).await.unwrap();
    for (signal, map) in maps.iter().enumerate() {
        check_columns(map, &drawn[signal], t0, t1, width);
        for (at, first) in drawn[signal].t_first.iter().enumerate() {
            let of_column = map.range(first.micros()..=drawn[signal].t_last[at].micros());
            let exact = Aggregate::of(of_column.map(|(_, sample)| sample)).unwrap();
            let gap = drawn[signal].max_gap[at];
            assert!(gap == exact.max_gap || !all_in_memory, "{gap:?} {exact:?}");
        }
        for (cell, borders) in cells[signal].iter().zip(borders.windows(2)) {
            let inside = map.range(borders[0].micros()..borders[1].micros());
            match (cell, Aggregate::of(inside.map(|(_, sample)| sample))) {
                (Some(cell), Some(exact)) => assert_same(cell, &exact),
                (cell, exact) => assert_eq!(cell.is_some(), exact.is_some()),
            }
        }
    }
    drawn.iter().map(told).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_where_samples_lie(
        rows in rows(),
        cut in 0.0..1.0,
        chunk_samples_max in 5_usize..120,
        tail_samples_max in prop_oneof![3 => Just(100_000_usize), 1 => Just(60)],
        queries in prop::collection::vec((-50_i64..1_500, 1_i64..2_500, 1_u32..60), 5),
    ) {
        block_on(async {
            let options = Options { chunk_samples_max, tail_samples_max, ..Options::default() };
            let (memory, mixed) = (super::folder(), super::folder());
            let ids: Vec<_> = (0..SIGNALS).map(|n| format!("pump/{n}").into()).collect();
            let mut histories = Vec::new();
            for dir in [&memory, &mixed] {
                let historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
                historian.signal_keys(&ids).await.unwrap();
                histories.push(historian);
            }
            let mut maps = vec![Map::new(); SIGNALS as usize];
            append(&histories[0], &rows, &mut maps).await;
            let (stored, fresh) = rows.split_at((rows.len() as f64 * cut) as usize);
            append(&histories[1], stored, &mut maps).await;
            compact(&histories[1]).await;
            append(&histories[1], fresh, &mut maps).await;
            let mut expected = Vec::new();
            for (from, span, width) in &queries {
                let query = (*from, from + span, *width);
                let in_memory = answers(&histories[0], &maps, query, true).await;
                assert_eq!(answers(&histories[1], &maps, query, false).await, in_memory);
                expected.push(in_memory);
            }
            compact(&histories[0]).await;
            assert_eq!(histories[0].tail_samples(), 0);
            for ((from, span, width), in_memory) in queries.iter().zip(expected) {
                let query = (*from, from + span, *width);
                assert_eq!(answers(&histories[0], &maps, query, false).await, in_memory);
            }
        });
    }
}
