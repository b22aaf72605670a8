//! The connection against brokers that are scripts on a socket: what a well-behaved one does at a moment that mosquitto
//! never picks, and what none should do.

// Only `#[test]` functions are excused by clippy.toml, and helpers fail a test the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ends;
mod flapping;
mod malformed;
mod pings;
mod repeats;
mod script;
mod session;
mod states;
mod together;
mod unread;
