//! Journal, chunks and arrivals from outside: old files, corrections, broken-off steps, damaged received times.

use std::{future::poll_fn, path::Path, pin::pin, sync::Arc, task::Poll};

use twin_core::{BatchId, Quality, Reason, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{Durability, Historian, JournalRow, Options, Sample};

use super::{NOW, all, block_on, open, sql};

fn batch(received: i64, rows: &[(u32, i64, f64, Quality)]) -> Arc<SampleBatch> {
    let mut batch = SampleBatch::new(BatchId(1), Timestamp(received));
    for (signal, time, value, quality) in rows {
        batch.push_f64(SignalKey(*signal), Timestamp(*time), *value, *quality);
    }
    Arc::new(batch)
}

async fn samples(historian: &Historian, signal: u32) -> Vec<Sample> {
    let key = SignalKey(signal);
    let samples = historian.raw(key, Timestamp::MIN, Timestamp::MAX, usize::MAX);
    samples.await.unwrap()
}

async fn compact(historian: &Historian) -> twin_historian::Progress {
    historian
        .compact_step(historian.newest_row())
        .await
        .unwrap()
}

pub(super) async fn numbers(file: &Path, query: &'static str) -> Vec<(i64, i64, i64)> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();
    let rows = sqlx::query_as(query).fetch_all(&mut connection).await;
    connection.close().await.unwrap();
    rows.unwrap()
}

/// What the program of schema 1 put into the fixture: 30 rows of 10 samples a signal.
fn fixture_samples() -> [Vec<Sample>; 2] {
    let mut signals = [Vec::new(), Vec::new()];
    for n in 0..300_i64 {
        let time = Timestamp(1_000_000 + n * 100_000);
        let received = Timestamp(1_000_000 + n / 10 * 1_000_000 + 7);
        let state = match n % 5 {
            0 => Value::Text("running".into()),
            1 => Value::Null,
            2 => Value::Bool(true),
            3 => Value::I64(n / 10 - 5),
            _ => Value::F64(f64::NAN),
        };
        let bad = Quality::from_bytes([2, 3]);
        let state_quality = if n % 10 == 3 { bad } else { Quality::GOOD };
        let values = [
            (Value::F64(n as f64 / 8.0), Quality::GOOD),
            (state, state_quality),
        ];
        for (samples, (value, quality)) in signals.iter_mut().zip(values) {
            samples.push(Sample {
                time,
                received,
                value,
                quality,
            });
        }
    }
    signals
}

#[test]
fn a_history_of_schema_1_is_migrated_and_read_back() {
    block_on(async {
        let dir = super::folder();
        let fixture = include_bytes!("../fixtures/telemetry_1.db");
        let file = dir.path().join("telemetry.db");
        std::fs::write(&file, fixture).unwrap();
        let options = Options {
            chunk_samples_max: 100,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
        let expected = fixture_samples();
        // As found; with the journal's rest joined to chunks of blob version 1; and after a restart.
        for _ in 0..2 {
            for (signal, expected) in (0..).zip(&expected) {
                let found = samples(&historian, signal).await;
                assert_eq!(format!("{found:?}"), format!("{expected:?}"));
            }
            compact(&historian).await;
        }
        let late = batch(99, &[(0, 1_050_000, -1.0, Quality::GOOD)]);
        historian.append(&[late], Durability::Full).await.unwrap();
        compact(&historian).await;
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        let found = samples(&historian, 0).await;
        assert_eq!(found.len(), 301);
        assert_eq!(found[1].received, Timestamp(99));
        assert_eq!(found[0], expected[0][0]);
        assert_eq!(found[2..], expected[0][1..]);
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

#[test]
fn a_correction_is_recorded_when_value_or_quality_differs_and_only_then() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let bad = Quality::bad(Reason::Frozen);
        let good = Quality::GOOD;
        let rows = [
            vec![
                (0, 10, 1.0, good),
                (0, 20, 1.0, good),
                (0, 30, f64::NAN, good),
            ],
            // The same again; another value; another quality.
            vec![
                (0, 10, 1.0, good),
                (0, 20, 2.0, good),
                (0, 30, f64::NAN, good),
            ],
            vec![(0, 10, 1.0, bad)],
        ];
        // In one step, then against chunks.
        for (received, rows) in (100..).zip(&rows) {
            let rows = batch(received, rows);
            historian.append(&[rows], Durability::Full).await.unwrap();
        }
        let progress = compact(&historian).await;
        assert_eq!((progress.samples, progress.corrections), (7, 2));
        for (received, value) in [(200, 2.0), (201, 3.0), (202, 3.0)] {
            let row = batch(received, &[(0, 20, value, good)]);
            historian.append(&[row], Durability::Full).await.unwrap();
            let progress = compact(&historian).await;
            assert_eq!(progress.corrections, u64::from(received == 201));
        }
        let (t0, t1) = (Timestamp(0), Timestamp(21));
        let found = historian.corrections(SignalKey(0), t0, t1).await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|correction| {
                let old = &correction.old;
                let number = old.number();
                let received = (old.received.micros(), correction.new_received.micros());
                (old.time.micros(), number, old.quality, received)
            })
            .collect();
        let expected = [
            (10, 1.0, good, (100, 102)),
            (20, 1.0, good, (100, 101)),
            (20, 2.0, good, (101, 201)),
        ];
        assert_eq!(found, expected);
        let now = samples(&historian, 0).await;
        assert_eq!((now[1].number(), now[1].received), (3.0, Timestamp(201)));
        let none = historian.corrections(SignalKey(1), t0, t1).await.unwrap();
        assert_eq!(none, []);
    });
}

/// Polls so many times, then gives up: with the last statement under way, or done.
async fn polled<F: Future>(future: F, times: usize, under_way: bool) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if under_way && polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn corrections(historian: &Historian) -> Vec<(i64, f64, i64)> {
    let found = historian.corrections(SignalKey(0), Timestamp::MIN, Timestamp::MAX);
    let found = found.await.unwrap();
    let row = |c: &twin_historian::Correction| {
        (c.old.time.micros(), c.old.number(), c.new_received.micros())
    };
    found.iter().map(row).collect()
}

/// What a round begins with: samples in chunks, and two rows that correct and continue them.
async fn two_rows_over_chunks(dir: &Path, options: Options) -> Historian {
    let historian = Historian::open_with(dir, NOW, options).await.unwrap();
    // The second row corrects chunks, the third the second.
    for (received, times, value) in [
        (1_000, 0..400, 0.5),
        (2_000, 300..700, 1.5),
        (2_001, 300..700, 2.5),
    ] {
        let row = |signal| move |time| (signal, time, value, Quality::GOOD);
        let rows: Vec<_> = (0..3)
            .flat_map(|signal| times.clone().map(row(signal)))
            .collect();
        historian
            .append(&[batch(received, &rows)], Durability::Normal)
            .await
            .unwrap();
        if received == 1_000 {
            compact(&historian).await;
        }
    }
    historian
}

/// Everything there once, and every correction, with a third one at time 350.
async fn assert_made_good(historian: &Historian, after: usize) {
    for signal in 0..3 {
        let value = |time| match (signal, time) {
            (0, 350) => 9.5,
            (_, ..300) => 0.5,
            _ => 2.5,
        };
        let expected: Vec<_> = (0..700).map(|time| (time, value(time))).collect();
        assert_eq!(
            all(historian, signal).await,
            expected,
            "after {after} polls"
        );
    }
    let mut expected = Vec::new();
    for time in 300..700 {
        if time < 400 {
            expected.push((time, 0.5, 2_000));
        }
        expected.push((time, 1.5, 2_001));
        if time == 350 {
            expected.push((time, 2.5, 3_000));
        }
    }
    assert_eq!(
        corrections(historian).await,
        expected,
        "after {after} polls"
    );
    assert_eq!(
        historian.check().await.unwrap().faults,
        Vec::<twin_core::Said>::new()
    );
}

/// One round: a step that is dropped after some polls. Gives whether it had come to its end.
async fn break_off(times: usize, under_way: bool) -> bool {
    let dir = super::folder();
    let options = Options {
        chunk_samples_max: 2,
        ..Options::default()
    };
    let mut historian = two_rows_over_chunks(dir.path(), options).await;
    let newest = historian.newest_row();
    let step = historian.compact_step(newest);
    let finished = polled(step, times, under_way).await.is_some();
    if times.is_multiple_of(2) {
        drop(historian);
        historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
    }
    // What came meanwhile must not be taken for a part of the broken-off step, nor may less than it be moved.
    let later = batch(3_000, &[(0, 350, 9.5, Quality::GOOD)]);
    historian
        .append(&[later], Durability::Normal)
        .await
        .unwrap();
    historian
        .compact_step(JournalRow(newest.0 - 1))
        .await
        .unwrap();
    while compact(&historian).await.more {}
    assert_made_good(&historian, times).await;
    let file = dir.path().join("telemetry.db");
    let left = numbers(&file, "SELECT count(*), 0, 0 FROM journal").await;
    assert_eq!(left, [(0, 0, 0)]);
    finished
}

#[test]
fn a_step_that_was_broken_off_anywhere_is_made_good_by_the_next() {
    block_on(async {
        for under_way in [false, true] {
            let mut times = 1;
            while !break_off(times, under_way).await {
                times += 1 + times / 8;
            }
            assert!(
                times > 20,
                "{times} polls: the step has more awaits than that"
            );
        }
    });
}

#[test]
fn samples_stay_readable_when_received_times_are_lost() {
    block_on(async {
        for damage in ["DELETE FROM arrival", "UPDATE arrival SET data = x'0100'"] {
            let dir = super::folder();
            let historian = open(dir.path()).await;
            let rows = batch(
                77,
                &[(0, 1, 1.5, Quality::GOOD), (0, 2, 2.5, Quality::GOOD)],
            );
            historian.append(&[rows], Durability::Full).await.unwrap();
            compact(&historian).await;
            let received = |samples: Vec<Sample>| -> Vec<_> {
                samples.iter().map(|s| s.received.micros()).collect()
            };
            assert_eq!(received(samples(&historian, 0).await), [77, 77]);
            sql(&dir.path().join("telemetry.db"), damage).await;
            assert_eq!(received(samples(&historian, 0).await), [1, 2]);
            assert_eq!(all(&historian, 0).await, [(1, 1.5), (2, 2.5)]);
        }
    });
}

#[test]
fn small_steps_do_not_write_everything_again_and_leave_full_chunks() {
    block_on(async {
        let dir = super::folder();
        let options = Options {
            chunk_samples_max: 1_000,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let (mut written, mut replaced) = (0, 0);
        for step in 0..300_i64 {
            let rows: Vec<_> = (step * 70..step * 70 + 70)
                .map(|time| (0, time, 0.5, Quality::GOOD))
                .collect();
            historian
                .append(&[batch(step, &rows)], Durability::Normal)
                .await
                .unwrap();
            let progress = compact(&historian).await;
            written += progress.chunks_written;
            replaced += progress.chunks_replaced;
        }
        let file = dir.path().join("telemetry.db");
        let counts = numbers(&file, "SELECT count, 0, 0 FROM chunk ORDER BY t_min").await;
        let full = counts
            .iter()
            .take_while(|(count, ..)| *count == 1_000)
            .count();
        assert_eq!(full, 21);
        assert!(counts.len() - full <= 9, "{counts:?}");
        assert!(written - replaced == counts.len() as u64);
        assert!(
            replaced < 450,
            "{replaced} chunks were written again in 300 steps"
        );
    });
}

#[test]
fn late_samples_say_which_rollups_are_wrong() {
    block_on(async {
        let dir = super::folder();
        let file = dir.path().join("telemetry.db");
        let historian = open(dir.path()).await;
        let dirty = "SELECT signal, t_min, t_max FROM rollup_dirty ORDER BY 1, 2, 3";
        let put = async |rows: &[(u32, i64, f64, Quality)]| {
            let rows = batch(1, rows);
            historian.append(&[rows], Durability::Full).await.unwrap();
            compact(&historian).await;
        };
        let good = Quality::GOOD;
        put(&[(0, 10, 1.0, good), (0, 50, 1.0, good), (1, 10, 1.0, good)]).await;
        sql(
            &file,
            "INSERT INTO rolled (signal, base, upto) VALUES (0, NULL, 40), (2, NULL, 99)",
        )
        .await;
        // Behind what is rolled up; the same again; of a signal without rollups.
        put(&[(0, 60, 1.0, good)]).await;
        put(&[(0, 10, 1.0, good)]).await;
        put(&[(1, 5, 1.0, good)]).await;
        assert_eq!(numbers(&file, dirty).await, []);
        put(&[(0, 20, 1.0, good), (0, 70, 1.0, good)]).await;
        put(&[(0, 10, 2.0, good)]).await;
        // Its chunks are gone, its rollups are not.
        put(&[(2, 30, 1.0, good), (2, 200, 1.0, good)]).await;
        assert_eq!(
            numbers(&file, dirty).await,
            [(0, 10, 10), (0, 20, 40), (2, 30, 99)]
        );
    });
}

#[test]
fn the_first_of_many_small_chunks_is_joined_once() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            chunk_samples_max: 8,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let mut expected = 0;
        let mut put = async |times: &[i64]| {
            let row = |time: &i64| (0, *time, 0.5, Quality::GOOD);
            let rows: Vec<_> = times.iter().map(row).collect();
            let rows = [batch(1, &rows)];
            historian.append(&rows, Durability::Normal).await.unwrap();
            compact(&historian).await;
            expected += times.len();
        };
        // Seven full ones, a lone sample in a gap, then one more sample in each: sixteen chunks, none full.
        for chunk in 0..7 {
            let times: Vec<_> = (0..8).map(|n| chunk * 100_000 + n * 10 + 1_000).collect();
            put(&times).await;
        }
        put(&[550_000]).await;
        for chunk in 0..7 {
            put(&[chunk * 100_000 + 1_035]).await;
        }
        put(&[601_036]).await;
        let file = dir.path().join("telemetry.db");
        let counts = "SELECT count(*), max(count), 0 FROM chunk";
        let counts = numbers(&file, counts).await;
        assert!(counts[0].0 == 16 && counts[0].1 < 8, "{counts:?}");
        put(&[0, 1_000_000_000]).await;
        assert_eq!(samples(&historian, 0).await.len(), expected);
        let counts = numbers(&file, "SELECT sum(count), 0, 0 FROM chunk").await;
        assert_eq!(counts, [(expected as i64, 0, 0)]);
        let faults = historian.check().await.unwrap().faults;
        assert_eq!(faults, Vec::<twin_core::Said>::new());
    });
}

#[test]
fn a_clock_that_stands_still_leaves_a_bounded_number_of_notes() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        historian.signal_keys(&["a".into()]).await.unwrap();
        for received in 0..30 {
            let row = |n| (0, 10, (received * 100 + n) as f64, Quality::GOOD);
            let rows: Vec<_> = (0..100).map(row).collect();
            let rows = [batch(received, &rows)];
            historian.append(&rows, Durability::Normal).await.unwrap();
        }
        assert_eq!(compact(&historian).await.corrections, 2_999);
        let notes = historian.corrections(SignalKey(0), Timestamp(0), Timestamp(99));
        let notes = notes.await.unwrap();
        assert_eq!(notes.len(), 1_000);
        let last = &notes[999];
        assert_eq!((last.old.number(), last.skipped), (999.0, 1_999));
        assert_eq!(last.new_received, Timestamp(29));
        assert_eq!(all(&historian, 0).await, [(10, 2_999.0)]);
    });
}

#[test]
fn what_is_not_settled_makes_no_step_due() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            step_samples_max: 3,
            ..Options::default()
        };
        let opened = Historian::open_with(dir.path(), NOW, options).await;
        let historian = opened.unwrap();
        historian.signal_keys(&["a".into()]).await.unwrap();
        let mut rows = Vec::new();
        for row in 0..4 {
            let of = batch(row, &[(0, row, 1.0, Quality::GOOD)]);
            rows.push(historian.append(&[of], Durability::Normal).await.unwrap());
        }
        let due = |row: usize| historian.compaction_due(rows[row]);
        assert_eq!([due(0), due(1), due(2), due(3)], [false, false, true, true]);
        historian.compact_step(rows[1]).await.unwrap();
        assert!(!historian.compaction_due(historian.newest_row()));
    });
}
