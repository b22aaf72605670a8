//! Which of two notifications is the newer one.

use std::time::Duration;

/// After this long a sequence number says nothing any more. (RFC 7641, 3.4)
const FORGOTTEN_AFTER: Duration = Duration::from_secs(128);

/// Half of the 24-bit circle of sequence numbers. (RFC 7641, 3.4)
const HALF: u32 = 1 << 23;

/// The newest notification of one observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Newest {
    sequence: u32,
    at: Duration,
}

impl Newest {
    pub(super) fn new(sequence: u32, at: Duration) -> Self {
        Newest { sequence, at }
    }

    /// Whether a notification with `sequence` that came at `now` was sent after this one: its number is ahead by less
    /// than half the circle, or more than 128 s have passed. (RFC 7641, 3.4)
    pub(super) fn is_older_than(self, sequence: u32, now: Duration) -> bool {
        let (v1, v2) = (self.sequence, sequence);
        (v1 < v2 && v2 - v1 < HALF)
            || (v1 > v2 && v1 - v2 > HALF)
            || now > self.at + FORGOTTEN_AFTER
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Duration = Duration::from_secs(1_000);

    #[test]
    fn numbers_wrap_and_age() {
        let newest = |sequence| Newest::new(sequence, START);
        assert!(newest(5).is_older_than(6, START));
        assert!(!newest(6).is_older_than(6, START));
        assert!(!newest(6).is_older_than(5, START));
        assert!(newest(0xFF_FFFF).is_older_than(0, START));
        assert!(!newest(0).is_older_than(0xFF_FFFF, START));
        // Exactly half a circle apart neither is newer.
        assert!(!newest(0).is_older_than(HALF, START));
        assert!(!newest(HALF).is_older_than(0, START));
        let later = START + FORGOTTEN_AFTER;
        assert!(!newest(6).is_older_than(5, later));
        assert!(newest(6).is_older_than(5, later + Duration::from_micros(1)));
    }

    proptest! {
        #[test]
        fn within_half_a_circle_the_order_is_that_of_sending(
            first in 0_u32..1 << 24, step in 1_u32..HALF, wait in 0_u64..=128,
        ) {
            let second = (first + step) % (1 << 24);
            let now = START + Duration::from_secs(wait);
            prop_assert!(Newest::new(first, START).is_older_than(second, now));
            prop_assert!(!Newest::new(second, START).is_older_than(first, now));
        }
    }
}
