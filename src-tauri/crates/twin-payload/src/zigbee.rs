//! zigbee2mqtt: what a topic means. The payloads are plain JSON.

/// The base topic that zigbee2mqtt uses unless told otherwise.
const BASE: &str = "zigbee2mqtt/";

/// What a zigbee2mqtt topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZigbeeTopic<'t> {
    /// Values of the device with this source name, `zigbee2mqtt/<friendly name>`.
    Device(&'t str),
    /// Whether the device is there.
    Availability(&'t str),
    /// About the bridge itself, or a command to a device: no signals.
    Information,
}

/// None when the topic is not zigbee2mqtt's.
pub(crate) fn route(topic: &str) -> Option<ZigbeeTopic<'_>> {
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

/// Reads an availability payload: `online`, `offline`, or either under `state` in an object. None for anything else.
pub(crate) fn availability(text: &str) -> Option<bool> {
    match text {
        "online" => Some(true),
        "offline" => Some(false),
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
