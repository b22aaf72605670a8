//! The client id that a person gives a connection, at a broker that knows its clients by their ids.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{App, api::connection::ConnectionForm};
use twin_core::{SignalKey, Value};
use twinscope_tests::harness::{
    broker::{Broker, Post},
    wait,
};

use crate::start;

const SOON: Duration = Duration::from_secs(20);

fn workspace(dir: &Path, port: u16) -> Result<()> {
    fs::create_dir_all(dir)?;
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
client_id = "pump-desk"
keep_alive_s = 17
subscriptions = [{{ filter = "plant/pump-desk/#", qos = 1 }}]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "c"
source = "plant/pump-desk/tank#{{signal}}"
"#
    );
    fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_binds_client_ids_hears_the_one_of_the_plant_file() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let list = dir.path().join("access.list");
    fs::write(&list, "topic write plant/#\npattern read plant/%c/#\n")?;
    let more = format!(
        "acl_file {}\nconnection_messages true\nlog_type all\n",
        list.display()
    );
    let broker = Broker::start_with(dir.path(), &more).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let (app, _notices) = start(&plant).await?;
    let post = Post {
        qos: 1,
        retain: true,
    };
    broker.post("plant/pump-desk/tank", post, b"{\"level\": 2.5}")?;
    let level = SignalKey(app.plant().assets[0].signals[0].key);
    wait::until(
        "the level, which only this client may read",
        SOON,
        || async {
            app.view()
                .twin(level)
                .filter(|twin| twin.value == Value::F64(2.5))
        },
    )
    .await?;
    let row = app.connections().remove(0);
    ensure!(row.client_id == "pump-desk", "{row:?}");
    let log = dir.path().join("broker.log");
    let line = wait::until("the client in the broker's log", SOON, || {
        said(&log, " as pump-desk (")
    })
    .await?;
    ensure!(line.contains("k17"), "{line}");

    tests_sign_in_with_care(&app, &row.form, &log).await?;
    app.stop().await;
    Ok(())
}

/// A line of the broker's log.
async fn said(log: &Path, text: &str) -> Option<String> {
    let log = fs::read_to_string(log).unwrap_or_default();
    let mut lines = log.lines();
    lines.find(|line| line.contains(text)).map(str::to_owned)
}

/// The test of what runs leaves its client alone; that of a new connection signs in as it will.
async fn tests_sign_in_with_care(app: &App, form: &ConnectionForm, log: &Path) -> Result<()> {
    let report = app.test_connection(form).await?;
    ensure!(
        report
            .steps
            .iter()
            .any(|step| step.message.contains("\"pump-desk-test\""))
    );
    ensure!(
        report
            .risks
            .iter()
            .all(|risk| !risk.message.contains("-test")),
        "it was let in: {:?}",
        report.risks
    );
    let new = ConnectionForm {
        id: String::new(),
        name: "New".into(),
        client_id: "valve-desk".into(),
        ..form.clone()
    };
    let report = app.test_connection(&new).await?;
    ensure!(
        report
            .steps
            .iter()
            .any(|step| step.message.contains("\"valve-desk\"")),
        "{report:?}"
    );
    wait::until("its client in the broker's log", SOON, || {
        said(log, " as valve-desk (")
    })
    .await?;
    ensure!(
        said(log, "already connected").await.is_none(),
        "one was thrown out"
    );
    Ok(())
}
