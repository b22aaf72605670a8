//! The newest sample of every signal.

use std::collections::HashMap;

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
const KEYS_A_STATEMENT: i64 = 512;

impl Historian {
    /// The newest sample by source time of every signal, among those of all chunks and of journal rows up to `upto`,
    /// in order of key: what the twins start from before the rows behind `upto` are replayed. Compaction must not
    /// have gone beyond `upto`: what is in a chunk has no row any more.
    ///
    /// # Errors
    /// When the history cannot be read, or the newest chunk of a signal is damaged.
    pub async fn last_values(&self, upto: JournalRow) -> Result<Vec<(SignalKey, Sample)>> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let read = Error::sql(file, "read the newest chunks");
        let (fresh, read_rows_to) = inner.sound_tail(|tail| tail.newest_upto(upto.0)).await?;
        let mut snapshot = snapshot(inner).await?;
        let keys: i64 = sqlx::query_scalar("SELECT coalesce(max(key) + 1, 0) FROM signal")
            .fetch_one(&mut *snapshot)
            .await
            .map_err(&read)?;
        let mut newest: HashMap<SignalKey, Latest> = HashMap::new();
        let mut cache = ArrivalCache::default();
        for first in (0..keys).step_by(KEYS_A_STATEMENT as usize) {
            let rows = sqlx::query(
                "SELECT chunk.*, d.data AS blob FROM signal JOIN chunk ON chunk.signal = signal.key AND chunk.t_min = \
                 (SELECT max(t_min) FROM chunk WHERE chunk.signal = signal.key) \
                 LEFT JOIN chunk_data AS d ON d.id = chunk.data WHERE signal.key >= ? AND signal.key < ?",
            );
            let rows = rows.bind(first).bind(first + KEYS_A_STATEMENT);
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
