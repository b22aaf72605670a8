//! Copies of a history in use, and bringing them back.

use std::{ops::ControlFlow, path::Path};

use twin_historian::{
    AuditEntry, BackedUp, Durability, Error, Historian, JournalRow, Options, restore,
};

use super::{NOW, all, batch, block_on, open};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

fn options() -> Options {
    Options {
        chunk_samples_max: 64,
        ..Options::default()
    }
}

/// Names in a folder, but for what SQLite keeps beside a database as long as a connection is open.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

/// Appends samples at 0, 1, 2... of signal 0, ten a row, settles and compacts; gives how many.
async fn fill(historian: &Historian, rows: std::ops::Range<i64>) -> i64 {
    for n in rows.clone() {
        let samples: Vec<_> = (n * 10..n * 10 + 10)
            .map(|time| (0, time, time as f64))
            .collect();
        let row = historian
            .append(&[batch(&samples)], Durability::Normal)
            .await
            .unwrap();
        if n % 7 == 0 {
            historian.alarms().set_settled(row).await.unwrap();
            historian.compact_step(row).await.unwrap();
        }
    }
    rows.end * 10
}

#[test]
fn a_copy_made_while_appending_is_consistent_and_has_all_that_was_acknowledged() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = super::folder();
        let historian = Historian::open_with(&dir.path().join("live"), NOW, options())
            .await
            .unwrap();
        let before = fill(&historian, 0..200).await;
        let entry = AuditEntry {
            at: NOW,
            user: "anna".into(),
            action: "note".into(),
            subject: "x".into(),
            detail: String::new(),
        };
        historian.alarms().write_audit(&entry).await.unwrap();
        let appending = {
            let historian = historian.clone();
            tokio::spawn(async move { fill(&historian, 200..500).await })
        };
        for round in 0..3 {
            let to = dir.path().join(format!("copy {round}"));
            let mut told = Vec::new();
            let done = historian.backup(&to, |done, total| {
                told.push((done, total));
                GO_ON
            });
            let done = done.await.unwrap();
            assert!(
                matches!(done, BackedUp::Done(bytes) if bytes > 8_192),
                "{done:?}"
            );
            assert!(told.iter().all(|(done, total)| done <= total), "{told:?}");
            assert!(
                told.last().is_some_and(|(done, total)| done == total),
                "{told:?}"
            );
            assert_eq!(names(&to), ["alarms.db", "telemetry.db"]);
            let copy = open(&to).await;
            assert_eq!(copy.notices(), Vec::<twin_core::Said>::new());
            assert_eq!(
                copy.check().await.unwrap().faults,
                Vec::<twin_core::Said>::new()
            );
            let seen = all(&copy, 0).await;
            assert!(
                seen.len() as i64 >= before,
                "{} of {before} samples",
                seen.len()
            );
            assert!(
                seen.iter().zip(0..).all(|((time, _), n)| *time == n),
                "a hole"
            );
            // What the replay at start needs is there: no row behind the settled one went to chunks.
            let settled = copy.alarms().settled().await.unwrap();
            assert!(settled <= copy.newest_row());
            let replayed = copy.rows_after(settled, u32::MAX).await.unwrap();
            assert_eq!(replayed.len() as i64, copy.newest_row().0 - settled.0);
            assert_eq!(copy.alarms().audit(None, 9).await.unwrap().len(), 1);
            copy.close().await.unwrap();
        }
        let all_of_it = appending.await.unwrap();
        assert_eq!(all(&historian, 0).await.len() as i64, all_of_it);
    });
}

#[test]
fn a_cancelled_or_failed_backup_leaves_nothing_and_an_older_one_is_never_overwritten() {
    block_on(async {
        let dir = super::folder();
        let historian = Historian::open_with(&dir.path().join("live"), NOW, options())
            .await
            .unwrap();
        fill(&historian, 0..300).await;
        for stop_at in 0..6 {
            let mut looks = 0;
            let to = dir.path().join("copy");
            let copied = historian.backup(&to, |_, _| {
                looks += 1;
                if looks > stop_at {
                    ControlFlow::Break(())
                } else {
                    GO_ON
                }
            });
            match copied.await.unwrap() {
                BackedUp::Cancelled => assert_eq!(names(dir.path()), ["live"]),
                // Small files are copied within a few looks.
                BackedUp::Done(_) => {
                    assert!(stop_at > 2, "{stop_at}");
                    std::fs::remove_dir_all(dir.path().join("copy")).unwrap();
                }
            }
        }
        std::fs::create_dir(dir.path().join("copy")).unwrap();
        let error = historian
            .backup(&dir.path().join("copy"), |_, _| GO_ON)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("copy"), "{error}");
        assert_eq!(names(dir.path()), ["copy", "live"]);
    });
}

/// Copies a folder of files as a crash leaves it.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for name in std::fs::read_dir(from).unwrap() {
        let name = name.unwrap().file_name();
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

#[test]
fn what_a_killed_backup_left_is_removed_by_the_next_one_and_nothing_else() {
    block_on(async {
        let dir = super::folder();
        let at = |name: &str| dir.path().join(name);
        let historian = Historian::open_with(&at("live"), NOW, options())
            .await
            .unwrap();
        fill(&historian, 0..300).await;
        let mut looks = 0;
        let killed = |_, _| {
            looks += 1;
            if looks == 3 {
                for name in ["killed.1.part", "busy.1.part", "mixed.1.part"] {
                    copy_folder(&at("copy.1.part"), &at(name));
                    let lock = format!("{name}.lock");
                    std::fs::copy(at("copy.1.part.lock"), at(&lock)).unwrap();
                }
                // Killed before the folder was made.
                std::fs::copy(at("copy.1.part.lock"), at("none.1.part.lock")).unwrap();
            }
            GO_ON
        };
        historian.backup(&at("copy"), killed).await.unwrap();
        assert!(names(&at("killed.1.part")).contains(&"alarms.db".to_owned()));
        std::fs::write(at("mixed.1.part").join("letter"), "somebody's").unwrap();
        copy_folder(&at("copy"), &at("second.1.part"));
        std::fs::write(at("third.1.part.lock"), "somebody's").unwrap();
        copy_folder(&at("copy"), &at("third.1.part"));
        let busy = std::fs::File::open(at("busy.1.part.lock")).unwrap();
        busy.lock().unwrap();

        // A name that is taken by others is not an obstacle.
        let second = historian.backup(&at("second"), |_, _| GO_ON).await.unwrap();
        assert!(matches!(second, BackedUp::Done(_)));
        let left = [
            "busy.1.part",
            "busy.1.part.lock",
            "copy",
            "live",
            "mixed.1.part",
            "mixed.1.part.lock",
            "second",
            "second.1.part",
            "third.1.part",
            "third.1.part.lock",
        ];
        assert_eq!(names(dir.path()), left);
        drop(busy);
        historian.backup(&at("fourth"), |_, _| GO_ON).await.unwrap();
        let names = names(dir.path());
        assert!(
            !names.iter().any(|name| name.starts_with("busy")),
            "{names:?}"
        );
    });
}

#[test]
fn a_restored_history_is_the_copy_and_the_former_one_is_kept() {
    block_on(async {
        let dir = super::folder();
        let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
        let historian = Historian::open_with(&live, NOW, options()).await.unwrap();
        let keys = historian
            .signal_keys(&["a".into(), "b".into()])
            .await
            .unwrap();
        let count = fill(&historian, 0..100).await;
        historian.backup(&copy, |_, _| GO_ON).await.unwrap();
        fill(&historian, 100..120).await;
        historian.close().await.unwrap();
        drop(historian);
        let restored = restore(&copy, &live, NOW, |_, _| GO_ON).await.unwrap();
        assert!(restored.report.is_sound(), "{:?}", restored.report.lines());
        assert_eq!(restored.kept.len(), 2);
        let historian = open(&live).await;
        assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
        assert_eq!(all(&historian, 0).await.len() as i64, count);
        assert_eq!(
            historian.signal_keys(&["b".into()]).await.unwrap(),
            [keys[1]]
        );
        historian
            .append(&[batch(&[(1, 1, 1.0)])], Durability::Full)
            .await
            .unwrap();
        historian.close().await.unwrap();
        // The former one is whole: put back, it has everything.
        let former = super::folder();
        for file in &restored.kept {
            let name = file.file_name().unwrap().to_str().unwrap();
            let (name, _) = name.split_once(".replaced-").unwrap();
            std::fs::copy(file, former.path().join(name)).unwrap();
        }
        assert_eq!(all(&open(former.path()).await, 0).await.len(), 1_200);
        // The copy itself was not changed, and can be restored again, into an empty place too.
        assert_eq!(names(&copy), ["alarms.db", "telemetry.db"]);
        let elsewhere = dir.path().join("elsewhere");
        let again = restore(&copy, &elsewhere, NOW, |_, _| GO_ON).await.unwrap();
        assert_eq!(again.kept, Vec::<std::path::PathBuf>::new());
        assert_eq!(all(&open(&elsewhere).await, 0).await.len() as i64, count);
    });
}

#[test]
fn an_unsound_copy_is_refused_and_the_history_stays() {
    block_on(async {
        let dir = super::folder();
        let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
        let historian = Historian::open_with(&live, NOW, options()).await.unwrap();
        let count = fill(&historian, 0..100).await;
        historian.backup(&copy, |_, _| GO_ON).await.unwrap();
        historian.close().await.unwrap();
        drop(historian);
        let sound = std::fs::read(copy.join("telemetry.db")).unwrap();
        let before = names(&live);
        let mut bytes = sound.clone();
        for page in bytes.chunks_mut(8_192).skip(1) {
            page[100..140].fill(0x55);
        }
        std::fs::write(copy.join("telemetry.db"), bytes).unwrap();
        let error = restore(&copy, &live, NOW, |_, _| GO_ON).await.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        assert_eq!(names(&live), before);
        std::fs::write(copy.join("telemetry.db"), &sound).unwrap();
        let error = restore(&copy, &live, NOW, |_, _| ControlFlow::Break(()))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        std::fs::remove_file(copy.join("alarms.db")).unwrap();
        let error = restore(&copy, &live, NOW, |_, _| GO_ON).await.unwrap_err();
        assert!(error.to_string().contains("alarms.db"), "{error}");
        assert_eq!(names(&live), before);
        let historian = open(&live).await;
        assert_eq!(all(&historian, 0).await.len() as i64, count);
        assert_eq!(historian.newest_row(), JournalRow(100));
    });
}

/// The power may go while one file is exchanged and the other is not: the next start finishes it.
#[test]
fn an_exchange_that_was_cut_short_is_finished_at_the_next_start() {
    block_on(async {
        let dir = super::folder();
        let (live, copy) = (dir.path().join("live"), dir.path().join("copy"));
        let historian = open(&live).await;
        historian
            .append(&[batch(&[(0, 1, 1.0)])], Durability::Full)
            .await
            .unwrap();
        historian.backup(&copy, |_, _| GO_ON).await.unwrap();
        historian
            .append(&[batch(&[(0, 2, 2.0)])], Durability::Full)
            .await
            .unwrap();
        historian.close().await.unwrap();
        drop(historian);
        for done in 0..3 {
            let place = dir.path().join(format!("place {done}"));
            let half = place.join("switch.replaced-20261122T143456Z");
            std::fs::create_dir_all(&half).unwrap();
            for (n, name) in ["alarms.db", "telemetry.db"].iter().enumerate() {
                let aside = place.join(format!("{name}.replaced-20261122T143456Z"));
                let (old, new) = if n < done {
                    (aside, place.join(name))
                } else {
                    (place.join(name), half.join(name))
                };
                std::fs::copy(live.join(name), old).unwrap();
                std::fs::copy(copy.join(name), new).unwrap();
            }
            let historian = open(&place).await;
            assert_eq!(
                historian.notices().len(),
                2 - done,
                "{:?}",
                historian.notices()
            );
            assert_eq!(all(&historian, 0).await, [(1, 1.0)]);
            assert_eq!(
                historian.check().await.unwrap().faults,
                Vec::<twin_core::Said>::new()
            );
            historian.close().await.unwrap();
            let kept: Vec<_> = names(&place)
                .into_iter()
                .filter(|name| name.contains(".replaced-"))
                .collect();
            assert_eq!(
                kept.iter().filter(|name| name.ends_with('Z')).count(),
                2,
                "{kept:?}"
            );
            assert!(!half.exists());
        }
    });
}
