//! Which messages came before.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use super::codec::Kind;

/// How long a sender may repeat a confirmable message, with the standard's parameters. (RFC 7252, 4.8.2,
/// EXCHANGE_LIFETIME)
const LIFETIME: Duration = Duration::from_secs(247);

/// How many messages are remembered, the oldest go first. 247 s of 33 messages a second.
const REMEMBERED: usize = 8_192;

/// Message id and content. The id alone would be the standard's rule (RFC 7252, 4.5), but a device that has restarted may
/// begin its ids anew within the lifetime, and its new messages must not be taken for old ones.
type Key = (u16, u64);

/// The messages of the last 247 s, at most 8,192 of them.
#[derive(Default)]
pub(super) struct Repeats {
    order: VecDeque<(Duration, Key)>,
    replies: HashMap<Key, Option<Kind>>,
}

impl Repeats {
    /// The key of a datagram.
    pub(super) fn key(id: u16, datagram: &[u8]) -> Key {
        let mut hasher = DefaultHasher::new();
        datagram.hash(&mut hasher);
        (id, hasher.finish())
    }

    /// If it came before: with what it was answered, so that a repeat gets the same answer.
    pub(super) fn answered(&mut self, key: Key, now: Duration) -> Option<Option<Kind>> {
        while self.order.front().is_some_and(|(until, _)| *until < now) {
            self.drop_oldest();
        }
        self.replies.get(&key).copied()
    }

    /// Remembers a message and its answer.
    pub(super) fn note(&mut self, key: Key, reply: Option<Kind>, now: Duration) {
        if self.order.len() >= REMEMBERED {
            self.drop_oldest();
        }
        if self.replies.insert(key, reply).is_none() {
            self.order.push_back((now + LIFETIME, key));
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front() {
            self.replies.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_known_for_its_lifetime_and_its_answer_with_it() {
        let mut repeats = Repeats::default();
        let key = Repeats::key(7, b"a");
        let at = Duration::from_secs(10);
        assert_eq!(repeats.answered(key, at), None);
        repeats.note(key, Some(Kind::Ack), at);
        assert_eq!(repeats.answered(key, at + LIFETIME), Some(Some(Kind::Ack)));
        // The same id with another content is another message: the device has restarted.
        assert_eq!(repeats.answered(Repeats::key(7, b"b"), at), None);
        let later = at + LIFETIME + Duration::from_micros(1);
        assert_eq!(repeats.answered(key, later), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut repeats = Repeats::default();
        for number in 0..3 * REMEMBERED {
            let key = Repeats::key(number as u16, &number.to_be_bytes());
            repeats.note(key, None, Duration::ZERO);
        }
        assert_eq!(repeats.order.len(), REMEMBERED);
        assert_eq!(repeats.replies.len(), REMEMBERED);
    }
}
