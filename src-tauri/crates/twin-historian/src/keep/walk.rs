//! Looking through every blob, in short snapshots.

use std::{collections::HashSet, ops::ControlFlow};

use sqlx::{Row as _, SqlitePool, sqlite::SqliteRow};

use twin_core::{Quality, SignalKey, Timestamp};

use super::blob;
use crate::{
    arrivals,
    bytes::sealed,
    error::{Error, Result},
    events::quality_proof,
    historian::Inner,
    proof::rolled_proof,
    query::ChunkRow,
    rebuild::ChunkFacts,
    rollup::block::seed,
};

/// Rows read in one snapshot.
const ROWS_A_SNAPSHOT: i64 = 200;
/// Keys read in one snapshot.
const KEYS_A_SNAPSHOT: i64 = 20_000;

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A journal row's samples cannot be read.
    Journal {
        row: i64,
        t_min: i64,
        t_max: i64,
        count: i64,
        why: String,
    },
    /// A chunk's samples cannot be read, or are not those that its statistics speak of.
    Chunk {
        signal: i64,
        t_min: i64,
        t_max: i64,
        count: i64,
        data: i64,
        why: String,
    },
    /// A chunk begins before the one before it ends.
    Overlap {
        signal: i64,
        t_min: i64,
        before: i64,
    },
    /// Samples without statistics: nobody knows whose they are.
    Orphan { data: i64 },
    /// A blob of received times, a block of a rollup or a corrected sample.
    Blob {
        table: &'static str,
        id: i64,
        why: String,
    },
    /// A row of `rolled` or `quality` does not match its checksum.
    Row {
        table: &'static str,
        signal: i64,
        at: i64,
    },
    /// SQLite cannot go on in a table.
    Table { table: &'static str, why: String },
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Journal rows.
    pub journal_rows: u64,
    /// Chunks.
    pub chunks: u64,
    /// Samples in chunks and journal.
    pub samples: u64,
    /// Blobs of received times, blocks of rollups, corrected samples.
    pub other_blobs: u64,
    /// Audit records that fit.
    pub audit_records: u64,
}

/// A walk through telemetry.db.
pub(super) struct Walk<'a, F> {
    pub inner: &'a Inner,
    pub counts: Counts,
    pub findings: Vec<Finding>,
    /// Told of so many rows more; says whether to go on.
    pub advance: F,
}

/// A chunk as it is stored.
struct Stored {
    row: ChunkRow,
    proven: bool,
    bytes: Option<Vec<u8>>,
}

impl Stored {
    fn read(row: &SqliteRow) -> sqlx::Result<Stored> {
        let (found, proven) = ChunkRow::read_unproven(row)?;
        Ok(Stored {
            row: found,
            proven,
            bytes: row.try_get("bytes")?,
        })
    }
}

/// Row, oldest and newest source time, count, blob.
type JournalRow = (i64, i64, i64, i64, Vec<u8>);
/// Signal, instant, status, reason, checksum.
type QualityRow = (i64, i64, i64, i64, i64);
type Flow = Result<ControlFlow<()>>;
const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl<F: FnMut(u64) -> ControlFlow<()> + Send> Walk<'_, F> {
    /// All tables with blobs.
    pub(super) async fn all(&mut self) -> Flow {
        if self.journal().await?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let mut known = HashSet::new();
        if self.chunks(&mut known).await?.is_break() || self.orphans(&known).await?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.rolled().await?;
        if self.qualities().await?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        for table in ["arrival", "rollup", "correction"] {
            if self.blobs(table).await?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(GO_ON)
    }

    fn readers(&self) -> &SqlitePool {
        &self.inner.telemetry.readers
    }

    /// The rows of one snapshot; none when SQLite finds the table broken, which is a finding.
    fn sound<T>(
        &mut self,
        table: &'static str,
        rows: sqlx::Result<Vec<T>>,
    ) -> Result<Option<Vec<T>>> {
        match rows.map_err(Error::sql(
            &self.inner.telemetry.file,
            "look through the file",
        )) {
            Ok(rows) => Ok(Some(rows)),
            Err(Error::Damaged { why, .. }) => {
                self.findings.push(Finding::Table { table, why });
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    async fn journal(&mut self) -> Flow {
        let mut after = i64::MIN;
        loop {
            let sql = "SELECT row, t_min, t_max, count, data FROM journal WHERE row > ? ORDER BY row LIMIT ?";
            let rows: sqlx::Result<Vec<JournalRow>> = sqlx::query_as(sql)
                .bind(after)
                .bind(ROWS_A_SNAPSHOT)
                .fetch_all(self.readers())
                .await;
            let Some(rows) = self.sound("journal", rows)? else {
                return Ok(GO_ON);
            };
            let Some(last) = rows.last() else {
                return Ok(GO_ON);
            };
            after = last.0;
            let n = rows.len() as u64;
            self.counts.journal_rows += n;
            for (row, t_min, t_max, count, data) in rows {
                let why = match blob::journal(&data) {
                    Ok(facts) if count == 0 || facts == Some((count, t_min, t_max)) => {
                        self.counts.samples += count.unsigned_abs();
                        continue;
                    }
                    Ok(_) => "its samples are not those that its row speaks of".to_owned(),
                    Err(why) => why.to_string(),
                };
                self.findings.push(Finding::Journal {
                    row,
                    t_min,
                    t_max,
                    count,
                    why,
                });
            }
            if (self.advance)(n).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    async fn chunks(&mut self, known: &mut HashSet<i64>) -> Flow {
        let mut after = (i64::MIN, i64::MIN);
        let mut before = (i64::MIN, i64::MIN);
        // None has a name in a history that was written without names.
        let named: sqlx::Result<Vec<i64>> = sqlx::query_scalar("SELECT key FROM signal")
            .fetch_all(self.readers())
            .await;
        let named: HashSet<i64> = self.sound("signal", named)?.into_iter().flatten().collect();
        loop {
            let sql = "SELECT c.*, d.data AS bytes FROM chunk c LEFT JOIN chunk_data d ON d.id = c.data \
                 WHERE (c.signal, c.t_min) > (?, ?) ORDER BY c.signal, c.t_min LIMIT ?";
            let rows: sqlx::Result<Vec<SqliteRow>> = sqlx::query(sql)
                .bind(after.0)
                .bind(after.1)
                .bind(ROWS_A_SNAPSHOT)
                .fetch_all(self.readers())
                .await;
            let rows = rows.and_then(|rows| rows.iter().map(Stored::read).collect());
            let Some(rows) = self.sound::<Stored>("chunk", rows)? else {
                return Ok(GO_ON);
            };
            let Some(last) = rows.last() else {
                return Ok(GO_ON);
            };
            after = (last.row.signal, last.row.statistics.t_min.micros());
            let n = rows.len() as u64;
            self.counts.chunks += n;
            for Stored { row, proven, bytes } in rows {
                known.insert(row.data);
                let signal = row.signal;
                let (t_min, t_max) = (row.statistics.t_min.micros(), row.statistics.t_max.micros());
                let count = i64::from(row.statistics.count);
                if before.0 == signal && t_min <= before.1 {
                    let before = before.1;
                    self.findings.push(Finding::Overlap {
                        signal,
                        t_min,
                        before,
                    });
                }
                before = (signal, t_max);
                let named = named.is_empty() || named.contains(&signal);
                let Some(why) = fault_of(&row, proven, bytes.as_deref(), named) else {
                    self.counts.samples += count.unsigned_abs();
                    continue;
                };
                let data = row.data;
                self.findings.push(Finding::Chunk {
                    signal,
                    t_min,
                    t_max,
                    count,
                    data,
                    why,
                });
            }
            if (self.advance)(n).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// Data that no chunk of the walk used, and none uses now: compaction may have come in between.
    async fn orphans(&mut self, known: &HashSet<i64>) -> Flow {
        let mut suspects = Vec::new();
        let mut after = i64::MIN;
        loop {
            let sql = "SELECT id FROM chunk_data WHERE id > ? ORDER BY id LIMIT ?";
            let ids: sqlx::Result<Vec<i64>> = sqlx::query_scalar(sql)
                .bind(after)
                .bind(KEYS_A_SNAPSHOT)
                .fetch_all(self.readers())
                .await;
            let Some(ids) = self.sound("chunk_data", ids)? else {
                break;
            };
            let Some(last) = ids.last() else { break };
            after = *last;
            suspects.extend(ids.into_iter().filter(|id| !known.contains(id)));
            if (self.advance)(0).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let sql = "SELECT d.id FROM json_each(?) s JOIN chunk_data d ON d.id = s.value \
             WHERE d.id NOT IN (SELECT data FROM chunk)";
        let orphans: sqlx::Result<Vec<i64>> = sqlx::query_scalar(sql)
            .bind(super::call::list(suspects))
            .fetch_all(self.readers())
            .await;
        let orphans = self.sound("chunk_data", orphans)?.unwrap_or_default();
        self.findings
            .extend(orphans.into_iter().map(|data| Finding::Orphan { data }));
        Ok(GO_ON)
    }

    /// A row for each signal: read at once.
    async fn rolled(&mut self) -> Result<()> {
        let sql = concat!(
            "SELECT signal FROM rolled WHERE proof IS NOT ",
            rolled_proof!("")
        );
        let signals: sqlx::Result<Vec<i64>> =
            sqlx::query_scalar(sql).fetch_all(self.readers()).await;
        let signals = self.sound("rolled", signals)?.unwrap_or_default();
        let finding = |signal| Finding::Row {
            table: "rolled",
            signal,
            at: 0,
        };
        self.findings.extend(signals.into_iter().map(finding));
        Ok(())
    }

    async fn qualities(&mut self) -> Flow {
        let mut after = (i64::MIN, i64::MIN);
        loop {
            let sql = "SELECT signal, at, status, reason, proof FROM quality WHERE (signal, at) > (?, ?) \
                 ORDER BY signal, at LIMIT ?";
            let rows: sqlx::Result<Vec<QualityRow>> = sqlx::query_as(sql)
                .bind(after.0)
                .bind(after.1)
                .bind(KEYS_A_SNAPSHOT)
                .fetch_all(self.readers())
                .await;
            let rows = self.sound("quality", rows)?.unwrap_or_default();
            let Some(last) = rows.last() else {
                return Ok(GO_ON);
            };
            after = (last.0, last.1);
            for (signal, at, status, reason, proof) in rows {
                let byte = |code| u8::try_from(code).unwrap_or(u8::MAX);
                let quality = Quality::from_bytes([byte(status), byte(reason)]);
                let key = u32::try_from(signal).map(SignalKey);
                if key.map(|key| quality_proof(key, Timestamp(at), quality)) != Ok(proof) {
                    let table = "quality";
                    self.findings.push(Finding::Row { table, signal, at });
                }
            }
            if (self.advance)(0).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    async fn blobs(&mut self, table: &'static str) -> Flow {
        let (id, data) = match table {
            "arrival" => ("first", "data"),
            "correction" => ("id", "old"),
            _ => ("id", "data"),
        };
        let place = match table {
            "rollup" => "signal, level, block",
            "arrival" => "received_max = -1, 0, count",
            _ => "0, 0, 0",
        };
        let sql = format!(
            "SELECT {id}, {data}, {place} FROM {table} WHERE {id} > ? ORDER BY {id} LIMIT ?"
        );
        let mut after = i64::MIN;
        loop {
            let rows: sqlx::Result<Vec<SqliteRow>> = sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
                .bind(after)
                .bind(ROWS_A_SNAPSHOT)
                .fetch_all(self.readers())
                .await;
            let rows = rows.and_then(|rows| rows.iter().map(sqlx::FromRow::from_row).collect());
            let Some(rows) = self.sound::<(i64, Vec<u8>, u32, u32, i64)>(table, rows)? else {
                return Ok(GO_ON);
            };
            let Some(last) = rows.last() else {
                return Ok(GO_ON);
            };
            after = last.0;
            let n = rows.len() as u64;
            self.counts.other_blobs += n;
            for (id, data, signal, level, block) in rows {
                // Empty: a repair has put the received times into quarantine already.
                let is_set_apart = table == "arrival" && data.is_empty() && signal == 1;
                let seed = seed((SignalKey(signal), level as usize, block));
                let numbers = arrivals::place(id, block);
                let place = match table {
                    "rollup" => &seed[..],
                    "arrival" => &numbers[..],
                    _ => &[],
                };
                if !is_set_apart && let Err(why) = sealed(place, &data) {
                    let why = why.to_string();
                    self.findings.push(Finding::Blob { table, id, why });
                }
            }
            if (self.advance)(n).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
}

/// What is wrong with a chunk, in words.
fn fault_of(row: &ChunkRow, proven: bool, bytes: Option<&[u8]>, named: bool) -> Option<String> {
    let facts = match bytes.map(ChunkFacts::of) {
        None => return Some("its data is missing".into()),
        Some(Err(why)) => return Some(why.to_string()),
        Some(Ok(facts)) => facts,
    };
    let why = if !named {
        "its signal has no name"
    } else if facts.is_of_another(row.signal) {
        "its samples are another signal's"
    } else if !blob::same(&facts.statistics, &row.statistics) {
        "its samples are not those that its statistics speak of"
    } else if !proven {
        "its row does not match its checksum"
    } else {
        return None;
    };
    Some(why.into())
}
