//! Occurrences that stood at some time of a span, of some signals or of an asset.
//!
//! Time is source time here, as in a trend. The occurrences of one rule follow one another: a sample older than its signal's
//! newest changes no alarm. So beside those that begin within the span, only the newest that had begun before it can
//! have stood in it, one look into an index a rule.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row as _, Sqlite};
use twin_core::{OccurrenceId, Timestamp};

use super::{
    as_of,
    record::{self, AlarmRecord},
};
use crate::{
    database::Database,
    error::{Error, Result},
};

/// Occurrences in one answer at most.
pub const WITHIN_MAX: u32 = 1_000;
/// Occurrences beyond an answer are counted so far.
pub const MORE_MAX: u64 = 100_000;
/// Signals of one question at most.
pub const WITHIN_SIGNALS_MAX: usize = 256;

/// Whose alarms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmsOf {
    /// Of an asset: of its signals that are no more, too.
    Asset(String),
    /// Of these signals, by id; at most [`WITHIN_SIGNALS_MAX`], more are left out.
    Signals(Vec<String>),
}

/// A question for occurrences that stood at some time from `t0` to `t1`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// Whose.
    pub of: AlarmsOf,
    /// Begin of the span, source time.
    pub t0: Timestamp,
    /// Its end, source time.
    pub t1: Timestamp,
    /// As the alarm list knew them at this instant, and none that began later; none: as they are now.
    pub as_of: Option<Timestamp>,
    /// Only those that come behind this one.
    pub behind: Option<OccurrenceId>,
    /// Most of one answer, 1 to [`WITHIN_MAX`].
    pub limit: u32,
}

/// Occurrences that stood, the last begun first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stood {
    /// The first of them.
    pub rows: Vec<AlarmRecord>,
    /// How many more come behind them; at [`MORE_MAX`] there may be yet more.
    pub more: u64,
}

/// Rules of the scope, and from which begin to which their occurrences are looked for: one that had begun by `t0` is among
/// them when it was not over before. Behind the scope's values come `t0`, `until`, and the place to go on behind.
const SPANS: &str = ", \
    named (rule, high) AS (SELECT (SELECT min(t.rule) FROM transition AS t WHERE t.rule >= scope.low \
    AND t.rule < scope.high), high FROM scope UNION ALL \
    SELECT (SELECT min(t.rule) FROM transition AS t WHERE t.rule > named.rule AND t.rule < named.high), high \
    FROM named WHERE named.rule IS NOT NULL), \
    span (rule, low, high) AS MATERIALIZED (SELECT named.rule, coalesce((SELECT \
    CASE WHEN (SELECT e.to_state = 'normal' AND e.source_time < asked.t0 FROM transition AS e \
    INDEXED BY transition_by_occurrence WHERE e.occurrence = b.occurrence AND e.at <= asked.until \
    ORDER BY e.seq DESC LIMIT 1) THEN NULL ELSE b.source_time END \
    FROM transition AS b INDEXED BY begun_by_rule WHERE b.rule = named.rule AND b.from_state = 'normal' \
    AND b.source_time <= asked.t0 AND b.at <= asked.until ORDER BY b.source_time DESC LIMIT 1), asked.t0 + 1), \
    CASE WHEN asked.behind IS NULL OR asked.behind > asked.t1 THEN asked.t1 WHEN named.rule > asked.behind_rule \
    THEN asked.behind ELSE asked.behind - 1 END \
    FROM named CROSS JOIN asked WHERE named.rule IS NOT NULL) ";

/// The last begun of each rule, and of them the last begun of all. One that is over and began anew at the same source time
/// has the same id, and is there once.
const LIST: &str = "SELECT t.occurrence FROM span CROSS JOIN transition AS t WHERE t.seq IN \
    (SELECT max(b.seq) FROM transition AS b INDEXED BY begun_by_rule WHERE b.rule = span.rule \
    AND b.from_state = 'normal' AND b.source_time BETWEEN span.low AND span.high \
    AND b.at <= (SELECT until FROM asked) GROUP BY b.source_time ORDER BY b.source_time DESC LIMIT ";
const LIST_END: &str = ") ORDER BY t.source_time DESC, t.rule LIMIT ";

/// How many there are of each rule, so far.
const COUNT: &str = "SELECT coalesce(sum((SELECT count(*) FROM (SELECT b.source_time FROM transition AS b \
    INDEXED BY begun_by_rule WHERE b.rule = span.rule AND b.from_state = 'normal' \
    AND b.source_time BETWEEN span.low AND span.high AND b.at <= (SELECT until FROM asked) \
    GROUP BY b.source_time LIMIT ";
const COUNT_END: &str = "))), 0) FROM span";

pub(super) async fn within(database: &Database, asked: &Within) -> Result<Stood> {
    let failed = || Error::sql(&database.file, "read alarms of a span");
    let behind = match &asked.behind {
        None => None,
        Some(id) => match begin(database, id).await? {
            None => return Ok(Stood::default()),
            some => some,
        },
    };
    let limit = asked.limit.clamp(1, WITHIN_MAX);
    let Some(mut list) = question(asked, behind.as_ref()) else {
        return Ok(Stood::default());
    };
    list.push(LIST).push_bind(limit + 1);
    list.push(LIST_END).push_bind(limit + 1);
    let mut found: Vec<String> = list
        .build_query_scalar()
        .persistent(false)
        .fetch_all(&database.readers)
        .await
        .map_err(failed())?;
    let mut more = 0;
    if found.len() > limit as usize {
        found.truncate(limit as usize);
        more = count(database, asked, behind.as_ref()).await?;
        more = more.saturating_sub(u64::from(limit)).clamp(1, MORE_MAX);
    }
    let rows = match asked.as_of {
        None => record::occurrences(database, found.iter().map(String::as_str)).await?,
        Some(t) => as_of::records(database, &found, t).await?,
    };
    Ok(Stood {
        rows: in_order(rows, &found),
        more,
    })
}

/// Where an occurrence begins: source time and rule.
async fn begin(database: &Database, id: &OccurrenceId) -> Result<Option<(i64, String)>> {
    sqlx::query_as(
        "SELECT source_time, rule FROM transition WHERE occurrence = ? AND from_state = 'normal' ORDER BY seq LIMIT 1",
    )
    .bind(id.as_str())
    .fetch_optional(&database.readers)
    .await
    .map_err(Error::sql(&database.file, "read an alarm"))
}

async fn count(database: &Database, asked: &Within, behind: Option<&(i64, String)>) -> Result<u64> {
    let Some(mut sql) = question(asked, behind) else {
        return Ok(0);
    };
    let so_far = MORE_MAX.saturating_add(u64::from(WITHIN_MAX));
    sql.push(COUNT).push_bind(so_far.cast_signed());
    sql.push(COUNT_END);
    let row = sql.build().persistent(false).fetch_one(&database.readers);
    let count: i64 = row
        .await
        .and_then(|row| row.try_get(0))
        .map_err(Error::sql(&database.file, "count alarms of a span"))?;
    Ok(count.cast_unsigned())
}

/// The rules and their spans; none when nothing is asked for.
fn question(asked: &Within, behind: Option<&(i64, String)>) -> Option<QueryBuilder<Sqlite>> {
    let scopes = scopes(&asked.of);
    if scopes.is_empty() {
        return None;
    }
    let until = asked.as_of.map_or(i64::MAX, Timestamp::micros);
    let mut sql = QueryBuilder::new("WITH RECURSIVE scope (low, high) AS (");
    sql.push_values(&scopes, |mut row, (low, high)| {
        row.push_bind(low.clone()).push_bind(high.clone());
    });
    sql.push("), asked (t0, t1, until, behind, behind_rule) AS (");
    sql.push_values([()], |mut row, ()| {
        // One that stood before any instant began before it.
        row.push_bind(asked.t0.micros().min(i64::MAX - 1))
            .push_bind(asked.t1.micros().min(until))
            .push_bind(until)
            .push_bind(behind.map(|(at, _)| *at))
            .push_bind(behind.map(|(_, rule)| rule.clone()));
    });
    sql.push(")").push(SPANS);
    Some(sql)
}

/// Where the ids of rules lie: `<asset>/<signal>:<kind>`. `0` follows `/`, and `;` follows `:`.
fn scopes(of: &AlarmsOf) -> Vec<(String, String)> {
    match of {
        AlarmsOf::Asset(asset) => vec![(format!("{asset}/"), format!("{asset}0"))],
        AlarmsOf::Signals(signals) => signals
            .iter()
            .take(WITHIN_SIGNALS_MAX)
            .map(|signal| (format!("{signal}:"), format!("{signal};")))
            .collect(),
    }
}

fn in_order(rows: Vec<AlarmRecord>, ids: &[String]) -> Vec<AlarmRecord> {
    let mut by_id: HashMap<_, _> = rows
        .into_iter()
        .map(|row| (row.alarm.raised.occurrence.clone(), row))
        .collect();
    ids.iter()
        .filter_map(|id| by_id.remove(&OccurrenceId::from(id.as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use sqlx::Execute as _;

    use super::*;
    use crate::Historian;

    /// How SQLite goes about it.
    async fn plan(historian: &Historian, mut sql: QueryBuilder<Sqlite>, tail: &[&str]) -> String {
        for part in tail {
            sql.push(part);
        }
        let text = sql.build().sql().as_str().to_owned();
        let explained = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}")));
        let alarms = historian.alarms();
        let rows = explained.fetch_all(&alarms.database.readers).await.unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        lines.join("\n")
    }

    #[tokio::test]
    async fn no_question_goes_through_all_transitions_or_sorts_all_that_stood() {
        let dir = tempfile::tempdir().unwrap();
        let historian = Historian::open(dir.path(), Timestamp(1)).await.unwrap();
        let signals = vec!["pump-1/flow".to_owned(), "pump-2/flow".to_owned()];
        for of in [AlarmsOf::Asset("pump-1".into()), AlarmsOf::Signals(signals)] {
            let asked = Within {
                of,
                t0: Timestamp(5),
                t1: Timestamp(9),
                as_of: Some(Timestamp(8)),
                behind: None,
                limit: 10,
            };
            let ask = || question(&asked, None).unwrap();
            let list = plan(&historian, ask(), &[LIST, "11", LIST_END, "11"]).await;
            let count = plan(&historian, ask(), &[COUNT, "11", COUNT_END]).await;
            for plan in [&list, &count] {
                for (line, table) in plan.lines().zip(1..) {
                    let reads = ["SCAN b", "SCAN t", "SCAN e", "SCAN transition"];
                    assert!(
                        !reads.iter().any(|scan| line.starts_with(scan)),
                        "{table}: {plan}"
                    );
                }
                assert!(plan.contains("SEARCH b USING COVERING INDEX begun_by_rule (rule=? AND source_time>? AND source_time<?)"), "{plan}");
                assert!(!plan.contains("FOR GROUP BY"), "{plan}");
            }
            // What the rules have found, at most so many of each, is put in order at the end.
            assert_eq!(list.matches("TEMP B-TREE").count(), 1, "{list}");
            assert_eq!(count.matches("TEMP B-TREE").count(), 0, "{count}");
        }
    }
}
