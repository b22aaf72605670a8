//! A column of floating-point numbers: as whole numbers of a power of ten when that loses nothing, else by pco.
//!
//! Layout: a byte, then either whole numbers (byte 0 to 9: `value = whole / 10^byte`) or pco pages (byte 255).

use std::ops::Range;

use pco::{DeltaSpec, ModeSpec};

use super::{
    pages::{PAGE_SAMPLES, Pages, page_count, put_pages},
    wholes::{Wholes, put_wholes},
};
use crate::bytes::{Malformed, Reader};

const BINARY: u8 = 255;
/// pco's usual compression level.
const LEVEL: usize = 8;
const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Adding and taking away this number rounds to a whole one, for magnitudes below 2^51.
const ROUNDER: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
const WHOLE_MAX: f64 = 2_251_799_813_685_248.0; // 2^51

/// Adds a column of values given by their bits, at least one.
pub(crate) fn put_floats(out: &mut Vec<u8>, bits: &[u64]) -> Result<(), Malformed> {
    if let Some((decimals, wholes)) = decimals(bits) {
        out.push(decimals);
        return put_wholes(out, &wholes).map(drop);
    }
    out.push(BINARY);
    let values: Vec<f64> = bits.iter().map(|bits| f64::from_bits(*bits)).collect();
    put_pages(out, &values, LEVEL, ModeSpec::Auto, DeltaSpec::Auto)
}

/// The smallest number of decimals that gives every value back bit for bit, and the values as whole numbers.
fn decimals(bits: &[u64]) -> Option<(u8, Vec<i64>)> {
    let mut decimals = 0;
    let mut wholes = Vec::with_capacity(bits.len());
    'again: while let Some(power) = POWERS.get(decimals) {
        wholes.clear();
        for bits in bits {
            let Some(whole) = exact(*bits, *power) else {
                decimals += 1;
                while exact(*bits, *POWERS.get(decimals)?).is_none() {
                    decimals += 1;
                }
                continue 'again;
            };
            wholes.push(whole);
        }
        return Some((decimals as u8, wholes));
    }
    None
}

fn exact(bits: u64, power: f64) -> Option<i64> {
    let scaled = f64::from_bits(bits) * power;
    let whole = (scaled + ROUNDER) - ROUNDER;
    // False for NaN too. Minus zero does not come back from the whole number 0.
    let fits = whole.abs() < WHOLE_MAX;
    (fits && (whole as i64 as f64 / power).to_bits() == bits).then_some(whole as i64)
}

/// A column that is not decoded yet.
pub(crate) enum Floats<'a> {
    Decimal { power: f64, wholes: Wholes<'a> },
    Binary { n: usize, pages: Pages<'a> },
}

impl<'a> Floats<'a> {
    /// What [`put_floats`] wrote of `n` values.
    pub(crate) fn read(reader: &mut Reader<'a>, n: usize) -> Result<Floats<'a>, Malformed> {
        let decimals = reader.u8()?;
        if decimals == BINARY {
            let pages = Pages::read(reader, n)?;
            return Ok(Floats::Binary { n, pages });
        }
        let power = POWERS.get(usize::from(decimals)).copied();
        Ok(Floats::Decimal {
            power: power.ok_or_else(|| reader.fail("too many decimals"))?,
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
            Floats::Decimal { power, wholes } => {
                let mut numbers = Vec::with_capacity(range.len() + 2 * PAGE_SAMPLES);
                wholes.slice(range, &mut numbers)?;
                out.extend(numbers.into_iter().map(|whole| whole as f64 / power));
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
