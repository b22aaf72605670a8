//! Reading samples back: columns of a trend, raw samples, the newest of every signal.
//!
//! Every query takes its part of the tail first and opens its read transaction second; see the crate's description.

mod columns;

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use twin_core::{SignalKey, Status, Timestamp};

use columns::{Column, Grid};
pub use columns::{Columns, WIDTH_MAX};

use crate::{
    arrivals::ArrivalCache,
    bytes::Malformed,
    chunk::{Chunk, Statistics},
    error::{Error, Result},
    historian::{Historian, Inner, signal_key},
    journal::{self, Wanted},
    row::JournalRow,
    sample::{Sample, merge},
};

/// Statistics of a chunk and where its samples are.
pub(crate) struct ChunkRow {
    pub signal: i64,
    pub statistics: Statistics,
    pub data: i64,
}

impl ChunkRow {
    /// The columns that [`ChunkRow::read`] expects.
    pub(crate) fn read(row: &SqliteRow) -> sqlx::Result<ChunkRow> {
        let number =
            |name| Ok::<f64, sqlx::Error>(row.try_get::<Option<f64>, _>(name)?.unwrap_or(f64::NAN));
        let status = |name| Ok::<Status, sqlx::Error>(status(row.try_get(name)?));
        let statistics = Statistics {
            t_min: Timestamp(row.try_get("t_min")?),
            t_max: Timestamp(row.try_get("t_max")?),
            count: row.try_get("count")?,
            numbers: row.try_get("numbers")?,
            min: number("min")?,
            max: number("max")?,
            sum: number("sum")?,
            first: number("first")?,
            last: number("last")?,
            first_status: status("first_status")?,
            last_status: status("last_status")?,
            worst: status("worst_status")?,
        };
        Ok(ChunkRow {
            signal: row.try_get("signal")?,
            statistics,
            data: row.try_get("data")?,
        })
    }
}

const fn status(code: i64) -> Status {
    match code {
        0 => Status::Good,
        1 => Status::Uncertain,
        _ => Status::Bad,
    }
}

/// Samples that are not in chunks yet, each instant once, in order; they win over those in chunks.
struct Fresh(Vec<Sample>);

impl Fresh {
    fn any_in(&self, from: Timestamp, to: Timestamp) -> bool {
        let begin = self.0.partition_point(|sample| sample.time < from);
        self.0.get(begin).is_some_and(|sample| sample.time <= to)
    }

    fn has(&self, time: Timestamp) -> bool {
        self.any_in(time, time)
    }
}

impl Historian {
    /// At most `width` columns of `signal` over `t0..t1`, empty ones left out, and as single samples the newest one
    /// before `t0` and the oldest one from `t1` on. Every minimum and maximum is exact. See [`Columns`] for text and
    /// null. An empty range gives nothing; `width` is brought into 1 to [`crate::WIDTH_MAX`].
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk in the range is damaged.
    pub async fn range(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        width: u32,
    ) -> Result<Columns> {
        if t0 >= t1 {
            return Ok(Columns::default());
        }
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let window = inner.sound_tail(|tail| tail.window(signal, t0, t1)).await?;
        let mut snapshot = inner
            .telemetry
            .readers
            .begin()
            .await
            .map_err(Error::sql(file, "begin reading"))?;
        let chunks = chunks_around(inner, &mut snapshot, signal, t0, t1).await?;
        let mut fresh = Fresh(window.samples);
        if let Some(rows_to) = window.read_rows_to {
            // Nothing beyond the chunks next to the range can be an edge of it.
            let t_from = chunks
                .first()
                .map(|row| row.statistics.t_min)
                .filter(|t| *t < t0);
            let t_to = chunks
                .last()
                .map(|row| row.statistics.t_min)
                .filter(|t| *t >= t1);
            let wanted = Wanted {
                signal: Some(signal),
                rows_to,
                t_from: t_from.unwrap_or(Timestamp::MIN),
                t_to: t_to.unwrap_or(Timestamp::MAX),
            };
            fresh.0 = merge(
                journal::scan_signal(file, &mut snapshot, wanted).await?,
                fresh.0,
            );
        }
        let mut arrivals = ArrivalCache::default();
        let mut grid = Grid::new(t0, t1, width);
        for row in chunks {
            let statistics = &row.statistics;
            if fresh.any_in(statistics.t_min, statistics.t_max) {
                add_samples(
                    &mut grid,
                    &load(inner, &mut snapshot, &row, &mut arrivals).await?,
                    Some(&fresh),
                );
            } else if statistics.t_max < t0 {
                grid.add(&Column::last_of(statistics));
            } else if statistics.t_min >= t1 {
                grid.add(&Column::first_of(statistics));
            } else if grid.fits_one_cell(statistics) {
                grid.add(&Column::of_chunk(statistics));
            } else {
                add_samples(
                    &mut grid,
                    &load(inner, &mut snapshot, &row, &mut arrivals).await?,
                    None,
                );
            }
        }
        add_samples(&mut grid, &fresh.0, None);
        Ok(grid.finish())
    }

    /// The first `limit` samples of `signal` in `t0..t1`, in order of source time. To go on, ask again from the last
    /// one's time plus a microsecond.
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk in the range is damaged.
    pub async fn raw(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        limit: usize,
    ) -> Result<Vec<Sample>> {
        if t0 >= t1 || limit == 0 {
            return Ok(Vec::new());
        }
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let window = inner.sound_tail(|tail| tail.window(signal, t0, t1)).await?;
        let mut snapshot = inner
            .telemetry
            .readers
            .begin()
            .await
            .map_err(Error::sql(file, "begin reading"))?;
        let mut arrivals = ArrivalCache::default();
        let mut stored = Vec::new();
        for row in chunks_around(inner, &mut snapshot, signal, t0, t1).await? {
            if row.statistics.t_max < t0 || row.statistics.t_min >= t1 {
                continue;
            }
            // Chunks come in order: with so many from them, no later chunk can have one of the first `limit`.
            if stored.len() >= limit {
                break;
            }
            let samples = load(inner, &mut snapshot, &row, &mut arrivals).await?;
            stored.extend(
                samples
                    .into_iter()
                    .filter(|sample| (t0..t1).contains(&sample.time)),
            );
        }
        if let Some(rows_to) = window.read_rows_to {
            let wanted = Wanted {
                signal: Some(signal),
                rows_to,
                t_from: t0,
                t_to: t1,
            };
            stored = merge(
                stored,
                journal::scan_signal(file, &mut snapshot, wanted).await?,
            );
        }
        let mut samples = merge(stored, window.samples);
        samples.retain(|sample| sample.time >= t0 && sample.time < t1);
        samples.truncate(limit);
        Ok(samples)
    }

    /// The newest sample by source time of every signal, among those of all chunks and of journal rows up to `upto`,
    /// in order of key: what the twins start from before the rows behind `upto` are replayed. Compaction must not
    /// have gone beyond `upto`: what is in a chunk has no row any more.
    ///
    /// # Errors
    /// When the history cannot be read, or the newest chunk of a signal is damaged.
    pub async fn last_values(&self, upto: JournalRow) -> Result<Vec<(SignalKey, Sample)>> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let (fresh, read_rows_to) = inner.sound_tail(|tail| tail.newest_upto(upto.0)).await?;
        let mut snapshot = inner
            .telemetry
            .readers
            .begin()
            .await
            .map_err(Error::sql(file, "begin reading"))?;
        let rows = sqlx::query(
            "SELECT chunk.* FROM signal JOIN chunk ON chunk.signal = signal.key AND chunk.t_min = \
             (SELECT max(t_min) FROM chunk WHERE chunk.signal = signal.key)",
        );
        let rows = rows.fetch_all(&mut *snapshot).await;
        let rows = rows.map_err(Error::sql(file, "read the newest chunks"))?;
        let mut arrivals = ArrivalCache::default();
        let mut newest: HashMap<SignalKey, Sample> = HashMap::new();
        for row in &rows {
            let row = ChunkRow::read(row).map_err(Error::sql(file, "read the newest chunks"))?;
            let samples = load(inner, &mut snapshot, &row, &mut arrivals).await?;
            if let Some(sample) = samples.into_iter().next_back() {
                newest.insert(signal_key(row.signal)?, sample);
            }
        }
        let mut offer = |signal, sample: Sample| match newest.get(&signal) {
            Some(best) if best.time > sample.time => {}
            _ => drop(newest.insert(signal, sample)),
        };
        if let Some(rows_to) = read_rows_to {
            let wanted = Wanted {
                signal: None,
                rows_to,
                t_from: Timestamp::MIN,
                t_to: Timestamp::MAX,
            };
            for (signal, sample) in journal::scan(file, &mut snapshot, wanted).await? {
                offer(signal, sample);
            }
        }
        for (signal, sample) in fresh {
            offer(signal, sample);
        }
        let mut newest: Vec<_> = newest.into_iter().collect();
        newest.sort_by_key(|(signal, _)| *signal);
        Ok(newest)
    }
}

/// Adds samples to their pixels one by one, but for those that a fresh one of the same instant replaces.
fn add_samples(grid: &mut Grid, samples: &[Sample], replaced_by: Option<&Fresh>) {
    for sample in samples {
        if !replaced_by.is_some_and(|fresh| fresh.has(sample.time)) {
            grid.add(&Column::of_sample(sample));
        }
    }
}

/// Chunks that overlap `t0..t1`, and the nearest one on either side, in order of time.
async fn chunks_around(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
    t0: Timestamp,
    t1: Timestamp,
) -> Result<Vec<ChunkRow>> {
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let rows = sqlx::query(
        "SELECT * FROM chunk WHERE signal = ?1 \
         AND t_min >= coalesce((SELECT max(t_min) FROM chunk WHERE signal = ?1 AND t_min < ?2), ?2) \
         AND t_min <= coalesce((SELECT min(t_min) FROM chunk WHERE signal = ?1 AND t_min >= ?3), ?3) \
         ORDER BY t_min",
    );
    let rows = rows
        .bind(signal.0)
        .bind(t0.micros())
        .bind(t1.micros())
        .fetch_all(connection)
        .await;
    rows.map_err(&read)?
        .iter()
        .map(|row| ChunkRow::read(row).map_err(&read))
        .collect()
}

/// The samples of a chunk.
async fn load(
    inner: &Inner,
    connection: &mut SqliteConnection,
    row: &ChunkRow,
    arrivals: &mut ArrivalCache,
) -> Result<Vec<Sample>> {
    let blob = chunk_blob(inner, connection, row).await?;
    let broken = |malformed: Malformed| malformed.of(row.place());
    let chunk = Chunk::of(signal_key(row.signal)?, &blob).map_err(broken)?;
    let pages = 0..chunk.page_count();
    let file = &inner.telemetry.file;
    let received = arrivals
        .received(file, connection, &chunk, pages.clone())
        .await?;
    chunk.samples(pages, &received).map_err(broken)
}

/// The bytes of a chunk.
pub(crate) async fn chunk_blob(
    inner: &Inner,
    connection: &mut SqliteConnection,
    row: &ChunkRow,
) -> Result<Vec<u8>> {
    let blob: Option<Vec<u8>> = sqlx::query_scalar("SELECT data FROM chunk_data WHERE id = ?")
        .bind(row.data)
        .fetch_optional(connection)
        .await
        .map_err(Error::sql(&inner.telemetry.file, "read a chunk"))?;
    blob.ok_or_else(|| Error::Damaged {
        place: row.place(),
        why: "its data is missing".into(),
    })
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
}
