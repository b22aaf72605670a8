//! The plant as it becomes while one accepted thing after the other is taken.

use std::collections::{BTreeMap, HashMap, HashSet};

use twin_core::{AssetId, ConnectionId, Said, said};
use twin_model::{Asset, AssetType, Edit, Level, Place, Plant, SCORE_SIGNAL};

use crate::{
    accepted::{AcceptedAsset, AcceptedSignal, Change},
    defs::{as_proposed, choose_keys, def_of},
    error::{Error, Fault, Field},
    ids::Ids,
    names::is_id,
    refusal::{NAME_CHARS, long_name, no_id, other_name, other_unit, unheard},
    signal::ProposedSignal,
};

/// The plant as it would become.
pub(crate) struct Draft<'p> {
    plant: &'p Plant,
    /// Ids of assets that mapping rules made: they stand in no plant file.
    by_rule: HashSet<&'p str>,
    places: Vec<Place>,
    /// Types that are used, by id, and whether they are new or have changed.
    types: BTreeMap<String, (AssetType, bool)>,
    /// New assets, in the order of the acceptance.
    made: Vec<Asset>,
    /// Assets of the plant file that get signals, by id.
    joined: BTreeMap<String, Asset>,
    /// Which signal each address feeds.
    fed: HashMap<(ConnectionId, String), String>,
    signals: usize,
    faults: Vec<Fault>,
}

/// A signal's id and its address.
type Source = (String, String);

/// The asset that signals are put into.
struct Target {
    connection: ConnectionId,
    kind: String,
    /// Whether it is in the plant file.
    exists: bool,
    /// Its signals that have a source.
    fed: HashSet<String>,
}

impl<'p> Draft<'p> {
    /// Before anything was accepted; `made` are the assets of mapping rules.
    pub(crate) fn of(plant: &'p Plant, made: &'p [Asset]) -> Self {
        let signals = plant.signals().into_iter();
        let fed = signals.filter_map(|signal| {
            let id = signal.id.to_string();
            Some(((signal.connection, signal.address?), id))
        });
        Draft {
            plant,
            by_rule: made.iter().map(|asset| asset.id.as_str()).collect(),
            places: Vec::new(),
            types: BTreeMap::new(),
            made: Vec::new(),
            joined: BTreeMap::new(),
            fed: fed.collect(),
            signals: 0,
            faults: Vec::new(),
        }
    }

    /// Notes a fault.
    pub(crate) fn say(
        &mut self,
        proposal: &str,
        address: Option<&str>,
        field: Option<Field>,
        text: Said,
    ) {
        self.faults.push(Fault {
            proposal: proposal.to_owned(),
            address: address.map(Into::into),
            field,
            message: text,
        });
    }

    /// Takes an asset with its signals.
    pub(crate) fn take(&mut self, accepted: &AcceptedAsset<'_>) {
        let proposal = &*accepted.proposal.id;
        if !is_id(&accepted.id) {
            self.say(proposal, None, Some(Field::Id), no_id(&accepted.id));
            return;
        }
        if self.is_of_a_rule(&accepted.id) {
            let text = said!(
                "accept-of-rule",
                "\"{id}\" is an asset that a mapping rule made, and does not stand in the plant file: choose another id, such \
                 as \"{free}\".",
                id = &*accepted.id,
                free = self.free_id(&accepted.id)
            );
            self.say(proposal, None, Some(Field::Id), text);
            return;
        }
        let Some(mut target) = self.target(accepted) else {
            return;
        };
        if target.connection != accepted.proposal.connection {
            let text = said!(
                "accept-connection",
                "\"{id}\" is on the connection \"{connection}\", and an asset has one connection: choose another asset.",
                id = &*accepted.id,
                connection = target.connection.as_str()
            );
            self.say(proposal, None, Some(Field::Id), text);
            return;
        }
        let ticked = match &accepted.signals {
            Some(ticked) => ticked.clone(),
            None => accepted.proposal.signals.iter().map(as_proposed).collect(),
        };
        if ticked.is_empty() {
            let text = said!(
                "accept-no-signal",
                "No signal is ticked: tick one at least."
            );
            self.say(proposal, None, None, text);
        }
        self.take_signals(accepted, &mut target, &ticked);
    }

    /// The asset that an accepted one is or becomes.
    fn target(&mut self, accepted: &AcceptedAsset<'_>) -> Option<Target> {
        let id = accepted.id.as_str();
        let proposal = &*accepted.proposal.id;
        let known = self.plant.asset(id);
        match (accepted.exists, known) {
            (true, Some(asset)) => {
                let asset = self
                    .joined
                    .entry(id.to_owned())
                    .or_insert_with(|| asset.clone());
                let kind = self.plant.asset_type(&asset.type_id);
                let has = kind.into_iter().flat_map(|kind| &kind.signals);
                let has = has.filter(|def| asset.address(&def.id).is_some());
                let fed = has.map(|def| &def.id).chain(asset.sources.keys());
                return Some(Target {
                    connection: asset.connection.clone(),
                    kind: asset.type_id.clone(),
                    exists: true,
                    fed: fed.cloned().collect(),
                });
            }
            (true, None) => {
                let text = said!(
                    "accept-gone",
                    "There is no asset \"{id}\" any more: choose another one.",
                    id = id
                );
                self.say(proposal, None, Some(Field::Id), text);
                return None;
            }
            (false, Some(_)) => {
                let text = said!(
                    "accept-exists",
                    "There is already an asset \"{id}\": choose another id, or merge with it.",
                    id = id
                );
                self.say(proposal, None, Some(Field::Id), text);
                return None;
            }
            (false, None) => {}
        }
        let merged = self.made.iter().find(|asset| asset.id.as_str() == id);
        if let Some(asset) = merged {
            return Some(Target {
                connection: asset.connection.clone(),
                kind: asset.type_id.clone(),
                exists: false,
                fed: asset.sources.keys().cloned().collect(),
            });
        }
        let name = self.name(proposal, None, &accepted.name, id);
        let area = self.place(accepted);
        let kind = self.kind(accepted);
        let asset = Asset {
            id: AssetId::from(id),
            name,
            area: area?,
            type_id: kind.clone()?,
            connection: accepted.proposal.connection.clone(),
            source: None,
            sources: BTreeMap::new(),
            papers: Vec::new(),
        };
        self.made.push(asset);
        Some(Target {
            connection: accepted.proposal.connection.clone(),
            kind: kind?,
            exists: false,
            fed: HashSet::new(),
        })
    }

    fn is_of_a_rule(&self, id: &str) -> bool {
        self.by_rule.contains(id) && self.plant.asset(id).is_none()
    }

    /// An id like this one that no asset has.
    fn free_id(&self, id: &str) -> String {
        let assets = self.plant.assets.iter().chain(&self.made);
        let ids = assets.map(|asset| asset.id.as_str());
        let taken = ids.chain(self.by_rule.iter().copied());
        Ids::of(taken.map(str::to_owned)).take(id)
    }

    /// A name that a person gave, or the id when they gave none.
    fn name(&mut self, proposal: &str, address: Option<&str>, name: &str, id: &str) -> String {
        if name.chars().count() > NAME_CHARS {
            let text = long_name(id);
            self.say(proposal, address, Some(Field::Name), text);
        }
        if name.trim().is_empty() { id } else { name }.to_owned()
    }

    fn place(&mut self, accepted: &AcceptedAsset<'_>) -> Option<String> {
        let id = accepted.place.as_str();
        let proposal = &*accepted.proposal.id;
        if self.plant.place(id).is_some() || self.places.iter().any(|place| place.id == id) {
            return Some(id.to_owned());
        }
        if !is_id(id) {
            let text = if id.is_empty() {
                said!(
                    "accept-no-place",
                    "\"{id}\" has no place: choose one.",
                    id = &*accepted.id
                )
            } else {
                no_id(id)
            };
            self.say(proposal, None, Some(Field::Place), text);
            return None;
        }
        let name = self.name(proposal, None, &accepted.place_name, id);
        self.places.push(Place {
            id: id.to_owned(),
            name,
            level: Level::Area,
            parent: None,
        });
        Some(id.to_owned())
    }

    fn kind(&mut self, accepted: &AcceptedAsset<'_>) -> Option<String> {
        let id = accepted.kind.as_str();
        let proposal = &*accepted.proposal.id;
        if self.types.contains_key(id) || self.plant.asset_type(id).is_some() {
            return Some(id.to_owned());
        }
        if !is_id(id) {
            let text = if id.is_empty() {
                said!(
                    "accept-no-type",
                    "\"{id}\" has no type: choose one.",
                    id = &*accepted.id
                )
            } else {
                no_id(id)
            };
            self.say(proposal, None, Some(Field::Type), text);
            return None;
        }
        let kind = AssetType {
            id: id.to_owned(),
            name: self.name(proposal, None, &accepted.type_name, id),
            dtmi: None,
            model_file: None,
            running: None,
            signals: Vec::new(),
            model: None,
        };
        self.types.insert(id.to_owned(), (kind, true));
        Some(id.to_owned())
    }

    fn take_signals(
        &mut self,
        accepted: &AcceptedAsset<'_>,
        target: &mut Target,
        ticked: &[AcceptedSignal],
    ) {
        let known = self.types.remove(&target.kind);
        let existing = || {
            let kind = self.plant.asset_type(&target.kind)?;
            Some((kind.clone(), false))
        };
        let Some((mut kind, mut has_changed)) = known.or_else(existing) else {
            return;
        };
        let mut defs: HashMap<String, usize> = kind
            .signals
            .iter()
            .enumerate()
            .map(|(at, def)| (def.id.clone(), at))
            .collect();
        let proposed: HashMap<&str, &ProposedSignal> = accepted
            .proposal
            .signals
            .iter()
            .map(|signal| (&*signal.address, signal))
            .collect();
        let mut sources = Vec::new();
        for signal in ticked {
            let Some(proposed) = proposed.get(signal.address.as_str()) else {
                let text = unheard();
                let (proposal, address) = (&*accepted.proposal.id, Some(signal.address.as_str()));
                self.say(proposal, address, None, text);
                continue;
            };
            if let Some(fault) = self.fault_of(accepted, target, signal, &kind, &defs) {
                self.faults.push(fault);
                continue;
            }
            if !defs.contains_key(&signal.id) {
                defs.insert(signal.id.clone(), kind.signals.len());
                kind.signals.push(def_of(signal, proposed));
                has_changed = true;
            }
            sources.push(self.feed(&accepted.id, target, signal));
        }
        self.put_sources(&accepted.id, target, sources);
        self.types.insert(target.kind.clone(), (kind, has_changed));
    }

    /// What keeps a signal from being taken.
    fn fault_of(
        &self,
        accepted: &AcceptedAsset<'_>,
        target: &Target,
        signal: &AcceptedSignal,
        kind: &AssetType,
        defs: &HashMap<String, usize>,
    ) -> Option<Fault> {
        let id = &signal.id;
        let fault = |field, message| {
            Some(Fault {
                proposal: accepted.proposal.id.clone(),
                address: Some(signal.address.as_str().into()),
                field,
                message,
            })
        };
        if !is_id(id) {
            return fault(Some(Field::Id), no_id(id));
        }
        if id == SCORE_SIGNAL && kind.model.is_some() {
            let text = said!(
                "accept-score",
                "\"{id}\" is the score of the type's model: choose another id.",
                id = &**id
            );
            return fault(Some(Field::Id), text);
        }
        let feeds = (target.connection.clone(), signal.address.clone());
        if let Some(other) = self.fed.get(&feeds) {
            let text = said!(
                "accept-fed",
                "\"{address}\" feeds the signal \"{signal}\" already.",
                address = &*signal.address,
                signal = &**other
            );
            return fault(None, text);
        }
        if target.fed.contains(id) {
            let text = said!(
                "accept-id-taken",
                "\"{asset}\" has a signal \"{id}\" already: give this one an id of its own.",
                asset = &*accepted.id,
                id = &**id
            );
            return fault(Some(Field::Id), text);
        }
        if signal.name.chars().count() > NAME_CHARS || signal.unit.chars().count() > NAME_CHARS {
            let text = long_name(id);
            return fault(Some(Field::Name), text);
        }
        let def = kind.signals.get(*defs.get(id)?)?;
        if def.unit != signal.unit {
            let text = other_unit(&kind.name, id, &def.unit);
            return fault(Some(Field::Unit), text);
        }
        if !signal.name.trim().is_empty() && def.name != signal.name {
            let text = other_name(&kind.name, id, &def.name);
            return fault(Some(Field::Name), text);
        }
        None
    }

    /// Notes where a signal of an asset comes from.
    fn feed(&mut self, asset: &str, target: &mut Target, signal: &AcceptedSignal) -> Source {
        let feeds = (target.connection.clone(), signal.address.clone());
        self.fed.insert(feeds, format!("{asset}/{}", signal.id));
        target.fed.insert(signal.id.clone());
        self.signals += 1;
        (signal.id.clone(), signal.address.clone())
    }

    fn put_sources(&mut self, asset: &str, target: &Target, sources: Vec<Source>) {
        let of = if target.exists {
            self.joined.get_mut(asset)
        } else {
            self.made.iter_mut().find(|made| made.id.as_str() == asset)
        };
        if let Some(of) = of {
            of.sources.extend(sources);
        }
    }

    /// The changes.
    ///
    /// # Errors
    /// [`Error::Refused`] when anything was wrong.
    pub(crate) fn finish(self) -> Result<Change, Error> {
        if !self.faults.is_empty() {
            return Err(Error::Refused(self.faults));
        }
        let assets = self.made.len() + self.joined.len();
        let mut edits: Vec<Edit> = self.places.into_iter().map(Edit::PutPlace).collect();
        for (id, (mut kind, has_changed)) in self.types {
            if self.plant.asset_type(&id).is_none() {
                choose_keys(&mut kind);
            }
            if has_changed {
                edits.push(Edit::PutType(kind));
            }
        }
        let assets_to_put = self.joined.into_values().chain(self.made);
        edits.extend(assets_to_put.map(Edit::PutAsset));
        Ok(Change {
            edits,
            assets,
            signals: self.signals,
        })
    }
}
