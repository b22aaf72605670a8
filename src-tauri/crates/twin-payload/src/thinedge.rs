//! thin-edge.io: topics `te/<four levels that name an entity>/<channel>/…` (MQTT API reference).
//!
//! Measurements, events and alarms are JSON at their topic. An alarm of the device becomes signals - its severity, its
//! text, whether it is raised - and never an alarm here.

use std::{collections::HashMap, sync::Arc};

use twin_core::Timestamp;

use crate::{
    bare,
    convention::Convention,
    describe::{self, Texts, availability, described, keep, too_many},
    description::{Description, Point, Presence, UnitVocabulary},
    json::{Flat, TimeNames},
    message::Message,
    observations::Cell,
    plain::{self, Shape},
    reader::{Context, Reader},
    reject::Reject,
    stamp::Stamp,
    tree::{Node, Tree},
};

/// Levels of an entity's topic, `te` included.
const ENTITY_LEVELS: usize = 5;
/// The service whose health is that of its device unless registered otherwise.
const AGENT: &str = "tedge-agent";
/// Whether an alarm is raised.
const ACTIVE: &str = "active";

/// Reads thin-edge.io.
#[derive(Debug, Default)]
pub(crate) struct ThinEdge {
    /// Devices by the service whose health is theirs, as registered.
    health: HashMap<Arc<str>, Arc<str>>,
    kept: usize,
    tree: Tree,
}

/// What a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Topic<'t> {
    /// `te/<four levels>`.
    source: &'t str,
    channel: Channel<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel<'t> {
    Registration,
    /// Values, also those of an event, at the message's topic.
    Values,
    /// Units of the values on this topic.
    Meta(&'t str),
    Alarm,
    /// Something that the entity is, under this key.
    Twin(&'t str),
    Health,
    /// Commands, signals, configuration.
    Information,
    /// No channel of the convention.
    Other,
}

impl<'t> Topic<'t> {
    fn of(topic: &'t str) -> Option<Topic<'t>> {
        let mut ends = topic.match_indices('/').map(|(at, _)| at);
        if !topic.starts_with("te/") {
            return None;
        }
        let Some(end) = ends.nth(ENTITY_LEVELS - 1) else {
            let whole = topic.split('/').count() == ENTITY_LEVELS;
            return whole.then_some(Topic {
                source: topic,
                channel: Channel::Registration,
            });
        };
        let source = topic.get(..end)?;
        let rest = topic.get(end + 1..)?;
        let (name, kind) = rest.split_once('/').unwrap_or((rest, ""));
        let meta = rest.strip_suffix("/meta").and(topic.strip_suffix("/meta"));
        let channel = match (name, meta) {
            ("m", Some(values)) => Channel::Meta(values),
            ("m" | "e", None) => Channel::Values,
            ("a", None) => Channel::Alarm,
            ("twin", _) => Channel::Twin(kind),
            ("status", _) if kind == "health" => Channel::Health,
            ("cmd" | "signal" | "config", _) | ("e" | "a", Some(_)) => Channel::Information,
            _ => Channel::Other,
        };
        Some(Topic { source, channel })
    }
}

impl Reader for ThinEdge {
    fn convention(&self) -> Convention {
        Convention::ThinEdge
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        Topic::of(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let Some(topic) = Topic::of(message.topic) else {
            return Ok(());
        };
        context.source(topic.source)?;
        match topic.channel {
            Channel::Registration => self.registration(topic.source, message, context),
            Channel::Values | Channel::Other => {
                plain::read(message, TimeNames::TIME, context).map(drop)
            }
            Channel::Meta(values) => self.meta(topic.source, values, message, context),
            Channel::Alarm => alarm(message, context),
            Channel::Twin(key) => twin(topic.source, key, message, context),
            Channel::Health => self.health(topic.source, message, context),
            Channel::Information => Ok(()),
        }
    }
}

impl ThinEdge {
    /// A retained message on an entity's own topic says what it is; an empty one, that it is no more.
    fn registration(
        &mut self,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let mut description = Description::new(source, Convention::ThinEdge, message);
        if !describe::document(message.payload, context.limits, &mut self.tree)? {
            description.gone = true;
            self.forget(source);
            described(description, context);
            return Ok(());
        }
        let root = self.tree.root().filter(|root| root.is_object());
        let Some(root) = root.filter(|root| root.text_of("@type").is_some()) else {
            return plain::read(message, TimeNames::TIME, context).map(drop);
        };
        let mut texts = Texts::new(context.limits);
        description.name = texts.maybe(root.text_of("name").or(root.text_of("@id")));
        description.model = texts.maybe(root.text_of("type"));
        let parent = match root.text_of("@parent") {
            Some(parent) => Some(entity(parent)),
            None => parent_of(source, root.text_of("@type")),
        };
        description.parent = parent.and_then(|parent| texts.of(&parent));
        let health = root.text_of("@health").map(entity);
        context.skip(texts.skipped);
        self.forget_and_keep(source, health, context)?;
        described(description, context);
        Ok(())
    }

    fn forget(&mut self, device: &str) {
        self.health.retain(|_, of| **of != *device);
        let kept = self
            .health
            .iter()
            .map(|(service, of)| service.len() + of.len());
        self.kept = kept.sum();
    }

    fn forget_and_keep(
        &mut self,
        device: &str,
        service: Option<String>,
        context: &Context<'_>,
    ) -> Result<(), Reject> {
        let Some(service) = service else {
            self.forget(device);
            return Ok(());
        };
        keep(self.kept, 0, service.len() + device.len(), context.limits)?;
        if self.health.len() >= context.limits.sources {
            return Err(too_many(context.limits));
        }
        self.forget(device);
        self.kept += service.len() + device.len();
        self.health.insert(service.into(), device.into());
        Ok(())
    }

    /// Units of values: `{"flow":{"unit":"l/min"}}`, or `{"units":{"flow":"l/min"}}` as first designed.
    fn meta(
        &mut self,
        source: &str,
        values: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        if !describe::document(message.payload, context.limits, &mut self.tree)? {
            return Ok(());
        }
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        let mut texts = Texts::new(context.limits);
        let mut description = Description::new(source, Convention::ThinEdge, message);
        for member in root.children() {
            if let ("units", true) = (member.key(), member.is_object()) {
                for unit in member.children() {
                    let written = unit.text();
                    put(
                        &mut description,
                        values,
                        (unit.key(), written, unit),
                        &mut texts,
                    );
                }
            }
            if member.is_object() && member.text_of("unit").is_some() {
                let written = member.text_of("unit");
                put(
                    &mut description,
                    values,
                    (member.key(), written, member),
                    &mut texts,
                );
            }
        }
        context.skip(texts.skipped);
        if !description.points.is_empty() {
            described(description, context);
        }
        Ok(())
    }

    fn health(
        &mut self,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let shape = plain::read(message, TimeNames::TIME, context)?;
        let text = bare::text(message.payload)?;
        let said = |(path, value): (&str, Cell<'_>)| match (path, value) {
            ("status", Cell::Text("up")) => Some(Presence::Online),
            ("status", Cell::Text("down")) => Some(Presence::Offline),
            _ => None,
        };
        // The broker's own bridges say 1 and 0.
        let presence = match text {
            "1" | "up" => Some(Presence::Online),
            "0" | "down" => Some(Presence::Offline),
            _ if shape == Shape::Json => {
                let mut values = context.flat.values();
                values.find_map(|value| said((value.path, value.value)))
            }
            _ => None,
        };
        let Some(presence) = presence else {
            return Ok(());
        };
        availability(source, presence, message, context);
        let mut levels = source.split('/').skip(1);
        let usual = (levels.next(), levels.next(), levels.next(), levels.next());
        if let Some(device) = self.health.get(source) {
            availability(device, presence, message, context);
        } else if let (Some("device"), Some(device), Some("service"), Some(AGENT)) = usual {
            let device = format!("te/device/{device}//");
            if !self.health.values().any(|other| **other == *device) {
                availability(&device, presence, message, context);
            }
        }
        Ok(())
    }
}

fn put(
    description: &mut Description,
    topic: &str,
    (path, unit, member): (&str, Option<&str>, Node<'_>),
    texts: &mut Texts<'_>,
) {
    let Some(address) = texts.address(topic, path) else {
        return;
    };
    let ends = (member.number_of("min"), member.number_of("max"));
    let point = Point {
        address,
        name: texts.of(path),
        unit: texts.unit(unit, UnitVocabulary::Written),
        range: ends
            .0
            .zip(ends.1)
            .map(|(least, greatest)| [least, greatest]),
        description: texts.maybe(member.text_of("description")),
        ..Point::default()
    };
    texts.put(&mut description.points, point);
}

/// The source of an entity that is named by its topic without `te/`; empty levels at its end may be left out.
fn entity(name: &str) -> String {
    let missing = (ENTITY_LEVELS - 1).saturating_sub(name.split('/').count());
    format!("te/{name}{}", "/".repeat(missing))
}

/// A service belongs to the device in its topic, a child device to the main one.
fn parent_of(source: &str, kind: Option<&str>) -> Option<String> {
    let mut levels = source.split('/').skip(1);
    let named = (levels.next(), levels.next(), levels.next());
    match (kind?, named) {
        ("service", (Some("device"), Some(device), Some("service"))) => {
            Some(format!("te/device/{device}//"))
        }
        ("service" | "child-device", _) => Some("te/device/main//".to_owned()),
        _ => None,
    }
}

/// An alarm lasts until an empty message takes it back.
fn alarm(message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
    let text = bare::text(message.payload)?;
    let raised = !text.is_empty();
    let mut time: Option<Timestamp> = None;
    if raised {
        context.flat.read(text, context.limits, TimeNames::TIME)?;
        time = context.flat.values().find_map(|value| value.time);
        context.flat_rows(message.topic, message, |path| path != ACTIVE)?;
    }
    let stamp = Stamp::of(time, message);
    context.row((message.topic, ACTIVE), Cell::Bool(raised), &stamp)
}

/// What an entity is: a signal, and for its name and type a description too.
fn twin(
    source: &str,
    key: &str,
    message: &Message<'_>,
    context: &mut Context<'_>,
) -> Result<(), Reject> {
    plain::read(message, TimeNames::TIME, context)?;
    let text = bare::text(message.payload)?.trim_matches('"');
    let mut texts = Texts::new(context.limits);
    let mut description = Description::new(source, Convention::ThinEdge, message);
    match key {
        "name" => description.name = texts.of(text),
        "type" => description.model = texts.of(text),
        "c8y_Firmware" | "firmware" | "c8y_Hardware" => {
            if !text.starts_with('{') {
                return Ok(());
            }
            context.flat.read(text, context.limits, TimeNames::TIME)?;
            plate(key, context.flat, &mut texts, &mut description);
        }
        _ => return Ok(()),
    }
    context.skip(texts.skipped);
    described(description, context);
    Ok(())
}

/// The fragments of Cumulocity by which agents tell what they run on.
fn plate(key: &str, flat: &Flat, texts: &mut Texts<'_>, description: &mut Description) {
    for value in flat.values() {
        let Cell::Text(text) = value.value else {
            continue;
        };
        match (key, value.path) {
            ("c8y_Hardware", "model") => description.model = texts.of(text),
            ("c8y_Hardware", "revision") => description.plate.hardware = texts.of(text),
            ("c8y_Hardware", "serialNumber") => description.plate.serial = texts.of(text),
            (_, "version") => description.version = texts.of(text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let main = "te/device/main//";
        for (topic, channel) in [
            ("te/device/main//", Some(Channel::Registration)),
            ("te/device/main///m/", Some(Channel::Values)),
            ("te/device/main///m/env", Some(Channel::Values)),
            (
                "te/device/main///m/env/meta",
                Some(Channel::Meta("te/device/main///m/env")),
            ),
            ("te/device/main///e/login", Some(Channel::Values)),
            ("te/device/main///a/hot", Some(Channel::Alarm)),
            ("te/device/main///twin/name", Some(Channel::Twin("name"))),
            ("te/device/main///status/health", Some(Channel::Health)),
            ("te/device/main///cmd/restart/1", Some(Channel::Information)),
            ("te/device/main///signal/sync", Some(Channel::Information)),
            ("te/device/main///config", Some(Channel::Information)),
            ("te/device/main///x/y", Some(Channel::Other)),
            ("te/device/main/", None),
            ("tea/device/main///m/x", None),
        ] {
            let found = Topic::of(topic);
            assert_eq!(found.map(|topic| topic.channel), channel, "{topic}");
            assert!(found.is_none_or(|topic| topic.source == main));
        }
    }

    #[test]
    fn parents_follow_from_topics() {
        let service = Some("service");
        let of = |source, kind| parent_of(source, kind);
        let child = Some("te/device/child//".to_owned());
        let main = Some("te/device/main//".to_owned());
        assert_eq!(of("te/device/child/service/x", service), child);
        assert_eq!(of("te/factory/a/b/c", service), main);
        assert_eq!(of("te/device/child//", Some("child-device")), main);
        assert_eq!(of("te/device/main//", Some("device")), None);
        assert_eq!(entity("device/child"), "te/device/child//");
        assert_eq!(entity("device/child//"), "te/device/child//");
    }
}
