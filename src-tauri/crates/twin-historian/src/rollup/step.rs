//! Rolling up, a bounded step at a time: first what late samples made wrong, then chunks that will not grow any more.
//!
//! A step reads and works without any lock that an append needs and then writes the blocks of a few signals in each
//! of several short transactions. The blocks of a signal and how far it is rolled up change in one transaction, so
//! that whatever instruction it dies at, a step is done for a signal or not.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    buckets::{Buckets, CHUNKS_A_SIGNAL, RollUp, parents, read},
    dirty,
    ladder::{Level, WIDTHS, block_of, bucket_of, first_instant, stored_before},
    plan::{Frontier, Next, Plan, plan},
    renew::{is_new, renew, rolled},
    store::{BlockRow, Change, Shelf, blocks_in, drop_blocks, put},
};
use crate::{
    chunks::chunk_blobs,
    database::Durability,
    error::{Error, Result},
    historian::{Historian, Inner, signal_key},
    rebuild,
};

/// Signals that one step looks at.
const SIGNALS_A_STEP: usize = 128;
/// Chunks that one step takes, but for the last signal's.
const CHUNKS_A_STEP: usize = 128;
/// Blocks written in one transaction, at some 40 us each.
pub(crate) const BLOCKS_A_TRANSACTION: usize = 200;
/// Transactions in which one step removes the blocks of a signal that got another base.
const CLEARED_A_STEP: usize = 16;
/// Dirty stretches that one step takes.
const DIRTY_A_STEP: i64 = 32;

impl Historian {
    /// Brings the pyramid closer to the chunks. Call again while [`RollUp::more`]; without anything to do it costs one
    /// small statement.
    ///
    /// # Errors
    /// When the file cannot be read or written: what the step had not finished is done by the next one.
    pub async fn roll_up_step(&self) -> Result<RollUp> {
        let mut ends = self.inner.maintenance.lock().await;
        let done = self.roll_up().await;
        if done.is_err() {
            // What is made anew below may be chunks.
            ends.clear();
        }
        if let Err(Error::Damaged { .. }) = done
            && (renew(&self.inner).await? > 0
                || rebuild::out_of_the_way(&self.inner, done.as_ref().err()).await?)
        {
            return self.roll_up().await;
        }
        done
    }

    async fn roll_up(&self) -> Result<RollUp> {
        let inner = &*self.inner;
        inner.moved().await?;
        let mut done = RollUp::default();
        let mut changes = mend(inner, &mut done).await?;
        // What is mended must be stored before the same blocks grow.
        store(inner, &mut changes, &mut done).await?;
        let signals = due(inner).await?;
        let mut connection = inner
            .telemetry
            .readers
            .acquire()
            .await
            .map_err(Error::sql(&inner.telemetry.file, "begin reading"))?;
        let rows = rolled(inner, &mut connection, &signals).await?;
        let mut plans = Vec::new();
        let mut finished = Vec::new();
        let mut chunks = 0;
        for signal in signals {
            if chunks >= CHUNKS_A_STEP {
                break;
            }
            let row = rows.get(&signal).copied();
            match plan(inner, &mut connection, signal, row).await? {
                Next::Anew(change) => changes.push(change),
                Next::Clear(change) => {
                    if clear(inner, signal).await? {
                        changes.push(change);
                    }
                }
                Next::Grow(plan) => {
                    chunks += plan.chunks.len();
                    if !plan.more {
                        finished.push(signal);
                    }
                    plans.push(plan);
                }
                Next::Nothing => finished.push(signal),
            }
        }
        let mut shelves = shelves(inner, &mut connection, &plans).await?;
        for plan in plans {
            let shelves = shelves.remove(&plan.signal).unwrap_or_default();
            changes.push(grow(inner, &mut connection, plan, shelves, &mut done).await?);
            // Compressing is work without a wait: let others have their turn.
            tokio::task::yield_now().await;
        }
        drop(connection);
        store(inner, &mut changes, &mut done).await?;
        done.more |= inner.rolled_up(&finished) > 0;
        Ok(done)
    }
}

/// Stores the changes, a few signals a transaction.
async fn store(inner: &Inner, changes: &mut Vec<Change>, done: &mut RollUp) -> Result<()> {
    let fail = Error::sql(&inner.telemetry.file, "store rollups");
    while !changes.is_empty() {
        let mut blocks = 0;
        let enough = |change: &Change| {
            blocks += change.blocks.len() + 1;
            blocks >= BLOCKS_A_TRANSACTION
        };
        let end = changes
            .iter()
            .position(enough)
            .map_or(changes.len(), |at| at + 1);
        let mut writer = inner.telemetry.writer.lock().await;
        // NORMAL is enough: should a power cut take this commit, the chunks are there still.
        writer.begin(Durability::Normal).await?;
        let mut stored = Ok(());
        for change in changes.drain(..end) {
            done.blocks += change.blocks.len() as u64;
            stored = put(writer.connection(), &change).await;
            if stored.is_err() {
                break;
            }
        }
        writer.end(stored.map_err(&fail)).await?;
        drop(writer);
        inner.telemetry.ease_log().await;
    }
    Ok(())
}

/// Removes what is stored of a signal, in short transactions; gives whether all of it is gone.
async fn clear(inner: &Inner, signal: SignalKey) -> Result<bool> {
    let fail = Error::sql(&inner.telemetry.file, "remove rollups");
    for _ in 0..CLEARED_A_STEP {
        let mut writer = inner.telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let done = drop_blocks(writer.connection(), signal, BLOCKS_A_TRANSACTION as u32).await;
        let dropped = writer.end(done.map_err(&fail)).await?;
        drop(writer);
        inner.telemetry.ease_log().await;
        if dropped == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Works out the oldest dirty stretches again.
async fn mend(inner: &Inner, done: &mut RollUp) -> Result<Vec<Change>> {
    let read = Error::sql(&inner.telemetry.file, "read dirty rollups");
    let mut connection = inner.telemetry.readers.acquire().await.map_err(&read)?;
    let stretches: Vec<(i64, i64, i64, bool)> =
        sqlx::query_as("SELECT signal, t_min, t_max, added FROM rollup_dirty LIMIT ?")
            .bind(DIRTY_A_STEP)
            .fetch_all(&mut *connection)
            .await
            .map_err(&read)?;
    let mut changes: Vec<Change> = Vec::new();
    if stretches.is_empty() {
        return Ok(changes);
    }
    let signals = stretches
        .iter()
        .map(|(signal, ..)| signal_key(*signal))
        .collect::<Result<Vec<_>>>()?;
    let rows = rolled(inner, &mut connection, &signals).await?;
    done.more = stretches.len() as i64 == DIRTY_A_STEP;
    for ((_, from, to, added), signal) in stretches.into_iter().zip(signals) {
        // Two stretches can touch the same blocks: the next one must see what the one before changed.
        if changes.iter().any(|change| change.signal == signal) {
            store(inner, &mut changes, done).await?;
        }
        let row = rows.get(&signal).copied();
        if row.is_none() {
            is_new(inner, &mut connection, signal).await?;
        }
        let stretch = (from, to, added);
        let change = dirty::mend(inner, &mut connection, signal, row, stretch, done).await?;
        done.more |= change.dirty.is_some_and(|dirty| dirty.left_from.is_some());
        done.more |= !change.damaged.is_empty();
        done.mended += 1;
        changes.push(change);
        tokio::task::yield_now().await;
    }
    Ok(changes)
}

/// Signals that may have chunks to roll up.
async fn due(inner: &Inner) -> Result<Vec<SignalKey>> {
    if let Some(due) = inner.due_for_rolling_up(SIGNALS_A_STEP) {
        return Ok(due);
    }
    // The first step after the opening looks at every signal once.
    let keys: Vec<i64> = sqlx::query_scalar("SELECT key FROM signal")
        .fetch_all(&inner.telemetry.readers)
        .await
        .map_err(Error::sql(&inner.telemetry.file, "read signals"))?;
    let keys = keys
        .into_iter()
        .map(signal_key)
        .collect::<Result<Vec<_>>>()?;
    inner.chunks_sealed(keys.into_iter(), true);
    Ok(inner.due_for_rolling_up(SIGNALS_A_STEP).unwrap_or_default())
}

type Shelves = HashMap<Level, Vec<BlockRow>>;

/// The blocks that grow, and those with the children of buckets that become complete.
async fn shelves(
    inner: &Inner,
    connection: &mut SqliteConnection,
    plans: &[Plan],
) -> Result<HashMap<SignalKey, Shelves>> {
    let mut wants = Vec::new();
    for plan in plans {
        let (Some(base), Frontier::Upto(_)) = (plan.base, plan.old) else {
            continue;
        };
        for level in base..WIDTHS.len() {
            let (begin, end) = (plan.old.bucket(level), stored_before(level, plan.upto));
            if begin >= end {
                break;
            }
            let mut from = begin;
            if level + 1 < WIDTHS.len() {
                let parent = plan.old.bucket(level + 1);
                if parent < stored_before(level + 1, plan.upto) {
                    from = from.min(bucket_of(level, first_instant(level + 1, parent)));
                }
            }
            wants.push([
                i64::from(plan.signal.0),
                level as i64,
                block_of(from),
                block_of(end - 1),
            ]);
        }
    }
    let mut shelves: HashMap<SignalKey, Shelves> = HashMap::new();
    for row in blocks_in(inner, connection, &wants).await? {
        let of_signal = shelves.entry(row.0).or_default();
        of_signal.entry(row.1).or_default().push(row);
    }
    Ok(shelves)
}

/// Adds the plan's chunks to the blocks.
async fn grow(
    inner: &Inner,
    connection: &mut SqliteConnection,
    plan: Plan,
    mut shelves: Shelves,
    done: &mut RollUp,
) -> Result<Change> {
    let mut change = Change {
        signal: plan.signal,
        blocks: Vec::new(),
        damaged: Vec::new(),
        anew: false,
        rolled: Some((plan.base, plan.upto)),
        dirty: None,
    };
    let Some(base) = plan.base else {
        return Ok(change);
    };
    done.chunks += plan.chunks.len() as u64;
    let mut buckets = Buckets::new(base);
    for rows in plan.chunks.chunks(CHUNKS_A_SIGNAL) {
        let blobs = chunk_blobs(inner, connection, rows.iter().map(|row| row.data)).await?;
        for row in rows {
            if let Some(samples) = read(&blobs, row, plan.old.from(), plan.upto, done) {
                buckets.add(&samples);
            }
        }
    }
    let mut new = buckets.0;
    for level in base..WIDTHS.len() {
        let mut shelf = Shelf::of(shelves.remove(&level).unwrap_or_default());
        change.damaged.extend(shelf.damaged(level));
        let (begin, end) = (plan.old.bucket(level), stored_before(level, plan.upto));
        if begin >= end {
            break;
        }
        shelf.replace(begin, end, std::mem::take(&mut new));
        if level + 1 < WIDTHS.len() {
            let (begin, end) = (
                plan.old.bucket(level + 1),
                stored_before(level + 1, plan.upto),
            );
            new = parents(&shelf, level, begin, end);
        }
        change.blocks.extend(shelf.into_changed(plan.signal, level));
    }
    done.damaged += change.damaged.len() as u64;
    done.more |= !change.damaged.is_empty();
    Ok(change)
}
