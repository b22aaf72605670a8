//! Floods through the whole pipeline, from a broker that is a script. Alone in its process, so that memory can be counted.

use std::{alloc::System, collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use twin_app::{App, Notice};
use twin_core::{Quality, Reason, SignalKey, Value};
use twinscope_tests::harness::{peer, repository, wait};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SOON: Duration = Duration::from_secs(60);
/// Topics that a connection may have when nothing else is said.
const LIMIT: usize = 100_000;
/// Messages that may be unacknowledged at once.
const WINDOW: usize = 5_000;

fn workspace(dir: &Path, port: u16, topics: usize) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "Floods"
host = "127.0.0.1"
port = {port}
protocol = "mqtt3.1.1"
security = "plaintext"
subscriptions = [{{ filter = "plant/#", qos = 1 }}]
limits = {{ topics = {topics} }}

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"
alarms = [{{ kind = "high", limit = 4.0, deadband = 0.2, on_delay_s = 0.0, priority = 2 }}]

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "c"
source = "plant/tank#{{signal}}"
"#
    );
    std::fs::write(dir.join("plant.toml"), text)?;
    Ok(())
}

async fn start(dir: &Path) -> Result<(Arc<App>, tokio::sync::mpsc::Receiver<Notice>)> {
    Ok(App::start(dir, &repository()?.join("assets")).await?)
}

/// A PUBLISH of QoS 1.
fn publish(topic: &str, id: u16, retain: bool, payload: &str) -> Vec<u8> {
    let mut left = topic.len() + payload.len() + 4;
    let mut packet = vec![0x32 | u8::from(retain)];
    while left > 127 {
        packet.push(left as u8 | 0x80);
        left >>= 7;
    }
    packet.push(left as u8);
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(payload.as_bytes());
    packet
}

/// The broker's end of a link.
struct Link {
    socket: TcpStream,
    /// Not acknowledged yet.
    open: BTreeSet<u16>,
    next: u16,
    read: Vec<u8>,
}

impl Link {
    async fn accept(listener: &TcpListener) -> Result<Link> {
        Ok(Link {
            socket: peer::accept(listener).await?,
            open: BTreeSet::new(),
            next: 0,
            read: Vec::new(),
        })
    }

    /// Sends a message once the window allows it.
    async fn send(&mut self, topic: &str, retain: bool, payload: &str) -> Result<()> {
        self.settle(WINDOW).await?;
        self.next = self.next % u16::MAX + 1;
        ensure!(self.open.insert(self.next), "an id that is still in use");
        let packet = publish(topic, self.next, retain, payload);
        Ok(self.socket.write_all(&packet).await?)
    }

    /// Waits until fewer than `most` messages are unacknowledged.
    async fn settle(&mut self, most: usize) -> Result<()> {
        while self.open.len() >= most {
            let mut piece = [0; 4_096];
            let count = timeout(SOON, self.socket.read(&mut piece)).await;
            let count = count.context("no acknowledgement came")??;
            ensure!(count > 0, "the client hung up");
            self.read.extend(&piece[..count]);
            self.take().await?;
        }
        Ok(())
    }

    /// Takes acknowledgements, and answers pings.
    async fn take(&mut self) -> Result<()> {
        loop {
            let used = match self.read[..] {
                [0x40, 2, high, low, ..] => {
                    let id = u16::from_be_bytes([high, low]);
                    ensure!(self.open.remove(&id), "{id} was acknowledged twice");
                    4
                }
                [0xc0, 0, ..] => {
                    self.socket.write_all(&[0xd0, 0]).await?;
                    2
                }
                [] | [_] | [0x40, ..] => return Ok(()),
                _ => anyhow::bail!("{:?}", self.read),
            };
            self.read.drain(..used);
        }
    }
}

/// Bytes in use.
fn in_use() -> usize {
    // Growing in place is counted with the rest.
    let all = Region::new(GLOBAL).initial();
    all.bytes_allocated.saturating_sub(all.bytes_deallocated)
}

async fn rejected(app: &App) -> f64 {
    let rows = app.connections().into_iter().flat_map(|row| row.rejects);
    rows.map(|reject| reject.count).sum()
}

/// A topic of its own for each number, of so many bytes.
fn topic_of(length: usize, number: usize) -> String {
    let short = format!("plant/line{:04}/device{number:06}", number / 100);
    let pad = length.saturating_sub(short.len() + 1);
    let level = if pad == 0 {
        String::new()
    } else {
        "/".to_owned()
    };
    format!("{short}{level}{}", "x".repeat(pad))
}

/// As many topics as one connection may have with names of so many bytes, and 500 more. Together they take
/// at most 1 KiB times the limit, so there are fewer of those with long names.
async fn topics(limit: usize, length: usize, count: usize) -> Result<()> {
    const BEYOND: usize = 500;
    let dir = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    workspace(dir.path(), listener.local_addr()?.port(), limit)?;
    let (app, _notices) = start(dir.path()).await?;
    let mut link = Link::accept(&listener).await?;
    // What the pipeline needs in any case is in use before it is counted.
    for round in 0..2_000 {
        link.send("plant/first", false, &format!("{{\"value\":{round}}}"))
            .await?;
    }
    link.settle(1).await?;
    let before = in_use();
    for number in 0..count + BEYOND {
        let topic = topic_of(length, number);
        link.send(&topic, false, &format!("{{\"value\":{number}}}"))
            .await?;
    }
    link.settle(1).await?;
    let all = in_use().saturating_sub(before);
    eprintln!(
        "{} bytes a topic of {length} bytes, {all} in all",
        all / count
    );
    wait::until("the topics beyond the limit", SOON, || async {
        (rejected(&app).await >= BEYOND as f64).then_some(())
    })
    .await?;
    let row = app.connections().remove(0);
    ensure!(row.rejects.len() == 1, "{:?}", row.rejects);
    ensure!(
        row.topics as usize == count + 1 && row.topics_max as usize == limit,
        "{row:?}"
    );
    wait::until("the condition", SOON, || async {
        let texts = app.view().counters().system;
        texts
            .iter()
            .any(|text| text.contains("more topics than its limit"))
            .then_some(())
    })
    .await?;
    ensure!(app.view().counters().dropped == 0.0);
    ensure!(all <= limit * 1_024, "{all} bytes of all topics");
    app.stop().await;
    Ok(())
}

/// As many values as one connection may have addresses, on few topics, and four topics more.
async fn addresses() -> Result<()> {
    const TOPICS: usize = 2_000;
    const VALUES: usize = 250;
    const BEYOND: usize = 4;
    let dir = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    workspace(dir.path(), listener.local_addr()?.port(), LIMIT)?;
    let (app, _notices) = start(dir.path()).await?;
    let mut link = Link::accept(&listener).await?;
    let payload = |number: usize| {
        let fields: Vec<_> = (0..VALUES)
            .map(|value| format!("\"measurement{value}\":{number}.{value}"))
            .collect();
        format!("{{{}}}", fields.join(","))
    };
    for round in 0..20 {
        link.send("plant/first", false, &payload(round)).await?;
    }
    link.settle(1).await?;
    let before = in_use();
    for number in 1..TOPICS + BEYOND {
        let topic = format!("plant/line{}/device{number}", number / 100);
        link.send(&topic, false, &payload(number)).await?;
        if number % 100 == 0 {
            link.settle(1).await?;
        }
    }
    link.settle(1).await?;
    let each = (in_use().saturating_sub(before)) / (TOPICS * VALUES);
    eprintln!("{each} bytes an address");
    wait::until("the addresses beyond the limit", SOON, || async {
        (rejected(&app).await >= BEYOND as f64).then_some(())
    })
    .await?;
    let row = app.connections().remove(0);
    ensure!(
        row.rejects.len() == 1 && row.rejects[0].reason == "address-limit",
        "{:?}",
        row.rejects
    );
    ensure!(
        row.addresses == row.addresses_max && row.topics < row.topics_max,
        "{row:?}"
    );
    wait::until("the condition", SOON, || async {
        let texts = app.view().counters().system;
        texts
            .iter()
            .any(|text| text.contains("raise the limit of addresses"))
            .then_some(())
    })
    .await?;
    ensure!(each <= 1_024, "{each} bytes an address");
    app.stop().await;
    Ok(())
}

/// All at once, as after a subscription to a broker that keeps much.
async fn retained() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    workspace(dir.path(), listener.local_addr()?.port(), LIMIT)?;
    let (app, _notices) = start(dir.path()).await?;
    let mut link = Link::accept(&listener).await?;
    let level = app.plant().assets[0].signals[0].key;
    let twin = || app.view().twin(SignalKey(level));
    for number in 0..50_000 {
        if number == 25_000 {
            link.send("plant/tank", true, r#"{"level":9.0}"#).await?;
        }
        let topic = format!("plant/line{}/device{number}", number / 100);
        link.send(&topic, true, r#"{"value":9.0}"#).await?;
    }
    link.settle(1).await?;
    let shown = wait::until("the level", SOON, || async {
        twin().filter(|twin| twin.value == Value::F64(9.0))
    });
    let shown = shown.await?;
    ensure!(
        shown.quality() == Quality::uncertain(Reason::Retained),
        "{shown:?}"
    );
    ensure!(app.alarms().rows.is_empty(), "{:?}", app.alarms().rows);
    let counters = app.view().counters();
    ensure!(counters.dropped == 0.0 && rejected(&app).await == 0.0);
    // The same value, and now it is new.
    link.send("plant/tank", false, r#"{"level":9.0}"#).await?;
    wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().next()
    })
    .await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_are_bounded_marked_and_counted() -> Result<()> {
    // The last as tables are at their emptiest: they have just grown.
    for (limit, length, count) in [
        (LIMIT, 26, 99_999),
        (LIMIT, 100, 99_999),
        (LIMIT, 1_000, 33_333),
        (29_000, 26, 28_999),
    ] {
        topics(limit, length, count).await?;
    }
    addresses().await?;
    retained().await
}
