//! Topics by number, and the short words last heard on them.

use std::{collections::HashMap, sync::Arc};

use twin_core::tight;

use crate::limits::topic_shares;

/// Longest payload that is kept. Availability is said in fewer bytes, as text or as `{"state":"online"}`.
const WORD_BYTES: usize = 31;

/// Every topic of a connection. A device may say whether it is there before anything tells that its topic means that,
/// so the last payload of each topic is kept when it is short.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    places: HashMap<Arc<str>, usize>,
    words: Vec<Word>,
    /// What all of them count against their limit.
    shares: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    bytes: [u8; WORD_BYTES],
    len: u8,
    /// Whether the last payload was short enough.
    whole: bool,
}

impl Heard {
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// What all topics count against their limit; a long name counts as more than one.
    pub(crate) const fn shares(&self) -> usize {
        self.shares
    }

    /// The name of a topic that was heard, to be shared.
    pub(crate) fn name(&self, topic: &str) -> Option<&Arc<str>> {
        self.places.get_key_value(topic).map(|(name, _)| name)
    }

    /// The number of a topic that was heard.
    pub(crate) fn place(&self, topic: &str) -> Option<usize> {
        self.places.get(topic).copied()
    }

    /// Gives a new topic the next number.
    pub(crate) fn add(&mut self, topic: &str) -> usize {
        let place = self.words.len();
        self.places.insert(topic.into(), place);
        tight::push(&mut self.words, Word::default());
        self.shares += topic_shares(topic.len());
        place
    }

    /// Keeps the payload of a message.
    pub(crate) fn note(&mut self, place: usize, payload: &[u8]) {
        let Some(word) = self.words.get_mut(place) else {
            return;
        };
        word.whole = payload.len() <= WORD_BYTES;
        if let Some(room) = word.bytes.get_mut(..payload.len()) {
            room.copy_from_slice(payload);
            word.len = u8::try_from(payload.len()).unwrap_or(0);
        }
    }

    /// The last payload of a topic; none when it was never heard or too long.
    pub(crate) fn last(&self, topic: &str) -> Option<&[u8]> {
        self.word(self.place(topic)?)
    }

    /// Topics with a last payload, in the order of their first message.
    pub(crate) fn all(&self) -> Vec<(&str, &[u8])> {
        let mut all: Vec<(usize, &str)> = self
            .places
            .iter()
            .map(|(topic, place)| (*place, &**topic))
            .collect();
        all.sort_unstable();
        let said = |(place, topic)| Some((topic, self.word(place)?));
        all.into_iter().filter_map(said).collect()
    }

    fn word(&self, place: usize) -> Option<&[u8]> {
        let word = self.words.get(place).filter(|word| word.whole)?;
        word.bytes.get(..usize::from(word.len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_payloads_are_kept_and_long_ones_forgotten() {
        let mut heard = Heard::default();
        let a = heard.add("a");
        let b = heard.add("b");
        heard.note(a, b"online");
        heard.note(b, b"");
        assert_eq!(heard.last("a"), Some(b"online".as_slice()));
        assert_eq!(heard.all(), [("a", b"online".as_slice()), ("b", b"")]);
        heard.note(a, &[b'x'; WORD_BYTES + 1]);
        assert_eq!((heard.last("a"), heard.last("c")), (None, None));
        heard.note(a, &[b'x'; WORD_BYTES]);
        assert_eq!(heard.last("a").map(<[u8]>::len), Some(WORD_BYTES));
    }
}
