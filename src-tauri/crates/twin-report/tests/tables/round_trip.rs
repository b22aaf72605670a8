//! What is written comes back.

use proptest::prelude::*;
use twin_core::{Quality, Timestamp, Value};
use twin_report::{Format, Reading, TableReader, TableWriter};

use crate::support::{origin, read, same, signals, written};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_sample_comes_back_to_the_last_bit(signals in signals()) {
        for format in [Format::Csv, Format::Parquet] {
            let (rows, faults) = read(written(format, &signals)).unwrap();
            prop_assert_eq!(faults.total(), 0, "{:?}", faults);
            let wanted: Vec<_> = signals
                .iter()
                .flat_map(|(signal, readings)| readings.iter().map(move |reading| (signal, reading)))
                .collect();
            prop_assert_eq!(rows.len(), wanted.len());
            for (row, (signal, reading)) in rows.iter().zip(wanted) {
                prop_assert_eq!(&*row.signal, signal.as_str());
                prop_assert_eq!(row.reading.time, reading.time);
                prop_assert_eq!(row.reading.received, reading.received);
                prop_assert_eq!(row.reading.quality, reading.quality);
                prop_assert!(same(&row.reading.value, &reading.value), "{:?} {:?}", row, reading);
            }
        }
    }
}

fn sample(index: i64) -> Reading {
    Reading {
        time: Timestamp(1_795_370_171_000_000 + index * 100_000),
        received: Timestamp(1_795_370_171_004_000 + index * 100_000),
        value: Value::F64((index % 1_000) as f64 / 100.0),
        quality: Quality::GOOD,
    }
}

#[test]
fn csv_is_what_rfc_4180_says() {
    let mut text = sample(0);
    text.value = Value::Text("=say \"hi\",\r\nthen go".into());
    let file = written(
        Format::Csv,
        &[("pump-1/flow".to_owned(), vec![sample(150), text])],
    );
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "signal,time,received,kind,value,unit,status,reason\r\n\
         pump-1/flow,2026-11-22T17:56:26.000000Z,2026-11-22T17:56:26.004000Z,number,1.5,m³/h,good,\r\n\
         pump-1/flow,2026-11-22T17:56:11.000000Z,2026-11-22T17:56:11.004000Z,text,\"=say \"\"hi\"\",\r\nthen go\",\
         m³/h,good,\r\n"
    );
}

#[test]
fn row_groups_are_bounded_and_the_origin_is_in_the_file() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    const ROWS: i64 = (1 << 20) + 5_000;
    let mut writer = TableWriter::new(Format::Parquet, Vec::new(), &origin()).unwrap();
    let page: Vec<Reading> = (0..8_192).map(sample).collect();
    let mut left = ROWS;
    while left > 0 {
        let part = &page[..usize::try_from(left).unwrap().min(page.len())];
        writer.write("pump-1/flow", "m³/h", part).unwrap();
        left -= part.len() as i64;
    }
    let file = writer.finish().unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(file.clone())).unwrap();
    let metadata = reader.metadata();
    let groups: Vec<i64> = metadata
        .row_groups()
        .iter()
        .map(|group| group.num_rows())
        .collect();
    assert_eq!(groups, [1 << 20, 5_000]);
    let entries = metadata.file_metadata().key_value_metadata().unwrap();
    let entry = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key).unwrap();
        entry.value.clone().unwrap()
    };
    assert_eq!(entry("twinscope.plant"), "Riverside");
    assert_eq!(entry("twinscope.zone"), "Europe/Berlin");
    assert_eq!(entry("twinscope.version"), "Twinscope 0.1.0");

    let mut reader = TableReader::open(std::io::Cursor::new(file)).unwrap();
    let (mut rows, mut total, mut before) = (Vec::new(), 0, 0.0);
    while reader.read(&mut rows).unwrap() {
        total += rows.len();
        rows.clear();
        assert!(reader.progress() >= before);
        before = reader.progress();
    }
    assert_eq!((total, before), (usize::try_from(ROWS).unwrap(), 1.0));
}
