//! What the table of a connection is to say.

use twin_core::Duration;

use super::fields::Fields;
use crate::{
    connection::{
        Carrier, Connection, EVERY_DEFAULT_S, Kind, Limits, Protocol, Resource, Security, Session,
        Sparkplug, Subscription, WEBSOCKET_PATH, default_port,
    },
    payload::{Encoding, Field, PayloadRule},
    retention::{SizeRange, size},
};

pub(super) fn connection(of: &Connection) -> Fields {
    let transport = &of.transport;
    let (carrier, path) = match &transport.carrier {
        Carrier::Tcp => ("tcp", None),
        Carrier::WebSocket { path } => ("websocket", Some(path.as_str())),
    };
    // Without a WebSocket there may be no path, not even the usual one.
    let with_path = |fields: Fields| match path {
        Some(path) => fields.may("path", path, WEBSOCKET_PATH),
        None => fields.option("path", path),
    };
    let port = default_port(of.kind, of.security, &transport.carrier);
    let text = Option::<String>::as_deref;
    let head = Fields::new()
        .must("id", of.id.as_str())
        .say("name", of.name.as_str(), of.id.as_str())
        .may("kind", of.kind.name(), Kind::default().name())
        .must("host", of.host.as_str())
        .say("port", i64::from(of.port), i64::from(port))
        .say("protocol", of.protocol.name(), Protocol::default().name())
        .say("security", of.security.name(), Security::default().name())
        .may("carrier", carrier, "tcp");
    with_path(head)
        .texts("alpn", &transport.alpn)
        .text("server_name", text(&transport.server_name))
        .text("ca_file", text(&of.ca_file))
        .text("crl_file", text(&transport.crl_file))
        .text("certificate_file", text(&of.certificate_file))
        .text("key_file", text(&of.key_file))
        .text("username", text(&of.username))
        .text("client_id", text(&of.client_id))
        .option("keep_alive_s", of.keep_alive_s.map(i64::from))
        .say("session", of.session.name(), Session::default().name())
        .option("session_expiry_s", of.session_expiry_s.map(i64::from))
        .may("allow_rebirth", of.allow_rebirth, false)
        .text("primary_host", text(&of.sparkplug.primary_host))
        .may(
            "reorder_timeout_s",
            seconds(of.sparkplug.reorder_timeout),
            seconds(Sparkplug::REORDER_TIMEOUT),
        )
        .texts("shadows", &of.shadows)
        .lines(
            "subscriptions",
            "filter",
            each(&of.subscriptions, subscription),
        )
        .lines("resources", "path", each(&of.resources, resource))
        .sub("limits", Some(limits(&of.limits)), false)
        .tables("payload", "filter", each(&of.payload, payload_rule))
}

pub(super) fn each<T>(of: &[T], fields: impl Fn(&T) -> Fields) -> Vec<Fields> {
    of.iter().map(fields).collect()
}

/// A duration in seconds.
pub(super) fn seconds(of: Duration) -> f64 {
    of.micros() as f64 / 1e6
}

fn subscription(of: &Subscription) -> Fields {
    Fields::new()
        .must("filter", of.filter.as_str())
        .say("qos", i64::from(of.qos), 1)
        .may("everything", of.everything, false)
        .text("share", of.share.as_deref())
}

fn resource(of: &Resource) -> Fields {
    Fields::new()
        .must("path", of.path.as_str())
        .may("observe", of.observe, true)
        .may("every_s", seconds(of.every), EVERY_DEFAULT_S)
}

fn limits(of: &Limits) -> Fields {
    let number = |number: u32| i64::from(number);
    Fields::new()
        .measure("packet", of.packet.map(size_text), bytes_of)
        .option("topics", of.topics.map(number))
        .option("addresses", of.addresses.map(number))
        .option("rate", of.rate.map(number))
        .measure("rate_bytes", of.rate_bytes.map(size_text), bytes_of)
}

fn bytes_of(text: &str) -> Option<u64> {
    size(text, SizeRange(0.0, 1e18, "", "")).ok()
}

/// A size in the largest unit that says it whole.
fn size_text(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
    ];
    UNITS
        .iter()
        .find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(
            || format!("{bytes}B"),
            |(name, unit)| format!("{}{name}", bytes / unit),
        )
}

fn payload_rule(of: &PayloadRule) -> Fields {
    let character = |of: Option<char>| of.map(String::from);
    Fields::new()
        .must("filter", of.filter.as_str())
        .text("as", of.read_as.as_deref())
        .text("zone", of.zone.as_deref())
        .text("path", of.source.path.as_deref())
        .may(
            "encoding",
            of.source.encoding.name(),
            Encoding::default().name(),
        )
        .option("min_length", of.min_length.map(i64::from))
        .texts("columns", &of.columns)
        .option("separator", character(of.separator))
        .option("decimal", character(of.decimal))
        .lines("layout", "name", each(&of.layout, field))
}

fn field(of: &Field) -> Fields {
    let bits = of.bits.map(|bits| {
        bits.into_iter()
            .map(i64::from)
            .collect::<toml_edit::Array>()
    });
    Fields::new()
        .must("name", of.name.as_str())
        .must("at", i64::from(of.at))
        .must("type", of.form.name())
        .may("scale", of.scale, 1.0)
        .may("add", of.add, 0.0)
        .text("unit", Some(&of.unit))
        .option("bits", bits)
}
