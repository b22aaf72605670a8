//! Between the plant file's connections and the forms that people fill in.

mod reading;

use std::collections::HashSet;

use twin_core::{ConnectionId, Duration, Said, said};
use twin_model::{
    Carrier, Connection, Kind, Limits, Protocol, Resource, Security, Session, Subscription,
    Transport, topic,
};

use self::reading::{reading_form, with_reading};
use crate::{
    api::connection::{
        ConnectionForm, KindView, LimitsForm, ProtocolView, ResourceForm, SubscriptionForm,
        TransportForm,
    },
    error::{Error, Result},
};

/// The form of a connection in the plant file; the password stays where it is.
pub fn form_of(connection: &Connection) -> ConnectionForm {
    ConnectionForm {
        id: connection.id.to_string(),
        kind: match connection.kind {
            Kind::Mqtt => KindView::Mqtt,
            Kind::Coap => KindView::Coap,
        },
        name: connection.name.clone(),
        host: connection.host.clone(),
        port: connection.port,
        protocol: match connection.protocol {
            Protocol::Mqtt311 => ProtocolView::Mqtt311,
            Protocol::Mqtt5 => ProtocolView::Mqtt5,
        },
        tls: connection.security == Security::Tls,
        ca_file: text(&connection.ca_file),
        certificate_file: text(&connection.certificate_file),
        key_file: text(&connection.key_file),
        username: text(&connection.username),
        password: None,
        subscriptions: connection
            .subscriptions
            .iter()
            .map(|s| SubscriptionForm {
                filter: s.filter.clone(),
                qos: s.qos,
                everything: s.everything,
                share: text(&s.share),
            })
            .collect(),
        resources: connection
            .resources
            .iter()
            .map(|resource| ResourceForm {
                path: resource.path.clone(),
                observe: resource.observe,
                every_s: resource.every.secs_f64(),
            })
            .collect(),
        client_id: text(&connection.client_id),
        keep_alive_s: connection.keep_alive_s,
        persistent_session: connection.session == Session::Persistent,
        session_expiry_s: connection.session_expiry_s,
        allow_rebirth: connection.allow_rebirth,
        transport: transport_form(&connection.transport),
        limits: LimitsForm {
            packet: connection.limits.packet.map(|bytes| bytes as f64),
            topics: connection.limits.topics,
            addresses: connection.limits.addresses,
            rate: connection.limits.rate,
            rate_bytes: connection.limits.rate_bytes.map(|bytes| bytes as f64),
        },
        reading: reading_form(connection),
    }
}

fn transport_form(transport: &Transport) -> TransportForm {
    let (websocket, path) = match &transport.carrier {
        Carrier::Tcp => (false, String::new()),
        Carrier::WebSocket { path } => (true, path.clone()),
    };
    TransportForm {
        websocket,
        path,
        alpn: transport.alpn.clone(),
        crl_file: text(&transport.crl_file),
        server_name: text(&transport.server_name),
    }
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

/// None if there is nothing but space in it.
fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The plant file's connection of a form. An empty id is made from the name. What the form does not show stays as the
/// plant file, whose connections are `existing`, has it.
///
/// # Errors
/// [`Error::Request`] when name, host or what to hear are missing, for a filter that asks for everything without consent,
/// and for another kind than before.
pub fn connection_of(form: &ConnectionForm, existing: &[Connection]) -> Result<Connection> {
    if form.name.trim().is_empty() {
        return missing(said!("refused-missing-name", "name"));
    }
    match form.kind {
        KindView::Mqtt if form.subscriptions.is_empty() => {
            return missing(said!(
                "refused-missing-filter",
                "topic filter, so nothing would be heard"
            ));
        }
        KindView::Coap if form.resources.is_empty() => {
            return missing(said!(
                "refused-missing-resource",
                "resource, so nothing would be read"
            ));
        }
        KindView::Mqtt | KindView::Coap => {}
    }
    target_of(form, existing)
}

fn missing<T>(what: Said) -> Result<T> {
    Err(Error::Request(said!(
        "refused-missing",
        "the connection has no {what}: fill it in",
        what = what
    )))
}

/// As [`connection_of`], for a look at the other side before it is known what to hear: name, filters and resources may be
/// missing.
///
/// # Errors
/// As [`connection_of`], but for those.
pub fn target_of(form: &ConnectionForm, existing: &[Connection]) -> Result<Connection> {
    if form.host.trim().is_empty() {
        return missing(said!("refused-missing-host", "host"));
    }
    let before = existing.iter().find(|c| c.id.as_str() == form.id);
    let kind = match form.kind {
        KindView::Mqtt => Kind::Mqtt,
        KindView::Coap => Kind::Coap,
    };
    if let Some(before) = before.filter(|before| before.kind != kind) {
        return Err(Error::Request(said!(
            "refused-kind",
            "the connection \"{name}\" is one of {kind} and stays so: make a new one",
            name = before.name.as_str(),
            kind = before.kind.name()
        )));
    }
    let id = if form.id.is_empty() {
        free_id(&form.name, existing)
    } else {
        form.id.clone()
    };
    let id = ConnectionId::from(id);
    let unshown = before.map_or_else(|| Connection::new(id.clone(), &form.host), Clone::clone);
    let both = Connection {
        id,
        kind,
        name: form.name.trim().to_owned(),
        host: form.host.trim().to_owned(),
        port: form.port,
        security: if form.tls {
            Security::Tls
        } else {
            Security::Plaintext
        },
        username: filled(&form.username),
        limits: limits_of(&form.limits)?,
        ..unshown
    };
    let both = with_reading(&form.reading, both)?;
    match kind {
        Kind::Mqtt => mqtt_of(form, both),
        Kind::Coap => coap_of(form, both),
    }
}

/// What a form says of MQTT, beside what is said of both kinds.
fn mqtt_of(form: &ConnectionForm, both: Connection) -> Result<Connection> {
    for subscription in &form.subscriptions {
        let filter = subscription.filter.trim();
        if topic::is_everything(filter) && !subscription.everything {
            return Err(Error::Request(said!(
                "refused-everything",
                "\"{filter}\" asks for every message of the broker: name topics, or say that you want everything",
                filter = filter
            )));
        }
    }
    let client_id = filled(&form.client_id);
    if client_id
        .as_deref()
        .is_some_and(|id| !twin_model::is_client_id(id))
    {
        return Err(Error::Request(said!(
            "refused-client-id",
            "the client id has more than {most} bytes, or control characters: give another",
            most = twin_model::CLIENT_ID_BYTES_MAX
        )));
    }
    if form.keep_alive_s == Some(0) || form.session_expiry_s == Some(0) {
        return Err(Error::Request(said!(
            "refused-no-time",
            "a keep-alive and a session of 0 s are not possible: give at least 1 s, or nothing"
        )));
    }
    Ok(Connection {
        client_id,
        keep_alive_s: form.keep_alive_s,
        session_expiry_s: form.session_expiry_s,
        protocol: match form.protocol {
            ProtocolView::Mqtt311 => Protocol::Mqtt311,
            ProtocolView::Mqtt5 => Protocol::Mqtt5,
        },
        ca_file: filled(&form.ca_file),
        certificate_file: filled(&form.certificate_file),
        key_file: filled(&form.key_file),
        session: if form.persistent_session {
            Session::Persistent
        } else {
            Session::Clean
        },
        allow_rebirth: form.allow_rebirth,
        subscriptions: form
            .subscriptions
            .iter()
            .map(|s| Subscription {
                filter: s.filter.trim().to_owned(),
                qos: s.qos,
                everything: s.everything,
                share: filled(&s.share),
            })
            .collect(),
        transport: transport_of(&form.transport),
        ..both
    })
}

/// What a form says of CoAP, beside what is said of both kinds.
fn coap_of(form: &ConnectionForm, both: Connection) -> Result<Connection> {
    let mut seen = HashSet::new();
    let resource = |resource: &ResourceForm| {
        let path = resource.path.trim();
        if !path.starts_with('/') {
            return Err(Error::Request(said!(
                "refused-resource-path",
                "the resource \"{path}\" is no path: let it begin with /",
                path = path
            )));
        }
        if !seen.insert(path.to_owned()) {
            return Err(Error::Request(said!(
                "refused-resource-twice",
                "the resource \"{path}\" stands twice: remove one",
                path = path
            )));
        }
        if !(1.0..=86_400.0).contains(&resource.every_s) {
            return Err(Error::Request(said!(
                "refused-resource-interval",
                "the resource \"{path}\" has an impossible interval: give 1 to 86,400 seconds",
                path = path
            )));
        }
        Ok(Resource {
            path: path.to_owned(),
            observe: resource.observe,
            every: Duration::from_secs_f64(resource.every_s),
        })
    };
    Ok(Connection {
        resources: form.resources.iter().map(resource).collect::<Result<_>>()?,
        ..both
    })
}

fn transport_of(form: &TransportForm) -> Transport {
    Transport {
        carrier: if form.websocket {
            let path = filled(&form.path).unwrap_or_else(|| twin_model::WEBSOCKET_PATH.to_owned());
            Carrier::WebSocket { path }
        } else {
            Carrier::Tcp
        },
        alpn: form.alpn.iter().filter_map(|name| filled(name)).collect(),
        crl_file: filled(&form.crl_file),
        server_name: filled(&form.server_name),
    }
}

fn limits_of(form: &LimitsForm) -> Result<Limits> {
    Ok(Limits {
        packet: bytes_of(form.packet, || {
            said!("refused-bytes-message", "largest message")
        })?,
        topics: form.topics,
        addresses: form.addresses,
        rate: form.rate,
        rate_bytes: bytes_of(form.rate_bytes, || said!("refused-bytes-rate", "data rate"))?,
    })
}

/// Whole bytes, in the range in which every whole number has its own `f64`.
fn bytes_of(bytes: Option<f64>, what: impl Fn() -> Said) -> Result<Option<u64>> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    match bytes {
        None => Ok(None),
        Some(bytes) if (1.0..=LARGEST).contains(&bytes) && bytes.fract() == 0.0 => {
            Ok(Some(bytes as u64))
        }
        Some(bytes) => Err(Error::Request(said!(
            "refused-bytes",
            "the {what} is {bytes} bytes: give a whole number above 0, or nothing",
            what = what(),
            bytes = bytes.to_string()
        ))),
    }
}

/// An id from a name: lower case, digits and hyphens; numbered if it is taken.
fn free_id(name: &str, taken: &[Connection]) -> String {
    let plain: String = name
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let plain = plain.trim_matches('-');
    let base = if plain.is_empty() { "broker" } else { plain };
    let is_free = |id: &String| !taken.iter().any(|other| other.id.as_str() == id);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.to_owned())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_else(|| base.to_owned())
}

#[cfg(test)]
mod tests;
