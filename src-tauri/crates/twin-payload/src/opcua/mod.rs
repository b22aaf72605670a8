//! OPC UA PubSub as JSON, and the monitored items of OPC Publisher.
//!
//! Source: OPC 10000-14 (PubSub), section 7.2.5, in the forms of versions 1.04 and 1.05; OPC 10000-6 (Mappings),
//! section 5.4; OPC Publisher's message formats. Each is also taken wrapped as IoT Hub shows it: in `body`.

mod dataset;
mod metadata;
mod monitored;
mod shape;
mod status;
mod value;
mod writers;

use self::{dataset::Header, monitored::Endpoints, shape::Shape, writers::Writers};
use crate::{
    bare,
    convention::Convention,
    description::Presence,
    limits::Limits,
    message::Message,
    observations::SourceEvent,
    reader::{Context, Reader},
    reject::Reject,
    stamp::Stamp,
    tree::{Node, Tree},
    walk::Sink,
};

/// Media types that say it.
const MEDIA: [&str; 3] = [
    "application/x-network-message-json-v1",
    "application/x-monitored-item-json-v1",
    "application/opcua+uajson",
];

/// JSON values that a value of a field may come with: status, times and their parts.
const VALUES_A_FIELD: usize = 8;

/// The limits of a message in which values do not stand alone.
fn wide(limits: &Limits) -> Limits {
    Limits {
        json_values: limits.json_values.saturating_mul(VALUES_A_FIELD),
        ..*limits
    }
}

/// Reads OPC UA PubSub.
#[derive(Debug, Default)]
pub(crate) struct OpcUa {
    tree: Tree,
    path: String,
    source: String,
    writers: Writers,
    endpoints: Endpoints,
}

impl Reader for OpcUa {
    fn convention(&self) -> Convention {
        Convention::OpcUaPubSub
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let media = message.content_type.unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim();
        if MEDIA.iter().any(|known| media.eq_ignore_ascii_case(known)) {
            return true;
        }
        if !matches!(
            message.payload.trim_ascii_start().first(),
            Some(b'{' | b'[')
        ) {
            return false;
        }
        let Ok(text) = bare::text(message.payload) else {
            return false;
        };
        let mut tree = Tree::default();
        let limits = wide(&Limits::default());
        tree.read(text, &limits).is_ok()
            && shape::items(&tree).any(|item| Shape::of(item).is_some())
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        self.tree.read(text, &wide(context.limits))?;
        for item in shape::items(&self.tree) {
            let mut sink = Sink {
                message,
                path: &mut self.path,
                stamp: Stamp::of(None, message),
                context: &mut *context,
            };
            sink.path.clear();
            match Shape::of(item) {
                Some(Shape::Data) => {
                    let header = Header::of(item);
                    for data in header.messages(item) {
                        let writer = header.writer(data);
                        self.writers
                            .rows(&writer, data, &mut self.source, &mut sink)?;
                    }
                }
                Some(Shape::Dataset) | None => {
                    let writer = Header::default().writer(item);
                    self.writers
                        .rows(&writer, item, &mut self.source, &mut sink)?;
                }
                Some(Shape::Monitored) => monitored::rows(item, &mut self.source, &mut sink)?,
                Some(Shape::MetaData | Shape::Status | Shape::Configuration) => {}
            }
        }
        self.note(message, context);
        Ok(())
    }
}

impl OpcUa {
    /// Learns from a message whose rows were all taken.
    fn note(&mut self, message: &Message<'_>, context: &mut Context<'_>) {
        for item in shape::items(&self.tree) {
            match Shape::of(item) {
                Some(Shape::Data) => {
                    let header = Header::of(item);
                    for data in header.messages(item) {
                        let writer = header.writer(data);
                        self.writers.note_data(&writer, data, message, context);
                    }
                }
                Some(Shape::Dataset) | None => {
                    let writer = Header::default().writer(item);
                    self.writers.note_data(&writer, item, message, context);
                }
                Some(Shape::MetaData) => {
                    let writer = Header::of(item).writer(item);
                    self.writers.note_metadata(&writer, item, message, context);
                }
                Some(Shape::Status) => self.note_status(item, message, context),
                Some(Shape::Monitored) => self.endpoints.note(item, message, context),
                Some(Shape::Configuration) => {}
            }
        }
    }

    /// A status message tells whether a publisher works (`PubSubState`, OPC 10000-14, section 6.2.1).
    fn note_status(&self, item: Node<'_>, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(state) = item.get("Status") else {
            return;
        };
        // Compact encoding writes the number, verbose encoding `Operational_2`.
        let number = state.number().or_else(|| {
            let text = state.text()?;
            text.rsplit('_').next()?.parse().ok()
        });
        let presence = match number {
            Some(2.0) => Presence::Online,
            Some(0.0 | 1.0 | 3.0) => Presence::Offline,
            _ => return,
        };
        let header = Header::of(item);
        for source in self.writers.of_publisher(header.publisher) {
            context.event(SourceEvent::Availability {
                source,
                presence,
                at: message.received,
            });
        }
    }
}
