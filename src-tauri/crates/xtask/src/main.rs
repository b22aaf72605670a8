//! The project's one tool: `cargo xtask setup | demo | test | ci | pictures | bindings | train-demo | bench | soak`.
//!
//! It knows no crate of the workspace from inside: it starts cargo, npm and the built programs, and stops them.

mod bench;
mod bindings;
mod check;
mod demo;
mod display;
mod front_end;
mod fuzz;
mod packages;
mod pictures;
mod process;
mod python;
mod repo;
mod setup;
mod soak;
mod stop;
mod tally;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::packages::Purpose;
use crate::pictures::Pictures;
use crate::repo::Repo;
use crate::soak::Soak;
use crate::stop::Stop;

/// The exit code of a shell command that Ctrl-C ended: 128 + SIGINT.
const EXIT_STOPPED: u8 = 130;

/// The project's one tool.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what building and testing need and this machine lacks.
    Setup {
        /// Only what the demo needs.
        #[arg(long, conflicts_with = "test")]
        demo: bool,
        /// What the demo and the tests need (the default).
        #[arg(long)]
        test: bool,
    },
    /// Start the demo plant and the application connected to it, or break something in the running demo.
    Demo {
        /// Break something, for example `pump-2:bearing`.
        #[arg(long, value_name = "SPEC")]
        fault: Option<String>,
        /// No window, even with a display: a status view in the terminal.
        #[arg(long)]
        headless: bool,
        /// Where configuration and history are kept [default: target/demo/workspace].
        #[arg(long, value_name = "DIR")]
        workspace: Option<PathBuf>,
        /// The seed of the plant's noise and faults.
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
    },
    /// Run every lint and every test, the real window included.
    Test {
        /// Leave out what needs a window, WebKitGTK or a browser.
        #[arg(long)]
        fast: bool,
    },
    /// What `test` runs, and a comparison of the committed TypeScript bindings.
    Ci,
    /// Drive the window through every screen in every setting, and keep a picture of each for a person to look at.
    Pictures(Pictures),
    /// Write the TypeScript bindings of the API types.
    Bindings {
        /// Only compare with the committed ones.
        #[arg(long)]
        check: bool,
    },
    /// Learn the demo's anomaly model anew.
    TrainDemo,
    /// Measure.
    Bench {
        #[command(subcommand)]
        bench: Bench,
    },
    /// Run for long, and look for what breaks.
    Soak {
        #[command(subcommand)]
        soak: Soak,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let stop = match Stop::install() {
        Ok(stop) => stop,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    match run(arguments.task, &stop) {
        Ok(code) => code,
        Err(_) if stop.requested() => {
            eprintln!("stopped");
            ExitCode::from(EXIT_STOPPED)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, stop: &Stop) -> Result<ExitCode> {
    let repo = Repo::find()?;
    match task {
        Task::Setup { demo, .. } => setup::run_setup(
            &repo,
            if demo { Purpose::Demo } else { Purpose::Test },
            stop,
        )?,
        Task::Demo {
            fault,
            headless,
            workspace,
            seed,
        } => {
            demo::run_demo(
                &repo,
                &demo::Options {
                    fault,
                    headless,
                    workspace,
                    seed,
                },
                stop,
            )?;
        }
        Task::Test { fast } => check::run_test(&repo, fast, false, stop)?,
        Task::Ci => check::run_test(&repo, false, true, stop)?,
        Task::Pictures(options) => return pictures::run_pictures(&repo, &options, stop),
        Task::Bindings { check } => bindings::run_bindings(&repo, check, stop)?,
        Task::TrainDemo => train::run_train(&repo, stop)?,
        Task::Bench { bench } => return bench::run_bench(&repo, &bench, stop),
        Task::Soak { soak } => return soak::run_soak(&repo, &soak, stop),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
