//! The newest sample of every signal.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use twin_core::{SignalKey, Timestamp};

use super::load::snapshot;
use crate::{
    arrivals::ArrivalCache,
    chunks::{newest_of, row_and_blob},
    error::{Error, Result},
    historian::{Historian, signal_key},
    journal::{self, offer},
    row::JournalRow,
    sample::{Latest, Sample},
};

/// Signals in one statement.
const KEYS_A_STATEMENT: usize = 512;

impl Historian {
    /// The newest sample by source time of every signal, among those of all chunks and of journal rows up to `upto`,
    /// in order of key: what the twins start from before the rows behind `upto` are replayed. Compaction must not
    /// have gone beyond `upto`: what is in a chunk has no row any more.
    ///
    /// # Errors
    /// When the history cannot be read, or the newest chunk of a signal is damaged.
    pub async fn last_values(&self, upto: JournalRow) -> Result<Vec<(SignalKey, Sample)>> {
        self.newest(upto, None).await
    }

    /// The newest sample by source time of some signals, in order of key; those without one are left out.
    ///
    /// # Errors
    /// As [`last_values`](Self::last_values).
    pub async fn last_values_of(&self, signals: &[SignalKey]) -> Result<Vec<(SignalKey, Sample)>> {
        let mut signals = signals.to_vec();
        signals.sort_unstable();
        signals.dedup();
        let mut newest = self.newest(JournalRow(i64::MAX), Some(&signals)).await?;
        newest.retain(|(signal, _)| signals.binary_search(signal).is_ok());
        Ok(newest)
    }

    /// The newest sample of these signals, or of all, in chunks and in journal rows up to `upto`; of rows that are not in
    /// memory those of other signals come too.
    async fn newest(
        &self,
        upto: JournalRow,
        signals: Option<&[SignalKey]>,
    ) -> Result<Vec<(SignalKey, Sample)>> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let read = Error::sql(file, "read the newest chunks");
        let (fresh, read_rows_to) = inner
            .sound_tail(|tail| tail.newest_upto(signals, upto.0))
            .await?;
        let mut snapshot = snapshot(inner).await?;
        let signals = match signals {
            Some(signals) => signals.to_vec(),
            None => all_keys(&mut snapshot).await.map_err(&read)?,
        };
        let mut newest: HashMap<SignalKey, Latest> = HashMap::new();
        let mut cache = ArrivalCache::default();
        for part in signals.chunks(KEYS_A_STATEMENT) {
            let keys: Vec<String> = part.iter().map(|signal| signal.0.to_string()).collect();
            let rows = sqlx::query(
                "SELECT chunk.*, d.data AS blob FROM signal JOIN chunk ON chunk.signal = signal.key AND chunk.t_min = \
                 (SELECT max(t_min) FROM chunk WHERE chunk.signal = signal.key) \
                 LEFT JOIN chunk_data AS d ON d.id = chunk.data \
                 WHERE signal.key IN (SELECT value FROM json_each(?))",
            );
            let rows = rows.bind(format!("[{}]", keys.join(",")));
            let rows = rows.fetch_all(&mut *snapshot).await.map_err(&read)?;
            for row in &rows {
                let (row, blob) = row_and_blob(row).map_err(&read)?;
                let blob = blob.ok_or_else(|| crate::chunks::missing(&row))?;
                let sample = newest_of(inner, &mut snapshot, &mut cache, (&row, &blob)).await?;
                newest.insert(signal_key(row.signal)?, Latest::new(sample));
            }
        }
        if let Some(rows_to) = read_rows_to {
            let older = journal::scan_newest(file, &mut snapshot, rows_to, Timestamp::MAX).await?;
            for (signal, latest) in older {
                offer(&mut newest, signal, latest);
            }
        }
        for (signal, latest) in fresh {
            offer(&mut newest, signal, latest);
        }
        let newest = newest.into_iter();
        let mut newest: Vec<_> = newest.map(|(signal, of)| (signal, of.sample)).collect();
        newest.sort_by_key(|(signal, _)| *signal);
        Ok(newest)
    }
}

async fn all_keys(snapshot: &mut SqliteConnection) -> sqlx::Result<Vec<SignalKey>> {
    let keys: u32 = sqlx::query_scalar("SELECT coalesce(max(key) + 1, 0) FROM signal")
        .fetch_one(snapshot)
        .await?;
    Ok((0..keys).map(SignalKey).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twin_core::{BatchId, Quality, SampleBatch};

    use super::*;
    use crate::Durability;

    #[tokio::test]
    async fn of_some_signals_only_their_part_of_memory_is_looked_through() {
        let dir = tempfile::tempdir().unwrap();
        let historian = Historian::open(dir.path(), Timestamp(0)).await.unwrap();
        let ids: Vec<_> = (0..100).map(|n| format!("s{n}").as_str().into()).collect();
        historian.signal_keys(&ids).await.unwrap();
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(9));
        for signal in 0..100 {
            let value = f64::from(signal);
            batch.push_f64(SignalKey(signal), Timestamp(5), value, Quality::GOOD);
        }
        let batches = [Arc::new(batch)];
        let append = historian.append(&batches, Durability::Normal);
        append.await.unwrap();
        let wanted = [SignalKey(7), SignalKey(70), SignalKey(700)];
        let found = historian.last_values_of(&wanted).await.unwrap();
        let found: Vec<_> = found.iter().map(|(key, of)| (key.0, of.number())).collect();
        assert_eq!(found, [(7, 7.0), (70, 70.0)]);
        let tail = |tail: &crate::tail::Tail| tail.newest_upto(Some(&wanted), i64::MAX).0.len();
        let looked_at = historian.inner.sound_tail(tail).await.unwrap();
        assert_eq!(looked_at, 2);
    }
}
