//! alarms.db: every change of every alarm, who acknowledged, and the audit trail. Every commit is flushed to the disk
//! before the call returns.

mod annotation;
mod as_of;
mod audit;
mod record;
mod replay;
mod store;
mod within;

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
    sync::Arc,
};

use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use twin_core::{
    OccurrenceId, Timestamp,
    alarm::{AlarmTransition, Cause},
};

use crate::{
    database::{Database, Durability, FileKind},
    error::{Error, Result},
    row::JournalRow,
};

pub use annotation::{
    ANNOTATION_CHARS_MAX, ANNOTATIONS_LISTED_MAX, ANNOTATIONS_MAX, Annotation, AnnotationChange,
    AnnotationDraft, Annotations,
};
pub use as_of::{Raised, SPANS_MAX};
pub use audit::{AuditCheck, AuditEntry, AuditRecord, Concern};
pub use record::AlarmRecord;
pub use within::{AlarmsOf, MORE_MAX, Stood, WITHIN_MAX, WITHIN_SIGNALS_MAX, Within};

/// Keys looked up, and written, at once.
const KEYS_A_PART: usize = 256;

pub(crate) const FILE: FileKind = FileKind {
    name: "alarms.db",
    application_id: 0x5457_4e41, // "TWNA"
    migrations: &[
        include_str!("../../migrations/alarms_1.sql"),
        include_str!("../../migrations/alarms_2.sql"),
        include_str!("../../migrations/alarms_3.sql"),
        include_str!("../../migrations/alarms_4.sql"),
    ],
};

/// Opens the file and reads what the start needs of it, so that damage there is found now.
pub(crate) async fn open(dir: &Path) -> Result<Database> {
    let database = Database::open(dir, &FILE).await?;
    settled(&database).await?;
    copied_signals(&database).await?;
    record::standing(&database).await?;
    Ok(database)
}

pub(crate) async fn settled(database: &Database) -> Result<i64> {
    let row = sqlx::query_scalar("SELECT row FROM settled")
        .fetch_one(&database.readers)
        .await;
    row.map_err(Error::sql(&database.file, "read the settled row"))
}

pub(crate) async fn copied_signals(database: &Database) -> Result<Vec<(i64, String)>> {
    let rows = sqlx::query_as("SELECT key, id FROM signal ORDER BY key")
        .fetch_all(&database.readers)
        .await;
    rows.map_err(Error::sql(&database.file, "read signal keys"))
}

/// Copies signal keys that the file does not have yet, or has under another id.
pub(crate) async fn copy_signals(database: &Database, rows: &[(i64, String)]) -> Result<()> {
    for part in rows.chunks(KEYS_A_PART) {
        copy_part(database, part).await?;
    }
    Ok(())
}

async fn copy_part(database: &Database, rows: &[(i64, String)]) -> Result<()> {
    let known = with_keys(&database.readers, rows)
        .await
        .map_err(Error::sql(&database.file, "read signal keys"))?;
    let is_new = |(key, id): &(i64, String)| known.get(key) != Some(id);
    if !rows.iter().any(is_new) {
        return Ok(());
    }
    let mut writer = database.writer.lock().await;
    writer.begin(Durability::Full).await?;
    let mut done = Ok(());
    for (key, id) in rows.iter().filter(|row| is_new(row)) {
        let insert = sqlx::query("INSERT OR REPLACE INTO signal (key, id) VALUES (?, ?)")
            .bind(key)
            .bind(id);
        done = insert.execute(writer.connection()).await.map(drop);
        if done.is_err() {
            break;
        }
    }
    writer
        .end(done.map_err(Error::sql(&database.file, "copy signal keys")))
        .await
}

/// What the file says of these keys.
async fn with_keys(
    readers: &SqlitePool,
    rows: &[(i64, String)],
) -> sqlx::Result<HashMap<i64, String>> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT key, id FROM signal WHERE key IN (");
    let mut list = sql.separated(", ");
    for (key, _) in rows {
        list.push_bind(key);
    }
    list.push_unseparated(")");
    let found = sql.build_query_as().persistent(false).fetch_all(readers);
    Ok(found.await?.into_iter().collect())
}

/// The alarm and audit database; clones share it.
#[derive(Clone)]
pub struct Alarms {
    database: Arc<Database>,
}

impl Alarms {
    pub(crate) const fn new(database: Arc<Database>) -> Self {
        Alarms { database }
    }

    /// Stores transitions in the order given, and in the same commit that the effects of journal rows up to
    /// `settled` are stored. Gives each one's sequence number. Acknowledgements are written to the audit trail too.
    ///
    /// Transitions that a retry or a replay after a crash made again are not stored twice: their first numbers are
    /// given. Those are recognised when `settled` is not beyond the settled row, or the list cannot follow what is
    /// stored of its occurrence; else all are new, for a signal that goes out, in and out again within one source
    /// instant makes equal transitions.
    ///
    /// # Errors
    /// When they cannot be stored: then none is.
    pub async fn append(
        &self,
        transitions: &[AlarmTransition],
        settled: JournalRow,
    ) -> Result<Vec<u64>> {
        if transitions.is_empty() {
            self.set_settled(settled).await?;
            return Ok(Vec::new());
        }
        let mut writer = self.database.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let stored = append(writer.connection(), transitions, settled).await;
        writer
            .end(stored.map_err(Error::sql(&self.database.file, "store alarm transitions")))
            .await
    }

    /// Occurrences that are not over, oldest change first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn standing(&self) -> Result<Vec<AlarmRecord>> {
        record::standing(&self.database).await
    }

    /// Occurrences, over or not, by their latest change, newest first: at most `limit` with a sequence number below
    /// `before` (none: from the newest).
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn history(&self, before: Option<u64>, limit: u32) -> Result<Vec<AlarmRecord>> {
        record::history(&self.database, before, limit).await
    }

    /// Occurrences that were not over at `t`, as they were then, oldest change first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn standing_as_of(&self, t: Timestamp) -> Result<Vec<AlarmRecord>> {
        as_of::standing(&self.database, t).await
    }

    /// Occurrences, over or not, as they were at `t`, by their latest change until then, newest first: at most `limit`
    /// behind the one whose latest change has the sequence number `before` (none: from the newest).
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn history_as_of(
        &self,
        t: Timestamp,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AlarmRecord>> {
        as_of::history(&self.database, t, before, limit).await
    }

    /// Occurrences of some signals or of an asset that stood at some time of a span, by source time.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn within(&self, asked: &Within) -> Result<Stood> {
        within::within(&self.database, asked).await
    }

    /// What was raised in `t0..t1` (at most 35 years of it), put together by `spans` (1 to [`SPANS_MAX`]) equal parts of
    /// the range; parts without an alarm are left out. In order of time.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn raised(&self, t0: Timestamp, t1: Timestamp, spans: u32) -> Result<Vec<Raised>> {
        as_of::raised(&self.database, (t0, t1), spans).await
    }

    /// When something was raised next, after or before `t`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn raised_beside(&self, t: Timestamp, later: bool) -> Result<Option<Timestamp>> {
        as_of::beside(&self.database, t, later).await
    }

    /// Those of these occurrences that there are, in no order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn occurrences<'a>(
        &self,
        ids: impl Iterator<Item = &'a OccurrenceId> + Send,
    ) -> Result<Vec<AlarmRecord>> {
        record::occurrences(&self.database, ids.map(OccurrenceId::as_str)).await
    }

    /// One occurrence.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn occurrence(&self, id: &OccurrenceId) -> Result<Option<AlarmRecord>> {
        record::occurrence(&self.database, id).await
    }

    /// One occurrence as it was at `t`; none when it had not begun.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn occurrence_as_of(
        &self,
        id: &OccurrenceId,
        t: Timestamp,
    ) -> Result<Option<AlarmRecord>> {
        let id = [id.as_str().to_owned()];
        Ok(as_of::records(&self.database, &id, t).await?.pop())
    }

    /// Transitions after sequence number `after`, at most `limit`, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn transitions(&self, after: u64, limit: u32) -> Result<Vec<(u64, AlarmTransition)>> {
        record::transitions(&self.database, after, limit).await
    }

    /// All transitions of one occurrence, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn transitions_of(&self, id: &OccurrenceId) -> Result<Vec<(u64, AlarmTransition)>> {
        record::transitions_of(&self.database, id).await
    }

    /// Transitions of all occurrences of an asset before `before`, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn transitions_of_asset(
        &self,
        asset: &str,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(u64, AlarmTransition)>> {
        record::transitions_of_asset(&self.database, asset, before, limit).await
    }

    /// Sequence number of the newest transition, 0 before the first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn newest_seq(&self) -> Result<u64> {
        let seq: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM transition")
            .fetch_one(&self.database.readers)
            .await
            .map_err(Error::sql(
                &self.database.file,
                "read the newest alarm transition",
            ))?;
        Ok(seq.cast_unsigned())
    }

    /// The journal row up to which all effects are stored: the replay at start begins behind it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn settled(&self) -> Result<JournalRow> {
        settled(&self.database).await.map(JournalRow)
    }

    /// Notes that journal rows up to `row` had no effect that is not stored. Never goes back. Not flushed: should a
    /// power cut take it, the start replays rows whose transitions are stored already, which changes nothing.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn set_settled(&self, row: JournalRow) -> Result<()> {
        let mut writer = self.database.writer.lock().await;
        writer.ready(Durability::Normal).await?;
        let done = set_settled(writer.connection(), row).await;
        done.map_err(Error::sql(&self.database.file, "store the settled row"))
    }

    /// Writes an operator's action to the audit trail; gives its number.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn write_audit(&self, entry: &AuditEntry) -> Result<u64> {
        let mut writer = self.database.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let written = audit::write(writer.connection(), entry).await;
        writer
            .end(written.map_err(Error::sql(&self.database.file, "write the audit trail")))
            .await
    }

    /// Audit records, newest first: at most `limit` with a number below `before` (none: from the newest).
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn audit(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditRecord>> {
        audit::read(&self.database, before, limit).await
    }

    /// Audit records that concern something, from before `before`, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn audit_concerning(
        &self,
        concern: &Concern,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditRecord>> {
        audit::concerning(&self.database, concern, before, limit).await
    }

    /// Follows the audit trail's hash chain from its beginning.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn check_audit(&self) -> Result<AuditCheck> {
        audit::check(&self.database).await
    }
}

async fn set_settled(connection: &mut SqliteConnection, row: JournalRow) -> sqlx::Result<()> {
    let update = sqlx::query("UPDATE settled SET row = ?1 WHERE row < ?1").bind(row.0);
    update.execute(connection).await.map(drop)
}

async fn append(
    connection: &mut SqliteConnection,
    transitions: &[AlarmTransition],
    settled: JournalRow,
) -> sqlx::Result<Vec<u64>> {
    let before: i64 = sqlx::query_scalar("SELECT row FROM settled")
        .fetch_one(&mut *connection)
        .await?;
    // Looked for first: an insert that meets a conflict would use up a sequence number, and a listener would take the
    // hole for a transition that it missed.
    let settles = settled.0.cmp(&before);
    let mut stored = replay::stored(&mut *connection, transitions, settles).await?;
    let mut numbers = Vec::with_capacity(transitions.len());
    let mut new = Vec::with_capacity(transitions.len());
    for transition in transitions {
        let list = stored.get_mut(transition.occurrence.as_str());
        let seq = list.and_then(VecDeque::pop_front);
        if seq.is_none() {
            new.push(transition);
        }
        numbers.push(seq);
    }
    let mut next = store::put(&mut *connection, &new).await?;
    let numbers = numbers.into_iter().map(|seq| {
        let seq = seq.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        seq.cast_unsigned()
    });
    let numbers = numbers.collect();
    set_settled(connection, settled).await?;
    Ok(numbers)
}

const ACKNOWLEDGED: &str = "acknowledged";

const fn cause_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Raised => "raised",
        Cause::Returned => "returned",
        Cause::Acknowledged { .. } => ACKNOWLEDGED,
        Cause::Removed => "removed",
    }
}
