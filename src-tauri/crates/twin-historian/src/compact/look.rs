//! Reading the chunks that samples may be joined with: for many signals with one statement where that can be.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use twin_core::SignalKey;

use super::place::Placer;
use crate::{
    chunk::Stretch,
    chunks::ChunkRow,
    ends::{End, StoredChunk},
    error::{Error, Result},
    historian::signal_key,
    lists::json,
};

const BLOBS_A_STATEMENT: usize = 1_000;

/// From the last chunk of at least ?2 samples on, else the last 16, of each signal in the list ?1.
const ENDS: &str = "SELECT c.* FROM json_each(?1) AS s \
    CROSS JOIN chunk AS c WHERE c.signal = s.value ->> 0 AND c.t_min >= coalesce( \
    (SELECT max(t_min) FROM (SELECT t_min, count FROM chunk WHERE signal = s.value ->> 0 ORDER BY t_min DESC LIMIT 16) \
     WHERE count >= ?2), \
    (SELECT t_min FROM chunk WHERE signal = s.value ->> 0 ORDER BY t_min DESC LIMIT 1 OFFSET 15), -9223372036854775808) \
    ORDER BY c.signal, c.t_min";

impl Placer<'_> {
    /// Reads the ends of the signals, and the chunks there that will be written again.
    pub(super) async fn read_ahead(&mut self, group: &[(SignalKey, Stretch)]) -> Result<()> {
        self.ahead.begin(group.iter().map(|(key, _)| *key));
        let read = self.ends_of(group).await?;
        for (signal, _) in group {
            if let Some(end) = self.ends.get(*signal) {
                self.ahead.add(end);
                continue;
            }
            let key = i64::from(signal.0);
            let begin = read.partition_point(|chunk| chunk.signal < key);
            let end = read.partition_point(|chunk| chunk.signal <= key);
            self.ends.put(*signal, &read[begin..end]);
            self.ahead.add(&read[begin..end]);
        }
        let file = &self.inner.telemetry.file;
        let mut ids = Vec::new();
        for (signal, fresh) in group {
            let end = self.ahead.end(*signal).unwrap_or_default();
            let small = self.small(end);
            let again = self.apart(small, &fresh.times);
            ids.extend(small[again..].iter().map(|chunk| chunk.data));
        }
        for ids in ids.chunks(BLOBS_A_STATEMENT) {
            let mut sql =
                QueryBuilder::<Sqlite>::new("SELECT id, data FROM chunk_data WHERE id IN (");
            let mut list = sql.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            list.push_unseparated(")");
            let rows: Vec<(i64, Vec<u8>)> = sql
                .build_query_as()
                .persistent(false)
                .fetch_all(&mut *self.connection)
                .await
                .map_err(Error::sql(file, "read chunks"))?;
            self.ahead.blobs.extend(rows);
        }
        Ok(())
    }

    /// The ends that are not known, by key.
    async fn ends_of(&mut self, group: &[(SignalKey, Stretch)]) -> Result<Vec<StoredChunk>> {
        let unknown = || {
            let keys = group.iter().map(|(key, _)| *key);
            keys.filter(|key| self.ends.get(*key).is_none())
        };
        if unknown().next().is_none() {
            return Ok(Vec::new());
        }
        let keys = json(unknown().map(|key| [i64::from(key.0)]));
        let read = Error::sql(&self.inner.telemetry.file, "read chunk statistics");
        let rows = sqlx::query(ENDS)
            .bind(keys)
            .bind(self.full() as i64)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(&read)?;
        let chunk = |row| {
            let chunk = StoredChunk::from(ChunkRow::read(row).map_err(&read)?);
            signal_key(chunk.signal)?;
            Ok(chunk)
        };
        rows.iter().map(chunk).collect()
    }

    /// The last chunks of a signal, in order of time.
    pub(super) async fn end_of(&mut self, signal: SignalKey) -> Result<End> {
        if let Some(end) = self.ahead.take(signal) {
            return Ok(end);
        }
        let mut chunks = self
            .chunks(
                "SELECT * FROM chunk WHERE signal = ?1 AND t_min <= ?2 \
                 ORDER BY t_min DESC LIMIT 16",
                signal,
                i64::MAX,
            )
            .await?;
        chunks.reverse();
        Ok(End::of(&chunks))
    }

    /// The chunk that begins last at or before a time.
    pub(super) async fn chunk_at(
        &mut self,
        signal: SignalKey,
        time: i64,
    ) -> Result<Option<StoredChunk>> {
        let found = self.chunks(
            "SELECT * FROM chunk WHERE signal = ?1 AND t_min <= ?2 \
             ORDER BY t_min DESC LIMIT 1",
            signal,
            time,
        );
        Ok(found.await?.pop())
    }

    /// The chunk that begins first behind a time.
    pub(super) async fn chunk_after(
        &mut self,
        signal: SignalKey,
        time: i64,
    ) -> Result<Option<StoredChunk>> {
        let found = self.chunks(
            "SELECT * FROM chunk WHERE signal = ?1 AND t_min > ?2 \
             ORDER BY t_min LIMIT 1",
            signal,
            time,
        );
        Ok(found.await?.pop())
    }

    async fn chunks(
        &mut self,
        sql: &'static str,
        signal: SignalKey,
        time: i64,
    ) -> Result<Vec<StoredChunk>> {
        let connection: &mut SqliteConnection = &mut self.connection;
        let read = Error::sql(&self.inner.telemetry.file, "read chunk statistics");
        let rows = sqlx::query(sql)
            .bind(signal.0)
            .bind(time)
            .fetch_all(connection)
            .await
            .map_err(&read)?;
        let chunk = |row| ChunkRow::read(row).map(StoredChunk::from).map_err(&read);
        rows.iter().map(chunk).collect()
    }

    /// The bytes of a chunk; empty when they are missing, which is as unreadable as any other damage and must not stop
    /// compaction for ever.
    pub(super) async fn blob(&mut self, row: &StoredChunk) -> Result<Vec<u8>> {
        if let Some(blob) = self.ahead.blobs.remove(&row.data) {
            return Ok(blob);
        }
        let connection: &mut SqliteConnection = &mut self.connection;
        let blob: Option<Vec<u8>> = sqlx::query_scalar("SELECT data FROM chunk_data WHERE id = ?")
            .bind(row.data)
            .fetch_optional(connection)
            .await
            .map_err(Error::sql(&self.inner.telemetry.file, "read a chunk"))?;
        Ok(blob.unwrap_or_default())
    }
}

impl From<ChunkRow> for StoredChunk {
    fn from(row: ChunkRow) -> Self {
        StoredChunk {
            signal: row.signal,
            t_min: row.statistics.t_min.micros(),
            t_max: row.statistics.t_max.micros(),
            count: i64::from(row.statistics.count),
            data: row.data,
        }
    }
}

impl StoredChunk {
    pub(super) fn describe(&self, signal: SignalKey) -> String {
        format!(
            "the chunk of signal {} from {} to {} µs",
            signal.0, self.t_min, self.t_max
        )
    }
}
