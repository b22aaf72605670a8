//! What people write beside a trend.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which annotations: those of these assets that touch the span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnnotationQuery {
    /// Ids of assets, at most 256.
    pub assets: Vec<String>,
    /// Begin, microseconds, included.
    pub t0: f64,
    /// End, microseconds, included.
    pub t1: f64,
}

/// What a person writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnnotationDraft {
    /// Id of the asset it is about.
    pub asset: String,
    /// Id of the one of its signals that it is about; none: the whole asset.
    pub signal: Option<String>,
    /// When what it is about began, microseconds.
    pub t0: f64,
    /// When that ended; equal to `t0` for an instant.
    pub t1: f64,
    /// The text, 1 to 2,000 characters.
    pub text: String,
}

/// An annotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnnotationView {
    /// Its number.
    pub id: u32,
    /// What was written.
    pub draft: AnnotationDraft,
    /// Who made it.
    pub author: String,
    /// When it was made, microseconds.
    pub made_at: f64,
    /// Who changed it last; none while it is as it was made.
    pub changed_by: Option<String>,
    /// When, microseconds.
    pub changed_at: Option<f64>,
    /// Grows with every change: a change names the one that it was made on.
    pub revision: u32,
}

/// Annotations of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnnotationList {
    /// Those that begin last first, at most 500.
    pub rows: Vec<AnnotationView>,
    /// Whether there are more.
    pub more: bool,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AnnotationAnswer {
    /// It is stored.
    Stored {
        /// As it is from now on; of one that was taken away, as it would be put back.
        annotation: AnnotationView,
    },
    /// Somebody changed it meanwhile: nothing was stored.
    Changed {
        /// As it is now; none when it was taken away.
        now: Option<AnnotationView>,
    },
}
