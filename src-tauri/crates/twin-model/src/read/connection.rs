//! Connections.

use std::collections::HashSet;

use twin_core::{ConnectionId, Said, said};

use super::{
    payload::payload_rule,
    shared::{check_filter, read_size, unique_id},
};
use crate::{
    connection::{
        Carrier, Connection, EVERY_DEFAULT_S, Kind, Limits, Protocol, Resource, Security, Session,
        Sparkplug, Subscription, Transport, WEBSOCKET_PATH, default_port, is_client_id,
    },
    reader::Reader,
    retention::SizeRange,
    topic,
};

/// Sizes of one payload: what MQTT can carry.
const PACKET: SizeRange = SizeRange(1e3, 268_435_455.0, "1kB", "268MB");
/// Bytes a second.
const RATE: SizeRange = SizeRange(1e3, 1e10, "1kB", "10GB");

/// What was read of connections before.
#[derive(Default)]
pub(super) struct Seen {
    ids: HashSet<String>,
    /// Host, port and client id.
    clients: HashSet<(String, u16, String)>,
}

pub(super) fn connection(mut table: Reader<'_>, seen: &mut Seen) -> Connection {
    let security = table.choice("security", &Security::NAMES);
    let kind = table.choice("kind", &Kind::NAMES);
    let id = unique_id(&mut table, &mut seen.ids);
    let transport = transport(&mut table);
    let default_port = default_port(kind, security, &transport.carrier);
    let connection = Connection {
        name: table.filled_any_text("name").unwrap_or_else(|| id.clone()),
        id: ConnectionId::from(id),
        kind,
        host: table.required_text("host"),
        port: table
            .integer("port", 1..=65_535)
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(default_port),
        protocol: table.choice("protocol", &Protocol::NAMES),
        security,
        ca_file: table.filled_text("ca_file"),
        certificate_file: table.filled_text("certificate_file"),
        key_file: table.filled_text("key_file"),
        username: table.filled_text("username"),
        client_id: client_id(&mut table),
        keep_alive_s: table
            .integer("keep_alive_s", 1..=65_535)
            .and_then(|seconds| u16::try_from(seconds).ok()),
        session: table.choice("session", &Session::NAMES),
        session_expiry_s: table
            .integer("session_expiry_s", 1..=i64::from(u32::MAX))
            .and_then(|seconds| u32::try_from(seconds).ok()),
        allow_rebirth: table.boolean("allow_rebirth").unwrap_or(false),
        subscriptions: read_all(&mut table, "subscriptions", subscription),
        transport,
        limits: table.table("limits").map(limits).unwrap_or_default(),
        sparkplug: sparkplug(&mut table),
        shadows: shadows(&mut table),
        resources: read_all(&mut table, "resources", resource),
        payload: read_all(&mut table, "payload", payload_rule),
    };
    check_host(&table, &connection.host);
    if connection.certificate_file.is_some() != connection.key_file.is_some() {
        table.fault(
            "certificate_file",
            said!(
                "plantfile-certificate-pair",
                "certificate_file and key_file go together; give both or none"
            ),
        );
    }
    check_kind(&table, &connection);
    if let Some(client) = &connection.client_id {
        let client = (connection.host.clone(), connection.port, client.clone());
        if !seen.clients.insert(client) {
            table.fault(
                "client_id",
                said!(
                    "plantfile-client-id-twice",
                    "another connection to the same broker has this client id; of two the broker always throws one out"
                ),
            );
        }
    }
    let filters = connection.subscriptions.iter().map(|s| s.filter.as_str());
    check_once(&table, "subscriptions", filter_twice, filters);
    let paths = connection.resources.iter().map(|r| r.path.as_str());
    check_once(&table, "resources", path_twice, paths);
    table.finish();
    connection
}

fn read_all<T>(
    table: &mut Reader<'_>,
    key: &'static str,
    read: impl Fn(Reader<'_>) -> T,
) -> Vec<T> {
    table.tables(key).into_iter().map(read).collect()
}

fn check_host(table: &Reader<'_>, host: &str) {
    if host.contains("://") {
        table.fault(
            "host",
            said!(
                "plantfile-host-scheme",
                "must be a host name or address without a scheme; port and security have their own keys"
            ),
        );
    } else if host.contains(|c: char| c.is_whitespace() || c == '/') {
        table.fault(
            "host",
            said!(
                "plantfile-host-signs",
                "must be a host name or address without spaces and slashes"
            ),
        );
    }
}

/// What one kind of connection has and the other has not.
fn check_kind(table: &Reader<'_>, connection: &Connection) {
    let has_carrier = connection.transport.carrier != Carrier::Tcp;
    let foreign = match connection.kind {
        Kind::Mqtt => &[("resources", !connection.resources.is_empty())][..],
        Kind::Coap => &[
            ("subscriptions", !connection.subscriptions.is_empty()),
            ("carrier", has_carrier),
            ("client_id", connection.client_id.is_some()),
            ("keep_alive_s", connection.keep_alive_s.is_some()),
            ("session_expiry_s", connection.session_expiry_s.is_some()),
        ][..],
    };
    for (key, _) in foreign.iter().filter(|(_, is_there)| *is_there) {
        let kind = connection.kind.name();
        table.fault(
            key,
            said!(
                "plantfile-foreign",
                "is nothing that a connection of kind \"{kind}\" has; remove it",
                kind = kind
            ),
        );
    }
}

fn check_once<'a>(
    table: &Reader<'_>,
    key: &str,
    twice: fn(&str) -> Said,
    texts: impl Iterator<Item = &'a str>,
) {
    let mut seen = HashSet::new();
    for text in texts {
        if !seen.insert(text) {
            table.fault(key, twice(text));
        }
    }
}

fn filter_twice(filter: &str) -> Said {
    said!(
        "plantfile-filter-twice",
        "filter \"{filter}\" stands twice; remove one",
        filter = filter
    )
}

fn path_twice(path: &str) -> Said {
    said!(
        "plantfile-path-twice",
        "path \"{path}\" stands twice; remove one",
        path = path
    )
}

fn shadow_twice(shadow: &str) -> Said {
    said!(
        "plantfile-shadow-twice",
        "shadow \"{shadow}\" stands twice; remove one",
        shadow = shadow
    )
}

fn transport(table: &mut Reader<'_>) -> Transport {
    const NAMES: [(&str, bool); 2] = [("tcp", false), ("websocket", true)];
    let is_websocket = table.choice("carrier", &NAMES);
    let path = table.filled_text("path");
    if path.is_some() && !is_websocket {
        table.fault(
            "path",
            said!(
                "plantfile-path-carrier",
                "belongs to carrier = \"websocket\"; add that or remove this"
            ),
        );
    }
    let path = path.unwrap_or_else(|| WEBSOCKET_PATH.to_owned());
    check_path(table, &path);
    let transport = Transport {
        carrier: if is_websocket {
            Carrier::WebSocket { path }
        } else {
            Carrier::Tcp
        },
        alpn: table.texts("alpn"),
        crl_file: table.filled_text("crl_file"),
        server_name: table.filled_text("server_name"),
    };
    let is_protocol = |name: &String| (1..=255).contains(&name.len());
    if transport.alpn.len() > 16 || !transport.alpn.iter().all(is_protocol) {
        table.fault(
            "alpn",
            said!(
                "plantfile-alpn",
                "must be at most 16 names of 1 to 255 bytes"
            ),
        );
    }
    let is_odd = |c: char| c.is_whitespace() || matches!(c, '/' | ':');
    if transport
        .server_name
        .as_ref()
        .is_some_and(|name| name.contains(is_odd))
    {
        table.fault(
            "server_name",
            said!(
                "plantfile-server-name",
                "must be a host name, without scheme and port"
            ),
        );
    }
    transport
}

fn check_path(table: &Reader<'_>, path: &str) {
    if !path.is_empty() && (!path.starts_with('/') || path.chars().any(char::is_whitespace)) {
        table.fault(
            "path",
            said!("plantfile-path", "must begin with `/` and hold no spaces"),
        );
    }
}

fn client_id(table: &mut Reader<'_>) -> Option<String> {
    let id = table.filled_text("client_id");
    if id.as_deref().is_some_and(|id| !is_client_id(id)) {
        table.fault(
            "client_id",
            said!(
                "plantfile-client-id",
                "must have 1 to 128 bytes, no control characters, and no space at an end"
            ),
        );
    }
    id
}

fn limits(mut table: Reader<'_>) -> Limits {
    let number = |number: i64| u32::try_from(number).ok();
    let limits = Limits {
        packet: read_size(&mut table, "packet", PACKET),
        topics: table.integer("topics", 1..=10_000_000).and_then(number),
        addresses: table.integer("addresses", 1..=50_000_000).and_then(number),
        rate: table.integer("rate", 1..=10_000_000).and_then(number),
        rate_bytes: read_size(&mut table, "rate_bytes", RATE),
    };
    table.finish();
    limits
}

fn sparkplug(table: &mut Reader<'_>) -> Sparkplug {
    let default = Sparkplug::REORDER_TIMEOUT.micros() as f64 / 1e6;
    let sparkplug = Sparkplug {
        primary_host: table.filled_text("primary_host"),
        reorder_timeout: table.seconds("reorder_timeout_s", default, true),
    };
    let host = sparkplug.primary_host.as_ref();
    if host.is_some_and(|host| host.contains(['/', '+', '#'])) {
        table.fault(
            "primary_host",
            said!(
                "plantfile-level",
                "must not hold `/`, `+` or `#`: it is one level of a topic"
            ),
        );
    }
    sparkplug
}

/// Most shadows asked for on one link.
const SHADOWS_MAX: usize = 400;

/// Names of AWS IoT things and shadows: what the service allows.
fn shadows(table: &mut Reader<'_>) -> Vec<String> {
    let is_name = |name: &str, longest: usize, signs: &[char]| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || signs.contains(&c);
        (1..=longest).contains(&name.len()) && name.chars().all(is_plain)
    };
    let shadows = table.texts("shadows");
    if shadows.len() > SHADOWS_MAX {
        table.fault(
            "shadows",
            said!(
                "plantfile-shadows",
                "names more than {count} shadows; keep fewer",
                count = SHADOWS_MAX
            ),
        );
    }
    for shadow in &shadows {
        let (thing, name) = shadow.split_once('/').unwrap_or((shadow, "classic"));
        if !is_name(thing, 128, &[':', '_', '-']) || !is_name(name, 64, &[':', '_', '-', '$']) {
            table.fault(
                "shadows",
                said!(
                    "plantfile-shadow",
                    "\"{shadow}\" names no shadow; write \"thing\" or \"thing/shadow\"",
                    shadow = &**shadow
                ),
            );
        }
    }
    check_once(
        table,
        "shadows",
        shadow_twice,
        shadows.iter().map(String::as_str),
    );
    shadows
}

fn resource(mut table: Reader<'_>) -> Resource {
    let resource = Resource {
        path: table.required_text("path"),
        observe: table.boolean("observe").unwrap_or(true),
        every: table.seconds("every_s", EVERY_DEFAULT_S, false),
    };
    check_path(&table, &resource.path);
    table.finish();
    resource
}

fn subscription(mut table: Reader<'_>) -> Subscription {
    let subscription = Subscription {
        filter: table.required_any_text("filter"),
        qos: table
            .integer("qos", 0..=2)
            .and_then(|qos| u8::try_from(qos).ok())
            .unwrap_or(1),
        everything: table.boolean("everything").unwrap_or(false),
        share: table.filled_any_text("share"),
    };
    let filter = &subscription.filter;
    check_filter(&table, "filter", filter);
    if topic::is_everything(filter) && !subscription.everything {
        table.fault(
            "filter",
            said!(
                "plantfile-everything",
                "\"{filter}\" asks for every message of the broker; name topics, or add everything = true",
                filter = &**filter
            ),
        );
    }
    if let Some(share) = &subscription.share {
        if !topic::is_share(share) {
            table.fault(
                "share",
                said!(
                    "plantfile-level",
                    "must not hold `/`, `+` or `#`: it is one level of a topic"
                ),
            );
        } else if filter.starts_with("$share/") {
            table.fault(
                "share",
                said!(
                    "plantfile-share-beside",
                    "stands beside a filter that is shared already; keep one of both"
                ),
            );
        }
    }
    table.finish();
    subscription
}
