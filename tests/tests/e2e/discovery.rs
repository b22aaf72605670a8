//! A plant that nobody described: what it says is proposed with reasons, accepted, and has its history.

use std::{fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{
        connection::LinkStateView,
        discovery::{
            Acceptance, AcceptedAsset, AcceptedSignal, DiscoveryQuery, DiscoveryView, Ground,
            Ignoring, LineChange, PlantChange, ProposalRow, ProposalView, Sureness,
        },
    },
    clock,
};
use twin_core::{SignalId, Timestamp, Value};
use twin_historian::Historian;
use twin_model::Plant;
use twinscope_tests::harness::{broker::Broker, edge_node::EdgeNode, wait};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);
const COMMENT: &str = "# Ask Meier before you touch this.";
/// Names that would do harm where names are taken for something else.
const HOSTILE: &str = r#"site/<img src=x onerror=alert(1)>/'"; DROP TABLE signal; --"#;

fn workspace(dir: &Path, port: u16, more: &str) -> Result<()> {
    let text = format!(
        r#"{COMMENT}
[plant]
id = "p"
name = "Plant"   # as the sign at the gate says
zone = "UTC"

[[connection]]
id = "c"
name = "C"
host = "127.0.0.1"
port = {port}
security = "plaintext"
subscriptions = [
  {{ filter = "site/#", qos = 1 }},    # pumps
  {{ filter = "homie/5/#", qos = 1 }},
  {{ filter = "spBv1.0/#", qos = 1 }},
]
{more}# The end.
"#
    );
    fs::create_dir_all(dir)?;
    fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

async fn up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up && row.reason.is_empty())
    })
    .await
    .map(drop)
}

pub(crate) async fn view(app: &App) -> Result<DiscoveryView> {
    Ok(app.discovery(DiscoveryQuery::default()).await?)
}

/// Waits for a proposal whose id ends so.
pub(crate) async fn proposed(app: &App, end: &str) -> Result<ProposalRow> {
    wait::until(&format!("a proposal {end}"), SOON, || async {
        let mut rows = view(app).await.ok()?.proposals.into_iter();
        rows.find(|row| row.id.ends_with(end))
    })
    .await
}

pub(crate) async fn whole(app: &App, end: &str) -> Result<ProposalView> {
    let row = proposed(app, end).await?;
    let whole = app.discovery_proposal(&row.id).await?;
    whole.context("a proposal that was just there")
}

/// A pump as it is proposed, with what a person makes of it.
pub(crate) fn accepted(row: &ProposalRow, signals: Option<Vec<AcceptedSignal>>) -> AcceptedAsset {
    AcceptedAsset {
        proposal: row.id.clone(),
        id: row.asset.id.clone(),
        exists: row.asset.exists,
        name: row.asset.name.clone(),
        place: row.asset.place.id.clone(),
        place_name: row.asset.place.name.clone(),
        kind: row.asset.kind.id.clone(),
        type_name: row.asset.kind.name.clone(),
        signals,
    }
}

pub(crate) fn all(assets: Vec<AcceptedAsset>) -> Acceptance {
    Acceptance {
        assets,
        base: String::new(),
        found: 0,
    }
}

/// Publishes values of a pump whose source times begin at `begin` and are a second apart.
pub(crate) fn pump(broker: &Broker, topic: &str, begin: i64, flows: &[f64]) -> Result<()> {
    let lines: Vec<String> = flows
        .iter()
        .zip(0..)
        .map(|(flow, second)| {
            let at = begin + second * 1_000;
            format!(
                r#"{{"flow_m3_h":{flow},"state":"run","starts":9007199254740993,"timestamp":{at}}}"#
            )
        })
        .collect();
    broker.publish(topic, 1, &lines)
}

async fn stored(workspace: &Path, id: &str) -> Result<Vec<(Timestamp, Value)>> {
    let historian = Historian::open(workspace, clock::now()).await?;
    let keys = historian.signal_keys(&[SignalId::from(id)]).await?;
    let key = *keys.first().context("a key")?;
    let samples = historian
        .raw(key, Timestamp(0), Timestamp::MAX, 1_000)
        .await?;
    historian.close().await?;
    Ok(samples.iter().map(|s| (s.time, s.value.clone())).collect())
}

pub(crate) fn text_of(workspace: &Path) -> Result<String> {
    fs::read_to_string(workspace.join("plant.toml")).context("reading the plant file")
}

/// A running program over a plant of which nothing is mapped.
pub(crate) struct Started {
    dir: tempfile::TempDir,
    pub(crate) broker: Broker,
    pub(crate) app: Arc<App>,
}

impl Started {
    async fn new() -> Result<Started> {
        Started::with("").await
    }

    /// Over a plant file that says this too.
    pub(crate) async fn with(more: &str) -> Result<Started> {
        let dir = tempfile::tempdir()?;
        let broker = Broker::start(dir.path()).await?;
        workspace(&dir.path().join("workspace"), broker.port, more)?;
        let (app, _notices) = start(&dir.path().join("workspace")).await?;
        up(&app).await?;
        Ok(Started { dir, broker, app })
    }

    pub(crate) fn workspace(&self) -> std::path::PathBuf {
        self.dir.path().join("workspace")
    }
}

/// What a source says of itself goes before all else.
async fn boiler_is_right(app: &App) -> Result<()> {
    let boiler = whole(app, "homie/5/boiler").await?;
    ensure!(boiler.row.sureness == Sureness::Sure, "{boiler:?}");
    ensure!(boiler.row.asset.name == "Boiler room", "{boiler:?}");
    let mut signals = boiler.signals.iter();
    let level = signals.find(|of| of.address.ends_with("tank/level#value"));
    let level = level.context("the level")?;
    let unit_and_range = (level.unit.as_str(), level.range);
    ensure!(unit_and_range == ("m", Some([0.0, 4.0])), "{level:?}");
    ensure!(level.value.as_deref() == Some("2.5"), "{level:?}");
    let is_said = level.evidence.iter().any(|of| of.ground == Ground::Said);
    ensure!(is_said, "{level:?}");
    Ok(())
}

/// What only speaks is read by its names and values.
async fn pump_is_right(app: &App) -> Result<()> {
    let pump = wait::until("both values of the pump", SOON, || async {
        let pump = whole(app, "site/hall-a/pump-1").await.ok()?;
        let is_whole = pump
            .signals
            .iter()
            .any(|of| of.id == "flow" && of.count == 2.0);
        is_whole.then_some(pump)
    })
    .await?;
    let signal = |id: &str| pump.signals.iter().find(|of| of.id == id);
    let flow = signal("flow").context("flow")?;
    let unit_and_range = (flow.unit.as_str(), flow.seen);
    ensure!(unit_and_range == ("m³/h", Some([11.5, 12.25])), "{flow:?}");
    let starts = signal("starts").context("the counter")?.value.clone();
    ensure!(starts.as_deref() == Some("9007199254740993"), "{starts:?}");
    ensure!(pump.row.asset.place.name == "Hall a", "{:?}", pump.row);
    Ok(())
}

/// All but the counter, one signal under another name.
fn edited(pump: &ProposalView) -> Vec<AcceptedSignal> {
    let wanted = pump.signals.iter().filter(|of| of.id != "starts");
    let mut ticked: Vec<AcceptedSignal> = wanted
        .map(|of| AcceptedSignal {
            address: of.address.clone(),
            id: of.id.clone(),
            name: of.name.clone(),
            unit: of.unit.clone(),
        })
        .collect();
    for of in ticked.iter_mut().filter(|of| of.id == "flow") {
        (of.id, of.name) = ("discharge".into(), "Förderstrom <b>".into());
    }
    ticked
}

/// Everything that people wrote is there, and the lines that were promised are.
pub(crate) fn lines_are_right(before: &str, after: &str, promised: &PlantChange) -> Result<()> {
    for line in before.lines() {
        ensure!(after.contains(line), "{line:?} is gone:\n{after}");
    }
    let added = promised.lines.iter();
    for line in added.filter(|of| of.change == LineChange::Added) {
        let written = after.lines().nth(line.line as usize - 1);
        ensure!(written == Some(&line.text), "{line:?} is {written:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_source_is_proposed_with_reasons() -> Result<()> {
    let Started {
        dir: _dir,
        broker,
        app,
    } = Started::new().await?;
    broker.retain("homie/5/boiler/$state", "ready")?;
    broker.retain(
        "homie/5/boiler/$description",
        r#"{"homie":"5.0","version":1,"name":"Boiler room","nodes":{"tank":{"properties":{
            "level":{"name":"Level","datatype":"float","unit":"m","format":"0:4"}}}}}"#,
    )?;
    broker.retain("homie/5/boiler/tank/level", "2.5")?;
    pump(
        &broker,
        "site/hall-a/pump-1",
        clock::now().millis(),
        &[11.5, 12.25],
    )?;
    let mut edge = EdgeNode::start(broker.port, "Plant", "edge").await?;
    let born = edge.ask("births").await?;

    boiler_is_right(&app).await?;
    pump_is_right(&app).await?;
    let press = whole(&app, "Plant/edge/press").await?;
    ensure!(press.row.convention == "sparkplug-b", "{press:?}");
    let of_press = born
        .keys()
        .filter(|of| of.starts_with("spBv1.0/Plant/edge/press#"));
    for address in of_press {
        let known = press.signals.iter().any(|of| of.address == *address);
        ensure!(known, "{address} is not proposed: {press:?}");
    }
    let found = view(&app).await?;
    ensure!(
        found.left_out.is_empty() && &*found.keeps == "7 days",
        "{found:?}"
    );
    let query = DiscoveryQuery {
        text: "TANK/LEVEL".into(),
        ..DiscoveryQuery::default()
    };
    let only = app.discovery(query).await?;
    ensure!(
        (only.found, only.proposals[0].id.as_str()) == (1, "c homie/5/boiler"),
        "{only:?}"
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_stands_in_the_plant_file_and_has_its_history() -> Result<()> {
    let started = Started::new().await?;
    let (broker, app) = (&started.broker, &started.app);
    let begin = clock::now().millis() - 3_600_000;
    pump(broker, "site/hall-a/pump-1", begin, &[11.0, 12.0, 13.0])?;
    pump(broker, "site/hall-a/pump-2", begin, &[21.0])?;
    proposed(app, "site/hall-a/pump-2").await?;
    let pump_1 = whole(app, "site/hall-a/pump-1").await?;
    let mut wanted = all(vec![AcceptedAsset {
        name: "Pump \"one\"".into(),
        ..accepted(&pump_1.row, Some(edited(&pump_1)))
    }]);

    let before = text_of(&started.workspace())?;
    let preview = app.discovery_preview(wanted.clone()).await?;
    ensure!(
        preview.faults.is_empty() && preview.removed == 0,
        "{preview:?}"
    );
    ensure!((preview.assets, preview.signals) == (1, 2), "{preview:?}");
    ensure!(
        text_of(&started.workspace())? == before,
        "a preview changes nothing"
    );

    wanted.base = preview.base.clone();
    app.discovery_accept(wanted, "tester").await?;
    let after = text_of(&started.workspace())?;
    lines_are_right(&before, &after, &preview)?;
    let shown = wait::until("the signal", SOON, || async {
        signal(app, "pump-1/discharge").ok()
    })
    .await?;
    ensure!((shown.name.as_str(), shown.unit.as_str()) == ("Förderstrom <b>", "m³/h"));
    ensure!(!shown.source.is_empty() && shown.key_value, "{shown:?}");

    // What was not ticked is still proposed, for the asset that is there now; what comes now is live.
    let rest = whole(app, "site/hall-a/pump-1").await?;
    ensure!(rest.row.asset.exists && rest.signals.len() == 1, "{rest:?}");
    // Its sibling is of the same type, and called alike.
    let sibling = whole(app, "site/hall-a/pump-2").await?;
    ensure!(sibling.row.asset.kind.exists, "{sibling:?}");
    ensure!(
        sibling.signals.iter().any(|of| of.id == "discharge"),
        "{sibling:?}"
    );
    pump(broker, "site/hall-a/pump-1", begin + 3_000, &[14.0])?;
    wait::until("the live value", SOON, || async {
        let twin = app.view().twin(twin_core::SignalKey(shown.key))?;
        (twin.value.as_f64() == Some(14.0)).then_some(())
    })
    .await?;
    app.discovery_accept(all(vec![accepted(&sibling.row, None)]), "tester")
        .await?;
    app.stop().await;
    let stored = stored(&started.workspace(), "pump-1/discharge").await?;
    let expected: Vec<(Timestamp, Value)> = [11.0, 12.0, 13.0, 14.0]
        .into_iter()
        .zip(0..)
        .map(|(flow, second)| {
            let at = Timestamp::from_millis(begin + second * 1_000);
            (at, Value::F64(flow))
        })
        .collect();
    ensure!(stored == expected, "{stored:?}");
    let plant = Plant::parse(&text_of(&started.workspace())?)?;
    ensure!(
        plant.types.len() == 1 && plant.assets.len() == 2,
        "{plant:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_taken_or_nothing_and_never_over_a_hand_edit() -> Result<()> {
    let started = Started::new().await?;
    let (broker, app) = (&started.broker, &started.app);
    pump(broker, "site/pump-1", clock::now().millis(), &[1.0])?;
    pump(broker, "site/pump-2", clock::now().millis(), &[1.0])?;
    let one = proposed(app, "site/pump-1").await?;
    let other = proposed(app, "site/pump-2").await?;
    let before = text_of(&started.workspace())?;
    let wrong = all(vec![
        accepted(&one, None),
        AcceptedAsset {
            id: "Pump 2".into(),
            ..accepted(&other, None)
        },
    ]);
    let faults = app.discovery_preview(wrong.clone()).await?.faults;
    ensure!(faults.len() == 1 && faults[0].field == "id", "{faults:?}");
    ensure!(faults[0].proposal == other.id, "{faults:?}");
    let refused = app.discovery_accept(wrong, "tester").await;
    let text = refused.err().context("it was accepted")?.to_string();
    ensure!(text.contains("\"Pump 2\" is no id"), "{text}");
    ensure!(
        text_of(&started.workspace())? == before,
        "half of it was taken"
    );

    let mut wanted = all(vec![accepted(&one, None)]);
    wanted.base = app.discovery_preview(wanted.clone()).await?.base;
    let edited = before.replace("name = \"Plant\"", "name = \"Plant of Meier\"");
    fs::write(started.workspace().join("plant.toml"), &edited)?;
    let refused = app.discovery_accept(wanted.clone(), "tester").await;
    let text = refused.err().context("it was accepted")?.to_string();
    ensure!(text.contains("was changed since you looked"), "{text}");
    ensure!(
        text_of(&started.workspace())? == edited,
        "the hand edit is gone"
    );
    wanted.base = app.discovery_preview(wanted.clone()).await?.base;
    app.discovery_accept(wanted, "tester").await?;
    ensure!(text_of(&started.workspace())?.contains("Plant of Meier"));
    wait::until("the name at the gate", SOON, || async {
        (app.plant().name == "Plant of Meier").then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_wants_stays_away_until_it_is_wanted_again() -> Result<()> {
    let started = Started::new().await?;
    let (broker, app) = (&started.broker, &started.app);
    pump(broker, "site/pump-1", clock::now().millis(), &[1.0])?;
    broker.publish(
        HOSTILE,
        1,
        &[r#"{"</script><b>":1,"a";--":2}"#.replace("\"a\";", "\"a;")],
    )?;
    let pump_1 = proposed(app, "site/pump-1").await?;
    let hostile = whole(app, HOSTILE).await?;
    let names: Vec<&str> = hostile
        .signals
        .iter()
        .map(|of| of.address.as_str())
        .collect();
    ensure!(names[0] == format!("{HOSTILE}#</script><b>"), "{names:?}");
    let ignoring = Ignoring {
        proposals: vec![hostile.row.id.clone(), pump_1.id.clone()],
        filters: vec!["site/+/debug/#".into()],
    };
    let filters = app.discovery_ignore(ignoring, "tester").await?;
    ensure!(
        filters.len() == 3 && filters.contains(&HOSTILE.to_owned()),
        "{filters:?}"
    );
    ensure!(view(app).await?.proposals.is_empty());
    app.stop().await;
    let workspace = started.workspace();
    let Started {
        dir: _dir,
        broker,
        app,
    } = started;
    drop(app);

    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    pump(&broker, "site/pump-1", clock::now().millis(), &[2.0])?;
    pump(&broker, "site/pump-2", clock::now().millis(), &[2.0])?;
    proposed(&app, "site/pump-2").await?;
    let shown = view(&app).await?;
    ensure!(shown.proposals.len() == 1, "{shown:?}");
    ensure!(
        shown.ignored.iter().eq(&filters) || shown.ignored.len() == 3,
        "{shown:?}"
    );
    app.discovery_unignore(&[HOSTILE.to_owned(), "site/pump-1".to_owned()], "tester")
        .await?;
    broker.publish(HOSTILE, 1, &[r#"{"</script><b>":1}"#.to_owned()])?;
    let again = proposed(&app, HOSTILE).await?;
    let named = AcceptedAsset {
        name: HOSTILE.into(),
        place_name: "'; DROP TABLE place; --".into(),
        ..accepted(&again, None)
    };
    app.discovery_accept(all(vec![named]), "tester").await?;
    wait::until("the asset by its name", SOON, || async {
        let mut assets = app.plant().assets.into_iter();
        assets.find(|asset| asset.name == HOSTILE)
    })
    .await?;
    let read = Plant::parse(&text_of(&workspace)?)?;
    ensure!(read.assets[0].name == HOSTILE && read.assets[0].sources.len() == 1);
    ensure!(read.places[0].name == "'; DROP TABLE place; --", "{read:?}");
    app.stop().await;
    Ok(())
}
