//! AWS device shadows as others keep them: python's moto, in `tests/peers/moto`.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::repository;

/// Python brings much before it begins.
const ANSWER: Duration = Duration::from_secs(30);

/// What was asked of the shadows, and what they said to it.
#[derive(Debug)]
pub struct Said {
    /// The topic asked on; empty for the greeting.
    pub asked: String,
    /// Topics and documents, in order.
    pub documents: Vec<(String, Value)>,
}

/// A running service; killed when dropped, and with it goes what it kept.
#[derive(Debug)]
pub struct Shadows {
    answers: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Shadows {
    /// Starts one and waits until it listens on a broker without security on this port.
    ///
    /// # Errors
    /// When the peer is not installed or does not connect.
    pub async fn start(port: u16) -> Result<Self> {
        let python = repository()?.join("target/tools/moto/bin/python");
        ensure!(
            python.exists(),
            "the peer in tests/peers/moto is not installed: run `cargo xtask setup`"
        );
        let mut process = Command::new(python)
            .arg("shadows.py")
            .arg(port.to_string())
            .current_dir(repository()?.join("tests/peers/moto"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting python")?;
        let answers = BufReader::new(process.stdout.take().context("its output")?).lines();
        let mut peer = Shadows {
            answers,
            _process: process,
        };
        let greeting = peer.next().await?;
        ensure!(greeting.asked.is_empty(), "{greeting:?}");
        Ok(peer)
    }

    /// What it said to the next message.
    ///
    /// # Errors
    /// When there is none within 30 s, or it tells of an error.
    pub async fn next(&mut self) -> Result<Said> {
        let line = tokio::time::timeout(ANSWER, self.answers.next_line())
            .await
            .context("the shadows do not answer")??;
        let line = line.context("the shadows have ended")?;
        let said: Value = serde_json::from_str(&line).with_context(|| format!("reading {line}"))?;
        let Some(asked) = said.get("asked").and_then(Value::as_str) else {
            bail!("the shadows say: {line}");
        };
        let documents = said.get("said").cloned().context("what they said")?;
        Ok(Said {
            asked: asked.to_owned(),
            documents: serde_json::from_value(documents)?,
        })
    }
}
