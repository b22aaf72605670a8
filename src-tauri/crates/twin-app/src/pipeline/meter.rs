//! How long things take and how much waits, counted without a lock: the driver and the writer count, whoever asks reads.

use std::sync::atomic::{AtomicU64, Ordering};

use twin_connect::Inbound;
use twin_core::Timestamp;

/// Spans from 1 µs to half an hour, four for each doubling.
const BUCKETS: usize = 128;
/// Buckets for each doubling.
const PARTS: u64 = 4;

/// How often which span was counted. A span is known to a fifth of itself.
#[derive(Debug)]
pub struct Spans([AtomicU64; BUCKETS]);

impl Default for Spans {
    fn default() -> Self {
        Spans([const { AtomicU64::new(0) }; BUCKETS])
    }
}

/// The counts of [`Spans`] at some instant, or between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts([u64; BUCKETS]);

impl Default for Counts {
    fn default() -> Self {
        Counts([0; BUCKETS])
    }
}

impl Spans {
    /// Counts a span, µs, so many times.
    pub fn note(&self, micros: i64, times: u64) {
        let bucket = bucket_of(u64::try_from(micros).unwrap_or(0));
        if let Some(count) = self.0.get(bucket) {
            count.fetch_add(times, Ordering::Relaxed);
        }
    }

    /// All so far.
    pub fn counts(&self) -> Counts {
        Counts(std::array::from_fn(|bucket| {
            self.0
                .get(bucket)
                .map_or(0, |count| count.load(Ordering::Relaxed))
        }))
    }
}

impl Counts {
    /// What was counted after `before`.
    #[must_use]
    pub fn since(&self, before: &Counts) -> Counts {
        let pairs = self.0.iter().zip(&before.0);
        let mut after = pairs.map(|(now, then)| now.saturating_sub(*then));
        Counts(std::array::from_fn(|_| after.next().unwrap_or(0)))
    }

    /// How many.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// What so large a share of them (0 to 1) took at most, µs; 0 when there are none.
    pub fn at_most(&self, share: f64) -> u64 {
        let wanted = (self.total() as f64 * share).ceil().max(1.0) as u64;
        let mut so_far = 0;
        for (bucket, count) in self.0.iter().enumerate() {
            so_far += count;
            if so_far >= wanted {
                return upper(bucket);
            }
        }
        0
    }
}

/// 0 to 3 µs have a bucket each; from there on each doubling has four.
fn bucket_of(micros: u64) -> usize {
    if micros < PARTS {
        return micros as usize;
    }
    let doubling = u64::from(micros.ilog2());
    let part = (micros >> (doubling - 2)) & (PARTS - 1);
    let bucket = PARTS + (doubling - 2) * PARTS + part;
    (bucket as usize).min(BUCKETS - 1)
}

/// The largest span of a bucket, µs.
const fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return bucket;
    }
    let (doubling, part) = (bucket / PARTS + 1, bucket % PARTS);
    ((PARTS + part + 1) << (doubling - 2)) - 1
}

/// What is counted of the pipeline.
#[derive(Debug, Default)]
pub struct Meter {
    /// From the arrival of the oldest message of a turn until the twins show the turn, once for each message of it.
    pub twin: Spans,
    /// From the arrival of the oldest message of a job until it is stored, once for each message of it.
    pub durable: Spans,
    /// What a commit takes.
    pub commit: Spans,
    /// Messages.
    pub messages: AtomicU64,
    /// Samples stored.
    pub stored: AtomicU64,
    /// Jobs that wait for the writer, and the most that ever did.
    pub jobs: [AtomicU64; 2],
    /// Desktop notifications that were left out.
    pub notices_left_out: AtomicU64,
    /// Values that history has no room to keep for acceptance.
    pub names_left_out: AtomicU64,
}

impl Meter {
    /// So many jobs wait.
    pub fn note_jobs(&self, waiting: usize) {
        let [now, most] = &self.jobs;
        now.store(waiting as u64, Ordering::Relaxed);
        most.fetch_max(waiting as u64, Ordering::Relaxed);
    }
}

/// Messages and when the first of them came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// How many.
    pub messages: u64,
    /// When the oldest came; none when there are none.
    pub oldest: Option<Timestamp>,
}

impl Arrived {
    /// Of what a connection says.
    pub fn of(messages: &[(usize, Inbound)]) -> Self {
        let mut arrived = Arrived::default();
        for (_, message) in messages {
            if let Inbound::Message { received, .. } | Inbound::Unreadable { received, .. } =
                message
            {
                arrived.messages += 1;
                arrived.oldest = Some(arrived.oldest.map_or(*received, |old| old.min(*received)));
            }
        }
        arrived
    }

    /// These and those.
    pub fn add(&mut self, other: Arrived) {
        self.messages += other.messages;
        self.oldest = match (self.oldest, other.oldest) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }

    /// Counts how long they took until `now`.
    pub fn note(self, spans: &Spans, now: Timestamp) {
        if let Some(oldest) = self.oldest {
            spans.note(now.since(oldest).micros(), self.messages);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A span lies in its bucket, and the bucket is narrow.
        #[test]
        fn a_span_is_known_to_a_fifth_of_itself(micros in 0_u64..1_800_000_000) {
            let bucket = bucket_of(micros);
            let least = if bucket == 0 { 0 } else { upper(bucket - 1) + 1 };
            prop_assert!((least..=upper(bucket)).contains(&micros), "{bucket}: {least}");
            prop_assert!((upper(bucket) - least) as f64 <= 0.25 * least as f64);
        }
    }

    #[test]
    fn the_share_is_of_what_came_since() {
        let spans = Spans::default();
        spans.note(5_000_000, 10);
        let before = spans.counts();
        spans.note(1_000, 98);
        spans.note(50_000, 2);
        let since = spans.counts().since(&before);
        assert_eq!(since.total(), 100);
        assert!((1_000..1_250).contains(&since.at_most(0.5)));
        assert!((50_000..62_500).contains(&since.at_most(0.99)));
        assert_eq!(Counts::default().at_most(0.5), 0);
    }
}
