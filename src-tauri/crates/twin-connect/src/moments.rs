//! When messages count as received.

use twin_core::{Duration, Timestamp};

/// How many messages of a burst share one look at the clock.
const CLOCK_EVERY: u32 = 8;

/// Each message is later than any before, because what comes without a time of its own is told apart by it. In a burst the
/// clock is read now and then only, each message a microsecond after the one before.
pub(crate) struct Moments {
    /// When the last message was received.
    last: Timestamp,
    /// Messages since the clock was read; enough to read it again after every wait.
    unread: u32,
}

impl Moments {
    pub(crate) fn new() -> Self {
        Moments {
            last: Timestamp::MIN,
            unread: CLOCK_EVERY,
        }
    }

    /// Time has passed: the next message looks at the clock.
    pub(crate) fn wait(&mut self) {
        self.unread = CLOCK_EVERY;
    }

    /// That of the next message.
    pub(crate) fn next(&mut self, clock: impl Fn() -> Timestamp) -> Timestamp {
        let next = self.last.plus(Duration(1));
        self.last = if self.unread < CLOCK_EVERY {
            self.unread += 1;
            next
        } else {
            self.unread = 0;
            clock().max(next)
        };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_a_wait_looks_at_the_clock() {
        let mut moments = Moments::new();
        let clock = |at| move || Timestamp(at);
        assert_eq!(moments.next(clock(100)), Timestamp(100));
        assert_eq!(moments.next(clock(500)), Timestamp(101));
        moments.wait();
        assert_eq!(moments.next(clock(500)), Timestamp(500));
        moments.wait();
        assert_eq!(
            moments.next(clock(400)),
            Timestamp(501),
            "the clock went back"
        );
        let mut last = Timestamp(501);
        for step in 0..100 {
            let next = moments.next(clock(1_000 + step));
            assert!(next > last);
            last = next;
        }
        assert!(last >= Timestamp(1_090), "it is read now and then");
    }
}
