//! Instants and durations: microseconds, UTC, signed 64 bit.

use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted.
///
/// Never read from a clock inside the libraries: `now` is always passed in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A span of time in microseconds; may be negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Duration(pub i64);

impl Timestamp {
    /// Earlier than every instant that a plant can report.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// Later than every instant that a plant can report.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// From milliseconds since 1970 (the unit of Sparkplug B and of most JSON payloads); saturates.
    pub const fn from_millis(ms: i64) -> Self {
        Timestamp(ms.saturating_mul(1_000))
    }

    /// From whole seconds since 1970; saturates.
    pub const fn from_secs(s: i64) -> Self {
        Timestamp(s.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This instant moved by `d`; saturates at the ends of time.
    #[must_use]
    pub const fn plus(self, d: Duration) -> Self {
        Timestamp(self.0.saturating_add(d.0))
    }

    /// The span from `earlier` to this instant; negative when `earlier` is later. Saturates.
    pub const fn since(self, earlier: Timestamp) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);

    /// From whole seconds; saturates.
    pub const fn from_secs(s: i64) -> Self {
        Duration(s.saturating_mul(1_000_000))
    }

    /// From milliseconds; saturates.
    pub const fn from_millis(ms: i64) -> Self {
        Duration(ms.saturating_mul(1_000))
    }

    /// From seconds with a fraction, rounded to the microsecond; saturates, NaN gives zero.
    pub fn from_secs_f64(s: f64) -> Self {
        Duration((s * 1e6).round() as i64)
    }

    /// Microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds with a fraction.
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}
