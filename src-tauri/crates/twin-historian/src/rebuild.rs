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

/// Rows read in one snapshot.
const ROWS_A_SNAPSHOT: i64 = 1_000;

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
    let mut after = (i64::MIN, i64::MIN);
    let fail = Error::sql(&inner.telemetry.file, "look for damaged statistics");
    loop {
        let rows: Vec<SqliteRow> = sqlx::query(
            "SELECT * FROM chunk WHERE (signal, t_min) > (?, ?) ORDER BY signal, t_min LIMIT ?",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(ROWS_A_SNAPSHOT)
        .fetch_all(&inner.telemetry.readers)
        .await
        .map_err(&fail)?;
        let Some(last) = rows.last() else {
            return Ok(rebuilt);
        };
        after = ChunkRow::read_unproven(last)
            .map(|(row, _)| (row.signal, row.statistics.t_min.micros()))
            .map_err(&fail)?;
        for row in &rows {
            let (row, proven) = ChunkRow::read_unproven(row).map_err(&fail)?;
            if proven {
                continue;
            }
            if make_anew(inner, &row).await? {
                tracing::error!(place = row.place(), "damaged statistics were made anew");
                rebuilt.mended.push(row.place());
            } else if give_up {
                tracing::error!(
                    place = row.place(),
                    "a chunk with damaged statistics was put into quarantine"
                );
                take_away(inner, &row).await?;
                rebuilt.given_up.push(row.place());
            }
        }
    }
}

/// Whether the samples of the row were found and its statistics are right again.
async fn make_anew(inner: &Inner, row: &ChunkRow) -> Result<bool> {
    let fail = Error::sql(&inner.telemetry.file, "make statistics anew");
    let mut writer = inner.telemetry.writer.lock().await;
    writer.begin(Durability::Normal).await?;
    let done = find_and_rewrite(writer.connection(), row).await;
    writer.end(done.map_err(fail)).await
}

async fn find_and_rewrite(connection: &mut SqliteConnection, row: &ChunkRow) -> sqlx::Result<bool> {
    // Its own samples first, when no other row has them; then those that no row has: the damaged byte may be the link.
    let mut ids: Vec<i64> = sqlx::query_scalar(
        "SELECT d.id FROM chunk_data d WHERE d.id = ?1 AND NOT EXISTS \
         (SELECT 1 FROM chunk WHERE data = ?1 AND NOT (signal = ?2 AND t_min = ?3))",
    )
    .bind(row.data)
    .bind(row.signal)
    .bind(row.statistics.t_min.micros())
    .fetch_all(&mut *connection)
    .await?;
    let own = ids.len();
    if own == 0 {
        let orphans = "SELECT id FROM chunk_data WHERE id NOT IN (SELECT data FROM chunk)";
        ids = sqlx::query_scalar(orphans)
            .fetch_all(&mut *connection)
            .await?;
    }
    for id in ids {
        let blob: Vec<u8> = sqlx::query_scalar("SELECT data FROM chunk_data WHERE id = ?")
            .bind(id)
            .fetch_one(&mut *connection)
            .await?;
        let Ok(facts) = ChunkFacts::of(&blob) else {
            continue;
        };
        // Samples that no row leads to must say themselves that they are these.
        let is_this = own > 0
            || (facts.signal.is_some_and(|s| i64::from(s.0) == row.signal)
                && facts.statistics.t_min == row.statistics.t_min);
        if is_this && rewrite(connection, row, id, &facts).await? {
            return Ok(true);
        }
    }
    Ok(false)
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
         AND NOT (signal = ?4 AND t_min = ?5)) \
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
    sqlx::query(
        "UPDATE chunk SET signal = ?, t_min = ?, t_max = ?, count = ?, numbers = ?, min = ?, max = ?, sum = ?, \
         first = ?, last = ?, first_status = ?, last_status = ?, worst_status = ?, data = ?, arrival = ?, proof = ? \
         WHERE signal = ? AND t_min = ?",
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
    .bind(row.signal)
    .bind(row.statistics.t_min.micros())
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

async fn take_away(inner: &Inner, row: &ChunkRow) -> Result<()> {
    let fail = Error::sql(&inner.telemetry.file, "put a chunk into quarantine");
    let mut writer = inner.telemetry.writer.lock().await;
    writer.begin(Durability::Normal).await?;
    let done = remove(writer.connection(), row).await;
    writer.end(done.map_err(fail)).await
}

async fn remove(connection: &mut SqliteConnection, row: &ChunkRow) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM chunk WHERE signal = ? AND t_min = ?")
        .bind(row.signal)
        .bind(row.statistics.t_min.micros())
        .execute(&mut *connection)
        .await?;
    // Samples that another row has stay where they are.
    let unused = "id = ?1 AND ?1 NOT IN (SELECT data FROM chunk)";
    let copy = format!(
        "INSERT INTO quarantine (origin, reason, data) SELECT ?2, 'its statistics are damaged', data \
         FROM chunk_data WHERE {unused}"
    );
    sqlx::query(sqlx::AssertSqlSafe(copy))
        .bind(row.data)
        .bind(row.place())
        .execute(&mut *connection)
        .await?;
    let delete = format!("DELETE FROM chunk_data WHERE {unused}");
    sqlx::query(sqlx::AssertSqlSafe(delete))
        .bind(row.data)
        .execute(connection)
        .await
        .map(drop)
}
