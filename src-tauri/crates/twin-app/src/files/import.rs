//! A file to history: a thread of its own takes the file apart, this side sorts its rows by signal and stores them.

use std::{collections::HashMap, fs::File, path::Path, sync::Arc};

use tokio::sync::mpsc;
use twin_historian::Historian;
use twin_report::{Faults, Row, TableReader};

use crate::{
    clock,
    error::{Doing, Error, Result},
    files::{
        desk::{Desk, Target},
        job::{Job, Stopped},
    },
};

/// Pages between reading and storing; a page has a few thousand rows.
const PAGES: usize = 4;

/// Rows, and which part of the file is read.
type Page = (Vec<Row>, f64);

/// Reads the file into history. Ended before its end, it leaves in history what is stored by then; to import the file
/// again is harmless.
///
/// # Errors
/// [`Stopped`].
pub async fn import(
    historian: &Historian,
    targets: HashMap<String, Target>,
    job: &Arc<Job>,
) -> std::result::Result<(), Stopped> {
    let (pages, mut read) = mpsc::channel(PAGES);
    let path = job.path.clone();
    let reader = tokio::task::spawn_blocking(move || read_file(&path, &pages));
    let mut desk = Desk::new(historian, targets);
    let mut stored = Ok(());
    while let Some((rows, done)) = read.recv().await {
        let count = rows.len();
        stored = match job.go_on() {
            Ok(()) => desk.take(rows, clock::now(), job).await,
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
        stored = desk.store_all(job).await;
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
                action: Doing::Read,
                path: path.to_owned(),
                source,
            };
            return (Faults::default(), Err(error));
        }
    };
    let wrong = |source| Error::Table {
        action: Doing::Import,
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
        // A page without a sample is told too: else nobody could end a file of bad lines.
        let wanted = pages.blocking_send((rows, table.progress())).is_ok();
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
