//! The trend query and its binary answer.
//!
//! Answer, little-endian: `u32` magic `TWT1`, `u32` number of signals, then for each signal: `u32` key, `u32` number
//! of columns `n`, and seven arrays of `n` `f64` each: time of the first sample (microseconds), time of the last
//! sample, minimum, maximum, first value, last value, worst quality status (0 good, 1 uncertain, 2 bad). Only columns
//! that hold samples are listed. Where the next column begins more than the signal's stale time after the last
//! sample, there is a gap. A first column before `t0` carries the last sample before the range, so that a trace can
//! enter from the left edge; likewise one after `t1`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// First four bytes of the answer, `TWT1` in memory order.
pub const TREND_MAGIC: u32 = u32::from_le_bytes(*b"TWT1");

/// Which range of which signals, and how many columns at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TrendRequest {
    /// Keys of signals.
    pub signals: Vec<u32>,
    /// Begin, microseconds, included.
    pub t0: f64,
    /// End, microseconds, left out.
    pub t1: f64,
    /// Width in columns, 1 to 4096.
    pub width: u32,
}
