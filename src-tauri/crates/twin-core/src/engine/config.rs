//! What the engine has to know of the plant.

use serde::{Deserialize, Serialize};

use crate::{
    alarm::{AlarmRule, StandingAlarm},
    id::{AssetId, ModelId, SignalKey},
    quality::Quality,
    time::{Duration, Timestamp},
    value::Value,
};

/// The plant, compiled for the engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineConfig {
    /// Every signal; at most one entry a key.
    pub signals: Vec<SignalConfig>,
    /// Assets; their order numbers them in effects.
    pub assets: Vec<AssetConfig>,
    /// Alarm rules; ids are unique.
    pub rules: Vec<AlarmRule>,
    /// Anomaly models, one entry an asset that has one.
    pub models: Vec<ModelBinding>,
}

/// A signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalConfig {
    /// Its key.
    pub key: SignalKey,
    /// Silence after which its value is BAD (stale).
    pub stale_after: Duration,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetConfig {
    /// Its id.
    pub id: AssetId,
    /// Its measured signals; the anomaly score is not one of them.
    pub signals: Vec<SignalKey>,
    /// The signal that tells whether it runs.
    pub running: Option<Running>,
}

/// An asset runs while `signal` is above `above` (in the signal's unit).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Which signal.
    pub signal: SignalKey,
    /// The bound.
    pub above: f64,
}

/// An anomaly model bound to the signals of one asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelBinding {
    /// The model.
    pub model: ModelId,
    /// Index of the asset in [`EngineConfig::assets`].
    pub asset: usize,
    /// Its inputs in the model's order.
    pub inputs: Vec<SignalKey>,
    /// The signal that takes its score.
    pub score: SignalKey,
    /// How often it is asked, > 0.
    pub interval: Duration,
    /// How long after the asset began to run the model still abstains, >= 0: a machine that warms up is not what the
    /// model learned. An asset that already runs when it is first heard of counts as settled.
    pub settle: Duration,
}

/// What is known from before a restart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// Occurrences that are not over.
    pub standing: Vec<StandingAlarm>,
    /// The newest sample of each signal.
    pub last_values: Vec<(SignalKey, Timestamp, Value)>,
}

/// The last that a signal said before it was configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastHeard {
    /// Which signal.
    pub signal: SignalKey,
    /// When the plant says it was true.
    pub time: Timestamp,
    /// When it was received.
    pub received: Timestamp,
    /// What it said.
    pub value: Value,
    /// Quality that came with it.
    pub quality: Quality,
}
