//! How a sample travels: connection -> [`source`] (decode, map) -> [`driver`] (engine) -> [`writer`] (history,
//! alarms, then acknowledgements) and the [`crate::view`].
//!
//! Every queue between them has a bound, written down here. When history cannot keep up or cannot be written, the job
//! queue fills, the driver stops taking messages, the connections hold QoS 1 and 2 back (the broker keeps them) and
//! count what they drop of QoS 0.

pub mod driver;
pub mod job;
pub mod maintenance;
pub mod notice;
pub mod rejects;
pub mod request;
pub mod scoring;
mod show;
pub mod source;
pub mod turn;
pub mod writer;

/// Messages of one connection that wait for the driver.
pub const CONNECTION_QUEUE: usize = 1_024;
/// Messages of all connections that wait for the driver.
pub const INBOUND_QUEUE: usize = 1_024;
/// Messages decoded in one go.
pub const INBOUND_BATCH: usize = 256;
/// Jobs that wait for the writer; one job holds at most [`INBOUND_BATCH`] messages.
pub const JOB_QUEUE: usize = 64;
/// Questions that wait for the scorer.
pub const SCORE_QUEUE: usize = 256;
/// Requests of people that wait for the driver.
pub const REQUEST_QUEUE: usize = 64;
/// Desktop notifications that wait to be shown; more are left out, the alarm list has them all.
pub const NOTICE_QUEUE: usize = 32;
/// Name of the condition that history cannot be written.
pub const HISTORY: &str = "history";
