//! Acknowledgements in order of arrival.

use std::collections::VecDeque;

use crate::AckHandle;

/// The unacknowledged messages of one link, oldest first. Bounded by what a broker may have under way: 65535 packet
/// identifiers, or the receive maximum where it is told one.
pub(crate) struct Acks<A> {
    epoch: u64,
    /// Number of the oldest entry.
    first: u64,
    open: VecDeque<Open<A>>,
}

struct Open<A> {
    ack: A,
    done: bool,
}

impl<A: Clone> Acks<A> {
    pub(crate) fn new() -> Self {
        Acks {
            epoch: 0,
            first: 0,
            open: VecDeque::new(),
        }
    }

    /// The link has ended: its handles are worth nothing from now on.
    pub(crate) fn restart(&mut self) {
        self.epoch += 1;
        self.first = 0;
        self.open.clear();
    }

    /// The link that there is, or that is next.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A message arrived.
    pub(crate) fn open(&mut self, ack: A) -> AckHandle {
        let number = self.first + self.open.len() as u64;
        self.open.push_back(Open { ack, done: false });
        AckHandle {
            epoch: self.epoch,
            number,
        }
    }

    /// A message is safe. Handles of a dead link, and such that came back before, change nothing.
    pub(crate) fn mark(&mut self, handle: &AckHandle) {
        if handle.epoch != self.epoch {
            return;
        }
        let index = handle
            .number
            .checked_sub(self.first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(open) = index.and_then(|index| self.open.get_mut(index)) {
            open.done = true;
        }
    }

    /// Whether every message has been acknowledged.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Sends what may be sent: the safe ones up to the first that is not, as MQTT 5 (4.6) demands. `send` says whether
    /// there was room; the rest waits for the next call.
    pub(crate) fn release(&mut self, mut send: impl FnMut(A) -> bool) {
        while self
            .open
            .front()
            .is_some_and(|open| open.done && send(open.ack.clone()))
        {
            self.open.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn released(acks: &mut Acks<u16>, room: usize) -> Vec<u16> {
        let mut sent = Vec::new();
        acks.release(|ack| {
            let fits = sent.len() < room;
            if fits {
                sent.push(ack);
            }
            fits
        });
        sent
    }

    #[test]
    fn acks_leave_in_order_of_arrival() {
        let mut acks = Acks::new();
        acks.restart();
        let handles: Vec<_> = [10, 11, 12, 13].map(|id| acks.open(id)).into();
        acks.mark(&handles[2]);
        acks.mark(&handles[1]);
        assert_eq!(released(&mut acks, 9), [] as [u16; 0]);
        acks.mark(&handles[0]);
        assert_eq!(released(&mut acks, 2), [10, 11]);
        acks.mark(&handles[0]);
        acks.mark(&handles[3]);
        assert_eq!(released(&mut acks, 9), [12, 13]);
        let next = acks.open(14);
        acks.mark(&handles[3]);
        assert_eq!(released(&mut acks, 9), [] as [u16; 0]);
        acks.mark(&next);
        assert_eq!(released(&mut acks, 9), [14]);
    }

    #[test]
    fn handles_of_a_dead_link_do_nothing() {
        let mut acks = Acks::new();
        acks.restart();
        let old = acks.open(1);
        acks.restart();
        let new = acks.open(2);
        acks.mark(&old);
        assert_eq!(released(&mut acks, 9), [] as [u16; 0]);
        acks.mark(&new);
        assert_eq!(released(&mut acks, 9), [2]);
    }
}
