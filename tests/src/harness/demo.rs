//! The demo plant with its broker, and a workspace connected to it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{built, process::Process, repository, wait};

/// A running demo plant.
#[derive(Debug)]
pub struct Demo {
    /// Port of its broker (MQTT 5).
    pub port: u16,
    /// Port of its broker for MQTT 3.1.1.
    pub port_v4: u16,
    state_file: PathBuf,
    process: Process,
}

#[derive(Deserialize)]
struct State {
    port: u16,
    port_v4: u16,
}

impl Demo {
    /// Starts one without scheduled faults; its files lie in `dir`.
    ///
    /// # Errors
    /// When it is not ready after ten seconds.
    pub async fn start(dir: &Path) -> Result<Self> {
        let state_file = dir.join("demo.json");
        let mut command = Command::new(built("demo-plant")?);
        command
            .args(["run", "--no-schedule", "--seed", "7", "--state-file"])
            .arg(&state_file);
        let process = Process::start(&mut command, &dir.join("demo.log"))?;
        let state = wait::until(
            "the demo plant's broker",
            Duration::from_secs(10),
            || async {
                let text = std::fs::read_to_string(&state_file).ok()?;
                serde_json::from_str::<State>(&text).ok()
            },
        );
        let State { port, port_v4 } = state.await?;
        Ok(Demo {
            port,
            port_v4,
            state_file,
            process,
        })
    }

    /// Breaks something, through the demo's own command.
    ///
    /// # Errors
    /// When the command fails.
    pub fn fault(&self, spec: &str) -> Result<()> {
        let output = Command::new(built("demo-plant")?)
            .args(["fault", spec, "--state-file"])
            .arg(&self.state_file)
            .output()?;
        ensure!(
            output.status.success(),
            "fault {spec}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Publishes anything on the plant's broker, with mosquitto's own client.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn publish(&self, topic: &str, payload: &str) -> Result<()> {
        let port = self.port.to_string();
        let status = Command::new("mosquitto_pub")
            .args([
                "-V",
                "mqttv5",
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-q",
                "1",
                "-t",
                topic,
                "-m",
                payload,
            ])
            .status()
            .context("starting mosquitto_pub")?;
        ensure!(status.success(), "mosquitto_pub failed");
        Ok(())
    }

    /// Makes a workspace in `dir` with the shipped plant file, picture and plan, connected to this plant.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn workspace(&self, dir: &Path) -> Result<()> {
        workspace(dir, self.port)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When the system refuses to tell.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(!self.process.has_ended()?)
    }
}

/// A workspace with the demo's plant file, picture, plan and documents, connected to whatever listens at a port of this machine.
///
/// # Errors
/// When a file cannot be read or written.
pub fn workspace(dir: &Path, port: u16) -> Result<()> {
    let shipped = repository()?.join("assets/demo-plant");
    let text = std::fs::read_to_string(shipped.join("plant.toml"))
        .with_context(|| format!("reading the plant file in {}", shipped.display()))?;
    let mut document = twin_model::PlantDocument::parse(&text)?;
    let plant = twin_model::Plant::parse(&text)?;
    let station = plant
        .connection("station")
        .context("the demo's connection")?;
    document.put_connection(&twin_model::Connection {
        port,
        ..station.clone()
    })?;
    for folder in ["pictures", "plans", "documents"] {
        std::fs::create_dir_all(dir.join(folder))?;
        for drawing in std::fs::read_dir(shipped.join(folder))? {
            let drawing = drawing?;
            std::fs::copy(drawing.path(), dir.join(folder).join(drawing.file_name()))?;
        }
    }
    std::fs::write(dir.join("plant.toml"), document.to_string())?;
    Ok(())
}
