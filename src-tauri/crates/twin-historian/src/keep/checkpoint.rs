//! Folding the write-ahead log into the files, so that it stays small whatever appends and readers do.

use sqlx::SqliteConnection;

use crate::{
    database::{Database, Durability},
    error::{Error, Result},
    historian::Historian,
};

/// How long the writer, and so appends, wait for readers that still need the log, by the log's size in pages of 8 KiB:
/// a moment as long as the log is small; up to 16 MiB, 64 MiB and beyond.
const WAITS: [(i64, &str); 3] = [
    (2_048, "PRAGMA busy_timeout = 20"),
    (8_192, "PRAGMA busy_timeout = 100"),
    (i64::MAX, "PRAGMA busy_timeout = 1000"),
];
/// Pages that are left to fold in while the writer is held: 512 KiB.
const REST_PAGES_MAX: i64 = 64;
/// Passes beside the writer; each one finds only what came during the one before.
const PASSES_MAX: u32 = 4;

impl Historian {
    /// Folds the write-ahead logs into their files and empties them: nearly all of it beside the writer, the rest
    /// while appends wait for a moment. A reader that still needs the log is waited for 20 ms, longer when the log is
    /// above 16 MiB; then the log is emptied by a later call. To be called every few seconds.
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
    for _ in 0..PASSES_MAX {
        let (_, log, done) = run(database, &mut own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        if log - done <= REST_PAGES_MAX {
            break;
        }
    }
    let mut writer = database.writer.lock().await;
    writer.ready(Durability::Normal).await?;
    let (_, log, _) = run(database, &mut own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    let wait = WAITS.iter().find(|(pages, _)| log < *pages);
    sqlx::raw_sql(wait.map_or("PRAGMA busy_timeout = 20", |(_, wait)| wait))
        .execute(&mut *own)
        .await
        .map_err(Error::sql(&database.file, "fold in the log"))?;
    let (busy, log, _) = run(database, &mut own, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
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

/// Whether it was kept from finishing, pages in the log, pages of it that are in the file.
async fn run(
    database: &Database,
    connection: &mut SqliteConnection,
    sql: &'static str,
) -> Result<(i64, i64, i64)> {
    sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(Error::sql(&database.file, "fold in the log"))
}
