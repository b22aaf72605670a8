//! Disks that are full, and system calls that fail.

use std::{
    ops::ControlFlow,
    path::Path,
    process::{Command, Stdio},
};

use twin_core::{Duration, Timestamp};
use twin_historian::{BackedUp, Durability, Error, Historian, Keep, Options, Policy};

use super::{NOW, all, batch, block_on, faults::Random, open};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
const FOLDER: &str = "TWIN_HISTORIAN_CALLS_FAIL_IN";

fn options() -> Options {
    Options {
        chunk_samples_max: 500,
        ..Options::default()
    }
}

/// 500 samples that do not compress, from `n * 500` µs on.
fn rows(n: i64) -> Vec<(u32, i64, f64)> {
    let mut random = Random(n.cast_unsigned());
    (n * 500..(n + 1) * 500)
        .map(|time| (0, time, (random.next() >> 11) as f64))
        .collect()
}

/// Appends until there is no space; gives how many appends were acknowledged.
async fn fill(historian: &Historian, from: i64) -> i64 {
    for n in from.. {
        match historian.append(&[batch(&rows(n))], Durability::Full).await {
            Ok(_) => {}
            Err(error) => {
                assert!(error.is_full(), "{error}");
                return n;
            }
        }
    }
    from
}

/// Everything that keeping does may fail for want of space, with that error, and loses nothing.
async fn keep_without_space(historian: &Historian, dir: &Path) {
    let full = |error: Error| assert!(error.is_full(), "{error}");
    let keep = Keep {
        raw: Some(Duration::from_secs(1_000)),
        rollups: None,
    };
    let policy = Policy {
        default: keep,
        ..Policy::default()
    };
    for _ in 0..3 {
        historian
            .compact_step(historian.newest_row())
            .await
            .map(drop)
            .unwrap_or_else(full);
        historian
            .retain(Timestamp(0), &policy)
            .await
            .map(drop)
            .unwrap_or_else(full);
        historian.checkpoint().await.unwrap_or_else(full);
    }
    let to = dir.join("copy");
    match historian.backup(&to, |_, _| GO_ON).await {
        Ok(BackedUp::Done(_)) => std::fs::remove_dir_all(&to).unwrap(),
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            let no_space = error.is_full() || error.to_string().contains("No space");
            assert!(no_space, "{error}");
        }
    }
    let left = std::fs::read_dir(dir).unwrap();
    let mut left = left.map(|entry| entry.unwrap().file_name());
    assert!(!left.any(|name| name.to_string_lossy().starts_with("copy")));
}

#[test]
fn without_a_free_page_nothing_is_lost_and_it_goes_on_when_there_is_one() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            telemetry_pages_max: Some(120),
            ..options()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let mut stored = fill(&historian, 0).await;
        assert!(stored > 10, "{stored}");
        for round in 0..3 {
            keep_without_space(&historian, dir.path()).await;
            assert_eq!(
                all(&historian, 0).await.len() as i64,
                stored * 500,
                "round {round}"
            );
            stored = fill(&historian, stored).await;
        }
        historian.limit_telemetry_pages(None).await.unwrap();
        historian
            .append(&[batch(&rows(stored))], Durability::Full)
            .await
            .unwrap();
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {}
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(all(&historian, 0).await.len() as i64, (stored + 1) * 500);
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

fn mount(args: &[&str], dir: &Path) -> Result<(), String> {
    let output = Command::new("mount")
        .args(args)
        .arg(dir)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_it_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let small = ["-t", "tmpfs", "-o", "size=3m", "tmpfs"];
    if let Err(why) = mount(&small, dir.path()) {
        println!("SKIPPED: a small disk cannot be mounted here: {why}");
        return;
    }
    let _mounted = Mounted(dir.path());
    block_on(async {
        let historian = Historian::open_with(dir.path(), NOW, options())
            .await
            .unwrap();
        let mut stored = fill(&historian, 0).await;
        assert!(stored > 10, "{stored}");
        for round in 0..3 {
            keep_without_space(&historian, dir.path()).await;
            assert_eq!(
                all(&historian, 0).await.len() as i64,
                stored * 500,
                "round {round}"
            );
            stored = fill(&historian, stored).await;
        }
        mount(&["-o", "remount,size=64m"], dir.path()).unwrap();
        historian
            .append(&[batch(&rows(stored))], Durability::Full)
            .await
            .unwrap();
        while historian
            .compact_step(historian.newest_row())
            .await
            .unwrap()
            .more
        {}
        historian.checkpoint().await.unwrap();
        historian.close().await.unwrap();
        drop(historian);
        let historian = open(dir.path()).await;
        assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
        assert_eq!(all(&historian, 0).await.len() as i64, (stored + 1) * 500);
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

/// Says something to the parent. Its own write may be the one that fails: then the parent does not know it.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Not a test of its own: the process whose calls fail. Appends 80 rows, compacts, and says what became of each.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    // Without the runtime's own I/O, which would meet the failing calls too.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let historian = match Historian::open_with(Path::new(&folder), NOW, options()).await {
            Ok(historian) => historian,
            Err(error) => return say(&format!("error {error}")),
        };
        for n in 0..80 {
            match historian.append(&[batch(&rows(n))], Durability::Full).await {
                Ok(_) => say(&format!("acknowledged {n}")),
                Err(error) => say(&format!("error {error}")),
            }
            if n % 8 == 7 {
                if let Err(error) = historian.compact_step(historian.newest_row()).await {
                    say(&format!("error {error}"));
                }
                if let Err(error) = historian.checkpoint().await {
                    say(&format!("error {error}"));
                }
            }
        }
    });
    // No orderly end: what was acknowledged must not need it.
    std::process::exit(0);
}

#[test]
fn after_system_calls_failed_everything_acknowledged_is_there() {
    let calls = [
        "posix/io/rw/write",
        "posix/io/rw/read",
        "posix/io/sync/*",
        "posix/io/oc/open",
    ];
    let mut errors = 0;
    let chances = |call| [(call, "0.01"), (call, "0.05"), (call, "0.3")];
    let faults = calls.into_iter().flat_map(chances);
    for (call, chance) in faults.chain([("posix/io/sync/*", "1")]) {
        let dir = tempfile::tempdir().unwrap();
        block_on(async { open(dir.path()).await.close().await.unwrap() });
        let fault = format!("enable_random name={call},probability={chance}");
        let child = Command::new("fiu-run")
            .args(["-x", "-c", &fault])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "space::child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path())
            .stdin(Stdio::null())
            .output()
            .expect("this test needs Debian's package `fiu-utils`");
        let said = String::from_utf8_lossy(&child.stderr).into_owned();
        let what = format!("{call} at {chance}: {said}");
        // The test harness itself panics when its own output fails.
        let panicked = said.contains("panicked") && !said.contains("failed printing");
        assert!(!panicked, "{what}");
        let mut acknowledged = Vec::new();
        for line in said.lines() {
            if let Some(n) = line.strip_prefix("acknowledged ") {
                acknowledged.push(n.parse::<i64>().unwrap());
            } else if let Some(error) = line.strip_prefix("error ") {
                errors += 1;
                // What was tried, and with which file.
                assert!(error.contains(dir.path().to_str().unwrap()), "{error}");
            }
        }
        block_on(async {
            let historian = Historian::open_with(dir.path(), NOW, options())
                .await
                .unwrap();
            assert_eq!(historian.notices(), Vec::<twin_core::Said>::new(), "{what}");
            let seen = all(&historian, 0).await;
            for n in &acknowledged {
                for (_, time, value) in rows(*n) {
                    assert!(
                        seen.binary_search_by(|s| s.0.cmp(&time))
                            .is_ok_and(|at| seen[at].1 == value),
                        "{what}: {n} is lost"
                    );
                }
            }
            assert_eq!(seen.len() % 500, 0, "{what}: a torn append");
            assert_eq!(
                historian.check().await.unwrap().faults,
                Vec::<twin_core::Said>::new(),
                "{what}"
            );
            historian
                .append(&[batch(&rows(1_000))], Durability::Full)
                .await
                .unwrap();
        });
    }
    assert!(errors > 3, "{errors} calls failed: the test says nothing");
}
