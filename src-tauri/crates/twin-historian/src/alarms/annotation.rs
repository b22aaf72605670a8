//! What people write beside a trend: texts about an instant or a span of an asset. Every change is one transaction with its
//! record in the audit trail. What is taken away stays in the file, so that it can be put back.

use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};
use twin_core::Timestamp;

use super::{
    Alarms,
    audit::{self, AuditEntry},
};
use crate::{
    database::Durability,
    error::{Error, Result},
};

/// Most characters of a text.
pub const ANNOTATION_CHARS_MAX: usize = 2_000;
/// Most annotations that one list has.
pub const ANNOTATIONS_LISTED_MAX: usize = 500;
/// Most annotations of a workspace, those that were taken away too.
pub const ANNOTATIONS_MAX: i64 = 100_000;
/// Most assets that one list is asked of.
const ASSETS_MAX: usize = 256;

/// What a person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationDraft {
    /// Id of the asset it is about.
    pub asset: String,
    /// Id of the one of its signals that it is about; none: the whole asset.
    pub signal: Option<String>,
    /// When what it is about began.
    pub t0: Timestamp,
    /// When that ended; equal to `t0` for an instant.
    pub t1: Timestamp,
    /// The text, 1 to [`ANNOTATION_CHARS_MAX`] characters, as it was typed.
    pub text: String,
}

/// An annotation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its number, used once.
    pub id: u64,
    /// What was written.
    pub draft: AnnotationDraft,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who changed it last and when; none while it is as it was made.
    pub changed: Option<(String, Timestamp)>,
    /// Grows with every change.
    pub revision: u32,
    /// When it was taken away; none while it stands.
    pub removed_at: Option<Timestamp>,
}

/// Annotations of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotations {
    /// Those that begin last first, at most [`ANNOTATIONS_LISTED_MAX`].
    pub rows: Vec<Annotation>,
    /// Whether there are more.
    pub more: bool,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnotationChange {
    /// It is stored.
    Stored(Annotation),
    /// It is another than the caller knows, as it is now: nothing was stored.
    Another(Annotation),
    /// There is none with this number.
    Unknown,
}

/// What is to be done with one that is there.
enum Act<'a> {
    Write(&'a AnnotationDraft),
    Remove,
    PutBack,
}

const COLUMNS: &str = "SELECT id, asset, signal, t0, t1, text, author, made_at, changed_by, changed_at, revision, \
    removed_at FROM annotation ";

impl Alarms {
    /// Annotations of these assets that touch `t0..=t1` and were not taken away.
    ///
    /// # Errors
    /// When they cannot be read; [`Error::OutOfRange`] for more than 256 assets.
    pub async fn annotations(
        &self,
        assets: &[String],
        t0: Timestamp,
        t1: Timestamp,
    ) -> Result<Annotations> {
        if assets.len() > ASSETS_MAX {
            return Err(Error::OutOfRange {
                what: "the number of assets",
            });
        }
        let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
        sql.push("WHERE removed_at IS NULL AND asset IN (");
        let mut list = sql.separated(", ");
        for asset in assets {
            list.push_bind(asset);
        }
        list.push_unseparated(") AND t0 <= ");
        sql.push_bind(t1.micros()).push(" AND t1 >= ");
        sql.push_bind(t0.micros());
        sql.push(" ORDER BY t0 DESC, id DESC LIMIT ");
        sql.push_bind(ANNOTATIONS_LISTED_MAX as i64 + 1);
        let read = Error::sql(&self.database.file, "read annotations");
        let found = sql.build().persistent(false);
        let found = found.fetch_all(&self.database.readers).await;
        let mut rows: Vec<Annotation> = found
            .and_then(|rows| rows.iter().map(annotation).collect())
            .map_err(read)?;
        let more = rows.len() > ANNOTATIONS_LISTED_MAX;
        rows.truncate(ANNOTATIONS_LISTED_MAX);
        Ok(Annotations { rows, more })
    }

    /// Stores a new annotation of `user`, made at `now`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a text or a span that is none, or when there are [`ANNOTATIONS_MAX`]; when it cannot be stored.
    pub async fn annotate(
        &self,
        draft: &AnnotationDraft,
        user: &str,
        now: Timestamp,
    ) -> Result<Annotation> {
        check(draft)?;
        let mut writer = self.database.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let made = insert(writer.connection(), draft, user, now).await;
        let made = made.map_err(Error::sql(&self.database.file, "store an annotation"));
        writer.end(made.and_then(room)).await
    }

    /// Writes another text, span or signal over the annotation `id`, which the caller has seen as `revision`.
    ///
    /// # Errors
    /// As [`annotate`](Self::annotate).
    pub async fn change_annotation(
        &self,
        (id, revision): (u64, u32),
        draft: &AnnotationDraft,
        user: &str,
        now: Timestamp,
    ) -> Result<AnnotationChange> {
        check(draft)?;
        self.act((id, revision), Act::Write(draft), user, now).await
    }

    /// Takes an annotation away; it can be put back.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn remove_annotation(
        &self,
        (id, revision): (u64, u32),
        user: &str,
        now: Timestamp,
    ) -> Result<AnnotationChange> {
        self.act((id, revision), Act::Remove, user, now).await
    }

    /// Puts an annotation back that was taken away, as it was.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn restore_annotation(
        &self,
        (id, revision): (u64, u32),
        user: &str,
        now: Timestamp,
    ) -> Result<AnnotationChange> {
        self.act((id, revision), Act::PutBack, user, now).await
    }

    async fn act(
        &self,
        seen: (u64, u32),
        act: Act<'_>,
        user: &str,
        now: Timestamp,
    ) -> Result<AnnotationChange> {
        let mut writer = self.database.writer.lock().await;
        writer.begin(Durability::Full).await?;
        let done = change(writer.connection(), seen, &act, user, now).await;
        writer
            .end(done.map_err(Error::sql(&self.database.file, "change an annotation")))
            .await
    }
}

fn check(draft: &AnnotationDraft) -> Result<()> {
    let what = match draft.text.chars().count() {
        0 => "an annotation without a text",
        1..=ANNOTATION_CHARS_MAX if draft.t0 <= draft.t1 => return Ok(()),
        1..=ANNOTATION_CHARS_MAX => "an annotation that ends before it begins",
        _ => "the length of an annotation",
    };
    Err(Error::OutOfRange { what })
}

fn room(made: Option<Annotation>) -> Result<Annotation> {
    made.ok_or(Error::OutOfRange {
        what: "the number of annotations",
    })
}

/// None when there is no room for another.
async fn insert(
    connection: &mut SqliteConnection,
    draft: &AnnotationDraft,
    user: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Annotation>> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM annotation")
        .fetch_one(&mut *connection)
        .await?;
    if count >= ANNOTATIONS_MAX {
        return Ok(None);
    }
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO annotation (asset, signal, t0, t1, text, author, made_at, revision) \
         VALUES (?, ?, ?, ?, ?, ?, ?, 1) RETURNING id",
    )
    .bind(&draft.asset)
    .bind(&draft.signal)
    .bind(draft.t0.micros())
    .bind(draft.t1.micros())
    .bind(&draft.text)
    .bind(user)
    .bind(now.micros())
    .fetch_one(&mut *connection)
    .await?;
    let made = Annotation {
        id: id.cast_unsigned(),
        draft: draft.clone(),
        author: user.to_owned(),
        made_at: now,
        changed: None,
        revision: 1,
        removed_at: None,
    };
    note(connection, "annotate", &made, user, now).await?;
    Ok(Some(made))
}

async fn change(
    connection: &mut SqliteConnection,
    (id, revision): (u64, u32),
    act: &Act<'_>,
    user: &str,
    now: Timestamp,
) -> sqlx::Result<AnnotationChange> {
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = ?")));
    let found = query
        .bind(id.cast_signed())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(mut standing) = found.as_ref().map(annotation).transpose()? else {
        return Ok(AnnotationChange::Unknown);
    };
    let stands = standing.removed_at.is_none();
    if standing.revision != revision || stands == matches!(act, Act::PutBack) {
        return Ok(AnnotationChange::Another(standing));
    }
    let action = match act {
        Act::Write(draft) => {
            standing.draft = (*draft).clone();
            standing.changed = Some((user.to_owned(), now));
            "change-annotation"
        }
        Act::Remove => {
            standing.removed_at = Some(now);
            "remove-annotation"
        }
        Act::PutBack => {
            standing.removed_at = None;
            "restore-annotation"
        }
    };
    standing.revision = standing.revision.saturating_add(1);
    update(connection, &standing).await?;
    note(connection, action, &standing, user, now).await?;
    Ok(AnnotationChange::Stored(standing))
}

async fn update(connection: &mut SqliteConnection, standing: &Annotation) -> sqlx::Result<()> {
    let draft = &standing.draft;
    sqlx::query(
        "UPDATE annotation SET asset = ?, signal = ?, t0 = ?, t1 = ?, text = ?, changed_by = ?, changed_at = ?, \
         revision = ?, removed_at = ? WHERE id = ?",
    )
    .bind(&draft.asset)
    .bind(&draft.signal)
    .bind(draft.t0.micros())
    .bind(draft.t1.micros())
    .bind(&draft.text)
    .bind(standing.changed.as_ref().map(|(by, _)| by))
    .bind(standing.changed.as_ref().map(|(_, at)| at.micros()))
    .bind(standing.revision)
    .bind(standing.removed_at.map(Timestamp::micros))
    .bind(standing.id.cast_signed())
    .execute(connection)
    .await
    .map(drop)
}

/// The record of a change: the subject is what it is about, the detail says number, span (microseconds) and text as they are
/// from then on.
async fn note(
    connection: &mut SqliteConnection,
    action: &str,
    of: &Annotation,
    user: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let draft = &of.draft;
    let (t0, t1) = (draft.t0.micros(), draft.t1.micros());
    let entry = AuditEntry {
        at: now,
        user: user.to_owned(),
        action: action.to_owned(),
        subject: draft.signal.as_ref().unwrap_or(&draft.asset).clone(),
        detail: format!("annotation {} of {t0} to {t1}: {}", of.id, draft.text),
    };
    audit::write(connection, &entry).await.map(drop)
}

fn annotation(row: &SqliteRow) -> sqlx::Result<Annotation> {
    let (by, at): (Option<String>, Option<i64>) =
        (row.try_get("changed_by")?, row.try_get("changed_at")?);
    let removed_at: Option<i64> = row.try_get("removed_at")?;
    Ok(Annotation {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        draft: AnnotationDraft {
            asset: row.try_get("asset")?,
            signal: row.try_get("signal")?,
            t0: Timestamp(row.try_get("t0")?),
            t1: Timestamp(row.try_get("t1")?),
            text: row.try_get("text")?,
        },
        author: row.try_get("author")?,
        made_at: Timestamp(row.try_get("made_at")?),
        changed: by.zip(at.map(Timestamp)),
        revision: row.try_get("revision")?,
        removed_at: removed_at.map(Timestamp),
    })
}
