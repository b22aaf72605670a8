//! Words that mutation puts into inputs: what no chance would spell.

mod messages;
mod models;

pub use messages::*;
pub use models::*;
