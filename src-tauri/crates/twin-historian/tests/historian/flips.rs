//! Flipped bytes in rows: statistics, how far rollups go, transitions of quality. No query ever shows a wrong value.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Status, Timestamp, Value};
use twin_historian::{Durability, Group, Historian, Options, QualityTransition, Report};

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

/// What every query says; none for one that fails.
async fn answers(historian: &Historian) -> BTreeMap<String, Option<String>> {
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
                let said = range.map(|range| format!("{range:?}"));
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

/// Answers that are neither right nor an error.
async fn wrong(historian: &Historian, right: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let found = answers(historian).await;
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

async fn flip_and_look(
    base: &Path,
    name: &str,
    at: usize,
    with: u8,
    right: &BTreeMap<String, Option<String>>,
) -> Outcome {
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
    assert_eq!(faults, Vec::<String>::new(), "{what}: {report:?}");
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
        let right = answers(&historian).await;
        assert!(right.values().all(Option::is_some));
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
