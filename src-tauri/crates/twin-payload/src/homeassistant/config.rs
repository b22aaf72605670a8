//! What a configuration message says: of one entity, or of a device with all of its entities.

use std::sync::Arc;

use super::{
    entity::Entity,
    names::Options,
    topic::Topic,
    watch::{Mode, Watch, watches},
};
use crate::{
    convention::Convention,
    describe::Texts,
    description::{Description, Plate},
    message::Message,
    tree::Node,
};

/// Options that a device may state once for all of its entities.
const SHARED: &[&str] = &[
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "payload_available",
    "payload_not_available",
    "state_topic",
    "~",
];

/// A configuration.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) description: Description,
    /// Topics on which values come.
    pub(super) topics: Vec<Arc<str>>,
    pub(super) mode: Mode,
    pub(super) watches: Vec<Watch>,
}

/// Reads the configuration on a topic.
pub(super) fn read(
    root: Node<'_>,
    topic: Topic<'_>,
    message: &Message<'_>,
    texts: &mut Texts<'_>,
) -> Config {
    let options = Options::of(root);
    let device = options.inside("device");
    let id = device.as_ref().and_then(identifier);
    let source = id.map_or_else(
        || format!("homeassistant/{}/{}", topic.component, topic.object),
        |id| format!("homeassistant/{id}"),
    );
    let source = if source.len() > texts.limits().address_bytes {
        texts.skipped += 1;
        format!("homeassistant/{}/{}", topic.component, topic.object)
    } else {
        source
    };
    let mut description = Description::new(source, Convention::HomeAssistant, message);
    if let Some(device) = &device {
        description.name = texts.maybe(device.text("name"));
        description.maker = texts.maybe(device.text("manufacturer"));
        description.model = texts.maybe(device.text("model"));
        description.version = texts.maybe(device.text("sw_version"));
        description.plate = plate(device, texts);
        let via = device
            .text("via_device")
            .map(|id| format!("homeassistant/{id}"));
        description.parent = via.and_then(|via| texts.of(&via));
    }
    let mut config = Config {
        description,
        topics: vec![],
        mode: Mode::default(),
        watches: vec![],
    };
    let components = options
        .get("components")
        .filter(|_| topic.component == "device");
    match components {
        Some(components) => {
            config.watch(&options, &options, texts);
            for component in components.children().filter(|child| child.is_object()) {
                let mut own = Options::of(component);
                let platform = own.text("platform").unwrap_or_default();
                // With nothing but its sort it exists no more.
                if own.all().count() < 2 {
                    continue;
                }
                own.share(&options, SHARED);
                config.add(platform, (&own, component.key()), texts);
            }
        }
        None => {
            config.add(topic.component, (&options, topic.object), texts);
            if device.is_none() {
                config.description.name = texts.maybe(options.text("name"));
            }
        }
    }
    config
}

impl Config {
    fn add(&mut self, component: &str, (options, id): (&Options<'_>, &str), texts: &mut Texts<'_>) {
        let entity = Entity {
            component,
            name: options.text("name").or(Some(id)),
            options,
            base: options.text("~").unwrap_or_default(),
        };
        entity.points(texts, (&mut self.description.points, &mut self.topics));
        self.watch(options, options, texts);
    }

    fn watch(&mut self, options: &Options<'_>, base: &Options<'_>, texts: &mut Texts<'_>) {
        let base = base.text("~").unwrap_or_default();
        let (mode, found) = watches(options, base, texts);
        if !found.is_empty() {
            self.mode = mode;
        }
        for watch in found {
            if !self.watches.iter().any(|known| known.topic == watch.topic) {
                self.watches.push(watch);
            }
        }
    }
}

/// What stands on the plate; the address is that of its first connection, such as `mac`.
fn plate(device: &Options<'_>, texts: &mut Texts<'_>) -> Plate {
    let connection = device
        .get("connections")
        .and_then(|all| all.children().next());
    let address = connection.and_then(|pair| pair.children().filter_map(Node::text).nth(1));
    Plate {
        hardware: texts.maybe(device.text("hw_version")),
        serial: texts.maybe(device.text("serial_number")),
        network: texts.maybe(address),
        power: None,
    }
}

/// What names a device for ever: its first identifier, else its first connection.
fn identifier(device: &Options<'_>) -> Option<String> {
    let fits = |id: &&str| !id.is_empty() && !id.chars().any(char::is_control);
    let first = |node: Node<'_>| match node.is_array() {
        true => node
            .children()
            .next()
            .and_then(Node::text)
            .map(str::to_owned),
        false => node.text().map(str::to_owned),
    };
    let named = device.get("identifiers").and_then(first);
    let connected = || {
        let connection = device.get("connections")?.children().next()?;
        let mut parts = connection.children().filter_map(Node::text);
        Some(format!("{}:{}", parts.next()?, parts.next()?))
    };
    named.or_else(connected).filter(|id| fits(&id.as_str()))
}
