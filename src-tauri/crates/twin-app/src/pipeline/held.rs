//! Messages of QoS 1 and 2 that wait undecoded and unacknowledged while history cannot be written.

use std::collections::{HashMap, VecDeque};

use twin_connect::Inbound;

/// What an entry takes besides its text, bytes: a round figure.
const ENTRY_BYTES: usize = 256;

/// Messages with the number of their connection, oldest first.
#[derive(Debug)]
pub struct Held {
    queue: VecDeque<(usize, Inbound)>,
    /// Bytes by connection.
    bytes: HashMap<usize, usize>,
    limit: usize,
}

impl Held {
    /// Nothing yet; at most about `limit` bytes of all connections.
    pub fn new(limit: usize) -> Self {
        Held {
            queue: VecDeque::new(),
            bytes: HashMap::new(),
            limit,
        }
    }

    /// Whether a message has to be held: a broker waits for its acknowledgement.
    pub const fn wants(message: &Inbound) -> bool {
        matches!(
            message,
            Inbound::Message { ack: Some(_), .. } | Inbound::Unreadable { ack: Some(_), .. }
        )
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many are held.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether no more may come of a connection, of which there are `connections`: each has an equal part.
    pub fn is_full(&self, source: usize, connections: usize) -> bool {
        let held = self.bytes.get(&source).copied().unwrap_or(0);
        held >= self.limit / connections.max(1)
    }

    /// Holds one more.
    pub fn push(&mut self, source: usize, message: Inbound) {
        *self.bytes.entry(source).or_default() += bytes(&message);
        self.queue.push_back((source, message));
    }

    /// Takes the oldest out, at most `count`.
    pub fn take(&mut self, count: usize) -> Vec<(usize, Inbound)> {
        let taken: Vec<_> = self.queue.drain(..count.min(self.queue.len())).collect();
        for (source, message) in &taken {
            if let Some(held) = self.bytes.get_mut(source) {
                *held -= bytes(message);
            }
        }
        taken
    }

    /// The broker is about to deliver a connection's unacknowledged messages again, or it has ended.
    pub fn forget(&mut self, source: usize) {
        self.queue.retain(|(of, _)| *of != source);
        self.bytes.remove(&source);
    }
}

fn bytes(message: &Inbound) -> usize {
    ENTRY_BYTES
        + match message {
            Inbound::Message { topic, payload, .. } => topic.len() + payload.len(),
            Inbound::Unreadable {
                topic,
                excerpt,
                detail,
                ..
            } => topic.len() + excerpt.len() + detail.len(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use twin_core::Timestamp;

    use super::*;

    fn message() -> Inbound {
        Inbound::Unreadable {
            received: Timestamp(0),
            topic: "t".into(),
            cause: twin_connect::Unfit::TooLarge,
            detail: "x".repeat(1_000),
            excerpt: bytes::Bytes::new(),
            size: 0,
            ack: None,
        }
    }

    #[test]
    fn a_connection_that_is_full_leaves_the_others_their_part() {
        let mut held = Held::new(10_000);
        for _ in 0..5 {
            held.push(0, message());
        }
        assert!(held.is_full(0, 2) && !held.is_full(1, 2));
        assert!(!held.is_full(0, 1), "alone it has all of it");
        assert_eq!(held.take(2).len(), 2);
        assert!(!held.is_full(0, 2));
        held.forget(0);
        assert!(held.is_empty() && !held.is_full(0, 1_000));
    }
}
