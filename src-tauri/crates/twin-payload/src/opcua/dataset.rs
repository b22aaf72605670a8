//! Who sent a DataSetMessage, and what is in it.

use twin_core::Timestamp;

use super::{
    shape::has_header,
    status::{Severity, time},
    value::{self, BuiltIn},
};
use crate::{reject::Reject, stamp::Stamp, tree::Node, walk::Sink};

/// The header of a NetworkMessage.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header<'t> {
    pub(super) publisher: Option<Node<'t>>,
}

/// Who sent a DataSetMessage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer<'t> {
    publisher: Option<Node<'t>>,
    name: Option<Node<'t>>,
    id: Option<Node<'t>>,
}

impl<'t> Header<'t> {
    pub(super) fn of(item: Node<'t>) -> Header<'t> {
        Header {
            publisher: item.get("PublisherId"),
        }
    }

    /// The DataSetMessages of a NetworkMessage: an array, or one when it says so (SingleDataSetMessage).
    pub(super) fn messages(self, item: Node<'t>) -> impl Iterator<Item = Node<'t>> {
        let messages = item.get("Messages");
        let one = messages.filter(|messages| messages.is_object());
        let many = messages.filter(|messages| messages.is_array());
        one.into_iter()
            .chain(many.into_iter().flat_map(Node::children))
            .filter(|data| data.is_object())
    }

    /// The writer of a DataSetMessage or of its metadata.
    pub(super) fn writer(self, data: Node<'t>) -> Writer<'t> {
        let publisher = self.publisher.or_else(|| data.get("PublisherId"));
        Writer {
            publisher: publisher.filter(|_| self.publisher.is_some() || is_headed(data)),
            name: data.get("DataSetWriterName"),
            id: data.get("DataSetWriterId"),
        }
    }
}

impl Writer<'_> {
    /// Writes what its addresses begin with, `<publisher>/<writer>/`; parts that are not told are left out.
    pub(super) fn push_prefix(&self, out: &mut String) {
        push_part(self.publisher, out);
        push_part(self.name.or(self.id), out);
    }

    /// Writes what tells it from others, whether or not a message names it beside its number.
    pub(super) fn push_key(&self, out: &mut String) {
        push_part(self.publisher, out);
        push_part(self.id.or(self.name), out);
    }

    pub(super) fn publisher(&self) -> Option<&str> {
        self.publisher.and_then(Node::text)
    }
}

/// Writes an id, text or number, and a `/`. What would make the address ambiguous is percent-encoded.
pub(super) fn push_part(part: Option<Node<'_>>, out: &mut String) {
    let Some(part) = part else { return };
    if let Some(text) = part.text() {
        for c in text.chars() {
            match c {
                '%' => out.push_str("%25"),
                '/' => out.push_str("%2F"),
                '#' => out.push_str("%23"),
                c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
                c => out.push(c),
            }
        }
    } else if let Some(number) = part.number() {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(out, "{number}");
    } else {
        return;
    }
    out.push('/');
}

/// Whether the object has a header, rather than being the fields themselves.
fn is_headed(data: Node<'_>) -> bool {
    data.get("MessageType")
        .and_then(Node::text)
        .is_some_and(|kind| kind.starts_with("ua-"))
        || (has_header(data) && data.get("Payload").is_some())
}

/// What a DataSetMessage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every field.
    Key,
    /// The fields that changed.
    Delta,
    /// Something that happened.
    Event,
    /// A sign of life.
    KeepAlive,
}

impl Kind {
    pub(super) fn of(data: Node<'_>) -> Kind {
        match data.text_of("MessageType") {
            Some("ua-deltaframe") => Kind::Delta,
            Some("ua-event" | "ua-condition") => Kind::Event,
            Some("ua-keepalive") => Kind::KeepAlive,
            Some(_) => Kind::Key,
            // A DataSetMessage without a payload is a sign of life too (OPC 10000-14, section 7.2.5.4.1).
            None if is_headed(data) || data.get("Payload").is_some() => Kind::Key,
            None if has_header(data) => Kind::KeepAlive,
            None => Kind::Key,
        }
    }
}

/// Adds the fields of a DataSetMessage at the sink's path; `kind_of` tells what the metadata say of a field.
pub(super) fn rows(
    data: Node<'_>,
    kind_of: impl Fn(&str) -> BuiltIn,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    let kind = Kind::of(data);
    if kind == Kind::KeepAlive {
        return Ok(());
    }
    let payload = if is_headed(data) {
        data.get("Payload")
    } else {
        Some(data)
    };
    let Some(payload) = payload else {
        return Ok(());
    };
    let status = data.get("Status").filter(|_| is_headed(data));
    let severity = status.map_or(Severity::Good, Severity::of);
    let told = time(data, "Timestamp").filter(|_| is_headed(data));
    let happened = (kind == Kind::Event).then(|| event_time(payload)).flatten();
    sink.stamp = Stamp::of(happened.or(told), sink.message);
    for field in payload.children() {
        let kind = kind_of(field.key());
        sink.at(field.key(), |sink| {
            value::field(field, kind, severity, sink)
        })?;
    }
    Ok(())
}

/// When an event happened (OPC 10000-5, BaseEventType).
pub(super) fn event_time(fields: Node<'_>) -> Option<Timestamp> {
    let told = fields.get("Time")?;
    let value = if value::is_data_value(told) {
        told.get("Value")?
    } else {
        told
    };
    let (value, _) = value::unwrap(value, BuiltIn::Other)?;
    crate::stamp::from_rfc3339(value.text()?)
}
