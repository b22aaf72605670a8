//! Writing CSV.

use std::io::Write;

use crate::Error;

use super::{
    Reading,
    cell::{kind_name, reason_name, status_name, write_value},
    layout::COLUMNS,
    time::write_time,
};

/// Writes the long format after RFC 4180: comma, CRLF, quotes only where needed.
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    scratch: Vec<u8>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(out: W) -> Result<Self, Error> {
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        out.write_record(COLUMNS).map_err(wrong)?;
        Ok(CsvWriter {
            out,
            scratch: Vec::new(),
        })
    }

    /// Writes samples of one signal.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&mut self, signal: &str, unit: &str, readings: &[Reading]) -> Result<(), Error> {
        for reading in readings {
            let scratch = &mut self.scratch;
            scratch.clear();
            write_time(scratch, reading.time);
            let time_end = scratch.len();
            write_time(scratch, reading.received);
            let received_end = scratch.len();
            write_value(scratch, &reading.value);
            let cells: [&[u8]; COLUMNS.len()] = [
                signal.as_bytes(),
                &scratch[..time_end],
                &scratch[time_end..received_end],
                kind_name(reading.value.kind()).as_bytes(),
                &scratch[received_end..],
                unit.as_bytes(),
                status_name(reading.quality.status).as_bytes(),
                reason_name(reading.quality.reason).as_bytes(),
            ];
            self.out.write_record(cells).map_err(wrong)?;
        }
        Ok(())
    }

    /// Writes what is left and gives the output back.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<W, Error> {
        self.out
            .into_inner()
            .map_err(|error| Error::Write(error.error().to_string()))
    }
}

fn wrong(error: csv::Error) -> Error {
    Error::Write(error.to_string())
}
