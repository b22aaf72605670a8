//! The last chunks of signals: as they stand in the table, and as compaction remembers them from step to step. To read a
//! row of a chunk again costs more than to write it.

use std::{collections::HashMap, ops::Deref};

use twin_core::SignalKey;

/// Chunks at the end of a signal that are looked at: it stands in the statements too.
pub(crate) const LOOKED_AT: usize = 16;
/// Signals that are remembered: 6 MiB.
const SIGNALS_MAX: usize = 7_168;

/// A chunk as the table knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredChunk {
    pub signal: i64,
    pub t_min: i64,
    pub t_max: i64,
    pub count: i64,
    pub data: i64,
}

/// The last chunks of a signal, in order of time: from the last full one on, or all, or at most [`LOOKED_AT`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct End {
    chunks: [StoredChunk; LOOKED_AT],
    len: usize,
}

impl End {
    /// Of these; the last ones, when there are more.
    pub(crate) fn of(chunks: &[StoredChunk]) -> Self {
        let mut end = End::default();
        let last = &chunks[chunks.len().saturating_sub(LOOKED_AT)..];
        for (slot, chunk) in end.chunks.iter_mut().zip(last) {
            *slot = *chunk;
        }
        end.len = last.len();
        end
    }

    fn begins_full(&self, full: usize) -> bool {
        self.first().is_some_and(|first| is_full(first, full))
    }

    /// Whether there may be more before it.
    fn is_cut(&self, full: usize) -> bool {
        self.len == LOOKED_AT && !self.begins_full(full)
    }

    /// Takes a chunk away; false when what is left does not tell the end.
    fn remove(&mut self, t_min: i64, full: usize) -> bool {
        let begins_full = self.begins_full(full);
        let Some(at) = self.iter().position(|chunk| chunk.t_min == t_min) else {
            // Before a full one nothing is remembered.
            return begins_full && self.first().is_some_and(|first| t_min < first.t_min);
        };
        self.chunks.copy_within(at + 1..self.len, at);
        self.len -= 1;
        at > 0 || !begins_full
    }

    /// Puts a chunk in its place; false when there is no room for it.
    fn insert(&mut self, chunk: StoredChunk, full: usize) -> bool {
        if self.begins_full(full) && self.first().is_some_and(|first| chunk.t_min < first.t_min) {
            return true;
        }
        let at = self.partition_point(|other| other.t_min < chunk.t_min);
        // What is before a full one is not looked at.
        let from = if is_full(&chunk, full) { at } else { 0 };
        if self.len - from == LOOKED_AT {
            return false;
        }
        self.chunks.copy_within(at..self.len, at - from + 1);
        self.chunks[at - from] = chunk;
        self.len = self.len - from + 1;
        true
    }
}

impl Deref for End {
    type Target = [StoredChunk];

    fn deref(&self) -> &[StoredChunk] {
        &self.chunks[..self.len]
    }
}

const fn is_full(chunk: &StoredChunk, full: usize) -> bool {
    chunk.count as usize >= full
}

/// The ends of signals, as long as nobody but compaction writes chunks.
#[derive(Debug, Default)]
pub(crate) struct Ends(HashMap<SignalKey, End>);

impl Ends {
    /// The end of a signal, if it is known.
    pub(crate) fn get(&self, signal: SignalKey) -> Option<&End> {
        self.0.get(&signal)
    }

    /// Remembers the end of a signal as it was read, while there is room.
    pub(crate) fn put(&mut self, signal: SignalKey, chunks: &[StoredChunk]) {
        if self.0.len() < SIGNALS_MAX {
            self.0.insert(signal, End::of(chunks));
        }
    }

    /// Chunks have gone; a full one has at least `full` samples.
    pub(crate) fn remove(&mut self, signal: SignalKey, t_min: i64, full: usize) {
        self.change(signal, full, |end| end.remove(t_min, full));
    }

    /// Chunks have come.
    pub(crate) fn insert(&mut self, signal: SignalKey, chunk: StoredChunk, full: usize) {
        self.change(signal, full, |end| end.insert(chunk, full));
    }

    /// Changes an end, and forgets it if it is not known any more.
    fn change(&mut self, signal: SignalKey, full: usize, change: impl FnOnce(&mut End) -> bool) {
        let known = self.0.get_mut(&signal);
        if known.is_some_and(|end| end.is_cut(full) || !change(end)) {
            self.0.remove(&signal);
        }
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        self.0 = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const FULL: usize = 10;
    const SIGNAL: SignalKey = SignalKey(7);

    /// What the statement of compaction finds of these.
    fn end(all: &BTreeMap<i64, StoredChunk>) -> Vec<StoredChunk> {
        let mut last: Vec<StoredChunk> = all.values().rev().take(LOOKED_AT).copied().collect();
        if let Some(at) = last.iter().position(|chunk| is_full(chunk, FULL)) {
            last.truncate(at + 1);
        }
        last.reverse();
        last
    }

    proptest! {
        /// Whatever comes and goes: what is remembered is what would be read.
        #[test]
        fn what_is_remembered_is_what_is_there(
            at_first in prop::collection::btree_map(0_i64..60, 1_i64..12, 0..25),
            changes in prop::collection::vec((0_i64..60, prop::option::of(1_i64..12)), 0..40),
        ) {
            let chunk = |t_min: i64, count: i64| StoredChunk { signal: 7, t_min, t_max: t_min, count, data: t_min };
            let mut all: BTreeMap<i64, StoredChunk> =
                at_first.into_iter().map(|(t_min, count)| (t_min, chunk(t_min, count))).collect();
            let mut ends = Ends::default();
            ends.put(SIGNAL, &end(&all));
            for (t_min, count) in changes {
                match count {
                    Some(count) if !all.contains_key(&t_min) => {
                        all.insert(t_min, chunk(t_min, count));
                        ends.insert(SIGNAL, chunk(t_min, count), FULL);
                    }
                    None if all.remove(&t_min).is_some() => ends.remove(SIGNAL, t_min, FULL),
                    _ => {}
                }
                match ends.get(SIGNAL) {
                    Some(known) => prop_assert_eq!(&**known, &end(&all)[..]),
                    None => ends.put(SIGNAL, &end(&all)),
                }
            }
        }
    }

    #[test]
    fn a_small_chunk_behind_others_and_their_joining_are_followed() {
        let chunk = |t_min, count| StoredChunk {
            signal: 7,
            t_min,
            t_max: t_min + 4,
            count,
            data: -1,
        };
        let mut ends = Ends::default();
        ends.put(SIGNAL, &[chunk(0, 10)]);
        ends.insert(SIGNAL, chunk(10, 3), FULL);
        ends.insert(SIGNAL, chunk(20, 4), FULL);
        assert_eq!(ends.get(SIGNAL).map(|end| end.len()), Some(3));
        ends.remove(SIGNAL, 10, FULL);
        ends.remove(SIGNAL, 20, FULL);
        ends.insert(SIGNAL, chunk(10, 10), FULL);
        assert_eq!(
            ends.get(SIGNAL).map(|end| end.to_vec()),
            Some(vec![chunk(10, 10)])
        );
        ends.remove(SIGNAL, 10, FULL);
        assert!(
            ends.get(SIGNAL).is_none(),
            "what was before a full one is not known"
        );
    }

    #[test]
    fn there_is_a_bound_to_what_is_remembered() {
        let mut ends = Ends::default();
        for signal in 0..SIGNALS_MAX as u32 + 9 {
            ends.put(SignalKey(signal), &[]);
        }
        assert!(ends.get(SignalKey(0)).is_some());
        assert!(ends.get(SignalKey(SIGNALS_MAX as u32)).is_none());
        assert!(ends.0.capacity() <= 8_192);
        ends.clear();
        assert_eq!((ends.0.len(), ends.0.capacity()), (0, 0));
    }
}
