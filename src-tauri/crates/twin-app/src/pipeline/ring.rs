//! What waits in memory while history cannot be written: jobs made of messages that no broker will send again.
//!
//! Bounded by samples and by bytes. When it is full the oldest samples go, and are counted; alarm transitions, links and
//! of each topic the newest birth stay.

use std::collections::{BTreeMap, HashMap, VecDeque};

use twin_core::{ConnectionId, Quality, Reason, SampleBatch, SignalKey, Timestamp};
use twin_historian::{Birth, QualityTransition};

use super::job::Job;

/// What a job takes besides its contents, bytes; so that many empty jobs count too.
const ENTRY_BYTES: usize = size_of::<Job>();
/// What a batch takes besides its samples, bytes: its columns have room for four, and each is a piece of memory.
const BATCH_BYTES: usize = size_of::<SampleBatch>() + 256;
/// What a sample takes in a batch's columns, bytes.
const SAMPLE_BYTES: usize = 24;
/// What a birth, a reject, a link change or an alarm transition takes besides its payload, bytes: a round figure.
const ROW_BYTES: usize = 256;

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
    /// Bytes of it that count.
    rest_bytes: usize,
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
            rest_bytes: 0,
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
    pub fn titles(&self) -> impl Iterator<Item = String> {
        let jobs = std::iter::once(&self.rest).chain(&self.jobs);
        jobs.flat_map(|job| &job.notices)
            .map(|notice| notice.title.to_string())
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
            self.bytes -= std::mem::take(&mut self.rest_bytes);
            std::mem::take(&mut self.rest)
        };
        self.transitions -= job.transitions.len();
        Some(job)
    }

    /// Adds a record of what went, before all jobs and outside the bound: it would make more go.
    pub fn note(&mut self, record: Job) {
        self.rest.absorb(record);
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
        // Behind what went, history is not complete.
        job.complete = None;
        self.keep_births(&mut job);
        let left = bytes(&job) - ENTRY_BYTES;
        self.rest_bytes += left;
        self.bytes += left;
        self.rest.absorb(job);
    }

    /// Of the births of one topic the newest stays.
    fn keep_births(&mut self, job: &mut Job) {
        for (id, birth) in job.births.drain(..) {
            let is_same =
                |(of, known): &(ConnectionId, Birth)| of == &id && known.topic == birth.topic;
            if let Some(at) = self.rest.births.iter().position(is_same) {
                let freed = birth_bytes(&self.rest.births.swap_remove(at).1);
                self.rest_bytes -= freed;
                self.bytes -= freed;
            }
            let taken = birth_bytes(&birth);
            self.rest_bytes += taken;
            self.bytes += taken;
            self.rest.births.push((id, birth));
        }
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
    let batches = job.batches.iter().map(|b| BATCH_BYTES + texts(b));
    let births = job.births.iter().map(|(_, birth)| birth_bytes(birth));
    let rejects = job.rejects.iter();
    let rejects = rejects.map(|r| ROW_BYTES + r.payload.len() + r.topic.len() + r.detail.len());
    let links = job.links.iter().map(|link| ROW_BYTES + link.reason.len());
    let rare = job.transitions.len() + job.notices.len() + job.carried.len();
    let parts = batches.chain(births).chain(rejects).chain(links);
    ENTRY_BYTES + samples(job) * SAMPLE_BYTES + rare * ROW_BYTES + parts.sum::<usize>()
}

fn birth_bytes(birth: &Birth) -> usize {
    ROW_BYTES + birth.topic.len() + birth.payload.len()
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
    fn births_count_and_of_each_topic_the_newest_stays() {
        let limits = Limits {
            bytes: 100_000,
            ..LIMITS
        };
        let mut ring = Ring::new(limits);
        for number in 0..1_000_u32 {
            let birth = Birth {
                topic: format!("node-{}", number % 3),
                payload: number.to_le_bytes().repeat(1_000),
                received: Timestamp(i64::from(number)),
            };
            ring.push(Job {
                births: vec![(ConnectionId::from("c"), birth)],
                complete: Some(Timestamp(i64::from(number))),
                ..Job::default()
            });
            assert!(ring.bytes <= limits.bytes, "{} bytes", ring.bytes);
        }
        let rest = ring.pop().unwrap();
        assert_eq!((rest.births.len(), rest.complete), (3, None));
        let mut births = rest.births;
        while let Some(job) = ring.pop() {
            births.extend(job.births);
        }
        for (topic, newest) in [("node-0", 999), ("node-1", 997), ("node-2", 998)] {
            let of = births.iter().filter(|(_, birth)| birth.topic == topic);
            let last = of.map(|(_, birth)| birth.received.0).max();
            assert_eq!(last, Some(newest), "{topic}");
        }
        assert_eq!(ring.bytes, 0);
    }

    #[test]
    fn a_record_of_what_went_makes_nothing_more_go() {
        let mut ring = Ring::new(LIMITS);
        for number in 0..200 {
            ring.push(job(number, 1));
        }
        assert_eq!((ring.lost(), ring.samples()), (100, 100));
        let lost = ring.take_lost().unwrap();
        ring.note(Job {
            qualities: lost.gaps(),
            ..Job::default()
        });
        assert_eq!((ring.lost(), ring.samples()), (0, 100));
        assert_eq!(ring.pop().unwrap().qualities.len(), 5);
        while ring.pop().is_some() {}
        assert_eq!((ring.samples(), ring.bytes), (0, 0));
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
