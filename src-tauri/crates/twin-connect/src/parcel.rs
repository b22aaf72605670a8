//! A message as it came from the broker, and what its owner gets of it.

use bytes::Bytes;
use twin_core::Timestamp;

use crate::{AckHandle, Inbound, Properties, Qos, Topic, Unfit};

/// How much is kept of a payload that is too large, bytes.
pub(crate) const EXCERPT: usize = 4_096;

/// A message that was not read: only the beginning of its payload is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Why.
    pub(crate) cause: Unfit,
    /// What is wrong with it, in words.
    pub(crate) detail: String,
    /// What its whole payload has, bytes.
    pub(crate) payload: usize,
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
        let is_large = payload.len() > limit;
        let topic = match Topic::read(topic) {
            Ok(topic) if unread.is_none() && !is_large => {
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
            Ok(topic) => topic.into(),
            Err(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let mut size = payload.len();
        let (cause, detail) = match unread {
            Some(unread) => {
                size = unread.payload;
                (unread.cause, unread.detail)
            }
            None if is_large => {
                let detail =
                    format!("its payload of {size} bytes is larger than the limit of {limit}");
                (Unfit::TooLarge, detail)
            }
            None => (Unfit::Malformed, "its topic is not valid UTF-8".into()),
        };
        let kept = if is_large { EXCERPT } else { payload.len() };
        Inbound::Unreadable {
            received,
            topic: topic.replace('\0', "\u{fffd}"),
            cause,
            detail,
            // A copy, so that the excerpt does not keep the whole packet alive.
            excerpt: Bytes::copy_from_slice(&payload[..payload.len().min(kept)]),
            size: u32::try_from(size).unwrap_or(u32::MAX),
            ack,
        }
    }
}
