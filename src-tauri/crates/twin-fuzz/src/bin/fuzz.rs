//! One target under libFuzzer, whose options it takes.
//!
//! `TWIN_FUZZ_TARGET` names the target; without it the targets are listed. `TWIN_FUZZ_SEEDS` is a folder that the
//! target's seeds are written to first. `TWIN_FUZZ_STORM` is a number of runs, and a number of seconds behind a comma:
//! then the engine stays out of it, the folders behind the options are read, and `TWIN_FUZZ_INPUT` names the file in which
//! the input at hand is kept.

#![no_main]

use std::{
    env,
    path::{Path, PathBuf},
    process,
    sync::LazyLock,
    time::Duration,
};

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use twin_fuzz::{Broken, Script, Storm, TARGETS, Target, storm, write_seeds};

const TARGET: &str = "TWIN_FUZZ_TARGET";
const SEEDS: &str = "TWIN_FUZZ_SEEDS";
const STORM: &str = "TWIN_FUZZ_STORM";
const INPUT: &str = "TWIN_FUZZ_INPUT";

/// Longest input of a storm, bytes.
const INPUT_MAX: usize = 2_048;

static CHOSEN: LazyLock<&'static Target> = LazyLock::new(|| {
    let Some(name) = env::var_os(TARGET) else {
        TARGETS
            .iter()
            .for_each(|target| println!("{}", target.name));
        process::exit(0);
    };
    orderly(Target::find(&name.to_string_lossy()))
});

/// Ends the program when there is nothing to run: that is no finding.
fn orderly<T>(result: Result<T, Broken>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        process::exit(2);
    })
}

fn begin() {
    let target = *CHOSEN;
    if let Some(folder) = env::var_os(SEEDS) {
        let count = orderly(write_seeds(target, Path::new(&folder)));
        eprintln!("{}: {count} seeds", target.name);
    }
    if let Some(extent) = env::var_os(STORM) {
        blow(target, &extent.to_string_lossy());
    }
}

/// Runs a storm, and ends the program.
fn blow(target: &Target, extent: &str) {
    let mut numbers = extent.split(',').map(str::parse::<u64>);
    let (Some(Ok(runs)), Some(Ok(seconds))) = (numbers.next(), numbers.next()) else {
        eprintln!("error: {STORM} is not two numbers");
        process::exit(2);
    };
    let folders = env::args_os().skip(1).map(PathBuf::from);
    let folders: Vec<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
    let at_hand = PathBuf::from(env::var_os(INPUT).unwrap_or_else(|| "input".into()));
    let options = Storm {
        from: &folders,
        runs,
        time: Duration::from_secs(seconds),
        max: INPUT_MAX,
        seed: u64::from(process::id()),
        at_hand: &at_hand,
    };
    let (runs, took) = measured_storm(target, &options);
    let per_s = runs as f64 / took.as_secs_f64().max(1e-3);
    // As libFuzzer says it.
    eprintln!("stat::number_of_executed_units: {runs}");
    eprintln!("stat::average_exec_per_sec: {per_s:.0}");
    process::exit(0);
}

#[expect(clippy::disallowed_methods, reason = "a storm is timed")]
fn measured_storm(target: &Target, options: &Storm<'_>) -> (u64, Duration) {
    let start = std::time::Instant::now();
    match storm(target, options) {
        Ok(runs) => (runs, start.elapsed()),
        Err(broken) => {
            eprintln!("FOUND in {}: {broken}", target.name);
            eprintln!("Test unit written to {}", options.at_hand.display());
            process::exit(77);
        }
    }
}

fuzz_target!(init: begin(), |data: &[u8]| {
    if let Err(broken) = CHOSEN.run(data) {
        eprintln!("FOUND in {}: {broken}\n{:#?}", CHOSEN.name, Script::read(data));
        // libFuzzer keeps the input of a run that ends so.
        process::abort();
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut change = |bytes: &mut Vec<u8>, max: usize| {
        let size = bytes.len().min(max);
        bytes.resize(max, 0);
        let size = fuzzer_mutate(bytes, size, max);
        bytes.truncate(size);
    };
    let old = data.get(..size).unwrap_or_default().to_vec();
    let new = CHOSEN.mutate(&old, (max_size, seed), &mut change);
    let size = new.len().min(max_size);
    if let (Some(to), Some(from)) = (data.get_mut(..size), new.get(..size)) {
        to.copy_from_slice(from);
    }
    size
});
