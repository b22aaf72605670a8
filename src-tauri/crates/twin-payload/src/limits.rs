//! Bounds on what one connection may ask of memory and time.

/// Bounds of a decoder. A message beyond one of them is rejected; nothing is cut off in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest payload, bytes.
    pub payload_bytes: usize,
    /// Most topics a connection may ever have, Sparkplug's apart.
    pub topics: usize,
    /// Most addresses a connection may ever have.
    pub addresses: usize,
    /// Longest address and longest topic, bytes.
    pub address_bytes: usize,
    /// Longest text value, bytes. A longer one is not a signal; it is left out and counted as skipped.
    pub text_bytes: usize,
    /// Deepest nesting of JSON objects and arrays; 128 at most, whatever is set.
    pub json_depth: usize,
    /// Most values in one JSON message.
    pub json_values: usize,
    /// Most metrics in one Sparkplug message.
    pub metrics: usize,
    /// Most Sparkplug nodes, Sparkplug devices and other sources, each.
    pub sources: usize,
    /// Most signals that one source may describe.
    pub points: usize,
    /// Largest payload of a document in which a gateway lists its devices, bytes.
    pub document_bytes: usize,
    /// Most values in a document by which devices describe themselves.
    pub document_values: usize,
    /// Longest text in a description, bytes. A longer one is left out and counted as skipped.
    pub description_text_bytes: usize,
    /// Most that a convention keeps of what devices say of themselves, bytes of text.
    pub kept_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes: 1024 * 1024,
            topics: 100_000,
            addresses: 100_000,
            address_bytes: 1_024,
            text_bytes: 4_096,
            json_depth: 32,
            json_values: 4_096,
            metrics: 65_536,
            sources: 10_000,
            points: 65_536,
            document_bytes: 8 * 1024 * 1024,
            document_values: 262_144,
            description_text_bytes: 1_024,
            kept_bytes: 16 * 1024 * 1024,
        }
    }
}
