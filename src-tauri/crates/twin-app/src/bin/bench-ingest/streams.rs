//! Pre-encoded streams over loopback without a broker: all samples decoded, in twins, checked for alarms and durable.

use std::{fs, net::TcpListener, path::Path};

use anyhow::ensure;
use twin_app::clock;

use crate::{
    Scale,
    child::{Child, value},
    figures::{Figures, JSON_RATIO, SPARKPLUG},
    history,
    paced::fresh_workspace,
    packet::Version,
    peer::Peer,
    plant::{Link, Stream, VALUES},
    statistics::median,
};

const SPARKPLUG_MESSAGES: usize = 50_000;
const JSON_MESSAGES: usize = 1_000_000;

/// One run.
#[derive(Clone, Copy, Debug)]
struct Run {
    seconds: f64,
    /// Of our process, s.
    processor: f64,
    /// In the second half.
    allocations_per_sample: f64,
}

/// Measures the Sparkplug stream.
///
/// # Errors
/// When something cannot be started, or samples are missing.
pub fn measure_sparkplug(folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    let stream = Stream::sparkplug(SPARKPLUG_MESSAGES / scale.smaller, clock::now());
    let (rate, _) = pairs(folder, &stream, Link::sparkplug_plant, scale, figures)?;
    let msamples = rate * stream.samples as f64 / stream.ends.len() as f64 / 1e6;
    figures.report(SPARKPLUG, msamples);
    Ok(())
}

/// Measures the JSON stream.
///
/// # Errors
/// As [`measure_sparkplug`].
pub fn measure_json(folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    let stream = Stream::json(JSON_MESSAGES / scale.smaller, clock::now());
    let (rate, ratio) = pairs(folder, &stream, Link::json_plant, scale, figures)?;
    println!("  {:.2} Msamples/s", rate * VALUES as f64 / 1e6);
    figures.report(JSON_RATIO, ratio);
    Ok(())
}

/// Median of our messages a second, and of the ratio to the counting loop's.
fn pairs(
    folder: &Path,
    stream: &Stream,
    plant: fn(Link) -> String,
    scale: Scale,
    figures: &mut Figures,
) -> anyhow::Result<(f64, f64)> {
    let messages = stream.ends.len() as f64;
    println!(
        "  {messages} messages of QoS 1, {} samples, {} MB",
        stream.samples,
        stream.bytes.len() / 1_000_000
    );
    let (mut rates, mut ratios, mut allocations) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 1..=scale.pairs {
        let ours = ours(folder, stream, plant)?;
        let loops = baseline(stream)?;
        println!(
            "  pair {pair}: {:.0} messages/s (the loop {:.0}), {:.2} µs of processor a message (the loop {:.2}), \
             {:.4} allocations a sample",
            messages / ours.seconds,
            messages / loops.seconds,
            ours.processor * 1e6 / messages,
            loops.processor * 1e6 / messages,
            ours.allocations_per_sample
        );
        rates.push(messages / ours.seconds);
        ratios.push(loops.seconds / ours.seconds);
        allocations.push(ours.allocations_per_sample);
    }
    figures.note_allocations(median(&allocations));
    Ok((median(&rates), median(&ratios)))
}

fn ours(folder: &Path, stream: &Stream, plant: fn(Link) -> String) -> anyhow::Result<Run> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let link = Link {
        port: listener.local_addr()?.port(),
        version: Version::V5,
        qos: 1,
    };
    let workspace = fresh_workspace(folder, &plant(link))?;
    let mut app = Child::app(&workspace)?;
    let mut peer = Peer::accept(&listener)?;
    app.tell("up")?;
    let before = app.processor_seconds()?;
    let seconds = peer.deliver(stream, || app.ask("allocations"))?;
    let processor = app.processor_seconds()? - before;
    let half = value(&app.answer()?, "allocations")?;
    let all = value(&app.tell("allocations")?, "allocations")?;
    app.end()?;
    drop(peer);
    let stored = history::count(&workspace, "")?;
    ensure!(
        stored == stream.samples,
        "{} samples were sent and {stored} are in history",
        stream.samples
    );
    fs::remove_dir_all(&workspace)?;
    Ok(Run {
        seconds,
        processor,
        allocations_per_sample: (all - half) / (stream.samples as f64 / 2.0),
    })
}

/// The counting loop on the same stream; its allocations are not counted.
fn baseline(stream: &Stream) -> anyhow::Result<Run> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut counting = Child::counting(listener.local_addr()?.port(), stream.filter, 1)?;
    let mut peer = Peer::accept(&listener)?;
    counting.answer()?;
    let before = counting.processor_seconds()?;
    let seconds = peer.deliver(stream, || Ok(()))?;
    let processor = counting.processor_seconds()? - before;
    peer.end(stream)?;
    let counted = value(&counting.answer()?, "counted")?;
    ensure!(
        counted == stream.ends.len() as f64,
        "the counting loop counted {counted}"
    );
    counting.end()?;
    Ok(Run {
        seconds,
        processor,
        allocations_per_sample: f64::NAN,
    })
}
