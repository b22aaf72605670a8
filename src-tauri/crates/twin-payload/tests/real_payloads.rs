//! Payloads made by others' tools, when they are on this machine.

mod common;

use common::{NOW, decode, rows, shared_payloads, value};
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_payload::{Convention, Decoder, Message, Observations, SourceEvent};

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
        (2, 0),
        "the definition of a template is no value that was left out"
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
    assert_eq!(of("Bytes.size"), Some(Value::I64(3)));
    assert_eq!(of("File.size"), Some(Value::I64(4)));
    assert_eq!(out.skipped(), 0);
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
            let silent = String::from_utf8(payload).unwrap().contains("ua-keepalive");
            assert_eq!(out.is_empty(), silent, "{}", path.display());
            let convention = out.convention().unwrap();
            let known = convention == Convention::OpcUaPubSub;
            assert_eq!(known, kind == "opcua-pubsub", "{}", path.display());
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
            (format!("{topic}#data.size"), Value::F64(1.0)),
            (format!("{topic}#data"), Value::Text("qg==".into())),
            (format!("{topic}#rssi"), Value::F64(-36.0)),
            (format!("{topic}#snr"), Value::F64(10.5)),
            (format!("{topic}#f_cnt"), Value::F64(0.0)),
            (format!("{topic}#dr"), Value::F64(1.0)),
            (format!("{topic}#confirmed"), Value::Bool(false)),
        ]
    );
    assert_eq!(
        out.get(0).unwrap().source_time,
        Some(Timestamp(1_658_136_855_775_023))
    );
}

#[test]
fn other_events_of_chirpstack_are_read() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let device = "application/17c82e96/device/0101010101010101";
    let mut decoder = Decoder::new();
    for (file, event, path, expected) in [
        ("0015", "join", "dev_addr", Value::Text("00189440".into())),
        ("0017", "txack", "f_cnt_down", Value::F64(2.0)),
        (
            "0019",
            "location",
            "location.longitude",
            Value::F64(-8.839_375),
        ),
    ] {
        let payload = std::fs::read(folder.join(format!("chirpstack/{file}.json"))).unwrap();
        let topic = format!("{device}/event/{event}");
        let out = decode(&mut decoder, &topic, &payload).unwrap();
        let address = format!("{topic}#{path}");
        assert_eq!(value(&decoder, &out, &address), Some(expected), "{file}");
        assert!(out.iter().all(|row| row.source_time.is_some()), "{file}");
        if file == "0015" {
            let [SourceEvent::Described(description)] = out.events() else {
                panic!("{:?}", out.events());
            };
            assert_eq!(description.name.as_deref(), Some("Test device"));
            assert_eq!(description.parent.as_deref(), Some("Test application"));
        }
    }
}

#[test]
fn uplinks_of_the_things_stack_are_read() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let topic = "v3/app1@ttn/devices/dev1/up";
    for (file, path, expected, time) in [
        (
            "0092",
            "decoded_payload.temperature",
            Value::F64(32.0),
            Some(Timestamp(1_625_743_078_984_396)),
        ),
        (
            "0098",
            "frm_payload.size",
            Value::F64(17.0),
            Some(Timestamp(1_548_766_954_981_000)),
        ),
        (
            "0112",
            "decoded_payload.temperature",
            Value::F64(-21.3),
            None,
        ),
    ] {
        let payload = std::fs::read(folder.join(format!("ttn/{file}.json"))).unwrap();
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, topic, &payload).unwrap();
        let address = format!("{topic}#{path}");
        assert_eq!(value(&decoder, &out, &address), Some(expected), "{file}");
        assert_eq!(out.get(0).unwrap().source_time, time, "{file}");
    }
}

#[test]
fn opc_ua_of_others_is_read_field_by_field() {
    let Some(folder) = shared_payloads() else {
        return;
    };
    let publisher = "opc.tcp:%2F%2Fopcplc:50000_70FB9F43";
    let local = "opc.tcp:%2F%2Flocalhost:54340%2FUA%2FSampleServer_5CB8F1A5";
    let step = "SIMPLE-EVENTS/http://opcfoundation.org/SimpleEvents#CurrentStep";
    let node = "opcplc:50000/nsu=http://microsoft.com/Opc/OpcPlc/;s=";
    for (file, rows, path, expected) in [
        (
            "0001",
            5,
            format!("{publisher}/1000/StepUp"),
            Value::F64(23305.0),
        ),
        (
            "0001",
            5,
            format!("{publisher}/1000/BadFastUInt1"),
            Value::Null,
        ),
        (
            "0003",
            10,
            format!("SIMPLE-EVENTS/{step}.Duration"),
            Value::F64(1000.0),
        ),
        (
            "0005",
            5,
            format!("{local}/{step}.Name"),
            Value::Text("Step 1".into()),
        ),
        ("0009", 1, format!("{node}StepUp"), Value::F64(28679.0)),
        (
            "0011",
            5,
            format!("{node}AlternatingBoolean"),
            Value::Bool(true),
        ),
        ("0011", 5, format!("{node}BadFastUInt1"), Value::Null),
        (
            "0013",
            5,
            "localhost:56769/i=2253.http://opcfoundation.org/SimpleEvents#CycleId".into(),
            Value::Text("3".into()),
        ),
        (
            "0015",
            5,
            "localhost:54040/i=2253.Message".into(),
            Value::Text("The system cycle '1' has started.".into()),
        ),
    ] {
        let payload = std::fs::read(folder.join(format!("opcua-pubsub/{file}.json"))).unwrap();
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, "opc", &payload).unwrap();
        assert_eq!(out.len(), rows, "{file}");
        let address = format!("opc#{path}");
        assert_eq!(
            value(&decoder, &out, &address),
            Some(expected),
            "{file} {path}"
        );
        for row in out.iter().filter(|row| !row.quality.is_good()) {
            assert_eq!(row.quality, Quality::bad(Reason::DeviceReported), "{file}");
            assert!(decoder.address(row.address).ends_with("BadFastUInt1"));
        }
    }
}
