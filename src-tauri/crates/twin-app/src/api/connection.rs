//! Connections as the UI shows and edits them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{reading::ReadingForm, said::SaidView};

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum KindView {
    /// MQTT, to a broker.
    #[default]
    Mqtt,
    /// CoAP (RFC 7252), to a device.
    Coap,
}

/// MQTT version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub enum ProtocolView {
    /// MQTT 3.1.1.
    #[serde(rename = "mqtt3.1.1")]
    Mqtt311,
    /// MQTT 5.
    #[serde(rename = "mqtt5")]
    Mqtt5,
}

/// A connection as a person fills it in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionForm {
    /// Stable id; empty for a new one.
    pub id: String,
    /// What is spoken on it. It cannot be changed later. CoAP has of the fields below `tls` (DTLS), `username` and
    /// `password` (identity and pre-shared key), `resources`, `limits` and the rules of `reading`; the others stay as they
    /// are.
    pub kind: KindView,
    /// Display name.
    pub name: String,
    /// Host name or address.
    pub host: String,
    /// TCP port, UDP port for CoAP.
    pub port: u16,
    /// MQTT version.
    pub protocol: ProtocolView,
    /// Whether TLS protects it.
    pub tls: bool,
    /// Path of a PEM file with certificate authorities; empty means the system's.
    pub ca_file: String,
    /// Path of a PEM file with the client certificate; empty means none.
    pub certificate_file: String,
    /// Path of a PEM file with the client's private key; empty means none.
    pub key_file: String,
    /// User name; empty means none.
    pub username: String,
    /// Password. `None` keeps the stored one; it is never sent to the UI.
    pub password: Option<String>,
    /// What to subscribe to; nothing with CoAP.
    pub subscriptions: Vec<SubscriptionForm>,
    /// What is read or observed on a CoAP device; nothing with MQTT.
    pub resources: Vec<ResourceForm>,
    /// Client id that the broker asks for; empty means one of this installation and connection.
    pub client_id: String,
    /// Keep-alive, seconds, 1 to 65,535; none means 30.
    pub keep_alive_s: Option<u16>,
    /// Whether the broker keeps QoS 1 messages while the app is away.
    pub persistent_session: bool,
    /// For how long (MQTT 5), seconds; none means 7 days.
    pub session_expiry_s: Option<u32>,
    /// Whether rebirth requests may be published on it.
    pub allow_rebirth: bool,
    /// What carries it, and how TLS is made.
    pub transport: TransportForm,
    /// How much it may bring.
    pub limits: LimitsForm,
    /// How its payloads are read; CoAP has the rules of it.
    pub reading: ReadingForm,
}

/// What carries a connection, and how TLS is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TransportForm {
    /// Whether MQTT goes over a WebSocket.
    pub websocket: bool,
    /// Path of the WebSocket; empty means the usual one.
    pub path: String,
    /// Application protocols offered in the TLS handshake (ALPN), best first.
    pub alpn: Vec<String>,
    /// Path of a PEM file with certificate revocation lists; empty means none.
    pub crl_file: String,
    /// Name that the broker's certificate has to have instead of the host; empty means the host. A risk.
    pub server_name: String,
}

/// How much a connection may bring; none means the program's own limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LimitsForm {
    /// Largest payload, bytes.
    pub packet: Option<f64>,
    /// Most topics.
    pub topics: Option<u32>,
    /// Most addresses: values on all topics together.
    pub addresses: Option<u32>,
    /// Most messages a second.
    pub rate: Option<u32>,
    /// Most bytes a second.
    pub rate_bytes: Option<f64>,
}

/// One topic filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SubscriptionForm {
    /// MQTT topic filter.
    pub filter: String,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Consent to a filter that asks for every message of the broker.
    pub everything: bool,
    /// Group that shares the messages; empty means none.
    pub share: String,
}

/// One resource of a CoAP device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ResourceForm {
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Whether the device is asked to tell of changes by itself (RFC 7641).
    pub observe: bool,
    /// How often it is read when it is not observed or cannot be, seconds.
    pub every_s: f64,
}

/// What became of a form that was to be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SavedView {
    /// It is in the plant file.
    Saved {
        /// As it is there.
        form: ConnectionForm,
    },
    /// Nothing was written: the plant file says something else than when the form was opened.
    Changed {
        /// What it says now; none when the connection is not in it any more.
        now: Option<ConnectionForm>,
    },
}

/// State of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum LinkStateView {
    /// Being made.
    Connecting,
    /// Up and subscribed.
    Up,
    /// Down; trying again.
    Down,
    /// Stopped because another client took the client id.
    TakenOver,
}

impl LinkStateView {
    /// The state under a name that history has.
    pub fn of_name(name: &str) -> Self {
        match name {
            "up" => LinkStateView::Up,
            "connecting" => LinkStateView::Connecting,
            "taken-over" => LinkStateView::TakenOver,
            _ => LinkStateView::Down,
        }
    }
}

/// A connection with what happens on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionRow {
    /// The form that made it, password left out.
    pub form: ConnectionForm,
    /// The client id used.
    pub client_id: String,
    /// Link state.
    pub state: LinkStateView,
    /// Since when, microseconds.
    pub since: f64,
    /// Why it is not up; empty when up.
    pub reason: SaidView,
    /// How it is secured, in words, such as "TLS 1.3, client certificate".
    pub security: String,
    /// How well it is protected, by its settings; none when they make no sense.
    pub grade: Option<GradeView>,
    /// Messages received since start.
    pub messages: f64,
    /// Samples stored since start.
    pub samples: f64,
    /// Messages lost because a queue was full (QoS 0 only).
    pub dropped: f64,
    /// Samples of QoS 0 that were shown and could not be stored, since start.
    pub not_stored: f64,
    /// Values that became no signals, such as over-long texts: their messages are among the rejects.
    pub skipped: f64,
    /// Properties of MQTT 5 messages beyond 32 user properties or 8 KiB of a message: left out.
    pub properties_left_out: f64,
    /// Messages that could not be read, or not whole, by reason.
    pub rejects: Vec<RejectRow>,
    /// Sparkplug edge nodes and devices heard on it.
    pub nodes: u32,
    /// Addresses heard that the plant file maps to no signal.
    pub unmapped: u32,
    /// Topics heard, Sparkplug's apart.
    pub topics: u32,
    /// As how many they count: a long name takes more memory, so it counts as several.
    pub topic_shares: u32,
    /// How many there may be; messages on others are rejected.
    pub topics_max: u32,
    /// Addresses heard: values on all topics together.
    pub addresses: u32,
    /// As how many they count, as above.
    pub address_shares: u32,
    /// How many there may be; messages with others are rejected.
    pub addresses_max: u32,
    /// Messages of QoS 0 beyond the rate limit; they are among the dropped ones.
    pub throttled: f64,
}

/// Unreadable messages of one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RejectRow {
    /// Short name of the reason.
    pub reason: String,
    /// How many since start.
    pub count: f64,
    /// Topic of the last one.
    pub last_topic: String,
    /// What was wrong with it, in words.
    pub last_error: String,
    /// The beginning of its payload: text if it is text, else hexadecimal.
    pub last_excerpt: String,
    /// When, microseconds.
    pub last_at: f64,
}

/// Something heard that the plant file does not map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HeardRow {
    /// Address: topic, `#`, path.
    pub address: String,
    /// Last value as text.
    pub value: String,
    /// When, microseconds.
    pub at: f64,
    /// How often since start.
    pub count: f64,
}

/// Result of "Test connection".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestReportView {
    /// Steps in order; the last one may have failed, later ones are not tried.
    pub steps: Vec<TestStepView>,
    /// How well the connection is protected, whether it works or not.
    pub grade: GradeView,
    /// What may go wrong with it although it works.
    pub risks: Vec<NoticeView>,
    /// When its certificates and revocation lists end, the soonest first; empty without TLS.
    pub expiries: Vec<ExpiryView>,
}

/// One step of "Test connection".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestStepView {
    /// `DNS`, `TCP`, `TLS`, `WebSocket`, `MQTT`, `Subscribe` (one for each filter), `CoAP`, `Resource` (one for each), `Clock`, `Security`.
    pub step: String,
    /// Whether it worked.
    pub ok: bool,
    /// What happened.
    pub message: SaidView,
    /// What to do; empty when it worked.
    pub advice: SaidView,
    /// What it found out.
    pub facts: Vec<FactView>,
    /// What to look at although it worked.
    pub notices: Vec<NoticeView>,
}

/// Something that a step found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FactView {
    /// What it is.
    pub name: SaidView,
    /// In words; it may hold text from the broker.
    pub value: SaidView,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NoticeView {
    /// What it is.
    pub message: SaidView,
    /// What to do about it.
    pub advice: SaidView,
}

/// How well a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GradeView {
    /// `A` (best) to `D`.
    pub letter: String,
    /// What it stands for, such as "certificate identity".
    pub words: String,
}

/// The end of something that has to be renewed before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExpiryView {
    /// What ends, such as "the broker's certificate (CN=broker)".
    pub what: SaidView,
    /// When, microseconds.
    pub at: f64,
    /// Whole days until then; negative when it is over.
    pub days: f64,
    /// Whether it is time to renew it.
    pub near: bool,
}
