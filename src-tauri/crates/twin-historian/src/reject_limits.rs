//! How much evidence of unreadable messages is kept.

/// How much is kept of messages that could not be decoded, of all connections together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectLimits {
    /// Messages.
    pub rows: u32,
    /// Bytes of payloads, topics and words, with some 256 a message on top.
    pub bytes: u64,
}

impl Default for RejectLimits {
    fn default() -> Self {
        RejectLimits {
            rows: 500_000,
            bytes: 256 << 20,
        }
    }
}
