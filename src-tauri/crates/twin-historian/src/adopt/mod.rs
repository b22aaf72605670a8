//! Signals that get another id: what was heard under a provisional one becomes the history of a signal of the plant.

mod leave;
mod losses;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use sqlx::SqliteConnection;
use twin_core::{Quality, SignalId, SignalKey, Timestamp};

use self::leave::Place;
use crate::{
    database::Durability,
    error::{Error, Result},
    events::{QualityTransition, put_qualities},
    historian::Historian,
    rebuild,
    signals::NAMES_A_PART,
};

/// Changes of quality copied in one transaction.
const QUALITIES_A_STEP: i64 = 1_000;
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Signals that have another id now; their samples were not touched.
    pub renamed: u64,
    /// Signals whose samples were copied, because the other id was in use already.
    pub copied: u64,
    /// Samples written by that.
    pub samples: u64,
    /// Samples that were not, because the signal has another value of their time; they stay under the provisional id.
    pub differing: u64,
    /// Damaged chunks of provisional ids that went into the table `quarantine`, so that the sound ones could be copied.
    pub quarantined: u64,
    /// Provisional ids with samples that could not be copied, or not be taken away: those are there as before, and a later
    /// call begins again.
    pub left: Vec<SignalId>,
    /// Why, of the first of these.
    pub why: String,
}

/// What is to be done, in the order in which it was asked for.
#[derive(Default)]
struct Work<'a> {
    renames: Vec<(SignalKey, &'a Adoption)>,
    copies: Vec<(SignalKey, SignalKey)>,
    losses: BTreeMap<SignalKey, &'a [Timestamp]>,
    names: HashMap<SignalKey, &'a SignalId>,
}

impl Work<'_> {
    /// Provisional ids that are copied; each once.
    fn copied(&self) -> Vec<SignalKey> {
        let copied: BTreeSet<SignalKey> = self.copies.iter().map(|(from, _)| *from).collect();
        copied.into_iter().collect()
    }
}

/// What could not be done.
#[derive(Default)]
struct Failed {
    signals: BTreeSet<SignalKey>,
    why: String,
}

impl Failed {
    /// Notes a failure, unless nothing else can be done either.
    fn note(&mut self, signal: SignalKey, error: Error) -> Result<()> {
        if error.is_full() {
            return Err(error);
        }
        tracing::warn!(signal = signal.0, %error, "what was heard before could not be given to its signal");
        if self.signals.is_empty() {
            self.why = error.to_string();
        }
        self.signals.insert(signal);
        Ok(())
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
    /// What is damaged or cannot be read of one id keeps no other from its signal: it is told ([`Adopted::left`]).
    ///
    /// # Errors
    /// When history cannot be read or written at all, or is full. Some may be done by then.
    pub async fn adopt(&self, adoptions: &[Adoption]) -> Result<Adopted> {
        // A signal whose key is reserved is known: it gets copies.
        self.inner.store_reserved().await?;
        let done = self.adopt_all(adoptions).await;
        if let Err(stopped @ Error::Damaged { .. }) = &done {
            let alone = self.inner.maintain().await?;
            let is_mended = rebuild::out_of_the_way(&self.inner, Some(stopped)).await?;
            drop(alone);
            if is_mended {
                return self.adopt_all(adoptions).await;
            }
        }
        done
    }

    async fn adopt_all(&self, adoptions: &[Adoption]) -> Result<Adopted> {
        let mut work = self.work(adoptions).await?;
        self.mark_losses(&work.losses).await?;
        let mut adopted = Adopted::default();
        let mut failed = Failed::default();
        let copied = work.copied();
        // Names stay for good; most of those that were copied once have nothing any more.
        let firsts = self.firsts(&copied).await?;
        work.copies.retain(|(from, _)| firsts.contains_key(from));
        let mut places: BTreeMap<SignalKey, Vec<Place>> = BTreeMap::new();
        for from in work.copied() {
            places.insert(from, self.places(from).await?);
        }
        for (from, to) in &work.copies {
            let copied = self.copy(*from, *to, &mut places, &mut adopted).await;
            match copied {
                Ok(differing) => {
                    adopted.copied += 1;
                    if differing > 0 {
                        places.remove(from);
                    }
                }
                Err(error) => {
                    failed.note(*from, error)?;
                    places.remove(from);
                }
            }
        }
        // After all copies, because it takes the provisional ids away by which a repeated call finds its work.
        work.renames
            .retain(|(from, _)| !failed.signals.contains(from));
        self.rename(&work.renames).await?;
        adopted.renamed = work.renames.len() as u64;
        for (from, _) in &work.renames {
            places.remove(from);
        }
        for (from, copied) in places {
            if let Err(error) = self.take_away(from, &copied).await {
                failed.note(from, error)?;
            }
        }
        let name = |signal| work.names.get(signal).map(|name| (*name).clone());
        adopted.left = failed.signals.iter().filter_map(name).collect();
        adopted.why = failed.why;
        Ok(adopted)
    }

    /// Sorts what is to be renamed and what is to be copied.
    async fn work<'a>(&self, adoptions: &'a [Adoption]) -> Result<Work<'a>> {
        let known: HashMap<SignalId, SignalKey> = self
            .signals()
            .await?
            .into_iter()
            .map(|(key, id)| (id, key))
            .collect();
        let mut work = Work::default();
        let mut given: HashMap<&SignalId, SignalKey> = HashMap::new();
        let mut leaving: BTreeSet<SignalKey> = BTreeSet::new();
        for adoption in adoptions {
            let Some(from) = known.get(&adoption.from).copied() else {
                continue;
            };
            work.names.insert(from, &adoption.from);
            if !adoption.lost.is_empty() {
                work.losses.insert(from, &*adoption.lost);
            }
            let to = known.get(&adoption.to).copied();
            let to = to.or_else(|| given.get(&adoption.to).copied());
            if to.is_none() && leaving.insert(from) {
                given.insert(&adoption.to, from);
                work.renames.push((from, adoption));
                continue;
            }
            let to = match to {
                Some(to) => vec![to],
                None => self.signal_keys(std::slice::from_ref(&adoption.to)).await?,
            };
            // Nothing else may be renamed to it.
            given.extend(to.iter().map(|to| (&adoption.to, *to)));
            let to = to.into_iter().filter(|to| *to != from);
            work.copies.extend(to.map(|to| (from, to)));
        }
        Ok(work)
    }

    /// Copies what one id has to a signal, around what is damaged; gives how many samples differ.
    async fn copy(
        &self,
        from: SignalKey,
        to: SignalKey,
        places: &mut BTreeMap<SignalKey, Vec<Place>>,
        adopted: &mut Adopted,
    ) -> Result<u64> {
        let copied = match self.copy_samples(from, to).await {
            Err(Error::Damaged { .. }) => {
                adopted.quarantined += self.set_aside(from).await?;
                // Before the samples are read once more: what compaction brings meanwhile is not taken away.
                places.insert(from, self.places(from).await?);
                self.copy_samples(from, to).await
            }
            other => other,
        };
        let (written, differing) = copied?;
        self.copy_qualities(from, to).await?;
        adopted.samples += written;
        adopted.differing += differing;
        Ok(differing)
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
