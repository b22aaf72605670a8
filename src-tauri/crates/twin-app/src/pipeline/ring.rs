//! What waits in memory while history cannot be written: jobs made of messages that no broker will send again.
//!
//! Bounded by samples and by bytes. When it is full the oldest samples go, and are counted; alarm transitions, births
//! and what else is rare stay.

use std::collections::{BTreeMap, HashMap, VecDeque};

use twin_core::{Quality, Reason, SampleBatch, SignalKey, Timestamp};
use twin_historian::QualityTransition;

use super::job::Job;

/// What a job takes besides its contents, bytes: a round figure, so that many empty jobs count too.
const ENTRY_BYTES: usize = 256;
/// What a sample takes in a batch's columns, bytes.
const SAMPLE_BYTES: usize = 24;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Samples.
    pub samples: usize,
    /// Bytes, about.
    pub bytes: usize,
    /// Alarm transitions. They are never thrown away: at this many no more messages are taken.
    pub transitions: usize,
}

/// Jobs that wait, oldest first. See the module's description.
#[derive(Debug)]
pub struct Ring {
    limits: Limits,
    /// What is left of jobs whose samples went; before all others.
    rest: Job,
    jobs: VecDeque<Job>,
    samples: usize,
    bytes: usize,
    transitions: usize,
    lost: Lost,
}

/// What could not wait any longer, since this was last asked.
#[derive(Debug, Default)]
pub struct Lost {
    /// Samples and unreadable messages, by the number of the connection.
    pub by_source: BTreeMap<usize, u64>,
    /// All of them, anomaly scores included.
    pub count: u64,
    /// When the first and the last of them were received.
    pub span: Option<(Timestamp, Timestamp)>,
    /// By signal, from when on something is missing.
    gaps: HashMap<SignalKey, Timestamp>,
}

impl Ring {
    /// An empty ring.
    pub fn new(limits: Limits) -> Self {
        Ring {
            limits,
            rest: Job::default(),
            jobs: VecDeque::new(),
            samples: 0,
            bytes: 0,
            transitions: 0,
            lost: Lost::default(),
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.rest.is_empty()
    }

    /// How many samples wait.
    pub const fn samples(&self) -> usize {
        self.samples
    }

    /// Whether so many alarm transitions wait that no more may come.
    pub const fn is_closed(&self) -> bool {
        self.transitions >= self.limits.transitions
    }

    /// Alarms that wait to be stored, in words, oldest first.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        let jobs = std::iter::once(&self.rest).chain(&self.jobs);
        jobs.flat_map(|job| &job.notices)
            .map(|notice| notice.title.as_str())
    }

    /// Adds the newest job; the oldest samples go if there are too many.
    pub fn push(&mut self, job: Job) {
        self.samples += samples(&job);
        self.bytes += bytes(&job);
        self.transitions += job.transitions.len();
        self.jobs.push_back(job);
        while self.samples > self.limits.samples || self.bytes > self.limits.bytes {
            // The newest is never thrown away: one turn's messages fit anyhow.
            if self.jobs.len() < 2 {
                return;
            }
            self.drop_oldest();
        }
    }

    /// Takes the oldest job out.
    pub fn pop(&mut self) -> Option<Job> {
        let job = if self.rest.is_empty() {
            let job = self.jobs.pop_front()?;
            self.samples -= samples(&job);
            self.bytes -= bytes(&job);
            job
        } else {
            std::mem::take(&mut self.rest)
        };
        self.transitions -= job.transitions.len();
        Some(job)
    }

    /// What went since the last call; none when nothing did.
    pub fn take_lost(&mut self) -> Option<Lost> {
        (self.lost.count > 0 || !self.lost.gaps.is_empty()).then(|| std::mem::take(&mut self.lost))
    }

    /// How much went since the last [`Ring::take_lost`].
    pub const fn lost(&self) -> u64 {
        self.lost.count
    }

    /// How much of it came by one connection.
    pub fn lost_of(&self, source: usize) -> u64 {
        self.lost.by_source.get(&source).copied().unwrap_or(0)
    }

    fn drop_oldest(&mut self) {
        let Some(mut job) = self.jobs.pop_front() else {
            return;
        };
        self.samples -= samples(&job);
        self.bytes -= bytes(&job);
        // What will be acknowledged must be stored. Only a job from before the outage can be such a one.
        if job.acks.is_empty() {
            self.lost.take(&mut job);
        }
        self.rest.absorb(job);
    }
}

impl Lost {
    /// Counts and removes what a job can lose.
    fn take(&mut self, job: &mut Job) {
        for batch in job.batches.drain(..) {
            self.count += batch.len() as u64;
            self.see(batch.received());
            for signal in batch.signals() {
                self.gaps.entry(*signal).or_insert(batch.received());
            }
        }
        for reject in job.rejects.drain(..) {
            self.count += 1;
            self.see(reject.received);
        }
        for transition in job.qualities.drain(..) {
            self.gaps.entry(transition.signal).or_insert(transition.at);
        }
        for (source, count) in job.carried.drain(..) {
            *self.by_source.entry(source).or_default() += count;
        }
    }

    fn see(&mut self, at: Timestamp) {
        let (from, to) = self.span.unwrap_or((at, at));
        self.span = Some((from.min(at), to.max(at)));
    }

    /// So that a reader of history does not take the sample before a gap for what still held in it.
    pub fn gaps(&self) -> Vec<QualityTransition> {
        let quality = Quality::bad(Reason::HistoryUnavailable);
        let gap = |(signal, at): (&SignalKey, &Timestamp)| QualityTransition {
            signal: *signal,
            at: *at,
            quality,
        };
        let mut gaps: Vec<_> = self.gaps.iter().map(gap).collect();
        gaps.sort_by_key(|gap| gap.signal);
        gaps
    }
}

/// Samples, and what counts as one.
fn samples(job: &Job) -> usize {
    let samples: usize = job.batches.iter().map(|batch| batch.len()).sum();
    samples + job.qualities.len() + job.rejects.len()
}

fn bytes(job: &Job) -> usize {
    let texts = |batch: &SampleBatch| batch.texts().iter().map(|text| text.len()).sum::<usize>();
    let batches: usize = job.batches.iter().map(|batch| texts(batch)).sum();
    let rejects: usize = job
        .rejects
        .iter()
        .map(|r| r.payload.len() + r.topic.len())
        .sum();
    ENTRY_BYTES + samples(job) * SAMPLE_BYTES + batches + rejects
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use twin_core::BatchId;

    use super::*;

    const LIMITS: Limits = Limits {
        samples: 100,
        bytes: 1 << 20,
        transitions: 10,
    };

    /// A job of `count` samples, received at `number`.
    fn job(number: i64, count: usize) -> Job {
        let at = Timestamp(number);
        let mut batch = SampleBatch::new(BatchId(0), at);
        for _ in 0..count {
            batch.push_f64(SignalKey(number as u32 % 5), at, 1.0, Quality::GOOD);
        }
        Job {
            batches: vec![Arc::new(batch)],
            carried: vec![(0, count as u64)],
            settles: true,
            ..Job::default()
        }
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_in_order_or_is_counted(
            moves in proptest::collection::vec((0_usize..60, any::<bool>()), 1..60)
        ) {
            let mut ring = Ring::new(LIMITS);
            let (mut put, mut got, mut last) = (0, 0, Timestamp::MIN);
            for (number, (count, take)) in moves.into_iter().enumerate() {
                ring.push(job(number as i64, count));
                put += count as u64;
                prop_assert!(ring.samples() <= LIMITS.samples);
                if take && let Some(job) = ring.pop() {
                    for batch in job.batches {
                        prop_assert!(batch.received() > last);
                        last = batch.received();
                        got += batch.len() as u64;
                    }
                }
            }
            let lost = ring.take_lost().unwrap_or_default();
            while let Some(job) = ring.pop() {
                got += job.batches.iter().map(|batch| batch.len() as u64).sum::<u64>();
            }
            prop_assert_eq!(put, got + lost.count);
            prop_assert_eq!(lost.by_source.values().sum::<u64>(), lost.count);
            prop_assert_eq!((ring.samples(), ring.bytes, ring.is_empty()), (0, 0, true));
        }
    }

    #[test]
    fn the_first_missing_sample_of_a_signal_begins_its_gap_and_the_rest_of_a_job_stays() {
        let mut ring = Ring::new(LIMITS);
        for number in 1..=7 {
            ring.push(job(number, 40));
        }
        assert_eq!(ring.lost(), 200);
        let rest = ring.pop().unwrap();
        assert!(rest.batches.is_empty() && rest.settles);
        let lost = ring.take_lost().unwrap();
        assert_eq!(lost.span, Some((Timestamp(1), Timestamp(5))));
        let gaps: Vec<_> = lost
            .gaps()
            .iter()
            .map(|gap| (gap.signal.0, gap.at.0))
            .collect();
        assert_eq!(gaps, [(0, 5), (1, 1), (2, 2), (3, 3), (4, 4)]);
        assert!(ring.take_lost().is_none());
    }

    #[test]
    fn bytes_count_too() {
        let limits = Limits {
            bytes: 10 * ENTRY_BYTES,
            ..LIMITS
        };
        let mut ring = Ring::new(limits);
        for number in 0..1_000 {
            ring.push(job(number, 0));
        }
        assert!(ring.jobs.len() <= 10);
    }
}
