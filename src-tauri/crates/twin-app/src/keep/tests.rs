//! Whole works on a real history in a folder.

use std::{fs, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalId, Timestamp};
use twin_historian::Durability;

use super::*;

mod picture;

const T0: i64 = 1_795_370_171_000_000;
const GROUPS: i64 = 200;
const GROUP: i64 = 100;

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn end(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Break(())
}

/// Appends groups of samples, each to a journal row of its own.
async fn fill(dir: &Path, groups: std::ops::Range<i64>) {
    let historian = Historian::open(dir, clock::now()).await.unwrap();
    let ids = [SignalId::from("tank/level")];
    let key = historian.signal_keys(&ids).await.unwrap()[0];
    for group in groups {
        let mut batch = SampleBatch::new(BatchId(0), Timestamp(T0 + group));
        for index in 0..GROUP {
            let number = group * GROUP + index;
            let value = (number as f64).sin();
            batch.push_f64(key, Timestamp(T0 + number * 1_000), value, Quality::GOOD);
        }
        let batches = [Arc::new(batch)];
        historian
            .append(&batches, Durability::Normal)
            .await
            .unwrap();
    }
    historian.close().await.unwrap();
}

async fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 0..GROUPS).await;
    dir
}

async fn stored(dir: &Path) -> i64 {
    let historian = Historian::open(dir, clock::now()).await.unwrap();
    let ids = [SignalId::from("tank/level")];
    let key = historian.signal_keys(&ids).await.unwrap()[0];
    let (t0, t1) = (Timestamp::MIN, Timestamp::MAX);
    let samples = historian.raw(key, t0, t1, 1_000_000).await.unwrap();
    historian.close().await.unwrap();
    samples.len() as i64
}

async fn audit(dir: &Path) -> Vec<(String, String)> {
    let historian = Historian::open(dir, clock::now()).await.unwrap();
    let records = historian.alarms().audit(None, 100).await.unwrap();
    historian.close().await.unwrap();
    let entries = records.into_iter().map(|record| record.entry);
    entries.map(|entry| (entry.action, entry.detail)).collect()
}

/// Overwrites one page in two thirds of the file, where rows of the journal are; gives the file as it is then.
fn damage(dir: &Path) -> Vec<u8> {
    let file = dir.join("telemetry.db");
    let mut bytes = fs::read(&file).unwrap();
    let pages = bytes.len() / 8_192;
    let begin = pages * 2 / 3 * 8_192;
    bytes[begin..begin + 8_192].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    bytes
}

async fn run_on(dir: &Path, work: Work) -> Outcome {
    run(dir, &work, "op", &go_on).await.unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_damage_and_leaves_it_to_the_repair() {
    let dir = filled().await;
    let sound = run_on(dir.path(), Work::Check).await;
    assert!(sound.good, "{sound:?}");
    assert!(sound.lines[0].contains("20000 samples"), "{sound:?}");
    assert_eq!(sound.lines[1], "All is well.");

    let damaged = damage(dir.path());
    let found = run_on(dir.path(), Work::Check).await;
    assert!(!found.good);
    let text = found.lines.join("\n");
    assert!(
        text.contains("telemetry.db") && text.ends_with(" repair"),
        "{text}"
    );
    assert!(!text.contains(".looking") && !text.contains("kept as"));
    let after = fs::read(dir.path().join("telemetry.db")).unwrap();
    // Beside SQLite's own counter of openings, in the header.
    let changed = (100..damaged.len()).find(|at| damaged.get(*at) != after.get(*at));
    assert_eq!(
        (changed, after.len()),
        (None, damaged.len()),
        "it was changed"
    );
    assert_eq!(names(dir.path()), [".lock", "alarms.db", "telemetry.db"]);
    let refused = run_on(dir.path(), Work::Backup(None)).await;
    assert!(!refused.good, "{refused:?}");

    let repaired = run_on(dir.path(), Work::Repair).await;
    assert!(repaired.good, "{repaired:?}");
    let left = stored(dir.path()).await;
    assert!(
        left > GROUPS * GROUP / 2 && left < GROUPS * GROUP,
        "{left} samples are left"
    );
    let again = run_on(dir.path(), Work::Check).await;
    assert!(again.good, "{again:?}");
    let audit = audit(dir.path()).await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert!(
        audit[0].0 == "repair-history" && audit[0].1.contains("made anew"),
        "{audit:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_brought_back_by_its_name() {
    let dir = filled().await;
    let to = command::backups(dir.path()).join("monday");
    let done = run_on(dir.path(), Work::Backup(Some(to.clone()))).await;
    assert!(
        done.good && done.lines[0].contains(&to.display().to_string()),
        "{done:?}"
    );
    let again = run(dir.path(), &Work::Backup(Some(to)), "op", &go_on).await;
    assert!(again.unwrap_err().to_string().contains("exists already"));
    fill(dir.path(), GROUPS..GROUPS + 1).await;
    assert_eq!(stored(dir.path()).await, (GROUPS + 1) * GROUP);

    let back = run_on(dir.path(), Work::Restore("monday".into())).await;
    assert!(back.good, "{back:?}");
    let kept = back.lines.iter().filter(|line| line.contains("kept as"));
    assert_eq!(kept.count(), 2, "{back:?}");
    assert_eq!(stored(dir.path()).await, GROUPS * GROUP);
    let actions: Vec<String> = audit(dir.path())
        .await
        .into_iter()
        .map(|entry| entry.0)
        .collect();
    assert_eq!(
        actions,
        ["restore-history", "backup-history"],
        "its begin is in the backup"
    );
    let nowhere = run(dir.path(), &Work::Restore("tuesday".into()), "op", &go_on).await;
    assert!(nowhere.unwrap_err().to_string().contains("no backup"));
    let elsewhere = tempfile::tempdir().unwrap();
    let new = elsewhere.path().join("new");
    let from = command::backups(dir.path()).join("monday");
    assert!(run_on(&new, Work::Restore(from)).await.good);
    assert_eq!(stored(&new).await, GROUPS * GROUP);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_comes_back_beside_what_is_new() {
    let dir = filled().await;
    damage(dir.path());
    let historian = Historian::open(dir.path(), clock::now()).await.unwrap();
    let notice = command::notice(dir.path(), &historian.notices()[0]).to_string();
    historian.close().await.unwrap();
    drop(historian);
    let (_, file) = notice.rsplit_once(" salvage ").expect("the command");
    assert!(Path::new(file).is_file(), "{notice}");
    fill(dir.path(), GROUPS..GROUPS + 1).await;
    assert_eq!(stored(dir.path()).await, GROUP);

    let done = run_on(dir.path(), Work::Salvage(file.into())).await;
    assert!(done.good, "{done:?}");
    let left = stored(dir.path()).await;
    assert!(
        left > GROUPS * GROUP / 2 && left < (GROUPS + 1) * GROUP,
        "{left}: {done:?}"
    );
    assert!(run_on(dir.path(), Work::Salvage(file.into())).await.good);
    assert_eq!(stored(dir.path()).await, left, "again does no harm");
    let audit = audit(dir.path()).await;
    assert!(audit.iter().all(|entry| entry.0 == "salvage-history"));
    let missing = run(dir.path(), &Work::Salvage("x".into()), "op", &go_on).await;
    assert!(missing.unwrap_err().to_string().contains("no file x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_leaves_history_as_it_was() {
    let dir = filled().await;
    let to = dir.path().join("copy");
    assert!(
        run_on(dir.path(), Work::Backup(Some(to.clone())))
            .await
            .good
    );
    let other = dir.path().join("other");
    for work in [
        Work::Check,
        Work::Backup(Some(other)),
        Work::Restore(to),
        Work::Repair,
    ] {
        let outcome = run(dir.path(), &work, "op", &end).await.unwrap();
        assert!(!outcome.good, "{work:?}: {outcome:?}");
        assert_eq!(
            names(dir.path()),
            [".lock", "alarms.db", "copy", "telemetry.db"],
            "{work:?}"
        );
        assert_eq!(stored(dir.path()).await, GROUPS * GROUP);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_that_was_ended_half_way_says_so_and_is_noted() {
    let dir = filled().await;
    damage(dir.path());
    // What it looks at behind the exchange has no known whole.
    let look = |done, total| match (done, total) {
        (1.., 0) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let outcome = run(dir.path(), &Work::Repair, "op", &look).await.unwrap();
    let text = outcome.lines.join("\n");
    assert!(!outcome.good && text.contains("kept as"), "{text}");
    assert!(text.contains("run it again"), "{text}");
    let audit = audit(dir.path()).await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert!(audit[0].1.contains("kept as"), "{audit:?}");
    assert!(run_on(dir.path(), Work::Repair).await.good);
    assert!(run_on(dir.path(), Work::Check).await.good);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_or_empty_folders_are_refused_in_words() {
    let dir = filled().await;
    let lock = workspace::lock(dir.path()).unwrap();
    for work in [
        Work::Check,
        Work::Repair,
        Work::Backup(None),
        Work::Restore(dir.path().into()),
        Work::Salvage("x".into()),
    ] {
        let refused = run(dir.path(), &work, "op", &go_on).await.unwrap_err();
        assert!(refused.to_string().contains("close it"), "{refused}");
    }
    drop(lock);
    let empty = tempfile::tempdir().unwrap();
    for work in [Work::Check, Work::Repair, Work::Backup(None)] {
        let refused = run(empty.path(), &work, "op", &go_on).await.unwrap_err();
        assert!(refused.to_string().contains("no history"), "{refused}");
    }
    assert!(names(empty.path()).is_empty(), "nothing was made there");
    fs::remove_file(dir.path().join("alarms.db")).unwrap();
    let half = run_on(dir.path(), Work::Check).await;
    assert!(
        !half.good && half.lines.join(" ").contains("alarms.db is missing"),
        "{half:?}"
    );
}
