//! Clients that come and go.

use twin_core::Timestamp;

use super::topic::name_source;
use crate::{
    bare,
    convention::Convention,
    description::Presence,
    message::Message,
    observations::SourceEvent,
    reader::{Context, Reader},
    reject::Reject,
    stamp::{self, Stamp},
    tree::Tree,
    versions::{self, Version, Versions},
};

const ROOT: &str = "$aws/events/presence/";

/// Reads lifecycle events.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    tree: Tree,
    name: String,
    versions: Versions,
}

/// Who came or went; no presence for what is neither.
fn parse(topic: &str) -> Option<(&str, Option<Presence>)> {
    let (event, client) = topic.strip_prefix(ROOT)?.split_once('/')?;
    let presence = match event {
        "connected" => Some(Presence::Online),
        "disconnected" => Some(Presence::Offline),
        _ => None,
    };
    Some((client, presence))
}

impl Reader for Lifecycle {
    fn convention(&self) -> Convention {
        Convention::AwsLifecycle
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        parse(message.topic).is_some()
    }

    /// The messages of one connection of a client have one version, and their times tell their order; versions begin
    /// anew when the client was away for long.
    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let Some((client, Some(presence))) = parse(message.topic) else {
            return Ok(());
        };
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        self.tree.read(text, context.limits)?;
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        let time: Option<Timestamp> = root.number_of("timestamp").and_then(stamp::from_epoch);
        let version = Version {
            number: versions::number(root, "versionNumber").unwrap_or_default(),
            time,
        };
        if self.versions.is_before(client, version) {
            context.skip_old(1);
            return Ok(());
        }
        self.versions.check_room(client, context.limits)?;
        name_source(client, &mut self.name);
        context.source(&self.name)?;
        context.event(SourceEvent::Availability {
            source: self.name.as_str().into(),
            presence,
            at: Stamp::of(time, message).time,
        });
        self.versions.keep(client, version);
        Ok(())
    }
}
