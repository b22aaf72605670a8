//! How far a signal is rolled up, told anew from its blocks when the row that says so is damaged.

use std::collections::HashMap;

use sqlx::{Row as _, SqliteConnection};
use twin_core::SignalKey;

use super::{
    block,
    ladder::{Level, WIDTHS, last_instant},
    store::{place, prove},
};
use crate::{
    chunks::json,
    database::Durability,
    error::{Error, Result},
    historian::{Inner, signal_key},
    proof::rolled_proof,
};

/// Buckets by which a level grows: the frontier lies at the end of so many.
const GROUP: i64 = 8;

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
        let told = writer.end(renewed.map_err(&fail)).await?;
        drop(writer);
        told?;
    }
    // Whose key was damaged begins anew from its blocks too.
    inner.chunks_sealed(
        signals.iter().filter_map(|signal| signal_key(*signal).ok()),
        false,
    );
    Ok(signals.len() as u64)
}

/// The frontier is the end of the group that holds the last stored bucket: behind it nothing is stored, so that the
/// samples there, if any, are rolled up (again). Where buckets begin before the oldest sample, samples are gone.
async fn renew_one(connection: &mut SqliteConnection, signal: i64) -> sqlx::Result<Result<()>> {
    sqlx::query("DELETE FROM rolled WHERE signal = ?")
        .bind(signal)
        .execute(&mut *connection)
        .await?;
    let ends = sqlx::query(
        "SELECT level, block, data FROM rollup WHERE signal = ?1 AND level = \
         (SELECT min(level) FROM rollup WHERE signal = ?1) AND block IN ( \
         (SELECT min(block) FROM rollup WHERE signal = ?1 AND level = (SELECT min(level) FROM rollup WHERE signal = ?1)), \
         (SELECT max(block) FROM rollup WHERE signal = ?1 AND level = (SELECT min(level) FROM rollup WHERE signal = ?1))) \
         ORDER BY block",
    );
    let rows = ends.bind(signal).fetch_all(&mut *connection).await?;
    let Ok(key) = signal_key(signal) else {
        return Ok(Ok(()));
    };
    let mut buckets = Vec::new();
    let mut base: Level = 0;
    for row in &rows {
        let (level, number, data): (i64, i64, Vec<u8>) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        base = usize::try_from(level).unwrap_or(WIDTHS.len());
        match block::decode((key, base, number), &data) {
            Ok(decoded) => buckets.extend(decoded),
            Err(malformed) => return Ok(Err(malformed.of(place(key, base, number)))),
        }
    }
    // Without a block the signal has no rollups yet.
    let (Some(first), Some((last, _))) = (buckets.first(), buckets.last()) else {
        return Ok(Ok(()));
    };
    let upto = last_instant(base, last.div_euclid(GROUP) * GROUP + GROUP - 1);
    sqlx::query(
        "INSERT INTO rolled (signal, base, upto, raw_from) SELECT ?1, ?2, ?3, \
         CASE WHEN t_min > ?4 OR t_min IS NULL THEN coalesce(t_min, ?3 + 1) END \
         FROM (SELECT min(t_min) AS t_min FROM chunk WHERE signal = ?1)",
    )
    .bind(signal)
    .bind(base as i64)
    .bind(upto)
    .bind(first.1.t_first.micros())
    .execute(&mut *connection)
    .await?;
    prove(connection, key.0).await?;
    Ok(Ok(()))
}
