//! History as files: what is written comes back, what others write is understood, what is damaged ends in words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod foreign;
mod hostile;
mod round_trip;
mod support;
