//! Writing Parquet.

use std::{io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{
        BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, StringDictionaryBuilder,
        TimestampMicrosecondBuilder,
    },
    types::Int32Type,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    file::{metadata::KeyValue, properties::WriterProperties},
    schema::types::ColumnPath,
};
use twin_core::Value;

use crate::Error;

use super::{
    Origin, Reading,
    cell::{kind_name, reason_name, status_name},
};

/// Rows of a row group at most: what a reader must be able to skip, and the writer to hold packed.
const ROW_GROUP: usize = 1 << 20;
/// A row group ends when it takes this much memory, bytes: long texts take more than rows tell.
const ROW_GROUP_BYTES: usize = 128 << 20;
/// The most bytes of texts that are written at once.
const BATCH_BYTES: usize = 16 << 20;
/// Rows turned into one batch of columns.
const BATCH: usize = 1 << 14;

/// Writes one row a sample into typed columns.
pub struct ParquetWriter<W: Write + Send> {
    out: ArrowWriter<W>,
    schema: Arc<Schema>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(out: W, origin: &Origin) -> Result<Self, Error> {
        let words = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let schema = Arc::new(Schema::new(vec![
            Field::new("signal", words(), false),
            Field::new("time", time(), false),
            Field::new("received", time(), false),
            Field::new("kind", words(), false),
            Field::new("number", DataType::Float64, true),
            Field::new("integer", DataType::Int64, true),
            Field::new("bool", DataType::Boolean, true),
            Field::new("text", DataType::Utf8, true),
            Field::new("unit", words(), false),
            Field::new("status", words(), false),
            Field::new("reason", words(), false),
        ]));
        let entry = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let mut properties = WriterProperties::builder()
            .set_created_by(origin.program.clone())
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(vec![
                entry("twinscope.plant", &origin.plant),
                entry("twinscope.zone", &origin.zone),
                entry("twinscope.version", &origin.program),
            ]));
        for name in ["time", "received"] {
            let column = ColumnPath::from(name);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let out = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties.build()));
        Ok(ParquetWriter {
            out: out.map_err(wrong)?,
            schema,
        })
    }

    /// Writes samples of one signal.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&mut self, signal: &str, unit: &str, readings: &[Reading]) -> Result<(), Error> {
        let mut rest = readings;
        while !rest.is_empty() {
            let (readings, after) = rest.split_at(batch(rest));
            let columns = columns(signal, unit, readings);
            let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
            let batch = batch.map_err(|error| Error::Write(error.to_string()))?;
            self.out.write(&batch).map_err(wrong)?;
            if self.out.in_progress_size() > ROW_GROUP_BYTES {
                self.out.flush().map_err(wrong)?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Writes the footer and gives the output back.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<W, Error> {
        self.out.into_inner().map_err(wrong)
    }
}

/// How many of these go at once: few when their texts are long.
fn batch(readings: &[Reading]) -> usize {
    let mut bytes = 0;
    let fits = |reading: &&Reading| {
        if let Value::Text(text) = &reading.value {
            bytes += text.len();
        }
        bytes <= BATCH_BYTES
    };
    readings.iter().take(BATCH).take_while(fits).count().max(1)
}

fn wrong(error: parquet::errors::ParquetError) -> Error {
    Error::Write(error.to_string())
}

fn columns(signal: &str, unit: &str, readings: &[Reading]) -> Vec<ArrayRef> {
    let mut time = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut received = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut number = Float64Builder::new();
    let mut integer = Int64Builder::new();
    let mut boolean = BooleanBuilder::new();
    let mut text = StringBuilder::new();
    for reading in readings {
        time.append_value(reading.time.micros());
        received.append_value(reading.received.micros());
        let value = &reading.value;
        number.append_option(if let Value::F64(v) = value {
            Some(*v)
        } else {
            None
        });
        integer.append_option(if let Value::I64(v) = value {
            Some(*v)
        } else {
            None
        });
        boolean.append_option(if let Value::Bool(v) = value {
            Some(*v)
        } else {
            None
        });
        text.append_option(if let Value::Text(v) = value {
            Some(&**v)
        } else {
            None
        });
    }
    let words = |word: &dyn Fn(&Reading) -> &'static str| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        readings
            .iter()
            .for_each(|reading| builder.append_value(word(reading)));
        Arc::new(builder.finish())
    };
    let one = |text: &str| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        readings.iter().for_each(|_| builder.append_value(text));
        Arc::new(builder.finish())
    };
    vec![
        one(signal),
        Arc::new(time.finish()),
        Arc::new(received.finish()),
        words(&|reading| kind_name(reading.value.kind())),
        Arc::new(number.finish()),
        Arc::new(integer.finish()),
        Arc::new(boolean.finish()),
        Arc::new(text.finish()),
        one(unit),
        words(&|reading| status_name(reading.quality.status)),
        words(&|reading| reason_name(reading.quality.reason)),
    ]
}
