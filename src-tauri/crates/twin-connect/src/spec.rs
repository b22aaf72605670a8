//! How to reach a broker, and what to ask of it.

use std::{borrow::Cow, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use twin_core::{Timestamp, said};

use crate::{
    Authorities, Carrier, Credentials, Error, Greeting, Limits, Qos, Timing, Tls, Will, filter,
};

/// Most greetings: the library has room for a thousand requests, and subscriptions are among them.
const GREETINGS_MAX: usize = 500;

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

/// One topic filter to subscribe to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// MQTT topic filter.
    pub filter: String,
    /// The highest quality of service wanted.
    pub qos: Qos,
    /// Group to share the messages with: the broker gives each message to one member only, keeps no order between
    /// them, and sends no retained messages (MQTT 5, 4.8.2). A filter that begins with `$share/` says the same.
    pub share: Option<String>,
}

impl Subscription {
    /// Not shared.
    pub fn new(filter: &str, qos: Qos) -> Self {
        Subscription {
            filter: filter.into(),
            qos,
            share: None,
        }
    }

    /// The filter as the broker is asked for it, with the group.
    pub fn wire_filter(&self) -> Cow<'_, str> {
        match &self.share {
            None => Cow::Borrowed(&self.filter),
            Some(group) => Cow::Owned(format!("{}{group}/{}", filter::SHARE, self.filter)),
        }
    }

    /// Whether the messages are shared with others.
    pub fn is_shared(&self) -> bool {
        self.share.is_some() || self.filter.starts_with(filter::SHARE)
    }

    /// The same in a group of its own, so that a test takes no message from the real group.
    pub(crate) fn aside(&self) -> Subscription {
        let wire = self.wire_filter();
        match filter::split(&wire) {
            (None, _) => self.clone(),
            (Some(group), topics) => Subscription {
                filter: topics.into(),
                qos: self.qos,
                share: Some(format!("{group}-test")),
            },
        }
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |why| {
            Err(Error::Filter {
                filter: self.filter.clone(),
                why,
            })
        };
        if let Some(group) = &self.share {
            if self.filter.starts_with(filter::SHARE) {
                return wrong(said!(
                    "connect-group-twice",
                    "its share group is named twice; name it once"
                ));
            }
            if let Err(why) = filter::check_group(group) {
                return wrong(why);
            }
        }
        filter::check(&self.wire_filter())
    }
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

/// One connection to one broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSpec {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// What carries the packets.
    pub carrier: Carrier,
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
    /// What others are to hear when this connection has ended.
    pub will: Option<Will>,
    /// What is published on every new link, at most 500 messages.
    pub greetings: Vec<Greeting>,
    /// What to listen to.
    pub subscriptions: Vec<Subscription>,
    /// Bounds.
    pub limits: Limits,
    /// Waiting times.
    pub timing: Timing,
}

impl ConnectionSpec {
    /// MQTT 5 on TCP with TLS, the system's authorities, a session kept for 7 days and a keep-alive of 30 s.
    pub fn new(host: &str, port: u16, client_id: &str) -> Self {
        ConnectionSpec {
            host: host.into(),
            port,
            carrier: Carrier::Tcp,
            protocol: Protocol::Mqtt5,
            tls: Some(Tls::default()),
            credentials: None,
            client_id: client_id.into(),
            session: Session::Persistent {
                expiry: Duration::from_secs(7 * 24 * 3600),
            },
            keep_alive: Duration::from_secs(30),
            will: None,
            greetings: Vec::new(),
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
        self.carrier.check()?;
        if let Some(will) = &self.will {
            will.check()?;
        }
        if self.greetings.len() > GREETINGS_MAX {
            return Err(Error::Greetings {
                count: self.greetings.len(),
                most: GREETINGS_MAX,
            });
        }
        self.greetings.iter().try_for_each(Greeting::check)?;
        let offers = self.tls.iter().flat_map(|tls| &tls.alpn);
        for protocol in offers {
            if !(1..=255).contains(&protocol.len()) {
                return Err(Error::Alpn {
                    protocol: protocol.clone(),
                });
            }
        }
        self.subscriptions.iter().try_for_each(Subscription::check)
    }

    /// What a link that is begun at this instant goes by.
    pub(crate) fn begun(&self, at: Timestamp) -> Cow<'_, ConnectionSpec> {
        match &self.will {
            None => Cow::Borrowed(self),
            Some(will) => Cow::Owned(ConnectionSpec {
                will: Some(will.begun(at)),
                ..self.clone()
            }),
        }
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
    let name = match &tls.server_name {
        Some(name) => format!(", checked against the name \"{name}\""),
        None => String::new(),
    };
    format!("TLS, {authorities}{client}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientCertificate, Secret};

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
            ..Tls::default()
        });
        spec.carrier = Carrier::WebSocket {
            path: "/mqtt".into(),
            headers: vec![("Authorization".into(), Secret::new("t0ken"))],
        };
        let text = format!("{spec:?}");
        for hidden in ["hunter2", "KEYTEXT", "75, 69, 89", "t0ken"] {
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
            (
                ConnectionSpec {
                    carrier: Carrier::web_socket("mqtt"),
                    ..good.clone()
                },
                "path",
            ),
            (
                ConnectionSpec {
                    tls: Some(Tls {
                        alpn: vec!["mqtt".into(), String::new()],
                        ..Tls::default()
                    }),
                    ..good.clone()
                },
                "ALPN",
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

    #[test]
    fn a_share_group_is_named_once() {
        let mut shared = Subscription {
            share: Some("desks".into()),
            ..Subscription::new("plant/#", Qos::AtLeastOnce)
        };
        assert_eq!(shared.wire_filter(), "$share/desks/plant/#");
        assert!(shared.is_shared() && shared.check().is_ok());
        shared.filter = "$share/desks/plant/#".into();
        let error = shared.check().unwrap_err().to_string();
        assert!(error.contains("named twice"), "{error}");
        shared.share = None;
        assert_eq!(shared.wire_filter(), "$share/desks/plant/#");
        assert!(shared.is_shared() && shared.check().is_ok());
        assert_eq!(shared.aside().wire_filter(), "$share/desks-test/plant/#");
        for group in ["", "a/b", "+"] {
            let share = Some(group.into());
            let wrong = Subscription {
                share,
                ..Subscription::new("plant/#", Qos::AtLeastOnce)
            };
            assert!(wrong.check().is_err(), "{group}");
        }
    }
}
