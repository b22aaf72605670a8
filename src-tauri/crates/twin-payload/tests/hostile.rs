//! Nothing that arrives may panic, and a message is taken whole or not at all.

mod common;

use common::{NOW, message};
use proptest::prelude::*;
use twin_core::Timestamp;
use twin_payload::{
    Decoder, Limits, Message, Observations, Reject, RejectKind,
    sparkplug::encode::{Metric, MetricValue, payload},
};

const TOPICS: [&str; 24] = [
    "spBv1.0/G/NBIRTH/n",
    "spBv1.0/G/NDATA/n",
    "spBv1.0/G/NDEATH/n",
    "spBv1.0/G/DBIRTH/n/d",
    "spBv1.0/G/DDATA/n/d",
    "spBv1.0/G/DDEATH/n/d",
    "spBv1.0/STATE/host",
    "zigbee2mqtt/room",
    "zigbee2mqtt/room/availability",
    "application/a/device/01/event/up",
    "line/oven",
    "spBv1.0/G/NCMD/n",
    "homie/5/d/$description",
    "homie/5/d/n/p",
    "x/5/d/$state",
    "homie/d/n/p/$datatype",
    "homie/d/n/p",
    "homeassistant/sensor/s/config",
    "home/z/bridge/devices",
    "te/device/main///m/a",
    "te/device/main//",
    "tele/d/SENSOR",
    "tele/d/LWT",
    "tasmota/discovery/0049/config",
];

fn birth() -> Vec<u8> {
    let named = |name, alias, value| Metric {
        name: Some(name),
        alias: Some(alias),
        time: Some(NOW),
        ..Metric::new(value)
    };
    let metrics = [
        named("bdSeq", 0, MetricValue::UInt64(1)),
        named("speed", 300, MetricValue::Double(1450.0)),
        named("mode", 70_000, MetricValue::String("hand")),
        named("run", 3, MetricValue::Boolean(true)),
        named("count", 4, MetricValue::Int64(-5)),
        named("raw", 5, MetricValue::Bytes(b"\x00\x01")),
    ];
    payload(Some(NOW), Some(0), &metrics)
}

/// Decodes and checks what must hold whatever came.
fn decode(
    decoder: &mut Decoder,
    message: Message<'_>,
    out: &mut Observations,
) -> Result<(), Reject> {
    let (before, addresses) = (out.clone(), decoder.address_count());
    let known = (decoder.nodes(), decoder.session());
    let result = decoder.decode(message, out);
    if result.is_err() {
        assert_eq!(*out, before, "a rejected message added something");
        assert_eq!(
            (
                decoder.address_count(),
                (decoder.nodes(), decoder.session())
            ),
            (addresses, known),
            "a rejected message changed state"
        );
    }
    let rows = [
        out.times().len(),
        out.kinds().len(),
        out.bits().len(),
        out.qualities().len(),
        out.iter().count(),
    ];
    assert_eq!(rows, [out.len(); 5]);
    for row in out.iter() {
        assert!(row.address.index() < decoder.address_count());
        assert!(row.kind != twin_core::ValueKind::Text || row.text.is_some());
        assert!(row.kind != twin_core::ValueKind::F64 || f64::from_bits(row.bits).is_finite());
    }
    result
}

#[test]
fn a_birth_cut_short_anywhere_is_refused() {
    let birth = birth();
    for topic in [
        "spBv1.0/G/NBIRTH/n",
        "spBv1.0/G/DBIRTH/n/d",
        "spBv1.0/G/DDATA/n/d",
    ] {
        for length in 0..birth.len() {
            let mut decoder = Decoder::new();
            let reject = decode(
                &mut decoder,
                message(topic, &birth[..length]),
                &mut Observations::new(),
            )
            .unwrap_err();
            let expected = [RejectKind::SparkplugTruncated, RejectKind::SparkplugNoSeq];
            assert!(
                expected.contains(&reject.kind),
                "{topic} cut to {length}: {reject}"
            );
            assert!(decoder.nodes().is_empty());
            let restored = decoder.restore_birth(topic, &birth[..length]);
            assert!(restored.is_ok() || decoder.address_count() == 0);
        }
        let mut decoder = Decoder::new();
        assert_eq!(
            decode(
                &mut decoder,
                message(topic, &birth),
                &mut Observations::new()
            ),
            Ok(())
        );
    }
}

#[test]
fn every_changed_byte_is_survived() {
    let birth = birth();
    for at in 0..birth.len() {
        for flip in [0x01, 0x08, 0x80, 0xFF] {
            let mut bytes = birth.clone();
            bytes[at] ^= flip;
            let _ = decode(
                &mut Decoder::new(),
                message(TOPICS[0], &bytes),
                &mut Observations::new(),
            );
        }
    }
}

#[test]
fn malformed_protocol_buffers_are_named() {
    for (bytes, kind) in [
        (b"\x00\x00".as_slice(), RejectKind::SparkplugMalformed),
        (b"\x0b", RejectKind::SparkplugMalformed),
        (
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
            RejectKind::SparkplugMalformed,
        ),
        (b"\x18\x80\x02", RejectKind::SparkplugMalformed),
        (b"\x10\x01\x18\x00", RejectKind::SparkplugMalformed),
        (
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            RejectKind::SparkplugTruncated,
        ),
        (b"\x12\x03\x0a\x01\xff\x18\x00", RejectKind::Utf8),
        (b"\x12\x03\x7a\x01\xff\x18\x00", RejectKind::Utf8),
    ] {
        let reject = decode(
            &mut Decoder::new(),
            message(TOPICS[1], bytes),
            &mut Observations::new(),
        )
        .unwrap_err();
        assert_eq!(reject.kind, kind, "{bytes:x?}: {reject}");
    }
}

#[test]
fn limits_hold() {
    let tight = Limits {
        sources: 2,
        metrics: 3,
        addresses: 5,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(tight);
    let mut out = Observations::new();
    let four = payload(None, Some(0), &[Metric::new(MetricValue::Float(1.0)); 4]);
    let reject = decode(&mut decoder, message("spBv1.0/G/NDATA/n", &four), &mut out).unwrap_err();
    assert_eq!(reject.kind, RejectKind::SparkplugTooManyMetrics);
    let empty = payload(None, Some(0), &[]);
    for (topic, allowed) in [
        ("spBv1.0/G/DDATA/n/a", true),
        ("spBv1.0/G/DDATA/n/b", true),
        ("spBv1.0/G/DDATA/n/c", false),
        ("spBv1.0/G/NDATA/m", true),
        ("spBv1.0/G/NDATA/o", false),
    ] {
        let result = decode(&mut decoder, message(topic, &empty), &mut out);
        assert_eq!(
            result.map_err(|reject| reject.kind),
            if allowed {
                Ok(())
            } else {
                Err(RejectKind::SourceLimit)
            }
        );
    }
    for (n, allowed) in [(1, true), (2, true), (3, false)] {
        let topic = format!("zigbee2mqtt/room{n}");
        assert_eq!(
            decode(&mut decoder, message(&topic, br#"{"a":1,"b":2}"#), &mut out).is_ok(),
            allowed
        );
    }
    // One of two names is new and does not fit: the birth is refused whole.
    let names = ["x", "y"].map(|name| Metric {
        name: Some(name),
        ..Metric::new(MetricValue::Float(1.0))
    });
    let reject = decode(
        &mut decoder,
        message("spBv1.0/G/NBIRTH/m", &payload(None, Some(0), &names)),
        &mut out,
    )
    .unwrap_err();
    assert_eq!(
        (reject.kind, decoder.address_count()),
        (RejectKind::AddressLimit, 4)
    );
}

fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (0..birth().len(), any::<u8>(), any::<prop::sample::Index>()).prop_map(
        |(at, byte, cut)| {
            let mut bytes = birth();
            bytes[at] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            bytes
        },
    );
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        damaged,
        Just(birth()),
        "[\\[{\":,}\\]a1t\\\\u \\-]{0,40}".prop_map(String::into_bytes),
        "(\\PC|\n){0,40}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_messages_are_taken_whole_or_not_at_all(
        messages in prop::collection::vec(
            (prop_oneof![prop::sample::select(TOPICS.to_vec()).prop_map(str::to_owned), "\\PC{0,20}"],
             payloads(), any::<[bool; 2]>(), prop_oneof![Just(NOW), any::<i64>().prop_map(Timestamp)]),
            1..8,
        )
    ) {
        let mut decoder = Decoder::new();
        let mut out = Observations::new();
        for (topic, payload, [retain, dup], received) in &messages {
            let message = Message { retain: *retain, dup: *dup, ..Message::new(topic, payload, *received) };
            let _ = decode(&mut decoder, message, &mut out);
            let _ = decoder.restore_birth(topic, payload);
        }
    }

    /// The same messages give the same observations: nothing depends on hidden state or hash order.
    #[test]
    fn decoding_is_deterministic(payloads in prop::collection::vec((prop::sample::select(TOPICS.to_vec()), payloads()), 1..6)) {
        let run = || {
            let (mut decoder, mut out) = (Decoder::new(), Observations::new());
            let results: Vec<_> = payloads.iter().map(|(topic, bytes)| decoder.decode(message(topic, bytes), &mut out)).collect();
            (results, out, decoder.nodes())
        };
        prop_assert_eq!(run(), run());
    }
}
