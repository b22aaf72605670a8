//! Reading occurrences and transitions.

use sqlx::{Row as _, sqlite::SqliteRow};
use twin_core::{
    OccurrenceId, SignalKey, Timestamp,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority, StandingAlarm},
};

use crate::{
    database::Database,
    error::{Error, Result},
    lists::json_texts,
};

/// One occurrence as it stands, with what an alarm list shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmRecord {
    /// Sequence number of its latest transition.
    pub seq: u64,
    /// What raised it, its state, since when, and who acknowledged it.
    pub alarm: StandingAlarm,
    /// Source time at which it came back inside; none while it is active.
    pub returned_at: Option<Timestamp>,
    /// The acknowledgement's comment, may be empty; none before it.
    pub comment: Option<String>,
}

const OCCURRENCE: &str = "SELECT transition.*, occurrence.last_seq, occurrence.state, occurrence.since, \
    occurrence.returned_at, occurrence.acknowledged_by, occurrence.acknowledged_at, \
    occurrence.comment AS ack_comment FROM occurrence JOIN transition ON transition.seq = occurrence.raised_seq";

fn select(tail: &str) -> sqlx::AssertSqlSafe<String> {
    // Both parts are constants of this file.
    sqlx::AssertSqlSafe(format!("{OCCURRENCE} {tail}"))
}

pub(super) async fn standing(database: &Database) -> Result<Vec<AlarmRecord>> {
    let query = sqlx::query(select(
        "WHERE occurrence.state <> 'normal' ORDER BY occurrence.last_seq",
    ));
    let rows = query
        .fetch_all(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read alarms"))?;
    rows.iter().map(|row| record(database, row)).collect()
}

pub(super) async fn history(
    database: &Database,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AlarmRecord>> {
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let query = sqlx::query(select(
        "WHERE occurrence.last_seq < ? ORDER BY occurrence.last_seq DESC LIMIT ?",
    ));
    let rows = query
        .bind(before)
        .bind(limit)
        .fetch_all(&database.readers)
        .await;
    let rows = rows.map_err(Error::sql(&database.file, "read alarms"))?;
    rows.iter().map(|row| record(database, row)).collect()
}

/// These occurrences as they are, in no order.
pub(super) async fn occurrences<'a>(
    database: &Database,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Vec<AlarmRecord>> {
    let query = sqlx::query(select(
        "WHERE occurrence.id IN (SELECT value FROM json_each(?))",
    ));
    let query = query.bind(json_texts(ids));
    let rows = query.fetch_all(&database.readers).await;
    let rows = rows.map_err(Error::sql(&database.file, "read alarms"))?;
    rows.iter().map(|row| record(database, row)).collect()
}

pub(super) async fn occurrence(
    database: &Database,
    id: &OccurrenceId,
) -> Result<Option<AlarmRecord>> {
    let query = sqlx::query(select("WHERE occurrence.id = ?")).bind(id.as_str());
    let row = query.fetch_optional(&database.readers).await;
    let row = row.map_err(Error::sql(&database.file, "read an alarm"))?;
    row.map(|row| record(database, &row)).transpose()
}

pub(super) async fn transitions(
    database: &Database,
    after: u64,
    limit: u32,
) -> Result<Vec<(u64, AlarmTransition)>> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let query = sqlx::query("SELECT * FROM transition WHERE seq > ? ORDER BY seq LIMIT ?")
        .bind(after)
        .bind(limit);
    let rows = query.fetch_all(&database.readers).await;
    let rows = rows.map_err(Error::sql(&database.file, "read alarm transitions"))?;
    rows.iter().map(|row| numbered(database, row)).collect()
}

pub(super) async fn transitions_of(
    database: &Database,
    id: &OccurrenceId,
) -> Result<Vec<(u64, AlarmTransition)>> {
    let query =
        sqlx::query("SELECT * FROM transition WHERE occurrence = ? ORDER BY seq").bind(id.as_str());
    let rows = query.fetch_all(&database.readers).await;
    let rows = rows.map_err(Error::sql(&database.file, "read alarm transitions"))?;
    rows.iter().map(|row| numbered(database, row)).collect()
}

/// The ids of an asset's rules are `<asset>/<signal>:<kind>`, and `0` follows `/`: those of signals that are no more are
/// among them.
pub(super) async fn transitions_of_asset(
    database: &Database,
    asset: &str,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<(u64, AlarmTransition)>> {
    let query = sqlx::query(
        "SELECT * FROM transition WHERE seq IN (SELECT seq FROM transition INDEXED BY transition_by_rule \
         WHERE rule >= ? AND rule < ? AND at < ? ORDER BY at DESC, seq DESC LIMIT ?) ORDER BY at DESC, seq DESC",
    )
    .bind(format!("{asset}/"))
    .bind(format!("{asset}0"))
    .bind(before.micros())
    .bind(limit);
    let rows = query.fetch_all(&database.readers).await;
    let rows = rows.map_err(Error::sql(&database.file, "read alarm transitions"))?;
    rows.iter().map(|row| numbered(database, row)).collect()
}

fn record(database: &Database, row: &SqliteRow) -> Result<AlarmRecord> {
    let (_, raised) = numbered(database, row)?;
    let read = Error::sql(&database.file, "read an alarm");
    let state: &str = row.try_get("state").map_err(&read)?;
    let state = AlarmState::from_name(state).ok_or_else(|| unknown(row, "state"))?;
    let user: Option<String> = row.try_get("acknowledged_by").map_err(&read)?;
    let at: Option<i64> = row.try_get("acknowledged_at").map_err(&read)?;
    let seq: i64 = row.try_get("last_seq").map_err(&read)?;
    let returned_at: Option<i64> = row.try_get("returned_at").map_err(&read)?;
    Ok(AlarmRecord {
        seq: seq.cast_unsigned(),
        alarm: StandingAlarm {
            raised,
            state,
            since: Timestamp(row.try_get("since").map_err(&read)?),
            acknowledged: user.zip(at.map(Timestamp)),
        },
        returned_at: returned_at.map(Timestamp),
        comment: row.try_get("ack_comment").map_err(&read)?,
    })
}

pub(super) fn numbered(database: &Database, row: &SqliteRow) -> Result<(u64, AlarmTransition)> {
    let stored =
        Stored::read(row).map_err(Error::sql(&database.file, "read an alarm transition"))?;
    let seq = stored.seq.cast_unsigned();
    let transition = stored.transition().map_err(|what| unknown(row, what))?;
    Ok((seq, transition))
}

fn unknown(row: &SqliteRow, what: &'static str) -> Error {
    let seq: i64 = row.try_get("seq").unwrap_or(0);
    Error::Damaged {
        place: format!("alarm transition {seq}"),
        why: format!("its {what} is not a known one"),
    }
}

/// A row of the table `transition`.
struct Stored<'r> {
    seq: i64,
    occurrence: &'r str,
    rule: &'r str,
    asset: &'r str,
    signal: u32,
    kind: &'r str,
    priority: u8,
    limit: Option<f64>,
    from: &'r str,
    to: &'r str,
    cause: &'r str,
    user: Option<String>,
    comment: Option<String>,
    source_time: i64,
    at: i64,
    value: Option<f64>,
}

impl<'r> Stored<'r> {
    fn read(row: &'r SqliteRow) -> sqlx::Result<Stored<'r>> {
        Ok(Stored {
            seq: row.try_get("seq")?,
            occurrence: row.try_get("occurrence")?,
            rule: row.try_get("rule")?,
            asset: row.try_get("asset")?,
            signal: row.try_get("signal")?,
            kind: row.try_get("kind")?,
            priority: row.try_get("priority")?,
            limit: row.try_get("limit_value")?,
            from: row.try_get("from_state")?,
            to: row.try_get("to_state")?,
            cause: row.try_get("cause")?,
            user: row.try_get("user")?,
            comment: row.try_get("comment")?,
            source_time: row.try_get("source_time")?,
            at: row.try_get("at")?,
            value: row.try_get("value")?,
        })
    }

    /// Fails with the name of a column whose content no version wrote.
    fn transition(self) -> std::result::Result<AlarmTransition, &'static str> {
        let cause = match self.cause {
            "raised" => Cause::Raised,
            "returned" => Cause::Returned,
            "acknowledged" => Cause::Acknowledged {
                user: self.user.unwrap_or_default(),
                comment: self.comment.unwrap_or_default(),
            },
            "removed" => Cause::Removed,
            _ => return Err("cause"),
        };
        Ok(AlarmTransition {
            occurrence: self.occurrence.into(),
            rule: self.rule.into(),
            asset: self.asset.into(),
            signal: SignalKey(self.signal),
            kind: AlarmKind::from_name(self.kind).ok_or("kind")?,
            priority: Priority::new(self.priority).ok_or("priority")?,
            limit: self.limit.unwrap_or(f64::NAN),
            from: AlarmState::from_name(self.from).ok_or("from_state")?,
            to: AlarmState::from_name(self.to).ok_or("to_state")?,
            cause,
            source_time: Timestamp(self.source_time),
            at: Timestamp(self.at),
            value: self.value.unwrap_or(f64::NAN),
        })
    }
}
