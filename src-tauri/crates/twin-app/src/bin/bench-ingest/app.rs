//! The application in a process of its own, which answers questions about itself on its standard input.

use std::{io::BufRead, path::Path, time::Duration};

use anyhow::{Context, bail};
use stats_alloc::INSTRUMENTED_SYSTEM;
use tokio::runtime::Runtime;
use twin_app::{
    App,
    api::connection::{ConnectionRow, LinkStateView},
    clock,
};
use twin_core::{SignalKey, Value};

use crate::{
    child::{done, give},
    clock::Stopwatch,
    plant::{FIRST, TOPICS},
    statistics::quantile,
};

/// How often twins are looked at.
const LOOK: Duration = Duration::from_micros(200);
/// How long anything may take.
const PATIENCE_S: f64 = 300.0;
/// Every so many topics one is watched for latency.
const WATCHED: usize = 20;

/// Runs it until the input ends. Questions: `up`, `counters`, `allocations`, `latency <period of a topic, µs> <s>`,
/// `backlog <messages>`.
///
/// # Errors
/// When the application cannot run, or takes far too long.
pub fn run(workspace: &Path) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    let (app, notices) = runtime.block_on(App::start(workspace, workspace))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["up"] => wait_until("a link", || {
                let rows = app.connections();
                rows.iter().any(|row| row.state == LinkStateView::Up)
            })?,
            ["counters"] => counters(&app),
            ["allocations"] => {
                give("allocations", allocations());
            }
            ["latency", period, seconds] => latency(&app, period.parse()?, seconds.parse()?)?,
            ["backlog", messages] => backlog(&app, messages.parse()?)?,
            _ => bail!("unknown question `{line}`"),
        }
        done();
    }
    drop(notices);
    runtime.block_on(app.stop());
    Ok(())
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> anyhow::Result<()> {
    let begin = Stopwatch::start();
    while !is_so() {
        if begin.seconds() > PATIENCE_S {
            bail!("{what} did not come");
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Allocations of this process so far.
fn allocations() -> f64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    (stats.allocations + stats.reallocations) as f64
}

fn counters(app: &App) {
    let rows = app.connections();
    let sum = |of: fn(&ConnectionRow) -> f64| rows.iter().map(of).fold(0.0, std::ops::Add::add);
    give("messages", sum(|row| row.messages));
    give("dropped", sum(|row| row.dropped));
    give("not_stored", sum(|row| row.not_stored));
    let rejects = rows.iter().flat_map(|row| &row.rejects);
    give(
        "rejected",
        rejects.fold(0.0, |sum, reject| sum + reject.count),
    );
}

/// The keys of one signal of all devices, in order.
fn keys(app: &App, signal: &str) -> anyhow::Result<Vec<SignalKey>> {
    let plant = app.plant();
    let of_device = |device: usize| {
        let id = format!("d{device:03}/{signal}");
        let mut signals = plant.assets.iter().flat_map(|asset| &asset.signals);
        signals
            .find(|signal| signal.id == id)
            .map(|s| SignalKey(s.key))
    };
    let found: Option<Vec<_>> = (0..TOPICS).map(of_device).collect();
    found.with_context(|| format!("a device has no signal {signal}"))
}

fn whole(app: &App, signal: SignalKey) -> Option<i64> {
    match app.view().twin(signal)?.value {
        Value::I64(value) => Some(value),
        Value::F64(value) => Some(value as i64),
        _ => None,
    }
}

/// How long messages take until the twins show them: publishing instants are in the messages. What a twin never showed
/// because the next came too soon counts as shown together with it.
fn latency(app: &App, period_us: i64, seconds: f64) -> anyhow::Result<()> {
    let sent = keys(app, "sent")?;
    let numbers = keys(app, "seq")?;
    let mut watched: Vec<_> = sent
        .into_iter()
        .zip(numbers)
        .step_by(WATCHED)
        .map(|(sent, seq)| (sent, seq, None))
        .collect();
    let most = watched.len() as f64 * seconds * 1e6 / period_us as f64;
    // What is measured with must not count.
    let mut micros = Vec::with_capacity(2 * most as usize);
    let before = allocations();
    let begin = Stopwatch::start();
    while begin.seconds() < seconds {
        for (sent, seq, before) in &mut watched {
            let (Some(at), Some(number)) = (whole(app, *sent), whole(app, *seq)) else {
                continue;
            };
            let Some(old) = before.replace(number).filter(|old| *old < number) else {
                continue;
            };
            let late = clock::now().micros() - at;
            let shown = (number - old) / TOPICS as i64;
            micros.extend((0..shown).map(|missed| (late + missed * period_us) as f64));
        }
        std::thread::sleep(LOOK);
    }
    give("allocations", allocations() - before);
    give("seen", micros.len() as f64);
    for (name, share) in [("p50_ms", 0.5), ("p99_ms", 0.99), ("max_ms", 1.0)] {
        give(name, quantile(&micros, share) / 1e3);
    }
    Ok(())
}

/// Waits for a backlog of so many messages, one topic after the other; gives the rate without its first tenth.
fn backlog(app: &App, messages: usize) -> anyhow::Result<()> {
    let numbers = keys(app, "seq")?;
    let has = |number: usize| {
        let signal = numbers.get(number % TOPICS).copied();
        move || {
            let shown = signal.and_then(|signal| whole(app, signal));
            shown.is_some_and(|shown| shown >= (FIRST + number) as i64)
        }
    };
    let (early, last) = (messages / 10, messages - 1);
    wait_until("the first messages", has(early))?;
    let begin = Stopwatch::start();
    wait_until("the last message", has(last))?;
    give("rate", (last - early) as f64 / begin.seconds());
    Ok(())
}
