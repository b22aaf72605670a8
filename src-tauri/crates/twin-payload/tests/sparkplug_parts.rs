//! Sparkplug B: metrics that are more than one value, and what births say of signals.

mod common;

use common::{
    NOW, decode,
    sparkplug::{UNIT, aliased, birth, data, description, named, row, values},
    value,
};
use proptest::prelude::*;
use twin_core::{Timestamp, Value, ValueKind};
use twin_payload::{
    Decoder, Limits, RejectKind,
    sparkplug::{
        DataType,
        encode::{Array, DataSet, Metric, MetricValue, Template, payload},
    },
};

#[test]
fn arrays_of_every_type_are_taken_apart() {
    let time = Timestamp(NOW.0 - 86_400_000_000);
    let arrays = [
        ("i8", Array::Int8(&[-1, 127]), Value::I64(-1)),
        ("i16", Array::Int16(&[i16::MIN]), Value::I64(-32_768)),
        (
            "i32",
            Array::Int32(&[i32::MIN, 0]),
            Value::I64(-2_147_483_648),
        ),
        ("i64", Array::Int64(&[i64::MIN]), Value::I64(i64::MIN)),
        ("u8", Array::UInt8(&[255]), Value::I64(255)),
        ("u16", Array::UInt16(&[65_535]), Value::I64(65_535)),
        ("u32", Array::UInt32(&[u32::MAX]), Value::I64(4_294_967_295)),
        (
            "u64",
            Array::UInt64(&[u64::MAX]),
            Value::F64(u64::MAX as f64),
        ),
        ("f", Array::Float(&[-0.5, 2.0]), Value::F64(-0.5)),
        ("d", Array::Double(&[1e300]), Value::F64(1e300)),
        ("b", Array::Boolean(&[true, false, true]), Value::Bool(true)),
        ("s", Array::String(&["é", "", "z"]), Value::Text("é".into())),
        ("t", Array::DateTime(&[time]), Value::I64(time.millis())),
    ];
    let metrics = arrays
        .clone()
        .map(|(name, array, _)| named(name, 0, MetricValue::Array(array)));
    let metrics = metrics.map(|metric| Metric {
        alias: None,
        ..metric
    });
    let (decoder, out) = birth(&metrics);
    for (name, _, first) in arrays {
        let address = format!("spBv1.0/G/n#{name}.0");
        assert_eq!(value(&decoder, &out, &address), Some(first), "{name}");
    }
    let of = |name: &str| value(&decoder, &out, &format!("spBv1.0/G/n#{name}"));
    assert_eq!(of("b.1"), Some(Value::Bool(false)));
    assert_eq!(of("s.1"), Some(Value::Text("".into())));
    assert_eq!(of("s.2"), Some(Value::Text("z".into())));
    assert_eq!((of("s.3"), of("b.3"), out.skipped()), (None, None, 0));
    assert_eq!(
        (of("s.length"), of("i8.length")),
        (Some(Value::I64(3)), Some(Value::I64(2)))
    );
    let none = [
        named("s", 1, MetricValue::Array(Array::String(&[]))),
        named("b", 2, MetricValue::Array(Array::Boolean(&[]))),
    ];
    let (decoder, out) = birth(&none);
    let expected = ["s.length", "b.length"].map(|name| row(name, Value::I64(0)));
    assert_eq!(values(&decoder, &out), expected);
}

#[test]
fn booleans_are_packed_as_the_specification_shows() {
    // The example of section 6.4.17, whose last four bits are of no meaning.
    let bits: &[u8] = &[0x0C, 0, 0, 0, 0x34, 0xDF];
    let typed = |bytes| Metric {
        alias: Some(1),
        ..Metric::new(MetricValue::Bytes(bytes))
    };
    let array = named("b", 1, MetricValue::Array(Array::Boolean(&[])));
    let (mut decoder, _) = birth(&[array]);
    let metric = Metric {
        typed: false,
        ..typed(bits)
    };
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(1, &[metric])).unwrap();
    let expected = [0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1].map(|bit| Value::Bool(bit == 1));
    let got: Vec<Value> = out.iter().skip(1).map(|row| row.value()).collect();
    assert_eq!(got, expected);
    // Too few bytes for the number that is said.
    let short = Metric {
        typed: false,
        ..typed(&[0x11, 0, 0, 0, 0x34, 0xDF])
    };
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(2, &[short])).unwrap();
    assert_eq!((out.len(), out.skipped()), (0, 1));
}

#[test]
fn long_arrays_and_blobs_are_one_text() {
    let long: Vec<i32> = (0..17).collect();
    let texts = ["x"; 17];
    let metrics = [
        named("long", 1, MetricValue::Array(Array::Int32(&long))),
        named("texts", 2, MetricValue::Array(Array::String(&texts))),
        named("bits", 3, MetricValue::Array(Array::Boolean(&[true; 17]))),
        named("raw", 4, MetricValue::Bytes(&[0, 1, 2])),
        named("file", 5, MetricValue::File(b"file")),
        named("none", 6, MetricValue::Null(DataType::Int8Array)),
    ];
    let (decoder, out) = birth(&metrics);
    let expected = [
        row("long.length", Value::I64(17)),
        row(
            "long.json",
            text("[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"),
        ),
        row("texts.length", Value::I64(17)),
        row("texts.json", text(&serde_json::to_string(&texts).unwrap())),
        row("bits.length", Value::I64(17)),
        row(
            "bits.json",
            text(&serde_json::to_string(&[true; 17]).unwrap()),
        ),
        row("raw.size", Value::I64(3)),
        row("raw.base64", text("AAEC")),
        row("file.size", Value::I64(4)),
        row("file.base64", text("ZmlsZQ==")),
        row("none.length", Value::Null),
    ];
    assert_eq!(values(&decoder, &out), expected);
    assert_eq!((out.skipped(), out.partly_read()), (0, None));
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// The bound of a text holds for what stands for many values as well.
#[test]
fn what_is_too_long_for_one_text_is_kept_with_its_message() {
    let (long, bytes) = (vec![0.1_f32; 20_000], vec![7_u8; 50_000]);
    let metrics = [
        named("long", 1, MetricValue::Array(Array::Float(&long))),
        named("raw", 2, MetricValue::Bytes(&bytes)),
        named("some", 3, MetricValue::Array(Array::Float(&long[..16_000]))),
        named("few", 4, MetricValue::Bytes(&bytes[..49_152])),
    ];
    let (decoder, out) = birth(&metrics);
    let names: Vec<String> = values(&decoder, &out)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let named = [
        "long.length",
        "raw.size",
        "some.length",
        "some.json",
        "few.size",
        "few.base64",
    ];
    assert_eq!(names, named.map(|name| row(name, Value::Null).0));
    let (_, some) = &values(&decoder, &out)[3];
    let Value::Text(some) = some else {
        panic!("{some:?}")
    };
    let read: Vec<f32> = serde_json::from_str(some).unwrap();
    assert_eq!(read, &long[..16_000]);
    let whole = out.partly_read().unwrap();
    assert_eq!(whole.kind, RejectKind::PartlyRead);
    assert_eq!(
        whole.detail,
        "2 values were left out: an array or a table of more than 65536 bytes as JSON"
    );
}

#[test]
fn every_row_of_a_data_set_is_observed() {
    let columns = [
        ("id", DataType::Int8),
        ("name", DataType::String),
        ("ok", DataType::Boolean),
    ];
    let first = [
        MetricValue::Int8(1),
        MetricValue::String("a"),
        MetricValue::Boolean(true),
    ];
    let last = [
        MetricValue::Int8(-2),
        MetricValue::String("b"),
        MetricValue::Null(DataType::Boolean),
    ];
    let set = DataSet {
        columns: &columns,
        rows: &[&first, &last],
    };
    let (mut decoder, out) = birth(&[named("batch", 4, MetricValue::DataSet(set))]);
    let expected = [
        row("batch.rows", Value::I64(2)),
        row("batch.id", Value::I64(-2)),
        row("batch.name", Value::Text("b".into())),
        row("batch.ok", Value::Null),
        row(
            "batch.json",
            text(r#"{"columns":["id","name","ok"],"rows":[[1,"a",true],[-2,"b",null]]}"#),
        ),
    ];
    assert_eq!(values(&decoder, &out), expected);
    // By alias alone; without a row, and with one that is too short.
    let none = DataSet {
        columns: &columns,
        rows: &[],
    };
    let short = DataSet {
        columns: &columns,
        rows: &[&first[..2]],
    };
    let metrics = [none, short].map(|set| aliased(4, 0, MetricValue::DataSet(set)));
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(1, &metrics)).unwrap();
    let rows = row("batch.rows", Value::I64(0));
    assert_eq!(values(&decoder, &out)[0], rows);
    assert_eq!((out.len(), out.skipped()), (2, 1));
    let wide = [("c", DataType::Int8); 17];
    let set = DataSet {
        columns: &wide,
        rows: &[],
    };
    let (_, out) = birth(&[named("wide", 1, MetricValue::DataSet(set))]);
    assert_eq!((out.len(), out.skipped()), (1, 0));
    let numbers: Vec<_> = (0..17).map(MetricValue::Int8).collect();
    let set = DataSet {
        columns: &wide,
        rows: &[&numbers],
    };
    let (decoder, out) = birth(&[named("wide", 1, MetricValue::DataSet(set))]);
    let columns = serde_json::to_string(&["c"; 17]).unwrap();
    let cells = serde_json::to_string(&(0..17).collect::<Vec<_>>()).unwrap();
    let whole = format!("{{\"columns\":{columns},\"rows\":[{cells}]}}");
    let expected = [
        row("wide.rows", Value::I64(1)),
        row("wide.json", text(&whole)),
    ];
    assert_eq!(values(&decoder, &out), expected);
}

#[test]
fn templates_are_flattened_with_what_their_definition_says() {
    let unit = [UNIT];
    let rpm = Metric {
        name: Some("RPM"),
        properties: &unit,
        ..Metric::new(MetricValue::Int16(0))
    };
    let mark = Metric {
        name: Some("Mark"),
        ..Metric::new(MetricValue::String(""))
    };
    let definition = Template {
        members: &[rpm, mark],
        ..Template::default()
    };
    let untyped = |name, value| Metric {
        name: Some(name),
        typed: false,
        ..Metric::new(value)
    };
    let inner = Template {
        reference: Some("Motor"),
        members: &[untyped("RPM", MetricValue::Int16(-7))],
        parameters: &[],
    };
    let members = [
        untyped("RPM", MetricValue::Int16(-5)),
        Metric {
            name: Some("Spare"),
            ..Metric::new(MetricValue::Template(inner))
        },
    ];
    let instance = Template {
        reference: Some("Motor"),
        members: &members,
        parameters: &[
            ("Index", MetricValue::Int32(-3)),
            ("Site", MetricValue::String("A")),
        ],
    };
    // The instance stands before its definition.
    let metrics = [
        named("M1", 9, MetricValue::Template(instance)),
        named("_types_/Motor", 8, MetricValue::Template(definition)),
    ];
    let (decoder, out) = birth(&metrics);
    let expected = [
        row("M1/RPM", Value::I64(-5)),
        row("M1/Spare/RPM", Value::I64(-7)),
    ];
    assert_eq!(values(&decoder, &out), expected);
    assert_eq!(out.skipped(), 0, "a definition is no value");
    let points = description(&out).points;
    let about: Vec<_> = points
        .iter()
        .map(|point| point.description.as_deref().unwrap())
        .collect();
    assert_eq!(about, ["Motor: Index = -3, Site = A", "Motor"]);
    assert!(points.iter().all(|point| {
        point.unit.as_ref().is_some_and(|unit| &*unit.text == "bar")
            && point.kind == Some(ValueKind::I64)
    }));
}

#[test]
fn what_a_template_says_of_its_members_is_bounded() {
    let leaf = [Metric {
        name: Some("x"),
        ..Metric::new(MetricValue::Int8(1))
    }];
    let long = "a".repeat(33);
    let parameters = [
        ("Long", MetricValue::String(&long)),
        ("Index", MetricValue::Int32(3)),
        ("Site", MetricValue::String("north")),
    ];
    // What is longer than an address may be is left out; the rest stands.
    let cases = [
        ("Motor", Some("Motor: Index = 3, Site = north")),
        ("MotorOfThePump", Some("MotorOfThePump: Index = 3")),
        (&long[..32], Some(&long[..32])),
        (&long, Some("Index = 3, Site = north")),
    ];
    for (reference, expected) in cases {
        let mut decoder = Decoder::with_limits(Limits {
            address_bytes: 32,
            ..Limits::default()
        });
        let template = Template {
            reference: Some(reference),
            members: &leaf,
            parameters: &parameters,
        };
        let metric = named("m", 1, MetricValue::Template(template));
        let birth = payload(None, Some(0), &[metric]);
        let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth).unwrap();
        let points = description(&out).points;
        assert_eq!(points.len(), 1);
        assert_eq!(points[0].description.as_deref(), expected);
    }
}

#[test]
fn data_of_a_template_may_hold_some_members_only() {
    let whole = Template {
        reference: Some("Motor"),
        members: &[
            Metric {
                name: Some("RPM"),
                ..Metric::new(MetricValue::Int16(1))
            },
            Metric {
                name: Some("Mark"),
                ..Metric::new(MetricValue::String("x"))
            },
        ],
        parameters: &[],
    };
    let (mut decoder, _) = birth(&[named("M1", 9, MetricValue::Template(whole))]);
    // Its types are the birth's.
    let rpm = Metric {
        name: Some("RPM"),
        typed: false,
        ..Metric::new(MetricValue::Int16(-9))
    };
    let part = Template {
        reference: Some("Motor"),
        members: &[rpm],
        parameters: &[],
    };
    let part = aliased(9, 3, MetricValue::Template(part));
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(1, &[part])).unwrap();
    assert_eq!(values(&decoder, &out), [row("M1/RPM", Value::I64(-9))]);
    assert_eq!(
        out.get(0).unwrap().source_time,
        Some(NOW),
        "the member's own time, or the payload's"
    );
}

#[test]
fn templates_are_bounded() {
    let leaf = [Metric {
        name: Some("x"),
        ..Metric::new(MetricValue::Int8(1))
    }];
    // Eight templates within one another are read, nine are not.
    for (depth, allowed) in [(8, true), (9, false)] {
        let mut bytes = payload(None, None, &leaf);
        // A payload with one metric is that metric as field 2, which is what a template holds.
        for _ in 1..depth {
            let mut metric = vec![0x0A, 1, b'm', 0x20, 19, 0x92, 0x01];
            length(&mut metric, bytes.len());
            metric.extend_from_slice(&bytes);
            let mut outer = vec![0x12];
            length(&mut outer, metric.len());
            outer.extend_from_slice(&metric);
            bytes = outer;
        }
        let mut metric = vec![0x0A, 1, b'm', 0x20, 19, 0x92, 0x01];
        length(&mut metric, bytes.len());
        metric.extend_from_slice(&bytes);
        let mut whole = vec![0x12];
        length(&mut whole, metric.len());
        whole.extend_from_slice(&metric);
        whole.extend_from_slice(&[0x18, 0]);
        let result = decode(&mut Decoder::new(), "spBv1.0/G/NBIRTH/n", &whole);
        assert_eq!(result.is_ok(), allowed, "{depth}: {result:?}");
    }
    let tight = Limits {
        metrics: 3,
        ..Limits::default()
    };
    let members = [leaf[0]; 4];
    let many = Template {
        reference: Some("T"),
        members: &members,
        parameters: &[],
    };
    let birth = payload(None, Some(0), &[named("m", 1, MetricValue::Template(many))]);
    let mut decoder = Decoder::with_limits(tight);
    let reject = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &birth).unwrap_err();
    assert_eq!(reject.kind, RejectKind::SparkplugTooManyMetrics);
    assert!(decoder.nodes().is_empty() && decoder.address_count() == 0);
}

fn length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length & 0x7F) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

proptest! {
    /// Whatever bytes stand where an array, a data set, a template or properties should: nothing panics, and a
    /// refused message leaves nothing.
    #[test]
    fn parts_of_any_bytes_are_survived(
        field in prop::sample::select(vec![8_u8, 9, 16, 17, 18]),
        datatype in 0_u8..36,
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0_u8..32], 0..60),
        kind in prop::sample::select(vec!["NBIRTH/n", "NDATA/n", "DBIRTH/n/d", "DDATA/n/d"]),
    ) {
        let mut metric = vec![0x0A, 1, b'm', 0x20, datatype];
        length(&mut metric, usize::from(field) << 3 | 2);
        length(&mut metric, bytes.len());
        metric.extend_from_slice(&bytes);
        let mut whole = vec![0x12];
        length(&mut whole, metric.len());
        whole.extend_from_slice(&metric);
        whole.extend_from_slice(&[0x18, 0]);
        let mut decoder = Decoder::new();
        let result = decode(&mut decoder, &format!("spBv1.0/G/{kind}"), &whole);
        if result.is_err() {
            prop_assert!(decoder.nodes().is_empty() && decoder.address_count() == 0);
        }
    }

    /// What is written of an array is what is read of it.
    #[test]
    fn arrays_go_both_ways(list in prop::collection::vec(any::<i64>(), 1..17), bits in prop::collection::vec(any::<bool>(), 1..17)) {
        let metrics = [
            named("n", 1, MetricValue::Array(Array::Int64(&list))),
            named("b", 2, MetricValue::Array(Array::Boolean(&bits))),
        ];
        let (_, out) = birth(&metrics);
        let got: Vec<Value> = out.iter().map(|row| row.value()).collect();
        let length = |length: usize| [Value::I64(length as i64)];
        let numbers = list.iter().map(|number| Value::I64(*number));
        let bools = bits.iter().map(|bit| Value::Bool(*bit));
        let expected: Vec<Value> =
            length(list.len()).into_iter().chain(numbers).chain(length(bits.len())).chain(bools).collect();
        prop_assert_eq!(got, expected);
    }
}
