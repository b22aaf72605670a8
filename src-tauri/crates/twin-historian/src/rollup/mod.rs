//! The pyramid: aggregates of time-aligned buckets on several levels, so that a query of any range reads few numbers.

mod aggregate;
pub(crate) mod block;
#[cfg(test)]
mod block_tests;
mod buckets;
mod column;
mod dirty;
pub(crate) mod ladder;
mod plan;
pub(crate) mod renew;
mod states;
mod states_codec;
mod step;
pub(crate) mod store;
mod sums;

pub use aggregate::Aggregate;
pub use buckets::RollUp;
pub(crate) use step::BLOCKS_A_TRANSACTION;
pub(crate) use store::drop_blocks;

pub use states::{STATES_MAX, State, StateTime, States, WHOLE_STATES_MAX};
