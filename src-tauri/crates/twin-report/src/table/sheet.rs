//! CSV as people see it: one row an instant, one column a signal, its quality beside it, times by a local clock.

use std::io::Write;

use twin_core::{Quality, Status, Timestamp, Value};

use crate::Error;

use super::{
    cell::{reason_name, status_name, write_value},
    time::write_local_time,
};

/// What stands above a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// As the signal is called.
    pub name: String,
    /// The unit of the values; empty: they have none.
    pub unit: String,
}

/// Some rows, in order of time.
#[derive(Debug, Default)]
pub struct SheetRows {
    /// The instants, and by how many seconds the local clock is ahead of UTC then.
    times: Vec<(Timestamp, i32)>,
    /// Row by row a cell for each column; none where a signal has no sample at that instant.
    cells: Vec<Option<(Value, Quality)>>,
}

impl SheetRows {
    /// Adds a row; of its cells as many are written as the sheet has columns.
    pub fn push(
        &mut self,
        time: Timestamp,
        offset_s: i32,
        cells: impl IntoIterator<Item = Option<(Value, Quality)>>,
    ) {
        self.times.push((time, offset_s));
        self.cells.extend(cells);
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
}

/// Writes rows after RFC 4180: comma, CRLF, UTF-8, quotes only where needed.
pub struct Sheet<W: Write> {
    out: csv::Writer<W>,
    columns: usize,
    scratch: Vec<u8>,
}

impl<W: Write> Sheet<W> {
    /// Writes the header: `time (ZONE)`, then of each column `NAME [UNIT]` and `NAME quality`. Give a buffered output.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(out: W, zone: &str, columns: &[Heading]) -> Result<Self, Error> {
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let mut header = vec![format!("time ({zone})")];
        for Heading { name, unit } in columns {
            header.push(if unit.is_empty() {
                name.clone()
            } else {
                format!("{name} [{unit}]")
            });
            header.push(format!("{name} quality"));
        }
        out.write_record(header).map_err(wrong)?;
        Ok(Sheet {
            out,
            columns: columns.len(),
            scratch: Vec::new(),
        })
    }

    /// Writes rows. A number has a point and no thousands marks; quality is `good`, or `bad` or `uncertain` with its
    /// reason behind it.
    ///
    /// # Errors
    /// [`Error::Write`]; the file is not whole then.
    pub fn write(&mut self, rows: &SheetRows) -> Result<(), Error> {
        for (number, (time, offset_s)) in rows.times.iter().enumerate() {
            self.scratch.clear();
            write_local_time(&mut self.scratch, *time, *offset_s);
            self.field()?;
            let first = number * self.columns;
            let row = rows.cells.iter().skip(first).take(self.columns);
            for cell in row {
                self.scratch.clear();
                if let Some((value, _)) = cell {
                    write_value(&mut self.scratch, value);
                }
                self.field()?;
                self.scratch.clear();
                if let Some((_, quality)) = cell {
                    write_quality(&mut self.scratch, *quality);
                }
                self.field()?;
            }
            self.out.write_record(None::<&[u8]>).map_err(wrong)?;
        }
        Ok(())
    }

    /// Writes what is left and gives the output back, not yet flushed.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<W, Error> {
        self.out
            .into_inner()
            .map_err(|error| Error::Write(error.error().to_string()))
    }

    fn field(&mut self) -> Result<(), Error> {
        self.out.write_field(&self.scratch).map_err(wrong)
    }
}

fn write_quality(out: &mut Vec<u8>, quality: Quality) {
    out.extend(status_name(quality.status).as_bytes());
    if quality.status != Status::Good && !reason_name(quality.reason).is_empty() {
        out.push(b' ');
        out.extend(reason_name(quality.reason).as_bytes());
    }
}

fn wrong(error: csv::Error) -> Error {
    Error::Write(error.to_string())
}

#[cfg(test)]
mod tests {
    use twin_core::Reason;

    use super::*;

    #[test]
    fn has_units_in_its_header_local_times_with_their_offset_and_quality_beside_each_value() {
        let columns = [("Flow", "m³/h"), ("State, \"A\"", "")].map(|(name, unit)| Heading {
            name: name.to_owned(),
            unit: unit.to_owned(),
        });
        let mut sheet = Sheet::new(Vec::new(), "Europe/Berlin", &columns).unwrap();
        let mut rows = SheetRows::default();
        // An hour apart by UTC, the same by the clock on the wall: only the offset tells which was first.
        let autumn = 1_793_494_800_000_001;
        let flow = |value: f64| Some((Value::F64(value), Quality::GOOD));
        let open = Some((Value::Text("open".into()), Quality::bad(Reason::Frozen)));
        rows.push(
            Timestamp(autumn - 3_600_000_000),
            7_200,
            [flow(1_234.5), None],
        );
        rows.push(Timestamp(autumn), 3_600, [None, open]);
        rows.push(Timestamp(0), -16_200, [flow(-0.25), None]);
        sheet.write(&rows).unwrap();
        let text = String::from_utf8(sheet.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            "time (Europe/Berlin),Flow [m³/h],Flow quality,\"State, \"\"A\"\"\",\"State, \"\"A\"\" quality\"\r\n\
             2026-11-01T02:00:00.000001+02:00,1234.5,good,,\r\n\
             2026-11-01T02:00:00.000001+01:00,,,open,bad frozen\r\n\
             1969-12-31T19:30:00.000000-04:30,-0.25,good,,\r\n"
        );
    }

    #[test]
    fn a_time_with_an_offset_is_the_same_instant_when_it_is_read() {
        for (micros, offset) in [(1_795_370_171_123_456, 20_700), (-5, -43_200), (17, 3_577)] {
            let mut text = Vec::new();
            write_local_time(&mut text, Timestamp(micros), offset);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(
                super::super::time::parse_time(&text),
                Ok(Timestamp(micros)),
                "{text}"
            );
        }
    }
}
