//! Writing the journal: what was received, as it came, one row a commit.

use std::sync::Arc;

use twin_core::{SampleBatch, Timestamp};

use crate::{
    codec,
    database::Durability,
    error::{Error, Result},
    historian::Historian,
    journal,
    row::JournalRow,
    tail::{self, Pending},
};

impl Historian {
    /// Stores a group of batches as one journal row, in one commit. Returns after the commit has returned; with
    /// [`Durability::Full`] it is on the disk then.
    ///
    /// Without any sample nothing is written, and the newest row is given.
    ///
    /// # Errors
    /// [`Error::Full`] when there is no space: nothing of the group is stored, and it may be offered again.
    pub async fn append(
        &self,
        batches: &[Arc<SampleBatch>],
        durability: Durability,
    ) -> Result<JournalRow> {
        let inner = &*self.inner;
        let Some(extent) = Extent::of(batches) else {
            return Ok(self.newest_row());
        };
        let data = codec::encode(batches);
        let mut writer = inner.telemetry.writer.lock().await;
        writer.ready(durability).await?;
        if tail::lock(&inner.tail).is_torn() {
            journal::mend(&inner.telemetry.file, writer.connection(), &inner.tail).await?;
        }
        let row = tail::lock(&inner.tail).newest_row() + 1;
        let pending = Pending::new(&inner.tail);
        sqlx::query("INSERT INTO journal (row, t_min, t_max, count, data) VALUES (?, ?, ?, ?, ?)")
            .bind(row)
            .bind(extent.t_min.micros())
            .bind(extent.t_max.micros())
            .bind(extent.count)
            .bind(data)
            .execute(writer.connection())
            .await
            .map_err(Error::sql(&inner.telemetry.file, "append to the journal"))?;
        pending.committed(row, batches);
        Ok(JournalRow(row))
    }

    /// Batches of journal rows after `after`, in order, from at most `rows_max` rows: for the replay at start. Call
    /// again with the last row until nothing comes. Rows that compaction has moved are gone; unreadable ones are
    /// passed over and logged.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn rows_after(
        &self,
        after: JournalRow,
        rows_max: u32,
    ) -> Result<Vec<(JournalRow, SampleBatch)>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT row, data FROM journal WHERE row > ? ORDER BY row LIMIT ?")
                .bind(after.0)
                .bind(rows_max)
                .fetch_all(&telemetry.readers)
                .await
                .map_err(Error::sql(&telemetry.file, "read the journal"))?;
        let mut batches = Vec::new();
        for (row, data) in rows {
            batches.extend(
                journal::readable(row, &data)
                    .into_iter()
                    .map(|batch| (JournalRow(row), batch)),
            );
        }
        Ok(batches)
    }
}

/// The source times and the count of a group of batches.
struct Extent {
    t_min: Timestamp,
    t_max: Timestamp,
    count: i64,
}

impl Extent {
    fn of(batches: &[Arc<SampleBatch>]) -> Option<Extent> {
        let times = || {
            batches
                .iter()
                .flat_map(|batch| batch.times().iter().copied())
        };
        let count = batches.iter().map(|batch| batch.len() as i64).sum();
        Some(Extent {
            t_min: times().min()?,
            t_max: times().max()?,
            count,
        })
    }
}
