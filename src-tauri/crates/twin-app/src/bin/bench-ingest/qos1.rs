//! QoS 1 through mosquitto with its default of 20 messages under way, as a share of what these 20 allow.

use std::{fs, path::Path};

use anyhow::ensure;

use crate::{
    Scale,
    broker::Broker,
    child::{Child, value},
    figures::{Figures, QOS1_RATIO},
    history, machine,
    paced::fresh_workspace,
    packet::Version,
    plant::Link,
    publisher,
    statistics::median,
};

const MESSAGES: usize = 100_000;
/// Mosquitto's default.
const IN_FLIGHT: f64 = 20.0;

/// What holds the 20 up, s.
#[derive(Clone, Copy, Debug)]
struct Limits {
    round_trip: f64,
    flush: f64,
}

impl Limits {
    fn measure(broker: &Broker, folder: &Path) -> anyhow::Result<Self> {
        Ok(Limits {
            round_trip: broker.round_trip_seconds()?,
            flush: machine::flush_seconds(folder)?,
        })
    }

    /// The shorter times of two measurements, before the run and after it: somebody else may use the disk.
    fn least(self, other: Self) -> Self {
        Limits {
            round_trip: self.round_trip.min(other.round_trip),
            flush: self.flush.min(other.flush),
        }
    }
}

/// Measures it: a backlog waits at the broker, so that nothing but the 20 holds anybody up.
///
/// # Errors
/// When something cannot be started, or messages are missing.
pub fn measure(folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    let messages = MESSAGES / scale.smaller;
    let mut ratios = Vec::new();
    for pair in 1..=scale.pairs {
        let broker = Broker::start(folder)?;
        // MQTT 3.1.1: with MQTT 5 it is the client that says how many may be under way.
        let link = Link {
            port: broker.port,
            version: Version::V311,
            qos: 1,
        };
        let workspace = fresh_workspace(folder, &link.json_plant())?;
        let mut app = Child::app(&workspace)?;
        app.tell("up")?;
        std::thread::sleep(std::time::Duration::from_millis(500));
        app.end()?;
        publisher::backlog(broker.port, messages)?;
        let before = Limits::measure(&broker, folder)?;
        let mut app = Child::app(&workspace)?;
        let rate = value(&app.tell(&format!("backlog {messages}"))?, "rate")?;
        app.end()?;
        let limits = before.least(Limits::measure(&broker, folder)?);
        let ceiling = IN_FLIGHT / (limits.round_trip + limits.flush);
        let stored = history::count(&workspace, "/seq")?;
        ensure!(stored == messages, "{stored} of {messages} are in history");
        println!(
            "  run {pair}: {rate:.0} messages/s of {ceiling:.0} (round trip {:.3} ms, flush {:.3} ms)",
            limits.round_trip * 1e3,
            limits.flush * 1e3
        );
        ratios.push(rate / ceiling);
        fs::remove_dir_all(&workspace)?;
    }
    figures.report(QOS1_RATIO, median(&ratios));
    Ok(())
}
