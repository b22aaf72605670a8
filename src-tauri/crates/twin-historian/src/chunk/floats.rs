//! A column of floating-point numbers: as whole numbers of a power of ten when that loses nothing, else by pco.
//!
//! Layout: a byte, then either whole numbers (byte 0 to 9: `value = whole / 10^byte`; byte 254: the bits of the values) or
//! pco pages (byte 255).

use std::ops::Range;

use pco::{DeltaSpec, ModeSpec};

use super::{
    pages::{PAGE_SAMPLES, Pages, page_count, put_pages},
    wholes::{Packing, Scratch, Wholes, put_column},
};
use crate::{
    bytes::{Malformed, Reader},
    decimal::Decimal,
};

const BINARY: u8 = 255;
const BITS: u8 = 254;
/// pco's usual compression level.
const LEVEL: usize = 8;

/// Adds a column of values given by their bits, at least one. `wholes` is memory to work in.
pub(crate) fn put_floats(
    out: &mut Vec<u8>,
    bits: &[u64],
    packing: Packing,
    (wholes, scratch): (&mut Vec<i64>, &mut Scratch),
) -> Result<(), Malformed> {
    if let Some(decimal) = decimals(bits, wholes) {
        out.push(decimal.places());
        return put_column(out, wholes, packing, scratch);
    }
    if packing == Packing::Quick {
        out.push(BITS);
        wholes.clear();
        wholes.extend(bits.iter().map(|bits| bits.cast_signed()));
        return put_column(out, wholes, packing, scratch);
    }
    out.push(BINARY);
    let values: Vec<f64> = bits.iter().map(|bits| f64::from_bits(*bits)).collect();
    put_pages(out, &values, LEVEL, ModeSpec::Auto, DeltaSpec::Auto)
}

/// The smallest number of decimals that gives every value back bit for bit; `wholes` gets the values as whole numbers.
fn decimals(bits: &[u64], wholes: &mut Vec<i64>) -> Option<Decimal> {
    let mut decimal = Decimal::default();
    'again: loop {
        wholes.clear();
        for bits in bits {
            let number = f64::from_bits(*bits);
            let Some(whole) = decimal.exact(number) else {
                decimal = decimal.raised(number)?;
                continue 'again;
            };
            wholes.push(whole);
        }
        return Some(decimal);
    }
}

/// A column that is not decoded yet.
pub(crate) enum Floats<'a> {
    Decimal {
        decimal: Decimal,
        wholes: Wholes<'a>,
    },
    Bits(Wholes<'a>),
    Binary {
        n: usize,
        pages: Pages<'a>,
    },
}

impl<'a> Floats<'a> {
    /// What [`put_floats`] wrote of `n` values.
    pub(crate) fn read(reader: &mut Reader<'a>, n: usize) -> Result<Floats<'a>, Malformed> {
        let decimals = reader.u8()?;
        if decimals == BINARY {
            let pages = Pages::read(reader, n)?;
            return Ok(Floats::Binary { n, pages });
        }
        if decimals == BITS {
            return Wholes::read(reader, n).map(Floats::Bits);
        }
        let decimal = Decimal::new(decimals);
        Ok(Floats::Decimal {
            decimal: decimal.ok_or_else(|| reader.fail("too many decimals"))?,
            wholes: Wholes::read(reader, n)?,
        })
    }

    /// Whether NaN and infinity can be among them.
    pub(crate) const fn may_be_infinite(&self) -> bool {
        !matches!(self, Floats::Decimal { .. })
    }

    /// Adds the values with these indices.
    pub(crate) fn slice(&self, range: Range<usize>, out: &mut Vec<f64>) -> Result<(), Malformed> {
        if range.is_empty() {
            return Ok(());
        }
        match self {
            Floats::Decimal { decimal, wholes } => {
                let mut numbers = Vec::with_capacity(range.len() + 2 * PAGE_SAMPLES);
                wholes.slice(range, &mut numbers)?;
                out.extend(numbers.into_iter().map(|whole| decimal.number(whole)));
            }
            Floats::Bits(wholes) => {
                let mut numbers = Vec::with_capacity(range.len() + 2 * PAGE_SAMPLES);
                wholes.slice(range, &mut numbers)?;
                let value = |bits: i64| f64::from_bits(bits.cast_unsigned());
                out.extend(numbers.into_iter().map(value));
            }
            Floats::Binary { n, pages } => {
                let begin = out.len();
                let first = range.start / PAGE_SAMPLES;
                pages.decode(first..page_count(range.end.min(*n)), out)?;
                out.truncate(begin + range.end - first * PAGE_SAMPLES);
                out.drain(begin..begin + range.start - first * PAGE_SAMPLES);
            }
        }
        Ok(())
    }
}
