//! libcoap's server, without encryption.

use std::{net::UdpSocket, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{process::Process, wait};

const PROGRAM: &str = "coap-server-notls";

/// Starts one on this machine; gives its port.
///
/// # Errors
/// When it is not installed (Debian package libcoap3-bin) or not ready after ten seconds.
pub async fn start(dir: &Path) -> Result<(u16, Process)> {
    let free = UdpSocket::bind("127.0.0.1:0")?;
    let port = free.local_addr()?.port();
    drop(free);
    let process = Process::start(
        Command::new(PROGRAM).args(["-A", "127.0.0.1", "-p", &port.to_string()]),
        &dir.join("coap-server.log"),
    )
    .context("is libcoap3-bin installed? run `cargo xtask setup`")?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", port))?;
    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
    // A CoAP ping, and the reset that answers it.
    let answers = || async {
        socket.send(&[0x40, 0, 0, 1]).ok()?;
        socket.recv(&mut [0; 16]).ok()
    };
    wait::until("coap-server's port", Duration::from_secs(10), answers).await?;
    Ok((port, process))
}
