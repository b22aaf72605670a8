//! Retention of what comes beside samples: transitions, notes on corrections, received times.

use super::{
    call::{Call, Policy, list, older_than},
    removal::Entry,
};
use crate::{
    database::Durability,
    error::{Error, Result},
    historian::Inner,
};

/// Rows of one table that one call removes at most, and in one transaction.
const ROWS_A_CALL: i64 = 5_000;
const ROWS_A_TRANSACTION: usize = 500;

/// Links and qualities: all too old but for the newest of each source, which still holds at the border.
const LINKS: &str = "SELECT l.id, 0, l.at FROM link l WHERE l.at < ?1 AND EXISTS (SELECT 1 FROM link n \
     WHERE n.connection = l.connection AND n.at < ?1 AND (n.at > l.at OR (n.at = l.at AND n.id > l.id))) LIMIT ?2";
const QUALITIES: &str = "SELECT 0, q.signal, q.at FROM quality q WHERE q.at < ?1 AND EXISTS \
     (SELECT 1 FROM quality n WHERE n.signal = q.signal AND n.at > q.at AND n.at < ?1) LIMIT ?2";
const CORRECTIONS: &str =
    "SELECT id, signal, new_received FROM correction WHERE new_received < ?1 LIMIT ?2";

pub(super) async fn remove(call: &mut Call<'_>, policy: &Policy) -> Result<()> {
    if let Some(age) = policy.links {
        let by_id = "DELETE FROM link WHERE id IN (SELECT value FROM json_each(?))";
        let why = older_than(age);
        call.removed.links = by_age(call, "links", LINKS, by_id, call.border(age), why).await?;
    }
    if let Some(age) = policy.qualities {
        let by_key = "DELETE FROM quality WHERE (signal, at) IN \
             (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))";
        let why = older_than(age);
        call.removed.qualities =
            by_age(call, "qualities", QUALITIES, by_key, call.border(age), why).await?;
    }
    if let Some(age) = policy.corrections {
        let by_id = "DELETE FROM correction WHERE id IN (SELECT value FROM json_each(?))";
        let why = older_than(age);
        call.removed.corrections = by_age(
            call,
            "corrections",
            CORRECTIONS,
            by_id,
            call.border(age),
            why,
        )
        .await?;
    }
    Ok(())
}

async fn by_age(
    call: &mut Call<'_>,
    what: &'static str,
    select: &'static str,
    delete: &'static str,
    border: i64,
    why: String,
) -> Result<u64> {
    let old: Vec<(i64, i64, i64)> = sqlx::query_as(select)
        .bind(border)
        .bind(ROWS_A_CALL)
        .fetch_all(&call.inner.telemetry.readers)
        .await
        .map_err(call.fail())?;
    call.removed.more |= old.len() as i64 == ROWS_A_CALL;
    let mut entry = Entry::new(call.now, what, why);
    let mut removed = 0;
    for part in old.chunks(ROWS_A_TRANSACTION) {
        for (_, signal, at) in part {
            entry.count(*signal, 1, Some((*at, *at)));
        }
        let rows = if what == "qualities" {
            let keys: Vec<String> = part
                .iter()
                .map(|(_, s, at)| format!("[{s},{at}]"))
                .collect();
            format!("[{}]", keys.join(","))
        } else {
            list(part.iter().map(|row| row.0))
        };
        removed += call.delete(delete, rows, &mut entry).await?;
    }
    Ok(removed)
}

/// Received times that no chunk needs any more. Those behind the oldest needed one stay: compaction writes them before
/// the chunks that will need them, and counts on from the newest.
pub(super) async fn drop_unused_arrivals(inner: &Inner) -> Result<()> {
    let fail = Error::sql(&inner.telemetry.file, "remove received times");
    let oldest: Option<i64> =
        sqlx::query_scalar("SELECT min(arrival) FROM chunk WHERE arrival > 0")
            .fetch_one(&inner.telemetry.readers)
            .await
            .map_err(&fail)?;
    let Some(oldest) = oldest else { return Ok(()) };
    loop {
        let mut writer = inner.telemetry.writer.lock().await;
        writer.ready(Durability::Normal).await?;
        let done = sqlx::query(
            "DELETE FROM arrival WHERE first IN \
             (SELECT first FROM arrival WHERE first + count <= ?1 \
             AND first < (SELECT max(first) FROM arrival) ORDER BY first LIMIT ?2)",
        )
        .bind(oldest)
        .bind(ROWS_A_TRANSACTION as i64)
        .execute(writer.connection())
        .await
        .map_err(&fail)?;
        if done.rows_affected() < ROWS_A_TRANSACTION as u64 {
            return Ok(());
        }
    }
}
