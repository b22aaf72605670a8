//! One sample as history gives it back, and the one rule about two samples of the same instant.

use std::cmp::Ordering;

use twin_core::{Quality, Timestamp, Value};

/// A stored sample of one signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Source time: when the plant says the value was true. Unique within a signal.
    pub time: Timestamp,
    /// When its message was received.
    pub received: Timestamp,
    /// The value.
    pub value: Value,
    /// Quality as given by source and decoder.
    pub quality: Quality,
}

impl Sample {
    /// The value as a finite number; NaN when it is none.
    pub fn number(&self) -> f64 {
        self.value
            .as_f64()
            .filter(|number| number.is_finite())
            .unwrap_or(f64::NAN)
    }
}

/// Brings samples in order of arrival into order of source time; of several with one source time the last stays.
pub(crate) fn settle(samples: &mut Vec<Sample>) {
    if samples.is_sorted_by(|a, b| a.time < b.time) {
        return;
    }
    // Stable, so that equal times stay in order of arrival.
    samples.sort_by_key(|sample| sample.time);
    // `dedup_by` keeps the first of equals and hands over (later, earlier): swapping keeps the later one.
    samples.dedup_by(|later, earlier| {
        let same = later.time == earlier.time;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
}

/// Joins two settled lists; where both have a sample of one source time, `newer` wins.
pub(crate) fn merge(older: Vec<Sample>, newer: Vec<Sample>) -> Vec<Sample> {
    let joined_in_order = match (older.last(), newer.first()) {
        (Some(last), Some(first)) => last.time < first.time,
        _ => true,
    };
    let mut merged = Vec::with_capacity(older.len() + newer.len());
    if joined_in_order {
        merged.extend(older);
        merged.extend(newer);
        return merged;
    }
    let mut older = older.into_iter().peekable();
    let mut newer = newer.into_iter().peekable();
    while let (Some(a), Some(b)) = (older.peek(), newer.peek()) {
        match a.time.cmp(&b.time) {
            Ordering::Less => merged.extend(older.next()),
            Ordering::Greater => merged.extend(newer.next()),
            Ordering::Equal => {
                older.next();
                merged.extend(newer.next());
            }
        }
    }
    merged.extend(older);
    merged.extend(newer);
    merged
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn list() -> impl Strategy<Value = Vec<Sample>> {
        prop::collection::vec((0_i64..20, any::<i64>()), 0..40).prop_map(|rows| {
            let sample = |(time, value): (i64, i64)| Sample {
                time: Timestamp(time),
                received: Timestamp(0),
                value: Value::I64(value),
                quality: Quality::GOOD,
            };
            rows.into_iter().map(sample).collect()
        })
    }

    proptest! {
        #[test]
        fn the_last_of_one_instant_stays(mut older in list(), mut newer in list()) {
            let model: BTreeMap<_, _> = older.iter().chain(&newer).map(|s| (s.time, s.clone())).collect();
            settle(&mut older);
            settle(&mut newer);
            let merged = merge(older, newer);
            prop_assert_eq!(merged, model.into_values().collect::<Vec<_>>());
        }
    }
}
