//! Chunk blobs of version 1: read for ever, written no more.
//!
//! After version byte and CRC-32: count of samples; source times (pco, i64); received minus source time (pco, i64); value
//! kinds as runs; if there are any: f64 values (pco), i64 values (pco), bools (a byte each), texts (dictionary, then an
//! index each); qualities as runs. Every pco stream is preceded by its length.

use pco::{data_types::Number, standalone::simple_decompress_into};
use twin_core::{Timestamp, Value, ValueKind};

use crate::{
    bytes::{Malformed, Reader, unseal},
    codec::{read_kinds, read_qualities, read_word, read_words},
    sample::Sample,
};

pub(crate) const VERSION: u8 = 1;
const SAMPLES_MAX: usize = 4_096;

/// The samples of a blob, in order of time.
pub(crate) fn decode(blob: &[u8]) -> Result<Vec<Sample>, Malformed> {
    let mut reader = Reader::new(unseal(VERSION, blob)?);
    let n = reader.varint()? as usize;
    if n == 0 || n > SAMPLES_MAX {
        return Err(reader.fail("count of samples out of range"));
    }
    let times = read_numbers::<i64>(&mut reader, n)?;
    let delays = read_numbers::<i64>(&mut reader, n)?;
    let kinds = read_kinds(&mut reader, n)?;
    let values = read_values(&mut reader, &kinds)?;
    let qualities = read_qualities(&mut reader, n)?;
    reader.end()?;
    if !times.is_sorted_by(|a, b| a < b) {
        return Err(reader.fail("times are not in order"));
    }
    let columns = times.into_iter().zip(delays).zip(values).zip(qualities);
    Ok(columns
        .map(|(((time, delay), value), quality)| Sample {
            time: Timestamp(time),
            received: Timestamp(time.wrapping_add(delay)),
            value,
            quality,
        })
        .collect())
}

fn read_values(reader: &mut Reader<'_>, kinds: &[ValueKind]) -> Result<Vec<Value>, Malformed> {
    let how_many = |wanted| kinds.iter().filter(|kind| **kind == wanted).count();
    let mut floats = read_numbers::<f64>(reader, how_many(ValueKind::F64))?.into_iter();
    let mut wholes = read_numbers::<i64>(reader, how_many(ValueKind::I64))?.into_iter();
    let mut bools = reader.take(how_many(ValueKind::Bool))?.iter();
    let words = if kinds.contains(&ValueKind::Text) {
        read_words(reader)?
    } else {
        Vec::new()
    };
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let value = match kind {
            ValueKind::Null => Some(Value::Null),
            ValueKind::F64 => floats.next().map(Value::F64),
            ValueKind::I64 => wholes.next().map(Value::I64),
            ValueKind::Bool => bools.next().map(|byte| Value::Bool(*byte != 0)),
            ValueKind::Text => Some(Value::Text(read_word(reader, &words)?)),
        };
        values.push(value.ok_or_else(|| reader.fail("has too few values"))?);
    }
    Ok(values)
}

fn read_numbers<T: Number + Default>(
    reader: &mut Reader<'_>,
    n: usize,
) -> Result<Vec<T>, Malformed> {
    let mut numbers = vec![T::default(); n];
    if n > 0 {
        let packed = reader.bytes()?;
        match simple_decompress_into(packed, &mut numbers) {
            Ok(progress) if progress.finished && progress.n_processed == n => {}
            _ => return Err(reader.fail("numbers cannot be decompressed")),
        }
    }
    Ok(numbers)
}
