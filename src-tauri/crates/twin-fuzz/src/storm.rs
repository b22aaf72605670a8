//! Many runs without an engine: faster by far, and blind.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use crate::{
    broken::Broken,
    mutate::{change_plain, mutate},
    target::{Pass, Target},
};

/// Of so many runs, one is a thorough one.
const THOROUGH_ONE_IN: u64 = 4;

/// How long and from what.
#[derive(Clone, Debug)]
pub struct Storm<'a> {
    /// Folders of inputs that others are made of.
    pub from: &'a [PathBuf],
    /// How many runs.
    pub runs: u64,
    /// Longest time.
    pub time: Duration,
    /// Longest input, bytes.
    pub max: usize,
    /// The same seed makes the same inputs.
    pub seed: u64,
    /// Where the input in hand is kept, so that it is there when a run ends the program.
    pub at_hand: &'a Path,
}

/// Runs a target; gives how many runs there were.
///
/// # Errors
/// What is found: its input is in the file at hand. [`Broken::Seeds`] when there is nothing to begin with.
pub fn storm(target: &Target, storm: &Storm<'_>) -> Result<u64, Broken> {
    let inputs = inputs(storm)?;
    let fault = |path: &Path, error: &io::Error| Broken::Seeds {
        path: path.display().to_string(),
        why: error.to_string(),
    };
    let file = File::create(storm.at_hand).map_err(|error| fault(storm.at_hand, &error))?;
    let mut rng = StdRng::seed_from_u64(storm.seed);
    let mut bytes_rng = StdRng::seed_from_u64(!storm.seed);
    let start = now();
    let mut kept = 0;
    for run in 0..storm.runs {
        if run.is_multiple_of(1_024) && start.elapsed() >= storm.time {
            return Ok(run);
        }
        let index = rng.random_range(0..inputs.len());
        let input = inputs.get(index).map_or(&[][..], Vec::as_slice);
        let mut change = |bytes: &mut Vec<u8>, max: usize| change_plain(bytes, max, &mut bytes_rng);
        let limits = (storm.max, rng.next_u32());
        let input = mutate(input, target.body, target.words, limits, &mut change);
        if input.len() < kept {
            file.set_len(0)
                .map_err(|error| fault(storm.at_hand, &error))?;
        }
        kept = input.len();
        file.write_all_at(&input, 0)
            .map_err(|error| fault(storm.at_hand, &error))?;
        let pass = if run.is_multiple_of(THOROUGH_ONE_IN) {
            Pass::Thorough
        } else {
            Pass::Once
        };
        target.run_as(&input, pass)?;
    }
    Ok(storm.runs)
}

#[expect(clippy::disallowed_methods, reason = "a run is timed")]
fn now() -> Instant {
    Instant::now()
}

fn inputs(storm: &Storm<'_>) -> Result<Vec<Vec<u8>>, Broken> {
    let mut inputs = vec![];
    for folder in storm.from {
        let fault = |error: io::Error| Broken::Seeds {
            path: folder.display().to_string(),
            why: error.to_string(),
        };
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(fault)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        // In the order of their names, so that the seed decides everything.
        paths.sort();
        for path in paths {
            let bytes = fs::read(&path).map_err(fault)?;
            if bytes.len() <= storm.max {
                inputs.push(bytes);
            }
        }
    }
    if inputs.is_empty() {
        inputs.push(vec![]);
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::write_seeds;

    #[test]
    fn a_storm_runs_as_often_as_asked_and_keeps_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::find("units").unwrap();
        let seeds = folder.path().join("seeds");
        write_seeds(target, &seeds).unwrap();
        let at_hand = folder.path().join("input");
        let from = [seeds];
        let mut options = Storm {
            from: &from,
            runs: 50,
            time: Duration::MAX,
            max: 400,
            seed: 3,
            at_hand: &at_hand,
        };
        assert_eq!(storm(target, &options), Ok(50));
        let first = fs::read(&at_hand).unwrap();
        assert!(first.len() <= 400);
        assert_eq!(storm(target, &options), Ok(50));
        assert_eq!(fs::read(&at_hand).unwrap(), first);
        options.time = Duration::ZERO;
        assert_eq!(storm(target, &options), Ok(0));
        options.from = &[];
        options.time = Duration::MAX;
        assert_eq!(storm(target, &options), Ok(50));
    }
}
