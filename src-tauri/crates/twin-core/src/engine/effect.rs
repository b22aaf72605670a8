//! What the engine wants done: a closed set. The engine does none of it itself.

use crate::{
    alarm::{AlarmTransition, Priority},
    id::{ModelId, OccurrenceId, SignalKey},
    quality::Quality,
    time::Timestamp,
    twin::AssetCondition,
};

/// Effects of one step, in order. Reused between steps: call [`Effects::clear`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Signals whose twin changed, each once, in the order of their first change.
    pub changed: Vec<SignalKey>,
    /// Everything else, in order.
    pub list: Vec<Effect>,
}

impl Effects {
    /// Empties both lists and keeps their memory.
    pub fn clear(&mut self) {
        self.changed.clear();
        self.list.clear();
    }
}

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The quality to show for a signal changed without a newer sample: its source died, came back, or fell silent, or
    /// the newest sample was received once more. Samples and these transitions tell what the twin showed at any instant:
    /// the later of receipt and transition counts, of two equal ones the receipt. Whoever drives the engine therefore
    /// gives every input an instant of its own.
    QualityChanged {
        /// Which signal.
        signal: SignalKey,
        /// Its quality from now on.
        quality: Quality,
        /// Since when.
        at: Timestamp,
    },
    /// An asset came alive, went to standby or went stale.
    AssetChanged {
        /// Index of the asset in the configuration.
        asset: usize,
        /// Its condition from now on.
        condition: AssetCondition,
        /// The worst quality among its signals, the reason for staleness.
        quality: Quality,
        /// Since when.
        at: Timestamp,
    },
    /// Ask a model for a score.
    RequestScore(ScoreRequest),
    /// A model cannot say anything now, and why.
    ScoreAbstained {
        /// Index of the model binding.
        binding: usize,
        /// For which instant.
        at: Timestamp,
        /// Which input stops it, and what is wrong with it.
        because: Abstention,
    },
    /// An alarm changed its state: store it, then show it.
    AlarmTransition(AlarmTransition),
    /// Tell the person even when the window is not in front.
    Notify(Notification),
    /// A sample older than its signal's newest was beyond a limit; it changes no alarm state.
    LateExcursion {
        /// Which signal.
        signal: SignalKey,
        /// Source time of the sample.
        time: Timestamp,
        /// Its value, in the signal's unit.
        value: f64,
    },
    /// The list of conditions of the program itself changed; ask the engine for it.
    SystemChanged,
}

/// A question to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRequest {
    /// The model.
    pub model: ModelId,
    /// Index of the model binding.
    pub binding: usize,
    /// For which instant.
    pub at: Timestamp,
    /// Inputs in the model's order, each in its signal's unit.
    pub inputs: Vec<f64>,
}

/// Why a model abstains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abstention {
    /// The asset is not running.
    Standby,
    /// The asset began to run too short a time ago.
    Settling {
        /// When the model will speak.
        until: Timestamp,
    },
    /// An input is missing or not good.
    Input {
        /// The first such input.
        signal: SignalKey,
        /// Its quality.
        quality: Quality,
    },
    /// The model itself could not be run.
    Model,
}

/// A desktop notification.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Which occurrence it is about.
    pub occurrence: OccurrenceId,
    /// Urgency.
    pub priority: Priority,
    /// The transition to be put into words by whoever knows names and units.
    pub transition: AlarmTransition,
}
