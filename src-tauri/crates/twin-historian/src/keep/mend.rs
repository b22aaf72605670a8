//! What a repair does about each finding.

use sqlx::SqliteConnection;

use super::{
    blob::{self, block_micros},
    walk::Finding,
};
use crate::{
    compact::{Facts, put_facts},
    database::Durability,
    error::{Error, Result},
    historian::Inner,
    query::ChunkRow,
    rebuild::{ChunkFacts, rewrite},
};

/// Gives chunks whose way to their samples is lost the samples that have lost their chunk, where every statistic says
/// that they are these and no others. Gives the findings that are left, and what was done.
pub(super) async fn relink(
    inner: &Inner,
    findings: Vec<Finding>,
) -> Result<(Vec<Finding>, Vec<String>)> {
    let fail = Error::sql(&inner.telemetry.file, "repair");
    let readers = &inner.telemetry.readers;
    let mut broken = Vec::new();
    for finding in &findings {
        if let Finding::Chunk { signal, t_min, .. } = finding {
            let row = sqlx::query("SELECT * FROM chunk WHERE signal = ? AND t_min = ?");
            let row = row.bind(signal).bind(t_min).fetch_one(readers).await;
            let row = row
                .and_then(|row| ChunkRow::read_unproven(&row))
                .map_err(&fail)?;
            broken.push(row.0);
        }
    }
    let mut mended = Vec::new();
    let mut done = Vec::new();
    for finding in &findings {
        let Finding::Orphan { data } = finding else {
            continue;
        };
        let bytes: Vec<u8> = sqlx::query_scalar("SELECT data FROM chunk_data WHERE id = ?")
            .bind(data)
            .fetch_one(readers)
            .await
            .map_err(&fail)?;
        let Ok(facts) = ChunkFacts::of(&bytes) else {
            continue;
        };
        let fits = |row: &&ChunkRow| {
            !facts.is_of_another(row.signal) && blob::same(&row.statistics, &facts.statistics)
        };
        let candidates: Vec<&ChunkRow> = broken.iter().filter(fits).collect();
        if let [row] = candidates[..] {
            let mut writer = inner.telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let linked = rewrite(writer.connection(), row, *data, &facts).await;
            if !writer.end(linked.map_err(&fail)).await? {
                continue;
            }
            done.push(format!("Found again: the samples of {}.", row.place()));
            mended.push((*data, row.signal, row.statistics.t_min.micros()));
        } else if let Some(sentence) = adopt(inner, *data, &facts).await? {
            let signal = facts.signal.map_or(-1, |signal| i64::from(signal.0));
            done.push(sentence);
            mended.push((*data, signal, facts.statistics.t_min.micros()));
        }
    }
    let is_left = |finding: &Finding| match finding {
        Finding::Orphan { data } => mended.iter().all(|(id, ..)| id != data),
        Finding::Chunk { signal, t_min, .. } => {
            mended.iter().all(|(_, s, t)| (s, t) != (signal, t_min))
        }
        _ => true,
    };
    Ok((findings.into_iter().filter(is_left).collect(), done))
}

/// Makes samples that no chunk leads to a chunk again, where they say whose they are and no other chunk has their time.
async fn adopt(inner: &Inner, data: i64, facts: &ChunkFacts) -> Result<Option<String>> {
    let Some(signal) = facts.signal else {
        return Ok(None);
    };
    let fail = Error::sql(&inner.telemetry.file, "repair");
    let (t_min, t_max) = (facts.statistics.t_min, facts.statistics.t_max);
    let mut writer = inner.telemetry.writer.lock().await;
    let others: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM chunk WHERE signal = ?1 AND t_min <= ?3 AND t_max >= ?2) \
         + (SELECT count(*) = 0 FROM signal WHERE key = ?1)",
    )
    .bind(signal.0)
    .bind(t_min.micros())
    .bind(t_max.micros())
    .fetch_one(writer.connection())
    .await
    .map_err(&fail)?;
    if others > 0 {
        return Ok(None);
    }
    let row = Facts {
        signal,
        statistics: facts.statistics,
        arrival: facts.arrival,
        data,
    };
    writer.begin(Durability::Normal).await?;
    let put = put_facts(writer.connection(), std::iter::once(row)).await;
    writer.end(put.map_err(&fail)).await?;
    Ok(Some(format!(
        "Found again: {} samples of signal {} from {} to {} µs.",
        facts.statistics.count,
        signal.0,
        t_min.micros(),
        t_max.micros()
    )))
}

/// Does what one finding asks for, in one transaction.
pub(super) async fn mend(connection: &mut SqliteConnection, finding: &Finding) -> sqlx::Result<()> {
    let origin = finding.sentence().to_string();
    match finding {
        Finding::Journal { row, why, .. } => {
            set_apart(connection, "journal", "row", "data", *row, &origin, why).await?;
            // The row stays, empty: its number must not be used again.
            sqlx::query("UPDATE journal SET count = 0, data = ? WHERE row = ?")
                .bind(blob::empty_journal())
                .bind(row)
                .execute(connection)
                .await
                .map(drop)
        }
        Finding::Chunk {
            signal,
            t_min,
            data,
            why,
            ..
        } => {
            set_apart(connection, "chunk_data", "id", "data", *data, &origin, why).await?;
            sqlx::query("DELETE FROM chunk WHERE signal = ? AND t_min = ?")
                .bind(signal)
                .bind(t_min)
                .execute(&mut *connection)
                .await?;
            // A damaged row may have pointed to another chunk's samples.
            let unused =
                "DELETE FROM chunk_data WHERE id = ?1 AND ?1 NOT IN (SELECT data FROM chunk)";
            by_id(connection, unused, *data).await
        }
        Finding::Orphan { data } => {
            set_apart(
                connection,
                "chunk_data",
                "id",
                "data",
                *data,
                &origin,
                "no statistics",
            )
            .await?;
            by_id(connection, "DELETE FROM chunk_data WHERE id = ?", *data).await
        }
        Finding::Blob {
            table: "rollup",
            id,
            ..
        } => drop_block(connection, *id).await,
        Finding::Blob {
            table: "arrival",
            id,
            why,
        } => {
            set_apart(connection, "arrival", "first", "data", *id, &origin, why).await?;
            // The row stays, empty: its numbers must not be given again.
            let emptied = "UPDATE arrival SET data = x'', received_max = -1 WHERE first = ?";
            by_id(connection, emptied, *id).await
        }
        Finding::Blob { id, why, .. } => {
            set_apart(connection, "correction", "id", "old", *id, &origin, why).await?;
            by_id(connection, "DELETE FROM correction WHERE id = ?", *id).await
        }
        Finding::Row {
            table: "quality",
            signal,
            at,
        } => drop_transition(connection, *signal, *at).await,
        // Rows of `rolled` are made anew when all blocks are sound.
        Finding::Row { .. } | Finding::Overlap { .. } | Finding::Table { .. } => Ok(()),
    }
}

async fn drop_transition(
    connection: &mut SqliteConnection,
    signal: i64,
    at: i64,
) -> sqlx::Result<()> {
    let delete = sqlx::query("DELETE FROM quality WHERE signal = ? AND at = ?");
    let done = delete.bind(signal).bind(at).execute(connection).await;
    done.map(drop)
}

/// A damaged block of a rollup: its span is worked out again.
async fn drop_block(connection: &mut SqliteConnection, id: i64) -> sqlx::Result<()> {
    let place: (i64, i64, i64) =
        sqlx::query_as("SELECT signal, level, block FROM rollup WHERE id = ?")
            .bind(id)
            .fetch_one(&mut *connection)
            .await?;
    let from = place.2.saturating_mul(block_micros(place.1));
    sqlx::query("INSERT OR IGNORE INTO rollup_dirty (signal, t_min, t_max) VALUES (?, ?, ?)")
        .bind(place.0)
        .bind(from)
        .bind(from.saturating_add(block_micros(place.1) - 1))
        .execute(&mut *connection)
        .await?;
    by_id(connection, "DELETE FROM rollup WHERE id = ?", id).await
}

async fn by_id(connection: &mut SqliteConnection, sql: &'static str, id: i64) -> sqlx::Result<()> {
    sqlx::query(sql)
        .bind(id)
        .execute(connection)
        .await
        .map(drop)
}

/// Copies a blob, if there is one, into the table `quarantine`.
async fn set_apart(
    connection: &mut SqliteConnection,
    table: &str,
    key: &str,
    column: &str,
    id: i64,
    origin: &str,
    why: &str,
) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO quarantine (origin, reason, data) SELECT ?, ?, {column} FROM {table} WHERE {key} = ?"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(origin)
        .bind(why)
        .bind(id)
        .execute(connection)
        .await
        .map(drop)
}
