//! Blocks of the pyramid in the file.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    aggregate::Aggregate,
    block,
    ladder::{Level, block_of},
};
use crate::{
    chunks::json,
    error::{Error, Result},
    historian::{Inner, signal_key},
    proof::rolled_proof,
};

/// A block as stored: signal, level, number, blob.
pub(crate) type BlockRow = (SignalKey, Level, i64, Vec<u8>);

/// Blocks of several signals and levels: (signal, level, first block, last block).
pub(crate) async fn blocks_in(
    inner: &Inner,
    connection: &mut SqliteConnection,
    wants: &[[i64; 4]],
) -> Result<Vec<BlockRow>> {
    if wants.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT r.signal, r.level, r.block, r.data FROM json_each(?1) AS w CROSS JOIN rollup AS r \
         WHERE r.signal = w.value ->> 0 AND r.level = w.value ->> 1 \
         AND r.block BETWEEN w.value ->> 2 AND w.value ->> 3",
    )
    .bind(json(wants.iter().copied()))
    .fetch_all(connection)
    .await
    .map_err(Error::sql(&inner.telemetry.file, "read rollups"))?;
    rows.into_iter()
        .map(|(signal, level, block, data)| Ok((signal_key(signal)?, level as Level, block, data)))
        .collect()
}

/// How a message names a block.
pub(crate) fn place(signal: SignalKey, level: Level, block: i64) -> String {
    format!(
        "the rollup block {block} of level {level} of signal {}",
        signal.0
    )
}

/// Some neighbouring buckets of one level of one signal, in order, while they are worked on: whole blocks.
#[derive(Default)]
pub(super) struct Shelf {
    pub buckets: Vec<(i64, Aggregate)>,
    changed: BTreeSet<i64>,
}

impl Shelf {
    /// From blocks of one signal and level in any order.
    pub(super) fn of(mut rows: Vec<BlockRow>) -> Result<Shelf> {
        rows.sort_unstable_by_key(|(_, _, block, _)| *block);
        rows.dedup_by_key(|(_, _, block, _)| *block);
        let mut shelf = Shelf::default();
        for (signal, level, number, data) in rows {
            let buckets = block::decode((signal, level, number), &data)
                .map_err(|malformed| malformed.of(place(signal, level, number)))?;
            shelf.buckets.extend(buckets);
        }
        Ok(shelf)
    }

    /// The buckets from `begin` to before `end`.
    pub(super) fn range(&self, begin: i64, end: i64) -> &[(i64, Aggregate)] {
        let first = self.buckets.partition_point(|(bucket, _)| *bucket < begin);
        let last = self.buckets.partition_point(|(bucket, _)| *bucket < end);
        &self.buckets[first..last.max(first)]
    }

    /// Puts other buckets in the place of those from `begin` to before `end`.
    pub(super) fn replace(&mut self, begin: i64, end: i64, with: Vec<(i64, Aggregate)>) {
        let first = self.buckets.partition_point(|(bucket, _)| *bucket < begin);
        let last = self
            .buckets
            .partition_point(|(bucket, _)| *bucket < end)
            .max(first);
        let old = self.buckets[first..last].iter();
        self.changed
            .extend(old.chain(&with).map(|(bucket, _)| block_of(*bucket)));
        self.buckets.splice(first..last, with);
    }

    /// The blobs of the blocks that changed.
    pub(super) fn into_changed(self, signal: SignalKey, level: Level) -> Vec<BlockRow> {
        let blob = |number: &i64| {
            let first = self
                .buckets
                .partition_point(|(bucket, _)| block_of(*bucket) < *number);
            let last = self
                .buckets
                .partition_point(|(bucket, _)| block_of(*bucket) <= *number);
            (
                signal,
                level,
                *number,
                block::encode((signal, level, *number), &self.buckets[first..last]),
            )
        };
        self.changed.iter().map(blob).collect()
    }
}

/// What one signal's rolling up changes.
pub(super) struct Change {
    pub signal: SignalKey,
    pub blocks: Vec<BlockRow>,
    /// Base level and how far, when that moves.
    pub rolled: Option<(Option<Level>, i64)>,
    /// A dirty stretch that is done, and what is left of it.
    pub dirty: Option<Dirty>,
}

/// A row of `rollup_dirty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dirty {
    pub from: i64,
    pub to: i64,
    /// The stretch from here to `to` is left.
    pub left_from: Option<i64>,
}

/// Writes the checksum of a row of `rolled`, which was sound when it was read.
pub(super) async fn prove(connection: &mut SqliteConnection, signal: u32) -> sqlx::Result<()> {
    let prove = concat!(
        "UPDATE rolled SET proof = ",
        rolled_proof!(""),
        " WHERE signal = ?"
    );
    let done = sqlx::query(prove).bind(signal).execute(connection).await;
    done.map(drop)
}

/// Stores a change; in the caller's transaction.
pub(super) async fn put(connection: &mut SqliteConnection, change: &Change) -> sqlx::Result<()> {
    let signal = change.signal.0;
    for (_, level, block, data) in &change.blocks {
        sqlx::query(
            "INSERT INTO rollup (signal, level, block, data) VALUES (?, ?, ?, ?) \
             ON CONFLICT (signal, level, block) DO UPDATE SET data = excluded.data",
        )
        .bind(signal)
        .bind(*level as i64)
        .bind(block)
        .bind(data)
        .execute(&mut *connection)
        .await?;
    }
    if let Some((base, upto)) = change.rolled {
        sqlx::query(
            "INSERT INTO rolled (signal, base, upto) VALUES (?, ?, ?) \
             ON CONFLICT (signal) DO UPDATE SET base = excluded.base, upto = excluded.upto",
        )
        .bind(signal)
        .bind(base.map(|base| base as i64))
        .bind(upto)
        .execute(&mut *connection)
        .await?;
        prove(connection, signal).await?;
    }
    if let Some(dirty) = change.dirty {
        sqlx::query("DELETE FROM rollup_dirty WHERE signal = ? AND t_min = ? AND t_max = ?")
            .bind(signal)
            .bind(dirty.from)
            .bind(dirty.to)
            .execute(&mut *connection)
            .await?;
        if let Some(from) = dirty.left_from {
            sqlx::query(
                "INSERT OR IGNORE INTO rollup_dirty (signal, t_min, t_max) VALUES (?, ?, ?)",
            )
            .bind(signal)
            .bind(from)
            .bind(dirty.to)
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}
