//! Vocabulary, twin replicas, alarm state machine and the pure engine.
//!
//! This crate does no IO, reads no clock and starts no task, so nothing in it can block or fail for an outside
//! reason. Live operation, replay, back-test and the tests differ only in who feeds [`engine::Engine::step`] and who
//! consumes its effects.
//!
//! Rooms, in the order in which they may import one another:
//! [`time`], [`id`], [`quality`], [`said`], [`tight`], [`value`] -> [`batch`] -> [`alarm`], [`twin`] -> [`engine`].

pub mod alarm;
pub mod batch;
pub mod engine;
pub mod id;
pub mod quality;
pub mod said;
pub mod tight;
pub mod time;
pub mod twin;
pub mod value;

pub use batch::{BatchId, SampleBatch, SampleRef};
pub use id::{AssetId, ConnectionId, ModelId, OccurrenceId, RuleId, SignalId, SignalKey};
pub use quality::{Quality, Reason, Status};
pub use said::{Said, SaidValue, Sentence};
pub use time::{Duration, Timestamp};
pub use value::{Value, ValueKind};
