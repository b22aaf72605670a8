//! InfluxDB 1.

use std::path::Path;

use super::{Format, Server};
use crate::{
    child::bound_to_us,
    clock::Stopwatch,
    error::{Result, fail, io},
    generator::SIGNALS,
    http::{Client, escaped, free_port, post_all},
};

/// The program's name.
pub const PROGRAM: &str = "influxd";

/// A running InfluxDB.
pub struct Influx(Server);

impl Influx {
    /// Starts one that keeps its data in `folder`.
    pub fn start(folder: &Path) -> Result<Influx> {
        let (port, backup_port) = (free_port()?, free_port()?);
        let place = |name: &str| folder.join(name).display().to_string();
        let configuration = format!(
            "reporting-disabled = true\nbind-address = \"127.0.0.1:{backup_port}\"\n[meta]\ndir = {:?}\n\
             [data]\ndir = {:?}\nwal-dir = {:?}\nquery-log-enabled = false\n[monitor]\nstore-enabled = false\n\
             [http]\nbind-address = \"127.0.0.1:{port}\"\nlog-enabled = false\n[logging]\nlevel = \"error\"\n",
            place("meta"),
            place("data"),
            place("wal"),
        );
        let file = folder.join("influxdb.conf");
        std::fs::write(&file, configuration).map_err(io("write", &file))?;
        let mut command = bound_to_us(PROGRAM);
        command.arg("-config").arg(&file);
        let log = folder.join("log");
        let server = Server::start(PROGRAM, &mut command, port, "/ping", &log)?;
        Client::connect(port)?.post("/query?q=CREATE%20DATABASE%20bench", "", &[])?;
        Ok(Influx(server))
    }

    /// Sends bodies 0 to `count` - 1 of line protocol; gives the seconds it took.
    pub fn import(&self, count: usize, body: impl Fn(usize) -> Vec<u8> + Sync) -> Result<f64> {
        let path = "/write?db=bench&precision=ms";
        let begin = Stopwatch::start();
        post_all(self.0.port, path, "", count, body)?;
        Ok(begin.seconds())
    }

    /// The format that [`import`](Self::import) takes.
    pub const FORMAT: Format = Format::Lines;

    /// Milliseconds for the maxima of one signal or of all of measurement `m` in `buckets` buckets of `step_ms` from
    /// `begin_ms`.
    pub fn maxima(
        &self,
        signal: Option<u32>,
        begin_ms: i64,
        step_ms: i64,
        buckets: i64,
    ) -> Result<f64> {
        let wanted = signal.map_or(String::new(), |signal| format!(" AND s = '{signal}'"));
        let query = format!(
            "SELECT max(v) FROM m WHERE time >= {begin_ms}ms AND time < {}ms{wanted} GROUP BY time({step_ms}ms), s",
            begin_ms + step_ms * buckets
        );
        let path = format!("/query?db=bench&epoch=ms&q={}", escaped(&query));
        let mut client = Client::connect(self.0.port)?;
        let begin = Stopwatch::start();
        let answer = client.get(&path)?;
        let taken = begin.millis();
        let series = String::from_utf8(answer)?.matches("\"tags\":").count();
        if series != signal.map_or(SIGNALS as usize, |_| 1) {
            return fail(format!("InfluxDB gave {series} series"));
        }
        Ok(taken)
    }
}
