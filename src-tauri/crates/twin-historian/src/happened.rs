//! What happened to one asset, the newest first: links, changes of quality, births, unreadable messages.

use std::{cmp::Reverse, collections::BTreeMap};

use sqlx::{QueryBuilder, Sqlite};
use twin_core::{ConnectionId, Quality, SignalKey, Timestamp};

use crate::{
    error::{Error, Result},
    events::LinkTransition,
    historian::Historian,
    rejects::Reject,
};

/// Names in one statement; more of an asset are asked for part by part.
const NAMES_A_PART: usize = 1_000;

/// Signals whose quality changed at one instant to the same, without a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualityChange {
    /// When.
    pub at: Timestamp,
    /// What their twins showed from then on.
    pub quality: Quality,
    /// The one with the smallest key.
    pub signal: SignalKey,
    /// How many.
    pub signals: u32,
}

impl Historian {
    /// Changes of a connection's link before `before`, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn links_before(
        &self,
        connection: &ConnectionId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<LinkTransition>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT at, state, reason FROM link WHERE connection = ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(before.micros())
        .bind(limit)
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read links"))?;
        let link = |(at, state, reason)| LinkTransition {
            connection: connection.clone(),
            at: Timestamp(at),
            state,
            reason,
        };
        Ok(rows.into_iter().map(link).collect())
    }

    /// Changes of the quality of some signals before `before`, those of one instant and to the same put together, the
    /// newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn quality_changes_before(
        &self,
        signals: &[SignalKey],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<QualityChange>> {
        let telemetry = &self.inner.telemetry;
        // The newest of each signal are enough: what is among the newest instants of all is among its own newest.
        let mut found: BTreeMap<(Reverse<Timestamp>, u8, u8), QualityChange> = BTreeMap::new();
        for signal in signals {
            let rows: Vec<(i64, u8, u8)> = sqlx::query_as(
                "SELECT at, status, reason FROM quality WHERE signal = ? AND at < ? ORDER BY at DESC LIMIT ?",
            )
            .bind(signal.0)
            .bind(before.micros())
            .bind(limit)
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read changes of quality"))?;
            for (at, status, reason) in rows {
                let at = Timestamp(at);
                let change = found
                    .entry((Reverse(at), status, reason))
                    .or_insert(QualityChange {
                        at,
                        quality: Quality::from_bytes([status, reason]),
                        signal: *signal,
                        signals: 0,
                    });
                change.signal = change.signal.min(*signal);
                change.signals += 1;
            }
            while found.len() > limit as usize {
                found.pop_last();
            }
        }
        Ok(found.into_values().collect())
    }

    /// When the kept birth certificates of some topics of a connection came, before `before`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn births_before(
        &self,
        connection: &ConnectionId,
        topics: &[String],
        before: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>> {
        let telemetry = &self.inner.telemetry;
        let mut found = Vec::new();
        for part in topics.chunks(NAMES_A_PART) {
            let mut sql = of_topics(
                "SELECT topic, received FROM birth",
                (connection, part, before),
            );
            let rows: Vec<(String, i64)> = sql
                .build_query_as()
                .persistent(false)
                .fetch_all(&telemetry.readers)
                .await
                .map_err(Error::sql(&telemetry.file, "read births"))?;
            let birth = |(topic, received)| (topic, Timestamp(received));
            found.extend(rows.into_iter().map(birth));
        }
        Ok(found)
    }

    /// Kept messages that could not be read of some topics of a connection, before `before`; without their payloads. Of
    /// each topic the newest, at most `limit`: what is among the newest of all is among its own newest.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn rejects_before(
        &self,
        connection: &ConnectionId,
        topics: &[String],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Reject>> {
        let telemetry = &self.inner.telemetry;
        let mut found = Vec::new();
        for topic in topics {
            let rows: Vec<(String, String, i64)> = sqlx::query_as(
                "SELECT reason, detail, received FROM reject \
                 WHERE connection = ? AND topic = ? AND received < ? ORDER BY received DESC LIMIT ?",
            )
            .bind(connection.as_str())
            .bind(topic)
            .bind(before.micros())
            .bind(limit)
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read rejects"))?;
            let reject = |(reason, detail, received)| Reject {
                connection: connection.clone(),
                topic: topic.clone(),
                reason,
                detail,
                payload: Vec::new(),
                length: None,
                received: Timestamp(received),
            };
            found.extend(rows.into_iter().map(reject));
        }
        Ok(found)
    }
}

fn of_topics(
    what: &'static str,
    (connection, topics, before): (&ConnectionId, &[String], Timestamp),
) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new(what);
    sql.push(" WHERE connection = ");
    sql.push_bind(connection.as_str().to_owned());
    sql.push(" AND received < ");
    sql.push_bind(before.micros());
    sql.push(" AND topic IN (");
    let mut list = sql.separated(", ");
    for topic in topics {
        list.push_bind(topic.clone());
    }
    list.push_unseparated(")");
    sql
}
