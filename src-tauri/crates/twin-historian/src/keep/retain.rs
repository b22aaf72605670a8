//! Letting go of old history, and giving its space back.

use twin_core::{Duration, SignalKey, Timestamp};

use crate::{
    compact::delete_chunks,
    database::Durability,
    error::{Error, Result},
    historian::{Historian, signal_key},
    query::ChunkRow,
};

/// Chunks that one call removes at most.
const CHUNKS_A_STEP: i64 = 2_000;

/// What is kept how long; none: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Samples by source time, in whole chunks: a chunk stays until its newest sample is too old.
    pub samples: Option<Duration>,
    /// Link transitions.
    pub links: Option<Duration>,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Chunks.
    pub chunks: u64,
    /// Samples in them.
    pub samples: u64,
    /// Signals they belonged to.
    pub signals: Vec<SignalKey>,
    /// From the oldest to the newest removed sample.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Link transitions.
    pub links: u64,
    /// Whether more is due: call again.
    pub more: bool,
}

impl Historian {
    /// Removes what `policy` no longer keeps at `now`, a bounded number of chunks at a time, and shrinks the file.
    /// Alarms and audit are never removed.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub async fn retain(&self, now: Timestamp, policy: Policy) -> Result<Removed> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let fail = Error::sql(file, "remove old history");
        let _alone = inner.maintenance.lock().await;
        let mut removed = Removed::default();
        let mut old = Vec::new();
        if let Some(age) = policy.samples {
            let rows = sqlx::query("SELECT * FROM chunk WHERE t_max < ? LIMIT ?");
            let rows = rows
                .bind(now.micros().saturating_sub(age.micros()))
                .bind(CHUNKS_A_STEP);
            let rows = rows
                .fetch_all(&inner.telemetry.readers)
                .await
                .map_err(&fail)?;
            removed.more = rows.len() as i64 == CHUNKS_A_STEP;
            for row in &rows {
                let row = ChunkRow::read(row).map_err(&fail)?;
                removed.count(&row)?;
                old.push(row);
            }
        }
        removed.signals.dedup();
        let mut writer = inner.telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let mut done = delete_chunks(writer.connection(), &old).await;
        if let (Ok(()), Some(age)) = (&done, policy.links) {
            let delete = sqlx::query("DELETE FROM link WHERE at < ?");
            let delete = delete.bind(now.micros().saturating_sub(age.micros()));
            done = delete
                .execute(writer.connection())
                .await
                .map(|result| removed.links = result.rows_affected());
        }
        writer.end(done.map_err(&fail)).await?;
        // A bounded number of free pages a call (16 MiB), so that appends wait a moment only.
        writer
            .run("shrink the file", "PRAGMA incremental_vacuum(2048)")
            .await?;
        Ok(removed)
    }
}

impl Removed {
    fn count(&mut self, row: &ChunkRow) -> Result<()> {
        let statistics = &row.statistics;
        self.chunks += 1;
        self.samples += u64::from(statistics.count);
        self.signals.push(signal_key(row.signal)?);
        let (from, to) = self.span.unwrap_or((statistics.t_min, statistics.t_max));
        self.span = Some((from.min(statistics.t_min), to.max(statistics.t_max)));
        Ok(())
    }
}
