//! What one connection was heard to say that no signal of the plant file comes from.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::tight;
use twin_payload::Description;

use crate::heard::{Heard, Sighting};

/// Bounds of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerLimits {
    /// Most addresses. The default is what a decoder reads when nothing else is said.
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
            addresses: 500_000,
            sources: 10_000,
            points: 200_000,
            states: 8,
        }
    }
}

/// Everything unknown that one connection was heard to say. Memory is bounded by [`LedgerLimits`]; what finds no room is
/// counted in [`left_out`](Self::left_out).
#[derive(Debug, Default)]
pub struct Ledger {
    limits: LedgerLimits,
    /// By number of the address.
    entries: Vec<Option<Heard>>,
    count: usize,
    described: BTreeMap<Arc<str>, Arc<Description>>,
    points: usize,
    values: u64,
    left_out: u64,
    version: u64,
}

/// A part of a ledger, copied out of it.
#[derive(Clone, Debug, Default)]
pub struct LedgerPart {
    heard: Vec<Heard>,
    /// Where the next part begins; none after the last one.
    pub next: Option<usize>,
}

/// How much a ledger holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// As [`Ledger::version`].
    pub version: u64,
    /// Addresses heard.
    pub addresses: usize,
    /// Values that came under them.
    pub values: u64,
    /// As [`Ledger::left_out`].
    pub left_out: u64,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(limits: LedgerLimits) -> Self {
        Ledger {
            limits,
            ..Ledger::default()
        }
    }

    /// Notes a value; `address` is asked for the first one of a number only. A shared one is kept as it is, not copied.
    pub fn note<A: Into<Arc<str>>>(&mut self, sighting: Sighting<'_>, address: impl FnOnce() -> A) {
        let place = sighting.number as usize;
        if let Some(Some(heard)) = self.entries.get_mut(place) {
            self.version += u64::from(heard.take(&sighting, self.limits.states));
            self.values += 1;
            return;
        }
        // Numbers are dense, so one far beyond the limit could only be a mistake; it must not cost memory.
        if self.count >= self.limits.addresses || place >= self.limits.addresses.saturating_mul(2) {
            self.left_out += 1;
            return;
        }
        let mut heard = Heard::new(&sighting, address().into());
        heard.take(&sighting, self.limits.states);
        self.put(heard);
        self.values += 1;
        self.version += 1;
    }

    fn put(&mut self, heard: Heard) {
        let place = heard.number as usize;
        if self.entries.len() <= place {
            // The largest table of an address.
            let missing = place + 1 - self.entries.len();
            tight::reserve(&mut self.entries, missing);
            self.entries.resize_with(place + 1, || None);
        }
        if let Some(entry) = self.entries.get_mut(place) {
            self.count += usize::from(entry.is_none());
            *entry = Some(heard);
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
                let known = Arc::make_mut(known);
                known.add(description);
                known.points.len()
            }
            // Points of a source that is not known are gone already.
            None if description.gone => return,
            None => {
                let points = description.points.len();
                self.described.insert(key, Arc::new(description));
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
                self.values -= entry.take().map_or(0, |heard| heard.count);
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
        self.described.values().map(|description| &**description)
    }

    /// The same, shared: each stays as it is now.
    pub fn shared_descriptions(&self) -> impl Iterator<Item = &Arc<Description>> {
        self.described.values()
    }

    /// What is known of the address with this number.
    pub fn get(&self, number: u32) -> Option<&Heard> {
        self.entries.get(number as usize)?.as_ref()
    }

    /// A copy of what sources say, without anything heard: [`take_part`](Self::take_part) puts that in. It costs little,
    /// because descriptions are shared until they change.
    pub fn copy_descriptions(&self) -> Ledger {
        Ledger {
            limits: self.limits,
            described: self.described.clone(),
            points: self.points,
            values: self.values,
            left_out: self.left_out,
            version: self.version,
            ..Ledger::default()
        }
    }

    /// What was heard from the address with the number `from` on, of at most `most` numbers: a large ledger is copied
    /// part by part, so that nothing waits long for any of them.
    pub fn part(&self, from: usize, most: usize) -> LedgerPart {
        let end = from.saturating_add(most).min(self.entries.len());
        let entries = self.entries.get(from..end).unwrap_or_default();
        LedgerPart {
            heard: entries.iter().flatten().cloned().collect(),
            next: (end < self.entries.len()).then_some(end),
        }
    }

    /// Takes a part of another ledger of the same connection.
    pub fn take_part(&mut self, part: LedgerPart) {
        part.heard.into_iter().for_each(|heard| self.put(heard));
    }

    /// How much it holds.
    pub const fn state(&self) -> LedgerState {
        LedgerState {
            version: self.version,
            addresses: self.count,
            values: self.values,
            left_out: self.left_out,
        }
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

#[cfg(test)]
mod tests {
    use twin_core::{Quality, SampleRef, SignalKey, Timestamp, ValueKind};
    use twin_payload::{Convention, Point};

    use super::*;

    fn number(number: u32, value: f64) -> Sighting<'static> {
        Sighting {
            number,
            sample: SampleRef {
                signal: SignalKey(0),
                time: Timestamp(0),
                kind: ValueKind::F64,
                bits: value.to_bits(),
                quality: Quality::GOOD,
                text: None,
            },
            received: Timestamp(0),
            convention: Convention::Json,
        }
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
            plate: twin_payload::Plate::default(),
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

    #[test]
    fn a_copy_in_parts_is_the_whole() {
        let mut ledger = Ledger::new(LedgerLimits::default());
        let names: Vec<String> = (0..10).map(|n| format!("t#{n}")).collect();
        for (number_of, name) in names.iter().enumerate().filter(|(n, _)| n % 3 != 1) {
            ledger.note(number(number_of as u32, 1.0), || name.as_str());
        }
        let mut copy = ledger.copy_descriptions();
        let mut next = Some(0);
        let mut parts = 0;
        while let Some(from) = next {
            let part = ledger.part(from, 4);
            next = part.next;
            copy.take_part(part);
            parts += 1;
        }
        assert_eq!(parts, 3);
        assert!(copy.heard().eq(ledger.heard()));
        assert_eq!(copy.state(), ledger.state());
        assert_eq!(copy.get(3), ledger.get(3));
        assert!(copy.get(3).is_some() && copy.get(4).is_none());
    }
}
