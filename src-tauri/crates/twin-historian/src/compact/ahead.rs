//! What was read for several signals at once, because a statement costs more than what it reads.

use std::{collections::HashMap, ops::Deref};

use twin_core::SignalKey;

use super::plan::StoredChunk;

/// Chunks at the end of a signal that are looked at: it stands in the statements too.
pub(super) const LOOKED_AT: usize = 16;

/// The last chunks of a signal, in order of time.
#[derive(Clone, Copy, Default)]
pub(super) struct End {
    chunks: [StoredChunk; LOOKED_AT],
    len: usize,
}

impl End {
    /// Of these; the last ones, when there are more.
    pub(super) fn of(chunks: &[StoredChunk]) -> Self {
        let mut end = End::default();
        let last = &chunks[chunks.len().saturating_sub(LOOKED_AT)..];
        for (slot, chunk) in end.chunks.iter_mut().zip(last) {
            *slot = *chunk;
        }
        end.len = last.len();
        end
    }
}

impl Deref for End {
    type Target = [StoredChunk];

    fn deref(&self) -> &[StoredChunk] {
        &self.chunks[..self.len]
    }
}

/// The ends of signals, and the chunks there that will be written again.
#[derive(Default)]
pub(super) struct Ahead {
    /// Signals whose ends were read and not asked for yet.
    signals: Vec<SignalKey>,
    /// Their ends one behind the other, by key.
    chunks: Vec<StoredChunk>,
    /// By id of the data.
    pub blobs: HashMap<i64, Vec<u8>>,
}

impl Ahead {
    /// Begins anew with these signals.
    pub(super) fn begin(&mut self, signals: impl Iterator<Item = SignalKey>) {
        self.signals.clear();
        self.signals.extend(signals);
        self.chunks.clear();
        self.blobs.clear();
    }

    /// Adds a chunk, in the order of keys and of time.
    pub(super) fn add(&mut self, chunk: StoredChunk) {
        self.chunks.push(chunk);
    }

    /// The end of a signal, if it was read and not taken yet.
    pub(super) fn end(&self, signal: SignalKey) -> Option<&[StoredChunk]> {
        self.signals.contains(&signal).then(|| {
            let key = i64::from(signal.0);
            let begin = self.chunks.partition_point(|chunk| chunk.signal < key);
            let end = self.chunks.partition_point(|chunk| chunk.signal <= key);
            &self.chunks[begin..end]
        })
    }

    /// Takes the end of a signal: what is written next makes it another.
    pub(super) fn take(&mut self, signal: SignalKey) -> Option<End> {
        let end = self.end(signal).map(End::of)?;
        self.signals.retain(|other| *other != signal);
        Some(end)
    }
}
