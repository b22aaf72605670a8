//! The bench's clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use twin_core::Timestamp;

/// Measures from its making on.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    pub fn start() -> Self {
        Stopwatch(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// Milliseconds since the start.
    pub fn millis(self) -> f64 {
        self.seconds() * 1e3
    }
}

/// The wall clock, for what the historian wants to know at opening.
#[expect(
    clippy::disallowed_methods,
    reason = "a program is told the time by its clock"
)]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
