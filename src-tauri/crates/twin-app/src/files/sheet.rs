//! History to a sheet: samples of several signals put together by time, one row an instant.

use std::{path::Path, sync::Arc};

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use twin_core::{Quality, SignalKey, Timestamp, Value};
use twin_historian::{Cursor, Historian, Sample};
use twin_report::{Heading, Sheet, SheetRows};

use crate::{
    error::{Doing, Error, Result},
    files::{
        export::expected,
        job::{Job, Stopped},
        place::Draft,
    },
};

/// Pages between reading and writing.
const PAGES: usize = 4;
/// Rows of a page.
const ROWS: usize = 1_024;

/// A column of a sheet.
#[derive(Clone, Debug)]
pub struct Column {
    /// The signal's key in history.
    pub key: SignalKey,
    /// What stands above it.
    pub heading: Heading,
    /// A number is written times this.
    pub factor: f64,
    /// And plus this.
    pub add: f64,
    /// Its samples stand so much later than they were, microseconds.
    pub later: i64,
}

impl Column {
    /// The value as it is written. A converted one has twelve digits, so that no `68.00000000000001` comes of it.
    fn written(&self, value: Value) -> Value {
        if self.factor == 1.0 && self.add == 0.0 {
            return value;
        }
        let number = match value {
            Value::F64(number) => number,
            Value::I64(number) => number as f64,
            other => return other,
        };
        let exact = number * self.factor + self.add;
        Value::F64(format!("{exact:.11e}").parse().unwrap_or(exact))
    }
}

/// What goes onto the sheet.
#[derive(Debug)]
pub struct SheetExport {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Begin, included, by the times that stand on the sheet.
    pub t0: Timestamp,
    /// End, left out.
    pub t1: Timestamp,
    /// The plant's zone, in which times are written; one of no known name is UTC.
    pub zone: String,
}

/// Writes the sheet. However it ends short of its end, no file is left.
///
/// # Errors
/// [`Stopped`].
pub async fn export(
    historian: &Historian,
    sheet: SheetExport,
    job: &Arc<Job>,
) -> std::result::Result<(), Stopped> {
    let (zone, name) = match TimeZone::get(&sheet.zone) {
        Ok(zone) => (zone, sheet.zone.clone()),
        Err(_) => (TimeZone::UTC, "UTC".to_owned()),
    };
    let headings: Vec<Heading> = sheet.columns.iter().map(|c| c.heading.clone()).collect();
    let (pages, told) = mpsc::channel(PAGES);
    let path = job.path.clone();
    let writer = tokio::task::spawn_blocking(move || write(&path, &name, &headings, told));
    let fed = feed(historian, &sheet, &zone, job, pages).await;
    // The writer knows why the queue broke, if it did.
    writer.await.map_err(|_| Error::Stopped)??;
    fed
}

/// What is known of a column's next samples.
struct Series<'a> {
    column: &'a Column,
    cursor: Cursor,
    page: std::vec::IntoIter<Sample>,
    next: Option<Sample>,
}

impl Series<'_> {
    /// Goes on to the next sample.
    async fn advance(&mut self) -> std::result::Result<(), Stopped> {
        self.next = self.page.next();
        while self.next.is_none() {
            let Some(samples) = self.cursor.next().await? else {
                break;
            };
            self.page = samples.into_iter();
            self.next = self.page.next();
        }
        Ok(())
    }

    /// When its next sample stands on the sheet.
    fn at(&self) -> Option<Timestamp> {
        let next = self.next.as_ref()?;
        Some(Timestamp(
            next.time.micros().saturating_add(self.column.later),
        ))
    }
}

/// Sends all rows, and none at the end: that they are complete. Cancelled or failed, it breaks the queue off.
async fn feed(
    historian: &Historian,
    sheet: &SheetExport,
    zone: &TimeZone,
    job: &Job,
    pages: mpsc::Sender<Option<SheetRows>>,
) -> std::result::Result<(), Stopped> {
    let mut all = Vec::with_capacity(sheet.columns.len());
    let (mut wanted, mut written) = (0.0, 0.0);
    for column in &sheet.columns {
        job.go_on()?;
        let earlier = |at: Timestamp| match at {
            Timestamp::MIN | Timestamp::MAX => at,
            at => Timestamp(at.micros().saturating_sub(column.later)),
        };
        let (t0, t1) = (earlier(sheet.t0), earlier(sheet.t1));
        wanted += expected(historian, column.key, t0, t1).await;
        let mut series = Series {
            column,
            cursor: historian.cursor(column.key, t0, t1),
            page: Vec::new().into_iter(),
            next: None,
        };
        series.advance().await?;
        all.push(series);
    }
    loop {
        job.go_on()?;
        let (rows, samples) = page_of(&mut all, zone).await?;
        if rows.is_empty() {
            break;
        }
        if pages.send(Some(rows)).await.is_err() {
            return Ok(());
        }
        written += samples as f64;
        job.advance(samples, (written / wanted).min(1.0));
    }
    job.advance(0, 1.0);
    // A writer that has ended says why.
    let _ = pages.send(None).await;
    Ok(())
}

/// The next rows, and how many samples are in them.
async fn page_of(
    all: &mut [Series<'_>],
    zone: &TimeZone,
) -> std::result::Result<(SheetRows, usize), Stopped> {
    let mut rows = SheetRows::default();
    let mut samples = 0;
    let mut row: Vec<Option<(Value, Quality)>> = Vec::with_capacity(all.len());
    while rows.len() < ROWS {
        let Some(at) = all.iter().filter_map(Series::at).min() else {
            break;
        };
        for series in &mut *all {
            if series.at() != Some(at) {
                row.push(None);
                continue;
            }
            let sample = series.next.take();
            row.push(sample.map(|s| (series.column.written(s.value), s.quality)));
            samples += 1;
            series.advance().await?;
        }
        rows.push(at, offset(zone, at), row.drain(..));
    }
    Ok((rows, samples))
}

/// By how many seconds the zone's clock is ahead of UTC; 0 beyond the years that zones are known for.
fn offset(zone: &TimeZone, at: Timestamp) -> i32 {
    let at = jiff::Timestamp::from_microsecond(at.micros());
    at.map_or(0, |at| zone.to_offset(at).seconds())
}

/// Writes until told that all is there. A queue that ends before means: leave nothing behind.
fn write(
    path: &Path,
    zone: &str,
    headings: &[Heading],
    mut told: mpsc::Receiver<Option<SheetRows>>,
) -> Result<()> {
    let wrong = |source| Error::Table {
        action: Doing::Export,
        path: path.to_owned(),
        source,
    };
    let (draft, file) = Draft::open(path)?;
    let mut sheet = Sheet::new(file, zone, headings).map_err(wrong)?;
    while let Some(page) = told.blocking_recv() {
        match page {
            Some(rows) => sheet.write(&rows).map_err(wrong)?,
            None => return draft.complete(sheet.finish().map_err(wrong)?),
        }
    }
    Ok(())
}
