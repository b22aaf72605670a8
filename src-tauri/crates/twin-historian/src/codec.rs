//! A journal row's blob: all columns of a group of batches, lossless.
//!
//! Version 3 is version 2 with one byte behind each received time: 1 for what a broker had kept, 2 for history only, 3 for
//! both. It is written only where a batch is one of them, or else version 2. Version 2, after version byte and CRC-32 (little-endian `u32` over the rest); numbers are LEB128, signed ones
//! zigzag: count of batches, then for each batch: id, received time (`i64`), count of samples, dictionary of texts
//! (count, then length and UTF-8 each); signals as differences to the previous one, as runs or (the byte before says 0)
//! one by one; times as differences (wrapping); value kinds as runs; how f64 are written (a byte); values (i64: signed number, bool: 1 byte, text: index into the
//! dictionary, null: nothing, f64: see below); qualities as runs of two bytes.
//!
//! An f64 takes 8 bytes when that byte is 255. Else the byte is a number of decimal places, and the f64 is 1 + the
//! zigzag of `value * 10^places`, which gives it back bit for bit; or 0 and then 8 bytes. Version 1 had neither byte:
//! no runs of signals, and 8 bytes always.

use std::{borrow::Borrow, collections::HashMap, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value, ValueKind};

use crate::{
    bytes::{
        Malformed, Reader, close_seal, open_seal, put_bytes, put_runs, put_signed, put_varint,
        put_varints, unseal, unzigzag, zigzag,
    },
    decimal::Decimal,
    error::Error,
};

/// The newest version.
const VERSION: u8 = 3;
/// The version without marks.
const UNMARKED: u8 = 2;
/// The bits of a mark.
const FIRST_LOOK: u8 = 1;
const HISTORY_ONLY: u8 = 2;
/// The byte that says that every f64 takes 8 bytes.
const BINARY: u8 = 255;
/// The code of an f64 that takes 8 bytes among decimals.
const ODD: u64 = 0;
/// Of so many f64 one may take 8 bytes among decimals.
const ODD_ONE_IN: usize = 4;
/// So many more may.
const ODD_ONES: usize = 4;

/// The blob of a group of batches.
pub fn encode<B: Borrow<SampleBatch>>(batches: &[B]) -> Vec<u8> {
    let samples: usize = batches.iter().map(|batch| batch.borrow().len()).sum();
    let is_marked = batches.iter().any(|batch| mark(batch.borrow()) != 0);
    let version = if is_marked { VERSION } else { UNMARKED };
    let mut body = Vec::with_capacity(16 + samples * 12);
    let begin = open_seal(&mut body);
    put_varint(&mut body, batches.len() as u64);
    let longest = batches.iter().map(|batch| batch.borrow().len()).max();
    let mut codes = Vec::with_capacity(longest.unwrap_or(0));
    for batch in batches {
        put_batch(&mut body, batch.borrow(), version, &mut codes);
    }
    close_seal(&mut body, begin, version);
    body
}

fn mark(batch: &SampleBatch) -> u8 {
    let first_look = if batch.is_first_look() { FIRST_LOOK } else { 0 };
    let history_only = if batch.is_history_only() {
        HISTORY_ONLY
    } else {
        0
    };
    first_look | history_only
}

/// The batches of a blob.
///
/// # Errors
/// [`Error::Damaged`] for any bytes that [`encode`] cannot have made; memory stays proportional to their length.
pub fn decode(blob: &[u8]) -> Result<Vec<SampleBatch>, Error> {
    read(blob).map_err(|malformed| malformed.of("a journal blob"))
}

pub(crate) fn read(blob: &[u8]) -> Result<Vec<SampleBatch>, Malformed> {
    let version = blob.first().map_or(VERSION, |found| (*found).min(VERSION));
    let mut reader = Reader::new(unseal(version, blob)?);
    // The shortest batch: id, received time, two counts.
    let count = reader.count(11)?;
    let mut batches = Vec::with_capacity(count);
    for _ in 0..count {
        batches.push(read_batch(&mut reader, version)?);
    }
    reader.end()?;
    Ok(batches)
}

/// `codes` is memory to work in.
fn put_batch(out: &mut Vec<u8>, batch: &SampleBatch, version: u8, codes: &mut Vec<u64>) {
    put_varint(out, batch.id().0);
    out.extend_from_slice(&batch.received().micros().to_le_bytes());
    if version > UNMARKED {
        out.push(mark(batch));
    }
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

    put_signals(out, batch.signals(), codes);
    let mut previous = 0;
    let differences = batch.times().iter().map(|time| {
        let difference = time.micros().wrapping_sub(previous);
        previous = time.micros();
        zigzag(difference)
    });
    put_varints(out, differences);
    put_runs(out, batch.kinds(), |out, kind| out.push(*kind as u8));
    put_values(out, batch, &index, codes);
    put_runs(out, batch.qualities(), |out, quality| {
        out.extend_from_slice(&quality.to_bytes())
    });
}

/// Those of one device have got their keys together: their differences are all the same.
fn put_signals(out: &mut Vec<u8>, signals: &[SignalKey], differences: &mut Vec<u64>) {
    let mut previous = 0;
    differences.clear();
    differences.extend(signals.iter().map(|signal| {
        let difference = i64::from(signal.0) - previous;
        previous = i64::from(signal.0);
        zigzag(difference)
    }));
    let runs = differences.chunk_by(|a, b| a == b).count();
    let in_runs = runs * 2 <= differences.len();
    out.push(u8::from(in_runs));
    if in_runs {
        put_runs(out, differences, |out, difference| {
            put_varint(out, *difference);
        });
    } else {
        put_varints(out, differences.iter().copied());
    }
}

fn put_values(
    out: &mut Vec<u8>,
    batch: &SampleBatch,
    index: &HashMap<&str, u64>,
    codes: &mut Vec<u64>,
) {
    let decimal = decimals(batch, codes);
    if decimal.is_none() {
        codes.clear();
    }
    out.push(decimal.map_or(BINARY, Decimal::places));
    if codes.len() == batch.len() && !codes.contains(&ODD) {
        put_varints(out, codes.iter().copied());
        return;
    }
    let mut codes = codes.iter().copied();
    for (kind, bits) in batch.kinds().iter().zip(batch.bits()) {
        match kind {
            ValueKind::Null => {}
            ValueKind::F64 => {
                let code = codes.next();
                if let Some(code) = code {
                    put_varint(out, code);
                }
                if code.is_none_or(|code| code == ODD) {
                    out.extend_from_slice(&bits.to_le_bytes());
                }
            }
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
}

/// The decimal places with which nearly all f64 of a batch come back, when there are such; `codes` gets the code of each.
fn decimals(batch: &SampleBatch, codes: &mut Vec<u64>) -> Option<Decimal> {
    let mut decimal = Decimal::default();
    'again: loop {
        codes.clear();
        let mut odd = 0;
        for (kind, bits) in batch.kinds().iter().zip(batch.bits()) {
            if *kind != ValueKind::F64 {
                continue;
            }
            let number = f64::from_bits(*bits);
            // Far below 2^64: decimals are smaller than 2^51.
            if let Some(whole) = decimal.exact(number) {
                codes.push(zigzag(whole) + 1);
                continue;
            }
            if let Some(raised) = decimal.raised(number) {
                decimal = raised;
                continue 'again;
            }
            codes.push(ODD);
            odd += 1;
            // Early, for looking is work too.
            if odd > ODD_ONES + codes.len() / ODD_ONE_IN {
                return None;
            }
        }
        return Some(decimal);
    }
}

fn read_float(reader: &mut Reader<'_>, decimal: Option<Decimal>) -> Result<f64, Malformed> {
    if let Some(decimal) = decimal
        && let Some(zigzag) = reader.varint()?.checked_sub(1)
    {
        return Ok(decimal.number(unzigzag(zigzag)));
    }
    reader.u64().map(f64::from_bits)
}

fn read_batch(reader: &mut Reader<'_>, version: u8) -> Result<SampleBatch, Malformed> {
    let id = BatchId(reader.varint()?);
    let received = Timestamp(reader.i64()?);
    let mark = if version > UNMARKED { reader.u8()? } else { 0 };
    if mark > FIRST_LOOK | HISTORY_ONLY {
        return Err(reader.fail("unknown mark"));
    }
    // A sample takes at least a byte of time.
    let n = reader.count(1)?;
    let words = read_words(reader)?;

    let signals = read_signals(reader, n, version)?;
    let mut times = Vec::with_capacity(n);
    let mut previous = 0_i64;
    for _ in 0..n {
        previous = previous.wrapping_add(reader.signed()?);
        times.push(previous);
    }
    let kinds = read_kinds(reader, n)?;
    let places = if version == 1 { BINARY } else { reader.u8()? };
    let decimal = match places {
        BINARY => None,
        places => Some(Decimal::new(places).ok_or_else(|| reader.fail("too many decimals"))?),
    };
    let mut values = Vec::with_capacity(n);
    for kind in kinds {
        values.push(match kind {
            ValueKind::Null => Value::Null,
            ValueKind::F64 => Value::F64(read_float(reader, decimal)?),
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
    if mark & FIRST_LOOK != 0 {
        batch = batch.at_first_look();
    }
    if mark & HISTORY_ONLY != 0 {
        batch = batch.for_history_only();
    }
    Ok(batch)
}

fn read_signals(reader: &mut Reader<'_>, n: usize, version: u8) -> Result<Vec<u32>, Malformed> {
    let differences = if version > 1 && reader.u8()? != 0 {
        reader.runs(n, Reader::signed)?
    } else {
        (0..n).map(|_| reader.signed()).collect::<Result<_, _>>()?
    };
    let mut previous = 0_i64;
    differences
        .into_iter()
        .map(|difference| {
            previous = previous.wrapping_add(difference);
            u32::try_from(previous).map_err(|_| reader.fail("signal out of range"))
        })
        .collect()
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
    use crate::testing::{self, seal};

    proptest! {
        #[test]
        fn batches_come_back_as_they_were(batches in prop::collection::vec(testing::batch(), 0..4)) {
            prop_assert_eq!(read(&encode(&batches)), Ok(batches));
        }

        #[test]
        fn hostile_bytes_give_an_error_or_batches_but_no_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
            for version in 1..=VERSION {
                if let Ok(batches) = read(&seal(version, &body)) {
                    let samples: usize = batches.iter().map(SampleBatch::len).sum();
                    prop_assert!(samples <= body.len());
                }
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
    fn decimals_take_few_bytes_and_come_back_bit_for_bit() {
        let odd = [f64::NAN, -0.0, f64::INFINITY, 1e300, 0.1 + 0.2];
        for (odd_ones, bytes) in [(0, 5), (3, 6), (5, 12)] {
            let mut batch = SampleBatch::new(BatchId(1), Timestamp(0));
            let values = (0..20).map(|n| f64::from(n - 10) / 100.0);
            let odd = odd.iter().copied().cycle().take(odd_ones * 4);
            for (n, value) in values.chain(odd).enumerate() {
                batch.push_f64(SignalKey(n as u32), Timestamp(0), value, Quality::GOOD);
            }
            let blob = encode(&[&batch]);
            assert!(blob.len() <= 30 + batch.len() * bytes, "{}", blob.len());
            let found = read(&blob).unwrap();
            // NaN is not equal to itself, its bits are.
            assert_eq!(found[0].bits(), batch.bits());
        }
    }

    #[test]
    fn marks_are_kept_and_rows_without_any_are_as_before() {
        let mut batch = SampleBatch::new(BatchId(7), Timestamp(1_000));
        batch.push_f64(SignalKey(3), Timestamp(500), 1.5, Quality::GOOD);
        let plain = encode(&[&batch]);
        assert_eq!(plain[0], UNMARKED);
        let kept = batch.clone().at_first_look();
        let past = batch.clone().for_history_only();
        let both = kept.clone().for_history_only();
        let all = vec![batch, kept, past, both];
        let blob = encode(&all);
        assert_eq!(blob[0], VERSION);
        assert_eq!(read(&blob), Ok(all));
        // One batch of no sample: with a mark, and with one that nobody knows.
        let empty = |mark| {
            let mut body = vec![1, 7];
            body.extend_from_slice(&1_000_i64.to_le_bytes());
            body.extend_from_slice(&[mark, 0, 0, 1, BINARY]);
            read(&seal(VERSION, &body))
        };
        assert!(empty(3).is_ok_and(|batches| batches[0].is_first_look()));
        assert!(empty(4).is_err());
    }

    #[test]
    fn version_two_is_read_for_ever() {
        // Written by version 2: one batch, id 7, received 1000 µs, signal 3 at 500 µs, 1.5, GOOD.
        let mut body = vec![1, 7];
        body.extend_from_slice(&1_000_i64.to_le_bytes());
        body.extend_from_slice(&[1, 0, 0, 6, 0xe8, 7, 1, 1, 1, 31, 0, 0, 1]);
        let blob = seal(2, &body);
        let mut expected = SampleBatch::new(BatchId(7), Timestamp(1_000));
        expected.push_f64(SignalKey(3), Timestamp(500), 1.5, Quality::GOOD);
        assert_eq!(read(&blob), Ok(vec![expected]));
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
