//! Writing and reading in memory, and samples of every kind.

use std::io::Cursor;

use proptest::prelude::*;
use twin_core::{Quality, Reason, Status, Timestamp, Value};
use twin_report::{Error, Faults, Format, Origin, Reading, Row, TableReader, TableWriter};

pub fn origin() -> Origin {
    Origin {
        plant: "Riverside".into(),
        zone: "Europe/Berlin".into(),
        program: "Twinscope 0.1.0".into(),
    }
}

/// A file of some signals' samples.
pub fn written(format: Format, signals: &[(String, Vec<Reading>)]) -> Vec<u8> {
    let mut writer = TableWriter::new(format, Vec::new(), &origin()).unwrap();
    for (signal, readings) in signals {
        for page in readings.chunks(100) {
            writer.write(signal, "m³/h", page).unwrap();
        }
    }
    writer.finish().unwrap()
}

/// Everything in a file, and its bad lines.
pub fn read(bytes: impl Into<Vec<u8>>) -> Result<(Vec<Row>, Faults), Error> {
    let mut reader = TableReader::open(Cursor::new(bytes.into()))?;
    let mut rows = Vec::new();
    let mut page = Vec::new();
    loop {
        let more = reader.read(&mut page)?;
        assert!(page.len() <= 70_000, "a page of {} rows", page.len());
        rows.append(&mut page);
        if !more {
            return Ok((rows, reader.faults().clone()));
        }
    }
}

/// Equal to the last bit; NaN equals NaN.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        _ => one == other,
    }
}

pub fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))),
        2 => (-100_000_i64..100_000).prop_map(|cents| Value::F64(cents as f64 / 100.0)),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, 5e-324])
            .prop_map(Value::F64),
        2 => any::<i64>().prop_map(Value::I64),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        2 => "[ -~\r\n\téü€\"',;=@]{0,20}".prop_map(|text| Value::Text(text.into())),
        1 => prop::sample::select(vec!["=1+1", "+1", "-1", "@x", "\"", "\r\n", "", "null", "1.5", "true", "NaN"])
            .prop_map(|text| Value::Text(text.into())),
    ]
}

pub fn reading() -> impl Strategy<Value = Reading> {
    let status = prop::sample::select(vec![Status::Good, Status::Uncertain, Status::Bad]);
    let time =
        || prop_oneof![4 => 0_i64..2_000_000_000_000_000, 1 => any::<i64>()].prop_map(Timestamp);
    (time(), time(), value(), status, 0_u8..20).prop_map(
        |(time, received, value, status, reason)| Reading {
            time,
            received,
            value,
            quality: Quality {
                status,
                reason: Reason::from_code(reason),
            },
        },
    )
}

/// Signals with samples; ids as a plant file has them, and worse ones.
pub fn signals() -> impl Strategy<Value = Vec<(String, Vec<Reading>)>> {
    let id = prop_oneof![
        4 => "[a-z]{1,6}-[0-9]/[a-z_]{1,8}",
        1 => "[!-~é\"]{1,3}[,;\" ][!-~é]{1,3}",
    ];
    let one = (id, prop::collection::vec(reading(), 0..40));
    prop::collection::vec(one, 0..5)
}
