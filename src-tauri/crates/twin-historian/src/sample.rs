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

    /// Whether it says the same of the same instant, bit for bit: it was only received once more.
    pub(crate) fn repeats(&self, other: &Sample) -> bool {
        let same_value = match (&self.value, &other.value) {
            (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        };
        self.time == other.time && self.quality == other.quality && same_value
    }
}

/// Brings samples in order of arrival into order of source time; of several with one source time the last value stays,
/// as it was first received.
pub(crate) fn settle(samples: &mut Vec<Sample>) {
    changes(samples);
    keep_last(samples);
}

/// Brings samples in order of arrival into order of source time and leaves out repeats: of one source time stays one
/// sample for each change, the first that had it.
pub(crate) fn changes(samples: &mut Vec<Sample>) {
    if samples.is_sorted_by(|a, b| a.time < b.time) {
        return;
    }
    // Stable, so that equal times stay in order of arrival.
    samples.sort_by_key(|sample| sample.time);
    samples.dedup_by(|later, earlier| later.repeats(earlier));
}

fn keep_last(samples: &mut Vec<Sample>) {
    // `dedup_by` keeps the first of equals and hands over (later, earlier): swapping keeps the later one.
    samples.dedup_by(|later, earlier| {
        let same = later.time == earlier.time;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
}

/// Joins a list with what came after it; either may have the changes of one source time ([`changes`]). Each source time
/// is once in what comes out: the last value, as it was first received.
pub(crate) fn merge(older: Vec<Sample>, newer: Vec<Sample>) -> Vec<Sample> {
    let joined_in_order = match (older.last(), newer.first()) {
        (Some(last), Some(first)) => last.time < first.time,
        _ => true,
    };
    let mut merged = Vec::with_capacity(older.len() + newer.len());
    if joined_in_order {
        merged.extend(older);
        merged.extend(newer);
    } else {
        let mut older = older.into_iter().peekable();
        for sample in newer {
            while let Some(before) = older.next_if(|before| before.time <= sample.time) {
                merged.push(before);
            }
            if !merged.last().is_some_and(|last| sample.repeats(last)) {
                merged.push(sample);
            }
        }
        merged.extend(older);
    }
    keep_last(&mut merged);
    merged
}

/// The newest sample by source time of some in order of arrival.
#[derive(Clone, Debug)]
pub(crate) struct Latest {
    pub sample: Sample,
    /// Another value of its source time was among them: then it is none that was there before them.
    pub turned: bool,
}

impl Latest {
    pub(crate) const fn new(sample: Sample) -> Latest {
        Latest {
            sample,
            turned: false,
        }
    }

    /// The newest of these samples and later ones.
    pub(crate) fn then(self, later: Latest) -> Latest {
        match later.sample.time.cmp(&self.sample.time) {
            Ordering::Less => self,
            Ordering::Greater => later,
            Ordering::Equal if !later.turned && later.sample.repeats(&self.sample) => self,
            Ordering::Equal => Latest {
                turned: true,
                ..later
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn list(from: i64) -> impl Strategy<Value = Vec<Sample>> {
        prop::collection::vec((0_i64..20, 0_i64..3), 0..40).prop_map(move |rows| {
            let sample = |(received, (time, value)): (i64, (i64, i64))| Sample {
                time: Timestamp(time),
                received: Timestamp(received),
                value: Value::I64(value),
                quality: Quality::GOOD,
            };
            (from..).zip(rows).map(sample).collect()
        })
    }

    proptest! {
        #[test]
        fn the_last_of_one_instant_stays_as_first_received(mut older in list(0), mut newer in list(100)) {
            let mut model: BTreeMap<Timestamp, Sample> = BTreeMap::new();
            for sample in older.iter().chain(&newer) {
                if model.get(&sample.time).is_none_or(|known| known.value != sample.value) {
                    model.insert(sample.time, sample.clone());
                }
            }
            settle(&mut older);
            changes(&mut newer);
            let merged = merge(older, newer.clone());
            // Once more changes nothing: a step may have moved them already.
            let again = merge(merged.clone(), newer);
            prop_assert_eq!(&merged, &model.into_values().collect::<Vec<_>>());
            prop_assert_eq!(again, merged);
        }
    }
}
