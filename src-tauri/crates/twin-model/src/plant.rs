//! The plant as the file describes it.

use std::collections::BTreeMap;

use twin_core::{
    AssetId, ConnectionId, Duration, ModelId,
    alarm::{AlarmKind, Priority},
};

use crate::retention::Retention;

/// A whole plant file, valid: every id is unique and every reference leads somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// IANA time zone in which times are shown, such as `Europe/Berlin`.
    pub zone: String,
    /// Connections in file order.
    pub connections: Vec<Connection>,
    /// Asset types in file order.
    pub types: Vec<AssetType>,
    /// Areas in file order.
    pub areas: Vec<Area>,
    /// Assets in file order.
    pub assets: Vec<Asset>,
    /// How long history is kept.
    pub retention: Retention,
}

/// A connection to a broker. A password never stands here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Stable id.
    pub id: ConnectionId,
    /// Display name.
    pub name: String,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// MQTT version.
    pub protocol: Protocol,
    /// Whether TLS protects it.
    pub security: Security,
    /// PEM file with certificate authorities, relative to the plant file; none means the system's.
    pub ca_file: Option<String>,
    /// PEM file with the client certificate, relative to the plant file.
    pub certificate_file: Option<String>,
    /// PEM file with the client's private key, relative to the plant file.
    pub key_file: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Whether the broker keeps messages while the program is away.
    pub session: Session,
    /// Whether Sparkplug rebirth requests may be published on it: the only thing ever written to a plant.
    pub allow_rebirth: bool,
    /// What to subscribe to, in file order.
    pub subscriptions: Vec<Subscription>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// MQTT topic filter, well-formed.
    pub filter: String,
    /// Largest quality of service wanted: 0, 1 or 2.
    pub qos: u8,
    /// Consent to the filter `#`, which asks for every message of the broker.
    pub everything: bool,
}

/// A type of asset: what its signals are and what is normal for them.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetType {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Digital-twin model id (DTMI), such as `dtmi:water:CentrifugalPump;2`.
    pub dtmi: Option<String>,
    /// When an asset of the type counts as running; none means always.
    pub running: Option<Running>,
    /// Signals in file order.
    pub signals: Vec<SignalDef>,
    /// The anomaly model that watches assets of the type.
    pub model: Option<ModelDef>,
}

/// The rule by which an asset counts as running; otherwise it is on standby.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Id of the signal looked at.
    pub signal: String,
    /// Running while its value is above this, in the signal's unit.
    pub above: f64,
}

/// What a signal is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Measured by an instrument.
    #[default]
    Measurement,
    /// Asked for by the control system.
    Setpoint,
    /// Text or on/off.
    State,
    /// Anomaly score of a model, 0 to 1; 0.5 is the model's own threshold. Never written in a plant file.
    Score,
}

/// A signal of an asset type.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalDef {
    /// Id within the type.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Name where room is scarce, such as on a tile; none means the display name.
    pub short_name: Option<String>,
    /// Display unit, such as `mm/s`; empty for states and pure numbers. Values are never converted.
    pub unit: String,
    /// What it is.
    pub role: Role,
    /// Whether its value holds until the next sample, so that a trend draws steps.
    pub step: bool,
    /// Lowest and highest value that the instrument can give, in `unit`.
    pub range: Option<[f64; 2]>,
    /// Lowest and highest value in normal operation, in `unit`.
    pub normal: Option<[f64; 2]>,
    /// Digits after the decimal point, 0 to 9.
    pub decimals: u8,
    /// Silence after which it is stale; above zero.
    pub stale_after: Duration,
    /// Whether it is on the asset's tile.
    pub key: bool,
    /// Alarm rules in file order, at most one of each kind.
    pub alarms: Vec<AlarmDef>,
}

/// An alarm rule of a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmDef {
    /// Which comparison.
    pub kind: AlarmKind,
    /// The limit, in the signal's unit.
    pub limit: f64,
    /// How far the value must come back before the alarm clears, in the signal's unit, 0 or above.
    pub deadband: f64,
    /// How long the value must stay beyond the limit, 0 or above.
    pub on_delay: Duration,
    /// Urgency.
    pub priority: Priority,
}

/// The anomaly model of an asset type.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelDef {
    /// Stable id.
    pub id: ModelId,
    /// ONNX file, relative to the shipped models or to the plant file; never leads out of its folder.
    pub file: String,
    /// Signal ids of the type, in the order of the model's input.
    pub inputs: Vec<String>,
    /// How often it is scored; above zero.
    pub interval: Duration,
    /// Alarm on the score, of kind anomaly.
    pub alarm: Option<AlarmDef>,
}

/// An area of the plant (ISA-95).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Stable id.
    pub id: AssetId,
    /// Display name.
    pub name: String,
    /// Id of its area.
    pub area: String,
    /// Id of its type.
    pub type_id: String,
    /// The connection that its values come from.
    pub connection: ConnectionId,
    /// Address of its signals, `{signal}` standing for the signal's id.
    pub source: Option<String>,
    /// Whole addresses of single signals, by signal id; they go before `source`.
    pub sources: BTreeMap<String, String>,
}

impl Plant {
    /// The connection with this id.
    pub fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections
            .iter()
            .find(|connection| connection.id.as_str() == id)
    }

    /// The asset type with this id.
    pub fn asset_type(&self, id: &str) -> Option<&AssetType> {
        self.types.iter().find(|asset_type| asset_type.id == id)
    }

    /// The area with this id.
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.id == id)
    }

    /// The asset with this id.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id.as_str() == id)
    }
}

impl AssetType {
    /// The signal with this id.
    pub fn signal(&self, id: &str) -> Option<&SignalDef> {
        self.signals.iter().find(|signal| signal.id == id)
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

impl Role {
    /// The names used in the plant file. A score is made by a model and never written there.
    pub const NAMES: [(&'static str, Role); 3] = [
        ("measurement", Role::Measurement),
        ("setpoint", Role::Setpoint),
        ("state", Role::State),
    ];
}
