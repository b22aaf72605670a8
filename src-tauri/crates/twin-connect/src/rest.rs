//! When the stream is left alone for a moment, so that what comes meanwhile is read in one go and wakes its task once.

use std::time::Duration;

use tokio::time::Instant;

/// How long: it is the most by which a message is later for it.
const REST: Duration = Duration::from_millis(5);
/// How exactly a timer wakes: tokio's count milliseconds, and the clock of Windows ticks 64 times a second.
const TICK: Duration = if cfg!(windows) {
    Duration::from_micros(15_625)
} else {
    Duration::from_millis(1)
};

/// What has come since the stream was last left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Company {
    #[default]
    Nothing,
    /// Messages of QoS 0 only.
    Plain,
    /// Something that somebody waits for.
    Urgent,
}

impl Company {
    /// Something has come.
    pub(crate) fn note(&mut self, is_plain: bool) {
        *self = match self {
            Company::Nothing | Company::Plain if is_plain => Company::Plain,
            _ => Company::Urgent,
        };
    }

    /// Nothing more is there now. Gives until when to leave the stream alone.
    pub(crate) fn rest(&mut self, now: Instant) -> Option<Instant> {
        self.rest_by(now, TICK)
    }

    /// By a timer that wakes no more exactly than that: there is no rest if it would become a longer one.
    fn rest_by(&mut self, now: Instant, tick: Duration) -> Option<Instant> {
        let company = std::mem::take(self);
        (company == Company::Plain && tick <= REST).then(|| now + REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_that_nobody_waits_for_are_followed_by_a_rest() {
        let now = Instant::now();
        let fine = Duration::from_millis(1);
        let mut company = Company::default();
        assert_eq!(company.rest_by(now, fine), None);
        company.note(true);
        company.note(true);
        assert_eq!(company.rest_by(now, fine), Some(now + REST));
        assert_eq!(company.rest_by(now, fine), None, "one rest a burst");
        for order in [[true, false], [false, true]] {
            order
                .into_iter()
                .for_each(|is_plain| company.note(is_plain));
            assert_eq!(company.rest_by(now, fine), None);
        }
    }

    #[test]
    fn a_timer_that_ticks_slowly_makes_no_message_late() {
        let now = Instant::now();
        for (tick, rest) in [(1, Some(now + REST)), (15, None)] {
            let mut company = Company::default();
            company.note(true);
            let until = company.rest_by(now, Duration::from_millis(tick));
            assert_eq!(until, rest);
            assert_eq!(company, Company::Nothing);
        }
    }
}
