//! The values of a JSON text with their paths and source times.

use std::ops::Range;

use twin_core::Timestamp;

use super::{
    parser::{Scalar, Visit, parse},
    times::{Numbers, TimeNames},
};
use crate::{
    limits::Limits,
    observations::Cell,
    reject::{Reject, RejectKind},
    stamp::{self, Zone},
};

/// Whole numbers up to this size are exact in an f64.
const EXACT_IN_F64: f64 = 9_007_199_254_740_992.0;

/// A source time in one of these objects is that of the objects beside it: `{"header": {"timestamp": ...}, "data": ...}`.
const ENVELOPES: [&str; 7] = [
    "header", "head", "meta", "metadata", "envelope", "info", "context",
];
/// Any time of its own is more trusted than that of an envelope.
const OF_AN_ENVELOPE: usize = 1_000;

/// A flattened JSON text. Kept and filled again, so that its memory is reused.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    /// The zone of times without an offset, when a rule tells it.
    pub(crate) zone: Option<Zone>,
    rows: Vec<Row>,
    /// All paths and all texts, one after another.
    pool: String,
    path: String,
    levels: Vec<usize>,
    objects: Vec<Object>,
    skipped: u64,
}

#[derive(Debug)]
struct Row {
    path: Range<usize>,
    value: RowValue,
    time: Option<Timestamp>,
    /// Used up as the source time of its object.
    is_time: bool,
}

#[derive(Clone, Debug)]
enum RowValue {
    Null,
    Bool(bool),
    I64(i64),
    F64(f64),
    Text(Range<usize>),
}

/// How many times the largest message its paths and texts may take: each value has a path of its own, so that many values
/// under a long key would take any amount of memory.
const PATHS_FACTOR: usize = 4;
/// Rows and bytes for which memory is kept from message to message.
const KEPT_ROWS: usize = 16_384;
const KEPT_BYTES: usize = 1 << 20;

/// An object being read.
#[derive(Debug)]
struct Object {
    first_row: usize,
    depth: usize,
    /// The most trusted source time that was found directly in it.
    time: Option<Found>,
}

/// A source time.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Of its key: the lower, the more it is trusted.
    rank: usize,
    time: Timestamp,
    /// The row that holds it.
    row: usize,
}

/// One value of a flattened text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FlatValue<'f> {
    /// Keys joined by `.`; empty when the whole text is one value.
    pub(crate) path: &'f str,
    pub(crate) value: Cell<'f>,
    /// Source time of the innermost object around it that has one.
    pub(crate) time: Option<Timestamp>,
}

struct Filler<'f> {
    flat: &'f mut Flat,
    limits: &'f Limits,
    names: TimeNames,
    values: usize,
}

impl Flat {
    /// Reads a text; what it held before is gone.
    pub(crate) fn read(
        &mut self,
        text: &str,
        limits: &Limits,
        names: TimeNames,
    ) -> Result<(), Reject> {
        // Memory is kept, unless the last message was unusually large.
        self.rows.clear();
        self.rows.shrink_to(KEPT_ROWS);
        self.pool.clear();
        self.pool.shrink_to(KEPT_BYTES);
        self.path.clear();
        self.levels.clear();
        self.objects.clear();
        self.skipped = 0;
        parse(
            text,
            limits.json_depth,
            &mut Filler {
                flat: self,
                limits,
                names,
                values: 0,
            },
        )
    }

    /// Values left out because they are no signals.
    pub(crate) const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// All values in order, source times left out.
    pub(crate) fn values(&self) -> impl Iterator<Item = FlatValue<'_>> {
        let slice = |range: &Range<usize>| self.pool.get(range.clone()).unwrap_or_default();
        self.rows
            .iter()
            .filter(|row| !row.is_time)
            .map(move |row| FlatValue {
                path: slice(&row.path),
                value: match &row.value {
                    RowValue::Null => Cell::Null,
                    RowValue::Bool(v) => Cell::Bool(*v),
                    RowValue::I64(v) => Cell::I64(*v),
                    RowValue::F64(v) => Cell::F64(*v),
                    RowValue::Text(range) => Cell::Text(slice(range)),
                },
                time: row.time,
            })
    }

    /// The key that is being read, without those around it.
    fn last_key(&self) -> &str {
        let start = self.levels.last().copied().unwrap_or_default();
        let key = self.path.get(start..).unwrap_or_default();
        key.strip_prefix('.').unwrap_or(key)
    }

    fn put(&mut self, text: &str) -> Range<usize> {
        let start = self.pool.len();
        self.pool.push_str(text);
        start..self.pool.len()
    }
}

impl Filler<'_> {
    /// The source time that this value is, if its key and its form say so.
    fn source_time(&self, scalar: Scalar<'_>) -> Option<Found> {
        let flat = &*self.flat;
        let object = flat
            .objects
            .last()
            .filter(|object| object.depth + 1 == flat.levels.len())?;
        debug_assert!(object.first_row <= flat.rows.len());
        let (rank, numbers) = self.names.rank(flat.last_key())?;
        let plausible = |time: &Timestamp| stamp::is_plausible(*time);
        let time = match scalar {
            Scalar::Text(text) => stamp::from_text(text, flat.zone.as_ref())
                .or_else(|| stamp::from_epoch_text(text).filter(plausible))?,
            Scalar::Number(number, _) => stamp::from_epoch(number)
                .filter(|time| numbers == Numbers::Always || plausible(time))?,
            Scalar::Null | Scalar::Bool(_) => return None,
        };
        let row = flat.rows.len();
        Some(Found { rank, time, row })
    }

    /// Notes a source time of the object that is being read, when it is the most trusted so far: only that is used up,
    /// the others are values like any.
    fn offer(&mut self, found: Found) -> bool {
        let Some(object) = self.flat.objects.last_mut() else {
            return false;
        };
        if object.time.is_some_and(|known| known.rank <= found.rank) {
            return false;
        }
        if let Some(before) = object.time.replace(found)
            && let Some(row) = self.flat.rows.get_mut(before.row)
        {
            row.is_time = false;
        }
        true
    }
}

impl Visit for Filler<'_> {
    fn begin_object(&mut self) {
        let object = Object {
            first_row: self.flat.rows.len(),
            depth: self.flat.levels.len(),
            time: None,
        };
        self.flat.objects.push(object);
    }

    fn end_object(&mut self) {
        let Some(object) = self.flat.objects.pop() else {
            return;
        };
        let Some(found) = object.time else { return };
        for row in self.flat.rows.iter_mut().skip(object.first_row) {
            row.time.get_or_insert(found.time);
        }
        let key = self.flat.last_key();
        let is_envelope = ENVELOPES.iter().any(|name| name.eq_ignore_ascii_case(key));
        // Only what lies directly beside the envelope is dated by it.
        let parent = self.flat.objects.last();
        if is_envelope && parent.is_some_and(|of| of.depth + 1 == self.flat.levels.len()) {
            self.offer(Found {
                rank: found.rank + OF_AN_ENVELOPE,
                ..found
            });
        }
    }

    fn key(&mut self, key: &str) {
        let flat = &mut *self.flat;
        flat.levels.push(flat.path.len());
        if flat.levels.len() > 1 {
            flat.path.push('.');
        }
        // A key becomes part of an address that people read.
        let clean = |c: char| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        flat.path.extend(key.chars().map(clean));
    }

    fn index(&mut self, index: usize) {
        self.key(itoa(index, &mut [0; 20]));
    }

    fn leave(&mut self) {
        if let Some(length) = self.flat.levels.pop() {
            self.flat.path.truncate(length);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Reject> {
        self.values += 1;
        if self.values > self.limits.json_values {
            let detail = format!(
                "more than {} values in one message",
                self.limits.json_values
            );
            return Err(Reject::new(RejectKind::JsonTooManyValues, detail));
        }
        let is_time = self
            .source_time(scalar)
            .is_some_and(|found| self.offer(found));
        let value = match scalar {
            Scalar::Null => RowValue::Null,
            Scalar::Bool(v) => RowValue::Bool(v),
            Scalar::Number(number, written) => match number_value(number, written) {
                Cell::I64(whole) => RowValue::I64(whole),
                _ => RowValue::F64(number),
            },
            Scalar::Text(text) if text.len() > self.limits.text_bytes => {
                self.flat.skipped += 1;
                return Ok(());
            }
            Scalar::Text(text) => RowValue::Text(self.flat.put(text)),
        };
        let start = self.flat.pool.len();
        let most = self.limits.payload_bytes.max(self.limits.inflated_bytes);
        if start > most.saturating_mul(PATHS_FACTOR) {
            let detail = "its values have paths that take many times more than the message itself";
            return Err(Reject::new(RejectKind::JsonTooManyValues, detail));
        }
        self.flat.pool.push_str(&self.flat.path);
        let path = start..self.flat.pool.len();
        self.flat.rows.push(Row {
            path,
            value,
            time: None,
            is_time,
        });
        Ok(())
    }
}

/// JSON knows one sort of number, so all are f64, lest a signal change its type whenever a value happens to be
/// whole; only whole numbers that an f64 cannot hold exactly stay whole.
pub(crate) fn number_value<'w>(number: f64, written: &str) -> Cell<'w> {
    if number.abs() >= EXACT_IN_F64
        && let Ok(whole) = written.parse()
    {
        return Cell::I64(whole);
    }
    Cell::F64(number)
}

/// A number as decimal text, without an allocation.
fn itoa(mut number: usize, buffer: &mut [u8; 20]) -> &str {
    let mut start = buffer.len();
    while start > 0 {
        start -= 1;
        buffer[start] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    std::str::from_utf8(&buffer[start..]).unwrap_or("0")
}
