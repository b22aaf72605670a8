//! Debian's mosquitto with client certificates, and its own command-line publisher.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{
    certificates::{Authority, Identity},
    free_port,
    process::Process,
    wait,
};

const PROGRAM: &str = "/usr/sbin/mosquitto";

/// A broker that demands client certificates.
#[derive(Debug)]
pub struct Mosquitto {
    /// Its port.
    pub port: u16,
    ca_file: PathBuf,
    publisher: Identity,
    _process: Process,
}

impl Mosquitto {
    /// Starts one in `dir` with a server certificate for `localhost` of this authority.
    ///
    /// # Errors
    /// When mosquitto is not installed or not ready after ten seconds.
    pub async fn start(dir: &Path, authority: &Authority) -> Result<Self> {
        Mosquitto::start_as(dir, authority, &authority.server("localhost")?).await
    }

    /// The same with this certificate.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_as(dir: &Path, authority: &Authority, server: &Identity) -> Result<Self> {
        ensure!(
            Path::new(PROGRAM).exists(),
            "mosquitto is not installed: run `cargo xtask setup`"
        );
        let port = free_port()?;
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nrequire_certificate true\ncafile {}\ncertfile {}\n\
             keyfile {}\nuser root\nlog_dest stderr\n",
            authority.ca_file.display(),
            server.certificate.display(),
            server.key.display(),
        );
        let file = dir.join("mosquitto.conf");
        std::fs::write(&file, configuration)?;
        let process = Process::start(
            Command::new(PROGRAM).arg("-c").arg(&file),
            &dir.join("mosquitto.log"),
        )?;
        wait::until("mosquitto's port", Duration::from_secs(10), || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await?;
        let publisher = authority.client("publisher")?;
        Ok(Mosquitto {
            port,
            ca_file: authority.ca_file.clone(),
            publisher,
            _process: process,
        })
    }

    /// Publishes a payload with QoS 1.
    ///
    /// # Errors
    /// When mosquitto_pub fails.
    pub fn publish(&self, topic: &str, payload: &[u8]) -> Result<()> {
        let mut child = Command::new("mosquitto_pub")
            .args([
                "-h",
                "localhost",
                "-p",
                &self.port.to_string(),
                "-q",
                "1",
                "-s",
                "-t",
                topic,
            ])
            .arg("--cafile")
            .arg(&self.ca_file)
            .arg("--cert")
            .arg(&self.publisher.certificate)
            .arg("--key")
            .arg(&self.publisher.key)
            .stdin(Stdio::piped())
            .spawn()
            .context("starting mosquitto_pub")?;
        child
            .stdin
            .take()
            .context("its input")?
            .write_all(payload)?;
        ensure!(child.wait()?.success(), "mosquitto_pub failed");
        Ok(())
    }
}

/// Starts one in `dir` that lets everybody in from this machine; gives its port.
///
/// # Errors
/// When mosquitto is not installed or not ready after ten seconds.
pub async fn start_open(dir: &Path) -> Result<(u16, Process)> {
    ensure!(
        Path::new(PROGRAM).exists(),
        "mosquitto is not installed: run `cargo xtask setup`"
    );
    let port = free_port()?;
    let file = dir.join("open.conf");
    let configuration =
        format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_dest stderr\n");
    std::fs::write(&file, configuration)?;
    let process = Process::start(
        Command::new(PROGRAM).arg("-c").arg(&file),
        &dir.join("open.log"),
    )?;
    wait::until("mosquitto's port", Duration::from_secs(10), || async {
        tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .ok()
    })
    .await?;
    Ok((port, process))
}
