//! A column of whole numbers: what a straight line or the previous number does not tell.
//!
//! All arithmetic wraps around, so that every `i64` comes back whatever was predicted.
//!
//! Layout: flags; base (signed), unit, step (signed); for each page its anchor as a difference (signed) to what the page
//! before foretells, unless all are 0; residuals (pco, or `packed.rs`) unless all are 0. With `y = (number - base) / unit`:
//!
//! - line: `y[i] = anchor + step * (i - first of the page) + residual`, residuals >= 0;
//! - steps: `y` of a page's first number is its anchor, then `y[i] = y[i - 1] + step + residual`.

use std::ops::Range;

use pco::{DeltaSpec, ModeSpec};

use super::{
    FEW_PAGES,
    few::Few,
    packed::{Packed, put_packed},
    pages::{PAGE_SAMPLES, Pages, page_count, put_pages},
};
use crate::bytes::{Malformed, Reader, put_signed, put_varint, unzigzag, zigzag};

const STEPS: u8 = 1;
const RESIDUALS: u8 = 2;
const ANCHORS: u8 = 4;
/// Residuals are packed bits, not pco.
const PACKED: u8 = 8;
/// Residuals of fewer values than this need no fine tables: smaller ones are smaller, and twice as quick to open.
const NARROW: u64 = 64;
const LEVEL_NARROW: usize = 4;
const LEVEL: usize = 7;
/// Differences that are looked at to find the usual one.
const LOOKED_AT: usize = 255;

#[derive(Clone, Copy)]
enum Rule {
    Line(i64),
    Steps(i64),
}

/// How residuals are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// By pco: as small as can be, for what stays.
    Fine,
    /// As packed bits: without any work to speak of, for what is small.
    Quick,
}

/// Memory for making columns, used again from one to the next.
#[derive(Default)]
pub(crate) struct Scratch {
    scaled: Vec<i64>,
    residuals: Vec<i64>,
    anchors: Vec<i64>,
    differences: Vec<i64>,
}

impl Scratch {
    /// Of the column made last, the residual of each page's first number.
    pub(super) fn firsts(&self) -> impl Iterator<Item = i64> {
        self.residuals.iter().copied().step_by(PAGE_SAMPLES)
    }
}

/// Adds a column that stays, at least one number.
pub(crate) fn put_wholes(out: &mut Vec<u8>, numbers: &[i64]) -> Result<(), Malformed> {
    put_column(out, numbers, Packing::Fine, &mut Scratch::default())
}

/// Adds a column, at least one number.
pub(super) fn put_column(
    out: &mut Vec<u8>,
    numbers: &[i64],
    packing: Packing,
    scratch: &mut Scratch,
) -> Result<(), Malformed> {
    let (base, unit) = scale(numbers, &mut scratch.scaled);
    let rule = best_rule(scratch);
    let Scratch {
        scaled,
        residuals,
        anchors,
        ..
    } = scratch;
    residuals.clear();
    anchors.clear();
    let (kind, step) = match rule {
        Rule::Line(step) => (0, step),
        Rule::Steps(step) => (STEPS, step),
    };
    let mut foretold = 0_i64;
    for page in scaled.chunks(PAGE_SAMPLES) {
        let anchor = match rule {
            Rule::Line(step) => line(page, step, residuals),
            Rule::Steps(step) => steps(page, step, residuals),
        };
        anchors.push(anchor.wrapping_sub(foretold));
        foretold = next_anchor(anchor, step);
    }
    let flat = residuals.iter().all(|residual| *residual == 0);
    let as_foretold = anchors.iter().all(|left| *left == 0);
    let has = |it: bool, flag: u8| if it { flag } else { 0 };
    let packed = has(!flat && packing == Packing::Quick, PACKED);
    out.push(kind | packed | has(!flat, RESIDUALS) | has(!as_foretold, ANCHORS));
    put_signed(out, base);
    put_varint(out, unit);
    put_signed(out, step);
    if !as_foretold {
        for left in anchors {
            put_signed(out, *left);
        }
    }
    match packing {
        _ if flat => Ok(()),
        Packing::Fine => put_fine(out, residuals),
        Packing::Quick => {
            put_packed(out, residuals, rule.code());
            Ok(())
        }
    }
}

fn put_fine(out: &mut Vec<u8>, residuals: &[i64]) -> Result<(), Malformed> {
    let all = residuals.iter().copied();
    let range = all.clone().max().zip(all.min());
    let narrow = range.is_some_and(|(max, min)| max.wrapping_sub(min).cast_unsigned() < NARROW);
    let level = if narrow { LEVEL_NARROW } else { LEVEL };
    put_pages(out, residuals, level, ModeSpec::Classic, DeltaSpec::NoOp)
}

impl Rule {
    /// How residuals become packed codes: those of a line are never negative.
    const fn code(self) -> fn(i64) -> u64 {
        match self {
            Rule::Line(_) => i64::cast_unsigned,
            Rule::Steps(_) => zigzag,
        }
    }

    /// Back from [`code`](Self::code).
    const fn residual(self) -> fn(u64) -> i64 {
        match self {
            Rule::Line(_) => u64::cast_signed,
            Rule::Steps(_) => unzigzag,
        }
    }
}

const fn next_anchor(anchor: i64, step: i64) -> i64 {
    anchor.wrapping_add(step.wrapping_mul(PAGE_SAMPLES as i64))
}

/// Adds the residuals of a page; gives its anchor.
fn line(page: &[i64], step: i64, residuals: &mut Vec<i64>) -> i64 {
    let begin = residuals.len();
    let mut told = 0_i64;
    let mut anchor = i64::MAX;
    for y in page {
        let left = y.wrapping_sub(told);
        anchor = anchor.min(left);
        residuals.push(left);
        told = told.wrapping_add(step);
    }
    for residual in &mut residuals[begin..] {
        *residual = residual.wrapping_sub(anchor);
    }
    anchor
}

fn steps(page: &[i64], step: i64, residuals: &mut Vec<i64>) -> i64 {
    let anchor = page[0];
    let mut told = anchor;
    for y in page {
        residuals.push(y.wrapping_sub(told));
        told = y.wrapping_add(step);
    }
    anchor
}

/// The smallest number, and the greatest common divisor of what the others lie above it; `scaled` gets how many of it each
/// lies above.
fn scale(numbers: &[i64], scaled: &mut Vec<i64>) -> (i64, u64) {
    let base = numbers.iter().copied().min().unwrap_or(0);
    let above = |number: &i64| number.wrapping_sub(base).cast_unsigned();
    let mut unit = 0_u64;
    for distance in numbers.iter().map(above) {
        if unit == 1 {
            break;
        }
        if unit == 0 || distance % unit != 0 {
            unit = common_divisor(unit, distance);
        }
    }
    let unit = unit.max(1);
    scaled.clear();
    if unit == 1 {
        scaled.extend(numbers.iter().map(|n| n.wrapping_sub(base)));
    } else {
        scaled.extend(numbers.iter().map(|n| (above(n) / unit).cast_signed()));
    }
    (base, unit)
}

const fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The rule that leaves the smallest residuals.
fn best_rule(scratch: &mut Scratch) -> Rule {
    let Scratch {
        scaled,
        residuals,
        differences,
        ..
    } = scratch;
    let n = scaled.len();
    if n < 3 {
        return Rule::Line(0);
    }
    let usual = usual_difference(scaled, differences);
    let span = i128::from(scaled[n - 1]) - i128::from(scaled[0]);
    let last = n as i128 - 1;
    let mean = (span + span.signum() * last / 2) / last;
    let mean = i64::try_from(mean).unwrap_or(usual);
    let mut best = Rule::Steps(usual);
    let mut bits = steps_cost(scaled, usual);
    for step in [usual, mean, 0] {
        let cost = line_cost(scaled, step, bits, residuals);
        // The same for less work: a line is told without adding up.
        if cost <= bits {
            (best, bits) = (Rule::Line(step), cost);
        }
    }
    best
}

/// The median of some differences.
fn usual_difference(scaled: &[i64], differences: &mut Vec<i64>) -> i64 {
    let stride = scaled.len().div_ceil(LOOKED_AT);
    let pairs = scaled.windows(2).step_by(stride);
    differences.clear();
    differences.extend(pairs.map(|pair| pair[1].wrapping_sub(pair[0])));
    let middle = differences.len() / 2;
    *differences.select_nth_unstable(middle).1
}

fn bits(residual: u64) -> u64 {
    u64::from(u64::BITS - residual.leading_zeros())
}

fn steps_cost(scaled: &[i64], step: i64) -> u64 {
    let cost = |pair: &[i64]| {
        let left = pair[1].wrapping_sub(pair[0]).wrapping_sub(step);
        bits(((left << 1) ^ (left >> 63)).cast_unsigned())
    };
    scaled.windows(2).map(cost).sum()
}

/// Gives up beyond `enough`.
fn line_cost(scaled: &[i64], step: i64, enough: u64, residuals: &mut Vec<i64>) -> u64 {
    let mut cost = 0;
    for page in scaled.chunks(PAGE_SAMPLES) {
        residuals.clear();
        line(page, step, residuals);
        cost += residuals
            .iter()
            .map(|r| bits(r.cast_unsigned()))
            .sum::<u64>();
        if cost > enough {
            break;
        }
    }
    cost
}

/// A column that is not decoded yet.
pub(crate) struct Wholes<'a> {
    n: usize,
    rule: Rule,
    base: i64,
    unit: i64,
    anchors: Few<i64, FEW_PAGES>,
    residuals: Residuals<'a>,
}

enum Residuals<'a> {
    /// All are 0.
    None,
    Fine(Pages<'a>),
    Packed(Packed<'a>),
}

impl<'a> Wholes<'a> {
    /// What [`put_wholes`] wrote of `n` numbers.
    pub(crate) fn read(reader: &mut Reader<'a>, n: usize) -> Result<Wholes<'a>, Malformed> {
        let flags = reader.u8()?;
        if flags > STEPS | RESIDUALS | ANCHORS | PACKED {
            return Err(reader.fail("unknown kind of column"));
        }
        let base = reader.signed()?;
        let unit = reader.varint()?.cast_signed();
        let step = reader.signed()?;
        let mut anchors = Few::with_capacity(page_count(n));
        let mut foretold = 0_i64;
        for _ in 0..page_count(n) {
            let left = if flags & ANCHORS == 0 {
                0
            } else {
                reader.signed()?
            };
            let anchor = foretold.wrapping_add(left);
            anchors.push(anchor);
            foretold = next_anchor(anchor, step);
        }
        let residuals = match (flags & RESIDUALS, flags & PACKED) {
            (0, _) => Residuals::None,
            (_, 0) => Residuals::Fine(Pages::read(reader, n)?),
            _ => Residuals::Packed(Packed::read(reader, n)?),
        };
        Ok(Wholes {
            n,
            rule: if flags & STEPS == 0 {
                Rule::Line(step)
            } else {
                Rule::Steps(step)
            },
            base,
            unit,
            anchors,
            residuals,
        })
    }

    /// The first number of a page, from its residual.
    pub(crate) fn at_start(&self, page: usize, residual: i64) -> i64 {
        let y = self.anchors[page].wrapping_add(residual);
        self.base.wrapping_add(self.unit.wrapping_mul(y))
    }

    /// Adds the numbers of these pages.
    pub(crate) fn decode(&self, pages: Range<usize>, out: &mut Vec<i64>) -> Result<(), Malformed> {
        let begin = out.len();
        let first = pages.start * PAGE_SAMPLES;
        let end = (pages.end * PAGE_SAMPLES).min(self.n);
        match &self.residuals {
            Residuals::Fine(residuals) => residuals.decode(pages.clone(), out)?,
            Residuals::Packed(packed) => {
                packed.decode(pages.clone(), out, self.rule.residual())?;
            }
            Residuals::None => out.resize(begin + end.saturating_sub(first), 0),
        }
        for (page, numbers) in pages.zip(out[begin..].chunks_mut(PAGE_SAMPLES)) {
            let anchor = self.at_start(page, 0);
            match self.rule {
                Rule::Line(step) => {
                    let step = step.wrapping_mul(self.unit);
                    let mut told = anchor;
                    for number in numbers {
                        *number = told.wrapping_add(number.wrapping_mul(self.unit));
                        told = told.wrapping_add(step);
                    }
                }
                Rule::Steps(step) => {
                    let step = step.wrapping_mul(self.unit);
                    let mut told = anchor;
                    for number in numbers {
                        *number = told.wrapping_add(number.wrapping_mul(self.unit));
                        told = number.wrapping_add(step);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the numbers with these indices.
    pub(crate) fn slice(&self, range: Range<usize>, out: &mut Vec<i64>) -> Result<(), Malformed> {
        if range.is_empty() {
            return Ok(());
        }
        let begin = out.len();
        let first = range.start / PAGE_SAMPLES;
        self.decode(first..page_count(range.end), out)?;
        out.truncate(begin + range.end - first * PAGE_SAMPLES);
        out.drain(begin..begin + range.start - first * PAGE_SAMPLES);
        Ok(())
    }
}
