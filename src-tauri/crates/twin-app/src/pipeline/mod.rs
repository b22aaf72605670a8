//! How a sample travels: connection -> [`source`] (decode, map) -> [`driver`] (engine) -> [`writer`] (history,
//! alarms, then acknowledgements) and the [`crate::view`].
//!
//! Every queue between them has a bound, written down here. When history cannot keep up, the job queue fills, the driver
//! stops taking messages, the connections hold QoS 1 and 2 back (the broker keeps them) and count what they drop of QoS
//! 0. When history cannot be written, `outage` says what goes on.

pub mod adoption;
mod burden;
mod carrier;
mod diagnose;
pub mod driver;
mod held;
mod house;
mod intake;
mod itself;
pub mod job;
pub mod maintenance;
pub mod meter;
pub mod notice;
mod outage;
pub mod provisional;
pub mod rejects;
mod replant;
pub mod request;
pub mod retention;
mod ring;
pub mod scoring;
mod serve;
mod show;
pub mod source;
#[cfg(test)]
mod tests;
pub mod turn;
pub mod writer;

use twin_historian::Options;

/// Why samples are missing, as the name of a reject.
const NOT_STORED: &str = "not-stored";
/// The same in words.
const WHY_NOT_STORED: &str =
    "were not stored: history could not be written, and memory for them was full";
/// Messages of one connection that wait for the driver: at 30,000 a second for two seconds.
pub const CONNECTION_QUEUE: usize = 65_536;
/// The same in bytes, each message with 256 on top: 30,000 a second of 100 bytes for more than a second.
pub const CONNECTION_QUEUE_BYTES: usize = 16 << 20;
/// Messages decoded in one go.
pub const INBOUND_BATCH: usize = 2_048;
/// How long the driver rests after a turn in which nothing waited for an acknowledgement, so that a turn has many
/// messages: it is the most by which a twin is shown later. A connection rests too, between reading what nobody waits for;
/// this keeps many connections from making many turns.
pub const REST: std::time::Duration = std::time::Duration::from_millis(2);
/// How long the writer gathers jobs that nobody waits for, so that a commit has many samples of QoS 0.
pub const GATHER: std::time::Duration = std::time::Duration::from_millis(100);
/// How many samples are enough for a commit without gathering more.
pub const GATHER_SAMPLES: usize = 16_384;
/// Jobs that wait for the writer; one job holds at most [`INBOUND_BATCH`] messages.
pub const JOB_QUEUE: usize = 64;
/// Payloads of unreadable messages in jobs that wait for the writer, bytes; one turn more than fits. Beyond it no messages
/// are taken.
const BURDEN_BYTES: usize = 32 << 20;
/// What may wait in memory while history cannot be written, made of samples of QoS 0. A hundred samples a second fill it
/// in about an hour when they come in messages of ten, and in a quarter of an hour when each is a message of its own.
const RING: ring::Limits = ring::Limits {
    samples: 400_000,
    bytes: 64 << 20,
    transitions: 10_000,
};
/// Bytes of messages of QoS 1 and 2 that wait unacknowledged in the driver while history cannot be written, each
/// connection an equal part; beyond it no message of that connection is taken.
const HELD_BYTES: usize = 64 << 20;
/// Bytes of batches whose memory serves again once their samples are in chunks.
const SPENT_BYTES: usize = 48 << 20;
/// Questions that wait for the scorer.
pub const SCORE_QUEUE: usize = 256;
/// Requests of people that wait for the driver.
pub const REQUEST_QUEUE: usize = 64;
/// Addresses of a ledger that are copied in one go: half a millisecond.
pub const LEDGER_PART: usize = 4_096;
/// Desktop notifications that wait to be shown; more are left out, the alarm list has them all.
pub const NOTICE_QUEUE: usize = 32;
/// Name of the condition that history cannot be written.
pub const HISTORY: &str = "history";

/// The bounds of the history that the pipeline writes.
pub fn history_options() -> Options {
    Options {
        spent_bytes_max: SPENT_BYTES,
        ..Options::default()
    }
}
