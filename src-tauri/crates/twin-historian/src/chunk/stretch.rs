//! Samples of one signal as columns, and what is known of them without looking inside.

use std::sync::Arc;

use twin_core::{Quality, Status, Timestamp, Value, ValueKind};

use crate::sample::Sample;

/// Samples for which a stretch keeps its memory when it is filled again.
const KEPT_SAMPLES: usize = 4_096;

/// Samples of one signal as parallel columns. Each source time once and in order, unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stretch {
    /// Source times, µs.
    pub times: Vec<i64>,
    /// Arrival numbers; 0: received at its source time.
    pub arrivals: Vec<u64>,
    pub kinds: Vec<ValueKind>,
    /// Values: bits of an f64, an i64 or a bool; for a text its index in `texts`.
    pub bits: Vec<u64>,
    pub qualities: Vec<Quality>,
    pub texts: Vec<Arc<str>>,
}

impl Stretch {
    pub(crate) const fn len(&self) -> usize {
        self.times.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Takes all samples out, to be filled again: only what a burst took is given back.
    pub(crate) fn clear(&mut self) {
        if self.times.capacity() > KEPT_SAMPLES {
            *self = Stretch::default();
        }
        self.times.clear();
        self.arrivals.clear();
        self.kinds.clear();
        self.bits.clear();
        self.qualities.clear();
        self.texts.clear();
    }

    pub(crate) fn reserve(&mut self, n: usize) {
        self.times.reserve(n);
        self.arrivals.reserve(n);
        self.kinds.reserve(n);
        self.bits.reserve(n);
        self.qualities.reserve(n);
    }

    /// Adds a sample; `text` is that of a value of kind text.
    pub(crate) fn push(
        &mut self,
        time: i64,
        arrival: u64,
        kind: ValueKind,
        bits: u64,
        text: Option<&Arc<str>>,
        quality: Quality,
    ) {
        let bits = match (kind, text) {
            (ValueKind::Text, Some(text)) => self.word(text),
            _ => bits,
        };
        self.times.push(time);
        self.arrivals.push(arrival);
        self.kinds.push(kind);
        self.bits.push(bits);
        self.qualities.push(quality);
    }

    pub(crate) fn push_sample(&mut self, sample: &Sample, arrival: u64) {
        let (bits, text) = match &sample.value {
            Value::Null => (0, None),
            Value::F64(value) => (value.to_bits(), None),
            Value::I64(value) => (value.cast_unsigned(), None),
            Value::Bool(value) => (u64::from(*value), None),
            Value::Text(text) => (0, Some(text)),
        };
        let kind = sample.value.kind();
        let time = sample.time.micros();
        self.push(time, arrival, kind, bits, text, sample.quality);
    }

    /// The index of a text. Neighbours often have the same one; others are made equal by the encoder.
    fn word(&mut self, text: &Arc<str>) -> u64 {
        if self.texts.last().is_none_or(|last| last != text) {
            self.texts.push(Arc::clone(text));
        }
        self.texts.len() as u64 - 1
    }

    /// Adds sample `at` of another one.
    pub(crate) fn push_from(&mut self, other: &Stretch, at: usize) {
        let kind = other.kinds[at];
        self.push(
            other.times[at],
            other.arrivals[at],
            kind,
            other.bits[at],
            other.text(at),
            other.qualities[at],
        );
    }

    /// Adds a piece of another one.
    pub(crate) fn extend_from(&mut self, other: &Stretch, range: std::ops::Range<usize>) {
        if other.texts.is_empty() {
            self.times.extend_from_slice(&other.times[range.clone()]);
            self.arrivals
                .extend_from_slice(&other.arrivals[range.clone()]);
            self.kinds.extend_from_slice(&other.kinds[range.clone()]);
            self.bits.extend_from_slice(&other.bits[range.clone()]);
            self.qualities.extend_from_slice(&other.qualities[range]);
            return;
        }
        for at in range {
            self.push_from(other, at);
        }
    }

    /// Puts samples in order of arrival into order of time; those of one time stay in order of arrival.
    pub(crate) fn put_in_order(&mut self) {
        if self.times.is_sorted() {
            return;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|at| self.times[*at]);
        let mut sorted = Stretch::default();
        sorted.reserve(self.len());
        for at in order {
            sorted.push_from(self, at);
        }
        *self = sorted;
    }

    /// The text of sample `at`; none unless its value is one.
    pub(crate) fn text(&self, at: usize) -> Option<&Arc<str>> {
        if self.kinds[at] == ValueKind::Text {
            self.texts.get(self.bits[at] as usize)
        } else {
            None
        }
    }

    /// Whether two samples have the same value and quality; NaN is the same as NaN of the same bits.
    pub(crate) fn same_value(&self, at: usize, other: &Stretch, other_at: usize) -> bool {
        let kind = self.kinds[at];
        if kind != other.kinds[other_at] || self.qualities[at] != other.qualities[other_at] {
            return false;
        }
        match kind {
            ValueKind::Null => true,
            ValueKind::Text => self.text(at) == other.text(other_at),
            _ => self.bits[at] == other.bits[other_at],
        }
    }

    /// The value as a finite number, else NaN.
    fn number(&self, at: usize) -> f64 {
        number(self.kinds[at], self.bits[at])
    }
}

pub(crate) fn number(kind: ValueKind, bits: u64) -> f64 {
    let number = match kind {
        ValueKind::F64 => f64::from_bits(bits),
        ValueKind::I64 => bits.cast_signed() as f64,
        ValueKind::Bool => f64::from(u8::from(bits != 0)),
        ValueKind::Null | ValueKind::Text => f64::NAN,
    };
    if number.is_finite() { number } else { f64::NAN }
}

/// What is known of a chunk without looking inside. Numbers are finite ones only: `min` and `max` are NaN when there is
/// none, `first` and `last` when that very sample is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    pub t_min: Timestamp,
    pub t_max: Timestamp,
    pub count: u32,
    pub numbers: u32,
    pub min: f64,
    pub max: f64,
    pub sum: f64,
    pub first: f64,
    pub last: f64,
    pub first_status: Status,
    pub last_status: Status,
    pub worst: Status,
}

impl Statistics {
    /// Of some samples in order of time; none of nothing.
    pub(crate) fn of(samples: &Stretch, range: std::ops::Range<usize>) -> Option<Statistics> {
        let (first, last) = (range.start, range.end.checked_sub(1)?);
        if first > last || last >= samples.len() {
            return None;
        }
        let mut statistics = Statistics {
            t_min: Timestamp(samples.times[first]),
            t_max: Timestamp(samples.times[last]),
            count: range.len() as u32,
            numbers: 0,
            min: f64::NAN,
            max: f64::NAN,
            sum: 0.0,
            first: samples.number(first),
            last: samples.number(last),
            first_status: samples.qualities[first].status,
            last_status: samples.qualities[last].status,
            worst: Status::Good,
        };
        for (kind, bits) in samples.kinds[range.clone()]
            .iter()
            .zip(&samples.bits[range.clone()])
        {
            let number = number(*kind, *bits);
            if !number.is_nan() {
                statistics.numbers += 1;
                statistics.sum += number;
                statistics.min = statistics.min.min(number);
                statistics.max = statistics.max.max(number);
            }
        }
        for quality in &samples.qualities[range] {
            statistics.worst = statistics.worst.max(quality.status);
        }
        // SQLite keeps infinity, but a sum that overflowed says nothing any more.
        if !statistics.sum.is_finite() {
            statistics.sum = f64::MAX.copysign(statistics.sum);
        }
        Some(statistics)
    }
}
