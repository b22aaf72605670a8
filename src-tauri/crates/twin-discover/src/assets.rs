//! Assets of the plant file, found by the addresses of their signals.

use std::collections::{HashMap, HashSet};

use twin_core::{AssetId, ConnectionId};
use twin_model::Plant;
use twin_payload::Convention;

use crate::{
    group::Group,
    place::{by_convention, parts, without_carrier},
};

/// Addresses of one connection that feed signals.
#[derive(Debug, Default)]
struct Fed {
    addresses: HashSet<String>,
    /// Which asset a group with this key would be more of; none when several could be.
    keys: HashMap<String, Option<AssetId>>,
    /// Whose topic it is; none when it is of several.
    topics: HashMap<String, Option<AssetId>>,
}

/// The assets of a plant.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    connections: HashMap<ConnectionId, Fed>,
}

impl Assets {
    /// Those of a plant.
    pub(crate) fn of(plant: &Plant) -> Assets {
        let mut assets = Assets::default();
        for signal in plant.signals() {
            let Some(address) = signal.address else {
                continue;
            };
            let fed = assets.connections.entry(signal.connection).or_default();
            for key in keys(&address) {
                note(&mut fed.keys, key, &signal.asset);
            }
            let (topic, _) = parts(&address);
            note(&mut fed.topics, topic.to_owned(), &signal.asset);
            fed.addresses.insert(address);
        }
        assets
    }

    /// Whether an address feeds a signal.
    pub(crate) fn has(&self, connection: &ConnectionId, address: &str) -> bool {
        let fed = self.connections.get(connection);
        fed.is_some_and(|fed| fed.addresses.contains(address))
    }

    /// The asset that a group is more of: it stands at the same place in topics, or all its values come in messages with
    /// the asset's.
    pub(crate) fn of_group(&self, connection: &ConnectionId, group: &Group<'_>) -> Option<&str> {
        let fed = self.connections.get(connection)?;
        if let Some(asset) = fed.keys.get(&group.key) {
            return asset.as_ref().map(AssetId::as_str);
        }
        let convention = |member: &crate::group::Member<'_>| member.heard.map(|h| h.convention);
        let mut found: Option<&AssetId> = None;
        for member in &group.members {
            // Several publishers speak on one topic.
            if convention(member) == Some(Convention::OpcUaPubSub) {
                return None;
            }
            let (topic, _) = parts(member.address);
            let asset = fed.topics.get(topic)?.as_ref()?;
            if found.is_some_and(|found| found != asset) {
                return None;
            }
            found = Some(asset);
        }
        found.map(AssetId::as_str)
    }
}

fn note(of: &mut HashMap<String, Option<AssetId>>, key: String, asset: &AssetId) {
    let known = of.entry(key).or_insert_with(|| Some(asset.clone()));
    if known.as_ref().is_some_and(|known| known != asset) {
        *known = None;
    }
}

/// Every key that a group with this address could have: nothing says by which convention an address was read.
fn keys(address: &str) -> HashSet<String> {
    let (topic, path) = parts(address);
    let is_value = matches!(path.to_lowercase().as_str(), "value" | "val" | "v");
    let mut keys = HashSet::from([topic.to_owned(), without_carrier(topic).to_owned()]);
    if let Some((parent, _)) = topic.rsplit_once('/').filter(|_| is_value) {
        keys.insert(without_carrier(parent).to_owned());
    }
    for convention in Convention::ALL {
        // Of these any topic could be one.
        let could_be = match convention {
            Convention::Uns => is_value,
            Convention::Homie4 => is_value && topic.starts_with("homie/"),
            Convention::Homie5 => is_value && topic.split('/').nth(1) == Some("5"),
            _ => true,
        };
        if could_be {
            let place = by_convention(*convention, topic, path);
            keys.extend(place.map(|place| place.key.into_owned()));
        }
    }
    if let Some(device) = crate::place::coap_device(topic) {
        keys.insert(device.to_owned());
    }
    keys
}
