//! Writing transitions and what follows from them, those of a commit together.

use std::fmt::Write as _;

use sqlx::{
    Arguments as _, AssertSqlSafe, SqliteConnection, error::BoxDynError, sqlite::SqliteArguments,
};
use twin_core::alarm::{AlarmTransition, Cause};

use super::{
    KEYS_A_PART,
    audit::{self, AuditEntry},
    cause_name,
};
use crate::lists::json_texts;

const INSERT: &str = "INSERT INTO transition (occurrence, rule, asset, signal, kind, priority, limit_value, from_state, \
    to_state, cause, user, comment, source_time, at, value) VALUES ";
/// Texts of a transition in the list of all.
const TEXTS: usize = 3;
/// What else is bound of a transition.
const VALUES: usize = 8;
/// About as long is the statement's part for a transition.
const ROW_LETTERS: usize = 160;

/// Stores transitions that are new, and what follows from them; gives the number of the first, which the others follow.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    new: &[&AlarmTransition],
) -> sqlx::Result<i64> {
    let mut first = None;
    for part in new.chunks(KEYS_A_PART) {
        let last = insert_transitions(&mut *connection, part).await?;
        first = first.or(Some(last + 1 - part.len() as i64));
    }
    let Some(first) = first else {
        return Ok(0);
    };
    for transition in new {
        if let Cause::Acknowledged { user, comment } = &transition.cause {
            let entry = AuditEntry {
                at: transition.at,
                user: user.clone(),
                action: "acknowledge".to_owned(),
                subject: transition.occurrence.as_str().to_owned(),
                detail: comment.clone(),
            };
            audit::write(&mut *connection, &entry).await?;
        }
    }
    update_occurrences(connection, first).await?;
    Ok(first)
}

/// Writes transitions, at least one, with one statement; gives the number of the last.
async fn insert_transitions(
    connection: &mut SqliteConnection,
    part: &[&AlarmTransition],
) -> sqlx::Result<i64> {
    // A text that is bound alone is copied for it: those that every transition has go as one list. Names that the program
    // itself gives stand in the statement.
    let texts = part.iter().flat_map(|transition| {
        let AlarmTransition {
            occurrence,
            rule,
            asset,
            ..
        } = transition;
        [occurrence.as_str(), rule.as_str(), asset.as_str()]
    });
    let mut values = SqliteArguments::default();
    values.reserve(1 + VALUES * part.len(), 0);
    values.add(json_texts(texts)).map_err(sqlx::Error::Encode)?;
    let mut sql = String::with_capacity(INSERT.len() + ROW_LETTERS * part.len());
    sql.push_str(INSERT);
    for (row, transition) in part.iter().enumerate() {
        let comma = if row == 0 { "" } else { "," };
        let (t, v) = (TEXTS * row, 2 + VALUES * row);
        // Writing to a text cannot fail.
        let _ = write!(
            sql,
            "{comma}(?1->>{t},?1->>{},?1->>{},?{v},'{}',?{},?{},'{}','{}','{}',?{},?{},?{},?{},?{})",
            t + 1,
            t + 2,
            transition.kind.name(),
            v + 1,
            v + 2,
            transition.from.name(),
            transition.to.name(),
            cause_name(&transition.cause),
            v + 3,
            v + 4,
            v + 5,
            v + 6,
            v + 7,
        );
        add(&mut values, transition).map_err(sqlx::Error::Encode)?;
    }
    // Numbers of places and names of states alone were put into it.
    let done = sqlx::query_with(AssertSqlSafe(sql), values)
        .persistent(false)
        .execute(connection)
        .await?;
    Ok(done.last_insert_rowid())
}

/// Adds [`VALUES`].
fn add(values: &mut SqliteArguments, transition: &AlarmTransition) -> Result<(), BoxDynError> {
    let (user, comment) = match &transition.cause {
        Cause::Acknowledged { user, comment } => (Some(user), Some(comment)),
        _ => (None, None),
    };
    values.add(transition.signal.0)?;
    values.add(transition.priority.number())?;
    values.add(transition.limit)?;
    values.add(user)?;
    values.add(comment)?;
    values.add(transition.source_time.micros())?;
    values.add(transition.at.micros())?;
    values.add(transition.value)
}

/// Keeps the standing of occurrences in step with their transitions, from the one with the number `first` on.
async fn update_occurrences(connection: &mut SqliteConnection, first: i64) -> sqlx::Result<()> {
    // From the normal state: over, and raised again at the same source time. The id is the same, the alarm is another.
    sqlx::query(
        "INSERT INTO occurrence (id, raised_seq, last_seq, state, since, returned_at, acknowledged_by, \
         acknowledged_at, comment) \
         SELECT occurrence, seq, seq, to_state, at, iif(cause = 'returned', source_time, NULL), user, \
         iif(cause = 'acknowledged', at, NULL), comment FROM transition WHERE seq >= ? ORDER BY seq \
         ON CONFLICT (id) DO UPDATE SET \
         (last_seq, state, since, raised_seq, returned_at, acknowledged_by, acknowledged_at, comment) = \
         (SELECT seq, to_state, at, iif(from_state = 'normal', seq, occurrence.raised_seq), \
         CASE cause WHEN 'raised' THEN NULL WHEN 'returned' THEN source_time ELSE occurrence.returned_at END, \
         coalesce(excluded.acknowledged_by, iif(from_state = 'normal', NULL, occurrence.acknowledged_by)), \
         coalesce(excluded.acknowledged_at, iif(from_state = 'normal', NULL, occurrence.acknowledged_at)), \
         coalesce(excluded.comment, iif(from_state = 'normal', NULL, occurrence.comment)) \
         FROM transition WHERE seq = excluded.last_seq)",
    )
    .bind(first)
    .execute(connection)
    .await
    .map(drop)
}
