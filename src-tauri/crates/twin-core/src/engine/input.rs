//! What can happen to the engine: a closed set.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    batch::SampleBatch,
    engine::config::{EngineConfig, LastHeard},
    id::{ModelId, OccurrenceId, SignalKey},
    quality::{Quality, Reason},
    said::Said,
    time::Timestamp,
};

/// One input of [`super::Engine::step`]. A recorded list of these with their times is a recorded session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Samples as decoded.
    Samples(Arc<SampleBatch>),
    /// The source of some signals changed its state.
    Link(LinkChange),
    /// Answers of anomaly models.
    Scores(ScoreBatch),
    /// Somebody did something.
    Operator(OperatorAction),
    /// The plant file changed.
    Config(Arc<EngineConfig>),
    /// What signals had said before they were configured. A twin that has something already keeps that.
    LastHeard(Arc<[LastHeard]>),
    /// Something happened to the program itself.
    System(SystemEvent),
    /// Only time has passed.
    Tick,
}

/// The source of some signals came or went. It names the signals, so that a replay needs no connection table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkChange {
    /// What changed: a connection id, or `connection/group/node[/device]`.
    pub source: String,
    /// The signals that it feeds.
    pub signals: Arc<[SignalKey]>,
    /// What follows for their values until their next sample.
    pub mark: LinkMark,
}

/// What a change of a source means for the values that it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkMark {
    /// They are worth this at most. A mark that is as bad and says more than "no data" stays. A pause of the source
    /// (`HistoryUnavailable`) is a mark beside the others.
    Set(Quality),
    /// Marks of this reason are taken away; a value that is too old meanwhile becomes stale. Under a pause what held
    /// before, or was marked since, counts again.
    Lift(Reason),
}

/// Scores with their evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreBatch {
    /// The scores as samples of the score signals, so that history and replay need no model.
    pub samples: Arc<SampleBatch>,
    /// The evidence for each.
    pub explanations: Vec<Explanation>,
    /// Model bindings that could not be run.
    pub failed: Vec<usize>,
}

/// Why a model says what it says about one asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The model.
    pub model: ModelId,
    /// Index of the model binding in the engine's configuration.
    pub binding: usize,
    /// For which instant.
    pub at: Timestamp,
    /// Score, 0 to 1; 0.5 is the model's own threshold.
    pub score: f64,
    /// One entry an input, in the model's order.
    pub inputs: Vec<InputShare>,
}

/// One input's part in a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputShare {
    /// Which signal.
    pub signal: SignalKey,
    /// What was measured, in the signal's unit.
    pub seen: f64,
    /// What the model expected, in the signal's unit.
    pub expected: f64,
    /// Standard deviation of the residual in normal running, in the signal's unit.
    pub sigma: f64,
    /// Part of the anomaly, 0 to 1; all parts add up to 1.
    pub share: f64,
}

/// What an operator can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OperatorAction {
    /// Acknowledge an alarm.
    Acknowledge {
        /// Which occurrence.
        occurrence: OccurrenceId,
        /// Who.
        user: String,
        /// What they wrote, may be empty.
        comment: String,
    },
}

/// Something that happened to the program itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SystemEvent {
    /// A condition that a person must know of began; `key` names it for its end.
    Raised {
        /// Stable name of the condition, such as `history`.
        key: String,
        /// What happened and what to do.
        text: Said,
    },
    /// The condition ended.
    Cleared {
        /// Its name.
        key: String,
    },
}
