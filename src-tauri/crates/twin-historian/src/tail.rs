//! The newest samples in memory: those of journal rows that no compaction has moved to chunks yet. With it a query
//! never decodes a journal blob. Bounded: past the limit the oldest rows leave it, and queries read them from the
//! file until compaction has caught up.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use twin_core::{SampleBatch, SignalKey, Timestamp};

use crate::sample::{Sample, merge, settle};

pub(crate) struct Tail {
    signals: HashMap<SignalKey, Series>,
    /// Rows held and how many samples each has, oldest first.
    rows: VecDeque<(i64, usize)>,
    samples: usize,
    samples_max: usize,
    /// The newest journal row there is or ever was.
    newest_row: i64,
    /// Rows up to this one are not held: moved to chunks, or too many.
    left_row: i64,
    /// Whether rows up to `left_row` may still be in the journal.
    behind: bool,
    /// An append was abandoned half way: the journal may have a row that is not here.
    torn: bool,
}

#[derive(Default)]
struct Series {
    entries: VecDeque<(i64, Sample)>,
    /// Whether times only ever grew, so that they can be searched.
    out_of_order: bool,
}

/// Samples of one signal around a range, each instant once, in order.
#[derive(Default)]
pub(crate) struct Window {
    /// Newest before the range, those inside, oldest after it.
    pub samples: Vec<Sample>,
    /// Journal rows up to this one must be read from the file too.
    pub read_rows_to: Option<i64>,
}

impl Tail {
    pub(crate) fn new(samples_max: usize, newest_row: i64) -> Self {
        Tail {
            signals: HashMap::new(),
            rows: VecDeque::new(),
            samples: 0,
            samples_max,
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

    pub(crate) const fn is_torn(&self) -> bool {
        self.torn
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
    pub(crate) fn push<B: std::borrow::Borrow<SampleBatch>>(&mut self, row: i64, batches: &[B]) {
        if self.rows.back().is_some_and(|(last, _)| row <= *last) {
            return;
        }
        let mut count = 0;
        for batch in batches {
            let batch = batch.borrow();
            count += batch.len();
            for sample in batch.iter() {
                let entry = Sample {
                    time: sample.time,
                    received: batch.received(),
                    value: sample.value(),
                    quality: sample.quality,
                };
                self.signals
                    .entry(sample.signal)
                    .or_default()
                    .push(row, entry);
            }
        }
        self.rows.push_back((row, count));
        self.samples += count;
        self.newest_row = self.newest_row.max(row);
        if self.samples > self.samples_max {
            self.shed();
        }
    }

    /// Lets go of the oldest rows, a good part at once, because every signal has to be visited.
    fn shed(&mut self) {
        let keep = self.samples_max / 4 * 3;
        let mut left = self.samples;
        let mut through = self.left_row;
        for (row, count) in &self.rows {
            if left <= keep {
                break;
            }
            left -= count;
            through = *row;
        }
        self.drop_rows(through);
        self.behind = true;
    }

    /// Rows up to `row` are in chunks now.
    pub(crate) fn compacted(&mut self, row: i64) {
        if row >= self.left_row {
            self.behind = false;
        }
        self.drop_rows(row);
    }

    fn drop_rows(&mut self, through: i64) {
        self.left_row = self.left_row.max(through);
        while let Some((_, count)) = self.rows.pop_front_if(|(row, _)| *row <= through) {
            self.samples -= count;
        }
        self.signals.retain(|_, series| {
            while series
                .entries
                .pop_front_if(|(row, _)| *row <= through)
                .is_some()
            {}
            !series.entries.is_empty()
        });
    }

    /// Samples of `signal` in `t0..t1`, the newest before and the oldest after.
    pub(crate) fn window(&self, signal: SignalKey, t0: Timestamp, t1: Timestamp) -> Window {
        let samples = self
            .signals
            .get(&signal)
            .map_or_else(Vec::new, |series| series.window(t0, t1));
        Window {
            samples,
            read_rows_to: self.behind.then_some(self.left_row),
        }
    }

    /// For every signal its newest sample by source time of rows up to `upto`; and up to which row the file must be
    /// read too.
    pub(crate) fn newest_upto(&self, upto: i64) -> (HashMap<SignalKey, Sample>, Option<i64>) {
        let newest = self
            .signals
            .iter()
            .filter_map(|(signal, series)| Some((*signal, series.newest_upto(upto)?.clone())));
        let read_rows_to = self.behind.then_some(self.left_row.min(upto));
        (newest.collect(), read_rows_to)
    }
}

impl Series {
    fn push(&mut self, row: i64, sample: Sample) {
        if self.entries.is_empty() {
            self.out_of_order = false;
        } else if self
            .entries
            .back()
            .is_some_and(|(_, last)| last.time >= sample.time)
        {
            self.out_of_order = true;
        }
        self.entries.push_back((row, sample));
    }

    fn newest_upto(&self, upto: i64) -> Option<&Sample> {
        let end = self.entries.partition_point(|(row, _)| *row <= upto);
        let samples = self.entries.range(..end).map(|(_, sample)| sample);
        // Of equal times `max_by_key` gives the last: the one received last.
        samples.max_by_key(|sample| sample.time)
    }

    fn window(&self, t0: Timestamp, t1: Timestamp) -> Vec<Sample> {
        if !self.out_of_order {
            let begin = self
                .entries
                .partition_point(|(_, sample)| sample.time < t0)
                .saturating_sub(1);
            let end = self.entries.partition_point(|(_, sample)| sample.time < t1) + 1;
            let end = end.min(self.entries.len());
            return self
                .entries
                .range(begin..end)
                .map(|(_, sample)| sample.clone())
                .collect();
        }
        let mut before: Option<&Sample> = None;
        let mut after: Option<&Sample> = None;
        let mut inside = Vec::new();
        for (_, sample) in &self.entries {
            if sample.time < t0 {
                // Later ones win on the same time.
                if before.is_none_or(|best| sample.time >= best.time) {
                    before = Some(sample);
                }
            } else if sample.time >= t1 {
                if after.is_none_or(|best| sample.time <= best.time) {
                    after = Some(sample);
                }
            } else {
                inside.push(sample.clone());
            }
        }
        settle(&mut inside);
        let edge = |sample: Option<&Sample>| sample.cloned().into_iter().collect::<Vec<_>>();
        merge(merge(edge(before), inside), edge(after))
    }
}

/// The lock, whoever died holding it: every change is complete before it can panic.
pub(crate) fn lock(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
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
        lock(self.tail).push(row, batches);
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
