//! How to reach a broker, and what to ask of it.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Error;

/// MQTT version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// MQTT 3.1.1.
    #[serde(rename = "mqtt3.1.1")]
    Mqtt311,
    /// MQTT 5.
    #[default]
    #[serde(rename = "mqtt5")]
    Mqtt5,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Mqtt311 => "MQTT 3.1.1",
            Protocol::Mqtt5 => "MQTT 5",
        })
    }
}

/// Quality of service of a message or subscription.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Qos {
    /// At most once: never acknowledged, lost when the link is.
    #[default]
    AtMostOnce = 0,
    /// At least once: acknowledged, repeated when in doubt.
    AtLeastOnce = 1,
    /// Exactly once while the link holds; when it is lost at the wrong moment the message comes again, marked as such.
    ExactlyOnce = 2,
}

impl Qos {
    /// From its number on the wire.
    pub const fn from_code(code: u8) -> Option<Qos> {
        match code {
            0 => Some(Qos::AtMostOnce),
            1 => Some(Qos::AtLeastOnce),
            2 => Some(Qos::ExactlyOnce),
            _ => None,
        }
    }

    /// Its number on the wire.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// One topic filter to subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// MQTT topic filter.
    pub filter: String,
    /// The highest quality of service wanted.
    pub qos: Qos,
}

/// What the broker keeps for this client while it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Nothing.
    Clean,
    /// Subscriptions and unacknowledged messages of QoS 1 and 2.
    Persistent {
        /// For how long; only MQTT 5 can say so, whole seconds.
        expiry: Duration,
    },
}

/// A value that never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: &str) -> Self {
        Secret(text.into())
    }

    /// The value itself: hand it on, do not print it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// User name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: Option<Secret>,
}

/// PEM text, or where to find it. A path is read again at each connect, so that a renewed certificate is picked up.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// The text itself.
    Bytes(Arc<[u8]>),
    /// A file.
    Path(PathBuf),
}

impl fmt::Debug for Pem {
    // The bytes may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pem::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Pem::Path(path) => path.fmt(f),
        }
    }
}

impl From<&str> for Pem {
    fn from(text: &str) -> Self {
        Pem::Bytes(text.as_bytes().into())
    }
}

impl From<PathBuf> for Pem {
    fn from(path: PathBuf) -> Self {
        Pem::Path(path)
    }
}

/// Who may vouch for the broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authorities {
    /// The certificate authorities that this system trusts.
    #[default]
    System,
    /// Only these.
    Pem(Pem),
}

/// The certificate by which this client proves itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Certificate, followed by its intermediates.
    pub certificate: Pem,
    /// Private key: PKCS#8, PKCS#1 or SEC1.
    pub key: Pem,
}

/// Encryption and proof of identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Who may vouch for the broker.
    pub authorities: Authorities,
    /// How this client proves itself, if it does.
    pub client: Option<ClientCertificate>,
}

/// Bounds on what one connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of QoS 1 and 2 the broker may send before the first of them is acknowledged (MQTT 5 tells it so).
    pub receive_maximum: u16,
    /// Largest payload handed on, bytes. A larger one is reported as [`crate::Inbound::Unreadable`] with its beginning;
    /// one that is 16 times larger still ends the link.
    pub max_payload: usize,
    /// How much may be held for a consumer that has fallen behind, bytes. What comes beyond is left to the broker,
    /// unacknowledged, and fetched by a new link once the consumer has caught up; on a clean session, where the broker
    /// would not send it again, it is dropped and counted.
    pub max_held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            receive_maximum: 10_000,
            max_payload: 1 << 20,
            max_held: 64 << 20,
        }
    }
}

/// Waiting times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the first look at the name until the broker has accepted the client.
    pub connect_timeout: Duration,
    /// Shortest wait before the next attempt.
    pub backoff_min: Duration,
    /// Longest wait before the next attempt.
    pub backoff_max: Duration,
    /// A link that held this long was sound: waiting starts from the shortest again.
    pub stable_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            connect_timeout: Duration::from_secs(15),
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(60),
            stable_after: Duration::from_secs(30),
        }
    }
}

/// One connection to one broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSpec {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// MQTT version.
    pub protocol: Protocol,
    /// TLS, or `None` for a connection that anyone on the way can read and change.
    pub tls: Option<Tls>,
    /// User name and password.
    pub credentials: Option<Credentials>,
    /// Unique among the broker's clients.
    pub client_id: String,
    /// What the broker keeps while this client is away.
    pub session: Session,
    /// Silence after which the broker is asked for a sign of life; 1 s to 65535 s, whole seconds. A dead link is
    /// noticed within two of them.
    pub keep_alive: Duration,
    /// What to listen to.
    pub subscriptions: Vec<Subscription>,
    /// Bounds.
    pub limits: Limits,
    /// Waiting times.
    pub timing: Timing,
}

impl ConnectionSpec {
    /// MQTT 5 over TLS with the system's authorities, a session kept for 7 days and a keep-alive of 30 s.
    pub fn new(host: &str, port: u16, client_id: &str) -> Self {
        ConnectionSpec {
            host: host.into(),
            port,
            protocol: Protocol::Mqtt5,
            tls: Some(Tls::default()),
            credentials: None,
            client_id: client_id.into(),
            session: Session::Persistent {
                expiry: Duration::from_secs(7 * 24 * 3600),
            },
            keep_alive: Duration::from_secs(30),
            subscriptions: Vec::new(),
            limits: Limits::default(),
            timing: Timing::default(),
        }
    }

    /// Whether this connection can be tried at all.
    ///
    /// # Errors
    /// The first thing that is wrong with it. Files are not looked at.
    pub fn check(&self) -> Result<(), Error> {
        if self.host.trim().is_empty() {
            return Err(Error::HostMissing);
        }
        if self.port == 0 {
            return Err(Error::PortMissing);
        }
        if self.client_id.is_empty() {
            return Err(Error::ClientIdMissing);
        }
        let seconds = self.keep_alive.as_secs();
        if !(1..=u64::from(u16::MAX)).contains(&seconds) {
            return Err(Error::KeepAlive { seconds });
        }
        self.subscriptions
            .iter()
            .try_for_each(|subscription| check_filter(&subscription.filter))
    }

    pub(crate) fn address(&self) -> String {
        // An IPv6 address needs its brackets before a port.
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    pub(crate) fn is_persistent(&self) -> bool {
        matches!(self.session, Session::Persistent { .. })
    }
}

/// The rules of MQTT 5, 4.7.1.
fn check_filter(filter: &str) -> Result<(), Error> {
    let wrong = |why| {
        Err(Error::Filter {
            filter: filter.into(),
            why,
        })
    };
    if filter.is_empty() {
        return wrong("it is empty; enter a topic such as plant/#");
    }
    if filter.len() > usize::from(u16::MAX) {
        return wrong("it is longer than 65535 bytes; shorten it");
    }
    if filter.contains('\0') {
        return wrong("it holds a null character; remove it");
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return wrong("# stands for all the rest, so it can only be the last level on its own");
        }
        if level.contains('+') && level != "+" {
            return wrong("+ stands for one whole level, so it cannot be part of one");
        }
    }
    Ok(())
}

/// How the connection is protected, in words, as far as its description says.
pub fn security_label(spec: &ConnectionSpec) -> String {
    let Some(tls) = &spec.tls else {
        return "not encrypted".into();
    };
    let authorities = match tls.authorities {
        Authorities::System => "system authorities",
        Authorities::Pem(_) => "own authority",
    };
    let client = if tls.client.is_some() {
        ", client certificate"
    } else {
        ""
    };
    format!("TLS, {authorities}{client}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_follow_the_standard() {
        for good in [
            "a",
            "a/b",
            "#",
            "+",
            "a/+/b",
            "a/#",
            "+/+/#",
            "/",
            "a//b",
            "$SYS/#",
            "spBv1.0/Ü/#",
        ] {
            assert!(check_filter(good).is_ok(), "{good}");
        }
        for bad in ["", "a#", "#/a", "a/#/b", "a+", "a/+b/c", "##", "a\0b"] {
            let error = check_filter(bad).unwrap_err().to_string();
            assert!(error.contains("topic filter"), "{error}");
        }
    }

    #[test]
    fn debug_output_keeps_secrets() {
        let mut spec = ConnectionSpec::new("broker", 8883, "me");
        spec.credentials = Some(Credentials {
            username: "ann".into(),
            password: Some(Secret::new("hunter2")),
        });
        spec.tls = Some(Tls {
            authorities: Authorities::System,
            client: Some(ClientCertificate {
                certificate: "CERTTEXT".into(),
                key: "KEYTEXT".into(),
            }),
        });
        let text = format!("{spec:?}");
        for hidden in ["hunter2", "KEYTEXT", "75, 69, 89"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(text.contains("ann"));
        assert_eq!(
            security_label(&spec),
            "TLS, system authorities, client certificate"
        );
    }

    #[test]
    fn what_cannot_be_tried_is_named() {
        let good = ConnectionSpec::new("broker", 8883, "me");
        assert!(good.check().is_ok());
        let cases = [
            (
                ConnectionSpec {
                    host: " ".into(),
                    ..good.clone()
                },
                "host",
            ),
            (
                ConnectionSpec {
                    port: 0,
                    ..good.clone()
                },
                "port 0",
            ),
            (
                ConnectionSpec {
                    client_id: String::new(),
                    ..good.clone()
                },
                "client id",
            ),
            (
                ConnectionSpec {
                    keep_alive: Duration::from_millis(900),
                    ..good.clone()
                },
                "keep-alive",
            ),
        ];
        for (spec, word) in cases {
            let error = spec.check().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        let spec = ConnectionSpec {
            host: "::1".into(),
            ..good
        };
        assert_eq!(spec.address(), "[::1]:8883");
    }
}
