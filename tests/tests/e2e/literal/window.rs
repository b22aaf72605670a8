//! What the real window makes of such texts: text, and not one element.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twinscope_tests::harness::{
    broker::Broker,
    desktop::Desktop,
    repository, wait,
    window::{Driver, Window},
};

use super::{MARKUP, publish, texts, workspace};

const SOON: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(240);
/// What a text would have made had it been taken for markup or a script: a trace of a script, elements, attributes that run.
const MADE: &str = "return [window.hit === undefined ? 0 : 1, document.querySelectorAll(
    'img[src=\"x\"], iframe, object, embed, base, [onerror], [onload]').length, document.scripts.length]";

/// Leaves a picture for a person to look at.
async fn picture(window: &Window, name: &str) -> Result<()> {
    let folder = repository()?.join("target/pictures");
    std::fs::create_dir_all(&folder)?;
    window
        .picture(&folder.join(format!("literal-{name}.png")))
        .await
}

/// Texts that are not in what the elements of a selector say, character by character.
async fn missing(window: &Window, selector: &str, wanted: &[String]) -> Result<Vec<String>> {
    let (selector, wanted) = (
        serde_json::to_string(selector)?,
        serde_json::to_string(wanted)?,
    );
    let script = format!(
        "const all = [...document.querySelectorAll({selector})].map((one) => one.textContent).join('\\u0001');
         return {wanted}.filter((text) => !all.includes(text))"
    );
    Ok(serde_json::from_value(window.run(&script).await?)?)
}

/// Waits until elements say all of these texts.
async fn says(window: &Window, selector: &str, wanted: &[String]) -> Result<()> {
    let waited = wait::until(selector, SOON, || async {
        let missing = missing(window, selector, wanted).await.ok()?;
        missing.is_empty().then_some(())
    });
    let waited = waited.await;
    if waited.is_err() {
        let missing = missing(window, selector, wanted).await?;
        return waited.with_context(|| format!("{selector} does not say {missing:?}"));
    }
    waited
}

/// Waits until elements have said all of these texts while their list is scrolled through: only those near the screen exist.
async fn says_in_turn(window: &Window, selector: &str, wanted: &[String]) -> Result<()> {
    let quoted = (
        serde_json::to_string(selector)?,
        serde_json::to_string(wanted)?,
    );
    let script = format!(
        "const all = [...document.querySelectorAll({})];
         window.said = (window.said ?? '') + all.map((one) => one.textContent).join('\\u0001');
         let list = all[0]?.parentElement;
         while (list && list.scrollHeight <= list.clientHeight) list = list.parentElement;
         if (list) list.scrollTop = list.scrollTop + list.clientHeight >= list.scrollHeight - 1 ? 0 : list.scrollTop + list.clientHeight / 2;
         return {}.filter((text) => !window.said.includes(text))",
        quoted.0, quoted.1
    );
    let waited = wait::until(selector, SOON, || async {
        let missing: Vec<String> = serde_json::from_value(window.run(&script).await.ok()?).ok()?;
        missing.is_empty().then_some(())
    });
    let waited = waited.await;
    let missing = window.run(&script).await?;
    window.run("delete window.said").await?;
    waited.with_context(|| format!("{selector} does not say {missing}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_text_in_the_window() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let look = look(&broker, &plant, &desktop, &driver);
    tokio::time::timeout(WHOLE, look)
        .await
        .context("it hangs")?
}

async fn look(broker: &Broker, plant: &Path, desktop: &Desktop, driver: &Driver) -> Result<()> {
    let window = driver.open(plant).await?;
    window.select("html[data-ready=\"true\"]", SOON).await?;
    window.resize(1_440, 900).await?;
    let before = window.run(MADE).await?;
    let outcome = every_screen(broker, desktop, &window, &before).await;
    picture(&window, "last").await?;
    outcome?;
    // The look itself can see: this is what each of the texts must not do.
    let script = format!("document.body.insertAdjacentHTML('beforeend', '{MARKUP}')");
    window.run(&script).await?;
    let after = window.run(MADE).await?;
    ensure!(after != before, "markup leaves no trace: {after}");
    window.close().await
}

async fn every_screen(
    broker: &Broker,
    desktop: &Desktop,
    window: &Window,
    before: &Value,
) -> Result<()> {
    let made = || async { window.run(MADE).await };
    let texts = texts();
    let topics: Vec<String> = texts.iter().map(|text| super::level(text)).collect();
    let up = "[data-testid=\"connection-c\"][data-state=\"up\"]";
    window.click("nav-connections").await?;
    window.select(up, SOON).await?;
    publish(broker)?;
    let title = desktop.window_title()?;
    ensure!(title.contains(MARKUP), "{title}");

    says(
        window,
        "[data-testid=\"connection-c\"]",
        &[MARKUP.to_owned()],
    )
    .await?;
    let broken = [format!("plant/broken/{MARKUP}"), format!("{{{MARKUP}")];
    says(window, "[data-testid=\"rejects-c\"]", &broken).await?;
    window.run("document.querySelector('[data-testid=\"connection-c\"] [aria-expanded=\"false\"]').click()").await?;
    says(window, "[data-testid=\"connection-c\"] td.address", &topics).await?;
    // The list has the beginning of a long one.
    let short = texts.iter().filter(|text| text.len() <= 256);
    let short: Vec<String> = short.cloned().collect();
    says(window, "[data-testid=\"connection-c\"] td.value", &short).await?;
    ensure!(made().await? == *before, "connections: {}", made().await?);
    picture(window, "connections").await?;

    window.click("nav-overview").await?;
    says_in_turn(window, "[data-testid^=\"tile-\"]", &texts).await?;
    ensure!(made().await? == *before, "overview: {}", made().await?);
    picture(window, "overview").await?;
    window.click("nav-alarms").await?;
    says_in_turn(window, "[data-testid^=\"alarm-2-\"]", &texts).await?;
    ensure!(made().await? == *before, "alarms: {}", made().await?);
    for (number, text) in texts.iter().enumerate() {
        window
            .run(&format!("location.hash = '#/asset/x{number}'"))
            .await?;
        let page = format!("[data-testid=\"asset-x{number}\"]");
        says(window, &page, std::slice::from_ref(text)).await?;
        let said = format!("[data-testid=\"signal-x{number}/said\"]");
        says(window, &said, std::slice::from_ref(text)).await?;
        let value = format!("{said} .top > :last-child");
        says(window, &value, std::slice::from_ref(text)).await?;
        ensure!(made().await? == *before, "{text:?}: {}", made().await?);
        // Nothing is pushed out of the window, however long.
        let wide = window.run("return document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('main, .page')].some((one) => one.scrollWidth > one.clientWidth)").await?;
        ensure!(
            wide == Value::Bool(false),
            "{text:?} is wider than the window"
        );
    }
    Ok(())
}
