//! The real window on a plant that nobody described: found, looked at, accepted by hand.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twinscope_tests::harness::{
    broker::Broker,
    desktop::Desktop,
    repository,
    window::{Driver, Window},
};

const SOON: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(180);
const COMMENT: &str = "# Ask Meier before you touch this.";
const PUMP: &str = "site/hall/pump-7";
/// Would change the title if it were taken for markup.
const HOSTILE: &str =
    r#"site/<img src=x onerror="document.title='harmed'">/'; DROP TABLE signal; --"#;

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let text = format!(
        r#"{COMMENT}
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "Site broker"
host = "127.0.0.1"
port = {port}
security = "plaintext"
subscriptions = [{{ filter = "site/#", qos = 1 }}]
"#
    );
    fs::create_dir_all(dir)?;
    fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_is_accepted_in_the_window_and_hostile_names_are_text() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    broker.retain(PUMP, r#"{"pressure_kPa": 412.5, "flow_l_h": 18.4}"#)?;
    broker.retain(HOSTILE, r#"{"<b>level</b>": 3.5}"#)?;
    let at = dir.path().join("workspace");
    workspace(&at, broker.port)?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let window = driver.open(&at).await?;
    window.select("html[data-ready=\"true\"]", SOON).await?;
    let story = tokio::time::timeout(WHOLE, story(&window, &at)).await;
    let pictures = repository()?.join("target/pictures");
    fs::create_dir_all(&pictures)?;
    window.picture(&pictures.join("discovery-last.png")).await?;
    window.kill()?;
    story.context("the story hangs")?
}

async fn story(window: &Window, workspace: &Path) -> Result<()> {
    window.resize(1_280, 800).await?;
    // A plant without assets leads there by itself.
    window.click("heard-all").await?;
    let found = window
        .text_where("found-tree", SOON, |text| {
            text.contains("Pump 7") && text.contains("DROP TABLE")
        })
        .await?;
    ensure!(found.contains("Site broker"), "the tree says {found}");
    window.click("found-pump-7").await?;
    let card = window
        .text_where("found-card", SOON, |text| text.contains("412.5"))
        .await?;
    ensure!(
        card.contains("UNCERTAIN · retained"),
        "the card says {card}"
    );

    window.click("found-accept").await?;
    let lines = window
        .text_where("accept-lines", SOON, |text| text.contains("[[asset]]"))
        .await?;
    ensure!(lines.contains("kPa"), "the lines are {lines}");
    window.click("accept-write").await?;
    window.click("told-pump-7").await?;
    // At once, and as doubtful as it was: nothing has come since.
    let page = window
        .text_where("asset-pump-7", SOON, |text| text.contains("412.5"))
        .await?;
    ensure!(page.contains("retained"), "the asset's page says {page}");
    ensure!(page.contains("kPa"), "the asset's page says {page}");

    let harm = window
        .run("return document.title.includes('harmed') || document.querySelector('img') !== null")
        .await?;
    ensure!(harm == false, "a topic was taken for markup");
    let written = fs::read_to_string(workspace.join("plant.toml"))?;
    ensure!(
        written.starts_with(COMMENT) && written.contains(PUMP) && !written.contains("DROP"),
        "the plant file is {written}"
    );
    Ok(())
}
