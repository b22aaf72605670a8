//! Types for proposals: that of the asset, one of the plant file that fits, or a new one shared by all that are alike.

use std::collections::{BTreeSet, HashMap};

use twin_core::said;
use twin_model::{AssetType, Plant, SignalDef};

use crate::{
    evidence::{Evidence, Ground},
    ids::Ids,
    names::slug,
    place::{last_level, parts},
    proposal::{Choice, Proposal, ProposedAsset},
    signal::{NO_NAME, ProposedSignal},
};

/// A type of the plant file fits when so many of an asset's signals are its own, or of its signals the asset's, in
/// percent.
const FITS_PERCENT: usize = 80;
/// Of a type with fewer signals too many assets have all.
const FEW: usize = 2;

/// What makes two assets of one type: the same signals, called alike, in the same units.
type Signature = BTreeSet<(String, String, String)>;

/// A signal of a type: the type's place in the file, the signal's id and its unit.
type Like = (usize, String, String);

/// The types of a plant, found by their signals.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    /// Which types have a signal of this id and unit, by their place in the file.
    by_signal: HashMap<(String, String), Vec<usize>>,
    /// Which signal of which type, in which unit, comes from addresses with this end: what a person once called so is
    /// called so again.
    by_end: HashMap<String, BTreeSet<Like>>,
}

impl Kinds {
    /// Those of a plant.
    pub(crate) fn of(plant: &Plant) -> Kinds {
        let mut kinds = Kinds::default();
        let mut at: HashMap<&str, usize> = HashMap::new();
        let mut units: HashMap<(usize, &str), &str> = HashMap::new();
        for (index, kind) in plant.types.iter().enumerate() {
            at.insert(&kind.id, index);
            for signal in &kind.signals {
                units.insert((index, &signal.id), &signal.unit);
                let key = (signal.id.clone(), signal.unit.clone());
                kinds.by_signal.entry(key).or_default().push(index);
            }
        }
        for asset in &plant.assets {
            let Some(index) = at.get(asset.type_id.as_str()) else {
                continue;
            };
            for (signal, address) in &asset.sources {
                if let Some(unit) = units.get(&(*index, signal.as_str())) {
                    let ends = kinds.by_end.entry(end(address).to_owned()).or_default();
                    ends.insert((*index, signal.clone(), (*unit).to_owned()));
                }
            }
        }
        kinds
    }

    /// Gives every proposal its type, and its signals the ids that they have in it.
    pub(crate) fn name(&self, proposals: &mut [Proposal], plant: &Plant) {
        let mut made: HashMap<Signature, Choice> = HashMap::new();
        let mut ids = Ids::of(plant.types.iter().map(|kind| kind.id.clone()));
        for proposal in proposals {
            let existing = proposal.asset.existing.as_ref();
            if let Some(asset) = existing.and_then(|id| plant.asset(id.as_str())) {
                if let Some(kind) = plant.asset_type(&asset.type_id) {
                    proposal.asset.kind = choice(kind);
                    fit(&mut proposal.signals, kind, |id| {
                        asset.address(id).is_some()
                    });
                }
                continue;
            }
            if let Some(kind) = self.fitting(&proposal.signals, plant) {
                self.call_as_before(&mut proposal.signals, kind, plant);
                proposal.asset.kind = choice(kind);
                fit(&mut proposal.signals, kind, |_| false);
                let text = said!(
                    "evidence-type",
                    "its signals are those of the type \"{name}\"",
                    name = &*kind.name
                );
                let topic = proposal.signals.first().map_or("", |signal| {
                    let (topic, _) = parts(&signal.address);
                    topic
                });
                let evidence = Evidence::new(Ground::Seen, text, topic);
                proposal.evidence.push(evidence);
                continue;
            }
            separate(&mut proposal.signals);
            let signals = proposal.signals.iter();
            let signature = signals
                .map(|of| (of.id.clone(), of.name.clone(), of.unit.clone()))
                .collect();
            let kind = made.entry(signature).or_insert_with(|| {
                let name = type_name(&proposal.asset);
                let id = ids.take(&slug(&name, "type"));
                Choice {
                    id,
                    name,
                    exists: false,
                }
            });
            proposal.asset.kind = kind.clone();
        }
    }

    /// The type that most of the signals are signals of.
    fn fitting<'p>(&self, signals: &[ProposedSignal], plant: &'p Plant) -> Option<&'p AssetType> {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for signal in signals {
            let key = (signal.id.clone(), signal.unit.clone());
            let by_signal = self.by_signal.get(&key).into_iter().flatten().copied();
            let by_signal = by_signal.filter(|_| says_something(&signal.id));
            let ends = self.by_end.get(end(&signal.address)).into_iter().flatten();
            let by_end = ends
                .filter(|like| is_like(signal, like))
                .map(|(index, ..)| *index);
            let types: BTreeSet<usize> = by_signal.chain(by_end).collect();
            for index in types {
                *counts.entry(index).or_default() += 1;
            }
        }
        let is_most = |count: usize, of: usize| count * 100 >= of * FITS_PERCENT;
        let fits = counts.into_iter().filter(|(index, count)| {
            let of_type = plant.types.get(*index).map_or(0, |kind| kind.signals.len());
            is_most(*count, signals.len()) || *count >= FEW && is_most(*count, of_type)
        });
        let (best, _) = fits.max_by_key(|(index, count)| (*count, std::cmp::Reverse(*index)))?;
        plant.types.get(best)
    }

    /// Signals take the ids that a person gave to their like in other assets of the type.
    fn call_as_before(&self, signals: &mut [ProposedSignal], kind: &AssetType, plant: &Plant) {
        for signal in signals {
            let ends = self.by_end.get(end(&signal.address)).into_iter().flatten();
            let mut like = ends.filter(|like| {
                let of = plant.types.get(like.0);
                of.is_some_and(|of| of.id == kind.id) && is_like(signal, like)
            });
            if let Some((_, id, _)) = like.next().filter(|_| like.next().is_none()) {
                signal.id.clone_from(id);
            }
        }
    }
}

/// Whether a signal of a type could be this one: a unit that nobody knows may be any.
fn is_like(signal: &ProposedSignal, (_, _, unit): &Like) -> bool {
    signal.unit.is_empty() || signal.unit == *unit
}

/// The end of an address, by which signals of like assets are told: the path, or of a bare value the last level.
fn end(address: &str) -> &str {
    let (topic, path) = parts(address);
    if path == "value" {
        last_level(topic)
    } else {
        path
    }
}

fn choice(kind: &AssetType) -> Choice {
    Choice {
        id: kind.id.clone(),
        name: kind.name.clone(),
        exists: true,
    }
}

/// Signals that the type has are called as it calls them; the others get ids that it does not have.
fn fit(signals: &mut [ProposedSignal], kind: &AssetType, is_fed: impl Fn(&str) -> bool) {
    let mut ids = Ids::of(kind.signals.iter().map(|signal| signal.id.clone()));
    let mut defs: HashMap<&str, &SignalDef> = HashMap::new();
    defs.extend(kind.signals.iter().map(|def| (def.id.as_str(), def)));
    for signal in signals {
        let def = defs.get(signal.id.as_str()).filter(|def| {
            let unit_fits = signal.unit.is_empty() || signal.unit == def.unit;
            let name_fits = says_something(&def.id) || signal.name == def.name;
            unit_fits && name_fits && !is_fed(&def.id)
        });
        match def.copied() {
            Some(def) => {
                // No other signal is the same one.
                defs.remove(def.id.as_str());
                signal.name.clone_from(&def.name);
                signal.unit.clone_from(&def.unit);
                signal.role = def.role;
            }
            None => signal.id = ids.take(&signal.id),
        }
    }
}

/// Whether an id was made of a name, and not for want of letters.
fn says_something(id: &str) -> bool {
    let number = id.strip_prefix(NO_NAME);
    !number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit() || c == '-'))
}

fn separate(signals: &mut [ProposedSignal]) {
    let mut ids = Ids::default();
    for signal in signals {
        signal.id = ids.take(&signal.id);
    }
}

/// A model's name, else the asset's without its number.
fn type_name(asset: &ProposedAsset) -> String {
    let model = asset
        .model
        .as_ref()
        .filter(|model| !model.trim().is_empty());
    if let Some(model) = model {
        return model.clone();
    }
    let plain = asset
        .name
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '_'));
    if plain.is_empty() {
        asset.name.clone()
    } else {
        plain.to_owned()
    }
}
