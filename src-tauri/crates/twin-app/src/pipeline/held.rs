//! Messages of QoS 1 and 2 that wait undecoded and unacknowledged while history cannot be written.

use std::collections::VecDeque;

use twin_connect::Inbound;

/// What an entry takes besides its text, bytes: a round figure.
const ENTRY_BYTES: usize = 256;

/// Messages with the number of their connection, oldest first.
#[derive(Debug)]
pub struct Held {
    queue: VecDeque<(usize, Inbound)>,
    bytes: usize,
    limit: usize,
}

impl Held {
    /// Nothing yet; at most about `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Held {
            queue: VecDeque::new(),
            bytes: 0,
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

    /// Whether no more may come.
    pub const fn is_full(&self) -> bool {
        self.bytes >= self.limit
    }

    /// Holds one more.
    pub fn push(&mut self, source: usize, message: Inbound) {
        self.bytes += bytes(&message);
        self.queue.push_back((source, message));
    }

    /// Takes the oldest out, at most `count`.
    pub fn take(&mut self, count: usize) -> Vec<(usize, Inbound)> {
        let taken: Vec<_> = self.queue.drain(..count.min(self.queue.len())).collect();
        self.bytes -= taken
            .iter()
            .map(|(_, message)| bytes(message))
            .sum::<usize>();
        taken
    }

    /// The broker is about to deliver a connection's unacknowledged messages again, or it has ended.
    pub fn forget(&mut self, source: usize) {
        self.queue.retain(|(of, _)| *of != source);
        self.bytes = self.queue.iter().map(|(_, message)| bytes(message)).sum();
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
