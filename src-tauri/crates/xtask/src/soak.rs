//! `cargo xtask soak`: what takes long and runs now and then.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::fuzz::{self, Fuzz};
use crate::process;
use crate::repo::Repo;
use crate::stop::Stop;

/// What to run for long.
#[derive(Clone, Debug, Subcommand)]
pub enum Soak {
    /// Look for input that breaks a reader, with coverage counters, until each has read so many inputs.
    Fuzz(Fuzz),
    /// Kill the program and the broker again and again under load, and check that nothing acknowledged is lost.
    Kill(Kill),
}

/// How often to kill.
#[derive(Args, Clone, Debug)]
pub struct Kill {
    /// How often one of the two is killed, each half of the times; a kill takes some 3 s.
    #[arg(long, value_name = "N", default_value_t = 500)]
    kills: u64,
    /// Repeats the order and times of a run; it prints its own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs it.
///
/// # Errors
/// When it cannot be built or started, or the end was asked for. A finding is no error but a failing exit code.
pub fn run_soak(repo: &Repo, soak: &Soak, stop: &Stop) -> Result<ExitCode> {
    match soak {
        Soak::Fuzz(options) => fuzz::run_fuzz(repo, options, stop),
        Soak::Kill(options) => run_kill(repo, options, stop),
    }
}

fn run_kill(repo: &Repo, options: &Kill, stop: &Stop) -> Result<ExitCode> {
    // The same packages for both, so that what they share is built once.
    let packages = ["--package", "twin-app", "--package", "twinscope-tests"];
    // The test starts the headless program, which has to be there.
    let mut build = process::cargo();
    build
        .current_dir(&repo.root)
        .arg("build")
        .args(packages)
        .args(["--bin", "twinscope-headless", "--test", "e2e"]);
    process::run(&mut build, stop)?;
    let mut test = process::cargo();
    test.current_dir(&repo.root)
        .arg("test")
        .args(packages)
        .args(["--test", "e2e", "kill::", "--", "--nocapture"])
        .env("TWIN_KILLS", options.kills.div_ceil(2).to_string());
    if let Some(seed) = options.seed {
        test.env("TWIN_SEED", seed.to_string());
    }
    let status = process::run_watched(&mut test, stop, |_| {});
    stop.check()?;
    Ok(if status?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
