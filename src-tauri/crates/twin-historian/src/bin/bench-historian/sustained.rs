//! Appending on one task while another compacts, rolls up and folds in the log; and what the result weighs.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{Connection as _, Row as _, SqliteConnection};
use twin_historian::{Durability, Historian, Options, Policy};

use crate::{
    child,
    clock::{self, Stopwatch},
    error::{Error, Result, fail},
    figures::{self, Figures},
    folder::Scratch,
    generator::{Load, PERIOD_US, SIGNALS},
    machine,
    scale::Bench,
    settle::number_signals,
    statistics::{largest, list, median, quantile},
};

/// The name of this part as a child.
pub const CHILD: &str = "sustained";
/// A checkpoint follows so many steps of compaction.
const STEPS_A_CHECKPOINT: usize = 8;
const IDLE: Duration = Duration::from_millis(1);
const FULL_TAIL_WAIT: Duration = Duration::from_micros(500);

/// Measures in children, one a round.
pub async fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let samples = bench.scale.sustained_ticks * i64::from(SIGNALS);
    let (mut rates, mut memory) = (Vec::new(), Vec::new());
    for round in 1..=bench.scale.rounds {
        let folder = Scratch::new(&bench.folder, "sustained")?;
        let results = child::run(&[
            child::FLAG.to_owned(),
            CHILD.to_owned(),
            folder.path().display().to_string(),
            bench.scale.sustained_ticks.to_string(),
        ])?;
        rates.push(samples as f64 / results.get("seconds")? / 1e6);
        memory.push(results.get("peak_memory")? / 1e6);
        if round == bench.scale.rounds {
            println!(
                "sustained over {samples} samples: {} Msamples/s, {} MB",
                list(&rates, 3),
                list(&memory, 0)
            );
            figures.report(figures::SUSTAINED_MSAMPLES_PER_S, median(&rates));
            figures.report(figures::SUSTAINED_RSS_MB, largest(&memory));
            weigh(folder.path(), samples, figures).await?;
        }
    }
    Ok(())
}

/// In the child: the whole load into `folder`.
pub async fn measure(folder: &Path, ticks: i64) -> Result<()> {
    let historian = Historian::open(folder, clock::now()).await?;
    number_signals(&historian, SIGNALS).await?;
    let held_max = Options::default().tail_samples_max / 4 * 3;
    let (appended, broken) = (Arc::default(), Arc::default());
    let begin = Stopwatch::start();
    let upkeep = tokio::spawn(keep_up(
        historian.clone(),
        Arc::clone(&appended),
        Arc::clone(&broken),
    ));
    let mut load = Load::new(SIGNALS, PERIOD_US);
    let mut waits = Vec::with_capacity(usize::try_from(ticks).unwrap_or(0));
    let mut held = 0.0;
    for _ in 0..ticks {
        let batches = load.tick();
        // Sustained means that the backlog stays bounded: who is too fast waits for compaction.
        let full = Stopwatch::start();
        while historian.tail_samples() > held_max && !broken.load(Ordering::Relaxed) {
            tokio::time::sleep(FULL_TAIL_WAIT).await;
        }
        held += full.seconds();
        let append = Stopwatch::start();
        historian.append(&batches, Durability::Normal).await?;
        waits.push(append.millis());
    }
    let appending = begin.seconds();
    appended.store(true, Ordering::Release);
    upkeep
        .await
        .map_err(|error| Error::Other(error.to_string()))??;
    let seconds = begin.seconds();
    child::give("seconds", seconds);
    child::give("peak_memory", machine::peak_memory("self"));
    println!(
        "all appended after {appending:.1} s ({held:.1} s of them waiting for compaction), all settled after \
         {seconds:.1} s; one append {:.3} ms median, {:.3} ms p99, {:.1} ms at most",
        median(&waits),
        quantile(&waits, 0.99),
        largest(&waits)
    );
    historian.close().await?;
    Ok(())
}

/// Compacts, rolls up and folds in the log until all that was appended is settled.
async fn keep_up(
    historian: Historian,
    appended: Arc<AtomicBool>,
    broken: Arc<AtomicBool>,
) -> Result<()> {
    let outcome = keep_up_until(&historian, &appended).await;
    if outcome.is_err() {
        broken.store(true, Ordering::Relaxed);
    }
    outcome
}

async fn keep_up_until(historian: &Historian, appended: &AtomicBool) -> Result<()> {
    let mut steps = 0;
    loop {
        let last = appended.load(Ordering::Acquire);
        let compacted = historian.compact_step(historian.newest_row()).await?;
        let rolled_up = historian.roll_up_step().await?;
        steps += 1;
        if steps % STEPS_A_CHECKPOINT == 0 {
            historian.checkpoint().await?;
        }
        if compacted.rows == 0 && !compacted.more && !rolled_up.more {
            if last {
                historian.checkpoint().await?;
                return Ok(());
            }
            tokio::time::sleep(IDLE).await;
        }
    }
}

/// Bytes a sample, from SQLite's own account of pages, after the file was made as small as the historian makes it.
async fn weigh(folder: &Path, samples: i64, figures: &mut Figures) -> Result<()> {
    let historian = Historian::open(folder, clock::now()).await?;
    let mut before = u64::MAX;
    while historian.size_bytes() < before {
        before = historian.size_bytes();
        historian.retain(clock::now(), &Policy::default()).await?;
        historian.checkpoint().await?;
    }
    historian.close().await?;

    let file = folder.join("telemetry.db");
    let mut connection =
        SqliteConnection::connect(&format!("sqlite://{}?mode=ro", file.display())).await?;
    let stored: i64 = sqlx::query_scalar("SELECT coalesce(sum(count), 0) FROM chunk")
        .fetch_one(&mut connection)
        .await?;
    if stored != samples {
        return fail(format!("{stored} of {samples} samples are in chunks"));
    }
    let tables = sqlx::query("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")
        .fetch_all(&mut connection)
        .await?;
    let mut parts = Vec::new();
    let mut data = 0;
    for table in tables {
        let (name, bytes): (String, i64) = (table.try_get(0)?, table.try_get(1)?);
        // Samples lie in two tables: values, source times and qualities in one, received times in the other.
        if name == "chunk_data" || name == "arrival" {
            data += bytes;
        }
        if bytes * 1_000 > samples {
            parts.push(format!("{name} {:.3}", bytes as f64 / samples as f64));
        }
    }
    connection.close().await?;
    let all = machine::size_bytes(folder)? as f64 / samples as f64;
    println!(
        "bytes a sample by table: {}; files {all:.3}",
        parts.join(", ")
    );
    figures.report(figures::BYTES_PER_SAMPLE, data as f64 / samples as f64);
    figures.report(figures::BYTES_PER_SAMPLE_ALL, all);
    Ok(())
}
