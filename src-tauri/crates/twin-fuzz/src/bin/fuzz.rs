//! One target under libFuzzer, whose options it takes.
//!
//! `TWIN_FUZZ_TARGET` names the target; without it the targets are listed. `TWIN_FUZZ_SEEDS` is a folder that the
//! target's seeds are written to first.

#![no_main]

use std::{path::Path, process, sync::LazyLock};

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use twin_fuzz::{Broken, Script, TARGETS, Target, write_seeds};

const TARGET: &str = "TWIN_FUZZ_TARGET";
const SEEDS: &str = "TWIN_FUZZ_SEEDS";

static CHOSEN: LazyLock<&'static Target> = LazyLock::new(|| {
    let Some(name) = std::env::var_os(TARGET) else {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
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
    if let Some(folder) = std::env::var_os(SEEDS) {
        let count = orderly(write_seeds(target, Path::new(&folder)));
        eprintln!("{}: {count} seeds", target.name);
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
