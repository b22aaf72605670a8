//! How far a signal is rolled up, told anew from its blocks when the row that says so is damaged.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use twin_core::SignalKey;

use super::{
    block,
    ladder::{Level, WIDTHS, group_end},
    store::{drop_block, has_blocks, insert_dirty, place, prove, span},
};
use crate::{
    database::Durability,
    error::{Error, Result},
    historian::{Inner, signal_key},
    lists::json,
    proof::rolled_proof,
};

/// The error of who meets such a row.
pub(crate) fn unproven(signal: i64) -> Error {
    Error::Damaged {
        place: format!("the row that says how far signal {signal} is rolled up"),
        why: "it does not match its checksum; the next roll-up or a repair makes it anew".into(),
    }
}

/// How far a signal is rolled up, as stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub base: Option<Level>,
    pub upto: i64,
    pub raw_from: Option<i64>,
}

/// Signal, base level, frontier, beginning of samples, whether the checksum fits.
type Stored = (i64, Option<i64>, i64, Option<i64>, bool);

/// How far some signals are rolled up.
pub(super) async fn rolled(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signals: &[SignalKey],
) -> Result<HashMap<SignalKey, Row>> {
    if signals.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Stored> = sqlx::query_as(concat!(
        "SELECT r.signal, r.base, r.upto, r.raw_from, r.proof IS ",
        rolled_proof!("r."),
        " FROM json_each(?1) AS w CROSS JOIN rolled AS r WHERE r.signal = w.value ->> 0"
    ))
    .bind(json(signals.iter().map(|signal| [i64::from(signal.0)])))
    .fetch_all(connection)
    .await
    .map_err(Error::sql(
        &inner.telemetry.file,
        "read how far signals are rolled up",
    ))?;
    rows.into_iter()
        .map(|(signal, base, upto, raw_from, proven)| {
            if !proven {
                return Err(unproven(signal));
            }
            let base = base
                .map(|base| base as Level)
                .filter(|base| *base < WIDTHS.len());
            let row = Row {
                base,
                upto,
                raw_from,
            };
            Ok((signal_key(signal)?, row))
        })
        .collect()
}

/// Where no row says how far a signal is rolled up: makes sure that there is nothing of which one must say it.
///
/// # Errors
/// When there is: the row is lost, or its key is damaged.
pub(super) async fn is_new(
    inner: &Inner,
    connection: &mut SqliteConnection,
    signal: SignalKey,
) -> Result<()> {
    if has_blocks(inner, connection, signal).await? {
        return Err(unproven(i64::from(signal.0)));
    }
    Ok(())
}

/// Makes all rows of `rolled` anew that do not match their checksum; gives how many.
pub(crate) async fn renew(inner: &Inner) -> Result<u64> {
    let fail = Error::sql(&inner.telemetry.file, "renew how far signals are rolled up");
    let damaged = concat!(
        "SELECT signal FROM rolled WHERE proof IS NOT ",
        rolled_proof!(""),
        " UNION SELECT signal FROM rollup WHERE signal NOT IN (SELECT signal FROM rolled)"
    );
    let signals: Vec<i64> = sqlx::query_scalar(damaged)
        .fetch_all(&inner.telemetry.readers)
        .await
        .map_err(&fail)?;
    for signal in &signals {
        tracing::error!(
            signal,
            "how far it is rolled up was damaged and is told anew"
        );
        let mut writer = inner.telemetry.writer.lock().await;
        writer.begin(Durability::Normal).await?;
        let renewed = renew_one(writer.connection(), *signal).await;
        writer.end(renewed.map_err(&fail)).await?;
    }
    // Whose key was damaged begins anew from its blocks too.
    inner.chunks_sealed(
        signals.iter().filter_map(|signal| signal_key(*signal).ok()),
        false,
    );
    Ok(signals.len() as u64)
}

/// What is left of one level of a signal.
struct Ends {
    level: Level,
    /// The first sample.
    first: i64,
    /// The last bucket.
    last: i64,
}

/// The frontier is the end of the group that holds the last stored bucket of any level: behind it nothing is stored, so
/// that the samples there, if any, are rolled up (again). Where buckets begin before the oldest sample, samples are gone.
async fn renew_one(connection: &mut SqliteConnection, signal: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM rolled WHERE signal = ?")
        .bind(signal)
        .execute(&mut *connection)
        .await?;
    let Ok(key) = signal_key(signal) else {
        return Ok(());
    };
    // A damaged key made another level of it.
    sqlx::query("DELETE FROM rollup WHERE signal = ? AND level NOT BETWEEN 0 AND ?")
        .bind(signal)
        .bind(WIDTHS.len() as i64 - 1)
        .execute(&mut *connection)
        .await?;
    let mut damaged = Vec::new();
    let mut levels = Vec::new();
    for level in 0..WIDTHS.len() {
        levels.extend(ends(connection, (key, level), &mut damaged).await?);
    }
    // Without a block the signal has no rollups yet.
    let Some(base) = levels.first().map(|ends| ends.level) else {
        return Ok(());
    };
    let upto = levels.iter().map(|ends| group_end(ends.level, ends.last));
    let first = levels.iter().map(|ends| ends.first);
    sqlx::query(
        "INSERT INTO rolled (signal, base, upto, raw_from) SELECT ?1, ?2, ?3, \
         CASE WHEN t_min > ?4 OR t_min IS NULL THEN coalesce(t_min, ?3 + 1) END \
         FROM (SELECT min(t_min) AS t_min FROM chunk WHERE signal = ?1)",
    )
    .bind(signal)
    .bind(base as i64)
    .bind(upto.max())
    .bind(first.min())
    .execute(&mut *connection)
    .await?;
    prove(&mut *connection, key.0).await?;
    let mut dirty: Vec<_> = damaged.iter().map(|block| span(key.0, block)).collect();
    // While the frontier was not known, nothing noted what came before it.
    let oldest: Option<i64> = sqlx::query_scalar("SELECT min(t_min) FROM chunk WHERE signal = ?")
        .bind(signal)
        .fetch_one(&mut *connection)
        .await?;
    dirty.extend(oldest.map(|oldest| [signal, oldest, i64::MAX]));
    insert_dirty(connection, &dirty, false).await
}

/// Looks at a level's blocks from both ends, up to the first ones that can be read. Those before and behind them go.
async fn ends(
    connection: &mut SqliteConnection,
    (signal, level): (SignalKey, Level),
    damaged: &mut Vec<(Level, i64)>,
) -> sqlx::Result<Option<Ends>> {
    let mut found = [None, None];
    for (end, found) in [
        "SELECT block, data FROM rollup WHERE signal = ? AND level = ? ORDER BY block LIMIT 1",
        "SELECT block, data FROM rollup WHERE signal = ? AND level = ? ORDER BY block DESC LIMIT 1",
    ]
    .into_iter()
    .zip(&mut found)
    {
        while found.is_none() {
            let block = sqlx::query_as(end).bind(signal.0).bind(level as i64);
            let Some((number, data)): Option<(i64, Vec<u8>)> =
                block.fetch_optional(&mut *connection).await?
            else {
                return Ok(None);
            };
            match block::envelopes((signal, level, number), &data) {
                Ok(buckets) if !buckets.is_empty() => *found = Some(buckets),
                told => {
                    if let Err(why) = told {
                        let place = place(signal, level, number);
                        tracing::error!(place, %why, "a rollup block is damaged and will be worked out again");
                        damaged.push((level, number));
                    }
                    drop_block(connection, (signal, level, number)).await?;
                }
            }
        }
    }
    let [first, last] = found.map(Option::unwrap_or_default);
    Ok(first.first().zip(last.last()).map(|(first, last)| Ends {
        level,
        first: first.1.t_first.micros(),
        last: last.0,
    }))
}
