//! The time bar in the real window: the plant as it was, changes refused there, one key back; and what is kept over a
//! restart.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twinscope_tests::harness::{
    broker::Broker,
    desktop::Desktop,
    wait,
    window::{Driver, Window},
};

use crate::tanks::{self, SURE};

const SOON: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(240);
const READY: &str = "html[data-ready=\"true\"]";
const TILE: &str = "tile-sure";
const ENTER: &str = "\u{e007}";
/// Before and behind an instant of the past nothing happens for so long.
const APART: Duration = Duration::from_millis(1_200);
/// Beyond the tank's limit.
const HIGH: &str = "2000000";

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_shown_as_it_was_and_one_key_leads_back() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let story = async {
        let window = driver.open(&workspace).await?;
        past(&window, &broker).await?;
        kept(&driver, window, &workspace).await
    };
    let outcome = tokio::time::timeout(WHOLE, story);
    outcome.await.context("the story hangs")?
}

fn publish(broker: &Broker, level: &str) -> Result<()> {
    broker.publish(SURE, 1, &[format!("{{\"level\": {level}}}")])
}

/// An instant between what was and what comes, as the time bar reads it: the plant's zone is UTC.
async fn instant(window: &Window) -> Result<String> {
    tokio::time::sleep(APART).await;
    let now = "return new Date().toISOString().slice(0, 23).replace('T', ' ')";
    let now = window.run(now).await?;
    tokio::time::sleep(APART).await;
    Ok(now.as_str().context("a text")?.to_owned())
}

/// Shows an instant by writing it.
async fn go(window: &Window, at: &str) -> Result<()> {
    let field = window.find("time-at", SOON).await?;
    field.clear().await?;
    field.send_keys(&format!("{at}{ENTER}")).await?;
    window.select(".shell.past", SOON).await?;
    window
        .text_where("clock", SOON, |text| {
            text.contains("PAST") && text.contains(&at[11..19])
        })
        .await?;
    Ok(())
}

async fn says(window: &Window, id: &str, words: &[&str]) -> Result<()> {
    let has = |text: &str| words.iter().all(|word| text.contains(word));
    window.text_where(id, SOON, has).await?;
    Ok(())
}

async fn count(window: &Window, selector: &str) -> Result<u64> {
    let script = format!(
        "return document.querySelectorAll({}).length",
        Value::from(selector)
    );
    window.run(&script).await?.as_u64().context("a number")
}

async fn past(window: &Window, broker: &Broker) -> Result<()> {
    const ALARM: &str = "[data-testid^=\"alarm-2-\"]";
    window.select(READY, SOON).await?;
    window.resize(1_280, 800).await?;
    window
        .run("location.hash = '#/overview?view=tiles'")
        .await?;
    publish(broker, "4")?;
    says(window, TILE, &["4.0"]).await?;
    let calm = instant(window).await?;
    publish(broker, HIGH)?;
    says(window, TILE, &["2,000,000"]).await?;
    let alarmed = instant(window).await?;
    publish(broker, "5")?;
    says(window, TILE, &["5.0"]).await?;

    // Before the alarm: the value of then, and no alarm.
    go(window, &calm).await?;
    says(window, TILE, &["4.0"]).await?;
    window.click("nav-alarms").await?;
    window.find("alarms-standing", SOON).await?;
    ensure!(count(window, ALARM).await? == 0, "an alarm before its time");

    // While it stood: it waits there, and cannot be acknowledged, by its button or by the key.
    go(window, &alarmed).await?;
    window.select(ALARM, SOON).await?;
    let ack = format!("{ALARM} [data-testid=\"ack\"]:disabled");
    window.select(&ack, SOON).await?;
    window.run("document.activeElement.blur()").await?;
    window.press('a', false).await?;
    wait::until("why nothing is acknowledged", SOON, || async {
        let text = window.page_text().await.ok()?;
        text.contains("This is the past").then_some(())
    })
    .await?;
    window.click("nav-overview").await?;
    says(window, TILE, &["2,000,000"]).await?;

    // One key, and it is now: another value, and the alarm that nobody has acknowledged.
    window.press('l', false).await?;
    wait::until("the present", SOON, || async {
        (count(window, ".shell.past").await.ok()? == 0).then_some(())
    })
    .await?;
    says(window, TILE, &["5.0"]).await?;
    window.click("nav-alarms").await?;
    let ack = format!("{ALARM} [data-testid=\"ack\"]:enabled");
    window.select(&ack, SOON).await?.click().await?;
    wait::until("the acknowledged alarm to go", SOON, || async {
        (count(window, ALARM).await.ok()? == 0).then_some(())
    })
    .await
}

/// Screen, theme and the time bar's span are there again when the program is.
async fn kept(driver: &Driver, window: Window, workspace: &Path) -> Result<()> {
    const STATE: &str =
        "return JSON.stringify([location.hash, document.documentElement.dataset.theme,
        document.querySelector('[data-testid=time-span]')?.selectedIndex])";
    let before = window
        .run("return document.documentElement.dataset.theme")
        .await?;
    window.click("theme-toggle").await?;
    window
        .run("const span = document.querySelector('[data-testid=time-span]'); span.selectedIndex = 1;
            span.dispatchEvent(new Event('change', { bubbles: true })); location.hash = '#/asset/once'")
        .await?;
    window.find("asset-once", SOON).await?;
    let state = window.run(STATE).await?;
    let other = window
        .run("return document.documentElement.dataset.theme")
        .await?;
    ensure!(other != before, "the theme is still {before}");
    let programs = window.processes()?;
    window.close().await?;
    wait::until("the end of the program", SOON, || async {
        let running = |id: &u32| Path::new(&format!("/proc/{id}/exe")).exists();
        (!programs.iter().any(running)).then_some(())
    })
    .await?;

    let window = driver.open(workspace).await?;
    window.select(READY, SOON).await?;
    window.find("asset-once", SOON).await?;
    let again = window.run(STATE).await?;
    ensure!(again == state, "{state} became {again}");
    window.close().await
}
