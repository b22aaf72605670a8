//! Files as other tools give them.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use twin_core::{Quality, Reason, Timestamp, Value};
use twin_report::{Error, Faults};

use crate::support::read;

const AT: Timestamp = Timestamp::from_secs(1_795_370_171);

/// Signal, time and value of every row.
fn short(bytes: impl Into<Vec<u8>>) -> (Vec<(String, Timestamp, Value)>, Faults) {
    let (rows, faults) = read(bytes).unwrap();
    let short =
        |row: twin_report::Row| (row.signal.to_string(), row.reading.time, row.reading.value);
    (rows.into_iter().map(short).collect(), faults)
}

fn number(signal: &str, time: Timestamp, value: f64) -> (String, Timestamp, Value) {
    (signal.to_owned(), time, Value::F64(value))
}

#[test]
fn separators_byte_order_marks_and_line_ends() {
    for text in [
        "signal,time,value\npump/flow,1795370171,1.5\n",
        "\u{feff}Tag;Timestamp;Value\r\npump/flow;2026-11-22T17:56:11Z;1,5\r\n",
        "sep=;\r\nsignal;time;value\r\npump/flow;1795370171000;1,5",
        "value\ttime\tsignal\n1.5\t2026-11-22 17:56:11\tpump/flow",
        "\"signal\",\"time\",\"value\"\n\"pump/flow\",\"1795370171000000\",\"1.5\"\n",
        "unit,signal,time,value,comment\nm³/h,pump/flow,1795370171000000000,1.5,\"a, b\"\n",
    ] {
        let (rows, faults) = short(text);
        assert_eq!(rows, [number("pump/flow", AT, 1.5)], "{text}");
        assert_eq!(faults.total(), 0, "{text}: {faults:?}");
    }
}

#[test]
fn a_wide_file_gives_a_sample_for_every_filled_cell() {
    let (rows, faults) = short(
        "time;pump/flow;pump/state;pump/on\r\n\
         2026-11-22T17:56:11Z;1,5;open;TRUE\r\n\
         2026-11-22T17:56:12Z;;closed;\r\n\
         yesterday;2;open;\r\n\
         2026-11-22T17:56:13Z;1.000,5;open;\r\n\
         2026-11-22T17:56:14Z;-3\r\n\
         2026-11-22T17:56:15Z;-3;;;\r\n",
    );
    let later = |s: i64| Timestamp(AT.micros() + s * 1_000_000);
    assert_eq!(
        rows,
        [
            number("pump/flow", AT, 1.5),
            ("pump/state".into(), AT, Value::Text("open".into())),
            ("pump/on".into(), AT, Value::Bool(true)),
            ("pump/state".into(), later(1), Value::Text("closed".into())),
            number("pump/flow", later(4), -3.0),
        ]
    );
    let bad: Vec<_> = faults
        .listed()
        .iter()
        .map(|bad| (bad.line, bad.why.to_string()))
        .collect();
    assert_eq!(bad.len(), 3);
    assert!(
        bad[0].0 == 4 && bad[0].1.contains("`yesterday` is no time"),
        "{bad:?}"
    );
    assert!(
        bad[1].0 == 5 && bad[1].1.contains("column `pump/flow`: `1.000,5`"),
        "{bad:?}"
    );
    assert!(bad[2].0 == 6 && bad[2].1.contains("2 cells"), "{bad:?}");
}

#[test]
fn quality_and_received_time_are_read_where_they_are_given() {
    let (rows, faults) = read(
        "signal,time,received,value,status,reason\n\
         a/b,1795370171,1795370172,1,Bad,frozen\n\
         a/b,1795370172,,1,,\n\
         a/b,1795370173,,1,192,\n\
         ,1795370173,,1,,\n",
    )
    .unwrap();
    assert_eq!(rows[0].reading.quality, Quality::bad(Reason::Frozen));
    assert_eq!(
        rows[0].reading.received,
        Timestamp::from_secs(1_795_370_172)
    );
    assert_eq!(rows[1].reading.quality, Quality::GOOD);
    assert_eq!(rows[1].reading.received, rows[1].reading.time);
    assert_eq!(rows.len(), 2);
    let lines: Vec<u64> = faults.listed().iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [4, 5]);
}

#[test]
fn bad_lines_are_counted_listed_up_to_a_bound_and_stop_nothing() {
    let mut text = "signal,time,value\n".to_owned();
    for line in 0..1_000 {
        text += if line % 2 == 0 {
            "a/b,never,1\n"
        } else {
            "a/b,1795370171,1\n"
        };
    }
    let (rows, faults) = read(text).unwrap();
    assert_eq!((rows.len(), faults.total()), (500, 500));
    assert_eq!(faults.listed().len(), Faults::LISTED);
    assert_eq!(faults.listed()[1].line, 4);
}

#[test]
fn bytes_that_are_no_text_spoil_their_line_only() {
    let text = b"signal,time,value,unit\na/b,1795370171,1,m\xb3/h\na/\xff,1795370171,1,\na/b,1795370172,1,\n";
    let (rows, faults) = read(text).unwrap();
    assert_eq!(&*rows[0].unit, "m³/h", "a unit may be Latin-1");
    assert_eq!(
        (rows.len(), faults.total(), faults.listed()[0].line),
        (2, 1, 3)
    );
}

#[test]
fn headers_that_say_too_little_are_refused_in_words() {
    let header = |text: &[u8]| match read(text) {
        Err(Error::Header(why)) => why.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(header(b"").contains("empty"));
    assert!(header(b"hello world\n1,2\n").contains("`hello world`"));
    assert!(header(b"\xff\xfet\0i\0m\0e\0").contains("UTF-16"));
    assert!(header(b"time,t\xfcr\n").contains("UTF-8"));
    assert!(header(b"PK\x03\x04 a spreadsheet").contains("no column for the time"));
}

/// A Parquet file as another tool would write it.
fn parquet(columns: Vec<(&str, ArrayRef)>, compression: Compression) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn long_parquet_of_other_tools() {
    let times = TimestampNanosecondArray::from(vec![AT.micros() * 1_000 + 999, 0]);
    let file = parquet(
        vec![
            (
                "tag",
                Arc::new(LargeStringArray::from(vec!["pump/flow", "pump/flow"])) as ArrayRef,
            ),
            ("timestamp", Arc::new(times)),
            ("value", Arc::new(Float32Array::from(vec![Some(1.5), None]))),
            ("note", Arc::new(StringArray::from(vec!["x", "y"]))),
        ],
        Compression::SNAPPY,
    );
    let (rows, faults) = short(file);
    let null = ("pump/flow".to_owned(), Timestamp(0), Value::Null);
    assert_eq!(rows, [number("pump/flow", AT, 1.5), null]);
    assert_eq!(faults.total(), 0);
}

#[test]
fn wide_parquet_of_other_tools_is_read_signal_by_signal() {
    let times =
        TimestampMillisecondArray::from(vec![Some(AT.millis()), Some(AT.millis() + 1_000), None]);
    let file = parquet(
        vec![
            (
                "pump/flow",
                Arc::new(Float64Array::from(vec![Some(1.5), None, Some(3.0)])) as ArrayRef,
            ),
            ("time", Arc::new(times)),
            (
                "pump/state",
                Arc::new(StringArray::from(vec!["open", "closed", "open"])),
            ),
            (
                "pump/on",
                Arc::new(BooleanArray::from(vec![true, false, true])),
            ),
            ("pump/count", Arc::new(Int32Array::from(vec![1, 2, 3]))),
        ],
        Compression::UNCOMPRESSED,
    );
    let (rows, faults) = short(file);
    let later = Timestamp(AT.micros() + 1_000_000);
    assert_eq!(
        rows,
        [
            number("pump/flow", AT, 1.5),
            ("pump/state".into(), AT, Value::Text("open".into())),
            ("pump/state".into(), later, Value::Text("closed".into())),
            ("pump/on".into(), AT, Value::Bool(true)),
            ("pump/on".into(), later, Value::Bool(false)),
            ("pump/count".into(), AT, Value::I64(1)),
            ("pump/count".into(), later, Value::I64(2)),
        ]
    );
    // The row without a time is bad once a signal.
    assert_eq!((faults.total(), faults.listed()[0].line), (4, 3));
}

#[test]
fn parquet_types_without_meaning_are_refused_in_words() {
    let file = parquet(
        vec![
            ("signal", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
            ("time", Arc::new(Int64Array::from(vec![1_795_370_171]))),
            ("value", Arc::new(Float64Array::from(vec![1.0]))),
        ],
        Compression::UNCOMPRESSED,
    );
    let error = read(file).unwrap_err();
    assert!(matches!(error, Error::Header(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "column `signal` has the type Int64, which is not known here"
    );
}

#[test]
fn a_number_that_is_none_is_bad_where_the_file_does_not_say() {
    let (rows, faults) = read(
        "signal,time,value,status\na/b,1795370171,NaN,\na/b,1795370172,-inf,\na/b,1795370173,NaN,uncertain\n\
         a/b,1795370174,1,\n",
    )
    .unwrap();
    let qualities: Vec<Quality> = rows.iter().map(|row| row.reading.quality).collect();
    let bad = Quality::bad(Reason::NotFinite);
    assert_eq!(qualities[..2], [bad, bad]);
    assert_eq!(qualities[2].status, twin_core::Status::Uncertain);
    assert_eq!((qualities[3], faults.total()), (Quality::GOOD, 0));

    let (rows, _) = read("time,a/b\n1795370171,inf\n").unwrap();
    assert_eq!(rows[0].reading.quality, bad);
    let times = Int64Array::from(vec![1_795_370_171]);
    let file = parquet(
        vec![
            ("time", Arc::new(times) as ArrayRef),
            ("a/b", Arc::new(Float64Array::from(vec![f64::NAN]))),
        ],
        Compression::UNCOMPRESSED,
    );
    assert_eq!(read(file).unwrap().0[0].reading.quality, bad);
}

#[test]
fn numbers_that_are_no_epochs_are_no_times() {
    for time in ["20261122", "46348.7", "0.1", "20261122175611"] {
        let (rows, faults) = read(format!("signal,time,value\na/b,{time},1\n")).unwrap();
        assert_eq!((rows.len(), faults.total()), (0, 1), "{time}");
    }
    let file = parquet(
        vec![
            (
                "time",
                Arc::new(Float64Array::from(vec![46_348.7])) as ArrayRef,
            ),
            ("a/b", Arc::new(Float64Array::from(vec![1.0]))),
        ],
        Compression::UNCOMPRESSED,
    );
    assert_eq!(read(file).unwrap().1.total(), 1);
}

#[test]
fn unit_and_whether_the_kind_is_stated_are_told() {
    let (rows, _) = read(
        "signal,time,kind,value,unit\na/b,1795370171,text,open, bar \na/b,1795370171,,open,\n",
    )
    .unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (&*row.unit, row.kind_stated))
        .collect();
    assert_eq!(told, [("bar", true), ("", false)]);
}
