//! Which addresses belong to one asset: what sources say of themselves first, then what their convention says of its
//! topics, then the shape of topics.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use twin_payload::{Convention, Description, Point};

use crate::{
    heard::Heard,
    ledger::Ledger,
    place::{Place, by_convention, coap_device, local, parts},
    shape::Shapes,
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

/// What is known of the connection of a ledger.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About<'a> {
    /// Its name, when it is one device that speaks CoAP.
    pub coap: Option<&'a str>,
}

/// Everything in a ledger that is wanted, as groups by key.
pub(crate) fn group<'l>(
    ledger: &'l Ledger,
    about: About<'l>,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Group<'l>> {
    let said = Said::of(ledger);
    let shapes = Shapes::of(ledger);
    let mut groups: HashMap<Cow<'l, str>, Group<'l>> = HashMap::new();
    for heard in ledger.heard().filter(|heard| is_wanted(&heard.address)) {
        let claim = said.claims.get(&*heard.address).copied();
        let owner = claim.map(|(description, _)| description);
        let owner = owner.or_else(|| said.owner_of_topic(heard));
        let place = match owner {
            Some(description) => Place::of(&*description.source, &description.source),
            None => place_of(heard, about, &shapes),
        };
        let local = local(heard.convention, &heard.address, &place);
        let entry = entry(&mut groups, &place);
        if let Some(description) = owner {
            join(entry, description);
        }
        entry.is_guessed &= place.is_guessed;
        entry.members.push(Member {
            address: &heard.address,
            heard: Some(heard),
            point: claim.map(|(_, point)| point),
            local,
        });
    }
    for (&address, &(description, point)) in &said.claims {
        if said.heard.contains(address) || !is_wanted(address) {
            continue;
        }
        let place = Place::of(&*description.source, &description.source);
        let local = local(description.convention, address, &place);
        let entry = entry(&mut groups, &place);
        join(entry, description);
        entry.is_guessed = false;
        entry.members.push(Member {
            address,
            heard: None,
            point: Some(point),
            local,
        });
    }
    let mut groups: Vec<Group<'l>> = groups.into_values().collect();
    groups.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    for group in &mut groups {
        group.members.sort_by_key(|member| member.address);
    }
    groups
}

fn entry<'g, 'l>(
    groups: &'g mut HashMap<Cow<'l, str>, Group<'l>>,
    place: &Place<'l>,
) -> &'g mut Group<'l> {
    let begin = || Group {
        key: place.key.clone().into_owned(),
        name: place.name.to_owned(),
        above: place
            .above
            .split('/')
            .filter(|level| !level.is_empty())
            .map(str::to_owned)
            .collect(),
        is_guessed: place.is_guessed,
        ..Group::default()
    };
    groups.entry(place.key.clone()).or_insert_with(begin)
}

fn join<'l>(group: &mut Group<'l>, description: &'l Description) {
    let is_known = |known: &&Description| std::ptr::eq(*known, description);
    if !group.descriptions.iter().any(is_known) {
        group.descriptions.push(description);
    }
}

/// Where an address stands that no source speaks of.
fn place_of<'l>(heard: &'l Heard, about: About<'l>, shapes: &Shapes<'l>) -> Place<'l> {
    let (topic, path) = parts(&heard.address);
    if let Some((name, device)) = about.coap.zip(coap_device(topic)) {
        return Place {
            key: Cow::Borrowed(device),
            name,
            above: "",
            is_guessed: false,
        };
    }
    by_convention(heard.convention, topic, path).unwrap_or_else(|| shapes.place(heard))
}

type Claim<'l> = (&'l Description, &'l Point);

/// What sources say of addresses and topics.
struct Said<'l> {
    /// Every address that is described and heard.
    heard: HashSet<&'l str>,
    /// Who describes which address. Where two do, the convention that also reads the values counts for the asset: Home
    /// Assistant's discovery topics speak of what other conventions send.
    claims: BTreeMap<&'l str, Claim<'l>>,
    /// Who describes something of a topic, when it is one source alone, and by which convention its values come.
    topics: HashMap<&'l str, Option<&'l Description>>,
}

impl<'l> Said<'l> {
    fn of(ledger: &'l Ledger) -> Said<'l> {
        let points = ledger.descriptions().flat_map(|of| &of.points);
        let described: HashSet<&str> = points.map(|point| &*point.address).collect();
        let readers: HashMap<&str, Convention> = ledger
            .heard()
            .filter(|heard| described.contains(&*heard.address))
            .map(|heard| (&*heard.address, heard.convention))
            .collect();
        let mut claims: BTreeMap<&str, Claim<'_>> = BTreeMap::new();
        let mut topics: HashMap<&str, Option<&Description>> = HashMap::new();
        let mut owns = |topic: &'l str, description: &'l Description| {
            let owner = topics.entry(topic).or_insert(Some(description));
            if owner.is_some_and(|owner| owner.source != description.source) {
                *owner = None;
            }
        };
        for description in ledger.descriptions() {
            if description.points.is_empty() {
                owns(&description.topic, description);
            }
            for point in &description.points {
                let address = &*point.address;
                let reads = readers.get(address) == Some(&description.convention);
                if reads || !claims.contains_key(address) {
                    claims.insert(address, (description, point));
                }
            }
        }
        for (&address, &(description, _)) in &claims {
            owns(parts(address).0, description);
        }
        Said {
            heard: readers.keys().copied().collect(),
            claims,
            topics,
        }
    }

    /// The source that speaks of other addresses of the topic, where the convention does not tell devices apart by
    /// anything else.
    fn owner_of_topic(&self, heard: &Heard) -> Option<&'l Description> {
        let (topic, path) = parts(&heard.address);
        if by_convention(heard.convention, topic, path).is_some() {
            return None;
        }
        self.topics.get(topic).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use twin_core::{Quality, SampleRef, SignalKey, Timestamp, ValueKind};

    use super::*;
    use crate::{heard::Sighting, ledger::LedgerLimits};

    fn ledger(addresses: &[(&str, Convention)]) -> Ledger {
        let mut ledger = Ledger::new(LedgerLimits::default());
        for (number, (address, convention)) in addresses.iter().enumerate() {
            let sighting = Sighting {
                number: number as u32,
                sample: SampleRef {
                    signal: SignalKey(0),
                    time: Timestamp(0),
                    kind: ValueKind::F64,
                    bits: 1.0_f64.to_bits(),
                    quality: Quality::GOOD,
                    text: None,
                },
                received: Timestamp(0),
                convention: *convention,
            };
            ledger.note(sighting, || *address);
        }
        ledger
    }

    fn shape(addresses: &[(&str, Convention)]) -> Vec<(String, Vec<String>)> {
        group(&ledger(addresses), About::default(), |_| true)
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
            &[("g/n", &["x"]), ("g/n/d", &["a/b", "c"])],
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
