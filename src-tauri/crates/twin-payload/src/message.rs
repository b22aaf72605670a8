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
    /// Media type of the payload, when the message names one (MQTT 5, section 3.3.2.3.9; CoAP Content-Format).
    pub content_type: Option<&'a str>,
    /// User properties in the order sent (MQTT 5, section 3.3.2.3.7): names may repeat.
    pub user: &'a [(String, String)],
}

impl<'a> Message<'a> {
    /// A fresh message without properties.
    pub const fn new(topic: &'a str, payload: &'a [u8], received: Timestamp) -> Self {
        Message {
            topic,
            payload,
            retain: false,
            dup: false,
            received,
            content_type: None,
            user: &[],
        }
    }
}
