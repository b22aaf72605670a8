//! What a query reads from the file, for one signal or for many at once: how far they are rolled up, blocks, chunks.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use sqlx::SqliteConnection;
use twin_core::{SignalKey, Timestamp};

use super::cover::{Of, Piece, Rolled};
use crate::{
    chunk::Statistics,
    chunks::{ChunkRow, Want, chunk_blobs, chunks_in, missing, points},
    error::{Error, Result},
    historian::{Inner, signal_key},
    journal,
    lists::json,
    points::{Points, weave},
    proof::rolled_proof,
    rollup::{
        block,
        ladder::{BLOCK_BUCKETS, Level, WIDTHS, block_of, bucket_of, first_instant, last_instant},
        renew::unproven,
        store::{self, blocks_in},
    },
    tail::Window,
};

/// Signals whose blocks and chunks are in memory at a time.
pub(crate) const SIGNALS_AT_A_TIME: usize = 64;

/// One signal in a query.
pub(crate) struct Job {
    pub signal: SignalKey,
    /// Samples that are not in chunks yet; they win over those in chunks.
    pub fresh: Points,
    pub rolled: Option<Rolled>,
    pub pieces: Vec<Piece>,
}

/// Number and bytes of a block.
type Block = (i64, Vec<u8>);

/// Blocks and chunks of the jobs at hand.
#[derive(Default)]
pub(crate) struct Loaded {
    blocks: HashMap<(SignalKey, Level), Vec<Block>>,
    chunks: HashMap<SignalKey, Vec<ChunkRow>>,
    blobs: HashMap<i64, Vec<u8>>,
}

/// Takes samples in order of time.
pub(crate) trait Sink {
    /// Whether values are wanted besides numbers; and many pieces in a row, each a part of a chunk.
    const VALUES: bool;
    /// A whole chunk, when its statistics are enough; no: its samples are wanted.
    fn chunk(&mut self, statistics: &Statistics) -> bool;
    /// Samples in a row.
    fn points(&mut self, points: &Points, range: Range<usize>);
}

/// A read transaction.
pub(crate) async fn snapshot(inner: &Inner) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
    let begun = inner.telemetry.readers.begin().await;
    begun.map_err(Error::sql(&inner.telemetry.file, "begin reading"))
}

/// Makes jobs of the signals' parts of the tail: adds what only the journal has, and how far the signals are rolled up.
pub(crate) async fn jobs<S: Sink>(
    inner: &Inner,
    connection: &mut SqliteConnection,
    windows: Vec<(SignalKey, Window)>,
    t0: Timestamp,
    t1: Timestamp,
) -> Result<Vec<Job>> {
    let behind = windows
        .iter()
        .filter_map(|(_, window)| window.read_rows_to)
        .max();
    let mut from_journal = HashMap::new();
    if let Some(rows_to) = behind {
        let signals = windows.iter().map(|(signal, _)| *signal);
        let file = &inner.telemetry.file;
        from_journal = journal::scan_around(file, connection, signals, rows_to, (t0, t1)).await?;
    }
    let (from, to) = (t0.micros(), t1.micros().saturating_sub(1));
    let wants: Vec<Want> = windows
        .iter()
        .map(|(signal, _)| Want {
            signal: *signal,
            from,
            to,
        })
        .collect();
    let mut rolled = rolled(inner, connection, &wants).await?;
    Ok(windows
        .into_iter()
        .map(|(signal, window)| {
            let older = from_journal.remove(&signal).unwrap_or_default();
            let fresh = Points::of(&older, S::VALUES).then(window.points(S::VALUES));
            let rolled = rolled.remove(&signal).map(|(mut rolled, mut holes)| {
                // Buckets do not know of those behind them anyway.
                let times = &fresh.times[fresh.span(i64::MIN, rolled.upto)];
                holes.extend(times.iter().map(|time| (*time, *time)));
                rolled.set_holes(holes);
                rolled
            });
            Job {
                signal,
                fresh,
                rolled,
                pieces: Vec::new(),
            }
        })
        .collect())
}

type Holes = Vec<(i64, i64)>;

async fn rolled(
    inner: &Inner,
    connection: &mut SqliteConnection,
    wants: &[Want],
) -> Result<HashMap<SignalKey, (Rolled, Holes)>> {
    let read = Error::sql(&inner.telemetry.file, "read how far signals are rolled up");
    let json = json(
        wants
            .iter()
            .map(|want| [i64::from(want.signal.0), want.from, want.to]),
    );
    let rows: Vec<(i64, i64, i64, Option<i64>, bool)> = sqlx::query_as(concat!(
        "SELECT r.signal, coalesce(r.base, -1), r.upto, r.raw_from, r.proof IS ",
        rolled_proof!("r."),
        " FROM json_each(?1) AS w CROSS JOIN rolled AS r WHERE r.signal = w.value ->> 0"
    ))
    .bind(&json)
    .fetch_all(&mut *connection)
    .await
    .map_err(&read)?;
    let mut found = HashMap::new();
    for (signal, base, upto, raw_from, proven) in rows {
        if !proven {
            return Err(unproven(signal));
        }
        if base < 0 {
            continue;
        }
        let base = usize::try_from(base)
            .ok()
            .filter(|base| *base < WIDTHS.len());
        let base = base.ok_or(Error::OutOfRange {
            what: "a level of rollups",
        })?;
        let rolled = Rolled {
            base,
            upto,
            raw_from,
            holes: Vec::new(),
            damaged: Vec::new(),
        };
        found.insert(signal_key(signal)?, (rolled, Holes::new()));
    }
    if found.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT d.signal, d.t_min, d.t_max FROM json_each(?1) AS w CROSS JOIN rollup_dirty AS d \
         WHERE d.signal = w.value ->> 0 AND d.t_min <= w.value ->> 2 AND d.t_max >= w.value ->> 1",
    )
    .bind(&json)
    .fetch_all(connection)
    .await
    .map_err(&read)?;
    for (signal, from, to) in rows {
        if let Some((_, holes)) = found.get_mut(&signal_key(signal)?) {
            holes.push((from, to));
        }
    }
    Ok(found)
}

impl Loaded {
    /// Reads what the pieces of the jobs need, but for the bytes of chunks.
    pub(crate) async fn read(
        inner: &Inner,
        connection: &mut SqliteConnection,
        jobs: &[Job],
    ) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        let mut blocks: Vec<[i64; 4]> = Vec::new();
        let mut stretches: Vec<Want> = Vec::new();
        for job in jobs {
            for piece in &job.pieces {
                match piece.of {
                    Of::Level(level) | Of::Gone(level) => {
                        let block = |time| block_of(bucket_of(level, time));
                        let want = [
                            i64::from(job.signal.0),
                            level as i64,
                            block(piece.from),
                            block(piece.to),
                        ];
                        add_blocks(&mut blocks, want);
                    }
                    Of::Raw => match stretches.last_mut() {
                        Some(last)
                            if last.signal == job.signal
                                && last.to.saturating_add(1) == piece.from =>
                        {
                            last.to = piece.to;
                        }
                        _ => stretches.push(Want {
                            signal: job.signal,
                            from: piece.from,
                            to: piece.to,
                        }),
                    },
                }
            }
        }
        loaded.read_blocks(inner, connection, &blocks).await?;
        let rows = chunks_in(inner, connection, &stretches).await?;
        loaded.add_rows(rows)?;
        Ok(loaded)
    }

    async fn read_blocks(
        &mut self,
        inner: &Inner,
        connection: &mut SqliteConnection,
        wants: &[[i64; 4]],
    ) -> Result<()> {
        for (signal, level, block, data) in blocks_in(inner, connection, wants).await? {
            self.blocks
                .entry((signal, level))
                .or_default()
                .push((block, data));
        }
        // Two pieces may want blocks in another order than that of time.
        for blocks in self.blocks.values_mut() {
            blocks.sort_unstable_by_key(|(block, _)| *block);
            blocks.dedup_by_key(|(block, _)| *block);
        }
        Ok(())
    }

    fn add_rows(&mut self, rows: Vec<ChunkRow>) -> Result<()> {
        for row in rows {
            self.chunks
                .entry(signal_key(row.signal)?)
                .or_default()
                .push(row);
        }
        for rows in self.chunks.values_mut() {
            rows.sort_unstable_by_key(|row| row.statistics.t_min);
            rows.dedup_by_key(|row| row.statistics.t_min);
        }
        Ok(())
    }

    /// Reads the bytes of the chunks in the jobs' raw pieces for which `wanted` says so, and of `others`.
    pub(crate) async fn read_blobs(
        &mut self,
        inner: &Inner,
        connection: &mut SqliteConnection,
        jobs: &[Job],
        others: &[ChunkRow],
        wanted: impl Fn(&Job, &ChunkRow) -> bool,
    ) -> Result<()> {
        let mut ids: HashSet<i64> = others.iter().map(|row| row.data).collect();
        for job in jobs {
            let raw: Vec<&Piece> = job
                .pieces
                .iter()
                .filter(|piece| piece.of == Of::Raw)
                .collect();
            for row in self.chunks_of(job.signal) {
                let first = raw.partition_point(|piece| piece.to < row.statistics.t_min.micros());
                let Some(piece) = raw
                    .get(first)
                    .filter(|piece| row.overlaps(piece.from, piece.to))
                else {
                    continue;
                };
                if !row.lies_in(piece.from, piece.to) || wanted(job, row) {
                    ids.insert(row.data);
                }
            }
        }
        self.blobs = chunk_blobs(inner, connection, ids.into_iter()).await?;
        Ok(())
    }

    pub(crate) fn blob(&self, row: &ChunkRow) -> Result<&[u8]> {
        let blob = self.blobs.get(&row.data).ok_or_else(|| missing(row))?;
        Ok(blob)
    }

    /// After a block of a job could not be read: notes in the job which of its blocks are damaged, so that other levels
    /// or samples stand in. Says whether one was not known.
    pub(crate) fn note_damaged(&self, job: &mut Job) -> bool {
        let Some(rolled) = &mut job.rolled else {
            return false;
        };
        let known = rolled.damaged.len();
        for ((signal, level), blocks) in &self.blocks {
            for (number, data) in blocks.iter().filter(|_| *signal == job.signal) {
                let first = number.saturating_mul(BLOCK_BUCKETS);
                let from = first_instant(*level, first);
                let to = last_instant(*level, first.saturating_add(BLOCK_BUCKETS - 1));
                let place = (*level, from, to);
                if !rolled.damaged.contains(&place)
                    && let Err(why) = block::decode((*signal, *level, *number), data)
                {
                    let place = store::place(*signal, *level, *number);
                    tracing::error!(place, %why, "a rollup block is damaged: finer ones or samples are read");
                    rolled.damaged.push((*level, from, to));
                }
            }
        }
        rolled.damaged.len() > known
    }

    /// The blocks of a level that a piece needs.
    pub(crate) fn blocks_of(&self, signal: SignalKey, level: Level, piece: &Piece) -> &[Block] {
        let Some(blocks) = self.blocks.get(&(signal, level)) else {
            return &[];
        };
        let block = |time| block_of(bucket_of(level, time));
        let begin = blocks.partition_point(|(at, _)| *at < block(piece.from));
        let end = blocks.partition_point(|(at, _)| *at <= block(piece.to));
        &blocks[begin..end]
    }

    fn chunks_of(&self, signal: SignalKey) -> &[ChunkRow] {
        self.chunks.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// Fresh samples in a piece that is made of buckets: there are some only where the samples of history are gone, for
    /// elsewhere such buckets are not used.
    pub(crate) fn late(job: &Job, piece: &Piece) -> Range<usize> {
        job.fresh.span(piece.from, piece.to)
    }

    /// Gives the samples of a raw piece to `sink`, those of chunks and fresh ones, in order of time.
    /// `kept` is the chunk that the piece before ended in.
    pub(crate) fn raw(
        &self,
        job: &Job,
        piece: &Piece,
        kept: &mut Kept,
        sink: &mut impl Sink,
    ) -> Result<()> {
        let (fresh, mut left) = (&job.fresh, Loaded::late(job, piece));
        let rows = self.chunks_of(job.signal);
        let first = rows.partition_point(|row| row.statistics.t_max.micros() < piece.from);
        for row in &rows[first..] {
            let statistics = &row.statistics;
            if statistics.t_min.micros() > piece.to {
                break;
            }
            let before = fresh.place_of(statistics.t_min.micros(), left.start, left.end);
            sink.points(fresh, left.start..before);
            left.start = before;
            let next = fresh.times[left.clone()].first();
            let alone = next.is_none_or(|time| *time > statistics.t_max.micros());
            if alone && row.lies_in(piece.from, piece.to) && sink.chunk(statistics) {
                continue;
            }
            kept.open(row, self.blob(row)?, piece, sink)?;
            add_chunk(&kept.samples, piece, fresh, &mut left, sink);
        }
        sink.points(fresh, left);
        Ok(())
    }
}

/// A chunk whose samples are decoded.
#[derive(Default)]
pub(crate) struct Kept {
    data: Option<i64>,
    samples: Points,
}

impl Kept {
    fn open<S: Sink>(&mut self, row: &ChunkRow, blob: &[u8], piece: &Piece, _: &S) -> Result<()> {
        if self.data == Some(row.data) {
            return Ok(());
        }
        let (from, to) = if S::VALUES {
            (i64::MIN, i64::MAX)
        } else {
            (piece.from, piece.to)
        };
        self.data = None;
        self.samples = points((row.signal, blob), from, to, S::VALUES)
            .map_err(|malformed| malformed.of(row.place()))?;
        // A part of a chunk is of use to this piece alone.
        self.data = S::VALUES.then_some(row.data);
        Ok(())
    }
}

/// Gives what a piece has of a chunk, with the fresh samples up to its last one; of one instant the fresh one.
fn add_chunk(
    samples: &Points,
    piece: &Piece,
    fresh: &Points,
    left: &mut Range<usize>,
    sink: &mut impl Sink,
) {
    let of_chunk = samples.span(piece.from, piece.to);
    let Some(last) = samples.times[of_chunk.clone()].last() else {
        return;
    };
    let up_to_it = fresh.times[left.clone()].partition_point(|time| time <= last);
    let of_fresh = left.start..left.start + up_to_it;
    left.start = of_fresh.end;
    weave((samples, of_chunk), (fresh, of_fresh), |from, range| {
        sink.points(from, range);
    });
}

/// Wants the blocks of a piece; those of pieces in a row are wanted once.
fn add_blocks(wants: &mut Vec<[i64; 4]>, want: [i64; 4]) {
    let same = |other: &&mut [i64; 4]| {
        other[..2] == want[..2] && other[2] <= want[2] && want[2] <= other[3]
    };
    // The levels of one signal alternate: a few steps back is far enough, and wanting a block twice is no harm.
    match wants.iter_mut().rev().take(2 * WIDTHS.len()).find(same) {
        Some(other) => other[3] = other[3].max(want[3]),
        None => wants.push(want),
    }
}
