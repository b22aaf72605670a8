//! Connections as the plant file describes them. A password never stands there.

use std::fmt;

use twin_core::{ConnectionId, Duration};

use crate::payload::PayloadRule;

/// A connection to a broker or to a CoAP server.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Stable id.
    pub id: ConnectionId,
    /// Display name.
    pub name: String,
    /// What is spoken on it.
    pub kind: Kind,
    /// Host name or address.
    pub host: String,
    /// TCP port, UDP port for CoAP.
    pub port: u16,
    /// MQTT version.
    pub protocol: Protocol,
    /// Whether TLS (DTLS for CoAP) protects it.
    pub security: Security,
    /// PEM file with certificate authorities, relative to the plant file; none means the system's.
    pub ca_file: Option<String>,
    /// PEM file with the client certificate, relative to the plant file.
    pub certificate_file: Option<String>,
    /// PEM file with the client's private key, relative to the plant file.
    pub key_file: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Id under which the broker knows this client, where the broker asks for a certain one; none: one of this
    /// installation and connection, which no other has.
    pub client_id: Option<String>,
    /// Silence after which the broker is asked for a sign of life, seconds, 1 to 65,535; none is the program's own.
    pub keep_alive_s: Option<u16>,
    /// Whether the broker keeps messages while the program is away.
    pub session: Session,
    /// For how long it keeps them (MQTT 5), seconds, at least 1; none is the program's own.
    pub session_expiry_s: Option<u32>,
    /// Whether Sparkplug rebirth requests may be published on it.
    pub allow_rebirth: bool,
    /// What to subscribe to, in file order.
    pub subscriptions: Vec<Subscription>,
    /// What carries the connection, and how TLS is made.
    pub transport: Transport,
    /// How much it may bring.
    pub limits: Limits,
    /// How the program takes part in Sparkplug.
    pub sparkplug: Sparkplug,
    /// AWS IoT shadows that are asked for their state after each subscription: `thing` or `thing/shadow`. Asking is a
    /// publication, so only what a person names here is asked.
    pub shadows: Vec<String>,
    /// What is read or observed on a CoAP server, in file order.
    pub resources: Vec<Resource>,
    /// How payloads are read where their look does not say it; the first rule whose filter matches counts.
    pub payload: Vec<PayloadRule>,
}

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// MQTT, to a broker.
    #[default]
    Mqtt,
    /// CoAP (RFC 7252), to a server.
    Coap,
}

/// MQTT version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// MQTT 3.1.1.
    Mqtt311,
    /// MQTT 5.
    #[default]
    Mqtt5,
}

/// What protects a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// TLS, the default.
    #[default]
    Tls,
    /// Nothing: every value and the password can be read and changed on the way.
    Plaintext,
}

/// What the broker keeps while the program is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// Subscriptions and messages of QoS 1 and 2.
    #[default]
    Persistent,
    /// Nothing.
    Clean,
}

/// One topic filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// MQTT topic filter, well-formed.
    pub filter: String,
    /// Largest quality of service wanted: 0, 1 or 2.
    pub qos: u8,
    /// Consent to a filter that asks for every message of the broker, such as `#`.
    pub everything: bool,
    /// Name of the group that shares the messages (MQTT 5, section 4.8.2); none takes them all.
    pub share: Option<String>,
}

/// What carries a connection, and how TLS is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// What lies between MQTT and TCP.
    pub carrier: Carrier,
    /// Protocols offered in the TLS handshake (ALPN, RFC 7301), such as `x-amzn-mqtt-ca`.
    pub alpn: Vec<String>,
    /// PEM file with certificate revocation lists, relative to the plant file.
    pub crl_file: Option<String>,
    /// Name that the server's certificate has to have instead of the host: a risk, to be shown as one.
    pub server_name: Option<String>,
}

/// What lies between MQTT and TCP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// Nothing.
    #[default]
    Tcp,
    /// WebSocket (MQTT 5, section 6).
    WebSocket {
        /// Path of the request, beginning with `/`.
        path: String,
    },
}

/// How much a connection may bring; none is the program's own limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Largest payload, bytes.
    pub packet: Option<u64>,
    /// Most topics.
    pub topics: Option<u32>,
    /// Most addresses: values on all topics together.
    pub addresses: Option<u32>,
    /// Most messages a second.
    pub rate: Option<u32>,
    /// Most bytes a second.
    pub rate_bytes: Option<u64>,
}

/// How the program takes part in Sparkplug on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparkplug {
    /// Its id as primary host application; it publishes its STATE under this id. None: it only listens.
    pub primary_host: Option<String>,
    /// How long a missing sequence number may still arrive before it counts as a gap.
    pub reorder_timeout: Duration,
}

/// Something read or observed on a CoAP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Whether it is observed (RFC 7641).
    pub observe: bool,
    /// How often it is read when it is not observed or the server cannot be observed; above zero.
    pub every: Duration,
}

impl Connection {
    /// An MQTT connection with every choice at its default and nothing subscribed.
    pub fn new(id: ConnectionId, host: &str) -> Self {
        Connection {
            name: id.to_string(),
            id,
            kind: Kind::default(),
            host: host.to_owned(),
            port: default_port(Kind::Mqtt, Security::default(), &Carrier::Tcp),
            protocol: Protocol::default(),
            security: Security::default(),
            ca_file: None,
            certificate_file: None,
            key_file: None,
            username: None,
            client_id: None,
            keep_alive_s: None,
            session: Session::default(),
            session_expiry_s: None,
            allow_rebirth: false,
            subscriptions: Vec::new(),
            transport: Transport::default(),
            limits: Limits::default(),
            sparkplug: Sparkplug::default(),
            shadows: Vec::new(),
            resources: Vec::new(),
            payload: Vec::new(),
        }
    }
}

/// Longest client id, bytes: what AWS IoT Core and Azure IoT Hub take.
pub const CLIENT_ID_BYTES_MAX: usize = 128;
/// Path of a WebSocket when the plant file does not say: what most brokers take.
pub const WEBSOCKET_PATH: &str = "/mqtt";
/// How often a CoAP resource is read when the plant file does not say, seconds.
pub(crate) const EVERY_DEFAULT_S: f64 = 60.0;

/// The port when the plant file names none.
pub(crate) const fn default_port(kind: Kind, security: Security, carrier: &Carrier) -> u16 {
    match (kind, carrier, security) {
        (Kind::Coap, _, Security::Tls) => 5_684,
        (Kind::Coap, _, Security::Plaintext) => 5_683,
        (Kind::Mqtt, Carrier::Tcp, Security::Tls) => 8_883,
        (Kind::Mqtt, Carrier::Tcp, Security::Plaintext) => 1_883,
        (Kind::Mqtt, Carrier::WebSocket { .. }, Security::Tls) => 443,
        (Kind::Mqtt, Carrier::WebSocket { .. }, Security::Plaintext) => 80,
    }
}

impl Default for Sparkplug {
    fn default() -> Self {
        Sparkplug {
            primary_host: None,
            reorder_timeout: Sparkplug::REORDER_TIMEOUT,
        }
    }
}

impl Sparkplug {
    /// The time-out when the plant file names none.
    pub const REORDER_TIMEOUT: Duration = Duration::from_secs(5);
}

/// Whether a broker can be given this client id: 1 to 128 bytes, no control characters, no space at an end.
pub fn is_client_id(text: &str) -> bool {
    (1..=CLIENT_ID_BYTES_MAX).contains(&text.len())
        && !text.contains(char::is_control)
        && text.trim() == text
}

impl fmt::Display for Subscription {
    /// The filter as it is sent, with the group that shares it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.share {
            Some(share) => write!(f, "$share/{share}/{}", self.filter),
            None => f.write_str(&self.filter),
        }
    }
}

impl Kind {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, Kind); 2] = [("mqtt", Kind::Mqtt), ("coap", Kind::Coap)];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Mqtt => "mqtt",
            Kind::Coap => "coap",
        }
    }
}

impl Protocol {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, Protocol); 2] =
        [("mqtt5", Protocol::Mqtt5), ("mqtt3.1.1", Protocol::Mqtt311)];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Mqtt311 => "mqtt3.1.1",
            Protocol::Mqtt5 => "mqtt5",
        }
    }
}

impl Security {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, Security); 2] =
        [("tls", Security::Tls), ("plaintext", Security::Plaintext)];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Security::Tls => "tls",
            Security::Plaintext => "plaintext",
        }
    }
}

impl Session {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, Session); 2] = [
        ("persistent", Session::Persistent),
        ("clean", Session::Clean),
    ];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Session::Persistent => "persistent",
            Session::Clean => "clean",
        }
    }
}
