//! Answers to zooms, worked out from the generator sample by sample.

use twin_core::Timestamp;
use twin_historian::Columns;

use crate::{
    error::{Result, fail},
    generator::{BEGIN, JITTER_US, PERIOD_US, Shape, Walk},
};

/// Samples between two marks of the large signal.
const MARK_EVERY: i64 = 1 << 20;

/// A query.
#[derive(Clone, Copy, Debug)]
pub struct Zoom {
    /// The signal's key.
    pub signal: u32,
    /// From here.
    pub t0: Timestamp,
    /// Up to, not including, here.
    pub t1: Timestamp,
    /// Columns at most.
    pub width: u32,
}

/// Places in the large signal from which its walk can go on.
pub struct Marks(Vec<Walk>);

impl Marks {
    /// Walks through the large signal once.
    pub fn of(shape: Shape) -> Marks {
        let mut walk = shape.walk(0);
        let mut marks = Vec::new();
        for n in 0..shape.large {
            if n % MARK_EVERY == 0 {
                marks.push(walk.clone());
            }
            walk.next();
        }
        Marks(marks)
    }

    /// A walk of `signal` that has not yet given the sample `number`.
    fn before(&self, shape: Shape, signal: u32, number: i64) -> Walk {
        let mark = usize::try_from(number / MARK_EVERY).unwrap_or(0);
        let last = self.0.len().saturating_sub(1);
        match self.0.get(mark.min(last)) {
            Some(walk) if signal == 0 => walk.clone(),
            _ => shape.walk(signal),
        }
    }
}

/// Whether `columns` say of `zoom` what the generator made: every sample in exactly one column, whose first and last
/// time, count, minimum, maximum, first and last value are those of its samples.
pub fn check(shape: Shape, marks: &Marks, zoom: &Zoom, columns: &Columns) -> Result<()> {
    let wrong = |what: &str| {
        fail(format!(
            "signal {}, {} to {}: {what}",
            zoom.signal,
            zoom.t0.micros(),
            zoom.t1.micros()
        ))
    };
    let (Some(first), Some(last)) = (columns.t_first.first(), columns.t_last.last()) else {
        return wrong("no column, and not even a neighbour");
    };
    if columns.len() > zoom.width as usize + 2 {
        return wrong("more columns than pixels");
    }
    let mut walk = marks.before(shape, zoom.signal, number_at(*first));
    let mut samples =
        std::iter::from_fn(|| (walk.position() < shape.count(zoom.signal)).then(|| walk.next()))
            // One before the range at most is told, and one behind it.
            .skip_while(|(time, _)| time < first)
            .peekable();
    for n in 0..columns.len() {
        let expected = Fold::of(columns, n);
        let mut seen: Option<Fold> = None;
        while let Some((time, value)) = samples.next_if(|(time, _)| *time <= expected.t_last) {
            seen = Some(Fold::add(seen, time, value));
        }
        if seen != Some(expected) {
            return wrong(&format!(
                "column {n} is {expected:?}, generated was {seen:?}"
            ));
        }
        let inside = expected.t_first >= zoom.t0 && expected.t_last < zoom.t1;
        let pixel = zoom.t1.since(zoom.t0).micros() / i64::from(zoom.width) + 1;
        if inside && expected.t_last.since(expected.t_first).micros() > 2 * pixel {
            return wrong(&format!("column {n} is wider than two pixels"));
        }
    }
    // What lies before the first column or behind the last one must be outside of the range.
    let behind = samples.peek().map(|(time, _)| *time);
    if behind.is_some_and(|time| time < zoom.t1) || (*last < zoom.t1 && behind.is_some()) {
        return wrong("samples at the end are missing");
    }
    let mut walk = marks.before(shape, zoom.signal, number_at(zoom.t0));
    let oldest =
        std::iter::from_fn(|| (walk.position() < shape.count(zoom.signal)).then(|| walk.next().0))
            .find(|time| *time >= zoom.t0);
    if oldest.is_some_and(|time| time < *first) {
        return wrong("samples at the begin are missing");
    }
    Ok(())
}

/// The number of a sample of the large signal that is not after `time`.
const fn number_at(time: Timestamp) -> i64 {
    let number = (time.micros() - BEGIN.micros() - 2 * JITTER_US) / PERIOD_US - 1;
    if number < 0 { 0 } else { number }
}

/// What a column says of its samples.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fold {
    t_first: Timestamp,
    t_last: Timestamp,
    count: u64,
    min: f64,
    max: f64,
    first: f64,
    last: f64,
}

impl Fold {
    fn of(columns: &Columns, n: usize) -> Fold {
        let time = |times: &[Timestamp]| times.get(n).copied().unwrap_or(Timestamp::MIN);
        let number = |numbers: &[f64]| numbers.get(n).copied().unwrap_or(f64::NAN);
        Fold {
            t_first: time(&columns.t_first),
            t_last: time(&columns.t_last),
            count: columns.count.get(n).copied().unwrap_or(0),
            min: number(&columns.min),
            max: number(&columns.max),
            first: number(&columns.first),
            last: number(&columns.last),
        }
    }

    fn add(before: Option<Fold>, time: Timestamp, value: f64) -> Fold {
        let Some(before) = before else {
            return Fold {
                t_first: time,
                t_last: time,
                count: 1,
                min: value,
                max: value,
                first: value,
                last: value,
            };
        };
        Fold {
            t_last: time,
            count: before.count + 1,
            min: before.min.min(value),
            max: before.max.max(value),
            last: value,
            ..before
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole of the second signal of a small history, in so many samples a column, as the historian would say it.
    fn columns(shape: Shape, each: usize) -> (Zoom, Columns) {
        let mut walk = shape.walk(1);
        let samples: Vec<_> = (0..shape.each).map(|_| walk.next()).collect();
        let mut columns = Columns::default();
        for part in samples.chunks(each) {
            let fold = part
                .iter()
                .fold(None, |fold, (time, value)| {
                    Some(Fold::add(fold, *time, *value))
                })
                .unwrap();
            columns.t_first.push(fold.t_first);
            columns.t_last.push(fold.t_last);
            columns.count.push(fold.count);
            columns.min.push(fold.min);
            columns.max.push(fold.max);
            columns.first.push(fold.first);
            columns.last.push(fold.last);
        }
        let zoom = Zoom {
            signal: 1,
            t0: BEGIN,
            t1: shape.end(),
            width: 90,
        };
        (zoom, columns)
    }

    #[test]
    fn right_answers_pass_and_wrong_ones_do_not() {
        let shape = Shape::of(1_000_000);
        let marks = Marks::of(shape);
        let (zoom, right) = columns(shape, 10);
        check(shape, &marks, &zoom, &right).unwrap();
        let broken: [fn(&mut Columns); 5] = [
            |columns| columns.min[40] -= 0.01,
            |columns| columns.max[89] += 0.01,
            |columns| columns.t_last[3] = Timestamp(columns.t_last[3].micros() + 1),
            |columns| columns.first[7] += 0.01,
            |columns| {
                for times in [&mut columns.t_first, &mut columns.t_last] {
                    times.remove(5);
                }
                columns.count.remove(5);
                for numbers in [
                    &mut columns.min,
                    &mut columns.max,
                    &mut columns.first,
                    &mut columns.last,
                ] {
                    numbers.remove(5);
                }
            },
        ];
        for spoil in broken {
            let mut wrong = right.clone();
            spoil(&mut wrong);
            assert!(check(shape, &marks, &zoom, &wrong).is_err());
        }
        let (_, coarse) = columns(shape, 30);
        assert!(check(shape, &marks, &zoom, &coarse).is_err());
        assert!(check(shape, &marks, &zoom, &Columns::default()).is_err());
    }

    #[test]
    fn samples_missing_at_either_end_are_noticed() {
        let shape = Shape::of(1_000_000);
        let marks = Marks::of(shape);
        for at_begin in [true, false] {
            let (zoom, mut cut) = columns(shape, 10);
            let n = if at_begin { 0 } else { cut.len() - 1 };
            cut.t_first.remove(n);
            cut.t_last.remove(n);
            cut.count.remove(n);
            cut.min.remove(n);
            cut.max.remove(n);
            cut.first.remove(n);
            cut.last.remove(n);
            assert!(check(shape, &marks, &zoom, &cut).is_err());
        }
    }
}
