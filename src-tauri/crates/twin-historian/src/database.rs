//! One SQLite file: who may open it, how it is set up, its one writer and its readers.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
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
use twin_core::Timestamp;

use crate::error::{Error, Result};

/// Pages of 8 KiB: a journal row of a thousand samples takes two, a small commit still writes little.
const PAGE_BYTES: u32 = 8_192;
/// Files up to this size are checked through at every open; larger ones would make the start wait.
const CHECKED_AT_OPEN_BYTES_MAX: i64 = 64 << 20;
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
}

impl Database {
    /// Opens or creates `dir/name`.
    pub(crate) async fn open(dir: &Path, kind: &FileKind) -> Result<Database> {
        let file = dir.join(kind.name);
        let version = probe(&file, kind).await?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .page_size(PAGE_BYTES)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_size_limit", WAL_BYTES_KEPT)
            .disable_statement_logging();
        let connection = options
            .connect()
            .await
            .map_err(Error::sql(&file, "open the writer"))?;
        let mut writer = Writer {
            connection,
            file: file.clone(),
            durability: None,
            in_transaction: false,
        };
        check_small(&mut writer).await?;
        migrate(&mut writer, kind, version).await?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .read_only(true)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false);
        let readers = readers
            .connect_with(options)
            .await
            .map_err(Error::sql(&file, "open the readers"))?;
        Ok(Database {
            file,
            writer: Mutex::new(writer),
            readers,
        })
    }

    /// Bytes on disk, write-ahead log included.
    pub(crate) fn size_bytes(&self) -> u64 {
        let size = |file: &Path| std::fs::metadata(file).map_or(0, |metadata| metadata.len());
        size(&self.file) + size(&beside(&self.file, "-wal"))
    }

    /// Closes readers and writer; the write-ahead log is folded into the file.
    pub(crate) async fn close(&self) -> Result<()> {
        self.readers.close().await;
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

/// Looks at the file without changing it; gives its schema version, 0 for a new one.
async fn probe(file: &Path, kind: &FileKind) -> Result<i64> {
    let look = Error::sql(file, "look into the file");
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(&look)?;
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await
        .map_err(&look)?;
    if !is_recent(&found) {
        return Err(Error::SqliteTooOld { found });
    }
    let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    let application_id = number("PRAGMA application_id")
        .fetch_one(&mut connection)
        .await
        .map_err(&look)?;
    let version = number("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await
        .map_err(&look)?;
    let tables = number("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut connection)
        .await
        .map_err(&look)?;
    connection.close().await.map_err(&look)?;

    let is_new = application_id == 0 && version == 0 && tables == 0;
    if application_id != kind.application_id && !is_new {
        return Err(Error::Foreign {
            file: file.to_owned(),
            application_id,
        });
    }
    let known = kind.migrations.len() as i64;
    if version > known {
        return Err(Error::Newer {
            file: file.to_owned(),
            found: version,
            known,
        });
    }
    Ok(version)
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let parts: [u32; 3] = std::array::from_fn(|_| parts.next().unwrap_or(0));
    parts >= SQLITE_VERSION_MIN
}

async fn check_small(writer: &mut Writer) -> Result<()> {
    let file = writer.file.clone();
    let check = Error::sql(&file, "check the file");
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(writer.connection())
        .await
        .map_err(&check)?;
    if pages * i64::from(PAGE_BYTES) > CHECKED_AT_OPEN_BYTES_MAX {
        return Ok(());
    }
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(writer.connection())
        .await
        .map_err(&check)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Error::Damaged {
            place: file.display().to_string(),
            why: verdict,
        })
    }
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

/// Renames a damaged database (and its log) to `<name>.damaged-<time>`; gives the new name.
pub(crate) fn set_aside(file: &Path, now: Timestamp) -> Result<PathBuf> {
    let stamp = format!(".damaged-{}", utc(now));
    let mut to = beside(file, &stamp);
    for attempt in 2..100 {
        if !to.exists() {
            break;
        }
        to = beside(file, &format!("{stamp}-{attempt}"));
    }
    if to.exists() {
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(Error::Io {
            doing: "set aside the damaged",
            file: file.to_owned(),
            source,
        });
    }
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(file, suffix);
        if from.exists() {
            std::fs::rename(&from, beside(&to, suffix))
                .map_err(Error::io("set aside the damaged", &from))?;
        }
    }
    Ok(to)
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// `20261122T143300Z`. Days to civil date after H. Hinnant, "chrono-compatible low-level date algorithms".
fn utc(at: Timestamp) -> String {
    let seconds = at.micros().div_euclid(1_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_names() {
        assert_eq!(utc(Timestamp(0)), "19700101T000000Z");
        assert_eq!(utc(Timestamp::from_secs(1_795_358_096)), "20261122T143456Z");
        assert_eq!(utc(Timestamp::from_secs(951_782_400)), "20000229T000000Z");
        assert_eq!(utc(Timestamp::from_secs(-1)), "19691231T235959Z");
    }

    #[test]
    fn versions_with_the_wal_bug_are_refused() {
        assert!(is_recent("3.51.3"));
        assert!(is_recent("3.52.0"));
        assert!(!is_recent("3.51.2"));
        assert!(!is_recent("3.9.9"));
        assert!(!is_recent("unknown"));
    }
}
