//! Between the plant file's connections, the forms that people fill in, and running links.

use std::time::Duration;

use twin_connect::{
    Authorities, ClientCertificate, ConnectionSpec, Credentials, Qos, Secret, Session, Tls,
};
use twin_core::ConnectionId;
use twin_model::{Carrier, Connection, Kind, Protocol, Security, Subscription};

use crate::{
    api::connection::{ConnectionForm, ProtocolView, SubscriptionForm},
    error::{Error, Result},
    workspace::Workspace,
};

/// How long a broker keeps a session for us. Longer than a long weekend.
const SESSION_EXPIRY: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The form of a connection in the plant file; the password stays where it is.
pub fn form_of(connection: &Connection) -> ConnectionForm {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
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
            })
            .collect(),
        persistent_session: connection.session == twin_model::Session::Persistent,
        allow_rebirth: connection.allow_rebirth,
    }
}

/// The plant file's connection of a form. An empty id is made from the name. What the form does not show stays as the
/// plant file, whose connections are `existing`, has it.
///
/// # Errors
/// [`Error::Request`] when name or host are empty.
pub fn connection_of(form: &ConnectionForm, existing: &[Connection]) -> Result<Connection> {
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
    let before = existing.iter().find(|c| c.id.as_str() == form.id);
    let is_coap = before.is_some_and(|before| before.kind == Kind::Coap);
    if form.subscriptions.is_empty() && !is_coap {
        return missing("topic filter, so nothing would be heard");
    }
    let file = |path: &str| Some(path.trim().to_owned()).filter(|path| !path.is_empty());
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
        ca_file: file(&form.ca_file),
        certificate_file: file(&form.certificate_file),
        key_file: file(&form.key_file),
        username: file(&form.username),
        session: if form.persistent_session {
            twin_model::Session::Persistent
        } else {
            twin_model::Session::Clean
        },
        allow_rebirth: form.allow_rebirth,
        subscriptions: form
            .subscriptions
            .iter()
            .map(|s| subscription_of(s, &unshown.subscriptions))
            .collect(),
        ..unshown
    })
}

/// A subscription of a form, with the consent and the group that its filter has in the plant file.
fn subscription_of(form: &SubscriptionForm, existing: &[Subscription]) -> Subscription {
    let filter = form.filter.trim();
    let before = existing.iter().find(|s| s.filter == filter);
    Subscription {
        filter: filter.to_owned(),
        qos: form.qos,
        ..before.cloned().unwrap_or_default()
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

/// The client id of this installation on a connection. It must differ between workstations, or they would throw
/// each other out; and stay the same over restarts, or a persistent session would be lost.
pub fn client_id(workspace: &Workspace, connection: &str) -> String {
    format!("twinscope-{}-{connection}", workspace.installation())
}

/// How to reach the broker. `password` overrides the stored one.
///
/// # Errors
/// [`Error::Request`] for half a client certificate, a wrong QoS or a transport that links do not have,
/// [`Error::File`] when the password cannot be read.
pub fn spec_of(
    workspace: &Workspace,
    connection: &Connection,
    password: Option<String>,
) -> Result<ConnectionSpec> {
    let path = |file: &Option<String>| file.as_deref().and_then(|file| workspace.resolve(file));
    let client = match (
        path(&connection.certificate_file),
        path(&connection.key_file),
    ) {
        (Some(certificate), Some(key)) => Some(ClientCertificate {
            certificate: certificate.into(),
            key: key.into(),
        }),
        (None, None) => None,
        _ => {
            let text = "a client certificate needs both files, the certificate and its private key: name both or none";
            return Err(Error::Request(text.into()));
        }
    };
    let authorities =
        path(&connection.ca_file).map_or(Authorities::System, |ca| Authorities::Pem(ca.into()));
    let password = match password {
        Some(password) => Some(password).filter(|password| !password.is_empty()),
        None => workspace.password(connection.id.as_str())?,
    };
    let subscriptions = connection.subscriptions.iter().map(|s| {
        let qos = Qos::from_code(s.qos);
        let qos = qos.ok_or_else(|| {
            Error::Request(format!("QoS {} does not exist: use 0, 1 or 2", s.qos))
        })?;
        Ok(twin_connect::Subscription {
            filter: s.filter.clone(),
            qos,
            share: s.share.clone(),
        })
    });
    let transport = &connection.transport;
    let client_id = client_id(workspace, connection.id.as_str());
    Ok(ConnectionSpec {
        protocol: match connection.protocol {
            Protocol::Mqtt311 => twin_connect::Protocol::Mqtt311,
            Protocol::Mqtt5 => twin_connect::Protocol::Mqtt5,
        },
        tls: (connection.security == Security::Tls).then_some(Tls {
            authorities,
            client,
            alpn: transport.alpn.clone(),
            crl: path(&transport.crl_file).map(Into::into),
            server_name: transport.server_name.clone(),
        }),
        carrier: match &transport.carrier {
            Carrier::Tcp => twin_connect::Carrier::Tcp,
            Carrier::WebSocket { path } => twin_connect::Carrier::web_socket(path),
        },
        credentials: connection.username.as_ref().map(|username| Credentials {
            username: username.clone(),
            password: password.as_deref().map(Secret::new),
        }),
        session: match connection.session {
            twin_model::Session::Persistent => Session::Persistent {
                expiry: SESSION_EXPIRY,
            },
            twin_model::Session::Clean => Session::Clean,
        },
        subscriptions: subscriptions.collect::<Result<_>>()?,
        limits: limits_of(&connection.limits),
        ..ConnectionSpec::new(&connection.host, connection.port, &client_id)
    })
}

/// What is not said stays as the program has it.
fn limits_of(limits: &twin_model::Limits) -> twin_connect::Limits {
    let default = twin_connect::Limits::default();
    let is_budgeted = limits.rate.is_some() || limits.rate_bytes.is_some();
    twin_connect::Limits {
        max_payload: limits
            .packet
            .and_then(|packet| usize::try_from(packet).ok())
            .unwrap_or(default.max_payload),
        rate: is_budgeted.then(|| twin_connect::Rate {
            messages_per_s: limits.rate.unwrap_or(u32::MAX),
            bytes_per_s: limits.rate_bytes.unwrap_or(u64::MAX),
        }),
        ..default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_names_and_never_collide() {
        assert_eq!(free_id("Plant Broker (west)", &[]), "plant-broker--west");
        let taken = ["a", "a-2"].map(|id| Connection::new(ConnectionId::from(id), "h"));
        assert_eq!(free_id("A", &taken), "a-3");
        assert_eq!(free_id("Ü", &[]), "broker");
    }

    #[test]
    fn forms_round_trip_through_the_plant_file() {
        let form = ConnectionForm {
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
            subscriptions: vec![SubscriptionForm {
                filter: "plant/#".into(),
                qos: 1,
            }],
            persistent_session: true,
            allow_rebirth: false,
        };
        assert_eq!(form_of(&connection_of(&form, &[]).unwrap()), form);
        let nameless = ConnectionForm {
            name: " ".into(),
            ..form.clone()
        };
        assert!(
            connection_of(&nameless, &[])
                .unwrap_err()
                .to_string()
                .contains("name")
        );
    }

    #[test]
    fn a_plant_file_can_name_every_convention() {
        for convention in twin_payload::Convention::ALL {
            let name = convention.name();
            assert!(twin_model::payload::CONVENTIONS.contains(&name), "{name}");
        }
    }

    #[test]
    fn what_a_form_does_not_show_stays() {
        let mut connection = Connection::new(ConnectionId::from("west"), "h");
        connection.subscriptions = vec![Subscription {
            filter: "#".into(),
            qos: 1,
            everything: true,
            share: Some("desks".into()),
        }];
        connection.transport.crl_file = Some("revoked.pem".into());
        connection.transport.alpn = vec!["x-amzn-mqtt-ca".into()];
        connection.limits.rate = Some(5_000);
        connection.shadows = vec!["pump-1".into()];
        connection.sparkplug.primary_host = Some("desk".into());
        let form = ConnectionForm {
            port: 1,
            ..form_of(&connection)
        };
        let edited = connection_of(&form, std::slice::from_ref(&connection)).unwrap();
        connection.port = 1;
        assert_eq!(edited, connection);
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        let spec = spec_of(&workspace, &edited, None).unwrap();
        assert_eq!(spec.subscriptions[0].wire_filter(), "$share/desks/#");
        let tls = spec.tls.unwrap();
        assert_eq!(tls.alpn, ["x-amzn-mqtt-ca"]);
        assert_eq!(tls.crl, Some(dir.path().join("revoked.pem").into()));
        let rate = spec.limits.rate.unwrap();
        assert_eq!((rate.messages_per_s, rate.bytes_per_s), (5_000, u64::MAX));
    }

    #[test]
    fn half_a_client_certificate_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        let mut connection = connection_of(
            &ConnectionForm {
                id: String::new(),
                name: "West".into(),
                host: "h".into(),
                port: 1,
                protocol: ProtocolView::Mqtt5,
                tls: true,
                ca_file: String::new(),
                certificate_file: "client.pem".into(),
                key_file: String::new(),
                username: String::new(),
                password: None,
                subscriptions: vec![SubscriptionForm {
                    filter: "a".into(),
                    qos: 1,
                }],
                persistent_session: false,
                allow_rebirth: false,
            },
            &[],
        )
        .unwrap();
        assert!(spec_of(&workspace, &connection, None).is_err());
        connection.certificate_file = None;
        let spec = spec_of(&workspace, &connection, None).unwrap();
        assert!(spec.client_id.contains(workspace.installation()) && spec.tls.is_some());
    }
}
