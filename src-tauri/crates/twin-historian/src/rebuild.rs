//! Rows of `chunk` whose checksum does not fit, made anew from their samples: the blob says whose they are and has a
//! checksum of its own.

use sqlx::{SqliteConnection, sqlite::SqliteRow};
use twin_core::SignalKey;

use crate::{
    bytes::Malformed,
    chunk::{Chunk, Statistics},
    chunks::ChunkRow,
    database::Durability,
    error::{Error, Result},
    historian::Inner,
    proof,
};

/// Rows in memory at a time.
const ROWS_AT_A_TIME: i64 = 4_096;
/// One row of signal ?1 at ?2 with the samples ?3.
const THIS_ROW: &str = "signal = ?1 AND t_min = ?2 AND data = ?3";
/// That row, wherever it stands: a damaged key has left it where a search for that key does not come by. And whatever
/// its type has become: a whole number is made of it here as [`ChunkRow::read_unproven`] does.
const THIS_ROW_ANYWHERE: &str = "coalesce(CAST(signal AS INTEGER), 0) = ?1 \
    AND coalesce(CAST(t_min AS INTEGER), 0) = ?2 AND coalesce(CAST(data AS INTEGER), 0) = ?3";

/// What a chunk says of itself.
pub(crate) struct ChunkFacts {
    /// Whose samples they are; a blob of version 1 does not say.
    pub signal: Option<SignalKey>,
    pub statistics: Statistics,
    /// The smallest arrival number, 0 when there is none.
    pub arrival: i64,
}

impl ChunkFacts {
    /// Looks into a chunk.
    pub(crate) fn of(blob: &[u8]) -> std::result::Result<ChunkFacts, Malformed> {
        let chunk = Chunk::open(blob)?;
        let samples = chunk.stretch(|_, _| 0)?;
        let statistics = Statistics::of(&samples, 0..samples.len()).ok_or(Malformed {
            at: 0,
            what: "holds no sample",
        })?;
        let arrivals = samples.arrivals.iter().copied().filter(|n| *n > 0);
        Ok(ChunkFacts {
            signal: chunk.signal(),
            statistics,
            arrival: arrivals.min().unwrap_or(0).cast_signed(),
        })
    }

    pub(crate) fn is_of_another(&self, signal: i64) -> bool {
        self.signal
            .is_some_and(|found| i64::from(found.0) != signal)
    }
}

/// What was done about rows whose checksum does not fit.
#[derive(Default)]
pub(crate) struct Rebuilt {
    /// Chunks whose row fits again, in words.
    pub mended: Vec<String>,
    /// Chunks whose samples could not be told: their row is gone, and what they had is in quarantine.
    pub given_up: Vec<String>,
}

impl Rebuilt {
    pub(crate) const fn is_any(&self) -> bool {
        !self.mended.is_empty() || !self.given_up.is_empty()
    }
}

/// Whether work on chunks or rollups stopped at rows that do not fit, and these are out of the way now: then it can be
/// done once more.
pub(crate) async fn out_of_the_way(inner: &Inner, stopped: Option<&Error>) -> Result<bool> {
    let Some(Error::Damaged { .. }) = stopped else {
        return Ok(false);
    };
    Ok(unproven(inner, true).await?.is_any())
}

/// Looks for rows whose checksum does not fit and makes them anew. Where that cannot be, `give_up` takes the row away,
/// so that no work stops at it for ever.
pub(crate) async fn unproven(inner: &Inner, give_up: bool) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt::default();
    for row in damaged_rows(inner).await? {
        if make_anew(inner, &row).await? {
            tracing::error!(place = row.place(), "damaged statistics were made anew");
            rebuilt.mended.push(row.place());
        } else if give_up {
            tracing::error!(
                place = row.place(),
                "a chunk with damaged statistics was put into quarantine"
            );
            take_away(inner, &row, "its statistics are damaged").await?;
            rebuilt.given_up.push(row.place());
        }
    }
    Ok(rebuilt)
}

/// Every row is read in the order in which they stand, for a key may be what is damaged.
async fn damaged_rows(inner: &Inner) -> Result<Vec<ChunkRow>> {
    let fail = Error::sql(&inner.telemetry.file, "look for damaged statistics");
    let mut damaged = Vec::new();
    let mut seen = 0;
    loop {
        let rows: Vec<SqliteRow> = sqlx::query("SELECT * FROM chunk LIMIT ? OFFSET ?")
            .bind(ROWS_AT_A_TIME)
            .bind(seen)
            .fetch_all(&inner.telemetry.readers)
            .await
            .map_err(&fail)?;
        for row in &rows {
            let (row, proven) = ChunkRow::read_unproven(row).map_err(&fail)?;
            if !proven {
                damaged.push(row);
            }
        }
        seen += rows.len() as i64;
        if (rows.len() as i64) < ROWS_AT_A_TIME {
            return Ok(damaged);
        }
    }
}

/// Whether the samples of the row were found and its statistics are right again. They are looked for beside the writer,
/// for that goes through whole tables and appends would stand still; who calls this is the only one to change chunks.
async fn make_anew(inner: &Inner, row: &ChunkRow) -> Result<bool> {
    let fail = Error::sql(&inner.telemetry.file, "make statistics anew");
    let readers = &inner.telemetry.readers;
    // Its own samples first, when no other row has them; then those that no row has: the damaged byte may be the link.
    let own = is_own(inner, row).await.map_err(&fail)?;
    let ids: Vec<i64> = if own {
        let present = "SELECT id FROM chunk_data WHERE id = ?";
        sqlx::query_scalar(present).bind(row.data)
    } else {
        sqlx::query_scalar("SELECT id FROM chunk_data WHERE id NOT IN (SELECT data FROM chunk)")
    }
    .fetch_all(readers)
    .await
    .map_err(&fail)?;
    for id in ids {
        let blob: Vec<u8> = sqlx::query_scalar("SELECT data FROM chunk_data WHERE id = ?")
            .bind(id)
            .fetch_one(readers)
            .await
            .map_err(&fail)?;
        let Ok(facts) = ChunkFacts::of(&blob) else {
            continue;
        };
        // Samples that no row leads to must say themselves that they are these.
        let is_this = own
            || (facts.signal.is_some_and(|s| i64::from(s.0) == row.signal)
                && facts.statistics.t_min == row.statistics.t_min);
        if is_this {
            let mut writer = inner.telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = rewrite(writer.connection(), row, id, &facts).await;
            if writer.end(done.map_err(&fail)).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether there are samples where the row says, and no other row has them.
async fn is_own(inner: &Inner, row: &ChunkRow) -> sqlx::Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM chunk_data WHERE id = ?3) \
         AND NOT EXISTS (SELECT 1 FROM chunk WHERE data = ?3 AND NOT ({THIS_ROW_ANYWHERE}))"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(row.signal)
        .bind(row.statistics.t_min.micros())
        .bind(row.data)
        .fetch_one(&inner.telemetry.readers)
        .await
}

/// Writes what the samples `data` say of themselves in the place of a row, unless another chunk has their time.
pub(crate) async fn rewrite(
    connection: &mut SqliteConnection,
    row: &ChunkRow,
    data: i64,
    facts: &ChunkFacts,
) -> sqlx::Result<bool> {
    let s = &facts.statistics;
    let signal = facts
        .signal
        .map_or(row.signal, |signal| i64::from(signal.0));
    let others: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM chunk WHERE signal = ?1 AND t_min <= ?3 AND t_max >= ?2 \
         AND NOT (coalesce(CAST(signal AS INTEGER), 0) = ?4 AND coalesce(CAST(t_min AS INTEGER), 0) = ?5)) \
         + (?1 <> ?4 AND (SELECT count(*) = 0 FROM signal WHERE key = ?1))",
    )
    .bind(signal)
    .bind(s.t_min.micros())
    .bind(s.t_max.micros())
    .bind(row.signal)
    .bind(row.statistics.t_min.micros())
    .fetch_one(&mut *connection)
    .await?;
    if others > 0 {
        return Ok(false);
    }
    if delete(&mut *connection, row).await? != 1 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO chunk (signal, t_min, t_max, count, numbers, min, max, sum, first, last, first_status, \
         last_status, worst_status, data, arrival, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(signal)
    .bind(s.t_min.micros())
    .bind(s.t_max.micros())
    .bind(s.count)
    .bind(s.numbers)
    .bind(s.min)
    .bind(s.max)
    .bind(s.sum)
    .bind(s.first)
    .bind(s.last)
    .bind(s.first_status as i64)
    .bind(s.last_status as i64)
    .bind(s.worst as i64)
    .bind(data)
    .bind(facts.arrival)
    .bind(proof::of_chunk(signal, s, data, facts.arrival))
    .execute(connection)
    .await?;
    Ok(true)
}

/// Removes one row of statistics; gives how many there were.
async fn delete(connection: &mut SqliteConnection, row: &ChunkRow) -> sqlx::Result<u64> {
    let mut deleted = 0;
    // Only a damaged key is worth going through the table while appends wait.
    for place in [THIS_ROW, THIS_ROW_ANYWHERE] {
        let sql = format!("DELETE FROM chunk WHERE {place}");
        deleted = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(row.signal)
            .bind(row.statistics.t_min.micros())
            .bind(row.data)
            .execute(&mut *connection)
            .await?
            .rows_affected();
        if deleted > 0 {
            break;
        }
    }
    Ok(deleted)
}

/// Puts a chunk into quarantine; `why` is noted beside it. For who is the only one to change chunks.
pub(crate) async fn take_away(inner: &Inner, row: &ChunkRow, why: &str) -> Result<()> {
    let fail = Error::sql(&inner.telemetry.file, "put a chunk into quarantine");
    // Samples that another row has stay where they are.
    let own = is_own(inner, row).await.map_err(&fail)?;
    let mut writer = inner.telemetry.writer.lock().await;
    writer.begin(Durability::Normal).await?;
    let done = remove(writer.connection(), row, own.then_some(why)).await;
    writer.end(done.map_err(fail)).await
}

/// Removes a row; with a reason its samples too, of which a copy stays.
async fn remove(
    connection: &mut SqliteConnection,
    row: &ChunkRow,
    why: Option<&str>,
) -> sqlx::Result<()> {
    delete(&mut *connection, row).await?;
    let Some(why) = why else {
        return Ok(());
    };
    let copy = "INSERT INTO quarantine (origin, reason, data) SELECT ?2, ?3, data FROM chunk_data WHERE id = ?1";
    sqlx::query(copy)
        .bind(row.data)
        .bind(row.place())
        .bind(why)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM chunk_data WHERE id = ?")
        .bind(row.data)
        .execute(connection)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use twin_core::{BatchId, Quality, SampleBatch, Timestamp, Value};

    use super::*;
    use crate::{Historian, Options};

    #[tokio::test]
    async fn samples_are_searched_for_while_appends_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let historian = Historian::open_with(dir.path(), Timestamp(0), Options::default())
            .await
            .unwrap();
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(0));
        batch.push(SignalKey(0), Timestamp(1), &Value::F64(1.0), Quality::GOOD);
        let batches = [Arc::new(batch)];
        let append = historian.append(&batches, Durability::Normal);
        append.await.unwrap();
        let newest = historian.newest_row();
        historian.compact_step(newest).await.unwrap();
        let inner = &*historian.inner;
        let stored = sqlx::query("SELECT * FROM chunk")
            .fetch_one(&inner.telemetry.readers)
            .await
            .unwrap();
        let (mut row, _) = ChunkRow::read_unproven(&stored).unwrap();
        // Its link leads nowhere, and no samples without a row are its own.
        row.data = 77;
        let writer = inner.telemetry.writer.lock().await;
        let found = tokio::time::timeout(Duration::from_secs(20), make_anew(inner, &row)).await;
        assert!(matches!(found, Ok(Ok(false))), "it waits for the writer");
        drop(writer);
    }
}
