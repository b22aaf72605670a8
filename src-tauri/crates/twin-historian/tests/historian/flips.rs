//! Flipped bytes in rows: statistics, how far rollups go, transitions of quality. No query ever shows a wrong value.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Status, Timestamp, Value};
use twin_historian::{Columns, Durability, Group, Historian, Options, QualityTransition, Report};

use super::{
    NOW, block_on,
    faults::{Random, seeds},
    folder,
};

const PAGE: usize = 8_192;
const SIGNALS: u32 = 4;
/// Microseconds between samples of a signal: the finest rollups have buckets of 200 ms.
const STEP: i64 = 4_000;
const ROUNDS: i64 = 40;
const SAMPLES_A_ROUND: i64 = 50;
const END: i64 = ROUNDS * SAMPLES_A_ROUND * STEP;

fn options() -> Options {
    Options {
        chunk_samples_max: 80,
        ..Options::default()
    }
}

/// (signal, time, value), received at one instant.
fn received_at(at: i64, rows: &[(u32, i64, f64)]) -> Arc<SampleBatch> {
    let mut batch = SampleBatch::new(BatchId(1), Timestamp(at));
    for (signal, time, value) in rows {
        let (signal, time) = (SignalKey(*signal), Timestamp(*time));
        batch.push(signal, time, &Value::F64(*value), Quality::GOOD);
    }
    Arc::new(batch)
}

async fn append(historian: &Historian, batch: Arc<SampleBatch>, qualities: &[QualityTransition]) {
    let batches = [batch];
    let group = Group {
        batches: &batches,
        qualities,
        ..Group::default()
    };
    historian
        .append_group(group, Durability::Normal)
        .await
        .unwrap();
}

async fn work(historian: &Historian) -> Result<(), twin_historian::Error> {
    while historian.compact_step(historian.newest_row()).await?.more {}
    while historian.roll_up_step().await?.more {}
    Ok(())
}

/// Rollups of several levels, corrections, late samples that are not rolled up yet, transitions of quality, and rows in
/// the journal. Values are eighths, so that sums are exact however they are added.
async fn build(dir: &Path) -> Historian {
    let historian = Historian::open_with(dir, NOW, options()).await.unwrap();
    let ids: Vec<_> = (0..SIGNALS)
        .map(|n| format!("plant/signal {n}").as_str().into())
        .collect();
    historian.signal_keys(&ids).await.unwrap();
    let mut random = Random(3);
    for round in 0..ROUNDS {
        let mut rows = Vec::new();
        for n in 0..SAMPLES_A_ROUND {
            for signal in 0..SIGNALS {
                let time = (round * SAMPLES_A_ROUND + n) * STEP + i64::from(signal);
                rows.push((signal, time, random.below(8_000) as f64 / 8.0));
            }
        }
        let at = (round + 1) * SAMPLES_A_ROUND * STEP;
        let stale = QualityTransition {
            signal: SignalKey(round as u32 % SIGNALS),
            at: Timestamp(at + 7),
            quality: Quality::from_bytes([Status::Uncertain as u8, 1]),
        };
        append(&historian, received_at(at, &rows), &[stale]).await;
        if round < ROUNDS - 2 {
            work(&historian).await.unwrap();
        }
        if round == ROUNDS - 4 {
            // Corrections and late samples of long ago.
            for signal in 0..SIGNALS {
                let rows: Vec<_> = (0..60)
                    .map(|n| (signal, (n * 20) * STEP + i64::from(signal) + n % 2, -1.0))
                    .collect();
                append(&historian, received_at(at + 9, &rows), &[]).await;
            }
            while historian
                .compact_step(historian.newest_row())
                .await
                .unwrap()
                .more
            {}
        }
    }
    historian
}

/// The samples of a signal, in order of time.
type Truth = Vec<(Timestamp, f64, Status)>;

async fn truth(historian: &Historian) -> Vec<Truth> {
    let mut all = Vec::new();
    for signal in (0..SIGNALS).map(SignalKey) {
        let samples = historian
            .raw(signal, Timestamp::MIN, Timestamp::MAX, usize::MAX)
            .await
            .unwrap();
        let samples = samples.iter().map(|sample| {
            let number = sample.value.as_f64().unwrap();
            (sample.time, number, sample.quality.status)
        });
        all.push(samples.collect());
    }
    all
}

/// Whether columns say what the samples say. How samples are spread over them is free, within a pixel: finer rollups
/// stand in for those that are damaged.
fn is_true(columns: &Columns, truth: &Truth, from: Timestamp, to: Timestamp) -> bool {
    let between = |from: Timestamp, to: Timestamp| {
        let first = truth.partition_point(|(time, ..)| *time < from);
        let last = truth.partition_point(|(time, ..)| *time <= to);
        &truth[first..last.max(first)]
    };
    let mut seen = None;
    for at in 0..columns.count.len() {
        let (first, last) = (columns.t_first[at], columns.t_last[at]);
        let inside = between(first, last);
        let numbers = || inside.iter().map(|(_, number, _)| *number);
        let ends = inside.first().zip(inside.last());
        let gap_before = between(seen.unwrap_or(from), first);
        let skipped = gap_before
            .iter()
            .filter(|s| Some(s.0) != seen && s.0 != first);
        let gaps = inside.windows(2).map(|pair| pair[1].0.since(pair[0].0));
        let says = inside.len() as u64 == columns.count[at]
            && numbers().fold(f64::INFINITY, f64::min) == columns.min[at]
            && numbers().fold(f64::NEG_INFINITY, f64::max) == columns.max[at]
            && ends.is_some_and(|(a, b)| (a.0, b.0) == (first, last))
            && ends.is_some_and(|(a, b)| (a.1, b.1) == (columns.first[at], columns.last[at]))
            && inside.iter().map(|s| s.2).max() == Some(columns.status[at])
            // What a chunk that is not rolled up does not tell is left out.
            && columns.max_gap[at] <= gaps.max().unwrap_or_default()
            && skipped.count() == 0;
        if !says {
            return false;
        }
        seen = Some(last);
    }
    between(seen.unwrap_or(from), to)
        .iter()
        .all(|s| Some(s.0) == seen || s.0 == to)
}

/// What every query says; none for one that fails.
async fn answers(historian: &Historian, truth: &[Truth]) -> BTreeMap<String, Option<String>> {
    let mut answers = BTreeMap::new();
    let spans = [(0, END), (END / 3 + 1, END / 2), (1_234_567, 1_334_567)];
    for signal in (0..SIGNALS).map(SignalKey) {
        for (from, to) in spans {
            let (from, to) = (Timestamp(from), Timestamp(to));
            let raw = historian.raw(signal, from, to, usize::MAX).await.ok();
            answers.insert(
                format!("raw {signal:?} {from:?}"),
                raw.map(|raw| format!("{raw:?}")),
            );
            for width in [3, 40, 700] {
                let range = historian.range(signal, from, to, width).await.ok();
                let said = range.map(|range| {
                    let is_true = is_true(&range, &truth[signal.0 as usize], from, to);
                    (!is_true).then_some(range)
                });
                let said = said.map(|wrong| format!("{wrong:?}"));
                answers.insert(format!("range {signal:?} {from:?} {width}"), said);
            }
            let cells = (to.micros() - from.micros()) / 5;
            let borders: Vec<_> = (0..=5)
                .map(|n| Timestamp(from.micros() + n * cells))
                .collect();
            let found = historian.aggregates(&[signal], &borders).await.ok();
            let said = found.map(|found| format!("{found:?}"));
            answers.insert(format!("aggregates {signal:?} {from:?}"), said);
        }
    }
    for t in [0, END / 4 + 8, END / 2, END - 8_000, END + 1_000] {
        let found = historian.as_of(Timestamp(t)).await.ok();
        answers.insert(
            format!("as of {t}"),
            found.map(|found| format!("{found:?}")),
        );
    }
    answers
}

/// The samples, and what is answered while nothing is damaged.
type Right = (Vec<Truth>, BTreeMap<String, Option<String>>);

/// Answers that are neither right nor an error.
async fn wrong(historian: &Historian, (truth, right): &Right) -> Vec<String> {
    let found = answers(historian, truth).await;
    found
        .into_iter()
        .filter(|(query, answer)| answer.is_some() && right.get(query) != Some(answer))
        .map(|(query, _)| query)
        .collect()
}

/// The pages of a table or an index.
async fn pages_of(file: &Path, name: &str) -> Vec<usize> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = ?")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let bytes = std::fs::read(file).unwrap();
    let mut pages = vec![root as usize];
    let mut at = 0;
    while let Some(page) = pages.get(at).map(|page| (page - 1) * PAGE) {
        at += 1;
        let word = |at: usize| usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1]);
        if [0x02, 0x05].contains(&bytes[page]) {
            let cells = word(page + 3);
            let starts = (0..cells).map(|cell| page + word(page + 12 + 2 * cell));
            let children = starts.chain([page + 8]);
            pages.extend(children.map(|at| word(at) << 16 | word(at + 2)));
        }
    }
    pages.into_iter().map(|page| (page - 1) * PAGE).collect()
}

/// A byte of a page that is in use.
fn byte_in_use(bytes: &[u8], page: usize, random: &mut Random) -> usize {
    let inner = [0x02, 0x05].contains(&bytes[page]);
    let cells = usize::from(bytes[page + 3]) << 8 | usize::from(bytes[page + 4]);
    let head = if inner { 12 } else { 8 } + 2 * cells;
    let content = match usize::from(bytes[page + 5]) << 8 | usize::from(bytes[page + 6]) {
        0 => PAGE,
        content => content,
    };
    let at = random.below(head + PAGE - content);
    page + if at < head { at } else { content + at - head }
}

async fn flip_and_look(base: &Path, name: &str, at: usize, with: u8, right: &Right) -> Outcome {
    let dir = folder();
    for entry in std::fs::read_dir(base).unwrap() {
        let file = entry.unwrap().path();
        std::fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
    }
    let file = dir.path().join("telemetry.db");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[at] ^= with;
    std::fs::write(&file, bytes).unwrap();
    let what = format!("{name}, byte {at} of page {}, by {with}", at / PAGE + 1);
    let Ok(historian) = Historian::open_with(dir.path(), NOW, options()).await else {
        return Outcome::Seen;
    };
    if !historian.notices().is_empty() {
        historian.close().await.unwrap();
        return Outcome::Seen;
    }
    let sound = historian.check().await.as_ref().is_ok_and(Report::is_sound);
    let bad = wrong(&historian, right).await;
    assert!(
        // Lost received times are told in the log.
        bad.is_empty() || !sound || name == "arrival",
        "{what}: {bad:?}, and nobody says so"
    );
    let mut outcome = if sound { Outcome::Sound } else { Outcome::Seen };
    if !bad.is_empty() {
        println!("{what}: {bad:?}");
        outcome = Outcome::Hidden;
    }
    // Upkeep goes on, and afterwards too nothing is wrong.
    if let Err(error) = work(&historian).await {
        panic!("{what}: upkeep stops: {error}");
    }
    historian.close().await.unwrap();
    drop(historian);
    let repaired = twin_historian::repair(dir.path(), NOW, |_, _| ControlFlow::Continue(())).await;
    let report = repaired.unwrap_or_else(|error| panic!("{what}: {error}"));
    let historian = Historian::open_with(dir.path(), NOW, options())
        .await
        .unwrap();
    let faults = historian.check().await.unwrap().faults;
    assert_eq!(faults, Vec::<twin_core::Said>::new(), "{what}: {report:?}");
    historian.close().await.unwrap();
    outcome
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// The byte says nothing.
    Sound,
    /// Said at the opening or by the check, and every answer was right or an error.
    Seen,
    /// Something is missing, and the check says so: a damaged key keeps its row from being found.
    Hidden,
}

/// Tables and indexes, how many bytes are flipped, and how many of a hundred may hide a row: keys that lead to rows have
/// no checksum of their own; received times that are lost are shown as source times; without the row of `rolled` a trend
/// is drawn from samples.
const PLACES: [(&str, usize, usize); 9] = [
    ("chunk", 48, 15),
    ("rolled", 16, 25),
    ("rollup_dirty", 10, 0),
    ("quality", 16, 50),
    ("rollup", 12, 0),
    ("rollup_by_place", 8, 100),
    ("arrival", 8, 100),
    ("correction", 8, 0),
    ("correction_by_signal", 8, 0),
];

#[test]
fn a_flipped_byte_in_a_row_never_gives_a_wrong_answer() {
    block_on(async {
        let base = folder();
        let historian = build(base.path()).await;
        let truth = truth(&historian).await;
        let answers = answers(&historian, &truth).await;
        assert!(answers.values().all(Option::is_some));
        let drawn = answers
            .iter()
            .filter(|(query, _)| query.starts_with("range"));
        for (query, wrong) in drawn {
            assert_eq!(wrong.as_deref(), Some("None"), "{query}");
        }
        let right = (truth, answers);
        historian.close().await.unwrap();
        drop(historian);
        let file = base.path().join("telemetry.db");
        let bytes = std::fs::read(&file).unwrap();
        for (seed, part) in seeds() {
            println!("seed {seed} (TWIN_SEED)");
            let mut random = Random(seed);
            for (name, rounds, hidden) in PLACES {
                let pages = pages_of(&file, name).await;
                let rounds = rounds / part;
                let mut outcomes = BTreeMap::new();
                for _ in 0..rounds {
                    let page = pages[random.below(pages.len())];
                    let at = byte_in_use(&bytes, page, &mut random);
                    let with = 1 << random.below(8);
                    let outcome = flip_and_look(base.path(), name, at, with, &right).await;
                    *outcomes.entry(outcome).or_insert(0) += 1;
                }
                println!("{name}: {outcomes:?}");
                let found = outcomes.get(&Outcome::Hidden).copied().unwrap_or(0);
                assert!(
                    found * 100 <= hidden * rounds,
                    "seed {seed}, {name}: {outcomes:?}"
                );
            }
        }
    });
}

#[test]
fn a_key_of_another_type_stops_no_upkeep() {
    block_on(async {
        for column in [0, 1] {
            let dir = folder();
            let historian = Historian::open_with(dir.path(), NOW, options())
                .await
                .unwrap();
            // Times of today take eight bytes: one bit makes them another type, and so it does to the key 0.
            let mut rows = Vec::new();
            for n in 0..4_000 {
                rows.push((n as u32 % SIGNALS, NOW.micros() + n * STEP, n as f64));
            }
            for part in rows.chunks(500) {
                append(&historian, received_at(NOW.micros(), part), &[]).await;
            }
            work(&historian).await.unwrap();
            let before = truth(&historian).await;
            historian.close().await.unwrap();
            drop(historian);
            let file = dir.path().join("telemetry.db");
            // A small file is checked through as it is opened.
            let filler =
                "INSERT INTO quarantine (origin, reason, data) VALUES ('', '', zeroblob(9000000))";
            super::sql(&file, filler).await;
            change_type(&file, column).await;
            let historian = Historian::open_with(dir.path(), NOW, options())
                .await
                .unwrap();
            assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
            // All the time is gone through once more, so that every row is met.
            let again: Vec<_> = rows.iter().map(|(s, t, v)| (*s, *t + 1, *v)).collect();
            for part in again.chunks(500) {
                append(&historian, received_at(NOW.micros(), part), &[]).await;
            }
            work(&historian).await.unwrap();
            for (signal, samples) in (0..SIGNALS).zip(truth(&historian).await) {
                // A row whose signal is damaged is hidden from a search for it.
                if column == 0 && signal == 0 {
                    continue;
                }
                let mut wanted = before[signal as usize].clone();
                wanted.extend(
                    (before[signal as usize].iter())
                        .map(|s| (Timestamp(s.0.micros() + 1), s.1, s.2)),
                );
                wanted.sort_by_key(|sample| sample.0);
                assert!(samples == wanted, "column {column}, signal {signal}");
            }
            let faults = historian.check().await.unwrap().faults;
            assert!(column == 0 || faults.is_empty(), "{faults:?}");
            historian.close().await.unwrap();
        }
    });
}

/// Makes an integer of a row of `chunk` another type: of eight bytes a float, of no bytes (0 or 1) nothing (10).
async fn change_type(file: &Path, column: usize) {
    let pages = pages_of(file, "chunk").await;
    let mut bytes = std::fs::read(file).unwrap();
    for page in pages {
        if bytes[page] != 0x0a {
            continue;
        }
        let word = |at: usize| usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1]);
        let cells = word(page + 3);
        for cell in (0..cells).map(|cell| page + word(page + 8 + 2 * cell)) {
            // The payload's length takes one or two bytes, the header's length one.
            let header = cell + if bytes[cell] < 0x80 { 1 } else { 2 };
            let kind = header + 1 + column;
            let other = match bytes[kind] {
                6 => 7,
                8 | 9 => 0,
                _ => continue,
            };
            bytes[kind] = other;
            std::fs::write(file, bytes).unwrap();
            return;
        }
    }
    panic!("no row has such a key");
}
