//! `kill -9` and back: what the broker took is in history, without a gap.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::clock;
use twin_core::{SignalId, Timestamp};
use twin_historian::Historian;
use twinscope_tests::harness::{built, demo::Demo, process::Process, repository, wait};

/// How long the program is away.
const AWAY: Duration = Duration::from_secs(6);

fn headless(workspace: &Path, log: &Path) -> Result<Process> {
    let mut command = Command::new(built("twinscope-headless")?);
    command
        .arg("--workspace")
        .arg(workspace)
        .arg("--assets")
        .arg(repository()?.join("assets"));
    Process::start(&mut command, log)
}

/// Waits until the status view has shown values, and some seconds more.
async fn collecting(log: &Path) -> Result<()> {
    let page = format!("values in {}", log.display());
    wait::until(&page, Duration::from_secs(60), || async {
        std::fs::read_to_string(log)
            .ok()
            .filter(|text| text.contains("mm/s"))
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_of_quality_1_have_no_gap_over_a_kill() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let demo = Demo::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    demo.workspace(&workspace)?;

    let mut first = headless(&workspace, &dir.path().join("first.log"))?;
    collecting(&dir.path().join("first.log")).await?;
    let killed = clock::now();
    first.kill()?;
    tokio::time::sleep(AWAY).await;
    let back = clock::now();
    let mut second = headless(&workspace, &dir.path().join("second.log"))?;
    collecting(&dir.path().join("second.log")).await?;
    second.signal("TERM")?;
    for _ in 0..100 {
        if second.has_ended()? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(second.has_ended()?, "SIGTERM did not end the program");

    let historian = Historian::open(&workspace, clock::now()).await?;
    for (id, longest_s) in [
        ("pump-1/vibration_de", 2.5),
        ("pump-1/speed", 3.5),
        ("raw-water/turbidity", 5.0),
    ] {
        let key = historian.signal_keys(&[SignalId::from(id)]).await?;
        let key = *key.first().context("a key")?;
        let samples = historian
            .raw(key, Timestamp(0), clock::now(), 100_000)
            .await?;
        let times: Vec<Timestamp> = samples.iter().map(|sample| sample.time).collect();
        let away = times
            .iter()
            .filter(|time| **time > killed && **time < back)
            .count();
        ensure!(away > 0, "{id}: nothing from the time it was away");
        let longest = times
            .windows(2)
            .map(|pair| pair[1].since(pair[0]).secs_f64())
            .fold(0.0, f64::max);
        ensure!(longest <= longest_s, "{id}: a gap of {longest} s");
    }
    Ok(())
}
