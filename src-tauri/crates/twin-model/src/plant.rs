//! The plant as the file describes it.

use std::collections::BTreeMap;

use twin_core::{
    AssetId, ConnectionId, Duration, ModelId,
    alarm::{AlarmKind, Priority},
};

use crate::{
    connection::Connection,
    ignored::Ignored,
    mapping::Mapping,
    place::Place,
    plan::{Plan, PlantMap},
    retention::Retention,
};

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
    /// Places: those written as `[[area]]`, then those written as `[[place]]`, each in file order.
    pub places: Vec<Place>,
    /// Assets in file order.
    pub assets: Vec<Asset>,
    /// Rules that make further assets, in file order.
    pub mappings: Vec<Mapping>,
    /// What is done with what no asset names.
    pub discovery: Discovery,
    /// How long history is kept.
    pub retention: Retention,
    /// Plans in file order.
    pub plans: Vec<Plan>,
    /// Where assets are on the earth.
    pub map: PlantMap,
}

/// What is done with values that no asset names yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// How long they are kept for the case that they are accepted; zero keeps none.
    pub keep: Duration,
    /// The most that they may take on the disk, bytes. The oldest goes first.
    pub budget: u64,
    /// What is neither kept nor proposed: MQTT topic filters, and addresses of single values.
    pub ignore: Vec<String>,
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
    /// File with the interface or thing description that `dtmi` names, relative to the plant file; never leads out of its
    /// folder.
    pub model_file: Option<String>,
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
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// Name where room is scarce, such as on a tile; none means the display name.
    pub short_name: Option<String>,
    /// Display unit, such as `mm/s`; empty for states and pure numbers. Values are never converted.
    pub unit: String,
    /// Unit that values are shown in beside their own, of the same quantity as `unit`.
    pub display_unit: Option<String>,
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

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Stable id.
    pub id: AssetId,
    /// Display name.
    pub name: String,
    /// Id of the place it stands in.
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

    /// The place with this id.
    pub fn place(&self, id: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.id == id)
    }

    /// The place with this id and the places it is part of, the nearest first.
    pub fn places_around(&self, id: &str) -> impl Iterator<Item = &Place> {
        // Levels rise from a place to its parent, so this ends.
        std::iter::successors(self.place(id), |place| self.place(place.parent.as_deref()?))
    }

    /// The plan with this id.
    pub fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// The mapping rule with this id.
    pub fn mapping(&self, id: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.id == id)
    }

    /// The asset with this id.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id.as_str() == id)
    }
}

impl Discovery {
    /// How long is kept when the plant file does not say: a week.
    pub const KEEP: Duration = Duration::from_secs(7 * 86_400);
    /// The budget when the plant file does not say, bytes.
    pub const BUDGET: u64 = 1_000_000_000;

    /// What is left alone, ready to be asked about addresses.
    pub fn ignored(&self) -> Ignored {
        Ignored::of(self.ignore.iter().map(String::as_str))
    }
}

impl Default for Discovery {
    fn default() -> Self {
        Discovery {
            keep: Discovery::KEEP,
            budget: Discovery::BUDGET,
            ignore: Vec::new(),
        }
    }
}

impl AssetType {
    /// The signal with this id.
    pub fn signal(&self, id: &str) -> Option<&SignalDef> {
        self.signals.iter().find(|signal| signal.id == id)
    }
}

impl Role {
    /// The names used in the plant file. A score is made by a model and never written there.
    pub const NAMES: [(&'static str, Role); 3] = [
        ("measurement", Role::Measurement),
        ("setpoint", Role::Setpoint),
        ("state", Role::State),
    ];

    /// The name; that of a score is never written in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Measurement => "measurement",
            Role::Setpoint => "setpoint",
            Role::State => "state",
            Role::Score => "score",
        }
    }
}
