//! What keeping must know of blobs that others make: whether one is intact, and which times it covers.

use twin_core::SampleBatch;

use crate::{
    bytes::Malformed,
    chunk::Statistics,
    codec,
    rollup::ladder::{BLOCK_BUCKETS, WIDTHS},
};

/// Levels of the pyramid.
pub(super) const LEVELS: i64 = WIDTHS.len() as i64;

/// What a block of a level spans, microseconds.
pub(super) fn block_micros(level: i64) -> i64 {
    let bucket = usize::try_from(level)
        .ok()
        .and_then(|level| WIDTHS.get(level));
    bucket.unwrap_or(&86_400_000_000) * BLOCK_BUCKETS
}

/// Count of samples, oldest and newest source time, microseconds.
pub(super) type Facts = (i64, i64, i64);

/// Looks into a journal blob; none when it holds no sample.
pub(super) fn journal(blob: &[u8]) -> Result<Option<Facts>, Malformed> {
    let batches = codec::read(blob)?;
    let times = || {
        batches
            .iter()
            .flat_map(|batch| batch.times().iter().map(|time| time.micros()))
    };
    let count = batches.iter().map(|batch| batch.len() as i64).sum();
    Ok(times()
        .min()
        .zip(times().max())
        .map(|(from, to)| (count, from, to)))
}

/// A journal blob without samples, for a row whose number must stay.
pub(super) fn empty_journal() -> Vec<u8> {
    codec::encode::<SampleBatch>(&[])
}

/// Whether stored statistics are those of the samples. Not-a-numbers equal one another here.
pub(super) fn same(a: &Statistics, b: &Statistics) -> bool {
    let whole = |s: &Statistics| {
        let statuses = (s.first_status, s.last_status, s.worst);
        (s.t_min, s.t_max, s.count, s.numbers, statuses)
    };
    let numbers = |s: &Statistics| [s.min, s.max, s.sum, s.first, s.last];
    let equal = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    whole(a) == whole(b) && numbers(a).iter().zip(&numbers(b)).all(equal)
}
