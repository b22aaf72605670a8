//! Device shadows as python's moto keeps them, through mosquitto to twins.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twin_app::App;
use twin_core::{Quality, SignalKey};
use twinscope_tests::harness::{
    broker::{Broker, Post},
    shadows::{Said, Shadows},
    wait,
};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);
const CLASSIC: &str = "$aws/things/pump-1/shadow";
const NAMED: &str = "$aws/things/pump-1/shadow/name/net";
const SURE: Post = Post {
    qos: 1,
    retain: false,
};

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "aws"
name = "AWS"
host = "127.0.0.1"
port = {port}
security = "plaintext"
session = "clean"
shadows = ["pump-1", "pump-1/net"]
subscriptions = [{{ filter = "$aws/things/+/shadow/#", qos = 1 }}]

[[type]]
id = "pump"
name = "Pump"
[[type.signal]]
id = "speed"
name = "Speed"
[[type.signal]]
id = "wanted"
name = "Wanted speed"
[[type.signal]]
id = "missing"
name = "Not reached yet"

[[type]]
id = "radio"
name = "Radio"
[[type.signal]]
id = "rssi"
name = "Strength"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "pump"
name = "Pump"
area = "a"
type = "pump"
connection = "aws"
[asset.sources]
speed = "{CLASSIC}#reported.speed"
wanted = "{CLASSIC}#desired.speed"
missing = "{CLASSIC}#delta.speed"

[[asset]]
id = "radio"
name = "Radio"
area = "a"
type = "radio"
connection = "aws"
source = "{NAMED}#reported.{{signal}}"
"#
    );
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

fn shown(app: &App, id: &str) -> Option<(f64, Quality)> {
    let key = SignalKey(signal(app, id).ok()?.key);
    let twin = app.view().twin(key)?;
    Some((twin.value.as_f64()?, twin.quality()))
}

/// Waits until the twin shows this value as good.
async fn shows(app: &App, id: &str, value: f64) -> Result<()> {
    let what = format!("{id} = {value}");
    let waited = wait::until(&what, SOON, || async {
        shown(app, id).filter(|shown| *shown == (value, Quality::GOOD))
    });
    let waited = waited.await;
    waited.with_context(|| format!("it shows {:?}", shown(app, id)))?;
    Ok(())
}

async fn up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let row = app.connections().into_iter().next()?;
        (row.reason.is_empty() && !row.security.is_empty()).then_some(())
    })
    .await
}

/// A number that the shadows said, in the document on this topic.
fn said(all: &Said, topic: &str, path: &str) -> Result<f64> {
    let mut documents = all.documents.iter();
    let found = documents.find(|(name, _)| name == topic);
    let (_, document) = found.with_context(|| format!("no {topic} in {all:?}"))?;
    let value = document.pointer(path).and_then(Value::as_f64);
    value.with_context(|| format!("no {path} in {document}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn shadows_of_others_are_twins_and_old_versions_are_not_taken() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let mut shadows = Shadows::start(broker.port).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let (app, _notices) = start(&plant).await?;
    up(&app).await?;

    let update = format!("{CLASSIC}/update");
    let ask = |topic: &str, text: &str| broker.post(topic, SURE, text.as_bytes());
    // What the app asks for when it starts is not there yet.
    ask(
        &update,
        r#"{"state": {"reported": {"speed": 1450.5}, "desired": {"speed": 1500}}}"#,
    )?;
    let first = next_on(&mut shadows, &update).await?;
    let accepted = format!("{update}/accepted");
    let speed = said(&first, &accepted, "/state/reported/speed")?;
    shows(&app, "pump/speed", speed).await?;
    shows(
        &app,
        "pump/wanted",
        said(&first, &accepted, "/state/desired/speed")?,
    )
    .await?;
    let delta = said(&first, &format!("{update}/delta"), "/state/speed")?;
    shows(&app, "pump/missing", delta).await?;
    ensure!((speed, delta) == (1450.5, 1500.0), "{first:?}");

    let named = format!("{NAMED}/update");
    ask(&named, r#"{"state": {"reported": {"rssi": -61}}}"#)?;
    shows(&app, "radio/rssi", -61.0).await?;

    // A newer version, then the first one once more: it came late.
    ask(&update, r#"{"state": {"reported": {"speed": 1500}}}"#)?;
    let second = next_on(&mut shadows, &update).await?;
    ensure!(said(&second, &accepted, "/version")? == 2.0, "{second:?}");
    shows(&app, "pump/speed", 1500.0).await?;
    let late = first.documents.iter().find(|(topic, _)| *topic == accepted);
    ask(&accepted, &late.context("the first version")?.1.to_string())?;
    ask(&named, r#"{"state": {"reported": {"rssi": -62}}}"#)?;
    shows(&app, "radio/rssi", -62.0).await?;
    shows(&app, "pump/speed", 1500.0).await?;

    // Refused: told, and no state.
    ask(
        &update,
        r#"{"state": {"reported": {"speed": 1}}, "version": 99}"#,
    )?;
    let code = format!("{CLASSIC}#rejected.code");
    wait::until("the refusal", SOON, || async {
        let heard = app.heard("aws").await.ok()?;
        let mut rows = heard.into_iter();
        rows.find(|row| row.address == code && row.value == "409")
    })
    .await?;
    shows(&app, "pump/speed", 1500.0).await?;

    // A service that has forgotten everything counts from 1 again.
    drop(shadows);
    let mut shadows = Shadows::start(broker.port).await?;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    ask(&update, r#"{"state": {"reported": {"speed": 7}}}"#)?;
    let anew = next_on(&mut shadows, &update).await?;
    ensure!(said(&anew, &accepted, "/version")? == 1.0, "{anew:?}");
    shows(&app, "pump/speed", 7.0).await?;
    ask(&named, r#"{"state": {"reported": {"rssi": -70}}}"#)?;
    shows(&app, "radio/rssi", -70.0).await?;
    app.stop().await;
    drop(app);
    after_a_restart(&broker, &mut shadows, &plant).await
}

/// What changed while the program was away is in the answer to a request.
async fn after_a_restart(broker: &Broker, shadows: &mut Shadows, plant: &Path) -> Result<()> {
    let update = format!("{CLASSIC}/update");
    broker.post(&update, SURE, br#"{"state": {"reported": {"speed": 8}}}"#)?;
    next_on(shadows, &update).await?;
    let (app, _notices) = start(plant).await?;
    up(&app).await?;
    // It has no session, so nothing else tells of them.
    next_on(shadows, &format!("{CLASSIC}/get")).await?;
    shows(&app, "pump/speed", 8.0).await?;
    shows(&app, "radio/rssi", -70.0).await?;
    let rejects = app.connections().into_iter().flat_map(|row| row.rejects);
    let rejects: Vec<_> = rejects.collect();
    ensure!(rejects.is_empty(), "{rejects:?}");
    app.stop().await;
    Ok(())
}

/// What the shadows said to the next message on this topic.
async fn next_on(shadows: &mut Shadows, topic: &str) -> Result<Said> {
    loop {
        let said = shadows.next().await?;
        if said.asked == topic {
            return Ok(said);
        }
    }
}
