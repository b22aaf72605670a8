//! Taking every row that can still be read out of a file that SQLite cannot walk any more.

use std::{ops::ControlFlow, path::Path};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use super::{
    page::{self, Owners, Pages, Stored},
    tables::{Table, run, tables, trees},
};
use crate::{
    alarms,
    database::{Database, FileKind},
    error::{Deed, Error, Result},
    historian::TELEMETRY,
};

/// Rows in a transaction.
const ROWS_A_TRANSACTION: usize = 500;

/// What was taken out of a damaged file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Rows by table.
    pub rows: Vec<(String, u64)>,
    /// Cells that could not be read, or were no rows of their table, by table.
    pub unreadable: Vec<(String, u64)>,
    /// Pages that could not be read at all, by table.
    pub pages: Vec<(String, u64)>,
    /// What a person should know beside that.
    pub remarks: Vec<String>,
}

/// Makes a new history file in the folder `into` out of all that can be read in `damaged`, which may be a telemetry
/// or an alarm file under any name, and is only read. It must not be open, and `into` must not have the file yet.
/// Blobs are taken as they are: [`repair`](super::repair()) looks into them. `progress` is given pages done and the
/// whole, and says whether to go on.
///
/// # Errors
/// When a file cannot be read or written at all, or `progress` ended it. What is in `into` is worth nothing then.
pub async fn salvage(
    damaged: &Path,
    into: &Path,
    mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
) -> Result<Salvaged> {
    let name = damaged
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let is_alarms = name.is_some_and(|name| name.starts_with(alarms::FILE.name));
    let kind = if is_alarms { &alarms::FILE } else { &TELEMETRY };
    std::fs::create_dir_all(into).map_err(Error::io(Deed::CreateFolder, into))?;
    Database::open(into, kind).await?.shut().await?;
    let file = into.join(kind.name);
    let connect = SqliteConnectOptions::new()
        .filename(&file)
        .foreign_keys(false)
        // The whole file is flushed when it is done.
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging();
    let mut connection = connect
        .connect()
        .await
        .map_err(Error::sql(&file, "open the new file"))?;
    let mut pages = Pages::open(damaged)?;
    let salvaged = take_all(&mut pages, &mut connection, into, kind, &mut progress)
        .await
        .map_err(Error::sql(&file, "store what was salvaged"))?;
    let closed = connection.close().await;
    closed.map_err(Error::sql(&file, "close the new file"))?;
    crate::files::flush(&file)?;
    salvaged.ok_or_else(|| {
        let source = std::io::Error::from(std::io::ErrorKind::Interrupted);
        Error::io(Deed::Salvage, damaged)(source)
    })
}

/// None when `progress` ended it.
async fn take_all(
    pages: &mut Pages,
    connection: &mut SqliteConnection,
    into: &Path,
    kind: &FileKind,
    progress: &mut (impl FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> sqlx::Result<Option<Salvaged>> {
    let tables = tables(connection).await?;
    let mut salvaged = Salvaged::default();
    let trees = trees(pages, connection, into, &tables, &mut salvaged.remarks).await?;
    let owners = Owners::find(pages, &trees);
    let total: usize = trees.iter().map(|tree| owners.of(tree).len()).sum();
    let mut done = 0;
    // Each has one row from the beginning; the damaged file's is to count.
    for table in ["progress", "settled"] {
        if tables.iter().any(|t| t.name == table) {
            run(connection, &format!("DELETE FROM {table}")).await?;
        }
    }
    for (table, tree) in tables
        .iter()
        .filter_map(|t| Some((t, trees.iter().find(|tree| tree.name == t.name)?)))
    {
        let (mut good, mut bad) = (0, 0);
        let mut waiting = Vec::new();
        for number in owners.of(tree) {
            let (rows, unreadable) = page::rows(pages, *number);
            bad += unreadable;
            waiting.extend(rows);
            if waiting.len() >= ROWS_A_TRANSACTION {
                let n = insert(connection, table, &waiting).await?;
                good += n;
                bad += waiting.len() as u64 - n;
                waiting.clear();
            }
            done += 1;
            if done % 256 == 0 && progress(done, total as u64).is_break() {
                return Ok(None);
            }
        }
        let n = insert(connection, table, &waiting).await?;
        good += n;
        bad += waiting.len() as u64 - n;
        salvaged.rows.push((table.name.clone(), good));
        if bad > 0 {
            salvaged.unreadable.push((table.name.clone(), bad));
        }
        if owners.broken(tree) > 0 {
            let broken = owners.broken(tree);
            salvaged.pages.push((table.name.clone(), broken));
        }
    }
    if kind.name == TELEMETRY.name {
        run(connection, AFTER_TELEMETRY).await?;
        let hurt = salvaged.unreadable.iter().chain(&salvaged.pages);
        if hurt.into_iter().any(|(table, _)| table.starts_with("roll")) {
            run(connection, ROLL_UP_AGAIN).await?;
        }
    } else {
        run(connection, AFTER_ALARMS).await?;
    }
    Ok(Some(salvaged))
}

/// The one row of `progress`; for rollups whose frontier is lost, one at the end of what there is; and what follows from the
/// rejects that there are (payloads of a file of schema 3 stand in `excerpt`).
const AFTER_TELEMETRY: &str = "INSERT OR IGNORE INTO progress (id, compacted) VALUES (0, 0);
INSERT OR IGNORE INTO rolled (signal, base, upto, raw_from)
    SELECT r.signal, min(r.level), coalesce((SELECT max(c.t_max) FROM chunk c WHERE c.signal = r.signal), 0),
        (SELECT min(c.t_min) FROM chunk c WHERE c.signal = r.signal)
    FROM rollup r GROUP BY r.signal;
INSERT OR IGNORE INTO reject_payload (id, length, cost, payload)
    SELECT id, iif(octet_length(excerpt) BETWEEN 1 AND 4095, octet_length(excerpt), NULL),
        octet_length(excerpt) + 2 * octet_length(topic) + octet_length(detail) + 256, excerpt FROM reject;
UPDATE reject SET excerpt = x'' WHERE octet_length(excerpt) > 0;
DELETE FROM reject_payload WHERE id NOT IN (SELECT id FROM reject);
DELETE FROM reject_kept;
INSERT INTO reject_kept (connection, reason, kept, bytes)
    SELECT connection, reason, count(*), sum(cost) FROM reject JOIN reject_payload USING (id) GROUP BY 1, 2;
INSERT INTO reject_total (connection, reason, total) SELECT connection, reason, kept FROM reject_kept WHERE true
    ON CONFLICT DO UPDATE SET total = max(total, excluded.total);";
/// Some rollups are lost: all are worked out again from the chunks there are.
const ROLL_UP_AGAIN: &str = "INSERT OR IGNORE INTO rollup_dirty (signal, t_min, t_max)
    SELECT c.signal, min(c.t_min), max(c.t_max) FROM chunk c JOIN rolled r ON r.signal = c.signal GROUP BY c.signal;";
/// The one row of `settled`; and an occurrence without the transition that raised it says nothing.
const AFTER_ALARMS: &str = "INSERT OR IGNORE INTO settled (id, row) VALUES (0, 0);
DELETE FROM occurrence WHERE raised_seq NOT IN (SELECT seq FROM transition);";

/// Stores rows; gives how many the table took.
async fn insert(
    connection: &mut SqliteConnection,
    table: &Table,
    rows: &[page::Row],
) -> sqlx::Result<u64> {
    let marks = vec!["?"; table.columns.len()].join(", ");
    let sql = format!(
        "INSERT OR IGNORE INTO {} ({}) VALUES ({marks})",
        table.name,
        table.columns.join(", ")
    );
    run(connection, "BEGIN").await?;
    let mut stored = 0;
    for (number, columns) in rows {
        // A column that a later schema added is missing in older rows; more columns than the table has are none.
        if columns.len() > table.columns.len() {
            continue;
        }
        let mut query = sqlx::query(AssertSqlSafe(sql.as_str()));
        for at in 0..table.columns.len() {
            query = match columns.get(at) {
                _ if table.number == Some(at) => query.bind(*number),
                None | Some(Stored::Null) => query.bind(None::<i64>),
                Some(Stored::Int(value)) => query.bind(*value),
                Some(Stored::Real(value)) => query.bind(*value),
                Some(Stored::Text(value)) => query.bind(value.as_str()),
                Some(Stored::Blob(value)) => query.bind(value.as_slice()),
            };
        }
        match query.execute(&mut *connection).await {
            Ok(done) => stored += done.rows_affected(),
            // Of a type that the table does not take: no row of it.
            Err(sqlx::Error::Database(error))
                if error
                    .code()
                    .is_some_and(|code| code.parse() == Ok(CONSTRAINT_DATATYPE)) => {}
            Err(error) => return Err(error),
        }
    }
    run(connection, "COMMIT").await?;
    Ok(stored)
}

const CONSTRAINT_DATATYPE: u32 = 3_091;
