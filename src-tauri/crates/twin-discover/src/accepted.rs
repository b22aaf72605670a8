//! What a person accepts, and what that changes.

use twin_model::Edit;

use crate::proposal::Proposal;

/// One proposal as a person accepts it.
#[derive(Clone, Debug)]
pub struct AcceptedAsset<'p> {
    /// What was proposed.
    pub proposal: &'p Proposal,
    /// Id of the asset: of one of the plant file or of this acceptance to merge with it, else a new one.
    pub id: String,
    /// Whether the asset is in the plant file, and keeps its name, place and type.
    pub exists: bool,
    /// Display name of a new asset; empty: its id.
    pub name: String,
    /// Id of the place of a new asset.
    pub place: String,
    /// Display name of the place when it is made; empty: its id.
    pub place_name: String,
    /// Id of the type of a new asset.
    pub kind: String,
    /// Display name of the type when it is made; empty: its id.
    pub type_name: String,
    /// Its signals; none: all as they are proposed.
    pub signals: Option<Vec<AcceptedSignal>>,
}

/// One signal as a person accepts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedSignal {
    /// Its address, as proposed.
    pub address: String,
    /// Id within its asset.
    pub id: String,
    /// Display name; empty: its id.
    pub name: String,
    /// Display unit; empty for none.
    pub unit: String,
}

/// Changes of the plant file.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// In their order.
    pub edits: Vec<Edit>,
    /// Assets that are added or get signals.
    pub assets: usize,
    /// Signals that get a source.
    pub signals: usize,
}
