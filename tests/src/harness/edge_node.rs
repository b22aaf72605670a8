//! A Sparkplug edge node that others wrote: npm's `sparkplug-client`, in `tests/peers/sparkplug-client`.

use std::{collections::BTreeMap, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::repository;

const ANSWER: Duration = Duration::from_secs(20);

/// What the node published: addresses and values.
pub type Published = BTreeMap<String, Value>;

/// A running edge node; killed when dropped.
#[derive(Debug)]
pub struct EdgeNode {
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl EdgeNode {
    /// Starts one and waits for its connection to a broker without security on this port.
    ///
    /// # Errors
    /// When the peer is not installed or does not connect.
    pub async fn start(port: u16, group: &str, node: &str) -> Result<Self> {
        let folder = repository()?.join("tests/peers/sparkplug-client");
        ensure!(
            folder.join("node_modules/sparkplug-client").is_dir(),
            "the peer in {} is not installed: run `cargo xtask setup`",
            Path::display(&folder)
        );
        let mut process = Command::new("node")
            .arg("edge.js")
            .args([&format!("mqtt://127.0.0.1:{port}"), group, node])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting node")?;
        let commands = process.stdin.take().context("its input")?;
        let answers = BufReader::new(process.stdout.take().context("its output")?).lines();
        let mut peer = EdgeNode {
            commands,
            answers,
            process,
        };
        let greeting = peer.answer().await?;
        ensure!(greeting.contains_key("connected"), "{greeting:?}");
        Ok(peer)
    }

    /// Has it do something; gives what it published.
    ///
    /// # Errors
    /// When it does not answer, or with an error.
    pub async fn ask(&mut self, command: &str) -> Result<Published> {
        self.commands
            .write_all(format!("{command}\n").as_bytes())
            .await?;
        self.answer().await
    }

    /// Its next line.
    ///
    /// # Errors
    /// When there is none within 20 s, or it tells of an error.
    pub async fn answer(&mut self) -> Result<Published> {
        let line = tokio::time::timeout(ANSWER, self.answers.next_line())
            .await
            .context("the edge node does not answer")??;
        let line = line.context("the edge node has ended")?;
        let published: Published =
            serde_json::from_str(&line).with_context(|| format!("reading {line}"))?;
        if let Some(error) = published.get("error") {
            bail!("the edge node says: {error}");
        }
        Ok(published)
    }

    /// Ends it as a loss of power would: the broker publishes its will.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }
}
