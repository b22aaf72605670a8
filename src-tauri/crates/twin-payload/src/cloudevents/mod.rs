//! CloudEvents 1.0 over MQTT, and the events that Azure sends so.
//!
//! Source: CloudEvents 1.0.2, JSON event format and MQTT protocol binding; Azure Event Grid, "Azure IoT Hub as an Event
//! Grid source" and "Azure Event Grid namespace as an Event Grid source".

mod event;
mod inner;

use twin_core::Timestamp;

use self::{
    event::{Event, Meaning},
    inner::Inner,
};
use crate::{
    bare::{self, Payload},
    convention::Convention,
    description::Description,
    json::TimeNames,
    limits::Limits,
    message::Message,
    observations::SourceEvent,
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    roster::Roster,
    stamp::Stamp,
    tree::{Node, Tree},
    versions::{self, Version, Versions},
    walk::Sink,
};

/// Reads CloudEvents.
#[derive(Debug, Default)]
pub(crate) struct CloudEvents {
    tree: Tree,
    inner: Inner,
    path: String,
    source: String,
    told: Roster,
    versions: Versions,
}

impl Reader for CloudEvents {
    fn convention(&self) -> Convention {
        Convention::CloudEvents
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let media = message.content_type.unwrap_or_default();
        if media.starts_with("application/cloudevents") || Event::of_properties(message).is_some() {
            return true;
        }
        let Ok(text) = bare::text(message.payload) else {
            return false;
        };
        let mut tree = Tree::default();
        text.starts_with(['{', '['])
            && text.contains("\"specversion\"")
            && tree.read(text, &Limits::default()).is_ok()
            && items(&tree).any(|item| Event::of(item).is_some())
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let binary = Event::of_properties(message);
        let text = bare::text(message.payload)?;
        self.path.clear();
        if text.is_empty() {
            return Ok(());
        }
        if let Some(event) = binary.filter(|_| !text.starts_with(['{', '['])) {
            return self.bare(&event, message, context);
        }
        self.tree.read(text, context.limits)?;
        let whole = self.tree.root().filter(|_| binary.is_some());
        let whole = whole.and_then(|root| Some(binary?.with(root)));
        let structured = items(&self.tree).filter(|_| binary.is_none());
        let events = structured.clone().filter_map(Event::of);
        let strange = structured.filter(|item| Event::of(*item).is_none()).count();
        if binary.is_none() && events.clone().next().is_none() {
            let detail = "no event: one has specversion, type and source";
            return Err(Reject::new(RejectKind::Description, detail));
        }
        context.skip(strange as u64);
        let events = whole.into_iter().chain(events);
        for event in events.clone() {
            event.name_source(&mut self.source);
            if !matches!(event.meaning(), Meaning::Presence(_))
                && self.source.len() <= context.limits.description_text_bytes
            {
                context.source(&self.source)?;
            }
            let mut sink = Sink {
                message,
                path: &mut self.path,
                stamp: Stamp::of(event.time(), message),
                context: &mut *context,
            };
            self.inner.rows(&event, &mut sink)?;
        }
        for event in events {
            event.name_source(&mut self.source);
            note(
                &event,
                (&self.source, &mut self.told, &mut self.versions),
                message,
                context,
            );
        }
        Ok(())
    }
}

impl CloudEvents {
    /// The data of an event in binary mode that is no JSON.
    fn bare(
        &mut self,
        event: &Event<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        event.name_source(&mut self.source);
        if self.source.len() <= context.limits.description_text_bytes {
            context.source(&self.source)?;
        }
        let names = TimeNames::GENERIC;
        match bare::read(message.payload, context.limits, names, context.flat)? {
            Payload::Value(cell) => {
                let stamp = Stamp::of(event.time(), message);
                context.row((message.topic, ""), cell, &stamp)?;
            }
            Payload::Json => context.flat_rows(message.topic, message, |_| true)?,
            Payload::TooLong => context.skip_texts(1),
            Payload::Empty => {}
        }
        let parts = (self.source.as_str(), &mut self.told, &mut self.versions);
        note(event, parts, message, context);
        Ok(())
    }
}

/// The events of a payload: one, or a batch.
fn items(tree: &Tree) -> impl Iterator<Item = Node<'_>> + Clone {
    let root = tree.root();
    let one = root.filter(|root| root.is_object());
    let many = root.filter(|root| root.is_array());
    one.into_iter()
        .chain(many.into_iter().flat_map(Node::children))
}

/// Learns from an event whose rows were taken.
fn note(
    event: &Event<'_>,
    (source, told, versions): (&str, &mut Roster, &mut Versions),
    message: &Message<'_>,
    context: &mut Context<'_>,
) {
    if source.len() > context.limits.description_text_bytes {
        context.skip(1);
        return;
    }
    let time: Option<Timestamp> = event.time();
    if let Meaning::Presence(presence) = event.meaning() {
        let version = Version {
            number: event.sequence().unwrap_or_default(),
            time,
        };
        if versions.is_before(source, version)
            || versions.check_room(source, context.limits).is_err()
        {
            context.skip_old(1);
            return;
        }
        versions.keep(source, version);
        context.event(SourceEvent::Availability {
            source: source.into(),
            presence,
            at: Stamp::of(time, message).time,
        });
        return;
    }
    let gone = event.meaning() == Meaning::Deleted;
    let said = if gone { "gone" } else { "" };
    if !told.is_news(source, "", said, context.limits) {
        return;
    }
    told.keep(source, "", said);
    let limit = context.limits.description_text_bytes;
    let short = |text: &str| (text.len() <= limit && !text.is_empty()).then(|| text.into());
    context.event(SourceEvent::Described(Box::new(Description {
        name: short(event.name()),
        parent: short(event.source).filter(|_| event.name() != event.source),
        model: short(event.kind).filter(|_| event.meaning() == Meaning::Data),
        gone,
        ..Description::new(source, Convention::CloudEvents, message)
    })));
}

impl Event<'_> {
    /// Number by which events of presence are put in order.
    fn sequence(&self) -> Option<versions::Number> {
        let data = self.data?;
        let info = data.get("deviceConnectionStateEventInfo").unwrap_or(data);
        versions::number(info, "sequenceNumber")
    }
}
