//! A day that has come just now and lies in memory: its trend, against the same when it is compacted.

use std::sync::Arc;

use twin_core::{BatchId, SampleBatch, SignalKey, Timestamp};
use twin_historian::{Columns, Durability, Historian};

use crate::{
    clock::{self, Stopwatch},
    error::{Result, fail},
    figures::{self, Figures},
    folder::Scratch,
    generator::{BEGIN, Load},
    scale::Bench,
    settle::{number_signals, settle},
    statistics::{largest, median},
};

/// Traces of a trend, one sample a second each.
const SIGNALS: u32 = 8;
const PERIOD_US: i64 = 1_000_000;
/// Columns of a trend.
const WIDTH: u32 = 1_200;
/// Messages in a batch, as a flood of them brings it: a thousand samples.
const MESSAGES: i64 = 125;
/// Pictures of a round.
const PICTURES: usize = 5;

/// Builds the day twice and measures: in batches of a flood, and in batches of a message each.
pub async fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let ratio = day(bench, MESSAGES).await?;
    day(bench, 1).await?;
    figures.report(figures::FRESH_RATIO, ratio);
    Ok(())
}

/// How much longer a day in memory takes than one in chunks.
async fn day(bench: &Bench, messages: i64) -> Result<f64> {
    let scratch = Scratch::new(&bench.folder, "fresh")?;
    let historian = Historian::open(scratch.path(), clock::now()).await?;
    number_signals(&historian, SIGNALS).await?;
    let ticks = bench.scale.fresh_ticks;
    fill(&historian, ticks, messages).await?;
    let samples = ticks * i64::from(SIGNALS);
    if historian.tail_samples() as i64 != samples {
        return fail("the day does not lie in memory");
    }
    let end = Timestamp(BEGIN.micros() + ticks * PERIOD_US);
    let (fresh, expected) = pictures(bench, &historian, end).await?;
    settle(&historian).await?;
    let (compacted, found) = pictures(bench, &historian, end).await?;
    if told(&found) != told(&expected) {
        return fail("the trend is another one when it is compacted");
    }
    historian.close().await?;
    println!(
        "{SIGNALS} signals of {samples} samples that came {messages} messages at a time, {WIDTH} columns: in memory {:.1} ms \
         (at most {:.1}), compacted {:.1} ms (at most {:.1})",
        median(&fresh),
        largest(&fresh),
        median(&compacted),
        largest(&compacted)
    );
    Ok(median(&fresh) / median(&compacted))
}

async fn fill(historian: &Historian, ticks: i64, messages: i64) -> Result<()> {
    let mut load = Load::new(SIGNALS, PERIOD_US);
    let mut left = ticks;
    while left > 0 {
        // One commit takes so many either way.
        let count = left.min(MESSAGES);
        left -= count;
        let came: Vec<Arc<SampleBatch>> = (0..count).flat_map(|_| load.tick()).collect();
        let batches = came.chunks(messages as usize).map(joined);
        let batches: Vec<Arc<SampleBatch>> = batches.collect();
        historian.append(&batches, Durability::Normal).await?;
    }
    Ok(())
}

/// One batch of what several hold.
fn joined(batches: &[Arc<SampleBatch>]) -> Arc<SampleBatch> {
    let received = batches.last().map_or(BEGIN, |batch| batch.received());
    let mut joined = SampleBatch::new(BatchId(0), received);
    for row in batches.iter().flat_map(|batch| batch.iter()) {
        joined.push_row(row);
    }
    Arc::new(joined)
}

/// Milliseconds of each picture, and the last one.
async fn pictures(
    bench: &Bench,
    historian: &Historian,
    end: Timestamp,
) -> Result<(Vec<f64>, Vec<Columns>)> {
    let keys: Vec<SignalKey> = (0..SIGNALS).map(SignalKey).collect();
    let (mut times, mut last) = (Vec::new(), Vec::new());
    // The first one warms up and is not counted.
    for picture in 0..=PICTURES * bench.scale.rounds {
        let begin = Stopwatch::start();
        last = historian.ranges(&keys, BEGIN, end, WIDTH).await?;
        if picture > 0 {
            times.push(begin.millis());
        }
        tokio::task::yield_now().await;
    }
    Ok((times, last))
}

/// What must be the same; only a chunk within one column does not tell its gaps.
fn told(columns: &[Columns]) -> Vec<Columns> {
    let without_gaps = |columns: &Columns| Columns {
        max_gap: Vec::new(),
        ..columns.clone()
    };
    columns.iter().map(without_gaps).collect()
}
