//! One column of a block: whole numbers or floating-point ones, in the smallest of a few forms.
//!
//! A tag byte, then: nothing (all zero), one signed varint (all equal), signed varints, or a pco chunk of one page
//! with its length before it. Which numbers are worth storing is the block's matter: pco looks for no deltas here.

use pco::{
    ChunkConfig, DeltaSpec, ModeSpec,
    data_types::Number,
    wrapped::{FileCompressor, FileDecompressor},
};

use crate::bytes::{Malformed, Reader, put_bytes, put_signed};

const ZEROS: u8 = 0;
const CONSTANT: u8 = 1;
const VARINTS: u8 = 2;
const PACKED: u8 = 3;

/// Below this many numbers the description of pco's bins costs more than it saves.
const PACKED_MIN: usize = 12;
const LEVEL: usize = 6;

/// Adds whole numbers; the reader must know how many.
pub(crate) fn put_wholes(out: &mut Vec<u8>, numbers: &[i64]) {
    let Some(first) = numbers.first() else {
        return;
    };
    if numbers.iter().all(|number| number == first) {
        if *first == 0 {
            out.push(ZEROS);
        } else {
            out.push(CONSTANT);
            put_signed(out, *first);
        }
        return;
    }
    let mut varints = Vec::with_capacity(numbers.len() * 2);
    for number in numbers {
        put_signed(&mut varints, *number);
    }
    if numbers.len() >= PACKED_MIN {
        let config = config()
            .with_mode_spec(ModeSpec::Classic)
            .with_delta_spec(DeltaSpec::NoOp);
        let packed = pack(numbers, &config);
        if let Some(packed) = packed.filter(|packed| packed.len() < varints.len()) {
            out.push(PACKED);
            put_bytes(out, &packed);
            return;
        }
    }
    out.push(VARINTS);
    out.extend_from_slice(&varints);
}

/// Adds floating-point numbers, bit for bit; the reader must know how many.
pub(crate) fn put_floats(out: &mut Vec<u8>, numbers: &[f64]) {
    if numbers.is_empty() {
        return;
    }
    if let Some(packed) = pack(numbers, &config()) {
        out.push(PACKED);
        put_bytes(out, &packed);
    } else {
        out.push(VARINTS);
        for number in numbers {
            out.extend_from_slice(&number.to_bits().to_le_bytes());
        }
    }
}

fn config() -> ChunkConfig {
    ChunkConfig::default().with_compression_level(LEVEL)
}

fn pack<T: Number>(numbers: &[T], config: &ChunkConfig) -> Option<Vec<u8>> {
    let file = FileCompressor::default();
    let mut out = Vec::with_capacity(numbers.len() + 16);
    file.write_header(&mut out).ok()?;
    let mut chunk = file.chunk_compressor(numbers, config).ok()?;
    chunk.write_meta(&mut out).ok()?;
    chunk.write_page(0, &mut out).ok()?;
    Some(out)
}

/// Reads `n` whole numbers.
pub(crate) fn read_wholes(reader: &mut Reader<'_>, n: usize) -> Result<Vec<i64>, Malformed> {
    if n == 0 {
        return Ok(Vec::new());
    }
    match reader.u8()? {
        ZEROS => Ok(vec![0; n]),
        CONSTANT => Ok(vec![reader.signed()?; n]),
        VARINTS => (0..n).map(|_| reader.signed()).collect(),
        PACKED => unpack(reader, n),
        _ => Err(reader.fail("unknown form of a column")),
    }
}

/// Reads `n` floating-point numbers.
pub(crate) fn read_floats(reader: &mut Reader<'_>, n: usize) -> Result<Vec<f64>, Malformed> {
    if n == 0 {
        return Ok(Vec::new());
    }
    match reader.u8()? {
        VARINTS => (0..n).map(|_| reader.u64().map(f64::from_bits)).collect(),
        PACKED => unpack(reader, n),
        _ => Err(reader.fail("unknown form of a column")),
    }
}

fn unpack<T: Number + Default>(reader: &mut Reader<'_>, n: usize) -> Result<Vec<T>, Malformed> {
    let packed = reader.bytes()?;
    unpacked(packed, n).ok_or_else(|| reader.fail("numbers cannot be decompressed"))
}

fn unpacked<T: Number + Default>(packed: &[u8], n: usize) -> Option<Vec<T>> {
    let (file, rest) = FileDecompressor::new(packed).ok()?;
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest).ok()?;
    let mut page = chunk.page_decompressor(rest, n).ok()?;
    let mut numbers = vec![T::default(); n];
    let progress = page.read(&mut numbers).ok()?;
    (progress.finished && progress.n_processed == n).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(
            wholes in prop_oneof![
                prop::collection::vec(any::<i64>(), 0..60),
                prop::collection::vec(-3_i64..3, 0..600),
                (any::<i64>(), 0_usize..40).prop_map(|(number, n)| vec![number; n]),
            ],
            floats in prop::collection::vec(any::<f64>(), 0..60),
        ) {
            let mut out = Vec::new();
            put_wholes(&mut out, &wholes);
            put_floats(&mut out, &floats);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(read_wholes(&mut reader, wholes.len()).unwrap(), wholes);
            let read = read_floats(&mut reader, floats.len()).unwrap();
            prop_assert!(read.iter().map(|f| f.to_bits()).eq(floats.iter().map(|f| f.to_bits())));
            reader.end().unwrap();
        }
    }
}
