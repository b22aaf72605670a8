//! The pyramid: aggregates of time-aligned buckets on several levels, so that a query of any range reads few numbers.

mod aggregate;
pub(crate) mod block;
#[cfg(test)]
mod block_tests;
mod column;
mod decimal;
mod dirty;
pub(crate) mod ladder;
mod plan;
mod states;
mod states_codec;
mod step;
pub(crate) mod store;
mod sums;

pub use aggregate::Aggregate;
pub use states::{STATES_MAX, State, StateTime, States, WHOLE_STATES_MAX};
pub use step::RollUp;
