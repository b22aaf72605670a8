//! The book of what retention removed.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;
use twin_core::Timestamp;

use crate::{
    error::{Error, Result},
    historian::Historian,
};

/// Entries that are kept.
const REMOVALS_KEPT: i64 = 10_000;

/// One removal, as it is told to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: Timestamp,
    /// `samples`, `rollups`, `links`, `qualities` or `corrections`.
    pub what: String,
    /// How many signals (of `links`: connections) lost something.
    pub signals: u64,
    /// How many samples, blocks of rollups, transitions or notes.
    pub count: u64,
    /// From the oldest to the newest of them.
    pub span: Option<(Timestamp, Timestamp)>,
    /// By which rule.
    pub why: String,
}

type Row = (i64, String, i64, i64, Option<i64>, Option<i64>, String);

impl Historian {
    /// What retention removed, newest first, at most `limit` of the newest 10,000.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn removals(&self, limit: u32) -> Result<Vec<Removal>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT at, what, signals, count, t_min, t_max, why FROM removal ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read what was removed"))?;
        let removal = |(at, what, signals, count, t_min, t_max, why): Row| Removal {
            at: Timestamp(at),
            what,
            signals: signals.cast_unsigned(),
            count: count.cast_unsigned(),
            span: t_min.map(Timestamp).zip(t_max.map(Timestamp)),
            why,
        };
        Ok(rows.into_iter().map(removal).collect())
    }
}

/// What one call removed of one sort. Written with its first transaction and brought up to date by the later ones.
pub(super) struct Entry {
    id: Option<i64>,
    at: Timestamp,
    what: &'static str,
    why: String,
    signals: BTreeSet<i64>,
    total: i64,
    span: Option<(i64, i64)>,
}

impl Entry {
    pub(super) const fn new(at: Timestamp, what: &'static str, why: String) -> Entry {
        Entry {
            id: None,
            at,
            what,
            why,
            signals: BTreeSet::new(),
            total: 0,
            span: None,
        }
    }

    /// Adds `count` things of one signal over a span.
    pub(super) fn count(&mut self, signal: i64, count: i64, span: Option<(i64, i64)>) {
        self.signals.insert(signal);
        self.total += count;
        if let Some((from, to)) = span {
            self.span = Some(
                self.span
                    .map_or((from, to), |(f, t)| (f.min(from), t.max(to))),
            );
        }
    }
}

/// Writes the entry, in the transaction that removes.
pub(super) async fn note(connection: &mut SqliteConnection, entry: &mut Entry) -> sqlx::Result<()> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO removal (id, at, what, signals, count, t_min, t_max, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET signals = excluded.signals, count = excluded.count, \
         t_min = excluded.t_min, t_max = excluded.t_max RETURNING id",
    )
    .bind(entry.id)
    .bind(entry.at.micros())
    .bind(entry.what)
    .bind(entry.signals.len() as i64)
    .bind(entry.total)
    .bind(entry.span.map(|span| span.0))
    .bind(entry.span.map(|span| span.1))
    .bind(&entry.why)
    .fetch_one(&mut *connection)
    .await?;
    if entry.id.is_none() {
        sqlx::query("DELETE FROM removal WHERE id <= ?")
            .bind(id - REMOVALS_KEPT)
            .execute(connection)
            .await?;
    }
    entry.id = Some(id);
    Ok(())
}
