//! Residuals of a small column as bits side by side, in pages of [`PAGE_SAMPLES`]. Tables as pco makes them pay for large
//! columns only; for a few hundred numbers they cost more work, and more memory while they are made, than they save.
//!
//! Layout: for each page its form: a byte 0 to 64, the bits of each number; or 255, and then how many bytes its LEB128
//! numbers take; then the pages, each beginning with a byte of its own, the lowest bits first.

use std::ops::Range;

use super::{
    FEW_PAGES,
    few::Few,
    pages::{PAGE_SAMPLES, page_count},
};
use crate::bytes::{Malformed, Reader, put_varint};

/// The form of a page of LEB128 numbers: small ones with a few large ones between them.
const VARINTS: u8 = 255;
const WIDEST: u8 = 64;

/// Adds numbers, at least one; `code` gives small codes to small magnitudes.
pub(super) fn put_packed(out: &mut Vec<u8>, numbers: &[i64], code: fn(i64) -> u64) {
    for page in numbers.chunks(PAGE_SAMPLES) {
        let form = Form::of(page, code);
        match form {
            Form::Bits(width) => out.push(width),
            Form::Varints(bytes) => {
                out.push(VARINTS);
                put_varint(out, bytes as u64);
            }
        }
    }
    for page in numbers.chunks(PAGE_SAMPLES) {
        let codes = page.iter().map(|number| code(*number));
        match Form::of(page, code) {
            Form::Bits(width) => put_bits(out, codes, width),
            Form::Varints(_) => codes.for_each(|code| put_varint(out, code)),
        }
    }
}

/// How a page is written.
#[derive(Clone, Copy)]
enum Form {
    /// Bits of each number.
    Bits(u8),
    /// Bytes of all.
    Varints(usize),
}

impl Form {
    /// The smaller one.
    fn of(page: &[i64], code: fn(i64) -> u64) -> Form {
        let (mut all, mut bytes) = (0, 0);
        for number in page {
            let code = code(*number);
            all |= code;
            bytes += 1 + (code | 1).ilog2() as usize / 7;
        }
        let width = (u64::BITS - all.leading_zeros()) as u8;
        if bytes < size(page.len(), width) {
            Form::Varints(bytes)
        } else {
            Form::Bits(width)
        }
    }
}

/// Bytes of `n` numbers of `width` bits.
const fn size(n: usize, width: u8) -> usize {
    (n * width as usize).div_ceil(8)
}

fn put_bits(out: &mut Vec<u8>, codes: impl Iterator<Item = u64>, width: u8) {
    if width == 0 {
        return;
    }
    let (mut held, mut bits) = (0_u128, 0_u32);
    for code in codes {
        held |= u128::from(code) << bits;
        bits += u32::from(width);
        if bits >= u64::BITS {
            out.extend_from_slice(&(held as u64).to_le_bytes());
            held >>= u64::BITS;
            bits -= u64::BITS;
        }
    }
    let rest = bits.div_ceil(8) as usize;
    out.extend_from_slice(&(held as u64).to_le_bytes()[..rest]);
}

/// Pages that are not decoded yet.
pub(super) struct Packed<'a> {
    n: usize,
    /// Form of each page, and where it ends in `data`.
    pages: Few<(u8, usize), FEW_PAGES>,
    data: &'a [u8],
}

impl<'a> Packed<'a> {
    /// What [`put_packed`] wrote of `n` numbers.
    pub(super) fn read(reader: &mut Reader<'a>, n: usize) -> Result<Packed<'a>, Malformed> {
        let mut pages = Few::with_capacity(page_count(n));
        let mut end = 0_usize;
        for page in 0..page_count(n) {
            let form = reader.u8()?;
            let bytes = match form {
                0..=WIDEST => Some(size(numbers_on(page, n), form)),
                VARINTS => usize::try_from(reader.varint()?).ok(),
                _ => return Err(reader.fail("unknown form of a page")),
            };
            end = bytes
                .and_then(|bytes| end.checked_add(bytes))
                .ok_or_else(|| reader.fail("a page is too long"))?;
            pages.push((form, end));
        }
        Ok(Packed {
            n,
            pages,
            data: reader.take(end)?,
        })
    }

    /// Adds the numbers of these pages; `number` is the way back from their codes.
    pub(super) fn decode(
        &self,
        pages: Range<usize>,
        out: &mut Vec<i64>,
        number: fn(u64) -> i64,
    ) -> Result<(), Malformed> {
        for page in pages {
            let begin = page.checked_sub(1).map_or(0, |before| self.pages[before].1);
            let (form, end) = self.pages[page];
            let (bytes, count) = (&self.data[begin..end], numbers_on(page, self.n));
            if form == VARINTS {
                let mut reader = Reader::new(bytes);
                for _ in 0..count {
                    out.push(number(reader.varint()?));
                }
                reader.end()?;
            } else {
                take_bits(bytes, form, count, |code| out.push(number(code)));
            }
        }
        Ok(())
    }
}

fn numbers_on(page: usize, n: usize) -> usize {
    n.saturating_sub(page * PAGE_SAMPLES).min(PAGE_SAMPLES)
}

/// Gives `count` numbers of `width` bits; `bytes` are as many as they take.
fn take_bits(bytes: &[u8], width: u8, count: usize, mut take: impl FnMut(u64)) {
    let mask = u64::MAX
        .checked_shr(u32::from(WIDEST - width))
        .unwrap_or_default();
    let mut words = bytes.chunks(8);
    let (mut held, mut bits) = (0_u128, 0_u32);
    for _ in 0..count {
        if bits < u32::from(width) {
            let mut word = [0; 8];
            if let Some(bytes) = words.next() {
                word[..bytes.len()].copy_from_slice(bytes);
            }
            held |= u128::from(u64::from_le_bytes(word)) << bits;
            bits += u64::BITS;
        }
        take(held as u64 & mask);
        held >>= width;
        bits -= u32::from(width);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bytes::{unzigzag, zigzag};

    /// Narrow ones, with a wide one here and there.
    fn numbers() -> impl Strategy<Value = Vec<i64>> {
        let number = (0_u32..64, any::<i64>(), 0_u8..50);
        let numbers = prop::collection::vec(number, 1..700);
        (0_u32..64, numbers).prop_map(|(narrow, numbers)| {
            let number = |(wide, number, which): (u32, i64, u8)| {
                number >> if which == 0 { wide } else { narrow }
            };
            numbers.into_iter().map(number).collect()
        })
    }

    proptest! {
        #[test]
        fn numbers_come_back_by_page(
            numbers in numbers(),
            pages in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            for (code, back) in [
                (zigzag as fn(i64) -> u64, unzigzag as fn(u64) -> i64),
                (i64::cast_unsigned, u64::cast_signed),
            ] {
                let mut out = Vec::new();
                put_packed(&mut out, &numbers, code);
                out.push(7);
                let mut reader = Reader::new(&out);
                let packed = Packed::read(&mut reader, numbers.len()).unwrap();
                prop_assert_eq!(reader.remaining(), 1, "it takes what was written, and no more");
                let count = page_count(numbers.len());
                let (a, b) = (pages.0.index(count), pages.1.index(count));
                let (begin, end) = (a.min(b), a.max(b) + 1);
                let mut found = Vec::new();
                packed.decode(begin..end, &mut found, back).unwrap();
                let last = (end * PAGE_SAMPLES).min(numbers.len());
                prop_assert_eq!(&found, &numbers[begin * PAGE_SAMPLES..last]);
            }
        }

        #[test]
        fn hostile_bytes_give_no_panic(
            bytes in prop::collection::vec(prop_oneof![0_u8..70, any::<u8>()], 0..300),
            n in 1_usize..700,
        ) {
            let mut reader = Reader::new(&bytes);
            if let Ok(packed) = Packed::read(&mut reader, n) {
                let mut found = Vec::new();
                let all = packed.decode(0..page_count(n), &mut found, unzigzag);
                prop_assert!(all.is_err() || found.len() == n);
            }
        }
    }

    #[test]
    fn one_wide_number_does_not_make_all_wide() {
        let mut numbers = vec![1; PAGE_SAMPLES];
        numbers[9] = i64::MAX;
        let mut out = Vec::new();
        put_packed(&mut out, &numbers, zigzag);
        assert!(out.len() < PAGE_SAMPLES + 16, "{} bytes", out.len());
    }
}
