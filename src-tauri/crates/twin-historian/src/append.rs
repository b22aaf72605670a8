//! Writing the journal and what happens besides samples: what was received, as it came, one group a commit.

use std::sync::Arc;

use sqlx::{Arguments as _, SqliteConnection, sqlite::SqliteArguments};
use twin_core::{ConnectionId, SampleBatch, Timestamp};

use crate::{
    codec,
    database::Durability,
    error::{Error, Result},
    events::{self, Birth, LinkTransition, QualityTransition},
    historian::Historian,
    journal,
    reject_limits::RejectLimits,
    rejects::{self, Reject},
    row::JournalRow,
    tail::{self, Pending},
};

/// What became known together, and is stored together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Group<'a> {
    /// Samples in order of arrival.
    pub batches: &'a [Arc<SampleBatch>],
    /// Birth certificates: of each topic the latest is kept.
    pub births: &'a [(ConnectionId, Birth)],
    /// Messages that could not be decoded.
    pub rejects: &'a [Reject],
    /// Changes of links.
    pub links: &'a [LinkTransition],
    /// Changes of twins' quality that no sample made.
    pub qualities: &'a [QualityTransition],
}

impl Historian {
    /// Stores a group of batches as one journal row: [`append_group`](Self::append_group) with nothing else in it.
    ///
    /// Without any sample nothing is written, and the newest row is given.
    ///
    /// # Errors
    /// [`Error::Full`] when there is no space: nothing of the group is stored, and it may be offered again.
    pub async fn append(
        &self,
        batches: &[Arc<SampleBatch>],
        durability: Durability,
    ) -> Result<JournalRow> {
        let group = Group {
            batches,
            ..Group::default()
        };
        let row = self.append_group(group, durability).await?;
        Ok(row.unwrap_or_else(|| self.newest_row()))
    }

    /// Stores a group in one commit: all of it or nothing. Gives the journal row that its samples became, none when
    /// it held no sample. Returns after the commit has returned; with [`Durability::Full`] it is on the disk then. Signals with
    /// keys that are not stored yet ([`signal_keys_at_start`](Self::signal_keys_at_start)) are stored before, also when
    /// the group is empty.
    ///
    /// # Errors
    /// [`Error::Full`] when there is no space. After any error nothing of the group is stored, and it may be offered
    /// again as it is.
    pub async fn append_group(
        &self,
        group: Group<'_>,
        durability: Durability,
    ) -> Result<Option<JournalRow>> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        inner.store_reserved().await?;
        let extent = Extent::of(group.batches);
        if extent.is_none() && group.has_no_events() {
            return Ok(None);
        }
        let samples = extent.map(|extent| (extent, codec::encode(group.batches)));
        let mut writer = inner.telemetry.writer.lock().await;
        writer.ready(durability).await?;
        if tail::newest_row(&inner.tail).1 {
            journal::mend(file, writer.connection(), &inner.tail).await?;
        }
        let row = tail::newest_row(&inner.tail).0 + 1;
        // From here on a dropped future may have committed the row.
        let pending = samples.is_some().then(|| Pending::new(&inner.tail));
        let fail = Error::sql(file, "append to the journal");
        match samples {
            // One statement is its own transaction: two fewer to wait for.
            Some((extent, data)) if group.has_no_events() => {
                let put = put_samples(writer.connection(), row, extent, data);
                let put = tail::indexed_meanwhile(&inner.tail, put);
                put.await.map_err(fail)?;
            }
            samples => {
                writer.begin(durability).await?;
                let limits = inner.options.rejects;
                let put = put_group(writer.connection(), group, limits, row, samples).await;
                writer.end(put.map_err(fail)).await?;
            }
        }
        Ok(pending.map(|pending| {
            pending.committed(row, group.batches);
            JournalRow(row)
        }))
    }

    /// Batches of journal rows after `after`, in order, from at most `rows_max` rows: for the replay at start. Call
    /// again with the last row until nothing comes. Rows that compaction has moved are gone; unreadable ones are
    /// passed over and logged.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn rows_after(
        &self,
        after: JournalRow,
        rows_max: u32,
    ) -> Result<Vec<(JournalRow, SampleBatch)>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT row, data FROM journal WHERE row > ? ORDER BY row LIMIT ?")
                .bind(after.0)
                .bind(rows_max)
                .fetch_all(&telemetry.readers)
                .await
                .map_err(Error::sql(&telemetry.file, "read the journal"))?;
        let mut batches = Vec::new();
        for (row, data) in rows {
            batches.extend(
                journal::readable(row, &data)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|batch| (JournalRow(row), batch)),
            );
        }
        Ok(batches)
    }
}

impl Group<'_> {
    const fn has_no_events(&self) -> bool {
        self.births.is_empty()
            && self.rejects.is_empty()
            && self.links.is_empty()
            && self.qualities.is_empty()
    }
}

async fn put_group(
    connection: &mut SqliteConnection,
    group: Group<'_>,
    limits: RejectLimits,
    row: i64,
    samples: Option<(Extent, Vec<u8>)>,
) -> sqlx::Result<()> {
    if let Some((extent, data)) = samples {
        put_samples(&mut *connection, row, extent, data).await?;
    }
    events::put_births(&mut *connection, group.births).await?;
    rejects::put(&mut *connection, group.rejects, limits).await?;
    events::put_links(&mut *connection, group.links).await?;
    events::put_qualities(connection, group.qualities).await
}

async fn put_samples(
    connection: &mut SqliteConnection,
    row: i64,
    extent: Extent,
    data: Vec<u8>,
) -> sqlx::Result<()> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(5, 0);
    sqlx::query_with(
        "INSERT INTO journal (row, t_min, t_max, count, data) VALUES (?, ?, ?, ?, ?)",
        arguments,
    )
    .bind(row)
    .bind(extent.t_min.micros())
    .bind(extent.t_max.micros())
    .bind(extent.count)
    .bind(data)
    .execute(connection)
    .await
    .map(drop)
}

/// The source times and the count of a group of batches.
struct Extent {
    t_min: Timestamp,
    t_max: Timestamp,
    count: i64,
}

impl Extent {
    fn of(batches: &[Arc<SampleBatch>]) -> Option<Extent> {
        let mut extent = Extent {
            t_min: Timestamp::MAX,
            t_max: Timestamp::MIN,
            count: 0,
        };
        for batch in batches {
            extent.count += batch.len() as i64;
            for time in batch.times() {
                extent.t_min = extent.t_min.min(*time);
                extent.t_max = extent.t_max.max(*time);
            }
        }
        (extent.count > 0).then_some(extent)
    }
}
