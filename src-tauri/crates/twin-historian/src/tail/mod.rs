//! The newest samples in memory: those of journal rows that no compaction has moved to chunks yet. With it a query
//! never decodes a journal blob. Bounded: past the limit the oldest rows leave it, and queries read them from the
//! file until compaction has caught up.
//!
//! Nothing is copied: the batches are kept as they came, and of each signal where its samples are in them.

mod series;
mod spent;
mod window;

use std::{
    collections::{HashMap, VecDeque},
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use twin_core::{SampleBatch, SignalKey, Timestamp};

use crate::sample::{Latest, Sample};
use series::{Place, Series};
pub(crate) use spent::Spent;
pub(crate) use window::Window;

/// Keys below this have their place in a table, which grows to the largest one; keys are dense from 0, so that more are
/// only seen when a caller makes them up.
const DENSE_KEYS: u32 = 1 << 20;

pub(crate) struct Tail {
    dense: Vec<Series>,
    far: HashMap<SignalKey, Series>,
    /// Batches held, oldest first.
    batches: Batches,
    /// How many of them the series know: the newest are made known by who locks the tail to look into it.
    indexed: usize,
    /// Rows held, oldest first.
    rows: VecDeque<Row>,
    samples: usize,
    samples_max: usize,
    /// What the rows take in memory, about.
    bytes: usize,
    /// The newest journal row there is or ever was.
    newest_row: i64,
    /// Rows up to this one are not held: moved to chunks, or too many.
    left_row: i64,
    /// Whether rows up to `left_row` may still be in the journal.
    behind: bool,
    /// An append was abandoned half way: the journal may have a row that is not here.
    torn: bool,
}

#[derive(Clone, Copy)]
struct Row {
    row: i64,
    batches: usize,
    samples: usize,
    bytes: usize,
    /// Its blob could not be read.
    damaged: bool,
}

/// Compaction comes when the tail holds a third of what it may hold; meanwhile some more come.
const USUAL_PART: usize = 2;
/// Memory of a batch besides its samples, of one sample in it, and of where that is.
const BATCH_BYTES: usize = 400;
const SAMPLE_BYTES: usize = 23;
const PLACE_BYTES: usize = 8;
/// Bytes for which a bound in samples stands: twice what numbers in batches of usual size take, never below the floor.
const BYTES_A_SAMPLE: usize = 64;
const BYTES_FLOOR: usize = 64 << 20;

/// The bound in bytes that goes with a bound in samples: small batches and long texts take more than samples tell.
pub(crate) fn bytes_max(samples_max: usize) -> usize {
    samples_max.saturating_mul(BYTES_A_SAMPLE).max(BYTES_FLOOR)
}

fn bytes_of(batch: &SampleBatch) -> usize {
    let texts = batch.texts().iter().map(|text| text.len() + 32);
    let samples = batch.capacity().max(batch.len()) * SAMPLE_BYTES;
    BATCH_BYTES + samples + batch.len() * PLACE_BYTES + texts.sum::<usize>()
}

/// Batches by a number that only grows (and wraps around after 2^32).
#[derive(Default)]
pub(crate) struct Batches {
    held: VecDeque<(i64, Arc<SampleBatch>)>,
    /// The number of the first.
    first: u32,
}

impl Batches {
    fn get(&self, place: Place) -> Option<&(i64, Arc<SampleBatch>)> {
        self.held.get(place.batch.wrapping_sub(self.first) as usize)
    }

    fn row(&self, place: Place) -> i64 {
        self.get(place).map_or(i64::MAX, |(row, _)| *row)
    }

    fn time(&self, place: Place) -> Timestamp {
        let time =
            |(_, batch): &(i64, Arc<SampleBatch>)| batch.times().get(place.at as usize).copied();
        self.get(place).and_then(time).unwrap_or(Timestamp::MAX)
    }

    fn received(&self, place: Place) -> Timestamp {
        self.get(place)
            .map_or(Timestamp::MAX, |(_, batch)| batch.received())
    }

    fn sample(&self, place: Place) -> Option<Sample> {
        let (_, batch) = self.get(place)?;
        let row = batch.get(place.at as usize)?;
        Some(Sample {
            time: row.time,
            received: batch.received(),
            value: row.value(),
            quality: row.quality,
        })
    }
}

/// The oldest rows, as compaction takes them.
#[derive(Default)]
pub(crate) struct Oldest {
    pub rows: u64,
    /// The last of them.
    pub through: i64,
    pub batches: Vec<Arc<SampleBatch>>,
    pub samples: usize,
    /// Rows whose blobs could not be read.
    pub damaged: Vec<i64>,
    /// Whether rows up to the asked one are left.
    pub more: bool,
}

impl Tail {
    pub(crate) fn new(samples_max: usize, newest_row: i64) -> Self {
        Tail {
            dense: Vec::new(),
            far: HashMap::new(),
            batches: Batches::default(),
            indexed: 0,
            rows: VecDeque::new(),
            samples: 0,
            samples_max,
            bytes: 0,
            newest_row,
            left_row: 0,
            behind: false,
            torn: false,
        }
    }

    pub(crate) const fn newest_row(&self) -> i64 {
        self.newest_row
    }

    pub(crate) const fn samples(&self) -> usize {
        self.samples
    }

    /// What the samples take in memory, about.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) const fn is_torn(&self) -> bool {
        self.torn
    }

    /// Samples of held rows up to the given one, and the bytes they take.
    pub(crate) fn held_upto(&self, upto: i64) -> (usize, usize) {
        let newer = self.rows.iter().rev().take_while(|row| row.row > upto);
        newer.fold((self.samples, self.bytes), |(samples, bytes), row| {
            (samples - row.samples, bytes - row.bytes)
        })
    }

    /// Whether older rows than those held may be in the journal.
    pub(crate) const fn is_behind(&self) -> bool {
        self.behind
    }

    /// Rows up to this one stay in the file alone.
    pub(crate) fn start_behind(&mut self, row: i64) {
        self.left_row = row;
        self.behind = true;
    }

    pub(crate) const fn mended(&mut self) {
        self.torn = false;
    }

    /// Takes in a journal row; rows come in order, a repeated one is ignored.
    pub(crate) fn push(&mut self, row: i64, batches: &[Arc<SampleBatch>]) {
        if self.rows.back().is_some_and(|last| row <= last.row) {
            return;
        }
        let (mut samples, mut bytes) = (0, 0);
        for batch in batches {
            samples += batch.len();
            bytes += bytes_of(batch);
            self.batches.held.push_back((row, Arc::clone(batch)));
        }
        self.take_row(Row {
            row,
            batches: batches.len(),
            samples,
            bytes,
            damaged: false,
        });
    }

    /// Takes in a journal row whose blob cannot be read.
    pub(crate) fn push_damaged(&mut self, row: i64) {
        if self.rows.back().is_none_or(|last| row > last.row) {
            self.take_row(Row {
                row,
                batches: 0,
                samples: 0,
                bytes: 0,
                damaged: true,
            });
        }
    }

    fn take_row(&mut self, row: Row) {
        self.rows.push_back(row);
        self.samples += row.samples;
        self.bytes += row.bytes;
        self.newest_row = self.newest_row.max(row.row);
        if self.samples > self.samples_max || self.bytes > bytes_max(self.samples_max) {
            self.shed();
        }
    }

    /// Makes the series know all batches.
    fn index(&mut self) {
        let known = self.indexed;
        let share = (self.samples, self.samples_max / USUAL_PART);
        for (at, (_, batch)) in self.batches.held.range(known..).enumerate() {
            let number = self.batches.first.wrapping_add((known + at) as u32);
            for (at, (signal, time)) in batch.signals().iter().zip(batch.times()).enumerate() {
                let place = Place {
                    batch: number,
                    at: at as u32,
                };
                let series = if signal.0 < DENSE_KEYS {
                    let index = signal.0 as usize;
                    if index >= self.dense.len() {
                        self.dense.resize_with(index + 1, Series::default);
                    }
                    &mut self.dense[index]
                } else {
                    self.far.entry(*signal).or_default()
                };
                series.push(place, *time, share);
            }
        }
        self.indexed = self.batches.held.len();
    }

    /// Lets go of the oldest rows, a good part at once.
    fn shed(&mut self) {
        let keep = self.samples_max / 4 * 3;
        let keep_bytes = bytes_max(self.samples_max) / 4 * 3;
        let (mut left, mut left_bytes) = (self.samples, self.bytes);
        let mut through = self.left_row;
        for row in &self.rows {
            if left <= keep && left_bytes <= keep_bytes {
                break;
            }
            left -= row.samples;
            left_bytes -= row.bytes;
            through = row.row;
        }
        self.drop_rows(through);
        self.behind = true;
    }

    /// Rows up to `row` are in chunks now. Gives the batches, so that they can be freed without the lock.
    pub(crate) fn compacted(&mut self, row: i64) -> Vec<Arc<SampleBatch>> {
        if row >= self.left_row {
            self.behind = false;
        }
        self.drop_rows(row)
    }

    fn drop_rows(&mut self, through: i64) -> Vec<Arc<SampleBatch>> {
        self.left_row = self.left_row.max(through);
        self.index();
        let mut gone = Vec::new();
        while let Some(row) = self.rows.pop_front_if(|row| row.row <= through) {
            self.samples -= row.samples;
            self.bytes -= row.bytes;
            for _ in 0..row.batches {
                let Some((_, batch)) = self.batches.held.pop_front() else {
                    break;
                };
                self.batches.first = self.batches.first.wrapping_add(1);
                for signal in batch.signals() {
                    if signal.0 < DENSE_KEYS {
                        self.dense[signal.0 as usize].pop();
                    } else if let Some(series) = self.far.get_mut(signal) {
                        series.pop();
                    }
                }
                gone.push(batch);
            }
        }
        self.far.retain(|_, series| !series.is_empty());
        self.indexed = self.batches.held.len();
        gone
    }

    /// The oldest rows up to `upto`: to `through` if that is given, else at least one and at most `samples_max` samples
    /// or `rows_max` rows.
    pub(crate) fn oldest(
        &self,
        upto: i64,
        through: Option<i64>,
        samples_max: usize,
        rows_max: usize,
    ) -> Oldest {
        let mut oldest = Oldest::default();
        let (mut batches, mut bytes) = (0, 0);
        for row in self.rows.iter().take_while(|row| row.row <= upto) {
            let enough = match through {
                Some(through) => row.row > through,
                None => {
                    let samples = oldest.samples + row.samples;
                    let large = samples > samples_max || bytes + row.bytes > bytes_max(samples_max);
                    oldest.rows > 0 && large || oldest.rows == rows_max as u64
                }
            };
            if enough {
                oldest.more = true;
                break;
            }
            oldest.rows += 1;
            oldest.through = row.row;
            oldest.samples += row.samples;
            bytes += row.bytes;
            batches += row.batches;
            if row.damaged {
                oldest.damaged.push(row.row);
            }
        }
        let held = self.batches.held.iter().take(batches);
        oldest.batches = held.map(|(_, batch)| Arc::clone(batch)).collect();
        oldest
    }

    fn series(&self, signal: SignalKey) -> Option<&Series> {
        if signal.0 < DENSE_KEYS {
            self.dense.get(signal.0 as usize)
        } else {
            self.far.get(&signal)
        }
    }

    fn all_series(&self) -> impl Iterator<Item = (SignalKey, &Series)> {
        let dense = (0..).map(SignalKey).zip(&self.dense);
        dense.chain(self.far.iter().map(|(signal, series)| (*signal, series)))
    }

    const fn read_rows_to(&self) -> Option<i64> {
        if self.behind {
            Some(self.left_row)
        } else {
            None
        }
    }

    /// For some signals or every one its newest sample by source time of rows up to `upto`; and up to which row the file
    /// must be read too.
    pub(crate) fn newest_upto(
        &self,
        signals: Option<&[SignalKey]>,
        upto: i64,
    ) -> (HashMap<SignalKey, Latest>, Option<i64>) {
        let newest = |(signal, series): (SignalKey, &Series)| {
            Some((signal, series.newest_upto(&self.batches, upto)?))
        };
        let found = match signals {
            None => self.all_series().filter_map(newest).collect(),
            Some(signals) => {
                let series = |signal: &SignalKey| Some((*signal, self.series(*signal)?));
                signals
                    .iter()
                    .filter_map(series)
                    .filter_map(newest)
                    .collect()
            }
        };
        let read_rows_to = self.read_rows_to().map(|row| row.min(upto));
        (found, read_rows_to)
    }

    /// For one signal or every one its newest sample by source time among those with source time and received time at
    /// or before `t`; and up to which row the file must be read too.
    pub(crate) fn as_of(
        &self,
        signal: Option<SignalKey>,
        t: Timestamp,
    ) -> (HashMap<SignalKey, Latest>, Option<i64>) {
        let newest = |(signal, series): (SignalKey, &Series)| {
            Some((signal, series.as_of(&self.batches, t)?))
        };
        let found = match signal {
            None => self.all_series().filter_map(newest).collect(),
            Some(signal) => {
                let series = self.series(signal).map(|series| (signal, series));
                series.and_then(newest).into_iter().collect()
            }
        };
        (found, self.read_rows_to())
    }
}

/// The lock, whoever died holding it: every change is complete before it can panic.
pub(crate) fn lock(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    let mut tail = lock_unindexed(tail);
    tail.index();
    tail
}

/// [`lock`] for an append, which looks at rows only and leaves the rest of the work for when it waits.
fn lock_unindexed(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an append asks: the newest row, and whether there may be one that is not here.
pub(crate) fn newest_row(tail: &Mutex<Tail>) -> (i64, bool) {
    let tail = lock_unindexed(tail);
    (tail.newest_row, tail.torn)
}

/// How often a commit is asked for before its waiter goes to sleep, and how long it rests in between: together some 30 us,
/// about what a commit without a flush takes. To be woken takes longer than that on a machine with idle cores.
const LOOKS: u32 = 200;
const REST: u32 = 8;

/// Does a commit, and while it waits for it makes the series of the tail know what was appended before: work that would
/// otherwise follow the wait.
pub(crate) async fn indexed_meanwhile<F: Future>(tail: &Mutex<Tail>, commit: F) -> F::Output {
    let mut commit = pin!(commit);
    let mut looks = LOOKS;
    poll_fn(move |context| {
        let mut polled = commit.as_mut().poll(context);
        if looks > 0 && polled.is_pending() {
            drop(lock(tail));
        }
        while looks > 0 && polled.is_pending() {
            for _ in 0..REST {
                std::hint::spin_loop();
            }
            looks -= 1;
            polled = commit.as_mut().poll(context);
        }
        polled
    })
    .await
}

/// An append under way. If its future is dropped, nobody knows whether the row was committed: the tail is marked
/// torn, and the next one who needs it looks into the file.
pub(crate) struct Pending<'a> {
    tail: &'a Mutex<Tail>,
    done: bool,
}

impl<'a> Pending<'a> {
    pub(crate) const fn new(tail: &'a Mutex<Tail>) -> Self {
        Pending { tail, done: false }
    }

    pub(crate) fn committed(mut self, row: i64, batches: &[Arc<SampleBatch>]) {
        lock_unindexed(self.tail).push(row, batches);
        self.done = true;
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.done {
            lock(self.tail).torn = true;
        }
    }
}
