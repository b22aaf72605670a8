//! The plant as the UI draws it: static until the plant file changes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use twin_model::Level;

use super::{
    plans::{MapView, PlanView},
    said::SaidView,
};

/// The whole plant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlantView {
    /// Display name.
    pub name: String,
    /// IANA time zone in which times are shown, such as `Europe/Berlin`.
    pub zone: String,
    /// Grows with every change of the plant file; a frame that carries another number means: ask again.
    pub revision: u32,
    /// Where the workspace lies on disk.
    pub workspace: String,
    /// Areas in plant-file order.
    pub areas: Vec<AreaView>,
    /// Every place in plant-file order, those above the areas too: the hierarchy.
    pub places: Vec<PlaceView>,
    /// Assets in plant-file order.
    pub assets: Vec<AssetView>,
    /// What the program tells of itself: an asset for it, and one a connection. They are no assets of the plant, and where
    /// assets are listed or counted they are not among them.
    pub system: Vec<AssetView>,
    /// Plans in plant-file order.
    pub plans: Vec<PlanView>,
    /// Where assets are on the earth.
    pub map: MapView,
}

impl PlantView {
    /// Every asset that something may be asked of: the plant's, and those of the program itself.
    pub fn all_assets(&self) -> impl Iterator<Item = &AssetView> {
        self.assets.iter().chain(&self.system)
    }

    /// Every signal, likewise.
    pub fn all_signals(&self) -> impl Iterator<Item = &SignalView> {
        self.all_assets().flat_map(|asset| &asset.signals)
    }
}

/// The plant file and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlantFileView {
    /// Where it lies on disk.
    pub path: String,
    /// Why it cannot be used as it is now, by line; the plant of before runs on meanwhile. Empty: it runs.
    pub faults: Vec<PlantFaultView>,
    /// What works and is still worth a look, in words.
    pub warnings: Vec<SaidView>,
    /// What each mapping rule made, in plant-file order.
    pub by_rule: Vec<RuleView>,
}

/// One fault of the plant file, or of a model file that it names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlantFaultView {
    /// The model file, relative to the plant file; none for the plant file itself.
    pub file: Option<String>,
    /// Line of that file, from 1.
    pub line: u32,
    /// Key or table, such as `type.signal.range`; empty when the text is not TOML. In a model file a JSON Pointer (RFC
    /// 6901), empty for the whole file.
    pub key: String,
    /// Name of the rule of the modelling language that is broken, such as `unit-quantity`; none in the plant file.
    pub rule: Option<String>,
    /// What is wrong and what to do.
    pub message: SaidView,
}

/// What a mapping rule made of what was heard. It is never written into the plant file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleView {
    /// Id of the rule.
    pub id: String,
    /// The connection it listens to.
    pub connection: String,
    /// How many assets it made.
    pub assets: u32,
    /// How many of their signals have an address.
    pub signals: u32,
    /// Ids of the first assets it made, at most 20.
    pub first: Vec<String>,
    /// What it left out and why, in words, such as that it has made as many assets as a rule may.
    pub left_out: Vec<SaidView>,
}

/// An area of the plant (ISA-95).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AreaView {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// A place in the role hierarchy of ISA-95 (IEC 62264-1, section 5.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlaceView {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What kind of place it is.
    pub level: PlaceLevel,
    /// Id of the place it is part of, of a higher level.
    pub parent: Option<String>,
}

/// Levels of the hierarchy, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceLevel {
    /// The company.
    Enterprise,
    /// A location.
    Site,
    /// An area of a site.
    Area,
    /// A production line or process unit.
    Line,
    /// A work cell.
    Cell,
}

impl From<Level> for PlaceLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Enterprise => PlaceLevel::Enterprise,
            Level::Site => PlaceLevel::Site,
            Level::Area => PlaceLevel::Area,
            Level::Line => PlaceLevel::Line,
            Level::Cell => PlaceLevel::Cell,
        }
    }
}

/// An asset with its signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetView {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Id of its area.
    pub area: String,
    /// Short name of its type, such as "Centrifugal, VSD".
    pub type_name: String,
    /// Digital-twin model id (DTMI) of its type, if the plant file gives one.
    pub dtmi: Option<String>,
    /// All signals in plant-file order; the anomaly score last.
    pub signals: Vec<SignalView>,
    /// The anomaly model watching it, if any.
    pub model: Option<ModelView>,
}

/// A signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignalView {
    /// Short number used in binary messages.
    pub key: u32,
    /// Stable id: `asset/signal`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Name for a tile.
    pub short_name: String,
    /// Unit as displayed, such as `m³/h`; empty for states and pure numbers.
    pub unit: String,
    /// Lowest and highest value the instrument can give.
    pub range: Option<[f64; 2]>,
    /// Lowest and highest value in normal operation.
    pub normal: Option<[f64; 2]>,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// Whether it is one of the two or three values on the asset's tile.
    pub key_value: bool,
    /// What it is.
    pub role: SignalRole,
    /// Whether its value holds until the next sample (setpoints, states), so that a trend draws steps.
    pub step: bool,
    /// Limits of its alarm rules.
    pub limits: Vec<LimitView>,
    /// Silence after which it is stale, and after which a trend shows a gap, in milliseconds.
    pub stale_after_ms: f64,
    /// Where it comes from: connection id and address, for the engineer.
    pub source: String,
}

/// What a signal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum SignalRole {
    /// Measured by an instrument.
    Measurement,
    /// Asked for by the control system.
    Setpoint,
    /// Text or on/off.
    State,
    /// Anomaly score of a model, 0 to 1; 0.5 is the model's own threshold.
    Score,
}

/// One limit of a signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LimitView {
    /// `high-high`, `high`, `low`, `low-low` or `anomaly`.
    pub kind: String,
    /// The limit, in the signal's unit.
    pub value: f64,
    /// Alarm priority, 1 to 4.
    pub priority: u8,
}

/// The anomaly model of an asset, as far as a person needs it beside a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ModelView {
    /// Model id.
    pub id: String,
    /// What it is in one line, such as "PCA, 4 of 8 components".
    pub method: SaidView,
    /// What it learned from.
    pub learned_from: SaidView,
    /// Expected false alarms a day at the alarm limit, as measured on data it had not learned.
    pub false_alarms_per_day: f64,
    /// Upper bound of that with 95 % confidence.
    pub false_alarms_per_day_upper: f64,
    /// Days of data, not learned from, on which they were counted; 0 when that is not known.
    pub holdout_days: f64,
    /// Names of its inputs, in order: keys of signals.
    pub inputs: Vec<u32>,
    /// Why it does not run, if it does not.
    pub fault: Option<SaidView>,
}

/// Why a model says what it says: evidence beside the claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnomalyView {
    /// Asset id.
    pub asset: String,
    /// Score 0 to 1, 0.5 is the model's threshold; none while it abstains.
    pub score: Option<f64>,
    /// When it was computed, microseconds.
    pub at: f64,
    /// Since when the alarm of the score has been active, microseconds: of now as of an instant of the past.
    pub since: Option<f64>,
    /// Why the model abstains, in words.
    pub abstained: Option<SaidView>,
    /// Each input's part, largest share first.
    pub shares: Vec<ShareView>,
}

/// One input's part in an anomaly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareView {
    /// The signal's key.
    pub signal: u32,
    /// What was measured.
    pub seen: f64,
    /// What the model expected given the other inputs.
    pub expected: f64,
    /// One standard deviation of the residual in normal running.
    pub sigma: f64,
    /// Part of the anomaly, 0 to 1; the shares of all inputs add up to 1.
    pub share: f64,
}
