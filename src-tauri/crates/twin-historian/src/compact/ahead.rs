//! What was read for several signals at once, because a statement costs more than what it reads.

use std::collections::HashMap;

use twin_core::SignalKey;

use super::plan::StoredChunk;

/// Chunks at the end of a signal that are looked at: it stands in the statements too.
pub(super) const LOOKED_AT: usize = 16;

/// The ends of signals, and the chunks there that will be written again.
#[derive(Default)]
pub(super) struct Ahead {
    pub ends: HashMap<SignalKey, Vec<StoredChunk>>,
    /// By id of the data.
    pub blobs: HashMap<i64, Vec<u8>>,
}
