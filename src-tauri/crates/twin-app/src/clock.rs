//! The one place that reads a clock. Everything else is told the time.

use twin_core::Timestamp;

/// The wall clock now. Before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "the one clock of the program")]
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
