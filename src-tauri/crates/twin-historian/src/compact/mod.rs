//! Moving journal rows to chunks, and importing straight into them.
//!
//! A step works without any lock that an append needs and writes in several short transactions: the numbers of the
//! messages and which rows are being moved, then the chunks, some signals at a time, at last the journal rows go. Between
//! the first and the last of them samples are in the journal and in a chunk: harmless, for they are the same samples, and
//! a step that was broken off is repeated with the same rows.

mod ahead;
mod gather;
mod import;
mod join;
mod look;
mod place;
mod plan;
mod weigh;

use std::sync::Arc;

use twin_core::{SampleBatch, SignalKey};

pub use import::Imported;
pub(crate) use plan::{Facts, put_facts};

use crate::{
    chunk::Stretch,
    codec,
    database::Durability,
    ends::Ends,
    error::{Error, Result},
    historian::{Historian, Inner},
    rebuild,
    row::JournalRow,
    tail::{self, Oldest},
};
use gather::Groups;
use join::Winner;
use place::Placer;

/// Journal rows that one step looks at.
const STEP_ROWS_MAX: usize = 100_000;
/// Signals, and samples, whose chunks are looked up together.
const GROUP_SIGNALS: usize = 128;
const GROUP_SAMPLES: usize = 65_536;
/// Journal rows that one transaction removes.
const ROWS_REMOVED_AT_A_TIME: i64 = 128;

/// What a compaction step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Journal rows moved.
    pub rows: u64,
    /// Samples in them.
    pub samples: u64,
    /// Chunks written.
    pub chunks_written: u64,
    /// Chunks that went into the written ones.
    pub chunks_replaced: u64,
    /// Samples that another value or quality of the same source time replaced.
    pub corrections: u64,
    /// Blobs that could not be read, now in the table `quarantine`.
    pub quarantined: u64,
    /// Whether rows up to the given one are left: call again.
    pub more: bool,
}

impl Historian {
    /// Whether enough rows up to `upto` have gathered for a step that pays: small steps rewrite much for little, and rows
    /// that are not settled yet would only make it look large. Who wants memory or the file tidy anyway need not ask.
    pub fn compaction_due(&self, upto: JournalRow) -> bool {
        let tail = tail::lock(&self.inner.tail);
        let samples_max = self.inner.options.step_samples_max;
        let (samples, bytes) = tail.held_upto(upto.0);
        tail.is_behind() || samples >= samples_max || bytes >= tail::bytes_max(samples_max)
    }

    /// A batch whose samples are in chunks and of which nobody else knows, for its memory, which has room for so many samples:
    /// see [`Options::spent_bytes_max`](crate::Options::spent_bytes_max).
    pub fn spent_batch(&self, samples: usize) -> Option<Arc<SampleBatch>> {
        self.inner.spent.take(samples)
    }

    /// Moves journal rows up to `upto` (settled ones: the replay at start needs the others) to chunks: as many as
    /// one step takes. Call again while [`Progress::more`].
    ///
    /// Appends go on meanwhile; each of the step's transactions takes some milliseconds. A step that fails or is
    /// abandoned is repeated by the next call, with the same rows: nothing happens before `upto` has reached them.
    ///
    /// # Errors
    /// When the file cannot be read or written: every sample is in the journal or in a chunk then, or in both.
    pub async fn compact_step(&self, upto: JournalRow) -> Result<Progress> {
        let mut known = self.inner.maintenance.lock().await;
        // A step that fails, or is dropped half-way, leaves nothing that is known for certain.
        let mut ends = std::mem::take(&mut *known);
        let mut done = self.step(upto, &mut ends).await;
        if rebuild::out_of_the_way(&self.inner, done.as_ref().err()).await? {
            ends.clear();
            done = self.step(upto, &mut ends).await;
        }
        if done.is_ok() {
            *known = ends;
        }
        done
    }

    async fn step(&self, upto: JournalRow, ends: &mut Ends) -> Result<Progress> {
        let inner = &*self.inner;
        let moved = inner.moved().await?;
        // A row that an abandoned append left must be known before its number can disappear from the journal.
        let newest = inner.sound_tail(tail::Tail::newest_row).await?;
        let upto = upto.0.min(newest);
        let broken_off = (moved.moving > moved.compacted).then_some(moved.moving);
        if broken_off.is_some_and(|through| through > upto) {
            return Ok(Progress::default());
        }
        let (mut oldest, quarantine) = oldest_rows(inner, upto, broken_off).await?;
        if oldest.rows == 0 && broken_off.is_none() {
            return Ok(Progress::default());
        }
        let through = broken_off.unwrap_or(oldest.through).max(oldest.through);

        let known = std::mem::take(ends);
        let mut placer = Placer::new(inner, Winner::Fresh, broken_off.is_some(), known).await?;
        placer.plan.moving = Some(through);
        placer.plan.quarantine = quarantine;
        place_all(&mut placer, &oldest.batches).await?;
        placer.flush().await?;
        let plan = placer.plan;
        *ends = placer.ends;
        drop(placer.connection);
        // Memory that is not needed any more goes before the rows do.
        oldest.batches = Vec::new();
        remove_rows(inner, through).await?;
        Ok(Progress {
            rows: oldest.rows,
            samples: oldest.samples as u64,
            chunks_written: plan.chunks_written,
            chunks_replaced: plan.replaced,
            corrections: plan.corrected,
            quarantined: plan.quarantined,
            more: oldest.more,
        })
    }
}

async fn place_all(placer: &mut Placer<'_>, batches: &[Arc<SampleBatch>]) -> Result<()> {
    let arrivals = batches
        .iter()
        .map(|batch| placer.numbers.number(batch.received()))
        .collect();
    let groups = Groups::of(batches, arrivals);
    // The memory of one group serves all, and those of the next step.
    let mut group = placer.inner.group.take();
    let (mut signals, mut samples) = (0, 0);
    for at in 0..groups.len() {
        if signals == group.len() {
            group.push((SignalKey(0), Stretch::default()));
        }
        groups.fill(at, &mut group[signals]);
        samples += group[signals].1.len();
        signals += 1;
        if signals == GROUP_SIGNALS || samples >= GROUP_SAMPLES || at + 1 == groups.len() {
            placer.place_group(&group[..signals]).await?;
            (signals, samples) = (0, 0);
        }
    }
    placer.inner.group.put(group, GROUP_SAMPLES);
    Ok(())
}

type Quarantine = Vec<(String, String, Vec<u8>)>;

/// The oldest journal rows that make one step (to `through`, if it is given), from memory or else from the file; and
/// blobs that cannot be read.
async fn oldest_rows(
    inner: &Inner,
    upto: i64,
    through: Option<i64>,
) -> Result<(Oldest, Quarantine)> {
    let held = {
        let tail = tail::lock(&inner.tail);
        let samples_max = inner.options.step_samples_max;
        (!tail.is_behind()).then(|| tail.oldest(upto, through, samples_max, STEP_ROWS_MAX))
    };
    let Some(oldest) = held else {
        return oldest_in_file(inner, upto, through).await;
    };
    let mut quarantine = Vec::new();
    for row in &oldest.damaged {
        let data: Option<Vec<u8>> = sqlx::query_scalar("SELECT data FROM journal WHERE row = ?")
            .bind(row)
            .fetch_optional(&inner.telemetry.readers)
            .await
            .map_err(Error::sql(&inner.telemetry.file, "read the journal"))?;
        if let Some(data) = data {
            let why = codec::read(&data).err();
            let why = why.map_or_else(String::new, |why| why.to_string());
            quarantine.push((format!("journal row {row}"), why, data));
        }
    }
    Ok((oldest, quarantine))
}

async fn oldest_in_file(
    inner: &Inner,
    upto: i64,
    through: Option<i64>,
) -> Result<(Oldest, Quarantine)> {
    let read = Error::sql(&inner.telemetry.file, "read the journal");
    let readers = &inner.telemetry.readers;
    let counts: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT row, count, length(data) FROM journal WHERE row <= ? ORDER BY row LIMIT ?",
    )
    .bind(through.unwrap_or(upto))
    .bind(STEP_ROWS_MAX as i64)
    .fetch_all(readers)
    .await
    .map_err(&read)?;
    let mut oldest = Oldest::default();
    let samples_max = inner.options.step_samples_max;
    let (mut expected, mut bytes) = (0, 0);
    for (row, count, length) in &counts {
        expected += *count as usize;
        bytes += *length as usize;
        let enough = expected > samples_max || bytes > tail::bytes_max(samples_max);
        if through.is_none() && oldest.rows > 0 && enough {
            oldest.more = true;
            break;
        }
        oldest.rows += 1;
        oldest.through = *row;
    }
    oldest.more |= counts.len() == STEP_ROWS_MAX || through.is_some_and(|through| through < upto);
    if oldest.rows == 0 {
        return Ok((oldest, Vec::new()));
    }
    let rows = sqlx::query_as("SELECT row, data FROM journal WHERE row <= ? ORDER BY row");
    let rows: Vec<(i64, Vec<u8>)> = rows
        .bind(oldest.through)
        .fetch_all(readers)
        .await
        .map_err(&read)?;
    let mut quarantine = Vec::new();
    for (row, data) in rows {
        match codec::read(&data) {
            Ok(batches) => oldest.batches.extend(batches.into_iter().map(Arc::new)),
            Err(why) => quarantine.push((format!("journal row {row}"), why.to_string(), data)),
        }
    }
    oldest.samples = oldest.batches.iter().map(|batch| batch.len()).sum();
    Ok((oldest, quarantine))
}

/// Removes journal rows that are in chunks now, some at a time, oldest first.
async fn remove_rows(inner: &Inner, through: i64) -> Result<()> {
    loop {
        let mut writer = inner.telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let done = remove_some(writer.connection(), through).await;
        let gone = writer
            .end(done.map_err(Error::sql(
                &inner.telemetry.file,
                "remove journal rows that are in chunks",
            )))
            .await?;
        drop(writer);
        let batches = tail::lock(&inner.tail).compacted(gone);
        inner.spent.put(batches);
        inner.telemetry.ease_log().await;
        if gone >= through {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// Gives up to which row all are gone.
async fn remove_some(connection: &mut sqlx::SqliteConnection, through: i64) -> sqlx::Result<i64> {
    let (count, last): (i64, Option<i64>) = sqlx::query_as(
        "SELECT count(*), max(row) FROM (SELECT row FROM journal WHERE row <= ? ORDER BY row LIMIT ?)",
    )
    .bind(through)
    .bind(ROWS_REMOVED_AT_A_TIME)
    .fetch_one(&mut *connection)
    .await?;
    let gone = match last {
        Some(last) if count == ROWS_REMOVED_AT_A_TIME => last,
        _ => through,
    };
    sqlx::query("DELETE FROM journal WHERE row <= ?")
        .bind(gone)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE progress SET compacted = max(compacted, ?)")
        .bind(gone)
        .execute(connection)
        .await?;
    Ok(gone)
}
