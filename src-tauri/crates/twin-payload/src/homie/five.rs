//! Homie 5: devices, their states and the values of their properties.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    document::{self, Document},
    value::{self, Datatype},
};
use crate::{
    bare,
    convention::Convention,
    describe::{self, availability, described, keep, too_many},
    description::{Description, Presence},
    json::TimeNames,
    limits::Limits,
    message::Message,
    plain,
    reader::{Context, Reader},
    reject::Reject,
    tree::Tree,
};

/// The domain that devices use unless told otherwise.
const DOMAIN: &str = "homie";
/// Most other domains that are learned. Topics of further ones are read like any.
const DOMAINS_MAX: usize = 64;

/// Reads Homie 5.
#[derive(Debug, Default)]
pub(crate) struct Homie5 {
    /// Domains that were heard besides the usual one.
    domains: Vec<Arc<str>>,
    /// By source, `<domain>/5/<device>`.
    devices: BTreeMap<Arc<str>, Device>,
    /// By topic of the property.
    properties: HashMap<Arc<str>, Datatype>,
    kept: usize,
    tree: Tree,
}

#[derive(Debug, Default)]
struct Device {
    presence: Option<Presence>,
    /// Its state is `lost`.
    lost: bool,
    root: Option<Arc<str>>,
    properties: Vec<Arc<str>>,
    kept: usize,
}

/// What a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Topic<'t> {
    domain: &'t str,
    /// `<domain>/5/<device>`.
    source: &'t str,
    part: Part<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'t> {
    State,
    Description,
    /// A message for people that holds until it is taken back, or a line of a log.
    Text,
    /// The value of the property with this topic, or what that value is to become.
    Value(&'t str),
    /// A command, a broadcast, an attribute not known here.
    Information,
    /// No topic of the convention.
    Other,
}

impl<'t> Topic<'t> {
    fn of(topic: &'t str) -> Option<Topic<'t>> {
        let mut levels = topic.split('/');
        let domain = levels.next().filter(|domain| !domain.is_empty())?;
        if levels.next() != Some("5") {
            return None;
        }
        let device = levels.next().filter(|device| !device.is_empty())?;
        let source = topic.get(..domain.len() + 3 + device.len())?;
        let rest = [levels.next(), levels.next(), levels.next(), levels.next()];
        let part = match rest {
            _ if device.starts_with('$') => Part::Information,
            [Some("$state"), None, ..] => Part::State,
            [Some("$description"), None, ..] => Part::Description,
            [Some("$alert" | "$log"), Some(_), None, _] => Part::Text,
            [Some(attribute), ..] if attribute.starts_with('$') => Part::Information,
            [Some(_), Some(property), ..] if property.starts_with('$') => Part::Information,
            [Some(_), Some(_), None, _] => Part::Value(topic),
            [Some(_), Some(_), Some("set"), None] => Part::Information,
            [Some(_), Some(_), Some("$target"), None] => {
                Part::Value(topic.strip_suffix("/$target")?)
            }
            [None, ..] => return None,
            _ => Part::Other,
        };
        Some(Topic {
            domain,
            source,
            part,
        })
    }
}

impl Reader for Homie5 {
    fn convention(&self) -> Convention {
        Convention::Homie5
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let Some(topic) = Topic::of(message.topic) else {
            return false;
        };
        let starts = |text: &[u8]| message.payload.trim_ascii_start().starts_with(text);
        self.is_known(topic.domain)
            || match topic.part {
                Part::State => state_of(message.payload).is_some(),
                Part::Description => starts(b"{"),
                _ => false,
            }
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let Some(topic) = Topic::of(message.topic) else {
            return Ok(());
        };
        context.source(topic.source)?;
        match topic.part {
            Part::State => self.state(topic, message, context),
            Part::Description => self.description(topic, message, context),
            Part::Text => value::read_text(message, context),
            Part::Value(property) => value::read(self.properties.get(property), message, context),
            Part::Other => plain::read(message, TimeNames::GENERIC, context).map(drop),
            Part::Information => Ok(()),
        }
    }

    fn is_document(&self, topic: &str) -> bool {
        Topic::of(topic).is_some_and(|topic| topic.part == Part::Description)
    }
}

fn state_of(payload: &[u8]) -> Option<Presence> {
    value::presence(bare::text(payload).ok()?)
}

impl Homie5 {
    fn is_known(&self, domain: &str) -> bool {
        domain == DOMAIN || self.domains.iter().any(|known| **known == *domain)
    }

    /// Topics of this domain are of this convention from now on.
    fn learn(&mut self, domain: &str, context: &mut Context<'_>) {
        if !self.is_known(domain) && self.domains.len() < DOMAINS_MAX {
            self.domains.push(domain.into());
            context.owners_changed();
        }
    }

    fn check_room(&self, source: &str, limits: &Limits) -> Result<(), Reject> {
        if self.devices.contains_key(source) || self.devices.len() < limits.sources {
            return Ok(());
        }
        Err(too_many(limits))
    }

    /// Whether a device is there: not when it says so, nor when the device at the root of its tree is lost.
    fn presence(&self, device: &Device) -> Option<Presence> {
        let root = device.root.as_ref().and_then(|root| self.devices.get(root));
        if root.is_some_and(|root| root.lost) {
            return Some(Presence::Offline);
        }
        device.presence
    }

    fn state(
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
        self.check_room(topic.source, context.limits)?;
        value::read_text(message, context)?;
        let Some(presence) = value::presence(text) else {
            return Ok(());
        };
        let device = match self.devices.get_mut(topic.source) {
            Some(device) => device,
            None => self.devices.entry(topic.source.into()).or_default(),
        };
        device.presence = Some(presence);
        let was_lost = std::mem::replace(&mut device.lost, text == "lost");
        let tree_changes = device.lost != was_lost;
        for (source, device) in &self.devices {
            let is_child = tree_changes && device.root.as_deref() == Some(topic.source);
            if (is_child || **source == *topic.source)
                && let Some(presence) = self.presence(device)
            {
                availability(source, presence, message, context);
            }
        }
        self.learn(topic.domain, context);
        Ok(())
    }

    /// An empty state: the device exists no more.
    fn remove(&mut self, source: &str, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(device) = self.devices.remove(source) else {
            return;
        };
        for property in &device.properties {
            self.properties.remove(property);
        }
        self.kept = self.kept.saturating_sub(device.kept);
        availability(source, Presence::Offline, message, context);
        let gone = Description {
            gone: true,
            ..Description::new(source, Convention::Homie5, message)
        };
        described(gone, context);
    }

    fn description(
        &mut self,
        topic: Topic<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        if !describe::document(message.payload, context.limits, &mut self.tree)? {
            return Ok(());
        }
        self.check_room(topic.source, context.limits)?;
        let home = topic.source.get(..topic.domain.len() + 3);
        let names = (home.unwrap_or_default(), topic.source);
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        let read = document::read(root, names, message, context.limits)?;
        let old = self.devices.get(topic.source);
        let old_kept = old.map_or(0, |device| device.kept);
        let old_properties = old.map_or(0, |device| device.properties.len());
        let count = self.properties.len() - old_properties.min(self.properties.len());
        if count + read.properties.len() > context.limits.addresses {
            return Err(too_many(context.limits));
        }
        self.kept = keep(self.kept, old_kept, read.kept, context.limits)?;
        self.take(topic.source, read, message, context);
        self.learn(topic.domain, context);
        Ok(())
    }

    fn take(
        &mut self,
        source: &str,
        read: Document,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        context.skip(read.skipped);
        described(read.description, context);
        let mut device = self.devices.remove(source).unwrap_or_default();
        let before = self.presence(&device);
        for property in device.properties.drain(..) {
            self.properties.remove(&property);
        }
        for (property, datatype) in read.properties {
            device.properties.push(Arc::clone(&property));
            self.properties.insert(property, datatype);
        }
        (device.root, device.kept) = (read.root, read.kept);
        let after = self.presence(&device);
        self.devices.insert(source.into(), device);
        if let Some(presence) = after.filter(|_| after != before) {
            availability(source, presence, message, context);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, part) in [
            ("homie/5/car/$state", Some(Part::State)),
            ("homie/5/car/$description", Some(Part::Description)),
            ("homie/5/car/$alert/battery", Some(Part::Text)),
            ("homie/5/car/$log/warn", Some(Part::Text)),
            ("homie/5/car/$other/x", Some(Part::Information)),
            (
                "homie/5/car/engine/speed",
                Some(Part::Value("homie/5/car/engine/speed")),
            ),
            (
                "homie/5/car/engine/speed/$target",
                Some(Part::Value("homie/5/car/engine/speed")),
            ),
            ("homie/5/car/engine/speed/set", Some(Part::Information)),
            ("homie/5/car/engine/speed/set/x", Some(Part::Other)),
            ("homie/5/$broadcast/alert", Some(Part::Information)),
            ("homie/5/car/engine", Some(Part::Other)),
            ("homie/5/car", None),
            ("homie/car/engine/speed", None),
            ("5/5", None),
        ] {
            assert_eq!(Topic::of(topic).map(|topic| topic.part), part, "{topic}");
        }
        assert_eq!(Topic::of("x/5/car/$state").unwrap().source, "x/5/car");
    }
}
