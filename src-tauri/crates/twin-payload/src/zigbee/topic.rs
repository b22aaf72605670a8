//! Topics of zigbee2mqtt.

/// The base topic that zigbee2mqtt uses unless told otherwise.
pub(super) const BASE: &str = "zigbee2mqtt";

/// What a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    pub(super) base: &'t str,
    pub(super) part: Part<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Values of a device; their topic names it, `<base>/<friendly name>`.
    Device,
    /// Whether the device of this name is there.
    Availability(&'t str),
    /// Whether the bridge is there.
    State,
    /// What the bridge is.
    Info,
    /// Every device of the bridge.
    Devices,
    /// Every group.
    Groups,
    /// Logs, events, requests and answers of the bridge, commands to a device: no signals.
    Information,
}

impl<'t> Topic<'t> {
    /// None when the topic is not below the base.
    pub(super) fn of(base: &'t str, topic: &'t str) -> Option<Topic<'t>> {
        let rest = topic.strip_prefix(base)?.strip_prefix('/')?;
        Some(Topic {
            base,
            part: part(topic, rest),
        })
    }
}

/// The topic of a base that is not known: what stands before the last levels.
pub(super) fn last_levels(topic: &str, levels: usize) -> Option<Topic<'_>> {
    let (at, _) = topic.rmatch_indices('/').nth(levels - 1)?;
    Topic::of(topic.get(..at)?, topic)
}

fn part<'t>(topic: &'t str, rest: &'t str) -> Part<'t> {
    match rest {
        "" | "bridge" => return Part::Information,
        "bridge/state" => return Part::State,
        "bridge/info" => return Part::Info,
        "bridge/devices" => return Part::Devices,
        "bridge/groups" => return Part::Groups,
        _ if rest.starts_with("bridge/") => return Part::Information,
        _ => {}
    }
    let named = |source: &&str| source.len() + rest.len() > topic.len();
    if let Some(source) = topic.strip_suffix("/availability").filter(named) {
        return Part::Availability(source);
    }
    // `<name>/set`, `<name>/set/<attribute>`, and the same with `get`.
    let mut below = rest.split('/').skip(1);
    if below.any(|level| matches!(level, "set" | "get")) {
        return Part::Information;
    }
    Part::Device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        use Part::{Availability, Device, Devices, Groups, Info, Information, State};
        for (topic, meaning) in [
            ("zigbee2mqtt/room", Some(Device)),
            ("zigbee2mqtt/hall/room", Some(Device)),
            ("zigbee2mqtt/bridge/state", Some(State)),
            ("zigbee2mqtt/bridge/info", Some(Info)),
            ("zigbee2mqtt/bridge/devices", Some(Devices)),
            ("zigbee2mqtt/bridge/groups", Some(Groups)),
            ("zigbee2mqtt/bridge/logging", Some(Information)),
            ("zigbee2mqtt/bridge/devices/x", Some(Information)),
            ("zigbee2mqtt/bridges", Some(Device)),
            (
                "zigbee2mqtt/hall/room/availability",
                Some(Availability("zigbee2mqtt/hall/room")),
            ),
            ("zigbee2mqtt/availability", Some(Device)),
            ("zigbee2mqtt/room/set", Some(Information)),
            ("zigbee2mqtt/room/set/state", Some(Information)),
            ("zigbee2mqtt/room/get", Some(Information)),
            ("zigbee2mqtt", None),
            ("other/room", None),
        ] {
            let found = Topic::of(BASE, topic).map(|topic| topic.part);
            assert_eq!(found, meaning, "{topic}");
        }
        let other = last_levels("home/z/bridge/devices", 2).unwrap();
        assert_eq!((other.base, other.part), ("home/z", Devices));
        assert_eq!(last_levels("bridge/devices", 2), None);
    }
}
