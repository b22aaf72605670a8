//! What this program publishes of its own where the plant file says so, as a broker and its other clients see it.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use twin_app::{api::connection::LinkStateView, clock};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, free_port, wait};

use crate::start;

const SOON: Duration = Duration::from_secs(20);
const STATE: &str = "spBv1.0/STATE/desk";
const ANSWER: &str = "$aws/things/pump-1/shadow/get/accepted";

/// Another client of the broker: every message as `topic retained payload`.
struct Listener {
    lines: Lines<BufReader<tokio::process::ChildStdout>>,
    _process: tokio::process::Child,
}

impl Listener {
    fn start(broker: &Broker) -> Result<Listener> {
        let mut process = tokio::process::Command::new("mosquitto_sub")
            .args([
                "-V",
                "mqttv5",
                "-h",
                "127.0.0.1",
                "-p",
                &broker.port.to_string(),
            ])
            .args([
                "-F",
                "%t %r %p",
                "-t",
                "spBv1.0/STATE/+",
                "-t",
                "$aws/#",
                "-q",
                "1",
            ])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting mosquitto_sub")?;
        let output = process.stdout.take().context("its output")?;
        Ok(Listener {
            lines: BufReader::new(output).lines(),
            _process: process,
        })
    }

    async fn next(&mut self) -> Result<String> {
        let line = tokio::time::timeout(SOON, self.lines.next_line()).await;
        line.context("nothing was published")??
            .context("mosquitto_sub has ended")
    }

    /// The next STATE: whether online, since when (ms), whether it was kept from before.
    async fn state(&mut self) -> Result<(bool, i64, bool)> {
        let line = self.next().await?;
        let mut parts = line.splitn(3, ' ');
        ensure!(parts.next() == Some(STATE), "{line}");
        let retained = parts.next() == Some("1");
        let state: Value = serde_json::from_str(parts.next().unwrap_or_default())?;
        let online = state["online"].as_bool().context("online")?;
        Ok((
            online,
            state["timestamp"].as_i64().context("timestamp")?,
            retained,
        ))
    }
}

fn plant(port: u16, extra: &str, filter: &str) -> String {
    format!(
        "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"plaintext\"\nsubscriptions = [{{ filter = \"{filter}\", qos = 1 }}]\n{extra}\n"
    )
}

async fn audit(workspace: &Path) -> Result<Vec<String>> {
    let historian = Historian::open(workspace, clock::now()).await?;
    let records = historian.alarms().audit(None, 50).await?;
    let words = records
        .iter()
        .map(|record| format!("{} {}", record.entry.action, record.entry.detail));
    Ok(words.collect())
}

/// A port that hands everything on to the broker, until it is dropped as a cable is cut.
struct Cable {
    process: Child,
}

impl Cable {
    fn lay(port: u16, to: u16) -> Result<Cable> {
        let script = "import socket,sys,threading\n\
            a=socket.create_server(('127.0.0.1',int(sys.argv[1])))\n\
            def pump(x,y):\n\
            \x20try:\n\
            \x20 while True:\n\
            \x20  d=x.recv(65536)\n\
            \x20  if not d: break\n\
            \x20  y.sendall(d)\n\
            \x20except OSError: pass\n\
            while True:\n\
            \x20c,_=a.accept()\n\
            \x20s=socket.create_connection(('127.0.0.1',int(sys.argv[2])))\n\
            \x20threading.Thread(target=pump,args=(c,s),daemon=True).start()\n\
            \x20threading.Thread(target=pump,args=(s,c),daemon=True).start()\n";
        let process = Command::new("python3")
            .args(["-c", script, &port.to_string(), &to.to_string()])
            .spawn()
            .context("starting python3")?;
        Ok(Cable { process })
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_application_says_that_it_is_there_and_the_broker_that_it_is_not() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    fs::create_dir_all(&workspace)?;
    let port = free_port()?;
    let cable = Cable::lay(port, broker.port)?;
    let text = plant(port, "primary_host = \"desk\"", "spBv1.0/+/+/+");
    fs::write(workspace.join("plant.toml"), &text)?;
    let mut listener = Listener::start(&broker)?;
    let (app, _notices) = start(&workspace).await?;
    let (online, first, retained) = listener.state().await?;
    ensure!(online && !retained, "it is said live that it is there");
    let (later, ..) = Listener::start(&broker)?.state().await?;
    ensure!(later, "it is kept for those who come later");

    // The cable is cut: the broker says what was left with it, of the same instant.
    drop(cable);
    let (online, at, _) = listener.state().await?;
    ensure!(
        !online && at == first,
        "the will carries {at}, the birth {first}"
    );

    // A new link is of a later instant; a polite end is told by the program itself.
    let _cable = Cable::lay(port, broker.port)?;
    let (online, second, _) = listener.state().await?;
    ensure!(online && second > first);
    app.stop().await;
    let (online, end, _) = listener.state().await?;
    ensure!(
        !online && end >= second,
        "offline since {end}, online since {second}"
    );
    let told = audit(&workspace).await?;
    ensure!(
        told.iter()
            .any(|line| line == &format!("announce-host {STATE}")),
        "{told:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn shadows_are_asked_for_on_each_link_and_only_those_that_are_named() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    fs::create_dir_all(&workspace)?;
    let filter = "$aws/things/+/shadow/get/accepted";
    let path = workspace.join("plant.toml");
    fs::write(&path, plant(broker.port, "", filter))?;
    let mut listener = Listener::start(&broker)?;
    let (app, _notices) = start(&workspace).await?;
    wait::until("the link", SOON, || async {
        let rows = app.connections();
        rows.into_iter().find(|row| row.state == LinkStateView::Up)
    })
    .await?;
    // Switched on in the file: the first thing that this program has ever published here.
    fs::write(
        &path,
        plant(
            broker.port,
            "shadows = [\"pump-1\", \"pump-2/config\"]",
            filter,
        ),
    )?;
    let mut topics = [listener.next().await?, listener.next().await?];
    topics.sort();
    let wanted = [
        "$aws/things/pump-1/shadow/get 0 ",
        "$aws/things/pump-2/shadow/name/config/get 0 ",
    ];
    ensure!(topics == wanted, "{topics:?}");
    broker.publish(
        ANSWER,
        1,
        &[r#"{"state":{"reported":{"rpm":7}},"version":3}"#.to_owned()],
    )?;
    listener.next().await?;
    let address = wait::until("the state", SOON, || async {
        let mut rows = app.heard("c").await.ok()?.into_iter();
        rows.find(|row| row.address.contains("rpm"))
            .map(|row| row.address)
    })
    .await?;
    ensure!(address.contains("pump-1"), "{address}");
    let warnings = app.plant_file().warnings;
    ensure!(
        warnings.iter().any(|text| text.contains("pump-2/config")),
        "{warnings:?}"
    );
    ensure!(
        !warnings.iter().any(|text| text.contains("shadow pump-1 ")),
        "{warnings:?}"
    );
    app.stop().await;
    let told = audit(&workspace).await?;
    ensure!(
        told.iter()
            .filter(|line| line.starts_with("ask-shadows"))
            .count()
            == 1,
        "{told:?}"
    );
    Ok(())
}
