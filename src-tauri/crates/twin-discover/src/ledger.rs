//! What one connection was heard to say that no signal of the plant file comes from.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::{Timestamp, Value, ValueKind};
use twin_payload::{Convention, Description};

/// Bounds of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerLimits {
    /// Most addresses.
    pub addresses: usize,
    /// Most sources that describe themselves.
    pub sources: usize,
    /// Most signals that all sources describe together.
    pub points: usize,
    /// Most states noted of an address.
    pub states: usize,
}

impl Default for LedgerLimits {
    fn default() -> Self {
        LedgerLimits {
            addresses: 100_000,
            sources: 10_000,
            points: 200_000,
            states: 8,
        }
    }
}

/// Decimals beyond this are noise of a conversion.
const DECIMALS_MAX: u8 = 6;

/// A value that was heard under an address.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// Number of the address within its connection, dense from 0.
    pub number: u32,
    /// Type of the value.
    pub kind: ValueKind,
    /// The value as a number; none for text and null.
    pub number_value: Option<f64>,
    /// The text, for a value of kind text.
    pub text: Option<&'a Arc<str>>,
    /// When it was received.
    pub received: Timestamp,
    /// By which convention it was read.
    pub convention: Convention,
}

/// What is known of an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
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
    /// The last value.
    pub value: Value,
    /// Least and greatest number.
    pub range: Option<[f64; 2]>,
    /// Digits after the decimal point that numbers were seen to have.
    pub decimals: u8,
    /// Texts seen, in order of first appearance, up to the limit.
    pub states: Vec<Arc<str>>,
    /// Whether more texts came than are noted: no state, but prose.
    pub more_states: bool,
    /// Type of the values; the widest when they differ: text, f64, i64, bool.
    pub kind: ValueKind,
}

/// Everything unknown that one connection was heard to say. Memory is bounded by [`LedgerLimits`]; what finds no room is
/// counted in [`left_out`](Self::left_out).
#[derive(Debug, Default)]
pub struct Ledger {
    limits: LedgerLimits,
    /// By number of the address.
    entries: Vec<Option<Heard>>,
    count: usize,
    described: BTreeMap<Arc<str>, Description>,
    points: usize,
    left_out: u64,
    version: u64,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(limits: LedgerLimits) -> Self {
        Ledger {
            limits,
            ..Ledger::default()
        }
    }

    /// Notes a value; `address` is asked for the first one of a number only.
    pub fn note<'n>(&mut self, sighting: Sighting<'_>, address: impl FnOnce() -> &'n str) {
        let place = sighting.number as usize;
        if let Some(Some(heard)) = self.entries.get_mut(place) {
            self.version += u64::from(heard.take(&sighting, self.limits.states));
            return;
        }
        // Numbers are dense, so one far beyond the limit could only be a mistake; it must not cost memory.
        if self.count >= self.limits.addresses || place >= self.limits.addresses.saturating_mul(2) {
            self.left_out += 1;
            return;
        }
        let mut heard = Heard {
            address: address().into(),
            convention: sighting.convention,
            count: 0,
            first: sighting.received,
            last: sighting.received,
            value: Value::Null,
            range: None,
            decimals: 0,
            states: Vec::new(),
            more_states: false,
            kind: ValueKind::Null,
        };
        heard.take(&sighting, self.limits.states);
        if self.entries.len() <= place {
            self.entries.resize_with(place + 1, || None);
        }
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = Some(heard);
            self.count += 1;
            self.version += 1;
        }
    }

    /// Takes what a source says of itself, together with what the same source said before by the same convention.
    pub fn describe(&mut self, description: Description) {
        let key: Arc<str> =
            format!("{}\n{}", description.convention.name(), description.source).into();
        let held = self.described.get(&key).map_or(0, |held| held.points.len());
        if description.gone && description.points.is_empty() {
            if self.described.remove(&key).is_some() {
                self.points -= held;
                self.version += 1;
            }
            return;
        }
        let replaced = if description.convention.describes_in_parts() {
            0
        } else {
            held
        };
        let points = self.points - replaced + description.points.len();
        let one_more = !self.described.contains_key(&key);
        let is_full = points > self.limits.points
            || (one_more && self.described.len() >= self.limits.sources);
        if is_full && !description.gone {
            self.left_out += 1;
            return;
        }
        let now = match self.described.get_mut(&key) {
            Some(known) => {
                known.add(description);
                known.points.len()
            }
            // Points of a source that is not known are gone already.
            None if description.gone => return,
            None => {
                let points = description.points.len();
                self.described.insert(key, description);
                points
            }
        };
        self.points = self.points - held + now;
        self.version += 1;
    }

    /// Forgets these addresses: they have become signals, or are not wanted.
    pub fn forget(&mut self, mut is_wanted: impl FnMut(&str) -> bool) {
        for entry in &mut self.entries {
            if entry
                .as_ref()
                .is_some_and(|heard| !is_wanted(&heard.address))
            {
                *entry = None;
                self.count -= 1;
                self.version += 1;
            }
        }
    }

    /// Everything heard, by number of the address.
    pub fn heard(&self) -> impl Iterator<Item = &Heard> {
        self.entries.iter().flatten()
    }

    /// What sources say of themselves, by convention and source.
    pub fn descriptions(&self) -> impl Iterator<Item = &Description> {
        self.described.values()
    }

    /// How many addresses there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing was heard.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Values and descriptions that found no room.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Rises whenever a proposal could become another one: a new address, type, state or description. A new value of
    /// a known sort does not count.
    pub const fn version(&self) -> u64 {
        self.version
    }
}

impl Heard {
    /// Takes a value; tells whether it was of a new sort.
    fn take(&mut self, sighting: &Sighting<'_>, states_max: usize) -> bool {
        let before = (
            self.kind,
            self.decimals,
            self.states.len(),
            self.more_states,
        );
        self.count += 1;
        self.last = sighting.received;
        self.convention = sighting.convention;
        self.kind = wider(self.kind, sighting.kind);
        match (sighting.number_value, sighting.text) {
            (Some(number), _) => self.take_number(sighting.kind, number),
            (None, Some(text)) => self.take_text(text, states_max),
            (None, None) => self.value = Value::Null,
        }
        before
            != (
                self.kind,
                self.decimals,
                self.states.len(),
                self.more_states,
            )
    }

    fn take_number(&mut self, kind: ValueKind, number: f64) {
        self.value = match kind {
            ValueKind::Bool => Value::Bool(number != 0.0),
            ValueKind::I64 => Value::I64(number as i64),
            _ => Value::F64(number),
        };
        let [least, greatest] = self.range.unwrap_or([number, number]);
        self.range = Some([least.min(number), greatest.max(number)]);
        // Counting digits costs more than all the rest, and soon all values have shown theirs.
        if kind == ValueKind::F64 && (self.count <= 64 || self.count.is_power_of_two()) {
            self.decimals = self.decimals.max(decimals(number));
        }
    }

    fn take_text(&mut self, text: &Arc<str>, states_max: usize) {
        if self.value != Value::Text(Arc::clone(text)) {
            self.value = Value::Text(Arc::clone(text));
        }
        if self.more_states || self.states.contains(text) {
            return;
        }
        if self.states.len() < states_max {
            self.states.push(Arc::clone(text));
        } else {
            self.more_states = true;
        }
    }
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
    use twin_payload::Point;

    use super::*;

    fn number(number: u32, value: f64) -> Sighting<'static> {
        Sighting {
            number,
            kind: ValueKind::F64,
            number_value: Some(value),
            text: None,
            received: Timestamp(value as i64),
            convention: Convention::Json,
        }
    }

    #[test]
    fn numbers_give_range_and_digits() {
        let mut ledger = Ledger::new(LedgerLimits::default());
        for value in [21.5, 20.25, 23.0] {
            ledger.note(number(0, value), || "t#a");
        }
        let heard: Vec<&Heard> = ledger.heard().collect();
        assert_eq!(heard[0].range, Some([20.25, 23.0]));
        assert_eq!((heard[0].decimals, heard[0].count), (2, 3));
        assert_eq!(decimals(0.1 + 0.2), 1);
        assert_eq!(decimals(1.0 / 3.0), DECIMALS_MAX);
    }

    #[test]
    fn texts_are_states_until_there_are_too_many() {
        let mut ledger = Ledger::new(LedgerLimits {
            states: 2,
            ..LedgerLimits::default()
        });
        for text in ["on", "off", "on", "why not"] {
            let text: Arc<str> = text.into();
            let sighting = Sighting {
                kind: ValueKind::Text,
                number_value: None,
                text: Some(&text),
                ..number(0, 0.0)
            };
            ledger.note(sighting, || "t#a");
        }
        let heard = ledger.heard().next().unwrap();
        assert!(heard.more_states && heard.states.len() == 2);
        assert_eq!(heard.kind, ValueKind::Text);
    }

    #[test]
    fn descriptions_in_parts_are_put_together() {
        let said = |points: &[&str], gone| Description {
            source: "s".into(),
            convention: Convention::HomeAssistant,
            topic: "t".into(),
            name: None,
            parent: None,
            maker: None,
            model: None,
            version: None,
            points: points
                .iter()
                .map(|address| Point {
                    address: (*address).into(),
                    ..Point::default()
                })
                .collect(),
            gone,
            at: Timestamp(0),
        };
        let mut ledger = Ledger::new(LedgerLimits {
            points: 3,
            ..LedgerLimits::default()
        });
        let points = |ledger: &Ledger| -> usize {
            ledger.descriptions().map(|told| told.points.len()).sum()
        };
        ledger.describe(said(&["a"], true));
        for (told, gone, count) in [(["a", "b"], false, 2), (["b", "c"], true, 1)] {
            ledger.describe(said(&told, gone));
            assert_eq!((points(&ledger), ledger.points), (count, count));
        }
        ledger.describe(said(&["b", "c", "d"], false));
        assert_eq!((points(&ledger), ledger.left_out()), (1, 1));
        ledger.describe(said(&[], true));
        assert_eq!((ledger.descriptions().count(), ledger.points), (0, 0));
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let mut ledger = Ledger::new(LedgerLimits {
            addresses: 1,
            ..LedgerLimits::default()
        });
        ledger.note(number(0, 1.0), || "t#a");
        ledger.note(number(1, 1.0), || "t#b");
        assert_eq!((ledger.len(), ledger.left_out()), (1, 1));
        let version = ledger.version();
        ledger.note(number(0, 2.0), || "t#a");
        assert_eq!(ledger.version(), version);
        ledger.forget(|address| address != "t#a");
        assert!(ledger.is_empty() && ledger.version() > version);
    }
}
