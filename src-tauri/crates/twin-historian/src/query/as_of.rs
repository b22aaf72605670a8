//! The plant at an instant: what was known then, not what is known now.

use std::collections::{HashMap, HashSet};

use sqlx::SqliteConnection;
use twin_core::{Quality, SignalKey, Timestamp};

use super::{known::known_at, load::snapshot};
use crate::{
    arrivals::ArrivalCache,
    bytes::Malformed,
    chunks::{ChunkRow, chunk_blob, decode_one, opened},
    error::{Error, Result, Unproven},
    events::quality_proof,
    historian::{Historian, Inner, signal_key},
    journal::{self, offer},
    sample::{Latest, Sample},
};

/// Signals in one statement.
const KEYS_A_STATEMENT: i64 = 128;
/// Chunks of more bytes are read apart, so that what is in memory at a time stays bounded.
const BLOB_BYTES_MAX: i64 = 65_536;
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
    /// Since when: the receipt of the sample, or that change.
    pub since: Timestamp,
}

impl Historian {
    /// Every signal that had a sample, in order of key, as the twins showed it at `t`: of the samples with a source
    /// time and a received time at or before `t` the newest by source time, as it was before later corrections; and
    /// the quality that held at `t`.
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk that is needed is damaged.
    pub async fn as_of(&self, t: Timestamp) -> Result<Vec<AsOf>> {
        self.then(t, None).await
    }

    /// [`as_of`](Self::as_of) of some signals alone: what only they need is read of the others.
    ///
    /// # Errors
    /// As [`as_of`](Self::as_of).
    pub async fn as_of_signals(&self, t: Timestamp, signals: &[SignalKey]) -> Result<Vec<AsOf>> {
        let mut signals = signals.to_vec();
        signals.sort_unstable();
        self.then(t, Some(&signals)).await
    }

    /// `wanted`: keys in order; none: every one.
    async fn then(&self, t: Timestamp, wanted: Option<&[SignalKey]>) -> Result<Vec<AsOf>> {
        let inner = &*self.inner;
        let (mut fresh, read_rows_to) = inner.sound_tail(|tail| tail.as_of(None, t)).await?;
        let shares = [0, 1].map(|share| Share { t, share, wanted });
        let (left, right) = tokio::join!(shares[0].read(inner), shares[1].read(inner));
        let (mut stored, mut changes) = left?;
        let (more_stored, more_changes) = right?;
        stored.extend(more_stored);
        changes.extend(more_changes);
        if let Some(rows_to) = read_rows_to {
            let mut snapshot = snapshot(inner).await?;
            let file = &inner.telemetry.file;
            let mut newest = journal::scan_newest(file, &mut snapshot, rows_to, t).await?;
            for (signal, latest) in fresh {
                offer(&mut newest, signal, latest);
            }
            fresh = newest;
        }
        fresh.retain(|signal, _| is_wanted(wanted, *signal));
        for (signal, sample) in &mut stored {
            if let Some(fresh) = fresh.remove(signal) {
                *sample = Latest::new(sample.clone()).then(fresh).sample;
            }
        }
        stored.extend(
            fresh
                .into_iter()
                .map(|(signal, latest)| (signal, latest.sample)),
        );
        stored.sort_unstable_by_key(|(signal, _)| *signal);
        let shown = stored.into_iter().map(|(signal, sample)| {
            let (since, quality) = match changes.get(&signal) {
                Some((at, quality)) if *at > sample.received => (*at, *quality),
                _ => (sample.received, sample.quality),
            };
            AsOf {
                signal,
                sample,
                quality,
                since,
            }
        });
        Ok(shown.collect())
    }
}

/// The newest stored samples of signals, each once.
type Stored = Vec<(SignalKey, Sample)>;
/// The newest change of quality of those signals that had one.
type Changes = HashMap<SignalKey, (Timestamp, Quality)>;

/// Newest chunks at an instant of some signals, as one row: rows cost more than what is in them. Their keys, data ids and
/// first instants, the length of each chunk's bytes (-1: too many, or missing), and all bytes one after the other; they are joined as text, which SQLite
/// takes as it is, and the checksum of each chunk tells if it did not.
const NEWEST: &str = "WITH newest AS MATERIALIZED (SELECT s.key AS key, \
    (SELECT c.data || ',' || c.t_min FROM chunk AS c WHERE c.signal = s.key AND c.t_min <= ?1 \
     ORDER BY c.t_min DESC LIMIT 1) AS place \
    FROM signal AS s WHERE s.key >= ?2 AND s.key < ?3) \
    SELECT group_concat(n.key || ',' || n.place, ';'), group_concat(CASE WHEN length(d.data) <= ?4 THEN length(d.data) ELSE -1 END), \
    CAST(group_concat(CASE WHEN length(d.data) <= ?4 THEN d.data END, '') AS BLOB) \
    FROM newest AS n LEFT JOIN chunk_data AS d ON d.id = CAST(n.place AS INTEGER) WHERE n.place IS NOT NULL";

/// What [`NEWEST`] gives: all none when no signal has a chunk.
type NewestRow = (Option<String>, Option<String>, Option<Vec<u8>>);

fn is_wanted(wanted: Option<&[SignalKey]>, signal: SignalKey) -> bool {
    wanted.is_none_or(|wanted| wanted.binary_search(&signal).is_ok())
}

/// One half of the work: every other range of keys.
struct Share<'a> {
    t: Timestamp,
    share: i64,
    /// Keys in order; none: every one.
    wanted: Option<&'a [SignalKey]>,
}

impl Share<'_> {
    /// Every signal of its keys: the newest stored sample, and the newest change of quality.
    async fn read(&self, inner: &Inner) -> Result<(Stored, Changes)> {
        let t = self.t;
        let read = Error::sql(&inner.telemetry.file, "read the plant at an instant");
        let mut snapshot = snapshot(inner).await?;
        let keys: i64 = sqlx::query_scalar("SELECT coalesce(max(key) + 1, 0) FROM signal")
            .fetch_one(&mut *snapshot)
            .await
            .map_err(&read)?;
        let mut instant = Instant {
            inner,
            t,
            cache: ArrivalCache::default(),
            corrected: None,
        };
        let mut stored = Vec::with_capacity((keys / SHARES + KEYS_A_STATEMENT) as usize);
        let step = KEYS_A_STATEMENT * SHARES;
        let ranges = (self.share * KEYS_A_STATEMENT..keys).step_by(step as usize);
        for first in ranges.filter(|first| self.wants_of(*first)) {
            let newest = sqlx::query_as(NEWEST)
                .bind(t.micros())
                .bind(first)
                .bind(first + KEYS_A_STATEMENT)
                .bind(BLOB_BYTES_MAX);
            let (keys, lengths, blobs): NewestRow =
                newest.fetch_one(&mut *snapshot).await.map_err(&read)?;
            let (keys, lengths) = (keys.unwrap_or_default(), lengths.unwrap_or_default());
            let mut blobs = blobs.as_deref().unwrap_or_default();
            for (place, length) in keys.split(';').zip(lengths.split(',')) {
                let mut place = place.split(',').map(str::parse::<i64>);
                let (Some(Ok(key)), _, Some(Ok(begin))) =
                    (place.next(), place.next(), place.next())
                else {
                    continue;
                };
                let length = length.parse::<usize>().ok();
                let blob = length.and_then(|length| blobs.split_off(..length));
                let signal = signal_key(key)?;
                if !is_wanted(self.wanted, signal) {
                    continue;
                }
                let found = instant.newest(&mut snapshot, key, begin, blob).await?;
                if let Some(sample) = found {
                    stored.push((signal, sample));
                }
            }
        }
        let changes = changes(inner, &mut snapshot, t, self.share).await?;
        Ok((stored, changes))
    }

    /// Whether a wanted key is among those of the statement that begins with `first`.
    fn wants_of(&self, first: i64) -> bool {
        self.wanted.is_none_or(|wanted| {
            let from = wanted.partition_point(|key| i64::from(key.0) < first);
            let next = wanted.get(from);
            next.is_some_and(|key| i64::from(key.0) < first + KEYS_A_STATEMENT)
        })
    }
}

/// The newest changes of quality of one half of the keys: from one signal that had some to the next.
async fn changes(
    inner: &Inner,
    connection: &mut SqliteConnection,
    t: Timestamp,
    share: i64,
) -> Result<Changes> {
    let read = Error::sql(&inner.telemetry.file, "read changes of quality");
    let rows: Vec<(i64, i64, u8, u8, i64)> = sqlx::query_as(
        "WITH RECURSIVE changed (signal) AS (SELECT min(signal) FROM quality UNION ALL \
         SELECT (SELECT min(q.signal) FROM quality AS q WHERE q.signal > changed.signal) FROM changed \
         WHERE changed.signal IS NOT NULL) \
         SELECT q.signal, q.at, q.status, q.reason, q.proof FROM changed CROSS JOIN quality AS q \
         WHERE changed.signal % ?2 = ?3 AND q.signal = changed.signal \
         AND q.at = (SELECT max(at) FROM quality WHERE signal = changed.signal AND at <= ?1)",
    )
    .bind(t.micros())
    .bind(SHARES)
    .bind(share)
    .fetch_all(connection)
    .await
    .map_err(&read)?;
    rows.into_iter()
        .map(|(signal, at, status, reason, proof)| {
            let (signal, at) = (signal_key(signal)?, Timestamp(at));
            let quality = Quality::from_bytes([status, reason]);
            if proof != quality_proof(signal, at, quality) {
                let place = format!(
                    "the change of quality of signal {} at {} µs",
                    signal.0,
                    at.micros()
                );
                return Err(read(Unproven { place }.into_sql()));
            }
            Ok((signal, (at, quality)))
        })
        .collect()
}

/// One half of a query.
struct Instant<'a> {
    inner: &'a Inner,
    t: Timestamp,
    cache: ArrivalCache,
    /// Signals that ever had a sample corrected; none: not asked yet.
    corrected: Option<HashSet<i64>>,
}

impl Instant<'_> {
    /// The newest sample with source time and received time at or before the instant: in the newest chunk, of which these
    /// are the bytes if they could be had, else in the chunks before it.
    async fn newest(
        &mut self,
        connection: &mut SqliteConnection,
        signal: i64,
        begin: i64,
        blob: Option<&[u8]>,
    ) -> Result<Option<Sample>> {
        // One that begins elsewhere than its row says is damaged there: the row is read with its checksum below.
        let first = blob
            .and_then(|blob| opened(signal, blob).ok())
            .filter(|chunk| chunk.page_starts().first() == Some(&begin));
        let mut before = self.t.micros();
        let mut passed = false;
        let mut sample = None;
        if let Some(chunk) = first {
            let (inner, t, cache) = (self.inner, self.t, &mut self.cache);
            // A damaged one is read once more below, which says where it is.
            if let Ok(known) = known_at(inner, connection, cache, &chunk, t).await? {
                (passed, sample) = (known.passed, known.sample);
                if sample.is_none() {
                    passed = true;
                    before = chunk
                        .page_starts()
                        .first()
                        .map_or(i64::MIN, |start| start.saturating_sub(1));
                }
            }
        }
        while sample.is_none() {
            let Some(row) = self.chunk_upto(connection, signal, before).await? else {
                break;
            };
            let blob = chunk_blob(self.inner, connection, &row).await?;
            let damaged = |malformed: Malformed| malformed.of(row.place());
            let chunk = opened(signal, &blob).map_err(damaged)?;
            let (inner, t, cache) = (self.inner, self.t, &mut self.cache);
            let known = known_at(inner, connection, cache, &chunk, t)
                .await?
                .map_err(damaged)?;
            passed |= known.passed || known.sample.is_none();
            sample = known.sample;
            let Some(earlier) = row.statistics.t_min.micros().checked_sub(1) else {
                break;
            };
            before = earlier;
        }
        if !passed || !self.was_corrected(connection, signal).await? {
            return Ok(sample);
        }
        // A sample that was received later may have replaced one that was known at the instant.
        let from = sample.as_ref().map_or(Timestamp::MIN, |sample| sample.time);
        let replaced = replaced_since(self.inner, connection, signal, from, self.t).await?;
        Ok(match (sample, replaced) {
            (Some(sample), Some(replaced)) if replaced.time > sample.time => Some(replaced),
            (Some(sample), _) => Some(sample),
            (None, replaced) => replaced,
        })
    }

    /// Whether a sample of the signal was ever corrected: asked once for all, for it may matter to all of them.
    async fn was_corrected(
        &mut self,
        connection: &mut SqliteConnection,
        signal: i64,
    ) -> Result<bool> {
        if let Some(corrected) = &self.corrected {
            return Ok(corrected.contains(&signal));
        }
        let signals: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT signal FROM correction")
            .fetch_all(connection)
            .await
            .map_err(Error::sql(&self.inner.telemetry.file, "read corrections"))?;
        let corrected = self.corrected.insert(signals.into_iter().collect());
        Ok(corrected.contains(&signal))
    }

    /// The chunk that begins last at or before a time.
    async fn chunk_upto(
        &self,
        connection: &mut SqliteConnection,
        signal: i64,
        time: i64,
    ) -> Result<Option<ChunkRow>> {
        let read = Error::sql(&self.inner.telemetry.file, "read chunk statistics");
        let row = sqlx::query(
            "SELECT * FROM chunk WHERE signal = ? AND t_min <= ? ORDER BY t_min DESC LIMIT 1",
        );
        let row = row.bind(signal).bind(time);
        let row = row.fetch_optional(connection).await.map_err(&read)?;
        row.map(|row| ChunkRow::read(&row).map_err(&read))
            .transpose()
    }
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
