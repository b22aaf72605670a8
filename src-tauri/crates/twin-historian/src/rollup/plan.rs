//! What of a signal is to be rolled up next, and from which level on.

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    block,
    buckets::CHUNKS_A_SIGNAL,
    ladder::{
        Level, WIDTHS, base_level, block_of, bucket_of, first_instant, stored_before, upto_for,
    },
    renew::{Row, is_new},
    store::{Change, blocks_in},
};
use crate::{
    chunks::{ChunkRow, NO_DATA, Want, chunk_blobs, chunks_in_order, points},
    error::{Error, Result},
    historian::Inner,
};

/// The newest chunks of a signal without rollups, which say whether it has become faster.
const NEWEST: i64 = 16;
/// A base that is too coarse is looked at again when so many chunks say so.
const ENOUGH_TO_JUDGE: usize = 8;
/// A base may be too coarse by less than this: rolling up anew is work.
const TOO_COARSE: usize = 2;

/// How far a signal is rolled up whose blocks are those of another base: they must go before anything grows.
const NOTHING: i64 = i64::MIN;

/// The chunks of one signal that are to be rolled up.
pub(super) struct Plan {
    pub signal: SignalKey,
    pub base: Option<Level>,
    pub chunks: Vec<ChunkRow>,
    /// Buckets before this instant are stored; it lies at a bucket's beginning on every level.
    pub old: Frontier,
    pub upto: i64,
    pub more: bool,
}

/// What comes next for a signal.
pub(super) enum Next {
    Nothing,
    Grow(Plan),
    /// It got another base: everything of it must be rolled up once more.
    Anew(Change),
    /// Its blocks of before must go, then this is to be stored.
    Clear(Change),
}

#[derive(Clone, Copy)]
pub(super) enum Frontier {
    /// Nothing is stored; the first sample is here.
    First(i64),
    Upto(i64),
}

impl Frontier {
    /// The first bucket of a level that is not stored.
    pub(super) const fn bucket(self, level: Level) -> i64 {
        match self {
            Frontier::First(time) => bucket_of(level, time),
            Frontier::Upto(upto) => stored_before(level, upto),
        }
    }

    /// Samples from here on are not in the finest level.
    pub(super) const fn from(self) -> i64 {
        match self {
            Frontier::First(time) => time,
            Frontier::Upto(upto) => upto.saturating_add(1),
        }
    }
}

/// What is to be done for a signal. It takes as many chunks as it needs to get on by one group of buckets, and
/// [`CHUNKS_A_SIGNAL`] when these are enough.
pub(super) async fn plan(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    row: Option<Row>,
) -> Result<Next> {
    let base = match row {
        Some(Row { base: None, .. }) => return without_base(inner, connection, signal).await,
        Some(Row { upto: i64::MAX, .. }) => return Ok(Next::Nothing),
        Some(row) => row.base,
        None => None,
    };
    if let Some(Row {
        base: Some(base),
        upto: NOTHING,
        ..
    }) = row
    {
        return begin(inner, connection, signal, base).await;
    }
    let from = row.map_or(i64::MIN, |row| row.upto.saturating_add(1));
    let mut limit = CHUNKS_A_SIGNAL;
    loop {
        let (chunks, cut) = sealed(inner, connection, signal, from, limit).await?;
        limit = limit.saturating_mul(4);
        let (Some(first), Some(last)) = (chunks.first(), chunks.last()) else {
            if cut {
                continue;
            }
            return Ok(Next::Nothing);
        };
        let (t_min, t_max) = (
            first.statistics.t_min.micros(),
            last.statistics.t_max.micros(),
        );
        let judged = base_of(&chunks);
        if let (Some(row), Some(base)) = (row, base)
            && let Some(finer) = judged.filter(|finer| finer + TOO_COARSE <= base)
            && chunks.len() >= ENOUGH_TO_JUDGE
            && all_there(inner, connection, signal, base, row).await?
        {
            return Ok(anew(signal, finer));
        }
        let count: u64 = chunks
            .iter()
            .map(|row| u64::from(row.statistics.count))
            .sum();
        let (base, old) = match row {
            Some(row) => (base, Frontier::Upto(row.upto)),
            None if count < 2 => return Ok(Next::Nothing),
            None => {
                is_new(inner, connection, signal).await?;
                (judged, Frontier::First(t_min))
            }
        };
        let upto = base.map_or(i64::MIN, |base| upto_for(base, t_max));
        if base.is_none() || upto >= old.from() {
            return Ok(Next::Grow(Plan {
                signal,
                base,
                chunks,
                old,
                upto,
                more: cut,
            }));
        }
        // All of them lie in one group of buckets: only more of them can complete it.
        if !cut {
            return Ok(Next::Nothing);
        }
    }
}

/// The chunks from `from` on that will not be written anew when they have grown, and whether there are more than
/// were asked for.
async fn sealed(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    from: i64,
    limit: usize,
) -> Result<(Vec<ChunkRow>, bool)> {
    let want = Want {
        signal,
        from,
        to: i64::MAX,
    };
    let mut chunks = chunks_in_order(inner, connection, want, limit).await?;
    let cut = chunks.len() == limit;
    let sealed = chunks
        .iter()
        .rposition(|row| is_full(inner, row))
        .map_or(0, |at| at + 1);
    let sealed = if sealed == 0 && cut {
        chunks.len()
    } else {
        sealed
    };
    chunks.truncate(sealed);
    chunks.retain(|row| row.statistics.t_max.micros() >= from);
    Ok((chunks, cut))
}

fn is_full(inner: &Inner, row: &ChunkRow) -> bool {
    // One that was cut because of its bytes is written to last too.
    row.statistics.count as usize * 4 >= inner.options.chunk_samples_max * 3 || row.data > NO_DATA
}

/// The finest level that pays for what is the median of the chunks' rates, by samples: one sample of a wrong clock, or
/// a pause, makes the mean rate of one chunk wrong only.
fn base_of(chunks: &[ChunkRow]) -> Option<Level> {
    let mut rates: Vec<(i128, u64)> = chunks
        .iter()
        .map(|row| {
            let statistics = &row.statistics;
            let span =
                i128::from(statistics.t_max.micros()) - i128::from(statistics.t_min.micros());
            (span, u64::from(statistics.count))
        })
        .filter(|(_, count)| *count > 1)
        .collect();
    rates.sort_unstable_by(|(a, n), (b, m)| (a * i128::from(*m)).cmp(&(b * i128::from(*n))));
    let all: u64 = rates.iter().map(|(_, count)| count).sum();
    let mut seen = 0;
    let median = rates.iter().find(|(_, count)| {
        seen += count;
        seen * 2 >= all
    });
    median.and_then(|(span, count)| base_level(*count, *span))
}

/// A signal that was too slow for rollups may have become faster.
async fn without_base(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
) -> Result<Next> {
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let sql = "SELECT * FROM chunk WHERE signal = ? ORDER BY t_min DESC LIMIT ?";
    let rows = sqlx::query(sql)
        .bind(signal.0)
        .bind(NEWEST)
        .fetch_all(&mut *connection)
        .await
        .map_err(&read)?;
    let mut newest = Vec::with_capacity(rows.len());
    for row in &rows {
        let chunk = ChunkRow::read(row).map_err(&read)?;
        if !newest.is_empty() || is_full(inner, &chunk) {
            newest.push(chunk);
        }
    }
    match base_of(&newest) {
        Some(base) => Ok(anew(signal, base)),
        None => Ok(Next::Nothing),
    }
}

/// Lets a signal begin again with another base. Its blocks go later, in parts: until then nothing must grow, for what is
/// in them would be taken for complete.
fn anew(signal: SignalKey, base: Level) -> Next {
    tracing::info!(
        signal = signal.0,
        base,
        "a signal is faster than its rollups: they are made anew"
    );
    Next::Anew(Change {
        anew: true,
        ..rolled_to(signal, base, NOTHING)
    })
}

const fn rolled_to(signal: SignalKey, base: Level, upto: i64) -> Change {
    Change {
        signal,
        blocks: Vec::new(),
        damaged: Vec::new(),
        anew: false,
        rolled: Some((Some(base), upto)),
        dirty: None,
    }
}

/// Lets a signal of which nothing is rolled up begin from its first chunk.
async fn begin(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    base: Level,
) -> Result<Next> {
    let want = Want {
        signal,
        from: i64::MIN,
        to: i64::MAX,
    };
    let first = chunks_in_order(inner, connection, want, 1).await?;
    let Some(first) = first.first() else {
        return Ok(Next::Nothing);
    };
    let before = first.statistics.t_min.micros().saturating_sub(1);
    let upto = upto_for(base, before).max(NOTHING + 1);
    Ok(Next::Clear(rolled_to(signal, base, upto)))
}

/// Whether the chunks still hold every sample that is rolled up: then nothing is lost when the rollups go.
async fn all_there(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    base: Level,
    row: Row,
) -> Result<bool> {
    if row.raw_from.is_some() {
        return Ok(false);
    }
    let Some(rolled) = rolled_count(inner, connection, signal, base, row.upto).await? else {
        return Ok(false);
    };
    let sql = "SELECT CAST(coalesce(sum(count), 0) AS INTEGER) FROM chunk \
         WHERE signal = ?1 AND t_min <= ?2 AND t_max <= ?2";
    let whole: i64 = sqlx::query_scalar(sql)
        .bind(signal.0)
        .bind(row.upto)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::sql(&inner.telemetry.file, "count samples"))?;
    let at_the_end = Want {
        signal,
        from: row.upto,
        to: row.upto,
    };
    let mut there = whole.cast_unsigned();
    let ends = chunks_in_order(inner, connection, at_the_end, 1).await?;
    let cut = ends
        .into_iter()
        .find(|chunk| chunk.statistics.t_max.micros() > row.upto);
    if let Some(chunk) = cut {
        let blobs = chunk_blobs(inner, connection, std::iter::once(chunk.data)).await?;
        let blob = blobs.get(&chunk.data).map_or(&[][..], Vec::as_slice);
        there += points((chunk.signal, blob), i64::MIN, row.upto, false)
            .map_or(0, |samples| samples.times.len() as u64);
    }
    Ok(there >= rolled)
}

/// Samples that are rolled up, from few blocks: the coarsest level as far as it goes, then the finer ones behind it.
/// None when one of the blocks is damaged.
async fn rolled_count(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    base: Level,
    upto: i64,
) -> Result<Option<u64>> {
    let begin = |level: Level| {
        if level + 1 < WIDTHS.len() {
            bucket_of(
                level,
                first_instant(level + 1, stored_before(level + 1, upto)),
            )
        } else {
            bucket_of(level, i64::MIN)
        }
    };
    let wants: Vec<[i64; 4]> = (base..WIDTHS.len())
        .map(|level| {
            let last = stored_before(level, upto) - 1;
            [
                i64::from(signal.0),
                level as i64,
                block_of(begin(level)),
                block_of(last),
            ]
        })
        .collect();
    let mut count = 0;
    for (signal, level, number, data) in blocks_in(inner, connection, &wants).await? {
        let Ok(buckets) = block::envelopes((signal, level, number), &data) else {
            return Ok(None);
        };
        let inside = begin(level)..stored_before(level, upto);
        count += buckets
            .iter()
            .filter(|(bucket, _)| inside.contains(bucket))
            .map(|(_, envelope)| envelope.count)
            .sum::<u64>();
    }
    Ok(Some(count))
}
