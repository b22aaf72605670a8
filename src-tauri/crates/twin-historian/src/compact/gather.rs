//! Sorting the samples of batches by signal.

use std::sync::Arc;

use twin_core::{SampleBatch, SignalKey, ValueKind};

use crate::chunk::Stretch;

/// Keys up to this many times the samples are counted in a table; others are sorted.
const TABLE_PER_SAMPLE: usize = 4;

/// Where the samples of each signal are, in order of arrival.
pub(super) struct Groups<'a> {
    batches: &'a [Arc<SampleBatch>],
    /// Arrival number of each batch.
    arrivals: Vec<u64>,
    /// (batch, row), signal by signal.
    places: Vec<(u32, u32)>,
    /// Signals and where the places of each end.
    ends: Vec<(SignalKey, usize)>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(batches: &'a [Arc<SampleBatch>], arrivals: Vec<u64>) -> Groups<'a> {
        let keys = || batches.iter().flat_map(|batch| batch.signals());
        let samples: usize = batches.iter().map(|batch| batch.len()).sum();
        let largest = keys().map(|key| key.0 as usize).max().unwrap_or(0);
        let mut groups = Groups {
            batches,
            arrivals,
            places: Vec::new(),
            ends: Vec::new(),
        };
        if largest <= samples.saturating_mul(TABLE_PER_SAMPLE) + 65_536 {
            groups.count(samples, largest);
        } else {
            groups.sort(samples);
        }
        groups
    }

    fn count(&mut self, samples: usize, largest: usize) {
        let mut next = vec![0_usize; largest + 1];
        for batch in self.batches {
            for key in batch.signals() {
                next[key.0 as usize] += 1;
            }
        }
        let mut end = 0;
        for (key, slot) in (0..).zip(&mut next) {
            let count = *slot;
            *slot = end;
            end += count;
            if count > 0 {
                self.ends.push((SignalKey(key), end));
            }
        }
        self.places = vec![(0, 0); samples];
        for (number, batch) in (0..).zip(self.batches) {
            for (row, key) in (0..).zip(batch.signals()) {
                let slot = &mut next[key.0 as usize];
                self.places[*slot] = (number, row);
                *slot += 1;
            }
        }
    }

    fn sort(&mut self, samples: usize) {
        let mut all: Vec<(SignalKey, (u32, u32))> = Vec::with_capacity(samples);
        for (number, batch) in (0..).zip(self.batches) {
            let rows = (0..).zip(batch.signals());
            all.extend(rows.map(|(row, key)| (*key, (number, row))));
        }
        // Stable: each signal's samples stay in order of arrival.
        all.sort_by_key(|(key, _)| *key);
        for (at, (key, place)) in all.into_iter().enumerate() {
            self.places.push(place);
            match self.ends.last_mut() {
                Some((last, end)) if *last == key => *end = at + 1,
                _ => self.ends.push((key, at + 1)),
            }
        }
    }

    /// How many signals.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Fills in signal number `at` and its samples, in order of time; those of one time in order of arrival.
    pub(super) fn fill(&self, at: usize, (signal, stretch): &mut (SignalKey, Stretch)) {
        let (key, end) = self.ends[at];
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let places = &self.places[begin..end];
        *signal = key;
        stretch.clear();
        stretch.reserve(places.len());
        for (number, row) in places {
            let (number, row) = (*number as usize, *row as usize);
            let batch = &self.batches[number];
            let kind = batch.kinds()[row];
            let text = (kind == ValueKind::Text)
                .then(|| batch.get(row)?.text)
                .flatten();
            stretch.push(
                batch.times()[row].micros(),
                self.arrivals[number],
                kind,
                batch.bits()[row],
                text,
                batch.qualities()[row],
            );
        }
        stretch.put_in_order();
    }
}
