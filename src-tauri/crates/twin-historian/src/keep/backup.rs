//! One consistent copy of both files while they are in use.
//!
//! The alarm file is copied first, telemetry second, and compaction waits until both are done. So the copy's settled
//! row is never ahead of its newest journal row (rows are settled after they are appended), and every journal row
//! behind the settled one is still in the journal, where the replay at start looks for it.

use std::{ops::ControlFlow, path::Path};

use super::{long, unfinished::Unfinished};
use crate::{
    database::Database,
    error::{Deed, Error, Result},
    files::flush,
    historian::Historian,
};

/// What became of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackedUp {
    /// The copy is complete and on the disk; its size in bytes.
    Done(u64),
    /// It was cancelled; nothing is left of it.
    Cancelled,
}

impl Historian {
    /// Copies both files, as they are now, into the new folder `to`; its name appears when the copy is complete and
    /// flushed. Appends and queries go on; compaction and retention wait, and the log of telemetry.db grows by what
    /// is appended meanwhile. What a backup that was killed left beside `to` is removed first. `progress` is given bytes copied and the whole, and says whether to go on.
    ///
    /// # Errors
    /// When `to` exists already, a file cannot be read, or there is no room; nothing is left of the copy then.
    pub async fn backup(
        &self,
        to: &Path,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
    ) -> Result<BackedUp> {
        let inner = &*self.inner;
        let (_alone, _) = inner.maintain().await?;
        let make = Error::io(Deed::BackUp, to);
        if to.exists() {
            return Err(make(std::io::Error::from(
                std::io::ErrorKind::AlreadyExists,
            )));
        }
        let unfinished = Unfinished::beside(to)?;
        let databases = [&*inner.alarms, &inner.telemetry];
        let mut total = 0;
        for database in databases {
            total += used_bytes(database).await?;
        }
        let mut done = 0;
        for database in databases {
            let Some(name) = database.file.file_name() else {
                continue;
            };
            let copy = unfinished.folder().join(name);
            let look = || {
                let written = std::fs::metadata(&copy).map_or(0, |metadata| metadata.len());
                progress((done + written).min(total), total)
            };
            let Some(copied) = copy_to(database, &copy, look).await? else {
                return Ok(BackedUp::Cancelled);
            };
            done += copied;
        }
        if progress(done, done).is_break() {
            return Ok(BackedUp::Cancelled);
        }
        unfinished.complete()?;
        Ok(BackedUp::Done(done))
    }
}

/// Bytes that a copy will have, nearly.
async fn used_bytes(database: &Database) -> Result<u64> {
    let sql = "SELECT (page_count - freelist_count) * page_size \
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let used: i64 = sqlx::query_scalar(sql)
        .fetch_one(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "size the backup"))?;
    Ok(used.cast_unsigned())
}

/// Copies one file as of one instant; gives the copy's bytes, none when `look` ended it.
async fn copy_to(
    database: &Database,
    copy: &Path,
    look: impl FnMut() -> ControlFlow<()>,
) -> Result<Option<u64>> {
    let Some(name) = copy.to_str() else {
        let source = std::io::Error::from(std::io::ErrorKind::InvalidFilename);
        return Err(Error::io(Deed::BackUp, copy)(source));
    };
    let sql = format!("VACUUM INTO '{}'", name.replace('\'', "''"));
    let fail = Error::sql(&database.file, "copy into a backup");
    let (reader, _reading) = database.long_reader().await?;
    if long::run(reader, sql, fail, look).await?.is_none() {
        return Ok(None);
    }
    flush(copy)?;
    let metadata = std::fs::metadata(copy).map_err(Error::io(Deed::LookAtCopy, copy))?;
    Ok(Some(metadata.len()))
}
