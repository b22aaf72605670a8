//! Damaged and hostile files end in words: no panic, no hang, no memory beyond what the file is worth.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use parquet::{
    basic::{ConvertedType, Encoding, LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, Int64Type},
    file::writer::SerializedFileWriter,
    schema::types::Type,
};
use proptest::prelude::*;
use twin_core::{Quality, Timestamp, Value};
use twin_report::{Error, Format, Reading};

use crate::support::{read, signals, written};

/// What may be done to a file.
#[derive(Clone, Debug)]
enum Harm {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    use prop::sample::Index;
    prop_oneof![
        5 => (any::<Index>(), 1_u8..).prop_map(|(at, mask)| Harm::Flip(at, mask)),
        1 => any::<Index>().prop_map(Harm::Cut),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Harm::Repeat(from, to)),
    ]
}

fn harmed(mut file: Vec<u8>, harms: &[Harm]) -> Vec<u8> {
    for harm in harms {
        if file.is_empty() {
            break;
        }
        let length = file.len();
        match harm {
            Harm::Flip(at, mask) => file[at.index(length)] ^= mask,
            Harm::Cut(at) => file.truncate(at.index(length)),
            Harm::Insert(at, bytes) => {
                let at = at.index(length);
                file.splice(at..at, bytes.iter().copied());
            }
            Harm::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let part = file[from.min(to)..from.max(to)].to_vec();
                file.extend(part);
            }
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn harmed_files_give_rows_or_words(signals in signals(), harms in prop::collection::vec(harm(), 1..6)) {
        for format in [Format::Csv, Format::Parquet] {
            let file = harmed(written(format, &signals), &harms);
            if let Err(error) = read(file) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn any_bytes_give_rows_or_words(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(bytes.clone());
        let mut parquet = b"PAR1".to_vec();
        parquet.extend(&bytes);
        parquet.extend((bytes.len() as u32 / 2).to_le_bytes());
        parquet.extend(b"PAR1");
        prop_assert!(read(parquet).is_err());
    }
}

/// The footer of a Parquet file is where every length and place is written: each of its bytes is set to some others.
#[test]
fn every_byte_of_a_footer_may_be_wrong() {
    let readings: Vec<Reading> = (0..50)
        .map(|index| Reading {
            time: Timestamp(index),
            received: Timestamp(index),
            value: Value::F64(index as f64),
            quality: Quality::GOOD,
        })
        .collect();
    let file = written(Format::Parquet, &[("a/b".to_owned(), readings)]);
    let tail = file.len() - 8;
    let footer = u32::from_le_bytes(file[tail..tail + 4].try_into().unwrap()) as usize;
    for at in tail - footer..tail + 4 {
        for byte in [0x00, 0x7f, 0xff] {
            let mut bad = file.clone();
            bad[at] = byte;
            let _ = read(bad);
        }
    }
}

#[test]
fn a_quote_without_its_end_does_not_draw_the_file_into_memory() {
    let mut text = "signal,time,value\na/b,1795370171,1\n\"".to_owned();
    text += &"a/b,1795370171,1\n".repeat(200_000);
    assert_eq!(
        read(text).unwrap_err(),
        Error::LongLine {
            line: 3,
            most: 1 << 20
        }
    );
}

#[test]
fn one_endless_line_is_refused() {
    let endless = vec![b'x'; 4 << 20];
    assert!(matches!(
        read(endless),
        Err(Error::LongLine { line: 1, .. })
    ));
}

/// A Parquet file with one text in every row.
fn repeated(text: &str, rows: usize, compression: Compression) -> Vec<u8> {
    let reasons = DictionaryArray::new(
        Int32Array::from(vec![0; rows]),
        Arc::new(StringArray::from(vec![text])),
    );
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("signal", Arc::new(StringArray::from(vec!["a/b"; rows]))),
        (
            "time",
            Arc::new(Int64Array::from_iter_values(
                (0..rows as i64).map(|second| 1_795_370_171 + second),
            )),
        ),
        ("value", Arc::new(Float64Array::from(vec![1.0; rows]))),
        ("reason", Arc::new(reasons)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_dictionary_page_size_limit(usize::MAX)
        .set_data_page_size_limit(usize::MAX)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_page_is_refused() {
    let bomb = repeated(
        &"x".repeat(80 << 20),
        1,
        Compression::ZSTD(ZstdLevel::default()),
    );
    assert!(bomb.len() < 1 << 20);
    let Err(Error::Damaged(why)) = read(bomb) else {
        panic!("read");
    };
    assert!(why.contains("column `reason`: a page of"), "{why}");
}

#[test]
fn a_text_beyond_the_limit_is_a_bad_row() {
    let file = repeated(&"x".repeat(1 << 20), 300, Compression::UNCOMPRESSED);
    let (rows, faults) = read(file).unwrap();
    assert_eq!((rows.len(), faults.total()), (0, 300));
    assert!(
        faults.listed()[0]
            .why
            .to_string()
            .contains("65536 are the limit")
    );
}

/// A long Parquet file of one row whose signal is these bytes, annotated so.
fn annotated(bytes: &[u8], converted: ConvertedType, logical: Option<LogicalType>) -> Vec<u8> {
    let signal = Type::primitive_type_builder("signal", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(converted)
        .with_logical_type(logical);
    let whole = |name| {
        Type::primitive_type_builder(name, Physical::INT64)
            .with_repetition(Repetition::REQUIRED)
            .build()
            .unwrap()
    };
    let fields = [signal.build().unwrap(), whole("time"), whole("value")];
    let schema = Type::group_type_builder("schema")
        .with_fields(fields.into_iter().map(Arc::new).collect())
        .build()
        .unwrap();
    // No dictionary and no statistics: the bytes stand as they are in a page.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN);
    let mut writer =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))
            .unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let text = ByteArray::from(bytes.to_vec());
    column
        .typed::<ByteArrayType>()
        .write_batch(&[text], None, None)
        .unwrap();
    column.close().unwrap();
    for number in [1_795_370_171, 1] {
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<Int64Type>()
            .write_batch(&[number], None, None)
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn bytes_that_are_no_text_never_become_one() {
    for (converted, logical) in [
        (ConvertedType::NONE, None),
        (ConvertedType::ENUM, Some(LogicalType::Enum)),
        (ConvertedType::ENUM, None),
        (ConvertedType::BSON, Some(LogicalType::Bson)),
    ] {
        let (rows, faults) = read(annotated(b"a/b", converted, logical.clone())).unwrap();
        assert_eq!((rows.len(), faults.total()), (1, 0), "{converted}");
        assert_eq!(&*rows[0].signal, "a/b");
        let (rows, faults) = read(annotated(b"\xff\xfe\xf0", converted, logical)).unwrap();
        assert_eq!((rows.len(), faults.total()), (0, 1), "{converted}");
        assert_eq!(faults.listed()[0].why.to_string(), "a text is not UTF-8");
    }
    let text = (ConvertedType::UTF8, Some(LogicalType::String));
    let (rows, _) = read(annotated(b"a/b", text.0, text.1.clone())).unwrap();
    assert_eq!(rows.len(), 1);
    let spoilt = read(annotated(b"\xff\xfe\xf0", text.0, text.1));
    assert!(matches!(spoilt, Err(Error::Damaged(_))), "{spoilt:?}");
    // Nobody looks at what is marked as JSON.
    for bytes in [b"a/b".as_slice(), b"\xff\xfe\xf0"] {
        let json = annotated(bytes, ConvertedType::JSON, Some(LogicalType::Json));
        assert!(matches!(read(json), Err(Error::Header(_))));
    }
}

#[test]
fn a_page_that_says_to_be_huge_packed_is_refused() {
    let page = repeated(&"x".repeat(70 << 20), 1, Compression::UNCOMPRESSED);
    assert!(matches!(read(page), Err(Error::Damaged(_))));
}

#[test]
fn a_stray_quote_counts_every_line_that_it_swallowed() {
    let text = "signal,time,value\n\
                a/b,1795370171,\"1\n\
                a/b,1795370172,2\n\
                a/b,1795370173,3\"\n\
                a/b,1795370174,4\n";
    let (rows, faults) = read(text).unwrap();
    assert_eq!((rows.len(), faults.total()), (1, 3));
    assert_eq!((rows[0].line, faults.listed()[0].line), (5, 2));
    assert!(
        faults.listed()[0].why.to_string().contains("line break"),
        "{faults:?}"
    );

    let text =
        "signal,time,kind,value\na/b,1795370171,text,\"one\ntwo\"\n\"a\n/b\",1795370171,text,x\n";
    let (rows, faults) = read(text).unwrap();
    assert_eq!((rows.len(), faults.total()), (1, 2));
    assert_eq!(rows[0].reading.value, Value::Text("one\ntwo".into()));

    let wide = "time,a/b,a/c\n1795370171,\"x\n1795370172,y\",z\n";
    let (rows, faults) = read(wide).unwrap();
    assert_eq!((rows.len(), faults.total()), (0, 2));
}

#[test]
fn a_call_ends_however_bad_the_lines_are() {
    use twin_report::TableReader;
    for line in ["a/b,never,1\n", "\r\n", "a/b,1795370171,1\n"] {
        let text = "signal,time,value\n".to_owned() + &line.repeat(100_000);
        let mut reader = TableReader::open(std::io::Cursor::new(text.into_bytes())).unwrap();
        let (mut rows, mut calls) = (Vec::new(), 0);
        while reader.read(&mut rows).unwrap() {
            assert!(rows.len() <= 4_096 && reader.faults().total() <= 4_096 * (calls + 1));
            rows.clear();
            calls += 1;
        }
        assert!(calls >= 20, "{calls} calls");
    }
}
