//! What is known of one address that feeds no signal.

use std::sync::Arc;

use twin_core::{Quality, SampleRef, Timestamp, Value, ValueKind};
use twin_payload::Convention;

/// Decimals beyond this are noise of a conversion.
const DECIMALS_MAX: u8 = 6;
/// A longer text is prose and no state.
const STATE_BYTES: usize = 64;
/// As much is kept of the last text.
const TEXT_BYTES: usize = 256;

/// A value that was heard under an address.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// Number of the address within its connection, dense from 0.
    pub number: u32,
    /// The value; of its signal nothing is known.
    pub sample: SampleRef<'a>,
    /// When it was received.
    pub received: Timestamp,
    /// By which convention it was read.
    pub convention: Convention,
}

/// What is known of an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Number of the address within its connection.
    pub number: u32,
    /// Topic, `#`, path in the payload.
    pub address: Arc<str>,
    /// By which convention the last value was read.
    pub convention: Convention,
    /// How many values came.
    pub count: u64,
    /// When the first one came.
    pub first: Timestamp,
    /// When the last one came.
    pub last: Timestamp,
    /// The last value; the beginning of a long text.
    pub value: Value,
    /// Whether that is only the beginning.
    pub is_cut: bool,
    /// Source time of the last value.
    pub time: Timestamp,
    /// Quality of the last value.
    pub quality: Quality,
    /// Least and greatest number.
    pub range: Option<[f64; 2]>,
    /// Digits after the decimal point that numbers were seen to have.
    pub decimals: u8,
    /// Texts seen, in order of first appearance, up to the limit.
    pub states: Vec<Arc<str>>,
    /// Whether more texts came than are noted, or a long one: no state, but prose.
    pub more_states: bool,
    /// Type of the values; the widest when they differ: text, f64, i64, bool.
    pub kind: ValueKind,
}

impl Heard {
    /// An address of which nothing came yet.
    pub(crate) fn new(sighting: &Sighting<'_>, address: Arc<str>) -> Heard {
        Heard {
            number: sighting.number,
            address,
            convention: sighting.convention,
            count: 0,
            first: sighting.received,
            last: sighting.received,
            value: Value::Null,
            is_cut: false,
            time: sighting.sample.time,
            quality: sighting.sample.quality,
            range: None,
            decimals: 0,
            states: Vec::new(),
            more_states: false,
            kind: ValueKind::Null,
        }
    }

    /// Takes a value; tells whether it was of a new sort.
    pub(crate) fn take(&mut self, sighting: &Sighting<'_>, states_max: usize) -> bool {
        let sort = |heard: &Heard| {
            let states = heard.states.len();
            (heard.kind, heard.decimals, states, heard.more_states)
        };
        let before = sort(self);
        let sample = &sighting.sample;
        self.count += 1;
        self.last = sighting.received;
        self.time = sample.time;
        self.quality = sample.quality;
        self.convention = sighting.convention;
        self.kind = wider(self.kind, sample.kind);
        match sample.text {
            Some(text) => self.take_text(text, states_max),
            None => {
                self.value = sample.value();
                self.is_cut = false;
                self.take_number(sample);
            }
        }
        before != sort(self)
    }

    fn take_number(&mut self, sample: &SampleRef<'_>) {
        let Some(number) = sample.as_f64().filter(|number| number.is_finite()) else {
            return;
        };
        let [least, greatest] = self.range.unwrap_or([number, number]);
        self.range = Some([least.min(number), greatest.max(number)]);
        // Counting digits costs more than all the rest, and soon all values have shown theirs.
        if sample.kind == ValueKind::F64 && (self.count <= 64 || self.count.is_power_of_two()) {
            self.decimals = self.decimals.max(decimals(number));
        }
    }

    fn take_text(&mut self, text: &Arc<str>, states_max: usize) {
        let is_same = matches!(&self.value, Value::Text(known) if known == text);
        if !is_same {
            self.value = Value::Text(beginning(text));
        }
        self.is_cut = text.len() > TEXT_BYTES;
        if self.more_states || self.states.contains(text) {
            return;
        }
        if self.states.len() < states_max && text.len() <= STATE_BYTES {
            self.states.push(Arc::clone(text));
        } else {
            self.more_states = true;
        }
    }
}

/// A long text is kept in part, and shows that it is.
fn beginning(text: &Arc<str>) -> Arc<str> {
    if text.len() <= TEXT_BYTES {
        return Arc::clone(text);
    }
    let end = text.floor_char_boundary(TEXT_BYTES);
    format!("{}…", text.get(..end).unwrap_or_default()).into()
}

/// The type that holds both; null says nothing about a type.
fn wider(one: ValueKind, other: ValueKind) -> ValueKind {
    let rank = |kind| match kind {
        ValueKind::Null => 0,
        ValueKind::Bool => 1,
        ValueKind::I64 => 2,
        ValueKind::F64 => 3,
        ValueKind::Text => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Digits after the decimal point of the shortest way to write a number.
fn decimals(number: f64) -> u8 {
    let mut scaled = number.abs();
    for digits in 0..DECIMALS_MAX {
        let error = (scaled - scaled.round()).abs();
        if error <= scaled.max(1.0) * 1e-9 {
            return digits;
        }
        scaled *= 10.0;
    }
    DECIMALS_MAX
}

#[cfg(test)]
mod tests {
    use twin_core::SignalKey;

    use super::*;

    fn sighting(kind: ValueKind, bits: u64, text: Option<&Arc<str>>) -> Sighting<'_> {
        Sighting {
            number: 0,
            sample: SampleRef {
                signal: SignalKey(0),
                time: Timestamp(5),
                kind,
                bits,
                quality: Quality::GOOD,
                text,
            },
            received: Timestamp(7),
            convention: Convention::Json,
        }
    }

    fn heard(values: &[f64]) -> Heard {
        let mut heard = Heard::new(&sighting(ValueKind::F64, 0, None), "t#a".into());
        for value in values {
            heard.take(&sighting(ValueKind::F64, value.to_bits(), None), 8);
        }
        heard
    }

    #[test]
    fn numbers_give_range_and_digits() {
        let heard = heard(&[21.5, 20.25, f64::NAN, 23.0]);
        assert_eq!(heard.range, Some([20.25, 23.0]));
        assert_eq!((heard.decimals, heard.count), (2, 4));
        assert_eq!((heard.time, heard.last), (Timestamp(5), Timestamp(7)));
        assert_eq!(decimals(0.1 + 0.2), 1);
        assert_eq!(decimals(1.0 / 3.0), DECIMALS_MAX);
    }

    #[test]
    fn a_counter_is_kept_to_the_last_digit() {
        let mut heard = heard(&[]);
        let counter = 9_007_199_254_740_993_i64;
        heard.take(&sighting(ValueKind::I64, counter.cast_unsigned(), None), 8);
        assert_eq!(heard.value, Value::I64(counter));
    }

    #[test]
    fn texts_are_states_until_there_are_too_many_or_a_long_one() {
        let mut states = heard(&[]);
        for text in ["on", "off", "on", "why not"] {
            let text: Arc<str> = text.into();
            states.take(&sighting(ValueKind::Text, 0, Some(&text)), 2);
        }
        assert!(states.more_states && states.states.len() == 2);
        assert_eq!(states.kind, ValueKind::Text);
        let mut prose = heard(&[]);
        let text: Arc<str> = "é".repeat(300).into();
        prose.take(&sighting(ValueKind::Text, 0, Some(&text)), 8);
        assert!(prose.more_states && prose.states.is_empty());
        assert_eq!(
            prose.value,
            Value::Text(format!("{}…", "é".repeat(128)).into())
        );
    }
}
