//! Texts that would do harm if anybody took them for markup, a query or a template: names, topics, keys and values come
//! through as they are, and into the window as text.

pub mod window;

use std::{fmt::Write, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{
        connection::LinkStateView,
        files::{ExportRequest, FileFormat, FileJobState, FileJobView},
    },
    clock,
};
use twin_core::{SignalId, SignalKey, Timestamp, Value};
use twin_historian::Historian;
use twinscope_tests::harness::{
    broker::{Broker, Post},
    edge_node::EdgeNode,
    wait,
};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(30);
const SURE: Post = Post {
    qos: 1,
    retain: false,
};
/// Markup that would leave a trace in the page.
pub const MARKUP: &str = "<img src=x onerror=window.hit=1>";

/// The texts.
pub fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        MARKUP,
        "\"><script>window.hit=1</script>",
        "'; DROP TABLE samples; --",
        "\u{202e}gnp.exe\u{202c} \u{200f}\u{2066}abc\u{2069}\u{feff}",
        "zero \u{0}, bell \u{7}, escape \u{1b}[31m, line\r\nbreak\ttab",
        "🏭👩🏽‍🔧 e\u{301} ﷽ 水",
        "${window.hit=1} {{window.hit=1}} {@html 1} %s %00 \\u0041 \\",
        "javascript:window.hit=1",
        "=HYPERLINK(\"http://127.0.0.1/\",\"x\")",
        "+1+1",
        "@SUM(1)",
        "-1+1",
        " ,;\"' ",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(4_000));
    texts
}

/// As a level of a topic: without what MQTT or an address has a meaning for, and no longer than may be.
fn level(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !"/+#\u{feff}".contains(c);
    text.chars().filter(|c| is_plain(*c)).take(200).collect()
}

/// As a key of JSON, no longer than an address may be.
fn key(text: &str) -> String {
    text.chars().take(200).collect()
}

/// As a key in an address: people read it, so control characters are replaced.
fn path(text: &str) -> String {
    let printed = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    key(text).chars().map(printed).collect()
}

/// Whether it can be a message by itself: with other control characters it is taken for bytes, and rejected.
fn is_message(text: &str) -> bool {
    !text.contains(['\0', '\u{7}', '\u{1b}'])
}

/// What is written between quotes in TOML and JSON alike.
fn quoted(text: &str) -> Result<String> {
    Ok(serde_json::to_string(text)?.replace('\u{7f}', "\\u007f"))
}

/// A plant in which everything that has a name has one of the texts, and every source has them in topic and key.
pub fn workspace(dir: &Path, port: u16) -> Result<()> {
    let texts = texts();
    let first = quoted(&texts[0])?;
    let mut text = format!(
        "[plant]\nid = \"p\"\nname = {first}\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nname = {first}\n\
         host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plaintext\"\nsubscriptions = [{{ filter = \"plant/#\", qos = 1 }}, \
         {{ filter = \"spBv1.0/#\", qos = 1 }}, {{ filter = \"homie/#\", qos = 1 }}]\n"
    );
    for (number, one) in texts.iter().enumerate() {
        let (name, topic) = (quoted(one)?, level(one));
        let source = |path: &str| quoted(&format!("plant/{number}{topic}#{path}"));
        write!(
            text,
            "[[area]]\nid = \"a{number}\"\nname = {name}\n[[type]]\nid = \"t{number}\"\nname = {name}\n\
             [[type.signal]]\nid = \"said\"\nname = {name}\ndescription = {name}\nkey = true\n\
             [[type.signal]]\nid = \"level\"\nname = {name}\nunit = \"m\"\nkey = true\n\
             alarms = [{{ kind = \"high\", limit = 1.0, deadband = 0.1, on_delay_s = 0.0, priority = 2 }}]\n\
             [[asset]]\nid = \"x{number}\"\nname = {name}\narea = \"a{number}\"\ntype = \"t{number}\"\nconnection = \"c\"\n\
             [asset.sources]\nsaid = {}\nlevel = {}\n",
            source("said")?,
            source(&path(one))?,
        )?;
    }
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

/// Publishes every text as a value, as a topic and as a key, of the plant's signals and of nobody's.
pub fn publish(broker: &Broker) -> Result<()> {
    for (number, text) in texts().iter().enumerate() {
        let mut message = serde_json::Map::new();
        message.insert("said".into(), text.as_str().into());
        message.insert(key(text), 2.5.into());
        let message = serde_json::to_vec(&message)?;
        let topic = level(text);
        broker.post(&format!("plant/{number}{topic}"), SURE, &message)?;
        broker.post(&format!("plant/nobody/{topic}"), SURE, &message)?;
        let device = format!("homie/5/{number}{topic}");
        let node = quoted(&key(text))?;
        let description = format!(
            "{{\"homie\": \"5.0\", \"version\": 1, \"name\": {node}, \"nodes\": {{\"n\": {{\"name\": {node}, \"properties\": \
             {{\"p\": {{\"name\": {node}, \"datatype\": \"string\"}}}}}}}}}}"
        );
        broker.post(
            &format!("{device}/$description"),
            SURE,
            description.as_bytes(),
        )?;
        broker.post(&format!("{device}/$state"), SURE, b"ready")?;
        if is_message(text) {
            broker.post(&format!("{device}/n/p"), SURE, text.as_bytes())?;
        }
    }
    // Nobody can read this one.
    broker.post(
        &format!("plant/broken/{MARKUP}"),
        SURE,
        format!("{{{MARKUP}").as_bytes(),
    )
}

async fn up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up).map(drop)
    })
    .await
}

async fn done(app: &App) -> Result<FileJobView> {
    let job = wait::until("the end of the job", SOON, || async {
        app.files()
            .job()
            .filter(|job| job.state != FileJobState::Running)
    })
    .await?;
    ensure!(job.state == FileJobState::Done, "{job:?}");
    app.files().put_away(job.number);
    Ok(job)
}

/// The twins of the plant, and the addresses that nobody named.
async fn check_live(app: &App) -> Result<()> {
    for (number, text) in texts().iter().enumerate() {
        let said = signal(app, &format!("x{number}/said"))?;
        ensure!(said.name == *text, "{said:?}");
        let twin = wait::until("a text", SOON, || async {
            let twin = app.view().twin(SignalKey(said.key));
            twin.filter(|twin| twin.value != Value::Null)
        })
        .await
        .with_context(|| format!("{text:?}: {:?}", app.connections()))?;
        ensure!(twin.value == Value::Text(text.as_str().into()), "{twin:?}");
        let level = SignalKey(signal(app, &format!("x{number}/level"))?.key);
        let twin = app.view().twin(level).context("the value under the key")?;
        ensure!(twin.value == Value::F64(2.5), "{text:?}: {twin:?}");
    }
    // What was published last comes last.
    let last = texts().len() - 1;
    let end = format!("homie/5/{last}{}/n/p#value", level(&texts()[last]));
    let heard = wait::until("the last message", SOON, || async {
        let heard = app.heard("c").await.ok()?;
        heard.iter().any(|row| row.address == end).then_some(heard)
    })
    .await?;
    for (number, text) in texts().iter().enumerate() {
        let topic = level(text);
        let mut wanted = vec![
            (format!("plant/nobody/{topic}#said"), text.clone()),
            (format!("plant/nobody/{topic}#{}", path(text)), "2.5".into()),
        ];
        if is_message(text) {
            wanted.push((format!("homie/5/{number}{topic}/n/p#value"), text.clone()));
        }
        for (address, value) in wanted {
            // A long text is listed by its beginning.
            let says = |shown: &str| match shown.strip_suffix('…') {
                Some(begin) => value.len() > 200 && value.starts_with(begin),
                None => shown == value,
            };
            let row = heard.iter().find(|row| row.address == address);
            let shown = row.map(|row| row.value.as_str());
            ensure!(shown.is_some_and(says), "{address:?} is {shown:?}");
        }
    }
    let plant = app.plant();
    let texts = texts();
    ensure!(plant.name == texts[0], "{}", plant.name);
    for (asset, text) in plant.assets.iter().zip(&texts) {
        ensure!(asset.name == *text, "{asset:?}");
    }
    Ok(())
}

/// All of history into a file of this format, and back: every line is there already.
async fn check_round_trip(app: &App, format: FileFormat) -> Result<String> {
    let signals = app
        .plant()
        .assets
        .into_iter()
        .flat_map(|asset| asset.signals);
    let request = ExportRequest {
        signals: signals.map(|signal| signal.key).collect(),
        columns: Vec::new(),
        t0: f64::MIN,
        t1: f64::MAX,
        format,
        path: String::new(),
    };
    app.files().start_export(&request, "test").await?;
    let path = done(app).await?.path;
    app.files().start_import(&path, "test").await?;
    let report = done(app).await?.report.context("a report")?;
    let wanted = 2.0 * texts().len() as f64;
    ensure!(
        report.present == wanted
            && report.written + report.differing + report.bad + report.unknown == 0.0,
        "{report:?}"
    );
    Ok(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_come_through_as_they_are() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let (app, _notices) = start(&plant).await?;
    up(&app).await?;
    publish(&broker)?;
    check_live(&app).await?;
    let rejects = wait::until("a reject", SOON, || async {
        let row = app.connections().into_iter().next()?;
        (!row.rejects.is_empty()).then_some(row.rejects)
    })
    .await?;
    let is_ours = rejects.len() == 1 && rejects[0].last_topic.contains(MARKUP);
    ensure!(is_ours, "{rejects:?}");

    // Names of a Sparkplug node.
    let mut edge = EdgeNode::start(broker.port, MARKUP, "'; DROP TABLE x; --").await?;
    edge.ask("births").await?;
    let id = format!("{MARKUP}/'; DROP TABLE x; --");
    wait::until("the node", SOON, || async {
        let session = app.sparkplug_session("c").await.ok()?;
        let mut rows = session.rows.into_iter();
        rows.find(|row| row.id == id && row.state == "online")
    })
    .await?;
    drop(edge);

    let csv = check_round_trip(&app, FileFormat::Csv).await?;
    check_round_trip(&app, FileFormat::Parquet).await?;
    // What is exported is what was said, also where a spreadsheet might take it for a formula: the file is read back.
    let csv = std::fs::read_to_string(csv)?;
    ensure!(
        csv.contains("=HYPERLINK(\"\"http://127.0.0.1/\"\""),
        "{csv}"
    );
    rename(&app, &plant).await?;
    app.stop().await;
    drop(app);

    let historian = Historian::open(&plant, clock::now()).await?;
    for (number, text) in texts().into_iter().enumerate() {
        let id = SignalId::from(format!("x{number}/said"));
        let keys = historian.signal_keys(&[id]).await?;
        let key = *keys.first().context("a key")?;
        let samples = historian.raw(key, Timestamp(0), Timestamp::MAX, 10).await?;
        let values: Vec<&Value> = samples.iter().map(|sample| &sample.value).collect();
        ensure!(values == [&Value::Text(text.into())], "{values:?}");
    }
    Ok(())
}

/// The plant file is written by the program and read again, with every text as a name.
async fn rename(app: &App, plant: &Path) -> Result<()> {
    let row = app.connections().into_iter().next().context("a row")?;
    let mut form = row.form;
    for text in texts() {
        // What a person types has no blanks around it.
        let opened = form.clone();
        form.name = text.trim().to_owned();
        let saved = crate::save(app, &form, Some(&opened)).await?;
        ensure!(saved.name == form.name, "{saved:?}");
        let written = std::fs::read_to_string(plant.join("plant.toml"))?;
        let read = twin_model::Plant::parse(&written)?;
        ensure!(
            read.connections.iter().all(|c| c.name == form.name),
            "{text:?}"
        );
        ensure!(read.assets.len() == texts().len(), "an asset is gone");
    }
    Ok(())
}
