//! A message as it came from the broker, and what its owner gets of it.

use bytes::Bytes;
use twin_core::Timestamp;

use crate::{AckHandle, Inbound, Properties, Qos, Topic};

/// How much of an unreadable message is shown, bytes.
pub(crate) const EXCERPT: usize = 4_096;

/// A message that was not read: only the beginning of its payload is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Why.
    pub(crate) excess: Excess,
    /// What its whole payload has, bytes.
    pub(crate) payload: usize,
}

/// What a message has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Excess {
    /// Bytes.
    #[error("its packet of {size} bytes is larger than the {limit} that are read at all")]
    Packet { size: usize, limit: usize },
    /// Properties (MQTT 5, 3.3.2.3).
    #[error("it has {size} bytes of properties, more than the {limit} that are read at all")]
    Properties { size: usize, limit: usize },
}

/// A message as it came, but for its acknowledgement.
pub(crate) struct Parcel {
    pub(crate) topic: Bytes,
    pub(crate) payload: Bytes,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    pub(crate) properties: Option<Box<Properties>>,
    pub(crate) unread: Option<Unread>,
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
            unread,
        } = self;
        let (topic, detail) = match Topic::read(topic) {
            Ok(topic) if unread.is_none() && payload.len() <= limit => {
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
                match unread {
                    Some(unread) => unread.excess.to_string(),
                    None => format!(
                        "its payload of {} bytes is larger than the limit of {limit}",
                        payload.len()
                    ),
                },
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
