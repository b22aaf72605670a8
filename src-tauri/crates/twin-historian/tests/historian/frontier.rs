//! How rolling up goes on: which level it begins with, how far it comes, and what it does where something is lost.

use std::path::Path;

use twin_core::{Duration, Quality, SignalKey, Timestamp, Value};
use twin_historian::{Durability, Historian, Keep, Options, Policy, RollUp, Sample};

use super::{
    NOW, block_on,
    rollup::{append, sample},
};

pub(super) const DAY: i64 = 86_400_000_000;
pub(super) const KEY: SignalKey = SignalKey(0);

pub(super) async fn small_chunks(dir: &Path) -> Historian {
    let options = Options {
        chunk_samples_max: 100,
        ..Options::default()
    };
    let historian = Historian::open_with(dir, NOW, options).await.unwrap();
    let names = ["pump/speed".into(), "pump/current".into()];
    historian.signal_keys(&names).await.unwrap();
    historian
}

/// Samples of a signal from `from` on, into chunks.
pub(super) async fn put(historian: &Historian, signal: u32, times: impl IntoIterator<Item = i64>) {
    let rows: Vec<_> = times.into_iter().map(|time| (signal, time, 1.0)).collect();
    historian
        .append(&[super::batch(&rows)], Durability::Normal)
        .await
        .unwrap();
    while historian
        .compact_step(historian.newest_row())
        .await
        .unwrap()
        .more
    {}
}

pub(super) fn every(step: i64, from: i64, count: i64) -> impl Iterator<Item = i64> {
    (0..count).map(move |n| from + n * step)
}

pub(super) async fn roll(historian: &Historian) -> RollUp {
    let mut sum = RollUp::default();
    for _ in 0..1_000 {
        let step = historian.roll_up_step().await.unwrap();
        sum.damaged += step.damaged;
        sum.mended += step.mended;
        if !step.more {
            return sum;
        }
    }
    panic!("rolling up does not come to an end");
}

pub(super) async fn count(historian: &Historian, from: i64, to: i64) -> u64 {
    let borders = [Timestamp(from), Timestamp(to)];
    let cells = historian.aggregates(&[KEY], &borders).await.unwrap();
    cells[0][0].as_ref().map_or(0, |cell| cell.count)
}

/// Base level, frontier, and from when there are samples, of the first signal.
pub(super) async fn rolled(dir: &Path) -> (Option<i64>, i64, Option<i64>) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("telemetry.db"));
    let mut connection = options.connect().await.unwrap();
    let row = sqlx::query_as("SELECT base, upto, raw_from FROM rolled WHERE signal = 0")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    row
}

pub(super) async fn retain(historian: &Historian, now: i64, raw: i64, rollups: Option<i64>) {
    let policy = Policy {
        default: Keep {
            raw: Some(Duration(raw)),
            rollups: rollups.map(Duration),
        },
        ..Policy::default()
    };
    while historian
        .retain(Timestamp(now), &policy)
        .await
        .unwrap()
        .more
    {}
}

#[test]
fn many_chunks_in_one_group_of_buckets_do_not_stop_rolling_up() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(DAY / 96, 0, 960)).await;
        roll(&historian).await;
        let (base, slow, _) = rolled(dir.path()).await;
        assert!(base.unwrap() >= 7);
        // A base that must stay, for samples are gone; then far more than 64 chunks in eight days.
        retain(&historian, 5 * DAY, 1, None).await;
        assert!(rolled(dir.path()).await.2.is_some());
        put(&historian, 0, every(10_000_000, 10 * DAY, 200_000)).await;
        roll(&historian).await;
        let (_, fast, _) = rolled(dir.path()).await;
        assert!(fast >= 24 * DAY - 1, "{} days", fast as f64 / DAY as f64);
        assert!(fast > slow);
        assert_eq!(count(&historian, 0, 40 * DAY).await, 200_960);
    });
}

#[test]
fn one_wrong_clock_does_not_keep_a_signal_from_being_rolled_up() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        let begin = 20_000 * DAY;
        put(&historian, 0, [0]).await;
        // Alone in its chunk with 1970 the rate is none at all: it is looked at again.
        put(&historian, 0, every(100_000, begin, 99)).await;
        roll(&historian).await;
        assert_eq!(rolled(dir.path()).await.0, None);
        put(&historian, 0, every(100_000, begin + 9_900_000, 20_000)).await;
        roll(&historian).await;
        let (base, upto, _) = rolled(dir.path()).await;
        assert_eq!(base, Some(2));
        assert!(upto > begin + 1_900_000_000);
        assert_eq!(count(&historian, 0, begin + DAY).await, 20_100);
    });
}

#[test]
fn a_signal_that_becomes_faster_gets_finer_rollups_from_its_beginning() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(60_000_000, 0, 3_000)).await;
        roll(&historian).await;
        let (slow, ..) = rolled(dir.path()).await;
        put(&historian, 0, every(100_000, 3 * DAY, 40_000)).await;
        roll(&historian).await;
        let (fast, upto, _) = rolled(dir.path()).await;
        assert!(fast.unwrap() + 2 <= slow.unwrap(), "{slow:?} {fast:?}");
        assert!(upto > 3 * DAY + 3_900_000_000);
        for (from, to, samples) in [
            (0, DAY, 1_440),
            (0, 4 * DAY, 43_000),
            (3 * DAY, 3 * DAY + 1_000_000, 10),
        ] {
            assert_eq!(count(&historian, from, to).await, samples);
        }
    });
}

#[test]
fn rolled_history_whose_samples_are_lost_keeps_its_base() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(60_000_000, 0, 3_000)).await;
        roll(&historian).await;
        let (slow, ..) = rolled(dir.path()).await;
        // Not by retention: nothing says so.
        super::sql(
            &dir.path().join("telemetry.db"),
            "DELETE FROM chunk WHERE t_min = (SELECT t_min FROM chunk ORDER BY t_min LIMIT 1 OFFSET 5)",
        )
        .await;
        put(&historian, 0, every(100_000, 3 * DAY, 40_000)).await;
        roll(&historian).await;
        assert_eq!(rolled(dir.path()).await.0, slow);
        assert_eq!(count(&historian, 0, DAY).await, 1_440);
    });
}

#[test]
fn samples_that_are_in_no_rollup_stay_as_long_as_rollups() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        // Every hour: too slow for rollups. The other one is fast, and ends behind its frontier.
        put(&historian, 0, every(DAY / 24, 0, 1_000)).await;
        put(&historian, 1, every(1_000_000, 0, 10_000)).await;
        roll(&historian).await;
        assert_eq!(rolled(dir.path()).await.0, None);
        retain(&historian, 40 * DAY, DAY, None).await;
        assert_eq!(super::all(&historian, 0).await.len(), 1_000);
        let cells = historian
            .aggregates(&[SignalKey(1)], &[Timestamp(0), Timestamp(DAY)])
            .await
            .unwrap();
        assert_eq!(cells[0][0].as_ref().unwrap().count, 10_000);
        let fast = super::all(&historian, 1).await;
        assert!(!fast.is_empty() && fast.len() < 2_000, "{}", fast.len());
        retain(&historian, 100 * DAY, DAY, Some(90 * DAY)).await;
        let left = super::all(&historian, 0).await;
        assert!(
            left[0].0 <= 10 * DAY && left[0].0 > 5 * DAY,
            "{}",
            left[0].0
        );
    });
}

#[test]
fn a_damaged_block_is_worked_out_again_and_read_around() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        for signal in 0..2 {
            put(&historian, signal, every(100_000, 0, 5_000)).await;
        }
        roll(&historian).await;
        let file = dir.path().join("telemetry.db");
        super::sql(
            &file,
            "UPDATE rollup SET data = x'0102030405060708' WHERE signal = 0",
        )
        .await;
        let whole = async || {
            let columns = historian
                .range(KEY, Timestamp(0), Timestamp(500_000_000), 20)
                .await
                .unwrap();
            (
                columns.count.iter().sum::<u64>(),
                count(&historian, 0, 500_000_000).await,
            )
        };
        assert_eq!(whole().await, (5_000, 5_000), "from the samples");
        let before = rolled(dir.path()).await;
        for signal in 0..2 {
            put(&historian, signal, every(100_000, 500_000_000, 5_000)).await;
        }
        let done = roll(&historian).await;
        assert!(done.damaged > 0 && done.mended > 0, "{done:?}");
        assert!(rolled(dir.path()).await.1 > before.1);
        assert!(!historian.roll_up_step().await.unwrap().more);
        // Without samples: what is worked out again is all there.
        super::sql(&file, "UPDATE chunk_data SET data = x'00'").await;
        let base = historian
            .aggregates(&[KEY], &[Timestamp(0), Timestamp(450_000_000)])
            .await
            .unwrap();
        assert_eq!(base[0][0].as_ref().unwrap().count, 4_500);
        super::sql(&file, "UPDATE rollup SET data = x'01' WHERE signal = 0").await;
        let error = historian
            .aggregates(&[KEY], &[Timestamp(0), Timestamp(450_000_000)])
            .await
            .unwrap_err();
        assert!(error.to_string().contains("is damaged"), "{error}");
    });
}

#[test]
fn late_samples_beside_what_is_gone_count_once() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        let begin = 100 * DAY;
        put(&historian, 0, every(10_000_000, begin, 40_000)).await;
        roll(&historian).await;
        let exported = historian
            .raw(KEY, Timestamp(begin), Timestamp(begin + DAY), usize::MAX)
            .await
            .unwrap();
        retain(&historian, begin + 2 * DAY + DAY / 4, 1_000_000, None).await;
        let day = async |n: i64| count(&historian, begin + n * DAY, begin + (n + 1) * DAY).await;
        assert_eq!([day(0).await, day(1).await, day(2).await], [8_640; 3]);
        // Two that come late, on the day in which samples begin to be there.
        let noon = begin + 2 * DAY + DAY / 2;
        put(&historian, 0, [noon + 3, noon + 900_000_003]).await;
        roll(&historian).await;
        assert_eq!(day(2).await, 8_642);
        // One where all is gone, then two around it.
        let gone = begin + DAY + 5_000_000;
        put(&historian, 0, [gone + 3]).await;
        roll(&historian).await;
        assert_eq!(day(1).await, 8_641);
        put(&historian, 0, [gone + 1, gone + 7]).await;
        roll(&historian).await;
        assert_eq!(day(1).await, 8_643);
        // A correction of one of them is no new sample.
        let corrected = Sample {
            value: Value::F64(7.0),
            quality: Quality::GOOD,
            ..sample(gone + 3, 0)
        };
        append(&historian, 0, &[corrected]).await;
        put(&historian, 0, []).await;
        roll(&historian).await;
        assert_eq!(day(1).await, 8_643);
        // What was exported comes back.
        historian.import(KEY, exported).await.unwrap();
        roll(&historian).await;
        assert_eq!(
            [day(0).await, day(1).await, day(2).await],
            [8_640, 8_643, 8_642]
        );
    });
}

#[test]
fn a_lost_chunk_stays_in_the_rollups_once() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(100_000, 3_000_000, 6_000)).await;
        roll(&historian).await;
        let before = count(&historian, 0, 480_000_000).await;
        super::sql(
            &dir.path().join("telemetry.db"),
            "DELETE FROM chunk WHERE t_min = (SELECT t_min FROM chunk ORDER BY t_min LIMIT 1 OFFSET 20); \
             INSERT INTO rollup_dirty (signal, t_min, t_max) SELECT signal, min(t_min), max(t_max) FROM chunk GROUP BY signal",
        )
        .await;
        roll(&historian).await;
        assert_eq!(count(&historian, 0, 480_000_000).await, before);
    });
}

#[test]
fn samples_behind_a_lost_last_chunk_are_rolled_up() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(100_000, 0, 6_000)).await;
        roll(&historian).await;
        super::sql(
            &dir.path().join("telemetry.db"),
            "DELETE FROM chunk WHERE t_max > 400000000",
        )
        .await;
        let late = Sample {
            value: Value::F64(500.0),
            ..sample(450_000_500, 0)
        };
        // As many as there were in its bucket, one of them a spike.
        let again: Vec<_> = every(100_000, 450_000_000, 50).collect();
        append(&historian, 0, &[late]).await;
        put(&historian, 0, again).await;
        roll(&historian).await;
        let borders = [Timestamp(0), Timestamp(480_000_000)];
        let cells = historian.aggregates(&[KEY], &borders).await.unwrap();
        assert_eq!(cells[0][0].as_ref().unwrap().max, 500.0);
    });
}
