//! The audit trail: every operator action, each record chained to the one before by its hash. A record that was
//! changed, taken out or put in later breaks the chain; only taking records from the end leaves no trace here.

use sha2::{Digest, Sha256};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use twin_core::Timestamp;

use crate::{
    database::Database,
    error::{Error, Result},
};

/// What the first record names as the hash before it.
const BEGINNING: [u8; 32] = [0; 32];
/// Records that a check reads at a time.
const RECORDS_AT_A_TIME: i64 = 1_000;

/// An operator's action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// What, as a short stable name such as `acknowledge`.
    pub action: String,
    /// To which thing: the id of an occurrence, a connection...
    pub subject: String,
    /// Comment or particulars; may be empty.
    pub detail: String,
}

/// A stored action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number, from 1 without a hole.
    pub seq: u64,
    /// The action.
    pub entry: AuditEntry,
    /// SHA-256 over the hash before it and its own content.
    pub hash: Vec<u8>,
}

/// What following the chain showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    /// Records that fit.
    pub intact: u64,
    /// The number of the first record that does not fit; none when all do.
    pub broken_at: Option<u64>,
}

type Row = (i64, i64, String, String, String, String, Vec<u8>, Vec<u8>);

/// SHA-256 of the previous hash, the number and the time (`i64`, little-endian), and each text with its length
/// (`u64`) before it.
fn hash(previous: &[u8], seq: i64, entry: &AuditEntry) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(seq.to_le_bytes());
    hasher.update(entry.at.micros().to_le_bytes());
    for text in [&entry.user, &entry.action, &entry.subject, &entry.detail] {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().into()
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    entry: &AuditEntry,
) -> sqlx::Result<u64> {
    let newest: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    let (seq, previous) = newest.map_or((1, BEGINNING.to_vec()), |(seq, hash)| (seq + 1, hash));
    let own = hash(&previous, seq, entry);
    sqlx::query(
        "INSERT INTO audit (seq, at, user, action, subject, detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(entry.at.micros())
    .bind(&entry.user)
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.detail)
    .bind(previous)
    .bind(own.to_vec())
    .execute(connection)
    .await?;
    Ok(seq.cast_unsigned())
}

fn record((seq, at, user, action, subject, detail, _, hash): Row) -> AuditRecord {
    let entry = AuditEntry {
        at: Timestamp(at),
        user,
        action,
        subject,
        detail,
    };
    AuditRecord {
        seq: seq.cast_unsigned(),
        entry,
        hash,
    }
}

pub(super) async fn read(
    database: &Database,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT seq, at, user, action, subject, detail, previous, hash FROM audit WHERE seq < ? \
         ORDER BY seq DESC LIMIT ?",
    )
    .bind(before)
    .bind(limit)
    .fetch_all(&database.readers)
    .await
    .map_err(Error::sql(&database.file, "read the audit trail"))?;
    Ok(rows.into_iter().map(record).collect())
}

/// What the entries of the audit trail are about that concern one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// Their subject is one of these.
    pub subjects: Vec<String>,
    /// Their action is one of these, whatever the subject.
    pub actions: Vec<String>,
    /// Their subject is a list, with `, ` between, and this is in it.
    pub listed: String,
}

pub(super) async fn concerning(
    database: &Database,
    concern: &Concern,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT seq, at, user, action, subject, detail, previous, hash FROM audit WHERE at < ",
    );
    sql.push_bind(before.micros());
    sql.push(" AND (instr(', ' || subject || ', ', ");
    sql.push_bind(format!(", {}, ", concern.listed));
    sql.push(") > 0");
    for (column, values) in [
        (" OR subject IN (", &concern.subjects),
        (" OR action IN (", &concern.actions),
    ] {
        sql.push(column);
        let mut list = sql.separated(", ");
        for value in values {
            list.push_bind(value);
        }
        list.push_unseparated(")");
    }
    sql.push(") ORDER BY at DESC, seq DESC LIMIT ");
    sql.push_bind(limit);
    let rows: Vec<Row> = sql
        .build_query_as()
        .persistent(false)
        .fetch_all(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read the audit trail"))?;
    Ok(rows.into_iter().map(record).collect())
}

pub(super) async fn check(database: &Database) -> Result<AuditCheck> {
    let mut before = BEGINNING.to_vec();
    let mut intact = 0_i64;
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, at, user, action, subject, detail, previous, hash FROM audit WHERE seq > ? \
             ORDER BY seq LIMIT ?",
        )
        .bind(intact)
        .bind(RECORDS_AT_A_TIME)
        .fetch_all(&database.readers)
        .await
        .map_err(Error::sql(&database.file, "read the audit trail"))?;
        if rows.is_empty() {
            return Ok(AuditCheck {
                intact: intact.cast_unsigned(),
                broken_at: None,
            });
        }
        for row in rows {
            let (seq, previous) = (row.0, row.6.clone());
            let record = record(row);
            let fits = seq == intact + 1
                && previous == before
                && record.hash == hash(&before, seq, &record.entry);
            if !fits {
                let broken_at = Some((intact + 1).cast_unsigned());
                return Ok(AuditCheck {
                    intact: intact.cast_unsigned(),
                    broken_at,
                });
            }
            before = record.hash;
            intact = seq;
        }
    }
}
