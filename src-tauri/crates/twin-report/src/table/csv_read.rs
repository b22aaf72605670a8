//! Reading CSV of ours and of other tools.

use std::{
    io::{self, Cursor, Read},
    sync::Arc,
};

use csv::ByteRecord;
use twin_core::{Said, said};

use crate::Error;

use super::{
    Faults, Reading, Row, TEXT_MAX,
    cell::{excerpt, kind_of, parse_value, quality_of},
    layout::{Layout, Long},
    shared, shared_value,
    time::parse_time,
    unstated_quality,
};

/// The longest record, bytes: a quote without its end must not draw the whole file into memory.
const RECORD_MAX: usize = 1 << 20;
/// Bytes read ahead by the CSV reader; a record may be that much longer than [`RECORD_MAX`].
const BUFFER: usize = 1 << 16;
/// Bytes of the file that are taken apart in one go: what is waiting for its turn stays small.
const PAGE_BYTES: u64 = 1 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

type Source<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// Reads rows from CSV: comma, semicolon (then with decimal commas) or tab; long or wide; UTF-8.
pub struct CsvReader<R: Read> {
    records: csv::Reader<Fuse<Source<R>>>,
    layout: Layout,
    columns: usize,
    decimal_comma: bool,
    record: ByteRecord,
    /// The signal of the row before: files are mostly ordered by signal.
    signal: Arc<str>,
    /// Text and unit of the row before.
    text: Arc<str>,
    unit: Arc<str>,
    skipped: u64,
    faults: Faults,
}

impl<R: Read> CsvReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error::Header`] when it does not say enough, or the text is not UTF-8; [`Error::Read`].
    pub fn open(mut source: R) -> Result<Self, Error> {
        let mut head = Vec::new();
        let most = RECORD_MAX as u64;
        Read::take(&mut source, most)
            .read_to_end(&mut head)
            .map_err(|error| Error::Read(error.to_string()))?;
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(Error::Header(said!(
                "table-utf16",
                "the text is UTF-16: save it as CSV in UTF-8"
            )));
        }
        if head.starts_with(BOM) {
            head.drain(..BOM.len());
        }
        let mut skipped = 0;
        let mut separator = None;
        // Spreadsheets may say the separator in a line of its own.
        if let [b's', b'e', b'p', b'=', mark, rest @ ..] = &head[..]
            && matches!(rest, [b'\n', ..] | [b'\r', b'\n', ..])
        {
            separator = Some(*mark);
            let line = head.iter().position(|byte| *byte == b'\n').unwrap_or(0);
            head.drain(..=line);
            skipped = 1;
        }
        let separator = separator.unwrap_or_else(|| separator_of(&head));
        let mut records = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            // The CR of a CRLF is taken off by hand: so the reader counts lines as people do.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(Fuse {
                inner: Cursor::new(head).chain(source),
                since: 0,
                last: b'\n',
            });
        let mut record = ByteRecord::new();
        while match next_record(&mut records, &mut record)? {
            Next::End => return Err(Error::Header(said!("table-empty", "the file is empty"))),
            Next::Blank => true,
            Next::Line(_) => false,
        } {}
        let mut names = Vec::with_capacity(record.len());
        for cell in &record {
            let name = std::str::from_utf8(cell).map_err(|_| {
                Error::Header(said!(
                    "table-utf8",
                    "the first line is not UTF-8: save the file as CSV in UTF-8"
                ))
            })?;
            names.push(name.to_owned());
        }
        Ok(CsvReader {
            layout: Layout::of(&names)?,
            columns: names.len(),
            decimal_comma: separator == b';',
            records,
            record,
            signal: Arc::from(""),
            text: Arc::from(""),
            unit: Arc::from(""),
            skipped,
            faults: Faults::default(),
        })
    }

    /// Adds the samples of the next lines to `rows`: of `most` lines at most, of 1 MiB of the file, and no further line once
    /// there are `most` samples. Gives whether there may be more. Bad lines are noted and passed over.
    ///
    /// # Errors
    /// [`Error::Read`] when the source fails, [`Error::LongLine`].
    pub fn read(&mut self, rows: &mut Vec<Row>, most: usize) -> Result<bool, Error> {
        let end = self.bytes_done() + PAGE_BYTES;
        for _ in 0..most {
            if rows.len() >= most || self.bytes_done() >= end {
                break;
            }
            let line = match next_record(&mut self.records, &mut self.record)? {
                Next::End => return Ok(false),
                Next::Blank => continue,
                Next::Line(line) => line + self.skipped,
            };
            let before = rows.len();
            if let Err(why) = self.rows_of_record(line, rows) {
                rows.truncate(before);
                self.faults.add_many(line, 1 + breaks(&self.record), why);
            }
        }
        Ok(true)
    }

    /// The bad lines so far.
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Bytes of the file that have been taken apart.
    pub fn bytes_done(&self) -> u64 {
        self.records.position().byte()
    }

    fn rows_of_record(&mut self, line: u64, rows: &mut Vec<Row>) -> Result<(), Said> {
        self.check_breaks()?;
        let record = &self.record;
        let extra = record
            .iter()
            .skip(self.columns)
            .any(|cell| !cell.is_empty());
        if record.len() < self.columns || extra {
            return Err(said!(
                "import-cells",
                "the line has {cells} cells, the first line names {columns} columns",
                cells = record.len(),
                columns = self.columns
            ));
        }
        match &self.layout {
            Layout::Long(long) => {
                let id = cell(record, long.signal)?.trim();
                if id.is_empty() {
                    return Err(said!("import-no-signal", "no signal is named"));
                }
                let signal = shared(&mut self.signal, id);
                let unit = match long.unit.and_then(|column| record.get(column)) {
                    Some(unit) => shared(&mut self.unit, &unit_of(unit)),
                    None => Arc::clone(&self.unit),
                };
                let (kind_stated, mut reading) = self.reading(long)?;
                reading.value = shared_value(&mut self.text, reading.value);
                rows.push(Row {
                    line,
                    signal,
                    unit,
                    kind_stated,
                    reading,
                });
            }
            Layout::Wide { time, signals } => {
                let time = parse_time(cell(record, *time)?)?;
                for (column, signal) in signals {
                    let text = cell(record, *column)?;
                    if text.trim().is_empty() {
                        continue;
                    }
                    let value = parse_value(text, None, self.decimal_comma).map_err(|why| {
                        said!(
                            "import-column",
                            "column `{name}`: {why}",
                            name = excerpt(signal),
                            why = why
                        )
                    })?;
                    rows.push(Row {
                        line,
                        signal: Arc::clone(signal),
                        unit: Arc::clone(&self.unit),
                        kind_stated: false,
                        reading: Reading {
                            time,
                            received: time,
                            quality: unstated_quality(&value),
                            value: shared_value(&mut self.text, value),
                        },
                    });
                }
            }
        }
        Ok(())
    }

    /// A line break belongs into the text of a value that is said to be one. Anywhere else a quote that stands astray has
    /// taken the lines behind it into its cell.
    fn check_breaks(&self) -> Result<(), Said> {
        if breaks(&self.record) == 0 {
            return Ok(());
        }
        let long = match &self.layout {
            Layout::Long(long) => Some(long),
            Layout::Wide { .. } => None,
        };
        let is_text = long
            .and_then(|long| self.record.get(long.kind?))
            .is_some_and(|kind| kind.trim_ascii() == b"text");
        let value = long.and_then(|long| long.value).filter(|_| is_text);
        for (column, cell) in self.record.iter().enumerate() {
            if cell.contains(&b'\n') && Some(column) != value {
                return Err(said!(
                    "import-break",
                    "cell {cell} goes on over a line break: a quote may stand there by mistake, the lines behind it are lost",
                    cell = column + 1
                ));
            }
        }
        Ok(())
    }

    /// Whether the line says of which type its value is, and its sample.
    fn reading(&self, long: &Long) -> Result<(bool, Reading), Said> {
        let text = |column: Option<usize>| match column {
            Some(column) => cell(&self.record, column),
            None => Ok(""),
        };
        let time = parse_time(text(Some(long.time))?)?;
        let received = match text(long.received)?.trim() {
            "" => time,
            received => parse_time(received)?,
        };
        let kind = kind_of(text(long.kind)?.trim())?;
        let value = parse_value(text(long.value)?, kind, self.decimal_comma)?;
        let quality = match (text(long.status)?.trim(), text(long.reason)?.trim()) {
            ("", "") => unstated_quality(&value),
            (status, reason) => quality_of(status, reason)?,
        };
        let reading = Reading {
            time,
            received,
            value,
            quality,
        };
        Ok((kind.is_some(), reading))
    }
}

fn cell(record: &ByteRecord, column: usize) -> Result<&str, Said> {
    let bytes = record.get(column).unwrap_or_default();
    if bytes.len() > TEXT_MAX {
        return Err(said!(
            "import-long-cell",
            "cell {cell} has {size} bytes, {limit} are the limit",
            cell = column + 1,
            size = bytes.len(),
            limit = TEXT_MAX
        ));
    }
    std::str::from_utf8(bytes).map_err(|_| {
        said!(
            "import-cell-utf8",
            "cell {cell} is not UTF-8",
            cell = column + 1
        )
    })
}

/// A unit as text. One that is not UTF-8 is taken for Latin-1, as spreadsheets write `m³/h`.
fn unit_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let bytes = bytes.trim_ascii();
    match std::str::from_utf8(bytes) {
        Ok(unit) => unit.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Line breaks inside the cells of a record.
fn breaks(record: &ByteRecord) -> u64 {
    let breaks = record.as_slice().iter().filter(|byte| **byte == b'\n');
    breaks.count() as u64
}

/// What comes next in a file.
enum Next {
    End,
    /// A line with nothing on it.
    Blank,
    /// A record, and the line on which it begins.
    Line(u64),
}

/// Reads a record.
fn next_record<R: Read>(
    records: &mut csv::Reader<Fuse<R>>,
    record: &mut ByteRecord,
) -> Result<Next, Error> {
    let before = records.position().line();
    let read = records.read_byte_record(record);
    let after = records.position().line();
    let fuse = records.get_mut();
    if fuse.since > RECORD_MAX {
        return Err(Error::LongLine {
            line: before,
            most: RECORD_MAX,
        });
    }
    fuse.since = 0;
    if !read.map_err(|error| Error::Read(error.to_string()))? {
        return Ok(Next::End);
    }
    if record.as_slice() == b"\r" {
        return Ok(Next::Blank);
    }
    if record.as_slice().last() == Some(&b'\r') {
        let mut cells: Vec<&[u8]> = record.iter().collect();
        if let Some(last) = cells.last_mut() {
            *last = last.strip_suffix(b"\r").unwrap_or(last);
        }
        *record = ByteRecord::from(cells);
    }
    Ok(Next::Line(after.saturating_sub(1 + breaks(record))))
}

/// Stops a reader that has given more than [`RECORD_MAX`] bytes for one record, and ends the last line.
struct Fuse<R> {
    inner: R,
    /// Bytes given since the last record.
    since: usize,
    /// The last byte given.
    last: u8,
}

impl<R: Read> Read for Fuse<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since > RECORD_MAX {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut read = self.inner.read(buffer)?;
        if read == 0
            && self.last != b'\n'
            && let Some(first) = buffer.first_mut()
        {
            *first = b'\n';
            read = 1;
        }
        if let Some(last) = read.checked_sub(1).and_then(|last| buffer.get(last)) {
            self.last = *last;
        }
        self.since += read;
        Ok(read)
    }
}

/// The separator that the header uses most outside quotes.
fn separator_of(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (mark, count) in &mut counts {
                    *count += u32::from(mark == byte);
                }
            }
        }
    }
    // On a tie the first wins: `max_by_key` keeps the last.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(mark, _)| *mark)
}
