//! Folding the write-ahead log into the files, so that it stays small whatever appends and readers do.

use crate::{
    database::{Database, Durability},
    error::{Error, Result},
    historian::Historian,
};

/// How long the writer, and so appends, wait for readers that still need the log, by the log's size in pages of 8 KiB: a
/// moment up to 256 MiB. Beyond, readers that always overlap would make it grow until the disk is full, and one append
/// that waits is better than that.
const WAITS: [(i64, &str); 2] = [
    (32_768, "PRAGMA busy_timeout = 20"),
    (i64::MAX, "PRAGMA busy_timeout = 1000"),
];

impl Historian {
    /// Folds the write-ahead logs into their files and empties them: nearly all of it beside the writer, the rest
    /// while appends wait for a moment. A reader that still needs the log is waited for 20 ms, longer only when the log
    /// is above 256 MiB; then the log is emptied by a later call, as it is after a backup or a check that is under way.
    /// To be called every few seconds.
    ///
    /// # Errors
    /// When a file cannot be read or written: nothing is lost by that, the log still has it.
    pub async fn checkpoint(&self) -> Result<()> {
        for database in [&self.inner.telemetry, &*self.inner.alarms] {
            fold_in(database).await?;
        }
        Ok(())
    }
}

async fn fold_in(database: &Database) -> Result<()> {
    let mut own = database.checkpointer.lock().await;
    let Some(own) = own.as_mut() else {
        let closed = sqlx::Error::PoolClosed;
        return Err(Error::sql(&database.file, "fold in the log")(closed));
    };
    database.fold_beside(own).await?;
    // It needs the log to its end: waiting for it would be in vain.
    if database.is_read_for_long() {
        return Ok(());
    }
    let mut writer = database.writer.lock().await;
    writer.ready(Durability::Normal).await?;
    let (_, log, _) = database.fold(own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    let wait = WAITS.iter().find(|(pages, _)| log < *pages);
    sqlx::raw_sql(wait.map_or("PRAGMA busy_timeout = 20", |(_, wait)| wait))
        .execute(&mut *own)
        .await
        .map_err(Error::sql(&database.file, "fold in the log"))?;
    let (busy, log, _) = database
        .fold(own, "PRAGMA wal_checkpoint(TRUNCATE)")
        .await?;
    sqlx::raw_sql("PRAGMA busy_timeout = 0")
        .execute(&mut *own)
        .await
        .map_err(Error::sql(&database.file, "fold in the log"))?;
    drop(writer);
    if busy != 0 {
        tracing::debug!(file = %database.file.display(), pages = log, "a reader still needs the log");
    }
    Ok(())
}
