//! One long statement on a connection of its own, with progress and a way to end it.

use std::{
    ops::ControlFlow,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use crate::error::Error;

/// Steps of SQLite's machine between two looks.
const STEPS_A_LOOK: i32 = 10_000;

/// Ends the statement when nobody waits for it any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `sql` and gives the first column of its rows as text; `look` is asked again and again whether to go on. None
/// when it said no.
pub(super) async fn run(
    mut connection: SqliteConnection,
    sql: String,
    fail: impl Fn(sqlx::Error) -> Error,
    mut look: impl FnMut() -> ControlFlow<()>,
) -> Result<Option<Vec<String>>, Error> {
    let stop = Stop(Arc::new(AtomicBool::new(false)));
    // One note at a time is enough: who looks late sees the newest state anyway.
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let stopped = Arc::clone(&stop.0);
    let mut handle = connection.lock_handle().await.map_err(&fail)?;
    handle.set_progress_handler(STEPS_A_LOOK, move || {
        // Full: the last note was not read yet.
        let _ = tell.try_send(());
        !stopped.load(Ordering::Relaxed)
    });
    drop(handle);
    let mut cancelled = look().is_break();
    if cancelled {
        return Ok(None);
    }
    let statement = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection);
    let mut statement = pin!(statement);
    let rows = loop {
        tokio::select! {
            rows = &mut statement => break rows,
            Some(()) = told.recv() => {
                cancelled |= look().is_break();
                stop.0.store(cancelled, Ordering::Relaxed);
            }
        }
    };
    if cancelled {
        return Ok(None);
    }
    let rows = rows.map_err(&fail)?;
    let text = |row: &sqlx::sqlite::SqliteRow| row.try_get::<String, _>(0);
    Ok(Some(
        rows.iter()
            .map(text)
            .collect::<Result<_, _>>()
            .map_err(fail)?,
    ))
}
