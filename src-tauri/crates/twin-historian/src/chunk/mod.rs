//! A chunk: up to [`CHUNK_SAMPLES_MAX`] samples of one signal, compressed in pages that can be read apart.
//!
//! Version 2 of large chunks and version 4 of small ones, after version byte and CRC-32: signal key; count of samples; value kinds as runs; qualities as runs; source times
//! (`wholes.rs`) and for each page how many units its first time lies above the page's anchor; arrival numbers
//! (`wholes.rs`); then, each if there are any, f64 values (`floats.rs`), i64 values and bools (`wholes.rs`), texts
//! (dictionary, then indices by `wholes.rs`). A column of values holds those of its kind, in order of time. Version 4 differs
//! in that nothing in it is by pco (`packed.rs`): it will soon be written again, as part of a larger one.

mod encode;
mod few;
mod floats;
mod packed;
mod pages;
mod stretch;
mod v1;
mod values;
mod wholes;

#[cfg(test)]
mod tests;

use std::ops::Range;

use twin_core::{Quality, SignalKey, Timestamp, Value, ValueKind};

pub(crate) use encode::{Encoder, encode};
use few::Few;
pub(crate) use pages::{PAGE_SAMPLES, page_count};
pub(crate) use stretch::{Statistics, Stretch, number};
use values::Values;
pub(crate) use wholes::{Wholes, put_wholes};

use crate::{
    bytes::{Malformed, Reader, unseal},
    sample::Sample,
};

/// Samples in a full chunk: at some 0.79 bytes each two blobs fill a database page of 8 KiB with little left over. Fewer
/// cost compression, more make the rewriting for a late sample dearer.
pub(crate) const CHUNK_SAMPLES_MAX: usize = 5_000;
/// What a reader takes, so that a later version may write larger chunks.
pub(crate) const READ_SAMPLES_MAX: usize = 65_536;
/// The version of large chunks.
const FINE: u8 = 2;
/// The version of small ones: no flipped bit makes another version of it, for the checksum does not cover this byte.
const QUICK: u8 = 4;

/// Pages of which a list is kept in place: those of chunks that will soon be part of a larger one.
const FEW_PAGES: usize = 4;

/// Equal neighbours: those before index `end`, from where the run before ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run<T> {
    pub item: T,
    pub end: usize,
}

/// When samples were received.
pub(crate) enum Received {
    /// Arrival numbers; 0: at the source time.
    Numbers(Vec<u64>),
    /// Times, µs: from a blob of version 1.
    Times(Vec<i64>),
}

/// A chunk that is open: its checksum is right, its columns are not decoded yet.
pub(crate) struct Chunk<'a> {
    /// None: a blob of version 1, which does not say.
    signal: Option<SignalKey>,
    len: usize,
    kinds: Vec<Run<ValueKind>>,
    qualities: Vec<Run<Quality>>,
    /// The first source time of each page, µs.
    starts: Few<i64, FEW_PAGES>,
    body: Body<'a>,
}

enum Body<'a> {
    Old(Vec<Sample>),
    New(Box<Columns<'a>>),
}

struct Columns<'a> {
    times: Wholes<'a>,
    arrivals: Wholes<'a>,
    values: Values<'a>,
}

impl<'a> Chunk<'a> {
    /// Checks the checksum and reads the description; a blob of version 1 is decoded at once.
    pub(crate) fn open(blob: &'a [u8]) -> Result<Chunk<'a>, Malformed> {
        if blob.first() == Some(&v1::VERSION) {
            return Ok(Chunk::old(v1::decode(blob)?));
        }
        let version = if blob.first() == Some(&FINE) {
            FINE
        } else {
            QUICK
        };
        let mut reader = Reader::new(unseal(version, blob)?);
        let signal = u32::try_from(reader.varint()?);
        let signal = signal.map_err(|_| reader.fail("signal out of range"))?;
        let n = reader.varint()? as usize;
        if n == 0 || n > READ_SAMPLES_MAX {
            return Err(reader.fail("count of samples out of range"));
        }
        let kinds = read_runs(&mut reader, n, |reader| {
            let kind = ValueKind::from_code(reader.u8()?);
            kind.ok_or_else(|| reader.fail("unknown value kind"))
        })?;
        let qualities = read_runs(&mut reader, n, |reader| {
            Ok(Quality::from_bytes([reader.u8()?, reader.u8()?]))
        })?;
        let times = Wholes::read(&mut reader, n)?;
        let mut starts = Few::with_capacity(page_count(n));
        for page in 0..page_count(n) {
            starts.push(times.at_start(page, reader.signed()?));
        }
        if !starts.is_sorted_by(|a, b| a < b) {
            return Err(reader.fail("pages are not in order"));
        }
        let arrivals = Wholes::read(&mut reader, n)?;
        let values = Values::read(&mut reader, &kinds)?;
        reader.end()?;
        Ok(Chunk {
            signal: Some(SignalKey(signal)),
            len: n,
            kinds,
            qualities,
            starts,
            body: Body::New(Box::new(Columns {
                times,
                arrivals,
                values,
            })),
        })
    }

    /// [`open`](Self::open) for a reader who wants samples of `signal`: a flipped bit in the table of chunks must not show
    /// another signal's.
    pub(crate) fn of(signal: SignalKey, blob: &'a [u8]) -> Result<Chunk<'a>, Malformed> {
        Chunk::open(blob)?.only_of(signal)
    }

    /// The chunk, if it is one of the signal.
    pub(crate) fn only_of(self, signal: SignalKey) -> Result<Chunk<'a>, Malformed> {
        if self.signal.is_none_or(|found| found == signal) {
            Ok(self)
        } else {
            Err(Malformed {
                at: 5,
                what: "holds samples of another signal",
            })
        }
    }

    /// Whose samples they are; a blob of version 1 does not say.
    pub(crate) const fn signal(&self) -> Option<SignalKey> {
        self.signal
    }

    fn old(samples: Vec<Sample>) -> Self {
        let starts = samples.iter().step_by(PAGE_SAMPLES);
        Chunk {
            signal: None,
            len: samples.len(),
            kinds: runs_of(samples.iter().map(|sample| sample.value.kind())),
            qualities: runs_of(samples.iter().map(|sample| sample.quality)),
            starts: starts.map(|sample| sample.time.micros()).collect(),
            body: Body::Old(samples),
        }
    }

    pub(crate) fn page_count(&self) -> usize {
        self.starts.len()
    }

    /// Indices of the samples on these pages.
    pub(crate) fn indices(&self, pages: &Range<usize>) -> Range<usize> {
        let end = (pages.end * PAGE_SAMPLES).min(self.len);
        (pages.start * PAGE_SAMPLES).min(end)..end
    }

    /// Source time of the first sample of each page, µs, ascending.
    pub(crate) fn page_starts(&self) -> &[i64] {
        &self.starts
    }

    /// The page of the newest sample at or before `t`; none when all are later.
    pub(crate) fn page_before(&self, t: Timestamp) -> Option<usize> {
        let end = self.starts.partition_point(|start| *start <= t.micros());
        end.checked_sub(1)
    }

    /// Source times, µs.
    pub(crate) fn times(&self, pages: Range<usize>) -> Result<Vec<i64>, Malformed> {
        let range = self.indices(&pages);
        match &self.body {
            Body::Old(samples) => Ok(samples[range].iter().map(|s| s.time.micros()).collect()),
            Body::New(columns) => {
                let mut found = Vec::with_capacity(range.len());
                self.put_times(columns, pages, &mut found)?;
                Ok(found)
            }
        }
    }

    /// Fills in source times, µs.
    fn put_times(
        &self,
        columns: &Columns<'_>,
        pages: Range<usize>,
        found: &mut Vec<i64>,
    ) -> Result<(), Malformed> {
        columns.times.decode(pages.clone(), found)?;
        let begin = found.first() == self.starts.get(pages.start);
        if self.indices(&pages).is_empty() || begin && found.is_sorted_by(|a, b| a < b) {
            Ok(())
        } else {
            Err(Malformed {
                at: 0,
                what: "times are not in order",
            })
        }
    }

    /// Values as finite numbers, bools as 0 or 1; NaN for everything else.
    pub(crate) fn numbers(&self, pages: Range<usize>) -> Result<Vec<f64>, Malformed> {
        let range = self.indices(&pages);
        match &self.body {
            Body::Old(samples) => Ok(samples[range].iter().map(Sample::number).collect()),
            Body::New(columns) => columns.values.numbers(&self.kinds, range),
        }
    }

    /// Values as they are.
    pub(crate) fn values(&self, pages: Range<usize>) -> Result<Vec<Value>, Malformed> {
        let range = self.indices(&pages);
        match &self.body {
            Body::Old(samples) => Ok(samples[range].iter().map(|s| s.value.clone()).collect()),
            Body::New(columns) => columns.values.values(&self.kinds, range),
        }
    }

    /// The value of one sample.
    pub(crate) fn value(&self, index: usize) -> Result<Value, Malformed> {
        let found = match &self.body {
            Body::Old(samples) => samples.get(index).map(|s| s.value.clone()),
            Body::New(columns) => columns.values.values(&self.kinds, index..index + 1)?.pop(),
        };
        found.ok_or(Malformed {
            at: 0,
            what: "has too few values",
        })
    }

    /// Qualities of the whole chunk.
    pub(crate) fn quality_runs(&self) -> &[Run<Quality>] {
        &self.qualities
    }

    /// Kinds of value of the whole chunk.
    pub(crate) fn kind_runs(&self) -> &[Run<ValueKind>] {
        &self.kinds
    }

    /// When the samples were received.
    pub(crate) fn received(&self, pages: Range<usize>) -> Result<Received, Malformed> {
        let range = self.indices(&pages);
        match &self.body {
            Body::Old(samples) => {
                let times = samples[range].iter().map(|s| s.received.micros());
                Ok(Received::Times(times.collect()))
            }
            Body::New(columns) => {
                let mut found = Vec::with_capacity(range.len());
                columns.arrivals.decode(pages, &mut found)?;
                let numbers = found.into_iter().map(i64::cast_unsigned);
                Ok(Received::Numbers(numbers.collect()))
            }
        }
    }

    /// Whole samples; `received` gives their received times, µs, one a sample of the pages.
    pub(crate) fn samples(
        &self,
        pages: Range<usize>,
        received: &[i64],
    ) -> Result<Vec<Sample>, Malformed> {
        let range = self.indices(&pages);
        let times = self.times(pages.clone())?;
        let values = self.values(pages)?;
        let qualities = each(&self.qualities, range);
        let columns = times.into_iter().zip(values).zip(qualities).zip(received);
        Ok(columns
            .map(|(((time, value), quality), received)| Sample {
                time: Timestamp(time),
                received: Timestamp(*received),
                value,
                quality,
            })
            .collect())
    }

    /// All samples as columns. The arrival numbers of a blob of version 1 are given by `number`, from received times.
    pub(crate) fn stretch(
        &self,
        number: impl FnMut(i64, Timestamp) -> u64,
    ) -> Result<Stretch, Malformed> {
        self.stretch_with(0, number)
    }

    /// [`stretch`](Self::stretch) with room for so many samples more.
    pub(crate) fn stretch_with(
        &self,
        more: usize,
        mut number: impl FnMut(i64, Timestamp) -> u64,
    ) -> Result<Stretch, Malformed> {
        let mut stretch = Stretch::default();
        stretch.reserve(self.len + more);
        match &self.body {
            Body::Old(samples) => {
                for sample in samples {
                    let arrival = number(sample.time.micros(), sample.received);
                    stretch.push_sample(sample, arrival);
                }
            }
            Body::New(columns) => {
                let pages = 0..self.page_count();
                self.put_times(columns, pages.clone(), &mut stretch.times)?;
                if let Received::Numbers(numbers) = self.received(pages)? {
                    stretch.arrivals.extend(numbers);
                }
                stretch.kinds.extend(each(&self.kinds, 0..self.len));
                stretch.qualities.extend(each(&self.qualities, 0..self.len));
                columns.values.bits(&self.kinds, self.len, &mut stretch)?;
            }
        }
        Ok(stretch)
    }
}

/// The items of runs, one for each index.
pub(crate) fn each<T: Copy>(runs: &[Run<T>], range: Range<usize>) -> impl Iterator<Item = T> {
    let first = runs.partition_point(|run| run.end <= range.start);
    let mut at = range.start;
    runs[first..].iter().flat_map(move |run| {
        let end = run.end.min(range.end);
        let n = end.saturating_sub(at);
        at = at.max(end);
        std::iter::repeat_n(run.item, n)
    })
}

fn read_runs<'a, T>(
    reader: &mut Reader<'a>,
    n: usize,
    mut get: impl FnMut(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<Run<T>>, Malformed> {
    let mut runs = Vec::new();
    let mut end = 0;
    while end < n {
        let item = get(reader)?;
        let length = usize::try_from(reader.varint()?).unwrap_or(usize::MAX);
        if length == 0 || length > n - end {
            return Err(reader.fail("runs do not add up"));
        }
        end += length;
        runs.push(Run { item, end });
    }
    Ok(runs)
}

fn runs_of<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<Run<T>> {
    let mut runs: Vec<Run<T>> = Vec::new();
    for (at, item) in items.enumerate() {
        match runs.last_mut() {
            Some(run) if run.item == item => run.end = at + 1,
            _ => runs.push(Run { item, end: at + 1 }),
        }
    }
    runs
}
