//! Noticing that two clients use one client id.
//!
//! MQTT 5 says so when it throws a client out. MQTT 3.1.1 just closes the connection, so all there is to see is a link
//! that is closed again and again soon after it was accepted.

use std::time::Duration;

use crate::{ConnectionSpec, DownKind, DownReason};

/// A link closed sooner than this was closed early.
const EARLY: Duration = Duration::from_secs(5);
/// So many early ends in a row are no accident.
const SUSPICIOUS: u32 = 3;

/// How a link that was up came to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// How long it had been up.
    pub(crate) up_for: Duration,
    /// Whether the subscriptions had been answered: a broker may also close the connection because it allows none.
    pub(crate) subscribed: bool,
    /// Whether the other side closed it without a word.
    pub(crate) closed_by_peer: bool,
}

/// Counts early ends.
#[derive(Default)]
pub(crate) struct Takeovers {
    early: u32,
}

impl Takeovers {
    /// What to make of the end of an attempt; `ending` is none if the link never came up.
    pub(crate) fn judge(
        &mut self,
        spec: &ConnectionSpec,
        ending: Option<Ending>,
    ) -> Option<DownReason> {
        match ending {
            Some(Ending {
                up_for,
                subscribed: true,
                closed_by_peer: true,
            }) if up_for < EARLY => self.early += 1,
            _ => self.early = 0,
        }
        (self.early >= SUSPICIOUS).then(|| {
            DownReason::new(
                DownKind::TakenOver,
                format!(
                    "the broker closed the connection soon after accepting it, {} times in a row: another client may \
                     be using the same client id, \"{}\"",
                    self.early, spec.client_id
                ),
                "Stop the other client, or give this connection a client id of its own.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_early_ends_in_a_row_are_named() {
        let spec = ConnectionSpec::new("broker", 1883, "desk-7");
        let early = Ending {
            up_for: Duration::from_millis(200),
            subscribed: true,
            closed_by_peer: true,
        };
        let others = [
            None,
            Some(Ending {
                up_for: Duration::from_secs(6),
                ..early
            }),
            Some(Ending {
                subscribed: false,
                ..early
            }),
            Some(Ending {
                closed_by_peer: false,
                ..early
            }),
        ];
        let mut takeovers = Takeovers::default();
        for other in others {
            assert!(takeovers.judge(&spec, Some(early)).is_none());
            assert!(takeovers.judge(&spec, Some(early)).is_none());
            assert!(takeovers.judge(&spec, other).is_none(), "{other:?}");
        }
        assert!(takeovers.judge(&spec, Some(early)).is_none());
        assert!(takeovers.judge(&spec, Some(early)).is_none());
        let reason = takeovers.judge(&spec, Some(early)).unwrap();
        assert_eq!(reason.kind, DownKind::TakenOver);
        assert!(reason.message.contains("desk-7"), "{}", reason.message);
    }
}
