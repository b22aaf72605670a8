//! Finding the chunks of a signal that samples belong to, and working out what they become.
//!
//! Behind the last full chunk of a signal may stand some small ones, because rewriting one for every few samples costs
//! more than keeping them apart: they are joined when they make a full one, or when they become too many.

use sqlx::{Sqlite, pool::PoolConnection};
use twin_core::SignalKey;

use super::{
    ahead::Ahead,
    join::{Joined, Replaced, Terms, Winner, join},
    plan::{NewChunk, Place, Plan, carry_out},
    weigh::{Piece, light_enough},
};
use crate::{
    arrivals::{ArrivalCache, Numberer},
    bytes::Malformed,
    chunk::{self, Chunk, Encoder, READ_SAMPLES_MAX, Statistics, Stretch},
    chunks::NO_DATA,
    ends::{Ends, LOOKED_AT, StoredChunk},
    error::{Error, Result},
    events::NewCorrection,
    historian::Inner,
};

/// Chunks up to this part of a full one are always joined.
const TINY_PART: usize = 16;
/// Small chunks at the end of a signal.
const SMALL_MAX: usize = 8;
/// Samples of one signal in one transaction, when they may replace others.
const SAMPLES_A_PART: usize = 4_096;

/// An open chunk and its samples.
type Opened<'b> = std::result::Result<(Chunk<'b>, Stretch), Malformed>;

/// One run of placing samples: a compaction step or an import.
pub(super) struct Placer<'a> {
    pub inner: &'a Inner,
    /// For reading.
    pub connection: PoolConnection<Sqlite>,
    pub numbers: Numberer,
    pub cache: ArrivalCache,
    pub winner: Winner,
    /// Whether samples may be in chunks already, because a step was broken off.
    pub repeated: bool,
    pub plan: Plan,
    /// What is known of the ends of signals.
    pub ends: Ends,
    pub ahead: Ahead,
    pub encoder: Encoder,
}

impl<'a> Placer<'a> {
    pub(super) async fn new(
        inner: &'a Inner,
        winner: Winner,
        repeated: bool,
        ends: Ends,
    ) -> Result<Self> {
        let file = &inner.telemetry.file;
        let mut connection = inner
            .telemetry
            .readers
            .acquire()
            .await
            .map_err(Error::sql(file, "begin reading"))?;
        let numbers = Numberer::open(&mut connection)
            .await
            .map_err(Error::sql(file, "read received times"))?;
        Ok(Placer {
            inner,
            connection,
            numbers,
            cache: ArrivalCache::default(),
            winner,
            repeated,
            plan: Plan::default(),
            ends,
            ahead: Ahead::default(),
            encoder: Encoder::default(),
        })
    }

    /// Places the samples of several signals, each in order of time (those of one time in order of arrival).
    pub(super) async fn place_group(&mut self, group: &[(SignalKey, Stretch)]) -> Result<()> {
        self.read_ahead(group).await?;
        for (signal, fresh) in group {
            self.place_in_parts(*signal, fresh).await?;
            if self.plan.is_large() {
                self.flush().await?;
            }
            // Compressing is work without a wait: let others have their turn.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Places samples of one signal. Those that may replace others go in parts with transactions of their own: each
    /// replacement is a row more to write.
    async fn place_in_parts(&mut self, signal: SignalKey, fresh: &Stretch) -> Result<()> {
        let end = self.ahead.end(signal).and_then(|end| end.last());
        let meets_stored = end.is_some_and(|chunk| fresh.times.first() <= Some(&chunk.t_max));
        let replaces = meets_stored || !fresh.times.is_sorted_by(|a, b| a < b);
        if self.winner == Winner::Stored || !replaces || fresh.len() <= SAMPLES_A_PART {
            return self.place(signal, fresh).await;
        }
        let mut begin = 0;
        while begin < fresh.len() {
            let last = fresh.times[(begin + SAMPLES_A_PART).min(fresh.len()) - 1];
            // Samples of one time stay together.
            let end = begin + fresh.times[begin..].partition_point(|time| *time <= last);
            let mut part = Stretch::default();
            part.extend_from(fresh, begin..end);
            self.place(signal, &part).await?;
            begin = end;
            if begin < fresh.len() {
                // The next part must find what this one wrote.
                self.flush().await?;
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// The chunks behind the last full one.
    pub(super) fn small<'c>(&self, end: &'c [StoredChunk]) -> &'c [StoredChunk] {
        let small =
            |chunk: &&StoredChunk| (chunk.count as usize) < self.full() && !self.is_heavy(chunk);
        &end[end.len() - end.iter().rev().take_while(small).count()..]
    }

    /// How many of the small chunks stay as they are when samples of these times come to the end: all are joined when
    /// that makes a full one, else as few as keep their number small.
    pub(super) fn apart(&self, small: &[StoredChunk], times: &[i64]) -> usize {
        let count = |chunks: &[StoredChunk]| chunks.iter().map(|c| c.count as usize).sum::<usize>();
        let coming = times.len();
        let Some(begin) = times.first() else {
            return small.len();
        };
        let mut apart = small.partition_point(|chunk| chunk.t_max < *begin);
        if count(small) + coming >= self.full() {
            apart = 0;
        }
        // Next to nothing to write again.
        while apart > 0 && count(&small[apart - 1..]) + coming <= self.full() / TINY_PART {
            apart -= 1;
        }
        if apart >= SMALL_MAX {
            let mut joined = coming + count(&small[apart..]);
            while apart > 0 && small[apart - 1].count as usize <= joined * 2 {
                apart -= 1;
                joined += small[apart].count as usize;
            }
        }
        apart
    }

    pub(super) const fn full(&self) -> usize {
        self.inner.options.chunk_samples_max
    }

    /// Places samples of one signal, in order of time; those of one time in order of arrival.
    pub(super) async fn place(&mut self, signal: SignalKey, fresh: &Stretch) -> Result<()> {
        if fresh.is_empty() {
            return Ok(());
        }
        let end = self.end_of(signal).await?;
        let small = self.small(&end);
        // From here on samples go to the end of the signal.
        let border = match small.first() {
            Some(_) if small.len() == end.len() && end.len() < LOOKED_AT => i64::MIN,
            Some(chunk) => chunk.t_min,
            None => end
                .last()
                .map_or(i64::MIN, |chunk| chunk.t_max.saturating_add(1)),
        };
        // The last full chunk may end at the last instant there is: then all is late.
        let all_late = small.is_empty() && end.last().is_some_and(|chunk| chunk.t_max == i64::MAX);
        let late = if all_late {
            fresh.len()
        } else {
            fresh.times.partition_point(|time| *time < border)
        };
        if late > 0 {
            self.place_late(signal, fresh, late, border).await?;
        }
        if late < fresh.len() {
            let changed = self.place_at_end(signal, fresh, late, small).await?;
            // Rollups may know of samples behind the last chunk that there still is.
            if let Some((from, to)) = changed {
                self.plan.dirty.push((signal, from, to));
            }
        }
        Ok(())
    }

    /// Joins some of the small chunks with what comes behind or between them. Gives from when to when something changed.
    async fn place_at_end(
        &mut self,
        signal: SignalKey,
        fresh: &Stretch,
        from: usize,
        small: &[StoredChunk],
    ) -> Result<Option<(i64, i64)>> {
        let apart = self.apart(small, &fresh.times[from..]);
        let is_alone = apart == small.len() && from == 0;
        if is_alone && fresh.times.is_sorted_by(|a, b| a < b) {
            return self.place_alone(signal, fresh);
        }
        let mut piece = Stretch::default();
        let fresh = if from == 0 {
            fresh
        } else {
            piece.extend_from(fresh, from..fresh.len());
            &piece
        };
        let joined = self.join(signal, &small[apart..], fresh).await?;
        self.plan.note_new(signal, &joined.new);
        self.split(signal, &joined.samples, true)?;
        Ok(joined.changed)
    }

    /// Samples of growing times that are joined with nothing. Gives from when to when something changed.
    fn place_alone(&mut self, signal: SignalKey, fresh: &Stretch) -> Result<Option<(i64, i64)>> {
        let ends = fresh.times.first().copied();
        let ends = ends.zip(fresh.times.last().copied());
        self.plan.written += fresh.len() as u64;
        self.plan.note_new(signal, ends.as_slice());
        self.split(signal, fresh, true)?;
        Ok(ends)
    }

    /// Samples before the end of the signal: each group goes with the chunk before or around it.
    /// Chunks from `border` on belong to the end, and are joined there.
    async fn place_late(
        &mut self,
        signal: SignalKey,
        fresh: &Stretch,
        until: usize,
        border: i64,
    ) -> Result<()> {
        let mut begin = 0;
        while begin < until {
            let time = fresh.times[begin];
            let before = self.chunk_at(signal, time).await?;
            let next_from = before.as_ref().map_or(time, |chunk| chunk.t_min);
            let mut next = self.chunk_after(signal, next_from).await?;
            let mut around = before;
            if around.is_none()
                && let Some(first) =
                    next.take_if(|first| first.t_min < border && !self.is_full(first))
            {
                next = self.chunk_after(signal, first.t_min).await?;
                around = Some(first);
            }
            let next_from = next.as_ref().map(|chunk| chunk.t_min);
            let times = &fresh.times[..until];
            let end = next_from.map_or(until, |from| times.partition_point(|t| *t < from));
            let mut piece = Stretch::default();
            piece.extend_from(fresh, begin..end);
            // A full chunk is left alone by what only comes behind it.
            let around = around.filter(|chunk| time <= chunk.t_max || !self.is_full(chunk));
            let at_end = next.is_none();
            let joined = self.join(signal, around.as_slice(), &piece).await?;
            if let Some((first, last)) = joined.changed {
                self.plan.dirty.push((signal, first, last));
            }
            self.plan.note_new(signal, &joined.new);
            self.split(signal, &joined.samples, at_end)?;
            begin = end;
            if self.plan.is_large() {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Full enough to be left alone.
    fn is_full(&self, chunk: &StoredChunk) -> bool {
        chunk.count as usize * 4 >= self.full() * 3 || self.is_heavy(chunk)
    }

    /// Few samples, and yet written to last: it was cut because of its bytes.
    const fn is_heavy(&self, chunk: &StoredChunk) -> bool {
        chunk.data > NO_DATA && (chunk.count as usize) * 4 < self.full() * 3
    }

    /// Joins neighbouring chunks with fresh samples, and notes that the chunks go.
    async fn join(
        &mut self,
        signal: SignalKey,
        chunks: &[StoredChunk],
        fresh: &Stretch,
    ) -> Result<Joined> {
        let file = &self.inner.telemetry.file;
        let mut stored = Stretch::default();
        let mut received = Vec::new();
        let behind = |at: usize| -> usize {
            let rows = &chunks[at + 1..];
            rows.iter().map(|row| row.count as usize).sum()
        };
        for (at, row) in chunks.iter().enumerate() {
            self.plan.replaced += 1;
            let blob = self.blob(row).await?;
            let more = fresh.len() + behind(at);
            let (is_anothers, opened) = self.read(signal, &blob, more);
            self.plan.delete.push(Place {
                signal: row.signal,
                t_min: row.t_min,
                data: if is_anothers { NO_DATA } else { row.data },
            });
            match opened {
                Ok((chunk, samples)) => {
                    if self.repeated {
                        let pages = 0..chunk.page_count();
                        received.extend(
                            self.cache
                                .received(file, &mut self.connection, &chunk, pages)
                                .await?,
                        );
                    }
                    if stored.is_empty() {
                        stored = samples;
                    } else {
                        stored.extend_from(&samples, 0..samples.len());
                    }
                }
                Err(why) => {
                    let place = row.describe(signal);
                    tracing::error!(place, %why, "a chunk is damaged and was put into quarantine");
                    self.plan.quarantine.push((place, why.to_string(), blob));
                }
            }
        }
        let numbers = &self.numbers;
        let joined = join(
            stored,
            fresh,
            &Terms {
                winner: self.winner,
                stored_received: self.repeated.then_some(received),
                received: &|time, number| numbers.recent(number).unwrap_or(time),
            },
        );
        self.plan.written += joined.written;
        self.plan.present += joined.present;
        self.plan.differing += joined.differing;
        for replaced in &joined.replaced {
            self.note_correction(signal, replaced).await?;
        }
        Ok(joined)
    }

    /// The samples of a chunk, with room for so many more; and whether they are another signal's.
    fn read<'b>(&mut self, signal: SignalKey, blob: &'b [u8], more: usize) -> (bool, Opened<'b>) {
        let chunk = Chunk::open(blob);
        let whose = chunk.as_ref().ok().and_then(Chunk::signal);
        let opened = chunk.and_then(|chunk| {
            let chunk = chunk.only_of(signal)?;
            let number = |time, at| self.numbers.number_sample(time, at);
            // A damaged row may count to any number.
            let samples = chunk.stretch_with(more.min(READ_SAMPLES_MAX), number)?;
            Ok((chunk, samples))
        });
        // They belong to a chunk of that one: they must stay where they are.
        (whose.is_some_and(|whose| whose != signal), opened)
    }

    async fn note_correction(&mut self, signal: SignalKey, replaced: &Replaced) -> Result<()> {
        let time = replaced.old.times[0];
        let old_received = self.received(time, replaced.old.arrivals[0]).await?;
        let new_received = self.received(time, replaced.new_arrival).await?;
        let old = chunk::encode(signal, &replaced.old, 0..1)
            .map_err(|why| why.of(format!("a corrected sample of signal {}", signal.0)))?;
        self.plan.corrections.push(NewCorrection {
            signal,
            time,
            old,
            old_received,
            new_received,
            skipped: replaced.skipped,
        });
        Ok(())
    }

    async fn received(&mut self, time: i64, number: u64) -> Result<i64> {
        if let Some(received) = self.numbers.recent(number) {
            return Ok(received);
        }
        let file = &self.inner.telemetry.file;
        let found = self.cache.find(file, &mut self.connection, number).await?;
        Ok(found.unwrap_or(time))
    }

    /// Cuts samples into chunks. At the end of a signal: full ones and a rest that will grow; elsewhere: equal ones, so
    /// that each has room for the next late sample.
    fn split(&mut self, signal: SignalKey, samples: &Stretch, at_the_end: bool) -> Result<()> {
        let full = self.full();
        let pieces = samples.len().div_ceil(full).max(1);
        let size = if at_the_end {
            full
        } else {
            samples.len().div_ceil(pieces).max(1)
        };
        for begin in (0..samples.len()).step_by(size) {
            let end = (begin + size).min(samples.len());
            if samples.texts.is_empty() {
                self.plan_chunk(signal, samples, Piece::light(begin..end))?;
                continue;
            }
            for piece in light_enough(samples, begin..end) {
                self.plan_chunk(signal, samples, piece)?;
            }
        }
        Ok(())
    }

    fn plan_chunk(&mut self, signal: SignalKey, samples: &Stretch, piece: Piece) -> Result<()> {
        let Piece { range, heavy } = piece;
        let Some(statistics) = Statistics::of(samples, range.clone()) else {
            return Ok(());
        };
        let arrivals = samples.arrivals[range.clone()].iter().copied();
        let lasting = heavy || range.len() * 4 >= self.full() * 3;
        let blobs = &mut self.plan.blobs;
        let begin = blobs.len();
        self.encoder
            .put(blobs, signal, samples, range.clone(), lasting)
            .map_err(|why| why.of(format!("a new chunk of signal {}", signal.0)))?;
        self.plan.insert.push(NewChunk {
            signal,
            statistics,
            arrival: arrivals.filter(|n| *n > 0).min().unwrap_or(0).cast_signed(),
            // Those that will not be written again soon lie together: no holes between them.
            lasting,
            blob: begin..self.plan.blobs.len(),
            data: NO_DATA,
        });
        Ok(())
    }

    /// Carries out what is planned.
    pub(super) async fn flush(&mut self) -> Result<()> {
        let rows = self
            .numbers
            .take()
            .map_err(|why| why.of("received times"))?;
        let plan = std::mem::take(&mut self.plan);
        self.plan = carry_out(self.inner, plan, &rows, &mut self.ends).await?;
        Ok(())
    }
}
