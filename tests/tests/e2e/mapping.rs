//! Mapping rules: assets made of what is heard, over a restart too.

use std::{fmt::Write, fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{alarm::AlarmStateView, connection::LinkStateView, plant::RuleView},
    clock,
};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, wait};

use crate::{
    signal, start,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(20);

/// Adds rules to the plant of two tanks.
fn workspace(dir: &Path, port: u16, rules: &str) -> Result<String> {
    tanks::workspace(dir, port, 1)?;
    let path = dir.join("plant.toml");
    let text = fs::read_to_string(&path)? + rules;
    fs::write(path, &text)?;
    Ok(text)
}

async fn up(app: &App) -> Result<()> {
    let is_up = || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up)
    };
    wait::until("the link", SOON, is_up).await.map(drop)
}

async fn made(app: &App, what: &str, assets: u32) -> Result<RuleView> {
    wait::until(what, SOON, || async {
        let rule = app.plant_file().by_rule.into_iter().next()?;
        (rule.assets == assets).then_some(rule)
    })
    .await
}

async fn level_is(app: &App, tank: &str, level: f64) -> Result<()> {
    wait::until(&format!("{tank} at {level}"), SOON, || async {
        let shown = tanks::shown(app, tank).ok()?;
        (shown.0 == level).then_some(())
    })
    .await
}

const RULE: &str = "\n# Every tank of the plant.\n[[mapping]]\nid = \"tanks\"\nconnection = \"c\"\n\
    filter = \"plant/{asset}\"\ntype = \"tank\"\nname = \"Tank {asset}\"\nplace = \"a\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_fits_becomes_an_asset_with_all_that_was_heard_and_outlives_a_restart()
-> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace_dir = dir.path().join("workspace");
    let text = workspace(&workspace_dir, broker.port, RULE)?;
    let (app, _notices) = start(&workspace_dir).await?;
    up(&app).await?;
    let mut levels = Levels::new();
    levels.publish(&broker, "plant/new", 1, 50)?;
    levels.publish(&broker, SURE, 1, 1)?;
    let rule = made(&app, "the asset of the rule", 1).await?;
    ensure!(rule.first == ["new"] && rule.signals == 1, "{rule:?}");
    let plant = app.plant();
    let asset = plant
        .assets
        .iter()
        .find(|asset| asset.id == "new")
        .context("the asset")?;
    ensure!(asset.name == "Tank new" && asset.area == "a", "{asset:?}");
    levels.publish(&broker, "plant/new", 1, 5)?;
    level_is(&app, "new", 55.0).await?;
    ensure!(app.heard("c").await?.is_empty(), "it is known now");
    let high = format!(
        "{{\"level\": 2000000, \"timestamp\": {}}}",
        levels.next_time()
    );
    broker.publish("plant/new", 1, &[high])?;
    levels.skip();
    wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().find(|row| row.asset == "new")
    })
    .await?;
    app.stop().await;
    drop(app);
    ensure!(
        fs::read_to_string(workspace_dir.join("plant.toml"))? == text,
        "the plant file was written"
    );

    // Before any message comes the asset is there, and its alarm stands.
    let (app, _notices) = start(&workspace_dir).await?;
    signal(&app, "new/level")?;
    let alarms = app.alarms().rows;
    ensure!(
        alarms
            .iter()
            .any(|row| row.asset == "new" && row.state != AlarmStateView::Normal),
        "{alarms:?}"
    );
    up(&app).await?;
    levels.publish(&broker, "plant/new", 1, 5)?;
    level_is(&app, "new", 61.0).await?;
    ensure!(made(&app, "the same asset", 1).await?.left_out.is_empty());
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace_dir, clock::now()).await?;
    let stored = tanks::stored(&historian, "new").await?;
    ensure!(stored == 61, "{stored} of 61 samples are in history");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_taken_up_live_and_an_asset_of_the_file_goes_before_them() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace_dir = dir.path().join("workspace");
    let text = workspace(&workspace_dir, broker.port, "")?;
    let (app, _notices) = start(&workspace_dir).await?;
    up(&app).await?;
    let mut levels = Levels::new();
    levels.publish(&broker, "plant/new", 1, 10)?;
    wait::until("it to be heard", SOON, || async {
        app.heard("c")
            .await
            .ok()?
            .into_iter()
            .find(|row| row.count == 10.0)
    })
    .await?;
    let path = workspace_dir.join("plant.toml");
    fs::write(&path, format!("{text}{RULE}"))?;
    // It is asked about what was heard before, too.
    made(&app, "the asset of the rule", 1).await?;
    levels.publish(&broker, "plant/new", 1, 1)?;
    level_is(&app, "new", 10.0).await?;
    let own = "\n[[asset]]\nid = \"other\"\nname = \"Other\"\narea = \"a\"\ntype = \"tank\"\nconnection = \"c\"\n\
               source = \"plant/new#{signal}\"\n";
    fs::write(&path, format!("{text}{RULE}{own}"))?;
    made(&app, "the end of the rule's asset", 0).await?;
    levels.publish(&broker, "plant/new", 1, 1)?;
    level_is(&app, "other", 11.0).await?;
    ensure!(signal(&app, "new/level").is_err());
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_makes_only_so_many_assets_and_says_so() -> Result<()> {
    const MOST: u32 = 10_000;
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace_dir = dir.path().join("workspace");
    let rule = "\n[[mapping]]\nid = \"many\"\nconnection = \"c\"\nfilter = \"plant/+\"\npath = \"{asset}.{signal}\"\n\
                type = \"tank\"\n";
    workspace(&workspace_dir, broker.port, rule)?;
    let (app, _notices) = start(&workspace_dir).await?;
    up(&app).await?;
    // 2,000 in each of six messages.
    for message in 0..6 {
        let mut body = String::from("{");
        for tank in 0..2_000 {
            let comma = if tank == 0 { "" } else { "," };
            write!(
                body,
                "{comma}\"t{}\":{{\"level\":1}}",
                message * 2_000 + tank
            )?;
        }
        body.push('}');
        broker.publish(&format!("plant/m{message}"), 1, &[body])?;
    }
    let rule = wait::until("so many assets", Duration::from_secs(60), || async {
        let rule = app.plant_file().by_rule.into_iter().next()?;
        (rule.assets == MOST && !rule.left_out.is_empty()).then_some(rule)
    })
    .await?;
    ensure!(rule.left_out[0].contains("10000 assets"), "{rule:?}");
    wait::until("the condition", SOON, || async {
        let texts = app.view().counters().system;
        texts
            .into_iter()
            .find(|text| text.contains("Mapping rule many"))
    })
    .await?;
    ensure!(
        app.plant().areas.iter().any(|area| area.id.is_empty()),
        "they have no place"
    );
    app.stop().await;
    Ok(())
}
