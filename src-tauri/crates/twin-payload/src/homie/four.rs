//! Homie 4 and 3: devices, their states and the values of their properties.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    attributes::{OfDevice, OfNode, Part, Topic},
    device4::{Device, state},
    value::{self, Datatype},
};
use crate::{
    bare,
    convention::Convention,
    describe::{Texts, availability, described, keep, too_many},
    description::{Description, Point, Presence, SourceUnit, UnitVocabulary},
    json::TimeNames,
    message::Message,
    plain::{self, Shape},
    reader::{Context, Reader},
    reject::Reject,
};

/// The root topic that devices use unless told otherwise.
const ROOT: &str = "homie";
/// Most other roots that are learned. Topics of further ones are read like any.
const ROOTS_MAX: usize = 64;
/// Longest attribute, bytes: lists of ids are longer than texts for people.
const ATTRIBUTE_BYTES_MAX: usize = 65_536;

/// Units of a device's own signals (extension `org.homie.legacy-stats`).
const STATS: [(&str, &str); 8] = [
    ("interval", "s"),
    ("uptime", "s"),
    ("signal", "%"),
    ("cputemp", "°C"),
    ("cpuload", "%"),
    ("battery", "%"),
    ("freeheap", "B"),
    ("supply", "V"),
];

/// Reads Homie 4 and 3.
///
/// Under a root that is not known yet, attributes are kept until a device says `$homie`, because retained messages come
/// in any order; until then they are read like any topic too.
#[derive(Debug, Default)]
pub(crate) struct Homie4 {
    /// Roots that were heard besides the usual one.
    roots: BTreeSet<Arc<str>>,
    /// By source, `<root>/<device>`.
    devices: BTreeMap<Arc<str>, Device>,
    /// By topic of the property.
    properties: HashMap<Arc<str>, Datatype>,
    /// Nodes and properties of all devices.
    size: usize,
    kept: usize,
    element: String,
}

impl Reader for Homie4 {
    fn convention(&self) -> Convention {
        Convention::Homie4
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        Topic::of(message.topic)
            .is_some_and(|topic| self.is_known(topic.root) || topic.is_attribute())
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let Some(topic) = Topic::of(message.topic) else {
            return Ok(());
        };
        let known = self.is_known(topic.root);
        if known {
            context.source(topic.source)?;
        }
        match topic.part {
            Part::Device(OfDevice::State) => self.state(topic, message, context),
            Part::Device(OfDevice::Homie) => self.homie(topic, message, context),
            Part::Device(_) | Part::Node(..) | Part::Property(..) => {
                self.attribute(topic, message, context)
            }
            Part::Value(..) => self.value(message, context),
            Part::Stats => self.stats(topic, message, context),
            Part::Other => plain::read(message, TimeNames::GENERIC, context).map(drop),
            Part::Information => Ok(()),
        }
    }
}

impl Homie4 {
    fn is_known(&self, root: &str) -> bool {
        root == ROOT || self.roots.contains(root)
    }

    fn check_room(&self, topic: Topic<'_>, context: &Context<'_>) -> Result<(), Reject> {
        let limits = context.limits;
        let device = self.devices.get(topic.source);
        let size = device.map_or(0, |device| device.size);
        let adds = device.map_or(2, |device| device.adds(topic.part));
        let fits = (device.is_some() || self.devices.len() < limits.sources)
            && size + adds <= limits.points
            && self.size + adds <= limits.addresses;
        if fits { Ok(()) } else { Err(too_many(limits)) }
    }

    /// A signal of the device itself; its unit is told once.
    fn stats(
        &mut self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        self.check_room(topic, context)?;
        plain::read(message, TimeNames::GENERIC, context)?;
        let name = message.topic.rsplit('/').next().unwrap_or_default();
        let Some(ix) = STATS.iter().position(|(known, _)| *known == name) else {
            return Ok(());
        };
        let told = 1_u8 << ix;
        let device = match self.devices.get_mut(topic.source) {
            Some(device) => device,
            None => self.device(topic.source),
        };
        if device.stats & told != 0 {
            return Ok(());
        }
        device.stats |= told;
        let mut description = Description::new(topic.source, Convention::Homie4, message);
        let units = STATS.get(ix).into_iter();
        description.points.extend(units.map(|(name, unit)| Point {
            address: format!("{}#value", message.topic).into(),
            name: Some((*name).into()),
            unit: Some(SourceUnit {
                text: (*unit).into(),
                vocabulary: UnitVocabulary::Homie,
            }),
            ..Point::default()
        }));
        described(description, context);
        Ok(())
    }

    /// Under a root not known yet, a message is nobody's, and read as such.
    fn read_unknown(
        &self,
        root: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        if !self.is_known(root) {
            let shape = plain::read(message, TimeNames::GENERIC, context)?;
            context.speak(match shape {
                Shape::Json => Convention::Json,
                Shape::Bare | Shape::Nothing => Convention::Bare,
            });
        }
        Ok(())
    }

    fn device(&mut self, source: &str) -> &mut Device {
        self.devices.entry(source.into()).or_default()
    }

    fn value(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let datatype = self.properties.get(message.topic).or_else(|| {
            // One of many nodes has the properties of all of them.
            let (home, property) = message.topic.rsplit_once('/')?;
            let (node, ix) = home.rsplit_once('_')?;
            if ix.is_empty() || !ix.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            self.element.clear();
            self.element.extend([node, "/", property]);
            self.properties.get(self.element.as_str())
        });
        if message.payload.is_empty() && datatype == Some(&Datatype::Text) {
            return value::read_text(message, context);
        }
        value::read(datatype, message, context)
    }

    fn state(
        &mut self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        self.check_room(topic, context)?;
        value::read_text(message, context)?;
        let Some(presence) = state(text) else {
            return Ok(());
        };
        self.device(topic.source).state = Some(presence);
        if self.is_known(topic.root) {
            availability(topic.source, presence, message, context);
        }
        Ok(())
    }

    /// The version says that this is a device; its absence, that it is one no more.
    fn homie(
        &mut self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            self.remove(topic.source, message, context);
            return Ok(());
        }
        self.check_room(topic, context)?;
        self.read_unknown(topic.root, message, context)?;
        if !matches!(text.split('.').next(), Some("3" | "4")) {
            return Ok(());
        }
        let is_news = !std::mem::replace(&mut self.device(topic.source).confirmed, true);
        if !self.is_known(topic.root) && self.roots.len() < ROOTS_MAX {
            self.roots.insert(topic.root.into());
            context.owners_changed();
            self.tell_all(topic.root, message, context);
        } else if is_news {
            self.tell(topic.source, None, message, context);
        }
        Ok(())
    }

    /// Tells of all devices of a root that is known from now on.
    fn tell_all(&self, root: &str, message: &Message<'_>, context: &mut Context<'_>) {
        let devices = self.devices.iter();
        let of_root = |source: &str| source.split('/').next() == Some(root);
        for (source, device) in devices.filter(|(source, _)| of_root(source)) {
            self.tell(source, None, message, context);
            if let Some(presence) = device.state {
                availability(source, presence, message, context);
            }
        }
    }

    fn tell(
        &self,
        source: &str,
        part: Option<Part<'_>>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        let Some(device) = self.devices.get(source) else {
            return;
        };
        let mut texts = Texts::new(context.limits);
        for description in device.descriptions(source, part, message, &mut texts) {
            described(description, context);
        }
        context.skip(texts.skipped);
    }

    fn remove(&mut self, source: &str, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(device) = self.devices.remove(source) else {
            return;
        };
        self.size = self.size.saturating_sub(device.size);
        self.kept = self.kept.saturating_sub(device.bytes());
        let is_of = |topic: &str| {
            let rest = topic.strip_prefix(source);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.properties.retain(|topic, _| !is_of(topic));
        availability(source, Presence::Offline, message, context);
        let gone = Description {
            gone: true,
            ..Description::new(source, Convention::Homie4, message)
        };
        described(gone, context);
    }

    /// Keeps an attribute. A retained message that is taken back is the end of it.
    fn attribute(
        &mut self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let text = bare::exact_text(message.payload)?;
        let device = self.devices.get(topic.source);
        let old = device.and_then(|device| device.text(topic.part));
        let old_bytes = old.map_or(0, |old| old.len());
        if text.is_empty() && old.is_none() {
            return Ok(());
        }
        let unchanged = old.is_some_and(|old| **old == *text);
        self.check_room(topic, context)?;
        self.read_unknown(topic.root, message, context)?;
        if text.len() > ATTRIBUTE_BYTES_MAX {
            context.skip(1);
            return Ok(());
        }
        if unchanged {
            return Ok(());
        }
        let kept = keep(self.kept, old_bytes, text.len(), context.limits)?;
        let before = device.map_or(0, |device| device.size);
        let elements = self.points_of_array(topic, message, context);
        let device = self.device(topic.source);
        if let Some(slot) = device.slot(topic.part) {
            *slot = (!text.is_empty()).then(|| text.into());
        }
        let added = device.size - before;
        if let Part::Property(node, property, _) = topic.part {
            let datatype = device.datatype(node, property);
            let property: Arc<str> = format!("{}/{node}/{property}", topic.source).into();
            match datatype {
                Some(datatype) => self.properties.insert(property, datatype),
                None => self.properties.remove(&property),
            };
        }
        (self.kept, self.size) = (kept, self.size + added);
        if self.is_known(topic.root) {
            if !elements.is_empty() {
                let gone = Description {
                    gone: true,
                    points: elements,
                    ..Description::new(topic.source, Convention::Homie4, message)
                };
                described(gone, context);
            }
            self.tell(topic.source, Some(topic.part), message, context);
        }
        Ok(())
    }

    /// What was told of a node whose number of elements changes.
    fn points_of_array(
        &self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &Context<'_>,
    ) -> Vec<Point> {
        let device = self.devices.get(topic.source);
        let (Part::Node(_, OfNode::Array), Some(device)) = (topic.part, device) else {
            return vec![];
        };
        let mut texts = Texts::new(context.limits);
        let told = device.descriptions(topic.source, Some(topic.part), message, &mut texts);
        told.into_iter().flat_map(|told| told.points).collect()
    }
}
