//! `cargo xtask bench`: builds a bench at release speed, runs it and passes its figures and its exit code through.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::packages::{self, Purpose};
use crate::repo::Repo;
use crate::stop::Stop;
use crate::{front_end, process, setup};

/// What to measure.
#[derive(Clone, Debug, Subcommand)]
pub enum Bench {
    /// A pre-encoded MQTT stream through decoding, engine, alarms and history.
    Smoke,
    /// Messages a second, what is lost, latency and processor time, beside a loop that only counts (a quarter of an hour).
    Ingest(Ingest),
    /// The real window: pictures a second, tasks, cursor, processor time, memory, first picture (20 minutes).
    Ui(Ui),
    /// History: append, compaction, size, zoom, the plant at an instant, beside other databases.
    Historian(Historian),
}

/// How ingest is measured.
#[derive(Args, Clone, Debug)]
pub struct Ingest {
    /// A small run that shows that everything works; bars are not applied.
    #[arg(long)]
    quick: bool,
    /// Only this part; may be given more than once.
    #[arg(long, value_name = "PART", value_parser = ["paced", "sparkplug", "json", "qos1", "latency"])]
    only: Vec<String>,
    /// How many interleaved pairs, instead of five.
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,
}

/// How the window is measured.
#[derive(Args, Clone, Debug)]
pub struct Ui {
    /// A short run that shows that everything works; bars are not applied.
    #[arg(long)]
    quick: bool,
    /// Only this part; may be given more than once.
    #[arg(long, value_name = "PART", value_parser = [
        "first", "pss", "frames", "extremes", "task", "cursor", "span", "core", "heap", "asset", "scroll", "past",
    ])]
    only: Vec<String>,
}

/// How the historian is measured.
#[derive(Args, Clone, Debug)]
pub struct Historian {
    /// A small run that shows that everything works; bars are not applied, no other database is started.
    #[arg(long)]
    quick: bool,
    /// Keep the history of 10^9 samples (about 1.5 GB in target/bench-historian), and use one that is there.
    #[arg(long)]
    keep: bool,
    /// Only this part; may be given more than once.
    #[arg(long, value_name = "PART", value_parser = ["append", "sustained", "zoom", "fresh", "instant"])]
    only: Vec<String>,
}

/// Runs one bench.
///
/// # Errors
/// When it cannot be built or started, or the end was asked for. A figure that is short of its bar is no error but a
/// failing exit code.
pub fn run_bench(repo: &Repo, bench: &Bench, stop: &Stop) -> Result<ExitCode> {
    match bench {
        // Without default features: neither tauri nor tract is built.
        Bench::Smoke => run_binary(
            repo,
            &["--package", "twin-app", "--no-default-features"],
            "bench-smoke",
            &[],
            stop,
        ),
        Bench::Ingest(options) => run_ingest(repo, options, stop),
        Bench::Ui(options) => run_ui(repo, options, stop),
        Bench::Historian(options) => run_historian(repo, options, stop),
    }
}

fn run_ingest(repo: &Repo, options: &Ingest, stop: &Stop) -> Result<ExitCode> {
    // The same packages and features for both, so that what they share is built once.
    let package = &["--package", "twin-app", "--package", "twin-connect"];
    let mut cargo = process::cargo();
    cargo
        .current_dir(&repo.root)
        .args(["build", "--profile", "bench", "--no-default-features"])
        .args(package)
        .args(["--bin", "bench-ingest", "--bin", "count-loop"]);
    let built = process::run_watched(&mut cargo, stop, |_| {});
    stop.check()?;
    if !built?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let folder = repo.target.join("bench-ingest");
    let mut bench = process::command(repo.target.join("release/bench-ingest"));
    bench.current_dir(&repo.root).arg("--folder").arg(&folder);
    if options.quick {
        bench.arg("--quick");
    }
    if let Some(pairs) = options.pairs {
        bench.args(["--pairs", &pairs.to_string()]);
    }
    for part in &options.only {
        bench.args(["--only", part]);
    }
    let status = process::run_watched(&mut bench, stop, |_| {});
    remove_runs(&folder).with_context(|| format!("could not tidy up {}", folder.display()))?;
    stop.check()?;
    Ok(if status?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_ui(repo: &Repo, options: &Ui, stop: &Stop) -> Result<ExitCode> {
    setup::run_setup(repo, Purpose::Test, stop)?;
    front_end::build(&repo.ui(), stop)?;
    let mut cargo = process::cargo();
    cargo
        .current_dir(&repo.root)
        .args(["build", "--workspace", "--profile", "bench"])
        .args([
            "--bin",
            "twinscope",
            "--bin",
            "demo-plant",
            "--bin",
            "bench-ui",
        ]);
    let built = process::run_watched(&mut cargo, stop, |_| {});
    stop.check()?;
    if !built?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let folder = repo.target.join("bench-ui");
    let mut bench = process::command(repo.target.join("release/bench-ui"));
    bench.current_dir(&repo.root).arg("--folder").arg(&folder);
    if options.quick {
        bench.arg("--quick");
    }
    for part in &options.only {
        bench.args(["--only", part]);
    }
    let status = process::run_watched(&mut bench, stop, |_| {});
    remove_runs(&folder).with_context(|| format!("could not tidy up {}", folder.display()))?;
    stop.check()?;
    Ok(if status?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_historian(repo: &Repo, options: &Historian, stop: &Stop) -> Result<ExitCode> {
    if !options.quick {
        packages::install_peers(stop)?;
    }
    let folder = repo.target.join("bench-historian");
    let shown = folder.display().to_string();
    let mut arguments = vec!["--folder", &shown];
    if options.quick {
        arguments.push("--quick");
    }
    if options.keep {
        arguments.push("--keep");
    }
    for part in &options.only {
        arguments.extend(["--only", part]);
    }
    let code = run_binary(
        repo,
        &["--package", "twin-historian"],
        "bench-historian",
        &arguments,
        stop,
    );
    // A run that was stopped could not tidy up: it may have written gigabytes.
    remove_runs(&folder).with_context(|| format!("could not tidy up {shown}"))?;
    code
}

fn run_binary(
    repo: &Repo,
    package: &[&str],
    binary: &str,
    arguments: &[&str],
    stop: &Stop,
) -> Result<ExitCode> {
    let mut cargo = process::cargo();
    cargo
        .current_dir(&repo.root)
        .args(["run", "--profile", "bench"])
        .args(package)
        .args(["--bin", binary]);
    if !arguments.is_empty() {
        cargo.arg("--").args(arguments);
    }
    let status = process::run_watched(&mut cargo, stop, |_| {});
    stop.check()?;
    Ok(if status?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Removes what runs of a bench left; a history that is to be kept is called otherwise.
fn remove_runs(folder: &Path) -> std::io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("run-") {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::remove_runs;

    #[test]
    fn a_stopped_run_goes_and_a_kept_history_stays() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["run-17/zoom", "run-18", "history-1000"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        remove_runs(folder.path()).unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["history-1000"]);
        remove_runs(&folder.path().join("missing")).unwrap();
    }
}
