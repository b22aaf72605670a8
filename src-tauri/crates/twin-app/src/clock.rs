//! The one place that reads a clock. Everything else is told the time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use twin_core::{Duration, Timestamp};

/// A wall clock that is further ahead than this was set forward, and is followed.
const FORWARD_STEP: Duration = Duration::from_millis(500);

/// An instant on both clocks.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    wall: Timestamp,
    steady: Instant,
}

static ANCHOR: Mutex<Option<Anchor>> = Mutex::new(None);

/// The wall clock now, but never going back: when somebody sets the wall clock back, time goes on steadily until the
/// wall clock has caught up, because the engine, staleness and the order of samples rest on it.
pub fn now() -> Timestamp {
    let (wall, steady) = read();
    let mut anchor = ANCHOR.lock().unwrap_or_else(PoisonError::into_inner);
    let (now, next) = follow(*anchor, wall, steady);
    *anchor = Some(next);
    now
}

/// How far the wall clock is behind [`now`], if somebody has set it back.
pub fn set_back() -> Option<Duration> {
    let behind = now().since(read().0);
    (behind > FORWARD_STEP).then_some(behind)
}

fn follow(anchor: Option<Anchor>, wall: Timestamp, steady: Instant) -> (Timestamp, Anchor) {
    let fresh = Anchor { wall, steady };
    let Some(anchor) = anchor else {
        return (wall, fresh);
    };
    let elapsed = steady.saturating_duration_since(anchor.steady);
    let expected = anchor.wall.plus(Duration(
        i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX),
    ));
    if wall.since(expected) > FORWARD_STEP {
        (wall, fresh)
    } else {
        (expected, anchor)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the program")]
fn read() -> (Timestamp, Instant) {
    // Before 1970 counts as 1970.
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (
        Timestamp(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)),
        Instant::now(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_does_not_stop_time_and_one_set_forward_is_followed() {
        let steady = read().1;
        let later = |s: u64| steady + std::time::Duration::from_secs(s);
        let t = Timestamp::from_secs;
        let (now, anchor) = follow(None, t(10_000), steady);
        assert_eq!(now, t(10_000));
        let (now, anchor) = follow(Some(anchor), t(6_410), later(10));
        assert_eq!(now, t(10_010), "set back by an hour");
        let (now, anchor) = follow(Some(anchor), t(10_020), later(20));
        assert_eq!(now, t(10_020), "corrected");
        let (now, _) = follow(Some(anchor), t(20_000), later(30));
        assert_eq!(now, t(20_000), "set forward");
    }
}
