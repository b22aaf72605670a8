//! Compressed payloads: what real compressors write is read, what asks for too much is not.

#![allow(
    clippy::unwrap_used,
    reason = "a payload that cannot be packed fails its test"
)]

mod common;

use std::io::Write as _;

use common::{decode, value};
use proptest::prelude::*;
use twin_core::Value;
use twin_payload::{Decoder, Limits, RejectKind};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 3).unwrap()
}

#[test]
fn a_message_that_unpacks_to_more_than_it_may_is_refused() {
    let spaces = vec![b' '; 1024 * 1024];
    let noise: Vec<u8> = (0_u32..50_000)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for payload in [gzip(&spaces), zstd(&spaces), zstd(&noise)] {
        let mut decoder = Decoder::with_limits(Limits {
            inflated_bytes: 150_000,
            ..Limits::default()
        });
        let reject = decode(&mut decoder, "t", &payload).unwrap_err();
        assert_eq!(reject.kind, RejectKind::Inflate);
    }
}

#[test]
fn the_ratio_is_bounded_below_the_size() {
    let spaces = vec![b' '; 2 * 1024 * 1024];
    for payload in [gzip(&spaces), zstd(&spaces)] {
        assert!(payload.len() * 100 < spaces.len());
        let reject = decode(&mut Decoder::new(), "t", &payload).unwrap_err();
        assert_eq!(reject.kind, RejectKind::Inflate);
    }
}

#[test]
fn small_messages_may_compress_as_well_as_they_like() {
    let content = format!(r#"{{"pad":"{}","v":1}}"#, "x".repeat(3_000));
    for payload in [gzip(content.as_bytes()), zstd(content.as_bytes())] {
        assert!(payload.len() * 40 < content.len());
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, "t", &payload).unwrap();
        assert_eq!(value(&decoder, &out, "t#v"), Some(Value::F64(1.0)));
    }
}

proptest! {
    #[test]
    fn what_compressors_write_is_read(number in any::<f64>().prop_filter("finite", |n| n.is_finite()), text in "[a-z ]{1,200}") {
        let content = serde_json::json!({"n": number, "s": text}).to_string();
        for payload in [gzip(content.as_bytes()), zstd(content.as_bytes())] {
            let mut decoder = Decoder::new();
            let out = decode(&mut decoder, "t", &payload).unwrap();
            prop_assert_eq!(value(&decoder, &out, "t#n"), Some(Value::F64(number)));
            prop_assert_eq!(value(&decoder, &out, "t#s"), Some(Value::Text(text.as_str().into())));
        }
    }

    #[test]
    fn damage_is_survived(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let content = br#"{"a":[1,2,3],"b":"text text text text"}"#;
        for mut payload in [gzip(content), zstd(content)] {
            let at = at.index(payload.len());
            payload[at] = byte;
            payload.truncate(cut.index(payload.len()) + 1);
            let _ = decode(&mut Decoder::new(), "t", &payload);
        }
    }
}
