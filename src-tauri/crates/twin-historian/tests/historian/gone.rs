//! Rolled history whose samples are gone: what comes late beside it, and what is damaged there, takes nothing away.

use twin_core::{SignalKey, Timestamp, Value};
use twin_historian::{Aggregate, Historian, Sample};

use super::{
    block_on,
    frontier::{DAY, KEY, count, every, put, retain, roll, rolled, small_chunks},
    rollup::{append, sample},
};

const BEGIN: i64 = 100 * DAY;

/// Ten seconds from sample to sample over four and a half days, with a spike on the second day, rolled up.
async fn days(dir: &std::path::Path) -> Historian {
    let historian = small_chunks(dir).await;
    let spike = Sample {
        value: Value::F64(100.0),
        ..sample(BEGIN + DAY + 5_000_000, 0)
    };
    append(&historian, 0, &[spike]).await;
    put(&historian, 0, every(10_000_000, BEGIN, 40_000)).await;
    roll(&historian).await;
    historian
}

async fn day(historian: &Historian, n: i64) -> Aggregate {
    let borders = [BEGIN + n * DAY, BEGIN + (n + 1) * DAY].map(Timestamp);
    let cells = historian.aggregates(&[KEY], &borders).await.unwrap();
    cells[0][0].clone().unwrap()
}

async fn days_of(historian: &Historian) -> [u64; 4] {
    let mut found = [0; 4];
    for (at, found) in found.iter_mut().enumerate() {
        *found = day(historian, at as i64).await.count;
    }
    found
}

const ALL: [u64; 4] = [8_640, 8_641, 8_640, 8_640];

#[test]
fn many_late_samples_do_not_replace_what_is_gone() {
    block_on(async {
        let dir = super::folder();
        let historian = days(dir.path()).await;
        retain(&historian, BEGIN + 3 * DAY, 1_000_000, None).await;
        assert_eq!(days_of(&historian).await, ALL);
        // More than the bucket has, some by the way of an import.
        put(
            &historian,
            0,
            every(1_000_000, BEGIN + DAY + 10_500_000, 100),
        )
        .await;
        let imported = every(1_000_000, BEGIN + DAY + 10_700_000, 100).map(|time| sample(time, 0));
        historian.import(KEY, imported.collect()).await.unwrap();
        roll(&historian).await;
        let found = day(&historian, 1).await;
        assert_eq!((found.count, found.max), (8_841, 100.0));
        let borders = [BEGIN + DAY, BEGIN + DAY + 3_600_000_000].map(Timestamp);
        let cells = historian.aggregates(&[KEY], &borders).await.unwrap();
        let hour = cells[0][0].as_ref().unwrap();
        assert_eq!((hour.count, hour.max), (561, 100.0));
    });
}

#[test]
fn a_correction_beside_what_is_gone_shows_on_every_level() {
    block_on(async {
        let dir = super::folder();
        let historian = days(dir.path()).await;
        retain(&historian, BEGIN + DAY / 2, 1_000_000, None).await;
        let corrected = Sample {
            value: Value::F64(2.0),
            ..sample(BEGIN + DAY + 5_000_000, 0)
        };
        append(&historian, 0, &[corrected]).await;
        put(&historian, 0, []).await;
        roll(&historian).await;
        let whole = [BEGIN - 100 * DAY, BEGIN + 4 * DAY].map(Timestamp);
        let cells = historian.aggregates(&[KEY], &whole).await.unwrap();
        assert_eq!(cells[0][0].as_ref().unwrap().max, 2.0);
    });
}

#[test]
fn a_late_sample_within_a_run_that_waits_counts_once() {
    block_on(async {
        let dir = super::folder();
        let historian = days(dir.path()).await;
        retain(&historian, BEGIN + 3 * DAY, 1_000_000, None).await;
        let gone = BEGIN + DAY + 15_000_000;
        put(&historian, 0, [gone + 1, gone + 7]).await;
        put(&historian, 0, [gone + 3]).await;
        let between = vec![sample(gone + 2, 0), sample(gone + 5, 0)];
        historian.import(KEY, between).await.unwrap();
        // Around it too.
        put(&historian, 0, [gone, gone + 4, gone + 9]).await;
        roll(&historian).await;
        assert_eq!(days_of(&historian).await, [8_640, 8_649, 8_640, 8_640]);
    });
}

#[test]
fn a_lost_frontier_is_told_from_the_blocks() {
    for statement in [
        "DELETE FROM rolled",
        "UPDATE rolled SET signal = 7",
        "UPDATE rolled SET proof = 1; UPDATE rollup SET data = x'01' \
         WHERE (level, block) IN (SELECT level, max(block) FROM rollup GROUP BY level HAVING count(*) > 1)",
        "UPDATE rolled SET upto = 5; INSERT INTO rollup (signal, level, block, data) VALUES (0, 0, 3, x'05'), (0, 12, 3, x'05')",
    ] {
        block_on(async {
            let dir = super::folder();
            let historian = days(dir.path()).await;
            retain(&historian, BEGIN + DAY + DAY / 5, 1_000_000, None).await;
            let before = rolled(dir.path()).await;
            assert!(before.2.is_some());
            super::sql(&dir.path().join("telemetry.db"), statement).await;
            put(
                &historian,
                0,
                every(10_000_000, BEGIN + 400_000_000_000, 4_000),
            )
            .await;
            roll(&historian).await;
            assert_eq!(days_of(&historian).await, ALL, "{statement}");
            let after = rolled(dir.path()).await;
            assert_eq!(
                (before.0, before.2.is_some()),
                (after.0, after.2.is_some()),
                "{statement}"
            );
            assert!(before.1 < after.1, "{statement}");
            // A note on a late sample is not lost either.
            super::sql(&dir.path().join("telemetry.db"), statement).await;
            put(&historian, 0, [BEGIN + 2 * DAY + 3]).await;
            put(
                &historian,
                0,
                every(10_000_000, BEGIN + 440_000_000_000, 4_000),
            )
            .await;
            roll(&historian).await;
            assert!(after.1 < rolled(dir.path()).await.1, "{statement}");
            assert_eq!(day(&historian, 2).await.count, 8_641, "{statement}");
        });
    }
}

#[test]
fn late_samples_go_by_age_only_after_they_are_rolled_up() {
    block_on(async {
        let dir = super::folder();
        let historian = days(dir.path()).await;
        put(&historian, 0, [BEGIN + DAY + 3]).await;
        retain(&historian, BEGIN + 3 * DAY, 1_000_000, None).await;
        roll(&historian).await;
        assert_eq!(days_of(&historian).await, [8_640, 8_642, 8_640, 8_640]);
        retain(&historian, BEGIN + 3 * DAY, 1_000_000, None).await;
        assert!(super::all(&historian, 0).await[0].0 > BEGIN + 2 * DAY);
        assert_eq!(days_of(&historian).await, [8_640, 8_642, 8_640, 8_640]);
    });
}

#[test]
fn a_dirty_stretch_of_decades_is_soon_worked_out() {
    block_on(async {
        let dir = super::folder();
        let historian = small_chunks(dir.path()).await;
        let begin = 20_000 * DAY;
        put(&historian, 0, every(1_000, begin, 20_000)).await;
        roll(&historian).await;
        assert_eq!(rolled(dir.path()).await.0, Some(0));
        retain(&historian, begin + 10_000_000, 1_000_000, None).await;
        // A clock that began in 1970, and was right a moment later.
        put(&historian, 0, [0, begin + 15_000_500]).await;
        super::sql(
            &dir.path().join("telemetry.db"),
            &format!(
                "INSERT INTO rollup_dirty (signal, t_min, t_max) VALUES (0, -5, {begin} + 18000000)"
            ),
        )
        .await;
        let done = roll(&historian).await;
        assert!(done.mended < 100, "{done:?}");
        assert_eq!(count(&historian, 0, begin + DAY).await, 20_002);
        assert_eq!(count(&historian, begin, begin + 1_000_000).await, 1_000);
        assert_eq!(
            count(&historian, begin + 15_000_000, begin + 16_000_000).await,
            1_001
        );
    });
}

#[test]
fn rolling_up_anew_can_end_at_every_step() {
    block_on(async {
        let dir = super::folder();
        let mut historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(60_000_000, 0, 30_000)).await;
        roll(&historian).await;
        let slow = rolled(dir.path()).await.0;
        let last = 30_000 * 60_000_000;
        put(&historian, 0, every(100_000, last, 40_000)).await;
        let mut more = true;
        while more {
            more = historian.roll_up_step().await.unwrap().more;
            historian.close().await.unwrap();
            historian = super::open(dir.path()).await;
            assert_eq!(count(&historian, 0, last).await, 30_000);
            assert_eq!(count(&historian, 5 * DAY, 6 * DAY).await, 1_440);
            assert_eq!(count(&historian, 0, 2 * last).await, 70_000);
            // Late, while it is under way.
            if rolled(dir.path()).await.1 == i64::MIN {
                put(&historian, 0, [-60_000_000, 30_000_000]).await;
                put(&historian, 1, [0]).await;
                assert_eq!(count(&historian, 0, last).await, 30_001);
                roll(&historian).await;
                break;
            }
        }
        assert!(more, "it was not seen under way");
        let fast = rolled(dir.path()).await.0;
        assert!(fast.unwrap() + 2 <= slow.unwrap(), "{slow:?} {fast:?}");
        assert_eq!(count(&historian, -DAY, 2 * last).await, 70_002);
        let cells = historian
            .aggregates(&[SignalKey(0)], &[Timestamp(-DAY), Timestamp(DAY)])
            .await
            .unwrap();
        assert_eq!(cells[0][0].as_ref().unwrap().count, 1_442);
    });
}
