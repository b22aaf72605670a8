//! Which device a value is of, convention by convention: what sources describe and what they do not describe meet in one.

mod common;

use twin_discover::{Confidence, Proposal};
use twin_model::Plant;

use common::{EMPTY, hear, proposals};

/// Ids of proposals and the ids of their signals.
fn shape(found: &[Proposal]) -> Vec<(&str, Vec<&str>)> {
    let mut shape = Vec::new();
    for proposal in found {
        let signals = proposal.signals.iter().map(|of| of.id.as_str());
        shape.push((proposal.id.as_str(), signals.collect()));
    }
    shape
}

#[test]
fn a_lorawan_device_is_one_whatever_it_says() {
    let up = r#"{"end_device_ids":{"device_id":"dev1","application_ids":{"application_id":"cold-chain"}},
        "uplink_message":{"decoded_payload":{"temp_c":4.5},"rx_metadata":[{"rssi":-90,"snr":1.5}],"f_cnt":2}}"#;
    let ledger = hear(&[("v3/cold-chain@ttn/devices/dev1/up", up)]);
    let found = proposals(&ledger, EMPTY);
    assert_eq!(
        shape(&found),
        [(
            "c v3/cold-chain@ttn/devices/dev1",
            vec!["consumed-airtime", "temp", "f-cnt", "rssi", "snr"]
        )]
    );
    assert_eq!(found[0].asset.name, "dev1");
}

#[test]
fn a_thing_is_one_with_all_its_shadows() {
    let ledger = hear(&[
        (
            "$aws/things/pump-1/shadow/update/accepted",
            r#"{"state":{"reported":{"flow":12.5},"desired":{"speed":3}},"version":1,"timestamp":1699999999}"#,
        ),
        (
            "$aws/things/pump-1/shadow/name/config/update/accepted",
            r#"{"state":{"reported":{"interval":5}},"version":1,"timestamp":1699999999}"#,
        ),
    ]);
    let found = proposals(&ledger, EMPTY);
    assert_eq!(
        shape(&found),
        [(
            "c aws/pump-1",
            vec!["desired-speed", "flow", "config-interval"]
        )]
    );
    assert_eq!(found[0].confidence, Confidence::Likely);
    assert_eq!(found[0].asset.name, "Pump 1");
}

#[test]
fn two_writers_on_one_topic_are_two() {
    let message = |writer: &str| {
        format!(
            r#"{{"MessageId":"1","MessageType":"ua-data","PublisherId":"P","Messages":[{{"DataSetWriterId":1,
            "DataSetWriterName":"{writer}","MessageType":"ua-keyframe","Payload":{{"Level":1.5,"Flow":2.5}}}}]}}"#
        )
    };
    let (boiler, tank) = (message("Boiler"), message("Tank"));
    let ledger = hear(&[("opc/data", &boiler), ("opc/data", &tank)]);
    let found = proposals(&ledger, EMPTY);
    assert_eq!(
        shape(&found),
        [
            ("c opcua/P/Boiler", vec!["flow", "level"]),
            ("c opcua/P/Tank", vec!["flow", "level"])
        ]
    );
    let plant = Plant::parse(EMPTY).unwrap();
    let alone = twin_discover::filters(&[&found[0]], &found, &plant, &plant).unwrap();
    assert!(
        alone
            .iter()
            .eq(["opc/data#P/Boiler/Flow", "opc/data#P/Boiler/Level"])
    );
}

#[test]
fn described_and_undescribed_values_of_a_place_meet() {
    let ledger = hear(&[
        (
            "acme/berlin/line3/filler/temperature",
            r#"{"value":21.5,"timestamp":"2023-11-14T22:13:11Z","unit":"°C"}"#,
        ),
        (
            "acme/berlin/line3/filler/speed",
            r#"{"value":120.5,"timestamp":1699999990000}"#,
        ),
        (
            "plant/press/events",
            r#"{"specversion":"1.0","id":"1","source":"/plant/press","subject":"hydraulics","type":"t","data":{"pressure_bar":181.5}}"#,
        ),
    ]);
    let found = proposals(&ledger, EMPTY);
    assert_eq!(
        shape(&found),
        [
            ("c cloudevents//plant/press/hydraulics", vec!["pressure"]),
            (
                "c uns/acme/berlin/line3/filler",
                vec!["speed", "temperature"]
            )
        ]
    );
    assert_eq!(found[0].asset.name, "hydraulics");
    assert_eq!(found[0].confidence, Confidence::Sure);
}

#[test]
fn a_device_that_speaks_coap_is_one_asset_of_that_name() {
    let ledger = hear(&[
        ("coap/10.0.0.5:5683/sensors/temp", "21.5"),
        ("coap/10.0.0.5:5683/actuators/valve", r#"{"open":true}"#),
    ]);
    let plant = format!(
        "{EMPTY}[[connection]]\nid = \"c\"\nname = \"Weather mast\"\nkind = \"coap\"\nhost = \"10.0.0.5\"\n\
         security = \"plaintext\"\nresources = [{{ path = \"/sensors/temp\" }}]\n"
    );
    let found = proposals(&ledger, &plant);
    assert_eq!(
        shape(&found),
        [("c coap/10.0.0.5:5683", vec!["actuators-valve-open", "temp"])]
    );
    assert_eq!(found[0].asset.name, "Weather mast");
}
