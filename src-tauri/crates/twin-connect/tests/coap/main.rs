//! CoAP against Debian's coap-server (libcoap), and against sockets that misbehave on purpose.
//!
//! Every test starts its own server on a free port of the loopback, so they run side by side.

// Only `#[test]` functions are excused by clippy.toml, and helpers fail a test the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dtls;
mod link;
mod observe;
mod support;
mod visit;
mod weather;
