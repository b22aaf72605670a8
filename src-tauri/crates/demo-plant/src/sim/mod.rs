//! The pumping station by its physics. Pure: no clock, no file, no task; the same seed, start and steps give the same
//! readings, bit for bit, on one kind of machine.
//!
//! Rooms, in the order in which they may import one another: `constants`, `noise`, `reading`, `active`, `hydraulics` ->
//! one module an apparatus -> `station`.

mod active;
mod chlorine;
mod compressor;
mod constants;
mod exchanger;
mod hydraulics;
mod intake;
mod noise;
mod pump;
mod reading;
mod rooms;
mod station;
mod tank;
mod valve;

pub use reading::{Asset, Rate, Readings, Signal, Value};
pub use station::{ASSETS, Station};
