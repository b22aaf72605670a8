//! The historian from outside: against a plain model, killed, out of space, with damaged and foreign files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adopt;
mod adopt_damaged;
mod adopted;
mod alarms;
mod alarms_as_of;
mod alarms_within;
mod annotations;
mod as_of;
mod backup;
mod calendar;
mod events;
mod faults;
mod files;
mod flips;
mod footprint;
mod fresh;
mod frontier;
mod gone;
mod import;
mod kept;
mod kill;
mod measured;
mod model;
mod race;
mod rejects;
mod repair;
mod retention;
mod rolled;
mod rollup;
mod signals;
mod space;
mod storage;

use std::{path::Path, sync::Arc};

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::Historian;

const NOW: Timestamp = Timestamp::from_secs(1_795_358_096);

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A folder in memory where there is one: hundreds of histories are opened here, and none has to outlive a power cut.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

async fn open(dir: &Path) -> Historian {
    Historian::open(dir, NOW).await.unwrap()
}

/// One batch of (signal, time, value), all good.
fn batch(rows: &[(u32, i64, f64)]) -> Arc<SampleBatch> {
    let mut batch = SampleBatch::new(BatchId(1), Timestamp(5));
    for (signal, time, value) in rows {
        batch.push(
            SignalKey(*signal),
            Timestamp(*time),
            &Value::F64(*value),
            Quality::GOOD,
        );
    }
    Arc::new(batch)
}

/// All samples of a signal as (time, value).
async fn all(historian: &Historian, signal: u32) -> Vec<(i64, f64)> {
    let samples = historian
        .raw(
            SignalKey(signal),
            Timestamp::MIN,
            Timestamp::MAX,
            usize::MAX,
        )
        .await
        .unwrap();
    samples
        .iter()
        .map(|sample| (sample.time.micros(), sample.number()))
        .collect()
}

/// A statement by another connection, as a person with `sqlite3` would run it.
async fn sql(file: &Path, statement: &str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
