//! The hand-written protocol buffer against prost: both must read and write the same bytes.

mod common;

use common::{
    NOW, decode,
    tahu::{
        DataSet, Element, MetaData, Metric, Parameter, Payload, Plain, PropertySet,
        PropertySetList, PropertyValue, Row, Template, Value,
    },
};
use proptest::prelude::*;
use prost::Message as _;
use twin_core::Timestamp;
use twin_payload::{
    Decoder,
    sparkplug::{
        DataType,
        encode::{self, MetricValue, Packing, Property, PropertyValue as Wrote},
    },
};

fn metric(name: &str, value: Value) -> Metric {
    Metric {
        name: Some(name.into()),
        value: Some(value),
        ..Metric::default()
    }
}

#[test]
fn what_is_written_here_is_read_by_prost() {
    let metrics = [
        encode::Metric {
            name: Some("a"),
            alias: Some(300),
            time: Some(NOW),
            ..encode::Metric::new(MetricValue::Int32(-2))
        },
        encode::Metric {
            historical: true,
            typed: false,
            ..encode::Metric::new(MetricValue::Float(1.5))
        },
        encode::Metric::new(MetricValue::Null(twin_payload::sparkplug::DataType::Int64)),
        encode::Metric::new(MetricValue::Int64(-1)),
        encode::Metric::new(MetricValue::Bytes(b"xyz")),
    ];
    let read = Payload::decode(encode::payload(Some(NOW), Some(255), &metrics).as_slice()).unwrap();
    let ms = Some(1_700_000_000_000);
    let expected = Payload {
        timestamp: ms,
        seq: Some(255),
        metrics: vec![
            Metric {
                alias: Some(300),
                timestamp: ms,
                datatype: Some(3),
                ..metric("a", Value::Int(0xFFFF_FFFE))
            },
            Metric {
                is_historical: Some(true),
                value: Some(Value::Float(1.5)),
                ..Metric::default()
            },
            Metric {
                is_null: Some(true),
                datatype: Some(4),
                ..Metric::default()
            },
            Metric {
                datatype: Some(4),
                value: Some(Value::Long(u64::MAX)),
                ..Metric::default()
            },
            Metric {
                datatype: Some(17),
                value: Some(Value::Bytes(b"xyz".to_vec())),
                ..Metric::default()
            },
        ],
        ..Payload::default()
    };
    assert_eq!(read, expected);
}

#[test]
fn the_quality_property_is_found_among_others() {
    use twin_core::{Quality, Reason};
    let value = |int_value, string: Option<&str>| PropertyValue {
        datatype: Some(3),
        int_value,
        string_value: string.map(str::to_owned),
        ..PropertyValue::default()
    };
    let properties = |code| PropertySet {
        keys: vec!["engUnit".into(), "Quality".into()],
        values: vec![value(None, Some("bar")), value(Some(code), None)],
    };
    let metrics = [192, 0, 500].map(|code| Metric {
        properties: Some(properties(code)),
        ..metric("m", Value::Double(1.0))
    });
    let payload = Payload {
        metrics: metrics.to_vec(),
        seq: Some(0),
        ..Payload::default()
    };
    let out = decode(
        &mut Decoder::new(),
        "spBv1.0/G/NBIRTH/n",
        &payload.encode_to_vec(),
    )
    .unwrap();
    let expected = [
        Quality::GOOD,
        Quality::bad(Reason::DeviceReported),
        Quality::uncertain(Reason::Stale),
    ];
    assert_eq!(out.qualities(), expected);
}

#[test]
fn data_sets_templates_and_properties_are_written_as_tahu_reads_them() {
    let unit = [Property {
        key: "engUnit",
        value: Wrote::Plain(MetricValue::String("bar")),
    }];
    let properties = [
        unit[0],
        Property {
            key: "set",
            value: Wrote::Set(&unit),
        },
        Property {
            key: "list",
            value: Wrote::List(&[&unit]),
        },
        Property {
            key: "none",
            value: Wrote::Plain(MetricValue::Null(DataType::Int8)),
        },
    ];
    let row = [MetricValue::Int8(-1), MetricValue::Double(0.5)];
    let table = encode::DataSet {
        columns: &[("a", DataType::Int8), ("b", DataType::Double)],
        rows: &[&row],
    };
    let member = encode::Metric {
        name: Some("m"),
        ..encode::Metric::new(MetricValue::Boolean(true))
    };
    let instance = encode::Template {
        reference: Some("T"),
        members: &[member],
        parameters: &[("p", MetricValue::UInt8(3))],
    };
    let metrics = [
        encode::Metric {
            transient: true,
            description: Some("words"),
            properties: &properties,
            ..encode::Metric::new(MetricValue::DataSet(table))
        },
        encode::Metric::new(MetricValue::Template(instance)),
        encode::Metric::new(MetricValue::Array(encode::Array::Int16(&[1, -2]))),
    ];
    let read = Payload::decode(encode::payload(None, None, &metrics).as_slice()).unwrap();
    assert_eq!(read.metrics, expected_parts());
}

fn expected_properties() -> PropertySet {
    let unit = || PropertyValue {
        datatype: Some(12),
        string_value: Some("bar".into()),
        ..PropertyValue::default()
    };
    let set = || PropertySet {
        keys: vec!["engUnit".into()],
        values: vec![unit()],
    };
    let within = |datatype, set, list: Option<PropertySet>| PropertyValue {
        datatype: Some(datatype),
        set,
        list: list.map(|set| PropertySetList { sets: vec![set] }),
        ..PropertyValue::default()
    };
    let null = PropertyValue {
        datatype: Some(1),
        is_null: Some(true),
        ..PropertyValue::default()
    };
    PropertySet {
        keys: ["engUnit", "set", "list", "none"].map(str::to_owned).into(),
        values: vec![
            unit(),
            within(20, Some(set()), None),
            within(21, None, Some(set())),
            null,
        ],
    }
}

/// What prost is to find in the test above.
fn expected_parts() -> Vec<Metric> {
    let element = |value| Element { value: Some(value) };
    let row = Row {
        elements: vec![
            element(Plain::Int(0xFFFF_FFFF)),
            element(Plain::Double(0.5)),
        ],
    };
    let table = DataSet {
        num_of_columns: Some(2),
        columns: vec!["a".into(), "b".into()],
        types: vec![1, 10],
        rows: vec![row],
    };
    let parameter = Parameter {
        name: Some("p".into()),
        datatype: Some(5),
        int_value: Some(3),
        string_value: None,
    };
    let member = Metric {
        datatype: Some(11),
        ..metric("m", Value::Boolean(true))
    };
    let instance = Template {
        version: None,
        metrics: vec![member],
        parameters: vec![parameter],
        template_ref: Some("T".into()),
        is_definition: Some(false),
    };
    let unnamed = |datatype, value| Metric {
        datatype: Some(datatype),
        value: Some(value),
        ..Metric::default()
    };
    vec![
        Metric {
            is_transient: Some(true),
            metadata: Some(MetaData {
                description: Some("words".into()),
                ..MetaData::default()
            }),
            properties: Some(expected_properties()),
            ..unnamed(16, Value::DataSet(table))
        },
        unnamed(19, Value::Template(instance)),
        unnamed(23, Value::Bytes(vec![1, 0, 0xFE, 0xFF])),
    ]
}

#[test]
fn packed_payloads_are_what_tahu_packs() {
    let packed = encode::packed(b"inner", Packing::Gzip).unwrap();
    let read = Payload::decode(packed.as_slice()).unwrap();
    assert_eq!(read.uuid.as_deref(), Some("SPBV1.0_COMPRESSED"));
    let algorithm = Metric {
        datatype: Some(12),
        ..metric("algorithm", Value::Text("GZIP".into()))
    };
    assert_eq!(read.metrics, [algorithm]);
    assert_eq!(
        read.body.map(|body| body[..2].to_vec()),
        Some(vec![0x1F, 0x8B])
    );
}

fn values() -> impl Strategy<Value = Option<Value>> {
    prop::option::of(prop_oneof![
        any::<u32>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::Long),
        any::<f32>().prop_map(Value::Float),
        any::<f64>().prop_map(Value::Double),
        any::<bool>().prop_map(Value::Boolean),
        "\\PC{0,12}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Value::Bytes),
    ])
}

prop_compose! {
    fn metrics(types: u32)(
        name in prop::option::of("[a-z#/. ]{0,6}"),
        alias in prop::option::of(any::<u64>()),
        timestamp in prop::option::of(any::<u64>()),
        datatype in prop::option::of(0..types),
        is_null in prop::option::of(any::<bool>()),
        value in values(),
    ) -> Metric {
        Metric { name, alias, timestamp, datatype, is_null, value, ..Metric::default() }
    }
}

/// Values with parts, nested up to three deep.
fn parts() -> impl Strategy<Value = Metric> {
    let element = prop::option::of(prop_oneof![
        any::<u32>().prop_map(Plain::Int),
        any::<u64>().prop_map(Plain::Long),
        any::<f64>().prop_map(Plain::Double),
        "\\PC{0,6}".prop_map(Plain::Text),
    ]);
    let element = element.prop_map(|value| Element { value });
    let row = prop::collection::vec(element, 0..4).prop_map(|elements| Row { elements });
    let set = (
        prop::collection::vec("[a-z. ]{0,4}", 0..4),
        prop::collection::vec(0_u32..36, 0..4),
        prop::collection::vec(row, 0..3),
    );
    let set = set.prop_map(|(columns, types, rows)| {
        let num_of_columns = Some(columns.len() as u64);
        Value::DataSet(DataSet {
            num_of_columns,
            columns,
            types,
            rows,
        })
    });
    let plain = (metrics(40), prop::option::of(set)).prop_map(|(metric, set)| Metric {
        value: set.or(metric.value),
        ..metric
    });
    plain.prop_recursive(3, 12, 4, |inner| {
        let members = prop::collection::vec(inner, 0..4);
        (
            metrics(40),
            members,
            prop::option::of("[a-z_/]{0,8}"),
            any::<bool>(),
        )
            .prop_map(|(metric, metrics, template_ref, definition)| Metric {
                value: Some(Value::Template(Template {
                    metrics,
                    template_ref,
                    is_definition: Some(definition),
                    ..Template::default()
                })),
                ..metric
            })
    })
}

proptest! {
    /// Whatever prost can write, valid or not as Sparkplug, is read; every metric is a row, skipped or control.
    #[test]
    fn what_prost_writes_is_read(
        metrics in prop::collection::vec(metrics(22), 0..12),
        timestamp in prop::option::of(any::<u64>()),
        seq in 0u64..256,
        kind in prop::sample::select(vec!["NBIRTH/n", "NDATA/n", "DBIRTH/n/d", "DDATA/n/d"]),
    ) {
        let count = metrics.len();
        let payload = Payload { timestamp, metrics, seq: Some(seq), ..Payload::default() };
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, &format!("spBv1.0/G/{kind}"), &payload.encode_to_vec());
        prop_assert!(out.is_ok(), "{:?}", out);
        let out = out.unwrap_or_default();
        let all = out.iter().filter(|row| !decoder.address(row.address).ends_with(".base64"));
        prop_assert_eq!(all.count() + usize::try_from(out.skipped()).unwrap_or(0), count);
        prop_assert_eq!(out.partly_read().is_some(), out.skipped() > 0);
        let latest = Timestamp(NOW.0 + 300_000_000);
        prop_assert!(out.times().iter().all(|time| *time <= latest));
    }

    /// However parts are nested, prost's bytes are read; a second message of the same changes no address.
    #[test]
    fn parts_that_prost_writes_are_read(metrics in prop::collection::vec(parts(), 0..6), device in any::<bool>()) {
        let payload = Payload { timestamp: Some(1_700_000_000_000), metrics, seq: Some(0), ..Payload::default() };
        let bytes = payload.encode_to_vec();
        let topic = |kind: &str| if device { format!("spBv1.0/G/D{kind}/n/d") } else { format!("spBv1.0/G/N{kind}/n") };
        let mut decoder = Decoder::new();
        let first = decode(&mut decoder, &topic("BIRTH"), &bytes);
        prop_assert!(first.is_ok(), "{:?}", first);
        let known = decoder.address_count();
        let again = decode(&mut decoder, &topic("BIRTH"), &bytes);
        prop_assert!(again.is_ok(), "{:?}", again);
        prop_assert_eq!(decoder.address_count(), known);
        let data = decode(&mut decoder, &topic("DATA"), &bytes);
        prop_assert!(data.is_ok(), "{:?}", data);
    }
}
