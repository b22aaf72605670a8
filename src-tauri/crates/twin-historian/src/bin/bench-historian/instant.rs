//! The plant of 10,000 signals as it was at an instant.

use std::path::Path;

use twin_core::Timestamp;
use twin_historian::{Durability, Historian, Options};

use crate::{
    clock::{self, Stopwatch},
    error::{Result, fail},
    figures::{self, Figures},
    folder::Scratch,
    generator::{BEGIN, Load, Random, SEED},
    scale::Bench,
    settle::{number_signals, settle},
    statistics::{median, quantile},
};

const SIGNALS: u32 = 10_000;
/// Every signal once a second.
const PERIOD_US: i64 = 1_000_000;
/// Ticks between two compactions while the history is built, and samples in them: with larger steps than the application
/// takes, or most of the time would go into chunks that grow by ten samples.
const TICKS_A_SETTLE: i64 = 400;
const SETTLE_SAMPLES: usize = TICKS_A_SETTLE as usize * SIGNALS as usize;
/// The newest ticks stay in the journal, as they do in a running plant.
const TICKS_NOT_COMPACTED: i64 = 10;
/// Instants that are compared with the generator.
const CHECKED: usize = 3;

/// Builds the history and measures.
pub async fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let folder = Scratch::new(&bench.folder, "instant")?;
    let ticks = bench.scale.as_of_ticks;
    let historian = build(folder.path(), ticks).await?;
    let mut random = Random::new(SEED, 77);
    let span_us = (ticks * PERIOD_US).cast_unsigned();
    let instants: Vec<Timestamp> = (0..bench.scale.instants)
        .map(|_| Timestamp(BEGIN.micros() + random.below(span_us) as i64))
        .collect();
    check(&historian, ticks, instants.iter().take(CHECKED)).await?;
    let mut times = Vec::new();
    for at in &instants {
        let begin = Stopwatch::start();
        let plant = historian.as_of(*at).await?;
        times.push(begin.millis());
        if plant.len() > SIGNALS as usize {
            return fail("more signals than there are");
        }
        tokio::task::yield_now().await;
    }
    historian.close().await?;
    println!(
        "the plant of {SIGNALS} signals at {} random instants: {:.1} ms median, {:.1} ms p99",
        times.len(),
        median(&times),
        quantile(&times, 0.99)
    );
    figures.report(figures::ASOF_10K_MS, median(&times));
    Ok(())
}

async fn build(folder: &Path, ticks: i64) -> Result<Historian> {
    let begin = Stopwatch::start();
    let options = Options {
        step_samples_max: SETTLE_SAMPLES,
        tail_samples_max: 2 * SETTLE_SAMPLES,
        ..Options::default()
    };
    let historian = Historian::open_with(folder, clock::now(), options).await?;
    number_signals(&historian, SIGNALS).await?;
    let mut load = Load::new(SIGNALS, PERIOD_US);
    let compacted = (ticks - TICKS_NOT_COMPACTED).max(0);
    for tick in 1..=compacted {
        historian.append(&load.tick(), Durability::Normal).await?;
        if tick == compacted || tick % TICKS_A_SETTLE == 0 {
            settle(&historian).await?;
        }
    }
    historian.close().await?;
    let historian = Historian::open(folder, clock::now()).await?;
    for _ in compacted..ticks {
        historian.append(&load.tick(), Durability::Normal).await?;
    }
    println!(
        "a history of {} samples of {SIGNALS} signals: built in {:.1} s",
        ticks * i64::from(SIGNALS),
        begin.seconds()
    );
    Ok(historian)
}

/// Compares with the generator: of every signal the newest sample whose source time and received time have come.
async fn check(
    historian: &Historian,
    ticks: i64,
    instants: impl Iterator<Item = &Timestamp>,
) -> Result<()> {
    for at in instants {
        let mut expected: Vec<Option<(Timestamp, f64)>> = vec![None; SIGNALS as usize];
        let mut load = Load::new(SIGNALS, PERIOD_US);
        // The tick of the instant itself may have come, none after it.
        let until = (at.since(BEGIN).micros() / PERIOD_US + 2).min(ticks);
        for batch in (0..until).flat_map(|_| load.tick()) {
            if batch.received() > *at {
                continue;
            }
            for sample in batch.iter().filter(|sample| sample.time <= *at) {
                if let Some(slot) = expected.get_mut(sample.signal.0 as usize) {
                    *slot = Some((sample.time, f64::from_bits(sample.bits)));
                }
            }
        }
        let plant = historian.as_of(*at).await?;
        let mut seen: Vec<Option<(Timestamp, f64)>> = vec![None; SIGNALS as usize];
        for twin in plant {
            if let Some(slot) = seen.get_mut(twin.signal.0 as usize) {
                *slot = Some((twin.sample.time, twin.sample.number()));
            }
        }
        if seen != expected {
            return fail(format!("the plant at {} is not what it was", at.micros()));
        }
    }
    println!("{CHECKED} instants are exactly what was generated");
    Ok(())
}
