//! The fixtures of every convention, and how topics find their readers.

mod common;

use common::{decode, fixture, message, rows, value};
use twin_core::Value;
use twin_payload::{Convention, Decoder, Limits, Observations, RejectKind};

#[test]
fn zigbee2mqtt() {
    fixture::check("zigbee");
}

#[test]
fn homie() {
    fixture::check("homie");
}

#[test]
fn thin_edge() {
    fixture::check("thinedge");
}

#[test]
fn home_assistant() {
    fixture::check("homeassistant");
}

#[test]
fn tasmota() {
    fixture::check("tasmota");
}

#[test]
fn chirpstack() {
    fixture::check("chirpstack");
}

#[test]
fn the_things_stack() {
    fixture::check("tts");
}

#[test]
fn aws_iot() {
    fixture::check("aws");
}

#[test]
fn cloud_events_and_azure() {
    fixture::check("azure");
}

#[test]
fn unified_namespace() {
    fixture::check("uns");
}

#[test]
fn opc_ua_pubsub() {
    fixture::check("opcua");
}

#[test]
fn senml() {
    fixture::check("senml");
}

#[test]
fn compressed_payloads() {
    fixture::check("inflate");
}

#[test]
fn the_convention_of_each_message_is_told() {
    let mut decoder = Decoder::new();
    for (topic, payload, convention) in [
        ("a", "{}", Convention::Json),
        ("a", "1", Convention::Bare),
        ("zigbee2mqtt/a", "1", Convention::Zigbee2mqtt),
        ("homie/5/a/$state", "ready", Convention::Homie5),
        ("homie/a/$state", "ready", Convention::Homie4),
        (
            "homeassistant/sensor/a/config",
            "{}",
            Convention::HomeAssistant,
        ),
        ("te/device/main///m/a", "{}", Convention::ThinEdge),
        ("tele/a/SENSOR", "{}", Convention::Tasmota),
        (
            "application/a/device/b/event/up",
            "{}",
            Convention::ChirpStack,
        ),
    ] {
        let out = decode(&mut decoder, topic, payload.as_bytes()).unwrap();
        assert_eq!(out.convention(), Some(convention), "{topic}");
    }
    assert_eq!(Observations::new().convention(), None);
}

#[test]
fn values_that_change_places_keep_their_addresses() {
    let mut decoder = Decoder::new();
    for payload in [
        r#"{"a":1,"b":2,"c":3}"#,
        r#"{"c":3,"a":1}"#,
        r#"{"b":2}"#,
        r#"{"a":1,"b":2,"c":3,"d":4}"#,
    ] {
        let out = decode(&mut decoder, "t", payload.as_bytes()).unwrap();
        for (address, value, _) in rows(&decoder, &out) {
            let number = f64::from(address.as_bytes()[2] - b'a' + 1);
            assert_eq!(value, Value::F64(number), "{address} of {payload}");
        }
    }
    assert_eq!(decoder.address_count(), 4);
}

#[test]
fn a_topic_keeps_its_reader_through_a_stray_message() {
    let mut decoder = Decoder::new();
    let mut convention = |payload: &str| {
        let out = decode(&mut decoder, "t", payload.as_bytes()).unwrap();
        out.convention().unwrap()
    };
    let pack = r#"[{"n":"x","v":1}]"#;
    assert_eq!(convention(pack), Convention::SenMl);
    assert_eq!(convention("offline"), Convention::Bare);
    assert_eq!(convention(pack), Convention::SenMl);
    // Three in a row are no strays any more.
    for _ in 0..3 {
        assert_eq!(convention(r#"{"a":1}"#), Convention::Json);
    }
    assert_eq!(convention(pack), Convention::Json);
}

#[test]
fn topics_are_bounded_in_number_and_length() {
    let limits = Limits {
        topics: 2,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(limits);
    let kind = |decoder: &mut Decoder, topic: &str, payload: &str| {
        let mut out = Observations::new();
        let result = decoder.decode(message(topic, payload.as_bytes()), &mut out);
        result.err().map(|reject| reject.kind)
    };
    // What is rejected takes no room.
    assert_eq!(kind(&mut decoder, "x", "{"), Some(RejectKind::JsonSyntax));
    assert_eq!(kind(&mut decoder, "a", "1"), None);
    assert_eq!(kind(&mut decoder, "b", "1"), None);
    assert_eq!(kind(&mut decoder, "c", "1"), Some(RejectKind::TopicLimit));
    assert_eq!(kind(&mut decoder, "a", "2"), None);
    let long = "l".repeat(2_000);
    assert_eq!(
        kind(&mut decoder, &long, "1"),
        Some(RejectKind::AddressTooLong)
    );
}

#[test]
fn long_names_count_as_several() {
    let limits = Limits {
        topics: 5,
        addresses: 4,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(limits);
    let long = |number: u32| format!("{number}{}", "l".repeat(999));
    let decode = |decoder: &mut Decoder, topic: &str, payload: &str| {
        let mut out = Observations::new();
        let result = decoder.decode(message(topic, payload.as_bytes()), &mut out);
        result.map_err(|reject| (reject.kind, reject.detail))
    };
    decode(&mut decoder, &long(1), "1").unwrap();
    assert_eq!((decoder.topics(), decoder.topic_shares()), (1, 3));
    let (kind, detail) = decode(&mut decoder, &long(2), "1").unwrap_err();
    assert_eq!(kind, RejectKind::TopicLimit);
    assert!(
        detail.starts_with(
            "the connection has 1 topics already, which count as 3 for their long names;"
        ),
        "{detail}"
    );
    // What is known costs nothing more.
    decode(&mut decoder, &long(1), "2").unwrap();
    decode(&mut decoder, "short", "1").unwrap();
    assert_eq!((decoder.topic_shares(), decoder.address_shares()), (4, 3));
    // One value too many: none of the message counts.
    let (kind, detail) = decode(&mut decoder, "s", r#"{"a":1,"b":1}"#).unwrap_err();
    assert_eq!(kind, RejectKind::AddressLimit);
    assert!(
        detail.starts_with("the connection has 3 addresses already, which count as 4 for"),
        "{detail}"
    );
    assert_eq!((decoder.topic_shares(), decoder.address_shares()), (4, 3));
    decode(&mut decoder, "s", "1").unwrap();
    assert_eq!((decoder.topic_shares(), decoder.address_shares()), (5, 4));
}

#[test]
fn a_source_has_the_addresses_that_its_messages_brought() {
    let mut decoder = Decoder::new();
    decode(&mut decoder, "zigbee2mqtt/a", br#"{"t":1}"#).unwrap();
    decode(&mut decoder, "zigbee2mqtt/b", br#"{"t":1}"#).unwrap();
    let out = decode(&mut decoder, "zigbee2mqtt/a", br#"{"t":1,"u":2}"#).unwrap();
    let names: Vec<&str> = decoder
        .addresses_of("zigbee2mqtt/a")
        .iter()
        .map(|ix| decoder.address(*ix))
        .collect();
    assert_eq!(names, ["zigbee2mqtt/a#t", "zigbee2mqtt/a#u"]);
    assert_eq!(
        value(&decoder, &out, "zigbee2mqtt/a#u"),
        Some(Value::F64(2.0))
    );
    assert!(decoder.addresses_of("zigbee2mqtt/c").is_empty());
}

#[test]
fn a_frame_of_many_fields_is_read_whole() {
    let fields: Vec<String> = (0..4_000)
        .map(|n| {
            format!(
                r#""f{n}":{{"Value":{n},"SourceTimestamp":"2023-11-14T22:13:20Z","ServerTimestamp":"2023-11-14T22:13:20Z"}}"#
            )
        })
        .collect();
    let payload = format!(
        r#"{{"MessageType":"ua-data","PublisherId":"p","Messages":[{{"DataSetWriterId":1,"Payload":{{{}}}}}]}}"#,
        fields.join(",")
    );
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, "opc", payload.as_bytes()).unwrap();
    assert_eq!(out.len(), 4_000);
    assert_eq!(
        value(&decoder, &out, "opc#p/1/f3999"),
        Some(Value::F64(3_999.0))
    );
}
