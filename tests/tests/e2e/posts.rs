//! What mosquitto_pub publishes, as it comes out: text, numbers, bytes of a file, kept or not, of every quality of service.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{App, api::connection::LinkStateView, clock};
use twin_core::{Quality, Reason, SignalId, SignalKey, Timestamp, Value};
use twin_historian::Historian;
use twinscope_tests::harness::{
    broker::{Broker, Post},
    wait,
};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);
/// Signals and the levels of their topics below `plant/`.
const NAMES: [&str; 7] = ["once", "sure", "exact", "text", "empty", "raw", "kept"];

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let mut text = format!(
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
subscriptions = [{{ filter = "plant/#", qos = 2 }}]
[[connection.payload]]
filter = "plant/raw"
as = "layout"
layout = [{{ name = "value", at = 1, type = "i16be", scale = 0.5 }}]

[[area]]
id = "a"
name = "A"

[[type]]
id = "all"
name = "All"
"#
    );
    for name in NAMES {
        text += &format!("[[type.signal]]\nid = \"{name}\"\nname = \"{name}\"\n");
    }
    text += "\n[[asset]]\nid = \"x\"\nname = \"X\"\narea = \"a\"\ntype = \"all\"\nconnection = \"c\"\n\
             source = \"plant/{signal}#value\"\n";
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

fn shown(app: &App, name: &str) -> Result<Option<(Value, Quality)>> {
    let key = SignalKey(signal(app, &format!("x/{name}"))?.key);
    let twin = app.view().twin(key);
    Ok(twin.map(|twin| (twin.value.clone(), twin.quality())))
}

async fn shows(app: &App, name: &str, value: Value, quality: Quality) -> Result<()> {
    let wanted = Some((value, quality));
    let what = format!("{name} as {wanted:?}");
    let waited = wait::until(&what, SOON, || async {
        (shown(app, name).ok()? == wanted).then_some(())
    });
    let waited = waited.await;
    waited.with_context(|| format!("it shows {:?}", shown(app, name)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mosquitto_pub_sends_comes_out_once_and_as_it_was() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let kept = Post {
        qos: 1,
        retain: true,
    };
    broker.post("plant/kept", kept, b"17.25")?;
    let (app, _notices) = start(&plant).await?;
    let retained = Quality::uncertain(Reason::Retained);
    shows(&app, "kept", Value::F64(17.25), retained).await?;
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up)
    })
    .await?;

    let post = |qos| Post { qos, retain: false };
    let sent: [(&str, u8, &str, Value); 4] = [
        ("once", 0, "-1.5", Value::F64(-1.5)),
        ("sure", 1, "{\"value\": 3}", Value::F64(3.0)),
        ("exact", 2, "true", Value::Bool(true)),
        (
            "text",
            2,
            "Grüße, 水 \"'",
            Value::Text("Grüße, 水 \"'".into()),
        ),
    ];
    for (name, qos, payload, _) in &sent {
        broker.post(&format!("plant/{name}"), post(*qos), payload.as_bytes())?;
    }
    // 0xFFFE of three bytes: -2, scaled; nothing of it is text.
    let file = dir.path().join("bytes");
    std::fs::write(&file, [0x00, 0xFF, 0xFE])?;
    broker.post_file("plant/raw", post(2), &file)?;
    broker.post("plant/empty", post(1), b"")?;
    for (name, _, _, value) in sent.clone() {
        shows(&app, name, value, Quality::GOOD).await?;
    }
    shows(&app, "raw", Value::F64(-1.0), Quality::GOOD).await?;
    // Somebody else said it once more with the same flag: the broker hands it on as news.
    broker.post("plant/kept", kept, b"18")?;
    wait::until("the new value", SOON, || async {
        let (value, quality) = shown(&app, "kept").ok()??;
        (value.as_f64() == Some(18.0) && quality == Quality::GOOD).then_some(())
    })
    .await?;
    let rejects: Vec<_> = app
        .connections()
        .into_iter()
        .flat_map(|row| row.rejects)
        .collect();
    ensure!(rejects.is_empty(), "{rejects:?}");
    app.stop().await;
    drop(app);

    let historian = Historian::open(&plant, clock::now()).await?;
    let ids = NAMES.map(|name| SignalId::from(format!("x/{name}")));
    let keys = historian.signal_keys(&ids).await?;
    for (name, key) in NAMES.into_iter().zip(keys) {
        let samples = historian.raw(key, Timestamp(0), Timestamp::MAX, 10).await?;
        let wanted = match name {
            "empty" => 0,
            "kept" => 2,
            _ => 1,
        };
        ensure!(samples.len() == wanted, "{name}: {samples:?}");
    }
    Ok(())
}
