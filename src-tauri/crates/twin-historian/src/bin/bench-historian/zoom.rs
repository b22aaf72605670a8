//! The gesture: 2,000 pixels of any range of one signal, with everything and with nothing in memory.

use std::path::Path;

use twin_core::{SignalKey, Timestamp};
use twin_historian::{Columns, Historian};

use crate::{
    brute::{self, Zoom},
    clock::{self, Stopwatch},
    error::Result,
    figures::{self, Figures},
    folder::Scratch,
    generator::{BEGIN, Random, SEED, Shape},
    history,
    machine::{self, Eviction},
    scale::Bench,
    statistics::{list, median, quantile},
};

/// Pixels of a trend.
const WIDTH: u32 = 2_000;
/// The shortest range.
const SPAN_MIN_US: f64 = 1e6;
/// Of ten zooms, those that are into the large signal.
const LARGE_OF_TEN: u64 = 8;
const OPENINGS: usize = 5;

/// Builds both histories and measures.
pub async fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let large = Shape::of(bench.scale.history);
    let small = Shape::of(bench.scale.small_history);
    let scratch = Scratch::new(&bench.folder, "zoom")?;
    let name = format!("history-{}", large.samples());
    let large_folder = bench.kept.as_deref().unwrap_or(scratch.path()).join(name);
    let small_folder = scratch.path().join("small");
    history::build(&large_folder, large)?;
    history::build(&small_folder, small)?;
    let eviction = Eviction::choose(bench.judged);
    open(&large_folder, eviction, figures).await?;
    warm(
        bench,
        (&large_folder, large),
        (&small_folder, small),
        figures,
    )
    .await?;
    cold(bench, (&large_folder, large), eviction, figures).await
}

/// Opening, with the file in memory and without.
async fn open(folder: &Path, eviction: Eviction, figures: &mut Figures) -> Result<()> {
    let (mut warm, mut cold) = (Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        eviction.evict(folder)?;
        for times in [&mut cold, &mut warm] {
            let begin = Stopwatch::start();
            let historian = Historian::open(folder, clock::now()).await?;
            times.push(begin.millis());
            historian.close().await?;
        }
    }
    println!(
        "open: with nothing in memory {:.1} ms ({}), again {:.1} ms ({})",
        median(&cold),
        list(&cold, 1),
        median(&warm),
        list(&warm, 1)
    );
    // A program is started when its file is not in memory.
    figures.report(figures::OPEN_MS, median(&cold));
    Ok(())
}

/// Random zooms: log-uniform in length, uniform in place.
fn zooms(shape: Shape, count: usize, stream: u64) -> Vec<Zoom> {
    let mut random = Random::new(SEED, u64::MAX - stream);
    let span = shape.end().since(BEGIN).micros() as f64;
    (0..count)
        .map(|_| {
            let signal = if random.below(10) < LARGE_OF_TEN {
                0
            } else {
                1 + random.below(u64::from(shape.others)) as u32
            };
            let length = SPAN_MIN_US * (span / SPAN_MIN_US).powf(random.unit());
            let t0 = BEGIN.micros() + ((span - length) * random.unit()) as i64;
            Zoom {
                signal,
                t0: Timestamp(t0),
                t1: Timestamp(t0 + length as i64),
                width: WIDTH,
            }
        })
        .collect()
}

async fn one(historian: &Historian, zoom: &Zoom) -> Result<(f64, Columns)> {
    let begin = Stopwatch::start();
    let columns = historian
        .range(SignalKey(zoom.signal), zoom.t0, zoom.t1, zoom.width)
        .await?;
    Ok((begin.millis(), columns))
}

async fn round(historian: &Historian, zooms: &[Zoom]) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(zooms.len());
    for zoom in zooms {
        times.push(one(historian, zoom).await?.0);
        // The reader that was used finds its way back to the others.
        tokio::task::yield_now().await;
    }
    Ok(times)
}

async fn warm(
    bench: &Bench,
    (large_folder, large): (&Path, Shape),
    (small_folder, small): (&Path, Shape),
    figures: &mut Figures,
) -> Result<()> {
    let large_history = Historian::open(large_folder, clock::now()).await?;
    let small_history = Historian::open(small_folder, clock::now()).await?;
    check(bench, &large_history, large).await?;
    check(bench, &small_history, small).await?;
    let large_zooms = zooms(large, bench.scale.zooms, 1);
    let small_zooms = zooms(small, bench.scale.zooms, 1);
    round(&large_history, &large_zooms).await?;
    round(&small_history, &small_zooms).await?;
    let (mut large_p99, mut small_p99, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let times = round(&large_history, &large_zooms).await?;
        large_p99.push(quantile(&times, 0.99));
        all.extend(large_zooms.iter().copied().zip(times));
        let times = round(&small_history, &small_zooms).await?;
        small_p99.push(quantile(&times, 0.99));
    }
    large_history.close().await?;
    small_history.close().await?;
    let times: Vec<f64> = all.iter().map(|(_, time)| *time).collect();
    println!(
        "zoom, all in memory: {:.3} ms median, p99 by round {}; of {} samples p99 {}",
        median(&times),
        list(&large_p99, 3),
        small.samples(),
        list(&small_p99, 3)
    );
    print_by_span(&all);
    let p99 = median(&large_p99);
    figures.report(figures::ZOOM_WARM_P99_MS, p99);
    figures.report(figures::ZOOM_GROWTH, p99 / median(&small_p99));
    Ok(())
}

/// Which ranges are slow: medians and p99s by the power of ten of the range's length.
fn print_by_span(all: &[(Zoom, f64)]) {
    for power in 0..8 {
        let (from, to) = (10_f64.powi(power), 10_f64.powi(power + 1));
        let times: Vec<f64> = all
            .iter()
            .filter(|(zoom, _)| (from..to).contains(&zoom.t1.since(zoom.t0).secs_f64()))
            .map(|(_, time)| *time)
            .collect();
        if !times.is_empty() {
            println!(
                "zoom into {from:.0} to {to:.0} s: {:.3} ms median, {:.3} ms p99 of {}",
                median(&times),
                quantile(&times, 0.99),
                times.len()
            );
        }
    }
}

/// Compares answers with the generator.
async fn check(bench: &Bench, historian: &Historian, shape: Shape) -> Result<()> {
    let marks = brute::Marks::of(shape);
    for zoom in zooms(shape, bench.scale.checked_zooms, 2) {
        let (_, columns) = one(historian, &zoom).await?;
        brute::check(shape, &marks, &zoom, &columns)?;
    }
    println!(
        "{} zooms into {} samples are exactly what was generated",
        bench.scale.checked_zooms,
        shape.samples()
    );
    Ok(())
}

/// Every zoom on a historian that was just opened, with its file out of memory.
async fn cold(
    bench: &Bench,
    (folder, shape): (&Path, Shape),
    eviction: Eviction,
    figures: &mut Figures,
) -> Result<()> {
    machine::flush(folder)?;
    let mut times = Vec::new();
    for zoom in zooms(shape, bench.scale.cold_zooms, 3) {
        let historian = Historian::open(folder, clock::now()).await?;
        eviction.evict(folder)?;
        times.push(one(&historian, &zoom).await?.0);
        historian.close().await?;
    }
    println!(
        "zoom, nothing in memory ({}; new connections): {:.3} ms median, {:.3} ms p90, {:.3} ms at most of {}",
        eviction.name(),
        median(&times),
        quantile(&times, 0.9),
        quantile(&times, 1.0),
        times.len()
    );
    figures.report(figures::ZOOM_COLD_P99_MS, quantile(&times, 0.99));
    Ok(())
}
