//! Whatever arrives, nothing panics, and a rejected message leaves no trace: not in what was told, not in what is told
//! later.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

mod common;

use common::{fixture, message};
use proptest::prelude::*;
use twin_payload::{Decoder, Limits, Message, Observations, RejectKind, SourceEvent};

const FOLDERS: [&str; 8] = [
    "homie",
    "thinedge",
    "homeassistant",
    "zigbee",
    "tasmota",
    "aws",
    "azure",
    "uns",
];

type Sent = (String, Vec<u8>);

/// Messages of the fixtures of a convention.
fn sent(folder: &str) -> Vec<Sent> {
    let folder = format!("{}/tests/fixtures/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap());
    texts.flat_map(|text| fixture::messages(&text)).collect()
}

/// Limits so tight that they are met, and the usual ones.
fn limits() -> impl Strategy<Value = Limits> {
    let tight = (
        0..600_usize,
        1..6_usize,
        0..6_usize,
        4..40_usize,
        20..90_usize,
    );
    let tight = tight.prop_map(|(kept_bytes, sources, points, addresses, values)| Limits {
        payload_bytes: 900,
        topics: 30,
        addresses,
        address_bytes: 60,
        text_bytes: 40,
        json_depth: 8,
        json_values: 30,
        sources,
        points,
        document_bytes: 1_500,
        document_values: values,
        description_text_bytes: 30,
        kept_bytes,
        ..Limits::default()
    });
    prop_oneof![1 => Just(Limits::default()), 4 => tight]
}

/// Messages of a convention, perhaps damaged, perhaps on the topics of others; and all of them as they should be.
fn messages() -> impl Strategy<Value = (Vec<(Sent, bool)>, Vec<Sent>)> {
    let all: Vec<Vec<Sent>> = FOLDERS.iter().map(|folder| sent(folder)).collect();
    prop::sample::select(all).prop_flat_map(|all| {
        let one = prop::sample::select(all.clone());
        let damage = (any::<prop::sample::Index>(), any::<u8>(), any::<bool>());
        let damage = prop::option::weighted(0.3, damage);
        let other = prop::option::weighted(0.1, prop::sample::select(all.clone()));
        let noise = prop::option::weighted(0.1, prop::collection::vec(any::<u8>(), 0..60));
        let message = (one, damage, other, noise, any::<bool>()).prop_map(
            |((topic, mut payload), damage, other, noise, retain)| {
                if let Some((at, byte, cut)) = damage.filter(|_| !payload.is_empty()) {
                    let at = at.index(payload.len());
                    payload[at] = byte;
                    if cut {
                        payload.truncate(at);
                    }
                }
                let topic = other.map_or(topic, |(topic, _)| topic);
                ((topic, noise.unwrap_or(payload)), retain)
            },
        );
        (prop::collection::vec(message, 1..24), Just(all))
    })
}

/// A decoder that hears all messages tells what one tells that hears only those that the first one took. After them both
/// hear `probes`, and answer each alike.
fn check(messages: &[(Sent, bool)], probes: &[Sent], limits: Limits) {
    let (mut all, mut taken) = (Decoder::with_limits(limits), Decoder::with_limits(limits));
    for ((topic, payload), retain) in messages {
        let message = Message {
            retain: *retain,
            ..message(topic, payload)
        };
        let mut out = Observations::new();
        if all.decode(message, &mut out).is_err() {
            assert_eq!(
                out,
                Observations::new(),
                "a rejected message added something"
            );
            continue;
        }
        let mut again = Observations::new();
        taken.decode(message, &mut again).unwrap();
        assert_eq!(out, again, "{topic}: a rejected message left a trace");
    }
    for (topic, payload) in probes {
        let told = [&mut all, &mut taken].map(|decoder| {
            let mut out = Observations::new();
            let result = decoder.decode(message(topic, payload), &mut out);
            let sources = out.events().iter().map(|event| match event {
                SourceEvent::Availability { source, .. } => decoder.addresses_of(source).to_vec(),
                _ => vec![],
            });
            let sources: Vec<_> = sources.collect();
            (result, sources, out)
        });
        assert_eq!(told[0], told[1], "{topic}: a rejected message left a trace");
    }
    assert_eq!(all.address_count(), taken.address_count());
    assert!(all.address_count() <= limits.addresses);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rejected_messages_leave_no_trace((messages, probes) in messages(), limits in limits()) {
        check(&messages, &probes, limits);
    }
}

#[test]
fn every_fixture_cut_short_anywhere_is_survived() {
    for folder in FOLDERS {
        for (topic, payload) in sent(folder) {
            for end in 0..payload.len() {
                let mut out = Observations::new();
                let _ = Decoder::new().decode(message(&topic, &payload[..end]), &mut out);
            }
        }
    }
}

#[test]
fn what_is_kept_of_devices_is_bounded() {
    let limits = Limits {
        sources: 50,
        kept_bytes: 4_000,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(limits);
    let mut kinds = vec![];
    for n in 0..200 {
        let long = "x".repeat(100);
        let told = [
            (format!("homie/{n}/$name"), long.clone()),
            (format!("homie/5/{n}/$state"), "ready".to_owned()),
            (
                format!("te/device/d{n}//"),
                format!(r#"{{"@type":"child-device","@health":"device/{long}{n}/service/x"}}"#),
            ),
            (
                format!("homeassistant/sensor/{n}/config"),
                format!(r#"{{"stat_t":"{long}{n}"}}"#),
            ),
            (format!("zigbee2mqtt/{n}/availability"), "online".to_owned()),
            (format!("tele/{n}/LWT"), "Online".to_owned()),
            (
                format!("$aws/things/{n}/shadow/update/accepted"),
                r#"{"version":1}"#.to_owned(),
            ),
            (
                format!("$aws/events/presence/connected/c{n}"),
                r#"{"versionNumber":1}"#.to_owned(),
            ),
            (
                format!("tasmota/discovery/{n}/config"),
                format!(r#"{{"t":"{long}{n}","ft":"%prefix%/%topic%/"}}"#),
            ),
        ];
        for (topic, payload) in told {
            let mut out = Observations::new();
            kinds.push((
                n,
                decoder
                    .decode(message(&topic, payload.as_bytes()), &mut out)
                    .err()
                    .map(|reject| reject.kind),
            ));
        }
    }
    let late: Vec<_> = kinds.iter().filter(|(n, _)| *n >= 50).collect();
    assert!(
        late.iter()
            .all(|(_, kind)| *kind == Some(RejectKind::SourceLimit)),
        "{late:?}"
    );
    assert!(
        kinds
            .iter()
            .filter(|(n, _)| *n < 10)
            .all(|(_, kind)| kind.is_none())
    );
}

#[test]
fn a_list_of_devices_may_be_larger_than_a_message() {
    let device = r#"{"ieee_address":"0x1","friendly_name":"DEVICE","definition":null}"#;
    let list: Vec<String> = (0..40)
        .map(|n| device.replace("DEVICE", &format!("d{n}")))
        .collect();
    let list = format!("[{}]", list.join(","));
    let limits = Limits {
        payload_bytes: 1_000,
        document_bytes: 4_000,
        ..Limits::default()
    };
    let mut out = Observations::new();
    let mut decoder = Decoder::with_limits(limits);
    assert!(list.len() > 1_000 && list.len() < 4_000);
    decoder
        .decode(
            message("zigbee2mqtt/bridge/devices", list.as_bytes()),
            &mut out,
        )
        .unwrap();
    assert_eq!(out.events().len(), 40);
    let long = format!("[{}]", vec![device; 100].join(","));
    for (topic, payload) in [
        ("zigbee2mqtt/bridge/devices", &long),
        ("zigbee2mqtt/room", &list),
        ("room", &list),
    ] {
        let reject = decoder
            .decode(message(topic, payload.as_bytes()), &mut out)
            .unwrap_err();
        assert_eq!(reject.kind, RejectKind::PayloadTooLarge, "{topic}");
    }
}
