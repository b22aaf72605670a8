//! Signals that get another id: what was heard under a provisional one becomes the history of a signal of the plant.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use sqlx::{SqliteConnection, sqlite::SqliteRow};
use twin_core::{Quality, Reason, SignalId, SignalKey, Timestamp};

use crate::{
    chunks::ChunkRow,
    database::Durability,
    error::{Error, Result},
    events::{QualityTransition, put_qualities},
    historian::{Historian, NAMES_A_PART},
};

/// Changes of quality copied in one transaction.
const QUALITIES_A_STEP: i64 = 1_000;
/// Chunks taken away in one transaction: appends wait for that long.
const CHUNKS_A_STEP: usize = 100;
/// Signals whose first sample is looked up at once.
const SIGNALS_A_LOOK: usize = 1_000;
/// The oldest source time in chunks, of signals that have any.
const FIRSTS: &str = "SELECT k.value, c.t_min FROM json_each(?1) AS k CROSS JOIN chunk AS c ON c.signal = k.value \
     AND c.t_min = (SELECT min(t_min) FROM chunk WHERE signal = k.value)";
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
    /// When nothing more could be heard of it, because its connection was lost, in order. What was heard before holds no
    /// more from then on, until the next sample.
    pub lost: Arc<[Timestamp]>,
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
    /// Samples that were not, because the signal has another value of their time; they stay under the provisional id.
    pub differing: u64,
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
    /// journal has by then stays there too; a later call finds it. Where a signal has other values of the same times,
    /// all stays, since nothing else holds those of the provisional id.
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
        let mut given: HashMap<&SignalId, SignalKey> = HashMap::new();
        let mut leaving: BTreeSet<SignalKey> = BTreeSet::new();
        let mut losses: BTreeMap<SignalKey, &[Timestamp]> = BTreeMap::new();
        let mut copies: Vec<(SignalKey, SignalKey)> = Vec::new();
        for adoption in adoptions {
            let Some(from) = known.get(&adoption.from).copied() else {
                continue;
            };
            if !adoption.lost.is_empty() {
                losses.insert(from, &*adoption.lost);
            }
            let to = known.get(&adoption.to).copied();
            let to = to.or_else(|| given.get(&adoption.to).copied());
            if to.is_none() && leaving.insert(from) {
                given.insert(&adoption.to, from);
                renames.push((from, adoption));
                continue;
            }
            let to = match to {
                Some(to) => vec![to],
                None => self.signal_keys(std::slice::from_ref(&adoption.to)).await?,
            };
            // Nothing else may be renamed to it.
            given.extend(to.iter().map(|to| (&adoption.to, *to)));
            let to = to.into_iter().filter(|to| *to != from);
            copies.extend(to.map(|to| (from, to)));
        }
        self.mark_losses(&losses.into_iter().collect::<Vec<_>>())
            .await?;
        let copied: BTreeSet<SignalKey> = copies.iter().map(|(from, _)| *from).collect();
        let copied: Vec<SignalKey> = copied.into_iter().collect();
        // Names stay for good; most of those that were copied once have nothing any more.
        let firsts = self.firsts(&copied).await?;
        copies.retain(|(from, _)| firsts.contains_key(from));
        let mut places = Vec::new();
        for from in copied {
            if firsts.contains_key(&from) && !leaving.contains(&from) {
                places.push((from, self.places(from).await?));
            }
        }
        for (from, to) in copies {
            let (written, differing) = self.copy_samples(from, to).await?;
            self.copy_qualities(from, to).await?;
            adopted.copied += 1;
            adopted.samples += written;
            adopted.differing += differing;
            if differing > 0 {
                places.retain(|(copied, _)| *copied != from);
            }
        }
        // After all copies, because it takes the provisional ids away by which a repeated call finds its work.
        self.rename(&renames).await?;
        adopted.renamed = renames.len() as u64;
        for (from, copied) in places {
            self.take_away(from, &copied).await?;
        }
        Ok(adopted)
    }

    /// Gives how many were written, and how many were not, because another value of their time is there.
    async fn copy_samples(&self, from: SignalKey, to: SignalKey) -> Result<(u64, u64)> {
        let (mut written, mut differing) = (0, 0);
        let mut cursor = self.cursor(from, Timestamp::MIN, Timestamp::MAX);
        while let Some(samples) = cursor.next().await? {
            let imported = self.import(to, samples).await?;
            written += imported.written;
            differing += imported.differing;
        }
        Ok((written, differing))
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
            self.put_changes(&copies).await?;
        }
    }

    async fn put_changes(&self, changes: &[QualityTransition]) -> Result<()> {
        let telemetry = &self.inner.telemetry;
        let mut writer = telemetry.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let done = put_qualities(writer.connection(), changes).await;
        let done = done.map_err(Error::sql(&telemetry.file, "store changes of quality"));
        writer.end(done).await
    }

    /// Says of provisional ids when their connection was lost, as it is said of signals at once.
    async fn mark_losses(&self, of: &[(SignalKey, &[Timestamp])]) -> Result<()> {
        let signals: Vec<SignalKey> = of.iter().map(|(signal, _)| *signal).collect();
        let firsts = self.firsts(&signals).await?;
        let mut marks = Vec::new();
        for (signal, lost) in of {
            let Some(first) = firsts.get(signal) else {
                continue;
            };
            let lost = lost.iter().filter(|at| *at > first);
            marks.extend(lost.map(|at| QualityTransition {
                signal: *signal,
                at: *at,
                quality: Quality::bad(Reason::BrokerLost),
            }));
            if marks.len() >= QUALITIES_A_STEP as usize {
                self.put_changes(&marks).await?;
                marks.clear();
            }
        }
        match marks.is_empty() {
            true => Ok(()),
            false => self.put_changes(&marks).await,
        }
    }

    /// Since when something is known of signals, of those of which it is: the oldest source time in chunks, or a receipt;
    /// the beginning of time while the journal has rows that are not in memory.
    async fn firsts(&self, signals: &[SignalKey]) -> Result<HashMap<SignalKey, Timestamp>> {
        let mut firsts = HashMap::new();
        for part in signals.chunks(SIGNALS_A_LOOK) {
            self.look_for_firsts(part, &mut firsts).await?;
        }
        Ok(firsts)
    }

    async fn look_for_firsts(
        &self,
        signals: &[SignalKey],
        firsts: &mut HashMap<SignalKey, Timestamp>,
    ) -> Result<()> {
        // Before the chunks: what compaction moves in between is then seen twice, and not missed.
        let windows = self.inner.sound_tail(|tail| {
            let (all, end) = (Timestamp::MIN, Timestamp::MAX);
            let window = |signal: &SignalKey| (*signal, tail.window(*signal, all, end, 1));
            signals.iter().map(window).collect::<Vec<_>>()
        });
        let mut found = |signal: SignalKey, at: Timestamp| {
            let first = firsts.entry(signal).or_insert(at);
            *first = at.min(*first);
        };
        for (signal, window) in windows.await? {
            if window.read_rows_to.is_some() {
                found(signal, Timestamp::MIN);
            }
            if let Some(fresh) = window.samples().first() {
                found(signal, fresh.received);
            }
        }
        let telemetry = &self.inner.telemetry;
        let keys: Vec<u32> = signals.iter().map(|signal| signal.0).collect();
        let rows: Vec<(u32, i64)> = sqlx::query_as(FIRSTS)
            .bind(format!("{keys:?}"))
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read chunk statistics"))?;
        for (signal, first) in rows {
            found(SignalKey(signal), Timestamp(first));
        }
        Ok(())
    }

    async fn rename(&self, renames: &[(SignalKey, &Adoption)]) -> Result<()> {
        let telemetry = &self.inner.telemetry;
        // In parts: appends go on in between. A repeated call finds those that are left.
        for part in renames.chunks(NAMES_A_PART) {
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Full).await?;
            let done = rename_all(writer.connection(), part).await;
            let done = done.map_err(Error::sql(&telemetry.file, "rename signals"));
            writer.end(done).await?;
        }
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
