//! Messages that came before the birth that explains them.

use std::collections::{BTreeSet, VecDeque};

use twin_core::Timestamp;

use crate::{
    limits::SparkplugLimits,
    message::Message,
    observations::{HoldId, Unread},
    reject::Reject,
};

/// A message held back.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: HoldId,
    pub(super) device: Option<Box<str>>,
    pub(super) seq: u8,
    topic: Box<str>,
    payload: Box<[u8]>,
    retain: bool,
    dup: bool,
    received: Timestamp,
}

impl Held {
    pub(super) fn message(&self) -> Message<'_> {
        Message {
            retain: self.retain,
            dup: self.dup,
            ..Message::new(&self.topic, &self.payload, self.received)
        }
    }

    /// Nothing in it could be read.
    pub(super) fn into_unread(self, reject: Reject) -> Unread {
        Unread {
            reject,
            topic: self.topic.into(),
            payload: self.payload.into(),
            received: self.received,
        }
    }
}

/// What is held of one node.
#[derive(Debug, Default)]
pub(super) struct Holds {
    list: VecDeque<Held>,
    bytes: usize,
}

/// What is held on a connection.
#[derive(Debug, Default)]
pub(super) struct HeldTotal {
    pub(super) messages: usize,
    pub(super) bytes: usize,
    last: u64,
}

impl HeldTotal {
    /// Whether one more message of this node may be held back.
    pub(super) fn has_room(
        &self,
        node: Option<&Holds>,
        message: &Message<'_>,
        limits: &SparkplugLimits,
    ) -> bool {
        let bytes = message.payload.len();
        let (messages_of_node, bytes_of_node) =
            node.map_or((0, 0), |node| (node.list.len(), node.bytes));
        limits.reorder.0 > 0
            && self.messages < limits.held
            && self.bytes + bytes <= limits.held_bytes
            && messages_of_node < limits.held_node
            && bytes_of_node + bytes <= limits.held_node_bytes
    }
}

impl Holds {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The node itself (none) and those of its devices whose messages are held.
    pub(super) fn sources(&self) -> BTreeSet<Option<Box<str>>> {
        self.list.iter().map(|held| held.device.clone()).collect()
    }

    /// Holds a message back.
    pub(super) fn put(
        &mut self,
        total: &mut HeldTotal,
        message: &Message<'_>,
        device: Option<&str>,
        seq: u8,
    ) -> HoldId {
        total.last += 1;
        let id = HoldId(total.last);
        self.bytes += message.payload.len();
        total.messages += 1;
        total.bytes += message.payload.len();
        self.list.push_back(Held {
            id,
            device: device.map(Into::into),
            seq,
            topic: message.topic.into(),
            payload: message.payload.into(),
            retain: message.retain,
            dup: message.dup,
            received: message.received,
        });
        id
    }

    /// Lets go of messages of the node itself, or of one of its devices, in the order in which they came: those whose
    /// numbers are `ripe`.
    pub(super) fn take(
        &mut self,
        total: &mut HeldTotal,
        device: Option<&str>,
        ripe: impl Fn(u8) -> bool,
    ) -> Vec<Held> {
        let mut taken = Vec::new();
        let mut kept = VecDeque::new();
        for held in self.list.drain(..) {
            if held.device.as_deref() == device && ripe(held.seq) {
                self.bytes -= held.payload.len();
                total.bytes -= held.payload.len();
                total.messages -= 1;
                taken.push(held);
            } else {
                kept.push_back(held);
            }
        }
        self.list = kept;
        taken
    }
}
