//! Where the samples of one signal are in the batches of the tail, in order of arrival.

use std::collections::VecDeque;

use twin_core::Timestamp;

use super::Batches;
use crate::sample::{Sample, merge, settle};

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
    pub(super) fn push(&mut self, place: Place, time: Timestamp) {
        if !self.places.is_empty() && time <= self.last {
            self.disorder = self.pushed;
        }
        self.last = time;
        self.pushed += 1;
        self.places.push_back(place);
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

    pub(super) fn newest_upto(&self, batches: &Batches, upto: i64) -> Option<Place> {
        let end = self
            .places
            .partition_point(|place| batches.row(*place) <= upto);
        if self.in_order() {
            return self.places.get(end.checked_sub(1)?).copied();
        }
        let places = self.places.range(..end).copied();
        // Of equal times `max_by_key` gives the last: the one received last.
        places.max_by_key(|place| batches.time(*place))
    }

    pub(super) fn as_of(&self, batches: &Batches, t: Timestamp) -> Option<Place> {
        let was_there = |place: &Place| batches.received(*place) <= t;
        if self.in_order() {
            let end = self
                .places
                .partition_point(|place| batches.time(*place) <= t);
            return self.places.range(..end).rev().copied().find(was_there);
        }
        let places = self.places.iter().copied();
        places
            .filter(|place| was_there(place) && batches.time(*place) <= t)
            .max_by_key(|place| batches.time(*place))
    }

    pub(super) fn window(&self, batches: &Batches, t0: Timestamp, t1: Timestamp) -> Vec<Sample> {
        if self.in_order() {
            let before = |t: Timestamp| {
                self.places
                    .partition_point(|place| batches.time(*place) < t)
            };
            let begin = before(t0).saturating_sub(1);
            let end = (before(t1) + 1).min(self.places.len());
            let places = self.places.range(begin..end);
            return places.filter_map(|place| batches.sample(*place)).collect();
        }
        let mut before: Option<(Timestamp, Place)> = None;
        let mut after: Option<(Timestamp, Place)> = None;
        let mut inside = Vec::new();
        for place in &self.places {
            let time = batches.time(*place);
            if time < t0 {
                // Later ones win on the same time.
                if before.is_none_or(|(best, _)| time >= best) {
                    before = Some((time, *place));
                }
            } else if time >= t1 {
                if after.is_none_or(|(best, _)| time <= best) {
                    after = Some((time, *place));
                }
            } else {
                inside.extend(batches.sample(*place));
            }
        }
        settle(&mut inside);
        let edge = |found: Option<(Timestamp, Place)>| {
            let sample = found.and_then(|(_, place)| batches.sample(place));
            sample.into_iter().collect::<Vec<_>>()
        };
        merge(merge(edge(before), inside), edge(after))
    }
}
