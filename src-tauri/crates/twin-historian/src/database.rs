//! One SQLite file: who may open it, how it is set up, its one writer and its readers.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, SqlitePool,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use tokio::sync::Mutex;

use crate::{
    error::{Error, Result},
    files::beside,
    schema,
};

/// Pages of 8 KiB: a journal row of a thousand samples takes two, a small commit still writes little.
const PAGE_BYTES: u32 = 8_192;
/// Files up to this size are checked through at every open; of larger ones a sample is, for the start must not wait.
const CHECKED_AT_OPEN_BYTES_MAX: i64 = 8 << 20;
/// Pages of the log at which a commit folds it in by itself: 64 MiB. Checkpoints come long before.
const WAL_PAGES_AT_MOST: &str = "8192";
/// Pages of the log that are not in the file yet at which those who write much fold them in: 16 MiB.
const WAL_PAGES_EASED: i64 = 2_048;
/// Pages that are left to fold in while the writer is held: 512 KiB, and 4 MiB when more come all the time.
const REST_PAGES: i64 = 64;
const REST_PAGES_MAX: i64 = 512;
/// Passes beside the writer; each one finds only what came during the one before.
const PASSES_MAX: u32 = 4;
/// Rows that wait for a query: all that one usually asks for, so that reader and query need not take turns row by row.
const ROWS_WAITING: usize = 1_024;
/// Readers at a time.
const READERS_MAX: u32 = 4;
const BUSY_TIMEOUT: time::Duration = time::Duration::from_secs(5);
/// The write-ahead log is cut to this after a checkpoint.
const WAL_BYTES_KEPT: &str = "67108864";
/// Earlier versions can corrupt a database in WAL mode (sqlite.org/wal.html#walresetbug).
const SQLITE_VERSION_MIN: [u32; 3] = [3, 51, 3];

/// How much a commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The program's death (`synchronous=NORMAL`). A power cut may take the newest commits, never tear one.
    Normal,
    /// A power cut too: flushed to the disk before the call returns (`synchronous=FULL`).
    Full,
}

/// What sort of file it is.
pub(crate) struct FileKind {
    pub name: &'static str,
    /// In the file's header, so that another program's file is recognised.
    pub application_id: i64,
    /// The SQL that makes schema `n + 1` out of schema `n`.
    pub migrations: &'static [&'static str],
}

/// An open database.
pub(crate) struct Database {
    pub file: PathBuf,
    pub writer: Mutex<Writer>,
    pub readers: SqlitePool,
    /// Folds the log in beside the writer: see `keep/checkpoint.rs`. None once the file is closed.
    pub checkpointer: Mutex<Option<SqliteConnection>>,
    /// How many long readings are under way.
    long_readings: AtomicUsize,
}

/// A long reading is under way until this is dropped.
pub(crate) struct LongReading<'a>(&'a AtomicUsize);

impl Drop for LongReading<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Database {
    /// Opens or creates `dir/name`.
    pub(crate) async fn open(dir: &Path, kind: &FileKind) -> Result<Database> {
        let file = dir.join(kind.name);
        let version = probe(&file, kind).await?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .page_size(PAGE_BYTES)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_size_limit", WAL_BYTES_KEPT)
            .pragma("wal_autocheckpoint", WAL_PAGES_AT_MOST)
            .disable_statement_logging();
        let checkpointer = options
            .clone()
            .busy_timeout(time::Duration::ZERO)
            .pragma("wal_autocheckpoint", "0");
        let connection = match options.connect().await {
            Err(_) if schema::has_unknown_format(&file) => {
                return Err(Error::Damaged {
                    place: file.display().to_string(),
                    why: "its header asks for a way of writing that no SQLite knows".into(),
                });
            }
            other => other.map_err(Error::sql(&file, "open the writer"))?,
        };
        let mut writer = Writer {
            connection,
            file: file.clone(),
            durability: None,
            in_transaction: false,
        };
        migrate(&mut writer, kind, version).await?;
        let checkpointer = checkpointer
            .connect()
            .await
            .map_err(Error::sql(&file, "open the checkpointer"))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false);
        let readers = readers
            .connect_with(read_only(&file))
            .await
            .map_err(Error::sql(&file, "open the readers"))?;
        Ok(Database {
            file,
            writer: Mutex::new(writer),
            readers,
            checkpointer: Mutex::new(Some(checkpointer)),
            long_readings: AtomicUsize::new(0),
        })
    }

    /// Bytes on disk, write-ahead log included.
    pub(crate) fn size_bytes(&self) -> u64 {
        let size = |file: &Path| std::fs::metadata(file).map_or(0, |metadata| metadata.len());
        size(&self.file) + size(&beside(&self.file, "-wal"))
    }

    /// Folds the log in beside the writer when there is much of it, so that no commit has to, which would take long.
    /// For those who write much, after their commits: what they did is done, so that a failure is only logged.
    pub(crate) async fn ease_log(&self) {
        // Who holds it is folding in.
        if let Ok(mut own) = self.checkpointer.try_lock()
            && let Some(own) = own.as_mut()
            && let Err(error) = self.ease(own).await
        {
            tracing::warn!(%error, "the log stays long");
        }
    }

    async fn ease(&self, own: &mut SqliteConnection) -> Result<()> {
        let (_, log, done) = self.fold(own, "PRAGMA wal_checkpoint(NOOP)").await?;
        if log - done < WAL_PAGES_EASED {
            return Ok(());
        }
        let rest = self.fold_beside(own).await?;
        if rest <= REST_PAGES_MAX {
            // Only when all of it is in the file, the log begins anew.
            let mut writer = self.writer.lock().await;
            writer.ready(Durability::Normal).await?;
            self.fold(own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Folds in what can be while the writer goes on; gives how many pages are left.
    pub(crate) async fn fold_beside(&self, own: &mut SqliteConnection) -> Result<i64> {
        let mut rest = 0;
        for _ in 0..PASSES_MAX {
            let (_, log, done) = self.fold(own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
            rest = log - done;
            if rest <= REST_PAGES {
                break;
            }
        }
        Ok(rest)
    }

    /// Whether it was kept from finishing, pages in the log, pages of it that are in the file.
    pub(crate) async fn fold(
        &self,
        connection: &mut SqliteConnection,
        sql: &'static str,
    ) -> Result<(i64, i64, i64)> {
        sqlx::query_as(sql)
            .fetch_one(connection)
            .await
            .map_err(Error::sql(&self.file, "fold in the log"))
    }

    /// A connection of its own for one long reading, such as a copy.
    pub(crate) async fn long_reader(&self) -> Result<(SqliteConnection, LongReading<'_>)> {
        let connection = read_only(&self.file).connect().await;
        let connection = connection.map_err(Error::sql(&self.file, "open a reader"))?;
        self.long_readings.fetch_add(1, Ordering::Relaxed);
        Ok((connection, LongReading(&self.long_readings)))
    }

    /// Whether a long reading is under way, which needs the log until it is done.
    pub(crate) fn is_read_for_long(&self) -> bool {
        self.long_readings.load(Ordering::Relaxed) > 0
    }

    /// [`close`](Self::close), and waits until no connection has the file open any more.
    pub(crate) async fn shut(self) -> Result<()> {
        self.close().await?;
        let writer = self.writer.into_inner();
        let closed = writer.connection.close().await;
        closed.map_err(Error::sql(&self.file, "close the file"))
    }

    /// Closes all connections but the writer, and folds the write-ahead log into the file. The writer's end takes the log away:
    /// only the last connection does, and of two that end at the same instant neither would be the last.
    pub(crate) async fn close(&self) -> Result<()> {
        self.readers.close().await;
        if let Some(checkpointer) = self.checkpointer.lock().await.take() {
            let closed = checkpointer.close().await;
            closed.map_err(Error::sql(&self.file, "close the checkpointer"))?;
        }
        let mut writer = self.writer.lock().await;
        writer.ready(Durability::Full).await?;
        writer
            .run("fold in the log", "PRAGMA wal_checkpoint(TRUNCATE)")
            .await
    }
}

/// The only connection that writes.
pub(crate) struct Writer {
    connection: SqliteConnection,
    file: PathBuf,
    /// What `synchronous` is set to; none while unknown.
    durability: Option<Durability>,
    /// A transaction may be open: begun, and not known to have ended. A caller that was dropped in between leaves
    /// it set, and the next one rolls back. (sqlx's own transactions count their depth, and SQLite ends a transaction
    /// by itself when the disk is full: the count would be wrong from then on.)
    in_transaction: bool,
}

impl Writer {
    /// The connection, for a single statement (its own commit) or within a transaction.
    pub(crate) const fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Ends what an earlier caller left and sets how durable the next commit is.
    pub(crate) async fn ready(&mut self, durability: Durability) -> Result<()> {
        self.roll_back().await;
        if self.durability != Some(durability) {
            self.durability = None;
            let pragma = match durability {
                Durability::Normal => "PRAGMA synchronous = NORMAL",
                Durability::Full => "PRAGMA synchronous = FULL",
            };
            self.run("set the durability", pragma).await?;
            self.durability = Some(durability);
        }
        Ok(())
    }

    /// Begins a write transaction. IMMEDIATE: a deferred one that reads first can fail later, past the busy timeout.
    pub(crate) async fn begin(&mut self, durability: Durability) -> Result<()> {
        self.ready(durability).await?;
        self.in_transaction = true;
        self.run("begin a transaction", "BEGIN IMMEDIATE").await
    }

    /// Commits when `body` is fine, else rolls back and gives its error.
    pub(crate) async fn end<T>(&mut self, body: Result<T>) -> Result<T> {
        let committed = match body {
            Ok(value) => self.run("commit", "COMMIT").await.map(|()| value),
            Err(error) => Err(error),
        };
        if committed.is_ok() {
            self.in_transaction = false;
        } else {
            self.roll_back().await;
        }
        committed
    }

    async fn roll_back(&mut self) {
        if self.in_transaction {
            // Fails when SQLite has rolled back by itself: then the purpose is reached already.
            if let Err(error) = self.run("roll back", "ROLLBACK").await {
                tracing::debug!(%error, "nothing to roll back");
            }
            self.in_transaction = false;
        }
    }

    /// Runs a statement without parameters and without rows of interest.
    pub(crate) async fn run(&mut self, doing: &'static str, sql: &'static str) -> Result<()> {
        let done = sqlx::raw_sql(sql).execute(&mut self.connection).await;
        done.map(drop).map_err(Error::sql(&self.file, doing))
    }

    /// Sets the largest size of the file in pages; none lifts the limit.
    pub(crate) async fn limit_pages(&mut self, pages: Option<u32>) -> Result<()> {
        self.roll_back().await;
        let sql = format!("PRAGMA max_page_count = {}", pages.unwrap_or(u32::MAX - 1));
        let done = sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.connection)
            .await;
        done.map(drop)
            .map_err(Error::sql(&self.file, "limit the size"))
    }
}

/// How a file is opened by those who only read.
pub(crate) fn read_only(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .row_buffer_size(ROWS_WAITING)
        .disable_statement_logging()
}

/// Looks at the file without changing it; gives its schema version, 0 for a new one.
///
/// For reading only: the last connection that could write folds the log in as it closes, and a file that is not ours,
/// or damaged, is to stay as it is, its log too.
pub(crate) async fn probe(file: &Path, kind: &FileKind) -> Result<i64> {
    let look = Error::first_look(file);
    let is_new = !file.exists();
    let options = SqliteConnectOptions::new().disable_statement_logging();
    let options = if is_new {
        options.in_memory(true)
    } else {
        // A rollback journal is of a first start that was cut short: SQLite must play it back before anyone can read.
        let torn = beside(file, "-journal").exists();
        options.filename(file).read_only(!torn)
    };
    let mut connection = options.connect().await.map_err(&look)?;
    let seen = look_into(&mut connection, file, kind).await;
    let closed = connection.close().await.map_err(&look);
    let version = seen?;
    closed?;
    Ok(version)
}

/// Whose file it is, and whether it can be used; gives its schema version.
async fn look_into(connection: &mut SqliteConnection, file: &Path, kind: &FileKind) -> Result<i64> {
    let look = Error::first_look(file);
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await
        .map_err(&look)?;
    if !is_recent(&found) {
        return Err(Error::SqliteTooOld { found });
    }
    let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    let application_id = number("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await
        .map_err(&look)?;
    let version = number("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await
        .map_err(&look)?;
    let tables = number("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await
        .map_err(&look)?;
    let is_new = application_id == 0 && version == 0 && tables == 0;
    if application_id != kind.application_id && !is_new {
        return Err(Error::Foreign {
            file: file.to_owned(),
            application_id,
        });
    }
    let known = kind.migrations.len() as i64;
    // No program has written a negative one yet: what it would mean is not known here either.
    if !(0..=known).contains(&version) {
        return Err(Error::Newer {
            file: file.to_owned(),
            found: version,
            known,
        });
    }
    look_over(connection, file).await?;
    let made = kind.migrations.get(..usize::try_from(version).unwrap_or(0));
    schema::look_over(connection, file, made.unwrap_or_default()).await?;
    Ok(version)
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let parts: [u32; 3] = std::array::from_fn(|_| parts.next().unwrap_or(0));
    parts >= SQLITE_VERSION_MIN
}

/// Finds damage that would make the file useless: a small file is checked through, of a large one each table's and
/// each index's first and last entry are read.
async fn look_over(connection: &mut SqliteConnection, file: &Path) -> Result<()> {
    let check = Error::sql(file, "check the file");
    let damaged = |why| {
        Err(Error::Damaged {
            place: file.display().to_string(),
            why,
        })
    };
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&mut *connection)
        .await
        .map_err(&check)?;
    if pages * i64::from(PAGE_BYTES) <= CHECKED_AT_OPEN_BYTES_MAX {
        let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&mut *connection)
            .await
            .map_err(&check)?;
        return if verdict == "ok" {
            Ok(())
        } else {
            damaged(verdict)
        };
    }
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "SELECT name, wr = 0 FROM pragma_table_list WHERE schema = 'main' AND type = 'table'",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(&check)?;
    if tables.is_empty() {
        return damaged("it has pages but no table".into());
    }
    for (table, by_row) in tables {
        // The first and the last entry by key: both edges of the tree.
        let ends = if by_row {
            format!(
                "SELECT (SELECT min(rowid) FROM \"{table}\"), (SELECT max(rowid) FROM \"{table}\")"
            )
        } else {
            format!("SELECT count(*) FROM (SELECT 1 FROM \"{table}\" LIMIT 1)")
        };
        let ends = sqlx::raw_sql(AssertSqlSafe(ends));
        ends.execute(&mut *connection).await.map_err(&check)?;
    }
    Ok(())
}

async fn migrate(writer: &mut Writer, kind: &FileKind, version: i64) -> Result<()> {
    let done = usize::try_from(version).map_err(|_| Error::OutOfRange {
        what: "the schema version",
    })?;
    for (index, sql) in kind.migrations.iter().enumerate().skip(done) {
        writer.begin(Durability::Full).await?;
        let file = writer.file.clone();
        let stamp = format!(
            "{sql}\nPRAGMA application_id = {}; PRAGMA user_version = {};",
            kind.application_id,
            index + 1
        );
        let made = sqlx::raw_sql(AssertSqlSafe(stamp))
            .execute(writer.connection())
            .await;
        writer
            .end(
                made.map(drop)
                    .map_err(Error::sql(&file, "migrate the schema")),
            )
            .await?;
        tracing::info!(file = %file.display(), schema = index + 1, "schema migrated");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_the_wal_bug_are_refused() {
        assert!(is_recent("3.51.3"));
        assert!(is_recent("3.52.0"));
        assert!(!is_recent("3.51.2"));
        assert!(!is_recent("3.9.9"));
        assert!(!is_recent("unknown"));
    }
}
