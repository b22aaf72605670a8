//! A message as it came from the broker, and what its owner gets of it.

use bytes::Bytes;
use twin_core::Timestamp;

use crate::{AckHandle, Inbound, Properties, Qos, Topic};

/// How much of an unreadable message is shown, bytes.
const EXCERPT: usize = 4_096;

/// A message as it came, but for its acknowledgement.
pub(crate) struct Parcel {
    pub(crate) topic: Bytes,
    pub(crate) payload: Bytes,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    pub(crate) properties: Option<Box<Properties>>,
}

impl Parcel {
    /// What to hand on; a payload of more than `limit` bytes is unreadable.
    pub(crate) fn open(self, received: Timestamp, limit: usize, ack: Option<AckHandle>) -> Inbound {
        let Parcel {
            topic,
            payload,
            qos,
            retain,
            dup,
            properties,
        } = self;
        let (topic, detail) = match Topic::read(topic) {
            Ok(topic) if payload.len() <= limit => {
                return Inbound::Message {
                    topic,
                    payload,
                    qos,
                    retain,
                    dup,
                    received,
                    properties,
                    ack,
                };
            }
            Ok(topic) => (
                topic.into(),
                format!(
                    "its payload of {} bytes is larger than the limit of {limit}",
                    payload.len()
                ),
            ),
            Err((bytes, error)) => (
                String::from_utf8_lossy(&bytes).into_owned(),
                format!("its topic is not valid UTF-8: {error}"),
            ),
        };
        Inbound::Unreadable {
            received,
            topic,
            detail,
            // A copy, so that the excerpt does not keep the whole packet alive.
            excerpt: Bytes::copy_from_slice(&payload[..payload.len().min(EXCERPT)]),
            ack,
        }
    }
}
