//! Assets that come into the plant while the program runs: what they show before anything new is heard.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{App, api::connection::LinkStateView, clock};
use twin_core::{Quality, Reason, Timestamp, Value, twin::SignalTwin};
use twinscope_tests::harness::{broker::Broker, wait};

use crate::{
    start,
    tanks::{self, SURE},
};

const SOON: Duration = Duration::from_secs(20);
const FROM_BEFORE: Quality = Quality::uncertain(Reason::FromHistory);
const RULE: &str = "\n[[mapping]]\nid = \"tanks\"\nconnection = \"c\"\nfilter = \"plant/{asset}\"\ntype = \"tank\"\n";
const OWN: &str = "\n[[asset]]\nid = \"new\"\nname = \"New\"\narea = \"a\"\ntype = \"tank\"\nconnection = \"c\"\n\
                   source = \"plant/new#{signal}\"\n";
/// Above the limit of a tank.
const HIGH: f64 = 2_000_000.0;

async fn up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up)
    })
    .await
    .map(drop)
}

fn say(broker: &Broker, topic: &str, level: f64, millis: i64) -> Result<()> {
    let line = format!("{{\"level\": {level}, \"timestamp\": {millis}}}");
    broker.publish(topic, 1, &[line])
}

/// The twin of the tank "new", as soon as the plant has it.
async fn begun(app: &App) -> Result<SignalTwin> {
    wait::until("the tank", SOON, || async { tanks::level(app, "new").ok() }).await
}

async fn heard(app: &App, count: f64) -> Result<()> {
    wait::until("it to be heard", SOON, || async {
        let rows = app.heard("c").await.ok()?;
        rows.into_iter().find(|row| row.count == count)
    })
    .await
    .map(drop)
}

fn plant_file(workspace: &Path, port: u16) -> Result<String> {
    tanks::workspace(workspace, port, 1)?;
    fs::read_to_string(workspace.join("plant.toml")).context("reading the plant file")
}

fn put(workspace: &Path, text: &str) -> Result<()> {
    fs::write(workspace.join("plant.toml"), text).context("writing the plant file")
}

async fn alarm(app: &App) -> Result<()> {
    let is_new = |app: &App| app.alarms().rows.into_iter().find(|row| row.asset == "new");
    wait::until("the alarm", SOON, || async { is_new(app) })
        .await
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_of_a_rule_shows_at_once_what_was_heard_and_its_alarm_begins_with_news()
-> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let text = plant_file(&workspace, broker.port)? + RULE;
    put(&workspace, &text)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    let at = clock::now().millis() - 5_000;
    say(&broker, "plant/new", HIGH, at)?;
    let twin = begun(&app).await?;
    ensure!(twin.value == Value::F64(HIGH), "{twin:?}");
    ensure!(twin.source_time == Timestamp::from_millis(at), "{twin:?}");
    ensure!(
        twin.received_time > Timestamp::from_millis(at),
        "its age is not known: {twin:?}"
    );
    ensure!(twin.quality() == FROM_BEFORE, "{twin:?}");
    // Whatever happens to another signal is shown after it, and alarms in their order.
    say(&broker, SURE, HIGH, at)?;
    wait::until("the other alarm", SOON, || async {
        let mut rows = app.alarms().rows.into_iter();
        rows.find(|row| row.asset == "sure")
    })
    .await?;
    let rows = app.alarms().rows;
    ensure!(rows.iter().all(|row| row.asset != "new"), "{rows:?}");
    say(&broker, "plant/new", HIGH, at + 1)?;
    alarm(&app).await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_that_is_put_into_the_file_begins_with_what_was_heard_and_may_come_back()
-> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let text = plant_file(&workspace, broker.port)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    let at = clock::now().millis() - 5_000;
    say(&broker, "plant/new", 3.0, at)?;
    say(&broker, "plant/new", 4.0, at + 1)?;
    heard(&app, 2.0).await?;
    put(&workspace, &format!("{text}{OWN}"))?;
    let twin = begun(&app).await?;
    let shown = (twin.value.as_f64(), twin.quality());
    ensure!(shown == (Some(4.0), FROM_BEFORE), "{twin:?}");
    say(&broker, "plant/new", 5.0, at + 2)?;
    wait::until("news", SOON, || async {
        let twin = tanks::level(&app, "new").ok()?;
        let shown = (twin.value.as_f64(), twin.quality());
        (shown == (Some(5.0), Quality::GOOD)).then_some(())
    })
    .await?;

    // History alone remembers it then.
    put(&workspace, &text)?;
    wait::until("its end", SOON, || async {
        tanks::level(&app, "new").is_err().then_some(())
    })
    .await?;
    put(&workspace, &format!("{text}{OWN}"))?;
    let twin = begun(&app).await?;
    let shown = (twin.value.as_f64(), twin.quality());
    ensure!(shown == (Some(5.0), FROM_BEFORE), "{twin:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_long_ago_is_stale() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let text = plant_file(&workspace, broker.port)?
        .replace("stale_after_s = 600.0", "stale_after_s = 1.0");
    put(&workspace, &text)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    say(&broker, "plant/new", 3.0, clock::now().millis())?;
    heard(&app, 1.0).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    put(&workspace, &format!("{text}{OWN}"))?;
    let twin = begun(&app).await?;
    let shown = (twin.value.as_f64(), twin.quality());
    ensure!(
        shown == (Some(3.0), Quality::bad(Reason::Stale)),
        "{twin:?}"
    );
    app.stop().await;
    Ok(())
}
