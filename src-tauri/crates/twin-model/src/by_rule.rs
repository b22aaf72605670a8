//! The assets that mapping rules make of what was heard.

use std::collections::{BTreeMap, HashMap, HashSet, btree_map::Entry};

use twin_core::{AssetId, ConnectionId};

use crate::{
    mapper::{Mapped, Mapper},
    mapping::MAPPED_ASSETS_MAX,
    plant::{Asset, Plant},
};

/// Most assets of a rule that are named to people.
const NAMED_MAX: usize = 20;

/// What the rules of a plant make of what was heard. Never written into the plant file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByRule {
    /// The assets, in the order in which they were first heard.
    pub assets: Vec<Asset>,
    /// What each rule made, in the order of the file.
    pub rules: Vec<RuleMade>,
}

/// What a rule made.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleMade {
    /// Id of the rule.
    pub id: String,
    /// The connection it listens to.
    pub connection: ConnectionId,
    /// How many assets it made.
    pub assets: usize,
    /// How many addresses feed signals by it.
    pub signals: usize,
    /// The first assets it made, at most 20.
    pub first: Vec<AssetId>,
    /// Addresses of assets that it could not make, because it has made [`MAPPED_ASSETS_MAX`].
    pub beyond: usize,
    /// Addresses whose signal has another address already, or whose asset is of another type or connection.
    pub clashes: usize,
    /// The first of those addresses, and the signal it would have fed.
    pub first_clash: Option<(String, String)>,
}

impl Plant {
    /// What the rules make of these addresses of connections. An address that an asset of the plant file names, and one
    /// that discovery ignores, is left out. The order counts: of two addresses for one signal the first gets it.
    pub fn by_rule<'h>(
        &self,
        heard: impl IntoIterator<Item = (&'h ConnectionId, &'h str)>,
    ) -> ByRule {
        let mapper = Mapper::new(self);
        let signals = self.signals();
        let named: HashSet<(&ConnectionId, &str)> = signals
            .iter()
            .filter_map(|signal| Some((&signal.connection, signal.address.as_deref()?)))
            .collect();
        let ignored = self.discovery.ignored();
        let mut maker = Maker::new(self);
        for (connection, address) in heard {
            if named.contains(&(connection, address)) || ignored.covers(address) {
                continue;
            }
            if let Some(mapped) = mapper.resolve(connection, address) {
                maker.add(connection, address, mapped);
            }
        }
        maker.made
    }

    /// The plant with these assets behind its own.
    #[must_use]
    pub fn with(&self, made: &ByRule) -> Plant {
        let mut plant = self.clone();
        plant.assets.extend_from_slice(&made.assets);
        plant
    }
}

struct Maker {
    made: ByRule,
    rules: HashMap<String, usize>,
    assets: HashMap<AssetId, usize>,
}

impl Maker {
    fn new(plant: &Plant) -> Maker {
        let rules = plant.mappings.iter().map(|rule| RuleMade {
            id: rule.id.clone(),
            connection: rule.connection.clone(),
            assets: 0,
            signals: 0,
            first: Vec::new(),
            beyond: 0,
            clashes: 0,
            first_clash: None,
        });
        let made = ByRule {
            assets: Vec::new(),
            rules: rules.collect(),
        };
        let ids = made.rules.iter().zip(0..);
        Maker {
            rules: ids.map(|(rule, at)| (rule.id.clone(), at)).collect(),
            made,
            assets: HashMap::new(),
        }
    }

    fn add(&mut self, connection: &ConnectionId, address: &str, mapped: Mapped) {
        let rule = self.rules.get(&mapped.mapping).copied();
        let Some(rule) = rule.and_then(|at| self.made.rules.get_mut(at)) else {
            return;
        };
        let at = match self.assets.get(&mapped.asset) {
            Some(at) => *at,
            None if rule.assets >= MAPPED_ASSETS_MAX => {
                rule.beyond += 1;
                return;
            }
            None => {
                rule.assets += 1;
                if rule.first.len() < NAMED_MAX {
                    rule.first.push(mapped.asset.clone());
                }
                let at = self.made.assets.len();
                self.assets.insert(mapped.asset.clone(), at);
                self.made.assets.push(Asset {
                    id: mapped.asset.clone(),
                    name: mapped.name,
                    area: mapped.place.unwrap_or_default(),
                    type_id: mapped.type_id.clone(),
                    connection: connection.clone(),
                    source: None,
                    sources: BTreeMap::new(),
                    papers: Vec::new(),
                });
                at
            }
        };
        let Some(asset) = self.made.assets.get_mut(at) else {
            return;
        };
        let is_alike = asset.connection == *connection && asset.type_id == mapped.type_id;
        match asset.sources.entry(mapped.signal) {
            Entry::Vacant(free) if is_alike => {
                free.insert(address.to_owned());
                rule.signals += 1;
            }
            Entry::Occupied(known) if is_alike && known.get() == address => {}
            entry => {
                rule.clashes += 1;
                let signal = || format!("{}/{}", asset.id, entry.key());
                rule.first_clash
                    .get_or_insert_with(|| (address.to_owned(), signal()));
            }
        }
    }
}
