//! From publishing to the twin at 20,000 messages a second through mosquitto.

use std::{fs, path::Path, thread, time::Duration};

use crate::{
    Scale,
    broker::Broker,
    child::{Child, value},
    figures::{Figures, LATENCY_P99_MS},
    paced::fresh_workspace,
    packet::Version,
    plant::{Link, TOPICS, VALUES},
    publisher,
    statistics::median,
};

const PER_SECOND: usize = 20_000;

/// Measures it, and the allocations of the same time.
///
/// # Errors
/// When something cannot be started.
pub fn measure(folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    let (mut p99, mut allocations) = (Vec::new(), Vec::new());
    let warm_s = scale.latency_s / 3;
    let watched_s = scale.latency_s - warm_s - 1;
    let period_us = TOPICS * 1_000_000 / PER_SECOND;
    for pair in 1..=scale.pairs {
        let broker = Broker::start(folder)?;
        let link = Link {
            port: broker.port,
            version: Version::V5,
            qos: 0,
        };
        let workspace = fresh_workspace(folder, &link.json_plant())?;
        let mut app = Child::app(&workspace)?;
        app.tell("up")?;
        thread::sleep(Duration::from_millis(500));
        let (port, seconds) = (broker.port, scale.latency_s);
        let publisher = thread::Builder::new()
            .name("publishers".into())
            .spawn(move || publisher::pace(port, PER_SECOND, seconds))?;
        thread::sleep(Duration::from_secs(warm_s));
        let seen = app.tell(&format!("latency {period_us} {watched_s}"))?;
        let outcome = publisher.join();
        outcome.map_err(|_| anyhow::anyhow!("the publishers failed"))??;
        app.end()?;
        fs::remove_dir_all(&workspace)?;
        let samples = (PER_SECOND * VALUES) as f64 * watched_s as f64;
        let per_sample = value(&seen, "allocations")? / samples;
        println!(
            "  run {pair}: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms of {} messages; {per_sample:.4} allocations a sample",
            value(&seen, "p50_ms")?,
            value(&seen, "p99_ms")?,
            value(&seen, "max_ms")?,
            value(&seen, "seen")?
        );
        p99.push(value(&seen, "p99_ms")?);
        allocations.push(per_sample);
    }
    figures.report(LATENCY_P99_MS, median(&p99));
    figures.note_allocations(median(&allocations));
    Ok(())
}
