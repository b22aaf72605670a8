//! Reading the journal: into the tail, and past it.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use sqlx::SqliteConnection;
use twin_core::{SampleBatch, SignalKey, Timestamp};

use crate::{
    codec,
    error::{Error, Result},
    sample::{Sample, settle},
    tail::{self, Tail},
};

/// Journal rows that are read at a time, so that a long journal does not fill the memory.
const ROWS_AT_A_TIME: i64 = 64;
/// Damaged rows that are named one by one.
const ROWS_NAMED: usize = 20;

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

/// Builds the tail from the journal; `settled` is a row number that must not be used again. Gives also what a person
/// should know of rows that cannot be read.
pub(crate) async fn load(
    file: &Path,
    connection: &mut SqliteConnection,
    settled: i64,
    samples_max: usize,
) -> Result<(Tail, Vec<String>)> {
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
    let mut tail = Tail::new(samples_max, newest.max(settled));
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
fn notices(damaged: &[(i64, i64)]) -> Vec<String> {
    let mut notices: Vec<String> = damaged
        .iter()
        .take(ROWS_NAMED)
        .map(|(row, count)| {
            format!(
                "journal row {row} ({count} samples) is damaged and its samples are not shown; compaction will put it \
                 into the table `quarantine`, and a backup may have the samples"
            )
        })
        .collect();
    let more = damaged.get(ROWS_NAMED..).unwrap_or_default();
    if !more.is_empty() {
        let samples: i64 = more.iter().map(|(_, count)| count).sum();
        notices.push(format!(
            "{} more journal rows ({samples} samples) are damaged too; a check names them",
            more.len()
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

/// Which journal samples a query wants from the file.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// None: of every signal.
    pub signal: Option<SignalKey>,
    pub rows_to: i64,
    pub t_from: Timestamp,
    /// Included.
    pub t_to: Timestamp,
}

/// Samples straight from journal blobs, in order of arrival: only while compaction is far behind.
pub(crate) async fn scan(
    file: &Path,
    connection: &mut SqliteConnection,
    wanted: Wanted,
) -> Result<Vec<(SignalKey, Sample)>> {
    let mut found = Vec::new();
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
            return Ok(found);
        };
        after = *last;
        for (row, data) in rows {
            for batch in readable(row, &data).unwrap_or_default() {
                found.extend(samples_of(&batch).filter(|(signal, sample)| {
                    wanted.signal.is_none_or(|wanted| wanted == *signal)
                        && (wanted.t_from..=wanted.t_to).contains(&sample.time)
                }));
            }
        }
    }
}

/// [`scan`] for one signal, settled.
pub(crate) async fn scan_signal(
    file: &Path,
    connection: &mut SqliteConnection,
    wanted: Wanted,
) -> Result<Vec<Sample>> {
    let found = scan(file, connection, wanted).await?;
    let mut samples: Vec<Sample> = found.into_iter().map(|(_, sample)| sample).collect();
    settle(&mut samples);
    Ok(samples)
}

/// Samples of a batch as history keeps them.
pub(crate) fn samples_of(batch: &SampleBatch) -> impl Iterator<Item = (SignalKey, Sample)> {
    batch.iter().map(|row| {
        let sample = Sample {
            time: row.time,
            received: batch.received(),
            value: row.value(),
            quality: row.quality,
        };
        (row.signal, sample)
    })
}
