//! Whether nodes and devices live.

use std::sync::Arc;

use twin_core::Timestamp;

/// Whether a node or device lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NodeState {
    /// Values came and no birth ever.
    #[default]
    Unknown,
    /// Born, and not dead since.
    Online,
    /// Dead.
    Offline,
    /// Values are read with a birth from before a restart, a death or the node's newer birth.
    KeptBirth,
}

impl NodeState {
    /// Short name: `unknown`, `online`, `offline`, `kept-birth`.
    pub const fn name(self) -> &'static str {
        match self {
            NodeState::Unknown => "unknown",
            NodeState::Online => "online",
            NodeState::Offline => "offline",
            NodeState::KeptBirth => "kept-birth",
        }
    }
}

/// A node or device as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStatus {
    /// `group/node` or `group/node/device`.
    pub id: Arc<str>,
    /// The node to ask for a rebirth: itself or the device's.
    pub node: Arc<str>,
    /// Whether it lives.
    pub state: NodeState,
    /// Since when; none when only a kept birth is known.
    pub since: Option<Timestamp>,
    /// Metrics in its birth that are signals.
    pub metrics: u32,
    /// Gaps in its sequence numbers so far; 0 for a device, which has none of its own.
    pub gaps: u64,
}
