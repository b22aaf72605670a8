//! A confirmable message on its way. (RFC 7252, 4.2)

use std::time::Duration;

use super::{codec::Token, spec::Transmission};

/// What to do with a message now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing yet.
    Wait,
    /// Send it again.
    Again,
    /// It was sent as often as it may be.
    Over,
}

/// A message that nobody has acknowledged yet.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) id: u16,
    /// None for a ping.
    pub(super) token: Option<Token>,
    pub(super) datagram: Vec<u8>,
    /// When it was sent first.
    pub(super) since: Duration,
    /// When it is to be sent again, or given up.
    pub(super) due: Duration,
    wait: Duration,
    repeats_left: u32,
}

impl Flight {
    /// One that was just sent. `chance` is a random number in 0..1.
    pub(super) fn new(
        (id, token): (u16, Option<Token>),
        datagram: Vec<u8>,
        now: Duration,
        times: Transmission,
        chance: f64,
    ) -> Self {
        let spread = 1.0 + (times.ack_random_factor - 1.0) * chance;
        let wait = times.ack_timeout.mul_f64(spread);
        Flight {
            id,
            token,
            datagram,
            since: now,
            due: now + wait,
            wait,
            repeats_left: times.max_retransmit,
        }
    }

    /// Looks at the time.
    pub(super) fn turn(&mut self, now: Duration) -> Turn {
        if now < self.due {
            return Turn::Wait;
        }
        if self.repeats_left == 0 {
            return Turn::Over;
        }
        self.repeats_left -= 1;
        self.wait *= 2;
        // From now on, not from when it was due: after a pause of this machine nothing is sent in a burst.
        self.due = now + self.wait;
        Turn::Again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When it is sent and given up, ms, with the standard's times.
    fn times(chance: f64) -> Vec<u128> {
        let sent = Duration::from_secs(5);
        let times = Transmission::default();
        let mut flight = Flight::new((1, None), Vec::new(), sent, times, chance);
        let mut seen = Vec::new();
        loop {
            let now = flight.due;
            assert_eq!(flight.turn(now - Duration::from_nanos(1)), Turn::Wait);
            seen.push((now - sent).as_millis());
            match flight.turn(now) {
                Turn::Again => {}
                Turn::Over => return seen,
                Turn::Wait => panic!("due and not done"),
            }
        }
    }

    #[test]
    fn repeats_double_and_end_as_the_standard_says() {
        assert_eq!(times(0.0), [2_000, 6_000, 14_000, 30_000, 62_000]);
        // MAX_TRANSMIT_WAIT is 93 s. (RFC 7252, 4.8.2)
        assert_eq!(times(1.0), [3_000, 9_000, 21_000, 45_000, 93_000]);
    }
}
