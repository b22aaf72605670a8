//! What the readers of twin files share: JSON with lines, and faults with a rule.

mod fault;
pub(crate) mod json;
pub(crate) mod naming;
mod parse;
mod rule;

pub(crate) use fault::{Collector, leave_out};
pub use fault::{Fault, Faults, LeftOut, Source};
pub use json::Limits;
pub(crate) use parse::parse;
pub use rule::Rule;

/// Most signals that are made of one Interface or Thing.
pub(crate) const SIGNALS_MAX: usize = 1_000;
/// Most places in schemas that are looked at for them.
pub(crate) const VISITS_MAX: usize = 20_000;
