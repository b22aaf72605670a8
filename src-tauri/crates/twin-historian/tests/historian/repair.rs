//! Checks that say what is wrong, and repairs that keep what can be read.

use std::ops::ControlFlow;

use twin_core::Timestamp;
use twin_historian::{AuditEntry, Durability, Historian, JournalRow, Options, repair, salvage};

use super::{NOW, all, batch, block_on, open, sql};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

async fn build(dir: &std::path::Path) {
    let options = Options {
        chunk_samples_max: 10,
        ..Options::default()
    };
    let historian = Historian::open_with(dir, NOW, options).await.unwrap();
    historian
        .signal_keys(&["a".into(), "b".into()])
        .await
        .unwrap();
    for n in 0..10_i64 {
        let rows: Vec<_> = (n * 5..n * 5 + 5)
            .flat_map(|time| [(0, time, 0.5), (1, time, 1.5)])
            .collect();
        historian
            .append(&[batch(&rows)], Durability::Full)
            .await
            .unwrap();
    }
    historian.compact_step(JournalRow(8)).await.unwrap();
    for n in 0..3 {
        let entry = AuditEntry {
            at: Timestamp(n),
            user: "anna".into(),
            action: "note".into(),
            subject: String::new(),
            detail: String::new(),
        };
        historian.alarms().write_audit(&entry).await.unwrap();
    }
    historian.close().await.unwrap();
}

#[test]
fn a_sound_history_is_reported_with_what_was_looked_at() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        let historian = open(dir.path()).await;
        let report = historian.check().await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        let counts = report.counts;
        assert_eq!(
            (
                counts.chunks,
                counts.journal_rows,
                counts.samples,
                counts.audit_records
            ),
            (8, 2, 100, 3)
        );
        assert_eq!(report.lines()[1].to_string(), "All is well.");
        let mut looks = 0;
        let stopped = historian.check_with(|_, _| {
            looks += 1;
            if looks > 2 {
                ControlFlow::Break(())
            } else {
                GO_ON
            }
        });
        let stopped = stopped.await.unwrap();
        assert!(!stopped.finished && !stopped.is_sound());
        assert_eq!(
            historian.repair(|_, _| GO_ON).await.unwrap().lines(),
            ["Nothing was damaged."]
        );
        let ended = historian.repair(|_, _| ControlFlow::Break(())).await;
        let ended = ended.unwrap_err().to_string();
        assert!(ended.starts_with("could not repair"), "{ended}");
    });
}

/// One of each sort, in telemetry.db.
const DAMAGES: [&str; 8] = [
    // The third chunk of the second signal.
    "UPDATE chunk_data SET data = unhex('01DEADBEEF' || substr(hex(data), 11)) \
             WHERE id = (SELECT data FROM chunk WHERE signal = 1 AND t_min = 20)",
    "DELETE FROM chunk_data WHERE id = (SELECT data FROM chunk WHERE signal = 0 AND t_min = 30)",
    "INSERT INTO chunk_data (id, data) VALUES (99, x'0102')",
    "UPDATE chunk SET max = 77.0 WHERE signal = 0 AND t_min = 0",
    "UPDATE journal SET data = x'0102' WHERE row = 9",
    "INSERT INTO arrival (first, count, received_max, data) VALUES (1000, 1, 1, x'0102030405')",
    "INSERT INTO rollup (signal, level, block, data) VALUES (0, 3, 7, x'0102030405')",
    "INSERT INTO correction (signal, time, old, old_received, new_received) VALUES (0, 3, x'0102030405', 1, 2)",
];

/// What the check says of them, and of a changed audit record.
const TOLD: [&str; 9] = [
    "signal 1 from 20 to 29 µs (10 samples) cannot be read: does not match its checksum",
    "signal 0 from 30 to 39 µs (10 samples) cannot be read: its data is missing",
    "signal 0 from 0 to 9 µs (10 samples) cannot be read: its samples are not those",
    "chunk data 99 belongs to no chunk",
    "journal row 9 (10 samples from 40 to 44 µs)",
    "received times that begins with number 1000",
    "of the rollups cannot be read",
    "the corrected sample 1 cannot be read",
    "audit record 2 does not fit",
];

#[test]
fn every_sort_of_fault_is_told_and_repaired_and_what_is_lost_is_named() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        let file = dir.path().join("telemetry.db");
        for damage in DAMAGES {
            sql(&file, damage).await;
        }
        sql(
            &dir.path().join("alarms.db"),
            "UPDATE audit SET user = 'bert' WHERE seq = 2",
        )
        .await;
        let historian = open(dir.path()).await;
        let report = historian.check().await.unwrap();
        let lines = report.lines();
        let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        for told in TOLD {
            assert!(text.contains(told), "{told} is not in:\n{text}");
        }
        assert_eq!(report.faults_total, 9, "{text}");
        historian.close().await.unwrap();
        drop(historian);

        let repaired = repair(dir.path(), NOW, |_, _| GO_ON).await.unwrap();
        let lost: Vec<_> = repaired
            .lost
            .iter()
            .map(|lost| {
                let name = lost
                    .signal
                    .as_ref()
                    .map_or("journal", |(_, id)| id.as_str());
                (
                    name.to_owned(),
                    lost.from.micros(),
                    lost.to.micros(),
                    lost.samples,
                )
            })
            .collect();
        let expected = [
            ("journal", 40, 44, 10),
            ("a", 30, 39, 10),
            ("b", 20, 29, 10),
        ];
        assert_eq!(
            lost,
            expected.map(|(name, from, to, n)| (name.to_owned(), from, to, n))
        );
        assert!(
            repaired
                .lines()
                .iter()
                .any(|line| line.starts_with("Lost: 10 samples of signal b from 20 to 29 µs"))
        );
        let historian = open(dir.path()).await;
        let report = historian.check().await.unwrap();
        // An audit trail that somebody changed is not repaired: that would hide it.
        assert_eq!(report.faults_total, 1, "{report:?}");
        let times = |samples: Vec<(i64, f64)>| samples.into_iter().map(|s| s.0).collect::<Vec<_>>();
        assert_eq!(
            times(all(&historian, 0).await),
            (0..30).chain(45..50).collect::<Vec<_>>()
        );
        assert_eq!(
            times(all(&historian, 1).await),
            (0..20).chain(30..40).chain(45..50).collect::<Vec<_>>()
        );
        // Row numbers go on, and the damaged row's is not used again.
        assert_eq!(historian.newest_row(), JournalRow(10));
    });
}

#[test]
fn a_chunk_that_lost_its_samples_finds_them_again() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        // As a flipped byte in the statistics does: the chunk points to another's samples, its own are nobody's.
        let file = dir.path().join("telemetry.db");
        sql(&file, "UPDATE chunk SET data = (SELECT data FROM chunk WHERE signal = 1 AND t_min = 0) WHERE signal = 0 AND t_min = 20").await;
        let repaired = repair(dir.path(), NOW, |_, _| GO_ON).await.unwrap();
        assert_eq!(repaired.lost, []);
        let historian = open(dir.path()).await;
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
        assert_eq!(all(&historian, 0).await.len(), 50);
        assert_eq!(all(&historian, 1).await.len(), 50);
    });
}

/// The page reader takes from a sound file exactly what SQLite gives.
#[test]
fn salvage_of_a_sound_file_gives_every_row_of_every_table() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000) \
             INSERT INTO birth (connection, topic, received, payload) SELECT 'c' || n, 't' || (n % 7), n, zeroblob(n * n % 9000) FROM n; \
             INSERT INTO link (connection, at, state, reason) SELECT 'c', value, 'up', 'ü' FROM json_each('[-1,0,1,127,128,70000,-5000000000,9223372036854775807]');";
        let file = dir.path().join("telemetry.db");
        sql(&file, fill).await;
        for name in ["telemetry.db", "alarms.db"] {
            let into = super::folder();
            let salvaged = salvage(&dir.path().join(name), into.path(), |_, _| GO_ON)
                .await
                .unwrap();
            assert_eq!(
                (salvaged.unreadable, salvaged.pages, salvaged.remarks),
                (vec![], vec![], vec![])
            );
            for (table, rows) in &salvaged.rows {
                let both = format!(
                    "ATTACH '{}' AS other; \
                     CREATE TEMP TABLE must (n CHECK (n = 0)); \
                     INSERT INTO must SELECT count(*) FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM other.{table}); \
                     INSERT INTO must SELECT count(*) FROM (SELECT * FROM other.{table} EXCEPT SELECT * FROM main.{table}); \
                     INSERT INTO must SELECT count(*) - {rows} FROM main.{table};",
                    into.path().join(name).display()
                );
                // Fails when a row differs.
                sql(&dir.path().join(name), &both).await;
            }
        }
    });
}

/// A damaged page in the middle of the journal.
fn break_structure(file: &std::path::Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let begin = bytes.len() / 8_192 * 2 / 3 * 8_192;
    bytes[begin..begin + 8_192].fill(0xa5);
    std::fs::write(file, &bytes).unwrap();
    bytes
}

#[test]
fn a_repair_can_be_ended_while_it_looks_at_the_structure() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        let look = |done, total| match (done, total) {
            (0, 0) => ControlFlow::Break(()),
            _ => panic!("it went on behind the structure"),
        };
        let ended = repair(dir.path(), NOW, look).await.unwrap();
        assert!(ended.cancelled && ended.is_empty(), "{ended:?}");
        assert_eq!(
            ended.lines(),
            ["The repair was cancelled before anything was changed."]
        );
    });
}

/// Wherever it is ended: either nothing has changed, or the next repair does the rest.
#[test]
fn a_repair_that_was_ended_at_any_step_is_finished_by_the_next_one() {
    block_on(async {
        let dir = super::folder();
        build(dir.path()).await;
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000) \
             INSERT INTO birth (connection, topic, received, payload) SELECT 'c' || n, 't', n, zeroblob(4000) FROM n";
        let file = dir.path().join("telemetry.db");
        sql(&file, fill).await;
        let damaged = break_structure(&file);
        // Steps tell what they know: the structure nothing, salvage the whole, the look at the blobs no whole.
        let steps: [fn(u64, u64) -> bool; 2] =
            [|done, total| done == 0 && total == 0, |_, total| total > 0];
        for step in steps {
            let look = |done, total| match step(done, total) {
                true => ControlFlow::Break(()),
                false => GO_ON,
            };
            let report = repair(dir.path(), NOW, look).await.unwrap();
            assert!(report.cancelled && report.is_empty(), "{report:?}");
            assert!(!dir.path().join("repairing").exists());
            // Beside SQLite's own counter of openings, in the header.
            let now = std::fs::read(&file).unwrap();
            assert!(now.len() == damaged.len() && now[100..] == damaged[100..]);
        }
        let blobs = |done, total| match (done, total) {
            (1.., 0) => ControlFlow::Break(()),
            _ => GO_ON,
        };
        let report = repair(dir.path(), NOW, blobs).await.unwrap();
        assert!(report.cancelled && report.kept.len() == 1, "{report:?}");
        let last = report.lines().pop().unwrap();
        assert!(last.contains("run it again"), "{last}");
        let rest = repair(dir.path(), NOW, |_, _| GO_ON).await.unwrap();
        assert!(!rest.cancelled && rest.kept.is_empty(), "{rest:?}");
        let historian = open(dir.path()).await;
        let report = historian.check().await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        assert_eq!(all(&historian, 0).await.len(), 50);
    });
}
