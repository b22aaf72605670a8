//! A message on its way to a broker.

/// A message: every message of the plant is QoS 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its topic.
    pub topic: String,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
}

impl Message {
    /// A Sparkplug message: never retained.
    pub(crate) fn sparkplug(topic: String, payload: Vec<u8>) -> Self {
        Message {
            topic,
            payload,
            retain: false,
        }
    }

    /// A JSON document.
    pub(crate) fn json(
        topic: impl Into<String>,
        document: &serde_json::Value,
        retain: bool,
    ) -> Self {
        Message {
            topic: topic.into(),
            payload: document.to_string().into_bytes(),
            retain,
        }
    }
}
