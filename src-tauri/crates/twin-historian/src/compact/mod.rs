//! Moving journal rows to chunks. A step reads and compresses without any lock that an append needs, then swaps rows
//! for chunks in one transaction; whatever instruction it dies at, every sample is in exactly one of the two.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use twin_core::{SignalKey, Timestamp};

use crate::{
    chunk::{self, Statistics},
    codec,
    database::Durability,
    error::{Error, Result},
    historian::{Historian, Inner},
    journal::samples_of,
    query::{ChunkRow, by_signal, chunk_blob},
    row::JournalRow,
    sample::{Sample, merge},
    tail,
};

/// Rows in one SQL statement; SQLite takes 32,766 parameters and a chunk has 14.
const ROWS_A_STATEMENT: usize = 1_000;
/// Journal rows that one step looks at.
const STEP_ROWS_MAX: i64 = 10_000;

/// What a compaction step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Journal rows moved.
    pub rows: u64,
    /// Samples in them.
    pub samples: u64,
    /// Chunks written.
    pub chunks_written: u64,
    /// Chunks that went into the written ones.
    pub chunks_replaced: u64,
    /// Blobs that could not be read, now in the table `quarantine`.
    pub quarantined: u64,
    /// Whether rows up to the given one are left: call again.
    pub more: bool,
}

/// What is to be changed, worked out before the transaction.
#[derive(Default)]
struct Plan {
    chunk_samples_max: usize,
    delete: Vec<ChunkRow>,
    insert: Vec<(SignalKey, Statistics, Vec<u8>)>,
    quarantine: Vec<(String, String, Vec<u8>)>,
}

impl Historian {
    /// Moves journal rows up to `upto` (settled ones: the replay at start needs the others) to chunks: as many as
    /// one step takes. Call again while [`Progress::more`].
    ///
    /// # Errors
    /// When the file cannot be read or written: nothing has changed then.
    pub async fn compact_step(&self, upto: JournalRow) -> Result<Progress> {
        let inner = &*self.inner;
        let _alone = inner.maintenance.lock().await;
        // A row that an abandoned append left must be known before its number can disappear from the journal.
        let newest = inner.sound_tail(tail::Tail::newest_row).await?;
        let (rows, more) = oldest_rows(inner, upto.0.min(newest)).await?;
        let Some((through, _)) = rows.last() else {
            return Ok(Progress::default());
        };
        let through = *through;
        let mut progress = Progress {
            rows: rows.len() as u64,
            more,
            ..Progress::default()
        };

        let mut plan = Plan {
            chunk_samples_max: inner.options.chunk_samples_max,
            ..Plan::default()
        };
        let mut batches = Vec::new();
        for (row, data) in rows {
            match codec::read(&data) {
                Ok(read) => batches.extend(read),
                Err(why) => {
                    plan.quarantine
                        .push((format!("journal row {row}"), why.to_string(), data))
                }
            }
        }
        let signals = by_signal(batches.iter().flat_map(samples_of));
        progress.samples = batches.iter().map(|batch| batch.len() as u64).sum();
        drop(batches);
        for (signal, samples) in signals {
            plan_signal(inner, signal, samples, &mut plan).await?;
            // Compressing is work without a wait: let others have their turn.
            tokio::task::yield_now().await;
        }
        progress.chunks_written = plan.insert.len() as u64;
        progress.chunks_replaced = plan.delete.len() as u64;
        progress.quarantined = plan.quarantine.len() as u64;

        let mut writer = inner.telemetry.writer.lock().await;
        // NORMAL is enough: should a power cut take this commit, the journal rows are back.
        writer.begin(Durability::Normal).await?;
        let done = carry_out(writer.connection(), plan, through).await;
        writer
            .end(done.map_err(Error::sql(&inner.telemetry.file, "move rows to chunks")))
            .await?;
        tail::lock(&inner.tail).compacted(through);
        Ok(progress)
    }
}

/// The oldest journal rows that make one step, and whether more are left.
async fn oldest_rows(inner: &Inner, upto: i64) -> Result<(Vec<(i64, Vec<u8>)>, bool)> {
    let read = Error::sql(&inner.telemetry.file, "read the journal");
    let readers = &inner.telemetry.readers;
    let counts: Vec<(i64, i64)> =
        sqlx::query_as("SELECT row, count FROM journal WHERE row <= ? ORDER BY row LIMIT ?")
            .bind(upto)
            .bind(STEP_ROWS_MAX)
            .fetch_all(readers)
            .await
            .map_err(&read)?;
    let mut samples = 0;
    let mut taken = 0;
    for (_, count) in &counts {
        samples += count;
        if taken > 0 && samples > inner.options.step_samples_max as i64 {
            break;
        }
        taken += 1;
    }
    let more = taken < counts.len() || counts.len() as i64 == STEP_ROWS_MAX;
    let Some((through, _)) = counts.get(taken.saturating_sub(1)) else {
        return Ok((Vec::new(), false));
    };
    let rows = sqlx::query_as("SELECT row, data FROM journal WHERE row <= ? ORDER BY row");
    let rows = rows.bind(through).fetch_all(readers).await.map_err(&read)?;
    Ok((rows, more))
}

/// Places samples of one signal among its chunks. Those inside a chunk, or behind one that is not full, are merged
/// with it; the others make chunks of their own. So chunks never overlap, and a signal's last one fills up.
async fn plan_signal(
    inner: &Inner,
    signal: SignalKey,
    samples: Vec<Sample>,
    plan: &mut Plan,
) -> Result<()> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Ok(());
    };
    let mut connection = inner
        .telemetry
        .readers
        .acquire()
        .await
        .map_err(Error::sql(&inner.telemetry.file, "begin reading"))?;
    let chunks = chunks_from(inner, &mut connection, signal, first.time, last.time).await?;
    // For each chunk the samples from its beginning to the next one's; those before the first go with the first.
    let mut groups: BTreeMap<usize, Vec<Sample>> = BTreeMap::new();
    for sample in samples {
        let at = chunks
            .partition_point(|row| row.statistics.t_min <= sample.time)
            .saturating_sub(1);
        groups.entry(at).or_default().push(sample);
    }
    let mut rows: Vec<Option<ChunkRow>> = chunks.into_iter().map(Some).collect();
    let last_chunk = rows.len().saturating_sub(1);
    for (at, group) in groups {
        let Some(row) = rows.get_mut(at).and_then(Option::take) else {
            split(signal, &group, true, plan)?;
            continue;
        };
        let inside = group
            .iter()
            .any(|s| (row.statistics.t_min..=row.statistics.t_max).contains(&s.time));
        let is_full = row.statistics.count as usize >= plan.chunk_samples_max;
        let at_the_end = at == last_chunk
            && group
                .iter()
                .all(|sample| sample.time > row.statistics.t_max);
        if is_full && !inside {
            // All before it or all behind it: a group has both only when it goes with the first chunk.
            let border = group.partition_point(|sample| sample.time < row.statistics.t_min);
            split(signal, &group[..border], true, plan)?;
            split(signal, &group[border..], true, plan)?;
            continue;
        }
        let blob = match chunk_blob(inner, &mut connection, &row).await {
            // Missing: as unreadable as any other damage below, and it must not stop compaction for ever.
            Err(Error::Damaged { .. }) => Vec::new(),
            other => other?,
        };
        let merged = match chunk::decode(&blob) {
            Ok(stored) => merge(stored, group),
            Err(why) => {
                tracing::error!(place = row.place(), %why, "a chunk is damaged and was put into quarantine");
                plan.quarantine.push((row.place(), why.to_string(), blob));
                group
            }
        };
        plan.delete.push(row);
        split(signal, &merged, at_the_end, plan)?;
    }
    Ok(())
}

/// The chunks that samples of `first..=last` can touch: from the last that begins at or before `first`, else the one
/// that follows them all.
async fn chunks_from(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    first: Timestamp,
    last: Timestamp,
) -> Result<Vec<ChunkRow>> {
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let rows = sqlx::query(
        "SELECT * FROM chunk WHERE signal = ?1 \
         AND t_min >= coalesce((SELECT max(t_min) FROM chunk WHERE signal = ?1 AND t_min <= ?2), ?2) \
         AND t_min <= coalesce((SELECT min(t_min) FROM chunk WHERE signal = ?1 AND t_min > ?3), ?3) \
         ORDER BY t_min",
    );
    let rows = rows
        .bind(signal.0)
        .bind(first.micros())
        .bind(last.micros())
        .fetch_all(connection)
        .await;
    rows.map_err(&read)?
        .iter()
        .map(|row| ChunkRow::read(row).map_err(&read))
        .collect()
}

/// Cuts samples into chunks. At the end of a signal: full ones and a rest that will grow; elsewhere: equal ones, so
/// that each has room for the next late sample.
fn split(signal: SignalKey, samples: &[Sample], at_the_end: bool, plan: &mut Plan) -> Result<()> {
    let pieces = samples.len().div_ceil(plan.chunk_samples_max).max(1);
    let size = if at_the_end {
        plan.chunk_samples_max
    } else {
        samples.len().div_ceil(pieces).max(1)
    };
    for piece in samples.chunks(size) {
        if let Some(statistics) = Statistics::of(piece) {
            let blob = chunk::encode(piece)
                .map_err(|why| why.of(format!("a new chunk of signal {}", signal.0)))?;
            plan.insert.push((signal, statistics, blob));
        }
    }
    Ok(())
}

async fn carry_out(
    connection: &mut SqliteConnection,
    plan: Plan,
    through: i64,
) -> sqlx::Result<()> {
    delete_chunks(connection, &plan.delete).await?;
    insert_chunks(connection, plan.insert).await?;
    for (origin, reason, data) in plan.quarantine {
        let insert = sqlx::query("INSERT INTO quarantine (origin, reason, data) VALUES (?, ?, ?)");
        insert
            .bind(origin)
            .bind(reason)
            .bind(data)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("DELETE FROM journal WHERE row <= ?")
        .bind(through)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE progress SET compacted = max(compacted, ?)")
        .bind(through)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn delete_chunks(
    connection: &mut SqliteConnection,
    chunks: &[ChunkRow],
) -> sqlx::Result<()> {
    for rows in chunks.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Sqlite>::new("DELETE FROM chunk_data WHERE id IN (");
        let mut ids = sql.separated(", ");
        for row in rows {
            ids.push_bind(row.data);
        }
        ids.push_unseparated(")");
        sql.build().execute(&mut *connection).await?;

        let mut sql = QueryBuilder::<Sqlite>::new("DELETE FROM chunk WHERE (signal, t_min) IN (");
        sql.push_values(rows, |mut values, row| {
            values
                .push_bind(row.signal)
                .push_bind(row.statistics.t_min.micros());
        });
        sql.push(")");
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_chunks(
    connection: &mut SqliteConnection,
    chunks: Vec<(SignalKey, Statistics, Vec<u8>)>,
) -> sqlx::Result<()> {
    let next: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM chunk_data")
        .fetch_one(&mut *connection)
        .await?;
    let mut chunks = (next..).zip(chunks).peekable();
    while chunks.peek().is_some() {
        let mut facts = Vec::new();
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO chunk_data (id, data) ");
        let part = chunks.by_ref().take(ROWS_A_STATEMENT);
        sql.push_values(part, |mut values, (id, (signal, statistics, blob))| {
            values.push_bind(id).push_bind(blob);
            facts.push((id, signal, statistics));
        });
        sql.build().execute(&mut *connection).await?;

        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO chunk (signal, t_min, t_max, count, numbers, min, max, sum, first, last, first_status, \
             last_status, worst_status, data) ",
        );
        sql.push_values(facts, |mut values, (id, signal, s)| {
            // SQLite stores NaN as NULL, which is what the schema says.
            values
                .push_bind(signal.0)
                .push_bind(s.t_min.micros())
                .push_bind(s.t_max.micros());
            values
                .push_bind(s.count)
                .push_bind(s.numbers)
                .push_bind(s.min)
                .push_bind(s.max)
                .push_bind(s.sum);
            values
                .push_bind(s.first)
                .push_bind(s.last)
                .push_bind(s.first_status as i64);
            values
                .push_bind(s.last_status as i64)
                .push_bind(s.worst as i64)
                .push_bind(id);
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}
