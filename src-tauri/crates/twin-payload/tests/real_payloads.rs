//! Payloads made by others' tools, when they are on this machine.

mod common;

use common::{NOW, decode, rows, shared_payloads, value};
use twin_core::{Timestamp, Value};
use twin_payload::{Decoder, Message, Observations, SourceEvent};

#[test]
fn sparkplug_as_googles_protobuf_writes_it() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let read = |name: &str| std::fs::read(folder.join("sparkplug").join(name)).unwrap();
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &read("nbirth.bin")).unwrap();
    assert_eq!(
        value(&decoder, &out, "spBv1.0/G/n#Temp"),
        Some(Value::F64(21.5))
    );
    assert_eq!(
        value(&decoder, &out, "spBv1.0/G/n#Properties/Hardware Make"),
        Some(Value::Text("Pibrella".into()))
    );
    assert_eq!(
        (out.len(), out.skipped()),
        (2, 1),
        "the template is skipped"
    );

    let out = decode(
        &mut decoder,
        "spBv1.0/G/DBIRTH/n/d",
        &read("dbirth_alltypes.bin"),
    )
    .unwrap();
    let of = |name: &str| value(&decoder, &out, &format!("spBv1.0/G/n/d#t/{name}"));
    for (name, expected) in [
        ("Int8", -128),
        ("Int16", -32_768),
        ("Int32", i64::from(i32::MIN)),
        ("Int64", 18_437_736_874_454_810_625_u64.cast_signed()),
        ("UInt8", 255),
        ("UInt16", 65_535),
        ("UInt32", 4_294_967_295),
        ("UInt64", 9_007_199_254_740_991),
        ("DateTime", 0),
    ] {
        assert_eq!(of(name), Some(Value::I64(expected)), "{name}");
    }
    assert_eq!(of("Float"), Some(Value::F64(1.5)));
    assert_eq!(of("Double"), Some(Value::F64(std::f64::consts::PI)));
    assert_eq!(of("Boolean"), Some(Value::Bool(true)));
    assert_eq!(of("String"), Some(Value::Text("héllo 水".into())));
    assert_eq!(
        of("UUID"),
        Some(Value::Text("123e4567-e89b-12d3-a456-426614174000".into()))
    );
    assert!(out.skipped() >= 2, "bytes and files are skipped");
}

#[test]
fn sparkplug_data_and_death_as_googles_protobuf_writes_them() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let read = |name: &str| std::fs::read(folder.join("sparkplug").join(name)).unwrap();
    let mut decoder = Decoder::new();
    decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &read("nbirth.bin")).unwrap();
    let birth = read("dbirth_alltypes.bin");
    decode(&mut decoder, "spBv1.0/G/DBIRTH/n/d", &birth).unwrap();
    // The file holds aliases of node and device in one message; each is known to its own birth.
    let received = Timestamp(NOW.0 + 2_000_000);
    let data = read("ddata_alias_only.bin");
    let mut out = Observations::new();
    let message = Message::new("spBv1.0/G/DDATA/n/d", &data, received);
    decoder.decode(message, &mut out).unwrap();
    assert_eq!(
        value(&decoder, &out, "spBv1.0/G/n/d#t/Float"),
        Some(Value::F64(f64::from(-0.1_f32)))
    );
    assert_eq!(
        out.get(0).unwrap().source_time,
        Some(Timestamp(1_700_000_000_999_000))
    );
    let out = decode(&mut decoder, "spBv1.0/G/NDEATH/n", &read("ndeath.bin")).unwrap();
    assert!(matches!(out.events(), [SourceEvent::NodeDeath { .. }]));

    let (_, request) = decoder.rebirth_request("G/n", NOW).unwrap();
    assert_eq!(
        request.len(),
        read("ncmd_rebirth.bin").len() + 7,
        "the same command, with the metric's time added"
    );
}

/// A key, its value and its unit.
type Due = (&'static str, f64, Option<&'static str>);

#[test]
fn sensors_of_tasmota_give_values_and_units() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let expected: [(&str, &str, &[Due]); 2] = [
        (
            "0001.json",
            "BME280",
            &[
                ("Temperature", 21.7, Some("°C")),
                ("Humidity", 66.6, Some("%")),
                ("Pressure", 988.6, Some("hPa")),
            ],
        ),
        (
            "0002.json",
            "BME680",
            &[
                ("Temperature", 24.5, Some("°C")),
                ("Humidity", 33.0, Some("%")),
                ("DewPoint", 7.1, Some("°C")),
                ("Pressure", 987.7, Some("hPa")),
                ("Gas", 1086.43, None),
            ],
        ),
    ];
    for (file, sensor, values) in expected {
        let payload = std::fs::read(folder.join("tasmota").join(file)).unwrap();
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, "tele/hall/SENSOR", &payload).unwrap();
        let found: Vec<_> = rows(&decoder, &out)
            .into_iter()
            .map(|(address, value, _)| (address, value))
            .collect();
        let address = |key: &str| format!("tele/hall/SENSOR#{sensor}.{key}");
        let due: Vec<_> = values
            .iter()
            .map(|(key, value, _)| (address(key), Value::F64(*value)))
            .collect();
        assert_eq!(found, due, "{file}: time and units are no signals");
        assert!(
            out.iter().all(|row| row.source_time.is_none()),
            "a local time without its offset names no instant"
        );
        let [SourceEvent::Described(told)] = out.events() else {
            panic!("{file}: {:?}", out.events());
        };
        assert_eq!(&*told.source, "tasmota/hall");
        for (point, (key, _, unit)) in told.points.iter().zip(values) {
            assert_eq!(*point.address, *address(key));
            let found = point.unit.as_ref().map(|unit| &*unit.text);
            assert_eq!(found, *unit, "{file} {key}");
        }
    }
}

#[test]
fn every_json_of_others_is_read() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let mut seen = 0;
    for kind in ["chirpstack", "ttn", "tasmota", "opcua-pubsub"] {
        for file in std::fs::read_dir(folder.join(kind)).unwrap() {
            let path = file.unwrap().path();
            let payload = std::fs::read(&path).unwrap();
            let mut decoder = Decoder::new();
            let out = decode(&mut decoder, "plant/device", &payload).unwrap();
            assert!(!out.is_empty(), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn an_uplink_of_chirpstack_gives_its_radio() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let payload = std::fs::read(folder.join("chirpstack/0013.json")).unwrap();
    let topic = "application/17c82e96/device/0101010101010101/event/up";
    let mut decoder = Decoder::new();
    let out = decode(&mut decoder, topic, &payload).unwrap();
    let rows: Vec<_> = rows(&decoder, &out)
        .into_iter()
        .map(|(address, value, _)| (address, value))
        .collect();
    assert_eq!(
        rows,
        [
            (format!("{topic}#rssi"), Value::F64(-36.0)),
            (format!("{topic}#snr"), Value::F64(10.5))
        ]
    );
    assert_eq!(
        out.get(0).unwrap().source_time,
        Some(Timestamp(1_658_136_855_775_023))
    );
}
