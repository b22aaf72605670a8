//! The limit of appending: a loop that does nothing but commit blobs, through the same library with the same settings.

use std::path::Path;

use sqlx::{
    ConnectOptions as _, SqliteConnection,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode},
};
use twin_historian::Durability;

use crate::{clock::Stopwatch, error::Result};

/// One table of blobs.
pub struct Bare(SqliteConnection);

impl Bare {
    /// Makes `folder/bare.db`.
    pub async fn create(folder: &Path) -> Result<Bare> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("bare.db"))
            .create_if_missing(true)
            .page_size(8_192)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            // As far away as the historian's: neither side folds its log in while it is measured.
            .pragma("wal_autocheckpoint", "8192")
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        sqlx::raw_sql("CREATE TABLE journal (row INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
            .execute(&mut connection)
            .await?;
        Ok(Bare(connection))
    }

    /// Commits every blob by itself; gives the seconds it took.
    pub async fn append(&mut self, blobs: Vec<Vec<u8>>, durability: Durability) -> Result<f64> {
        let pragma = match durability {
            Durability::Normal => "PRAGMA synchronous = NORMAL",
            Durability::Full => "PRAGMA synchronous = FULL",
        };
        sqlx::raw_sql(pragma).execute(&mut self.0).await?;
        let begin = Stopwatch::start();
        for blob in blobs {
            sqlx::query("INSERT INTO journal (data) VALUES (?)")
                .bind(blob)
                .execute(&mut self.0)
                .await?;
        }
        Ok(begin.seconds())
    }

    /// Folds the log into the file.
    pub async fn fold_in(&mut self) -> Result<()> {
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut self.0)
            .await?;
        Ok(())
    }
}
