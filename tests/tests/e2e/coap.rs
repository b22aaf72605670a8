//! libcoap's coap-server to twins: resources that are observed, and representations that come in blocks.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::App;
use twin_core::{Quality, SignalKey, Value};
use twinscope_tests::harness::{coap::CoapServer, wait};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);
/// JSON (RFC 7252, 12.3).
const JSON: u16 = 50;
/// Longer than a block of 1,024 bytes.
const LONG: usize = 3_000;

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "device"
name = "Device"
kind = "coap"
host = "127.0.0.1"
port = {port}
security = "plaintext"
resources = [{{ path = "/level", observe = true }}, {{ path = "/large", observe = true }}]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"
[[type.signal]]
id = "first"
name = "First of the large one"
[[type.signal]]
id = "text"
name = "Text between"
[[type.signal]]
id = "last"
name = "Last of the large one"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "device"
source = "coap/127.0.0.1:{port}/large#{{signal}}"
[asset.sources]
level = "coap/127.0.0.1:{port}/level#level"
"#
    );
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

fn large(number: i64) -> String {
    let text = "x".repeat(LONG);
    format!(
        "{{\"first\": {number}, \"text\": \"{text}\", \"more\": \"{text}\", \"last\": {number}}}"
    )
}

async fn shows(app: &App, id: &str, value: Value) -> Result<()> {
    let key = SignalKey(signal(app, &format!("tank/{id}"))?.key);
    let waited = wait::until(id, SOON, || async {
        let twin = app.view().twin(key)?;
        (twin.value == value && twin.quality() == Quality::GOOD).then_some(())
    });
    let waited = waited.await;
    waited.with_context(|| format!("{:?}, {:?}", app.view().twin(key), app.connections()))
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_a_coap_server_are_twins_and_follow_its_changes() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = CoapServer::start(dir.path()).await?;
    server.put("/level", JSON, "{\"level\": 3.5}")?;
    server.put("/large", JSON, &large(1))?;
    let plant = dir.path().join("workspace");
    workspace(&plant, server.port)?;
    let (app, _notices) = start(&plant).await?;
    shows(&app, "level", Value::F64(3.5)).await?;
    shows(&app, "first", Value::F64(1.0)).await?;
    shows(&app, "last", Value::F64(1.0)).await?;
    shows(&app, "text", Value::Text("x".repeat(LONG).into())).await?;
    for number in 2..5_i32 {
        server.put("/level", JSON, &format!("{{\"level\": {number}.25}}"))?;
        server.put("/large", JSON, &large(number.into()))?;
        shows(&app, "level", Value::F64(f64::from(number) + 0.25)).await?;
        shows(&app, "last", Value::F64(number.into())).await?;
        shows(&app, "first", Value::F64(number.into())).await?;
    }
    let row = app.connections().into_iter().next().context("a row")?;
    ensure!(row.rejects.is_empty() && row.dropped == 0.0, "{row:?}");
    app.stop().await;
    Ok(())
}
