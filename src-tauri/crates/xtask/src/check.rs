//! `cargo xtask test` and `cargo xtask ci`: every runner once, one summary line.

use std::process::Command;

use anyhow::{Result, bail};

use crate::fuzz::{self, Extent};
use crate::packages::Purpose;
use crate::process::{cargo, command, run_watched, shown};
use crate::repo::Repo;
use crate::stop::Stop;
use crate::tally::Tally;
use crate::{bindings, setup};

/// The tests that open the window, in the package of end-to-end tests.
const WINDOW_TESTS: &str = "window::";

/// How long each fuzz target runs; `cargo xtask soak fuzz` runs them for long.
const FUZZED: Extent = Extent {
    led: None,
    blind: 0,
    seconds: Some(5),
    keeps: false,
};
const FUZZED_AT_ONCE: usize = 2;

/// What has been run so far.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    broken: Vec<String>,
}

impl Report {
    /// Runs one step to its end; a failing one is noted, and the next ones run all the same.
    fn step(&mut self, command: &mut Command, stop: &Stop) -> Result<()> {
        println!();
        let line = shown(command);
        let mut tally = Tally::default();
        let status = run_watched(command, stop, |output| tally.add_line(output))?;
        stop.check()?;
        self.note(&line, tally, status.success());
        Ok(())
    }

    /// A step that fails without a failed test of its own (a lint, a crash) counts as one failure.
    fn note(&mut self, step: &str, mut tally: Tally, success: bool) {
        if !success {
            self.broken.push(step.to_owned());
            tally.failed = tally.failed.max(1);
        }
        self.tally.add(tally);
    }

    /// Prints the summary.
    fn close(self) -> Result<()> {
        println!();
        self.broken
            .iter()
            .for_each(|step| println!("failed: {step}"));
        if self.tally.skipped > 0 {
            println!("left out by their own marks: {} tests", self.tally.skipped);
        }
        println!("{} passed, {} failed", self.tally.passed, self.tally.failed);
        if self.tally.failed > 0 {
            bail!("{} of the checks failed", self.broken.len().max(1));
        }
        if self.tally.passed == 0 {
            bail!("no test ran");
        }
        Ok(())
    }
}

/// Runs the tests: all, or with `fast` those that need neither a window nor a browser. With `with_bindings` the committed
/// bindings are compared with those that the tests generated.
///
/// # Errors
/// When something needed is missing, or a check fails.
pub fn run_test(repo: &Repo, fast: bool, with_bindings: bool, stop: &Stop) -> Result<()> {
    let purpose = if fast {
        Purpose::TestFast
    } else {
        Purpose::Test
    };
    setup::run_setup(repo, purpose, stop)?;
    let mut report = Report::default();
    // What needs a browser is left out where no window is tested.
    let browser = (!fast).then_some("axe");
    for script in ["lint", "check", "test", "build"]
        .into_iter()
        .chain(browser)
    {
        let mut npm = command("npm");
        npm.args(["run", script]).current_dir(repo.ui());
        report.step(&mut npm, stop)?;
    }
    report.step(&mut in_workspace(repo, &["fmt", "--all", "--check"]), stop)?;
    let mut lint = in_workspace(repo, &["clippy", "--workspace", "--all-targets"]);
    report.step(
        without_shell(&mut lint, fast).args(["--", "--deny", "warnings"]),
        stop,
    )?;
    // Programs and tests in one build: the tests start the programs, and one choice of packages means one choice of
    // features, so that no dependency is built twice.
    let mut build = in_workspace(repo, &["build", "--workspace", "--bins", "--tests"]);
    report.step(without_shell(&mut build, fast), stop)?;

    let export = bindings::clear_generated(repo)?;
    let mut tests = in_workspace(repo, &["test", "--workspace", "--no-fail-fast"]);
    without_shell(&mut tests, fast);
    if fast {
        tests.args(["--", "--skip", WINDOW_TESTS]);
    }
    report.step(tests.env(bindings::EXPORT_VARIABLE, export), stop)?;
    fuzz_briefly(repo, &mut report, stop)?;
    if with_bindings {
        println!();
        let compared = bindings::compare(repo);
        if let Err(error) = &compared {
            println!("{error}");
        }
        report.note("bindings --check", Tally::default(), compared.is_ok());
    }
    report.close()
}

/// Every fuzz target for a few seconds; each counts as a test.
fn fuzz_briefly(repo: &Repo, report: &mut Report, stop: &Stop) -> Result<()> {
    println!();
    let outcomes = fuzz::build(repo, false, stop).and_then(|program| {
        let targets = fuzz::targets(&program)?;
        fuzz::run_targets(repo, &program, &targets, FUZZED, FUZZED_AT_ONCE, stop)
    });
    stop.check()?;
    let outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            println!("{error:#}");
            report.note("the fuzz targets", Tally::default(), false);
            return Ok(());
        }
    };
    for outcome in outcomes {
        let passed = Tally {
            passed: u64::from(outcome.found.is_none()),
            ..Tally::default()
        };
        let is_sound = outcome.found.is_none();
        report.note(&outcome.found.unwrap_or_default(), passed, is_sound);
    }
    Ok(())
}

fn in_workspace(repo: &Repo, arguments: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.current_dir(&repo.root).args(arguments);
    cargo
}

/// The shell alone needs WebKitGTK.
fn without_shell(command: &mut Command, fast: bool) -> &mut Command {
    if fast {
        command.args(["--exclude", "twinscope"]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(report: &Report) -> (u64, u64) {
        (report.tally.passed, report.tally.failed)
    }

    #[test]
    fn runners_are_summed_and_failures_named() {
        let stop = Stop::default();
        let mut report = Report::default();
        let mut cargo_like = command("sh");
        cargo_like.args([
            "-c",
            "echo 'test result: ok. 4 passed; 0 failed; 0 ignored'",
        ]);
        report.step(&mut cargo_like, &stop).unwrap();
        let mut vitest_like = command("sh");
        vitest_like.args(["-c", "echo '      Tests  2 failed | 3 passed (5)'; exit 1"]);
        report.step(&mut vitest_like, &stop).unwrap();
        assert_eq!(counted(&report), (7, 2));
        assert_eq!(report.broken.len(), 1);
        assert!(report.close().is_err());
    }

    #[test]
    fn a_broken_lint_counts_as_a_failure() {
        let mut report = Report::default();
        report
            .step(&mut command("false"), &Stop::default())
            .unwrap();
        assert_eq!(counted(&report), (0, 1));
    }

    #[test]
    fn no_test_at_all_is_no_success() {
        assert!(Report::default().close().is_err());
        let passed = Report {
            tally: Tally {
                passed: 1,
                failed: 0,
                skipped: 0,
            },
            broken: Vec::new(),
        };
        assert!(passed.close().is_ok());
    }
}
