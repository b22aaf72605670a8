//! Keeping history in shape and in bounds.

mod retain;

pub use retain::{Policy, Removed};
