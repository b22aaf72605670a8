//! Samples and finer buckets into buckets.

use std::collections::HashMap;

use twin_core::Timestamp;

use super::{
    aggregate::Aggregate,
    ladder::{Level, bucket_of, first_instant, last_instant},
    states::State,
    store::Shelf,
};
use crate::{
    chunks::{ChunkRow, points},
    points::Points,
};

/// Chunks of one signal in a step.
pub(super) const CHUNKS_A_SIGNAL: usize = 64;

/// What a step of rolling up did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RollUp {
    /// Chunks that went into buckets.
    pub chunks: u64,
    /// Dirty stretches that were worked out again, in whole or in part.
    pub mended: u64,
    /// Blocks written.
    pub blocks: u64,
    /// Chunks that could not be read: their buckets do without them. And blocks that could not: they are worked out again.
    pub damaged: u64,
    /// Whether there is more to do: call again.
    pub more: bool,
}

/// Buckets of a level from those of the level below it: `begin` to before `end`.
pub(super) fn parents(shelf: &Shelf, level: Level, begin: i64, end: i64) -> Vec<(i64, Aggregate)> {
    if begin >= end {
        return Vec::new();
    }
    let first = bucket_of(level, first_instant(level + 1, begin));
    let last = bucket_of(level, last_instant(level + 1, end - 1));
    let mut parents: Vec<(i64, Aggregate)> = Vec::new();
    for (bucket, aggregate) in shelf.range(first, last.saturating_add(1)) {
        let parent = bucket_of(level + 1, aggregate.t_first.micros());
        debug_assert_eq!(parent, bucket_of(level + 1, last_instant(level, *bucket)));
        match parents.last_mut() {
            Some((at, all)) if *at == parent => all.merge(aggregate),
            _ => parents.push((parent, aggregate.clone())),
        }
    }
    parents
}

/// Samples going into buckets, in order of time.
pub(super) struct Buckets(pub Vec<(i64, Aggregate)>, Level);

impl Buckets {
    pub(super) const fn new(level: Level) -> Self {
        Buckets(Vec::new(), level)
    }

    pub(super) fn add(&mut self, samples: &Points) {
        let mut at = 0;
        while let Some(time) = samples.times.get(at) {
            let bucket = bucket_of(self.1, *time);
            let end = last_instant(self.1, bucket);
            let count = samples.times[at..].partition_point(|time| *time <= end);
            self.add_to(bucket, samples, at..at + count);
            at += count;
        }
    }

    fn add_to(&mut self, bucket: i64, samples: &Points, range: std::ops::Range<usize>) {
        for at in range {
            let (time, number) = (Timestamp(samples.times[at]), samples.numbers[at]);
            let status = samples.statuses[at];
            let value = samples.values.as_ref().map(|values| &values[at]);
            let state = value.and_then(|value| State::of_value(value, status));
            match self.0.last_mut() {
                Some((last, aggregate)) if *last == bucket => {
                    aggregate.push(time, number, status, state);
                }
                _ => self
                    .0
                    .push((bucket, Aggregate::point(time, number, status, state))),
            }
        }
    }
}

/// The samples of a chunk; none, and a note, when it is damaged.
pub(super) fn read(
    blobs: &HashMap<i64, Vec<u8>>,
    row: &ChunkRow,
    from: i64,
    to: i64,
    done: &mut RollUp,
) -> Option<Points> {
    let blob = blobs.get(&row.data).map_or(&[][..], Vec::as_slice);
    match points((row.signal, blob), from, to, true) {
        Ok(samples) => Some(samples),
        Err(why) => {
            tracing::error!(place = row.place(), %why, "a chunk is damaged and was not rolled up");
            done.damaged += 1;
            None
        }
    }
}
