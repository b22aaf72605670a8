//! The fuzz targets: built once with coverage counters, each run in a process of its own. libFuzzer looks for inputs that
//! reach something new; long runs go on from them without it, which is faster by far and blind.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process::{self, Group};
use crate::repo::Repo;
use crate::stop::Stop;

/// Counters for each edge. These flags are those of stable Rust; sanitizers are not.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table --cfg fuzzing";
/// Longest input, bytes. Seeds that are longer are cut.
const INPUT_MAX: u32 = 4_096;
/// A run that takes so many seconds hangs. What is merely slow finds the target itself.
const HANG_S: u32 = 60;
/// Memory of a process, MiB.
const MEMORY_MB: u32 = 2_048;

/// How to fuzz.
#[derive(Args, Clone, Debug)]
pub struct Fuzz {
    /// Only this target; may be given more than once.
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Inputs for each target.
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    runs: u64,
    /// How many of them are led by coverage; the others are made of what those left, blindly and faster.
    #[arg(long, value_name = "N", default_value_t = 300_000)]
    led: u64,
    /// Longest time for each of the two parts of a target, in seconds.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// How many targets at once.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Run one target on this input alone, and show what is found.
    #[arg(long, value_name = "FILE", requires = "target")]
    replay: Option<PathBuf>,
}

/// How long a target runs.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Inputs led by coverage; none for as many as there is time for.
    pub led: Option<u64>,
    /// Inputs made blindly after them.
    pub blind: u64,
    /// Seconds of each of the two; none for as long as the inputs take.
    pub seconds: Option<u64>,
    /// Whether inputs that reached something new are kept for the next time.
    pub keeps: bool,
}

/// How many inputs were read, and how many a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Inputs.
    pub runs: u64,
    /// Inputs a second.
    pub per_s: u64,
}

impl Count {
    /// As a program prints them in the end; 0 where it does not.
    fn read(log: &str) -> Self {
        let number = |name: &str| {
            let lines = log.lines().rev();
            let found = lines
                .filter_map(|line| line.trim().strip_prefix(name))
                .next();
            found.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        };
        Count {
            runs: number("stat::number_of_executed_units:"),
            per_s: number("stat::average_exec_per_sec:"),
        }
    }
}

/// What came of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The target.
    pub target: String,
    /// Inputs led by coverage.
    pub led: Count,
    /// Inputs made blindly.
    pub blind: Count,
    /// What was found, and how to see it again.
    pub found: Option<String>,
}

/// Runs `cargo xtask soak fuzz`.
///
/// # Errors
/// When it cannot be built or started, or the end was asked for.
pub fn run_fuzz(repo: &Repo, options: &Fuzz, stop: &Stop) -> Result<ExitCode> {
    let program = build(repo, true, stop)?;
    let mut targets = targets(&program)?;
    if let Some(unknown) = options.target.iter().find(|name| !targets.contains(name)) {
        bail!("no target {unknown}; there are {}", targets.join(", "));
    }
    if !options.target.is_empty() {
        targets.clone_from(&options.target);
    }
    if let Some(input) = &options.replay {
        return replay(
            &program,
            targets.first().map_or("", String::as_str),
            input,
            stop,
        );
    }
    let led = options.led.min(options.runs);
    let extent = Extent {
        led: Some(led),
        blind: options.runs - led,
        seconds: options.seconds,
        keeps: true,
    };
    let outcomes = run_targets(repo, &program, &targets, extent, options.jobs, stop)?;
    let found: Vec<&str> = outcomes
        .iter()
        .filter_map(|one| one.found.as_deref())
        .collect();
    found.iter().for_each(|found| println!("{found}"));
    let runs: u64 = outcomes.iter().map(Outcome::runs).sum();
    println!(
        "{} targets, {runs} runs, {} findings",
        outcomes.len(),
        found.len()
    );
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the program with all targets, or without that of history, which takes longest to build; gives its path.
///
/// # Errors
/// When it cannot be built.
pub fn build(repo: &Repo, with_history: bool, stop: &Stop) -> Result<PathBuf> {
    let host = host().context("`rustc -vV` does not say which machine this is")?;
    let folder = repo.target.join("fuzz");
    let mut cargo = process::cargo();
    // A machine of one's own choice, even when it is this one: build scripts are not instrumented then.
    cargo
        .current_dir(&repo.root)
        .args(["build", "--package", "twin-fuzz", "--features", "engine"])
        .args((!with_history).then_some("--no-default-features"))
        .args(["--bin", "fuzz", "--profile", "fuzz", "--target", &host])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", COVERAGE);
    process::run(&mut cargo, stop)?;
    Ok(folder.join(host).join("fuzz/fuzz"))
}

fn host() -> Option<String> {
    let text = process::output_of("rustc", &["-vV"])?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(ToOwned::to_owned)
}

/// The names of all targets.
///
/// # Errors
/// When the program does not list them.
pub fn targets(program: &Path) -> Result<Vec<String>> {
    let listing = process::output_of(&program.to_string_lossy(), &[]);
    let names: Vec<String> = listing
        .unwrap_or_default()
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    if names.is_empty() {
        bail!("{} lists no targets", program.display());
    }
    Ok(names)
}

/// Runs targets, so many at once, and prints what came of each when it ends.
///
/// # Errors
/// When one cannot be started, or the end was asked for.
pub fn run_targets(
    repo: &Repo,
    program: &Path,
    targets: &[String],
    extent: Extent,
    jobs: usize,
    stop: &Stop,
) -> Result<Vec<Outcome>> {
    let waiting: Mutex<VecDeque<&String>> = Mutex::new(targets.iter().collect());
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    };
    let work = || -> Result<Vec<Outcome>> {
        let mut outcomes = vec![];
        while let Some(target) = next() {
            stop.check()?;
            let outcome = run_target(repo, program, target, extent, stop)?;
            println!("{}", line(&outcome));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        let mut outcomes = vec![];
        for worker in workers {
            match worker.join() {
                Ok(done) => outcomes.extend(done?),
                Err(_) => bail!("a run of a target broke off"),
            }
        }
        Ok(outcomes)
    })
}

impl Outcome {
    fn runs(&self) -> u64 {
        self.led.runs + self.blind.runs
    }
}

fn line(outcome: &Outcome) -> String {
    let end = if outcome.found.is_some() {
        "FOUND"
    } else {
        "ok"
    };
    let Outcome { led, blind, .. } = outcome;
    let mut line = format!(
        "fuzz {:<14} {:>9} runs, {:>6}/s",
        outcome.target, led.runs, led.per_s
    );
    if blind.runs > 0 {
        line += &format!("; blind {:>9}, {:>6}/s", blind.runs, blind.per_s);
    }
    format!("{line}  {end}")
}

fn run_target(
    repo: &Repo,
    program: &Path,
    target: &str,
    extent: Extent,
    stop: &Stop,
) -> Result<Outcome> {
    let folder = repo.target.join("fuzz");
    let seeds = fresh(&folder.join("seeds").join(target))?;
    let kept = folder.join("corpus").join(target);
    let corpus = if extent.keeps {
        fs::create_dir_all(&kept).with_context(|| format!("could not make {}", kept.display()))?;
        kept
    } else {
        fresh(&folder.join("quick").join(target))?
    };
    let found = folder.join("found");
    fs::create_dir_all(&found).with_context(|| format!("could not make {}", found.display()))?;
    let start = |command: &mut Command| {
        command
            .env("TWIN_FUZZ_TARGET", target)
            .env("TWIN_FUZZ_SEEDS", &seeds)
            .args([&corpus, &seeds]);
        run_logged(repo, target, command, stop)
    };

    let prefix = found.join(format!("{target}-"));
    let mut led = process::command(program);
    led.args(limits())
        .arg(format!("-max_len={INPUT_MAX}"))
        .arg(format!("-artifact_prefix={}", prefix.display()))
        // Its finer measures of what is new cost most of the time.
        .args([
            "-use_counters=0",
            "-entropic=0",
            "-reload=0",
            "-print_final_stats=1",
        ])
        .args(extent.led.map(|runs| format!("-runs={runs}")))
        .args(
            extent
                .seconds
                .map(|seconds| format!("-max_total_time={seconds}")),
        );
    let mut outcome = Outcome {
        target: target.to_owned(),
        led: Count::default(),
        blind: Count::default(),
        found: None,
    };
    (outcome.led, outcome.found) = start(&mut led)?;
    if extent.blind > 0 && outcome.found.is_none() {
        let seconds = extent.seconds.unwrap_or(u64::from(u32::MAX));
        let mut blind = process::command(program);
        blind
            .env("TWIN_FUZZ_STORM", format!("{},{seconds}", extent.blind))
            .env("TWIN_FUZZ_INPUT", found.join(format!("{target}-blind")));
        (outcome.blind, outcome.found) = start(&mut blind)?;
    }
    Ok(outcome)
}

/// Runs it with a log; gives what it counted and what it found.
fn run_logged(
    repo: &Repo,
    target: &str,
    command: &mut Command,
    stop: &Stop,
) -> Result<(Count, Option<String>)> {
    let log = repo.target.join("fuzz").join(format!("{target}.log"));
    let file = File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
    command
        .stdout(file.try_clone().context("a log cannot be shared")?)
        .stderr(file);
    let status = Group::spawn(target, command)?.wait(stop)?;
    stop.check()?;
    let text = fs::read(&log).with_context(|| format!("could not read {}", log.display()))?;
    let text = String::from_utf8_lossy(&text);
    let found = (!status.success()).then(|| finding(repo, target, &text, &log));
    Ok((Count::read(&text), found))
}

/// What ends a run.
fn limits() -> [String; 2] {
    [
        format!("-timeout={HANG_S}"),
        format!("-rss_limit_mb={MEMORY_MB}"),
    ]
}

/// An empty folder.
fn fresh(folder: &Path) -> Result<PathBuf> {
    let removed = fs::remove_dir_all(folder);
    if let Err(error) = removed
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error).with_context(|| format!("could not empty {}", folder.display()));
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    Ok(folder.to_path_buf())
}

/// What was found, in words.
fn finding(repo: &Repo, target: &str, log: &str, file: &Path) -> String {
    let what = log.lines().find(|line| {
        ["FOUND in ", "ERROR: libFuzzer", "panicked at", "error: "]
            .iter()
            .any(|mark| line.contains(mark))
    });
    let what = what.unwrap_or("it ended without a word");
    let input = log
        .lines()
        .rev()
        .find_map(|line| line.split_once("Test unit written to "));
    // A blind run that ended the program said nothing of its input, which is there all the same.
    let blind = repo.target.join(format!("fuzz/found/{target}-blind"));
    let input = input.map(|(_, input)| PathBuf::from(input.trim()));
    let input = input.or_else(|| blind.is_file().then_some(blind));
    let again = input.map_or_else(String::new, |input| {
        let input = repo.shown(&input);
        format!("\n  again: cargo xtask soak fuzz --target {target} --replay {input}")
    });
    let file = repo.shown(file);
    format!("{target}: {what}\n  all that was said: {file}{again}")
}

fn replay(program: &Path, target: &str, input: &Path, stop: &Stop) -> Result<ExitCode> {
    if !input.is_file() {
        bail!("no file {}", input.display());
    }
    let mut command = process::command(program);
    command
        .env("TWIN_FUZZ_TARGET", target)
        .args(limits())
        .arg(input);
    let status = Group::spawn(target, &mut command)?.wait(stop)?;
    stop.check()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "INFO: Seed: 1\nFOUND in homie: an address has two numbers\n==1== ERROR: libFuzzer: deadly signal\n\
        artifact_prefix='x'; Test unit written to /r/target/fuzz/found/homie-crash-1\nstat::number_of_executed_units: 1234\n\
        stat::average_exec_per_sec:     617\n";

    fn repo() -> Repo {
        Repo {
            root: "/r".into(),
            target: "/r/target".into(),
            rust_version: None,
        }
    }

    #[test]
    fn the_log_is_read() {
        let count = Count {
            runs: 1234,
            per_s: 617,
        };
        assert_eq!(Count::read(LOG), count);
        assert_eq!(Count::read(""), Count::default());
        let found = finding(&repo(), "homie", LOG, Path::new("/r/target/fuzz/homie.log"));
        assert!(found.contains("an address has two numbers"), "{found}");
        assert!(
            found.contains("--target homie --replay target/fuzz/found/homie-crash-1"),
            "{found}"
        );
    }

    #[test]
    fn a_program_that_fails_is_a_finding_and_all_targets_run() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        let script = "#!/bin/sh\n[ $TWIN_FUZZ_TARGET = bad ] && exit 77\n\
            echo 'stat::number_of_executed_units: 5' >&2\n";
        fs::write(&program, script).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&program, executable).unwrap();
        let repo = Repo {
            target: folder.path().into(),
            ..repo()
        };
        let extent = Extent {
            led: Some(5),
            blind: 5,
            seconds: Some(1),
            keeps: false,
        };
        let names = ["a", "bad", "c"].map(ToOwned::to_owned);
        let mut outcomes =
            run_targets(&repo, &program, &names, extent, 2, &Stop::default()).unwrap();
        outcomes.sort_by(|one, other| one.target.cmp(&other.target));
        let found: Vec<bool> = outcomes.iter().map(|one| one.found.is_some()).collect();
        assert_eq!(found, [false, true, false]);
        assert_eq!(outcomes.iter().map(Outcome::runs).sum::<u64>(), 20);
    }
}
