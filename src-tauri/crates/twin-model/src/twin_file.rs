//! What the readers of twin files share: JSON with lines, and faults with a rule.

mod fault;
pub(crate) mod json;
pub(crate) mod naming;
mod parse;
mod rule;

pub(crate) use fault::Collector;
pub use fault::{Fault, Faults, Source};
pub use json::Limits;
pub(crate) use parse::parse;
pub use rule::Rule;
