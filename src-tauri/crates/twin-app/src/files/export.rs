//! History to a file: pages of samples on one side of a short queue, the file on a thread of its own on the other.

use std::{path::Path, sync::Arc};

use tokio::sync::mpsc;
use twin_core::{SignalKey, Timestamp};
use twin_historian::{Historian, Sample};
use twin_report::{Format, Origin, Reading, TableWriter};

use crate::{
    error::{Doing, Error, Result},
    files::{
        job::{Job, Stopped},
        place::Draft,
    },
};

/// Pages between reading and writing.
const PAGES: usize = 4;

/// A signal to be exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its key in history.
    pub key: SignalKey,
    /// Its id.
    pub id: String,
    /// Its unit.
    pub unit: String,
}

/// What goes into which file.
#[derive(Debug)]
pub struct Export {
    /// The signals, in order.
    pub signals: Vec<Exported>,
    /// Begin, included.
    pub t0: Timestamp,
    /// End, left out.
    pub t1: Timestamp,
    /// The format.
    pub format: Format,
    /// For the file's metadata.
    pub origin: Origin,
}

/// What the writing thread is told.
enum Told {
    /// Samples of the signal with this number.
    Page(usize, Vec<Reading>),
    /// That was all: the file may get its name.
    Complete,
}

/// Writes the file. However it ends short of its end, no file is left.
///
/// # Errors
/// [`Stopped`].
pub async fn export(
    historian: &Historian,
    export: Export,
    job: &Arc<Job>,
) -> std::result::Result<(), Stopped> {
    let export = Arc::new(export);
    let (pages, told) = mpsc::channel(PAGES);
    let (writes, path) = (Arc::clone(&export), job.path.clone());
    let writer = tokio::task::spawn_blocking(move || write(&writes, &path, told));
    let fed = feed(historian, &export, job, pages).await;
    // The writer knows why the queue broke, if it did.
    writer.await.map_err(|_| Error::Stopped)??;
    fed
}

/// Sends all pages, and that they are complete. Cancelled or failed, it breaks the queue off.
async fn feed(
    historian: &Historian,
    export: &Export,
    job: &Job,
    pages: mpsc::Sender<Told>,
) -> std::result::Result<(), Stopped> {
    let count = export.signals.len() as f64;
    for (number, signal) in export.signals.iter().enumerate() {
        job.go_on()?;
        let expected = expected(historian, signal.key, export.t0, export.t1).await;
        let mut written = 0.0;
        let mut cursor = historian.cursor(signal.key, export.t0, export.t1);
        loop {
            job.go_on()?;
            let Some(samples) = cursor.next().await? else {
                break;
            };
            let rows = samples.len();
            let page = samples.into_iter().map(reading_of).collect();
            if pages.send(Told::Page(number, page)).await.is_err() {
                return Ok(());
            }
            written += rows as f64;
            let part = (written / expected).min(1.0);
            job.advance(rows, (number as f64 + part) / count);
        }
        job.advance(0, (number + 1) as f64 / count);
    }
    job.go_on()?;
    // A writer that has ended says why.
    let _ = pages.send(Told::Complete).await;
    Ok(())
}

/// How many samples of a signal there are, at least 1; where retention has removed some, about. Only the progress hangs
/// on it: if history cannot be read, reading the samples says why.
pub async fn expected(
    historian: &Historian,
    signal: SignalKey,
    t0: Timestamp,
    t1: Timestamp,
) -> f64 {
    // Some 30,000 years: buckets of statistics do not reach to the ends of time.
    const FAR: i64 = 1_000_000_000_000_000_000;
    let near = |at: Timestamp| Timestamp(at.micros().clamp(-FAR, FAR));
    let borders = [near(t0), near(t1)];
    if borders[0] >= borders[1] {
        return 1.0;
    }
    let cells = historian.aggregates(&[signal], &borders).await;
    let cells = cells.unwrap_or_default();
    let counts = cells.iter().flatten().flatten().map(|cell| cell.count);
    (counts.sum::<u64>() as f64).max(1.0)
}

fn reading_of(sample: Sample) -> Reading {
    Reading {
        time: sample.time,
        received: sample.received,
        value: sample.value,
        quality: sample.quality,
    }
}

/// Writes until told that all is there. A queue that ends before means: leave nothing behind.
fn write(export: &Export, path: &Path, mut told: mpsc::Receiver<Told>) -> Result<()> {
    let wrong = |source| Error::Table {
        action: Doing::Export,
        path: path.to_owned(),
        source,
    };
    let (draft, file) = Draft::open(path)?;
    let mut table = TableWriter::new(export.format, file, &export.origin).map_err(wrong)?;
    while let Some(page) = told.blocking_recv() {
        match page {
            Told::Page(number, readings) => {
                if let Some(signal) = export.signals.get(number) {
                    table
                        .write(&signal.id, &signal.unit, &readings)
                        .map_err(wrong)?;
                }
            }
            Told::Complete => return draft.complete(table.finish().map_err(wrong)?),
        }
    }
    Ok(())
}
