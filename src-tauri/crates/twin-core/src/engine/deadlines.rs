//! Instants at which the engine has something to do though nothing arrives.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{id::SignalKey, time::Timestamp};

/// What is due. The order breaks ties, so that equal instants run in one fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A signal may have fallen silent.
    Stale(SignalKey),
    /// An on-delay may have run out.
    Rules(SignalKey),
    /// A model is to be asked.
    Model(usize),
}

/// A heap whose entries are lower bounds: whoever takes one checks whether it is still true. That keeps a sample
/// from touching the heap more than once a stale time.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BinaryHeap<Reverse<(Timestamp, Due)>>);

impl Deadlines {
    pub fn push(&mut self, at: Timestamp, due: Due) {
        self.0.push(Reverse((at, due)));
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    pub fn pop_until(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
