//! Waiting between attempts: exponential, with full jitter, so that a broker that comes back is not met by all its
//! clients at once.

use std::time::Duration;

use crate::Timing;

/// How long to wait before the next attempt.
pub(crate) struct Backoff {
    timing: Timing,
    attempt: u32,
}

impl Backoff {
    pub(crate) fn new(timing: Timing) -> Self {
        Backoff { timing, attempt: 0 }
    }

    /// The link was sound: begin again with the shortest wait.
    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }

    /// The wait before the next attempt: evenly spread between the shortest and a bound that doubles each time.
    /// `chance` is a random number in 0..1.
    pub(crate) fn next(&mut self, chance: f64) -> Duration {
        self.attempt = self.attempt.saturating_add(1);
        let factor = 2_u32.checked_pow(self.attempt.min(31)).unwrap_or(u32::MAX);
        let bound = self
            .timing
            .backoff_min
            .saturating_mul(factor)
            .min(self.timing.backoff_max);
        self.between(bound, chance)
    }

    /// The longest wait, for when trying again does harm: its upper half.
    pub(crate) fn longest(&self, chance: f64) -> Duration {
        self.timing
            .backoff_max
            .mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }

    fn between(&self, bound: Duration, chance: f64) -> Duration {
        let span = bound.saturating_sub(self.timing.backoff_min);
        self.timing.backoff_min.min(bound) + span.mul_f64(chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_start_again() {
        let mut backoff = Backoff::new(Timing::default());
        let longest: Vec<_> = (0..8).map(|_| backoff.next(1.0).as_secs()).collect();
        assert_eq!(longest, [2, 4, 8, 16, 32, 60, 60, 60]);
        for _ in 0..100 {
            assert_eq!(backoff.next(0.0), Duration::from_secs(1));
        }
        backoff.reset();
        assert_eq!(backoff.next(0.5), Duration::from_millis(1500));
        assert_eq!(backoff.longest(0.0), Duration::from_secs(30));
        assert_eq!(backoff.longest(1.0), Duration::from_secs(60));
    }
}
