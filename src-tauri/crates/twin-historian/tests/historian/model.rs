//! Any interleaving of appends (late, duplicate, out of order), compactions, retention, restarts and queries gives what
//! a plain map gives.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use proptest::prelude::*;
use twin_core::{BatchId, Duration, Quality, SampleBatch, SignalKey, Status, Timestamp, Value};
use twin_historian::{Columns, Durability, Historian, JournalRow, Keep, Options, Policy, Sample};

use super::{NOW, block_on};

const SIGNALS: u32 = 3;

#[derive(Clone, Debug)]
enum Op {
    /// One append of several batches of (signal, time, value, quality).
    Append(Vec<Vec<(u32, i64, Value, Quality)>>, Durability),
    /// Moves the oldest rows up to this part of the journal.
    Compact(f64),
    /// Keeps what is not older than this.
    Retain(i64),
    Reopen,
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-1_000_i32..1_000).prop_map(|v| Value::F64(f64::from(v) / 8.0 + 0.0625)),
        1 => Just(Value::F64(f64::NAN)),
        1 => Just(Value::F64(f64::INFINITY)),
        2 => (-50_i64..50).prop_map(|v| Value::I64(v * 2 + 1)),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => "[a-c]{1,2}".prop_map(|text| Value::Text(text.into())),
        1 => Just(Value::Null),
    ]
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![20 => 0_i64..120, 1 => Just(i64::MIN), 1 => Just(i64::MAX), 2 => 1_000_i64..1_010]
}

fn op() -> impl Strategy<Value = Op> {
    let quality =
        (0_u8..3, 0_u8..17).prop_map(|(status, reason)| Quality::from_bytes([status, reason]));
    let row = (0..SIGNALS, time(), value(), quality);
    let batches = prop::collection::vec(prop::collection::vec(row, 0..12), 0..3);
    let durability = prop_oneof![Just(Durability::Normal), Just(Durability::Full)];
    prop_oneof![
        6 => (batches, durability).prop_map(|(batches, durability)| Op::Append(batches, durability)),
        3 => (0.0..1.2).prop_map(Op::Compact),
        1 => (0_i64..130).prop_map(Op::Retain),
        1 => Just(Op::Reopen),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    (1_usize..80, 1_usize..40, 1_usize..10).prop_map(
        |(tail_samples_max, step_samples_max, chunk_samples_max)| Options {
            telemetry_pages_max: None,
            tail_samples_max,
            step_samples_max,
            chunk_samples_max,
            spent_bytes_max: 10_000,
            ..Options::default()
        },
    )
}

#[derive(Default)]
struct Model {
    signals: HashMap<u32, BTreeMap<i64, Sample>>,
    /// Signal and sample of each journal row, in order of arrival.
    rows: Vec<(JournalRow, u32, Sample)>,
    /// Rows up to this one are in chunks.
    compacted: i64,
}

fn same(a: &Sample, b: &Sample) -> bool {
    format!("{:?}", (a.time, &a.value, a.quality)) == format!("{:?}", (b.time, &b.value, b.quality))
}

async fn apply(
    dir: &Path,
    options: Options,
    historian: &mut Historian,
    model: &mut Model,
    op: Op,
    at: i64,
) {
    match op {
        Op::Append(groups, durability) => {
            let before = historian.newest_row();
            let next = JournalRow(before.0 + 1);
            let mut batches = Vec::new();
            for (n, rows) in groups.into_iter().enumerate() {
                let received = Timestamp(at * 10 + n as i64);
                let mut batch = SampleBatch::new(BatchId(at as u64), received);
                for (signal, time, value, quality) in rows {
                    batch.push(SignalKey(signal), Timestamp(time), &value, quality);
                    let sample = Sample {
                        time: Timestamp(time),
                        received,
                        value,
                        quality,
                    };
                    model.rows.push((next, signal, sample.clone()));
                    let samples = model.signals.entry(signal).or_default();
                    // The same again is no other sample: what was received first stays.
                    if samples.get(&time).is_none_or(|known| !same(known, &sample)) {
                        samples.insert(time, sample);
                    }
                }
                batches.push(Arc::new(batch));
            }
            let row = historian.append(&batches, durability).await.unwrap();
            let grew = batches.iter().any(|batch| !batch.is_empty());
            assert_eq!(row, JournalRow(before.0 + i64::from(grew)));
        }
        Op::Compact(part) => {
            let upto = JournalRow((historian.newest_row().0 as f64 * part) as i64);
            while historian.compact_step(upto).await.unwrap().more {}
            let upto = upto.0.min(historian.newest_row().0);
            model.compacted = model.compacted.max(upto);
        }
        Op::Retain(cut) => retain(dir, historian, model, cut).await,
        Op::Reopen => {
            let newest = historian.newest_row();
            historian.close().await.unwrap();
            *historian = Historian::open_with(dir, NOW, options).await.unwrap();
            assert_eq!(historian.newest_row(), newest);
        }
    }
}

/// Signal, first and last source time of every chunk.
async fn chunks(dir: &Path) -> Vec<(u32, i64, i64)> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("telemetry.db"));
    let mut connection = options.connect().await.unwrap();
    let chunks = sqlx::query_as("SELECT signal, t_min, t_max FROM chunk");
    let chunks = chunks.fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    chunks
}

/// Whole chunks go, so that how much of the old goes is free: but none that is not old, and nothing changes otherwise.
async fn retain(dir: &Path, historian: &Historian, model: &mut Model, cut: i64) {
    let policy = Policy {
        default: Keep {
            raw: Some(Duration(1_000)),
            rollups: Some(Duration(0)),
        },
        ..Policy::default()
    };
    let (mut said, now) = (0, Timestamp(cut + 1_000));
    loop {
        let removed = historian.retain(now, &policy).await.unwrap();
        said += removed.samples;
        if !removed.more {
            break;
        }
    }
    let chunks = chunks(dir).await;
    let mut gone = 0;
    let Model {
        signals,
        rows,
        compacted,
    } = model;
    for (signal, samples) in signals {
        let key = SignalKey(*signal);
        let left = historian.raw(key, Timestamp::MIN, Timestamp::MAX, usize::MAX);
        let mut left: BTreeMap<i64, Sample> = left
            .await
            .unwrap()
            .into_iter()
            .map(|sample| (sample.time.micros(), sample))
            .collect();
        // A range does not include its end.
        left.extend(samples.remove_entry(&i64::MAX));
        for (time, sample) in &*samples {
            match left.get(time) {
                Some(found) => assert!(same(found, sample), "{found:?} {sample:?}"),
                None => assert!(*time < cut, "{sample:?} is gone, cut {cut}"),
            }
        }
        gone += samples
            .keys()
            .filter(|time| !left.contains_key(time))
            .count() as u64;
        assert!(
            left.keys()
                .all(|time| *time == i64::MAX || samples.contains_key(time))
        );
        *samples = left;
        rows.retain(|(row, of, sample)| {
            let is_in = |(of, from, to): &(u32, i64, i64)| {
                of == signal && (*from..=*to).contains(&sample.time.micros())
            };
            of != signal || row.0 > *compacted || chunks.iter().any(is_in)
        });
    }
    assert!(said >= gone, "{said} said to be removed, {gone} are gone");
}

/// What [`Historian::range`] must give, worked out sample by sample.
fn columns(samples: &BTreeMap<i64, Sample>, t0: i64, t1: i64, width: u32) -> Columns {
    let mut groups: BTreeMap<i128, Vec<&Sample>> = BTreeMap::new();
    let span = i128::from(t1) - i128::from(t0);
    for (time, sample) in samples {
        let pixel = match *time {
            time if time < t0 => -1,
            time if time >= t1 => i128::from(width),
            time => (i128::from(time) - i128::from(t0)) * i128::from(width) / span,
        };
        groups.entry(pixel).or_default().push(sample);
    }
    let mut columns = Columns::default();
    for (pixel, mut group) in groups {
        if pixel < 0 {
            group.drain(..group.len() - 1);
        } else if pixel >= i128::from(width) {
            group.truncate(1);
        }
        let (first, last) = (group[0], group[group.len() - 1]);
        let numbers = || group.iter().map(|sample| sample.number());
        columns.t_first.push(first.time);
        columns.t_last.push(last.time);
        columns.min.push(numbers().fold(f64::NAN, f64::min));
        columns.max.push(numbers().fold(f64::NAN, f64::max));
        columns.first.push(first.number());
        columns.last.push(last.number());
        columns.status.push(
            group
                .iter()
                .map(|sample| sample.quality.status)
                .max()
                .unwrap_or(Status::Good),
        );
        columns.count.push(group.len() as u64);
        let gaps = group
            .windows(2)
            .map(|pair| pair[1].time.since(pair[0].time));
        columns.max_gap.push(gaps.max().unwrap_or_default());
    }
    columns
}

/// NaN is equal to NaN here.
fn assert_same<T: std::fmt::Debug>(found: &T, expected: &T) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

async fn compare(historian: &Historian, model: &Model, t0: i64, t1: i64, width: u32, limit: usize) {
    for signal in 0..SIGNALS {
        let empty = BTreeMap::new();
        let samples = model.signals.get(&signal).unwrap_or(&empty);
        let (key, from, to) = (SignalKey(signal), Timestamp(t0), Timestamp(t1));
        let mut found = historian.range(key, from, to, width).await.unwrap();
        let expected = columns(samples, t0, t1, width);
        // A chunk that lies in one pixel and is not rolled up yet does not tell its gaps.
        assert!(
            found
                .max_gap
                .iter()
                .zip(&expected.max_gap)
                .all(|(found, expected)| found <= expected)
        );
        found.max_gap.clone_from(&expected.max_gap);
        assert_same(&found, &expected);
        let expected: Vec<_> = samples
            .range(t0..t1)
            .take(limit)
            .map(|(_, sample)| sample.clone())
            .collect();
        assert_same(
            &historian.raw(key, from, to, limit).await.unwrap(),
            &expected,
        );
    }
    // Any row from the last one in chunks to the newest.
    let rows = historian.newest_row().0 - model.compacted + 1;
    let upto = JournalRow(model.compacted + t1.rem_euclid(rows));
    let newest = |signal: u32| {
        let of = |(row, of, sample)| (row <= upto && of == signal).then_some(sample);
        let samples = model.rows.iter().cloned().filter_map(of);
        let last = |best: Sample, sample: Sample| {
            if sample.time < best.time || same(&best, &sample) {
                best
            } else {
                sample
            }
        };
        Some((SignalKey(signal), samples.reduce(last)?))
    };
    let expected: Vec<_> = (0..SIGNALS).filter_map(newest).collect();
    assert_same(&historian.last_values(upto).await.unwrap(), &expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn history_is_what_a_map_would_be(
        ops in prop::collection::vec(op(), 1..25),
        options in options(),
        queries in prop::collection::vec((0_i64..130, 1_i64..130, 1_u32..20, 1_usize..30), 6),
    ) {
        block_on(async {
            let dir = super::folder();
            let mut historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
            let ids: Vec<_> = (0..SIGNALS).map(|n| format!("pump/{n}").into()).collect();
            historian.signal_keys(&ids).await.unwrap();
            let mut model = Model::default();
            for (at, op) in ops.into_iter().enumerate() {
                apply(dir.path(), options, &mut historian, &mut model, op, at as i64).await;
                let (t0, span, width, limit) = queries[at % queries.len()];
                compare(&historian, &model, t0, t0 + span, width, limit).await;
            }
            compare(&historian, &model, i64::MIN, i64::MAX, 7, usize::MAX).await;
            assert_eq!(historian.check().await.unwrap().faults, Vec::<twin_core::Said>::new());
        });
    }
}

#[test]
fn rows_after_gives_what_was_appended() {
    block_on(async {
        let dir = super::folder();
        let historian = super::open(dir.path()).await;
        let groups = [
            vec![super::batch(&[(0, 1, 1.0)]), super::batch(&[(1, 1, 2.0)])],
            vec![super::batch(&[(0, 2, 3.0)])],
            vec![super::batch(&[(0, 3, 4.0)])],
        ];
        for group in &groups {
            historian.append(group, Durability::Full).await.unwrap();
        }
        let rows = historian.rows_after(JournalRow(0), 2).await.unwrap();
        let expected: Vec<_> = [(1, &groups[0][0]), (1, &groups[0][1]), (2, &groups[1][0])]
            .map(|(row, batch)| (JournalRow(row), SampleBatch::clone(batch)))
            .into();
        assert_eq!(rows, expected);
        historian.compact_step(JournalRow(2)).await.unwrap();
        let rows = historian.rows_after(JournalRow(0), 100).await.unwrap();
        assert_eq!(rows, [(JournalRow(3), SampleBatch::clone(&groups[2][0]))]);
    });
}

#[test]
fn last_values_know_nothing_of_rows_that_will_be_replayed() {
    block_on(async {
        // In memory, and with a tail so small that the file has to be read.
        for tail_samples_max in [1_000, 1] {
            let dir = super::folder();
            let options = Options {
                tail_samples_max,
                ..Options::default()
            };
            let historian = Historian::open_with(dir.path(), NOW, options)
                .await
                .unwrap();
            historian
                .signal_keys(&["a".into(), "b".into(), "c".into()])
                .await
                .unwrap();
            let rows = [
                super::batch(&[(0, 100, 1.0), (1, 100, 1.0)]),
                super::batch(&[(0, 90, 2.0), (1, 110, 2.0)]),
                // From here on unsettled: older, newer, of the same instant, of a signal not seen before.
                super::batch(&[(0, 95, 3.0), (1, 120, 3.0)]),
                super::batch(&[(0, 100, 4.0), (1, 60, 4.0), (2, 1, 4.0)]),
            ];
            for row in rows {
                historian.append(&[row], Durability::Full).await.unwrap();
            }
            let values = async |upto| {
                let found = historian.last_values(JournalRow(upto)).await.unwrap();
                found
                    .into_iter()
                    .map(|(key, sample)| (key.0, sample.time.micros(), sample.number()))
                    .collect::<Vec<_>>()
            };
            let settled = [(0, 100, 1.0), (1, 110, 2.0)];
            assert_eq!(values(0).await, []);
            assert_eq!(values(1).await, [(0, 100, 1.0), (1, 100, 1.0)]);
            assert_eq!(values(2).await, settled);
            assert_eq!(values(3).await, [(0, 100, 1.0), (1, 120, 3.0)]);
            let all = [(0, 100, 4.0), (1, 120, 3.0), (2, 1, 4.0)];
            assert_eq!(values(4).await, all);
            historian.compact_step(JournalRow(2)).await.unwrap();
            assert_eq!(values(2).await, settled, "from chunks");
            assert_eq!(values(4).await, all);
            let of = [SignalKey(2), SignalKey(0), SignalKey(2), SignalKey(7)];
            let found = historian.last_values_of(&of).await.unwrap();
            let found: Vec<_> = found.iter().map(|(key, s)| (key.0, s.number())).collect();
            assert_eq!(found, [(0, 4.0), (2, 4.0)]);
        }
    });
}

#[test]
fn signal_keys_are_dense_and_stay() {
    block_on(async {
        let dir = super::folder();
        let historian = super::open(dir.path()).await;
        let ids = |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<_>>();
        let keys = historian.signal_keys(&ids(&["b", "a"])).await.unwrap();
        assert_eq!(keys, [SignalKey(0), SignalKey(1)]);
        historian.close().await.unwrap();
        let historian = super::open(dir.path()).await;
        let keys = historian
            .signal_keys(&ids(&["c", "a", "c", "b"]))
            .await
            .unwrap();
        assert_eq!(
            keys,
            [SignalKey(2), SignalKey(1), SignalKey(2), SignalKey(0)]
        );
        let all = historian.signals().await.unwrap();
        assert_eq!(
            all,
            [
                (SignalKey(0), "b".into()),
                (SignalKey(1), "a".into()),
                (SignalKey(2), "c".into())
            ]
        );
    });
}

#[test]
fn live_samples_fill_chunks_and_a_trend_is_quick() {
    block_on(async {
        let dir = super::folder();
        let historian = super::open(dir.path()).await;
        historian.signal_keys(&["pump/speed".into()]).await.unwrap();
        // 15 minutes at 10 Hz; the last minute stays in the journal.
        for second in 0..900_i64 {
            let rows: Vec<_> = (0..10)
                .map(|n| (0, second * 1_000_000 + n * 100_000, (second % 60) as f64))
                .collect();
            let row = historian
                .append(&[super::batch(&rows)], Durability::Normal)
                .await
                .unwrap();
            if second % 60 == 0 {
                historian.compact_step(row).await.unwrap();
            }
        }
        let mut best = std::time::Duration::MAX;
        for _ in 0..5 {
            let begin = tokio::time::Instant::now();
            let end = Timestamp::from_secs(900);
            let columns = historian
                .range(SignalKey(0), Timestamp(0), end, 1_000)
                .await
                .unwrap();
            best = best.min(begin.elapsed());
            assert_eq!(columns.len(), 1_000);
        }
        println!("15 minutes of one signal in {best:?}");
        assert!(
            best < std::time::Duration::from_millis(60),
            "15 minutes of one signal took {best:?}"
        );
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {}
        assert_eq!(historian.tail_samples(), 0);
        assert_eq!(super::all(&historian, 0).await.len(), 9_000);
    });
}
