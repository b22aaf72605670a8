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
    process: Process,
}

/// How a message is published.
#[derive(Clone, Copy, Debug)]
pub struct Post {
    /// Quality of service.
    pub qos: u8,
    /// Whether the broker keeps it.
    pub retain: bool,
}

impl Broker {
    /// Starts one with its files in `dir`.
    ///
    /// # Errors
    /// When mosquitto is not installed or not ready after ten seconds.
    pub async fn start(dir: &Path) -> Result<Self> {
        Broker::start_with(dir, "").await
    }

    /// The same with more lines of configuration.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(dir: &Path, more: &str) -> Result<Self> {
        ensure!(
            Path::new(PROGRAM).exists(),
            "mosquitto is not installed: run `cargo xtask setup`"
        );
        let port = free_port()?;
        let file = dir.join("broker.conf");
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\nlog_dest stderr\n\
             {more}"
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
        Ok(Broker { port, process })
    }

    /// Sends it a signal, such as `STOP`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn signal(&self, name: &str) -> Result<()> {
        self.process.signal(name)
    }

    /// Publishes a message of any bytes.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn post(&self, topic: &str, post: Post, payload: &[u8]) -> Result<()> {
        let mut command = Command::new("mosquitto_pub");
        command
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-t", topic])
            .args(["-p", &self.port.to_string(), "-q", &post.qos.to_string()])
            // It reads no empty message.
            .arg(if payload.is_empty() { "-n" } else { "-s" })
            .args(post.retain.then_some("-r"))
            .stdin(Stdio::piped());
        let mut child = command.spawn().context("starting mosquitto_pub")?;
        let mut input = child.stdin.take().context("its input")?;
        input.write_all(payload)?;
        drop(input);
        ensure!(child.wait()?.success(), "mosquitto_pub failed");
        Ok(())
    }

    /// Publishes what is in a file.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn post_file(&self, topic: &str, post: Post, file: &Path) -> Result<()> {
        let status = Command::new("mosquitto_pub")
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-t", topic])
            .args(["-p", &self.port.to_string(), "-q", &post.qos.to_string()])
            .args(post.retain.then_some("-r"))
            .arg("-f")
            .arg(file)
            .status()
            .context("starting mosquitto_pub")?;
        ensure!(status.success(), "mosquitto_pub failed");
        Ok(())
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
