//! Source times of live messages, to compare clocks with.

use std::collections::VecDeque;

use twin_connect::Stamp;
use twin_core::Timestamp;
use twin_payload::Observations;

/// So many of the newest are kept.
const KEPT: usize = 256;

/// The newest of them, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Stamps(VecDeque<Stamp>);

impl Stamps {
    /// Notes the time that a live message says of itself: that of its first value. What belongs to history says nothing
    /// of the clock.
    pub(super) fn note(&mut self, observations: &Observations, received: Timestamp) {
        let first = observations.iter().next().filter(|row| !row.historical);
        let Some(source) = first.and_then(|row| row.source_time) else {
            return;
        };
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Stamp { source, received });
    }

    pub(super) fn list(&self) -> Vec<Stamp> {
        self.0.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use twin_payload::{Decoder, Message};

    use super::*;

    #[test]
    fn the_newest_times_of_messages_are_kept() {
        let mut decoder = Decoder::new();
        let mut stamps = Stamps::default();
        let mut hear = |payload: &str, received: i64| {
            let mut out = Observations::new();
            let received = Timestamp::from_secs(received);
            let message = Message::new("plant/t", payload.as_bytes(), received);
            decoder.decode(message, &mut out).unwrap();
            stamps.note(&out, received);
            stamps.list()
        };
        assert_eq!(hear(r#"{"v": 1}"#, 1_700_000_000), [], "it holds no time");
        let timed = |at: i64| format!(r#"{{"timestamp": {at}, "v": 1}}"#);
        let stamp = |at: i64| Stamp {
            source: Timestamp::from_secs(at),
            received: Timestamp::from_secs(at + 2),
        };
        let at = 1_700_000_000;
        assert_eq!(hear(&timed(at), at + 2), [stamp(at)]);
        for later in 1..=300 {
            hear(&timed(at + later), at + later + 2);
        }
        let list = hear(&timed(at + 301), at + 303);
        assert_eq!(list.len(), KEPT);
        assert_eq!(list.last(), Some(&stamp(at + 301)));
        assert_eq!(list.first(), Some(&stamp(at + 302 - 256)));
    }
}
