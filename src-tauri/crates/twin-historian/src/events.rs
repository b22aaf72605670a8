//! What happened besides samples: kept birth certificates, links, changes of quality, corrections.

use std::collections::BTreeSet;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use twin_core::{ConnectionId, Quality, SignalKey, Timestamp};

use crate::{
    chunk::Chunk,
    error::{Error, Result},
    historian::Historian,
    sample::Sample,
};

/// Birth certificates kept for one connection; past it the ones received longest ago go.
pub const BIRTHS_MAX: i64 = 10_000;
/// Corrections kept; past it those that were made longest ago go.
pub const CORRECTIONS_KEPT: i64 = 100_000;

/// A kept birth certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Birth {
    /// MQTT topic.
    pub topic: String,
    /// The message as it came.
    pub payload: Vec<u8>,
    /// When.
    pub received: Timestamp,
}

/// A change of a connection's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTransition {
    /// Which connection.
    pub connection: ConnectionId,
    /// When.
    pub at: Timestamp,
    /// The state it came to, such as `up`.
    pub state: String,
    /// Why, in words; may be empty.
    pub reason: String,
}

/// The quality of a signal's twin changed without a sample (no data, link lost, link back): holds from `at` until the
/// next sample is received or the next transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualityTransition {
    /// Which signal.
    pub signal: SignalKey,
    /// When.
    pub at: Timestamp,
    /// What its twin shows from then on.
    pub quality: Quality,
}

/// A sample that another value or quality of the same source time replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Which signal.
    pub signal: SignalKey,
    /// The sample as it was before.
    pub old: Sample,
    /// When the message with the new one was received.
    pub new_received: Timestamp,
    /// Corrections of the same source time in between of which no note is kept: at most 1,000 of one compaction step are.
    pub skipped: u64,
}

/// A correction to be stored; times in µs.
pub(crate) struct NewCorrection {
    pub signal: SignalKey,
    pub time: i64,
    /// The old sample as a chunk of one.
    pub old: Vec<u8>,
    pub old_received: i64,
    pub new_received: i64,
    pub skipped: u64,
}

impl Historian {
    /// Corrections of samples of `signal` in `t0..t1`, in order of source time, those of one time in order of arrival. The
    /// newest [`CORRECTIONS_KEPT`] are known.
    ///
    /// # Errors
    /// When they cannot be read, or one is damaged.
    pub async fn corrections(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
    ) -> Result<Vec<Correction>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(Vec<u8>, i64, i64, i64)> = sqlx::query_as(
            "SELECT old, old_received, new_received, skipped FROM correction \
             WHERE signal = ? AND time >= ? AND time < ? ORDER BY time, id",
        )
        .bind(signal.0)
        .bind(t0.micros())
        .bind(t1.micros())
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read corrections"))?;
        let mut corrections = Vec::with_capacity(rows.len());
        for (blob, old_received, new_received, skipped) in rows {
            let old = Chunk::of(signal, &blob)
                .and_then(|chunk| chunk.samples(0..1, &[old_received]))
                .map_err(|why| why.of(format!("a correction of signal {}", signal.0)))?;
            corrections.extend(old.into_iter().next().map(|old| Correction {
                signal,
                old,
                new_received: Timestamp(new_received),
                skipped: skipped.cast_unsigned(),
            }));
        }
        Ok(corrections)
    }

    /// When the quality of any signal last changed without a sample; none when none ever did.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn newest_quality(&self) -> Result<Option<Timestamp>> {
        let telemetry = &self.inner.telemetry;
        let newest: Option<i64> = sqlx::query_scalar(
            "SELECT max((SELECT max(at) FROM quality WHERE signal = s.key)) FROM signal s",
        )
        .fetch_one(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read changes of quality"))?;
        Ok(newest.map(Timestamp))
    }

    /// Birth certificates of a connection, those received first first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn births(&self, connection: &ConnectionId) -> Result<Vec<Birth>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(String, Vec<u8>, i64)> = sqlx::query_as(
            "SELECT topic, payload, received FROM birth WHERE connection = ? ORDER BY received, topic",
        )
        .bind(connection.as_str())
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read births"))?;
        let birth = |(topic, payload, received)| Birth {
            topic,
            payload,
            received: Timestamp(received),
        };
        Ok(rows.into_iter().map(birth).collect())
    }

    /// Changes of all links in `t0..t1`, and of each connection the last one before `t0`; in order of time.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn links(&self, t0: Timestamp, t1: Timestamp) -> Result<Vec<LinkTransition>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(String, i64, String, String)> = sqlx::query_as(
            "SELECT connection, at, state, reason FROM link WHERE (at >= ?1 AND at < ?2) OR id IN \
             (SELECT (SELECT id FROM link AS l WHERE l.connection = c.connection AND l.at < ?1 \
              ORDER BY l.at DESC, l.id DESC LIMIT 1) FROM (SELECT DISTINCT connection FROM link) AS c) \
             ORDER BY at, id",
        )
        .bind(t0.micros())
        .bind(t1.micros())
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read links"))?;
        let link = |(connection, at, state, reason): (String, i64, _, _)| LinkTransition {
            connection: connection.into(),
            at: Timestamp(at),
            state,
            reason,
        };
        Ok(rows.into_iter().map(link).collect())
    }
}

pub(crate) async fn put_births(
    connection: &mut SqliteConnection,
    births: &[(ConnectionId, Birth)],
) -> sqlx::Result<()> {
    for (id, birth) in births {
        sqlx::query(
            "INSERT OR REPLACE INTO birth (connection, topic, received, payload) VALUES (?, ?, ?, ?)",
        )
        .bind(id.as_str())
        .bind(&birth.topic)
        .bind(birth.received.micros())
        .bind(&birth.payload)
        .execute(&mut *connection)
        .await?;
    }
    // Once a group: counting and sorting for every birth would be quadratic within the writer's transaction.
    let connections: BTreeSet<&str> = births.iter().map(|(id, _)| id.as_str()).collect();
    for id in connections {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM birth WHERE connection = ?")
            .bind(id)
            .fetch_one(&mut *connection)
            .await?;
        if count > BIRTHS_MAX {
            // In the order of the index by time of receipt.
            sqlx::query(
                "DELETE FROM birth WHERE connection = ?1 AND topic IN (SELECT topic FROM birth \
                 WHERE connection = ?1 ORDER BY received, topic LIMIT ?2)",
            )
            .bind(id)
            .bind(count - BIRTHS_MAX)
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

pub(crate) async fn put_links(
    connection: &mut SqliteConnection,
    links: &[LinkTransition],
) -> sqlx::Result<()> {
    for link in links {
        sqlx::query("INSERT INTO link (connection, at, state, reason) VALUES (?, ?, ?, ?)")
            .bind(link.connection.as_str())
            .bind(link.at.micros())
            .bind(&link.state)
            .bind(&link.reason)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Rows in one statement; SQLite takes 32,766 parameters.
const ROWS_A_STATEMENT: usize = 1_000;

/// The checksum of a row of `quality`: CRC-32, signed.
pub(crate) fn quality_proof(signal: SignalKey, at: Timestamp, quality: Quality) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&signal.0.to_le_bytes());
    hasher.update(&at.micros().to_le_bytes());
    hasher.update(&[quality.status as u8, quality.reason as u8]);
    i64::from(hasher.finalize().cast_signed())
}

pub(crate) async fn put_qualities(
    connection: &mut SqliteConnection,
    qualities: &[QualityTransition],
) -> sqlx::Result<()> {
    for part in qualities.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT OR REPLACE INTO quality (signal, at, status, reason, proof) ",
        );
        sql.push_values(part, |mut values, transition| {
            let QualityTransition {
                signal,
                at,
                quality,
            } = transition;
            values
                .push_bind(signal.0)
                .push_bind(at.micros())
                .push_bind(quality.status as i64)
                .push_bind(quality.reason as i64)
                .push_bind(quality_proof(*signal, *at, *quality));
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

pub(crate) async fn put_corrections(
    connection: &mut SqliteConnection,
    corrections: &[NewCorrection],
) -> sqlx::Result<()> {
    for part in corrections.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO correction (signal, time, old, old_received, new_received, skipped) ",
        );
        sql.push_values(part, |mut values, correction| {
            values
                .push_bind(correction.signal.0)
                .push_bind(correction.time)
                .push_bind(correction.old.as_slice())
                .push_bind(correction.old_received)
                .push_bind(correction.new_received)
                .push_bind(correction.skipped.cast_signed());
        });
        sql.build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;
    }
    if !corrections.is_empty() {
        sqlx::query("DELETE FROM correction WHERE id <= (SELECT max(id) FROM correction) - ?")
            .bind(CORRECTIONS_KEPT)
            .execute(connection)
            .await?;
    }
    Ok(())
}
