//! Working out buckets again into which samples came late.

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    aggregate::Aggregate,
    buckets::{Buckets, CHUNKS_A_SIGNAL, RollUp, parents, read},
    ladder::{
        BLOCK_BUCKETS, Level, WIDTHS, block_of, bucket_of, first_instant, last_instant,
        stored_before,
    },
    renew::Row,
    store::{Change, Dirty, Shelf, block_from, blocks_in},
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
    /// Samples before this were removed.
    raw_from: Option<i64>,
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
    (from, to, added): (i64, i64, bool),
    done: &mut RollUp,
) -> Result<Change> {
    let dirty = Dirty {
        from,
        to,
        added,
        left_from: None,
    };
    let mut change = Change {
        signal,
        blocks: Vec::new(),
        damaged: Vec::new(),
        anew: false,
        rolled: None,
        dirty: Some(dirty),
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
        raw_from: row.raw_from,
        begin,
        end: bucket_of(base, last).min(begin.saturating_add(BUCKETS_AT_ONCE)),
    };
    let chunks = chunks(inner, connection, signal, &mut part).await?;
    if part.end < bucket_of(base, last) {
        let left_from = next_known(inner, connection, signal, &part).await?;
        change.dirty = Some(Dirty {
            left_from: left_from.filter(|from| *from <= last),
            ..dirty
        });
    }
    let (first, end) = (
        first_instant(base, part.begin),
        last_instant(base, part.end),
    );
    let late = added.then_some((from.max(first), to.min(end)));
    let (mut recomputed, late) =
        buckets(inner, connection, base, &chunks, (first, end), late, done).await?;
    let mut shelves = shelves(inner, connection, signal, &part).await?;
    let mut range = (part.begin, part.end);
    let mut complete = Vec::new();
    for level in base..WIDTHS.len() {
        let Some(mut shelf) = shelves.get_mut(level - base).map(std::mem::take) else {
            break;
        };
        change.damaged.extend(shelf.damaged(level));
        let next = parent_range(&part, level + 1);
        let known = next.map(|next| counts(&shelf, level, next));
        let settled = settle(&part, level, range, &shelf, recomputed, (&late, &complete));
        shelf.replace(range.0, range.1.saturating_add(1), settled);
        (recomputed, complete) = (Vec::new(), known.unwrap_or_default());
        if let Some(next) = next {
            recomputed = parents(&shelf, level, next.0, next.1 + 1);
            range = next;
        }
        change.blocks.extend(shelf.into_changed(signal, level));
    }
    done.damaged += change.damaged.len() as u64;
    Ok(change)
}

type Bucket = (i64, Aggregate);
type Worked = Vec<Bucket>;

/// Buckets of all samples of the chunks in a stretch, and those of the new samples, which lie in `late`.
async fn buckets(
    inner: &Inner,
    connection: &mut SqliteConnection,
    base: Level,
    chunks: &[ChunkRow],
    (first, end): (i64, i64),
    late: Option<(i64, i64)>,
    done: &mut RollUp,
) -> Result<(Worked, Worked)> {
    let mut all = Buckets::new(base);
    let mut new = Buckets::new(base);
    for rows in chunks.chunks(CHUNKS_A_SIGNAL) {
        let blobs = chunk_blobs(inner, connection, rows.iter().map(|row| row.data)).await?;
        for row in rows {
            if let Some(samples) = read(&blobs, row, first, end, done) {
                all.add(&samples);
            }
            if let Some((from, to)) = late
                && let Some(samples) = read(&blobs, row, from, to, done)
            {
                new.add(&samples);
            }
        }
    }
    Ok((all.0, new.0))
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
    Ok(rows.into_iter().map(Shelf::of).collect())
}

/// Where there is something to work out next: the first instant behind the part with a sample or a stored bucket of the
/// finest level. One sample of a wrong clock may make decades dirty.
async fn next_known(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    part: &Part,
) -> Result<Option<i64>> {
    let want = Want {
        signal,
        from: last_instant(part.base, part.end).saturating_add(1),
        to: i64::MAX,
    };
    // The first one may end before.
    let chunks = chunks_in_order(inner, connection, want, 2).await?;
    let chunk = chunks
        .iter()
        .find(|row| row.overlaps(want.from, want.to))
        .map(|row| row.statistics.t_min.micros());
    let first = block_of(part.end.saturating_add(1));
    let block = block_from(inner, connection, signal, part.base, first).await?;
    let block = block.map(|block| first_instant(part.base, block.saturating_mul(BLOCK_BUCKETS)));
    Ok(chunk
        .into_iter()
        .chain(block)
        .min()
        .map(|from| from.max(want.from)))
}

/// Samples that buckets of a level hold, by the bucket of the next level they lie in.
fn counts(shelf: &Shelf, level: Level, (begin, end): (i64, i64)) -> Vec<(i64, u64)> {
    let first = bucket_of(level, first_instant(level + 1, begin));
    let last = bucket_of(level, last_instant(level + 1, end));
    let mut counts: Vec<(i64, u64)> = Vec::new();
    for (bucket, aggregate) in shelf.range(first, last.saturating_add(1)) {
        let parent = bucket_of(level + 1, first_instant(level, *bucket));
        match counts.last_mut() {
            Some((at, count)) if *at == parent => *count += aggregate.count,
            _ => counts.push((parent, aggregate.count)),
        }
    }
    counts
}

/// Whether a bucket that was worked out again holds every sample of the stored one. Where samples are gone, others that
/// came late may be as many or more: only what has the very same ends, its extremes, and no longer gap (an export that
/// came back) stands for them.
fn stands_for(again: &Aggregate, stored: &Aggregate, all_there: bool) -> bool {
    let ends = |a: &Aggregate| (a.t_first, a.t_last);
    let whole = ends(again) == ends(stored) && again.max_gap <= stored.max_gap;
    // Comparisons with what is no number are false.
    let lacks = again.min > stored.min || again.max < stored.max;
    let many = again.numbers >= stored.numbers && again.not_good >= stored.not_good;
    again.count >= stored.count && (all_there || (many && whole && !lacks))
}

/// What the buckets of a range become: as worked out again, from chunks or from the buckets of the level below; but
/// where these hold less than what is stored (retention removed some, or a chunk is lost), what is stored, with the
/// new samples added. `complete`: what the buckets of the level below held before, by bucket; where that is what is
/// stored, nothing is lost on the way up.
fn settle(
    part: &Part,
    level: Level,
    range: (i64, i64),
    shelf: &Shelf,
    recomputed: Vec<(i64, Aggregate)>,
    (late, complete): (&[Bucket], &[(i64, u64)]),
) -> Vec<(i64, Aggregate)> {
    let mut settled = recomputed;
    for (bucket, stored) in shelf.range(range.0, range.1.saturating_add(1)) {
        let at = settled.binary_search_by_key(bucket, |(bucket, _)| *bucket);
        let from_below = complete.binary_search(&(*bucket, stored.count)).is_ok();
        let begin = first_instant(level, *bucket);
        let all_there = from_below || part.raw_from.is_none_or(|raw_from| begin >= raw_from);
        if at.is_ok_and(|at| stands_for(&settled[at].1, stored, all_there)) {
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
