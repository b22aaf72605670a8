//! Files that are full, foreign, newer, damaged.

use std::path::{Path, PathBuf};

use twin_core::{SignalKey, Timestamp};
use twin_historian::{Durability, Error, Historian, JournalRow, Options};

use super::{NOW, all, batch, block_on, open, sql};

#[test]
fn a_full_disk_is_an_error_of_its_own_and_loses_nothing() {
    block_on(async {
        let dir = super::folder();
        let options = Options {
            telemetry_pages_max: Some(40),
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let rows = |n: i64| {
            (0..100)
                .map(|i| (0, n * 100 + i, (i * 7_919 % 1_000) as f64))
                .collect::<Vec<_>>()
        };
        let mut stored = 0;
        let error = loop {
            match historian
                .append(&[batch(&rows(stored))], Durability::Full)
                .await
            {
                Ok(_) => stored += 1,
                Err(error) => break error,
            }
        };
        assert!(error.is_full(), "{error}");
        assert!(error.to_string().contains("telemetry.db"), "{error}");
        assert!(stored > 10, "{stored} rows fitted");
        // It stays an error, reading goes on, and compaction neither fails otherwise nor loses anything.
        assert!(
            historian
                .append(&[batch(&rows(stored))], Durability::Normal)
                .await
                .unwrap_err()
                .is_full()
        );
        match historian.compact_step(historian.newest_row()).await {
            Ok(_) => {}
            Err(error) => assert!(error.is_full(), "{error}"),
        }
        assert_eq!(all(&historian, 0).await.len() as i64, stored * 100);
        assert_eq!(historian.newest_row(), JournalRow(stored));

        historian.limit_telemetry_pages(None).await.unwrap();
        historian
            .append(&[batch(&rows(stored))], Durability::Full)
            .await
            .unwrap();
        stored += 1;
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {}
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(all(&historian, 0).await.len() as i64, stored * 100);
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

#[test]
fn a_commit_that_fails_for_space_leaves_the_writer_usable() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let rows: Vec<_> = (0..20_000)
            .map(|i| (i % 500, i64::from(i), f64::from(i * 7_919 % 1_009)))
            .collect();
        historian
            .append(&[batch(&rows)], Durability::Full)
            .await
            .unwrap();
        // No page more: the transaction of compaction must fail in its middle.
        historian.limit_telemetry_pages(Some(1)).await.unwrap();
        assert!(
            historian
                .compact_step(historian.newest_row())
                .await
                .unwrap_err()
                .is_full()
        );
        assert!(
            historian
                .signal_keys(
                    &(0..9_999)
                        .map(|n| format!("s/{n}").into())
                        .collect::<Vec<_>>()
                )
                .await
                .is_err()
        );
        assert_eq!(all(&historian, 7).await.len(), 40);
        historian.limit_telemetry_pages(None).await.unwrap();
        let progress = historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        assert_eq!((progress.samples, progress.chunks_written), (20_000, 500));
        assert_eq!(all(&historian, 7).await.len(), 40);
        // Names are numbered in parts: the last ones are in none.
        assert!(historian.signals().await.unwrap().len() < 9_999);
    });
}

/// Opening must fail with an error that `fits`, and leave every byte as it is.
async fn refused(dir: &Path, name: &str, fits: impl Fn(&Error) -> bool) {
    let file = dir.join(name);
    let before = std::fs::read(&file).unwrap();
    let error = Historian::open(dir, NOW)
        .await
        .err()
        .expect("it was opened");
    assert!(fits(&error), "{error}");
    assert!(error.to_string().contains(name), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn files_of_other_programs_are_left_alone() {
    block_on(async {
        for name in ["telemetry.db", "alarms.db"] {
            let dir = super::folder();
            sql(
                &dir.path().join(name),
                "PRAGMA application_id = 4711; CREATE TABLE t (a)",
            )
            .await;
            refused(dir.path(), name, |e| {
                matches!(
                    e,
                    Error::Foreign {
                        application_id: 4711,
                        ..
                    }
                )
            })
            .await;
            let dir = super::folder();
            sql(&dir.path().join(name), "CREATE TABLE unmarked (a)").await;
            refused(dir.path(), name, |e| {
                matches!(
                    e,
                    Error::Foreign {
                        application_id: 0,
                        ..
                    }
                )
            })
            .await;
        }
    });
}

#[test]
fn files_of_a_newer_program_are_left_alone() {
    block_on(async {
        for (name, newest) in [("telemetry.db", 4), ("alarms.db", 4)] {
            let dir = super::folder();
            open(dir.path()).await.close().await.unwrap();
            sql(&dir.path().join(name), "PRAGMA user_version = 99").await;
            refused(dir.path(), name, |e| {
                matches!(
                    e,
                    Error::Newer { found: 99, known, .. } if *known == newest
                )
            })
            .await;
        }
    });
}

/// The program of schema 2 would call the newest sort of chunks damaged and put them aside.
#[test]
fn a_file_of_schema_2_is_not_for_the_program_of_then_any_more() {
    block_on(async {
        let dir = super::folder();
        let file = dir.path().join("telemetry.db");
        let historian = open(dir.path()).await;
        let keys = historian.signal_keys(&["a/x".into()]).await.unwrap();
        let batches = [super::batch(&[(keys[0].0, 10, 1.0)])];
        historian.append(&batches, Durability::Full).await.unwrap();
        historian.close().await.unwrap();
        let older = "DROP TABLE reject_payload; DROP TABLE reject_kept; DROP INDEX reject_by_topic; \
                     PRAGMA user_version = 2";
        sql(&file, older).await;
        let historian = open(dir.path()).await;
        assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
        assert_eq!(super::all(&historian, keys[0].0).await, [(10, 1.0)]);
        historian.close().await.unwrap();
        let header = std::fs::read(&file).unwrap();
        assert_eq!(header[60..64], [0, 0, 0, 4], "the schema in the header");
    });
}

/// A copy of a history in use, so that what `statement` did is in the log alone.
async fn copy_with_log(name: &str, statement: &str) -> (tempfile::TempDir, Vec<u8>) {
    let (dir, copy) = (super::folder(), super::folder());
    let historian = open(dir.path()).await;
    historian.checkpoint().await.unwrap();
    sql(&dir.path().join(name), statement).await;
    for name in [
        "telemetry.db",
        "alarms.db",
        "telemetry.db-wal",
        "alarms.db-wal",
    ] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    historian.close().await.unwrap();
    let log = std::fs::read(copy.path().join(format!("{name}-wal"))).unwrap();
    assert!(log.len() > 8_192, "nothing is in the log");
    (copy, log)
}

#[test]
fn the_log_of_a_newer_file_is_left_alone_too() {
    block_on(async {
        for name in ["telemetry.db", "alarms.db"] {
            let (dir, log) = copy_with_log(name, "PRAGMA user_version = 99").await;
            refused(dir.path(), name, |e| {
                matches!(e, Error::Newer { found: 99, .. })
            })
            .await;
            let after = std::fs::read(dir.path().join(format!("{name}-wal"))).unwrap();
            assert!(after == log, "{name}: the log was changed");
        }
    });
}

#[test]
fn the_log_of_a_damaged_file_is_kept_with_it() {
    block_on(async {
        let insert = "INSERT INTO link (connection, at, state, reason) VALUES ('a', 1, 'b', 'c')";
        let (dir, log) = copy_with_log("telemetry.db", insert).await;
        let file = dir.path().join("telemetry.db");
        let mut bytes = std::fs::read(&file).unwrap();
        // All pages but the first that are not in the log too.
        let frames = log[32..].chunks_exact(24 + 8_192);
        let logged: Vec<_> = frames.map(|frame| frame[..4].to_vec()).collect();
        for (page, bytes) in (1_u32..).zip(bytes.chunks_mut(8_192)).skip(1) {
            if !logged.contains(&page.to_be_bytes().to_vec()) {
                bytes.fill(0xff);
            }
        }
        std::fs::write(&file, &bytes).unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(historian.notices().len(), 1, "{:?}", historian.notices());
        let aside = set_aside(dir.path(), "telemetry.db").unwrap();
        assert!(std::fs::read(&aside).unwrap() == bytes);
        let mut kept = aside.into_os_string();
        kept.push("-wal");
        assert!(std::fs::read(kept).unwrap() == log, "the log was changed");
    });
}

fn set_aside(dir: &Path, name: &str) -> Option<PathBuf> {
    let begin = format!("{name}.damaged-20261122T143456Z");
    let mut files = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files.find(|file| {
        file.file_name()
            .and_then(|f| f.to_str())
            .is_some_and(|f| f == begin)
    })
}

#[test]
fn a_damaged_history_is_kept_aside_and_a_new_one_keeps_keys_and_row_numbers() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let keys = historian
            .signal_keys(&["a".into(), "b".into()])
            .await
            .unwrap();
        for n in 0..200 {
            let rows: Vec<_> = (0..50).map(|i| (1, n * 50 + i, 0.1)).collect();
            historian
                .append(&[batch(&rows)], Durability::Full)
                .await
                .unwrap();
        }
        historian
            .alarms()
            .set_settled(JournalRow(200))
            .await
            .unwrap();
        historian.close().await.unwrap();
        let file = dir.path().join("telemetry.db");
        let mut bytes = std::fs::read(&file).unwrap();
        // Every page but the first: a broken b-tree, not a broken header.
        for page in bytes.chunks_mut(8_192).skip(1) {
            page[..64].fill(0xa5);
        }
        std::fs::write(&file, &bytes).unwrap();

        let historian = open(dir.path()).await;
        assert_eq!(historian.notices().len(), 1);
        assert!(
            historian.notices()[0]
                .to_string()
                .contains("telemetry.db was damaged"),
            "{:?}",
            historian.notices()
        );
        assert_eq!(
            std::fs::read(set_aside(dir.path(), "telemetry.db").unwrap()).unwrap(),
            bytes
        );
        assert_eq!(all(&historian, 1).await, []);
        assert_eq!(
            historian
                .signal_keys(&["b".into(), "a".into()])
                .await
                .unwrap(),
            [keys[1], keys[0]]
        );
        let row = historian
            .append(&[batch(&[(0, 1, 1.0)])], Durability::Full)
            .await
            .unwrap();
        assert!(
            row > JournalRow(200),
            "row {row:?} is called settled already"
        );
    });
}

#[test]
fn what_is_no_database_at_all_is_kept_aside() {
    block_on(async {
        for name in ["telemetry.db", "alarms.db"] {
            let dir = super::folder();
            let text = "These are my notes. ".repeat(1_000);
            std::fs::write(dir.path().join(name), &text).unwrap();
            let historian = open(dir.path()).await;
            assert!(
                historian.notices()[0].to_string().contains(name),
                "{:?}",
                historian.notices()
            );
            assert_eq!(
                std::fs::read_to_string(set_aside(dir.path(), name).unwrap()).unwrap(),
                text
            );
            historian
                .append(&[batch(&[(0, 1, 1.0)])], Durability::Full)
                .await
                .unwrap();
            assert_eq!(all(&historian, 0).await, [(1, 1.0)]);
        }
    });
}

#[test]
fn a_damaged_journal_row_goes_to_quarantine_and_the_others_are_kept() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        for n in 0..3 {
            historian
                .append(&[batch(&[(0, n, n as f64)])], Durability::Full)
                .await
                .unwrap();
        }
        historian.close().await.unwrap();
        sql(
            &dir.path().join("telemetry.db"),
            "UPDATE journal SET data = x'01deadbeef00' WHERE row = 2",
        )
        .await;
        let historian = open(dir.path()).await;
        let [notice] = historian.notices() else {
            panic!("{:?}", historian.notices());
        };
        assert!(
            notice
                .to_string()
                .starts_with("journal row 2 (1 samples) is damaged")
                && notice.to_string().contains("backup"),
            "{notice}"
        );
        assert_eq!(all(&historian, 0).await, [(0, 0.0), (2, 2.0)]);
        assert_eq!(
            historian.rows_after(JournalRow(0), 10).await.unwrap().len(),
            2
        );
        let progress = historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        assert_eq!(
            (progress.rows, progress.samples, progress.quarantined),
            (3, 2, 1)
        );
        assert_eq!(all(&historian, 0).await, [(0, 0.0), (2, 2.0)]);
    });
}

#[test]
fn a_damaged_chunk_is_named_and_does_not_stop_compaction() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        historian
            .append(
                &[batch(&[(0, 1, 1.0), (0, 2, 2.0), (1, 1, 1.0)])],
                Durability::Full,
            )
            .await
            .unwrap();
        historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        historian.close().await.unwrap();
        let damage = "UPDATE chunk_data SET data = x'0100' WHERE id = (SELECT data FROM chunk WHERE signal = 0)";
        sql(&dir.path().join("telemetry.db"), damage).await;
        let historian = open(dir.path()).await;
        let error = historian
            .raw(SignalKey(0), Timestamp(0), Timestamp(9), 9)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Damaged { place, .. } if place.contains("signal 0")),
            "{error}"
        );
        // Statistics alone still answer a zoomed-out trend.
        let columns = historian
            .range(SignalKey(0), Timestamp(0), Timestamp(9), 1)
            .await
            .unwrap();
        assert_eq!((columns.min, columns.max), (vec![1.0], vec![2.0]));
        assert_eq!(all(&historian, 1).await, [(1, 1.0)]);
        historian
            .append(&[batch(&[(0, 3, 3.0)])], Durability::Full)
            .await
            .unwrap();
        let progress = historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        assert_eq!(progress.quarantined, 1);
        assert_eq!(all(&historian, 0).await, [(3, 3.0)]);
    });
}
