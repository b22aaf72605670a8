//! Documents of an asset.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// A document of an asset, as the plant file names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentView {
    /// What it is called.
    pub title: String,
    /// Path of a file, from the folder of the plant file; or an `https` address, all of it.
    pub place: String,
    /// Whether it is a page on the web.
    pub web: bool,
    /// Why it cannot be opened; nothing when it can.
    pub wrong: Option<SaidView>,
}
