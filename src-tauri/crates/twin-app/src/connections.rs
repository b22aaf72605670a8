//! Between the plant file's connections, the forms that people fill in, and running links.

mod form;
mod found;
mod kinds;
mod session;

use std::time::Duration;

use twin_connect::{
    Authorities, ClientCertificate, ConnectionSpec, Credentials, Qos, Secret, Session, Tls,
};
use twin_core::said;
use twin_model::{Carrier, Connection, Protocol, Security};

pub use self::{
    form::{connection_of, form_of, target_of},
    found::{expiry_view, filter_view, offer_view},
    kinds::{down, down_notice, said_of},
    session::{SessionFacts, session_view},
};
use crate::{
    error::{Error, Result},
    greetings::{greetings_of, will_of},
    workspace::Workspace,
};

/// How long a broker keeps a session for us. Longer than a long weekend.
const SESSION_EXPIRY: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The client id of a connection: what the plant file says, else one of this installation. It must differ between
/// workstations, or they would throw each other out; and stay the same over restarts, or a persistent session would be lost.
pub fn client_id(workspace: &Workspace, connection: &Connection) -> String {
    connection
        .client_id
        .clone()
        .unwrap_or_else(|| format!("twinscope-{}-{}", workspace.installation(), connection.id))
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
    let client = client_certificate(workspace, connection)?;
    let authorities =
        path(&connection.ca_file).map_or(Authorities::System, |ca| Authorities::Pem(ca.into()));
    let password = match password {
        Some(password) => Some(password).filter(|password| !password.is_empty()),
        None => workspace.password(connection.id.as_str())?,
    };
    let transport = &connection.transport;
    let client_id = client_id(workspace, connection);
    let standard = ConnectionSpec::new(&connection.host, connection.port, &client_id);
    Ok(ConnectionSpec {
        keep_alive: connection.keep_alive_s.map_or(standard.keep_alive, seconds),
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
                expiry: connection.session_expiry_s.map_or(SESSION_EXPIRY, seconds),
            },
            twin_model::Session::Clean => Session::Clean,
        },
        subscriptions: subscriptions_of(connection)?,
        will: will_of(connection),
        greetings: greetings_of(connection),
        limits: limits_of(&connection.limits),
        ..standard
    })
}

fn seconds(count: impl Into<u64>) -> Duration {
    Duration::from_secs(count.into())
}

fn client_certificate(
    workspace: &Workspace,
    connection: &Connection,
) -> Result<Option<ClientCertificate>> {
    let path = |file: &Option<String>| file.as_deref().and_then(|file| workspace.resolve(file));
    match (
        path(&connection.certificate_file),
        path(&connection.key_file),
    ) {
        (Some(certificate), Some(key)) => Ok(Some(ClientCertificate {
            certificate: certificate.into(),
            key: key.into(),
        })),
        (None, None) => Ok(None),
        _ => Err(Error::Request(said!(
            "refused-certificate-half",
            "a client certificate needs both files, the certificate and its private key: name both or none"
        ))),
    }
}

fn subscriptions_of(connection: &Connection) -> Result<Vec<twin_connect::Subscription>> {
    let subscription = |s: &twin_model::Subscription| {
        let qos = Qos::from_code(s.qos);
        let qos = qos.ok_or_else(|| {
            Error::Request(said!(
                "refused-qos",
                "QoS {qos} does not exist: use 0, 1 or 2",
                qos = u64::from(s.qos)
            ))
        })?;
        Ok(twin_connect::Subscription {
            filter: s.filter.clone(),
            qos,
            share: s.share.clone(),
        })
    };
    connection.subscriptions.iter().map(subscription).collect()
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
    use twin_core::ConnectionId;
    use twin_model::Subscription;

    use super::*;

    /// A connection and the folder of its files.
    fn spec(connection: &Connection) -> (tempfile::TempDir, Result<ConnectionSpec>) {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        let spec = spec_of(&workspace, connection, None);
        (dir, spec)
    }

    #[test]
    fn what_the_plant_file_says_is_what_the_link_does() {
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
        connection.client_id = Some("pump-desk".into());
        connection.keep_alive_s = Some(17);
        connection.session_expiry_s = Some(28_800);
        let (dir, spec) = spec(&connection);
        let spec = spec.unwrap();
        assert_eq!(spec.subscriptions[0].wire_filter(), "$share/desks/#");
        assert_eq!(
            (&*spec.client_id, spec.keep_alive),
            ("pump-desk", Duration::from_secs(17))
        );
        let expiry = Duration::from_secs(28_800);
        assert_eq!(spec.session, Session::Persistent { expiry });
        let tls = spec.tls.unwrap();
        assert_eq!(tls.alpn, ["x-amzn-mqtt-ca"]);
        assert_eq!(tls.crl, Some(dir.path().join("revoked.pem").into()));
        let rate = spec.limits.rate.unwrap();
        assert_eq!((rate.messages_per_s, rate.bytes_per_s), (5_000, u64::MAX));
    }

    #[test]
    fn a_plant_file_can_name_every_convention() {
        for convention in twin_payload::Convention::ALL {
            let name = convention.name();
            assert!(twin_model::payload::CONVENTIONS.contains(&name), "{name}");
        }
    }

    #[test]
    fn half_a_client_certificate_is_refused() {
        let mut connection = Connection::new(ConnectionId::from("west"), "h");
        connection.certificate_file = Some("client.pem".into());
        assert!(spec(&connection).1.is_err());
        connection.certificate_file = None;
        let spec = spec(&connection).1.unwrap();
        assert!(spec.client_id.starts_with("twinscope-") && spec.client_id.ends_with("-west"));
        assert!(spec.tls.is_some());
    }
}
