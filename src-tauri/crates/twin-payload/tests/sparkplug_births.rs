//! Sparkplug B: what births say of signals, marks of values, packed payloads.

mod common;

use common::{
    NOW, at, decode,
    sparkplug::{UNIT, aliased, birth, data, description, named, row, values},
};
use twin_core::{Quality, Reason, Value, ValueKind};
use twin_payload::{
    Decoder, Limits, Point, RejectKind, SparkplugLimits, UnitVocabulary,
    sparkplug::encode::{Metric, MetricValue, Packing, Property, PropertyValue, packed, payload},
};

#[test]
fn births_describe_their_signals() {
    let plain = PropertyValue::Plain;
    let nested = [UNIT];
    let properties = [
        Property {
            key: "Engineering Units",
            value: plain(MetricValue::String("°C")),
        },
        Property {
            key: "engLow",
            value: plain(MetricValue::Int32(-40)),
        },
        Property {
            key: "engHigh",
            value: plain(MetricValue::Float(125.5)),
        },
        Property {
            key: "readOnly",
            value: plain(MetricValue::Boolean(false)),
        },
        Property {
            key: "custom",
            value: PropertyValue::List(&[&nested, &nested]),
        },
        Property {
            key: "more",
            value: PropertyValue::Set(&nested),
        },
        Property {
            key: "Quality",
            value: plain(MetricValue::Int32(500)),
        },
    ];
    let metrics = [
        Metric {
            properties: &properties,
            description: Some("of the bearing"),
            ..named("temp", 1, MetricValue::Float(20.0))
        },
        named("Properties/Hardware Make", 2, MetricValue::String("ACME")),
    ];
    let (decoder, out) = birth(&metrics);
    let stale = Quality::uncertain(Reason::Stale);
    assert_eq!(out.get(0).unwrap().quality, stale);
    let said = description(&out);
    assert_eq!(
        (&*said.source, said.maker.as_deref(), said.name.as_deref()),
        ("G/n", Some("ACME"), Some("n"))
    );
    let point = &said.points[0];
    assert_eq!(&*point.address, "spBv1.0/G/n#temp");
    let unit = point.unit.clone().unwrap();
    assert_eq!(
        (&*unit.text, unit.vocabulary),
        ("°C", UnitVocabulary::Sparkplug)
    );
    let expected = Point {
        address: point.address.clone(),
        unit: point.unit.clone(),
        name: Some("temp".into()),
        kind: Some(ValueKind::F64),
        range: Some([-40.0, 125.5]),
        writable: true,
        description: Some("of the bearing".into()),
        ..Point::default()
    };
    assert_eq!(*point, expected);
    assert_eq!(decoder.address_count(), 2);
}

#[test]
fn historical_and_transient_values_are_marked() {
    let (mut decoder, out) = birth(&[named("a", 1, MetricValue::Float(1.0))]);
    assert!(out.iter().all(|row| !row.historical && !row.transient));
    let old = Metric {
        historical: true,
        ..aliased(1, -5_000, MetricValue::Float(0.5))
    };
    let passing = Metric {
        transient: true,
        ..aliased(1, 5, MetricValue::Float(2.0))
    };
    let out = decode(&mut decoder, "spBv1.0/G/NDATA/n", &data(1, &[old, passing])).unwrap();
    let marks: Vec<_> = out
        .iter()
        .map(|row| (row.time, row.historical, row.transient))
        .collect();
    assert_eq!(marks, [(at(-5_000), true, false), (at(5), false, true)]);
}

#[test]
fn compressed_payloads_are_read_within_their_bound() {
    let metrics = [
        named("bdSeq", 0, MetricValue::UInt64(4)),
        named("a", 1, MetricValue::Double(1.5)),
    ];
    let plain = payload(Some(NOW), Some(0), &metrics);
    for packing in [Packing::Deflate, Packing::Gzip] {
        let small = packed(&plain, packing).unwrap();
        let mut decoder = Decoder::new();
        let out = decode(&mut decoder, "spBv1.0/G/NBIRTH/n", &small).unwrap();
        assert_eq!(values(&decoder, &out), [row("a", Value::F64(1.5))]);
        assert_eq!(decoder.session().nodes[0].bd_seq, Some(4));
        let mut kept = Decoder::new();
        kept.restore_birth("spBv1.0/G/NBIRTH/n", &small).unwrap();
        assert_eq!(kept.address_count(), 1);

        let twice = packed(&small, packing).unwrap();
        let reject = decode(&mut Decoder::new(), "spBv1.0/G/NBIRTH/n", &twice).unwrap_err();
        assert_eq!(reject.kind, RejectKind::SparkplugMalformed);
        let mut tight = Decoder::with_limits(Limits {
            sparkplug: SparkplugLimits {
                unpacked_bytes: plain.len() - 1,
                ..SparkplugLimits::default()
            },
            ..Limits::default()
        });
        let reject = decode(&mut tight, "spBv1.0/G/NBIRTH/n", &small).unwrap_err();
        assert_eq!(reject.kind, RejectKind::PayloadTooLarge);
        assert!(tight.nodes().is_empty());
    }
}

#[test]
fn what_births_weigh_is_bounded() {
    let names: Vec<String> = (0..200)
        .map(|number| format!("Node Control/{number}"))
        .collect();
    let metrics: Vec<Metric<'_>> = names
        .iter()
        .map(|name| named(name, 0, MetricValue::Boolean(true)))
        .collect();
    let birth = payload(Some(NOW), Some(0), &metrics);
    let mut decoder = Decoder::with_limits(Limits {
        sparkplug: SparkplugLimits {
            birth_bytes: 50_000,
            ..SparkplugLimits::default()
        },
        ..Limits::default()
    });
    let accepted: Vec<bool> = (0..10)
        .map(|number| decode(&mut decoder, &format!("spBv1.0/G/NBIRTH/n{number}"), &birth).is_ok())
        .collect();
    let count = accepted.iter().filter(|accepted| **accepted).count();
    assert!((1..5).contains(&count) && accepted[..count].iter().all(|accepted| *accepted));
    assert_eq!(decoder.nodes().len(), count);
    // A birth again takes the place of the one before; a restored one counts likewise.
    for _ in 0..20 {
        decode(&mut decoder, "spBv1.0/G/NBIRTH/n0", &birth).unwrap();
    }
    assert!(decoder.restore_birth("spBv1.0/G/NBIRTH/x", &birth).is_err());
    assert_eq!(decoder.nodes().len(), count);
}
