//! Numbers of signals: what everything else in the files calls them.
//!
//! While a file cannot grow, new signals can have their keys **reserved**: in memory alone, as they will be stored. Whatever
//! stores something of a signal stores the reserved keys first, so that no file ever has a key without its name, and a
//! program that dies before leaves nothing of them.

use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
};

use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, SqlitePool};
use twin_core::{SignalId, SignalKey};

use crate::{
    database::Durability,
    error::{Error, Result},
    historian::{Historian, Inner, signal_key},
};

/// Names of signals that are numbered or renamed in one transaction.
pub(crate) const NAMES_A_PART: usize = 256;

impl Historian {
    /// The keys of signals, in the order asked; new ones are numbered on from the last, and kept for ever.
    ///
    /// # Errors
    /// When they cannot be stored; some may be, and keep their keys. May be repeated.
    pub async fn signal_keys(&self, ids: &[SignalId]) -> Result<Vec<SignalKey>> {
        let telemetry = &self.inner.telemetry;
        let fail = Error::sql(&telemetry.file, "number signals");
        let mut keys = self.known_keys(ids).await?;
        let mut new: Vec<&SignalId> = ids.iter().collect();
        new.retain(|id| !keys.contains_key(id.as_str()));
        // In parts: appends go on in between.
        for part in new.chunks(NAMES_A_PART) {
            let mut writer = telemetry.writer.lock().await;
            writer.begin(Durability::Full).await?;
            // No key is given twice.
            let reserved = self.inner.reserved().clone();
            let numbered = put_reserved(writer.connection(), &reserved).await;
            let numbered = match numbered {
                Ok(()) => number_signals(writer.connection(), part).await,
                Err(error) => Err(error),
            };
            keys.extend(writer.end(numbered.map_err(&fail)).await?);
        }
        let reserved: HashSet<i64> = self.inner.reserved().iter().map(|(key, _)| *key).collect();
        let row = |id: &SignalId| Some((*keys.get(id.as_str())?, id.as_str().to_owned()));
        let mut rows: Vec<(i64, String)> = ids.iter().filter_map(row).collect();
        rows.retain(|(key, _)| !reserved.contains(key));
        crate::alarms::copy_signals(&self.inner.alarms, &rows).await?;
        in_order(ids, &keys)
    }

    /// [`signal_keys`](Self::signal_keys) for a start: when a file cannot grow, new signals get the keys that they will have, and
    /// these are stored before anything of the signals is.
    ///
    /// # Errors
    /// When the files cannot be read, or not be written for another reason.
    pub async fn signal_keys_at_start(&self, ids: &[SignalId]) -> Result<Vec<SignalKey>> {
        match self.signal_keys(ids).await {
            Err(full @ Error::Full { .. }) => {
                tracing::warn!(%full, "new signals are numbered and not stored yet");
                self.reserve(ids).await
            }
            done => done,
        }
    }

    async fn reserve(&self, ids: &[SignalId]) -> Result<Vec<SignalKey>> {
        let telemetry = &self.inner.telemetry;
        // Nobody gives a key meanwhile.
        let mut writer = telemetry.writer.lock().await;
        writer.ready(Durability::Full).await?;
        let next: i64 = sqlx::query_scalar("SELECT coalesce(max(key) + 1, 0) FROM signal")
            .fetch_one(writer.connection())
            .await
            .map_err(Error::sql(&telemetry.file, "read signals"))?;
        let mut keys = self.known_keys(ids).await?;
        let mut reserved = self.inner.reserved();
        let mut noted: HashSet<i64> = reserved.iter().map(|(key, _)| *key).collect();
        let mut next = noted.iter().map(|key| key + 1).max().unwrap_or(0).max(next);
        for id in ids {
            let key = *keys.entry(id.as_str()).or_insert(next);
            next = next.max(key + 1);
            // Those that are stored too: their copy in the other file may be what there was no room for.
            if noted.insert(key) {
                reserved.push((key, id.clone()));
            }
        }
        in_order(ids, &keys)
    }

    /// Of some names the keys of those that have one, stored or reserved.
    async fn known_keys<'a>(&self, ids: &'a [SignalId]) -> Result<HashMap<&'a str, i64>> {
        let telemetry = &self.inner.telemetry;
        let mut keys: HashMap<&str, i64> = HashMap::new();
        for part in ids.chunks(NAMES_A_PART) {
            let known = known_signals(&telemetry.readers, part);
            let known = known
                .await
                .map_err(Error::sql(&telemetry.file, "read signals"))?;
            let key_of = |id: &'a SignalId| Some((id.as_str(), *known.get(id.as_str())?));
            keys.extend(part.iter().filter_map(key_of));
        }
        let reserved = self.inner.reserved();
        if !reserved.is_empty() {
            let reserved: HashMap<&str, i64> = reserved
                .iter()
                .map(|(key, id)| (id.as_str(), *key))
                .collect();
            let key_of = |id: &'a SignalId| Some((id.as_str(), *reserved.get(id.as_str())?));
            keys.extend(ids.iter().filter_map(key_of));
        }
        Ok(keys)
    }

    /// All signals that were ever numbered.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn signals(&self) -> Result<Vec<(SignalKey, SignalId)>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, String)> = sqlx::query_as("SELECT key, id FROM signal ORDER BY key")
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read signals"))?;
        rows.into_iter()
            .map(|(key, id)| Ok((signal_key(key)?, id.into())))
            .collect()
    }
}

impl Inner {
    fn reserved(&self) -> MutexGuard<'_, Vec<(i64, SignalId)>> {
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the reserved keys, if there are any: before anything of their signals is stored.
    pub(crate) async fn store_reserved(&self) -> Result<()> {
        let reserved = self.reserved().clone();
        if reserved.is_empty() {
            return Ok(());
        }
        let fail = Error::sql(&self.telemetry.file, "number signals");
        let mut writer = self.telemetry.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let stored = put_reserved(writer.connection(), &reserved).await;
        writer.end(stored.map_err(fail)).await?;
        drop(writer);
        let rows = reserved
            .iter()
            .map(|(key, id)| (*key, id.as_str().to_owned()));
        let rows: Vec<(i64, String)> = rows.collect();
        crate::alarms::copy_signals(&self.alarms, &rows).await?;
        let stored: HashSet<i64> = reserved.iter().map(|(key, _)| *key).collect();
        self.reserved().retain(|(key, _)| !stored.contains(key));
        Ok(())
    }
}

fn in_order(ids: &[SignalId], keys: &HashMap<&str, i64>) -> Result<Vec<SignalKey>> {
    let key = |id: &SignalId| keys.get(id.as_str()).map(|key| signal_key(*key));
    ids.iter().filter_map(key).collect()
}

/// Of some names the keys of those that have one.
async fn known_signals(
    readers: &SqlitePool,
    ids: &[SignalId],
) -> sqlx::Result<HashMap<String, i64>> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT id, key FROM signal WHERE id IN (");
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id.as_str());
    }
    list.push_unseparated(")");
    let found = sql.build_query_as().persistent(false).fetch_all(readers);
    Ok(found.await?.into_iter().collect())
}

/// May be repeated.
async fn put_reserved(
    connection: &mut SqliteConnection,
    reserved: &[(i64, SignalId)],
) -> sqlx::Result<()> {
    for (key, id) in reserved {
        sqlx::query("INSERT INTO signal (key, id) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(key)
            .bind(id.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn number_signals<'a>(
    connection: &mut SqliteConnection,
    ids: &[&'a SignalId],
) -> sqlx::Result<Vec<(&'a str, i64)>> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let insert = sqlx::query(
            "INSERT INTO signal (key, id) SELECT coalesce(max(key) + 1, 0), ?1 FROM signal WHERE true \
             ON CONFLICT (id) DO NOTHING",
        );
        insert.bind(id.as_str()).execute(&mut *connection).await?;
        let row = sqlx::query("SELECT key FROM signal WHERE id = ?").bind(id.as_str());
        let row = row.fetch_one(&mut *connection).await?;
        rows.push((id.as_str(), row.try_get(0)?));
    }
    Ok(rows)
}
