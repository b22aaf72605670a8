//! Alarms at an instant of the past, told from the transitions up to it.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Sqlite};
use twin_core::{
    OccurrenceId, Timestamp,
    alarm::{AlarmState, AlarmTransition, Cause, StandingAlarm},
};

use super::{
    KEYS_A_PART,
    record::{AlarmRecord, numbered},
};
use crate::{
    database::Database,
    error::{Error, Result},
};

/// Spans in one answer of [`Alarms::raised`](super::Alarms::raised) at most.
pub const SPANS_MAX: u32 = 1_024;
/// Longest range that is cut into spans, µs: some 35 years, so that no product overflows.
const RANGE_MAX: i64 = 1 << 50;

/// What was raised within a short span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// When the first of it was raised.
    pub at: Timestamp,
    /// The most urgent priority, 1 to 4.
    pub priority: u8,
    /// How many times something was raised.
    pub count: u64,
}

/// Occurrences whose rule had them standing at `?1`: from one rule that was ever raised to the next.
const STANDING: &str = "WITH RECURSIVE named (rule) AS (SELECT min(rule) FROM transition UNION ALL \
    SELECT (SELECT min(t.rule) FROM transition AS t WHERE t.rule > named.rule) FROM named \
    WHERE named.rule IS NOT NULL) \
    SELECT t.occurrence FROM named CROSS JOIN transition AS t WHERE t.seq = (SELECT n.seq FROM transition AS n \
    WHERE n.rule = named.rule AND n.at <= ?1 ORDER BY n.at DESC, n.seq DESC LIMIT 1) AND t.to_state <> 'normal'";

/// Occurrences by their newest transition at or before `?1`, newest first, behind the transition `?2`.
const HISTORY: &str = "SELECT t.occurrence FROM transition AS t WHERE t.at <= ?1 \
    AND (?2 IS NULL OR (t.at, t.seq) < (SELECT b.at, b.seq FROM transition AS b WHERE b.seq = ?2)) \
    AND NOT EXISTS (SELECT 1 FROM transition AS n WHERE n.occurrence = t.occurrence AND n.at <= ?1 \
    AND (n.at, n.seq) > (t.at, t.seq)) ORDER BY t.at DESC, t.seq DESC LIMIT ?3";

pub(super) async fn standing(database: &Database, t: Timestamp) -> Result<Vec<AlarmRecord>> {
    let found = sqlx::query_scalar(STANDING).bind(t.micros());
    let found: Vec<String> = found
        .fetch_all(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read alarms at an instant"))?;
    let mut records = records(database, &found, t).await?;
    records.retain(|record| record.alarm.state != AlarmState::Normal);
    records.sort_unstable_by_key(|record| record.seq);
    Ok(records)
}

pub(super) async fn history(
    database: &Database,
    t: Timestamp,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AlarmRecord>> {
    let found = sqlx::query_scalar(HISTORY)
        .bind(t.micros())
        .bind(before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX)))
        .bind(limit);
    let found: Vec<String> = found
        .fetch_all(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read alarms at an instant"))?;
    let records = records(database, &found, t).await?;
    let mut by_id: HashMap<_, _> = records
        .into_iter()
        .map(|record| (record.alarm.raised.occurrence.clone(), record))
        .collect();
    let in_order = found
        .iter()
        .filter_map(|id| by_id.remove(&OccurrenceId::from(id.as_str())));
    Ok(in_order.collect())
}

pub(super) async fn raised(
    database: &Database,
    range: (Timestamp, Timestamp),
    spans: u32,
) -> Result<Vec<Raised>> {
    let (t0, t1) = (range.0.micros(), range.1.micros());
    let length = t1.saturating_sub(t0).clamp(1, RANGE_MAX);
    let rows: Vec<(i64, u8, i64)> = sqlx::query_as(
        "SELECT min(at), min(priority), count(*) FROM transition WHERE cause = 'raised' AND at >= ?1 AND at < ?2 \
         GROUP BY (at - ?1) * ?3 / ?4 ORDER BY 1",
    )
    .bind(t0)
    .bind(t0.saturating_add(length))
    .bind(spans.clamp(1, SPANS_MAX))
    .bind(length)
    .fetch_all(&database.readers)
    .await
    .map_err(Error::sql(&database.file, "read when alarms were raised"))?;
    let span = |(at, priority, count): (i64, u8, i64)| Raised {
        at: Timestamp(at),
        priority,
        count: count.cast_unsigned(),
    };
    Ok(rows.into_iter().map(span).collect())
}

pub(super) async fn beside(
    database: &Database,
    t: Timestamp,
    later: bool,
) -> Result<Option<Timestamp>> {
    let query = sqlx::query_scalar(if later {
        "SELECT min(at) FROM transition WHERE cause = 'raised' AND at > ?"
    } else {
        "SELECT max(at) FROM transition WHERE cause = 'raised' AND at < ?"
    });
    let at: Option<i64> = query
        .bind(t.micros())
        .fetch_one(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read when alarms were raised"))?;
    Ok(at.map(Timestamp))
}

/// These occurrences as they were at `t`, in no order.
pub(super) async fn records(
    database: &Database,
    ids: &[String],
    t: Timestamp,
) -> Result<Vec<AlarmRecord>> {
    let mut known: HashMap<OccurrenceId, AlarmRecord> = HashMap::with_capacity(ids.len());
    for part in ids.chunks(KEYS_A_PART) {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT * FROM transition WHERE occurrence IN (");
        let mut list = sql.separated(", ");
        for id in part {
            list.push_bind(id);
        }
        list.push_unseparated(") AND at <= ");
        sql.push_bind(t.micros()).push(" ORDER BY occurrence, seq");
        let rows = sql
            .build()
            .persistent(false)
            .fetch_all(&database.readers)
            .await
            .map_err(Error::sql(&database.file, "read alarm transitions"))?;
        for row in &rows {
            let (seq, transition) = numbered(database, row)?;
            take(&mut known, seq, transition);
        }
    }
    Ok(known.into_values().collect())
}

/// What the table `occurrence` said after this transition: see `store::update_occurrences`.
fn take(known: &mut HashMap<OccurrenceId, AlarmRecord>, seq: u64, transition: AlarmTransition) {
    let anew = transition.from == AlarmState::Normal;
    let id = transition.occurrence.clone();
    let fresh = || AlarmRecord {
        seq,
        alarm: StandingAlarm {
            raised: transition.clone(),
            state: transition.to,
            since: transition.at,
            acknowledged: None,
        },
        returned_at: None,
        comment: None,
    };
    let record = known.entry(id).or_insert_with(fresh);
    if anew {
        *record = fresh();
    }
    record.seq = seq;
    record.alarm.state = transition.to;
    record.alarm.since = transition.at;
    match transition.cause {
        Cause::Raised => record.returned_at = None,
        Cause::Returned => record.returned_at = Some(transition.source_time),
        Cause::Acknowledged { user, comment } => {
            record.alarm.acknowledged = Some((user, transition.at));
            record.comment = Some(comment);
        }
        Cause::Removed => {}
    }
}
