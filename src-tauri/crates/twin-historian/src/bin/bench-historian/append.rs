//! Appending the reference load, against a bare loop and against other databases; then the same samples asked back.

use std::{path::Path, sync::Arc};

use twin_core::SampleBatch;
use twin_historian::{Durability, Historian, encode};

use crate::{
    all_series,
    bare::Bare,
    clock::{self, Stopwatch},
    error::{Error, Result},
    figures::{self, Figures},
    folder::Scratch,
    generator::{Load, PERIOD_US, SIGNALS},
    machine,
    peers::{self, Format, Influx, Peers, Victoria},
    scale::Bench,
    settle::{number_signals, settle},
    statistics::{list, median},
};

/// Pieces of a round.
const PIECES: usize = 10;
/// The metric of trials.
const TRIAL: &str = "trial";
/// Requests of a trial of a format.
const TRIAL_TICKS: usize = 500;
/// Ticks in a request of the second kind.
const LARGE_TICKS: usize = 10;

/// One side of the comparison, with one durability.
struct Pair {
    durability: Durability,
    historian: Historian,
    bare: Bare,
    /// Samples a second, by round.
    ours: Vec<f64>,
    limit: Vec<f64>,
}

impl Pair {
    async fn create(folder: &Path, name: &str, durability: Durability) -> Result<Pair> {
        let folder = folder.join(name);
        let historian = Historian::open(&folder, clock::now()).await?;
        number_signals(&historian, SIGNALS).await?;
        let bare = Bare::create(&folder).await?;
        let (ours, limit) = (Vec::new(), Vec::new());
        Ok(Pair {
            durability,
            historian,
            bare,
            ours,
            limit,
        })
    }

    /// Both sides in turn, a piece each, so that a disk that is slower for a while is slower for both. What follows
    /// an append (compaction, checkpoints) is done between rounds.
    async fn round(&mut self, ticks: &[Vec<Arc<SampleBatch>>]) -> Result<()> {
        let (mut ours, mut limit) = (0.0, 0.0);
        for (n, piece) in ticks.chunks(ticks.len().div_ceil(PIECES)).enumerate() {
            let blobs = piece.iter().map(|batches| encode(batches)).collect();
            if n.is_multiple_of(2) {
                limit += self.bare.append(blobs, self.durability).await?;
                ours += self.append(piece).await?;
            } else {
                ours += self.append(piece).await?;
                limit += self.bare.append(blobs, self.durability).await?;
            }
        }
        let samples: usize = ticks.iter().flatten().map(|batch| batch.len()).sum();
        self.ours.push(samples as f64 / ours);
        self.limit.push(samples as f64 / limit);
        self.bare.fold_in().await?;
        settle(&self.historian).await
    }

    async fn append(&self, ticks: &[Vec<Arc<SampleBatch>>]) -> Result<f64> {
        let begin = Stopwatch::start();
        for batches in ticks {
            self.historian.append(batches, self.durability).await?;
        }
        Ok(begin.seconds())
    }

    fn ratio(&self) -> f64 {
        let ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.limit)
            .map(|(ours, limit)| ours / limit)
            .collect();
        median(&ratios)
    }

    fn print(&self, what: &str) {
        let millions = |values: &[f64]| {
            let values: Vec<f64> = values.iter().map(|value| value / 1e6).collect();
            format!("{:.3} ({})", median(&values), list(&values, 3))
        };
        println!(
            "append, {what}: historian {} Msamples/s; limit, bare blobs {}",
            millions(&self.ours),
            millions(&self.limit)
        );
    }
}

/// Measures everything about appending, and the maxima of all series of what was appended.
pub async fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let folder = Scratch::new(&bench.folder, "append")?;
    let mut normal = Pair::create(folder.path(), "normal", Durability::Normal).await?;
    let mut full = Pair::create(folder.path(), "full", Durability::Full).await?;
    let peers = start_peers(bench, folder.path())?;
    let mut load = Load::new(SIGNALS, PERIOD_US);
    let (mut victoria, mut influx) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let ticks: Vec<_> = (0..bench.scale.append_ticks).map(|_| load.tick()).collect();
        let samples = (ticks.len() * SIGNALS as usize) as f64;
        normal.round(&ticks).await?;
        full.round(ticks.get(..bench.scale.full_ticks).unwrap_or(&ticks))
            .await?;
        if let Some((server, format)) = &peers.victoria {
            let seconds = server.import(*format, ticks.len(), |n| body(*format, "m", &ticks, n))?;
            victoria.push(samples / seconds);
        }
        if let Some(server) = &peers.influx {
            let seconds = server.import(ticks.len(), |n| body(Influx::FORMAT, "m", &ticks, n))?;
            influx.push(samples / seconds);
        }
    }
    normal.print("1,000 samples a commit, NORMAL");
    full.print("1,000 samples a commit, FULL");
    figures.report(figures::APPEND_RATIO, normal.ratio());
    figures.report(figures::APPEND_FULL_RATIO, full.ratio());
    report_peers(figures, &normal.ours, &victoria, &influx);
    if let Some((server, _)) = &peers.victoria {
        server.settle()?;
        print_peer_sizes(folder.path(), server, bench)?;
    }
    all_series::run(bench, &normal.historian, &peers, figures).await?;
    normal.historian.close().await?;
    full.historian.close().await?;
    Ok(())
}

fn report_peers(figures: &mut Figures, ours: &[f64], victoria: &[f64], influx: &[f64]) {
    let name = figures::APPEND_VS_VICTORIAMETRICS;
    if victoria.is_empty() {
        figures.skip(name, "VictoriaMetrics is not there");
    } else {
        println!(
            "append, VictoriaMetrics: {:.3} Msamples/s, 1,000 samples a request, 2 connections",
            median(victoria) / 1e6
        );
        let ratios: Vec<f64> = ours
            .iter()
            .zip(victoria)
            .map(|(ours, peer)| ours / peer)
            .collect();
        figures.report(name, median(&ratios));
    }
    if influx.is_empty() {
        println!("append, InfluxDB: not there");
    } else {
        println!(
            "append, InfluxDB: {:.3} Msamples/s, line protocol, 1,000 samples a request, 2 connections",
            median(influx) / 1e6
        );
    }
}

/// The request that holds tick `n`. Made while it is measured: both sides start from the same batches in memory.
fn body(format: Format, name: &str, ticks: &[Vec<Arc<SampleBatch>>], n: usize) -> Vec<u8> {
    let batches = ticks.get(n).into_iter().flatten();
    format.encode(name, batches.map(|batch| &**batch))
}

fn start_peers(bench: &Bench, folder: &Path) -> Result<Peers> {
    let mut peers = Peers {
        victoria: None,
        influx: None,
    };
    if !bench.judged {
        println!("a quick run starts no other databases");
        return Ok(peers);
    }
    let place = |name: &str| -> Result<std::path::PathBuf> {
        let place = folder.join(name);
        std::fs::create_dir_all(&place).map_err(crate::error::io("create", &place))?;
        Ok(place)
    };
    // One that does not start is no reason to measure nothing.
    let told = |error: Error| println!("skipped a peer: {error}");
    if peers::is_installed(peers::victoria::PROGRAM) {
        let started = Victoria::start(&place("victoria")?).and_then(|server| {
            let format = fastest_format(&server)?;
            Ok((server, format))
        });
        peers.victoria = started.map_err(told).ok();
    }
    if peers::is_installed(peers::influx::PROGRAM) {
        peers.influx = Influx::start(&place("influx")?).map_err(told).ok();
    }
    Ok(peers)
}

/// Tries every way into VictoriaMetrics with the reference load's batches.
fn fastest_format(server: &Victoria) -> Result<Format> {
    let mut load = Load::new(SIGNALS, PERIOD_US);
    let ticks: Vec<_> = (0..TRIAL_TICKS).map(|_| load.tick()).collect();
    let rate = |seconds: f64| (TRIAL_TICKS * SIGNALS as usize) as f64 / seconds / 1e6;
    let mut best = (Format::Lines, 0.0);
    for format in Format::ALL {
        let measure = || server.import(format, ticks.len(), |n| body(format, TRIAL, &ticks, n));
        // The first time also pays for new series.
        measure()?;
        let seconds = measure()?.min(measure()?);
        let made: Vec<_> = (0..ticks.len())
            .map(|n| body(format, TRIAL, &ticks, n))
            .collect();
        let made_s = server.import(format, made.len(), |n| {
            made.get(n).cloned().unwrap_or_default()
        })?;
        let large: Vec<_> = made
            .chunks(LARGE_TICKS)
            .map(|bodies| bodies.concat())
            .collect();
        let large_s = match format {
            // Its bodies are no lines that could be put behind one another.
            Format::RemoteWrite => f64::NAN,
            _ => server.import(format, large.len(), |n| {
                large.get(n).cloned().unwrap_or_default()
            })?,
        };
        println!(
            "trial, VictoriaMetrics by {}: {:.3} Msamples/s; with requests made beforehand {:.3}, of {} samples each {:.3}",
            format.name(),
            rate(seconds),
            rate(made_s),
            LARGE_TICKS * SIGNALS as usize,
            rate(large_s)
        );
        if rate(seconds) > best.1 {
            best = (format, rate(seconds));
        }
    }
    println!("used from here on: {}", best.0.name());
    Ok(best.0)
}

fn print_peer_sizes(folder: &Path, server: &Victoria, bench: &Bench) -> Result<()> {
    let samples = (bench.scale.rounds * bench.scale.append_ticks * SIGNALS as usize) as f64;
    println!(
        "size, VictoriaMetrics: {:.3} bytes a sample, {:.0} MB peak memory",
        machine::size_bytes(&folder.join("victoria/data/data"))? as f64 / samples,
        server.peak_memory() / 1e6
    );
    let influx = folder.join("influx");
    if influx.exists() {
        println!(
            "size, InfluxDB before its compaction: {:.3} bytes a sample",
            (machine::size_bytes(&influx.join("data"))? + machine::size_bytes(&influx.join("wal"))?)
                as f64
                / samples
        );
    }
    Ok(())
}
