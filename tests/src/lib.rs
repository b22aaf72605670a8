//! End-to-end tests: the harness that runs real programs, and the rules of the house as checks.

pub mod harness;
pub mod house;
pub mod pictures;
