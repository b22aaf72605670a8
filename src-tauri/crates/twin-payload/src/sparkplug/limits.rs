//! Bounds that are Sparkplug's own.

use twin_core::Duration;

/// Bounds of the Sparkplug part of a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparkplugLimits {
    /// How long a message that is missing, or a birth that is missing, is waited for. Not positive: not at all.
    pub reorder: Duration,
    /// Most messages held back on a connection, because the birth that explains them has not come. 0 holds none back:
    /// whoever sets more must keep the acknowledgement of a held message until it is released, ask
    /// [`next_deadline`](crate::Decoder::next_deadline) and [`poll`](crate::Decoder::poll), and stay below a quarter
    /// of the messages that the broker sends unacknowledged.
    pub held: usize,
    /// Most messages held back of one node.
    pub held_node: usize,
    /// Most payload bytes held back of one node.
    pub held_node_bytes: usize,
    /// Most payload bytes held back on a connection.
    pub held_bytes: usize,
    /// Largest payload after unpacking, bytes.
    pub unpacked_bytes: usize,
    /// Most host applications whose state is kept.
    pub hosts: usize,
}

impl Default for SparkplugLimits {
    fn default() -> Self {
        SparkplugLimits {
            reorder: Duration::from_secs(5),
            held: 0,
            held_node: 64,
            held_node_bytes: 256 * 1024,
            held_bytes: 16 * 1024 * 1024,
            unpacked_bytes: 4 * 1024 * 1024,
            hosts: 1_000,
        }
    }
}
