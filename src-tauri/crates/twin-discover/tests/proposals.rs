//! Messages through a decoder and a ledger to proposals.

mod common;

use std::collections::BTreeSet;

use proptest::prelude::*;
use twin_core::{Quality, SampleRef, SignalKey, Timestamp, ValueKind};
use twin_discover::{Choice, Confidence, Ground, Ledger, LedgerLimits, Sighting};
use twin_model::Role;
use twin_payload::{Convention, Description, Point, SourceUnit, UnitVocabulary};

use common::{EMPTY, hear, proposals};

#[test]
fn alike_objects_become_assets_of_one_type() {
    let ledger = hear(&[
        (
            "plant/hall-a/pump-1/telemetry",
            r#"{"bearing_temp_c":41.5,"flow_m3_h":12.25,"state":"run"}"#,
        ),
        (
            "plant/hall-a/pump-2/telemetry",
            r#"{"bearing_temp_c":39,"flow_m3_h":11.5,"state":"stop"}"#,
        ),
        (
            "plant/hall-a/pump-1/telemetry",
            r#"{"bearing_temp_c":42,"flow_m3_h":12.5,"state":"run"}"#,
        ),
    ]);
    let found = proposals(&ledger, EMPTY);
    assert_eq!(found.len(), 2);
    let pump = &found[0];
    assert_eq!(
        (pump.asset.id.as_str(), pump.asset.name.as_str()),
        ("pump-1", "Pump 1")
    );
    assert_eq!(pump.asset.path, ["plant", "hall-a"]);
    assert_eq!(pump.asset.place.id, "hall-a");
    assert_eq!(pump.asset.kind, found[1].asset.kind);
    let kind = &pump.asset.kind;
    assert_eq!((kind.id.as_str(), kind.exists), ("pump", false));
    assert_eq!(pump.confidence, Confidence::Guess);
    let temperature = &pump.signals[0];
    assert_eq!(temperature.id, "bearing-temp");
    assert_eq!(temperature.name, "Bearing temperature");
    assert_eq!((temperature.unit.as_str(), temperature.decimals), ("°C", 1));
    let grounds: Vec<Ground> = temperature.evidence.iter().map(|e| e.ground).collect();
    assert_eq!(grounds, [Ground::Seen, Ground::Guessed]);
    assert!(
        temperature.evidence[0]
            .text
            .to_string()
            .contains("41.5 to 42")
    );
    assert_eq!(pump.signals[2].role, Role::State);
    // Two values two seconds apart: five times that, and never below ten seconds.
    assert_eq!(temperature.stale_after.micros(), 10_000_000);
}

#[test]
fn what_a_source_says_of_itself_goes_first() {
    let mut ledger = hear(&[("zigbee2mqtt/0x00158d", r#"{"temperature":21.5,"extra":1}"#)]);
    let point = Point {
        address: "zigbee2mqtt/0x00158d#temperature".into(),
        name: Some("Room temperature".into()),
        unit: Some(SourceUnit {
            text: "°F".into(),
            vocabulary: UnitVocabulary::HomeAssistant,
        }),
        range: Some([-40.0, 150.0]),
        ..Point::default()
    };
    let never_heard = Point {
        address: "zigbee2mqtt/0x00158d#battery".into(),
        kind: Some(ValueKind::F64),
        ..Point::default()
    };
    ledger.describe(Description {
        source: "zigbee2mqtt/0x00158d".into(),
        convention: Convention::Zigbee2mqtt,
        topic: "zigbee2mqtt/bridge/devices".into(),
        name: Some("Cold store sensor".into()),
        parent: None,
        maker: Some("Aqara".into()),
        model: Some("WSDCGQ11LM".into()),
        version: None,
        plate: twin_payload::Plate::default(),
        points: vec![point, never_heard],
        gone: false,
        at: Timestamp(0),
    });
    let found = proposals(&ledger, EMPTY);
    assert_eq!(found.len(), 1);
    let sensor = &found[0];
    assert_eq!(sensor.confidence, Confidence::Sure);
    assert_eq!(sensor.asset.id, "cold-store-sensor");
    assert_eq!(sensor.asset.maker.as_deref(), Some("Aqara"));
    assert_eq!(sensor.asset.kind.name, "WSDCGQ11LM");
    let ids: Vec<&str> = sensor.signals.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["battery", "extra", "temperature"]);
    let temperature = &sensor.signals[2];
    assert_eq!(
        (temperature.unit.as_str(), temperature.range),
        ("°F", Some([-40.0, 150.0]))
    );
    assert_eq!(temperature.name, "Room temperature");
}

#[test]
fn new_values_of_a_known_asset_join_it_and_alike_ones_take_its_type() {
    let plant = format!(
        "{EMPTY}
[[connection]]
id = \"c\"
name = \"C\"
host = \"h\"
subscriptions = [{{ filter = \"site/#\" }}]
[[area]]
id = \"a\"
name = \"A\"
[[type]]
id = \"pump\"
name = \"Pump\"
[[type.signal]]
id = \"flow\"
name = \"Flow\"
[[asset]]
id = \"pump-1\"
name = \"Pump one\"
area = \"a\"
type = \"pump\"
connection = \"c\"
source = \"site/pump1#{{signal}}\"
"
    );
    let ledger = hear(&[
        ("site/pump1", r#"{"vibration":1.5}"#),
        ("site/pump2", r#"{"flow":1.5}"#),
    ]);
    let found = proposals(&ledger, &plant);
    assert_eq!(found[0].asset.existing.as_ref().unwrap().as_str(), "pump-1");
    assert_eq!(found[0].asset.name, "Pump one");
    let pump = Choice {
        id: "pump".into(),
        name: "Pump".into(),
        exists: true,
    };
    assert_eq!(found[1].asset.kind, pump);
    assert_eq!(found[1].asset.id, "pump2");
}

#[test]
fn hostile_names_stay_text() {
    let topic = "site/<img src=x onerror=alert(1)>/'; DROP TABLE signal;--";
    let ledger = hear(&[(topic, r#"{"</script>":1,"a\u0000b":2}"#)]);
    let found = proposals(&ledger, EMPTY);
    let addresses: Vec<&str> = found[0].signals.iter().map(|s| &*s.address).collect();
    assert_eq!(
        addresses,
        [format!("{topic}#</script>"), format!("{topic}#a\u{fffd}b")]
    );
    assert!(found.iter().all(|p| is_id(&p.asset.id)));
}

fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

proptest! {
    #[test]
    fn every_address_is_proposed_once_under_an_id_of_its_own(
        addresses in proptest::collection::btree_set("[a-cA-C/_.é#-]{1,12}(#[a-c._]{0,6})?", 1..40),
        conventions in proptest::collection::vec(0..Convention::ALL.len(), 40),
    ) {
        let mut ledger = Ledger::new(LedgerLimits::default());
        for (number, (address, convention)) in addresses.iter().zip(&conventions).enumerate() {
            let sighting = Sighting {
                number: number as u32,
                sample: SampleRef {
                    signal: SignalKey(0),
                    time: Timestamp(0),
                    kind: ValueKind::F64,
                    bits: (number as f64).to_bits(),
                    quality: Quality::GOOD,
                    text: None,
                },
                received: Timestamp(0),
                convention: Convention::ALL[*convention],
            };
            ledger.note(sighting, || address.as_str());
        }
        let found = proposals(&ledger, EMPTY);
        let mut seen = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for proposal in &found {
            prop_assert!(is_id(&proposal.asset.id), "{}", proposal.asset.id);
            prop_assert!(ids.insert(proposal.asset.id.clone()));
            let mut own = BTreeSet::new();
            for signal in &proposal.signals {
                prop_assert!(is_id(&signal.id), "{}", signal.id);
                prop_assert!(own.insert(signal.id.clone()));
                prop_assert!(!signal.evidence.is_empty());
                prop_assert!(seen.insert(signal.address.to_string()));
            }
        }
        prop_assert_eq!(&seen, &addresses);
        prop_assert_eq!(&found, &proposals(&ledger, EMPTY));
    }
}
