//! Debian's mosquitto without encryption, for what has to be fast or watched; and its publisher, fed with lines.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{free_port, process::Process, wait};

const PROGRAM: &str = "/usr/sbin/mosquitto";

/// A broker on loopback that queues any number of messages for a client that is away.
#[derive(Debug)]
pub struct Broker {
    /// Its port.
    pub port: u16,
    _process: Process,
}

impl Broker {
    /// Starts one with its files in `dir`.
    ///
    /// # Errors
    /// When mosquitto is not installed or not ready after ten seconds.
    pub async fn start(dir: &Path) -> Result<Self> {
        ensure!(
            Path::new(PROGRAM).exists(),
            "mosquitto is not installed: run `cargo xtask setup`"
        );
        let port = free_port()?;
        let file = dir.join("broker.conf");
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\nlog_dest stderr\n"
        );
        fs::write(&file, configuration)?;
        let process = Process::start(
            Command::new(PROGRAM).arg("-c").arg(&file),
            &dir.join("broker.log"),
        )?;
        wait::until("the broker's port", Duration::from_secs(10), || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await?;
        Ok(Broker {
            port,
            _process: process,
        })
    }

    /// Publishes a message that the broker keeps for those who subscribe later.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn retain(&self, topic: &str, payload: &str) -> Result<()> {
        let status = Command::new("mosquitto_pub")
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-r", "-q", "1"])
            .args(["-p", &self.port.to_string(), "-t", topic, "-m", payload])
            .status()
            .context("starting mosquitto_pub")?;
        ensure!(status.success(), "mosquitto_pub failed");
        Ok(())
    }

    /// Publishes each line as a message of this quality of service; ends when the broker has them all.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn publish(&self, topic: &str, qos: u8, lines: &[String]) -> Result<()> {
        let mut child = Command::new("mosquitto_pub")
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-l", "-t", topic])
            .args(["-p", &self.port.to_string(), "-q", &qos.to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .context("starting mosquitto_pub")?;
        let mut input = child.stdin.take().context("its input")?;
        for line in lines {
            writeln!(input, "{line}")?;
        }
        drop(input);
        ensure!(child.wait()?.success(), "mosquitto_pub failed");
        Ok(())
    }
}
