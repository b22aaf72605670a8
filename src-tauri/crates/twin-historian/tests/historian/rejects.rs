//! Messages that could not be read: how many are kept, whole or not, and which go first.

use std::{ops::ControlFlow, path::Path};

use twin_core::{ConnectionId, Timestamp};
use twin_historian::{
    Durability, Group, Historian, Options, Policy, REJECT_PAYLOAD_MAX, Reject, RejectLimits,
    RejectTotal, salvage,
};

use super::{NOW, block_on, open, sql};

fn reject(connection: &str, reason: &str, number: i64, bytes: usize) -> Reject {
    Reject {
        connection: connection.into(),
        topic: format!("t/{number}"),
        reason: reason.to_owned(),
        detail: "byte 3".to_owned(),
        payload: vec![number as u8; bytes],
        length: Some(bytes as u64),
        received: Timestamp(number),
    }
}

async fn put(historian: &Historian, rejects: &[Reject]) {
    let group = Group {
        rejects,
        ..Group::default()
    };
    let put = historian.append_group(group, Durability::Normal);
    put.await.unwrap();
}

async fn open_with(dir: &Path, rows: u32, bytes: u64) -> Historian {
    let options = Options {
        rejects: RejectLimits { rows, bytes },
        ..Options::default()
    };
    Historian::open_with(dir, NOW, options).await.unwrap()
}

/// Topics of the kept ones, newest first.
async fn topics(historian: &Historian, connection: &str, reason: &str) -> Vec<String> {
    let connection = ConnectionId::from(connection);
    let kept = historian.rejects_of(&connection, reason, None, u32::MAX);
    kept.await.unwrap().into_iter().map(|of| of.topic).collect()
}

fn total(connection: &str, reason: &str, total: u64, kept: u64) -> RejectTotal {
    RejectTotal {
        connection: connection.into(),
        reason: reason.to_owned(),
        total,
        kept,
    }
}

#[test]
fn rejects_are_kept_whole_and_of_a_larger_one_the_beginning_and_the_length() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let station = ConnectionId::from("station");
        let sizes = [0, 1, 4_097, REJECT_PAYLOAD_MAX, REJECT_PAYLOAD_MAX + 1];
        let rejects: Vec<_> = (1..)
            .zip(sizes)
            .map(|(number, bytes)| reject("station", "utf8", number, bytes))
            .collect();
        put(&historian, &rejects).await;
        // Of one that was cut before, its length is told all the same.
        let cut = Reject {
            length: Some(9_000_000),
            ..reject("station", "too-large", 9, 4_096)
        };
        put(&historian, std::slice::from_ref(&cut)).await;
        historian.close().await.unwrap();

        let historian = open(dir.path()).await;
        assert_eq!(historian.rejects(1).await.unwrap(), [cut]);
        let kept = historian.rejects_of(&station, "utf8", None, 9);
        let kept = kept.await.unwrap();
        for ((of, given), bytes) in kept.iter().rev().zip(&rejects).zip(sizes) {
            let stored = bytes.min(REJECT_PAYLOAD_MAX);
            assert_eq!(
                (of.stored, of.length, &of.topic),
                (stored as u64, Some(bytes as u64), &given.topic)
            );
            let payload = historian.reject_payload(&station, of.number).await.unwrap();
            assert_eq!(payload.unwrap(), given.payload[..stored]);
        }
        let [newest, second, ..] = &kept[..] else {
            panic!("{kept:?}")
        };
        let before = historian.rejects_of(&station, "utf8", Some(newest.number), 1);
        assert_eq!(before.await.unwrap(), std::slice::from_ref(second));
        let other = ConnectionId::from("other");
        let payload = historian.reject_payload(&other, newest.number).await;
        assert_eq!(payload.unwrap(), None, "of another connection");
        assert_eq!(
            historian.reject_totals().await.unwrap(),
            [
                total("station", "too-large", 1, 1),
                total("station", "utf8", 5, 5)
            ]
        );
    });
}

#[test]
fn a_flood_pushes_out_its_own_oldest_and_nothing_of_others() {
    block_on(async {
        for (rows, bytes) in [(200, u64::MAX), (u32::MAX, 200 * 1_280)] {
            let dir = super::folder();
            let historian = open_with(dir.path(), rows, bytes).await;
            let rare: Vec<_> = (0..40).map(|n| reject("rare", "utf8", n, 1_000)).collect();
            put(&historian, &rare).await;
            let other = [reject("noisy", "json-syntax", 1, 1_000)];
            put(&historian, &other).await;
            for part in 0..50 {
                let flood: Vec<_> = (0..37)
                    .map(|n| reject("noisy", "utf8", part * 37 + n, 1_000))
                    .collect();
                put(&historian, &flood).await;
            }
            assert_eq!(topics(&historian, "rare", "utf8").await.len(), 40);
            assert_eq!(topics(&historian, "noisy", "json-syntax").await.len(), 1);
            let kept = topics(&historian, "noisy", "utf8").await;
            assert!((150..160).contains(&kept.len()), "{}", kept.len());
            let newest = (0..kept.len()).map(|back| format!("t/{}", 1_849 - back));
            assert_eq!(kept, newest.collect::<Vec<_>>(), "the newest in a row");
            let expected = [
                total("noisy", "json-syntax", 1, 1),
                total("noisy", "utf8", 1_850, kept.len() as u64),
                total("rare", "utf8", 40, 40),
            ];
            assert_eq!(historian.reject_totals().await.unwrap(), expected);
            let all = historian.rejects(u32::MAX).await.unwrap();
            assert_eq!(all.len(), kept.len() + 41);
            assert!(all.iter().all(|of| of.payload.len() == 1_000));
            historian.close().await.unwrap();
            // Payloads go with their messages.
            let file = dir.path().join("telemetry.db");
            sql(&file, "CREATE TABLE alone AS SELECT id FROM reject_payload").await;
            let orphans = "DELETE FROM alone WHERE id IN (SELECT id FROM reject); \
                           CREATE TABLE none (id INTEGER CHECK (id IS NULL)); INSERT INTO none SELECT id FROM alone";
            sql(&file, orphans).await;
        }
    });
}

/// One that was enough for all before is brought below a smaller bound by those that hold most.
#[test]
fn a_smaller_bound_takes_from_the_largest_until_all_hold_alike() {
    block_on(async {
        let dir = super::folder();
        let historian = open_with(dir.path(), 1_000, u64::MAX).await;
        for (connection, count) in [("a", 300), ("b", 200), ("c", 20)] {
            let some: Vec<_> = (0..count)
                .map(|n| reject(connection, "utf8", n, 10))
                .collect();
            put(&historian, &some).await;
        }
        historian.close().await.unwrap();
        let historian = open_with(dir.path(), 120, u64::MAX).await;
        put(&historian, &[reject("c", "utf8", 20, 10)]).await;
        let kept: Vec<_> = historian.reject_totals().await.unwrap();
        let kept: Vec<u64> = kept.iter().map(|of| of.kept).collect();
        assert_eq!(kept[2], 21, "what is rare stays");
        assert!((97..=99).contains(&(kept[0] + kept[1])), "{kept:?}");
        assert!(kept[0].abs_diff(kept[1]) <= 1, "{kept:?}");
    });
}

#[test]
fn a_history_of_schema_3_keeps_its_rejects_and_says_what_it_does_not_know() {
    block_on(async {
        let dir = super::folder();
        let file = dir.path().join("telemetry.db");
        open(dir.path()).await.close().await.unwrap();
        let older = "DROP TABLE reject_payload; DROP TABLE reject_kept; DROP INDEX reject_by_topic;
            INSERT INTO reject (connection, topic, reason, detail, received, excerpt) VALUES
                ('station', 't/1', 'utf8', 'd', 1, x'0102'), ('station', 't/2', 'utf8', 'd', 2, zeroblob(4096));
            INSERT INTO reject_total (connection, reason, total) VALUES ('station', 'utf8', 70);
            PRAGMA user_version = 3";
        sql(&file, older).await;
        let historian = open(dir.path()).await;
        assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
        let expect = async |historian: &Historian| {
            let kept = historian.rejects(9).await.unwrap();
            let told: Vec<_> = kept
                .iter()
                .map(|of| (&*of.topic, of.payload.len(), of.length))
                .collect();
            assert_eq!(told, [("t/2", 4_096, None), ("t/1", 2, Some(2))]);
            assert_eq!(
                historian.reject_totals().await.unwrap(),
                [total("station", "utf8", 70, 2)]
            );
        };
        expect(&historian).await;
        historian.close().await.unwrap();
        // The same when the file of then is damaged, and what can be read is taken out of it.
        let now = dir.path().join("now");
        let go_on = |_, _| ControlFlow::Continue(());
        salvage(&file, &now, go_on).await.unwrap();
        let salvaged = open(&now).await;
        expect(&salvaged).await;
        salvaged.close().await.unwrap();
        let undo = "UPDATE reject SET excerpt = (SELECT payload FROM reject_payload p WHERE p.id = reject.id); \
                    DELETE FROM reject_payload; DELETE FROM reject_kept";
        sql(&file, undo).await;
        let then = dir.path().join("then");
        salvage(&file, &then, go_on).await.unwrap();
        let salvaged = open(&then).await;
        expect(&salvaged).await;
        salvaged.close().await.unwrap();
    });
}

#[test]
fn a_disk_budget_takes_from_rejects_before_it_takes_from_samples() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let samples: Vec<_> = (0..10_000).map(|n| (0, n, n as f64)).collect();
        let batches = [super::batch(&samples)];
        historian.append(&batches, Durability::Full).await.unwrap();
        historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        let many: Vec<_> = (0..100)
            .map(|n| reject("station", "utf8", n, 40_000))
            .collect();
        put(&historian, &many).await;
        let policy = Policy {
            budget_bytes: Some(2_000_000),
            ..Policy::default()
        };
        while historian.retain(NOW, &policy).await.unwrap().more {}
        let kept = topics(&historian, "station", "utf8").await;
        // 4 MB of them, of which as many stay as the rest of the budget allows.
        assert!((30..=45).contains(&kept.len()), "{}", kept.len());
        assert_eq!(kept[0], "t/99");
        assert_eq!(super::all(&historian, 0).await.len(), samples.len());
    });
}
