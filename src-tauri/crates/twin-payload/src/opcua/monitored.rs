//! Monitored items, as OPC Publisher sends them one by one.

use super::{
    dataset::{event_time, push_part},
    status::{Severity, time},
    value::{self, BuiltIn},
};
use crate::{
    convention::Convention,
    description::{Description, Plate, Point},
    message::Message,
    observations::SourceEvent,
    reader::Context,
    reject::Reject,
    roster::Roster,
    stamp::Stamp,
    tree::Node,
    walk::{Sink, push_clean},
};

/// The display names of the nodes of every server.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    roster: Roster,
    source: String,
    address: String,
}

/// Adds the rows of a monitored item at `<host>/<node id>`: one node id may well be found on two servers.
pub(super) fn rows(
    item: Node<'_>,
    source: &mut String,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    sink.path.clear();
    source.clear();
    push_source(item, source);
    push_node(item, sink.path);
    sink.context.source(source)?;
    let Some(value) = item.get("Value") else {
        return Ok(());
    };
    let status = item.get("Status").or_else(|| item.get("StatusCode"));
    let severity = status.map_or(Severity::Good, Severity::of);
    let inside = value::unwrap(value, BuiltIn::Other);
    let happened = inside.and_then(|(fields, _)| event_time(fields));
    let told = happened
        .or_else(|| time(item, "SourceTimestamp"))
        .or_else(|| time(item, "ServerTimestamp"))
        .or_else(|| time(item, "Timestamp"));
    sink.stamp = Stamp::of(told, sink.message);
    value::field(value, BuiltIn::Other, severity, sink)
}

impl Endpoints {
    /// Learns the display name of a node.
    pub(super) fn note(
        &mut self,
        item: Node<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        let Some(name) = item.text_of("DisplayName") else {
            return;
        };
        let (source, address) = (&mut self.source, &mut self.address);
        source.clear();
        push_source(item, source);
        address.clear();
        address.push_str(message.topic);
        address.push('#');
        push_node(item, address);
        if name.len() > context.limits.description_text_bytes
            || !self.roster.is_news(source, address, name, context.limits)
        {
            return;
        }
        self.roster.keep(source, address, name);
        let points = self.roster.of(source).map(|(address, name)| Point {
            address: address.clone(),
            name: Some(name.clone()),
            ..Point::default()
        });
        context.event(SourceEvent::Described(Box::new(Description {
            source: source.as_str().into(),
            convention: Convention::OpcUaPubSub,
            topic: message.topic.into(),
            name: host(item).map(Into::into),
            parent: None,
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            points: points.collect(),
            gone: false,
            at: message.received,
        })));
    }
}

/// Host and port of the server.
fn host(item: Node<'_>) -> Option<&str> {
    let url = item.text_of("EndpointUrl")?;
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().filter(|host| !host.is_empty())
}

fn push_source(item: Node<'_>, out: &mut String) {
    out.push_str("opcua/");
    push_clean(out, host(item).unwrap_or_default());
}

fn push_node(item: Node<'_>, out: &mut String) {
    if let Some(host) = host(item) {
        push_clean(out, host);
        out.push('/');
    }
    let Some(node) = item.get("NodeId") else {
        return;
    };
    if let Some(text) = node.text() {
        push_clean(out, text);
        return;
    }
    // Version 1.04 writes a node id as an object.
    if let Some(namespace) = node.get("Namespace") {
        push_part(Some(namespace), out);
    }
    push_part(node.get("Id"), out);
    out.pop();
}
