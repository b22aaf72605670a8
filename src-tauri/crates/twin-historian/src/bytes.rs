//! Little-endian building blocks of the stored blobs. Reading never panics and never reserves more memory than a
//! small multiple of the bytes that are really there.

use std::fmt;

use crate::error::Error;

/// Bytes that do not follow the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub at: usize,
    pub what: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.what, self.at)
    }
}

impl Malformed {
    pub(crate) fn of(self, place: impl Into<String>) -> Error {
        Error::Damaged {
            place: place.into(),
            why: self.to_string(),
        }
    }
}

/// Adds an unsigned LEB128 number, 1 to 10 bytes.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Adds many numbers as [`put_varint`] does: small ones without a branch for each byte.
pub(crate) fn put_varints(out: &mut Vec<u8>, values: impl ExactSizeIterator<Item = u64>) {
    /// Most bytes that a number takes.
    const WIDEST: usize = 10;
    let mut at = out.len();
    out.resize(at + values.len() * WIDEST, 0);
    for value in values {
        let Some(room) = out.get_mut(at..at + WIDEST) else {
            break;
        };
        let mut len = 0;
        if value < 1 << 28 {
            let low = value as u32;
            // Groups of seven bits, each in a byte of its own; all but the last say that one follows.
            let groups =
                low & 0x7f | (low & 0x3f80) << 1 | (low & 0x1f_c000) << 2 | (low & 0xfe0_0000) << 3;
            len = 1 + (low | 1).ilog2() as usize / 7;
            let follow = 0x0080_8080_u32 & ((1 << (8 * (len - 1))) - 1);
            room[..4].copy_from_slice(&(groups | follow).to_le_bytes());
        } else {
            let mut left = value;
            while left >= 0x80 {
                room[len] = left as u8 | 0x80;
                left >>= 7;
                len += 1;
            }
            room[len] = left as u8;
            len += 1;
        }
        at += len;
    }
    out.truncate(at);
}

/// Adds a signed number, small magnitudes first.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, zigzag(value));
}

/// 0, -1, 1, -2 as 0, 1, 2, 3.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Back from [`zigzag`].
pub(crate) const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Adds a length and the bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Adds equal neighbours as (item, how many).
pub(crate) fn put_runs<T: PartialEq>(
    out: &mut Vec<u8>,
    items: &[T],
    mut put: impl FnMut(&mut Vec<u8>, &T),
) {
    let mut left = items;
    while let Some(item) = left.first() {
        let run = left.iter().position(|other| other != item);
        let run = run.unwrap_or(left.len());
        put(out, item);
        put_varint(out, run as u64);
        left = &left[run..];
    }
}

/// A place in bytes being read.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub(crate) const fn fail(&self, what: &'static str) -> Malformed {
        Malformed { at: self.at, what }
    }

    pub(crate) const fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8], Malformed> {
        let end = self
            .at
            .checked_add(n)
            .filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.fail("ends too early"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Malformed> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.fail("number longer than 64 bits"))
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Malformed> {
        self.varint().map(unzigzag)
    }

    /// A count of things of at least `bytes_each` bytes that must all still fit.
    pub(crate) fn count(&mut self, bytes_each: usize) -> Result<usize, Malformed> {
        let count = usize::try_from(self.varint()?).map_err(|_| self.fail("count too large"))?;
        match count.checked_mul(bytes_each) {
            Some(bytes) if bytes <= self.remaining() => Ok(count),
            _ => Err(self.fail("count larger than the bytes that follow")),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.count(1)?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.fail("text is not UTF-8"))
    }

    /// Runs that together must give exactly `n` items.
    pub(crate) fn runs<T: Clone>(
        &mut self,
        n: usize,
        mut get: impl FnMut(&mut Reader<'a>) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let mut items = Vec::with_capacity(n);
        while items.len() < n {
            let item = get(self)?;
            let run = usize::try_from(self.varint()?).map_err(|_| self.fail("run too long"))?;
            if run == 0 || run > n - items.len() {
                return Err(self.fail("runs do not add up"));
            }
            items.resize(items.len() + run, item);
        }
        Ok(items)
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.remaining() == 0 {
            Ok(())
        } else {
            Err(self.fail("has bytes left over"))
        }
    }
}

/// Puts a version byte and a checksum before a body. The checksum fits only at the place where the blob belongs, which is not
/// stored in it.
pub(crate) fn seal_at(version: u8, place: &[u8], body: &[u8]) -> Vec<u8> {
    let mut blob = Vec::with_capacity(body.len() + SEAL_BYTES);
    blob.push(version);
    blob.extend_from_slice(&checksum(place, body).to_le_bytes());
    blob.extend_from_slice(body);
    blob
}

/// Version byte and checksum, with which every blob begins.
pub(crate) const SEAL_BYTES: usize = 5;

/// Begins a blob at the end of `out`: what is added from here on is its body. Gives where it begins, for [`close_seal`].
pub(crate) fn open_seal(out: &mut Vec<u8>) -> usize {
    let begin = out.len();
    out.extend_from_slice(&[0; SEAL_BYTES]);
    begin
}

/// Ends a blob that [`open_seal`] began: a version byte and a checksum come before its body, which fits everywhere.
pub(crate) fn close_seal(out: &mut [u8], begin: usize, version: u8) {
    if let Some((head, body)) = out[begin..].split_at_mut_checked(SEAL_BYTES) {
        head[0] = version;
        head[1..].copy_from_slice(&checksum(&[], body).to_le_bytes());
    }
}

fn checksum(place: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(place);
    hasher.update(body);
    hasher.finalize()
}

/// The body behind version byte and checksum.
pub(crate) fn unseal(version: u8, blob: &[u8]) -> Result<&[u8], Malformed> {
    unseal_at(version, &[], blob)
}

/// [`unseal`] for what [`seal_at`] made.
pub(crate) fn unseal_at<'a>(
    version: u8,
    place: &[u8],
    blob: &'a [u8],
) -> Result<&'a [u8], Malformed> {
    match blob.first() {
        Some(found) if *found == version => sealed(place, blob),
        _ => Err(Malformed {
            at: 0,
            what: "has an unknown codec version",
        }),
    }
}

/// The body of a blob of whatever version whose checksum fits.
pub(crate) fn sealed<'a>(place: &[u8], blob: &'a [u8]) -> Result<&'a [u8], Malformed> {
    let mut reader = Reader::new(blob);
    reader.u8()?;
    let found = reader.u32()?;
    let body = reader.take(reader.remaining())?;
    if checksum(place, body) != found {
        return Err(Malformed {
            at: 1,
            what: "does not match its checksum",
        });
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_round_trip(unsigned: u64, signed: i64) {
            let mut out = Vec::new();
            put_varint(&mut out, unsigned);
            put_signed(&mut out, signed);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.varint(), Ok(unsigned));
            prop_assert_eq!(reader.signed(), Ok(signed));
            prop_assert_eq!(reader.end(), Ok(()));
        }

        #[test]
        fn many_numbers_are_written_like_single_ones(
            values in prop::collection::vec((any::<u64>(), 0_u32..64).prop_map(|(n, by)| n >> by), 0..50),
        ) {
            let (mut one_by_one, mut together) = (vec![7], vec![7]);
            for value in &values {
                put_varint(&mut one_by_one, *value);
            }
            put_varints(&mut together, values.iter().copied());
            prop_assert_eq!(one_by_one, together);
        }

        #[test]
        fn runs_round_trip(items in prop::collection::vec(0_u8..3, 0..200)) {
            let mut out = Vec::new();
            put_runs(&mut out, &items, |out, item| out.push(*item));
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.runs(items.len(), Reader::u8), Ok(items));
            prop_assert_eq!(reader.end(), Ok(()));
        }
    }

    #[test]
    fn a_number_of_more_than_64_bits_is_refused() {
        let bytes = [0xff; 10];
        assert!(Reader::new(&bytes).varint().is_err());
    }
}
