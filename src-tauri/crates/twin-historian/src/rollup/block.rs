//! A block of the pyramid: up to [`BLOCK_BUCKETS`] neighbouring buckets of one level, as columns.
//!
//! Version 1, after version byte and CRC-32 (over signal, level and number of the block too, so that a flipped bit in the
//! table cannot show one block as another): the used places in the block as runs; the unit of times (1, 1,000 or
//! 1,000,000 us) and the number of decimals (or [`NOT_DECIMAL`]); the **envelope**: flags, counts, first and last
//! instant, longest gap, and first, last, min, max; then the **rest**, with its length before it: numbers, samples that
//! are not good, weighted time, sum, integral, states. A trend reads the envelope only.
//!
//! Values that are all decimals with few places are stored as whole numbers: the first as difference to the last one
//! of the bucket before, the last to the first, the extremes to the nearer of both. Sum and integral are differences
//! to what the other columns let expect, rounded to the unit of the decimals when that is within the rounding of the
//! floating-point sum itself.

use twin_core::{Duration, SignalKey, Status, Timestamp};

use super::{
    aggregate::Aggregate,
    column::{put_floats, put_wholes, read_floats, read_wholes},
    ladder::{BLOCK_BUCKETS, Level, first_instant, last_instant},
    states_codec::{put_states, read_states},
    sums::{Expected, Sums, or_zero, put_sums},
};
use crate::{
    bytes::{Malformed, Reader, put_bytes, put_runs, put_varint, seal_at, unseal_at},
    decimal::Decimal,
};

const VERSION: u8 = 1;
/// Signal, level and number of a block.
pub(crate) type BlockPlace = (SignalKey, Level, i64);

const BUCKETS: usize = BLOCK_BUCKETS as usize;
/// In the place of a number of decimals.
const NOT_DECIMAL: u8 = 0xff;
/// Units of times in a block, by code.
const UNITS: [i64; 3] = [1, 1_000, 1_000_000];

const FIRST_IS_NAN: i64 = 1;
const LAST_IS_NAN: i64 = 2;
const NO_NUMBER: i64 = 4;

/// What a trend needs of a bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub t_first: Timestamp,
    pub t_last: Timestamp,
    pub min: f64,
    pub max: f64,
    pub first: f64,
    pub last: f64,
    pub count: u64,
    pub worst: Status,
    pub max_gap: Duration,
}

/// The envelope's columns, as stored.
struct Head {
    buckets: Vec<i64>,
    unit: i64,
    decimal: Option<Decimal>,
    flags: Vec<i64>,
    counts: Vec<i64>,
    t_first: Vec<i64>,
    t_last: Vec<i64>,
    gaps: Vec<i64>,
    values: Values,
}

/// First, last, min, max.
enum Values {
    Decimals([Vec<i64>; 4]),
    Floats([Vec<f64>; 4]),
}

/// The blob of buckets of one block, in order, each once.
pub(crate) fn encode(place: BlockPlace, buckets: &[(i64, Aggregate)]) -> Vec<u8> {
    let (_, level, block) = place;
    let mut out = Vec::with_capacity(64 + buckets.len() * 8);
    put_places(&mut out, block, buckets);
    let unit = unit_of(level, buckets);
    out.push(unit);
    let unit = UNITS[usize::from(unit)];
    let values = buckets.iter().flat_map(|(_, a)| {
        let numbers = [a.first, a.last, a.min, a.max];
        numbers.into_iter().filter(|number| !number.is_nan())
    });
    let decimal = Decimal::of(values);
    out.push(decimal.map_or(NOT_DECIMAL, Decimal::places));

    let each = |of: &dyn Fn(i64, &Aggregate) -> i64| -> Vec<i64> {
        buckets.iter().map(|(bucket, a)| of(*bucket, a)).collect()
    };
    put_wholes(&mut out, &each(&|_, a| flags(a)));
    put_wholes(&mut out, &each(&|_, a| a.count.cast_signed()));
    put_wholes(&mut out, &each(&|bucket, a| lead(level, bucket, a) / unit));
    put_wholes(&mut out, &each(&|bucket, a| trail(level, bucket, a) / unit));
    put_wholes(&mut out, &each(&|_, a| a.max_gap.micros() / unit));
    let kept = match decimal {
        Some(decimal) => {
            let wholes = decimals(decimal, buckets);
            for column in differences(&wholes) {
                put_wholes(&mut out, &column);
            }
            Some((decimal, wholes))
        }
        None => {
            let parts: [fn(&Aggregate) -> f64; 4] = [|a| a.first, |a| a.last, |a| a.min, |a| a.max];
            for part in parts {
                // NaN stands in the flags.
                let column: Vec<f64> = buckets.iter().map(|(_, a)| or_zero(part(a))).collect();
                put_floats(&mut out, &column);
            }
            None
        }
    };
    let mut rest = Vec::with_capacity(buckets.len() * 4);
    put_wholes(
        &mut rest,
        &each(&|_, a| (a.count - a.numbers).cast_signed()),
    );
    put_wholes(&mut rest, &each(&|_, a| a.not_good.cast_signed()));
    put_wholes(&mut rest, &each(&|_, a| unweighted(a) / unit));
    put_sums(&mut rest, unit, kept.as_ref(), buckets);
    put_states(&mut rest, buckets.iter().map(|(_, a)| &a.states));
    put_bytes(&mut out, &rest);
    seal_at(VERSION, &seed(place), &out)
}

/// What the checksum covers besides the bytes.
pub(crate) fn seed((signal, level, block): BlockPlace) -> [u8; 13] {
    let mut seed = [0; 13];
    seed[..4].copy_from_slice(&signal.0.to_le_bytes());
    seed[4] = level as u8;
    seed[5..].copy_from_slice(&block.to_le_bytes());
    seed
}

fn put_places(out: &mut Vec<u8>, block: i64, buckets: &[(i64, Aggregate)]) {
    let mut used = [false; BUCKETS];
    for (bucket, _) in buckets {
        if let Some(place) = used.get_mut((bucket - block * BLOCK_BUCKETS) as usize) {
            *place = true;
        }
    }
    put_varint(out, buckets.len() as u64);
    put_runs(out, &used, |out, used| out.push(u8::from(*used)));
}

fn unit_of(level: Level, buckets: &[(i64, Aggregate)]) -> u8 {
    let fits = |unit: i64| {
        buckets.iter().all(|(bucket, a)| {
            lead(level, *bucket, a) % unit == 0
                && trail(level, *bucket, a) % unit == 0
                && a.max_gap.micros() % unit == 0
                && unweighted(a) % unit == 0
        })
    };
    (1..3)
        .rev()
        .find(|code| fits(UNITS[usize::from(*code)]))
        .unwrap_or(0)
}

/// From the bucket's beginning to its first sample.
fn lead(level: Level, bucket: i64, a: &Aggregate) -> i64 {
    a.t_first
        .micros()
        .wrapping_sub(first_instant(level, bucket))
}

/// From the last sample to where the next bucket begins.
fn trail(level: Level, bucket: i64, a: &Aggregate) -> i64 {
    last_instant(level, bucket)
        .wrapping_sub(a.t_last.micros())
        .wrapping_add(1)
}

/// The part of the time from first to last sample in which no number was held.
fn unweighted(a: &Aggregate) -> i64 {
    let span = a.t_last.micros().wrapping_sub(a.t_first.micros());
    span.wrapping_sub(a.weighted_us)
}

fn flags(a: &Aggregate) -> i64 {
    let mut flags = 0;
    if a.first.is_nan() {
        flags |= FIRST_IS_NAN;
    }
    if a.last.is_nan() {
        flags |= LAST_IS_NAN;
    }
    if a.min.is_nan() {
        flags |= NO_NUMBER;
    }
    flags | (a.worst as i64) << 3 | (a.first_status as i64) << 5 | (a.last_status as i64) << 7
}

const fn status(flags: i64, shift: u32) -> Status {
    match (flags >> shift) & 3 {
        0 => Status::Good,
        1 => Status::Uncertain,
        _ => Status::Bad,
    }
}

/// First, last, min and max as whole numbers; what is no number takes a neighbour's, so that it costs nothing.
fn decimals(decimal: Decimal, buckets: &[(i64, Aggregate)]) -> [Vec<i64>; 4] {
    let mut columns: [Vec<i64>; 4] = Default::default();
    let mut before = 0;
    for (_, a) in buckets {
        let whole = |number: f64, other: i64| {
            if number.is_nan() {
                other
            } else {
                decimal.whole(number)
            }
        };
        let first = whole(a.first, before);
        let last = whole(a.last, first);
        before = last;
        let row = [
            first,
            last,
            whole(a.min, first.min(last)),
            whole(a.max, first.max(last)),
        ];
        for (column, number) in columns.iter_mut().zip(row) {
            column.push(number);
        }
    }
    columns
}

fn differences([first, last, min, max]: &[Vec<i64>; 4]) -> [Vec<i64>; 4] {
    let mut before = 0_i64;
    let mut columns: [Vec<i64>; 4] = Default::default();
    for (((first, last), min), max) in first.iter().zip(last).zip(min).zip(max) {
        let row = [
            first.wrapping_sub(before),
            last.wrapping_sub(*first),
            first.min(last).wrapping_sub(*min),
            max.wrapping_sub(*first.max(last)),
        ];
        before = *last;
        for (column, number) in columns.iter_mut().zip(row) {
            column.push(number);
        }
    }
    columns
}

/// Back from [`differences`], in place.
fn undo_differences([first, last, min, max]: &mut [Vec<i64>; 4]) {
    let mut before = 0_i64;
    for (((first, last), min), max) in first.iter_mut().zip(last).zip(min).zip(max) {
        *first = first.wrapping_add(before);
        *last = last.wrapping_add(*first);
        *min = (*first).min(*last).wrapping_sub(*min);
        *max = max.wrapping_add((*first).max(*last));
        before = *last;
    }
}

fn read_head(reader: &mut Reader<'_>, block: i64) -> Result<Head, Malformed> {
    let n = reader.varint()?;
    if n == 0 || n > BUCKETS as u64 {
        return Err(reader.fail("count of buckets out of range"));
    }
    let n = n as usize;
    let used = reader.runs(BUCKETS, Reader::u8)?;
    let buckets: Vec<i64> = (block.wrapping_mul(BLOCK_BUCKETS)..)
        .zip(used)
        .filter_map(|(bucket, used)| (used != 0).then_some(bucket))
        .collect();
    if buckets.len() != n {
        return Err(reader.fail("places and count of buckets differ"));
    }
    let unit = *UNITS
        .get(usize::from(reader.u8()?))
        .ok_or_else(|| reader.fail("unknown unit of times"))?;
    let decimal = match reader.u8()? {
        NOT_DECIMAL => None,
        places => {
            Some(Decimal::new(places).ok_or_else(|| reader.fail("unknown number of decimals"))?)
        }
    };
    let mut column = || read_wholes(reader, n);
    let (flags, counts, t_first, t_last, gaps) =
        (column()?, column()?, column()?, column()?, column()?);
    if counts.iter().any(|count| *count < 1) {
        return Err(reader.fail("a bucket without samples"));
    }
    let values = if decimal.is_some() {
        let mut columns: [Vec<i64>; 4] = Default::default();
        for column in &mut columns {
            *column = read_wholes(reader, n)?;
        }
        undo_differences(&mut columns);
        Values::Decimals(columns)
    } else {
        let mut columns: [Vec<f64>; 4] = Default::default();
        for column in &mut columns {
            *column = read_floats(reader, n)?;
        }
        Values::Floats(columns)
    };
    Ok(Head {
        buckets,
        unit,
        decimal,
        flags,
        counts,
        t_first,
        t_last,
        gaps,
        values,
    })
}

impl Head {
    /// First, last, min and max in units of the decimals.
    fn decimals(&self, at: usize) -> Option<(Decimal, [i64; 4])> {
        match (&self.values, self.decimal) {
            (Values::Decimals([first, last, min, max]), Some(decimal)) => {
                Some((decimal, [first[at], last[at], min[at], max[at]]))
            }
            _ => None,
        }
    }

    fn envelope(&self, level: Level, at: usize) -> Envelope {
        let bucket = self.buckets[at];
        let flags = self.flags[at];
        let value = |which: usize| match (&self.values, self.decimal) {
            (Values::Decimals(columns), Some(decimal)) => decimal.number(columns[which][at]),
            (Values::Floats(columns), _) => columns[which][at],
            (Values::Decimals(_), None) => f64::NAN,
        };
        let unless = |flag: i64, number: f64| if flags & flag == 0 { number } else { f64::NAN };
        let lead = self.t_first[at].wrapping_mul(self.unit);
        let trail = self.t_last[at].wrapping_mul(self.unit).wrapping_sub(1);
        Envelope {
            t_first: Timestamp(first_instant(level, bucket).wrapping_add(lead)),
            t_last: Timestamp(last_instant(level, bucket).wrapping_sub(trail)),
            min: unless(NO_NUMBER, value(2)),
            max: unless(NO_NUMBER, value(3)),
            first: unless(FIRST_IS_NAN, value(0)),
            last: unless(LAST_IS_NAN, value(1)),
            count: self.counts[at].cast_unsigned(),
            worst: status(flags, 3),
            max_gap: Duration(self.gaps[at].wrapping_mul(self.unit)),
        }
    }
}

/// The envelopes of a block's buckets, in order.
pub(crate) fn envelopes(place: BlockPlace, blob: &[u8]) -> Result<Vec<(i64, Envelope)>, Malformed> {
    let (_, level, block) = place;
    let mut reader = Reader::new(unseal_at(VERSION, &seed(place), blob)?);
    let head = read_head(&mut reader, block)?;
    Ok((0..head.buckets.len())
        .map(|at| (head.buckets[at], head.envelope(level, at)))
        .collect())
}

/// Everything about a block's buckets, in order.
pub(crate) fn decode(place: BlockPlace, blob: &[u8]) -> Result<Vec<(i64, Aggregate)>, Malformed> {
    let (_, level, block) = place;
    let mut reader = Reader::new(unseal_at(VERSION, &seed(place), blob)?);
    let head = read_head(&mut reader, block)?;
    let n = head.buckets.len();
    let mut rest = Reader::new(reader.bytes()?);
    reader.end()?;
    let no_numbers = read_wholes(&mut rest, n)?;
    let not_good = read_wholes(&mut rest, n)?;
    let unweighted = read_wholes(&mut rest, n)?;
    let sums = Sums::read(&mut rest, n)?;
    let states = read_states(&mut rest, n)?;
    rest.end()?;
    let mut buckets = Vec::with_capacity(n);
    for (at, states) in states.into_iter().enumerate() {
        let envelope = head.envelope(level, at);
        let span = envelope
            .t_last
            .micros()
            .wrapping_sub(envelope.t_first.micros());
        let weighted_us = span.wrapping_sub(unweighted[at].wrapping_mul(head.unit));
        let numbers = envelope
            .count
            .checked_sub(no_numbers[at].cast_unsigned())
            .ok_or_else(|| rest.fail("more values than samples"))?;
        let expected = head.decimals(at).map(|(decimal, values)| {
            let expected = Expected {
                numbers,
                values,
                last_is_number: !envelope.last.is_nan(),
                weighted: weighted_us / head.unit,
            };
            (decimal, expected)
        });
        let (sum, integral) = sums
            .at(at, head.unit, expected)
            .ok_or_else(|| rest.fail("sums and values do not fit together"))?;
        let flags = head.flags[at];
        let aggregate = Aggregate {
            t_first: envelope.t_first,
            t_last: envelope.t_last,
            count: envelope.count,
            numbers,
            min: envelope.min,
            max: envelope.max,
            sum,
            first: envelope.first,
            last: envelope.last,
            first_status: status(flags, 5),
            last_status: status(flags, 7),
            worst: envelope.worst,
            not_good: not_good[at].cast_unsigned(),
            integral,
            weighted_us,
            max_gap: envelope.max_gap,
            states,
        };
        buckets.push((head.buckets[at], aggregate));
    }
    Ok(buckets)
}
