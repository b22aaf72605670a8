//! Sums and integrals of a block's buckets: as differences to what the other columns let expect, or as they are.

use super::{
    aggregate::Aggregate,
    column::{put_floats, put_wholes, read_floats, read_wholes},
};
use crate::{
    bytes::{Malformed, Reader},
    decimal::Decimal,
};

pub(super) const fn or_zero(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number }
}

/// What sum and integral are likely to be, in units of the decimals (and of times).
#[derive(Clone, Copy)]
pub(super) struct Expected {
    pub numbers: u64,
    /// First, last, min, max.
    pub values: [i64; 4],
    pub last_is_number: bool,
    /// The time that the integral covers, in units of times.
    pub weighted: i64,
}

impl Expected {
    fn sum(&self) -> i64 {
        let middle: i128 = self.values.iter().map(|value| i128::from(*value)).sum();
        (middle * i128::from(self.numbers) / 4) as i64
    }

    /// Every number but the last is held for about the same time.
    fn integral(&self, sum: i64) -> i64 {
        let (mut sum, mut held) = (i128::from(sum), i128::from(self.numbers));
        if self.last_is_number && held > 1 {
            sum -= i128::from(self.values[1]);
            held -= 1;
        }
        // Both factors are far below 2^64 in any sound block; a hostile one may wrap.
        (sum.wrapping_mul(i128::from(self.weighted)) / held.max(1)) as i64
    }
}

pub(super) fn put_sums(
    out: &mut Vec<u8>,
    unit: i64,
    kept: Option<&(Decimal, [Vec<i64>; 4])>,
    buckets: &[(i64, Aggregate)],
) {
    let decimal = kept.and_then(|(decimal, wholes)| {
        let mut sums = Vec::with_capacity(buckets.len());
        let mut integrals = Vec::with_capacity(buckets.len());
        for (at, (_, a)) in buckets.iter().enumerate() {
            let expected = Expected {
                numbers: a.numbers,
                values: [wholes[0][at], wholes[1][at], wholes[2][at], wholes[3][at]],
                last_is_number: !a.last.is_nan(),
                weighted: a.weighted_us / unit,
            };
            let size =
                or_zero(a.min.abs().max(a.max.abs())) * 2.0 * f64::EPSILON * a.numbers as f64;
            let sum = decimal.rounded(a.sum, 1.0, size * a.numbers as f64)?;
            let doubt = size * a.weighted_us as f64;
            let integral = decimal.rounded(a.integral, unit as f64, doubt)?;
            sums.push(sum.wrapping_sub(expected.sum()));
            integrals.push(integral.wrapping_sub(expected.integral(sum)));
        }
        Some((sums, integrals))
    });
    match decimal {
        Some((sums, integrals)) => {
            out.push(1);
            put_wholes(out, &sums);
            put_wholes(out, &integrals);
        }
        None => {
            out.push(0);
            put_floats(out, &buckets.iter().map(|(_, a)| a.sum).collect::<Vec<_>>());
            put_floats(
                out,
                &buckets.iter().map(|(_, a)| a.integral).collect::<Vec<_>>(),
            );
        }
    }
}

/// Sums, then integrals.
pub(super) enum Sums {
    Wholes(Vec<i64>, Vec<i64>),
    Floats(Vec<f64>, Vec<f64>),
}

impl Sums {
    /// What [`put_sums`] wrote of `n` buckets.
    pub(super) fn read(reader: &mut Reader<'_>, n: usize) -> Result<Sums, Malformed> {
        if reader.u8()? == 1 {
            let sums = read_wholes(reader, n)?;
            Ok(Sums::Wholes(sums, read_wholes(reader, n)?))
        } else {
            let sums = read_floats(reader, n)?;
            Ok(Sums::Floats(sums, read_floats(reader, n)?))
        }
    }

    /// Sum and integral of a bucket; none when they need decimals that there are not.
    pub(super) fn at(
        &self,
        at: usize,
        unit: i64,
        expected: Option<(Decimal, Expected)>,
    ) -> Option<(f64, f64)> {
        match (self, expected) {
            (Sums::Wholes(sums, integrals), Some((decimal, expected))) => {
                let sum = sums[at].wrapping_add(expected.sum());
                let integral = integrals[at].wrapping_add(expected.integral(sum));
                Some((decimal.number(sum), decimal.scaled(integral, unit as f64)))
            }
            (Sums::Floats(sums, integrals), _) => Some((sums[at], integrals[at])),
            (Sums::Wholes(..), None) => None,
        }
    }
}
