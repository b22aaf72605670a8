//! Rollups and samples side by side: what each is read for, and what stays when samples go.

use std::path::Path;

use twin_core::{Duration, SignalKey, Status, Timestamp, Value};
use twin_historian::{Aggregate, Durability, Historian, Keep, Options, Policy, Sample};

use super::{
    NOW, block_on,
    rollup::{append, assert_same, check_columns, dense, sample},
};

async fn levels(dir: &Path) -> Vec<(i64, i64)> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("telemetry.db"));
    let mut connection = options.connect().await.unwrap();
    let levels = sqlx::query_as("SELECT level, count(*) FROM rollup GROUP BY level ORDER BY level")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    levels
}

#[test]
fn a_wide_range_needs_no_samples() {
    block_on(async {
        let dir = super::folder();
        let (historian, map) = dense(dir.path()).await;
        // 100 Hz: half a second would hold forty, so the finest level is that of a second.
        assert_eq!(levels(dir.path()).await, [(1, 2), (2, 1), (3, 1)]);
        assert!(!historian.roll_up_step().await.unwrap().more);
        // With every chunk damaged but the ones at the edges, a trend is drawn all the same.
        super::sql(
            &dir.path().join("telemetry.db"),
            "UPDATE chunk_data SET data = x'00' WHERE id IN \
             (SELECT data FROM chunk WHERE t_min > 2000000 AND t_max < 550000000)",
        )
        .await;
        let (t0, t1) = (Timestamp(0), Timestamp(600_000_000));
        let columns = historian.range(SignalKey(0), t0, t1, 100).await.unwrap();
        check_columns(&map, &columns, 0, 600_000_000, 100);
        let all = historian
            .aggregates(&[SignalKey(0)], &[t0, t1])
            .await
            .unwrap();
        assert_same(
            all[0][0].as_ref().unwrap(),
            &Aggregate::of(map.values()).unwrap(),
        );
        let narrow = historian.range(SignalKey(0), t0, t1, 60_000).await;
        assert!(narrow.unwrap_err().to_string().contains("is damaged"));
    });
}

#[test]
fn rollups_outlive_their_samples_and_take_in_late_ones() {
    block_on(async {
        let dir = super::folder();
        let (historian, mut map) = dense(dir.path()).await;
        // Whole chunks go, the rollups stay.
        let policy = Policy {
            default: Keep {
                raw: Some(Duration(300_000_000)),
                rollups: None,
            },
            ..Policy::default()
        };
        let removed = historian.retain(Timestamp(600_000_000), &policy).await;
        assert!(removed.unwrap().chunks > 0);
        historian.close().await.unwrap();
        let historian = super::open(dir.path()).await;
        let key = SignalKey(0);
        let (t0, t1) = (Timestamp(0), Timestamp(600_000_000));
        let whole = async || {
            let cells = historian.aggregates(&[key], &[t0, t1]).await.unwrap();
            cells[0][0].clone().unwrap()
        };
        let expected = Aggregate::of(map.values()).unwrap();
        assert_same(&whole().await, &expected);
        let columns = historian.range(key, t0, t1, 20).await.unwrap();
        check_columns(&map, &columns, 0, 600_000_000, 20);
        // Finer than the finest bucket: the buckets are what there is.
        let fine = historian
            .range(key, t0, Timestamp(20_000_000), 2_000)
            .await
            .unwrap();
        assert_eq!(fine.len(), 21, "twenty seconds and the sample behind");
        assert_eq!(fine.count[..20], [100; 20]);
        assert_eq!(
            historian
                .raw(key, t0, Timestamp(20_000_000), 9)
                .await
                .unwrap(),
            []
        );

        // A spike that comes late.
        let late = Sample {
            value: Value::F64(500.0),
            ..sample(100_000_500, 0)
        };
        append(&historian, 0, std::slice::from_ref(&late)).await;
        map.insert(late.time.micros(), late);
        assert_eq!(whole().await.max, 500.0, "from the tail");
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {}
        let mended = historian.roll_up_step().await.unwrap();
        assert_eq!(mended.mended, 1);
        let found = whole().await;
        assert_eq!((found.max, found.count), (500.0, 60_001));
        let columns = historian.range(key, t0, t1, 20).await.unwrap();
        assert_eq!(columns.count.iter().sum::<u64>(), 60_001);
        assert!(columns.max.contains(&500.0));
    });
}

#[test]
fn a_slow_signal_has_no_rollups() {
    block_on(async {
        let dir = super::folder();
        let options = Options {
            chunk_samples_max: 10,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        historian.signal_keys(&["tank/level".into()]).await.unwrap();
        let rows: Vec<_> = (0..100).map(|n| (0, n * 3_600_000_000, n as f64)).collect();
        historian
            .append(&[super::batch(&rows)], Durability::Normal)
            .await
            .unwrap();
        historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        assert!(!historian.roll_up_step().await.unwrap().more);
        assert_eq!(levels(dir.path()).await, []);
        let columns = historian
            .range(SignalKey(0), Timestamp(0), Timestamp(360_000_000_000), 10)
            .await
            .unwrap();
        assert_eq!(columns.count.iter().sum::<u64>(), 100);
        assert_eq!(columns.status, [Status::Good; 10]);
    });
}

#[test]
fn an_idle_cursor_holds_nothing_of_the_log() {
    block_on(async {
        let dir = super::folder();
        let (historian, map) = dense(dir.path()).await;
        let mut cursor = historian.cursor(SignalKey(0), Timestamp(0), Timestamp::MAX);
        let mut found = cursor.next().await.unwrap().unwrap();
        for n in 0..50_i64 {
            let rows: Vec<_> = (0..1_000).map(|m| (0, -1 - n * 1_000 - m, 1.0)).collect();
            historian
                .append(&[super::batch(&rows)], Durability::Normal)
                .await
                .unwrap();
        }
        let log = dir.path().join("telemetry.db-wal");
        assert!(std::fs::metadata(&log).unwrap().len() > 100_000);
        super::sql(
            &dir.path().join("telemetry.db"),
            "PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .await;
        assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
        while let Some(page) = cursor.next().await.unwrap() {
            found.extend(page);
        }
        let times = |samples: &mut dyn Iterator<Item = &Sample>| {
            samples.map(|s| s.time).collect::<Vec<_>>()
        };
        assert_eq!(times(&mut found.iter()), times(&mut map.values()));
    });
}
