//! Documents of an asset.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{discovery::ChangedLine, said::SaidView};

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

/// A document as a person wants it in the plant file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentForm {
    /// What it is called.
    pub title: String,
    /// Path of a file, from the folder of the plant file; or an `https` address.
    pub place: String,
    /// Whether it is a page on the web.
    pub web: bool,
}

/// A change of the documents of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentsChange {
    /// Asset id.
    pub asset: String,
    /// All of them as the person saw them: when they are others by now, nothing is changed.
    pub before: Vec<DocumentForm>,
    /// All of them as they are to be.
    pub after: Vec<DocumentForm>,
}

/// What a change of documents would do to the plant file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentsLines {
    /// Its path on disk.
    pub path: String,
    /// Changed lines with some around them, in order.
    pub lines: Vec<ChangedLine>,
    /// Why those that are added could not be opened; empty: they can.
    pub wrong: Vec<SaidView>,
}
