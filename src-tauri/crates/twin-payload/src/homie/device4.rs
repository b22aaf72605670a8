//! A Homie 4 device, put together from its attributes in whatever order they come.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    attributes::{OfDevice, OfNode, OfProperty, Part},
    value::{self, Datatype},
};
use crate::{
    convention::Convention,
    describe::Texts,
    description::{Description, Point, Presence, UnitVocabulary},
    message::Message,
};

/// Most elements of a node that there are many of (Homie 3).
const ELEMENTS_MAX: u32 = 1_000;

/// What a device said of itself.
#[derive(Debug, Default)]
pub(super) struct Device {
    pub(super) state: Option<Presence>,
    /// Said `$homie` of a version that is read here.
    pub(super) confirmed: bool,
    name: Option<Arc<str>>,
    implementation: Option<Arc<str>>,
    firmware: Option<Arc<str>>,
    version: Option<Arc<str>>,
    address: Option<Arc<str>>,
    mac: Option<Arc<str>>,
    /// Ids of its nodes, when it lists them: what is not in it is left over from earlier.
    listed: Option<Arc<str>>,
    nodes: BTreeMap<Arc<str>, Node>,
    /// How many nodes and properties there are.
    pub(super) size: usize,
    /// Signals of its own whose units were told, a bit each.
    pub(super) stats: u8,
}

#[derive(Debug, Default)]
struct Node {
    name: Option<Arc<str>>,
    listed: Option<Arc<str>>,
    array: Option<Arc<str>>,
    properties: BTreeMap<Arc<str>, Property>,
}

#[derive(Debug, Default)]
struct Property {
    name: Option<Arc<str>>,
    datatype: Option<Arc<str>>,
    format: Option<Arc<str>>,
    unit: Option<Arc<str>>,
    settable: Option<Arc<str>>,
}

impl Device {
    /// The text under an attribute; none when it is not kept as one.
    pub(super) fn text(&self, part: Part<'_>) -> Option<&Arc<str>> {
        match part {
            Part::Device(attribute) => match attribute {
                OfDevice::Name => self.name.as_ref(),
                OfDevice::Nodes => self.listed.as_ref(),
                OfDevice::Implementation => self.implementation.as_ref(),
                OfDevice::Firmware => self.firmware.as_ref(),
                OfDevice::FirmwareVersion => self.version.as_ref(),
                OfDevice::Address => self.address.as_ref(),
                OfDevice::Mac => self.mac.as_ref(),
                OfDevice::Homie | OfDevice::State => None,
            },
            Part::Node(node, attribute) => {
                let node = self.nodes.get(node)?;
                match attribute {
                    OfNode::Name => node.name.as_ref(),
                    OfNode::Properties => node.listed.as_ref(),
                    OfNode::Array => node.array.as_ref(),
                }
            }
            Part::Property(node, property, attribute) => {
                let property = self.nodes.get(node)?.properties.get(property)?;
                match attribute {
                    OfProperty::Name => property.name.as_ref(),
                    OfProperty::Datatype => property.datatype.as_ref(),
                    OfProperty::Format => property.format.as_ref(),
                    OfProperty::Unit => property.unit.as_ref(),
                    OfProperty::Settable => property.settable.as_ref(),
                }
            }
            _ => None,
        }
    }

    /// The room for the text under an attribute, made when it is new.
    pub(super) fn slot(&mut self, part: Part<'_>) -> Option<&mut Option<Arc<str>>> {
        self.size += self.adds(part);
        Some(match part {
            Part::Device(attribute) => match attribute {
                OfDevice::Name => &mut self.name,
                OfDevice::Nodes => &mut self.listed,
                OfDevice::Implementation => &mut self.implementation,
                OfDevice::Firmware => &mut self.firmware,
                OfDevice::FirmwareVersion => &mut self.version,
                OfDevice::Address => &mut self.address,
                OfDevice::Mac => &mut self.mac,
                OfDevice::Homie | OfDevice::State => return None,
            },
            Part::Node(node, attribute) => {
                let node = self.nodes.entry(node.into()).or_default();
                match attribute {
                    OfNode::Name => &mut node.name,
                    OfNode::Properties => &mut node.listed,
                    OfNode::Array => &mut node.array,
                }
            }
            Part::Property(node, property, attribute) => {
                let node = self.nodes.entry(node.into()).or_default();
                let property = node.properties.entry(property.into()).or_default();
                match attribute {
                    OfProperty::Name => &mut property.name,
                    OfProperty::Datatype => &mut property.datatype,
                    OfProperty::Format => &mut property.format,
                    OfProperty::Unit => &mut property.unit,
                    OfProperty::Settable => &mut property.settable,
                }
            }
            _ => return None,
        })
    }

    /// How many nodes or properties a new attribute adds.
    pub(super) fn adds(&self, part: Part<'_>) -> usize {
        let (node, property) = match part {
            Part::Node(node, _) => (node, None),
            Part::Property(node, property, _) => (node, Some(property)),
            _ => return 0,
        };
        match (self.nodes.get(node), property) {
            (None, property) => 1 + usize::from(property.is_some()),
            (Some(known), Some(property)) => usize::from(!known.properties.contains_key(property)),
            (Some(_), None) => 0,
        }
    }

    /// Bytes of all texts.
    pub(super) fn bytes(&self) -> usize {
        let len = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let own = [
            &self.name,
            &self.implementation,
            &self.firmware,
            &self.version,
            &self.address,
            &self.mac,
            &self.listed,
        ];
        let nodes = self.nodes.values().map(|node| {
            let properties = node.properties.values().map(|property| {
                len(&property.name)
                    + len(&property.datatype)
                    + len(&property.format)
                    + len(&property.unit)
                    + len(&property.settable)
            });
            len(&node.name) + len(&node.listed) + len(&node.array) + properties.sum::<usize>()
        });
        own.into_iter().map(len).sum::<usize>() + nodes.sum::<usize>()
    }

    /// Type of a property, once it is told.
    pub(super) fn datatype(&self, node: &str, property: &str) -> Option<Datatype> {
        let property = self.nodes.get(node)?.properties.get(property)?;
        Datatype::of(property.datatype.as_deref()?, property.format.as_deref())
    }

    /// What is to be said anew after a change of `part`: everything when it is none. Two descriptions at most: what
    /// is, and what was left over from earlier and is no more.
    pub(super) fn descriptions(
        &self,
        source: &str,
        part: Option<Part<'_>>,
        message: &Message<'_>,
        texts: &mut Texts<'_>,
    ) -> Vec<Description> {
        let mut is = Description::new(source, Convention::Homie4, message);
        is.name.clone_from(&self.name);
        is.model = self
            .firmware
            .clone()
            .or_else(|| self.implementation.clone());
        is.version.clone_from(&self.version);
        is.plate.network = self.address.clone().or_else(|| self.mac.clone());
        let mut gone = Description {
            gone: true,
            ..Description::new(source, Convention::Homie4, message)
        };
        let (node_only, property_only) = match part {
            Some(Part::Property(node, property, _)) => (Some(node), Some(property)),
            Some(Part::Node(node, _)) => (Some(node), None),
            Some(Part::Device(OfDevice::Nodes)) | None => (None, None),
            Some(_) => return vec![is],
        };
        let nodes = self.nodes.iter();
        for (node_id, node) in nodes.filter(|(id, _)| node_only.is_none_or(|only| *only == ***id)) {
            let properties = node.properties.iter();
            let wanted =
                properties.filter(|(id, _)| property_only.is_none_or(|only| *only == ***id));
            for (id, property) in wanted {
                let listed =
                    lists(self.listed.as_ref(), node_id) && lists(node.listed.as_ref(), id);
                let points = if listed {
                    &mut is.points
                } else {
                    &mut gone.points
                };
                for home in homes(source, node_id, node) {
                    if let Some(point) = property.point(&format!("{home}/{id}"), id, node, texts) {
                        texts.put(points, point);
                    }
                }
            }
        }
        let is_news = node_only.is_none() || !is.points.is_empty();
        let mut said = Vec::from_iter(is_news.then_some(is));
        if !gone.points.is_empty() {
            said.push(gone);
        }
        said
    }
}

impl Property {
    /// None as long as its type is not told: it would be described again.
    fn point(&self, topic: &str, id: &str, node: &Node, texts: &mut Texts<'_>) -> Option<Point> {
        let format = self.format.as_deref();
        let datatype = Datatype::of(self.datatype.as_deref()?, format)?;
        let mut point = Point {
            address: texts.address(topic, "")?,
            name: self.name.clone().or_else(|| texts.of(id)),
            unit: texts.unit(self.unit.as_deref(), UnitVocabulary::Homie),
            writable: self.settable.as_deref() == Some("true"),
            description: node.name.clone(),
            ..Point::default()
        };
        datatype.describe(format, texts, &mut point);
        Some(point)
    }
}

/// Whether a list of ids joined by commas holds one; a node that there are many of is listed with `[]`. A list that was
/// never heard holds all.
fn lists(list: Option<&Arc<str>>, id: &str) -> bool {
    list.is_none_or(|list| {
        list.split(',')
            .any(|listed| listed.trim().trim_end_matches("[]") == id)
    })
}

/// Topics under which the properties of a node lie: one for each of its elements.
fn homes(source: &str, id: &str, node: &Node) -> Vec<String> {
    let range = node.array.as_deref().and_then(|range| {
        let (first, last) = range.split_once('-')?;
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (last.checked_sub(first)? < ELEMENTS_MAX).then_some(first..=last)
    });
    match range {
        Some(range) => range.map(|ix| format!("{source}/{id}_{ix}")).collect(),
        None => vec![format!("{source}/{id}")],
    }
}

/// What the text of `$state` means; none when it means nothing.
pub(super) fn state(text: &str) -> Option<Presence> {
    value::presence(text)
}
