//! The demo plant with its own broker on loopback: a program of its own, started at a person's word, that ends with this
//! one.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    process::{Child, ChildStdin, Command},
    sync::watch,
};
use twin_core::{Said, said};

use crate::{
    error::{Doing, Error, Result},
    workspace,
};

/// How often a starting plant is looked at, and how long it may take until its broker listens.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const READY_LOOKS: u32 = 400;
/// How long it may take to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(3);
/// Lines of its log that are told when it fails.
const TOLD_LINES: usize = 3;
/// What the shipped plant file was when it was copied: only the demo's workspace has it.
const MARK: &str = ".plant.shipped.toml";

/// What the plant writes down about itself once its broker listens (it writes more; this is what is needed here).
#[derive(Deserialize)]
struct State {
    pid: u32,
}

/// A running demo plant.
#[derive(Debug)]
pub struct DemoPlant {
    child: Child,
    /// The plant ends when this end is closed, also when this process is killed.
    input: Option<ChildStdin>,
}

/// The workspace of the demo plant whose files lie in `folder`.
pub fn workspace_in(folder: &Path) -> PathBuf {
    folder.join("workspace")
}

/// Where the demo plant keeps its files.
///
/// # Errors
/// As [`workspace::default_dir`].
pub fn default_folder() -> Result<PathBuf> {
    Ok(workspace::default_dir()?.with_file_name("demo"))
}

/// Whether a workspace is the demo plant's.
pub fn is_demo(workspace: &Path) -> bool {
    workspace.join(MARK).exists()
}

impl DemoPlant {
    /// Starts `program` and waits until its broker listens and its workspace in `folder` is ready. `shipped` holds the demo's
    /// plant file and pictures. Ends early when `cancelled` becomes true.
    ///
    /// # Errors
    /// [`Error::DemoMissing`], [`Error::DemoFailed`], [`Error::Cancelled`]; [`Error::Locked`] when another program runs the demo;
    /// [`Error::File`].
    pub async fn start(
        program: &Path,
        shipped: &Path,
        folder: &Path,
        cancelled: &watch::Receiver<bool>,
    ) -> Result<DemoPlant> {
        if !program.exists() {
            return Err(Error::DemoMissing {
                path: program.to_owned(),
            });
        }
        // Another program's plant would lose its port to this one's.
        drop(workspace::lock(&workspace_in(folder))?);
        let state = folder.join("state.json");
        // One that is left from a plant that was killed says nothing of this one.
        let _ = std::fs::remove_file(&state);
        let log = folder.join("plant.log");
        let mut plant = spawn(program, shipped, folder, &state, &log)?;
        for _ in 0..READY_LOOKS {
            if *cancelled.borrow() {
                plant.stop().await;
                return Err(Error::Cancelled);
            }
            if let Ok(Some(status)) = plant.child.try_wait() {
                return Err(failed(
                    &log,
                    said!(
                        "error-demo-ended",
                        "it ended at once ({status})",
                        status = status.to_string()
                    ),
                ));
            }
            if listens(&state, plant.child.id()) {
                return Ok(plant);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        plant.stop().await;
        Err(failed(
            &log,
            said!("error-demo-silent", "its broker did not listen within 20 s"),
        ))
    }

    /// Ends it, at the latest after three seconds.
    pub async fn stop(mut self) {
        drop(self.input.take());
        if tokio::time::timeout(END_TIMEOUT, self.child.wait())
            .await
            .is_err()
            && let Err(error) = self.child.kill().await
        {
            tracing::warn!("the demo plant could not be ended: {error}");
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

fn spawn(
    program: &Path,
    shipped: &Path,
    folder: &Path,
    state: &Path,
    log: &Path,
) -> Result<DemoPlant> {
    let said = File::create(log).map_err(|source| Error::File {
        action: Doing::Write,
        path: log.to_owned(),
        source,
    })?;
    let mut command = Command::new(program);
    command.args(["run", "--until-closed", "--state-file"]);
    command.arg(state).arg("--workspace");
    command.arg(workspace_in(folder)).arg("--shipped");
    command.arg(shipped);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::from(said))
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::File {
            action: Doing::Start,
            path: program.to_owned(),
            source,
        })?;
    let input = child.stdin.take();
    Ok(DemoPlant { child, input })
}

fn listens(state: &Path, id: Option<u32>) -> bool {
    let text = std::fs::read_to_string(state).unwrap_or_default();
    serde_json::from_str::<State>(&text).is_ok_and(|state| Some(state.pid) == id)
}

fn failed(log: &Path, what: Said) -> Error {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let told = lines[lines.len().saturating_sub(TOLD_LINES)..].join(" ");
    Error::DemoFailed {
        why: if told.is_empty() {
            what
        } else {
            said!(
                "error-demo-told",
                "{what}: {told}",
                what = what,
                told = told
            )
        },
        log: log.to_owned(),
    }
}
