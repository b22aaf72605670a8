//! The way out to the consumer, which may have fallen behind.

use std::collections::VecDeque;

use twin_core::Timestamp;

use crate::{
    Inbound, InboundSender, Qos,
    inbox::{Room, weight},
};

/// A bounded channel that is never waited for. What does not fit is held, except for messages of QoS 0, which are
/// counted and thrown away. Once `limit` bytes are held the owner offers no more messages (see [`Outlet::is_full`]), and
/// of the rest only the newest state of the link is kept.
pub(crate) struct Outlet {
    sender: InboundSender,
    waiting: VecDeque<Inbound>,
    held: usize,
    limit: usize,
    dropped: u64,
}

impl Outlet {
    pub(crate) fn new(sender: InboundSender, limit: usize) -> Self {
        Outlet {
            sender,
            waiting: VecDeque::new(),
            held: 0,
            limit,
            dropped: 0,
        }
    }

    pub(crate) fn sender(&self) -> InboundSender {
        self.sender.clone()
    }

    /// Hands on, holds, or counts.
    pub(crate) fn offer(&mut self, item: Inbound, now: Timestamp) {
        let Some(item) = self.pass(item, now) else {
            return;
        };
        match item {
            Inbound::Message {
                qos: Qos::AtMostOnce,
                ..
            }
            | Inbound::Unreadable { ack: None, .. } => self.dropped += 1,
            // Only the newest state matters to one who is that far behind; keeping all would have no bound.
            Inbound::Link { .. } if self.ends_in_links() => {
                self.waiting.pop_back();
                self.waiting.push_back(item);
            }
            Inbound::Throttled { at, count } => self.add_throttled(at, count),
            Inbound::Subscribed { .. } | Inbound::NotSent { .. } if self.is_full() => {
                tracing::warn!(?item, "not reported: the consumer is too far behind");
            }
            item => {
                self.held += weight(&item);
                self.waiting.push_back(item.detached());
            }
        }
    }

    /// One report that waits is enough: it takes the later ones in.
    fn add_throttled(&mut self, at: Timestamp, count: u64) {
        let waiting = self.waiting.iter_mut().find_map(|item| match item {
            Inbound::Throttled { count, .. } => Some(count),
            _ => None,
        });
        if let Some(earlier) = waiting {
            *earlier += count;
        } else {
            let item = Inbound::Throttled { at, count };
            self.held += weight(&item);
            self.waiting.push_back(item);
        }
    }

    /// Counts messages that are not even offered.
    pub(crate) fn drop_some(&mut self, count: u64) {
        self.dropped += count;
    }

    /// Tries the channel; gives back what did not fit. Order is kept: nothing passes what waits.
    fn pass(&mut self, item: Inbound, now: Timestamp) -> Option<Inbound> {
        if !self.waiting.is_empty() {
            return Some(item);
        }
        if self.dropped > 0 {
            let count = self.dropped;
            let report = Inbound::Dropped { at: now, count };
            if self.sender.offer(report).is_err() {
                return Some(item);
            }
            self.dropped = 0;
        }
        self.sender.offer(item).err()
    }

    /// Two states in a row tell a change; when full one has to do.
    fn ends_in_links(&self) -> bool {
        let needed = if self.is_full() { 1 } else { 2 };
        let last = self.waiting.iter().rev().take(needed);
        last.filter(|item| matches!(item, Inbound::Link { .. }))
            .count()
            == needed
    }

    /// Whether something waits for room.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty() || self.dropped > 0
    }

    /// Whether as much waits as may.
    pub(crate) fn is_full(&self) -> bool {
        self.held >= self.limit
    }

    /// There is room: hands on the next that waits.
    pub(crate) fn pump(&mut self, room: Room<'_>, now: Timestamp) {
        if let Some(item) = self.waiting.pop_front() {
            self.held = self.held.saturating_sub(weight(&item));
            room.send(item);
        } else if self.dropped > 0 {
            room.send(Inbound::Dropped {
                at: now,
                count: self.dropped,
            });
            self.dropped = 0;
        }
    }

    /// The broker is about to deliver again what was not acknowledged since the link of this epoch: the copies that still
    /// wait would come twice. Gives how many these were.
    pub(crate) fn forget_unacknowledged(&mut self, since: u64) -> u64 {
        let before = self.waiting.len();
        self.waiting.retain(|item| !item.wants_ack_since(since));
        self.held = self.waiting.iter().map(weight).sum();
        (before - self.waiting.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::sync::mpsc;

    use super::*;
    use crate::{AckHandle, LinkState, inbox::ENTRY};

    const NOW: Timestamp = Timestamp(7);

    fn message(topic: &str, number: Option<u64>) -> Inbound {
        Inbound::Message {
            topic: topic.into(),
            payload: Bytes::from_static(b"12345"),
            qos: if number.is_some() {
                Qos::AtLeastOnce
            } else {
                Qos::AtMostOnce
            },
            retain: false,
            dup: false,
            received: NOW,
            properties: None,
            ack: number.map(|number| AckHandle { epoch: 1, number }),
        }
    }

    async fn drain(outlet: &mut Outlet, inbox: &mut mpsc::Receiver<Inbound>) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            while let Ok(item) = inbox.try_recv() {
                seen.push(match item {
                    Inbound::Message { topic, .. } => topic.into(),
                    Inbound::Dropped { count, .. } => format!("dropped {count}"),
                    Inbound::Link { state, .. } => format!("{state:?}"),
                    other => format!("{other:?}"),
                });
            }
            if !outlet.is_waiting() {
                return seen;
            }
            let sender = outlet.sender();
            outlet.pump(sender.room().await.unwrap(), NOW);
        }
    }

    #[tokio::test]
    async fn quality_0_is_counted_and_the_rest_held_in_order() {
        let (sender, mut inbox) = mpsc::channel(1);
        let mut outlet = Outlet::new(sender.into(), 10_000);
        outlet.offer(message("a", None), NOW);
        outlet.offer(message("b", None), NOW);
        outlet.offer(message("c", Some(0)), NOW);
        outlet.offer(message("d", None), NOW);
        outlet.offer(message("e", Some(1)), NOW);
        assert_eq!(outlet.held, 2 * (ENTRY + 6));
        assert_eq!(
            drain(&mut outlet, &mut inbox).await,
            ["a", "c", "e", "dropped 2"]
        );
        assert_eq!(outlet.held, 0);
        outlet.offer(message("f", None), NOW);
        assert_eq!(drain(&mut outlet, &mut inbox).await, ["f"]);
    }

    #[tokio::test]
    async fn links_are_bounded_and_the_newest_is_kept() {
        let (sender, mut inbox) = mpsc::channel(1);
        let mut outlet = Outlet::new(sender.into(), 10_000);
        outlet.offer(message("a", None), NOW);
        outlet.offer(message("b", Some(0)), NOW);
        for _ in 0..1000 {
            outlet.offer(
                Inbound::Link {
                    at: NOW,
                    state: LinkState::Connecting,
                },
                NOW,
            );
        }
        let state = LinkState::Up {
            session_present: true,
            security: String::new(),
            tls: None,
        };
        outlet.offer(Inbound::Link { at: NOW, state }, NOW);
        assert_eq!(outlet.forget_unacknowledged(0), 1);
        let seen = drain(&mut outlet, &mut inbox).await;
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(seen[2].starts_with("Up"), "{seen:?}");
    }
}
