//! The real window from the first picture to a restart after `kill -9`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twinscope_tests::harness::{
    demo::Demo,
    desktop::Desktop,
    repository, wait,
    window::{Driver, Window},
};

const SOON: Duration = Duration::from_secs(20);
/// The fault needs about a minute to show.
const FAULT: Duration = Duration::from_secs(120);

/// Where pictures of the window are left for a person to look at.
fn pictures() -> Result<PathBuf> {
    let dir = repository()?.join("target/pictures");
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

async fn ready(window: &Window) -> Result<()> {
    window.select("html[data-ready=\"true\"]", SOON).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_a_failing_bearing_acknowledges_and_finds_it_again_after_a_kill() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let demo = Demo::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    demo.workspace(&workspace)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let outcome = story(&demo, &workspace, &desktop, &driver).await;
    if outcome.is_err() {
        let log = std::fs::read_to_string(dir.path().join("driver.log")).unwrap_or_default();
        eprintln!("the program said:\n{log}");
    }
    outcome
}

async fn story(demo: &Demo, workspace: &Path, desktop: &Desktop, driver: &Driver) -> Result<()> {
    let pictures = pictures()?;
    let window = driver.open(workspace).await?;
    ready(&window).await?;
    window.resize(1_440, 900).await?;
    // The plant is there with names, units and live values.
    let tile = window.find("tile-pump-2", SOON).await?;
    wait::until("a flow with its unit on the tile of pump 2", SOON, || async {
        tile.text().await.ok().filter(|text| text.contains("Pump 2") && text.contains("m³/h") && text.contains("mm/s"))
    })
    .await?;
    let language = window.run("return new Intl.NumberFormat(navigator.language).format(1.5)").await?;
    ensure!(language.is_string(), "Intl does not work: {language}");
    window.picture(&pictures.join("overview.png")).await?;

    tile.click().await?;
    window.find("trend", SOON).await?;
    let row = window.find("signal-pump-2/vibration_de", SOON).await?;
    ensure!(row.text().await?.contains("mm/s"), "the signal has no unit");

    demo.fault("pump-2:bearing")?;
    window.click("nav-alarms").await?;
    let anomaly = window.find("alarm-3-pump-2-anomaly", FAULT).await?;
    let text = window.page_text().await?;
    ensure!(!text.contains("above high"), "the anomaly came after a limit: {text}");
    let shown = wait::until("the desktop notification", SOON, || async {
        desktop.notifications().ok()?.into_iter().find(|line| line.contains("Pump 2"))
    });
    let shown = shown.await?;
    ensure!(shown.contains("Anomaly"), "notification: {shown}");
    window.picture(&pictures.join("alarms.png")).await?;

    anomaly.find(fantoccini::Locator::Css("[data-testid=\"ack\"]")).await?.click().await?;
    wait::until("the acknowledgement", SOON, || async {
        let text = anomaly.text().await.ok()?;
        text.to_lowercase().contains("acknowledged").then_some(())
    })
    .await?;
    window.click("nav-overview").await?;
    window.click("tile-pump-2").await?;
    window.find("trend", SOON).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    window.picture(&pictures.join("asset.png")).await?;
    window.click("nav-connections").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    window.picture(&pictures.join("connections.png")).await?;

    window.kill()?;
    wait::until("the end of the program", SOON, || async { window.processes().ok()?.is_empty().then_some(()) }).await?;
    // The driver may find its session already gone.
    let _ = window.close().await;
    tokio::time::sleep(Duration::from_secs(5)).await;

    let window = driver.open(workspace).await.context("after the kill")?;
    ready(&window).await?;
    window.resize(1_440, 900).await?;
    window.click("nav-alarms").await?;
    let anomaly = window.find("alarm-3-pump-2-anomaly", SOON).await?;
    let text = anomaly.text().await?.to_lowercase();
    ensure!(text.contains("acknowledged"), "after the restart: {text}");
    window.click("nav-overview").await?;
    window.click("tile-pump-2").await?;
    window.find("trend", SOON).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    window.picture(&pictures.join("asset-after-restart.png")).await?;
    window.close().await
}
