//! What to leave alone so that proposals are gone and nothing else is.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Bound,
};

use twin_core::ConnectionId;
use twin_model::{Ignored, Plant, topic};

use crate::{error::Error, place::parts, proposal::Proposal};

/// More entries for one proposal are no list that a person would read.
const ENTRIES_MAX: usize = 100;

/// Entries of `[discovery] ignore` that cover all addresses of these proposals, and neither those of another one on their
/// connections nor those of assets of the plant that runs, of whatever connection: whole levels or topics where nothing
/// else comes below or on them and no mapping rule listens, else single addresses. `written` is what of the plant stands
/// in the plant file.
///
/// # Errors
/// [`Error::Shared`], [`Error::Fed`] and [`Error::Scattered`] when there are no such.
pub fn filters(
    refused: &[&Proposal],
    all: &[Proposal],
    plant: &Plant,
    written: &Plant,
) -> Result<BTreeSet<String>, Error> {
    let kept = Kept::of(refused, all, plant, written);
    let mut entries = BTreeSet::new();
    for proposal in refused {
        entries.extend(kept.entries(proposal)?);
    }
    Ok(entries)
}

/// By how much of a topic something else is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Nothing that feeds a signal is covered.
    Whole,
    /// Nothing that a mapping rule made is covered. What the plant file names feeds its signal, whatever is left alone.
    Rules,
}

/// What is not to be left alone, by topic: there may be as many as addresses, so they are looked up.
struct Kept<'p> {
    /// Other proposals.
    proposals: HashMap<&'p ConnectionId, BTreeMap<&'p str, &'p Proposal>>,
    /// Topics of assets of the plant file.
    written: BTreeMap<String, String>,
    /// Topics of assets that mapping rules made.
    made: BTreeMap<String, String>,
    /// Addresses of those assets.
    addresses: HashMap<String, String>,
    /// Topic filters of mapping rules: they may make more assets.
    rules: Vec<String>,
}

impl<'p> Kept<'p> {
    fn of(
        refused: &[&'p Proposal],
        all: &'p [Proposal],
        plant: &Plant,
        written: &Plant,
    ) -> Kept<'p> {
        let mut kept = Kept {
            proposals: HashMap::new(),
            written: BTreeMap::new(),
            made: BTreeMap::new(),
            addresses: HashMap::new(),
            rules: plant.mappings.iter().map(|rule| rule.topics()).collect(),
        };
        let ids: HashSet<&str> = refused.iter().map(|of| of.id.as_str()).collect();
        for proposal in refused {
            kept.proposals.entry(&proposal.connection).or_default();
        }
        for other in all.iter().filter(|of| !ids.contains(of.id.as_str())) {
            if let Some(on) = kept.proposals.get_mut(&other.connection) {
                on.extend(topics(other).map(|topic| (topic, other)));
            }
        }
        let own: HashSet<&str> = written.assets.iter().map(|of| of.id.as_str()).collect();
        for signal in plant.signals() {
            let Some(address) = signal.address else {
                continue;
            };
            let asset = signal.asset.to_string();
            let topic = parts(&address).0.to_owned();
            if own.contains(signal.asset.as_str()) {
                kept.written.insert(topic, asset);
            } else {
                kept.made.insert(topic, asset.clone());
                kept.addresses.insert(address, asset);
            }
        }
        kept
    }

    fn entries(&self, proposal: &Proposal) -> Result<BTreeSet<String>, Error> {
        let exact = self.entries_with(proposal, Care::Whole)?;
        if exact.len() <= ENTRIES_MAX {
            return Ok(exact);
        }
        let fewer = self.entries_with(proposal, Care::Rules)?;
        if fewer.len() <= ENTRIES_MAX {
            return Ok(fewer);
        }
        Err(Error::Scattered {
            name: proposal.asset.name.clone(),
            entries: fewer.len(),
        })
    }

    fn entries_with(&self, proposal: &Proposal, care: Care) -> Result<BTreeSet<String>, Error> {
        let topics: BTreeSet<&str> = topics(proposal).collect();
        if topics.len() > 1
            && let Some(level) = common_level(&topics)
            && self.is_free_below(proposal, level, care)
        {
            return Ok(BTreeSet::from([format!("{level}/#")]));
        }
        let mut entries = BTreeSet::new();
        let mut free: HashMap<&str, bool> = HashMap::new();
        for signal in &proposal.signals {
            let address = &*signal.address;
            let (topic, _) = parts(address);
            let is_free = free
                .entry(topic)
                .or_insert_with(|| self.is_free(proposal, topic, care));
            if *is_free {
                entries.insert(topic.to_owned());
                continue;
            }
            if let Some(asset) = self.addresses.get(address) {
                return Err(Error::Fed {
                    name: proposal.asset.name.clone(),
                    address: address.to_owned(),
                    asset: asset.clone(),
                });
            }
            if !Ignored::is_address(address) {
                return Err(Error::Shared {
                    name: proposal.asset.name.clone(),
                    other: self.other(proposal, topic),
                    topic: topic.to_owned(),
                });
            }
            entries.insert(address.to_owned());
        }
        Ok(entries)
    }

    /// Whether nothing else comes on a topic, nor will by a rule.
    fn is_free(&self, proposal: &Proposal, topic: &str, care: Care) -> bool {
        let others = self.proposals.get(&proposal.connection);
        !others.is_some_and(|others| others.contains_key(topic))
            && !self.made.contains_key(topic)
            && (care == Care::Rules || !self.written.contains_key(topic))
            && !self.rules.iter().any(|rule| topic::overlap(rule, topic))
    }

    /// The same of a level and all below it.
    fn is_free_below(&self, proposal: &Proposal, level: &str, care: Care) -> bool {
        let others = self.proposals.get(&proposal.connection);
        let filter = format!("{level}/#");
        !others.is_some_and(|others| has_below(others, level))
            && !has_below(&self.made, level)
            && (care == Care::Rules || !has_below(&self.written, level))
            && !self.rules.iter().any(|rule| topic::overlap(rule, &filter))
    }

    /// What else comes on a topic.
    fn other(&self, proposal: &Proposal, topic: &str) -> String {
        let others = self.proposals.get(&proposal.connection);
        let other = others.and_then(|others| others.get(topic));
        let asset = || self.made.get(topic).or_else(|| self.written.get(topic));
        let name = other.map(|other| &other.asset.name).or_else(asset);
        name.cloned().unwrap_or_default()
    }
}

fn topics(proposal: &Proposal) -> impl Iterator<Item = &str> {
    let signals = proposal.signals.iter();
    signals.map(|signal| parts(&signal.address).0)
}

/// Whether `level/#` covers one of these topics.
fn has_below<K: Ord + Borrow<str>, V>(topics: &BTreeMap<K, V>, level: &str) -> bool {
    let begin = format!("{level}/");
    let mut behind = topics.range::<str, _>((Bound::Included(begin.as_str()), Bound::Unbounded));
    topics.contains_key(level)
        || behind
            .next()
            .is_some_and(|(topic, _)| topic.borrow().starts_with(&begin))
}

/// Whether `level/#` covers a topic.
fn lies_below(topic: &str, level: &str) -> bool {
    let rest = topic.strip_prefix(level);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The levels that all topics begin with. Of a sorted set the first and the last have the least in common.
fn common_level<'t>(topics: &BTreeSet<&'t str>) -> Option<&'t str> {
    let (mut level, last) = (*topics.first()?, *topics.last()?);
    while !lies_below(last, level) {
        (level, _) = level.rsplit_once('/')?;
    }
    (!level.is_empty()).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_level_is_a_whole_level() {
        let level = |topics: &[&'static str]| common_level(&topics.iter().copied().collect());
        assert_eq!(level(&["a/b/c", "a/b/d"]), Some("a/b"));
        assert_eq!(level(&["a/b", "a/b/d", "a/b/e"]), Some("a/b"));
        assert_eq!(level(&["a/bc", "a/bd"]), Some("a"));
        assert_eq!(level(&["a", "b"]), None);
        assert_eq!(level(&["/a", "/b"]), None);
    }
}
