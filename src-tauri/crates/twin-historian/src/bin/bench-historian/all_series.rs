//! The maxima of all 1,000 signals in 200 buckets, over the same samples in every database.

use twin_core::{SignalKey, Timestamp};
use twin_historian::Historian;

use crate::{
    clock::Stopwatch,
    error::{Error, Result, fail},
    figures::{self, Figures},
    generator::{BEGIN, PERIOD_US, SIGNALS},
    peers::Peers,
    scale::Bench,
    statistics::{list, median},
};

const BUCKETS: i64 = 200;
const ONE: u32 = 17;
const FIGURE: figures::Figure = figures::ALL_SERIES_VS_VICTORIAMETRICS;

/// Measures; the samples are those that the rounds of appending brought in.
pub async fn run(
    bench: &Bench,
    historian: &Historian,
    peers: &Peers,
    figures: &mut Figures,
) -> Result<()> {
    let ticks = (bench.scale.rounds * bench.scale.append_ticks) as i64;
    let step_ms = ticks * PERIOD_US / BUCKETS / 1_000;
    let begin_ms = BEGIN.millis();
    let span = (BEGIN, Timestamp::from_millis(begin_ms + step_ms * BUCKETS));
    let (mut ours, mut one) = (Vec::new(), Vec::new());
    let (mut theirs, mut their_one, mut influx) = (Vec::new(), Vec::new(), Vec::new());
    // The round before the first warms every cache.
    for round in 0..=bench.scale.rounds {
        ours.push(of_all(historian, span).await?);
        one.push(of_one(historian, span).await?);
        if let Some((server, _)) = &peers.victoria {
            theirs.push(server.maxima(None, begin_ms, step_ms, BUCKETS)?);
            their_one.push(server.maxima(Some(ONE), begin_ms, step_ms, BUCKETS)?);
        }
        if let Some(server) = peers.influx.as_ref().filter(|_| round < 3) {
            influx.push(server.maxima(None, begin_ms, step_ms, BUCKETS)?);
        }
        if round == 0 {
            for times in [
                &mut ours,
                &mut one,
                &mut theirs,
                &mut their_one,
                &mut influx,
            ] {
                times.clear();
            }
        }
    }
    let samples = ticks * i64::from(SIGNALS);
    println!(
        "maxima in {BUCKETS} buckets over {samples} samples: all {SIGNALS} signals {:.1} ms ({}), one signal {:.2} ms",
        median(&ours),
        list(&ours, 1),
        median(&one)
    );
    if !influx.is_empty() {
        println!("maxima, InfluxDB: all {:.0} ms", median(&influx));
    }
    if theirs.is_empty() {
        figures.skip(FIGURE, "VictoriaMetrics is not there");
        return Ok(());
    }
    println!(
        "maxima, VictoriaMetrics: all {:.1} ms ({}), one signal {:.2} ms",
        median(&theirs),
        list(&theirs, 1),
        median(&their_one)
    );
    figures.report(FIGURE, median(&ours) / median(&theirs));
    Ok(())
}

/// Milliseconds for all signals, half of them each in two tasks.
async fn of_all(historian: &Historian, span: (Timestamp, Timestamp)) -> Result<f64> {
    let begin = Stopwatch::start();
    let halves = [0..SIGNALS / 2, SIGNALS / 2..SIGNALS].map(|keys| {
        let historian = historian.clone();
        tokio::spawn(async move {
            let keys: Vec<SignalKey> = keys.map(SignalKey).collect();
            historian
                .ranges(&keys, span.0, span.1, BUCKETS as u32)
                .await
        })
    });
    let mut signals = 0;
    for half in halves {
        let columns = half
            .await
            .map_err(|error| Error::Other(error.to_string()))??;
        signals += columns
            .iter()
            .filter(|columns| columns.len() >= BUCKETS as usize)
            .count();
    }
    let taken = begin.millis();
    if signals != SIGNALS as usize {
        return fail(format!("only {signals} signals had all {BUCKETS} buckets"));
    }
    Ok(taken)
}

async fn of_one(historian: &Historian, span: (Timestamp, Timestamp)) -> Result<f64> {
    let begin = Stopwatch::start();
    let columns = historian
        .range(SignalKey(ONE), span.0, span.1, BUCKETS as u32)
        .await?;
    let taken = begin.millis();
    if columns.len() < BUCKETS as usize {
        return fail(format!("one signal had {} buckets", columns.len()));
    }
    Ok(taken)
}
