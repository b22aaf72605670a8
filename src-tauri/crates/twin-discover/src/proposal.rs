//! What is proposed.

use twin_core::{AssetId, ConnectionId};
use twin_payload::Convention;

use crate::{evidence::Evidence, signal::ProposedSignal};

/// How sure a proposal is, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Its source says what it is.
    Sure,
    /// The convention says which values belong together.
    Likely,
    /// The shape of topics does.
    Guess,
}

/// Something heard that could become an asset, or more signals of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Stable as long as the source keeps its name: `connection key`.
    pub id: String,
    /// The connection that it was heard on.
    pub connection: ConnectionId,
    /// What it would be.
    pub asset: ProposedAsset,
    /// Its signals, by address.
    pub signals: Vec<ProposedSignal>,
    /// Why they are one asset, and this one.
    pub evidence: Vec<Evidence>,
    /// How sure.
    pub confidence: Confidence,
    /// The convention of most of its values.
    pub convention: Option<Convention>,
}

/// The asset of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedAsset {
    /// The asset of the plant file that more signals were heard of.
    pub existing: Option<AssetId>,
    /// Id; free in the plant file and among the proposals, unless it exists.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Names of what it is part of as its topics have them, the outermost first.
    pub path: Vec<String>,
    /// Where it would stand.
    pub place: Choice,
    /// Its type; a new one is shared by all proposals that name it.
    pub kind: Choice,
    /// Who made it.
    pub maker: Option<String>,
    /// Its model.
    pub model: Option<String>,
}

/// A place or a type that an asset can have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Id; free in the plant file unless it exists.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether the plant file has it.
    pub exists: bool,
}
