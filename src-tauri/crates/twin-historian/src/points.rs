//! Samples of one signal as columns, as statistics need them: a source time, a number, a status.

use std::ops::Range;

use twin_core::{SampleBatch, Status, Value, ValueKind};

use crate::{chunk::number, sample::Sample};

/// Source time, number and status of one sample.
pub(crate) type Point = (i64, f64, Status);

/// Samples of one signal in order of source time, each instant once.
#[derive(Debug, Default)]
pub(crate) struct Points {
    pub times: Vec<i64>,
    /// Finite or NaN.
    pub numbers: Vec<f64>,
    pub statuses: Vec<Status>,
    /// Only when wanted, and when some value is no floating-point number. Of the floating-point ones among them only the
    /// kind is right.
    pub values: Option<Vec<Value>>,
}

impl Points {
    pub(crate) fn with_room_for(n: usize) -> Points {
        Points {
            times: Vec::with_capacity(n),
            numbers: Vec::with_capacity(n),
            statuses: Vec::with_capacity(n),
            values: None,
        }
    }

    /// Of samples in order, each instant once.
    pub(crate) fn of(samples: &[Sample], with_values: bool) -> Points {
        let mut points = Points::with_room_for(samples.len());
        for sample in samples {
            if with_values && sample.value.kind() != ValueKind::F64 {
                points.want_values();
            }
            if let Some(values) = &mut points.values {
                values.push(sample.value.clone());
            }
            points.push((sample.time.micros(), sample.number(), sample.quality.status));
        }
        points
    }

    /// Adds rows of a batch, which are the next samples.
    pub(crate) fn add(
        &mut self,
        batch: &SampleBatch,
        rows: impl Iterator<Item = usize>,
        with_values: bool,
    ) {
        let (times, kinds) = (batch.times(), batch.kinds());
        let (bits, qualities) = (batch.bits(), batch.qualities());
        for at in rows {
            let row = (
                times.get(at),
                kinds.get(at),
                bits.get(at),
                qualities.get(at),
            );
            let (Some(time), Some(kind), Some(bits), Some(quality)) = row else {
                continue;
            };
            if with_values {
                self.add_value(batch, at, *kind);
            }
            self.push((time.micros(), number(*kind, *bits), quality.status));
        }
    }

    fn add_value(&mut self, batch: &SampleBatch, at: usize, kind: ValueKind) {
        if kind != ValueKind::F64 {
            self.want_values();
        }
        if let Some(values) = &mut self.values {
            values.push(batch.get(at).map_or(Value::Null, |row| row.value()));
        }
    }

    #[inline]
    fn push(&mut self, (time, number, status): Point) {
        self.times.push(time);
        self.numbers.push(number);
        self.statuses.push(status);
    }

    /// From here on values are kept; those before were floating-point numbers.
    fn want_values(&mut self) {
        if self.values.is_none() {
            let floats = self.numbers.iter().map(|number| Value::F64(*number));
            self.values = Some(floats.collect());
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.times.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    pub(crate) fn point(&self, at: usize) -> Option<Point> {
        let (time, number) = (self.times.get(at)?, self.numbers.get(at)?);
        Some((*time, *number, *self.statuses.get(at)?))
    }

    pub(crate) fn value(&self, at: usize) -> Option<&Value> {
        self.values.as_ref()?.get(at)
    }

    /// Where those from `from` to `to` are, both included.
    pub(crate) fn span(&self, from: i64, to: i64) -> Range<usize> {
        let begin = self.times.partition_point(|time| *time < from);
        begin..begin + self.times[begin..].partition_point(|time| *time <= to)
    }

    /// The first from `at` to before `end` that is not before `time`; else `end`. It is looked for near `at` first.
    #[inline]
    pub(crate) fn place_of(&self, time: i64, at: usize, end: usize) -> usize {
        let rest = &self.times[at..end];
        let mut bound = 1;
        while bound < rest.len() && rest[bound - 1] < time {
            bound *= 2;
        }
        at + rest[..bound.min(rest.len())].partition_point(|of| *of < time)
    }

    /// Joins with what came later: of one instant the later one stays.
    pub(crate) fn then(self, later: Points) -> Points {
        if self.is_empty() {
            return later;
        }
        if later.is_empty() {
            return self;
        }
        let mut joined = Points::with_room_for(self.len() + later.len());
        if self.values.is_some() || later.values.is_some() {
            joined.want_values();
        }
        weave(
            (&self, 0..self.len()),
            (&later, 0..later.len()),
            |from, range| joined.extend(from, range),
        );
        joined
    }

    fn extend(&mut self, from: &Points, range: Range<usize>) {
        if let Some(values) = &mut self.values {
            match &from.values {
                Some(others) => values.extend_from_slice(&others[range.clone()]),
                None => values.extend(from.numbers[range.clone()].iter().copied().map(Value::F64)),
            }
        }
        self.times.extend_from_slice(&from.times[range.clone()]);
        self.numbers.extend_from_slice(&from.numbers[range.clone()]);
        self.statuses.extend_from_slice(&from.statuses[range]);
    }
}

/// Gives samples of two lists in order of time, as many in a row as can be; of one instant the later list's stays.
pub(crate) fn weave<'a>(
    (older, of_older): (&'a Points, Range<usize>),
    (later, of_later): (&'a Points, Range<usize>),
    mut take: impl FnMut(&'a Points, Range<usize>),
) {
    let (mut a, mut b) = (of_older.start, of_later.start);
    while a < of_older.end && b < of_later.end {
        let next = older.place_of(later.times[b], a, of_older.end);
        if a < next {
            take(older, a..next);
        }
        a = next;
        if a == of_older.end {
            break;
        }
        if older.times[a] == later.times[b] {
            a += 1;
        }
        let next = if a < of_older.end {
            later.place_of(older.times[a], b + 1, of_later.end)
        } else {
            of_later.end
        };
        take(later, b..next);
        b = next;
    }
    if a < of_older.end {
        take(older, a..of_older.end);
    }
    if b < of_later.end {
        take(later, b..of_later.end);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use twin_core::{Quality, Timestamp};

    use super::*;

    fn list() -> impl Strategy<Value = Vec<Sample>> {
        let value = prop_oneof![
            4 => (-9_i32..9).prop_map(|v| Value::F64(f64::from(v))),
            1 => Just(Value::F64(f64::INFINITY)),
            1 => (0_i64..3).prop_map(Value::I64),
            1 => "[ab]".prop_map(|text| Value::Text(text.into())),
        ];
        prop::collection::btree_map(0_i64..60, (value, 0_u8..3), 0..40).prop_map(|map| {
            let sample = |(time, (value, status))| Sample {
                time: Timestamp(time),
                received: Timestamp(0),
                value,
                quality: Quality::from_bytes([status, 0]),
            };
            map.into_iter().map(sample).collect()
        })
    }

    /// Everything of a sample that columns keep; floating-point values are there as numbers.
    fn told(points: &Points) -> Vec<String> {
        let of = |at: usize| {
            let value = points.value(at).filter(|v| v.kind() != ValueKind::F64);
            format!("{:?} {value:?}", points.point(at))
        };
        (0..points.len()).map(of).collect()
    }

    proptest! {
        #[test]
        fn of_one_instant_the_later_stays(older in list(), later in list(), with_values: bool, cut in 0_i64..60) {
            let map: BTreeMap<_, _> = older.iter().chain(&later).map(|s| (s.time, s.clone())).collect();
            let expected: Vec<_> = map.into_values().collect();
            let expected = Points::of(&expected, with_values);
            let joined = Points::of(&older, with_values).then(Points::of(&later, with_values));
            prop_assert_eq!(told(&joined), told(&expected));
            prop_assert!(joined.values.is_none() || with_values);
            let span = expected.span(cut, cut + 9);
            prop_assert!(expected.times.iter().enumerate().all(|(at, time)| span.contains(&at) == (cut..cut + 10).contains(time)));
            for at in 0..expected.len() {
                let place = expected.times[at..].iter().position(|time| *time >= cut);
                let place = place.map_or(expected.len(), |place| at + place);
                prop_assert_eq!(expected.place_of(cut, at, expected.len()), place);
            }
        }
    }
}
