//! Columns of a trend: one a pixel that holds samples.
//!
//! Numbers: `min` and `max` are over finite numbers (f64, i64, bool as 0 or 1) and NaN when the column has none;
//! `first` and `last` are NaN when that very sample is no finite number (null, text, NaN). A column is listed even when
//! it has no number at all, because its status must stay visible.
//!
//! Every sample of the range is in exactly one column, and a column is exact for its own `t_first..=t_last`. Its first
//! sample lies in its pixel. Its last one does too, unless the column comes from rollups: then it may reach over the
//! pixel's right border, by less than a pixel and an eighth (buckets up to so wide stand for a pixel). The borders of the range itself are exact. Only where retention has
//! removed the samples and left their rollups, a column may be wider than a pixel and reach over the range's right
//! border, by less than the finest bucket that is stored, and a bucket that begins before the range is left out.

use std::ops::Range;

use twin_core::{Duration, Status, Timestamp};

use crate::{chunk::Statistics, points::Points, rollup::block::Envelope};

/// Most columns that [`crate::Historian::range`] gives (edges not counted).
pub const WIDTH_MAX: u32 = 65_536;

/// Non-empty columns in order of time, as parallel arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Source time of the first sample.
    pub t_first: Vec<Timestamp>,
    /// Source time of the last sample.
    pub t_last: Vec<Timestamp>,
    /// Smallest number.
    pub min: Vec<f64>,
    /// Largest number.
    pub max: Vec<f64>,
    /// Value of the first sample.
    pub first: Vec<f64>,
    /// Value of the last sample.
    pub last: Vec<f64>,
    /// Worst status.
    pub status: Vec<Status>,
    /// Samples.
    pub count: Vec<u64>,
    /// Longest time between neighbouring samples of the column. (A chunk that is not rolled up yet and lies within one
    /// pixel does not tell its gaps, which are shorter than the pixel: they are left out.)
    pub max_gap: Vec<Duration>,
}

impl Columns {
    /// How many.
    pub const fn len(&self) -> usize {
        self.t_first.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.t_first.is_empty()
    }

    fn with_room_for(n: usize) -> Columns {
        Columns {
            t_first: Vec::with_capacity(n),
            t_last: Vec::with_capacity(n),
            min: Vec::with_capacity(n),
            max: Vec::with_capacity(n),
            first: Vec::with_capacity(n),
            last: Vec::with_capacity(n),
            status: Vec::with_capacity(n),
            count: Vec::with_capacity(n),
            max_gap: Vec::with_capacity(n),
        }
    }

    fn push(&mut self, column: Column) {
        self.t_first.push(column.t_first);
        self.t_last.push(column.t_last);
        self.min.push(column.min);
        self.max.push(column.max);
        self.first.push(column.first);
        self.last.push(column.last);
        self.status.push(column.worst);
        self.count.push(column.count);
        self.max_gap.push(column.max_gap);
    }
}

/// One column.
pub(crate) type Column = Envelope;

impl Column {
    pub(crate) const fn point(time: Timestamp, number: f64, status: Status) -> Self {
        Column {
            t_first: time,
            t_last: time,
            min: number,
            max: number,
            first: number,
            last: number,
            count: 1,
            worst: status,
            max_gap: Duration::ZERO,
        }
    }

    /// The first sample of a chunk.
    pub(crate) const fn first_of(chunk: &Statistics) -> Self {
        Column::point(chunk.t_min, chunk.first, chunk.first_status)
    }

    /// The last sample of a chunk.
    pub(crate) const fn last_of(chunk: &Statistics) -> Self {
        Column::point(chunk.t_max, chunk.last, chunk.last_status)
    }

    pub(crate) fn of_chunk(chunk: &Statistics) -> Self {
        Column {
            t_first: chunk.t_min,
            t_last: chunk.t_max,
            min: chunk.min,
            max: chunk.max,
            first: chunk.first,
            last: chunk.last,
            count: u64::from(chunk.count),
            worst: chunk.worst,
            max_gap: Duration::ZERO,
        }
    }

    /// Of samples in a row; none of nothing.
    fn of_points(points: &Points, range: Range<usize>) -> Option<Self> {
        let (first, last) = (range.start, range.end.checked_sub(1)?);
        let times = &points.times[range.clone()];
        let gap = |pair: &[i64]| pair[1].saturating_sub(pair[0]);
        let (min, max) = extremes(&points.numbers[range.clone()]);
        Some(Column {
            t_first: Timestamp(*times.first()?),
            t_last: Timestamp(*times.last()?),
            min,
            max,
            first: points.numbers[first],
            last: points.numbers[last],
            count: range.len() as u64,
            worst: points.statuses[range].iter().copied().max()?,
            max_gap: Duration(times.windows(2).map(gap).max().unwrap_or(0)),
        })
    }

    /// Takes in what lies beside it in time.
    fn add(&mut self, other: &Column) {
        if other.t_first > self.t_last {
            self.max_gap = self.max_gap.max(other.t_first.since(self.t_last));
        } else if self.t_first > other.t_last {
            self.max_gap = self.max_gap.max(self.t_first.since(other.t_last));
        }
        if other.t_first < self.t_first {
            self.t_first = other.t_first;
            self.first = other.first;
        }
        if other.t_last > self.t_last {
            self.t_last = other.t_last;
            self.last = other.last;
        }
        // `min` and `max` of f64 pass over NaN.
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.worst = self.worst.max(other.worst);
        self.count += other.count;
        self.max_gap = self.max_gap.max(other.max_gap);
    }
}

/// Numbers that are compared side by side, so that none waits for the one before.
const LANES: usize = 4;

/// The smallest and the largest number; NaN when there is none.
fn extremes(numbers: &[f64]) -> (f64, f64) {
    // `min` and `max` of f64 pass over NaN.
    let (mut min, mut max) = ([f64::NAN; LANES], [f64::NAN; LANES]);
    let rows = numbers.chunks_exact(LANES);
    for (lane, number) in rows.remainder().iter().enumerate() {
        (min[lane], max[lane]) = (*number, *number);
    }
    for row in rows {
        for ((min, max), number) in min.iter_mut().zip(&mut max).zip(row) {
            *min = min.min(*number);
            *max = max.max(*number);
        }
    }
    let all =
        |lanes: [f64; LANES], better: fn(f64, f64) -> f64| lanes.into_iter().fold(f64::NAN, better);
    (all(min, f64::min), all(max, f64::max))
}

/// The pixels of `t0..t1`, and the samples next to it on either side.
pub(crate) struct Grid {
    t0: Timestamp,
    t1: Timestamp,
    width: usize,
    /// Columns in order, with their pixels.
    columns: Vec<(usize, Column)>,
    /// Where the pixel of the last column ends.
    pixel_end: i64,
    before: Option<Column>,
    after: Option<Column>,
}

impl Grid {
    /// `t0 < t1`; `width` is brought into 1 to [`WIDTH_MAX`].
    pub(crate) fn new(t0: Timestamp, t1: Timestamp, width: u32) -> Self {
        Grid {
            t0,
            t1,
            width: width.clamp(1, WIDTH_MAX) as usize,
            columns: Vec::new(),
            pixel_end: i64::MIN,
            before: None,
            after: None,
        }
    }

    const fn span(&self) -> u64 {
        self.t1.micros().abs_diff(self.t0.micros())
    }

    /// Microseconds of a pixel, rounded down.
    pub(crate) const fn pixel_us(&self) -> i64 {
        let pixel = self.span() / self.width as u64;
        // All of time in one pixel is more than a signed number holds.
        if pixel > i64::MAX.cast_unsigned() {
            i64::MAX
        } else {
            pixel.cast_signed()
        }
    }

    /// The pixel of an instant inside the range.
    fn index(&self, time: Timestamp) -> usize {
        let (span, width) = (self.span(), self.width as u64);
        let offset = time.micros().abs_diff(self.t0.micros());
        match offset.checked_mul(width) {
            Some(product) => (product / span) as usize,
            None => (u128::from(offset) * u128::from(width) / u128::from(span)) as usize,
        }
    }

    /// The first instant behind a pixel.
    fn end_of(&self, index: usize) -> i64 {
        let (span, width, pixels) = (self.span(), self.width as u64, index as u64 + 1);
        let offset = match span.checked_mul(pixels) {
            Some(product) => u128::from(product.div_ceil(width)),
            None => (u128::from(span) * u128::from(pixels)).div_ceil(u128::from(width)),
        };
        let end = i128::from(self.t0.micros()) + offset as i128;
        end.min(i128::from(i64::MAX)) as i64
    }

    /// Whether a chunk lies inside one pixel, so that its statistics say enough.
    pub(crate) fn fits_one_cell(&self, chunk: &Statistics) -> bool {
        chunk.t_min >= self.t0
            && chunk.t_max < self.t1
            && self.index(chunk.t_min) == self.index(chunk.t_max)
    }

    /// Adds a column to the pixel of its first sample. Times must not repeat.
    #[inline]
    pub(crate) fn add(&mut self, column: &Column) {
        if column.t_first.micros() < self.pixel_end
            && let Some((_, last)) = self.columns.last_mut()
            && column.t_first >= last.t_first
        {
            last.add(column);
            return;
        }
        self.add_elsewhere(column);
    }

    /// Adds samples, each to its pixel.
    pub(crate) fn add_points(&mut self, points: &Points, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let time = points.times[at];
            let inside = (self.t0.micros()..self.t1.micros()).contains(&time);
            let next = if inside {
                let end = self.end_of(self.index(Timestamp(time)));
                points.place_of(end, at + 1, range.end)
            } else {
                at + 1
            };
            if let Some(column) = Column::of_points(points, at..next) {
                self.add(&column);
            }
            at = next;
        }
    }

    fn add_elsewhere(&mut self, column: &Column) {
        if column.t_last < self.t0 {
            if self.before.is_none_or(|best| column.t_last > best.t_last) {
                self.before = Some(*column);
            }
            return;
        }
        if column.t_first >= self.t1 {
            if self.after.is_none_or(|best| column.t_first < best.t_first) {
                self.after = Some(*column);
            }
            return;
        }
        if column.t_first < self.t0 {
            return;
        }
        let index = self.index(column.t_first);
        match self.columns.last() {
            Some((last, _)) if *last >= index => {
                match self
                    .columns
                    .binary_search_by_key(&index, |(pixel, _)| *pixel)
                {
                    Ok(at) => self.columns[at].1.add(column),
                    Err(at) => self.columns.insert(at, (index, *column)),
                }
            }
            _ => {
                self.columns.push((index, *column));
                self.pixel_end = self.end_of(index).min(self.t1.micros());
            }
        }
    }

    pub(crate) fn finish(self) -> Columns {
        let mut columns = Columns::with_room_for(self.columns.len() + 2);
        let inside = self.columns.into_iter().map(|(_, column)| column);
        for column in self.before.into_iter().chain(inside).chain(self.after) {
            columns.push(column);
        }
        columns
    }
}
