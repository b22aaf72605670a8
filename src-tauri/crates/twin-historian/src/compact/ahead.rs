//! What was read for several signals at once, because a statement costs more than what it reads.

use std::collections::HashMap;

use twin_core::SignalKey;

use crate::ends::{End, StoredChunk};

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

    /// Adds the end of a signal, in the order of keys.
    pub(super) fn add(&mut self, end: &[StoredChunk]) {
        self.chunks.extend_from_slice(end);
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
