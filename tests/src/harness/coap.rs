//! Debian's coap-server (libcoap), and the client that puts something there.

use std::{
    net::UdpSocket,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::{process::Process, wait};

const SERVER: &str = "/usr/bin/coap-server-notls";
const SECURE_SERVER: &str = "/usr/bin/coap-server-openssl";
const CLIENT: &str = "/usr/bin/coap-client-notls";

/// A server on loopback on which clients may make resources.
#[derive(Debug)]
pub struct CoapServer {
    /// Its port.
    pub port: u16,
    dir: PathBuf,
    _process: Process,
}

impl CoapServer {
    /// Starts one with its files in `dir`.
    ///
    /// # Errors
    /// When libcoap's programs are not installed, or it does not answer within ten seconds.
    pub async fn start(dir: &Path) -> Result<Self> {
        Self::run(dir, SERVER, &[]).await
    }

    /// Starts one that takes this pre-shared key on the port after its plain one.
    ///
    /// # Errors
    /// As of [`CoapServer::start`].
    pub async fn start_with_key(dir: &Path, key: &str) -> Result<Self> {
        Self::run(dir, SECURE_SERVER, &["-k", key, "-h", "hint"]).await
    }

    async fn run(dir: &Path, program: &str, more: &[&str]) -> Result<Self> {
        ensure!(
            Path::new(program).exists(),
            "coap-server is not installed: run `cargo xtask setup`"
        );
        let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program);
        command.args(["-A", "127.0.0.1", "-d", "20", "-p", &port.to_string()]);
        command.args(more);
        let server = CoapServer {
            port,
            dir: dir.to_owned(),
            _process: Process::start(&mut command, &dir.join("coap.log"))?,
        };
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(("127.0.0.1", port))?;
        socket.set_read_timeout(Some(Duration::from_millis(50)))?;
        // A CoAP ping, and the reset that answers it.
        let answers = || async {
            socket.send(&[0x40, 0, 0, 1]).ok()?;
            socket.recv(&mut [0; 16]).ok()
        };
        wait::until("coap-server", Duration::from_secs(10), answers).await?;
        Ok(server)
    }

    /// Puts a representation in a content format (RFC 7252, 12.3) there; a large one goes in blocks.
    ///
    /// # Errors
    /// When the client fails.
    pub fn put(&self, path: &str, format: u16, body: &str) -> Result<()> {
        let file = self.dir.join("body");
        std::fs::write(&file, body)?;
        let output = Command::new(CLIENT)
            .args(["-B", "2", "-m", "put", "-t", &format.to_string(), "-f"])
            .arg(&file)
            .arg(format!("coap://127.0.0.1:{}{path}", self.port))
            .output()
            .context("starting coap-client")?;
        ensure!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        Ok(())
    }
}
