//! What a connection hands over for decoding.

use twin_core::Timestamp;

/// A message as it came from the broker.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Topic.
    pub topic: &'a str,
    /// Payload.
    pub payload: &'a [u8],
    /// Whether the broker had kept it: true once, its age unknown.
    pub retain: bool,
    /// Whether the broker delivers it again.
    pub dup: bool,
    /// When it arrived.
    pub received: Timestamp,
}
