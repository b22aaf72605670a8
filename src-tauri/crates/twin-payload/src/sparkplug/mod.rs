//! Sparkplug B (specification 3.0), read by hand from its protocol buffer.
//!
//! Two passes over every payload: the first checks all of it and notes where the parts of each metric lie, the second
//! resolves metrics to addresses and makes rows. So a faulty payload is rejected before anything has changed, and no
//! metric costs an allocation.
//!
//! Files, in the order in which they may import one another: `topic`, `wire` (protocol buffer), `raw`, `value` (data
//! types), `property`, `payload` (metrics), `compressed`, `definition` (templates), `parts` (data sets, arrays),
//! `table` (aliases), `scratch`, `work`, `birth`, `rows`, `sequence`, `status`, `session` (what is counted), `source`,
//! `hold`, `node`, `host`, `state`, `lives` (births), `apply`, `wait` (held messages). `encode` writes.

mod apply;
mod birth;
mod compressed;
mod definition;
pub mod encode;
mod hold;
mod host;
mod lives;
mod node;
mod parts;
mod payload;
mod property;
mod raw;
mod rows;
mod scratch;
mod sequence;
mod session;
mod source;
mod state;
mod status;
mod table;
mod topic;
mod value;
mod wait;
mod whole;
mod wire;
mod work;

pub use host::HostState;
pub(crate) use host::is_plain_text;
pub use session::{
    Births, Counts, DeviceSession, FailedAlias, HostStatus, LifeFacts, NodeSession, Retyped, STORM,
    STORM_BIRTHS, SparkplugSession,
};
pub(crate) use state::Sparkplug;
pub use status::{NodeState, NodeStatus};
pub(crate) use topic::SparkplugTopic;
pub use value::DataType;

/// Name of the metric that ties a death to its birth.
pub(crate) const BD_SEQ: &str = "bdSeq";
/// Name of the command that asks for a new birth.
pub const REBIRTH: &str = "Node Control/Rebirth";
