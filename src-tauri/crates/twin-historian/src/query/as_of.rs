//! The plant at an instant: what was known then, not what is known now.

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection};
use twin_core::{Quality, SignalKey, Timestamp};

use super::load::snapshot;
use crate::{
    arrivals::ArrivalCache,
    chunks::{ChunkRow, Known, Place, chunk_blob, decode_one, known_at},
    error::{Error, Result},
    historian::{Historian, Inner, signal_key},
    journal::{self, Wanted},
    sample::{Latest, Sample},
};

/// Signals in one statement.
const KEYS_A_STATEMENT: i64 = 256;
/// Connections that share the work.
const SHARES: i64 = 2;

/// One signal at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct AsOf {
    /// Which.
    pub signal: SignalKey,
    /// The newest sample by source time that had been received.
    pub sample: Sample,
    /// How far it was trusted then: the sample's own quality, or what the twin changed it to since its receipt.
    pub quality: Quality,
}

impl Historian {
    /// Every signal that had a sample, in order of key, as the twins showed it at `t`: of the samples with a source
    /// time and a received time at or before `t` the newest by source time, as it was before later corrections; and
    /// the quality that held at `t`.
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk that is needed is damaged.
    pub async fn as_of(&self, t: Timestamp) -> Result<Vec<AsOf>> {
        let inner = &*self.inner;
        let (mut fresh, read_rows_to) = inner.sound_tail(|tail| tail.as_of(None, t)).await?;
        let (left, right) = tokio::join!(share(inner, t, 0), share(inner, t, 1));
        let mut found = left?;
        found.extend(right?);
        if let Some(rows_to) = read_rows_to {
            let mut snapshot = snapshot(inner).await?;
            let wanted = Wanted {
                signal: None,
                rows_to,
                t_from: Timestamp::MIN,
                t_to: t,
            };
            let rows = journal::scan(&inner.telemetry.file, &mut snapshot, wanted).await?;
            let mut older: HashMap<SignalKey, Latest> = HashMap::new();
            for (signal, sample) in rows.into_iter().filter(|(_, s)| s.received <= t) {
                let later = Latest::new(sample);
                let latest = match older.remove(&signal) {
                    Some(known) => known.then(later),
                    None => later,
                };
                older.insert(signal, latest);
            }
            for (signal, known) in older {
                let latest = match fresh.remove(&signal) {
                    Some(later) => known.then(later),
                    None => known,
                };
                fresh.insert(signal, latest);
            }
        }
        let mut all = Vec::with_capacity(found.len());
        for (signal, (stored, change)) in found {
            let fresh = fresh.remove(&signal);
            let sample = match (stored, fresh) {
                (Some(stored), Some(fresh)) => Latest::new(stored).then(fresh).sample,
                (None, Some(fresh)) => fresh.sample,
                (Some(stored), None) => stored,
                (None, None) => continue,
            };
            let quality = match change {
                Some((at, quality)) if at > sample.received => quality,
                _ => sample.quality,
            };
            all.push(AsOf {
                signal,
                sample,
                quality,
            });
        }
        all.sort_by_key(|as_of| as_of.signal);
        Ok(all)
    }
}

type Change = Option<(Timestamp, Quality)>;
type Found = HashMap<SignalKey, (Option<Sample>, Change)>;

/// Every signal of one half of the keys: the newest stored sample, and the newest change of quality.
async fn share(inner: &Inner, t: Timestamp, share: i64) -> Result<Found> {
    let read = Error::sql(&inner.telemetry.file, "read the plant at an instant");
    let mut snapshot = snapshot(inner).await?;
    let keys: i64 = sqlx::query_scalar("SELECT coalesce(max(key) + 1, 0) FROM signal")
        .fetch_one(&mut *snapshot)
        .await
        .map_err(&read)?;
    let mut found = Found::new();
    let mut cache = ArrivalCache::default();
    let step = KEYS_A_STATEMENT * SHARES;
    for first in (share * KEYS_A_STATEMENT..keys).step_by(step as usize) {
        let rows = sqlx::query(
            "SELECT s.key, c.t_min, d.data, c.t_max, q.at, q.status, q.reason FROM signal AS s \
             LEFT JOIN chunk AS c ON c.signal = s.key AND c.t_min = \
             (SELECT max(t_min) FROM chunk WHERE signal = s.key AND t_min <= ?1) \
             LEFT JOIN chunk_data AS d ON d.id = c.data \
             LEFT JOIN quality AS q ON q.signal = s.key AND q.at = \
             (SELECT max(at) FROM quality WHERE signal = s.key AND at <= ?1) \
             WHERE s.key >= ?2 AND s.key < ?3",
        );
        let rows = rows
            .bind(t.micros())
            .bind(first)
            .bind(first + KEYS_A_STATEMENT);
        let rows = rows.fetch_all(&mut *snapshot).await.map_err(&read)?;
        for row in &rows {
            let signal = signal_key(row.try_get(0).map_err(&read)?)?;
            let change = change(row).map_err(&read)?;
            let mut stored = None;
            if let Some(t_min) = row.try_get::<Option<i64>, _>(1).map_err(&read)? {
                let blob: Option<Vec<u8>> = row.try_get(2).map_err(&read)?;
                let place = Place {
                    signal: i64::from(signal.0),
                    t_min: Timestamp(t_min),
                };
                let blob = blob.ok_or_else(|| place.missing())?;
                stored = search(inner, &mut snapshot, &mut cache, place, blob, t).await?;
            }
            found.insert(signal, (stored, change));
        }
    }
    Ok(found)
}

fn change(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Change> {
    let Some(at) = row.try_get::<Option<i64>, _>(4)? else {
        return Ok(None);
    };
    let byte = |column: usize| -> sqlx::Result<u8> {
        let code: i64 = row.try_get(column)?;
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    };
    let quality = Quality::from_bytes([byte(5)?, byte(6)?]);
    Ok(Some((Timestamp(at), quality)))
}

/// The newest sample with source time and received time at or before `t`: in `row`, else in the chunks before it.
async fn search(
    inner: &Inner,
    connection: &mut SqliteConnection,
    cache: &mut ArrivalCache,
    mut place: Place,
    mut blob: Vec<u8>,
    t: Timestamp,
) -> Result<Option<Sample>> {
    let signal = place.signal;
    let mut passed = false;
    let mut sample = None;
    loop {
        match known_at(inner, connection, cache, (place, &blob), t).await? {
            Known::Sample(found) => {
                sample = Some(found);
                break;
            }
            Known::SampleBehindLater(found) => {
                passed = true;
                sample = Some(found);
                break;
            }
            Known::Nothing => passed = true,
        }
        match chunk_before(inner, connection, signal, place.t_min).await? {
            Some(before) => {
                blob = chunk_blob(inner, connection, &before).await?;
                place = before.begin();
            }
            None => break,
        }
    }
    if !passed {
        return Ok(sample);
    }
    // A sample that was received later may have replaced one that was known at `t`.
    let from = sample.as_ref().map_or(Timestamp::MIN, |sample| sample.time);
    let replaced = replaced_since(inner, connection, signal, from, t).await?;
    Ok(match (sample, replaced) {
        (Some(sample), Some(replaced)) if replaced.time > sample.time => Some(replaced),
        (Some(sample), _) => Some(sample),
        (None, replaced) => replaced,
    })
}

async fn chunk_before(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: i64,
    t_min: Timestamp,
) -> Result<Option<ChunkRow>> {
    let read = Error::sql(&inner.telemetry.file, "read chunk statistics");
    let row = sqlx::query(
        "SELECT * FROM chunk WHERE signal = ? AND t_min < ? ORDER BY t_min DESC LIMIT 1",
    );
    let row = row.bind(signal).bind(t_min.micros());
    let row = row.fetch_optional(connection).await.map_err(&read)?;
    row.map(|row| ChunkRow::read(&row).map_err(&read))
        .transpose()
}

/// The newest sample in `from..=t` that was known at `t` and replaced after it.
async fn replaced_since(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: i64,
    from: Timestamp,
    t: Timestamp,
) -> Result<Option<Sample>> {
    let old: Option<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT old, old_received FROM correction WHERE signal = ?1 AND time >= ?2 AND time <= ?3 \
         AND old_received <= ?3 AND new_received > ?3 ORDER BY time DESC, id LIMIT 1",
    )
    .bind(signal)
    .bind(from.micros())
    .bind(t.micros())
    .fetch_optional(connection)
    .await
    .map_err(Error::sql(&inner.telemetry.file, "read corrections"))?;
    old.map(|(blob, received)| {
        decode_one((signal, &blob), Timestamp(received))
            .map_err(|malformed| malformed.of(format!("a correction of signal {signal}")))
    })
    .transpose()
}
