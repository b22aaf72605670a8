//! The live frame: the only thing pushed to the UI, 10 times a second at most, over one long-lived channel.
//!
//! Layout, little-endian; padded with zeros to at least 1,024 bytes, because shorter messages take a slow way:
//!
//! | offset | type | what |
//! | --- | --- | --- |
//! | 0 | `u32` | magic `TWF1` |
//! | 4 | `u32` | number of samples `n` |
//! | 8 | `f64` | now, microseconds UTC |
//! | 16 | `f64` | frame number, grows by one; a jump means: ask for everything again |
//! | 24 | `f64` | sequence number of the newest alarm transition |
//! | 32 | `u32` | length of the tail in bytes |
//! | 36 | `u32` | plant revision |
//! | 40 | n x 32 bytes | samples |
//! | 40 + 32n | UTF-8 | the tail: [`FrameTail`] as JSON |
//!
//! A sample: `u32` key, `u8` kind (0 null, 1 f64, 2 i64, 3 bool, 4 text), `u8` status, `u8` reason, `u8` 0, `f64`
//! source time, `f64` received time (both microseconds; 0 = never), `f64` value (for text: index into the tail's
//! `texts`). Only signals whose twin changed since the last frame are in it, latest value only; the first frame
//! of a subscription holds all.
//!
//! The plant at an instant of the past is one frame of the same layout: now is that instant, the frame number is 0, all
//! signals that had a sample, all assets and links are in it, and the alarms are those that were not over.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use twin_core::twin::AssetCondition;

use super::{alarm::AlarmRow, connection::ConnectionRow, past::LinkThen, said::SaidView};

/// First four bytes of a frame, `TWF1` in memory order.
pub const FRAME_MAGIC: u32 = u32::from_le_bytes(*b"TWF1");
/// Bytes before the samples.
pub const FRAME_HEADER_BYTES: usize = 40;
/// Bytes of one sample.
pub const FRAME_SAMPLE_BYTES: usize = 32;
/// Frames are padded to this, because shorter raw messages would be evaluated as script text.
pub const FRAME_BYTES_MIN: usize = 1_024;

/// What changed besides samples; a member that is left out did not change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FrameTail {
    /// Texts that samples of kind text point into.
    pub texts: Vec<String>,
    /// Every alarm whose state changed, one row a transition, in order.
    pub alarms: Vec<AlarmRow>,
    /// Assets whose state changed.
    pub assets: Vec<AssetState>,
    /// All connections, when anything about them changed (at most once a second).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub connections: Option<Vec<ConnectionRow>>,
    /// Counters for the status line (at most once a second).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counters: Option<Counters>,
    /// All links as they were: only in the frame of an instant of the past, which has no `connections` and `counters`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub links: Option<Vec<LinkThen>>,
}

/// State of an asset as its tile shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetState {
    /// Asset id.
    pub id: String,
    /// Whether it lives.
    pub state: AssetStateKind,
    /// Since when, microseconds.
    pub since: f64,
    /// Why it is stale, such as "NDEATH"; empty otherwise.
    pub reason: String,
    /// Anomaly score, if a model watches it and does not abstain.
    pub score: Option<f64>,
    /// Since when the alarm of the score has been active, microseconds: of now as of an instant of the past.
    pub anomaly_since: Option<f64>,
    /// The largest shares while anomalous: signal key and share, largest first, at most three.
    pub anomaly_shares: Vec<(u32, f64)>,
}

/// Whether an asset lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum AssetStateKind {
    /// Nothing received yet.
    Waiting,
    /// Values arrive.
    Live,
    /// Values arrive and the asset is not running.
    Standby,
    /// All its signals are bad.
    Stale,
}

impl From<AssetCondition> for AssetStateKind {
    fn from(condition: AssetCondition) -> Self {
        match condition {
            AssetCondition::Waiting => AssetStateKind::Waiting,
            AssetCondition::Live => AssetStateKind::Live,
            AssetCondition::Standby => AssetStateKind::Standby,
            AssetCondition::Stale => AssetStateKind::Stale,
        }
    }
}

/// Counters for the status line, since start unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Counters {
    /// Samples a second over the last second.
    pub samples_per_s: f64,
    /// Messages lost because a queue was full.
    pub dropped: f64,
    /// Messages that could not be read.
    pub rejected: f64,
    /// Samples of QoS 0 that were shown and could not be stored.
    pub not_stored: f64,
    /// Samples that wait in memory until history can be written again.
    pub waiting: f64,
    /// Size of the history on disk, bytes.
    pub history_bytes: f64,
    /// Samples stored that wait for compaction.
    pub journal_samples: f64,
    /// What retention removed last, in words; empty when it removed nothing.
    pub retention: SaidView,
    /// System alarms in words, such as "history not written: disk full"; empty when all is well.
    pub system: Vec<SaidView>,
}
