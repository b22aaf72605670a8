//! The plant file edited by hand while the program runs.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{alarm::AlarmStateView, connection::LinkStateView},
    clock,
};
use twin_core::{Quality, Reason};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, wait};

use crate::{
    signal, start,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(20);

/// Replaces one part of the plant file as an editor does: a new file in its place.
fn edit(workspace: &Path, from: &str, to: &str) -> Result<()> {
    let path = workspace.join("plant.toml");
    let text = fs::read_to_string(&path)?;
    ensure!(text.contains(from), "the plant file has no {from:?}");
    let new = workspace.join("plant.toml~");
    fs::write(&new, text.replacen(from, to, 1))?;
    fs::rename(new, path).context("putting the edited file in its place")
}

async fn condition(app: &App, part: &str) -> Result<String> {
    wait::until(&format!("a condition with {part:?}"), SOON, || async {
        let system = app.view().counters().system;
        let mut texts = system.into_iter().map(|said| said.text);
        texts.find(|text| text.contains(part))
    })
    .await
}

async fn level_is(app: &App, tank: &str, level: f64) -> Result<()> {
    wait::until(&format!("{tank} at {level}"), SOON, || async {
        tanks::shown(app, tank)
            .ok()
            .filter(|(shown, _)| *shown == level)
    })
    .await
    .map(drop)
}

async fn up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up)
    })
    .await
    .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_by_hand_is_picked_up_and_a_wrong_one_is_said_by_line() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    let mut levels = Levels::new();
    levels.publish(&broker, SURE, 1, 10)?;
    level_is(&app, "sure", 9.0).await?;
    let since = app.connections()[0].since;

    // A limit: the value that stands is beyond it with the next sample. The twin and the link go on.
    edit(&workspace, "limit = 1000000.0", "limit = 5.0")?;
    wait::until("the new limit", SOON, || async {
        let level = signal(&app, "sure/level").ok()?;
        level
            .limits
            .first()
            .filter(|limit| limit.value == 5.0)
            .cloned()
    })
    .await?;
    ensure!(tanks::shown(&app, "sure")?.0 == 9.0, "the twin was lost");
    levels.publish(&broker, SURE, 1, 1)?;
    wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().next()
    })
    .await?;
    ensure!(
        app.connections()[0].since == since,
        "the link was started anew"
    );

    // What cannot be used is said by line, and the plant of before runs on.
    edit(&workspace, "qos = 1", "qos = 7")?;
    let text = condition(&app, "plant.toml was changed").await?;
    ensure!(text.contains("line 13"), "{text}");
    let file = app.plant_file();
    ensure!(
        file.faults.len() == 1 && file.faults[0].line == 13,
        "{file:?}"
    );
    levels.publish(&broker, SURE, 1, 1)?;
    level_is(&app, "sure", 11.0).await?;
    edit(&workspace, "qos = 7", "qos = 1")?;
    wait::until("the condition to end", SOON, || async {
        let texts = app.view().counters().system;
        (!texts.iter().any(|text| text.contains("plant.toml"))).then_some(())
    })
    .await?;
    ensure!(app.plant_file().faults.is_empty());

    // Without its rule an alarm that stands is over.
    edit(
        &workspace,
        "kind = \"high\", limit = 5.0",
        "kind = \"high-high\", limit = 500.0",
    )?;
    wait::until("the end of the alarm", SOON, || async {
        let rows = app.alarms().rows;
        rows.iter()
            .all(|row| row.state == AlarmStateView::Normal)
            .then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_and_filters_that_are_added_are_heard() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    let asset = "\n[[asset]]\nid = \"new\"\nname = \"New\"\narea = \"a\"\ntype = \"tank\"\n\
                 connection = \"c\"\nsource = \"other/tank#{signal}\"\n\n[[asset]]\nid = \"once\"";
    edit(&workspace, "\n[[asset]]\nid = \"once\"", asset)?;
    edit(
        &workspace,
        "{ filter = \"plant/#\", qos = 1 }",
        "{ filter = \"plant/#\", qos = 1 }, { filter = \"other/+\", qos = 1 }",
    )?;
    wait::until("the asset", SOON, || async {
        signal(&app, "new/level").ok()
    })
    .await?;
    // The new filter holds once the link is up again; a message before that is nobody's.
    wait::until("its first value", SOON, || async {
        broker
            .publish("other/tank", 1, &["{\"level\": 3}".to_owned()])
            .ok()?;
        let (level, _) = tanks::shown(&app, "new").ok()?;
        (level == 3.0).then_some(())
    })
    .await?;
    Levels::new().publish(&broker, SURE, 1, 8)?;
    level_is(&app, "sure", 7.0).await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_before_an_asset_was_accepted_is_its_history() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    let mut levels = Levels::new();
    levels.publish(&broker, "plant/new", 1, 50)?;
    wait::until("all to be heard", SOON, || async {
        let heard = app.heard("c").await.ok()?;
        heard.into_iter().find(|row| row.count == 50.0)
    })
    .await?;
    let asset = "\n[[asset]]\nid = \"new\"\nname = \"New\"\narea = \"a\"\ntype = \"tank\"\n\
                 connection = \"c\"\nsource = \"plant/new#{signal}\"\n\n[[asset]]\nid = \"once\"";
    edit(&workspace, "\n[[asset]]\nid = \"once\"", asset)?;
    wait::until("the asset", SOON, || async {
        signal(&app, "new/level").ok()
    })
    .await?;
    levels.publish(&broker, "plant/new", 1, 5)?;
    level_is(&app, "new", 54.0).await?;
    ensure!(app.heard("c").await?.is_empty(), "it is known now");
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, clock::now()).await?;
    let stored = tanks::stored(&historian, "new").await?;
    ensure!(stored == 55, "{stored} of 55 samples are in history");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_broker_had_kept_is_marked_and_raises_no_alarm() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let at = clock::now().millis() - 5_000;
    broker.retain(
        SURE,
        &format!("{{\"level\": 2000000, \"timestamp\": {at}}}"),
    )?;
    let (app, _notices) = start(&workspace).await?;
    level_is(&app, "sure", 2_000_000.0).await?;
    let (_, quality) = tanks::shown(&app, "sure")?;
    ensure!(
        quality == Quality::uncertain(Reason::Retained),
        "{quality:?}"
    );
    ensure!(app.alarms().rows.is_empty(), "an old value raised an alarm");
    // Said again, it is news.
    let line = format!("{{\"level\": 2000001, \"timestamp\": {}}}", at + 1_000);
    broker.publish(SURE, 1, &[line])?;
    wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().next()
    })
    .await?;
    app.stop().await;
    Ok(())
}
