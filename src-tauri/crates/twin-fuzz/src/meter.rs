//! What a run costs.

use std::{
    alloc::System,
    time::{Duration, Instant},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::broken::Broken;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Longest run.
pub const TIME_MAX: Duration = Duration::from_secs(1);

/// Memory that every run may ask for, bytes: tables that are made once, whatever the input.
const MEMORY_FREE: usize = 48 * 1024 * 1024;

/// Memory that a run may ask for besides, bytes for each byte of input. What is given back is not taken off, so this
/// bounds work as well.
const MEMORY_PER_BYTE: usize = 8 * 1024;

/// How often a run that took too long is tried again: the machine may have been busy with something else.
const AGAIN: usize = 2;

/// Runs it and checks what it costs.
///
/// # Errors
/// What `run` finds; when it takes too long each time, or asks for too much memory.
pub fn measured(input: usize, mut run: impl FnMut() -> Result<(), Broken>) -> Result<(), Broken> {
    let region = Region::new(ALLOCATOR);
    let mut took = timed(&mut run)?;
    let asked = region.change().bytes_allocated;
    let max = MEMORY_FREE.saturating_add(MEMORY_PER_BYTE.saturating_mul(input));
    if asked > max {
        return Err(Broken::Memory { asked, max, input });
    }
    for _ in 0..AGAIN {
        if took <= TIME_MAX {
            return Ok(());
        }
        took = took.min(timed(&mut run)?);
    }
    if took > TIME_MAX {
        return Err(Broken::Slow(took));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a run is timed")]
fn timed(run: &mut impl FnMut() -> Result<(), Broken>) -> Result<Duration, Broken> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed())
}
