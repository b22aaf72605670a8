//! Where a message holds the parts of a twin.

use crate::{message::Message, tree::Node};

/// Where the topics of a device's own twin begin.
pub(super) const ROOT: &str = "$iothub/twin";

/// Parts of a twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What the device says of itself.
    Reported,
    /// What is wanted of it.
    Desired,
}

/// Sorts of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The whole twin, as asked for.
    Whole,
    /// What changed in a part.
    Patch(Part),
    /// A twin or a change of it, as IoT Hub passes it on.
    Notification,
}

impl Part {
    pub(super) const ALL: [Part; 2] = [Part::Reported, Part::Desired];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Part::Reported => "reported",
            Part::Desired => "desired",
        }
    }
}

impl Shape {
    /// By the topic; none for requests and answers without values.
    pub(super) fn of(topic: &str) -> Option<Shape> {
        let Some(rest) = topic.strip_prefix(ROOT) else {
            return Some(Shape::Notification);
        };
        if rest.starts_with("/res/200/") {
            return Some(Shape::Whole);
        }
        let part = rest.strip_prefix("/PATCH/properties/")?;
        let part = part.split('/').next();
        let known = Part::ALL
            .into_iter()
            .find(|known| Some(known.name()) == part);
        known.map(Shape::Patch)
    }

    /// A part of the twin in a message.
    pub(super) fn part(self, root: Node<'_>, part: Part) -> Option<Node<'_>> {
        match self {
            Shape::Whole => root.get(part.name()),
            Shape::Patch(patched) => (patched == part).then_some(root),
            Shape::Notification => root.get("properties")?.get(part.name()),
        }
    }
}

/// Whether a topic is one of a device's own twin.
pub(super) fn is_own(topic: &str) -> bool {
    topic
        .strip_prefix(ROOT)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Whether an object holds properties as twins do.
pub(super) fn is_notification(root: Node<'_>) -> bool {
    let Some(properties) = root.get("properties") else {
        return false;
    };
    let counted =
        |part: Node<'_>| part.get("$version").is_some() || part.get("$metadata").is_some();
    Part::ALL
        .into_iter()
        .any(|part| properties.get(part.name()).is_some_and(counted))
}

/// Whose twin it is: as the twin says, or the message's properties by which IoT Hub passes it on.
pub(super) fn device<'m>(root: Node<'m>, message: &Message<'m>) -> Option<&'m str> {
    const NAMES: [&str; 2] = ["deviceId", "iothub-connection-device-id"];
    let property = || {
        let mut all = message.user.iter();
        let found = all.find(|(name, value)| NAMES.contains(&name.as_str()) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    root.text_of("deviceId").or_else(property)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, shape) in [
            ("$iothub/twin/res/200/?$rid=1", Some(Shape::Whole)),
            ("$iothub/twin/res/204/?$rid=1&$version=6", None),
            ("$iothub/twin/GET/?$rid=1", None),
            (
                "$iothub/twin/PATCH/properties/desired/?$version=8",
                Some(Shape::Patch(Part::Desired)),
            ),
            (
                "$iothub/twin/PATCH/properties/reported/?$rid=2",
                Some(Shape::Patch(Part::Reported)),
            ),
            ("$iothub/twin/PATCH/properties/other/", None),
            ("plant/twins", Some(Shape::Notification)),
        ] {
            assert_eq!(Shape::of(topic), shape, "{topic}");
        }
        assert!(is_own("$iothub/twin/GET/") && !is_own("$iothub/methods/POST/x"));
    }
}
