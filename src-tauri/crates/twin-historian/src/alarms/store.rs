//! Writing transitions and what follows from them, those of a commit together.

use std::fmt;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use twin_core::alarm::{AlarmTransition, Cause};

use super::{
    KEYS_A_PART,
    audit::{self, AuditEntry},
    cause_name,
};

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

/// A name that the program itself gives, as SQL. A text that is bound is copied for it.
struct Name(&'static str);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0)
    }
}

/// Writes transitions, at least one, with one statement; gives the number of the last.
async fn insert_transitions(
    connection: &mut SqliteConnection,
    part: &[&AlarmTransition],
) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "INSERT INTO transition (occurrence, rule, asset, signal, kind, priority, limit_value, from_state, to_state, \
         cause, user, comment, source_time, at, value) ",
    );
    sql.push_values(part, |mut row, transition| {
        let (user, comment) = match &transition.cause {
            Cause::Acknowledged { user, comment } => (Some(user), Some(comment)),
            _ => (None, None),
        };
        row.push_bind(transition.occurrence.as_str())
            .push_bind(transition.rule.as_str())
            .push_bind(transition.asset.as_str())
            .push_bind(transition.signal.0);
        row.push(Name(transition.kind.name()))
            .push_bind(transition.priority.number())
            .push_bind(transition.limit)
            .push(Name(transition.from.name()))
            .push(Name(transition.to.name()))
            .push(Name(cause_name(&transition.cause)))
            .push_bind(user)
            .push_bind(comment)
            .push_bind(transition.source_time.micros())
            .push_bind(transition.at.micros())
            .push_bind(transition.value);
    });
    let done = sql.build().persistent(false).execute(connection).await?;
    Ok(done.last_insert_rowid())
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
