//! Reading Parquet of ours and of other tools.

use std::{
    io::{Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder,
        },
    },
    basic::ConvertedType,
};
use twin_core::{Said, Value, ValueKind, said};

use crate::Error;

use super::{
    Faults, Reading, Row,
    cell::{excerpt, kind_of, quality_of},
    columns::{is_text, is_time, is_value, text_at, time_at, value_at},
    layout::{Layout, Long},
    pages::Chunks,
    shared, shared_value, unstated_quality,
};

/// Rows decoded at a time.
const BATCH: usize = 1_024;

/// Reads rows from Parquet, long or wide. A wide file is read once a signal, so that memory does not grow with the
/// number of its columns.
pub struct ParquetReader<R: Read + Seek + Send + 'static> {
    chunks: Chunks<R>,
    metadata: ArrowReaderMetadata,
    layout: Layout,
    /// Passes over the file that are still to come, last first: the columns of each.
    passes: Vec<Vec<usize>>,
    current: Option<Pass>,
    signal: Arc<str>,
    /// Text and unit of the row before: they often repeat.
    text: Arc<str>,
    unit: Arc<str>,
    rows_done: u64,
    rows_total: u64,
    faults: Faults,
}

/// A pass over the file, and the columns it reads, in order of the file.
struct Pass {
    batches: ParquetRecordBatchReader,
    columns: Vec<usize>,
    row: u64,
}

impl<R: Read + Seek + Send + 'static> ParquetReader<R> {
    /// Reads the footer.
    ///
    /// # Errors
    /// [`Error::Header`] when the columns do not say enough; [`Error::Damaged`]; [`Error::Read`].
    pub fn open(source: R) -> Result<Self, Error> {
        let chunks = Chunks::new(source).map_err(|error| Error::Read(error.to_string()))?;
        // What another program noted for itself about the schema may be damaged too, and is not needed.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = guarded(|| {
            let read = ArrowReaderMetadata::load(&chunks, options.clone())?;
            let schema = Arc::new(as_views(&read));
            ArrowReaderMetadata::try_new(Arc::clone(read.metadata()), options.with_schema(schema))
        })?;
        let fields = metadata.schema().fields();
        let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
        let layout = Layout::of(&names)?;
        check_types(&metadata, &layout)?;
        let mut passes = passes(&layout);
        passes.reverse();
        let rows = metadata.metadata().file_metadata().num_rows();
        let rows = u64::try_from(rows).map_err(|_| Error::Damaged("a negative count".into()))?;
        Ok(ParquetReader {
            rows_total: rows.saturating_mul(passes.len() as u64),
            chunks,
            metadata,
            layout,
            passes,
            current: None,
            signal: Arc::from(""),
            text: Arc::from(""),
            unit: Arc::from(""),
            rows_done: 0,
            faults: Faults::default(),
        })
    }

    /// Adds the samples of the next rows to `rows`. Gives whether there may be more. Bad rows are noted and passed over.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the file cannot be read on.
    pub fn read(&mut self, rows: &mut Vec<Row>) -> Result<bool, Error> {
        if self.current.is_none() {
            let Some(columns) = self.passes.pop() else {
                return Ok(false);
            };
            self.current = Some(self.begin(columns)?);
        }
        let Some(pass) = &mut self.current else {
            return Ok(false);
        };
        let Some(batch) = guarded(|| Ok(pass.batches.next().transpose()?))? else {
            self.current = None;
            return Ok(!self.passes.is_empty());
        };
        let first = pass.row + 1;
        pass.row += batch.num_rows() as u64;
        self.rows_done += batch.num_rows() as u64;
        let columns = Columns {
            batch: &batch,
            places: &pass.columns,
        };
        for row in 0..batch.num_rows() {
            let line = first + row as u64;
            match reading(&self.layout, &columns, row, &mut self.signal) {
                Ok(Some(mut found)) => {
                    found.reading.value = shared_value(&mut self.text, found.reading.value);
                    rows.push(Row {
                        line,
                        signal: Arc::clone(&self.signal),
                        unit: shared(&mut self.unit, found.unit),
                        kind_stated: found.kind_stated,
                        reading: found.reading,
                    });
                }
                Ok(None) => {}
                Err(why) => self.faults.add(line, why),
            }
        }
        Ok(true)
    }

    /// The bad rows so far.
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Rows read and rows to be read; a wide file's count once a signal.
    pub const fn progress(&self) -> (u64, u64) {
        (self.rows_done, self.rows_total)
    }

    fn begin(&mut self, columns: Vec<usize>) -> Result<Pass, Error> {
        if let Layout::Wide { time, signals } = &self.layout
            && let Some(column) = columns.iter().find(|column| *column != time)
            && let Some((_, signal)) = signals.iter().find(|(place, _)| place == column)
        {
            self.signal = Arc::clone(signal);
        }
        let schema = self.metadata.parquet_schema();
        guarded(|| {
            let of_root = |leaf| columns.contains(&schema.get_column_root_idx(leaf));
            Ok(self.chunks.check(self.metadata.metadata(), of_root))
        })??;
        let batches = guarded(|| {
            let mask = ProjectionMask::roots(schema, columns.iter().copied());
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
                self.chunks.clone(),
                self.metadata.clone(),
            );
            builder.with_projection(mask).with_batch_size(BATCH).build()
        })?;
        Ok(Pass {
            batches,
            columns,
            row: 0,
        })
    }
}

/// The schema with texts as views: these share the bytes of a page, so that a long text that occurs in every row is
/// not copied for each.
///
/// The crate looks whether bytes are UTF-8 only where the old annotation UTF8 says so, and takes them for text on the
/// word of the new one too: such a column, as one of JSON, stays as it is and is not read ([`check_types`]).
fn as_views(read: &ArrowReaderMetadata) -> Schema {
    let marks = read.parquet_schema().root_schema().get_fields();
    let fields = read.schema().fields().iter().zip(marks);
    let fields = fields.map(|(field, mark)| {
        let checked = mark.get_basic_info().converted_type() == ConvertedType::UTF8;
        let view = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 if checked => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            _ => return Arc::clone(field),
        };
        Arc::new(Field::clone(field).with_data_type(view))
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// The columns of each pass, in order of the file.
fn passes(layout: &Layout) -> Vec<Vec<usize>> {
    match layout {
        Layout::Long(long) => {
            let mut columns = vec![long.signal, long.time];
            let rest = [
                long.value,
                long.received,
                long.kind,
                long.unit,
                long.status,
                long.reason,
            ];
            columns.extend(rest.into_iter().chain(long.typed).flatten());
            columns.sort_unstable();
            vec![columns]
        }
        Layout::Wide { time, signals } => signals
            .iter()
            .map(|(column, _)| {
                let mut columns = vec![*time, *column];
                columns.sort_unstable();
                columns
            })
            .collect(),
    }
}

/// Whether every column has a type that can be read.
fn check_types(metadata: &ArrowReaderMetadata, layout: &Layout) -> Result<(), Error> {
    let check = |column: usize, fits: fn(&DataType) -> bool| {
        let field = metadata.schema().field(column);
        if fits(field.data_type()) {
            return Ok(());
        }
        Err(Error::Header(said!(
            "table-type",
            "column `{name}` has the type {kind}, which is not known here",
            name = excerpt(field.name()),
            kind = excerpt(&field.data_type().to_string())
        )))
    };
    match layout {
        Layout::Long(long) => {
            check(long.time, is_time)?;
            let texts = [
                Some(long.signal),
                long.kind,
                long.unit,
                long.status,
                long.reason,
            ];
            for column in texts.into_iter().flatten() {
                check(column, is_text)?;
            }
            if let Some(column) = long.received {
                check(column, is_time)?;
            }
            for column in long.typed.into_iter().chain([long.value]).flatten() {
                check(column, is_value)?;
            }
            Ok(())
        }
        Layout::Wide { time, signals } => {
            check(*time, is_time)?;
            signals
                .iter()
                .try_for_each(|(column, _)| check(*column, is_value))
        }
    }
}

/// The columns of a batch by their place in the file.
struct Columns<'a> {
    batch: &'a RecordBatch,
    places: &'a [usize],
}

impl Columns<'_> {
    fn get(&self, place: usize) -> Result<&dyn Array, Said> {
        let at = self.places.binary_search(&place);
        let column = at.ok().and_then(|at| self.batch.columns().get(at));
        column
            .map(AsRef::as_ref)
            .ok_or_else(|| said!("import-no-column", "a column is missing"))
    }

    fn text(&self, place: Option<usize>, row: usize) -> Result<&str, Said> {
        place.map_or(Ok(""), |place| text_at(self.get(place)?, row))
    }
}

/// What a row says.
struct Found<'a> {
    unit: &'a str,
    kind_stated: bool,
    reading: Reading,
}

/// The sample of a row; none for an empty cell of a wide file. Of a long one, `signal` becomes the row's.
fn reading<'a>(
    layout: &Layout,
    columns: &'a Columns<'_>,
    row: usize,
    signal: &mut Arc<str>,
) -> Result<Option<Found<'a>>, Said> {
    let long = match layout {
        Layout::Wide { time, .. } => {
            let time = time_at(columns.get(*time)?, row)?;
            let other = columns
                .places
                .iter()
                .find(|place| **place != *time_place(layout));
            let Some(column) = other else { return Ok(None) };
            let value = value_at(columns.get(*column)?, row)?;
            return Ok((value != Value::Null).then(|| Found {
                unit: "",
                kind_stated: false,
                reading: Reading {
                    time,
                    received: time,
                    quality: unstated_quality(&value),
                    value,
                },
            }));
        }
        Layout::Long(long) => long,
    };
    let id = columns.text(Some(long.signal), row)?;
    if id.is_empty() {
        return Err(said!("import-no-signal", "no signal is named"));
    }
    if **signal != *id {
        *signal = Arc::from(id);
    }
    let time = time_at(columns.get(long.time)?, row)?;
    let received = match long.received {
        Some(column) if !columns.get(column)?.is_null(row) => time_at(columns.get(column)?, row)?,
        _ => time,
    };
    let value = value(long, columns, row)?;
    let (status, reason) = (
        columns.text(long.status, row)?,
        columns.text(long.reason, row)?,
    );
    let quality = match (status, reason) {
        ("", "") => unstated_quality(&value),
        _ => quality_of(status, reason)?,
    };
    Ok(Some(Found {
        unit: columns.text(long.unit, row)?.trim(),
        kind_stated: !columns.text(long.kind, row)?.is_empty(),
        reading: Reading {
            time,
            received,
            value,
            quality,
        },
    }))
}

fn time_place(layout: &Layout) -> &usize {
    match layout {
        Layout::Long(long) => &long.time,
        Layout::Wide { time, .. } => time,
    }
}

/// The value of a long row: the one column `value`, or the typed column that `kind` names.
fn value(long: &Long, columns: &Columns<'_>, row: usize) -> Result<Value, Said> {
    if let Some(column) = long.value {
        return value_at(columns.get(column)?, row);
    }
    let kind = kind_of(columns.text(long.kind, row)?)?;
    let place = match kind {
        Some(ValueKind::Null) => return Ok(Value::Null),
        Some(ValueKind::F64) => 0,
        Some(ValueKind::I64) => 1,
        Some(ValueKind::Bool) => 2,
        Some(ValueKind::Text) => 3,
        None => {
            // The first that holds something.
            for column in long.typed.into_iter().flatten() {
                let value = value_at(columns.get(column)?, row)?;
                if value != Value::Null {
                    return Ok(value);
                }
            }
            return Ok(Value::Null);
        }
    };
    let found = match long.typed[place] {
        Some(column) => value_at(columns.get(column)?, row)?,
        None => Value::Null,
    };
    if kind == Some(found.kind()) {
        Ok(found)
    } else {
        Err(said!(
            "import-kind-value",
            "its kind and its value do not fit"
        ))
    }
}

/// Runs a part of the `parquet` crate. It gives errors for what its authors thought of and panics for some of the rest:
/// a damaged file must end in words, so a panic counts as damage.
fn guarded<T>(run: impl FnOnce() -> parquet::errors::Result<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(Error::Damaged(error.to_string())),
        Err(_) => Err(Error::Damaged(
            "its pages contradict one another".to_owned(),
        )),
    }
}
