//! `cargo xtask demo`: the demo plant with its broker, and the application connected to it, until Ctrl-C.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::packages::Purpose;
use crate::process::{Group, TICK, cargo, command, is_alive, run, shown, stop_stranger};
use crate::repo::Repo;
use crate::stop::Stop;
use crate::{display, front_end, setup};

/// The plant program and the two forms of the application.
const PLANT: &str = "demo-plant";
const APP: &str = "twinscope";
const APP_HEADLESS: &str = "twinscope-headless";
/// How long the plant may take until its broker listens: 20 s.
const READY_TICKS: u32 = 400;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A fault to break something with, as `demo-plant fault` takes it.
    pub fault: Option<String>,
    /// No window even where one could be shown.
    pub headless: bool,
    /// Another workspace than `target/demo/workspace`.
    pub workspace: Option<PathBuf>,
    /// Another seed of the plant's noise.
    pub seed: Option<u64>,
}

/// What the plant writes down about itself once its broker listens (it writes more; this is what is needed here).
#[derive(Debug, Deserialize)]
struct PlantState {
    pid: u32,
    port: u16,
}

/// What a demo started, so that the next one can end what a killed one left.
#[derive(Debug, Deserialize, Serialize)]
struct Started {
    app: u32,
    app_program: String,
}

/// Runs the demo to its end, or breaks something in the one that is running.
///
/// # Errors
/// When something cannot be built or started, or ends by itself with an error.
pub fn run_demo(repo: &Repo, options: &Options, stop: &Stop) -> Result<()> {
    let state = repo.demo().join("demo.json");
    if let Some(fault) = options
        .fault
        .as_ref()
        .filter(|_| running_plant(&state).is_some())
    {
        return break_something(repo, &state, fault, stop);
    }
    let _only_demo = lock(repo)?;
    end_leftovers(repo, &state, stop);
    let window = choose_form(options.headless);
    setup::run_setup(
        repo,
        if window {
            Purpose::Demo
        } else {
            Purpose::DemoHeadless
        },
        stop,
    )?;
    build(repo, window, stop)?;

    let workspace = match &options.workspace {
        Some(folder) => std::path::absolute(folder)
            .with_context(|| format!("no such path: {}", folder.display()))?,
        None => repo.demo().join("workspace"),
    };
    let mut plant = start_plant(repo, &state, &workspace, options.seed, stop)?;
    // What it brought into the workspace.
    println!("{}", last_lines(&log_path(repo)));
    let result = run_app(repo, &mut plant, &state, &workspace, window, options, stop);
    println!("stopping the plant");
    let stopped = plant.stop(stop).map(drop);
    let _ = fs::remove_file(&state);
    let _ = fs::remove_file(started_path(repo));
    result.and(stopped)?;
    println!(
        "the demo has ended; its history stays in {}",
        repo.shown(&workspace)
    );
    Ok(())
}

/// Whether to open a window; says so when there is none.
fn choose_form(headless: bool) -> bool {
    if headless {
        println!("running without a window, as asked");
        return false;
    }
    match display::usable() {
        Ok(display) => {
            println!("opening the window on {display}");
            true
        }
        Err(why) => {
            println!(
                "no display ({why}): running the same without a window, with a status view here"
            );
            false
        }
    }
}

fn build(repo: &Repo, window: bool, stop: &Stop) -> Result<()> {
    if window {
        front_end::build(&repo.ui(), stop)?;
    }
    let app = if window { APP } else { APP_HEADLESS };
    println!("building (the first time takes minutes)");
    // With `--workspace` dependencies get the features they have in the tests too, and are built once for both; only
    // what the two programs need is built.
    let mut cargo = cargo();
    cargo.args(["build", "--workspace", "--bin", PLANT, "--bin", app]);
    run(cargo.current_dir(&repo.root), stop).context("the demo could not be built")
}

/// Starts the plant on the port that the workspace knows, where it is still free, and waits until its broker listens.
fn start_plant(
    repo: &Repo,
    state: &Path,
    workspace: &Path,
    seed: Option<u64>,
    stop: &Stop,
) -> Result<Group> {
    fs::create_dir_all(repo.demo())
        .with_context(|| format!("could not create {}", repo.demo().display()))?;
    let log_path = log_path(repo);
    let log = File::create(&log_path)
        .with_context(|| format!("could not write {}", log_path.display()))?;
    let log_too = log.try_clone().context("could not share the plant's log")?;
    let _ = fs::remove_file(state);

    let mut command = command(repo.debug_binary(PLANT));
    command.arg("run").arg("--state-file").arg(state);
    command.arg("--workspace").arg(workspace);
    command.arg("--shipped").arg(shipped_plant(repo));
    if let Some(seed) = seed {
        command.args(["--seed", &seed.to_string()]);
    }
    println!(
        "starting the plant: {} (log: {})",
        shown(&command),
        repo.shown(&log_path)
    );
    let mut plant = Group::spawn(
        PLANT,
        command
            .stdout(Stdio::from(log))
            .stderr(Stdio::from(log_too)),
    )?;
    for _ in 0..READY_TICKS {
        stop.check()?;
        if let Some(status) = plant.ended()? {
            bail!(
                "the plant ended at once ({status}):\n{}",
                last_lines(&log_path)
            );
        }
        if read_state(state).is_some_and(|found| found.pid == plant.id()) {
            return Ok(plant);
        }
        std::thread::sleep(TICK);
    }
    bail!(
        "the plant's broker did not listen within 20 s:\n{}",
        last_lines(&log_path)
    );
}

/// Runs the application until it ends, the plant ends or the person stops the demo.
fn run_app(
    repo: &Repo,
    plant: &mut Group,
    state: &Path,
    workspace: &Path,
    window: bool,
    options: &Options,
    stop: &Stop,
) -> Result<()> {
    let port = read_state(state)
        .context("the plant's state file is gone")?
        .port;
    println!("the plant's broker listens on 127.0.0.1:{port}");

    let program = if window { APP } else { APP_HEADLESS };
    let mut command = command(repo.debug_binary(program));
    command
        .arg("--workspace")
        .arg(workspace)
        .arg("--assets")
        .arg(repo.assets());
    println!("starting {program}; Ctrl-C ends the demo");
    let mut app = Group::spawn(program, &mut command)?;
    write_started(repo, &app, program)?;
    if let Some(fault) = &options.fault {
        break_something(repo, state, fault, stop)?;
    }
    let result = watch(&mut app, plant, stop);
    println!("stopping {}", app.name());
    app.stop(stop)?;
    result
}

/// Until one of the two ends or the person asks for the end.
fn watch(app: &mut Group, plant: &mut Group, stop: &Stop) -> Result<()> {
    loop {
        if stop.requested() {
            return Ok(());
        }
        if let Some(status) = app.ended()? {
            if status.success() {
                return Ok(());
            }
            bail!("{} ended by itself ({status})", app.name());
        }
        if let Some(status) = plant.ended()? {
            bail!("the plant ended by itself ({status}): see target/demo/plant.log");
        }
        std::thread::sleep(TICK);
    }
}

/// Tells the running plant to break something.
fn break_something(repo: &Repo, state: &Path, fault: &str, stop: &Stop) -> Result<()> {
    let mut command = command(repo.debug_binary(PLANT));
    command.args(["fault", fault, "--state-file"]).arg(state);
    run(&mut command, stop).with_context(|| format!("the plant did not take the fault `{fault}`"))
}

fn read_state(state: &Path) -> Option<PlantState> {
    serde_json::from_str(&fs::read_to_string(state).ok()?).ok()
}

fn running_plant(state: &Path) -> Option<PlantState> {
    read_state(state).filter(|plant| is_alive(plant.pid, PLANT))
}

fn started_path(repo: &Repo) -> PathBuf {
    repo.demo().join("started.json")
}

fn write_started(repo: &Repo, app: &Group, program: &str) -> Result<()> {
    let path = started_path(repo);
    let started = Started {
        app: app.id(),
        app_program: program.to_owned(),
    };
    let text = serde_json::to_string(&started).context("could not write down what was started")?;
    fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
}

/// Holds the place of the one demo of this workspace, from its first build step on, until the file is dropped or this
/// process dies.
fn lock(repo: &Repo) -> Result<File> {
    let path = repo.demo().join("lock");
    let open = || {
        fs::create_dir_all(repo.demo())?;
        File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
    };
    let file = open().with_context(|| format!("could not open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "a demo is running or starting already: once it runs, `cargo xtask demo --fault pump-2:bearing` breaks a \
             pump; Ctrl-C in its terminal ends it"
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("could not lock {}", path.display()))
        }
    }
}

/// Ends what a killed demo left running, the application first.
fn end_leftovers(repo: &Repo, state: &Path, stop: &Stop) {
    let started = fs::read_to_string(started_path(repo)).ok();
    let app = started.and_then(|text| serde_json::from_str::<Started>(&text).ok());
    let app = app.map(|started| (started.app, started.app_program));
    let plant = read_state(state).map(|plant| (plant.pid, PLANT.to_owned()));
    for (id, program) in [app, plant].into_iter().flatten() {
        if is_alive(id, &program) {
            println!("an earlier demo left {program} (process {id}) behind: ending it");
            stop_stranger(id, &program, stop);
        }
    }
}

fn shipped_plant(repo: &Repo) -> PathBuf {
    repo.assets().join("demo-plant")
}

fn log_path(repo: &Repo) -> PathBuf {
    repo.demo().join("plant.log")
}

/// The end of a log file, for a message.
fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plant_that_no_longer_lives_is_not_running() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("demo.json");
        assert!(running_plant(&state).is_none());
        // The number is alive, but it is this test and not a plant.
        fs::write(
            &state,
            format!(
                r#"{{"pid": {}, "port": 18830, "more": true}}"#,
                std::process::id()
            ),
        )
        .unwrap();
        assert_eq!(read_state(&state).unwrap().port, 18830);
        assert!(running_plant(&state).is_none());
    }

    #[test]
    fn only_one_demo_runs_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let repo = Repo {
            root: folder.path().into(),
            target: folder.path().join("target"),
            rust_version: None,
        };
        let first = lock(&repo).unwrap();
        assert!(lock(&repo).unwrap_err().to_string().contains("already"));
        drop(first);
        // A program that another test starts at this moment holds every open file until it runs.
        let free = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            lock(&repo).is_ok()
        });
        assert!(free);
    }

    #[test]
    fn the_application_that_ends_with_an_error_ends_the_demo_with_an_error() {
        let stop = Stop::default();
        let spawn = |script: &str| Group::spawn("sh", command("sh").args(["-c", script])).unwrap();
        let mut plant = spawn("sleep 60");
        let error = watch(&mut spawn("exit 3"), &mut plant, &stop)
            .unwrap_err()
            .to_string();
        assert!(error.contains("ended by itself"), "{error}");
        assert!(watch(&mut spawn("exit 0"), &mut plant, &stop).is_ok());
        let error = watch(&mut spawn("sleep 60"), &mut spawn("exit 0"), &stop)
            .unwrap_err()
            .to_string();
        assert!(error.contains("the plant ended"), "{error}");
        stop.request();
        assert!(watch(&mut spawn("sleep 60"), &mut plant, &stop).is_ok());
    }

    #[test]
    fn a_message_quotes_the_end_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(
            &log,
            (1..=40)
                .map(|line| format!("line {line}\n"))
                .collect::<String>(),
        )
        .unwrap();
        let quoted = last_lines(&log);
        assert!(quoted.starts_with("line 29\n") && quoted.ends_with("line 40"));
    }
}
