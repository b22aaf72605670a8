//! A water pumping station by its physics, that speaks only MQTT, with its own loopback broker.
//!
//! Rooms, in the order in which they may import one another: [`fault`], [`message`] -> [`sim`] -> [`simulate`],
//! [`sparkplug`] -> [`fleet`] -> [`publish`]; [`broker`] and [`state_file`] stand alone. Everything up to `fleet` is pure.

pub mod broker;
mod error;
pub mod fault;
pub mod fleet;
pub mod message;
pub mod publish;
pub mod sim;
pub mod simulate;
pub mod sparkplug;
pub mod state_file;

pub use error::Error;
pub use fault::{Control, Fault, FaultKind, Scheduled};
