//! The metrics of a birth: by name and by alias.

use std::{collections::HashMap, sync::Arc};

use super::{definition::Definition, value::DataType};
use crate::intern::AddressIx;

/// Aliases are looked up by index when they lie this close together: in at most this many places a metric, and so
/// many more.
const PLACES_A_METRIC: u64 = 16;
const PLACES_MORE: u64 = 1_024;

/// What a birth says of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) meaning: Meaning,
    /// Its data type; 0 when the birth does not say.
    pub(crate) datatype: u32,
}

/// What a metric is to those who watch the plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Known, and no signal: `bdSeq`, the control commands, definitions of templates.
    Control,
    /// One signal.
    Signal(AddressIx),
    /// Many signals, or the size of something, under this part's name: see [`Table::part`].
    Parts(u32),
}

/// The metrics of one birth. Built whole, then put in place of the former one.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
    by_name: HashMap<Box<str>, u32>,
    /// Alias, number of the entry, and the entry that had its name before: until [`finish`](Self::finish).
    aliases: Vec<(u64, u32, Option<u32>)>,
    /// The alias that `direct` begins with.
    first: u64,
    direct: Vec<Slot>,
    hashed: HashMap<u64, Slot>,
    /// Bytes of names.
    text: usize,
    parts: Vec<Box<str>>,
    definitions: HashMap<Box<str>, Arc<Definition>>,
}

/// What an alias leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Slot {
    #[default]
    Unknown,
    /// Several metrics of the birth carry it, so it tells nothing.
    Ambiguous,
    Entry(u32),
}

impl Table {
    /// Adds a metric. Of two with one name the later counts.
    pub(crate) fn insert(&mut self, name: &str, alias: Option<u64>, entry: Entry) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(entry);
        let replaced = self.by_name.insert(name.into(), number);
        self.text += name.len();
        if let Some(alias) = alias {
            self.aliases.push((alias, number, replaced));
        }
    }

    /// Makes the aliases known. Nothing is to be added after it.
    pub(crate) fn finish(&mut self) {
        let aliases = std::mem::take(&mut self.aliases);
        let least = aliases.iter().map(|(alias, ..)| *alias).min();
        let greatest = aliases.iter().map(|(alias, ..)| *alias).max();
        let (Some(least), Some(greatest)) = (least, greatest) else {
            return;
        };
        let places = (greatest - least).saturating_add(1);
        let allowed = PLACES_A_METRIC * aliases.len() as u64 + PLACES_MORE;
        if places <= allowed {
            self.first = least;
            self.direct = vec![Slot::Unknown; usize::try_from(places).unwrap_or(0)];
        }
        for (alias, number, replaced) in aliases {
            let place = usize::try_from(alias - least).unwrap_or(usize::MAX);
            let slot = match self.direct.get_mut(place) {
                Some(slot) => slot,
                None => self.hashed.entry(alias).or_default(),
            };
            *slot = match *slot {
                Slot::Unknown => Slot::Entry(number),
                // The same metric twice is no contradiction.
                Slot::Entry(other) if replaced == Some(other) => Slot::Entry(number),
                Slot::Entry(_) | Slot::Ambiguous => Slot::Ambiguous,
            };
        }
    }

    /// Roughly how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let defined = self.definitions.values();
        let members: usize = defined.map(|definition| definition.members.len()).sum();
        self.text
            + self.entries.len() * size_of::<Entry>()
            + self.by_name.len() * 40
            + self.direct.len() * size_of::<Slot>()
            + self.hashed.len() * 32
            + self.parts.len() * 64
            + members * 160
    }

    /// Adds a metric that has parts.
    pub(crate) fn insert_parts(&mut self, name: &str, alias: Option<u64>, datatype: u32) {
        let part = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        self.parts.push(name.into());
        let entry = Entry {
            meaning: Meaning::Parts(part),
            datatype,
        };
        self.insert(name, alias, entry);
    }

    /// Name of a metric that has parts.
    pub(crate) fn part(&self, part: u32) -> &str {
        self.parts.get(part as usize).map_or("", |name| name)
    }

    /// Keeps the definition of a template under the name that instances refer to it by.
    pub(crate) fn define(&mut self, name: &str, definition: Definition) {
        self.definitions
            .insert(reference(name).into(), Arc::new(definition));
    }

    /// The definition of the template that an instance refers to.
    pub(crate) fn definition(&self, name: &str) -> Option<Arc<Definition>> {
        self.definitions.get(reference(name)).cloned()
    }

    /// How many metrics were added, with the members of templates.
    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether one of the metrics added since there were `len` is a signal.
    pub(crate) fn signals_since(&self, len: usize) -> bool {
        let mut added = self.entries.iter().skip(len);
        added.any(|entry| entry.meaning != Meaning::Control)
    }

    /// Metrics whose type is known here and is another one in `later`: name, type here, type there.
    pub(crate) fn retyped<'t>(
        &'t self,
        later: &'t Table,
    ) -> impl Iterator<Item = (&'t str, u32, u32)> {
        later.by_name.iter().filter_map(|(name, number)| {
            let (now, was) = (later.entries.get(*number as usize)?, self.by_name(name)?);
            let changed = was.datatype != now.datatype && was.datatype != 0 && now.datatype != 0;
            changed.then_some((&**name, was.datatype, now.datatype))
        })
    }

    /// Name of the metric with an alias. Slow: for reports.
    pub(crate) fn name_of(&self, entry: Entry) -> Option<&str> {
        let is_it = |number: &u32| self.entries.get(*number as usize) == Some(&entry);
        let (name, _) = self.by_name.iter().find(|(_, number)| is_it(number))?;
        Some(name)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<Entry> {
        self.by_name
            .get(name)
            .and_then(|number| self.entries.get(*number as usize))
            .copied()
    }

    #[inline]
    pub(crate) fn by_alias(&self, alias: u64) -> Option<Entry> {
        let place = usize::try_from(alias.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let slot = match self.direct.get(place) {
            Some(slot) => Some(slot),
            None if self.hashed.is_empty() => None,
            None => self.hashed.get(&alias),
        };
        match slot {
            Some(Slot::Entry(number)) => self.entries.get(*number as usize).copied(),
            _ => None,
        }
    }

    /// Whether there is a birth at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many of its metrics are signals; an instance of a template is none itself, its members are.
    pub(crate) fn signals(&self) -> u32 {
        let signals = self
            .by_name
            .values()
            .filter_map(|number| self.entries.get(*number as usize));
        u32::try_from(
            signals
                .filter(|entry| {
                    entry.meaning != Meaning::Control && entry.datatype != DataType::Template as u32
                })
                .count(),
        )
        .unwrap_or(u32::MAX)
    }
}

/// Definitions are metrics below `_types_/`; instances refer to them with and without it.
fn reference(name: &str) -> &str {
    name.strip_prefix("_types_/").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(address: u32) -> Entry {
        Entry {
            meaning: Meaning::Signal(AddressIx(address)),
            datatype: 9,
        }
    }

    #[test]
    fn near_and_far_aliases_lead_to_their_metric() {
        for aliases in [
            vec![0, 65_535, 65_536, u64::MAX],
            vec![7],
            (0..100).map(|n| 1_000_000 + n * 16).collect(),
            (0..100).map(|n| u64::MAX - n).collect(),
        ] {
            let mut table = Table::default();
            for (number, alias) in aliases.iter().enumerate() {
                table.insert(&format!("m{number}"), Some(*alias), entry(number as u32));
            }
            table.finish();
            for (number, alias) in aliases.iter().enumerate() {
                assert_eq!(
                    table.by_alias(*alias),
                    Some(entry(number as u32)),
                    "{alias}"
                );
            }
            assert_eq!((table.by_alias(1), table.by_alias(70_000)), (None, None));
            assert!(table.direct.len() <= 16 * aliases.len() + 1_024);
        }
    }

    #[test]
    fn an_alias_of_two_metrics_leads_nowhere() {
        let mut table = Table::default();
        table.insert("a", Some(1), entry(0));
        table.insert("b", Some(1), entry(1));
        table.insert("c", Some(2), entry(2));
        table.insert("c", Some(2), entry(3));
        table.finish();
        assert_eq!(table.by_alias(1), None);
        assert_eq!(
            table.by_alias(2),
            Some(entry(3)),
            "the same name twice is one metric"
        );
        assert_eq!(table.by_name("b"), Some(entry(1)));
        assert_eq!(table.signals(), 3);
    }
}
