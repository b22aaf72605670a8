//! Values of Tasmota devices, and whether they are there.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    discovery::{self, Discovery, Found},
    point::{digest, is_relay, is_signal, kind_of, point, units_in},
    topic::{What, parse},
};
use crate::{
    bare,
    convention::Convention,
    describe::{Texts, availability, described, too_many},
    description::{Description, Presence},
    json::TimeNames,
    message::Message,
    observations::Cell,
    plain,
    reader::{Context, Reader},
    reject::Reject,
};

/// Reads Tasmota. The time in its messages has no offset unless the device is told to send one; without it the instant
/// is not known and the time of arrival holds.
#[derive(Debug, Default)]
pub(crate) struct Tasmota {
    /// By source, `tasmota/<topic>`.
    devices: BTreeMap<Arc<str>, Device>,
    /// Units that values were described with, by a digest of the address.
    units: HashMap<u64, Option<&'static str>>,
    discovery: Discovery,
    name: String,
}

/// What a device says when it comes and goes, if not the usual.
#[derive(Debug, Default)]
struct Device {
    /// It published what it has: names and states of its relays are known from there.
    found: bool,
    online: Option<Arc<str>>,
    offline: Option<Arc<str>>,
}

impl Reader for Tasmota {
    fn convention(&self) -> Convention {
        Convention::Tasmota
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let mut name = String::new();
        discovery::parse(message.topic).is_some()
            || match parse(message.topic, &mut name) {
                Some(What::Other) => self.devices.contains_key(name.as_str()),
                found => found.is_some(),
            }
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        if let Some(part) = discovery::parse(message.topic) {
            let found = self.discovery.read(part, message, context)?;
            self.take(found, message, context);
            return Ok(());
        }
        let mut name = std::mem::take(&mut self.name);
        let result = match parse(message.topic, &mut name) {
            Some(what) => self.read_of(what, &name, message, context),
            None => Ok(()),
        };
        self.name = name;
        result
    }
}

impl Tasmota {
    fn read_of(
        &mut self,
        what: What,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let is_known = self.devices.contains_key(source);
        if !is_known && self.devices.len() >= context.limits.sources {
            return Err(too_many(context.limits));
        }
        context.source(source)?;
        match what {
            What::Command => return Ok(()),
            What::Will => self.will(source, message, context)?,
            What::Info | What::Status(0..=7 | 9 | 12..) => tell(source, message, context)?,
            What::Other => plain::read(message, TimeNames::TIME, context).map(drop)?,
            What::Sensor | What::State | What::Status(8 | 10 | 11) => {
                self.values(source, message, context)?;
            }
        }
        if !is_known {
            self.devices.insert(source.into(), Device::default());
            context.owners_changed();
        }
        Ok(())
    }

    fn will(
        &self,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        let device = self.devices.get(source);
        let says = |own: Option<&Arc<str>>, usual: &str| text == own.map_or(usual, |own| own);
        if says(device.and_then(|device| device.online.as_ref()), "Online") {
            availability(source, Presence::Online, message, context);
        } else if says(device.and_then(|device| device.offline.as_ref()), "Offline") {
            availability(source, Presence::Offline, message, context);
        }
        Ok(())
    }

    /// Values of sensors, of the device's state, of a relay.
    fn values(
        &mut self,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if !text.starts_with('{') {
            return plain::read(message, TimeNames::TIME, context).map(drop);
        }
        context.flat.read(text, context.limits, TimeNames::TIME)?;
        context.flat_rows(message.topic, message, is_signal)?;
        self.describe(source, message, context);
        Ok(())
    }

    /// Describes the values of a message that were not described with this unit before.
    fn describe(&mut self, source: &str, message: &Message<'_>, context: &mut Context<'_>) {
        let units = units_in(context.flat);
        let is_found = self.devices.get(source).is_some_and(|device| device.found);
        let mut texts = Texts::new(context.limits);
        let mut description = None;
        for value in context.flat.values().filter(|value| is_signal(value.path)) {
            let unit = units.of(value.path);
            let digest = digest(message.topic, value.path);
            if self.units.get(&digest) == Some(&unit) {
                continue;
            }
            self.units.insert(digest, unit);
            if is_found && is_relay(value.path) {
                continue;
            }
            let Some(address) = texts.address(message.topic, value.path) else {
                continue;
            };
            let mut point = point(address, value.path, unit, &mut texts);
            point.kind = kind_of(value.value);
            let description = description
                .get_or_insert_with(|| Description::new(source, Convention::Tasmota, message));
            texts.put(&mut description.points, point);
        }
        context.skip(texts.skipped);
        if let Some(description) = description {
            described(description, context);
        }
    }

    /// Takes what discovery found: how the device says that it is there.
    fn take(&mut self, found: Option<Found>, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(found) = found else {
            return;
        };
        if found.description.gone {
            self.devices.remove(&found.source);
            described(found.description, context);
            return;
        }
        // It may have said so before it told what its words mean.
        let heard = context.heard.last(&found.will);
        let is = |own: &Option<Arc<str>>| {
            let own = own.as_ref().map(|own| own.as_bytes());
            own.is_some_and(|own| heard == Some(own))
        };
        let presence = match (is(&found.online), is(&found.offline)) {
            (true, false) => Some(Presence::Online),
            (false, true) => Some(Presence::Offline),
            _ => None,
        };
        if let Some(presence) = presence {
            availability(&found.source, presence, message, context);
        }
        let device = Device {
            found: true,
            online: found.online,
            offline: found.offline,
        };
        let is_known = self.devices.contains_key(&found.source);
        if is_known || self.devices.len() < context.limits.sources {
            self.devices.insert(found.source, device);
        } else {
            context.skip(1);
        }
        if !is_known {
            context.owners_changed();
        }
        described(found.description, context);
    }
}

/// What a device tells of itself in answer to a status command or when it starts.
fn tell(source: &str, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
    let text = bare::text(message.payload)?;
    if text.is_empty() {
        return Ok(());
    }
    context.flat.read(text, context.limits, TimeNames::TIME)?;
    let mut texts = Texts::new(context.limits);
    let mut description = Description::new(source, Convention::Tasmota, message);
    for value in context.flat.values() {
        let Cell::Text(text) = value.value else {
            continue;
        };
        match value.path {
            "Status.DeviceName" => description.name = texts.of(text),
            "StatusFWR.Version" | "Info1.Version" | "Version" => {
                description.version = texts.of(text);
            }
            "StatusFWR.Hardware" | "Info1.Module" | "Module" => description.model = texts.of(text),
            "StatusNET.IPAddress" | "Info2.IPAddress" | "IPAddress" => {
                description.plate.network = texts.of(text);
            }
            _ => {}
        }
    }
    context.skip(texts.skipped);
    let said = [
        &description.name,
        &description.version,
        &description.model,
        &description.plate.network,
    ];
    if said.into_iter().any(Option::is_some) {
        described(description, context);
    }
    Ok(())
}
