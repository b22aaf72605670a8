//! Fuzz targets: every reader of what comes from outside, what must hold of it, and what to begin with.
//!
//! [`TARGETS`] lists them. [`Target::run`] takes any bytes as a [`Script`] - messages of a conversation, datagrams,
//! files - and gives what is [`Broken`]. The binary `fuzz` (feature `engine`) lets libFuzzer look for such bytes;
//! `cargo xtask soak fuzz` builds and runs it. Nothing here is part of the application.

mod broken;
mod case;
mod coap;
mod conversation;
#[cfg(feature = "history")]
mod history;
mod meter;
mod models;
mod mutate;
mod script;
mod seeds;
mod settings;
mod storm;
mod target;
mod words;

pub use broken::Broken;
pub use meter::{TIME_MAX, measured};
pub use mutate::{Body, ChangeBytes};
pub use script::{PARTS_MAX, Part, Script};
pub use seeds::{seeds, write_seeds};
pub use settings::Said;
pub use storm::{Storm, storm};
pub use target::{Pass, Reads, TARGETS, Target};
