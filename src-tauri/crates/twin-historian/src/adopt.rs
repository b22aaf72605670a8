//! Signals that get another id: what was heard under a provisional one becomes the history of a signal of the plant.

use std::collections::{BTreeSet, HashMap};

use sqlx::{SqliteConnection, sqlite::SqliteRow};
use twin_core::{Quality, SignalId, SignalKey, Timestamp};

use crate::{
    chunks::ChunkRow,
    database::Durability,
    error::{Error, Result},
    events::{QualityTransition, put_qualities},
    historian::Historian,
};

/// Changes of quality copied in one transaction.
const QUALITIES_A_STEP: i64 = 1_000;
/// Chunks taken away in one transaction: appends wait for that long.
const CHUNKS_A_STEP: usize = 100;
/// Those of a signal behind an instant that another has not.
const QUALITIES: &str = "SELECT at, status, reason FROM quality AS q WHERE signal = ?1 AND at > ?3 \
     AND NOT EXISTS (SELECT 1 FROM quality WHERE signal = ?2 AND at = q.at) ORDER BY at LIMIT ?4";

/// One provisional id and the id of the signal that its samples are to belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Under which id samples were stored.
    pub from: SignalId,
    /// Under which they are to be found.
    pub to: SignalId,
}

/// What adopting did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Signals that have another id now; their samples were not touched.
    pub renamed: u64,
    /// Signals whose samples were copied, because the other id was in use already.
    pub copied: u64,
    /// Samples written by that.
    pub samples: u64,
}

/// Where a chunk lies. One that was written anew has other data.
#[derive(PartialEq, Eq)]
struct Place {
    t_min: i64,
    t_max: i64,
    count: u32,
    data: i64,
}

impl Place {
    fn read(row: &SqliteRow) -> sqlx::Result<Place> {
        let ChunkRow {
            statistics, data, ..
        } = ChunkRow::read(row)?;
        Ok(Place {
            t_min: statistics.t_min.micros(),
            t_max: statistics.t_max.micros(),
            count: statistics.count,
            data,
        })
    }
}

impl Historian {
    /// Gives the samples of provisional ids to signals. A signal that history does not know yet takes over the key, at
    /// once and whatever it holds; one that it knows gets copies, and what it has already stays. Of several signals for
    /// one provisional id all but one get copies. Changes of quality go the same way: they say when nothing was recorded.
    /// Ids that history does not know are left out, so that the call may be repeated, and must be after a failure.
    ///
    /// What was copied leaves the provisional id, so that it is not copied again: all that is in chunks. What only the
    /// journal has by then stays there too; a later call finds it.
    ///
    /// # Errors
    /// When history cannot be read or written. Some may be done by then.
    pub async fn adopt(&self, adoptions: &[Adoption]) -> Result<Adopted> {
        let known: HashMap<SignalId, SignalKey> = self
            .signals()
            .await?
            .into_iter()
            .map(|(key, id)| (id, key))
            .collect();
        let mut adopted = Adopted::default();
        let mut renames: Vec<(SignalKey, &Adoption)> = Vec::new();
        let mut renamed: HashMap<&SignalId, SignalKey> = HashMap::new();
        let mut leaving: BTreeSet<SignalKey> = BTreeSet::new();
        let mut copies: Vec<(SignalKey, SignalKey)> = Vec::new();
        for adoption in adoptions {
            let Some(from) = known.get(&adoption.from).copied() else {
                continue;
            };
            let to = known.get(&adoption.to).copied();
            let to = to.or_else(|| renamed.get(&adoption.to).copied());
            if to.is_none() && leaving.insert(from) {
                renamed.insert(&adoption.to, from);
                renames.push((from, adoption));
                continue;
            }
            let to = match to {
                Some(to) => vec![to],
                None => self.signal_keys(std::slice::from_ref(&adoption.to)).await?,
            };
            let to = to.into_iter().filter(|to| *to != from);
            copies.extend(to.map(|to| (from, to)));
        }
        let copied: BTreeSet<SignalKey> = copies.iter().map(|(from, _)| *from).collect();
        let mut places = Vec::new();
        for from in copied.difference(&leaving) {
            places.push((*from, self.places(*from).await?));
        }
        for (from, to) in copies {
            adopted.samples += self.copy_samples(from, to).await?;
            self.copy_qualities(from, to).await?;
            adopted.copied += 1;
        }
        // After all copies, because it takes the provisional ids away by which a repeated call finds its work.
        self.rename(&renames).await?;
        adopted.renamed = renames.len() as u64;
        for (from, copied) in places {
            self.take_away(from, &copied).await?;
        }
        Ok(adopted)
    }

    async fn copy_samples(&self, from: SignalKey, to: SignalKey) -> Result<u64> {
        let mut written = 0;
        let mut cursor = self.cursor(from, Timestamp::MIN, Timestamp::MAX);
        while let Some(samples) = cursor.next().await? {
            written += self.import(to, samples).await?.written;
        }
        Ok(written)
    }

    /// The chunks of a signal as they lie now; none when there are none, or when one is damaged.
    async fn places(&self, signal: SignalKey) -> Result<Vec<Place>> {
        let _alone = self.inner.maintain().await?;
        self.places_now(signal).await
    }

    /// [`places`](Self::places) for who keeps maintenance away.
    async fn places_now(&self, signal: SignalKey) -> Result<Vec<Place>> {
        let telemetry = &self.inner.telemetry;
        let rows = sqlx::query("SELECT * FROM chunk WHERE signal = ? ORDER BY t_min")
            .bind(signal.0)
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read chunk statistics"))?;
        let places: sqlx::Result<Vec<Place>> = rows.iter().map(Place::read).collect();
        Ok(places.unwrap_or_default())
    }

    /// Takes away chunks whose samples were copied, and all rollups of them.
    async fn take_away(&self, signal: SignalKey, copied: &[Place]) -> Result<()> {
        if copied.is_empty() {
            return Ok(());
        }
        let _alone = self.inner.maintain().await?;
        // What compaction has brought meanwhile may not have been copied: then all of it goes with a later call.
        if self.places_now(signal).await? != copied {
            return Ok(());
        }
        let telemetry = &self.inner.telemetry;
        let fail = Error::sql(&telemetry.file, "take away what was copied");
        // Rollups go first: chunks without any are sound, if it ends here.
        let mut writer = telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let done = delete_rollups(writer.connection(), signal).await;
        writer.end(done.map_err(&fail)).await?;
        drop(writer);
        for part in copied.chunks(CHUNKS_A_STEP) {
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = delete_chunks(writer.connection(), signal, part).await;
            writer.end(done.map_err(&fail)).await?;
        }
        Ok(())
    }

    /// What the signal has of an instant stays.
    async fn copy_qualities(&self, from: SignalKey, to: SignalKey) -> Result<()> {
        let telemetry = &self.inner.telemetry;
        let read = Error::sql(&telemetry.file, "read changes of quality");
        let mut after = Timestamp::MIN;
        loop {
            let rows: Vec<(i64, u8, u8)> = sqlx::query_as(QUALITIES)
                .bind(from.0)
                .bind(to.0)
                .bind(after.micros())
                .bind(QUALITIES_A_STEP)
                .fetch_all(&telemetry.readers)
                .await
                .map_err(&read)?;
            let Some((newest, ..)) = rows.last() else {
                return Ok(());
            };
            after = Timestamp(*newest);
            let transition = |(at, status, reason)| QualityTransition {
                signal: to,
                at: Timestamp(at),
                quality: Quality::from_bytes([status, reason]),
            };
            let copies: Vec<_> = rows.into_iter().map(transition).collect();
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Full).await?;
            let done = put_qualities(writer.connection(), &copies).await;
            let done = done.map_err(Error::sql(&telemetry.file, "copy changes of quality"));
            writer.end(done).await?;
        }
    }

    async fn rename(&self, renames: &[(SignalKey, &Adoption)]) -> Result<()> {
        if renames.is_empty() {
            return Ok(());
        }
        let telemetry = &self.inner.telemetry;
        let mut writer = telemetry.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let done = rename_all(writer.connection(), renames).await;
        let done = done.map_err(Error::sql(&telemetry.file, "rename signals"));
        writer.end(done).await?;
        drop(writer);
        let rows: Vec<(i64, String)> = renames
            .iter()
            .map(|(key, adoption)| (i64::from(key.0), adoption.to.to_string()))
            .collect();
        crate::alarms::copy_signals(&self.inner.alarms, &rows).await
    }
}

async fn rename_all(
    connection: &mut SqliteConnection,
    renames: &[(SignalKey, &Adoption)],
) -> sqlx::Result<()> {
    for (key, adoption) in renames {
        sqlx::query("UPDATE signal SET id = ? WHERE key = ? AND id = ?")
            .bind(adoption.to.as_str())
            .bind(i64::from(key.0))
            .bind(adoption.from.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn delete_rollups(connection: &mut SqliteConnection, signal: SignalKey) -> sqlx::Result<()> {
    for sql in [
        "DELETE FROM rollup WHERE signal = ?",
        "DELETE FROM rollup_dirty WHERE signal = ?",
        "DELETE FROM rolled WHERE signal = ?",
    ] {
        let delete = sqlx::query(sql).bind(signal.0);
        delete.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn delete_chunks(
    connection: &mut SqliteConnection,
    signal: SignalKey,
    places: &[Place],
) -> sqlx::Result<()> {
    for place in places {
        sqlx::query("DELETE FROM chunk WHERE signal = ? AND t_min = ?")
            .bind(signal.0)
            .bind(place.t_min)
            .execute(&mut *connection)
            .await?;
        sqlx::query("DELETE FROM chunk_data WHERE id = ?")
            .bind(place.data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
