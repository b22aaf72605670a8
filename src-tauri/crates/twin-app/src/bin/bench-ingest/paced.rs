//! 30,000 messages a second of 100-byte JSON over 1,000 topics through mosquitto: what is lost, and what it costs.

use std::{fs, path::Path, time::Duration};

use anyhow::ensure;

use crate::{
    Scale,
    broker::Broker,
    child::{Child, value},
    figures::{CPU_RATIO, Figures, PACED_LOST},
    history, machine,
    packet::Version,
    plant::{JSON_FILTER, Link},
    publisher,
    statistics::median,
};

const PER_SECOND: usize = 30_000;
/// After the last message, until everything is stored.
const DRAIN: Duration = Duration::from_secs(2);
/// From a link that is up until its subscription is granted, amply.
const SUBSCRIBE: Duration = Duration::from_millis(500);

/// One run: messages that are missing, and processor time a second.
#[derive(Clone, Copy, Debug)]
struct Run {
    lost: f64,
    processor: f64,
}

/// Measures both figures.
///
/// # Errors
/// When something cannot be started.
pub fn measure(folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    let (mut lost, mut ratios) = (0.0, Vec::new());
    for pair in 1..=scale.pairs {
        let ours = ours(folder, scale)?;
        let loops = baseline(folder, scale)?;
        println!(
            "  pair {pair}: lost {} (the loop {}), processor {:.1} % of a core (the loop {:.1} %)",
            ours.lost,
            loops.lost,
            ours.processor * 100.0,
            loops.processor * 100.0
        );
        lost += ours.lost;
        ratios.push(ours.processor / loops.processor);
    }
    figures.report(PACED_LOST, lost);
    figures.report(CPU_RATIO, median(&ratios));
    Ok(())
}

fn ours(folder: &Path, scale: Scale) -> anyhow::Result<Run> {
    let broker = Broker::start(folder)?;
    let link = Link {
        port: broker.port,
        version: Version::V5,
        qos: 0,
    };
    let workspace = fresh_workspace(folder, &link.json_plant())?;
    let mut app = Child::app(&workspace)?;
    app.tell("up")?;
    std::thread::sleep(SUBSCRIBE);
    let before = app.processor_seconds()?;
    let sent = publisher::pace(broker.port, PER_SECOND, scale.paced_s)?;
    let processor = (app.processor_seconds()? - before) / scale.paced_s as f64;
    std::thread::sleep(DRAIN);
    let counters = app.tell("counters")?;
    let memory = machine::peak_memory_mb(app.id());
    let broker_processor = broker.processor_seconds()?;
    app.end()?;
    let stored = history::count(&workspace, "/seq")?;
    println!(
        "  ours: sent {sent}, received {}, dropped {}, rejected {}, stored {stored}; peak memory {memory:.0} MB; \
         the broker took {:.1} % of a core",
        value(&counters, "messages")?,
        value(&counters, "dropped")?,
        value(&counters, "rejected")?,
        broker_processor / scale.paced_s as f64 * 100.0
    );
    ensure!(stored <= sent, "history has more than was sent");
    fs::remove_dir_all(&workspace)?;
    Ok(Run {
        lost: (sent - stored) as f64,
        processor,
    })
}

fn baseline(folder: &Path, scale: Scale) -> anyhow::Result<Run> {
    let broker = Broker::start(folder)?;
    let mut counting = Child::counting(broker.port, JSON_FILTER, 0)?;
    counting.answer()?;
    let before = counting.processor_seconds()?;
    let sent = publisher::pace(broker.port, PER_SECOND, scale.paced_s)?;
    let processor = (counting.processor_seconds()? - before) / scale.paced_s as f64;
    std::thread::sleep(DRAIN);
    publisher::end(broker.port)?;
    let counted = value(&counting.answer()?, "counted")?;
    counting.end()?;
    Ok(Run {
        lost: sent as f64 - counted,
        processor,
    })
}

/// An empty workspace with this plant file.
///
/// # Errors
/// When it cannot be made.
pub fn fresh_workspace(folder: &Path, plant: &str) -> anyhow::Result<std::path::PathBuf> {
    let workspace = folder.join(format!("run-{}", std::process::id()));
    if workspace.exists() {
        fs::remove_dir_all(&workspace)?;
    }
    fs::create_dir_all(&workspace)?;
    fs::write(workspace.join("plant.toml"), plant)?;
    Ok(workspace)
}
