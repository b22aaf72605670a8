//! Working out buckets again into which samples came late.

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    aggregate::Aggregate,
    buckets::{Buckets, CHUNKS_A_SIGNAL, RollUp, parents, read},
    ladder::{Level, WIDTHS, block_of, bucket_of, first_instant, last_instant, stored_before},
    renew::Row,
    store::{Change, Dirty, Shelf, blocks_in},
};
use crate::{
    chunks::{ChunkRow, Want, chunk_blobs, chunks_in_order},
    error::Result,
    historian::Inner,
};

/// Buckets of the finest level that are worked out at once.
const BUCKETS_AT_ONCE: i64 = 4_096;

/// A part of a dirty stretch, as much as is done at once.
struct Part {
    base: Level,
    upto: i64,
    raw_from: i64,
    /// Buckets of the finest level, both included.
    begin: i64,
    end: i64,
}

/// Works out the beginning of a dirty stretch, as much as is done at once.
pub(super) async fn mend(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    row: Option<Row>,
    (from, to): (i64, i64),
    done: &mut RollUp,
) -> Result<Change> {
    let mut change = Change {
        signal,
        blocks: Vec::new(),
        rolled: None,
        dirty: Some(Dirty {
            from,
            to,
            left_from: None,
        }),
    };
    let Some((base, row)) = row.and_then(|row| Some((row.base?, row))) else {
        return Ok(change);
    };
    let last = to.min(row.upto);
    if from > last {
        return Ok(change);
    }
    let begin = bucket_of(base, from);
    let mut part = Part {
        base,
        upto: row.upto,
        raw_from: row.raw_from.unwrap_or(i64::MIN),
        begin,
        end: bucket_of(base, last).min(begin.saturating_add(BUCKETS_AT_ONCE)),
    };
    let chunks = chunks(inner, connection, signal, &mut part).await?;
    if part.end < bucket_of(base, last) {
        let left_from = last_instant(base, part.end).saturating_add(1);
        change.dirty = Some(Dirty {
            from,
            to,
            left_from: Some(left_from),
        });
    }
    let (first, end) = (
        first_instant(base, part.begin),
        last_instant(base, part.end),
    );
    let mut all = Buckets::new(base);
    let mut late = Buckets::new(base);
    let blobs = chunk_blobs(inner, connection, chunks.iter().map(|row| row.data)).await?;
    for row in &chunks {
        if let Some(samples) = read(&blobs, row, first, end, done) {
            all.add(&samples);
        }
        if let Some(samples) = read(&blobs, row, from.max(first), to.min(end), done) {
            late.add(&samples);
        }
    }
    let mut shelves = shelves(inner, connection, signal, &part).await?;
    let mut recomputed = all.0;
    let mut range = (part.begin, part.end);
    for level in base..WIDTHS.len() {
        let Some(mut shelf) = shelves.get_mut(level - base).map(std::mem::take) else {
            break;
        };
        let settled = settle(&part, level, range, &shelf, recomputed, &late.0);
        shelf.replace(range.0, range.1.saturating_add(1), settled);
        recomputed = Vec::new();
        if let Some(next) = parent_range(&part, level + 1) {
            recomputed = parents(&shelf, level, next.0, next.1 + 1);
            range = next;
        }
        change.blocks.extend(shelf.into_changed(signal, level));
    }
    Ok(change)
}

/// The chunks of a part; the part is cut short when there are too many.
async fn chunks(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    part: &mut Part,
) -> Result<Vec<ChunkRow>> {
    let mut limit = CHUNKS_A_SIGNAL;
    loop {
        let want = Want {
            signal,
            from: first_instant(part.base, part.begin),
            to: last_instant(part.base, part.end),
        };
        let rows = chunks_in_order(inner, connection, want, limit).await?;
        if rows.len() < limit {
            return Ok(rows);
        }
        // Whole buckets only: the last chunk may end within one.
        let last = rows
            .last()
            .map_or(i64::MAX, |row| row.statistics.t_max.micros());
        let whole = bucket_of(part.base, last).saturating_sub(1);
        if whole >= part.begin {
            part.end = part.end.min(whole);
            return Ok(rows);
        }
        limit *= 4;
    }
}

/// The buckets of a level that hold the part and are stored, both included.
fn parent_range(part: &Part, level: Level) -> Option<(i64, i64)> {
    if level >= WIDTHS.len() {
        return None;
    }
    let begin = bucket_of(level, first_instant(part.base, part.begin));
    let end = bucket_of(level, last_instant(part.base, part.end));
    let end = end.min(stored_before(level, part.upto) - 1);
    (begin <= end).then_some((begin, end))
}

/// The blocks of every level that the part touches, with all children of its buckets.
async fn shelves(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    part: &Part,
) -> Result<Vec<Shelf>> {
    let mut wants = Vec::new();
    for level in part.base..WIDTHS.len() {
        let Some((mut begin, mut end)) = parent_range(part, level) else {
            break;
        };
        if let Some((first, last)) = parent_range(part, level + 1) {
            begin = begin.min(bucket_of(level, first_instant(level + 1, first)));
            end = end.max(bucket_of(level, last_instant(level + 1, last)));
        }
        wants.push([
            i64::from(signal.0),
            level as i64,
            block_of(begin),
            block_of(end),
        ]);
    }
    let mut rows: Vec<Vec<_>> = wants.iter().map(|_| Vec::new()).collect();
    for row in blocks_in(inner, connection, &wants).await? {
        if let Some(rows) = row.1.checked_sub(part.base).and_then(|at| rows.get_mut(at)) {
            rows.push(row);
        }
    }
    rows.into_iter().map(Shelf::of).collect()
}

/// What the buckets of a range become: as worked out again; but where samples are gone (retention removed them, or a
/// chunk is lost), what is stored, with the late samples added.
fn settle(
    part: &Part,
    level: Level,
    range: (i64, i64),
    shelf: &Shelf,
    recomputed: Vec<(i64, Aggregate)>,
    late: &[(i64, Aggregate)],
) -> Vec<(i64, Aggregate)> {
    let mut settled = recomputed;
    for (bucket, stored) in shelf.range(range.0, range.1.saturating_add(1)) {
        let at = settled.binary_search_by_key(bucket, |(bucket, _)| *bucket);
        let complete = at.is_ok_and(|at| settled[at].1.count >= stored.count);
        if complete && first_instant(level, *bucket) >= part.raw_from {
            continue;
        }
        let mut merged = stored.clone();
        let mine = |base: i64| bucket_of(level, first_instant(part.base, base)) == *bucket;
        for (_, late) in late.iter().filter(|(base, _)| mine(*base)) {
            merged.add_late(late);
        }
        match at {
            Ok(at) => settled[at].1 = merged,
            Err(at) => settled.insert(at, (*bucket, merged)),
        }
    }
    settled
}
