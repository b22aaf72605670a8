//! How much is measured, and where.

use std::path::PathBuf;

/// Counts of everything.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Interleaved repetitions of what takes seconds.
    pub rounds: usize,
    /// Ticks of the reference load (1,000 samples each) that one round appends.
    pub append_ticks: usize,
    /// The same with every commit flushed.
    pub full_ticks: usize,
    /// Ticks of the sustained load.
    pub sustained_ticks: i64,
    /// Samples of the large history.
    pub history: i64,
    /// Samples of the history it is compared with.
    pub small_history: i64,
    /// Zooms of a round.
    pub zooms: usize,
    /// Zooms with nothing in memory.
    pub cold_zooms: usize,
    /// Zooms that are compared with the generator.
    pub checked_zooms: usize,
    /// Samples of each signal that came just now.
    pub fresh_ticks: i64,
    /// Samples of each of the 10,000 signals of the plant that is shown as of an instant.
    pub as_of_ticks: i64,
    /// Instants.
    pub instants: usize,
}

/// The real one.
pub const FULL: Scale = Scale {
    rounds: 5,
    append_ticks: 2_000,
    full_ticks: 400,
    sustained_ticks: 100_000,
    history: 1_000_000_000,
    small_history: 1_000_000,
    zooms: 2_000,
    cold_zooms: 200,
    checked_zooms: 300,
    fresh_ticks: 86_400,
    as_of_ticks: 5_000,
    instants: 50,
};

/// Everything once, in seconds even without optimisation.
pub const QUICK: Scale = Scale {
    rounds: 2,
    append_ticks: 200,
    full_ticks: 5,
    sustained_ticks: 1_000,
    history: 1_000_000,
    small_history: 100_000,
    zooms: 50,
    cold_zooms: 5,
    checked_zooms: 10,
    fresh_ticks: 2_000,
    as_of_ticks: 15,
    instants: 5,
};

/// What every part is told.
pub struct Bench {
    /// How much.
    pub scale: Scale,
    /// Whether the bars count.
    pub judged: bool,
    /// Where everything is written.
    pub folder: PathBuf,
    /// Where the large history is kept for later runs; none: it goes with the rest.
    pub kept: Option<PathBuf>,
}
