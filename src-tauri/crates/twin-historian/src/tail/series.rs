//! Where the samples of one signal are in the batches of the tail, in order of arrival.

use std::collections::VecDeque;

use twin_core::Timestamp;

use super::Batches;
use crate::sample::Latest;

/// So many places tell how many there will be.
const FORETOLD_FROM: usize = 16;
/// Room is made for so many times the places that there are at most.
const GROWTH_MAX: usize = 32;

/// A sample of a batch.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub batch: u32,
    pub at: u32,
}

#[derive(Default)]
pub(super) struct Series {
    places: VecDeque<Place>,
    /// How many were ever pushed.
    pushed: u64,
    /// The count of pushed ones before the last that was not newer than its predecessor; 0 for none.
    disorder: u64,
    /// Source time of the last pushed one.
    last: Timestamp,
}

impl Series {
    /// Adds a place. `share` tells how far the tail is filled: samples that it holds, and that it is likely to hold.
    pub(super) fn push(&mut self, place: Place, time: Timestamp, share: (usize, usize)) {
        if self.places.len() == self.places.capacity() {
            self.grow(share);
        }
        if !self.places.is_empty() && time <= self.last {
            self.disorder = self.pushed;
        }
        self.last = time;
        self.pushed += 1;
        self.places.push_back(place);
    }

    /// Makes room for as many places as there will be if it goes on like this, instead of growing again and again.
    fn grow(&mut self, (held, likely): (usize, usize)) {
        let len = self.places.len();
        let expected = len.saturating_mul(likely) / held.max(1);
        let room = match len {
            0..FORETOLD_FROM => 2 * len.max(2),
            _ => expected.clamp(len + len / 2, len * GROWTH_MAX),
        };
        self.places.reserve_exact(room - len);
    }

    pub(super) fn pop(&mut self) {
        self.places.pop_front();
        // What a burst took is given back.
        if self.places.is_empty() && self.places.capacity() > 1_024 {
            self.places.shrink_to_fit();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether times only grow, so that they can be searched.
    fn in_order(&self) -> bool {
        self.disorder <= self.pushed - self.places.len() as u64
    }

    pub(super) fn newest_upto(&self, batches: &Batches, upto: i64) -> Option<Latest> {
        let end = self
            .places
            .partition_point(|place| batches.row(*place) <= upto);
        if self.in_order() {
            let place = self.places.get(end.checked_sub(1)?)?;
            return batches.sample(*place).map(Latest::new);
        }
        newest(batches, self.places.range(..end).copied())
    }

    pub(super) fn as_of(&self, batches: &Batches, t: Timestamp) -> Option<Latest> {
        let was_there = |place: &Place| batches.received(*place) <= t;
        if self.in_order() {
            let end = self
                .places
                .partition_point(|place| batches.time(*place) <= t);
            let place = self.places.range(..end).rev().copied().find(was_there)?;
            return batches.sample(place).map(Latest::new);
        }
        let places = self.places.iter().copied();
        let known = places.filter(|place| was_there(place) && batches.time(*place) <= t);
        newest(batches, known)
    }

    /// Where the samples around `t0..t1` are: no more than the first `limit`, when times can be searched; else all.
    pub(super) fn around(
        &self,
        batches: &Batches,
        t0: Timestamp,
        t1: Timestamp,
        limit: usize,
    ) -> Around {
        if !self.in_order() {
            return Around {
                places: self.places.iter().copied().collect(),
                in_order: false,
                whole_before: None,
            };
        }
        let before = |t: Timestamp| {
            self.places
                .partition_point(|place| batches.time(*place) < t)
        };
        let begin = before(t0).saturating_sub(1);
        let whole = (before(t1) + 1).min(self.places.len());
        // The one before the range and the one after it besides.
        let end = whole.min(begin.saturating_add(limit).saturating_add(2));
        let next = self.places.get(end).filter(|_| end < whole);
        Around {
            places: self.places.range(begin..end).copied().collect(),
            in_order: true,
            whole_before: next.map(|place| batches.time(*place)),
        }
    }
}

/// Where some samples of a signal are, in order of arrival.
pub(super) struct Around {
    pub places: Vec<Place>,
    /// Whether their times only grow.
    pub in_order: bool,
    /// From this source time on some are left out.
    pub whole_before: Option<Timestamp>,
}

/// The newest by source time of some in order of arrival.
fn newest(batches: &Batches, places: impl Iterator<Item = Place>) -> Option<Latest> {
    let mut best: Option<(Timestamp, Latest)> = None;
    for place in places {
        let time = batches.time(place);
        if best.as_ref().is_some_and(|(best, _)| *best > time) {
            continue;
        }
        let later = Latest::new(batches.sample(place)?);
        let latest = match best {
            Some((_, best)) => best.then(later),
            None => later,
        };
        best = Some((time, latest));
    }
    best.map(|(_, latest)| latest)
}
