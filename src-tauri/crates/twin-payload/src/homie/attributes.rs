//! Topics of Homie 4 and 3 (Homie 4.0, sections "Device Attributes" to "Property Attributes").

/// What a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    pub(super) root: &'t str,
    /// `<root>/<device>`.
    pub(super) source: &'t str,
    pub(super) part: Part<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Device(OfDevice),
    /// Of the node with this id.
    Node(&'t str, OfNode),
    /// Of the property with these ids of node and property.
    Property(&'t str, &'t str, OfProperty),
    /// The value of the property with these ids.
    Value(&'t str, &'t str),
    /// How a device is: its own signals.
    Stats,
    /// A command, a broadcast, an attribute not known here.
    Information,
    /// No topic of the convention.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfDevice {
    Homie,
    Name,
    State,
    Nodes,
    Implementation,
    Firmware,
    FirmwareVersion,
    /// Address in the local network.
    Address,
    /// Hardware address (Homie 3).
    Mac,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfNode {
    Name,
    Properties,
    /// Homie 3 only: first and last index of a node that there are many of.
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfProperty {
    Name,
    Datatype,
    Format,
    Unit,
    Settable,
}

impl<'t> Topic<'t> {
    pub(super) fn of(topic: &'t str) -> Option<Topic<'t>> {
        let mut levels = topic.split('/');
        let root = levels.next().filter(|root| !root.is_empty())?;
        let device = levels.next().filter(|device| !device.is_empty())?;
        let source = topic.get(..=root.len() + device.len())?;
        let rest = [levels.next(), levels.next(), levels.next(), levels.next()];
        let attribute = |level: &str| level.starts_with('$');
        let part = match rest {
            [None, ..] => return None,
            _ if attribute(device) => Part::Information,
            [Some("$stats"), Some(_), None, _] => Part::Stats,
            [Some("$fw"), Some("name"), None, _] => Part::Device(OfDevice::Firmware),
            [Some("$fw"), Some("version"), None, _] => Part::Device(OfDevice::FirmwareVersion),
            [Some(name), None, ..] if attribute(name) => of_device(name),
            [Some(name), ..] if attribute(name) => Part::Information,
            [Some(node), Some(name), None, _] if attribute(name) => of_node(node, name),
            [Some(_), Some(name), ..] if attribute(name) => Part::Information,
            [Some(node), Some(property), None, _] => Part::Value(node, property),
            [Some(_), Some(_), Some("set"), None] => Part::Information,
            [Some(node), Some(property), Some(name), None] if attribute(name) => {
                of_property(node, property, name)
            }
            _ => Part::Other,
        };
        Some(Topic { root, source, part })
    }

    /// Whether it is an attribute that no other convention has.
    pub(super) const fn is_attribute(&self) -> bool {
        matches!(
            self.part,
            Part::Device(_) | Part::Node(..) | Part::Property(..)
        )
    }
}

fn of_device(name: &str) -> Part<'static> {
    Part::Device(match name {
        "$homie" => OfDevice::Homie,
        "$name" => OfDevice::Name,
        "$state" => OfDevice::State,
        "$nodes" => OfDevice::Nodes,
        "$implementation" => OfDevice::Implementation,
        "$localip" => OfDevice::Address,
        "$mac" => OfDevice::Mac,
        _ => return Part::Information,
    })
}

fn of_node<'t>(node: &'t str, name: &str) -> Part<'t> {
    let attribute = match name {
        "$name" => OfNode::Name,
        "$properties" => OfNode::Properties,
        "$array" => OfNode::Array,
        _ => return Part::Information,
    };
    Part::Node(node, attribute)
}

fn of_property<'t>(node: &'t str, property: &'t str, name: &str) -> Part<'t> {
    let attribute = match name {
        "$name" => OfProperty::Name,
        "$datatype" => OfProperty::Datatype,
        "$format" => OfProperty::Format,
        "$unit" => OfProperty::Unit,
        "$settable" => OfProperty::Settable,
        _ => return Part::Information,
    };
    Part::Property(node, property, attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, part) in [
            ("homie/car/$homie", Some(Part::Device(OfDevice::Homie))),
            (
                "homie/car/$fw/version",
                Some(Part::Device(OfDevice::FirmwareVersion)),
            ),
            ("homie/car/$mac", Some(Part::Device(OfDevice::Mac))),
            ("homie/car/$extensions", Some(Part::Information)),
            ("homie/car/$stats/uptime", Some(Part::Stats)),
            (
                "homie/car/engine/$name",
                Some(Part::Node("engine", OfNode::Name)),
            ),
            ("homie/car/engine/$type", Some(Part::Information)),
            ("homie/car/engine/t", Some(Part::Value("engine", "t"))),
            ("homie/car/engine/t/set", Some(Part::Information)),
            (
                "homie/car/engine/t/$unit",
                Some(Part::Property("engine", "t", OfProperty::Unit)),
            ),
            ("homie/car/engine/t/x", Some(Part::Other)),
            ("homie/car/engine", Some(Part::Other)),
            ("homie/$broadcast/alert", Some(Part::Information)),
            ("homie/car", None),
            ("homie", None),
            ("//x", None),
        ] {
            assert_eq!(Topic::of(topic).map(|topic| topic.part), part, "{topic}");
        }
        assert_eq!(Topic::of("x/car/$name").unwrap().source, "x/car");
    }
}
