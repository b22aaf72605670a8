//! What is known of every DataSetWriter.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    dataset::{self, Kind, Writer, push_part},
    metadata::{self, Field},
    value::BuiltIn,
};
use crate::{
    convention::Convention,
    description::{Description, Plate, Point},
    limits::Limits,
    message::Message,
    observations::SourceEvent,
    reader::Context,
    reject::Reject,
    tree::Node,
    walk::Sink,
};

/// Numbers this far back were not sent late: the publisher began anew.
const LATE_MAX: u32 = 64;

/// Every writer, by publisher and id.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    known: BTreeMap<Box<str>, Known>,
    /// Fields kept of all writers together.
    fields: usize,
    key: String,
}

#[derive(Debug, Default)]
struct Known {
    /// Where its data come.
    place: Option<Place>,
    sequence: Option<u32>,
    said: u64,
    name: Option<Arc<str>>,
    fields: Vec<Field>,
    /// Whether a field's JSON depends on its type.
    typed: bool,
}

#[derive(Debug)]
struct Place {
    source: Arc<str>,
    parent: Option<Arc<str>>,
    topic: Arc<str>,
    /// What the addresses begin with.
    prefix: Box<str>,
    /// Until data come it is taken for where the metadata came from.
    presumed: bool,
}

impl Writers {
    /// Adds the rows of a DataSetMessage.
    pub(super) fn rows(
        &mut self,
        writer: &Writer<'_>,
        data: Node<'_>,
        source: &mut String,
        sink: &mut Sink<'_, '_>,
    ) -> Result<(), Reject> {
        self.key.clear();
        writer.push_key(&mut self.key);
        let known = self.known.get(self.key.as_str());
        let typed = known.filter(|known| known.typed);
        sink.path.clear();
        writer.push_prefix(sink.path);
        source_name(sink.path, sink.message, source);
        sink.context.source(source)?;
        dataset::rows(data, |name| built_in(typed, name), sink)
    }

    /// Learns from a DataSetMessage whose rows were taken.
    pub(super) fn note_data(
        &mut self,
        writer: &Writer<'_>,
        data: Node<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        let Some(known) = self.known(writer, context.limits) else {
            return;
        };
        let kind = Kind::of(data);
        let open = known.place.as_ref().is_none_or(|place| place.presumed);
        if open && kind != Kind::KeepAlive {
            known.settle(Place::of(writer, message, false), message, context);
        }
        // A keep-alive has the number of the message that comes next (OPC 10000-14, section 7.2.3).
        if let Some(got) = data
            .number_of("SequenceNumber")
            .filter(|_| kind != Kind::KeepAlive)
        {
            known.count(got as u32, kind, context);
        }
    }

    /// Learns what a writer says of its fields.
    pub(super) fn note_metadata(
        &mut self,
        writer: &Writer<'_>,
        item: Node<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        let said = item.get("MetaData").map_or(0, Node::fingerprint);
        let kept = self.fields;
        let Some(known) = self.known(writer, context.limits) else {
            return;
        };
        if known.said == said {
            return;
        }
        let room = context
            .limits
            .addresses
            .saturating_sub(kept - known.fields.len());
        let mut fields = metadata::fields(item, context.limits);
        context.skip(fields.len().saturating_sub(room) as u64);
        fields.truncate(room);
        let kept = kept - known.fields.len() + fields.len();
        let name = item
            .get("MetaData")
            .and_then(|metadata| metadata.text_of("Name"));
        let name = name.or_else(|| item.text_of("DataSetWriterName"));
        known.name = name.map(Into::into);
        known.typed = fields.iter().any(|field| field.built_in != BuiltIn::Other);
        // Found by name, as the data come.
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        known.fields = fields;
        known.said = said;
        if known.place.is_none() {
            known.place = Some(Place::of(writer, message, true));
        }
        known.describe(message, context);
        self.fields = kept;
    }

    /// The sources of a publisher, or of everyone when none is named.
    pub(super) fn of_publisher(&self, publisher: Option<Node<'_>>) -> Vec<Arc<str>> {
        let mut prefix = String::new();
        push_part(publisher, &mut prefix);
        let from = self.known.range(Box::from(prefix.as_str())..);
        from.take_while(|(key, _)| key.starts_with(&prefix))
            .filter_map(|(_, known)| Some(Arc::clone(&known.place.as_ref()?.source)))
            .collect()
    }

    /// None for fields without a header, and when there are too many.
    fn known(&mut self, writer: &Writer<'_>, limits: &Limits) -> Option<&mut Known> {
        self.key.clear();
        writer.push_key(&mut self.key);
        if self.key.is_empty() {
            return None;
        }
        if !self.known.contains_key(self.key.as_str()) {
            if self.known.len() >= limits.sources {
                return None;
            }
            self.known
                .insert(self.key.as_str().into(), Known::default());
        }
        self.known.get_mut(self.key.as_str())
    }
}

impl Place {
    fn of(writer: &Writer<'_>, message: &Message<'_>, presumed: bool) -> Place {
        let (mut prefix, mut source) = (String::new(), String::new());
        writer.push_prefix(&mut prefix);
        source_name(&prefix, message, &mut source);
        Place {
            source: source.into(),
            parent: writer.publisher().map(Into::into),
            topic: message.topic.into(),
            prefix: prefix.into(),
            presumed,
        }
    }
}

impl Known {
    /// Learns where the data come, and tells what the writer has there.
    fn settle(&mut self, place: Place, message: &Message<'_>, context: &mut Context<'_>) {
        let before = self.place.take();
        let same = |before: &Place| {
            before.source == place.source
                && before.topic == place.topic
                && before.prefix == place.prefix
        };
        let told = before.as_ref().is_some_and(same);
        if let Some(before) = before.filter(|before| before.source != place.source) {
            // The metadata named it otherwise.
            context.event(self.description(&before, true, message));
        }
        self.place = Some(place);
        if !told {
            self.describe(message, context);
        }
    }

    /// Tells what the writer is and has.
    fn describe(&self, message: &Message<'_>, context: &mut Context<'_>) {
        if let Some(place) = &self.place {
            context.event(self.description(place, false, message));
        }
    }

    fn description(&self, place: &Place, gone: bool, message: &Message<'_>) -> SourceEvent {
        let fields = if gone { &[] } else { self.fields.as_slice() };
        let points = fields.iter().map(|field| Point {
            address: format!("{}#{}{}", place.topic, place.prefix, field.name).into(),
            ..field.point.clone()
        });
        SourceEvent::Described(Box::new(Description {
            source: Arc::clone(&place.source),
            convention: Convention::OpcUaPubSub,
            topic: message.topic.into(),
            name: self.name.clone(),
            parent: place.parent.clone(),
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            points: points.collect(),
            gone,
            at: message.received,
        }))
    }

    /// Judges a sequence number. Only a frame of changes leaves values out of date when one before it is missing.
    fn count(&mut self, got: u32, kind: Kind, context: &mut Context<'_>) {
        let Some(last) = self.sequence.replace(got) else {
            return;
        };
        let back = last.wrapping_sub(got);
        if back == 0 || (back <= LATE_MAX && got > 1) {
            // Sent late or twice.
            self.sequence = Some(last);
            return;
        }
        let expected = last.wrapping_add(1);
        // Publishers count in 16 or 32 bits, and some begin with 1 again.
        let begun_anew = got <= 1 && last >= u32::from(u16::MAX);
        if got == expected || begun_anew || kind != Kind::Delta {
            return;
        }
        if let Some(place) = &self.place {
            context.event(SourceEvent::SequenceGap {
                node: Arc::clone(&place.source),
                expected,
                got,
            });
        }
    }
}

fn built_in(known: Option<&Known>, name: &str) -> BuiltIn {
    let Some(known) = known else {
        return BuiltIn::Other;
    };
    let place = known
        .fields
        .binary_search_by(|field| (*field.name).cmp(name));
    let field = place.ok().and_then(|place| known.fields.get(place));
    field.map_or(BuiltIn::Other, |field| field.built_in)
}

/// Name of the source whose addresses begin with `prefix`; fields without a header belong to their topic.
fn source_name(prefix: &str, message: &Message<'_>, source: &mut String) {
    source.clear();
    source.push_str("opcua/");
    source.push_str(prefix.strip_suffix('/').unwrap_or(message.topic));
}
