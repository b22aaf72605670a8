//! zigbee2mqtt: what a topic means. The payloads are plain JSON.

use crate::{
    bare::{self, Payload},
    convention::Convention,
    description::Presence,
    json::TimeNames,
    message::Message,
    observations::{Cell, SourceEvent},
    plain,
    reader::{Context, Reader},
    reject::Reject,
};

/// The base topic that zigbee2mqtt uses unless told otherwise.
const BASE: &str = "zigbee2mqtt/";

/// Reads zigbee2mqtt.
#[derive(Debug, Default)]
pub(crate) struct Zigbee;

impl Reader for Zigbee {
    fn convention(&self) -> Convention {
        Convention::Zigbee2mqtt
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        route(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        match route(message.topic) {
            Some(ZigbeeTopic::Availability(source)) => availability(source, message, context),
            Some(ZigbeeTopic::Device(source)) => {
                context.source(source)?;
                plain::read(message, TimeNames::ZIGBEE, context).map(drop)
            }
            Some(ZigbeeTopic::Information) | None => Ok(()),
        }
    }
}

/// What a zigbee2mqtt topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZigbeeTopic<'t> {
    /// Values of the device with this source name, `zigbee2mqtt/<friendly name>`.
    Device(&'t str),
    /// Whether the device is there.
    Availability(&'t str),
    /// About the bridge itself, or a command to a device: no signals.
    Information,
}

/// None when the topic is not zigbee2mqtt's.
fn route(topic: &str) -> Option<ZigbeeTopic<'_>> {
    let rest = topic.strip_prefix(BASE)?;
    if rest == "bridge" || rest.starts_with("bridge/") {
        return Some(ZigbeeTopic::Information);
    }
    if let Some(source) = topic
        .strip_suffix("/availability")
        .filter(|source| source.len() > BASE.len())
    {
        return Some(ZigbeeTopic::Availability(source));
    }
    // `<name>/set`, `<name>/set/<attribute>`, and the same with `get`.
    if rest
        .split('/')
        .skip(1)
        .any(|level| matches!(level, "set" | "get"))
    {
        return Some(ZigbeeTopic::Information);
    }
    Some(ZigbeeTopic::Device(topic))
}

/// An availability payload is `online`, `offline`, or either under `state` in an object. Anything else says nothing.
fn availability(
    source: &str,
    message: &Message<'_>,
    context: &mut Context<'_>,
) -> Result<(), Reject> {
    let names = TimeNames::ZIGBEE;
    let presence = match bare::read(message.payload, context.limits, names, context.flat)? {
        Payload::Value(Cell::Text(text)) => presence(text),
        Payload::Json => {
            let mut values = context.flat.values();
            values.find_map(|value| match (value.path, value.value) {
                ("state" | "", Cell::Text(text)) => presence(text),
                _ => None,
            })
        }
        _ => None,
    };
    if let Some(presence) = presence {
        context.event(SourceEvent::Availability {
            source: source.into(),
            presence,
            at: message.received,
        });
    }
    Ok(())
}

fn presence(text: &str) -> Option<Presence> {
    match text {
        "online" => Some(Presence::Online),
        "offline" => Some(Presence::Offline),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        use ZigbeeTopic::{Availability, Device, Information};
        for (topic, meaning) in [
            ("zigbee2mqtt/room", Some(Device("zigbee2mqtt/room"))),
            (
                "zigbee2mqtt/hall/room",
                Some(Device("zigbee2mqtt/hall/room")),
            ),
            ("zigbee2mqtt/bridge/state", Some(Information)),
            ("zigbee2mqtt/bridge/devices", Some(Information)),
            ("zigbee2mqtt/bridges", Some(Device("zigbee2mqtt/bridges"))),
            (
                "zigbee2mqtt/hall/room/availability",
                Some(Availability("zigbee2mqtt/hall/room")),
            ),
            ("zigbee2mqtt/room/set", Some(Information)),
            ("zigbee2mqtt/room/set/state", Some(Information)),
            ("zigbee2mqtt/room/get", Some(Information)),
            ("zigbee2mqtt", None),
            ("other/room", None),
        ] {
            assert_eq!(route(topic), meaning, "{topic}");
        }
    }
}
