//! Statistics of stretches of time with exact borders, of many signals side by side.

use std::{collections::HashMap, ops::Range};

use twin_core::{SignalKey, Timestamp};

use super::{
    calendar::BORDERS_MAX,
    cover::{Of, Piece, cover},
    load::{Job, Kept, Loaded, SIGNALS_AT_A_TIME, Sink, jobs, snapshot},
};
use crate::{
    chunk::Statistics,
    error::{Error, Result},
    historian::Historian,
    points::Points,
    rollup::{
        Aggregate, State, block,
        ladder::{Level, WIDTHS, bucket_of},
        store::place,
    },
};

impl Historian {
    /// For every signal, in the order asked, the statistics between each border and the next: `n + 1` ascending
    /// borders give `n` cells, each from its border (included) to the next (not included); a cell without samples
    /// gives nothing. A cell knows its own samples only: what was held at its beginning is the last value of the cell
    /// before. Fewer than two borders give no cell.
    ///
    /// Where retention has removed the samples and left their rollups, the buckets of these belong to the cell in
    /// which their first sample lies.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more than [`BORDERS_MAX`] borders; when the history cannot be read, or what is needed of it is
    /// damaged.
    pub async fn aggregates(
        &self,
        signals: &[SignalKey],
        borders: &[Timestamp],
    ) -> Result<Vec<Vec<Option<Aggregate>>>> {
        if borders.len() > BORDERS_MAX {
            return Err(Error::OutOfRange {
                what: "the number of borders",
            });
        }
        let (Some(t0), Some(t1)) = (borders.first(), borders.last()) else {
            return Ok(vec![Vec::new(); signals.len()]);
        };
        let inner = &*self.inner;
        let windows = inner
            .sound_tail(|tail| tail.windows(signals, *t0, *t1))
            .await?;
        let mut snapshot = snapshot(inner).await?;
        let mut all = Vec::with_capacity(signals.len());
        let mut windows = windows.into_iter();
        while windows.len() > 0 {
            let part = windows.by_ref().take(SIGNALS_AT_A_TIME).collect();
            let mut jobs = jobs::<Sum>(inner, &mut snapshot, part, *t0, *t1).await?;
            let mut ends = Vec::with_capacity(jobs.len());
            for job in &mut jobs {
                ends.push(cut(job, borders));
            }
            let mut loaded = Loaded::read(inner, &mut snapshot, &jobs).await?;
            loaded
                .read_blobs(inner, &mut snapshot, &jobs, &[], |_, _| true)
                .await?;
            for (job, ends) in jobs.iter_mut().zip(ends) {
                let mut found = cells(job, &loaded, &ends);
                let mut damaged = found.is_err() && loaded.note_damaged(job);
                while damaged {
                    let ends = cut(job, borders);
                    let jobs = std::slice::from_ref(&*job);
                    let mut loaded = Loaded::read(inner, &mut snapshot, jobs).await?;
                    loaded
                        .read_blobs(inner, &mut snapshot, jobs, &[], |_, _| true)
                        .await?;
                    found = cells(job, &loaded, &ends);
                    damaged = found.is_err() && loaded.note_damaged(job);
                }
                all.push(found?);
                tokio::task::yield_now().await;
            }
        }
        Ok(all)
    }
}

/// Gives a job the pieces of all cells; says how many of them there are up to the end of each cell.
fn cut(job: &mut Job, borders: &[Timestamp]) -> Vec<usize> {
    job.pieces.clear();
    let mut ends = Vec::with_capacity(borders.len());
    for cell in borders.windows(2) {
        let (from, to) = (cell[0].micros(), cell[1].micros().saturating_sub(1));
        if cell[0] < cell[1] {
            let coarsest = Some(WIDTHS.len() - 1);
            job.pieces
                .extend(cover(job.rolled.as_ref(), coarsest, from, to));
        }
        ends.push(job.pieces.len());
    }
    ends
}

/// The cells of a signal: each has the pieces up to its end.
fn cells(job: &Job, loaded: &Loaded, ends: &[usize]) -> Result<Vec<Option<Aggregate>>> {
    let mut decoded = Decoded::default();
    let mut kept = Kept::default();
    let mut begin = 0;
    let mut cells = Vec::with_capacity(ends.len());
    for end in ends {
        let mut sum = Sum::default();
        for piece in &job.pieces[begin..*end] {
            match piece.of {
                Of::Raw => loaded.raw(job, piece, &mut kept, &mut sum)?,
                Of::Level(level) => {
                    let range = bucket_of(level, piece.from)..=bucket_of(level, piece.to);
                    decoded.each(job, loaded, piece, level, |bucket, aggregate| {
                        if range.contains(&bucket) {
                            sum.merge(aggregate);
                        }
                    })?;
                }
                Of::Gone(level) => {
                    let range = Timestamp(piece.from)..=Timestamp(piece.to);
                    decoded.each(job, loaded, piece, level, |_, aggregate| {
                        if range.contains(&aggregate.t_first) {
                            sum.merge(aggregate);
                        }
                    })?;
                }
            }
            if piece.of != Of::Raw {
                for at in Loaded::late(job, piece) {
                    sum.late(&job.fresh, at);
                }
            }
        }
        begin = *end;
        cells.push(sum.0);
    }
    Ok(cells)
}

/// Blocks of a signal that were decoded already: cells next to one another use the same.
#[derive(Default)]
struct Decoded(HashMap<(Level, i64), Vec<(i64, Aggregate)>>);

impl Decoded {
    fn each(
        &mut self,
        job: &Job,
        loaded: &Loaded,
        piece: &Piece,
        level: Level,
        mut take: impl FnMut(i64, &Aggregate),
    ) -> Result<()> {
        for (number, data) in loaded.blocks_of(job.signal, level, piece) {
            let buckets = match self.0.entry((level, *number)) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => {
                    let buckets = block::decode((job.signal, level, *number), data);
                    entry.insert(buckets.map_err(|m| m.of(place(job.signal, level, *number)))?)
                }
            };
            let first = bucket_of(level, piece.from);
            let begin = buckets.partition_point(|(bucket, _)| *bucket < first);
            let last = bucket_of(level, piece.to);
            for (bucket, aggregate) in buckets[begin..].iter().take_while(|(at, _)| *at <= last) {
                take(*bucket, aggregate);
            }
        }
        Ok(())
    }
}

/// The statistics of a cell as far as its pieces were seen.
#[derive(Default)]
struct Sum(Option<Aggregate>);

impl Sum {
    fn merge(&mut self, next: &Aggregate) {
        match &mut self.0 {
            Some(sum) => sum.merge(next),
            empty => *empty = Some(next.clone()),
        }
    }

    fn late(&mut self, fresh: &Points, at: usize) {
        let late = Aggregate::point(
            Timestamp(fresh.times[at]),
            fresh.numbers[at],
            fresh.statuses[at],
            state(fresh, at),
        );
        match &mut self.0 {
            Some(sum) => sum.add_late(&late),
            empty => *empty = Some(late),
        }
    }
}

fn state(points: &Points, at: usize) -> Option<State> {
    State::of_value(points.value(at)?, points.statuses[at])
}

impl Sink for Sum {
    const VALUES: bool = true;

    fn chunk(&mut self, _: &Statistics) -> bool {
        false
    }

    fn points(&mut self, points: &Points, range: Range<usize>) {
        for at in range {
            let (time, number) = (Timestamp(points.times[at]), points.numbers[at]);
            let (status, state) = (points.statuses[at], state(points, at));
            match &mut self.0 {
                Some(sum) => sum.push(time, number, status, state),
                empty => *empty = Some(Aggregate::point(time, number, status, state)),
            }
        }
    }
}
