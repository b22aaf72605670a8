//! The real window from the first picture to a restart after `kill -9`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twinscope_tests::harness::{
    demo::Demo,
    desktop::Desktop,
    process, repository, wait,
    window::{Driver, Window, start_again},
};

const SOON: Duration = Duration::from_secs(20);
/// The fault needs about half a minute to show.
const FAULT: Duration = Duration::from_secs(120);
/// The whole story takes a minute.
const WHOLE: Duration = Duration::from_secs(300);
/// The row of the anomaly alarm.
const ANOMALY: &str = "alarm-3-pump-2-anomaly";

/// Where pictures of the window are left for a person to look at.
fn pictures() -> Result<PathBuf> {
    let dir = repository()?.join("target/pictures");
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn is_acknowledged(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("acknowledged") && !text.contains("unacknowledged")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_a_failing_bearing_acknowledges_and_finds_it_again_after_a_kill()
-> Result<()> {
    let dir = tempfile::tempdir()?;
    let demo = Demo::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    demo.workspace(&workspace)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let story = story(&demo, &workspace, &desktop, &driver, dir.path());
    let outcome = tokio::time::timeout(WHOLE, story)
        .await
        .context("the story hangs")
        .flatten();
    if outcome.is_err() {
        let log = std::fs::read_to_string(dir.path().join("driver.log")).unwrap_or_default();
        eprintln!("the program said:\n{log}");
    }
    outcome
}

async fn story(
    demo: &Demo,
    workspace: &Path,
    desktop: &Desktop,
    driver: &Driver,
    dir: &Path,
) -> Result<()> {
    let window = open(driver, workspace).await?;
    let outcome = before_the_kill(demo, desktop, &window).await;
    // What an operator would have seen tells more than the error.
    window.picture(&pictures()?.join("last.png")).await?;
    outcome?;

    window.kill()?;
    wait::until("the end of the program", SOON, || async {
        window.processes().ok()?.is_empty().then_some(())
    })
    .await?;
    // The driver may find its session already gone.
    let _ = window.close().await;
    tokio::time::sleep(Duration::from_secs(5)).await;

    let window = open(driver, workspace).await.context("after the kill")?;
    window.click("nav-alarms").await?;
    window.text_where(ANOMALY, SOON, is_acknowledged).await?;
    open_pump_2(&window).await?;
    window
        .picture(&pictures()?.join("asset-after-restart.png"))
        .await?;
    tray_and_quit(&window, workspace, desktop, dir).await
}

/// Closing asks; in the tray the program goes on; a second start brings the window back; quitting ends it.
async fn tray_and_quit(
    window: &Window,
    workspace: &Path,
    desktop: &Desktop,
    dir: &Path,
) -> Result<()> {
    let shown = |wanted: bool| {
        wait::until("the window to come or go", SOON, move || async move {
            (desktop.window_is_shown().ok()? == wanted).then_some(())
        })
    };
    let title = desktop.window_title()?;
    ensure!(
        title.contains("Riverside Pumping Station"),
        "the window's title is {title}"
    );
    desktop.close_window()?;
    window.find("close-tray", SOON).await?;
    window.picture(&pictures()?.join("ask-close.png")).await?;
    // Clicked a moment later, from inside the page: a driver waits for ever for the next picture of a hidden window.
    let click =
        "setTimeout(() => document.querySelector('[data-testid=\"close-tray\"]').click(), 200)";
    window.run(click).await?;
    shown(false).await?;
    ensure!(
        window.processes()?.len() == 1,
        "the program does not go on in the tray"
    );

    ensure!(
        start_again(desktop, workspace, dir).await? == Some(0),
        "the second start failed"
    );
    shown(true).await?;
    ensure!(window.processes()?.len() == 1, "a second program runs");

    // Asked once: the choice was to be remembered.
    let settings = std::fs::read_to_string(workspace.join("settings.json"))?;
    ensure!(
        settings.contains("\"tray\""),
        "the choice was not remembered: {settings}"
    );
    desktop.close_window()?;
    shown(false).await?;
    let program = *window.processes()?.first().context("the program")?;
    process::signal(program, "TERM")?;
    wait::until("the program to end", SOON, || async {
        window.processes().ok()?.is_empty().then_some(())
    })
    .await
}

async fn open(driver: &Driver, workspace: &Path) -> Result<Window> {
    let window = driver.open(workspace).await?;
    window.select("html[data-ready=\"true\"]", SOON).await?;
    window.resize(1_440, 900).await?;
    Ok(window)
}

async fn open_pump_2(window: &Window) -> Result<()> {
    window.click("nav-overview").await?;
    window.click("tile-pump-2").await?;
    window.find("trend", SOON).await?;
    // Long enough for the trend to be drawn.
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(())
}

/// Begin and end of a trend that does not follow, in seconds.
async fn paused(window: &Window) -> Result<(f64, f64)> {
    window
        .select("[data-testid=\"trend\"][data-mode=\"paused\"]", SOON)
        .await?;
    let script = "const { begin, end } = document.querySelector('[data-testid=\"trend\"]').dataset;
        return [Number(begin) / 1e6, Number(end) / 1e6]";
    Ok(serde_json::from_value(window.run(script).await?)?)
}

/// The mouse on a trend of 15 minutes.
async fn zoom_pan_and_reset(window: &Window) -> Result<()> {
    const PLOT: &str = "[data-testid=\"trend\"] .u-over";
    let following = "[data-testid=\"trend\"][data-mode=\"follow\"]";
    window.select(following, SOON).await?;
    window.drag(PLOT, 50.0, 250.0, false).await?;
    let (begin, end) = paused(window).await?;
    let span = end - begin;
    ensure!((60.0..600.0).contains(&span), "the drag zoomed to {span} s");
    window.drag(PLOT, 0.0, 100.0, true).await?;
    let (moved, moved_end) = paused(window).await?;
    ensure!(
        moved < begin - 1.0,
        "the shift-drag did not pan: {begin} to {moved}"
    );
    ensure!(
        (moved_end - moved - span).abs() < 1.0,
        "panning changed the span"
    );
    window.click("trend-reset").await?;
    window.select(following, SOON).await?;
    Ok(())
}

async fn before_the_kill(demo: &Demo, desktop: &Desktop, window: &Window) -> Result<()> {
    let pictures = pictures()?;
    let has_values =
        |text: &str| text.contains("Pump 2") && text.contains("m³/h") && text.contains("mm/s");
    window.text_where("tile-pump-2", SOON, has_values).await?;
    let number = window
        .run("return new Intl.NumberFormat(navigator.language).format(1.5)")
        .await?;
    ensure!(number.is_string(), "Intl does not work: {number}");
    window.picture(&pictures.join("overview.png")).await?;

    open_pump_2(window).await?;
    let has_unit = |text: &str| text.contains("mm/s");
    window
        .text_where("signal-pump-2/vibration_de", SOON, has_unit)
        .await?;

    zoom_pan_and_reset(window).await?;

    demo.fault("pump-2:bearing")?;
    window.click("nav-alarms").await?;
    window.find(ANOMALY, FAULT).await?;
    let page = window.page_text().await?;
    ensure!(
        !page.contains("above high"),
        "the anomaly came after a limit: {page}"
    );
    let shown = wait::until("the desktop notification", SOON, || async {
        desktop
            .notifications()
            .ok()?
            .into_iter()
            .find(|line| line.contains("Pump 2"))
    });
    let shown = shown.await?;
    ensure!(shown.contains("Anomaly"), "notification: {shown}");
    window.picture(&pictures.join("alarms.png")).await?;
    window.click("nav-overview").await?;
    window
        .text_where("tile-pump-2", SOON, |text| text.contains("Anomaly"))
        .await?;
    // Long enough for the small trends on the tiles.
    tokio::time::sleep(Duration::from_secs(2)).await;
    window
        .picture(&pictures.join("overview-anomaly.png"))
        .await?;
    window.click("nav-alarms").await?;

    let button = format!("[data-testid=\"{ANOMALY}\"] [data-testid=\"ack\"]");
    window.select(&button, SOON).await?.click().await?;
    window.text_where(ANOMALY, SOON, is_acknowledged).await?;
    open_pump_2(window).await?;
    window.picture(&pictures.join("asset.png")).await?;
    export_and_import(window, &pictures).await?;
    demo.publish("riverside/broken", "{\"level\": ")?;
    window.click("nav-connections").await?;
    let has_example =
        |text: &str| text.contains("riverside/broken") && text.contains("{\"level\":");
    window
        .text_where("rejects-station", SOON, has_example)
        .await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    window.picture(&pictures.join("connections.png")).await
}

/// A pump's history goes into a file; the file comes back and is found to be there already.
async fn export_and_import(window: &Window, pictures: &Path) -> Result<()> {
    window.click("trend-export").await?;
    window.click("export-all").await?;
    window.click("export-parquet").await?;
    window.picture(&pictures.join("export.png")).await?;
    window.click("export-start").await?;
    let said = window
        .text_where("file-job", SOON, |text| text.contains("exported to"))
        .await?;
    let path = said
        .split_once("exported to ")
        .context("no path is named")?
        .1;
    let path = path.trim();
    ensure!(Path::new(path).is_file(), "no file {path}: {said}");
    window.click("job-done").await?;

    window.click("nav-settings").await?;
    window.click("settings-import").await?;
    let field = window.find("import-path", SOON).await?;
    field.send_keys(path).await?;
    window.click("import-start").await?;
    let said = window
        .text_where("import-counts", SOON, |text| text.contains("already there"))
        .await?;
    ensure!(
        said.trim_start().starts_with("0 samples written") && !said.contains("another value"),
        "imported from {path}: {said}"
    );
    window.picture(&pictures.join("import.png")).await?;
    window.click("job-done").await
}
