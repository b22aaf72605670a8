//! Other time-series databases: own processes with own folders and ports, gone when this program is.

mod format;
pub mod influx;
pub mod victoria;

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub use format::Format;
pub use influx::Influx;
pub use victoria::Victoria;

use crate::{
    clock::Stopwatch,
    error::{Result, fail, io},
    http::Client,
};

/// The other databases that are there.
pub struct Peers {
    /// VictoriaMetrics and the fastest way in.
    pub victoria: Option<(Victoria, Format)>,
    /// InfluxDB.
    pub influx: Option<Influx>,
}

const START_SECONDS_MAX: f64 = 30.0;

/// Whether a program of this name is on the search path.
pub fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    })
}

/// A running server; killed when dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts `command`, which is to listen on `port`, and waits until `path` answers.
    fn start(
        name: &str,
        command: &mut Command,
        port: u16,
        path: &str,
        log: &Path,
    ) -> Result<Server> {
        let file = std::fs::File::create(log).map_err(io("create", log))?;
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .map_err(io("start", name))?;
        let mut server = Server { process, port };
        let begin = Stopwatch::start();
        loop {
            if Client::connect(port)
                .and_then(|mut client| client.get(path))
                .is_ok()
            {
                return Ok(server);
            }
            let ended = server.process.try_wait().map_err(io("wait for", name))?;
            if ended.is_some() || begin.seconds() > START_SECONDS_MAX {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                let last: Vec<&str> = said.lines().rev().take(3).collect();
                return fail(format!("{name} did not start: {}", last.join(" | ")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Its largest resident memory so far, in bytes.
    fn peak_memory(&self) -> f64 {
        crate::machine::peak_memory(&self.process.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data is thrown away: no need to ask politely. An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
