//! Names in the graph's interface.

/// Name of the graph's only input: one row, `[1, n]`, single precision.
pub const INPUT: &str = "row";
/// Name of the output `[1]` holding the score.
pub const SCORE: &str = "score";
/// Name of the output `[1, n]` holding the expected values, in input units.
pub const EXPECTED: &str = "expected";
/// Name of the output `[1, n]` holding each input's share of the score.
pub const SHARE: &str = "share";
