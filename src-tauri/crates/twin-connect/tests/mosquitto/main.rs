//! The connection against Debian's mosquitto, and against sockets that misbehave on purpose.
//!
//! Every test starts its own broker on a free port of the loopback, so they run side by side.

// Only `#[test]` functions are excused by clippy.toml, and helpers fail a test the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod advisor;
mod chain;
mod doctor;
mod hostile;
mod limits;
mod link;
mod properties;
mod session;
mod support;
mod tls;
mod websocket;
mod will;
