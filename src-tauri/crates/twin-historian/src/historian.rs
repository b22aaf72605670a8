//! The handle: opening, closing, health.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

use sqlx::SqliteConnection;
use twin_core::{Said, SignalId, SignalKey, Timestamp, said};

use crate::{
    alarms::Alarms,
    chunk::CHUNK_SAMPLES_MAX,
    database::{Database, Durability, FileKind},
    ends::Ends,
    error::{Deed, Error, Result},
    files::{finish_switch, set_aside},
    group::GroupMemory,
    journal::{self, Moved},
    reject_limits::RejectLimits,
    row::JournalRow,
    tail::{self, Spent, Tail},
};

pub(crate) const TELEMETRY: FileKind = FileKind {
    name: "telemetry.db",
    application_id: 0x5457_4e54, // "TWNT"
    migrations: &[
        include_str!("../migrations/telemetry_1.sql"),
        include_str!("../migrations/telemetry_2.sql"),
        include_str!("../migrations/telemetry_3.sql"),
        include_str!("../migrations/telemetry_4.sql"),
    ],
};

/// Bounds of a history.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Largest size of telemetry.db in pages of 8 KiB; none: the disk's.
    pub telemetry_pages_max: Option<u32>,
    /// Samples of the journal kept in memory for queries, about 31 bytes each. More than these are read from the
    /// file until compaction has caught up.
    pub tail_samples_max: usize,
    /// Samples that one compaction step takes at most (but at least one journal row).
    pub step_samples_max: usize,
    /// Samples in a full chunk, 1 to 5,000.
    pub chunk_samples_max: usize,
    /// Bytes of batches that are in chunks and whose memory is kept for [`Historian::spent_batch`]; 0: none.
    pub spent_bytes_max: usize,
    /// How much is kept of messages that could not be decoded.
    pub rejects: RejectLimits,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            telemetry_pages_max: None,
            tail_samples_max: 3_000_000,
            step_samples_max: 1_000_000,
            chunk_samples_max: CHUNK_SAMPLES_MAX,
            spent_bytes_max: 0,
            rejects: RejectLimits::default(),
        }
    }
}

/// The history of one workspace. Clones share it. One process a workspace: the caller holds the lock.
///
/// A future of any method may be dropped at any await: the files stay consistent, and an append whose future was
/// dropped is stored either as a whole or not at all.
#[derive(Clone)]
pub struct Historian {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub telemetry: Database,
    pub alarms: Arc<Database>,
    pub tail: Mutex<Tail>,
    pub spent: Spent,
    /// Held by what rewrites chunks: compaction and retention. What compaction knows of them goes with it, so that whoever
    /// else rewrites some makes it forgotten.
    pub maintenance: tokio::sync::Mutex<Ends>,
    /// Memory for the next step of compaction.
    pub group: GroupMemory,
    pub options: Options,
    /// Signals that may have chunks to roll up; none before the first look at all of them.
    pub unrolled: Mutex<Option<BTreeSet<SignalKey>>>,
    /// Signals with keys that are not stored yet: see `signals.rs`.
    pub reserved: Mutex<Vec<(i64, SignalId)>>,
    /// Retention has begun to bring the file below its budget and is not done.
    pub trimming: AtomicBool,
    notices: Vec<Said>,
}

impl Historian {
    /// Opens the history in `dir`, creating what is missing. `now` names a damaged file that has to be set aside.
    ///
    /// # Errors
    /// [`Error::Foreign`] and [`Error::Newer`] leave the file alone. A damaged file is no error: it is renamed to
    /// `<name>.damaged-<time>`, a new one is started, and [`notices`](Self::notices) says so.
    pub async fn open(dir: &Path, now: Timestamp) -> Result<Historian> {
        Historian::open_with(dir, now, Options::default()).await
    }

    /// [`open`](Self::open) with other bounds.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(dir: &Path, now: Timestamp, options: Options) -> Result<Historian> {
        let chunk_samples_max = options.chunk_samples_max.clamp(1, CHUNK_SAMPLES_MAX);
        let options = Options {
            chunk_samples_max,
            ..options
        };
        std::fs::create_dir_all(dir).map_err(Error::io(Deed::CreateFolder, dir))?;
        let mut notices = Vec::new();
        for kept in finish_switch(dir)? {
            notices.push(said!(
                "history-exchange",
                "an exchange of files that was cut short is finished; the former file is kept as {kept}",
                kept = kept.display().to_string()
            ));
        }
        let alarms = match crate::alarms::open(dir).await {
            Err(Error::Damaged { why, .. }) => {
                notices.push(replace_damaged(dir, crate::alarms::FILE.name, &why, now)?);
                crate::alarms::open(dir).await?
            }
            other => other?,
        };
        let (telemetry, tail, damaged) = match open_telemetry(dir, &alarms, options).await {
            Err(Error::Damaged { why, .. }) => {
                notices.push(replace_damaged(dir, TELEMETRY.name, &why, now)?);
                open_telemetry(dir, &alarms, options).await?
            }
            other => other?,
        };
        notices.extend(damaged);
        let maintenance = tokio::sync::Mutex::default();
        let inner = Inner {
            telemetry,
            alarms: Arc::new(alarms),
            tail: Mutex::new(tail),
            spent: Spent::new(options.spent_bytes_max),
            maintenance,
            group: GroupMemory::default(),
            options,
            unrolled: Mutex::new(None),
            reserved: Mutex::default(),
            trimming: AtomicBool::new(false),
            notices,
        };
        Ok(Historian {
            inner: Arc::new(inner),
        })
    }

    /// What a person should know about the opening, such as a damaged file that was set aside.
    pub fn notices(&self) -> &[Said] {
        &self.inner.notices
    }

    /// The alarm and audit database.
    pub fn alarms(&self) -> Alarms {
        Alarms::new(Arc::clone(&self.inner.alarms))
    }

    /// Bytes on disk of both databases, logs included.
    pub fn size_bytes(&self) -> u64 {
        self.inner.telemetry.size_bytes() + self.inner.alarms.size_bytes()
    }

    /// The newest journal row.
    pub fn newest_row(&self) -> JournalRow {
        JournalRow(tail::lock(&self.inner.tail).newest_row())
    }

    /// Journal samples held in memory: what compaction has before it, as long as it keeps up.
    pub fn tail_samples(&self) -> usize {
        tail::lock(&self.inner.tail).samples()
    }

    /// Sets the largest size of telemetry.db in pages of 8 KiB; none lifts the limit.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub async fn limit_telemetry_pages(&self, pages: Option<u32>) -> Result<()> {
        self.inner
            .telemetry
            .writer
            .lock()
            .await
            .limit_pages(pages)
            .await
    }

    /// Closes the files. Every clone fails from then on.
    ///
    /// # Errors
    /// When the log cannot be folded in; nothing is lost by that.
    pub async fn close(&self) -> Result<()> {
        self.inner.telemetry.close().await?;
        self.inner.alarms.close().await
    }

    /// [`close`](Self::close), and waits until no connection has a file open, when this is the last clone.
    pub(crate) async fn shut(self) -> Result<()> {
        let Some(inner) = Arc::into_inner(self.inner) else {
            return Ok(());
        };
        inner.telemetry.shut().await?;
        match Arc::into_inner(inner.alarms) {
            Some(alarms) => alarms.shut().await,
            None => Ok(()),
        }
    }
}

impl Inner {
    /// Notes signals with chunks that will not grow any more: rolling up looks at them. Before its first look at all
    /// signals (`all`) there is nothing to note.
    pub(crate) fn chunks_sealed(&self, signals: impl Iterator<Item = SignalKey>, all: bool) {
        let mut unrolled = self.unrolled.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *unrolled {
            Some(noted) => noted.extend(signals),
            none if all => *none = Some(signals.collect()),
            _ => {}
        }
    }

    /// Some of the noted signals; none before all signals were looked at.
    pub(crate) fn due_for_rolling_up(&self, limit: usize) -> Option<Vec<SignalKey>> {
        let unrolled = self.unrolled.lock().unwrap_or_else(PoisonError::into_inner);
        Some(unrolled.as_ref()?.iter().take(limit).copied().collect())
    }

    /// Takes signals off the note; gives how many are left.
    pub(crate) fn rolled_up(&self, signals: &[SignalKey]) -> usize {
        let mut unrolled = self.unrolled.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(noted) = &mut *unrolled else {
            return 0;
        };
        for signal in signals {
            noted.remove(signal);
        }
        noted.len()
    }

    /// For what rewrites chunks: waits until nobody else does, and until nothing of a call that was dropped is under way.
    pub(crate) async fn maintain(&self) -> Result<(tokio::sync::MutexGuard<'_, Ends>, Moved)> {
        let mut alone = self.maintenance.lock().await;
        alone.clear();
        Ok((alone, self.moved().await?))
    }

    /// [`maintain`](Self::maintain) for who holds the maintenance lock already.
    pub(crate) async fn moved(&self) -> Result<Moved> {
        let mut writer = self.telemetry.writer.lock().await;
        journal::moved(&mut writer, &self.telemetry.file, &self.tail).await
    }

    /// The tail, complete: looks into the file first when an append was abandoned.
    pub(crate) async fn sound_tail<T>(&self, read: impl FnOnce(&Tail) -> T) -> Result<T> {
        if tail::lock(&self.tail).is_torn() {
            let mut writer = self.telemetry.writer.lock().await;
            writer.ready(Durability::Full).await?;
            journal::mend(&self.telemetry.file, writer.connection(), &self.tail).await?;
        }
        Ok(read(&tail::lock(&self.tail)))
    }
}

fn replace_damaged(dir: &Path, name: &str, why: &str, now: Timestamp) -> Result<Said> {
    let to = set_aside(&dir.join(name), now)?;
    let said = said!(
        "history-set-aside",
        "{name} was damaged ({why}); it was kept as {kept} and a new one was started; repair can salvage what is readable \
         in it",
        name = name,
        // What SQLite says of a damaged file has lines.
        why = why.replace('\n', "; "),
        kept = to.display().to_string()
    );
    tracing::error!("{said}");
    Ok(said)
}

async fn open_telemetry(
    dir: &Path,
    alarms: &Database,
    options: Options,
) -> Result<(Database, Tail, Vec<Said>)> {
    let telemetry = Database::open(dir, &TELEMETRY).await?;
    let mut writer = telemetry.writer.lock().await;
    let copied = crate::alarms::copied_signals(alarms).await?;
    writer.begin(Durability::Full).await?;
    let restored = restore_signals(writer.connection(), &copied).await;
    writer
        .end(restored.map_err(Error::sql(&telemetry.file, "restore signal keys")))
        .await?;
    // A telemetry file that was started anew must not use row numbers again that the alarm file calls settled.
    let settled = crate::alarms::settled(alarms).await?;
    let (tail, damaged) = journal::load(
        &telemetry.file,
        writer.connection(),
        settled,
        options.tail_samples_max,
    )
    .await?;
    writer.limit_pages(options.telemetry_pages_max).await?;
    drop(writer);
    Ok((telemetry, tail, damaged))
}

/// In a new telemetry file, keys as the alarm file remembers them.
async fn restore_signals(
    connection: &mut SqliteConnection,
    copied: &[(i64, String)],
) -> sqlx::Result<()> {
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM signal")
        .fetch_one(&mut *connection)
        .await?;
    if known == 0 {
        for (key, id) in copied {
            let insert = sqlx::query("INSERT INTO signal (key, id) VALUES (?, ?)")
                .bind(key)
                .bind(id);
            insert.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

pub(crate) fn signal_key(key: i64) -> Result<SignalKey> {
    u32::try_from(key)
        .map(SignalKey)
        .map_err(|_| Error::OutOfRange {
            what: "a signal key",
        })
}
