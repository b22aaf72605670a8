//! History as a file: one row a sample, as CSV or Parquet, written and read as a stream.
//!
//! Rooms, in the order in which they may import one another: `time`, `cell`, `layout` -> `csv_write`, `csv_read`,
//! `sheet`, `columns`, `pages` -> `parquet_write`, `parquet_read` -> `stream`.

mod cell;
mod columns;
mod csv_read;
mod csv_write;
mod layout;
mod pages;
mod parquet_read;
mod parquet_write;
mod sheet;
mod stream;
mod time;

use std::sync::Arc;

use twin_core::{Quality, Reason, Said, Timestamp, Value};

pub use sheet::{Heading, Sheet, SheetRows};
pub use stream::{TableReader, TableWriter};

/// The longest text value, bytes: as long as the decoders let one in.
const TEXT_MAX: usize = 64 * 1024;

/// How a file of history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text after RFC 4180, UTF-8, with a header.
    Csv,
    /// Apache Parquet with typed columns.
    Parquet,
}

impl Format {
    /// The ending of its files' names.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }
}

/// Where a file comes from; Parquet carries it as metadata, CSV has no place for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Name of the plant.
    pub plant: String,
    /// IANA name of the zone in which the plant's people live. All times in the file are UTC.
    pub zone: String,
    /// Program and version that wrote it.
    pub program: String,
}

/// The quality of a value of which the file gives none: good, but for a number that is none.
fn unstated_quality(value: &Value) -> Quality {
    match value {
        Value::F64(number) if !number.is_finite() => Quality::bad(Reason::NotFinite),
        _ => Quality::GOOD,
    }
}

/// The text of `now`, or the same text as before: a text that is repeated line by line is held once.
fn shared(before: &mut Arc<str>, now: &str) -> Arc<str> {
    if **before != *now {
        *before = Arc::from(now);
    }
    Arc::clone(before)
}

/// A value whose text is shared with the one before.
fn shared_value(before: &mut Arc<str>, value: Value) -> Value {
    match value {
        Value::Text(text) => {
            if *before != text {
                *before = text;
            }
            Value::Text(Arc::clone(before))
        }
        other => other,
    }
}

/// One sample in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Source time.
    pub time: Timestamp,
    /// When it was received; the source time where the file does not say.
    pub received: Timestamp,
    /// The value.
    pub value: Value,
    /// Status and reason. Where the file does not say: good, and of NaN and the infinities bad, not finite.
    pub quality: Quality,
}

/// A sample and where it stood in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// CSV: number of the line, the header is line 1. Parquet: number of the row, the first is 1.
    pub line: u64,
    /// Id of the signal.
    pub signal: Arc<str>,
    /// Unit of the value; empty where the file does not say.
    pub unit: Arc<str>,
    /// Whether the file itself says of which type the value is. If not, the type was guessed or is that of a column.
    pub kind_stated: bool,
    /// The sample.
    pub reading: Reading,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// As [`Row::line`].
    pub line: u64,
    /// What is wrong with it.
    pub why: Said,
}

/// The bad lines of a file: all are counted, the first [`Faults::LISTED`] are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    listed: Vec<BadLine>,
    total: u64,
}

impl Faults {
    /// How many are kept with their reasons.
    pub const LISTED: usize = 100;

    /// Notes a bad line.
    pub fn add(&mut self, line: u64, why: impl Into<Said>) {
        self.add_many(line, 1, why);
    }

    /// Notes `count` bad lines that begin with `line` and have one fault.
    pub fn add_many(&mut self, line: u64, count: u64, why: impl Into<Said>) {
        self.total += count;
        if self.listed.len() < Self::LISTED {
            self.listed.push(BadLine {
                line,
                why: why.into(),
            });
        }
    }

    /// How many there were.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The first of them, in order of the file.
    pub fn listed(&self) -> &[BadLine] {
        &self.listed
    }
}
