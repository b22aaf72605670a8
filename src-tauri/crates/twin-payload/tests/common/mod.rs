//! What the tests share.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod fixture;
pub mod sparkplug;
pub mod tahu;
pub mod world;
pub mod written;

use std::path::PathBuf;

use twin_core::{Quality, Timestamp, Value};
use twin_payload::{Decoder, Message, Observations, Reject};

/// 2023-11-14T22:13:20Z, when most tests take place.
pub const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

pub fn at(ms: i64) -> Timestamp {
    Timestamp(NOW.0 + ms * 1_000)
}

pub fn message<'a>(topic: &'a str, payload: &'a [u8]) -> Message<'a> {
    Message::new(topic, payload, NOW)
}

/// Decodes one message into fresh observations.
pub fn decode(decoder: &mut Decoder, topic: &str, payload: &[u8]) -> Result<Observations, Reject> {
    let mut out = Observations::new();
    decoder
        .decode(message(topic, payload), &mut out)
        .map(|()| out)
}

/// Rows as address, value, quality.
pub fn rows(decoder: &Decoder, out: &Observations) -> Vec<(String, Value, Quality)> {
    out.iter()
        .map(|row| {
            (
                decoder.address(row.address).to_owned(),
                row.value(),
                row.quality,
            )
        })
        .collect()
}

/// The value under an address.
pub fn value(decoder: &Decoder, out: &Observations, address: &str) -> Option<Value> {
    out.iter()
        .find(|row| decoder.address(row.address) == address)
        .map(|row| row.value())
}

/// The folder of payloads made by others, when it is on this machine.
pub fn shared_payloads() -> Option<PathBuf> {
    let folder = std::env::var_os("TWINSCOPE_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data"),
        PathBuf::from,
    );
    let folder = folder.join("payloads");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no payloads of others at {} (set TWINSCOPE_SHARED_DATA)",
        folder.display()
    );
    None
}
