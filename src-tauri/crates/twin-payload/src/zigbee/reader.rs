//! Values of devices, and whether they and their bridge are there.

use super::{
    bridge,
    network::{Listed, Network},
    presence::presence,
    topic::{Part, last_levels},
};
use crate::{
    convention::Convention,
    describe::{availability, too_many},
    description::Presence,
    json::TimeNames,
    message::Message,
    plain,
    reader::{Context, Reader},
    reject::Reject,
    tree::Tree,
};

/// Reads zigbee2mqtt.
///
/// A bridge on another base topic than the usual one is known by its list of devices or by what it tells of itself.
#[derive(Debug, Default)]
pub(crate) struct Zigbee {
    network: Network,
    tree: Tree,
}

impl Reader for Zigbee {
    fn convention(&self) -> Convention {
        Convention::Zigbee2mqtt
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        self.network.topic(message.topic).is_some() || bridge::introduces(message)
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let known = self.network.topic(message.topic);
        let introduced = || bridge::introduces(message).then(|| last_levels(message.topic, 2));
        let Some(topic) = known.or_else(|| introduced().flatten()) else {
            return Ok(());
        };
        match topic.part {
            Part::State => self.state(topic.base, message, context),
            Part::Devices | Part::Groups | Part::Info => {
                bridge::read(&mut self.network, &mut self.tree, topic, (message, context))
            }
            Part::Availability(source) => self.availability(topic.base, source, message, context),
            Part::Device => self.device(topic.base, message, context),
            Part::Information => Ok(()),
        }
    }

    fn is_document(&self, topic: &str) -> bool {
        let part = self.network.topic(topic).or_else(|| last_levels(topic, 2));
        part.is_some_and(|topic| !matches!(topic.part, Part::Device | Part::Availability(_)))
    }
}

impl Zigbee {
    /// Values of a device: an object on its topic, or, with output by attribute, each value alone on a topic below.
    fn device(
        &mut self,
        base: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        if message.payload.is_empty() {
            return Ok(());
        }
        let devices = self.network.bases.get(base).map(|base| &base.devices);
        let is_listed = |source: &str| {
            let device = devices.and_then(|devices| devices.get(source));
            device.is_some_and(|device| device.listed != Listed::Nowhere)
        };
        let above = message.topic.rsplit_once('/').map(|(above, _)| above);
        let is_object = message.payload.trim_ascii_start().starts_with(b"{");
        let is_device = is_listed(message.topic) || (is_object && !above.is_some_and(is_listed));
        let of_above = above.filter(|above| !is_device && *above != base);
        let source = of_above.unwrap_or(message.topic);
        let known = devices.is_some_and(|devices| devices.contains_key(source));
        if !known && self.network.devices >= context.limits.sources {
            return Err(too_many(context.limits));
        }
        context.source(source)?;
        plain::read(message, TimeNames::ZIGBEE, context)?;
        if !known {
            self.network.note(base, source, context.limits)?;
            if self.network.is_gone(base) {
                availability(source, Presence::Offline, message, context);
            }
        }
        Ok(())
    }

    fn availability(
        &mut self,
        base: &str,
        source: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let Some(presence) = presence(message.payload, context.limits, context.flat)? else {
            return Ok(());
        };
        self.network.note(base, source, context.limits)?.presence = Some(presence);
        let presence = if self.network.is_gone(base) {
            Presence::Offline
        } else {
            presence
        };
        availability(source, presence, message, context);
        Ok(())
    }

    /// Without its bridge no device can be heard.
    fn state(
        &mut self,
        base: &str,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let Some(presence) = presence(message.payload, context.limits, context.flat)? else {
            return Ok(());
        };
        let bridge = format!("{base}/bridge");
        availability(&bridge, presence, message, context);
        let base = self.network.base(base);
        base.presence = Some(presence);
        for (source, device) in &base.devices {
            let presence = match presence {
                Presence::Offline => Presence::Offline,
                _ => device.presence.unwrap_or(Presence::Online),
            };
            availability(source, presence, message, context);
        }
        Ok(())
    }
}
