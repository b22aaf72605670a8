//! JSON, bare values, zigbee2mqtt and ChirpStack.

mod common;

use common::{NOW, decode, message, rows, value};
use proptest::prelude::*;
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{Decoder, Limits, Message, Observations, Presence, RejectKind, SourceEvent};

fn json(text: &str) -> (Decoder, Observations) {
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, "line/oven", text.as_bytes());
    assert!(out.is_ok(), "{text}: {out:?}");
    let out = out.unwrap_or_default();
    (decoder, out)
}

#[test]
fn nested_json_is_flattened() {
    let (decoder, out) = json(
        r#" { "a": { "b": { "c": -1.5e1 } }, "list": [1, {"x": true}, []], "s": "q\"\u00e4\ud83c\udf0a\n", "z": null,
            "empty": {}, "": 7, "n.m": 8, "key\t": 1, "half": "\ud83c!" }"#,
    );
    let good = Quality::GOOD;
    let expected = [
        ("line/oven#a.b.c", Value::F64(-15.0), good),
        ("line/oven#list.0", Value::F64(1.0), good),
        ("line/oven#list.1.x", Value::Bool(true), good),
        ("line/oven#s", Value::Text("q\"ä🌊\n".into()), good),
        (
            "line/oven#z",
            Value::Null,
            Quality::bad(Reason::DeviceReported),
        ),
        ("line/oven#value", Value::F64(7.0), good),
        ("line/oven#n.m", Value::F64(8.0), good),
        ("line/oven#key\u{fffd}", Value::F64(1.0), good),
        ("line/oven#half", Value::Text("\u{fffd}!".into()), good),
    ];
    // An empty key at the top would leave nothing after the `#`, so it reads as a bare value does.
    let got = rows(&decoder, &out);
    let expected: Vec<_> = expected
        .map(|(address, value, quality)| (address.to_owned(), value, quality))
        .into();
    assert_eq!(got, expected);
}

#[test]
fn bare_values_stand_under_value() {
    for (text, expected) in [
        ("21.5", Value::F64(21.5)),
        ("21", Value::F64(21.0)),
        ("true", Value::Bool(true)),
        ("\"open\"", Value::Text("open".into())),
        ("open", Value::Text("open".into())),
    ] {
        let (decoder, out) = json(text);
        assert_eq!(
            value(&decoder, &out, "line/oven#value"),
            Some(expected),
            "{text}"
        );
    }
    assert!(
        json("").1.is_empty() && json(" \n").1.is_empty(),
        "nothing is how a retained value is taken back"
    );
}

#[test]
fn numbers_keep_one_type_and_stay_exact() {
    let (decoder, out) = json(
        r#"{"a": 9007199254740993, "b": -9223372036854775808, "c": 1e400, "d": NaN, "e": -Infinity}"#,
    );
    assert_eq!(
        value(&decoder, &out, "line/oven#a"),
        Some(Value::I64(9_007_199_254_740_993))
    );
    assert_eq!(
        value(&decoder, &out, "line/oven#b"),
        Some(Value::I64(i64::MIN))
    );
    let not_finite = Quality::bad(Reason::NotFinite);
    assert!(
        out.iter()
            .skip(2)
            .all(|row| row.value() == Value::Null && row.quality == not_finite)
    );
    assert_eq!(out.len(), 5);
}

#[test]
fn source_times_are_found_by_name_and_size() {
    for text in [
        r#"{"timestamp": 1699999999.5, "v": 1}"#,
        r#"{"v": 1, "Time": 1699999999500}"#,
        r#"{"ts": 1699999999500000, "v": 1}"#,
        r#"{"v": 1, "t": 1699999999500000000}"#,
        r#"{"v": 1, "time": "2023-11-14T23:13:19.5+01:00"}"#,
        r#"{"t": 1, "v": 1, "ts": 5, "timestamp": 1699999999.5}"#,
        r#"{"inner": {"v": 1}, "time": 1699999999.5}"#,
        r#"{"inner": {"v": 1, "ts": 1699999999.5}, "timestamp": 1600000000}"#,
        r#"{"v": 1, "datetime": "2023-11-14T22:13:19.5Z"}"#,
        r#"{"v": 1, "measured_at": 1699999999.5, "timestamp": 1700000000}"#,
        r#"{"created_at": 1600000000, "v": 1, "eventTime": 1699999999500}"#,
        r#"{"v": 1, "timestamp_ms": 1699999999500}"#,
        r#"{"v": 1, "ts": "1699999999.5"}"#,
        r#"{"v": 1, "epoch": "1699999999500"}"#,
        r#"{"header": {"id": "x7", "timestamp": 1699999999.5}, "data": {"deep": {"v": 1}}}"#,
        r#"{"data": {"v": 1}, "meta": {"ts": 1699999999.5}}"#,
        r#"{"header": {"ts": 1600000000}, "data": {"ts": 1699999999.5, "v": 1}}"#,
    ] {
        let (decoder, out) = json(text);
        let row = out
            .iter()
            .find(|row| decoder.address(row.address).ends_with('v'))
            .unwrap();
        assert_eq!(row.source_time, Some(Timestamp(NOW.0 - 500_000)), "{text}");
        assert_eq!(row.quality, Quality::GOOD);
        assert!(!decoder.address(row.address).ends_with("time"));
    }
    // Quantities that only look like times stay values.
    let (decoder, out) = json(r#"{"t": 21.5, "time": 35, "h": 40}"#);
    assert_eq!(value(&decoder, &out, "line/oven#t"), Some(Value::F64(21.5)));
    assert_eq!(out.len(), 3);
    assert!(
        out.iter()
            .all(|row| row.source_time.is_none() && row.time == NOW)
    );
    // The most trusted one is used up; the others are there to be seen.
    let (decoder, out) =
        json(r#"{"createdAt": 1600000000, "ts": 1699999999.5, "serial": "1699999999", "v": 1}"#);
    assert_eq!(
        value(&decoder, &out, "line/oven#createdAt"),
        Some(Value::F64(1_600_000_000.0))
    );
    assert_eq!(value(&decoder, &out, "line/oven#ts"), None);
    assert_eq!(out.len(), 3);
    // What is no envelope dates nothing beside it.
    let (_, out) = json(r#"{"pump": {"ts": 1699999999.5, "v": 1}, "valve": {"v": 1}}"#);
    let sourced = out.iter().filter(|row| row.source_time.is_some());
    assert_eq!((sourced.count(), out.len()), (1, 2));
    // Local time without an offset is no instant.
    let (decoder, out) = json(r#"{"Time": "2023-11-14T22:13:19", "v": 1}"#);
    assert_eq!(
        value(&decoder, &out, "line/oven#Time"),
        Some(Value::Text("2023-11-14T22:13:19".into()))
    );
    assert_eq!(out.iter().last().unwrap().source_time, None);
}

#[test]
fn times_of_1970_and_2100_are_not_believed() {
    for text in [
        r#"{"timestamp": 0, "v": 1}"#,
        r#"{"ts": 86400, "v": 1}"#,
        r#"{"time": "1970-01-01T00:00:00Z", "v": 1}"#,
        r#"{"time": "2100-01-01T00:00:00Z", "v": 1}"#,
        r#"{"t": 4102444800000, "v": 1}"#,
        r#"{"timestamp": -1e300, "v": 1}"#,
    ] {
        let (_, out) = json(text);
        let row = out.get(0).unwrap();
        assert_eq!(
            (out.len(), row.time, row.source_time),
            (1, NOW, None),
            "{text}"
        );
        assert_eq!(row.quality, Quality::uncertain(Reason::ClockSkew));
        assert_eq!(out.replaced_times().len(), 1);
    }
}

#[test]
fn retained_and_redelivered_messages_are_marked_unless_they_say_their_time() {
    let mut decoder = Decoder::new();
    let mut quality = |payload: &str, retain, dup| {
        let mut out = Observations::new();
        let message = Message {
            retain,
            dup,
            ..message("a", payload.as_bytes())
        };
        decoder
            .decode(message, &mut out)
            .map(|()| out.qualities().to_vec())
    };
    assert_eq!(
        quality("1", true, false),
        Ok(vec![Quality::uncertain(Reason::Retained)])
    );
    assert_eq!(
        quality("1", false, true),
        Ok(vec![Quality::uncertain(Reason::Redelivered)])
    );
    assert_eq!(
        quality(r#"{"v":1,"ts":1699999999}"#, true, true),
        Ok(vec![Quality::GOOD])
    );
}

#[test]
fn what_is_not_readable_is_rejected_by_name() {
    let mut decoder = Decoder::with_limits(Limits {
        json_values: 4_096,
        ..Limits::default()
    });
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    let bottomless = "{\"a\":".repeat(200_000);
    let many = format!("[{}0]", "0,".repeat(4_096));
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    for (payload, kind) in [
        (b"\xff\xfe1".as_slice(), RejectKind::Utf8),
        (b"abc\x00def", RejectKind::Binary),
        (b"\x01", RejectKind::Binary),
        (b"{\"a\":\"\xc3\"}", RejectKind::Utf8),
        (b"{", RejectKind::JsonSyntax),
        (b"{\"a\":1,}", RejectKind::JsonSyntax),
        (b"{\"a\" 1}", RejectKind::JsonSyntax),
        (b"{a:1}", RejectKind::JsonSyntax),
        (b"[1 2]", RejectKind::JsonSyntax),
        (b"[01]", RejectKind::JsonSyntax),
        (b"[1.]", RejectKind::JsonSyntax),
        (b"[-]", RejectKind::JsonSyntax),
        (b"[nul]", RejectKind::JsonSyntax),
        (b"{} {}", RejectKind::JsonSyntax),
        (b"\"a\nb\"", RejectKind::JsonSyntax),
        (b"\"\\x\"", RejectKind::JsonSyntax),
        (b"\"\\u12g4\"", RejectKind::JsonSyntax),
        (b"\"abc", RejectKind::JsonSyntax),
        (deep.as_bytes(), RejectKind::JsonTooDeep),
        (bottomless.as_bytes(), RejectKind::JsonTooDeep),
        (many.as_bytes(), RejectKind::JsonTooManyValues),
        (large.as_bytes(), RejectKind::PayloadTooLarge),
    ] {
        let reject = decode(&mut decoder, "line/oven", payload).unwrap_err();
        assert_eq!(reject.kind, kind, "{reject}");
        assert!(!reject.detail.is_empty() && reject.detail.len() < 200);
    }
    assert_eq!(
        decoder.address_count(),
        0,
        "a rejected message leaves no address behind"
    );
    for topic in ["", "a/#", "a/+", "a\0b"] {
        assert_eq!(
            decode(&mut decoder, topic, b"1").unwrap_err().kind,
            RejectKind::Topic
        );
    }
}

/// As many values as can stand in the largest payload, whatever that is.
#[test]
fn whatever_json_fits_into_a_payload_is_read() {
    for payload in [20_000, 1 << 20, 2_000_000] {
        let limits = Limits {
            addresses: usize::MAX,
            ..Limits::default()
        };
        let mut decoder = Decoder::with_limits(limits.with_payload(payload));
        let text = format!("[{}0]", "0,".repeat((payload - 3) / 2));
        assert!(text.len() <= payload && text.len() + 2 > payload);
        let out = decode(&mut decoder, "t", text.as_bytes()).unwrap();
        assert_eq!(out.len(), (payload - 3) / 2 + 1);
        assert_eq!(decode(&mut decoder, "t", b"[1]").unwrap().len(), 1);
    }
}

/// Each value has a path of its own: half a million of them under a key of a thousand letters would be half a gigabyte.
#[test]
fn many_values_under_a_long_key_are_refused_before_they_fill_memory() {
    let mut decoder = Decoder::new();
    let values = "0,".repeat(500_000);
    let text = format!("{{\"{}\":[{values}0]}}", "k".repeat(1_000));
    let reject = decode(&mut decoder, "t", text.as_bytes()).unwrap_err();
    assert_eq!(reject.kind, RejectKind::JsonTooManyValues, "{reject}");
    assert!(reject.detail.contains("paths"), "{reject}");
    assert_eq!(decoder.address_count(), 0);
}

#[test]
fn a_megabyte_of_json_is_read_or_refused_whole() {
    let mut decoder = Decoder::with_limits(Limits {
        addresses: 100_000,
        ..Limits::default()
    });
    let keys: Vec<String> = (0..70_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let text = format!("{{{}}}", keys.join(","));
    assert!(text.len() > 900_000);
    let out = decode(&mut decoder, "big", text.as_bytes()).unwrap();
    assert_eq!((out.len(), decoder.address_count()), (70_000, 70_000));
    // 40,000 more do not fit under 100,000 addresses: not one of them stays.
    let reject = decode(&mut decoder, "other", text.as_bytes()).unwrap_err();
    assert_eq!(
        (reject.kind, decoder.address_count()),
        (RejectKind::AddressLimit, 70_000)
    );
    assert_eq!(
        decode(&mut decoder, "big", text.as_bytes()).unwrap().len(),
        70_000,
        "known ones are still read"
    );
    let long = format!("{{\"{}\":1}}", "k".repeat(2_000));
    assert_eq!(
        decode(&mut decoder, "a", long.as_bytes()).unwrap_err().kind,
        RejectKind::AddressTooLong
    );
    let picture = |bytes| {
        let picture = "x".repeat(bytes);
        let (_, out) = json(&format!("{{\"picture\":\"{picture}\",\"v\":1}}"));
        let whole = out.partly_read().map(|reject| (reject.kind, reject.detail));
        (out.len(), out.skipped(), whole)
    };
    assert_eq!(picture(65_536), (2, 0, None));
    let why = "1 value was left out: a text of more than 65536 bytes".to_owned();
    let whole = Some((RejectKind::PartlyRead, why));
    assert_eq!(picture(65_537), (1, 1, whole), "the message is kept whole");
}

#[test]
fn zigbee_devices_come_and_go() {
    let mut decoder = Decoder::new();
    let room = r#"{"battery":97,"humidity":48.2,"temperature":21.3,"state":"ON","last_seen":1699999999000,"update":{"state":"idle"}}"#;
    let out = decode(&mut decoder, "zigbee2mqtt/hall/room", room.as_bytes()).unwrap();
    assert_eq!(
        value(&decoder, &out, "zigbee2mqtt/hall/room#temperature"),
        Some(Value::F64(21.3))
    );
    assert_eq!(
        value(&decoder, &out, "zigbee2mqtt/hall/room#state"),
        Some(Value::Text("ON".into()))
    );
    assert!(
        out.iter()
            .all(|row| row.source_time == Some(Timestamp(1_699_999_999_000_000)))
    );
    assert_eq!(
        (
            out.len(),
            decoder.addresses_of("zigbee2mqtt/hall/room").len()
        ),
        (5, 5)
    );
    for (payload, presence) in [
        ("online", Presence::Online),
        ("offline", Presence::Offline),
        (r#"{"state":"offline"}"#, Presence::Offline),
    ] {
        let out = decode(
            &mut decoder,
            "zigbee2mqtt/hall/room/availability",
            payload.as_bytes(),
        )
        .unwrap();
        let source = "zigbee2mqtt/hall/room".into();
        assert_eq!(
            out.events(),
            [SourceEvent::Availability {
                source,
                presence,
                at: NOW
            }]
        );
        assert!(out.is_empty());
    }
    let quiet = [
        "zigbee2mqtt/bridge/logging",
        "zigbee2mqtt/bridge/event",
        "zigbee2mqtt/hall/room/set",
    ];
    for topic in quiet {
        let out = decode(&mut decoder, topic, br#"{"state":"online"}"#).unwrap();
        assert!(out.is_empty() && out.events().is_empty());
    }
}

#[test]
fn chirpstack_uplinks_give_object_and_radio() {
    let uplink = r#"{ "time": "2023-11-14T22:13:19.250000001+00:00", "fCnt": 42, "fPort": 1, "dr": 5,
        "deviceInfo": {"deviceName": "tank"}, "data": "qg==",
        "object": {"level": 3.21, "battery": {"v": 3.6}, "ok": true, "t": 1600000000},
        "rxInfo": [{"gatewayId": "a", "rssi": -110, "snr": -3.5}, {"snr": 9, "gatewayId": "b", "rssi": -57}] }"#;
    let topic = "application/water/device/0102030405060708/event/up";
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, topic, uplink.as_bytes()).unwrap();
    let got: Vec<_> = rows(&decoder, &out)
        .into_iter()
        .map(|(address, value, _)| (address, value))
        .collect();
    let address = |path: &str| format!("{topic}#{path}");
    assert_eq!(
        got,
        [
            (address("object.level"), Value::F64(3.21)),
            (address("object.battery.v"), Value::F64(3.6)),
            (address("object.ok"), Value::Bool(true)),
            (address("object.t"), Value::F64(1_600_000_000.0)),
            (address("rssi"), Value::F64(-57.0)),
            (address("snr"), Value::F64(9.0)),
            (address("f_cnt"), Value::F64(42.0)),
            (address("dr"), Value::F64(5.0)),
            (address("confirmed"), Value::Bool(false)),
        ]
    );
    assert!(
        out.iter()
            .all(|row| row.source_time == Some(Timestamp(NOW.0 - 750_000)))
    );
    let gateway_only =
        r#"{"object":{"level":1},"rxInfo":[{"gwTime":"2023-11-14T22:13:19+00:00","rssi":-60}]}"#;
    let out = decode(&mut decoder, topic, gateway_only.as_bytes()).unwrap();
    assert_eq!(
        out.get(0).unwrap().source_time,
        Some(Timestamp(NOW.0 - 1_000_000))
    );
    let join = decode(
        &mut decoder,
        "application/water/device/01/event/join",
        br#"{"a":1}"#,
    )
    .unwrap();
    assert!(join.is_empty());
    assert_eq!(
        decode(&mut decoder, topic, b"{").unwrap_err().kind,
        RejectKind::JsonSyntax
    );
}

fn trees() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-1e15f64..1e15).prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "\\PC{0,8}|[\"\\\\\u{1}-\u{1f}\u{1F30A}]{0,4}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map("[a-s]{1,3}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn flatten(path: &str, tree: &serde_json::Value, rows: &mut Vec<(String, Value)>) {
    let join = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    let value = match tree {
        serde_json::Value::Object(map) => {
            return map
                .iter()
                .for_each(|(key, tree)| flatten(&join(key), tree, rows));
        }
        serde_json::Value::Array(list) => {
            return list
                .iter()
                .enumerate()
                .for_each(|(n, tree)| flatten(&join(&n.to_string()), tree, rows));
        }
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::F64(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::Text(text.as_str().into()),
    };
    rows.push((path.to_owned(), value));
}

proptest! {
    /// The hand-written reader against serde_json.
    #[test]
    fn json_is_read_as_serde_reads_it(tree in trees(), pretty in any::<bool>()) {
        prop_assume!(tree.is_object() || tree.is_array());
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) };
        let mut expected = Vec::new();
        flatten("", &tree, &mut expected);
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, "x", text.unwrap_or_default().as_bytes());
        prop_assert!(out.is_ok(), "{:?}", out);
        let out = out.unwrap_or_default();
        let got: Vec<_> = out.iter().map(|row| (decoder.address(row.address)[2..].to_owned(), row.value())).collect();
        prop_assert_eq!(got, expected);
    }

    /// What serde_json refuses is refused here too, and the other way round, but for what real devices send.
    #[test]
    fn the_same_texts_are_json(text in "[\\[{][\\[\\]{}:,\"a1.eE+\\- \\\\tru-]{0,12}") {
        let ours = decode(&mut Decoder::new(), "x", text.as_bytes());
        let theirs = serde_json::from_str::<serde_json::Value>(text.trim());
        let out_of_range = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok() || out_of_range, "{:?} {:?}", ours, theirs);
    }
}
