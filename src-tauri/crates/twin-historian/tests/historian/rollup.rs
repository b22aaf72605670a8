//! Rollups: any interleaving of appends, imports, late samples, compactions, steps of rolling up and restarts gives
//! columns and statistics that fit a plain map. Dense signals and small chunks, so that several levels exist.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use proptest::prelude::*;
use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{Aggregate, Columns, Durability, Historian, Options, Sample};

use super::{NOW, block_on};

const SIGNALS: u32 = 3;
type Map = BTreeMap<i64, Sample>;

/// Samples in a row: signal, first time in ms, how many, ms from one to the next, what they look like.
#[derive(Clone, Copy, Debug)]
struct Run {
    signal: u32,
    from: i64,
    count: i64,
    step: i64,
    look: u8,
}

#[derive(Clone, Debug)]
enum Op {
    Append(Run),
    Import(Run),
    /// Single samples at these times in ms.
    Late(u32, Vec<i64>),
    Compact,
    RollUp(u8),
    Reopen,
}

fn run() -> impl Strategy<Value = Run> {
    (0..SIGNALS, 0_i64..400_000, 1_i64..1_500, 1_i64..80, 0_u8..6).prop_map(
        |(signal, from, count, step, look)| Run {
            signal,
            from,
            count,
            step,
            look,
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    let times = prop::collection::vec(-5_000_i64..450_000, 1..6);
    prop_oneof![
        6 => run().prop_map(Op::Append),
        1 => run().prop_map(Op::Import),
        3 => (0..SIGNALS, times).prop_map(|(signal, times)| Op::Late(signal, times)),
        4 => Just(Op::Compact),
        4 => (1_u8..4).prop_map(Op::RollUp),
        1 => Just(Op::Reopen),
    ]
}

fn noise(seed: i64) -> u64 {
    let mut noise = seed.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..3 {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
    }
    noise
}

pub(super) fn sample(time: i64, look: u8) -> Sample {
    let noise = noise(time + i64::from(look));
    let value = match look {
        0 | 1 => Value::F64((noise % 2_000) as f64 / 100.0 - 10.0),
        2 => Value::F64(noise as f64 / 1e15),
        3 => Value::I64((noise % 5) as i64),
        4 => Value::Text(["run", "stop", "fault"][(noise % 3) as usize].into()),
        _ => match noise % 6 {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => Value::F64(f64::NAN),
            _ => Value::I64(noise as i64 >> 40),
        },
    };
    let status = if look == 0 || noise % 7 > 1 {
        0
    } else {
        (noise % 3) as u8
    };
    Sample {
        time: Timestamp(time),
        received: Timestamp(time),
        value,
        quality: Quality::from_bytes([status, 0]),
    }
}

fn samples(run: Run) -> Vec<Sample> {
    (0..run.count)
        .map(|n| sample((run.from + n * run.step) * 1_000, run.look))
        .collect()
}

pub(super) async fn append(historian: &Historian, signal: u32, samples: &[Sample]) {
    let mut batch = SampleBatch::new(BatchId(1), Timestamp(7));
    for sample in samples {
        batch.push(
            SignalKey(signal),
            sample.time,
            &sample.value,
            sample.quality,
        );
    }
    historian
        .append(&[Arc::new(batch)], Durability::Normal)
        .await
        .unwrap();
}

async fn apply(dir: &Path, options: Options, historian: &mut Historian, maps: &mut [Map], op: Op) {
    match op {
        Op::Append(run) => {
            let samples = samples(run);
            append(historian, run.signal, &samples).await;
            let map = &mut maps[run.signal as usize];
            map.extend(
                samples
                    .into_iter()
                    .map(|sample| (sample.time.micros(), sample)),
            );
        }
        Op::Import(run) => {
            let samples = samples(run);
            historian
                .import(SignalKey(run.signal), samples.clone())
                .await
                .unwrap();
            let map = &mut maps[run.signal as usize];
            for sample in samples {
                map.entry(sample.time.micros()).or_insert(sample);
            }
        }
        Op::Late(signal, times) => {
            let samples: Vec<_> = times.iter().map(|time| sample(time * 1_000, 1)).collect();
            append(historian, signal, &samples).await;
            let map = &mut maps[signal as usize];
            map.extend(
                samples
                    .into_iter()
                    .map(|sample| (sample.time.micros(), sample)),
            );
        }
        Op::Compact => {
            while historian
                .compact_step(historian.newest_row())
                .await
                .unwrap()
                .more
            {}
        }
        Op::RollUp(steps) => {
            for _ in 0..steps {
                historian.roll_up_step().await.unwrap();
            }
        }
        Op::Reopen => {
            historian.close().await.unwrap();
            *historian = Historian::open_with(dir, NOW, options).await.unwrap();
        }
    }
}

fn same(found: f64, expected: f64) -> bool {
    found == expected || (found.is_nan() && expected.is_nan())
}

fn near(found: f64, expected: f64, size: f64) -> bool {
    same(found, expected) || (found - expected).abs() <= 1e-9 * size.max(1.0)
}

pub(super) fn assert_same(found: &Aggregate, expected: &Aggregate) {
    let size = expected.min.abs().max(expected.max.abs());
    assert!(
        near(found.sum, expected.sum, size * expected.count as f64),
        "{found:?} {expected:?}"
    );
    let weight = size * expected.weighted_us as f64;
    assert!(
        near(found.integral, expected.integral, weight),
        "{found:?} {expected:?}"
    );
    let exact = |a: &Aggregate| {
        format!(
            "{:?}",
            Aggregate {
                sum: 0.0,
                integral: 0.0,
                ..a.clone()
            }
        )
    };
    assert_eq!(exact(found), exact(expected));
}

/// What the description of `Columns` promises.
pub(super) fn check_columns(map: &Map, columns: &Columns, t0: i64, t1: i64, width: u32) {
    let mut at = 0;
    let mut end = columns.len();
    if let Some((time, before)) = map.range(..t0).next_back() {
        assert_eq!(
            (columns.t_first[0].micros(), columns.t_last[0].micros()),
            (*time, *time)
        );
        assert!(
            same(columns.last[0], before.number()) && columns.status[0] == before.quality.status
        );
        at = 1;
    }
    if let Some((time, after)) = map.range(t1..).next() {
        end -= 1;
        assert_eq!(
            (columns.t_first[end].micros(), columns.t_last[end].micros()),
            (*time, *time)
        );
        assert!(
            same(columns.first[end], after.number()) && columns.status[end] == after.quality.status
        );
    }
    let span = i128::from(t1) - i128::from(t0);
    let pixel = |time: i64| (i128::from(time) - i128::from(t0)) * i128::from(width) / span;
    let mut expected = map.range(t0..t1).peekable();
    let mut last_pixel = -1;
    for at in at..end {
        let (first, last) = (columns.t_first[at].micros(), columns.t_last[at].micros());
        assert_eq!(
            expected.peek().map(|(time, _)| **time),
            Some(first),
            "column {at} begins elsewhere"
        );
        let mut inside = Vec::new();
        while let Some((_, sample)) = expected.next_if(|(time, _)| **time <= last) {
            inside.push(sample);
        }
        let exact = Aggregate::of(inside.iter().copied()).unwrap();
        assert_eq!(exact.t_last.micros(), last);
        assert_eq!(columns.count[at], exact.count);
        assert!(
            same(columns.min[at], exact.min) && same(columns.max[at], exact.max),
            "{at} {exact:?}"
        );
        assert!(same(columns.first[at], exact.first) && same(columns.last[at], exact.last));
        assert_eq!(columns.status[at], exact.worst);
        let gap = columns.max_gap[at];
        assert!(
            gap == exact.max_gap
                || (gap < exact.max_gap
                    && i128::from(exact.max_gap.micros()) * i128::from(width) <= span)
        );
        assert!(pixel(first) > last_pixel, "two columns in a pixel");
        last_pixel = pixel(first);
        let over =
            (i128::from(last) - i128::from(t0)) * i128::from(width) - (last_pixel + 1) * span;
        assert!(
            over * 8 < span * 9,
            "more than a pixel and an eighth too far"
        );
    }
    assert!(expected.next().is_none(), "samples in no column");
}

async fn compare(historian: &Historian, maps: &[Map], (from, span, width): (i64, i64, u32)) {
    let (t0, t1) = (from * 1_000, (from + span) * 1_000);
    let keys: Vec<_> = (0..SIGNALS).map(SignalKey).collect();
    let (begin, end) = (Timestamp(t0), Timestamp(t1));
    let all = historian.ranges(&keys, begin, end, width).await.unwrap();
    let borders: Vec<_> = [
        t0,
        t0 + (t1 - t0) / 3,
        t0 + (t1 - t0) / 3 + 1,
        t1,
        t1,
        t1 + 100_000_000,
    ]
    .map(Timestamp)
    .into();
    let cells = historian.aggregates(&keys, &borders).await.unwrap();
    for (signal, map) in maps.iter().enumerate() {
        check_columns(map, &all[signal], t0, t1, width);
        let alone = historian
            .range(keys[signal], begin, end, width)
            .await
            .unwrap();
        assert_eq!(format!("{alone:?}"), format!("{:?}", all[signal]));
        for (cell, borders) in cells[signal].iter().zip(borders.windows(2)) {
            let inside = map.range(borders[0].micros()..borders[1].micros());
            let expected = Aggregate::of(inside.map(|(_, sample)| sample));
            match (cell, &expected) {
                (Some(cell), Some(expected)) => assert_same(cell, expected),
                _ => assert_eq!(cell.is_some(), expected.is_some()),
            }
        }
    }
}

async fn roll_up(historian: &Historian) {
    while historian.roll_up_step().await.unwrap().more {}
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn rollups_say_what_the_samples_say(
        ops in prop::collection::vec(op(), 1..20),
        chunk_samples_max in 10_usize..300,
        tail_samples_max in prop_oneof![Just(100_usize), Just(100_000)],
        queries in prop::collection::vec((-10_000_i64..450_000, 1_i64..500_000, 1_u32..400), 4),
    ) {
        block_on(async {
            let options = Options { chunk_samples_max, tail_samples_max, ..Options::default() };
            let dir = super::folder();
            let mut historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
            let ids: Vec<_> = (0..SIGNALS).map(|n| format!("pump/{n}").into()).collect();
            historian.signal_keys(&ids).await.unwrap();
            let mut maps = vec![Map::new(); SIGNALS as usize];
            for (at, op) in ops.into_iter().enumerate() {
                apply(dir.path(), options, &mut historian, &mut maps, op).await;
                compare(&historian, &maps, queries[at % queries.len()]).await;
            }
            while historian.compact_step(historian.newest_row()).await.unwrap().more {}
            roll_up(&historian).await;
            for query in queries {
                compare(&historian, &maps, query).await;
            }
        });
    }
}

/// One signal at 100 Hz over ten minutes, rolled up.
pub(super) async fn dense(dir: &Path) -> (Historian, Map) {
    let options = Options {
        chunk_samples_max: 200,
        ..Options::default()
    };
    let historian = Historian::open_with(dir, NOW, options).await.unwrap();
    historian.signal_keys(&["pump/speed".into()]).await.unwrap();
    let run = Run {
        signal: 0,
        from: 0,
        count: 60_000,
        step: 10,
        look: 0,
    };
    let samples = samples(run);
    append(&historian, 0, &samples).await;
    while historian
        .compact_step(historian.newest_row())
        .await
        .unwrap()
        .more
    {}
    roll_up(&historian).await;
    let map = samples
        .into_iter()
        .map(|sample| (sample.time.micros(), sample))
        .collect();
    (historian, map)
}
