//! VictoriaMetrics, single node.

use std::{path::Path, time::Duration};

use super::{Format, Server};
use crate::{
    child::bound_to_us,
    clock::Stopwatch,
    error::{Result, fail},
    generator::SIGNALS,
    http::{Client, escaped, free_port, post_all},
};

/// The program's name.
pub const PROGRAM: &str = "victoria-metrics";
/// Merges that take longer than this are not waited for.
const MERGE_SECONDS_MAX: f64 = 30.0;

/// A running VictoriaMetrics.
pub struct Victoria(Server);

impl Victoria {
    /// Starts one that keeps its data in `folder`.
    pub fn start(folder: &Path) -> Result<Victoria> {
        let port = free_port()?;
        let mut command = bound_to_us(PROGRAM);
        command
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!(
                "-storageDataPath={}",
                folder.join("data").display()
            ))
            .args([
                "-retentionPeriod=100y",
                "-influxSkipSingleField",
                "-loggerLevel=ERROR",
            ]);
        let log = folder.join("log");
        Server::start(PROGRAM, &mut command, port, "/health", &log).map(Victoria)
    }

    /// Sends bodies 0 to `count` - 1; gives the seconds it took.
    pub fn import(
        &self,
        format: Format,
        count: usize,
        body: impl Fn(usize) -> Vec<u8> + Sync,
    ) -> Result<f64> {
        let (path, headers) = match format {
            Format::Lines => ("/write?precision=ms", ""),
            Format::Prometheus => ("/api/v1/import/prometheus", ""),
            Format::RemoteWrite => (
                "/api/v1/write",
                "Content-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\n",
            ),
        };
        let begin = Stopwatch::start();
        post_all(self.0.port, path, headers, count, body)?;
        Ok(begin.seconds())
    }

    /// Makes everything visible and merges it as far as VictoriaMetrics would by itself in time.
    pub fn settle(&self) -> Result<()> {
        let mut client = Client::connect(self.0.port)?;
        client.get("/internal/force_flush")?;
        client.get("/internal/force_merge")?;
        let begin = Stopwatch::start();
        let mut idle = 0;
        while idle < 5 && begin.seconds() < MERGE_SECONDS_MAX {
            std::thread::sleep(Duration::from_millis(200));
            let metrics = String::from_utf8(client.get("/metrics")?)?;
            let merging = metrics
                .lines()
                .filter(|line| line.starts_with("vm_active_merges{type=\"storage"))
                .any(|line| !line.ends_with(" 0"));
            idle = if merging { 0 } else { idle + 1 };
        }
        Ok(())
    }

    /// Milliseconds for the maxima of one signal or of all of metric `m` in `buckets` buckets of `step_ms` from `begin_ms`.
    pub fn maxima(
        &self,
        signal: Option<u32>,
        begin_ms: i64,
        step_ms: i64,
        buckets: i64,
    ) -> Result<f64> {
        let selector =
            signal.map_or_else(|| "m".to_owned(), |signal| format!("m{{s=\"{signal}\"}}"));
        let path = format!(
            "/api/v1/query_range?query={}&start={}&end={}&step={step_ms}ms&nocache=1",
            escaped(&format!("max_over_time({selector}[{step_ms}ms])")),
            (begin_ms + step_ms) as f64 / 1e3,
            (begin_ms + step_ms * buckets) as f64 / 1e3,
        );
        let mut client = Client::connect(self.0.port)?;
        let begin = Stopwatch::start();
        let answer = client.get(&path)?;
        let taken = begin.millis();
        let answer = String::from_utf8(answer)?;
        let series = answer.matches("\"metric\":").count();
        let points = answer.matches(",\"").count();
        let wanted = signal.map_or(SIGNALS as usize, |_| 1);
        // Each point is `[time,"value"]`; a few more such pairs stand in the answer's head and labels.
        if series != wanted || points < wanted * buckets as usize {
            return fail(format!(
                "VictoriaMetrics gave {series} series and {points} points"
            ));
        }
        Ok(taken)
    }

    /// Its largest resident memory so far, in bytes.
    pub fn peak_memory(&self) -> f64 {
        self.0.peak_memory()
    }
}
