//! Keeping telemetry.db within its budget of disk space.

use std::sync::atomic::Ordering;

use super::{
    blob::{LEVELS, block_micros},
    call::{Call, Doomed, DoomedBlock},
};
use crate::{error::Result, historian::Historian, rejects, tail};

/// What is left when the budget was reached: so retention does not run at every call from then on.
const TARGET_PERCENT: u64 = 95;
/// The largest share of the budget that the journal may take from history: more of it is not counted.
const JOURNAL_SHARE: u64 = 8;
/// The largest share of the budget that unreadable messages may take from history: what they have beyond it goes first.
const REJECT_SHARE: u64 = 8;
/// Rounds of removing unreadable messages in one call.
const REJECT_ROUNDS: u32 = 32;
/// Statistics and keys of a chunk, beside its data.
const BYTES_BESIDE: i64 = 200;

/// Removes the oldest samples of all signals, then the oldest rollups, when the file is above its budget. As long as
/// more waits in the journal than compaction leaves when it keeps up, nothing goes: no removal could make room for it, and
/// history hardly grows meanwhile.
pub(super) async fn keep(historian: &Historian, call: &mut Call<'_>, budget: u64) -> Result<()> {
    let inner = call.inner;
    let trimming = inner.trimming.load(Ordering::Relaxed);
    if inner.telemetry.size_bytes() <= budget && !trimming {
        return Ok(());
    }
    // What is only on its way into the file must not push history out of it.
    historian.checkpoint().await?;
    let used = used_bytes(call).await?;
    let target = budget / 100 * TARGET_PERCENT;
    let limit = if trimming { target } else { budget };
    if used <= limit {
        inner.trimming.store(false, Ordering::Relaxed);
        return Ok(());
    }
    let beyond = journal_bytes(call)
        .await?
        .saturating_sub(budget / JOURNAL_SHARE);
    let counted = used.saturating_sub(beyond);
    if is_backlog(call) || counted <= limit {
        tell_excess(call, used, budget, "samples that wait for compaction");
        return Ok(());
    }
    inner.trimming.store(true, Ordering::Relaxed);
    let mut rounds = 0;
    while rounds < REJECT_ROUNDS && rejects::trim(inner, budget / REJECT_SHARE).await? {
        rounds += 1;
    }
    if rounds > 0 {
        // The next call judges anew, with what this one freed.
        call.removed.more = true;
        return Ok(());
    }
    let why = format!(
        "the budget of {} MB was reached",
        budget.div_ceil(1_000_000)
    );
    let excess = counted.saturating_sub(target).cast_signed();
    let mut freed = 0;
    let chunks = oldest_chunks(call).await?;
    let take = taken(&chunks, excess, &mut freed, |chunk: &Doomed| chunk.bytes);
    call.remove_chunks(take, why.clone()).await?;
    if chunks.is_empty() {
        let blocks = oldest_blocks(call).await?;
        let take = taken(&blocks, excess, &mut freed, |block: &DoomedBlock| {
            block.bytes
        });
        call.remove_blocks(take, why).await?;
        if blocks.is_empty() {
            inner.trimming.store(false, Ordering::Relaxed);
            tell_excess(call, used, budget, "what is never removed");
            return Ok(());
        }
    }
    call.removed.more = true;
    Ok(())
}

/// Notes by how much the file is above its budget, when nothing may go.
fn tell_excess(call: &mut Call<'_>, used: u64, budget: u64, by: &str) {
    call.removed.over_budget = used.checked_sub(budget).filter(|bytes| *bytes > 0);
    if let Some(bytes) = call.removed.over_budget {
        tracing::warn!(bytes, by, "history is above its budget");
    }
}

/// The first of `rows` that together free as much as is asked.
fn taken<'a, T>(rows: &'a [T], excess: i64, freed: &mut i64, bytes: impl Fn(&T) -> i64) -> &'a [T] {
    let mut n = 0;
    for row in rows {
        if *freed >= excess {
            break;
        }
        *freed += bytes(row) + BYTES_BESIDE;
        n += 1;
    }
    &rows[..n]
}

/// Bytes of pages in use; free ones are given back anyway.
async fn used_bytes(call: &Call<'_>) -> Result<u64> {
    let sql = "SELECT (page_count - freelist_count) * page_size \
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let used: i64 = sqlx::query_scalar(sql)
        .fetch_one(&call.inner.telemetry.readers)
        .await
        .map_err(call.fail())?;
    Ok(used.cast_unsigned())
}

/// Whether more waits in the journal than a compaction that keeps up leaves there: a step that is due, and what came in
/// while the one before was done.
fn is_backlog(call: &Call<'_>) -> bool {
    let tail = tail::lock(&call.inner.tail);
    let samples_max = call.inner.options.step_samples_max.saturating_mul(2);
    tail.is_behind() || tail.samples() > samples_max || tail.bytes() > tail::bytes_max(samples_max)
}

/// Bytes of the journal, about.
async fn journal_bytes(call: &Call<'_>) -> Result<u64> {
    let bytes: i64 = sqlx::query_scalar("SELECT coalesce(sum(length(data)), 0) FROM journal")
        .fetch_one(&call.inner.telemetry.readers)
        .await
        .map_err(call.fail())?;
    Ok(bytes.cast_unsigned())
}

async fn oldest_chunks(call: &Call<'_>) -> Result<Vec<Doomed>> {
    let sql = "SELECT c.*, coalesce(length(d.data), 0) AS bytes FROM \
         (SELECT signal, t_min, t_max, count, data FROM chunk ORDER BY t_max LIMIT ?) c \
         LEFT JOIN chunk_data d ON d.id = c.data ORDER BY c.t_max";
    let rows = sqlx::query_as(sql).bind(call.room());
    rows.fetch_all(&call.inner.telemetry.readers)
        .await
        .map_err(call.fail())
}

async fn oldest_blocks(call: &Call<'_>) -> Result<Vec<DoomedBlock>> {
    let mut ends = String::new();
    for level in 0..LEVELS {
        let span = block_micros(level);
        ends.push_str(&format!(" WHEN {level} THEN (block + 1) * {span}"));
    }
    let sql = format!(
        "SELECT id, signal, level, block, length(data) AS bytes FROM rollup ORDER BY CASE level{ends} END LIMIT ?"
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(call.room());
    rows.fetch_all(&call.inner.telemetry.readers)
        .await
        .map_err(call.fail())
}
