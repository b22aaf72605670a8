//! A column of floating-point numbers: as whole numbers of a power of ten when that loses nothing, else by pco.
//!
//! Layout: a byte, then either whole numbers (byte 0 to 9: `value = whole / 10^byte`) or pco pages (byte 255).

use std::ops::Range;

use pco::{DeltaSpec, ModeSpec};

use super::{
    pages::{PAGE_SAMPLES, Pages, page_count, put_pages},
    wholes::{Wholes, put_wholes},
};
use crate::{
    bytes::{Malformed, Reader},
    decimal::Decimal,
};

const BINARY: u8 = 255;
/// pco's usual compression level.
const LEVEL: usize = 8;

/// Adds a column of values given by their bits, at least one.
pub(crate) fn put_floats(out: &mut Vec<u8>, bits: &[u64]) -> Result<(), Malformed> {
    if let Some((decimals, wholes)) = decimals(bits) {
        out.push(decimals.places());
        return put_wholes(out, &wholes).map(drop);
    }
    out.push(BINARY);
    let values: Vec<f64> = bits.iter().map(|bits| f64::from_bits(*bits)).collect();
    put_pages(out, &values, LEVEL, ModeSpec::Auto, DeltaSpec::Auto)
}

/// The smallest number of decimals that gives every value back bit for bit, and the values as whole numbers.
fn decimals(bits: &[u64]) -> Option<(Decimal, Vec<i64>)> {
    let mut decimal = Decimal::default();
    let mut wholes = Vec::with_capacity(bits.len());
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
        return Some((decimal, wholes));
    }
}

/// A column that is not decoded yet.
pub(crate) enum Floats<'a> {
    Decimal {
        decimal: Decimal,
        wholes: Wholes<'a>,
    },
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
        let decimal = Decimal::new(decimals);
        Ok(Floats::Decimal {
            decimal: decimal.ok_or_else(|| reader.fail("too many decimals"))?,
            wholes: Wholes::read(reader, n)?,
        })
    }

    /// Whether NaN and infinity can be among them.
    pub(crate) const fn may_be_infinite(&self) -> bool {
        matches!(self, Floats::Binary { .. })
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
