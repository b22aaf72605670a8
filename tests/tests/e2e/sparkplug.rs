//! An edge node that others wrote, through mosquitto to what the application shows.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twin_app::{App, api::session::SessionRow};
use twinscope_tests::harness::{
    edge_node::{EdgeNode, Published},
    mosquitto, wait,
};

use crate::start;

const SOON: Duration = Duration::from_secs(20);
const GROUP: &str = "Plant";
const NODE: &str = "edge";

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "C"
host = "127.0.0.1"
port = {port}
security = "plaintext"
allow_rebirth = true
subscriptions = [{{ filter = "spBv1.0/#", qos = 1 }}]
"#
    );
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

/// Waits until the application shows all that was published.
async fn shows(app: &App, what: &str, published: &Published) -> Result<()> {
    ensure!(!published.is_empty(), "{what}: nothing was published");
    let shown = wait::until(what, SOON, || async {
        let heard = app.heard("c").await.ok()?;
        let same = |(address, value): (&String, &Value)| {
            heard
                .iter()
                .any(|row| row.address == *address && means(&row.value, value))
        };
        published.iter().all(same).then_some(())
    });
    if let Err(error) = shown.await {
        let heard = app.heard("c").await?;
        let rows = heard
            .iter()
            .map(|row| format!("{} = {}", row.address, row.value));
        let rows: Vec<String> = rows.collect();
        return Err(error.context(format!(
            "published {published:#?}, shown {rows:#?}, {:?}",
            app.connections()
        )));
    }
    Ok(())
}

fn means(shown: &str, published: &Value) -> bool {
    match published {
        Value::Number(number) => shown.parse::<f64>().ok() == number.as_f64(),
        Value::Bool(on) => shown == on.to_string(),
        Value::String(text) => shown == text,
        _ => false,
    }
}

async fn state(app: &App, id: &str, state: &str) -> Result<SessionRow> {
    wait::until(&format!("{id} to be {state}"), SOON, || async {
        let session = app.sparkplug_session("c").await.ok()?;
        let mut rows = session.rows.into_iter();
        rows.find(|row| row.id == id && row.state == state)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_node_of_others_is_read_as_it_speaks() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (port, _broker) = mosquitto::start_open(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, port)?;
    let (app, _notices) = start(&plant).await?;
    let up = || async {
        let row = app.connections().into_iter().next()?;
        row.reason.is_empty().then_some(())
    };
    wait::until("the link", SOON, up).await?;

    let mut edge = EdgeNode::start(port, GROUP, NODE).await?;
    let born = edge.ask("births").await?;
    shows(&app, "the births", &born).await?;
    for command in ["data", "packed DEFLATE", "packed GZIP", "template"] {
        let published = edge.ask(command).await?;
        shows(&app, command, &published).await?;
    }
    state(&app, "Plant/edge", "online").await?;

    // Its answer to a request of ours.
    app.request_rebirth("c", "Plant/edge", "test").await?;
    let answer = edge.answer().await?;
    ensure!(answer.contains_key("rebirth"), "{answer:?}");
    shows(&app, "the births again", &born).await?;
    let after = edge.ask("data").await?;
    shows(&app, "data after the rebirth", &after).await?;

    edge.ask("device-death").await?;
    state(&app, "Plant/edge/press", "offline").await?;
    let node = state(&app, "Plant/edge", "online").await?;
    let facts = node.node.as_ref().context("facts of an edge node")?;
    ensure!((facts.gaps, facts.alias_failures) == (0.0, 0.0), "{node:?}");
    ensure!(
        (facts.rebirths_asked, facts.rebirths_answered) == (1.0, 1.0),
        "{node:?}"
    );
    edge.kill().await?;
    state(&app, "Plant/edge", "offline").await?;
    let session = app.sparkplug_session("c").await?;
    let worst = session.rows.first().context("a row")?;
    ensure!(
        worst.id == "Plant/edge" && &*worst.findings[0].brief == "offline",
        "{session:?}"
    );
    ensure!(
        worst.last_death.is_some() && worst.births == 2.0,
        "{session:?}"
    );
    let rejects = app.connections().into_iter().flat_map(|row| row.rejects);
    let rejects: Vec<_> = rejects.collect();
    ensure!(rejects.is_empty(), "{rejects:?}");
    app.stop().await;
    Ok(())
}
