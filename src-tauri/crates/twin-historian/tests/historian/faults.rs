//! Flipped bytes in every kind of page: nothing panics, nothing wrong is shown, repair keeps what can be read.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use twin_core::{Duration, SignalKey, Timestamp};
use twin_historian::{Durability, Error, Historian, Keep, Options, Policy, Report};

use super::{NOW, batch, block_on, folder};

const PAGE: usize = 8_192;
const SIGNALS: u32 = 24;

/// Samples by signal.
type Model = BTreeMap<u32, Vec<(i64, f64)>>;

/// A generator that gives the same numbers for the same seed on every machine (splitmix64).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// The seed that is asked for; else a fixed one, and one of its own for each run with half of the rounds.
pub(crate) fn seeds() -> Vec<(u64, usize)> {
    if let Ok(seed) = std::env::var("TWIN_SEED") {
        return vec![(seed.parse().unwrap(), 1)];
    }
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
    vec![(20_261_122, 1), (random >> 20, 2)]
}

fn options() -> Options {
    Options {
        chunk_samples_max: 80,
        ..Options::default()
    }
}

/// Chunks of every size, journal rows, links, free pages; the tables have inner pages.
async fn build(dir: &Path) -> (Historian, Model) {
    let historian = Historian::open_with(dir, NOW, options()).await.unwrap();
    let ids: Vec<_> = (0..SIGNALS)
        .map(|n| format!("plant/signal {n}").as_str().into())
        .collect();
    historian.signal_keys(&ids).await.unwrap();
    let mut model = Model::new();
    let mut random = Random(7);
    for round in 0..24_i64 {
        let mut rows = Vec::new();
        for n in 0..50_i64 {
            for signal in 0..SIGNALS {
                let time = (round * 50 + n) * 1_000 + i64::from(signal);
                let value = f64::from_bits((random.next() >> 12) | 0x3ff0_0000_0000_0000);
                rows.push((signal, time, value));
                model.entry(signal).or_default().push((time, value));
            }
        }
        historian
            .append(&[batch(&rows)], Durability::Normal)
            .await
            .unwrap();
        if round < 20 {
            while historian
                .compact_step(historian.newest_row())
                .await
                .unwrap()
                .more
            {}
        }
    }
    let keep = Keep {
        raw: Some(Duration(1)),
        rollups: None,
    };
    let policy = Policy {
        classes: vec![(vec![SignalKey(0)], keep)],
        ..Policy::default()
    };
    historian
        .retain(Timestamp(1_000_000), &policy)
        .await
        .unwrap();
    let left = super::all(&historian, 0).await;
    model.insert(0, left);
    (historian, model)
}

async fn seen(historian: &Historian, signal: u32) -> Result<Vec<(i64, f64)>, Error> {
    let samples = historian
        .raw(
            SignalKey(signal),
            Timestamp::MIN,
            Timestamp::MAX,
            usize::MAX,
        )
        .await?;
    Ok(samples
        .iter()
        .map(|sample| (sample.time.micros(), sample.number()))
        .collect())
}

/// Every shown sample is one that was stored; gives how many of the stored ones are missing, errors apart.
async fn missing(historian: &Historian, model: &Model, what: &str) -> (usize, usize) {
    let (mut missing, mut errors) = (0, 0);
    for (signal, stored) in model {
        let Ok(shown) = seen(historian, *signal).await else {
            errors += 1;
            continue;
        };
        let known: BTreeMap<i64, f64> = stored.iter().copied().collect();
        for (time, value) in &shown {
            assert_eq!(
                known.get(time),
                Some(value),
                "{what}: signal {signal} shows what was never stored"
            );
        }
        missing += stored.len() - shown.len();
    }
    (missing, errors)
}

/// The kinds of pages, by the file's own pointer map.
fn kinds(bytes: &[u8]) -> BTreeMap<&'static str, Vec<usize>> {
    let mut kinds = BTreeMap::<_, Vec<usize>>::new();
    for (at, page) in bytes.chunks(PAGE).enumerate() {
        let number = at + 1;
        let map = (number.max(2) - 2) / 1_639 * 1_639 + 2;
        let kind = match number {
            1 => "schema",
            _ if number == map => "pointer map",
            _ => match bytes[(map - 1) * PAGE + (number - map - 1) * 5] {
                2 => "free",
                3 | 4 => "overflow",
                _ => match page[0] {
                    0x0d => "table leaf",
                    0x05 => "table inner",
                    0x0a => "index leaf",
                    0x02 => "index inner",
                    _ => "other",
                },
            },
        };
        kinds.entry(kind).or_default().push(at * PAGE);
    }
    kinds.insert("header", vec![0]);
    kinds
}

/// SQLite's last thread takes the log and its index away a moment after the historian is closed.
async fn closed(dir: &Path) {
    let gone = || {
        ["telemetry.db-wal", "telemetry.db-shm"]
            .iter()
            .all(|name| !dir.join(name).exists())
    };
    for _ in 0..1_000 {
        if gone() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the log of {} is still there", dir.display());
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let file = entry.unwrap().path();
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

fn flip(file: &Path, at: usize, random: &mut Random) {
    let mut bytes = std::fs::read(file).unwrap();
    let at = at.min(bytes.len() - 1);
    bytes[at] ^= 1 + random.below(255) as u8;
    std::fs::write(file, bytes).unwrap();
}

/// Opens a history with a flipped byte, looks, and repairs it. Gives what a repair could not bring back; none when the
/// file was refused (a flipped name of the program or number of the schema says that it is not ours).
async fn look_and_repair(dir: &Path, model: &Model, what: &str) -> Option<usize> {
    match Historian::open_with(dir, NOW, options()).await {
        Ok(historian) => {
            let (missing, errors) = missing(&historian, model, what).await;
            let report = historian.check().await;
            // Where the log ends early, nothing tells what came behind.
            let said = errors > 0 || !historian.notices().is_empty() || what.contains("-wal");
            if missing > 0 && !said {
                let sound = report.as_ref().is_ok_and(Report::is_sound);
                assert!(
                    !sound,
                    "{what}: {missing} samples are missing and nobody says so"
                );
            }
            let aside = historian
                .notices()
                .iter()
                .any(|n| n.to_string().contains("kept as"));
            let closed = historian.close().await;
            drop(historian);
            if aside {
                return Some(salvage_aside(dir, model, what).await);
            }
            drop(closed);
        }
        Err(Error::Foreign { .. } | Error::Newer { .. }) => return None,
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let repaired =
        twin_historian::repair(dir, NOW, |_, _| std::ops::ControlFlow::Continue(())).await;
    let report = match repaired {
        Err(Error::Foreign { .. } | Error::Newer { .. }) => return None,
        other => other.unwrap_or_else(|error| panic!("{what}: {error}")),
    };
    Some(whole_again(dir, model, &format!("{what}, {:?}", report.lines())).await)
}

/// As a person does who reads the notice: takes the damaged file instead of the new one, and repairs it.
async fn salvage_aside(dir: &Path, model: &Model, what: &str) -> usize {
    let aside: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.to_string_lossy().contains(".damaged-"))
        .collect();
    let into = dir.join("salvaged");
    for file in aside {
        let name = file.to_string_lossy().into_owned();
        if name.ends_with("-wal") || name.ends_with("-shm") {
            continue;
        }
        let salvaged =
            twin_historian::salvage(&file, &into, |_, _| std::ops::ControlFlow::Continue(())).await;
        salvaged.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    if !into.join("telemetry.db").exists() {
        return 0;
    }
    let report = twin_historian::repair(&into, NOW, |_, _| std::ops::ControlFlow::Continue(()))
        .await
        .unwrap();
    whole_again(&into, model, &format!("{what}, {:?}", report.lines())).await
}

/// After a repair everything that is left can be read and the check finds nothing; gives how much is missing.
async fn whole_again(dir: &Path, model: &Model, what: &str) -> usize {
    let historian = Historian::open_with(dir, NOW, options()).await.unwrap();
    assert_eq!(historian.notices(), Vec::<twin_core::Said>::new(), "{what}");
    let report = historian.check().await.unwrap();
    assert_eq!(report.faults, Vec::<twin_core::Said>::new(), "{what}");
    let (missing, errors) = missing(&historian, model, what).await;
    assert_eq!(errors, 0, "{what}");
    historian.close().await.unwrap();
    missing
}

#[test]
fn a_flipped_byte_in_any_kind_of_page_shows_nothing_wrong_and_is_repaired() {
    block_on(async {
        let base = folder();
        let (historian, model) = build(base.path()).await;
        historian.close().await.unwrap();
        drop(historian);
        // Pages that were in use and are free.
        let file = base.path().join("telemetry.db");
        let fill = "INSERT INTO quarantine (origin, reason, data) VALUES ('', '', randomblob(60000)); \
             DELETE FROM quarantine; PRAGMA wal_checkpoint(TRUNCATE);";
        super::sql(&file, fill).await;
        closed(base.path()).await;
        let bytes = std::fs::read(base.path().join("telemetry.db")).unwrap();
        let kinds = kinds(&bytes);
        println!(
            "{:?}",
            kinds
                .iter()
                .map(|(kind, at)| (*kind, at.len()))
                .collect::<Vec<_>>()
        );
        for kind in [
            "header",
            "schema",
            "pointer map",
            "table leaf",
            "table inner",
            "index leaf",
            "overflow",
            "free",
        ] {
            assert!(
                kinds.contains_key(kind),
                "the file has no page of the kind {kind}"
            );
        }
        for (seed, part) in seeds() {
            for (kind, pages) in &kinds {
                flip_and_repair(base.path(), &model, (*kind, pages), seed, 16 / part).await;
            }
        }
    });
}

/// Once two connections ended at the same instant: neither was the last, and the log stayed.
#[test]
fn a_closed_history_leaves_no_log() {
    let open_and_close = || {
        block_on(async {
            for _ in 0..20 {
                let dir = folder();
                let historian = super::open(dir.path()).await;
                let batches = [batch(&[(0, 1, 1.0)])];
                let append = historian.append(&batches, Durability::Normal);
                append.await.unwrap();
                historian.close().await.unwrap();
                drop(historian);
                closed(dir.path()).await;
            }
        });
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(open_and_close);
        }
    });
}

/// Once a repair believed the damaged pointer map and gave a page with chunks to another table.
#[test]
fn a_page_is_not_lost_because_the_pointer_map_is_damaged() {
    block_on(async {
        let base = folder();
        let (historian, model) = build(base.path()).await;
        historian.close().await.unwrap();
        drop(historian);
        closed(base.path()).await;
        let bytes = std::fs::read(base.path().join("telemetry.db")).unwrap();
        let kind = ("pointer map", &kinds(&bytes)["pointer map"]);
        flip_and_repair(base.path(), &model, kind, 4_838_134_661_909, 16).await;
    });
}

/// Two tables that are said to begin at the same page, and a table that is said to begin in the middle of another.
#[test]
fn a_table_is_found_by_its_rows_when_its_root_is_damaged() {
    block_on(async {
        let base = folder();
        let (historian, model) = build(base.path()).await;
        historian.close().await.unwrap();
        drop(historian);
        closed(base.path()).await;
        let sound = std::fs::read(base.path().join("telemetry.db")).unwrap();
        let tables = [
            "chunk",
            "chunk_data",
            "journal",
            "signal",
            "rollup",
            "arrival",
        ];
        let indexes = ["rollup_by_place", "sqlite_autoindex_signal_1"];
        for name in tables.into_iter().chain(indexes) {
            // The record has type, name and the table's name, and then the root in one byte.
            let table = if name == "rollup_by_place" {
                "rollup"
            } else {
                name
            };
            let table = if name.starts_with("sqlite") {
                "signal"
            } else {
                table
            };
            let begin = format!("{name}{table}");
            let mut windows = sound[..PAGE].windows(begin.len());
            let at = windows.position(|found| found == begin.as_bytes()).unwrap() + begin.len();
            for other in [0, 3, 6, 7, 30, 200] {
                if sound[at] == other {
                    continue;
                }
                let dir = folder();
                let mut bytes = sound.clone();
                bytes[at] = other;
                std::fs::write(dir.path().join("telemetry.db"), bytes).unwrap();
                let what = format!("{name} is said to begin at page {other}");
                let lost = look_and_repair(dir.path(), &model, &what).await;
                assert_eq!(lost, Some(0), "{what}");
            }
        }
    });
}

/// Flips a byte of a page of the kind in a copy of the history and repairs it, some times over.
async fn flip_and_repair(
    base: &Path,
    model: &Model,
    (kind, pages): (&str, &Vec<usize>),
    seed: u64,
    rounds: usize,
) {
    println!("seed {seed} (TWIN_SEED), {kind}");
    let total: usize = model.values().map(Vec::len).sum();
    let mut random = Random(seed ^ pages.len() as u64);
    let mut refused = 0;
    for round in 0..rounds {
        let length = if kind == "header" { 100 } else { PAGE };
        let at = pages[random.below(pages.len())] + random.below(length);
        let what = format!("seed {seed}, {kind} {round}, byte {at}");
        let dir = folder();
        copy(base, dir.path());
        flip(&dir.path().join("telemetry.db"), at, &mut random);
        let Some(lost) = look_and_repair(dir.path(), model, &what).await else {
            refused += 1;
            continue;
        };
        // One page holds a few chunks or, of statistics, some dozens.
        let most = match kind {
            "table leaf" | "overflow" | "index leaf" | "index inner" => total / 4,
            _ => 0,
        };
        assert!(lost <= most, "{what}: {lost} of {total} samples lost");
    }
    assert!(refused <= 8, "{refused} of the {kind} were refused");
}

/// The log ends for SQLite where it is damaged: what came later is gone, what came before is right. Its index in memory
/// is made anew at the next start.
#[test]
fn a_flipped_byte_in_the_log_or_its_index_shows_nothing_wrong() {
    block_on(async {
        let base = folder();
        let (historian, mut model) = build(base.path()).await;
        // Without the end of the log, what retention removed of this one is there again.
        model.remove(&0);
        // As after a kill: the log was not folded in.
        let killed = folder();
        copy(base.path(), killed.path());
        historian.close().await.unwrap();
        let total: usize = model.values().map(Vec::len).sum();
        for ((seed, part), file) in seeds()
            .into_iter()
            .flat_map(|seed| ["telemetry.db-wal", "telemetry.db-shm"].map(|file| (seed, file)))
        {
            println!("seed {seed} (TWIN_SEED), {file}");
            let mut random = Random(seed);
            let length = std::fs::metadata(killed.path().join(file)).unwrap().len() as usize;
            assert!(length > 30_000, "{file} has {length} bytes");
            for round in 0..16 / part {
                let dir = folder();
                copy(killed.path(), dir.path());
                let header = random.below(2) == 0;
                let at = random.below(if header { 200 } else { length });
                flip(&dir.path().join(file), at, &mut random);
                let what = format!("seed {seed}, {file} {round}, byte {at}");
                let Some(lost) = look_and_repair(dir.path(), &model, &what).await else {
                    panic!("{what}: refused");
                };
                assert!(
                    file.ends_with("-wal") || lost == 0,
                    "{what}: {lost} of {total} lost"
                );
            }
        }
    });
}
