//! What a topic of The Things Stack is about.

use crate::tree::Node;

/// A topic: `v3/<application>[@<tenant>]/devices/<device>/<what>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    /// The topic up to the device: the name of the source.
    pub(super) device: &'t str,
    pub(super) kind: Kind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An uplink.
    Up,
    /// The normalized payload of an uplink, by itself.
    Normalized,
    /// A device joined the network.
    Join,
    /// What became of a downlink.
    Down,
    /// Where a device is was found out.
    Location,
    /// Something of another service.
    Service,
    /// A command to a device, or not of this version.
    Other,
}

impl Kind {
    fn of(rest: &str) -> Kind {
        match rest {
            "up" => Kind::Up,
            "up/normalized" => Kind::Normalized,
            "join" => Kind::Join,
            "location/solved" => Kind::Location,
            "service/data" => Kind::Service,
            "down/queued"
            | "down/sent"
            | "down/ack"
            | "down/nack"
            | "down/failed"
            | "down/queue_invalidated" => Kind::Down,
            _ => Kind::Other,
        }
    }

    /// A bit of its own.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The part of a message that tells what happened.
    pub(super) fn body(self, root: Node<'_>) -> Option<Node<'_>> {
        let names: &[&str] = match self {
            Kind::Up => &["uplink_message"],
            Kind::Normalized => &["uplink_normalized"],
            Kind::Join => &["join_accept"],
            Kind::Location => &["location_solved"],
            Kind::Service => &["service_data"],
            Kind::Down => &[
                "downlink_queued",
                "downlink_sent",
                "downlink_ack",
                "downlink_nack",
                "downlink_failed",
                "downlink_queue_invalidated",
            ],
            Kind::Other => &[],
        };
        names.iter().find_map(|name| root.get(name))
    }
}

impl<'t> Topic<'t> {
    /// None when the topic is not The Things Stack's.
    pub(super) fn parse(topic: &'t str) -> Option<Topic<'t>> {
        let mut levels = topic.splitn(5, '/');
        let fixed = levels.next() == Some("v3")
            && levels.next().is_some_and(|level| !level.is_empty())
            && levels.next() == Some("devices")
            && levels.next().is_some_and(|level| !level.is_empty());
        let rest = levels.next().filter(|_| fixed)?;
        let device = topic.get(..topic.len() - rest.len() - 1)?;
        let kind = Kind::of(rest);
        Some(Topic { device, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let parsed = Topic::parse("v3/app@ttn/devices/dev/up").unwrap();
        assert_eq!(
            parsed,
            Topic {
                device: "v3/app@ttn/devices/dev",
                kind: Kind::Up
            }
        );
        let kind = |topic| Topic::parse(topic).map(|topic| topic.kind);
        assert_eq!(
            kind("v3/app/devices/d/location/solved"),
            Some(Kind::Location)
        );
        assert_eq!(kind("v3/app/devices/d/down/failed"), Some(Kind::Down));
        assert_eq!(kind("v3/app/devices/d/down/push"), Some(Kind::Other));
        assert_eq!(kind("v3/app/devices/d"), None);
        assert_eq!(kind("v3/app/devices//up"), None);
        assert_eq!(kind("v2/app/devices/d/up"), None);
    }
}
