//! The queue between a connection and its owner. It is bounded by number and by bytes, and taken out in batches, so that
//! a flood costs its owner one wake for many messages.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::sync::{
    Notify,
    mpsc::{self, Permit, Receiver, Sender, error::TrySendError},
};

use crate::Inbound;

/// What an entry takes besides its text, bytes: a round figure, so that many empty messages count too.
pub(crate) const ENTRY: usize = 256;

/// A queue of at most so many entries, and of about so many bytes: one entry more than fits.
pub fn inbox(entries: usize, bytes: usize) -> (InboundSender, Inbox) {
    let (sender, receiver) = mpsc::channel(entries.max(1));
    let level = Arc::new(Level::default());
    let sender = InboundSender {
        sender,
        level: Arc::clone(&level),
        limit: bytes.max(1),
    };
    (sender, Inbox { receiver, level })
}

/// How full it is.
#[derive(Debug, Default)]
struct Level {
    bytes: AtomicUsize,
    /// Somebody waits for it to fall.
    starved: AtomicBool,
    fell: Notify,
}

impl Level {
    /// So many bytes were taken out.
    fn fall(&self, weight: usize) {
        // A plain channel's entries were not counted.
        let counted = |level: usize| Some(level.saturating_sub(weight));
        // The closure never declines.
        let _ = self
            .bytes
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, counted);
        if self.starved.swap(false, Ordering::SeqCst) {
            self.fell.notify_one();
        }
    }
}

/// The connection's end.
#[derive(Clone, Debug)]
pub struct InboundSender {
    sender: Sender<Inbound>,
    level: Arc<Level>,
    limit: usize,
}

/// Room for one entry.
pub(crate) struct Room<'a> {
    permit: Permit<'a, Inbound>,
    level: &'a Level,
}

/// The owner's end.
#[derive(Debug)]
pub struct Inbox {
    receiver: Receiver<Inbound>,
    level: Arc<Level>,
}

/// A plain channel has no bound but its number of entries.
impl From<Sender<Inbound>> for InboundSender {
    fn from(sender: Sender<Inbound>) -> Self {
        InboundSender {
            sender,
            level: Arc::default(),
            limit: usize::MAX,
        }
    }
}

impl From<Receiver<Inbound>> for Inbox {
    fn from(receiver: Receiver<Inbound>) -> Self {
        Inbox {
            receiver,
            level: Arc::default(),
        }
    }
}

impl InboundSender {
    fn is_full(&self) -> bool {
        self.limit != usize::MAX && self.level.bytes.load(Ordering::SeqCst) >= self.limit
    }

    /// Puts an entry in, or gives it back when there is no room or nobody to take it.
    pub(crate) fn offer(&self, item: Inbound) -> Result<(), Inbound> {
        if self.is_full() {
            return Err(item);
        }
        // Counted first: it may be taken out at once.
        let weight = weight(&item);
        self.level.bytes.fetch_add(weight, Ordering::AcqRel);
        let outcome = self.sender.try_send(item);
        outcome.map_err(|refused| {
            self.level.bytes.fetch_sub(weight, Ordering::AcqRel);
            match refused {
                TrySendError::Full(item) | TrySendError::Closed(item) => item,
            }
        })
    }

    /// Waits for room; none when the other end is gone.
    pub(crate) async fn room(&self) -> Option<Room<'_>> {
        while self.is_full() {
            self.level.starved.store(true, Ordering::SeqCst);
            // It may have fallen before anybody knew that it is waited for.
            if !self.is_full() {
                break;
            }
            tokio::select! {
                () = self.level.fell.notified() => {}
                () = self.sender.closed() => return None,
            }
        }
        let permit = self.sender.reserve().await.ok()?;
        Some(Room {
            permit,
            level: &self.level,
        })
    }

    /// Waits until the other end is gone.
    pub(crate) async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl Room<'_> {
    /// Puts an entry in.
    pub(crate) fn send(self, item: Inbound) {
        let weight = weight(&item);
        self.level.bytes.fetch_add(weight, Ordering::AcqRel);
        self.permit.send(item);
    }
}

impl Inbox {
    /// Takes at most `max` entries, as soon as there is one; gives how many, 0 when nothing will ever come again.
    pub fn poll_take(
        &mut self,
        context: &mut Context<'_>,
        into: &mut Vec<Inbound>,
        max: usize,
    ) -> Poll<usize> {
        let before = into.len();
        let taken = self.receiver.poll_recv_many(context, into, max);
        if let Poll::Ready(1..) = taken {
            self.level.fall(into.iter().skip(before).map(weight).sum());
        }
        taken
    }

    /// How many entries are there.
    pub fn waiting(&self) -> usize {
        self.receiver.len()
    }

    /// Takes at most `max` of the entries that are there, and waits for none.
    pub fn take_now(&mut self, into: &mut Vec<Inbound>, max: usize) -> usize {
        let before = into.len();
        while into.len() - before < max {
            let Ok(item) = self.receiver.try_recv() else {
                break;
            };
            self.level.fall(weight(&item));
            into.push(item);
        }
        into.len() - before
    }
}

/// What an entry takes in memory, bytes, in round figures.
pub(crate) fn weight(item: &Inbound) -> usize {
    ENTRY
        + match item {
            Inbound::Message {
                topic,
                payload,
                properties,
                ..
            } => topic.len() + payload.len() + properties.as_ref().map_or(0, |some| some.size()),
            Inbound::Unreadable {
                topic,
                excerpt,
                detail,
                ..
            } => topic.len() + excerpt.len() + detail.len(),
            Inbound::NotSent { topic, reason, .. } => topic.len() + reason.len(),
            Inbound::Link { .. }
            | Inbound::Subscribed { .. }
            | Inbound::Dropped { .. }
            | Inbound::Throttled { .. } => 0,
        }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use twin_core::Timestamp;

    use super::*;
    use crate::Qos;

    fn message(bytes: usize) -> Inbound {
        Inbound::Message {
            topic: "t".into(),
            payload: vec![0; bytes].into(),
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received: Timestamp(7),
            properties: None,
            ack: None,
        }
    }

    #[tokio::test]
    async fn it_is_full_by_bytes_and_has_room_again_once_something_was_taken() {
        let (sender, mut inbox) = inbox(100, 10_000);
        let fits = (0..100).take_while(|_| sender.offer(message(1_000)).is_ok());
        assert_eq!(
            fits.count(),
            8,
            "some 1,257 bytes each, the last of them over the edge"
        );
        let taking = async {
            tokio::task::yield_now().await;
            let mut taken = Vec::new();
            poll_fn(|context| inbox.poll_take(context, &mut taken, 3)).await
        };
        let (room, taken) = tokio::join!(sender.room(), taking);
        assert_eq!(taken, 3);
        room.unwrap().send(message(1_000));
        assert!(sender.offer(message(1_000)).is_ok());
        drop(inbox);
        assert!(sender.room().await.is_none() && sender.offer(message(0)).is_err());
    }

    #[tokio::test]
    async fn it_is_full_by_number_and_ends_with_its_sender() {
        let (sender, mut inbox) = inbox(2, usize::MAX >> 1);
        assert!(sender.offer(message(0)).is_ok() && sender.offer(message(0)).is_ok());
        assert!(sender.offer(message(0)).is_err());
        drop(sender);
        let mut taken = Vec::new();
        assert_eq!(
            poll_fn(|context| inbox.poll_take(context, &mut taken, 9)).await,
            2
        );
        assert_eq!(
            poll_fn(|context| inbox.poll_take(context, &mut taken, 9)).await,
            0
        );
    }
}
