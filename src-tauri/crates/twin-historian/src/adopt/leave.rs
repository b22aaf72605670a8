//! What was copied leaves the provisional id, and what cannot be read is put aside.

use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use twin_core::SignalKey;

use crate::{
    bytes::SEAL_BYTES,
    chunks::{ChunkRow, chunk_blob, opened},
    database::Durability,
    error::{Error, Result},
    historian::Historian,
    rebuild,
    rollup::{BLOCKS_A_TRANSACTION, drop_blocks},
};

/// Chunks taken away in one transaction: appends wait for that long.
const CHUNKS_A_STEP: usize = 100;
/// The chunks of a signal, and the beginning of their samples: version and checksum.
const PLACES: &str = "SELECT c.*, substr(d.data, 1, ?2) AS seal FROM chunk AS c \
     LEFT JOIN chunk_data AS d ON d.id = c.data WHERE c.signal = ?1 ORDER BY c.t_min";

/// Where a chunk lies, and what it holds. One that was written anew has another checksum: the number of its data may be
/// the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    t_min: i64,
    t_max: i64,
    count: u32,
    data: i64,
    seal: Option<Vec<u8>>,
}

impl Place {
    fn read(row: &SqliteRow) -> sqlx::Result<Place> {
        let ChunkRow {
            statistics, data, ..
        } = ChunkRow::read(row)?;
        Ok(Place {
            t_min: statistics.t_min.micros(),
            t_max: statistics.t_max.micros(),
            count: statistics.count,
            data,
            seal: row.try_get("seal")?,
        })
    }
}

impl Historian {
    /// The chunks of a signal as they lie now; none when there are none, or when one is damaged.
    pub(super) async fn places(&self, signal: SignalKey) -> Result<Vec<Place>> {
        let _alone = self.inner.maintain().await?;
        self.places_now(signal).await
    }

    /// [`places`](Self::places) for who keeps maintenance away.
    async fn places_now(&self, signal: SignalKey) -> Result<Vec<Place>> {
        let telemetry = &self.inner.telemetry;
        let rows = sqlx::query(PLACES)
            .bind(signal.0)
            .bind(SEAL_BYTES as i64)
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read chunk statistics"))?;
        let places: sqlx::Result<Vec<Place>> = rows.iter().map(Place::read).collect();
        Ok(places.unwrap_or_default())
    }

    /// Puts the chunks of a signal that cannot be read into quarantine, as compaction does when it meets them; gives how
    /// many.
    pub(super) async fn set_aside(&self, signal: SignalKey) -> Result<u64> {
        let _alone = self.inner.maintain().await?;
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let mut aside = rebuild::unproven(inner, true).await?.given_up.len() as u64;
        let read = Error::sql(file, "look for damaged chunks");
        let rows = sqlx::query("SELECT * FROM chunk WHERE signal = ? ORDER BY t_min");
        let rows = rows.bind(signal.0).fetch_all(&inner.telemetry.readers);
        let rows = rows.await.map_err(&read)?;
        for row in &rows {
            let row = ChunkRow::read(row).map_err(&read)?;
            let mut connection = inner.telemetry.readers.acquire().await.map_err(&read)?;
            let why = match chunk_blob(inner, &mut connection, &row).await {
                Ok(blob) => {
                    let chunk = opened(row.signal, &blob);
                    let whole = chunk.and_then(|chunk| chunk.stretch(|_, _| 0));
                    whole.err().map(|why| why.to_string())
                }
                Err(Error::Damaged { why, .. }) => Some(why),
                Err(other) => return Err(other),
            };
            drop(connection);
            if let Some(why) = why {
                let place = row.place();
                tracing::error!(place, why, "a chunk is damaged and was put into quarantine");
                rebuild::take_away(inner, &row, &why).await?;
                aside += 1;
            }
        }
        Ok(aside)
    }

    /// Takes away chunks whose samples were copied, and all rollups of them.
    pub(super) async fn take_away(&self, signal: SignalKey, copied: &[Place]) -> Result<()> {
        if copied.is_empty() {
            return Ok(());
        }
        let _alone = self.inner.maintain().await?;
        // What compaction has brought meanwhile may not have been copied: then all of it goes with a later call.
        if self.places_now(signal).await? != copied {
            return Ok(());
        }
        let telemetry = &self.inner.telemetry;
        let fail = Error::sql(&telemetry.file, "take away what was copied");
        // Rollups go first: chunks without any are sound, if it ends here.
        loop {
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = drop_blocks(writer.connection(), signal, BLOCKS_A_TRANSACTION as u32).await;
            if writer.end(done.map_err(&fail)).await? == 0 {
                break;
            }
        }
        let mut writer = telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let done = forget_rollups(writer.connection(), signal).await;
        writer.end(done.map_err(&fail)).await?;
        drop(writer);
        for part in copied.chunks(CHUNKS_A_STEP) {
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = delete_chunks(writer.connection(), signal, part).await;
            writer.end(done.map_err(&fail)).await?;
        }
        Ok(())
    }
}

async fn forget_rollups(connection: &mut SqliteConnection, signal: SignalKey) -> sqlx::Result<()> {
    for sql in [
        "DELETE FROM rollup_dirty WHERE signal = ?",
        "DELETE FROM rolled WHERE signal = ?",
    ] {
        let delete = sqlx::query(sql).bind(signal.0);
        delete.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn delete_chunks(
    connection: &mut SqliteConnection,
    signal: SignalKey,
    places: &[Place],
) -> sqlx::Result<()> {
    for place in places {
        sqlx::query("DELETE FROM chunk WHERE signal = ? AND t_min = ?")
            .bind(signal.0)
            .bind(place.t_min)
            .execute(&mut *connection)
            .await?;
        sqlx::query("DELETE FROM chunk_data WHERE id = ?")
            .bind(place.data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twin_core::{BatchId, Quality, SampleBatch, Timestamp};

    use super::*;

    async fn hear(historian: &Historian, rows: &[(i64, f64)]) {
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(5));
        for (time, value) in rows {
            batch.push_f64(SignalKey(0), Timestamp(*time), *value, Quality::GOOD);
        }
        let batches = [Arc::new(batch)];
        let append = historian.append(&batches, Durability::Normal);
        append.await.unwrap();
        let newest = historian.newest_row();
        historian.compact_step(newest).await.unwrap();
    }

    #[tokio::test]
    async fn what_was_written_anew_under_the_same_number_stays() {
        let dir = tempfile::tempdir().unwrap();
        let historian = Historian::open(dir.path(), Timestamp(0)).await.unwrap();
        historian.signal_keys(&["?c/a".into()]).await.unwrap();
        hear(&historian, &[(10, 1.0), (20, 2.0), (30, 3.0)]).await;
        let copied = historian.places(SignalKey(0)).await.unwrap();
        // Corrected, and compacted again; the number of its data is free by then.
        hear(&historian, &[(20, 9.0)]).await;
        let renumber = format!(
            "UPDATE chunk_data SET id = {0}; UPDATE chunk SET data = {0}",
            copied[0].data
        );
        let mut writer = historian.inner.telemetry.writer.lock().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(renumber))
            .execute(writer.connection())
            .await
            .unwrap();
        drop(writer);
        rebuild::unproven(&historian.inner, false).await.unwrap();
        let now = historian.places(SignalKey(0)).await.unwrap();
        let place = |of: &Place| (of.t_min, of.t_max, of.count, of.data);
        assert_eq!(place(&now[0]), place(&copied[0]));
        historian.take_away(SignalKey(0), &copied).await.unwrap();
        let left = historian.raw(SignalKey(0), Timestamp::MIN, Timestamp::MAX, 9);
        assert_eq!(left.await.unwrap().len(), 3);
        // Far more than one transaction removes.
        let blocks = "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 999) \
             INSERT INTO rollup (signal, level, block, data) SELECT 0, n % 3, n, x'00' FROM n";
        let mut writer = historian.inner.telemetry.writer.lock().await;
        let done = sqlx::raw_sql(blocks).execute(writer.connection()).await;
        drop(writer);
        assert_eq!(done.unwrap().rows_affected(), 1_000);
        historian.take_away(SignalKey(0), &now).await.unwrap();
        let left = historian.raw(SignalKey(0), Timestamp::MIN, Timestamp::MAX, 9);
        assert!(left.await.unwrap().is_empty());
        let readers = &historian.inner.telemetry.readers;
        let blocks = sqlx::query_scalar("SELECT count(*) FROM rollup");
        let blocks: i64 = blocks.fetch_one(readers).await.unwrap();
        assert_eq!(blocks, 0);
    }
}
