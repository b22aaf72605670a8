//! What a bridge tells of itself, its devices and its groups.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    exposes,
    network::{Device, Listed, Network},
    presence::presence,
    topic::{BASE, Part, Topic, last_levels},
};
use crate::{
    convention::Convention,
    describe::{self, Texts, availability, described, too_many},
    description::{Description, Plate, Presence},
    json::Flat,
    message::Message,
    reader::Context,
    reject::{Reject, RejectKind},
    tree::{Node, Tree},
};

/// Most base topics that are learned. Bridges on further ones are refused.
const BASES_MAX: usize = 64;

/// Whether a message on any topic can only be of a zigbee2mqtt bridge.
pub(super) fn introduces(message: &Message<'_>) -> bool {
    let holds = |word: &str| {
        let bytes = word.as_bytes();
        message
            .payload
            .windows(bytes.len())
            .any(|found| found == bytes)
    };
    let begins = |with: &[u8]| message.payload.trim_ascii_start().starts_with(with);
    match last_levels(message.topic, 2).map(|topic| topic.part) {
        Some(Part::Devices) => {
            begins(b"[") && holds("\"ieee_address\"") && holds("\"friendly_name\"")
        }
        Some(Part::Info) => begins(b"{") && holds("\"coordinator\"") && holds("\"version\""),
        _ => false,
    }
}

/// One entry of a list of a bridge.
struct Entry {
    source: Arc<str>,
    digest: u64,
    description: Description,
}

/// Takes what a bridge tells of itself or of its devices.
///
/// # Errors
/// It is not what a bridge says on this topic, or there are too many bridges or devices.
pub(super) fn read(
    network: &mut Network,
    tree: &mut Tree,
    topic: Topic<'_>,
    (message, context): (&Message<'_>, &mut Context<'_>),
) -> Result<(), Reject> {
    if !describe::document(message.payload, context.limits, tree)? {
        return Ok(());
    }
    let Some(root) = tree.root() else {
        return Ok(());
    };
    let fits = if topic.part == Part::Info {
        root.is_object()
    } else {
        root.is_array()
    };
    if !fits {
        let detail = "not what a zigbee2mqtt bridge says there";
        return Err(Reject::new(RejectKind::Description, detail));
    }
    let learns = topic.base != BASE && !network.bases.contains_key(topic.base);
    if learns && network.bases.len() >= BASES_MAX {
        return Err(too_many(context.limits));
    }
    let mut texts = Texts::new(context.limits);
    let listed = match topic.part {
        Part::Devices => Listed::Devices,
        Part::Groups => Listed::Groups,
        _ => Listed::Nowhere,
    };
    if listed == Listed::Nowhere {
        described(info(root, topic.base, message, &mut texts), context);
    } else {
        let entries = root.children();
        let entries = entries.filter_map(|node| entry(node, topic.base, message, &mut texts));
        let entries: Vec<Entry> = entries.collect();
        list(network, topic.base, (listed, entries), (message, context))?;
    }
    context.skip(texts.skipped);
    if learns {
        network.base(topic.base);
        catch_up(network, topic.base, message, context);
        context.owners_changed();
    }
    Ok(())
}

/// Takes a list: says what is new in it or was changed, and what is in it no more.
fn list(
    network: &mut Network,
    base: &str,
    (listed, entries): (Listed, Vec<Entry>),
    (message, context): (&Message<'_>, &mut Context<'_>),
) -> Result<(), Reject> {
    let none = BTreeMap::new();
    let known = network.bases.get(base).map_or(&none, |base| &base.devices);
    let news = entries
        .iter()
        .filter(|entry| !known.contains_key(&entry.source));
    if network.devices + news.count() > context.limits.sources {
        return Err(too_many(context.limits));
    }
    let mut gone: BTreeSet<Arc<str>> = known
        .iter()
        .filter(|(_, device)| device.listed == listed)
        .map(|(source, _)| Arc::clone(source))
        .collect();
    for entry in entries {
        gone.remove(&entry.source);
        let of = network.bases.get(base);
        let is_known = of.is_some_and(|base| base.devices.contains_key(&entry.source));
        let device = network.note(base, &entry.source, context.limits)?;
        let is_news = device.listed != listed || device.digest != entry.digest;
        *device = Device {
            listed,
            digest: entry.digest,
            ..*device
        };
        if is_news {
            described(entry.description, context);
        }
        if !is_known && network.is_gone(base) {
            availability(&entry.source, Presence::Offline, message, context);
        }
    }
    let base = network.base(base);
    for source in &gone {
        base.devices.remove(source);
        availability(source, Presence::Offline, message, context);
        let description = Description {
            gone: true,
            ..Description::new(Arc::clone(source), Convention::Zigbee2mqtt, message)
        };
        described(description, context);
    }
    network.devices = network.devices.saturating_sub(gone.len());
    Ok(())
}

/// Takes what was heard of a base before it was known.
fn catch_up(network: &mut Network, base: &str, message: &Message<'_>, context: &mut Context<'_>) {
    let mut flat = Flat::default();
    let mut state = None;
    for (topic, word) in context.heard.all() {
        let Some(topic) = topic
            .strip_prefix(base)
            .filter(|rest| rest.starts_with('/'))
            .and_then(|_| Topic::of(base, topic))
        else {
            continue;
        };
        let Ok(Some(presence)) = presence(word, context.limits, &mut flat) else {
            continue;
        };
        match topic.part {
            Part::State => state = Some(presence),
            Part::Availability(source) => {
                if let Ok(device) = network.note(base, source, context.limits) {
                    device.presence = Some(presence);
                }
            }
            _ => {}
        }
    }
    let bridge = format!("{base}/bridge");
    if let Some(state) = state {
        availability(&bridge, state, message, context);
    }
    let base = network.base(base);
    base.presence = state.or(base.presence);
    for (source, device) in &base.devices {
        let presence = match state {
            Some(Presence::Offline) => Some(Presence::Offline),
            _ => device.presence,
        };
        if let Some(presence) = presence {
            availability(source, presence, message, context);
        }
    }
}

fn info(root: Node<'_>, base: &str, message: &Message<'_>, texts: &mut Texts<'_>) -> Description {
    let source = format!("{base}/bridge");
    Description {
        name: texts.of(base),
        maker: Some("zigbee2mqtt".into()),
        model: texts.maybe(root.at_path("coordinator.type").and_then(Node::text)),
        version: texts.maybe(root.text_of("version")),
        plate: Plate {
            network: texts.maybe(
                root.at_path("coordinator.ieee_address")
                    .and_then(Node::text),
            ),
            ..Plate::default()
        },
        ..Description::new(source, Convention::Zigbee2mqtt, message)
    }
}

/// None for the coordinator, which is the bridge itself, and for what has no name.
fn entry(
    node: Node<'_>,
    base: &str,
    message: &Message<'_>,
    texts: &mut Texts<'_>,
) -> Option<Entry> {
    let name = node.text_of("friendly_name")?;
    if node.text_of("type") == Some("Coordinator") {
        return None;
    }
    let source = format!("{base}/{name}");
    if source.len() > texts.limits().address_bytes {
        texts.skipped += 1;
        return None;
    }
    let mut description = Description::new(source, Convention::Zigbee2mqtt, message);
    let definition = node.get("definition").filter(|node| node.is_object());
    let defined = |key: &str| definition.and_then(|definition| definition.text_of(key));
    description.name = texts.of(name);
    description.parent = Some(format!("{base}/bridge").into());
    description.maker = texts.maybe(defined("vendor").or(node.text_of("manufacturer")));
    description.model = texts.maybe(defined("model").or(node.text_of("model_id")));
    description.version = texts.maybe(node.text_of("software_build_id"));
    description.plate.network = texts.maybe(node.text_of("ieee_address"));
    description.plate.power = texts.maybe(node.text_of("power_source"));
    if let Some(exposes) = definition.and_then(|definition| definition.get("exposes")) {
        let source = Arc::clone(&description.source);
        exposes::points(exposes, (&source, ""), texts, &mut description.points);
    }
    Some(Entry {
        source: Arc::clone(&description.source),
        digest: node.fingerprint(),
        description,
    })
}
