//! A plant of two tanks: one whose level comes with the quality of service that the test chooses, one with QoS 0.

use std::path::Path;

use anyhow::{Context, Result};
use twin_app::{App, clock};
use twin_core::{Quality, SignalId, Timestamp, twin::SignalTwin};
use twin_historian::Historian;
use twinscope_tests::harness::broker::Broker;

use crate::signal;

/// Topic of the tank whose messages are acknowledged.
pub const SURE: &str = "plant/sure";
/// Topic of the tank whose messages come once.
pub const ONCE: &str = "plant/once";

/// Writes the plant file of a workspace.
pub fn workspace(dir: &Path, port: u16, qos: u8) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "C"
host = "127.0.0.1"
port = {port}
security = "plaintext"
subscriptions = [{{ filter = "plant/#", qos = {qos} }}]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"
key = true
stale_after_s = 600.0
alarms = [{{ kind = "high", limit = 1000000.0, deadband = 1.0, on_delay_s = 0.0, priority = 2 }}]

[[area]]
id = "a"
name = "A"

[[asset]]
id = "sure"
name = "Sure"
area = "a"
type = "tank"
connection = "c"
source = "{SURE}#{{signal}}"

[[asset]]
id = "once"
name = "Once"
area = "a"
type = "tank"
connection = "c"
source = "{ONCE}#{{signal}}"
"#
    );
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

/// Levels with a source time of their own each, so that what is stored can be counted.
pub struct Levels {
    begin: i64,
    next: i64,
}

impl Levels {
    pub fn new() -> Self {
        Levels {
            begin: clock::now().millis() - 600_000,
            next: 0,
        }
    }

    /// How many were published so far; the level of the newest is one less.
    pub const fn count(&self) -> usize {
        self.next as usize
    }

    /// Publishes `count` more, counting up from 0.
    pub fn publish(&mut self, broker: &Broker, topic: &str, qos: u8, count: i64) -> Result<()> {
        let lines: Vec<String> = (self.next..self.next + count)
            .map(|level| {
                format!(
                    "{{\"level\": {level}, \"timestamp\": {}}}",
                    self.begin + level
                )
            })
            .collect();
        self.next += count;
        broker.publish(topic, qos, &lines)
    }

    /// Source time of the next one.
    pub const fn next_time(&self) -> i64 {
        self.begin + self.next
    }

    /// Counts one that the test publishes itself.
    pub const fn skip(&mut self) {
        self.next += 1;
    }
}

/// The twin of a tank's level.
pub fn level(app: &App, tank: &str) -> Result<SignalTwin> {
    let key = signal(app, &format!("{tank}/level"))?.key;
    let twin = app.view().twin(twin_core::SignalKey(key));
    twin.with_context(|| format!("no twin of {tank}"))
}

/// The level itself and its quality.
pub fn shown(app: &App, tank: &str) -> Result<(f64, Quality)> {
    let twin = level(app, tank)?;
    Ok((twin.value.as_f64().unwrap_or(f64::NAN), twin.quality()))
}

/// How many samples of a tank's level history holds.
pub async fn stored(historian: &Historian, tank: &str) -> Result<usize> {
    let id = SignalId::from(format!("{tank}/level"));
    let keys = historian.signal_keys(&[id]).await?;
    let key = *keys.first().context("a key")?;
    let samples = historian
        .raw(key, Timestamp(0), Timestamp::MAX, 1_000_000)
        .await?;
    Ok(samples.len())
}
