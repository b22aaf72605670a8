//! A chunk: up to [`CHUNK_SAMPLES_MAX`] samples of one signal, compressed, with statistics.
//!
//! Version 1, after version byte and CRC-32: count of samples; source times (pco, i64); received minus source time
//! (pco, i64); value kinds as runs; if there are any: f64 values (pco), i64 values (pco), bools (a byte each), texts
//! (dictionary, then an index each); qualities as runs. Every pco stream is preceded by its length.

use std::{collections::HashMap, sync::Arc};

use pco::{
    ChunkConfig,
    data_types::Number,
    standalone::{simple_compress, simple_decompress_into},
};
use twin_core::{Status, Timestamp, Value, ValueKind};

use crate::{
    bytes::{Malformed, Reader, put_bytes, put_runs, put_varint, seal, unseal},
    codec::{read_kinds, read_qualities, read_word, read_words},
    sample::Sample,
};

/// Samples in a full chunk. Fewer cost compression, more cost a zoom that must decode a whole one.
pub(crate) const CHUNK_SAMPLES_MAX: usize = 4_096;
const VERSION: u8 = 1;

/// What is known of a chunk, or of any stretch of samples, without looking inside. Numbers are finite ones only:
/// `min` and `max` are NaN when there is none, `first` and `last` when that very sample is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    pub t_min: Timestamp,
    pub t_max: Timestamp,
    pub count: u32,
    pub numbers: u32,
    pub min: f64,
    pub max: f64,
    pub sum: f64,
    pub first: f64,
    pub last: f64,
    pub first_status: Status,
    pub last_status: Status,
    pub worst: Status,
}

impl Statistics {
    /// Of samples in order of time; none of nothing.
    pub(crate) fn of(samples: &[Sample]) -> Option<Statistics> {
        let (first, last) = (samples.first()?, samples.last()?);
        let mut statistics = Statistics {
            t_min: first.time,
            t_max: last.time,
            count: samples.len() as u32,
            numbers: 0,
            min: f64::NAN,
            max: f64::NAN,
            sum: 0.0,
            first: first.number(),
            last: last.number(),
            first_status: first.quality.status,
            last_status: last.quality.status,
            worst: Status::Good,
        };
        for sample in samples {
            let number = sample.number();
            if !number.is_nan() {
                statistics.numbers += 1;
                statistics.sum += number;
                statistics.min = statistics.min.min(number);
                statistics.max = statistics.max.max(number);
            }
            statistics.worst = statistics.worst.max(sample.quality.status);
        }
        // SQLite keeps infinity, but a sum that overflowed says nothing any more.
        if !statistics.sum.is_finite() {
            statistics.sum = f64::MAX.copysign(statistics.sum);
        }
        Some(statistics)
    }
}

/// The blob of samples of one signal in order of time.
pub(crate) fn encode(samples: &[Sample]) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(64 + samples.len() * 4);
    put_varint(&mut out, samples.len() as u64);
    let times: Vec<i64> = samples.iter().map(|sample| sample.time.micros()).collect();
    put_numbers(&mut out, &times)?;
    let delay = |sample: &Sample| sample.received.micros().wrapping_sub(sample.time.micros());
    put_numbers(&mut out, &samples.iter().map(delay).collect::<Vec<_>>())?;
    put_runs(
        &mut out,
        samples.iter().map(|sample| sample.value.kind()),
        |out, kind| out.push(*kind as u8),
    );
    put_values(&mut out, samples)?;
    put_runs(
        &mut out,
        samples.iter().map(|sample| sample.quality),
        |out, quality| {
            out.extend_from_slice(&quality.to_bytes());
        },
    );
    Ok(seal(VERSION, &out))
}

fn put_values(out: &mut Vec<u8>, samples: &[Sample]) -> Result<(), Malformed> {
    let mut floats = Vec::new();
    let mut wholes = Vec::new();
    let mut bools = Vec::new();
    let mut texts: Vec<&Arc<str>> = Vec::new();
    for sample in samples {
        match &sample.value {
            Value::Null => {}
            Value::F64(value) => floats.push(*value),
            Value::I64(value) => wholes.push(*value),
            Value::Bool(value) => bools.push(u8::from(*value)),
            Value::Text(text) => texts.push(text),
        }
    }
    put_numbers(out, &floats)?;
    put_numbers(out, &wholes)?;
    out.extend_from_slice(&bools);
    if texts.is_empty() {
        return Ok(());
    }
    let mut index: HashMap<&str, u64> = HashMap::new();
    let mut words: Vec<&str> = Vec::new();
    for text in &texts {
        index.entry(text).or_insert_with(|| {
            words.push(text);
            words.len() as u64 - 1
        });
    }
    put_varint(out, words.len() as u64);
    for word in words {
        put_bytes(out, word.as_bytes());
    }
    for text in texts {
        put_varint(out, index.get(&**text).copied().unwrap_or(u64::MAX));
    }
    Ok(())
}

fn put_numbers<T: Number>(out: &mut Vec<u8>, numbers: &[T]) -> Result<(), Malformed> {
    if !numbers.is_empty() {
        let packed = simple_compress(numbers, &ChunkConfig::default());
        put_bytes(
            out,
            &packed.map_err(|_| Malformed {
                at: out.len(),
                what: "cannot be compressed",
            })?,
        );
    }
    Ok(())
}

/// The samples of a blob, in order of time.
pub(crate) fn decode(blob: &[u8]) -> Result<Vec<Sample>, Malformed> {
    let mut reader = Reader::new(unseal(VERSION, blob)?);
    let n = reader.varint()? as usize;
    if n == 0 || n > CHUNK_SAMPLES_MAX {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{sample::settle, testing};

    /// `Value` compares NaN as unequal; bits do not.
    fn same(a: &[Sample], b: &[Sample]) -> bool {
        let key = |s: &Sample| {
            let bits = if let Value::F64(v) = s.value {
                Some(v.to_bits())
            } else {
                None
            };
            let other = if bits.is_some() {
                Value::Null
            } else {
                s.value.clone()
            };
            (s.time, s.received, bits, other, s.quality)
        };
        a.iter().map(key).eq(b.iter().map(key))
    }

    proptest! {
        #[test]
        fn samples_come_back_as_they_were(mut samples in prop::collection::vec(testing::sample(), 1..80)) {
            settle(&mut samples);
            let blob = encode(&samples).unwrap();
            prop_assert!(same(&decode(&blob).unwrap(), &samples));
        }

        #[test]
        fn hostile_bytes_give_an_error_but_no_panic(
            mut samples in prop::collection::vec(testing::sample(), 1..80),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            settle(&mut samples);
            let blob = encode(&samples).unwrap();
            let mut body = blob[5..].to_vec();
            for (at, byte) in flips {
                let at = at.index(body.len());
                body[at] = byte;
            }
            // With a checksum that fits, so that the decoders behind it see the bytes.
            if let Ok(samples) = decode(&seal(VERSION, &body)) {
                prop_assert!(samples.len() <= CHUNK_SAMPLES_MAX);
            }
        }
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let sample = Sample {
            time: Timestamp(1),
            received: Timestamp(2),
            value: Value::F64(3.0),
            quality: twin_core::Quality::GOOD,
        };
        let blob = encode(&[sample]).unwrap();
        for at in 0..blob.len() {
            let mut changed = blob.clone();
            changed[at] ^= 1;
            assert!(decode(&changed).is_err(), "byte {at}");
        }
    }
}
