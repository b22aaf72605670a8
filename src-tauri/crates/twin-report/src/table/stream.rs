//! One writer and one reader for both formats.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::Error;

use super::{
    Faults, Format, Origin, Reading, Row, csv_read::CsvReader, csv_write::CsvWriter,
    parquet_read::ParquetReader, parquet_write::ParquetWriter,
};

/// First and last bytes of every Parquet file.
const PARQUET_MAGIC: &[u8] = b"PAR1";

/// Writes history into a file.
pub struct TableWriter<W: Write + Send>(Writer<W>);

enum Writer<W: Write + Send> {
    Csv(Box<CsvWriter<W>>),
    Parquet(Box<ParquetWriter<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a file. CSV is written in small pieces: give it a buffered output.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(format: Format, out: W, origin: &Origin) -> Result<Self, Error> {
        Ok(TableWriter(match format {
            Format::Csv => Writer::Csv(Box::new(CsvWriter::new(out)?)),
            Format::Parquet => Writer::Parquet(Box::new(ParquetWriter::new(out, origin)?)),
        }))
    }

    /// Writes samples of one signal.
    ///
    /// # Errors
    /// [`Error::Write`]; the file is not whole then.
    pub fn write(&mut self, signal: &str, unit: &str, readings: &[Reading]) -> Result<(), Error> {
        match &mut self.0 {
            Writer::Csv(writer) => writer.write(signal, unit, readings),
            Writer::Parquet(writer) => writer.write(signal, unit, readings),
        }
    }

    /// Writes what is left and gives the output back, not yet flushed.
    ///
    /// # Errors
    /// [`Error::Write`]; the file is not whole then.
    pub fn finish(self) -> Result<W, Error> {
        match self.0 {
            Writer::Csv(writer) => writer.finish(),
            Writer::Parquet(writer) => writer.finish(),
        }
    }
}

/// Reads history from a file.
pub struct TableReader<R: Read + Seek + Send + 'static>(Reader<R>);

enum Reader<R: Read + Seek + Send + 'static> {
    /// And the file's length in bytes.
    Csv(Box<CsvReader<R>>, u64),
    Parquet(Box<ParquetReader<R>>),
}

impl<R: Read + Seek + Send + 'static> TableReader<R> {
    /// Begins to read. Which format it is, its first bytes tell.
    ///
    /// # Errors
    /// [`Error::Header`] when the columns do not say enough; [`Error::Damaged`]; [`Error::Read`].
    pub fn open(mut source: R) -> Result<Self, Error> {
        let mut magic = Vec::new();
        let length = Read::take(&mut source, PARQUET_MAGIC.len() as u64)
            .read_to_end(&mut magic)
            .and_then(|_| source.seek(SeekFrom::End(0)))
            .and_then(|length| source.rewind().map(|()| length))
            .map_err(|error| Error::Read(error.to_string()))?;
        Ok(TableReader(if magic == PARQUET_MAGIC {
            Reader::Parquet(Box::new(ParquetReader::open(source)?))
        } else {
            Reader::Csv(Box::new(CsvReader::open(source)?), length)
        }))
    }

    /// The format.
    pub const fn format(&self) -> Format {
        match &self.0 {
            Reader::Csv(..) => Format::Csv,
            Reader::Parquet(_) => Format::Parquet,
        }
    }

    /// Adds the next samples to `rows`, a few thousand at a time. Gives whether there may be more.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Damaged`], [`Error::LongLine`]: the rest cannot be read.
    pub fn read(&mut self, rows: &mut Vec<Row>) -> Result<bool, Error> {
        const LINES: usize = 4_096;
        match &mut self.0 {
            Reader::Csv(reader, _) => reader.read(rows, LINES),
            Reader::Parquet(reader) => reader.read(rows),
        }
    }

    /// The bad lines so far.
    pub const fn faults(&self) -> &Faults {
        match &self.0 {
            Reader::Csv(reader, _) => reader.faults(),
            Reader::Parquet(reader) => reader.faults(),
        }
    }

    /// How much of the file has been read, 0 to 1.
    pub fn progress(&self) -> f64 {
        let (done, total) = match &self.0 {
            Reader::Csv(reader, length) => (reader.bytes_done(), *length),
            Reader::Parquet(reader) => reader.progress(),
        };
        (done as f64 / total.max(1) as f64).min(1.0)
    }
}
