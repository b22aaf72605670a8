//! Acknowledgements in order of arrival.

use std::collections::VecDeque;

use crate::AckHandle;

/// What a broker may have under way at most: each has a packet identifier of its own, and 0 is none (MQTT 5, 2.2.1).
const IDENTIFIERS: usize = 65_535;
/// Entries that a link may have: one for each packet identifier, and as many repeats.
const ENTRIES_MAX: usize = 2 * IDENTIFIERS;

/// An acknowledgement, which is for one packet.
pub(crate) trait Acknowledges {
    /// The identifier of the packet.
    fn packet(&self) -> u16;

    /// Whether it is sent once it has been accepted for sending. If not, [`Acks::sent`] says when it is.
    fn is_sent_at_once(&self) -> bool;
}

/// The unacknowledged messages of one link, oldest first.
pub(crate) struct Acks<A> {
    epoch: u64,
    /// Number of the oldest entry.
    first: u64,
    open: VecDeque<Open<A>>,
    /// Packet identifiers that are not free yet, a bit each.
    taken: Box<[u64]>,
}

struct Open<A> {
    /// None for a repeat of another entry: that one brings the acknowledgement.
    ack: Option<A>,
    done: bool,
}

impl<A: Clone + Acknowledges> Acks<A> {
    pub(crate) fn new() -> Self {
        Acks {
            epoch: 0,
            first: 0,
            open: VecDeque::new(),
            taken: vec![0; IDENTIFIERS / 64 + 1].into(),
        }
    }

    /// The link has ended: its handles are worth nothing from now on. Gives how many messages were not acknowledged.
    pub(crate) fn restart(&mut self) -> u64 {
        let count = self.open.iter().filter(|open| open.ack.is_some()).count();
        self.epoch += 1;
        self.first = 0;
        self.open.clear();
        self.taken.fill(0);
        count as u64
    }

    /// The link that there is, or that is next.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A message arrived. If one with the same packet identifier is not acknowledged yet, this is that one again: some brokers
    /// do not wait for a new link (MQTT 5, 4.4). A second acknowledgement might be for whatever has the identifier by then.
    pub(crate) fn open(&mut self, ack: A) -> AckHandle {
        let number = self.first + self.open.len() as u64;
        let is_repeat = self.is_taken(&ack);
        self.set_taken(ack.packet(), true);
        self.open.push_back(Open {
            ack: (!is_repeat).then_some(ack),
            done: false,
        });
        AckHandle {
            epoch: self.epoch,
            number,
        }
    }

    /// Whether a message with this packet identifier is not acknowledged yet.
    pub(crate) fn is_taken(&self, ack: &A) -> bool {
        let (word, bit) = place(ack.packet());
        self.taken[word] & bit != 0
    }

    fn set_taken(&mut self, id: u16, is_taken: bool) {
        let (word, bit) = place(id);
        if is_taken {
            self.taken[word] |= bit;
        } else {
            self.taken[word] &= !bit;
        }
    }

    /// The acknowledgement of this packet is sent.
    pub(crate) fn sent(&mut self, id: u16) {
        self.set_taken(id, false);
    }

    /// Whether there are more of them than any broker needs.
    pub(crate) fn is_full(&self) -> bool {
        self.open.len() >= ENTRIES_MAX
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
        while let Some(open) = self.open.front().filter(|open| open.done) {
            if let Some(ack) = open.ack.clone() {
                let (id, is_sent) = (ack.packet(), ack.is_sent_at_once());
                if !send(ack) {
                    return;
                }
                self.set_taken(id, !is_sent);
            }
            self.open.pop_front();
            self.first += 1;
        }
    }
}

/// Where the bit of a packet identifier is.
fn place(id: u16) -> (usize, u64) {
    (usize::from(id / 64), 1 << (id % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Acknowledges for u16 {
        fn packet(&self) -> u16 {
            *self
        }

        fn is_sent_at_once(&self) -> bool {
            *self < 1_000
        }
    }

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

    #[test]
    fn a_repeat_is_acknowledged_with_the_first_and_never_again() {
        let mut acks = Acks::new();
        acks.restart();
        let handles: Vec<_> = [7, 7, 8, 7].map(|id| acks.open(id)).into();
        acks.mark(&handles[1]);
        assert_eq!(released(&mut acks, 9), [] as [u16; 0]);
        acks.mark(&handles[0]);
        assert_eq!(released(&mut acks, 9), [7], "and the repeat is done with");
        let new = acks.open(7);
        acks.mark(&new);
        acks.mark(&handles[2]);
        assert_eq!(released(&mut acks, 9), [8]);
        acks.mark(&handles[3]);
        assert_eq!(released(&mut acks, 9), [7]);
        assert!(acks.is_empty());
    }

    #[test]
    fn an_identifier_is_free_when_its_acknowledgement_is_sent() {
        let mut acks = Acks::new();
        acks.restart();
        for (repeat, expected) in [(false, &[2_000][..]), (true, &[]), (false, &[2_000])] {
            assert_eq!(acks.is_taken(&2_000), repeat);
            let handle = acks.open(2_000);
            acks.mark(&handle);
            assert_eq!(released(&mut acks, 9), expected);
            if repeat {
                acks.sent(2_000);
            }
        }
        acks.restart();
        assert!(!acks.is_taken(&2_000));
    }

    #[test]
    fn all_identifiers_fit_and_a_flood_does_not() {
        let mut acks = Acks::new();
        acks.restart();
        for id in 1..=u16::MAX {
            acks.open(id);
        }
        assert!(!acks.is_full());
        for id in 1..=u16::MAX {
            acks.open(id);
        }
        assert!(acks.is_full());
        assert_eq!(acks.restart(), 65_535, "a repeat is no other message");
        assert!(!acks.is_full());
    }
}
