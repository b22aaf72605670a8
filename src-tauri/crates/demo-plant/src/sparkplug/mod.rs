//! Edge nodes that speak Sparkplug B. Pure: what to send is decided here, who sends it elsewhere.

mod node;
pub mod payload;

pub use node::{EdgeNode, GROUP, Topic, edge_nodes};
