//! What a person says of payloads: filters, layouts, separated values; and both directions.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test cannot set up fails it"
)]

mod common;

use common::{NOW, decode, fixture, message, rows, value};
use proptest::prelude::*;
use twin_core::{Timestamp, Value};
use twin_payload::{
    ByteOrder, Convention, Csv, CsvColumn, Decoder, FieldKind, Layout, LayoutField, LayoutSource,
    Limits, Message, Observations, PayloadRule, ReadAs, RejectKind, Rules, TextEncoding, Zone,
};

fn rule(filter: &str, read_as: ReadAs) -> PayloadRule {
    let rule = PayloadRule {
        filter: filter.into(),
        read_as: Some(read_as),
        zone: None,
    };
    assert_eq!(rule.fault(), None, "{filter}");
    rule
}

fn decoder(payload: Vec<PayloadRule>) -> Decoder {
    Decoder::with_rules(Limits::default(), &Rules { payload })
}

fn field(name: &str, at: usize, kind: &str) -> LayoutField {
    LayoutField {
        name: name.into(),
        at,
        kind: FieldKind::from_name(kind).unwrap(),
        bits: None,
        scale: 1.0,
        add: 0.0,
        unit: None,
    }
}

fn layout(source: LayoutSource, fields: Vec<LayoutField>) -> Layout {
    Layout {
        source,
        min_length: Some(fields.iter().map(|field| field.at + 1).max().unwrap_or(0)),
        fields,
        time: None,
    }
}

fn base64(path: &str) -> LayoutSource {
    LayoutSource::Json {
        path: path.into(),
        encoding: TextEncoding::Base64,
    }
}

/// A temperature in tenths, a humidity, a door.
fn climate() -> Vec<LayoutField> {
    vec![
        LayoutField {
            scale: 0.1,
            unit: Some("°C".into()),
            ..field("temperature", 0, "i16be")
        },
        LayoutField {
            unit: Some("%".into()),
            ..field("humidity", 2, "u8")
        },
        LayoutField {
            bits: Some((7, 1)),
            ..field("door", 3, "bool")
        },
    ]
}

fn columns(names: &[&str]) -> Vec<CsvColumn> {
    let column = |name: &&str| match *name {
        "time" => CsvColumn::Time,
        "-" => CsvColumn::Skip,
        name => CsvColumn::Value(name.into()),
    };
    names.iter().map(column).collect()
}

#[test]
fn layouts() {
    fixture::check_with("layout", |_| {
        let exact = Layout {
            min_length: None,
            ..layout(LayoutSource::Text(TextEncoding::Hex), climate())
        };
        decoder(vec![
            rule(
                "raw/#",
                ReadAs::Layout(layout(LayoutSource::Payload, climate())),
            ),
            rule("hex/+", ReadAs::Layout(exact)),
            rule(
                "application/+/device/+/event/up",
                ReadAs::Layout(layout(base64("data"), climate())),
            ),
            rule(
                "v3/+/devices/+/up",
                ReadAs::Layout(layout(base64("uplink_message.frm_payload"), climate())),
            ),
            rule("any/#", ReadAs::Layout(layout(base64("p.0"), climate()))),
        ])
    });
}

#[test]
fn separated_values() {
    fixture::check_with("csv", |name| {
        if name == "unruled" {
            return Decoder::new();
        }
        let semicolons = Csv {
            separator: ';',
            decimal: ',',
            ..Csv::default()
        };
        decoder(vec![
            rule(
                "pump/#",
                ReadAs::Csv(Csv {
                    columns: columns(&["time", "flow", "-", "state"]),
                    ..semicolons.clone()
                }),
            ),
            PayloadRule {
                zone: Zone::from_text("+01:00"),
                ..rule("local/#", ReadAs::Csv(semicolons.clone()))
            },
            rule("headed/#", ReadAs::Csv(semicolons)),
        ])
    });
}

#[test]
fn a_rule_goes_before_topic_and_payload() {
    let mut decoder = decoder(vec![
        rule("a/+", ReadAs::Convention(Convention::SenMl)),
        rule("a/#", ReadAs::Convention(Convention::Json)),
        rule("application/#", ReadAs::Convention(Convention::Bare)),
    ]);
    let convention = |decoder: &mut Decoder, topic: &str, payload: &str| {
        let out = decode(decoder, topic, payload.as_bytes());
        out.map(|out| out.convention())
            .map_err(|reject| reject.kind)
    };
    assert_eq!(
        convention(&mut decoder, "a/b", r#"{"n":"x","v":1}"#),
        Err(RejectKind::SenMl)
    );
    let pack = r#"[{"n":"x","v":1}]"#;
    assert_eq!(
        convention(&mut decoder, "a/b", pack),
        Ok(Some(Convention::SenMl))
    );
    assert_eq!(
        convention(&mut decoder, "a/b/c", pack),
        Ok(Some(Convention::Json))
    );
    assert_eq!(
        convention(&mut decoder, "b", pack),
        Ok(Some(Convention::SenMl))
    );
    let topic = "application/a/device/b/event/up";
    assert_eq!(
        convention(&mut decoder, topic, "{}"),
        Ok(Some(Convention::Json))
    );
    // What a rule says stays said, however often it does not fit.
    for _ in 0..5 {
        assert_eq!(convention(&mut decoder, "a/b", "1"), Err(RejectKind::SenMl));
    }
}

#[test]
fn a_layout_takes_bytes_that_look_compressed() {
    let fields = vec![field("head", 0, "u16be")];
    let mut decoder = decoder(vec![rule(
        "raw",
        ReadAs::Layout(layout(LayoutSource::Payload, fields)),
    )]);
    let payload = [0x1F, 0x8B, 0x08, 0];
    let out = decode(&mut decoder, "raw", &payload).unwrap();
    assert_eq!(value(&decoder, &out, "raw#head"), Some(Value::I64(0x1F8B)));
    let reject = decode(&mut decoder, "other", &payload).unwrap_err();
    assert_eq!(reject.kind, RejectKind::Inflate);
}

#[test]
fn faults_of_rules_are_told() {
    let layout = |fields| ReadAs::Layout(layout(LayoutSource::Payload, fields));
    let csv = |columns, separator, decimal| {
        ReadAs::Csv(Csv {
            columns,
            separator,
            decimal,
        })
    };
    for (filter, read_as) in [
        ("a/#/b", ReadAs::Convention(Convention::Json)),
        ("a", ReadAs::Convention(Convention::SparkplugB)),
        ("a", layout(vec![])),
        ("a", layout(vec![field("x", 0, "u8"), field("x", 1, "u8")])),
        ("a", layout(vec![field("", 0, "u8")])),
        ("a", csv(vec![], ',', ',')),
        ("a", csv(vec![], ';', ':')),
        ("a", csv(columns(&["time"]), ';', ',')),
        ("a", csv(columns(&["x", "x"]), ';', ',')),
    ] {
        let rule = PayloadRule {
            filter: filter.into(),
            read_as: Some(read_as),
            zone: None,
        };
        assert!(rule.fault().is_some(), "{rule:?}");
    }
}

/// A field's kind and a value that fits it.
fn fields() -> impl Strategy<Value = (FieldKind, Value)> {
    let order = prop_oneof![Just(ByteOrder::Little), Just(ByteOrder::Big)];
    (
        order,
        1..=8_u8,
        any::<i64>(),
        any::<f32>(),
        any::<f64>(),
        0..6_usize,
    )
        .prop_map(|(order, bytes, whole, single, double, which)| {
            let spare = 64 - u32::from(bytes) * 8;
            match which {
                0 => {
                    let value = (whole.cast_unsigned() >> spare >> 1).cast_signed();
                    (FieldKind::Unsigned(bytes, order), Value::I64(value))
                }
                1 => (FieldKind::Signed(bytes, order), Value::I64(whole >> spare)),
                2 => {
                    let value = if single.is_finite() { single } else { 0.5 };
                    (FieldKind::F32(order), Value::F64(value.into()))
                }
                3 => {
                    let value = if double.is_finite() { double } else { 0.5 };
                    (FieldKind::F64(order), Value::F64(value))
                }
                4 => {
                    let digits = 10_i64.pow(u32::from(bytes) * 2);
                    (
                        FieldKind::Bcd(bytes, order),
                        Value::I64(whole.rem_euclid(digits)),
                    )
                }
                _ => (FieldKind::Bool, Value::Bool(whole % 2 == 0)),
            }
        })
}

/// Writes a value as its kind says.
fn encode(kind: FieldKind, value: &Value) -> Vec<u8> {
    let (mut big, order) = match (kind, value) {
        (FieldKind::Unsigned(bytes, order) | FieldKind::Signed(bytes, order), Value::I64(v)) => {
            (v.to_be_bytes()[8 - usize::from(bytes)..].to_vec(), order)
        }
        (FieldKind::F32(order), Value::F64(v)) => ((*v as f32).to_be_bytes().to_vec(), order),
        (FieldKind::F64(order), Value::F64(v)) => (v.to_be_bytes().to_vec(), order),
        (FieldKind::Bcd(bytes, order), Value::I64(v)) => {
            let digits = format!("{v:0width$}", width = usize::from(bytes) * 2);
            let pairs = digits.as_bytes().chunks(2);
            (
                pairs
                    .map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0'))
                    .collect(),
                order,
            )
        }
        (FieldKind::Bool, Value::Bool(v)) => (vec![u8::from(*v) << 3], ByteOrder::Big),
        other => panic!("{other:?}"),
    };
    if order == ByteOrder::Little {
        big.reverse();
    }
    big
}

proptest! {
    #[test]
    fn values_come_back_from_bytes(fields in prop::collection::vec(fields(), 1..12), source in 0..3_usize) {
        let (mut bytes, mut laid) = (vec![0xEE], vec![]);
        for (number, (kind, value)) in fields.iter().enumerate() {
            laid.push(LayoutField {
                name: format!("f{number}").into(),
                at: bytes.len(),
                kind: *kind,
                bits: (*kind == FieldKind::Bool).then_some((3, 1)),
                scale: 1.0,
                add: 0.0,
                unit: None,
            });
            bytes.extend(encode(*kind, value));
        }
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        let (source, payload) = match source {
            0 => (LayoutSource::Payload, bytes),
            1 => (LayoutSource::Text(TextEncoding::Hex), hex.into_bytes()),
            _ => {
                let json = serde_json::json!({"d": {"hex": hex}}).to_string();
                let path = "d.hex".into();
                (LayoutSource::Json { path, encoding: TextEncoding::Hex }, json.into_bytes())
            }
        };
        let mut decoder = decoder(vec![rule("t", ReadAs::Layout(layout(source, laid)))]);
        let out = decode(&mut decoder, "t", &payload).unwrap();
        let got = rows(&decoder, &out);
        for (number, (_, expected)) in fields.iter().enumerate() {
            prop_assert_eq!(&got[number].0, &format!("t#f{number}"));
            prop_assert_eq!(&got[number].1, expected);
        }
    }

    /// Tenths and hundredths come out as they would be written.
    #[test]
    fn decimals_are_exact(raw in any::<i16>(), places in 1..4_u32) {
        let scale = format!("1e-{places}").parse().unwrap();
        let fields = vec![LayoutField { scale, ..field("x", 0, "i16be") }];
        let mut decoder = decoder(vec![rule("t", ReadAs::Layout(layout(LayoutSource::Payload, fields)))]);
        let out = decode(&mut decoder, "t", &raw.to_be_bytes()).unwrap();
        let written: f64 = format!("{raw}e-{places}").parse().unwrap();
        prop_assert_eq!(value(&decoder, &out, "t#x"), Some(Value::F64(written)));
    }

    #[test]
    fn values_come_back_from_lines(
        rows in prop::collection::vec((any::<f64>().prop_filter("finite", |v| v.is_finite()), any::<bool>(), "[ -~]{1,12}"), 1..5),
        separator in prop::sample::select(vec![';', '\t', '|']),
        decimal in prop::sample::select(vec!['.', ',']),
        headed in any::<bool>(),
    ) {
        let separated = |cells: &[&str]| cells.join(&separator.to_string()) + "\r\n";
        let mut text = if headed { separated(&["time", "number", "flag", "text"]) } else { String::new() };
        for (index, (number, flag, word)) in rows.iter().enumerate() {
            let time = format!("2023-11-14T22:13:{index:02}Z");
            let number = number.to_string().replace('.', &decimal.to_string());
            let word = format!("\"{}\"", word.replace('"', "\"\""));
            text += &separated(&[&time, &number, &flag.to_string(), &word]);
        }
        let columns = if headed { vec![] } else { columns(&["time", "number", "flag", "text"]) };
        let csv = Csv { columns, separator, decimal };
        let mut decoder = decoder(vec![rule("t", ReadAs::Csv(csv))]);
        let out = decode(&mut decoder, "t", text.as_bytes()).unwrap();
        let got: Vec<_> = out.iter().map(|row| (decoder.address(row.address).to_owned(), row.value(), row.source_time)).collect();
        let mut expected = vec![];
        for (index, (number, flag, word)) in rows.iter().enumerate() {
            let time = Some(Timestamp((1_699_999_980 + index as i64) * 1_000_000));
            let whole = number.to_string().parse::<i64>().ok().filter(|v| v.unsigned_abs() > 1 << 53);
            let number = whole.map_or(Value::F64(*number), Value::I64);
            expected.push(("t#number".to_owned(), number, time));
            expected.push(("t#flag".to_owned(), Value::Bool(*flag), time));
            expected.push(("t#text".to_owned(), Value::Text(word.as_str().into()), time));
        }
        prop_assert_eq!(got, expected);
    }

    /// Rules or not: nothing panics, and what is rejected leaves nothing.
    #[test]
    fn any_bytes_are_survived(
        topic in prop::sample::select(vec!["raw", "hex", "json", "csv", "head", "none"]),
        payloads in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..24),
                "[0-9a-f:;,\"\n a-c.T-]{0,24}".prop_map(String::into_bytes),
                "\\{\"d\":\"[A-Za-z0-9+/=]{0,12}\"\\}".prop_map(String::into_bytes),
            ],
            1..6,
        ),
    ) {
        let json = layout(base64("d"), climate());
        let hex = layout(LayoutSource::Text(TextEncoding::Hex), climate());
        let named = Csv { columns: columns(&["time", "a", "-"]), separator: ';', decimal: ',' };
        let mut decoder = decoder(vec![
            rule("raw", ReadAs::Layout(layout(LayoutSource::Payload, climate()))),
            rule("hex", ReadAs::Layout(hex)),
            rule("json", ReadAs::Layout(json)),
            rule("csv", ReadAs::Csv(named)),
            rule("head", ReadAs::Csv(Csv::default())),
        ]);
        for payload in &payloads {
            let (mut out, before) = (Observations::new(), decoder.address_count());
            let message = Message { received: NOW, ..message(topic, payload) };
            if decoder.decode(message, &mut out).is_err() {
                prop_assert_eq!(&out, &Observations::new());
                prop_assert_eq!(decoder.address_count(), before);
            }
        }
    }
}

#[test]
fn a_zone_makes_local_times_instants() {
    let zone = Zone::from_text("+01:00");
    let ruled = |filter: &str| PayloadRule {
        filter: filter.into(),
        read_as: None,
        zone: zone.clone(),
    };
    let mut decoder = decoder(vec![ruled("berlin/#"), ruled("tele/#")]);
    for (topic, payload, expected) in [
        ("berlin/a", r#"{"time":"2023-11-14 23:13:20","v":1}"#, true),
        ("berlin/a", r#"{"time":"2023-11-14T22:13:20Z","v":1}"#, true),
        (
            "tele/a/SENSOR",
            r#"{"Time":"2023-11-14T23:13:20","v":1}"#,
            true,
        ),
        ("paris/a", r#"{"time":"2023-11-14 23:13:20","v":1}"#, false),
    ] {
        let out = decode(&mut decoder, topic, payload.as_bytes()).unwrap();
        let row = out
            .iter()
            .find(|row| decoder.address(row.address).ends_with("#v"));
        let time = row.unwrap().source_time;
        assert_eq!(time, expected.then_some(NOW), "{topic} {payload}");
    }
}

#[test]
fn a_layout_may_be_longer_than_the_bytes_when_it_says_so() {
    let fields = vec![field("a", 0, "u8"), field("b", 1, "u16be")];
    let with = |min_length| {
        let layout = Layout {
            min_length,
            ..layout(LayoutSource::Payload, fields.clone())
        };
        let mut decoder = decoder(vec![rule("t", ReadAs::Layout(layout))]);
        move |payload: &[u8]| {
            let out = decode(&mut decoder, "t", payload);
            out.map(|out| out.len()).map_err(|reject| reject.kind)
        }
    };
    let (mut exact, mut open) = (with(None), with(Some(1)));
    assert_eq!((exact(&[1, 2, 3]), open(&[1, 2, 3])), (Ok(2), Ok(2)));
    assert_eq!(exact(&[1]), Err(RejectKind::Layout));
    assert_eq!(exact(&[1, 2, 3, 4]), Err(RejectKind::Layout));
    assert_eq!((open(&[1]), open(&[1, 2, 3, 4])), (Ok(1), Ok(2)));
}
