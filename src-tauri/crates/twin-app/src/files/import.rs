//! A file to history: a thread of its own takes the file apart, this side sorts its rows by signal and stores them.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    path::Path,
    sync::Arc,
};

use tokio::sync::mpsc;
use twin_core::{Duration, SignalKey, Timestamp};
use twin_historian::{Historian, Imported, Sample};
use twin_report::{BadLine, Faults, Row, TableReader};

use crate::{
    api::files::{BadLineView, ImportReport, UnknownSignal},
    clock,
    error::{Error, Result},
    files::job::{Job, Stopped},
};

/// Pages between reading and storing; a page has a few thousand rows.
const PAGES: usize = 4;
/// Samples of one signal that are stored in one go.
const SIGNAL_HELD: usize = 1 << 16;
/// Samples held of all signals together: 50 MB, and as much again while lists grow.
const HELD: usize = 1 << 20;
/// Signals of the file that the plant does not have: so many are named, the rest is counted.
const UNKNOWN_LISTED: usize = 100;
/// A sample that is further in the future is a bad line: it would stand as the newest one for as long.
const AHEAD: Duration = Duration::from_secs(300);

/// Rows, and which part of the file is read.
type Page = (Vec<Row>, f64);

/// Reads the file into history. Ended before its end, it leaves in history what is stored by then; to import the file
/// again is harmless.
///
/// # Errors
/// [`Stopped`].
pub async fn import(
    historian: &Historian,
    signals: HashMap<String, SignalKey>,
    job: &Arc<Job>,
) -> std::result::Result<(), Stopped> {
    let (pages, mut read) = mpsc::channel(PAGES);
    let path = job.path.clone();
    let reader = tokio::task::spawn_blocking(move || read_file(&path, &pages));
    let mut desk = Desk::new(historian, signals);
    let mut stored = Ok(());
    while let Some((rows, done)) = read.recv().await {
        let count = rows.len();
        stored = match job.go_on() {
            Ok(()) => desk.take(rows, clock::now()).await.map_err(Stopped::from),
            Err(stopped) => Err(stopped),
        };
        job.put_report(desk.report(&Faults::default()));
        if stored.is_err() {
            break;
        }
        job.advance(count, done);
    }
    // A reader that waits for room in the queue ends.
    drop(read);
    let (faults, end) = reader.await.map_err(|_| Error::Stopped)?;
    if stored.is_ok() {
        // A file that breaks off is worth what came before.
        stored = desk.store_all().await.map_err(Stopped::from);
    }
    job.put_report(desk.report(&faults));
    stored?;
    Ok(end?)
}

/// Takes the file apart until its end or until nobody wants more.
fn read_file(path: &Path, pages: &mpsc::Sender<Page>) -> (Faults, Result<()>) {
    let file = match open(path) {
        Ok(file) => file,
        Err(source) => {
            let error = Error::File {
                action: "read",
                path: path.to_owned(),
                source,
            };
            return (Faults::default(), Err(error));
        }
    };
    let wrong = |source| Error::Table {
        action: "import",
        path: path.to_owned(),
        source,
    };
    let mut table = match TableReader::open(file) {
        Ok(table) => table,
        Err(error) => return (Faults::default(), Err(wrong(error))),
    };
    loop {
        let mut rows = Vec::new();
        let more = table.read(&mut rows);
        let wanted = rows.is_empty() || pages.blocking_send((rows, table.progress())).is_ok();
        match more {
            Ok(true) if wanted => {}
            Ok(_) => return (table.faults().clone(), Ok(())),
            Err(error) => return (table.faults().clone(), Err(wrong(error))),
        }
    }
}

/// Opens a file; a pipe or a device would be read for ever.
fn open(path: &Path) -> std::io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        let text = "it is no regular file";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
    }
    File::open(path)
}

/// Sorts rows by signal.
struct Desk<'a> {
    historian: &'a Historian,
    signals: HashMap<String, SignalKey>,
    held: HashMap<SignalKey, Vec<Sample>>,
    held_count: usize,
    counts: Imported,
    unknown: BTreeMap<Arc<str>, u64>,
    unknown_rows: u64,
    /// Lines that the reader could read and that cannot be true.
    impossible: Faults,
}

impl<'a> Desk<'a> {
    fn new(historian: &'a Historian, signals: HashMap<String, SignalKey>) -> Self {
        Desk {
            historian,
            signals,
            held: HashMap::new(),
            held_count: 0,
            counts: Imported::default(),
            unknown: BTreeMap::new(),
            unknown_rows: 0,
            impossible: Faults::default(),
        }
    }

    async fn take(&mut self, rows: Vec<Row>, now: Timestamp) -> Result<()> {
        for row in rows {
            let Some(key) = self.signals.get(&*row.signal).copied() else {
                self.unknown_rows += 1;
                if self.unknown.contains_key(&row.signal) || self.unknown.len() < UNKNOWN_LISTED {
                    *self.unknown.entry(row.signal).or_default() += 1;
                }
                continue;
            };
            let reading = row.reading;
            if reading.time > now.plus(AHEAD) {
                self.impossible.add(
                    row.line,
                    "its time lies in the future: look at its unit or zone",
                );
                continue;
            }
            let held = self.held.entry(key).or_default();
            held.push(Sample {
                time: reading.time,
                received: reading.received,
                value: reading.value,
                quality: reading.quality,
            });
            self.held_count += 1;
            if held.len() >= SIGNAL_HELD {
                let samples = std::mem::take(held);
                self.store(key, samples).await?;
            }
        }
        if self.held_count >= HELD {
            self.store_all().await?;
        }
        Ok(())
    }

    async fn store_all(&mut self) -> Result<()> {
        for (key, samples) in std::mem::take(&mut self.held) {
            self.store(key, samples).await?;
        }
        Ok(())
    }

    async fn store(&mut self, key: SignalKey, samples: Vec<Sample>) -> Result<()> {
        self.held_count = self.held_count.saturating_sub(samples.len());
        if samples.is_empty() {
            return Ok(());
        }
        let imported = self.historian.import(key, samples).await?;
        self.counts.written += imported.written;
        self.counts.present += imported.present;
        self.counts.differing += imported.differing;
        Ok(())
    }

    /// What has been found, with the reader's bad lines.
    fn report(&self, unread: &Faults) -> ImportReport {
        let impossible = self.impossible.listed();
        let mut bad: Vec<&BadLine> = unread.listed().iter().chain(impossible).collect();
        bad.sort_by_key(|bad| bad.line);
        bad.truncate(Faults::LISTED);
        let bad_lines = bad.into_iter().map(|bad| BadLineView {
            line: bad.line as f64,
            why: bad.why.clone(),
        });
        let unknown_signals = self.unknown.iter().map(|(id, rows)| UnknownSignal {
            id: id.to_string(),
            rows: *rows as f64,
        });
        ImportReport {
            written: self.counts.written as f64,
            present: self.counts.present as f64,
            differing: self.counts.differing as f64,
            bad: (unread.total() + self.impossible.total()) as f64,
            bad_lines: bad_lines.collect(),
            unknown: self.unknown_rows as f64,
            unknown_signals: unknown_signals.collect(),
        }
    }
}
