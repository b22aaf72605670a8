//! Debian's mosquitto on loopback.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context, ensure};

use crate::{child::bound_to_us, clock::Stopwatch, packet::connect, statistics::median};

const PROGRAM: &str = "/usr/sbin/mosquitto";
const PINGS: usize = 500;

/// A running broker.
#[derive(Debug)]
pub struct Broker {
    /// Its port.
    pub port: u16,
    process: Child,
}

impl Broker {
    /// Starts one with its files in `folder`. It queues without bounds, so that what is lost is not lost by it; what it
    /// allows unacknowledged is its default, 20.
    ///
    /// # Errors
    /// When mosquitto is not installed or not ready after ten seconds.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        ensure!(
            Path::new(PROGRAM).exists(),
            "mosquitto is not installed: run `cargo xtask setup`"
        );
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let file = folder.join("broker.conf");
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n\
             log_dest stderr\nlog_type error\nlog_type warning\n"
        );
        fs::write(&file, configuration)?;
        let process = bound_to_us(PROGRAM)
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .context("starting mosquitto")?;
        let broker = Broker { port, process };
        let begin = Stopwatch::start();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(begin.seconds() < 10.0, "mosquitto does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(broker)
    }

    /// Processor time it has taken, s.
    ///
    /// # Errors
    /// When it has ended.
    pub fn processor_seconds(&self) -> anyhow::Result<f64> {
        crate::machine::processor_seconds(self.process.id())
    }

    /// How long a PINGREQ and its answer take, median, s.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub fn round_trip_seconds(&self) -> anyhow::Result<f64> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port))?;
        socket.set_nodelay(true)?;
        socket.write_all(&connect("bench-ping"))?;
        socket.read_exact(&mut [0; 4])?;
        let mut times = Vec::with_capacity(PINGS);
        for _ in 0..PINGS {
            let begin = Stopwatch::start();
            socket.write_all(&[0xc0, 0])?;
            socket.read_exact(&mut [0; 2])?;
            times.push(begin.seconds());
        }
        Ok(median(&times))
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It has no state worth keeping; that it is gone already is no harm.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
