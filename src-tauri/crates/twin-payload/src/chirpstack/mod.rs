//! ChirpStack v4: events of LoRaWAN devices as JSON.
//!
//! Source: the MQTT integration's documentation and `integration.proto` of ChirpStack v4. JSON follows the protocol
//! buffer mapping, so a field at its default (0, false, empty) is left out.

mod event;
mod topic;

use twin_core::Timestamp;

use self::topic::{Event, Topic};
use crate::{
    bare,
    convention::Convention,
    description::{Description, Plate},
    lora::{Heard, News},
    message::Message,
    observations::SourceEvent,
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    stamp::{self, Stamp},
    tree::{Node, Tree},
    walk::Sink,
};

/// Reads ChirpStack.
#[derive(Debug, Default)]
pub(crate) struct ChirpStack {
    tree: Tree,
    path: String,
    heard: Heard,
}

impl Reader for ChirpStack {
    fn convention(&self) -> Convention {
        Convention::ChirpStack
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        Topic::parse(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let topic = Topic::parse(message.topic);
        let Some(topic) = topic.filter(|topic| topic.event != Event::Other) else {
            return Ok(());
        };
        let payload = message.payload.trim_ascii();
        if payload.is_empty() {
            return Ok(());
        }
        if !payload.starts_with(b"{") {
            let detail = "not JSON: set the marshaler of ChirpStack's MQTT integration to JSON";
            return Err(Reject::new(RejectKind::Binary, detail));
        }
        self.tree.read(bare::text(payload)?, context.limits)?;
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        context.source(topic.device)?;
        let stamp = Stamp::of(time(root), message);
        self.path.clear();
        let mut sink = Sink {
            message,
            path: &mut self.path,
            stamp,
            context,
        };
        event::rows(topic.event, root, &mut sink)?;
        let Some(info) = root.get("deviceInfo") else {
            return Ok(());
        };
        let bit = topic.event.bit();
        let news = self
            .heard
            .news(topic.device, info.fingerprint(), bit, context.limits);
        if let Some(news) = news {
            context.event(description(&topic, info, &news, message));
            self.heard.keep(topic.device, &news);
        }
        Ok(())
    }
}

/// When the network server heard the device, else when a gateway did.
fn time(root: Node<'_>) -> Option<Timestamp> {
    let of = |node: Node<'_>, key| stamp::from_rfc3339(node.text_of(key)?);
    of(root, "time").or_else(|| {
        let gateways = root.get("rxInfo")?;
        let times = ["nsTime", "gwTime", "time"];
        gateways
            .children()
            .find_map(|gateway| times.iter().find_map(|key| of(gateway, key)))
    })
}

fn description(
    topic: &Topic<'_>,
    info: Node<'_>,
    news: &News,
    message: &Message<'_>,
) -> SourceEvent {
    let text = |key| info.text_of(key).map(Into::into);
    let mut points = vec![];
    for event in Event::ALL {
        if news.events & event.bit() != 0 {
            event::points(event, topic.device, &mut points);
        }
    }
    SourceEvent::Described(Box::new(Description {
        source: topic.device.into(),
        convention: Convention::ChirpStack,
        topic: message.topic.into(),
        name: text("deviceName"),
        parent: text("applicationName"),
        maker: None,
        model: text("deviceProfileName"),
        version: None,
        plate: Plate {
            network: text("devEui"),
            ..Plate::default()
        },
        points,
        gone: false,
        at: message.received,
    }))
}
