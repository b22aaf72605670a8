//! Which addresses belong to one asset: what sources say of themselves first, then the shape of topics.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use twin_payload::{Convention, Description, Point};

use crate::{
    ledger::{Heard, Ledger},
    names::{is_carrier, is_quantity},
};

/// Addresses that look like one asset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group<'l> {
    /// What tells it from others on its connection.
    pub key: String,
    /// What the asset is called in the topic.
    pub name: String,
    /// Topic levels above the asset, the outermost first.
    pub above: Vec<String>,
    /// What sources say of it.
    pub descriptions: Vec<&'l Description>,
    /// Its signals.
    pub members: Vec<Member<'l>>,
    /// Whether its bounds were guessed from the shape of topics.
    pub is_guessed: bool,
}

/// One signal of a group: heard, described or both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'l> {
    /// Where its values come from.
    pub address: &'l str,
    /// What was heard of it.
    pub heard: Option<&'l Heard>,
    /// What its source says of it.
    pub point: Option<&'l Point>,
    /// The part of the address that names it within the asset.
    pub local: &'l str,
}

/// Splits an address at its first `#`: MQTT topics have none.
pub(crate) fn parts(address: &str) -> (&str, &str) {
    address.split_once('#').unwrap_or((address, ""))
}

/// Everything in a ledger as groups, by key.
pub(crate) fn group(ledger: &Ledger) -> Vec<Group<'_>> {
    let claims = claims(ledger);
    let shapes = Shapes::of(ledger);
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for heard in ledger.heard() {
        let address = &*heard.address;
        let claimed = claims.get(address).copied();
        let owner = claimed.map(|(description, _)| description);
        let place = match owner {
            Some(description) => Place::of_source(&description.source),
            None => shapes.place(heard),
        };
        let entry = groups
            .entry(place.key.to_owned())
            .or_insert_with(|| place.begin());
        if let Some(description) = owner {
            join(entry, description);
        }
        entry.is_guessed &= owner.is_none();
        entry.members.push(Member {
            address,
            heard: Some(heard),
            point: claimed.map(|(_, point)| point),
            local: local_part(address, place.key),
        });
    }
    for (address, (description, point)) in &claims {
        let place = Place::of_source(&description.source);
        let entry = groups
            .entry(place.key.to_owned())
            .or_insert_with(|| place.begin());
        join(entry, description);
        entry.is_guessed = false;
        if entry
            .members
            .iter()
            .all(|member| member.address != *address)
        {
            entry.members.push(Member {
                address,
                heard: None,
                point: Some(point),
                local: local_part(address, place.key),
            });
        }
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    for group in &mut groups {
        group.members.sort_by_key(|member| member.address);
    }
    groups
}

fn join<'l>(group: &mut Group<'l>, description: &'l Description) {
    let is_known = |known: &&Description| std::ptr::eq(*known, description);
    if !group.descriptions.iter().any(is_known) {
        group.descriptions.push(description);
    }
}

type Claim<'l> = (&'l Description, &'l Point);

/// Who describes which address. Where two do, the convention that also reads the values counts for the asset: Home
/// Assistant's discovery topics speak of what other conventions send.
fn claims(ledger: &Ledger) -> BTreeMap<&str, Claim<'_>> {
    let readers: HashMap<&str, Convention> = ledger
        .heard()
        .map(|heard| (&*heard.address, heard.convention))
        .collect();
    let mut claims: BTreeMap<&str, Claim<'_>> = BTreeMap::new();
    for description in ledger.descriptions() {
        for point in &description.points {
            let address = &*point.address;
            let reads = readers.get(address) == Some(&description.convention);
            if reads || !claims.contains_key(address) {
                claims.insert(address, (description, point));
            }
        }
    }
    claims
}

/// Where an asset stands in topics.
#[derive(Clone, Copy, Debug)]
struct Place<'l> {
    key: &'l str,
    name: &'l str,
    above: &'l str,
    is_guessed: bool,
}

impl<'l> Place<'l> {
    fn of_source(source: &'l Arc<str>) -> Place<'l> {
        let (above, name) = source.rsplit_once('/').unwrap_or(("", source));
        Place {
            key: source,
            name,
            above,
            is_guessed: false,
        }
    }

    fn begin(self) -> Group<'l> {
        Group {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            above: self
                .above
                .split('/')
                .filter(|level| !level.is_empty())
                .map(str::to_owned)
                .collect(),
            is_guessed: self.is_guessed,
            ..Group::default()
        }
    }
}

/// What topics look like as a whole: told before any one of them is judged.
#[derive(Debug, Default)]
struct Shapes<'l> {
    /// Paths heard under each topic.
    paths: HashMap<&'l str, BTreeSet<&'l str>>,
    /// Topics right below each level.
    children: HashMap<&'l str, BTreeSet<&'l str>>,
}

impl<'l> Shapes<'l> {
    fn of(ledger: &'l Ledger) -> Shapes<'l> {
        let mut shapes = Shapes::default();
        for heard in ledger.heard() {
            let (topic, path) = parts(&heard.address);
            shapes.paths.entry(topic).or_default().insert(path);
            if let Some((parent, _)) = topic.rsplit_once('/') {
                shapes.children.entry(parent).or_default().insert(topic);
            }
        }
        shapes
    }

    fn place(&self, heard: &'l Heard) -> Place<'l> {
        let (topic, path) = parts(&heard.address);
        match heard.convention {
            Convention::SparkplugB | Convention::Zigbee2mqtt => told(topic),
            Convention::ChirpStack => told(chirpstack_device(topic)),
            Convention::Uns => self.place_of_value(topic),
            _ if path == "value" => self.place_of_value(topic),
            _ => self.place_of_object(topic),
        }
    }

    /// A topic of one value is a signal: the asset stands above it. But in `temperature/room-1` the last level is the
    /// asset and the one above it the signal.
    fn place_of_value(&self, topic: &'l str) -> Place<'l> {
        let Some((parent, leaf)) = topic.rsplit_once('/') else {
            return guessed(topic);
        };
        let above = parent.rsplit('/').next().unwrap_or(parent);
        if is_quantity(above) && !is_quantity(leaf) {
            return Place {
                key: leaf,
                name: leaf,
                above: parent.rsplit_once('/').map_or("", |(above, _)| above),
                is_guessed: true,
            };
        }
        guessed(without_carrier(parent))
    }

    /// A topic of several values is an asset, unless it is one of several unlike parts of one.
    fn place_of_object(&self, topic: &'l str) -> Place<'l> {
        let asset = without_carrier(topic);
        if asset != topic {
            return guessed(asset);
        }
        let Some((parent, _)) = topic.rsplit_once('/') else {
            return guessed(topic);
        };
        let siblings = self.children.get(parent).map_or(0, BTreeSet::len);
        if siblings > 1 && parent.contains('/') && self.are_parts(parent) {
            return guessed(parent);
        }
        guessed(topic)
    }

    /// Whether the topics below a level say different things, so that they are parts of one asset: no path is common
    /// to two of them, and none says much.
    fn are_parts(&self, parent: &str) -> bool {
        let Some(children) = self.children.get(parent) else {
            return false;
        };
        let mut seen = BTreeSet::new();
        children.iter().all(|child| {
            let paths = self.paths.get(child);
            paths.is_some_and(|paths| {
                paths.len() <= 4 && paths.iter().all(|path| seen.insert(*path))
            })
        })
    }
}

fn told(topic: &str) -> Place<'_> {
    Place {
        is_guessed: false,
        ..guessed(topic)
    }
}

fn guessed(topic: &str) -> Place<'_> {
    let (above, name) = topic.rsplit_once('/').unwrap_or(("", topic));
    Place {
        key: topic,
        name,
        above,
        is_guessed: true,
    }
}

/// The topic without last levels that only say how a message came.
fn without_carrier(topic: &str) -> &str {
    let mut topic = topic;
    while let Some((parent, leaf)) = topic.rsplit_once('/') {
        if !is_carrier(leaf) || parent.is_empty() {
            break;
        }
        topic = parent;
    }
    topic
}

/// `application/<id>/device/<EUI>` of an event's topic.
fn chirpstack_device(topic: &str) -> &str {
    topic
        .split_once("/event/")
        .map_or(topic, |(device, _)| device)
}

/// The part of an address that names a signal within its asset: the path, with the levels between asset and path before
/// it. For a value whose asset stands last in the topic, the level above.
fn local_part<'l>(address: &'l str, key: &str) -> &'l str {
    let (topic, path) = parts(address);
    if let Some(rest) = address
        .strip_prefix(key)
        .and_then(|rest| rest.strip_prefix(['/', '#']))
    {
        return match rest.strip_suffix("#value") {
            Some(rest) if !rest.is_empty() => rest,
            _ => rest,
        };
    }
    if path == "value" {
        let mut levels = topic.rsplit('/');
        levels.next();
        return levels.next().unwrap_or(topic);
    }
    path
}

#[cfg(test)]
mod tests {
    use twin_core::{Timestamp, ValueKind};

    use super::*;
    use crate::ledger::{LedgerLimits, Sighting};

    fn ledger(addresses: &[(&str, Convention)]) -> Ledger {
        let mut ledger = Ledger::new(LedgerLimits::default());
        for (number, (address, convention)) in addresses.iter().enumerate() {
            let sighting = Sighting {
                number: number as u32,
                kind: ValueKind::F64,
                number_value: Some(1.0),
                text: None,
                received: Timestamp(0),
                convention: *convention,
            };
            ledger.note(sighting, || address);
        }
        ledger
    }

    fn shape(addresses: &[(&str, Convention)]) -> Vec<(String, Vec<String>)> {
        group(&ledger(addresses))
            .into_iter()
            .map(|group| {
                let locals = group.members.iter().map(|m| m.local.to_owned());
                (group.key.clone(), locals.collect())
            })
            .collect()
    }

    fn is(found: Vec<(String, Vec<String>)>, expected: &[(&str, &[&str])]) {
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(key, locals)| {
                let locals = locals.iter().map(|local| (*local).to_owned());
                ((*key).to_owned(), locals.collect())
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sparkplug_names_its_devices() {
        let s = Convention::SparkplugB;
        is(
            shape(&[
                ("spBv1.0/g/n/d#a/b", s),
                ("spBv1.0/g/n#x", s),
                ("spBv1.0/g/n/d#c", s),
            ]),
            &[("spBv1.0/g/n", &["x"]), ("spBv1.0/g/n/d", &["a/b", "c"])],
        );
    }

    #[test]
    fn objects_are_assets_and_carriers_are_not() {
        let j = Convention::Json;
        is(
            shape(&[
                ("plant/hall/pump-1#flow", j),
                ("plant/hall/pump-1#speed", j),
                ("plant/hall/pump-2#flow", j),
                ("fleet/truck/telemetry#speed", j),
                ("fleet/truck/status#fuel", j),
            ]),
            &[
                ("fleet/truck", &["status#fuel", "telemetry#speed"]),
                ("plant/hall/pump-1", &["flow", "speed"]),
                ("plant/hall/pump-2", &["flow"]),
            ],
        );
    }

    #[test]
    fn unlike_topics_are_parts_of_one_asset() {
        let j = Convention::Json;
        is(
            shape(&[
                ("site/pump/motor#current", j),
                ("site/pump/bearing#vibration", j),
            ]),
            &[("site/pump", &["bearing#vibration", "motor#current"])],
        );
    }

    #[test]
    fn single_values_are_signals() {
        let b = Convention::Bare;
        is(
            shape(&[
                ("site/tank/level#value", b),
                ("site/tank/inlet/flow#value", b),
                ("site/temperature/room-1#value", b),
            ]),
            &[
                ("room-1", &["temperature"]),
                ("site/tank", &["level"]),
                ("site/tank/inlet", &["flow"]),
            ],
        );
    }
}
