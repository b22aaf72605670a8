//! Columns of a trend.

use std::{collections::HashMap, ops::Range};

use sqlx::SqliteConnection;
use twin_core::{SignalKey, Timestamp};

use super::{
    columns::{Column, Columns, Grid},
    cover::{Of, Piece, cover},
    load::{Job, Kept, Loaded, SIGNALS_AT_A_TIME, Sink, jobs, snapshot},
};
use crate::{
    bytes::Malformed,
    chunk::Statistics,
    chunks::{ChunkRow, Want, beside, chunks_beside},
    error::Result,
    historian::{Historian, Inner, signal_key},
    points::Points,
    rollup::{
        block,
        ladder::{Level, WIDTHS, block_of, bucket_of},
        store::{blocks_in, place},
    },
    tail::Window,
};

impl Historian {
    /// At most `width` columns of `signal` over `t0..t1`, empty ones left out, and as single samples the newest one
    /// before `t0` and the oldest one from `t1` on. See [`Columns`] for what a column is. An empty range gives
    /// nothing; `width` is brought into 1 to [`crate::WIDTH_MAX`].
    ///
    /// # Errors
    /// When the history cannot be read, or what is needed of it is damaged.
    pub async fn range(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        width: u32,
    ) -> Result<Columns> {
        let mut all = self.ranges(&[signal], t0, t1, width).await?;
        Ok(all.pop().unwrap_or_default())
    }

    /// [`range`](Self::range) of several signals at one instant of the history, in the order asked.
    ///
    /// # Errors
    /// As [`range`](Self::range).
    pub async fn ranges(
        &self,
        signals: &[SignalKey],
        t0: Timestamp,
        t1: Timestamp,
        width: u32,
    ) -> Result<Vec<Columns>> {
        if t0 >= t1 {
            return Ok(vec![Columns::default(); signals.len()]);
        }
        let inner = &*self.inner;
        let windows = inner
            .sound_tail(|tail| tail.windows(signals, t0, t1))
            .await?;
        let mut snapshot = snapshot(inner).await?;
        let mut all = Vec::with_capacity(signals.len());
        let mut windows = windows.into_iter();
        while windows.len() > 0 {
            let part = windows.by_ref().take(SIGNALS_AT_A_TIME).collect();
            let view = View { t0, t1, width };
            all.extend(view.columns(inner, &mut snapshot, part).await?);
            // Decoding is work without a wait: let others have their turn.
            tokio::task::yield_now().await;
        }
        Ok(all)
    }
}

/// Chunks beside the range, and what a bucket knows before it where samples are gone.
type Sides<'a> = (Option<&'a Vec<ChunkRow>>, Option<&'a Column>);

struct View {
    t0: Timestamp,
    t1: Timestamp,
    width: u32,
}

impl View {
    async fn columns(
        &self,
        inner: &Inner,
        connection: &mut SqliteConnection,
        windows: Vec<(SignalKey, Window)>,
    ) -> Result<Vec<Columns>> {
        let (t0, t1) = (self.t0.micros(), self.t1.micros());
        let wants: Vec<Want> = windows
            .iter()
            .map(|(signal, _)| Want {
                signal: *signal,
                from: t0,
                to: t1 - 1,
            })
            .collect();
        let mut jobs = jobs::<Grid>(inner, connection, windows, self.t0, self.t1).await?;
        let grid = || Grid::new(self.t0, self.t1, self.width);
        let coarsest = self.coarsest();
        for job in &mut jobs {
            job.pieces = cover(job.rolled.as_ref(), coarsest, t0, t1 - 1);
        }
        let beside = chunks_beside(inner, connection, &wants).await?;
        let mut loaded = Loaded::read(inner, connection, &jobs).await?;
        let probe = grid();
        let cut: Vec<ChunkRow> = beside
            .iter()
            .filter(|row| row.overlaps(t0, t0) || row.overlaps(t1, t1))
            .cloned()
            .collect();
        let wanted = |job: &Job, row: &ChunkRow| {
            !probe.fits_one_cell(&row.statistics) || any_in(job, &row.statistics)
        };
        loaded
            .read_blobs(inner, connection, &jobs, &cut, wanted)
            .await?;
        let gone = self.gone_before(inner, connection, &jobs, &beside).await?;
        let mut edges: HashMap<SignalKey, Vec<ChunkRow>> = HashMap::new();
        for row in beside {
            edges.entry(signal_key(row.signal)?).or_default().push(row);
        }
        let mut all = Vec::with_capacity(jobs.len());
        for job in &mut jobs {
            let sides = (edges.get(&job.signal), gone.get(&job.signal));
            let columns = match self.draw(job, sides, &loaded) {
                Err(_) if loaded.note_damaged(job) => {
                    self.draw_around(inner, connection, job, sides).await?
                }
                drawn => drawn?,
            };
            all.push(columns);
        }
        Ok(all)
    }

    /// The coarsest level whose buckets stand for pixels.
    fn coarsest(&self) -> Option<Level> {
        let pixel = Grid::new(self.t0, self.t1, self.width).pixel_us();
        WIDTHS
            .iter()
            .rposition(|width| *width <= pixel.saturating_add(pixel / 8))
    }

    fn draw(&self, job: &Job, (rows, gone): Sides<'_>, loaded: &Loaded) -> Result<Columns> {
        let mut grid = Grid::new(self.t0, self.t1, self.width);
        self.edges(job, rows, loaded, &mut grid)?;
        if let Some(column) = gone {
            grid.add(column);
        }
        fill(job, loaded, &mut grid)?;
        Ok(grid.finish())
    }

    /// Draws without the blocks that the job knows to be damaged.
    async fn draw_around(
        &self,
        inner: &Inner,
        connection: &mut SqliteConnection,
        job: &mut Job,
        sides: Sides<'_>,
    ) -> Result<Columns> {
        let (t0, t1) = (self.t0.micros(), self.t1.micros());
        let rows = sides.0.into_iter().flatten();
        let cut: Vec<ChunkRow> = rows
            .filter(|row| row.overlaps(t0, t0) || row.overlaps(t1, t1))
            .cloned()
            .collect();
        loop {
            job.pieces = cover(job.rolled.as_ref(), self.coarsest(), t0, t1 - 1);
            let jobs = std::slice::from_ref(&*job);
            let mut loaded = Loaded::read(inner, connection, jobs).await?;
            loaded
                .read_blobs(inner, connection, jobs, &cut, |_, _| true)
                .await?;
            let drawn = self.draw(job, sides, &loaded);
            if drawn.is_ok() || !loaded.note_damaged(job) {
                return drawn;
            }
        }
    }

    /// The samples next to the range. Fresh ones first: of two with one source time the grid keeps the first.
    fn edges(
        &self,
        job: &Job,
        rows: Option<&Vec<ChunkRow>>,
        loaded: &Loaded,
        grid: &mut Grid,
    ) -> Result<()> {
        let inside = job.fresh.span(self.t0.micros(), self.t1.micros() - 1);
        grid.add_points(&job.fresh, 0..inside.start);
        grid.add_points(&job.fresh, inside.end..job.fresh.len());
        for row in rows.into_iter().flatten() {
            let Statistics { t_min, t_max, .. } = row.statistics;
            let damaged = |malformed: Malformed| malformed.of(row.place());
            if t_max < self.t0 {
                grid.add(&Column::last_of(&row.statistics));
            } else if t_min >= self.t1 {
                grid.add(&Column::first_of(&row.statistics));
            } else if t_min < self.t0 || t_max >= self.t1 {
                let (t0, t1) = (self.t0.micros(), self.t1.micros());
                let found = beside((row.signal, loaded.blob(row)?), t0, t1).map_err(damaged)?;
                for (time, number, status) in found.into_iter().flatten() {
                    grid.add(&Column::point(Timestamp(time), number, status));
                }
            }
        }
        Ok(())
    }

    /// Where samples are gone, the last one of a bucket before the range: looked for in two blocks.
    async fn gone_before(
        &self,
        inner: &Inner,
        connection: &mut SqliteConnection,
        jobs: &[Job],
        beside: &[ChunkRow],
    ) -> Result<HashMap<SignalKey, Column>> {
        let mut wants = Vec::new();
        for job in jobs {
            let Some(rolled) = &job.rolled else { continue };
            let gone = rolled.raw_from.is_some();
            let known = beside
                .iter()
                .any(|row| row.signal == i64::from(job.signal.0) && row.statistics.t_min < self.t0);
            if gone && !known {
                let block = block_of(bucket_of(rolled.base, self.t0.micros()));
                wants.push([
                    i64::from(job.signal.0),
                    rolled.base as i64,
                    block.saturating_sub(1),
                    block,
                ]);
            }
        }
        let mut found = HashMap::new();
        for (signal, level, number, data) in blocks_in(inner, connection, &wants).await? {
            let buckets = block::envelopes((signal, level, number), &data)
                .map_err(|malformed| malformed.of(place(signal, level, number)))?;
            let before = buckets
                .iter()
                .rev()
                .find(|(_, bucket)| bucket.t_last < self.t0);
            if let Some((_, bucket)) = before {
                // The status of that very sample is among the rest of the block; the bucket's worst is no better.
                found.insert(
                    signal,
                    Column::point(bucket.t_last, bucket.last, bucket.worst),
                );
            }
        }
        Ok(found)
    }
}

/// Whether a fresh sample lies within a chunk.
fn any_in(job: &Job, chunk: &Statistics) -> bool {
    let within = job.fresh.span(chunk.t_min.micros(), chunk.t_max.micros());
    !within.is_empty()
}

fn fill(job: &Job, loaded: &Loaded, grid: &mut Grid) -> Result<()> {
    for piece in &job.pieces {
        match piece.of {
            Of::Raw => loaded.raw(job, piece, &mut Kept::default(), grid)?,
            Of::Level(level) => {
                let range = bucket_of(level, piece.from)..=bucket_of(level, piece.to);
                each_envelope(job, loaded, piece, level, |bucket, envelope| {
                    if range.contains(&bucket) {
                        grid.add(envelope);
                    }
                })?;
            }
            Of::Gone(level) => {
                let range = Timestamp(piece.from)..=Timestamp(piece.to);
                each_envelope(job, loaded, piece, level, |_, envelope| {
                    if range.contains(&envelope.t_first) {
                        grid.add(envelope);
                    }
                })?;
            }
        }
        if piece.of != Of::Raw {
            grid.add_points(&job.fresh, Loaded::late(job, piece));
        }
    }
    Ok(())
}

fn each_envelope(
    job: &Job,
    loaded: &Loaded,
    piece: &Piece,
    level: usize,
    mut take: impl FnMut(i64, &Column),
) -> Result<()> {
    for (number, data) in loaded.blocks_of(job.signal, level, piece) {
        let buckets = block::envelopes((job.signal, level, *number), data)
            .map_err(|malformed| malformed.of(place(job.signal, level, *number)))?;
        for (bucket, envelope) in &buckets {
            take(*bucket, envelope);
        }
    }
    Ok(())
}

impl Sink for Grid {
    const VALUES: bool = false;

    fn chunk(&mut self, statistics: &Statistics) -> bool {
        let fits = self.fits_one_cell(statistics);
        if fits {
            self.add(&Column::of_chunk(statistics));
        }
        fits
    }

    fn points(&mut self, points: &Points, range: Range<usize>) {
        self.add_points(points, range);
    }
}
