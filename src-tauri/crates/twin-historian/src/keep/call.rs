//! One call of retention: what it may take, what it has taken, and the transactions in which it goes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::SqliteConnection;
use twin_core::{Duration, SignalKey, Timestamp};

use super::{
    blob::block_micros,
    removal::{self, Entry},
};
use crate::{
    chunks::ChunkRow,
    database::Durability,
    error::{Error, Result},
    historian::Inner,
    lists::json,
    proof::rolled_proof,
    rebuild,
};

/// Chunks, and blocks of rollups, that one call removes at most.
const CHUNKS_A_CALL: i64 = 2_000;
/// Chunks that go in one transaction: appends wait for that long.
const CHUNKS_A_TRANSACTION: usize = 100;

/// How long samples of some signals are kept, by source time; none: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Samples, in whole chunks: a chunk stays until its newest sample is too old.
    pub raw: Option<Duration>,
    /// Rollups, in whole blocks. Never shorter than `raw`: a longer `raw` counts for both.
    pub rollups: Option<Duration>,
}

impl Keep {
    pub(super) fn rollups(&self) -> Option<Duration> {
        Some(self.rollups?.max(self.raw?))
    }
}

/// What is kept how long; none: for ever. Alarms and audit are always kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Signals that no class names.
    pub default: Keep,
    /// Classes of signals; of a signal named twice the first one counts.
    pub classes: Vec<(Vec<SignalKey>, Keep)>,
    /// Link transitions; the newest of each connection that is too old stays, for it still holds.
    pub links: Option<Duration>,
    /// Quality transitions, likewise by signal.
    pub qualities: Option<Duration>,
    /// Notes on corrected samples, by when the correction came.
    pub corrections: Option<Duration>,
    /// Largest size of telemetry.db, log included. Above it unreadable messages go first as far as they take more than an
    /// eighth of it, then the oldest samples of all signals, then the oldest rollups, until 95 % are left.
    pub budget_bytes: Option<u64>,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Chunks.
    pub chunks: u64,
    /// Samples in them.
    pub samples: u64,
    /// Signals they belonged to, in order.
    pub signals: Vec<SignalKey>,
    /// From the oldest to the newest removed sample.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Blocks of rollups.
    pub rollups: u64,
    /// Link transitions.
    pub links: u64,
    /// Quality transitions.
    pub qualities: u64,
    /// Notes on corrected samples.
    pub corrections: u64,
    /// Bytes above the budget that retention may not remove: journal, alarms of links and the like.
    pub over_budget: Option<u64>,
    /// Whether more is due: call again.
    pub more: bool,
}

/// A chunk that is to go.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Doomed {
    pub signal: i64,
    pub t_min: i64,
    pub t_max: i64,
    pub count: i64,
    pub data: i64,
    pub bytes: i64,
}

/// A block of rollups that is to go.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct DoomedBlock {
    pub id: i64,
    pub signal: i64,
    pub level: i64,
    pub block: i64,
    pub bytes: i64,
}

/// One call of [`Historian::retain`].
pub(super) struct Call<'a> {
    pub inner: &'a Inner,
    pub now: Timestamp,
    pub removed: Removed,
    pub signals: BTreeSet<i64>,
}

impl Call<'_> {
    pub(super) const fn border(&self, age: Duration) -> i64 {
        self.now.micros().saturating_sub(age.micros())
    }

    /// How many more chunks or blocks this call may take.
    pub(super) fn room(&self) -> i64 {
        CHUNKS_A_CALL - (self.removed.chunks + self.removed.rollups).cast_signed()
    }

    pub(super) async fn remove_chunks(&mut self, old: &[Doomed], why: String) -> Result<()> {
        let mut entry = Entry::new(self.now, "samples", why);
        for part in old.chunks(CHUNKS_A_TRANSACTION) {
            // Nothing goes because a damaged row says that it is old.
            if !self.are_proven(part).await? {
                rebuild::unproven(self.inner, true).await?;
                self.removed.more = true;
                return Ok(());
            }
            for chunk in part {
                entry.count(chunk.signal, chunk.count, Some((chunk.t_min, chunk.t_max)));
            }
            let mut writer = self.inner.telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = delete_chunks(writer.connection(), part, &mut entry).await;
            writer.end(done.map_err(self.fail())).await?;
            drop(writer);
            for chunk in part {
                let removed = &mut self.removed;
                let (from, to) = (Timestamp(chunk.t_min), Timestamp(chunk.t_max));
                removed.chunks += 1;
                removed.samples += chunk.count.cast_unsigned();
                removed.span = Some(
                    removed
                        .span
                        .map_or((from, to), |(f, t)| (f.min(from), t.max(to))),
                );
                self.signals.insert(chunk.signal);
            }
        }
        Ok(())
    }

    async fn are_proven(&self, part: &[Doomed]) -> Result<bool> {
        let keys = part.iter().map(|chunk| [chunk.signal, chunk.t_min]);
        let rows = sqlx::query(
            "SELECT c.* FROM json_each(?1) AS w CROSS JOIN chunk AS c \
             WHERE c.signal = w.value ->> 0 AND c.t_min = w.value ->> 1",
        )
        .bind(json(keys))
        .fetch_all(&self.inner.telemetry.readers)
        .await
        .map_err(self.fail())?;
        // One that is not found by its key has a damaged key.
        Ok(rows.len() == part.len() && rows.iter().all(|row| ChunkRow::read(row).is_ok()))
    }

    pub(super) async fn remove_blocks(&mut self, old: &[DoomedBlock], why: String) -> Result<()> {
        let mut entry = Entry::new(self.now, "rollups", why);
        for part in old.chunks(CHUNKS_A_TRANSACTION) {
            for row in part {
                let from = row.block.saturating_mul(block_micros(row.level));
                let to = from.saturating_add(block_micros(row.level) - 1);
                entry.count(row.signal, 1, Some((from, to)));
            }
            let ids = list(part.iter().map(|row| row.id));
            let sql = "DELETE FROM rollup WHERE id IN (SELECT value FROM json_each(?))";
            self.removed.rollups += self.delete(sql, ids, &mut entry).await?;
        }
        Ok(())
    }

    /// Runs a deletion of the rows in a list, and notes it in the same transaction.
    pub(super) async fn delete(
        &self,
        sql: &'static str,
        rows: String,
        entry: &mut Entry,
    ) -> Result<u64> {
        let mut writer = self.inner.telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let delete = sqlx::query(sql).bind(rows);
        let mut done = delete
            .execute(writer.connection())
            .await
            .map(|done| done.rows_affected());
        if done.is_ok()
            && let Err(error) = removal::note(writer.connection(), entry).await
        {
            done = Err(error);
        }
        writer.end(done.map_err(self.fail())).await
    }

    pub(super) fn fail(&self) -> impl Fn(sqlx::Error) -> Error {
        Error::sql(&self.inner.telemetry.file, "remove old history")
    }
}

async fn delete_chunks(
    connection: &mut SqliteConnection,
    part: &[Doomed],
    entry: &mut Entry,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM chunk_data WHERE id IN (SELECT value FROM json_each(?))")
        .bind(list(part.iter().map(|chunk| chunk.data)))
        .execute(&mut *connection)
        .await?;
    for chunk in part {
        sqlx::query("DELETE FROM chunk WHERE signal = ? AND t_min = ?")
            .bind(chunk.signal)
            .bind(chunk.t_min)
            .execute(&mut *connection)
            .await?;
    }
    // Queries know from then on that rollups stand for what is gone.
    let mut ends = BTreeMap::new();
    for chunk in part {
        let end = ends.entry(chunk.signal).or_insert(chunk.t_max);
        *end = chunk.t_max.max(*end);
    }
    for (signal, end) in ends {
        // A row that is damaged stays so: what renews it sees for itself what is gone.
        let update = concat!(
            "UPDATE rolled SET raw_from = max(coalesce(raw_from, ?1), ?1) WHERE signal = ?2 AND proof IS ",
            rolled_proof!("")
        );
        let update = sqlx::query(update).bind(end.saturating_add(1)).bind(signal);
        if update.execute(&mut *connection).await?.rows_affected() > 0 {
            let prove = concat!(
                "UPDATE rolled SET proof = ",
                rolled_proof!(""),
                " WHERE signal = ?"
            );
            let prove = sqlx::query(prove).bind(signal);
            prove.execute(&mut *connection).await?;
        }
    }
    removal::note(connection, entry).await
}

/// Numbers as a JSON array, which SQLite reads as a table.
pub(super) fn list(numbers: impl IntoIterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers
        .into_iter()
        .map(|number| number.to_string())
        .collect();
    format!("[{}]", numbers.join(","))
}

/// Why something goes by age.
pub(super) fn older_than(age: Duration) -> String {
    let seconds = age.micros() / 1_000_000;
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => format!("older than {} days", s / 86_400),
        s if s >= 3_600 && s % 3_600 == 0 => format!("older than {} hours", s / 3_600),
        _ => format!("older than {} s", age.micros() as f64 / 1e6),
    }
}
