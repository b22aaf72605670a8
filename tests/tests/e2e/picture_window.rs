//! The real window with a person's own drawing: live, bound by hand, saved, edited beside, and never run.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twinscope_tests::harness::{
    broker::Broker,
    desktop::Desktop,
    repository, wait,
    window::{Driver, Window},
};

use crate::tanks::{self, SURE};

const SOON: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(180);
const ENTER: &str = "\u{e007}";
/// What would do harm changes the title.
const DRAWING: &str = r##"<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" onload="document.title='harmed'">
  <style>@import url(http://127.0.0.1:9/a.css); .wall { stroke: #ff0000; fill: url(http://127.0.0.1:9/b) }</style>
  <script>document.title = 'harmed'</script>
  <text id="title" x="10" y="20">Hall</text>
  <rect id="wall" class="wall" width="20" height="40" style="stroke-width: 3px" onclick="document.title='harmed'"/>
  <text id="level" x="10" y="50" data-signal="sure/level"><tspan>0</tspan></text>
  <image href="http://127.0.0.1:9/c.png" width="1" height="1"/>
</svg>
"##;

#[tokio::test(flavor = "multi_thread")]
async fn a_drawing_is_live_bound_by_hand_and_does_no_harm() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    broker.retain(SURE, r#"{"level": 4.5}"#)?;
    let at = dir.path().join("workspace");
    tanks::workspace(&at, broker.port, 1)?;
    let file = at.join("pictures/hall.svg");
    fs::create_dir_all(at.join("pictures"))?;
    fs::write(&file, DRAWING)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let window = driver.open(&at).await?;
    window.select("html[data-ready=\"true\"]", SOON).await?;
    let story = tokio::time::timeout(WHOLE, story(&window, &file)).await;
    let pictures = repository()?.join("target/pictures");
    fs::create_dir_all(&pictures)?;
    window.picture(&pictures.join("process-last.png")).await?;
    window.kill()?;
    story.context("the story hangs")?
}

/// Waits until a script inside the drawing gives what passes `test`.
async fn inside(window: &Window, script: &str, test: impl Fn(&Value) -> bool) -> Result<Value> {
    let whole = format!(
        "const root = document.querySelector('[data-testid=\"picture\"]')?.shadowRoot; if (!root) return null; {script}"
    );
    wait::until(script, SOON, || async {
        window.run(&whole).await.ok().filter(|answer| test(answer))
    })
    .await
}

async fn story(window: &Window, file: &Path) -> Result<()> {
    let says = |part: &'static str| {
        move |answer: &Value| answer.as_str().is_some_and(|text| text.contains(part))
    };
    window.resize(1_280, 800).await?;
    window.click("nav-process").await?;
    inside(window, "return root.textContent", says("4.5")).await?;
    // Its styles hold, those of the file and those of the element.
    let style = "return getComputedStyle(root.querySelector('#wall'))";
    inside(window, &format!("{style}.stroke"), says("rgb(255, 0, 0)")).await?;
    inside(window, &format!("{style}.strokeWidth"), says("3px")).await?;
    let out = window.text_where("picture-taken-out", SOON, |text| !text.is_empty());
    ensure!(out.await?.contains('6'), "not all of it was taken out");

    window.click("picture-edit").await?;
    window.click("element-4").await?;
    let target = window.find("picture-target", SOON).await?;
    target.send_keys("once level").await?;
    target.send_keys(ENTER).await?;
    window.click("show-bar").await?;
    window.click("picture-save").await?;
    let bound = DRAWING.replace(
        "onclick=\"document.title='harmed'\"/>",
        "onclick=\"document.title='harmed'\" data-signal=\"once/level\" data-show=\"bar\"/>",
    );
    wait::until("the saved file", SOON, || async {
        fs::read_to_string(file).ok().filter(|text| *text == bound)
    })
    .await?;
    ensure!(fs::read_to_string(file.with_extension("svg.bak"))? == DRAWING);

    // Edited beside, by whatever program.
    fs::write(file, bound.replace(">Hall<", ">Hall 2<"))?;
    inside(window, "return root.textContent", says("Hall 2")).await?;
    let harm = "return document.title.includes('harmed') || root.querySelector('script, image, [onclick]') !== null";
    inside(window, harm, |answer| *answer == Value::Bool(false)).await?;
    Ok(())
}
