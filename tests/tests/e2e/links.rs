//! What a link tells before and while it fails: certificates that end, silence, messages that come too fast.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncWriteExt, BufWriter};
use twin_app::{App, api::connection::LinkStateView, clock};
use twin_core::{Quality, Reason};
use twinscope_tests::harness::{
    broker::Broker,
    certificates::{Authority, Identity},
    flood::{self, Flood},
    mosquitto::Mosquitto,
    peer, wait,
};

use crate::{
    start,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(20);
const DAY: Duration = Duration::from_secs(86_400);

async fn condition(app: &App, part: &str) -> Result<String> {
    wait::until(&format!("a condition with {part:?}"), SOON, || async {
        let system = app.view().counters().system;
        let mut texts = system.into_iter().map(|said| said.text);
        texts.find(|text| text.contains(part))
    })
    .await
}

fn secured(name: &str, port: u16, authority: &Authority, client: &Identity) -> String {
    format!(
        "[[connection]]\nid = \"{}\"\nname = \"{name}\"\nhost = \"localhost\"\nport = {port}\nca_file = \"{}\"\n\
         certificate_file = \"{}\"\nkey_file = \"{}\"\nsubscriptions = [{{ filter = \"plant/#\", qos = 1 }}]\n",
        name.to_lowercase(),
        authority.ca_file.display(),
        client.certificate.display(),
        client.key.display()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_within_thirty_days_is_told_and_one_after_is_not() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let authority = Authority::new(dir.path(), "ca")?;
    let client = authority.client("client")?;
    let mut text = String::from("[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n");
    let mut brokers = Vec::new();
    for (name, days) in [("Soon", 29), ("Later", 31)] {
        let folder = dir.path().join(name);
        std::fs::create_dir(&folder)?;
        let server = authority.server_for("localhost", DAY * days + DAY / 2)?;
        let broker = Mosquitto::start_as(&folder, &authority, &server).await?;
        text += &secured(name, broker.port, &authority, &client);
        brokers.push(broker);
    }
    let plant = dir.path().join("workspace");
    std::fs::create_dir(&plant)?;
    std::fs::write(plant.join("plant.toml"), text)?;
    let (app, _notices) = start(&plant).await?;
    wait::until("both links", SOON, || async {
        let rows = app.connections();
        (rows.len() == 2 && rows.iter().all(|row| row.state == LinkStateView::Up)).then_some(())
    })
    .await?;
    let text = condition(&app, "certificate").await?;
    ensure!(
        text.starts_with("Soon:") && text.contains("ends in 29 days") && text.contains("renew it"),
        "{text}"
    );
    // Once more around the housekeeping of every second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let texts = app.view().counters().system;
    ensure!(
        !texts.iter().any(|text| text.contains("Later")),
        "{texts:?}"
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_falls_silent_is_noticed_within_two_keep_alives() -> Result<()> {
    /// The shortest that mosquitto sets for its clients.
    const KEEP_ALIVE: Duration = Duration::from_secs(10);
    let dir = tempfile::tempdir()?;
    let broker = Broker::start_with(dir.path(), "max_keepalive 10\n").await?;
    let plant = dir.path().join("workspace");
    tanks::workspace(&plant, broker.port, 1)?;
    let (app, _notices) = start(&plant).await?;
    let is = |state| {
        let app = &app;
        move || async move {
            let row = app.connections().into_iter().next()?;
            (row.state == state).then_some(row.reason)
        }
    };
    wait::until("the link", SOON, is(LinkStateView::Up)).await?;
    let mut levels = Levels::new();
    levels.publish(&broker, SURE, 1, 5)?;
    wait::until("its value", SOON, || async {
        let shown = tanks::shown(&app, "sure").ok()?;
        (shown == (4.0, Quality::GOOD)).then_some(())
    })
    .await?;

    broker.signal("STOP")?;
    let begin = clock::now();
    let noticed = wait::until("the loss", KEEP_ALIVE * 3, is(LinkStateView::Down)).await;
    let waited = clock::now().since(begin);
    let (level, quality) = tanks::shown(&app, "sure")?;
    broker.signal("CONT")?;
    let reason = noticed?;
    ensure!(
        waited.secs_f64() < (KEEP_ALIVE * 2).as_secs_f64() + 2.0,
        "{waited:?}"
    );
    ensure!(!reason.is_empty(), "it says no reason");
    ensure!(
        (level, quality) == (4.0, Quality::bad(Reason::BrokerLost)),
        "{level} {quality:?}"
    );
    wait::until("the link again", SOON * 2, is(LinkStateView::Up)).await?;
    levels.publish(&broker, SURE, 1, 1)?;
    wait::until("the next value", SOON, || async {
        let shown = tanks::shown(&app, "sure").ok()?;
        (shown == (5.0, Quality::GOOD)).then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}

/// The tanks on an MQTT 3.1.1 link, because the peer speaks that.
pub fn plain(dir: &Path, port: u16) -> Result<()> {
    tanks::workspace(dir, port, 0)?;
    let path = dir.join("plant.toml");
    let text = std::fs::read_to_string(&path)?;
    let from = "security = \"plaintext\"";
    ensure!(text.contains(from));
    let to = "protocol = \"mqtt3.1.1\"\nsecurity = \"plaintext\"";
    Ok(std::fs::write(path, text.replacen(from, to, 1))?)
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_too_fast_are_counted_and_raise_a_condition() -> Result<()> {
    /// As many as can be sent before it counts as impossible to be too fast.
    const AT_MOST: u64 = 2_000_000;
    let dir = tempfile::tempdir()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let plant = dir.path().join("workspace");
    plain(&plant, listener.local_addr()?.port())?;
    let (app, _notices) = start(&plant).await?;
    let mut socket = BufWriter::with_capacity(1 << 20, peer::accept(&listener).await?);
    let row = || {
        app.connections()
            .into_iter()
            .next()
            .context("the connection")
    };
    let mut sent = 0_u64;
    // The connection is shown a moment after it is made.
    while row().map_or(0.0, |row| row.dropped) == 0.0 {
        ensure!(sent < AT_MOST, "all of {sent} messages were taken");
        for _ in 0..10_000 {
            let payload = format!("{{\"level\": {sent}, \"much\": [1, 2, 3, 4, 5, 6, 7, 8, 9]}}");
            socket
                .write_all(&flood::packet(SURE, &payload, false)?)
                .await?;
            sent += 1;
        }
    }
    socket
        .write_all(&flood::packet(SURE, "{\"level\": -1}", false)?)
        .await?;
    sent += 1;
    socket.flush().await?;
    let text = condition(&app, "messages were lost").await?;
    ensure!(text.starts_with("C: "), "{text}");
    wait::until("every message to be taken or counted", SOON * 2, || async {
        let row = row().ok()?;
        (row.messages + row.dropped == sent as f64).then_some(())
    })
    .await
    .with_context(|| format!("{sent} were sent: {:?}", row()))?;
    ensure!(row()?.state == LinkStateView::Up, "the link was lost");
    ensure!(app.view().counters().dropped == row()?.dropped);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_above_the_rate_limit_are_counted_and_raise_a_condition() -> Result<()> {
    const SENT: u32 = 1_000;
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    tanks::workspace(&plant, broker.port, 0)?;
    let path = plant.join("plant.toml");
    let text = std::fs::read_to_string(&path)?;
    let limits = "[connection.limits]\nrate = 50\n\n[[type]]";
    std::fs::write(&path, text.replacen("[[type]]", limits, 1))?;
    let (app, _notices) = start(&plant).await?;
    let row = || app.connections().into_iter().next();
    wait::until("the link", SOON, || async {
        row().filter(|row| row.state == LinkStateView::Up)
    })
    .await?;
    let mut flood = Flood::connect(broker.port)?;
    for level in 0..SENT {
        flood.publish(SURE, &format!("{{\"level\": {level}}}"), false)?;
    }
    flood.finish()?;
    let text = condition(&app, "than its rate limit allows").await?;
    ensure!(text.starts_with("C: "), "{text}");
    let row = wait::until("all to be taken or counted", SOON, || async {
        row().filter(|row| row.messages + row.throttled == f64::from(SENT))
    });
    let row = row.await?;
    ensure!(
        row.throttled > 0.0 && row.dropped == row.throttled,
        "{row:?}"
    );
    ensure!(row.form.limits.rate == Some(50), "{row:?}");
    app.stop().await;
    Ok(())
}
