//! A rejected message leaves nothing: the conversation goes on as if it had never come.

mod common;

use common::{at, fixture};
use proptest::prelude::*;
use twin_payload::{Decoder, Limits, Message, Observations, SourceEvent};

/// Conversations of the conventions whose readers remember something, and of some that do not.
const FIXTURES: [&str; 17] = [
    include_str!("fixtures/uns/values.case"),
    include_str!("fixtures/azure/twin.case"),
    include_str!("fixtures/azure/cloudevents.case"),
    include_str!("fixtures/aws/shadow.case"),
    include_str!("fixtures/aws/presence.case"),
    include_str!("fixtures/chirpstack/events.case"),
    include_str!("fixtures/chirpstack/hostile.case"),
    include_str!("fixtures/tts/device.case"),
    include_str!("fixtures/opcua/frames.case"),
    include_str!("fixtures/opcua/events.case"),
    include_str!("fixtures/opcua/encodings.case"),
    include_str!("fixtures/opcua/publisher.case"),
    include_str!("fixtures/csv/unruled.case"),
    include_str!("fixtures/senml/json.case"),
    include_str!("fixtures/senml/cbor.case"),
    include_str!("fixtures/sparkplug/life.case"),
    include_str!("fixtures/sparkplug/types.case"),
];

/// What one message gave, by address.
type Said = (Vec<String>, Vec<SourceEvent>, u64);

fn said(decoder: &Decoder, out: &Observations) -> Said {
    let rows = out.iter().map(|row| {
        let address = decoder.address(row.address);
        format!(
            "{address} {:?} {:?} {:?}",
            row.value(),
            row.quality,
            row.source_time
        )
    });
    (rows.collect(), out.events().to_vec(), out.skipped())
}

/// Decodes a conversation; gives what was taken, by the number of the message.
fn run(conversation: &[(usize, String, Vec<u8>)], limits: Limits) -> Vec<(usize, Said)> {
    let (mut decoder, mut taken) = (Decoder::with_limits(limits), vec![]);
    for (number, topic, payload) in conversation {
        let mut out = Observations::new();
        let before = decoder.address_count();
        let message = Message::new(topic, payload, at(*number as i64 * 1_000));
        match decoder.decode(message, &mut out) {
            Ok(()) => taken.push((*number, said(&decoder, &out))),
            Err(_) => {
                assert_eq!(
                    out,
                    Observations::new(),
                    "a rejected message added something"
                );
                assert_eq!(
                    decoder.address_count(),
                    before,
                    "a rejected message left addresses"
                );
            }
        }
    }
    taken
}

#[derive(Clone, Debug)]
enum Damage {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Noise(Vec<u8>),
}

impl Damage {
    fn apply(&self, payload: &mut Vec<u8>) {
        if payload.is_empty() {
            return;
        }
        match self {
            Damage::Byte(at, byte) => {
                let at = at.index(payload.len());
                payload[at] = *byte;
            }
            Damage::Cut(at) => payload.truncate(at.index(payload.len())),
            Damage::Insert(at, bytes) => {
                let at = at.index(payload.len());
                payload.splice(at..at, bytes.iter().copied());
            }
            Damage::Noise(bytes) => payload.clone_from(bytes),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    let bytes = || prop::collection::vec(any::<u8>(), 0..40);
    let text = "[\\[\\]{}\":,a-z0-9 .\\-]{0,12}".prop_map(String::into_bytes);
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        index().prop_map(Damage::Cut),
        (index(), prop_oneof![bytes(), text.boxed()])
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        bytes().prop_map(Damage::Noise),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_conversation_goes_on_as_if_it_had_never_come(
        fixture in prop::sample::select(&FIXTURES[..]),
        damages in prop::collection::vec((any::<prop::sample::Index>(), damage()), 0..6),
        addresses in prop_oneof![Just(100_000), 1..60_usize],
        sources in prop_oneof![Just(10_000), 1..4_usize],
    ) {
        let mut conversation: Vec<_> = fixture::messages(fixture)
            .into_iter()
            .enumerate()
            .map(|(number, (topic, payload))| (number, topic, payload))
            .collect();
        for (which, damage) in &damages {
            let which = which.index(conversation.len());
            damage.apply(&mut conversation[which].2);
        }
        // Narrow limits reject a message when half of it is read.
        let limits = Limits { addresses, sources, ..Limits::default() };
        let taken = run(&conversation, limits);
        conversation.retain(|(number, ..)| taken.iter().any(|(taken, _)| taken == number));
        prop_assert_eq!(run(&conversation, limits), taken);
    }
}
