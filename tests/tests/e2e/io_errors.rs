//! The disk gives errors: the program says so, acknowledges nothing that is not flushed, and goes on by itself.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Result, ensure};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, headless, process::Process, wait};

use crate::{
    disk_full::left_out,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(30);
/// Writing to files, and flushing them; sockets stay well.
const CALLS: [&str; 2] = ["posix/io/rw/pwrite", "posix/io/sync/fsync"];

/// Switches a system call of the program to failing, or back.
fn control(dir: &Path, process: &Process, command: &str) -> Result<()> {
    let status = Command::new("fiu-ctrl")
        .arg("-f")
        .arg(dir.join("fiu"))
        .args(["-c", command, &process.id().to_string()])
        .status()?;
    ensure!(status.success(), "fiu-ctrl {command}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_with_errors_is_said_and_nothing_acknowledged_is_missing() -> Result<()> {
    if Command::new("fiu-ctrl").arg("-h").output().is_err() {
        return left_out("Debian's package fiu-utils is not installed");
    }
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let log = dir.path().join("pages.log");
    let prefix = dir.path().join("fiu").display().to_string();
    let runner = ["fiu-run", "-x", "-f", &prefix];
    let mut program = Process::start(&mut headless::command(&workspace, &runner)?, &log)?;
    // The newest page alone: earlier ones stay in the file.
    let page = |text: String, wanted: bool| {
        let pages = fs::read_to_string(&log).unwrap_or_default();
        async move {
            let newest = pages.rfind("Plant - ").map(|at| pages[at..].to_owned())?;
            (newest.contains(&text) == wanted).then_some(newest)
        }
    };
    wait::until("the link", SOON, || page(" up (".into(), true)).await?;
    let mut levels = Levels::new();
    for call in CALLS {
        levels.publish(&broker, SURE, 1, 20)?;
        let last = format!("Level {}", levels.count() - 1);
        wait::until("the levels before", SOON, || {
            page(format!("{last}.0 m;"), true)
        })
        .await?;

        control(
            dir.path(),
            &program,
            &format!("enable name={call},failinfo=5"),
        )?;
        levels.publish(&broker, SURE, 1, 20)?;
        let said = wait::until("the complaint", SOON, || {
            page("! History is not written".into(), true)
        })
        .await?;
        ensure!(said.contains("telemetry.db"), "{call}: {said}");
        wait::until("the reason at the twin", SOON, || {
            page("history not writable".into(), true)
        })
        .await?;

        control(dir.path(), &program, &format!("disable name={call}"))?;
        wait::until("its end", SOON, || {
            page("! History is not written".into(), false)
        })
        .await?;
        let last = format!("Level {}.0 m;", levels.count() - 1);
        wait::until("the levels that waited", SOON, || page(last.clone(), true)).await?;
    }
    program.kill()?;
    let historian = Historian::open(&workspace, twin_app::clock::now()).await?;
    ensure!(historian.notices().is_empty(), "{:?}", historian.notices());
    ensure!(tanks::stored(&historian, "sure").await? == levels.count());
    ensure!(historian.check().await?.is_sound());
    historian.close().await?;
    Ok(())
}
