//! What a person did and can take back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// A connection was added.
    AddConnection,
    /// A connection was changed.
    ChangeConnection,
    /// A connection was removed.
    RemoveConnection,
    /// Proposals were accepted.
    AcceptProposals,
    /// An asset type was imported from a model file.
    ImportType,
    /// A process picture was brought into the workspace.
    ImportPicture,
    /// Elements of a process picture were bound.
    BindPicture,
    /// Documents of an asset were added or removed.
    ChangeDocuments,
}

impl ActKind {
    /// As it stands in the audit trail.
    pub const fn word(self) -> &'static str {
        match self {
            ActKind::AddConnection => "add-connection",
            ActKind::ChangeConnection => "change-connection",
            ActKind::RemoveConnection => "remove-connection",
            ActKind::AcceptProposals => "accept-proposals",
            ActKind::ImportType => "import-type",
            ActKind::ImportPicture => "import-picture",
            ActKind::BindPicture => "bind-picture",
            ActKind::ChangeDocuments => "change-documents",
        }
    }
}

/// An act that can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActView {
    /// Names it; later acts have larger ones.
    pub number: u32,
    /// What was done.
    pub kind: ActKind,
    /// What it was done to, as people call it.
    pub name: String,
    /// To how many more.
    pub more: u32,
    /// For how much longer it can be taken back, milliseconds.
    pub rest_ms: f64,
    /// Whether what it wrote stands as it wrote it. Else a later change has to be taken back first.
    pub possible: bool,
}
