//! The plants that pictures are taken of: each is started when it is first wanted, and goes on until the end.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use twin_app::clock;
use twinscope_tests::{
    harness::{
        broker::Broker,
        demo::{self, Demo},
        feed::{Link, Sender, Shape, wave},
        flood::packet,
        free_port,
        window::Window,
    },
    pictures::screens::Plant,
};

const MACHINES: Shape = Shape {
    assets: 1_000,
    signals: 5,
    scaled: true,
};
/// History of each machine before the picture: 17 minutes, every 10 s, ms.
const PAST_MS: i64 = 1_000_000;
const PAST_EVERY_MS: usize = 10_000;
/// Between one moment of that history and the next.
const BETWEEN: Duration = Duration::from_millis(120);
/// One machine in so many has an alarm.
const ALARMED: usize = 83;
/// Topics of a hall that no plant file knows.
const UNKNOWN: [(&str, &str); 4] = [
    (
        "hall/oven-1/state",
        r#"{"temperature": 812.5, "setpoint": 815, "unit": "°C"}"#,
    ),
    (
        "hall/oven-2/state",
        r#"{"temperature": 640.0, "setpoint": 650, "unit": "°C"}"#,
    ),
    ("hall/press/pressure_bar", "118.4"),
    ("hall/door", "closed"),
];
/// The bearing needs about half a minute to be found.
const FOUND: Duration = Duration::from_secs(240);

/// The plants, and the workspaces on them.
#[derive(Debug)]
pub struct Plants {
    folder: PathBuf,
    demo: Option<Demo>,
    /// Whether its fault has been seen.
    found: bool,
    broker: Option<Broker>,
    sender: Option<Sender>,
}

impl Plants {
    /// Keeps its files in `folder`.
    pub fn new(folder: &Path) -> Plants {
        Plants {
            folder: folder.to_owned(),
            demo: None,
            found: false,
            broker: None,
            sender: None,
        }
    }

    /// The workspace on a plant, which runs from now on. What flooded before is at rest.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(&mut self, plant: Plant) -> Result<PathBuf> {
        if let Some(sender) = self.sender.take() {
            sender.stop()?;
        }
        let at = |name: &str| self.folder.join(name);
        match plant {
            Plant::Demo => self.demo().await,
            Plant::Flood => {
                let workspace = self.demo().await?;
                let demo = self.demo.as_ref().context("the demo plant")?;
                self.sender = Some(flood(demo.port_v4)?);
                Ok(workspace)
            }
            Plant::NoLink => {
                let workspace = at("unreached");
                demo::workspace(&workspace, free_port()?)?;
                Ok(workspace)
            }
            Plant::Thousand => {
                let workspace = at("machines");
                let port = self.broker().await?;
                MACHINES.write(&workspace, port)?;
                Ok(workspace)
            }
            Plant::Fresh => {
                let workspace = at("fresh");
                let port = self.broker().await?;
                for (topic, payload) in UNKNOWN {
                    self.broker
                        .as_ref()
                        .context("the broker")?
                        .retain(topic, payload)?;
                }
                std::fs::create_dir_all(&workspace)?;
                std::fs::write(workspace.join("plant.toml"), unknown(port))?;
                Ok(workspace)
            }
            Plant::Empty => Ok(at("empty")),
        }
    }

    /// Waits until the window has what pictures of this plant are to show.
    ///
    /// # Errors
    /// When it does not get it.
    pub async fn ripen(&mut self, plant: Plant, window: &Window) -> Result<()> {
        if plant == Plant::Demo && !self.found {
            window.run("location.hash = '#/alarms'").await?;
            window.find("alarm-3-pump-2-anomaly", FOUND).await?;
            self.found = true;
        } else if plant == Plant::Demo {
            let demo = self.demo.as_ref().context("the demo plant")?;
            demo.fault("edge-2:death")?;
        } else if plant == Plant::Thousand {
            let port = self.broker().await?;
            self.sender = Some(machines(port)?);
            window.run("location.hash = '#/alarms'").await?;
            window.select("[data-testid^=\"alarm-2-\"]", FOUND).await?;
        }
        Ok(())
    }

    async fn demo(&mut self) -> Result<PathBuf> {
        let workspace = self.folder.join("station");
        if self.demo.is_none() {
            let demo = Demo::start(&self.folder).await?;
            demo.workspace(&workspace)?;
            demo.fault("pump-2:bearing")?;
            self.demo = Some(demo);
        }
        Ok(workspace)
    }

    async fn broker(&mut self) -> Result<u16> {
        if self.broker.is_none() {
            self.broker = Some(Broker::start(&self.folder).await?);
        }
        Ok(self.broker.as_ref().context("the broker")?.port)
    }
}

/// A topic of a thousand messages a second, of which some are broken.
fn flood(port: u16) -> Result<Sender> {
    const TOPIC: &str = "riverside/laboratory/analyser";
    let next = |beat: u64, at: i64| {
        let mut packets = Vec::new();
        for i in 0..40_u64 {
            let value = 7.0 + (beat * 40 + i) as f64 / 1e5 % 0.5;
            packets.extend(packet(
                TOPIC,
                &format!("{{\"ph\":{value:.4},\"time\":{at}}}"),
                false,
            )?);
        }
        packets.extend(packet("riverside/laboratory/raw", "{\"ph\": 7.", false)?);
        Ok(packets)
    };
    Ok(Sender::start(
        Link::connect(port)?,
        Duration::from_millis(40),
        next,
    ))
}

/// What the machines did until now, and what they do from now on.
fn machines(port: u16) -> Result<Sender> {
    let value = |asset: usize, signal: usize, at: i64| {
        if asset % ALARMED == 7 && signal == 0 {
            99.6
        } else {
            wave(asset + signal, at)
        }
    };
    let mut link = Link::connect(port)?;
    let now = clock::now().millis();
    for at in (now - PAST_MS..now).step_by(PAST_EVERY_MS) {
        for asset in 0..MACHINES.assets {
            link.send(&MACHINES.message(asset, Some(at), |signal| value(asset, signal, at))?)?;
        }
        // So that the program, built for tests, keeps up: what comes faster than it reads is lost with QoS 0.
        std::thread::sleep(BETWEEN);
    }
    let next = move |_, at| {
        let mut packets = Vec::new();
        for asset in 0..MACHINES.assets {
            packets.extend(MACHINES.message(asset, None, |signal| value(asset, signal, at))?);
        }
        Ok(packets)
    };
    Ok(Sender::start(link, Duration::from_secs(2), next))
}

/// A plant file with nothing but a connection.
fn unknown(port: u16) -> String {
    format!(
        "[plant]\nid = \"hall\"\nname = \"Hardening shop\"\nzone = \"Europe/Berlin\"\n\
         [[connection]]\nid = \"hall\"\nname = \"Hall broker\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"plaintext\"\nsubscriptions = [{{ filter = \"hall/#\", qos = 1 }}]\n"
    )
}
