//! What passes between a connection and its owner.

use std::{fmt, ops::Deref, sync::Arc};

use bytes::{Bytes, BytesMut};
use twin_core::Timestamp;

use crate::{DownReason, Qos, TlsFacts};

/// The right to acknowledge one message. It is worth something only on the link that delivered the message: once that
/// link is gone the broker delivers the message again, with a handle of its own, and the old handle does nothing. Give
/// every handle back some day: acknowledgements go out in order of arrival, so one that never returns keeps all later
/// ones of its link waiting.
#[derive(Debug, PartialEq, Eq)]
pub struct AckHandle {
    pub(crate) epoch: u64,
    pub(crate) number: u64,
}

/// A topic name: text in the buffer in which it arrived, so that a message costs no memory of its own.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Topic(Bytes);

impl Topic {
    /// The topic in these bytes; gives them back when they are not valid UTF-8.
    pub(crate) fn read(bytes: Bytes) -> Result<Self, Bytes> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(Topic(bytes)),
            Err(_) => Err(bytes),
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        // Checked when it was made; checking so few bytes again costs nothing that can be measured.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Deref for Topic {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Topic {
    fn from(text: String) -> Self {
        Topic(text.into())
    }
}

impl From<&str> for Topic {
    fn from(text: &str) -> Self {
        Topic(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.as_str().to_owned()
    }
}

impl PartialEq<str> for Topic {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Topic {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// User properties of a message that are kept.
const MAX_USER: usize = 32;
/// What all properties of a message may take, bytes.
const MAX_PROPERTIES: usize = 8_192;

/// What a message says about itself besides its payload: at most 32 user properties, and 8 KiB in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// Media type of the payload.
    pub content_type: Option<String>,
    /// Names and values that the sender added, in order; names may repeat.
    pub user: Vec<(String, String)>,
    /// How many more there were, beyond the bounds.
    pub left_out: usize,
}

impl Properties {
    /// As much of them as the bounds allow; none if there are none.
    pub(crate) fn bounded(
        content_type: Option<String>,
        mut user: Vec<(String, String)>,
    ) -> Option<Self> {
        let all = usize::from(content_type.is_some()) + user.len();
        let mut room = MAX_PROPERTIES;
        let mut fits = |size: usize| match room.checked_sub(size) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        let content_type = content_type.filter(|text| fits(text.len()));
        let kept = user
            .iter()
            .take(MAX_USER)
            .take_while(|(name, value)| fits(name.len() + value.len()));
        let kept = kept.count();
        user.truncate(kept);
        user.shrink_to_fit();
        (all > 0).then(|| Properties {
            left_out: all - kept - usize::from(content_type.is_some()),
            content_type,
            user,
        })
    }

    /// What they take, bytes.
    pub(crate) fn size(&self) -> usize {
        let user = self
            .user
            .iter()
            .map(|(name, value)| name.len() + value.len());
        self.content_type.as_ref().map_or(0, String::len) + user.sum::<usize>()
    }
}

/// State of a link to a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// An attempt is under way.
    Connecting,
    /// The broker has accepted the client.
    Up {
        /// Whether the broker still had this client's session, and so delivers what it missed.
        session_present: bool,
        /// How the link is protected, in words, such as "TLS 1.3, client certificate".
        security: String,
        /// What TLS has agreed on; none without TLS.
        tls: Option<Arc<TlsFacts>>,
    },
    /// Not connected; the next attempt follows by itself.
    Down {
        /// Why.
        reason: DownReason,
    },
    /// Another client has taken the client id, or seems to have. The next attempt waits for the longest back-off, so
    /// that the two do not throw each other out in turns.
    TakenOver {
        /// What was seen.
        reason: DownReason,
    },
}

/// A subscription that the broker has granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Topic filter.
    pub filter: String,
    /// Quality of service granted; may be lower than asked for.
    pub qos: Qos,
}

/// A subscription that the broker has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Topic filter.
    pub filter: String,
    /// Why, in words.
    pub reason: String,
}

/// Why a message is not handed on as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unfit {
    /// It has too many bytes.
    TooLarge,
    /// Its topic or its properties are none (MQTT 5, 1.5.4, 3.3.2 and 4.7).
    Malformed,
}

impl Unfit {
    /// Short name, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            Unfit::TooLarge => "too-large",
            Unfit::Malformed => "malformed",
        }
    }
}

/// What comes out of a connection, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Inbound {
    /// The link changed.
    Link {
        /// When.
        at: Timestamp,
        /// To what.
        state: LinkState,
    },
    /// The broker has answered all subscriptions. Some may be refused while the link stays up; when all are, the link
    /// goes down.
    Subscribed {
        /// When.
        at: Timestamp,
        /// Granted ones.
        granted: Vec<Grant>,
        /// Refused ones.
        refused: Vec<Refusal>,
    },
    /// A message.
    Message {
        /// Topic name.
        topic: Topic,
        /// Payload.
        payload: Bytes,
        /// Quality of service of the delivery.
        qos: Qos,
        /// Whether it was kept by the broker from before the subscription.
        retain: bool,
        /// Whether the broker marks it as delivered before.
        dup: bool,
        /// When it was read.
        received: Timestamp,
        /// What it says about itself; none when it says nothing.
        properties: Option<Box<Properties>>,
        /// For QoS 1 and 2: give it back by [`Command::Ack`] once the message is safe.
        ack: Option<AckHandle>,
    },
    /// A message too large to hand on or to be read, or with a topic or properties that are none. Acknowledge it like any
    /// other, or the broker will repeat it.
    Unreadable {
        /// When it was read.
        received: Timestamp,
        /// Topic name; what is no text in it is replaced by U+FFFD.
        topic: String,
        /// Why.
        cause: Unfit,
        /// What is wrong with it, in words.
        detail: String,
        /// Its payload; of one that is too large the beginning, at most 4 KiB.
        excerpt: Bytes,
        /// Bytes of the whole payload, as far as is known: at least those of the excerpt.
        size: u32,
        /// For QoS 1 and 2.
        ack: Option<AckHandle>,
    },
    /// Messages were lost because the consumer had fallen behind, or with the end of a link: of QoS 0, or of any that a broker
    /// with a session would deliver again, if it keeps none, or has lost it meanwhile.
    Dropped {
        /// When this was reported.
        at: Timestamp,
        /// How many since the last such report.
        count: u64,
    },
    /// Messages of QoS 0 beyond [`crate::Limits::rate`] were thrown away.
    Throttled {
        /// When this was reported.
        at: Timestamp,
        /// How many since the last such report.
        count: u64,
    },
    /// A [`Command::Publish`] that did not go out.
    NotSent {
        /// When.
        at: Timestamp,
        /// Its topic.
        topic: String,
        /// Why, in words.
        reason: String,
    },
}

impl Inbound {
    /// Whether it is a message that waits to be acknowledged, of the link of this epoch or of a later one.
    pub(crate) fn wants_ack_since(&self, epoch: u64) -> bool {
        match self {
            Inbound::Message { ack, .. } | Inbound::Unreadable { ack, .. } => {
                ack.as_ref().is_some_and(|handle| handle.epoch >= epoch)
            }
            _ => false,
        }
    }

    /// The same with memory of its own. What comes from the wire lies in the buffer that it was read into, and keeps all of
    /// that from being given back.
    pub(crate) fn detached(mut self) -> Self {
        if let Inbound::Message { topic, payload, .. } = &mut self {
            let mut both = BytesMut::with_capacity(topic.len() + payload.len());
            both.extend_from_slice(&topic.0);
            both.extend_from_slice(payload);
            topic.0 = both.split_to(topic.len()).freeze();
            *payload = both.freeze();
        }
        self
    }
}

/// What its owner may ask of a connection.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// The message is safe.
    Ack(AckHandle),
    /// These messages are safe: one command for a whole commit.
    AckAll(Vec<AckHandle>),
    /// Send a message. It goes out on the link that is up now, or is answered by [`Inbound::NotSent`]:
    /// an instruction to a plant must not be carried out long after it was given.
    Publish {
        /// Topic name.
        topic: String,
        /// Payload.
        payload: Bytes,
        /// Quality of service.
        qos: Qos,
        /// Whether the broker keeps it for those who subscribe later.
        retain: bool,
    },
    /// Do not wait for the next attempt.
    Reconnect,
    /// Say goodbye to the broker and end; before that, what the [`crate::Will`] says goes out.
    Stop,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The first that fit, in order, and the rest counted.
        #[test]
        fn properties_are_bounded_and_what_is_left_out_is_counted(
            content_type in prop::option::of("a{0,9000}"),
            sizes in prop::collection::vec((0_usize..300, 0_usize..3_000), 0..50),
        ) {
            let pair = |(name, value): &(usize, usize)| ("n".repeat(*name), "v".repeat(*value));
            let user: Vec<_> = sizes.iter().map(pair).collect();
            let all = user.len() + usize::from(content_type.is_some());
            let Some(bounded) = Properties::bounded(content_type.clone(), user.clone()) else {
                prop_assert_eq!(all, 0);
                return Ok(());
            };
            prop_assert!(bounded.size() <= MAX_PROPERTIES && bounded.user.len() <= MAX_USER);
            prop_assert!(user.starts_with(&bounded.user));
            let kept = bounded.user.len() + usize::from(bounded.content_type.is_some());
            prop_assert_eq!(kept + bounded.left_out, all);
            if content_type.as_ref().is_some_and(|text| text.len() <= MAX_PROPERTIES) {
                prop_assert_eq!(bounded.content_type, content_type);
            }
        }
    }

    #[test]
    fn what_is_detached_is_the_same_in_memory_of_its_own() {
        let buffer = Bytes::from(vec![b'a'; 10_000]);
        let message = |buffer: &Bytes| Inbound::Message {
            topic: Topic(buffer.slice(..3)),
            payload: buffer.slice(3..9),
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received: Timestamp(7),
            properties: None,
            ack: None,
        };
        let detached = message(&buffer).detached();
        assert_eq!(detached, message(&buffer));
        assert!(buffer.is_unique(), "nothing else keeps the buffer");
    }
}
