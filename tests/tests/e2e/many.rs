//! Very many topics: all at once from what a broker has kept, and more than a connection may have.

use std::{fmt::Write, fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{App, clock};
use twin_core::{Quality, Reason, SignalKey, Value};
use twinscope_tests::harness::{broker::Broker, flood::Flood, headless, process::Process, wait};

use crate::{
    start,
    tanks::{self, SURE},
};

const SOON: Duration = Duration::from_secs(60);
const ASSETS: usize = 500;
const SIGNALS: usize = 100;
/// Beyond every limit.
const HIGH: u32 = 1_000;

/// Assets of which every signal has a topic and a limit of its own.
fn workspace(dir: &Path, port: u16) -> Result<()> {
    let mut text = format!(
        "[plant]\nid = \"p\"\nname = \"Plant\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nname = \"C\"\n\
         host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plaintext\"\n\
         subscriptions = [{{ filter = \"plant/#\", qos = 0 }}]\n[[area]]\nid = \"a\"\nname = \"A\"\n\
         [[type]]\nid = \"t\"\nname = \"T\"\n"
    );
    for signal in 0..SIGNALS {
        write!(
            text,
            "[[type.signal]]\nid = \"s{signal}\"\nname = \"S\"\nalarms = [{{ kind = \"high\", limit = 10.0, \
             deadband = 1.0, on_delay_s = 0.0, priority = 2 }}]\n"
        )?;
    }
    for asset in 0..ASSETS {
        write!(
            text,
            "[[asset]]\nid = \"a{asset}\"\narea = \"a\"\ntype = \"t\"\nconnection = \"c\"\n\
             source = \"plant/a{asset}/{{signal}}#value\"\n"
        )?;
    }
    fs::create_dir_all(dir)?;
    fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

/// How many of the signals show a value of this quality.
fn count(app: &App, keys: &[u32], quality: Quality) -> usize {
    let shows = |key: &&u32| {
        let twin = app.view().twin(SignalKey(**key));
        twin.is_some_and(|twin| twin.quality() == quality && twin.value != Value::Null)
    };
    keys.iter().filter(shows).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_thousand_kept_values_at_once_are_marked_and_raise_nothing() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let at = clock::now().millis() - 60_000;
    let mut kept = Flood::connect(broker.port)?;
    for number in 0..ASSETS * SIGNALS {
        let (asset, signal) = (number / SIGNALS, number % SIGNALS);
        // Every other one says when it was true.
        let payload = match number % 2 {
            0 => format!("{{\"value\": {HIGH}, \"timestamp\": {at}}}"),
            _ => format!("{{\"value\": {HIGH}}}"),
        };
        kept.publish(&format!("plant/a{asset}/s{signal}"), &payload, true)?;
    }
    kept.finish()?;

    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let (app, mut notices) = start(&plant).await?;
    let plant = app.plant();
    let signals = plant.assets.iter().flat_map(|asset| &asset.signals);
    let keys: Vec<u32> = signals.map(|signal| signal.key).collect();
    ensure!(keys.len() == ASSETS * SIGNALS, "{} signals", keys.len());
    let row = || app.connections().into_iter().next();
    wait::until("all that was kept", SOON, || async {
        (row()?.messages >= keys.len() as f64).then_some(())
    })
    .await
    .with_context(|| format!("{:?}", row()))?;
    let retained = Quality::uncertain(Reason::Retained);
    wait::until("the last twin", SOON, || async {
        (count(&app, &keys, retained) == keys.len()).then_some(())
    })
    .await
    .with_context(|| format!("{} are marked", count(&app, &keys, retained)))?;
    let row = row().context("the connection")?;
    ensure!(row.dropped == 0.0 && row.rejects.is_empty(), "{row:?}");
    let topics = keys.len() as u32;
    ensure!(
        (row.topics, row.topics_max) == (topics, TOPICS as u32),
        "{row:?}"
    );
    ensure!(app.alarms().rows.is_empty(), "old values raised alarms");

    // News is heard behind all of it, and it alone is an alarm.
    let mut live = Flood::connect(broker.port)?;
    live.publish(
        "plant/a499/s99",
        &format!("{{\"value\": {}}}", HIGH + 1),
        false,
    )?;
    live.finish()?;
    let alarm = wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().next()
    })
    .await?;
    ensure!(
        alarm.asset == "a499" && app.alarms().rows.len() == 1,
        "{alarm:?}"
    );
    let notice = tokio::time::timeout(SOON, notices.recv()).await?;
    ensure!(
        notice.is_some() && notices.try_recv().is_err(),
        "not one notification"
    );
    app.stop().await;
    Ok(())
}

/// Topics that a connection may have, unless the plant file says otherwise.
const TOPICS: u64 = 100_000;
/// Topics beyond them.
const MORE: u64 = 500;

/// Memory of a process that lies in RAM, bytes.
fn memory(process: &Process) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u64 = figure.context("VmRSS")?.trim().parse()?;
    Ok(kibibytes * 1_024)
}

/// Memory once it no longer grows: history sorts what came for some seconds more.
async fn at_rest(process: &Process) -> Result<u64> {
    let (mut most, mut calm) = (memory(process)?, 0);
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = memory(process)?;
        calm = if now > most { 0 } else { calm + 1 };
        most = most.max(now);
        if calm == 5 {
            break;
        }
    }
    Ok(most)
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_beyond_the_limit_are_told_and_those_below_it_are_small() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    tanks::workspace(&plant, broker.port, 0)?;
    let log = dir.path().join("pages.log");
    let mut program = headless::start(&plant, &log)?;
    let page = |text: &str| {
        let pages = fs::read_to_string(&log).unwrap_or_default();
        let newest = pages.rfind("Plant - ").map(|at| pages[at..].to_owned());
        let newest = newest.filter(|page| page.contains(text));
        async move { newest }
    };
    wait::until("the link", SOON, || page(" up (")).await?;
    let mut sender = Flood::connect(broker.port)?;
    sender.publish(SURE, "{\"level\": 1}", false)?;
    sender.finish()?;
    wait::until("the first level", SOON, || page("Level 1.0 m;")).await?;
    let before = memory(&program)?;

    // At a pace that the program can follow, or topics would go unheard.
    let mut sender = Flood::connect(broker.port)?;
    for number in 1..TOPICS + MORE {
        sender.publish(
            &format!("plant/hall/line/device-{number}"),
            "{\"value\": 20.5}",
            false,
        )?;
        if number % 2_000 == 0 {
            sender.finish()?;
            tokio::time::sleep(Duration::from_millis(100)).await;
            sender = Flood::connect(broker.port)?;
        }
    }
    sender.publish(SURE, "{\"level\": 2}", false)?;
    sender.finish()?;
    wait::until("a known topic behind them", SOON, || page("Level 2.0 m;")).await?;
    let counted = format!("{MORE} rejected, 0 dropped");
    wait::until(&counted, SOON, || page(&counted))
        .await
        .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
    let told =
        format!("C: {MORE} messages were not read, because it has more topics than its limit");
    wait::until("the condition", SOON, || page(&told)).await?;
    let each = at_rest(&program).await?.saturating_sub(before) / TOPICS;
    eprintln!("{each} bytes a topic");
    ensure!(each <= 1_024, "{each} bytes a topic");
    headless::stop(&mut program).await
}
