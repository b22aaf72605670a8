//! Sparkplug B (specification 3.0), read by hand from its protocol buffer.
//!
//! Two passes over every payload: the first checks all of it and notes where the parts of each metric lie, the second
//! resolves metrics to addresses and makes rows. So a faulty payload is rejected before anything has changed, and no
//! metric costs an allocation.
//!
//! Files, in the order in which they may import one another: [`topic`](SparkplugTopic), `wire` (protocol buffer),
//! `payload` (metrics), `value` (data types), `table` (aliases), `state` (nodes and devices), `rows`, `apply`.

mod apply;
pub mod encode;
mod payload;
mod rows;
mod state;
mod table;
mod topic;
mod value;
mod wire;

pub(crate) use state::Sparkplug;
pub use state::{NodeState, NodeStatus};
pub(crate) use topic::SparkplugTopic;
pub use value::DataType;

/// Name of the metric that ties a death to its birth.
pub(crate) const BD_SEQ: &str = "bdSeq";
/// Name of the command that asks for a new birth.
pub const REBIRTH: &str = "Node Control/Rebirth";
