//! Messages through a decoder into a ledger.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

use twin_core::{ConnectionId, SampleRef, SignalKey, Timestamp};
use twin_discover::{Ledger, LedgerLimits, Proposal, Sighting, propose};
use twin_model::Plant;
use twin_payload::{Decoder, Message, Observations, SourceEvent};

/// A plant file that says nothing yet.
pub const EMPTY: &str = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";

/// A connection as the plant file has it.
pub fn connection(id: &str) -> String {
    format!(
        "
# The one of the hall.
[[connection]]
id = \"{id}\"
name = \"C\"
host = \"h\"
security = \"plaintext\"
subscriptions = [{{ filter = \"site/#\" }}]
"
    )
}

/// A plant file with the connection `c`.
pub fn file() -> String {
    format!("{EMPTY}{}", connection("c"))
}

/// Hears messages, one a second.
pub fn hear(messages: &[(&str, &str)]) -> Ledger {
    let mut decoder = Decoder::new();
    let mut ledger = Ledger::new(LedgerLimits::default());
    for (second, (topic, payload)) in messages.iter().enumerate() {
        let mut out = Observations::new();
        let received = Timestamp::from_secs(1_700_000_000 + second as i64);
        let message = Message::new(topic, payload.as_bytes(), received);
        decoder.decode(message, &mut out).unwrap();
        note(&mut ledger, &decoder, &out, received);
    }
    ledger
}

fn note(ledger: &mut Ledger, decoder: &Decoder, out: &Observations, received: Timestamp) {
    for row in out.iter() {
        let sighting = Sighting {
            number: row.address.0,
            sample: SampleRef {
                signal: SignalKey(0),
                time: row.time,
                kind: row.kind,
                bits: row.bits,
                quality: row.quality,
                text: row.text,
            },
            received,
            convention: out.convention().unwrap(),
        };
        ledger.note(sighting, || decoder.address(row.address));
    }
    for event in out.events() {
        if let SourceEvent::Described(description) = event {
            ledger.describe((**description).clone());
        }
    }
}

/// What is proposed for the connection `c`.
pub fn proposals(ledger: &Ledger, plant: &str) -> Vec<Proposal> {
    let plant = Plant::parse(plant).unwrap();
    propose(&[(&ConnectionId::from("c"), ledger)], &plant, &plant)
}
