//! Chunks as they lie in the file: finding them, fetching them, and looking into them.

use std::{collections::HashMap, ops::Range};

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use twin_core::{SignalKey, Timestamp, ValueKind};

use crate::{
    arrivals::ArrivalCache,
    bytes::Malformed,
    chunk::{Chunk, Statistics},
    error::{Error, Result as Fallible},
    historian::Inner,
    lists::json,
    points::{Point, Points},
    sample::Sample,
};

/// An id of chunk data that no samples have: it says "none". Those above it will not be written again soon.
pub(crate) const NO_DATA: i64 = 0;

/// Statistics of a chunk and where its samples are.
#[derive(Clone, Debug)]
pub(crate) struct ChunkRow {
    pub signal: i64,
    pub statistics: Statistics,
    pub data: i64,
}

impl ChunkRow {
    /// How a message names the chunk.
    pub(crate) fn place(&self) -> String {
        let Statistics { t_min, t_max, .. } = &self.statistics;
        format!(
            "the chunk of signal {} from {} to {} µs",
            self.signal,
            t_min.micros(),
            t_max.micros()
        )
    }

    pub(crate) const fn lies_in(&self, from: i64, to: i64) -> bool {
        self.statistics.t_min.micros() >= from && self.statistics.t_max.micros() <= to
    }

    pub(crate) const fn overlaps(&self, from: i64, to: i64) -> bool {
        self.statistics.t_min.micros() <= to && self.statistics.t_max.micros() >= from
    }
}

/// A stretch of time of one signal, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want {
    pub signal: SignalKey,
    pub from: i64,
    pub to: i64,
}

/// Chunks that overlap the wanted stretches, in the order of these and of time. The first of a stretch may end before
/// it, and the one behind it comes too: a row whose time was damaged is then seen by whoever misses it.
pub(crate) async fn chunks_in(
    inner: &Inner,
    connection: &mut SqliteConnection,
    wants: &[Want],
) -> Fallible<Vec<ChunkRow>> {
    let sql = "SELECT c.* FROM json_each(?1) AS w CROSS JOIN chunk AS c \
         WHERE c.signal = w.value ->> 0 AND c.t_min <= coalesce( \
         (SELECT min(t_min) FROM chunk WHERE signal = w.value ->> 0 AND t_min > w.value ->> 2), w.value ->> 2) \
         AND c.t_min >= coalesce( \
         (SELECT max(t_min) FROM chunk WHERE signal = w.value ->> 0 AND t_min <= w.value ->> 1), w.value ->> 1)";
    fetch(inner, connection, sql, wants).await
}

/// The chunks in which the newest sample before and the oldest behind each wanted stretch are, among others.
pub(crate) async fn chunks_beside(
    inner: &Inner,
    connection: &mut SqliteConnection,
    wants: &[Want],
) -> Fallible<Vec<ChunkRow>> {
    let sql = "SELECT c.* FROM json_each(?1) AS w CROSS JOIN chunk AS c \
         WHERE c.signal = w.value ->> 0 AND c.t_min IN ( \
         (SELECT max(t_min) FROM chunk WHERE signal = w.value ->> 0 AND t_min < w.value ->> 1), \
         (SELECT max(t_min) FROM chunk WHERE signal = w.value ->> 0 AND t_min <= w.value ->> 2), \
         (SELECT min(t_min) FROM chunk WHERE signal = w.value ->> 0 AND t_min > w.value ->> 2))";
    fetch(inner, connection, sql, wants).await
}

async fn fetch(
    inner: &Inner,
    connection: &mut SqliteConnection,
    sql: &'static str,
    wants: &[Want],
) -> Fallible<Vec<ChunkRow>> {
    if wants.is_empty() {
        return Ok(Vec::new());
    }
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let rows = sqlx::query(sql)
        .bind(json(
            wants
                .iter()
                .map(|want| [i64::from(want.signal.0), want.from, want.to]),
        ))
        .fetch_all(connection)
        .await;
    rows.map_err(&read)?
        .iter()
        .map(|row| ChunkRow::read(row).map_err(&read))
        .collect()
}

/// The bytes of several chunks, by their id.
pub(crate) async fn chunk_blobs(
    inner: &Inner,
    connection: &mut SqliteConnection,
    ids: impl Iterator<Item = i64>,
) -> Fallible<HashMap<i64, Vec<u8>>> {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT d.id, d.data FROM json_each(?1) AS w CROSS JOIN chunk_data AS d WHERE d.id = w.value",
    )
    .bind(format!("[{}]", ids.join(",")))
    .fetch_all(connection)
    .await
    .map_err(Error::sql(&inner.telemetry.file, "read chunks"))?;
    Ok(rows.into_iter().collect())
}

/// The bytes of a chunk.
pub(crate) async fn chunk_blob(
    inner: &Inner,
    connection: &mut SqliteConnection,
    row: &ChunkRow,
) -> Fallible<Vec<u8>> {
    let mut blobs = chunk_blobs(inner, connection, std::iter::once(row.data)).await?;
    blobs.remove(&row.data).ok_or_else(|| missing(row))
}

/// A chunk whose data is not there.
pub(crate) fn missing(row: &ChunkRow) -> Error {
    Error::Damaged {
        place: row.place(),
        why: "its data is missing".into(),
    }
}

/// The samples of a chunk from `from` to `to`, both included.
pub(crate) fn points(
    (signal, blob): (i64, &[u8]),
    from: i64,
    to: i64,
    with_values: bool,
) -> Result<Points, Malformed> {
    points_of(&opened(signal, blob)?, from, to, with_values)
}

/// The chunk, if it is one of the signal.
pub(crate) fn opened(signal: i64, blob: &[u8]) -> Result<Chunk<'_>, Malformed> {
    let signal = u32::try_from(signal).map_err(|_| Malformed {
        at: 0,
        what: "is of a signal that cannot be",
    })?;
    Chunk::of(SignalKey(signal), blob)
}

fn points_of(
    chunk: &Chunk<'_>,
    from: i64,
    to: i64,
    with_values: bool,
) -> Result<Points, Malformed> {
    let pages = pages(chunk, from, to);
    let mut times = chunk.times(pages.clone())?;
    let begin = times.partition_point(|time| *time < from);
    let end = times.partition_point(|time| *time <= to).max(begin);
    let mut numbers = chunk.numbers(pages.clone())?;
    let first = chunk.indices(&pages).start;
    let mut statuses = Vec::with_capacity(end - begin);
    for run in chunk.quality_runs() {
        let run_end = run.end.saturating_sub(first).clamp(begin, end) - begin;
        if run_end > statuses.len() {
            statuses.resize(run_end, run.item.status);
        }
    }
    let mut values = None;
    let only_floats = chunk
        .kind_runs()
        .iter()
        .all(|run| run.item == ValueKind::F64);
    if with_values && !only_floats {
        let mut all = chunk.values(pages)?;
        cut(&mut all, begin, end);
        values = Some(all);
    }
    cut(&mut times, begin, end);
    cut(&mut numbers, begin, end);
    Ok(Points {
        times,
        numbers,
        statuses,
        values,
    })
}

fn cut<T>(list: &mut Vec<T>, begin: usize, end: usize) {
    list.truncate(end);
    if begin > 0 {
        list.drain(..begin);
    }
}

/// The pages that can hold samples from `from` to `to`, both included.
fn pages(chunk: &Chunk<'_>, from: i64, to: i64) -> Range<usize> {
    let begin = chunk.page_before(Timestamp(from)).unwrap_or(0);
    let end = chunk.page_before(Timestamp(to)).map_or(0, |page| page + 1);
    begin.min(end)..end
}

/// The newest sample before `t0` and the oldest one at `t1` or later, as far as the chunk has them.
pub(crate) fn beside(
    (signal, blob): (i64, &[u8]),
    t0: i64,
    t1: i64,
) -> Result<[Option<Point>; 2], Malformed> {
    let chunk = opened(signal, blob)?;
    let starts = chunk.page_starts();
    let mut found = [None, None];
    if let Some(before) = t0.checked_sub(1)
        && let Some(page) = chunk.page_before(Timestamp(before))
    {
        let samples = points_of(&chunk, starts[page], before, false)?;
        found[0] = samples.point(samples.times.len().wrapping_sub(1));
    }
    // On the page in which `t1` lies, or the first of the next one.
    let next = chunk.page_before(Timestamp(t1)).map_or(0, |page| page + 1);
    let to = starts.get(next).copied().unwrap_or(i64::MAX);
    found[1] = points_of(&chunk, t1, to, false)?.point(0);
    Ok(found)
}

/// Whole samples of a chunk from `from` to `to`, both included.
pub(crate) async fn samples_in(
    inner: &Inner,
    connection: &mut SqliteConnection,
    cache: &mut ArrivalCache,
    (row, blob): (&ChunkRow, &[u8]),
    from: i64,
    to: i64,
) -> Fallible<Vec<Sample>> {
    let damaged = |malformed: Malformed| malformed.of(row.place());
    let chunk = opened(row.signal, blob).map_err(damaged)?;
    let pages = pages(&chunk, from, to);
    let file = &inner.telemetry.file;
    let received = cache
        .received(file, connection, &chunk, pages.clone())
        .await?;
    let mut samples = chunk.samples(pages, &received).map_err(damaged)?;
    samples.retain(|sample| (from..=to).contains(&sample.time.micros()));
    Ok(samples)
}

/// The newest sample of a chunk.
pub(crate) async fn newest_of(
    inner: &Inner,
    connection: &mut SqliteConnection,
    cache: &mut ArrivalCache,
    (row, blob): (&ChunkRow, &[u8]),
) -> Fallible<Sample> {
    let t_max = row.statistics.t_max.micros();
    let mut samples = samples_in(inner, connection, cache, (row, blob), t_max, i64::MAX).await?;
    samples.pop().ok_or_else(|| Error::Damaged {
        place: row.place(),
        why: "its newest sample is missing".into(),
    })
}

/// The one sample of a small blob, received at `received`.
pub(crate) fn decode_one(
    (signal, blob): (i64, &[u8]),
    received: Timestamp,
) -> Result<Sample, Malformed> {
    let chunk = opened(signal, blob)?;
    let mut samples = chunk.samples(0..1, &[received.micros()])?;
    samples.pop().ok_or(Malformed {
        at: 0,
        what: "has no sample",
    })
}

/// A chunk and its bytes, which a joined statement gives as `blob`.
pub(crate) fn row_and_blob(row: &SqliteRow) -> sqlx::Result<(ChunkRow, Option<Vec<u8>>)> {
    Ok((ChunkRow::read(row)?, row.try_get("blob")?))
}

/// The first `limit` chunks that overlap the wanted stretch, in order of time. (The first may end before it.)
pub(crate) async fn chunks_in_order(
    inner: &Inner,
    connection: &mut SqliteConnection,
    want: Want,
    limit: usize,
) -> Fallible<Vec<ChunkRow>> {
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let rows = sqlx::query(
        "SELECT * FROM chunk WHERE signal = ?1 AND t_min <= coalesce( \
         (SELECT min(t_min) FROM chunk WHERE signal = ?1 AND t_min > ?3), ?3) AND t_min >= coalesce( \
         (SELECT max(t_min) FROM chunk WHERE signal = ?1 AND t_min <= ?2), ?2) \
         ORDER BY t_min LIMIT ?4",
    );
    let rows = rows
        .bind(want.signal.0)
        .bind(want.from)
        .bind(want.to)
        .bind(limit as i64)
        .fetch_all(connection)
        .await;
    let mut found = Vec::new();
    for row in &rows.map_err(&read)? {
        let row = ChunkRow::read(row).map_err(&read)?;
        // The one behind was read to see whether it is sound: its time may be damaged, and it may belong here.
        if row.statistics.t_min.micros() <= want.to {
            found.push(row);
        }
    }
    Ok(found)
}
