//! The queue between a connection and its owner. It is bounded by number and by bytes, and taken out in batches, so that
//! a flood costs its owner one wake for many messages. Its memory serves again, where a channel would ask for some every
//! 32 messages.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::sync::{
    Notify,
    mpsc::{Permit, Receiver, Sender, error::TrySendError},
};

use crate::Inbound;

/// What an entry takes besides its text, bytes: a round figure, so that many empty messages count too.
pub(crate) const ENTRY: usize = 256;
/// Entries for which a queue keeps its memory when it is empty.
const KEPT: usize = 4_096;

/// A queue of at most so many entries, and of about so many bytes: one entry more than fits.
pub fn inbox(entries: usize, bytes: usize) -> (InboundSender, Inbox) {
    let queue = Arc::new(Queue {
        state: Mutex::default(),
        fell: Notify::new(),
        closed: Notify::new(),
        entries: entries.max(1),
        bytes: bytes.max(1),
    });
    queue.lock().senders = 1;
    let sender = InboundSender(Way::Queue(Entrance(Arc::clone(&queue))));
    (sender, Inbox(End::Queue(Exit(queue))))
}

/// See the module's description.
#[derive(Debug)]
struct Queue {
    state: Mutex<State>,
    /// There is room again.
    fell: Notify,
    /// The owner is gone.
    closed: Notify,
    entries: usize,
    bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Inbound>,
    /// What they take.
    bytes: usize,
    /// Entries for which room is kept.
    reserved: usize,
    /// Somebody waits for room.
    starved: bool,
    senders: usize,
    is_closed: bool,
    /// Who waits for entries.
    taker: Option<Waker>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever died holding it left it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self, state: &State) -> bool {
        state.items.len() + state.reserved >= self.entries || state.bytes >= self.bytes
    }

    /// Puts an entry in, whatever room there is.
    fn put(mut state: MutexGuard<'_, State>, item: Inbound) {
        state.bytes += weight(&item);
        state.items.push_back(item);
        let taker = state.taker.take();
        drop(state);
        if let Some(taker) = taker {
            taker.wake();
        }
    }

    /// Takes at most `max` entries out; gives how many.
    fn take(&self, state: &mut State, into: &mut Vec<Inbound>, max: usize) -> usize {
        let count = state.items.len().min(max);
        let taken = state.items.drain(..count);
        let before = into.len();
        into.extend(taken);
        state.bytes -= into.iter().skip(before).map(weight).sum::<usize>();
        // What a flood took is given back.
        if state.items.is_empty() && state.items.capacity() > KEPT && count < KEPT {
            state.items.shrink_to(KEPT);
        }
        if count > 0 && std::mem::take(&mut state.starved) {
            self.fell.notify_waiters();
        }
        count
    }
}

/// A sender's end of a queue.
#[derive(Debug)]
struct Entrance(Arc<Queue>);

impl Clone for Entrance {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Entrance(Arc::clone(&self.0))
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0
            && let Some(taker) = state.taker.take()
        {
            drop(state);
            taker.wake();
        }
    }
}

/// The owner's end of a queue.
#[derive(Debug)]
struct Exit(Arc<Queue>);

impl Drop for Exit {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let items = std::mem::take(&mut state.items);
        drop(state);
        drop(items);
        self.0.fell.notify_waiters();
        self.0.closed.notify_waiters();
    }
}

/// The connection's end.
#[derive(Clone, Debug)]
pub struct InboundSender(Way);

#[derive(Clone, Debug)]
enum Way {
    Queue(Entrance),
    Plain(Sender<Inbound>),
}

/// Room for one entry.
pub(crate) struct Room<'a>(Kept<'a>);

enum Kept<'a> {
    Queue(Place<'a>),
    Plain(Permit<'a, Inbound>),
}

/// Room that is kept for one entry.
struct Place<'a>(&'a Queue);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.reserved -= 1;
        if std::mem::take(&mut state.starved) {
            self.0.fell.notify_waiters();
        }
    }
}

/// The owner's end.
#[derive(Debug)]
pub struct Inbox(End);

#[derive(Debug)]
enum End {
    Queue(Exit),
    Plain(Receiver<Inbound>),
}

/// A plain channel has no bound but its number of entries.
impl From<Sender<Inbound>> for InboundSender {
    fn from(sender: Sender<Inbound>) -> Self {
        InboundSender(Way::Plain(sender))
    }
}

impl From<Receiver<Inbound>> for Inbox {
    fn from(receiver: Receiver<Inbound>) -> Self {
        Inbox(End::Plain(receiver))
    }
}

impl InboundSender {
    /// Puts an entry in, or gives it back when there is no room or nobody to take it.
    pub(crate) fn offer(&self, item: Inbound) -> Result<(), Inbound> {
        match &self.0 {
            Way::Queue(Entrance(queue)) => {
                let state = queue.lock();
                if state.is_closed || queue.is_full(&state) {
                    return Err(item);
                }
                Queue::put(state, item);
                Ok(())
            }
            Way::Plain(sender) => sender.try_send(item).map_err(|refused| match refused {
                TrySendError::Full(item) | TrySendError::Closed(item) => item,
            }),
        }
    }

    /// Waits for room; none when the other end is gone.
    pub(crate) async fn room(&self) -> Option<Room<'_>> {
        let queue = match &self.0 {
            Way::Queue(Entrance(queue)) => queue,
            Way::Plain(sender) => {
                let permit = sender.reserve().await.ok()?;
                return Some(Room(Kept::Plain(permit)));
            }
        };
        loop {
            // Asked for before looking: it may fall in between.
            let fell = queue.fell.notified();
            {
                let mut state = queue.lock();
                if state.is_closed {
                    return None;
                }
                if !queue.is_full(&state) {
                    state.reserved += 1;
                    return Some(Room(Kept::Queue(Place(queue))));
                }
                state.starved = true;
            }
            fell.await;
        }
    }

    /// Waits until the other end is gone.
    pub(crate) async fn closed(&self) {
        match &self.0 {
            Way::Queue(Entrance(queue)) => {
                let closed = queue.closed.notified();
                if !queue.lock().is_closed {
                    closed.await;
                }
            }
            Way::Plain(sender) => sender.closed().await,
        }
    }
}

impl Room<'_> {
    /// Puts an entry in.
    pub(crate) fn send(self, item: Inbound) {
        match self.0 {
            Kept::Queue(place) => {
                let state = place.0.lock();
                if !state.is_closed {
                    Queue::put(state, item);
                }
            }
            Kept::Plain(permit) => permit.send(item),
        }
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
        let queue = match &mut self.0 {
            End::Queue(Exit(queue)) => queue,
            End::Plain(receiver) => return receiver.poll_recv_many(context, into, max),
        };
        let mut state = queue.lock();
        let count = queue.take(&mut state, into, max);
        if count > 0 || state.senders == 0 {
            return Poll::Ready(count);
        }
        match &mut state.taker {
            Some(taker) => taker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    /// How many entries are there.
    pub fn waiting(&self) -> usize {
        match &self.0 {
            End::Queue(Exit(queue)) => queue.lock().items.len(),
            End::Plain(receiver) => receiver.len(),
        }
    }

    /// Takes at most `max` of the entries that are there, and waits for none.
    pub fn take_now(&mut self, into: &mut Vec<Inbound>, max: usize) -> usize {
        let receiver = match &mut self.0 {
            End::Queue(Exit(queue)) => {
                let mut state = queue.lock();
                return queue.take(&mut state, into, max);
            }
            End::Plain(receiver) => receiver,
        };
        let before = into.len();
        while into.len() - before < max {
            let Ok(item) = receiver.try_recv() else {
                break;
            };
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

    #[tokio::test]
    async fn room_is_kept_for_who_waited_and_given_back_when_unused() {
        let (sender, mut inbox) = inbox(2, usize::MAX >> 1);
        let other = sender.clone();
        assert!(sender.offer(message(0)).is_ok());
        let room = sender.room().await.unwrap();
        assert!(sender.offer(message(0)).is_err(), "the last place is kept");
        let waits = async { other.room().await.is_some() };
        let gives_up = async {
            tokio::task::yield_now().await;
            drop(room);
        };
        assert_eq!(tokio::join!(waits, gives_up), (true, ()));
        assert!(sender.offer(message(0)).is_ok());
        assert_eq!(
            (inbox.waiting(), inbox.take_now(&mut Vec::new(), 9)),
            (2, 2)
        );
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_an_entry_and_of_the_end() {
        let (sender, mut inbox) = inbox(9, usize::MAX >> 1);
        let mut taken = Vec::new();
        let takes = poll_fn(|context| inbox.poll_take(context, &mut taken, 9));
        let sends = async {
            tokio::task::yield_now().await;
            sender.offer(message(1)).unwrap();
        };
        assert_eq!(tokio::join!(takes, sends), (1, ()));
        let takes = poll_fn(|context| inbox.poll_take(context, &mut taken, 9));
        let ends = async {
            tokio::task::yield_now().await;
            drop(sender);
        };
        assert_eq!(tokio::join!(takes, ends), (0, ()));
        let (sender, owner) = super::inbox(1, 1);
        assert!(sender.offer(message(0)).is_ok());
        let leaves = async {
            tokio::task::yield_now().await;
            drop(owner);
        };
        let (room, (), ()) = tokio::join!(sender.room(), sender.closed(), leaves);
        assert!(room.is_none() && sender.offer(message(0)).is_err());
    }

    #[test]
    fn what_a_flood_took_is_given_back() {
        let (sender, mut inbox) = inbox(100_000, usize::MAX >> 1);
        (0..50_000).for_each(|_| sender.offer(message(0)).unwrap());
        let capacity = |inbox: &Inbox| match &inbox.0 {
            End::Queue(Exit(queue)) => queue.lock().items.capacity(),
            End::Plain(_) => 0,
        };
        assert!(capacity(&inbox) >= 50_000);
        while inbox.take_now(&mut Vec::new(), 2_048) > 0 {}
        assert!((KEPT..2 * KEPT).contains(&capacity(&inbox)));
    }
}
