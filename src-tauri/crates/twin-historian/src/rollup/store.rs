//! Blocks of the pyramid in the file.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    aggregate::Aggregate,
    block,
    ladder::{BLOCK_BUCKETS, Level, WIDTHS, block_of, first_instant, last_instant},
};
use crate::{
    error::{Error, Result},
    historian::{Inner, signal_key},
    lists::json,
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

/// The first block of a level from `first` on.
pub(super) async fn block_from(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    level: Level,
    first: i64,
) -> Result<Option<i64>> {
    let sql = "SELECT min(block) FROM rollup WHERE signal = ? AND level = ? AND block >= ?";
    sqlx::query_scalar(sql)
        .bind(signal.0)
        .bind(level as i64)
        .bind(first)
        .fetch_one(connection)
        .await
        .map_err(Error::sql(&inner.telemetry.file, "look for rollups"))
}

/// Whether there is any block of a signal.
pub(super) async fn has_blocks(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM rollup WHERE signal = ?)")
        .bind(signal.0)
        .fetch_one(connection)
        .await
        .map_err(Error::sql(&inner.telemetry.file, "look for rollups"))
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
    /// Blocks that could not be read: they are taken for empty.
    damaged: Vec<i64>,
}

impl Shelf {
    /// From blocks of one signal and level in any order.
    pub(super) fn of(mut rows: Vec<BlockRow>) -> Shelf {
        rows.sort_unstable_by_key(|(_, _, block, _)| *block);
        rows.dedup_by_key(|(_, _, block, _)| *block);
        let mut shelf = Shelf::default();
        for (signal, level, number, data) in rows {
            match block::decode((signal, level, number), &data) {
                Ok(buckets) => shelf.buckets.extend(buckets),
                Err(why) => {
                    let place = place(signal, level, number);
                    tracing::error!(place, %why, "a rollup block is damaged and will be worked out again");
                    shelf.damaged.push(number);
                }
            }
        }
        shelf
    }

    /// The blocks that could not be read.
    pub(super) fn damaged(&self, level: Level) -> impl Iterator<Item = (Level, i64)> + use<'_> {
        self.damaged.iter().map(move |block| (level, *block))
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
    /// Damaged blocks, by level and number: what they covered becomes dirty.
    pub damaged: Vec<(Level, i64)>,
    /// What is dirty does not count any more: the signal is rolled up from its beginning again.
    pub anew: bool,
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
    /// Whether its samples are new, see [`mark`].
    pub added: bool,
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
    if change.anew {
        sqlx::query("DELETE FROM rollup_dirty WHERE signal = ?")
            .bind(signal)
            .execute(&mut *connection)
            .await?;
    }
    for (level, block) in &change.damaged {
        drop_block(&mut *connection, (change.signal, *level, *block)).await?;
    }
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
            let left = [[i64::from(signal), from, dirty.to]];
            insert_dirty(&mut *connection, &left, dirty.added).await?;
        }
    }
    // After the note that is done, for it may be about the very same stretch.
    let lost: Vec<[i64; 3]> = change.damaged.iter().map(|of| span(signal, of)).collect();
    insert_dirty(connection, &lost, false).await
}

/// Removes a block.
pub(super) async fn drop_block(
    connection: &mut SqliteConnection,
    (signal, level, block): (SignalKey, Level, i64),
) -> sqlx::Result<()> {
    let delete = sqlx::query("DELETE FROM rollup WHERE signal = ? AND level = ? AND block = ?");
    let delete = delete.bind(signal.0).bind(level as i64).bind(block);
    delete.execute(connection).await.map(drop)
}

/// Removes up to `limit` blocks of a signal; gives how many. Those of the finest level go first, the newest ones before
/// older ones: what is left is a pyramid still, whatever step the program dies at.
pub(crate) async fn drop_blocks(
    connection: &mut SqliteConnection,
    signal: SignalKey,
    limit: u32,
) -> sqlx::Result<u64> {
    let delete = sqlx::query(
        "DELETE FROM rollup WHERE id IN (SELECT id FROM rollup WHERE signal = ?1 AND level = \
         (SELECT min(level) FROM rollup WHERE signal = ?1) ORDER BY block DESC LIMIT ?2)",
    );
    let done = delete.bind(signal.0).bind(limit).execute(connection).await;
    done.map(|done| done.rows_affected())
}

/// What a block covers, as a dirty stretch of the signal.
pub(super) fn span(signal: u32, (level, block): &(Level, i64)) -> [i64; 3] {
    let first = block.saturating_mul(BLOCK_BUCKETS);
    let last = first.saturating_add(BLOCK_BUCKETS - 1);
    let (from, to) = (first_instant(*level, first), last_instant(*level, last));
    [i64::from(signal), from, to]
}

/// Notes rows of (signal, from, to) that must be worked out again; only what is rolled up already can be wrong.
pub(super) async fn insert_dirty(
    connection: &mut SqliteConnection,
    rows: &[[i64; 3]],
    added: bool,
) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // Far behind `raw_from` every bucket has its samples still.
    sqlx::query(
        "INSERT INTO rollup_dirty (signal, t_min, t_max, added) \
         SELECT r.signal, w.value ->> 1, min(w.value ->> 2, r.upto), ?2 \
         FROM json_each(?1) AS w CROSS JOIN rolled AS r \
         WHERE r.signal = w.value ->> 0 AND r.upto >= w.value ->> 1 \
         AND (?2 = 0 OR r.raw_from > (w.value ->> 1) - ?3) \
         ON CONFLICT (signal, t_min, t_max) DO UPDATE SET added = max(added, excluded.added)",
    )
    .bind(json(rows.iter().copied()))
    .bind(i64::from(added))
    .bind(WIDTHS[WIDTHS.len() - 1])
    .execute(connection)
    .await
    .map(|_| ())
}

/// Notes stretches (both ends included) that changed, and the runs of new samples among them; in the caller's
/// transaction. Where samples are gone a bucket cannot be worked out again: it takes in the new ones, each once.
pub(crate) async fn mark(
    connection: &mut SqliteConnection,
    changed: &[(SignalKey, i64, i64)],
    new: &[(SignalKey, i64, i64)],
) -> sqlx::Result<()> {
    let rows = |rows: &[(SignalKey, i64, i64)]| -> Vec<[i64; 3]> {
        let row = |row: &(SignalKey, i64, i64)| [i64::from(row.0.0), row.1, row.2];
        rows.iter().map(row).collect()
    };
    insert_dirty(&mut *connection, &rows(changed), false).await?;
    let new = not_waiting(&mut *connection, rows(new)).await?;
    insert_dirty(connection, &new, true).await
}

/// Runs of new samples without what lies in a run that still waits: all that is there is added when its turn comes.
async fn not_waiting(
    connection: &mut SqliteConnection,
    new: Vec<[i64; 3]>,
) -> sqlx::Result<Vec<[i64; 3]>> {
    if new.is_empty() {
        return Ok(new);
    }
    // Of each signal the whole span.
    let mut spans = new.clone();
    spans.sort_unstable();
    spans.dedup_by(|later, span| {
        let is_same = later[0] == span[0];
        if is_same {
            span[2] = span[2].max(later[2]);
        }
        is_same
    });
    let waiting: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT d.signal, d.t_min, d.t_max FROM json_each(?) AS w CROSS JOIN rollup_dirty AS d \
         WHERE d.signal = w.value ->> 0 AND d.t_min <= w.value ->> 2 AND d.t_max >= w.value ->> 1 \
         AND d.added = 1 ORDER BY d.signal, d.t_min",
    )
    .bind(json(spans.into_iter()))
    .fetch_all(connection)
    .await?;
    if waiting.is_empty() {
        return Ok(new);
    }
    let mut left = Vec::with_capacity(new.len());
    for run in new {
        without(run, &waiting, &mut left);
    }
    Ok(left)
}

/// Adds what is left of a run beside others, which are in order of signal and beginning and lie apart.
fn without([signal, from, to]: [i64; 3], others: &[(i64, i64, i64)], left: &mut Vec<[i64; 3]>) {
    let first = others.partition_point(|(of, _, end)| (*of, *end) < (signal, from));
    let mut from = Some(from);
    for (_, begin, end) in others[first..]
        .iter()
        .take_while(|(of, begin, _)| *of == signal && *begin <= to)
    {
        left.extend(
            from.filter(|from| from < begin)
                .map(|from| [signal, from, begin - 1]),
        );
        let behind = end.checked_add(1);
        from = from.zip(behind).map(|(from, behind)| from.max(behind));
    }
    left.extend(
        from.filter(|from| *from <= to)
            .map(|from| [signal, from, to]),
    );
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_run_is_noted_only_where_none_waits() {
        // The second one is half worked out: it began earlier.
        let waiting = [(0, 0, 99), (1, 10, 20), (1, 30, 40), (2, 0, 99)];
        for (run, left) in [
            ([1, 0, 9], vec![[1, 0, 9]]),
            ([1, 12, 15], vec![]),
            ([1, 10, 20], vec![]),
            ([1, 5, 12], vec![[1, 5, 9]]),
            ([1, 15, 25], vec![[1, 21, 25]]),
            ([1, 5, 50], vec![[1, 5, 9], [1, 21, 29], [1, 41, 50]]),
            ([3, 5, 50], vec![[3, 5, 50]]),
        ] {
            let mut found = vec![run];
            without(run, &waiting, &mut found);
            assert_eq!(found[0], run, "what was there stays");
            assert_eq!(found[1..], left, "{run:?}");
        }
        let (all, mut found) = ([(1, i64::MIN, i64::MAX)], Vec::new());
        without([1, 5, i64::MAX], &all, &mut found);
        assert!(found.is_empty());
    }
}
