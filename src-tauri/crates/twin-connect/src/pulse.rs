//! When to ask a broker for a sign of life, and when it has given none for too long.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::patience;

/// Asks regularly, whatever else goes to and fro: then silence means that the link is dead, and a busy link is no excuse.
/// A little more often than the broker wants to be asked, because it counts from when the question arrives.
pub(crate) struct Pulse {
    /// None if nothing is to be asked.
    every: Option<Duration>,
    patience: Duration,
    ask_at: Instant,
    heard: Instant,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Ask for a sign of life.
    Ask,
    /// The link is dead.
    Silent,
    /// Nothing until then.
    Wait(Instant),
}

impl Pulse {
    /// Of a link that comes up now.
    pub(crate) fn new(keep_alive: Duration, now: Instant) -> Self {
        let every = (!keep_alive.is_zero()).then(|| keep_alive / 4 * 3);
        Pulse {
            every,
            patience: patience(keep_alive),
            ask_at: now + every.unwrap_or_default(),
            heard: now,
        }
    }

    /// The broker last gave a sign of life at `heard`.
    pub(crate) fn beat(&mut self, now: Instant, heard: Option<Instant>) -> Beat {
        self.heard = heard.map_or(self.heard, |heard| heard.max(self.heard));
        let end = self.heard + self.patience;
        match self.every {
            _ if now >= end => Beat::Silent,
            Some(every) if now >= self.ask_at => {
                self.ask_at = now + every;
                Beat::Ask
            }
            Some(_) => Beat::Wait(end.min(self.ask_at)),
            None => Beat::Wait(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Asked once in each keep-alive at least, and silent at two keep-alives without a sign of life, to the moment.
        #[test]
        fn it_asks_in_time_and_notices_in_time(
            keep_alive in 1_u64..60,
            signs in prop::collection::vec(0_u64..40_000, 0..30),
        ) {
            let start = Instant::now();
            let keep_alive = Duration::from_secs(keep_alive);
            let mut pulse = Pulse::new(keep_alive, start);
            let (mut now, mut asked, mut heard) = (start, start, start);
            let mut signs = signs.iter();
            let mut sign = signs.next().map(|pause| now + Duration::from_millis(*pause));
            loop {
                match pulse.beat(now, Some(heard)) {
                    Beat::Ask => {
                        prop_assert!(now - asked <= keep_alive);
                        asked = now;
                    }
                    Beat::Silent => {
                        prop_assert!(now - heard >= keep_alive * 2);
                        prop_assert_eq!(now, heard + keep_alive * 2);
                        break;
                    }
                    Beat::Wait(until) => {
                        prop_assert!(until > now);
                        now = until;
                        if let Some(at) = sign.filter(|at| *at <= now) {
                            (now, heard) = (at, at);
                            sign = signs.next().map(|pause| now + Duration::from_millis(*pause));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn without_a_keep_alive_nothing_is_asked() {
        let now = Instant::now();
        let mut pulse = Pulse::new(Duration::ZERO, now);
        let Beat::Wait(until) = pulse.beat(now, None) else {
            panic!("it waits");
        };
        assert!(until > now + Duration::from_secs(60));
        assert_eq!(pulse.beat(until, None), Beat::Silent);
    }
}
