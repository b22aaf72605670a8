//! When the stream is left alone for a moment, so that what comes meanwhile is read in one go and wakes its task once.

use std::time::Duration;

use tokio::time::Instant;

/// How long: it is the most by which a message is later for it.
const REST: Duration = Duration::from_millis(3);

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
        let company = std::mem::take(self);
        (company == Company::Plain).then(|| now + REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_that_nobody_waits_for_are_followed_by_a_rest() {
        let now = Instant::now();
        let mut company = Company::default();
        assert_eq!(company.rest(now), None);
        company.note(true);
        company.note(true);
        assert_eq!(company.rest(now), Some(now + REST));
        assert_eq!(company.rest(now), None, "one rest a burst");
        for order in [[true, false], [false, true]] {
            order
                .into_iter()
                .for_each(|is_plain| company.note(is_plain));
            assert_eq!(company.rest(now), None);
        }
    }
}
