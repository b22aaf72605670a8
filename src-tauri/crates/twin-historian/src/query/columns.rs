//! Columns of a trend: one a pixel that holds samples.
//!
//! Numbers: `min` and `max` are over finite numbers (f64, i64, bool as 0 or 1) and NaN when the column has none;
//! `first` and `last` are NaN when that very sample is no finite number (null, text, NaN). A column is listed even when
//! it has no number at all, because its status must stay visible.

use twin_core::{Status, Timestamp};

use crate::{chunk::Statistics, sample::Sample};

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

    fn push(&mut self, column: Column) {
        self.t_first.push(column.t_first);
        self.t_last.push(column.t_last);
        self.min.push(column.min);
        self.max.push(column.max);
        self.first.push(column.first);
        self.last.push(column.last);
        self.status.push(column.status);
    }
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    t_first: Timestamp,
    t_last: Timestamp,
    min: f64,
    max: f64,
    first: f64,
    last: f64,
    status: Status,
}

impl Column {
    fn point(time: Timestamp, number: f64, status: Status) -> Self {
        Column {
            t_first: time,
            t_last: time,
            min: number,
            max: number,
            first: number,
            last: number,
            status,
        }
    }

    pub(crate) fn of_sample(sample: &Sample) -> Self {
        Column::point(sample.time, sample.number(), sample.quality.status)
    }

    /// The first sample of a chunk.
    pub(crate) fn first_of(chunk: &Statistics) -> Self {
        Column::point(chunk.t_min, chunk.first, chunk.first_status)
    }

    /// The last sample of a chunk.
    pub(crate) fn last_of(chunk: &Statistics) -> Self {
        Column::point(chunk.t_max, chunk.last, chunk.last_status)
    }

    pub(crate) const fn of_chunk(chunk: &Statistics) -> Self {
        Column {
            t_first: chunk.t_min,
            t_last: chunk.t_max,
            min: chunk.min,
            max: chunk.max,
            first: chunk.first,
            last: chunk.last,
            status: chunk.worst,
        }
    }

    /// Takes in samples of the same pixel at other times, in whatever order.
    fn add(&mut self, other: &Column) {
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
        self.status = self.status.max(other.status);
    }
}

/// The pixels of `t0..t1`, and the samples next to it on either side.
pub(crate) struct Grid {
    t0: Timestamp,
    t1: Timestamp,
    cells: Vec<Option<Column>>,
    before: Option<Column>,
    after: Option<Column>,
}

impl Grid {
    /// `t0 < t1`; `width` is brought into 1 to [`WIDTH_MAX`].
    pub(crate) fn new(t0: Timestamp, t1: Timestamp, width: u32) -> Self {
        let width = width.clamp(1, WIDTH_MAX) as usize;
        Grid {
            t0,
            t1,
            cells: vec![None; width],
            before: None,
            after: None,
        }
    }

    /// The pixel of an instant inside the range.
    fn index(&self, time: Timestamp) -> usize {
        let offset = i128::from(time.micros()) - i128::from(self.t0.micros());
        let span = i128::from(self.t1.micros()) - i128::from(self.t0.micros());
        (offset * self.cells.len() as i128 / span) as usize
    }

    /// Whether a chunk lies inside one pixel, so that its statistics say enough.
    pub(crate) fn fits_one_cell(&self, chunk: &Statistics) -> bool {
        chunk.t_min >= self.t0
            && chunk.t_max < self.t1
            && self.index(chunk.t_min) == self.index(chunk.t_max)
    }

    /// Adds a column that does not cross a pixel's or the range's border. Times must not repeat.
    pub(crate) fn add(&mut self, column: &Column) {
        if column.t_last < self.t0 {
            if self.before.is_none_or(|best| column.t_last > best.t_last) {
                self.before = Some(*column);
            }
        } else if column.t_first >= self.t1 {
            if self.after.is_none_or(|best| column.t_first < best.t_first) {
                self.after = Some(*column);
            }
        } else {
            let index = self.index(column.t_first);
            match self.cells.get_mut(index) {
                Some(Some(cell)) => cell.add(column),
                Some(empty) => *empty = Some(*column),
                None => {}
            }
        }
    }

    pub(crate) fn finish(self) -> Columns {
        let mut columns = Columns::default();
        for column in self
            .before
            .into_iter()
            .chain(self.cells.into_iter().flatten())
            .chain(self.after)
        {
            columns.push(column);
        }
        columns
    }
}
