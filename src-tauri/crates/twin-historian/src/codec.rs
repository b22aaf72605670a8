//! A journal row's blob: all columns of a group of batches, lossless.
//!
//! Version 1, after version byte and CRC-32 (little-endian `u32` over the rest); numbers are LEB128, signed ones
//! zigzag: count of batches, then for each batch: id, received time (`i64`), count of samples, dictionary of texts
//! (count, then length and UTF-8 each); signals as differences to the previous one; times likewise (wrapping);
//! value kinds as runs; values (f64: 8 bytes, i64: signed number, bool: 1 byte, text: index into the dictionary,
//! null: nothing); qualities as runs of two bytes.

use std::{borrow::Borrow, collections::HashMap, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value, ValueKind};

use crate::{
    bytes::{Malformed, Reader, put_bytes, put_runs, put_signed, put_varint, seal, unseal},
    error::Error,
};

const VERSION: u8 = 1;

/// The blob of a group of batches.
pub fn encode<B: Borrow<SampleBatch>>(batches: &[B]) -> Vec<u8> {
    let samples: usize = batches.iter().map(|batch| batch.borrow().len()).sum();
    let mut body = Vec::with_capacity(16 + samples * 12);
    put_varint(&mut body, batches.len() as u64);
    for batch in batches {
        put_batch(&mut body, batch.borrow());
    }
    seal(VERSION, &body)
}

/// The batches of a blob.
///
/// # Errors
/// [`Error::Damaged`] for any bytes that [`encode`] cannot have made; memory stays proportional to their length.
pub fn decode(blob: &[u8]) -> Result<Vec<SampleBatch>, Error> {
    read(blob).map_err(|malformed| malformed.of("a journal blob"))
}

pub(crate) fn read(blob: &[u8]) -> Result<Vec<SampleBatch>, Malformed> {
    let mut reader = Reader::new(unseal(VERSION, blob)?);
    // The shortest batch: id, received time, two counts.
    let count = reader.count(11)?;
    let mut batches = Vec::with_capacity(count);
    for _ in 0..count {
        batches.push(read_batch(&mut reader)?);
    }
    reader.end()?;
    Ok(batches)
}

fn put_batch(out: &mut Vec<u8>, batch: &SampleBatch) {
    put_varint(out, batch.id().0);
    out.extend_from_slice(&batch.received().micros().to_le_bytes());
    put_varint(out, batch.len() as u64);

    let mut words: Vec<&Arc<str>> = Vec::new();
    let mut index: HashMap<&str, u64> = HashMap::new();
    for text in batch.texts() {
        index.entry(text).or_insert_with(|| {
            words.push(text);
            words.len() as u64 - 1
        });
    }
    put_varint(out, words.len() as u64);
    for word in &words {
        put_bytes(out, word.as_bytes());
    }

    let mut previous = 0;
    for signal in batch.signals() {
        let key = i64::from(signal.0);
        put_signed(out, key - previous);
        previous = key;
    }
    let mut previous = 0;
    for time in batch.times() {
        put_signed(out, time.micros().wrapping_sub(previous));
        previous = time.micros();
    }
    put_runs(out, batch.kinds().iter().copied(), |out, kind| {
        out.push(*kind as u8)
    });
    for (kind, bits) in batch.kinds().iter().zip(batch.bits()) {
        match kind {
            ValueKind::Null => {}
            ValueKind::F64 => out.extend_from_slice(&bits.to_le_bytes()),
            ValueKind::I64 => put_signed(out, bits.cast_signed()),
            ValueKind::Bool => out.push(u8::from(*bits != 0)),
            ValueKind::Text => {
                let word = batch
                    .texts()
                    .get(*bits as usize)
                    .and_then(|text| index.get(&**text));
                put_varint(out, word.copied().unwrap_or(u64::MAX));
            }
        }
    }
    put_runs(out, batch.qualities().iter().copied(), |out, quality| {
        out.extend_from_slice(&quality.to_bytes())
    });
}

fn read_batch(reader: &mut Reader<'_>) -> Result<SampleBatch, Malformed> {
    let id = BatchId(reader.varint()?);
    let received = Timestamp(reader.i64()?);
    // A sample takes at least a byte of signal and one of time.
    let n = reader.count(2)?;
    let words = read_words(reader)?;

    let mut signals = Vec::with_capacity(n);
    let mut previous = 0_i64;
    for _ in 0..n {
        previous = previous.wrapping_add(reader.signed()?);
        signals.push(u32::try_from(previous).map_err(|_| reader.fail("signal out of range"))?);
    }
    let mut times = Vec::with_capacity(n);
    let mut previous = 0_i64;
    for _ in 0..n {
        previous = previous.wrapping_add(reader.signed()?);
        times.push(previous);
    }
    let kinds = read_kinds(reader, n)?;
    let mut values = Vec::with_capacity(n);
    for kind in kinds {
        values.push(match kind {
            ValueKind::Null => Value::Null,
            ValueKind::F64 => Value::F64(f64::from_bits(reader.u64()?)),
            ValueKind::I64 => Value::I64(reader.signed()?),
            ValueKind::Bool => Value::Bool(reader.u8()? != 0),
            ValueKind::Text => Value::Text(read_word(reader, &words)?),
        });
    }
    let qualities = read_qualities(reader, n)?;

    let mut batch = SampleBatch::new(id, received);
    for (((signal, time), value), quality) in
        signals.into_iter().zip(times).zip(&values).zip(qualities)
    {
        batch.push(SignalKey(signal), Timestamp(time), value, quality);
    }
    Ok(batch)
}

pub(crate) fn read_words(reader: &mut Reader<'_>) -> Result<Vec<Arc<str>>, Malformed> {
    let count = reader.count(1)?;
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        words.push(Arc::from(reader.text()?));
    }
    Ok(words)
}

pub(crate) fn read_word(
    reader: &mut Reader<'_>,
    words: &[Arc<str>],
) -> Result<Arc<str>, Malformed> {
    let index = usize::try_from(reader.varint()?)
        .ok()
        .and_then(|index| words.get(index));
    index
        .map(Arc::clone)
        .ok_or_else(|| reader.fail("text is not in the dictionary"))
}

pub(crate) fn read_kinds(reader: &mut Reader<'_>, n: usize) -> Result<Vec<ValueKind>, Malformed> {
    reader.runs(n, |reader| {
        let code = reader.u8()?;
        ValueKind::from_code(code).ok_or_else(|| reader.fail("unknown value kind"))
    })
}

pub(crate) fn read_qualities(reader: &mut Reader<'_>, n: usize) -> Result<Vec<Quality>, Malformed> {
    reader.runs(n, |reader| {
        Ok(Quality::from_bytes([reader.u8()?, reader.u8()?]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing;

    proptest! {
        #[test]
        fn batches_come_back_as_they_were(batches in prop::collection::vec(testing::batch(), 0..4)) {
            prop_assert_eq!(read(&encode(&batches)), Ok(batches));
        }

        #[test]
        fn hostile_bytes_give_an_error_or_batches_but_no_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(batches) = read(&seal(VERSION, &body)) {
                let samples: usize = batches.iter().map(SampleBatch::len).sum();
                prop_assert!(samples <= body.len());
            }
            prop_assert!(read(&body).is_err() || body.is_empty());
        }

        #[test]
        fn a_changed_byte_is_noticed(batch in testing::batch(), at: prop::sample::Index, flip in 1_u8..) {
            let mut blob = encode(&[batch]);
            let at = at.index(blob.len());
            blob[at] ^= flip;
            prop_assert!(read(&blob).is_err());
        }

        #[test]
        fn a_torn_blob_is_noticed(batch in testing::batch(), at: prop::sample::Index) {
            let blob = encode(&[batch]);
            prop_assert!(read(&blob[..at.index(blob.len())]).is_err());
        }
    }

    #[test]
    fn a_huge_count_reserves_nothing() {
        let mut body = Vec::new();
        put_varint(&mut body, u64::MAX / 16);
        assert!(read(&seal(VERSION, &body)).is_err());
    }

    #[test]
    fn version_one_is_read_for_ever() {
        // Written by version 1: one batch, id 7, received 1000 µs, signal 3 at 500 µs, 1.5, GOOD.
        let mut body = vec![1, 7];
        body.extend_from_slice(&1_000_i64.to_le_bytes());
        body.extend_from_slice(&[1, 0, 6, 0xe8, 7, 1, 1]);
        body.extend_from_slice(&1.5_f64.to_le_bytes());
        body.extend_from_slice(&[0, 0, 1]);
        let mut expected = SampleBatch::new(BatchId(7), Timestamp(1_000));
        expected.push_f64(SignalKey(3), Timestamp(500), 1.5, Quality::GOOD);
        assert_eq!(read(&seal(1, &body)), Ok(vec![expected]));
    }
}
