//! Reading the journal: into the tail, and past it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};

use sqlx::SqliteConnection;
use twin_core::{Said, SampleBatch, SampleRef, SignalKey, Timestamp, said};

use crate::{
    codec,
    database::{Durability, Writer},
    error::{Error, Result},
    sample::{Latest, Sample, changes, settle},
    tail::{self, Tail},
};

/// Journal rows that are read at a time, so that a long journal does not fill the memory.
const ROWS_AT_A_TIME: i64 = 64;
/// Damaged rows that are named one by one.
const ROWS_NAMED: usize = 20;

/// Row numbers that a new file leaves out behind the settled one: as many may have been in use in the lost one.
const ROWS_LEFT_OUT: i64 = 1_000_000;

/// The batches of a row; none and a message in the log when it is damaged.
pub(crate) fn readable(row: i64, data: &[u8]) -> Option<Vec<SampleBatch>> {
    let read = codec::read(data);
    if let Err(malformed) = &read {
        tracing::error!(row, why = %malformed, "a journal row is damaged and was passed over");
    }
    read.ok()
}

fn take_in(tail: &mut Tail, row: i64, batches: Option<Vec<SampleBatch>>) {
    match batches {
        Some(batches) => {
            let batches: Vec<_> = batches.into_iter().map(Arc::new).collect();
            tail.push(row, &batches);
        }
        None => tail.push_damaged(row),
    }
}

/// How far the journal was moved to chunks.
#[derive(Clone, Copy)]
pub(crate) struct Moved {
    /// The newest row that is in chunks and in the journal no more.
    pub compacted: i64,
    /// Rows up to this one are being moved.
    pub moving: i64,
}

/// How far the journal was moved, when all that was begun on the writer is done: a commit whose caller was dropped may
/// still be under way, and the tail not know what it removed.
pub(crate) async fn moved(writer: &mut Writer, file: &Path, tail: &Mutex<Tail>) -> Result<Moved> {
    writer.ready(Durability::Normal).await?;
    let (compacted, moving) = sqlx::query_as("SELECT compacted, moving FROM progress")
        .fetch_one(writer.connection())
        .await
        .map_err(Error::sql(file, "read the journal"))?;
    let batches = tail::lock(tail).compacted(compacted);
    drop(batches);
    Ok(Moved { compacted, moving })
}

/// Builds the tail from the journal; `settled` is a row number that must not be used again, nor any that may have
/// followed it in a file that is lost. Gives also what a person should know of rows that cannot be read.
pub(crate) async fn load(
    file: &Path,
    connection: &mut SqliteConnection,
    settled: i64,
    samples_max: usize,
) -> Result<(Tail, Vec<Said>)> {
    let read = Error::sql(file, "read the journal");
    let newest: i64 = sqlx::query_scalar(
        "SELECT max(compacted, coalesce((SELECT max(row) FROM journal), 0)) FROM progress",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(&read)?;
    // The oldest row from which on the samples still fit.
    let start: i64 = sqlx::query_scalar(
        "SELECT coalesce(max(row), 0) FROM \
         (SELECT row, sum(count) OVER (ORDER BY row DESC) AS samples FROM journal) WHERE samples > ?",
    )
    .bind(samples_max as i64)
    .fetch_one(&mut *connection)
    .await
    .map_err(&read)?;
    let newest = if newest < settled {
        settled + ROWS_LEFT_OUT
    } else {
        newest
    };
    let mut tail = Tail::new(samples_max, newest);
    if start > 0 {
        tail.start_behind(start);
    }
    let mut damaged = Vec::new();
    read_on(file, connection, start, |row, count, batches| {
        if batches.is_none() {
            damaged.push((row, count));
        }
        take_in(&mut tail, row, batches);
    })
    .await?;
    Ok((tail, notices(&damaged)))
}

/// Says of damaged rows (number, samples) what a person should know.
fn notices(damaged: &[(i64, i64)]) -> Vec<Said> {
    let mut notices: Vec<Said> = damaged
        .iter()
        .take(ROWS_NAMED)
        .map(|(row, count)| {
            said!(
                "history-row",
                "journal row {row} ({count} samples) is damaged and its samples are not shown; compaction will put it \
                 into the table `quarantine`, and a backup may have the samples",
                row = row.to_string(),
                count = count.to_string()
            )
        })
        .collect();
    let more = damaged.get(ROWS_NAMED..).unwrap_or_default();
    if !more.is_empty() {
        let samples: i64 = more.iter().map(|(_, count)| count).sum();
        notices.push(said!(
            "history-rows",
            "{rows} more journal rows ({samples} samples) are damaged too; a check names them",
            rows = more.len(),
            samples = samples.to_string()
        ));
    }
    notices
}

/// Takes in rows that were committed while nobody waited for them.
pub(crate) async fn mend(
    file: &Path,
    connection: &mut SqliteConnection,
    tail: &Mutex<Tail>,
) -> Result<()> {
    let newest = tail::lock(tail).newest_row();
    read_on(file, connection, newest, |row, _, batches| {
        take_in(&mut tail::lock(tail), row, batches);
    })
    .await?;
    tail::lock(tail).mended();
    Ok(())
}

async fn read_on(
    file: &Path,
    connection: &mut SqliteConnection,
    mut after: i64,
    mut take: impl FnMut(i64, i64, Option<Vec<SampleBatch>>),
) -> Result<()> {
    loop {
        let sql = "SELECT row, count, data FROM journal WHERE row > ? ORDER BY row LIMIT ?";
        let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(sql)
            .bind(after)
            .bind(ROWS_AT_A_TIME)
            .fetch_all(&mut *connection)
            .await
            .map_err(Error::sql(file, "read the journal"))?;
        let Some((last, ..)) = rows.last() else {
            return Ok(());
        };
        after = *last;
        for (row, count, data) in rows {
            take(row, count, readable(row, &data));
        }
    }
}

/// Which journal rows a query wants from the file.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub rows_to: i64,
    /// Rows with no sample from here on...
    pub t_from: Timestamp,
    /// ...up to here, included, are left out.
    pub t_to: Timestamp,
}

/// Reads batches straight from journal blobs, in order of arrival: only while compaction is far behind. The backlog can
/// be larger than the memory, so that `take` must keep of each batch no more than the query needs.
async fn scan(
    file: &Path,
    connection: &mut SqliteConnection,
    wanted: Wanted,
    mut take: impl FnMut(&SampleBatch),
) -> Result<()> {
    let mut after = 0_i64;
    loop {
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT row, data FROM journal WHERE row > ? AND row <= ? AND t_max >= ? AND t_min <= ? \
             ORDER BY row LIMIT ?",
        )
        .bind(after)
        .bind(wanted.rows_to)
        .bind(wanted.t_from.micros())
        .bind(wanted.t_to.micros())
        .bind(ROWS_AT_A_TIME)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::sql(file, "read the journal"))?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after = *last;
        for (row, data) in rows {
            for batch in readable(row, &data).unwrap_or_default() {
                take(&batch);
            }
        }
    }
}

/// The first samples of one signal in the wanted stretch, in order of time: the changes of each instant. About `limit` of
/// them at least, if there are so many; and the source time from which on some are left out.
pub(crate) async fn scan_signal(
    file: &Path,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    wanted: Wanted,
    limit: usize,
) -> Result<(Vec<Sample>, Option<Timestamp>)> {
    let mut samples: Vec<Sample> = Vec::new();
    let mut before: Option<Timestamp> = None;
    scan(file, connection, wanted, |batch| {
        for row in batch.iter().filter(|row| row.signal == signal) {
            let is_wanted = (wanted.t_from..=wanted.t_to).contains(&row.time);
            if is_wanted && before.is_none_or(|before| row.time < before) {
                samples.push(sample_of(batch, &row));
            }
        }
        if samples.len() / 2 > limit {
            before = cut(&mut samples, limit).or(before);
        }
    })
    .await?;
    before = cut(&mut samples, limit).or(before);
    Ok((samples, before))
}

/// Brings samples in order of time and leaves out those behind the first `limit` instants; gives the first instant that
/// is left out.
fn cut(samples: &mut Vec<Sample>, limit: usize) -> Option<Timestamp> {
    changes(samples);
    let mut instants = samples.chunk_by(|a, b| a.time == b.time);
    let kept: usize = instants.by_ref().take(limit).map(<[_]>::len).sum();
    let before = samples.get(kept)?.time;
    samples.truncate(kept);
    Some(before)
}

/// For each wanted signal what its trend in `t0..t1` needs: the samples in it, the newest before and the oldest after;
/// each instant once, in order.
pub(crate) async fn scan_around(
    file: &Path,
    connection: &mut SqliteConnection,
    signals: impl Iterator<Item = SignalKey>,
    rows_to: i64,
    (t0, t1): (Timestamp, Timestamp),
) -> Result<HashMap<SignalKey, Vec<Sample>>> {
    let mut found: HashMap<SignalKey, Around> =
        signals.map(|signal| (signal, Around::default())).collect();
    scan(file, connection, all(rows_to), |batch| {
        for row in batch.iter() {
            if let Some(around) = found.get_mut(&row.signal) {
                around.take(batch, &row, t0, t1);
            }
        }
    })
    .await?;
    let samples = |around: Around| {
        let mut samples = around.inside;
        samples.extend(around.before.map(|latest| latest.sample));
        samples.extend(around.after);
        settle(&mut samples);
        samples
    };
    let found = found.into_iter();
    Ok(found.map(|(signal, of)| (signal, samples(of))).collect())
}

/// What a trend needs of one signal.
#[derive(Default)]
struct Around {
    before: Option<Latest>,
    inside: Vec<Sample>,
    /// As it was received last.
    after: Option<Sample>,
}

impl Around {
    fn take(&mut self, batch: &SampleBatch, row: &SampleRef<'_>, t0: Timestamp, t1: Timestamp) {
        if row.time < t0 {
            if (self.before.as_ref()).is_none_or(|before| before.sample.time <= row.time) {
                let later = Latest::new(sample_of(batch, row));
                let latest = match self.before.take() {
                    Some(before) => before.then(later),
                    None => later,
                };
                self.before = Some(latest);
            }
        } else if row.time < t1 {
            self.inside.push(sample_of(batch, row));
        } else if (self.after.as_ref()).is_none_or(|after| row.time <= after.time) {
            self.after = Some(sample_of(batch, row));
        }
    }
}

/// Of every signal the newest sample by source time, among those with source time and received time at or before `t`.
pub(crate) async fn scan_newest(
    file: &Path,
    connection: &mut SqliteConnection,
    rows_to: i64,
    t: Timestamp,
) -> Result<HashMap<SignalKey, Latest>> {
    let mut newest: HashMap<SignalKey, Latest> = HashMap::new();
    let wanted = Wanted {
        t_to: t,
        ..all(rows_to)
    };
    scan(file, connection, wanted, |batch| {
        if batch.received() > t {
            return;
        }
        for row in batch.iter().filter(|row| row.time <= t) {
            let known = newest.get(&row.signal);
            if known.is_none_or(|known| known.sample.time <= row.time) {
                offer(&mut newest, row.signal, Latest::new(sample_of(batch, &row)));
            }
        }
    })
    .await?;
    Ok(newest)
}

/// Notes what came later than what is known of a signal.
pub(crate) fn offer(newest: &mut HashMap<SignalKey, Latest>, signal: SignalKey, later: Latest) {
    let latest = match newest.remove(&signal) {
        Some(known) => known.then(later),
        None => later,
    };
    newest.insert(signal, latest);
}

const fn all(rows_to: i64) -> Wanted {
    Wanted {
        rows_to,
        t_from: Timestamp::MIN,
        t_to: Timestamp::MAX,
    }
}

/// A row of a batch as history keeps it.
fn sample_of(batch: &SampleBatch, row: &SampleRef<'_>) -> Sample {
    Sample {
        time: row.time,
        received: batch.received(),
        value: row.value(),
        quality: row.quality,
    }
}
