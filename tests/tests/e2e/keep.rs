//! Backup, check, repair, restoring and salvage as a person does them: in the running program and with its commands.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::files::{FileJobState, FileJobView},
    clock,
};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, built, headless, wait};

use crate::{
    start,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(60);
/// Levels published at a time.
const MANY: i64 = 12_000;
const PAGE: usize = 8_192;

/// Waits until the newest level is shown as good.
async fn arrived(app: &App, levels: &Levels) -> Result<()> {
    let last = (levels.count() - 1) as f64;
    wait::until("the levels", SOON, || async {
        let (value, quality) = tanks::shown(app, "sure").ok()?;
        (value == last && quality.is_good()).then_some(())
    })
    .await
}

async fn ended(app: &App) -> Result<FileJobView> {
    wait::until("the end of the job", SOON, || async {
        let job = app.files().job();
        job.filter(|job| job.state != FileJobState::Running)
    })
    .await
}

/// Runs a command of the program on the workspace.
fn run(workspace: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(built("twinscope-headless")?);
    command.arg("--workspace").arg(workspace).args(arguments);
    Ok(command.output()?)
}

/// Exit code, and all that was said.
fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    (output.status.code(), text.join("\n"))
}

/// Runs a command line that the program printed, as a person pastes it.
fn paste(line: &str) -> Result<(Option<i32>, String)> {
    Ok(said(&Command::new("sh").args(["-c", line]).output()?))
}

/// Overwrites the last eighth of telemetry.db, where the newest rows of the journal lie.
fn damage(workspace: &Path) -> Result<()> {
    let file = workspace.join("telemetry.db");
    let mut bytes = fs::read(&file)?;
    let sound = bytes.len() / PAGE * 7 / 8 * PAGE;
    bytes[sound..].fill(0xa5);
    Ok(fs::write(&file, bytes)?)
}

async fn stored(workspace: &Path) -> Result<usize> {
    let historian = Historian::open(workspace, clock::now()).await?;
    ensure!(historian.notices().is_empty(), "{:?}", historian.notices());
    let stored = tanks::stored(&historian, "sure").await?;
    historian.close().await?;
    Ok(stored)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_it_runs_comes_back_after_damage_and_repair() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("work space");
    tanks::workspace(&workspace, broker.port, 1)?;
    let mut levels = Levels::new();
    let (app, _notices) = start(&workspace).await?;
    levels.publish(&broker, SURE, 1, MANY)?;
    arrived(&app, &levels).await?;
    app.files().start_backup("before", "op").await?;
    levels.publish(&broker, SURE, 1, MANY)?;
    let job = ended(&app).await?;
    ensure!(job.state == FileJobState::Done, "{job:?}");
    arrived(&app, &levels).await?;
    app.files().start_check("op").await?;
    let check = ended(&app).await?.check.context("the report")?;
    ensure!(check.sound, "{check:?}");
    app.stop().await;
    drop(app);

    let (code, text) = said(&run(&workspace, &["check"])?);
    ensure!(code == Some(0) && text.contains("All is well."), "{text}");
    let all = stored(&workspace).await?;
    ensure!(all == levels.count(), "{all} levels are stored");

    damage(&workspace)?;
    let output = run(&workspace, &["check"])?;
    let (code, text) = said(&output);
    ensure!(
        code == Some(1) && text.contains("telemetry.db"),
        "{code:?} {text}"
    );
    let advice = String::from_utf8_lossy(&output.stdout);
    let (_, repair) = advice.trim().rsplit_once("read: ").context("a command")?;
    let (code, text) = paste(repair)?;
    ensure!(code == Some(0) && text.contains("made anew"), "{text}");
    let left = stored(&workspace).await?;
    ensure!(left > 0 && left < all, "{left} of {all} are left: {text}");
    let (code, text) = said(&run(&workspace, &["check"])?);
    ensure!(code == Some(0), "{text}");

    let (code, text) = said(&run(&workspace, &["restore", "before"])?);
    ensure!(code == Some(0) && text.contains("kept as"), "{text}");
    let back = stored(&workspace).await?;
    ensure!(
        back >= MANY as usize && back <= all,
        "{back} levels are back"
    );
    let historian = Historian::open(&workspace, clock::now()).await?;
    let audit = historian.alarms().audit(None, 10).await?;
    historian.close().await?;
    let actions: Vec<_> = audit.iter().map(|record| &*record.entry.action).collect();
    ensure!(
        actions == ["restore-history", "backup-history"],
        "{actions:?}"
    );

    let log = dir.path().join("pages.log");
    let mut running = headless::start(&workspace, &log)?;
    wait::until("the link", SOON, || async {
        let page = fs::read_to_string(&log).ok()?;
        page.contains(" up (").then_some(())
    })
    .await?;
    levels.publish(&broker, SURE, 1, 1)?;
    for arguments in [&["check"][..], &["repair"], &["restore", "before"]] {
        let (code, text) = said(&run(&workspace, arguments)?);
        ensure!(code == Some(1) && text.contains("close it"), "{text}");
    }
    headless::stop(&mut running).await?;
    ensure!(stored(&workspace).await? == back + 1, "it records again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_of_a_damaged_file_names_the_command_that_brings_it_back() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let mut levels = Levels::new();
    let (app, _notices) = start(&workspace).await?;
    // In many commits, so that some of them lie before what is damaged.
    for _ in 0..16 {
        levels.publish(&broker, SURE, 1, MANY / 4)?;
        arrived(&app, &levels).await?;
    }
    app.stop().await;
    drop(app);
    damage(&workspace)?;

    let log = dir.path().join("pages.log");
    let mut running = headless::start(&workspace, &log)?;
    let notice = wait::until("the notice", SOON, || async {
        let page = fs::read_to_string(&log).ok()?;
        let line = page.lines().find(|line| line.contains("run: "))?;
        Some(line.to_owned())
    })
    .await?;
    headless::stop(&mut running).await?;
    let fresh = stored(&workspace).await?;
    ensure!(
        fresh < levels.count() / 2,
        "{fresh} levels: history was not begun anew"
    );
    let (_, salvage) = notice
        .rsplit_once("run: ")
        .with_context(|| notice.clone())?;
    let (code, text) = paste(salvage)?;
    ensure!(
        code == Some(0) && text.contains("brought back"),
        "{notice}\n{text}"
    );
    let back = stored(&workspace).await?;
    ensure!(
        back > fresh && back < levels.count(),
        "{back} levels are back, {fresh} were there: {text}"
    );
    Ok(())
}
