//! Between the plant file's connections and the forms that people fill in.

use twin_core::ConnectionId;
use twin_model::{
    Carrier, Connection, Kind, Limits, Protocol, Security, Session, Subscription, Transport, topic,
};

use crate::{
    api::connection::{ConnectionForm, LimitsForm, ProtocolView, SubscriptionForm, TransportForm},
    error::{Error, Result},
};

/// The form of a connection in the plant file; the password stays where it is.
pub fn form_of(connection: &Connection) -> ConnectionForm {
    ConnectionForm {
        id: connection.id.to_string(),
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
        persistent_session: connection.session == Session::Persistent,
        allow_rebirth: connection.allow_rebirth,
        transport: transport_form(&connection.transport),
        limits: LimitsForm {
            packet: connection.limits.packet.map(|bytes| bytes as f64),
            topics: connection.limits.topics,
            rate: connection.limits.rate,
            rate_bytes: connection.limits.rate_bytes.map(|bytes| bytes as f64),
        },
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
/// [`Error::Request`] when name, host or filters are missing, and for a filter that asks for everything without consent.
pub fn connection_of(form: &ConnectionForm, existing: &[Connection]) -> Result<Connection> {
    let before = existing.iter().find(|c| c.id.as_str() == form.id);
    check(form, before.is_some_and(|before| before.kind == Kind::Coap))?;
    let id = if form.id.is_empty() {
        free_id(&form.name, existing)
    } else {
        form.id.clone()
    };
    let id = ConnectionId::from(id);
    let unshown = before.map_or_else(|| Connection::new(id.clone(), &form.host), Clone::clone);
    Ok(Connection {
        id,
        name: form.name.trim().to_owned(),
        host: form.host.trim().to_owned(),
        port: form.port,
        protocol: match form.protocol {
            ProtocolView::Mqtt311 => Protocol::Mqtt311,
            ProtocolView::Mqtt5 => Protocol::Mqtt5,
        },
        security: if form.tls {
            Security::Tls
        } else {
            Security::Plaintext
        },
        ca_file: filled(&form.ca_file),
        certificate_file: filled(&form.certificate_file),
        key_file: filled(&form.key_file),
        username: filled(&form.username),
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
        limits: limits_of(&form.limits)?,
        ..unshown
    })
}

fn check(form: &ConnectionForm, is_coap: bool) -> Result<()> {
    let missing = |what: &str| {
        Err(Error::Request(format!(
            "the connection has no {what}: fill it in"
        )))
    };
    if form.name.trim().is_empty() {
        return missing("name");
    }
    if form.host.trim().is_empty() {
        return missing("host");
    }
    if form.subscriptions.is_empty() && !is_coap {
        return missing("topic filter, so nothing would be heard");
    }
    for subscription in &form.subscriptions {
        let filter = subscription.filter.trim();
        if topic::is_everything(filter) && !subscription.everything {
            return Err(Error::Request(format!(
                "\"{filter}\" asks for every message of the broker: name topics, or say that you want everything"
            )));
        }
    }
    Ok(())
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
        packet: bytes_of(form.packet, "largest message")?,
        topics: form.topics,
        rate: form.rate,
        rate_bytes: bytes_of(form.rate_bytes, "data rate")?,
    })
}

/// Whole bytes, in the range in which every whole number has its own `f64`.
fn bytes_of(bytes: Option<f64>, what: &str) -> Result<Option<u64>> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    match bytes {
        None => Ok(None),
        Some(bytes) if (1.0..=LARGEST).contains(&bytes) && bytes.fract() == 0.0 => {
            Ok(Some(bytes as u64))
        }
        Some(bytes) => Err(Error::Request(format!(
            "the {what} is {bytes} bytes: give a whole number above 0, or nothing"
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
mod tests {
    use super::*;

    fn form() -> ConnectionForm {
        ConnectionForm {
            id: "west".into(),
            name: "West".into(),
            host: "broker.example".into(),
            port: 8883,
            protocol: ProtocolView::Mqtt311,
            tls: true,
            ca_file: "ca.pem".into(),
            certificate_file: String::new(),
            key_file: String::new(),
            username: "ann".into(),
            password: None,
            subscriptions: vec![
                SubscriptionForm {
                    filter: "plant/#".into(),
                    qos: 1,
                    everything: false,
                    share: "desks".into(),
                },
                SubscriptionForm {
                    filter: "#".into(),
                    qos: 0,
                    everything: true,
                    share: String::new(),
                },
            ],
            persistent_session: true,
            allow_rebirth: false,
            transport: TransportForm {
                websocket: true,
                path: "/ws".into(),
                alpn: vec!["x-amzn-mqtt-ca".into(), "mqtt".into()],
                crl_file: "revoked.pem".into(),
                server_name: "other.example".into(),
            },
            limits: LimitsForm {
                packet: Some(268_435_455.0),
                topics: Some(5_000),
                rate: Some(2_000),
                rate_bytes: Some(1e10),
            },
        }
    }

    #[test]
    fn ids_come_from_names_and_never_collide() {
        assert_eq!(free_id("Plant Broker (west)", &[]), "plant-broker--west");
        let taken = ["a", "a-2"].map(|id| Connection::new(ConnectionId::from(id), "h"));
        assert_eq!(free_id("A", &taken), "a-3");
        assert_eq!(free_id("Ü", &[]), "broker");
    }

    #[test]
    fn forms_round_trip_through_the_plant_file() {
        let form = form();
        let connection = connection_of(&form, &[]).unwrap();
        assert_eq!(form_of(&connection), form);
        let head = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"Europe/Berlin\"\n";
        let mut document = twin_model::PlantDocument::parse(head).unwrap();
        document.put_connection(&connection).unwrap();
        let plant = twin_model::Plant::parse(&document.to_string()).unwrap();
        assert_eq!(form_of(&plant.connections[0]), form);
        let plain = ConnectionForm {
            transport: TransportForm::default(),
            limits: LimitsForm::default(),
            ..form
        };
        assert_eq!(
            form_of(&connection_of(&plain, &[connection]).unwrap()),
            plain
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        let refused = |change: fn(&mut ConnectionForm)| {
            let mut form = form();
            change(&mut form);
            connection_of(&form, &[]).unwrap_err().to_string()
        };
        assert!(refused(|form| form.name = " ".into()).contains("name"));
        assert!(refused(|form| form.host = " ".into()).contains("host"));
        assert!(refused(|form| form.subscriptions.clear()).contains("filter"));
        assert!(refused(|form| form.subscriptions[1].everything = false).contains("everything"));
        for bytes in [0.0, -1.0, 0.5, f64::NAN, f64::INFINITY] {
            let limits = LimitsForm {
                packet: Some(bytes),
                ..LimitsForm::default()
            };
            assert!(limits_of(&limits).is_err(), "{bytes}");
        }
    }

    #[test]
    fn a_websocket_without_a_path_has_the_usual_one() {
        let transport = transport_of(&TransportForm {
            websocket: true,
            ..TransportForm::default()
        });
        let path = twin_model::WEBSOCKET_PATH.to_owned();
        assert_eq!(transport.carrier, Carrier::WebSocket { path });
    }

    #[test]
    fn what_a_form_does_not_show_stays() {
        let mut connection = Connection::new(ConnectionId::from("west"), "h");
        connection.subscriptions = vec![Subscription {
            filter: "a".into(),
            ..Subscription::default()
        }];
        connection.shadows = vec!["pump-1".into()];
        connection.sparkplug.primary_host = Some("desk".into());
        let form = ConnectionForm {
            port: 1,
            ..form_of(&connection)
        };
        let edited = connection_of(&form, std::slice::from_ref(&connection)).unwrap();
        connection.port = 1;
        assert_eq!(edited, connection);
    }
}
