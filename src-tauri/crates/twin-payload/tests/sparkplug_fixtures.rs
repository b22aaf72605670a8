//! Sparkplug B fixtures: what is written here is what lies in the files, and what is read of it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be read fails its test"
)]

mod common;

use std::{fmt::Write as _, fs, path::PathBuf};

use common::{
    NOW, at, fixture,
    sparkplug::{UNIT, aliased, death, named},
};
use twin_payload::sparkplug::{
    DataType, HostState,
    encode::{
        Array, DataSet, Metric, MetricValue, Packing, Property, PropertyValue, Template, packed,
        payload,
    },
};

type Messages = Vec<(&'static str, Vec<u8>)>;

/// The messages in a file, and those that the encoder makes.
fn check(name: &str, remark: &str, messages: &Messages) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/fixtures/sparkplug/{name}.case"));
    let made: Vec<(String, Vec<u8>)> = messages
        .iter()
        .map(|(topic, bytes)| ((*topic).to_owned(), bytes.clone()))
        .collect();
    let kept = || fixture::messages(&fs::read_to_string(&file).unwrap_or_default());
    if std::env::var_os("TWIN_BLESS").is_some() && kept() != made {
        let mut text = format!("# {remark}\n");
        for (topic, bytes) in messages {
            writeln!(text, "> {topic}").unwrap();
            for line in bytes.chunks(32) {
                let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(text, "x {}", hex.join(" ")).unwrap();
            }
        }
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    assert_eq!(kept(), made, "{name}");
}

fn life() -> Messages {
    let control = Metric {
        name: Some("Node Control/Rebirth"),
        ..Metric::new(MetricValue::Boolean(false))
    };
    let range = [
        UNIT,
        Property {
            key: "engLow",
            value: PropertyValue::Plain(MetricValue::Float(0.0)),
        },
        Property {
            key: "engHigh",
            value: PropertyValue::Plain(MetricValue::Int32(16)),
        },
    ];
    let birth = [
        named("bdSeq", 0, MetricValue::UInt64(7)),
        control,
        Metric {
            properties: &range,
            ..named("Supply/pressure", 1, MetricValue::Float(6.5))
        },
        named("Properties/Hardware Make", 2, MetricValue::String("ACME")),
    ];
    let device = [
        named("speed", 3, MetricValue::Int16(-1450)),
        named("running", 4, MetricValue::Boolean(true)),
        named("started", 5, MetricValue::DateTime(at(-60_000))),
    ];
    let old = Metric {
        historical: true,
        ..aliased(1, -30_000, MetricValue::Float(6.0))
    };
    let passing = Metric {
        transient: true,
        ..aliased(3, 3_500, MetricValue::Int16(-1400))
    };
    let host = HostState::new("scada", at(6_000)).unwrap();
    vec![
        (
            "spBv1.0/Site/NBIRTH/edge",
            payload(Some(NOW), Some(0), &birth),
        ),
        (
            "spBv1.0/Site/DBIRTH/edge/pump",
            payload(Some(at(1_000)), Some(1), &device),
        ),
        (
            "spBv1.0/Site/NDATA/edge",
            payload(Some(at(2_000)), Some(2), &[old]),
        ),
        (
            "spBv1.0/Site/DDATA/edge/pump",
            payload(Some(at(3_000)), Some(3), &[passing]),
        ),
        (
            "spBv1.0/Site/DDEATH/edge/pump",
            payload(Some(at(4_000)), Some(4), &[]),
        ),
        ("spBv1.0/Site/NDEATH/edge", death(7)),
        ("spBv1.0/STATE/scada", host.birth),
    ]
}

fn types() -> Messages {
    let plain = [
        named("i8", 1, MetricValue::Int8(-128)),
        named("u64", 2, MetricValue::UInt64(u64::MAX)),
        named("double", 3, MetricValue::Double(f64::NAN)),
        named(
            "uuid",
            4,
            MetricValue::Uuid("123e4567-e89b-12d3-a456-426614174000"),
        ),
        named("none", 5, MetricValue::Null(DataType::Int32)),
        named("file", 6, MetricValue::File(b"a,b\n")),
        named(
            "bits",
            7,
            MetricValue::Array(Array::Boolean(&[true, false, true])),
        ),
        named("texts", 8, MetricValue::Array(Array::String(&["é", ""]))),
        named("floats", 9, MetricValue::Array(Array::Float(&[0.5, -1.0]))),
    ];
    let row = [MetricValue::Int8(4), MetricValue::String("oak")];
    let set = DataSet {
        columns: &[("id", DataType::Int8), ("wood", DataType::String)],
        rows: &[&row],
    };
    let unit = [UNIT];
    let pressure = Metric {
        name: Some("pressure"),
        properties: &unit,
        ..Metric::new(MetricValue::Float(0.0))
    };
    let members = [pressure];
    let definition = Template {
        members: &members,
        ..Template::default()
    };
    let instance = Template {
        reference: Some("Valve"),
        members: &[Metric {
            name: Some("pressure"),
            ..Metric::new(MetricValue::Float(2.5))
        }],
        parameters: &[("Place", MetricValue::String("north"))],
    };
    let parts = [
        named("batch", 10, MetricValue::DataSet(set)),
        named("_types_/Valve", 11, MetricValue::Template(definition)),
        named("V1", 12, MetricValue::Template(instance)),
    ];
    let again = [aliased(12, 2_000, MetricValue::Template(instance))];
    let packed = |bytes: Vec<u8>| packed(&bytes, Packing::Deflate).unwrap();
    vec![
        (
            "spBv1.0/Site/NBIRTH/types",
            payload(Some(NOW), Some(0), &plain),
        ),
        (
            "spBv1.0/Site/NBIRTH/parts",
            payload(Some(NOW), Some(0), &parts),
        ),
        (
            "spBv1.0/Site/NDATA/parts",
            packed(payload(Some(at(2_000)), Some(1), &again)),
        ),
        ("spBv1.0/Site/NDATA/parts", b"\x12\x02\x0a".to_vec()),
    ]
}

#[test]
fn files_hold_what_is_written_and_read() {
    check("life", "The life of an edge node and its device.", &life());
    check(
        "types",
        "Every shape of a value; a packed payload; one cut short.",
        &types(),
    );
    fixture::check("sparkplug");
}
