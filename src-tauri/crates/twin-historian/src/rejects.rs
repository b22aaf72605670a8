//! Messages that could not be decoded: all are counted, and as many are kept as a budget takes.
//!
//! When it is used up, the oldest of the connection and reason that hold most go, so that what a noisy sender sends never
//! pushes out the evidence of others. Counters of what is kept stand beside the rows, so that no insert has to count.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;
use twin_core::{ConnectionId, Timestamp};

use crate::{
    database::Durability,
    error::{Error, Result},
    historian::{Historian, Inner},
    reject_limits::RejectLimits,
};

/// Bytes of an unreadable payload that are kept; of a longer one its beginning and its length are. As large as the
/// largest message that a connection takes when the plant file sets no limit.
pub const REJECT_PAYLOAD_MAX: usize = 1 << 20;
/// What a kept reject costs besides its payload, its detail and twice its topic (which an index repeats), bytes.
const ROW_BYTES: i64 = 256;
/// Most rows that go in one round.
const ROUND_ROWS: i64 = 1_024;
/// This part of a bound goes in one round, and is free after one, so that not every commit removes something.
const ROUND_PART: i64 = 256;

/// A message that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// On which connection.
    pub connection: ConnectionId,
    /// MQTT topic.
    pub topic: String,
    /// Short stable name of the reason.
    pub reason: String,
    /// What was wrong, in words.
    pub detail: String,
    /// Payload, or its beginning; only the first [`REJECT_PAYLOAD_MAX`] bytes are stored.
    pub payload: Vec<u8>,
    /// Bytes of the payload as it came; none when that is not known.
    pub length: Option<u64>,
    /// When.
    pub received: Timestamp,
}

/// A reject that is kept, without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReject {
    /// Of a later one it is larger.
    pub number: i64,
    /// MQTT topic.
    pub topic: String,
    /// What was wrong, in words.
    pub detail: String,
    /// Bytes of the payload as it came; none when that is not known.
    pub length: Option<u64>,
    /// Bytes of it that are kept.
    pub stored: u64,
    /// When.
    pub received: Timestamp,
}

/// How many messages were rejected for one reason since the history began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectTotal {
    /// On which connection.
    pub connection: ConnectionId,
    /// Short stable name of the reason.
    pub reason: String,
    /// How many.
    pub total: u64,
    /// How many of them are still kept.
    pub kept: u64,
}

impl Historian {
    /// The newest rejects of all connections, newest first, with what is kept of their payloads.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn rejects(&self, limit: u32) -> Result<Vec<Reject>> {
        type Row = (String, String, String, String, Vec<u8>, Option<i64>, i64);
        let telemetry = &self.inner.telemetry;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT connection, topic, reason, detail, coalesce(payload, x''), length, received \
             FROM reject LEFT JOIN reject_payload USING (id) ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read rejects"))?;
        let reject = |(connection, topic, reason, detail, payload, length, received): Row| Reject {
            connection: connection.into(),
            topic,
            reason,
            detail,
            payload,
            length: length.map(i64::cast_unsigned),
            received: Timestamp(received),
        };
        Ok(rows.into_iter().map(reject).collect())
    }

    /// The newest rejects of one connection and reason that are kept, newest first; those before `before` when there
    /// is one.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn rejects_of(
        &self,
        connection: &ConnectionId,
        reason: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptReject>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, String, String, Option<i64>, i64, i64)> = sqlx::query_as(
            "SELECT id, topic, detail, length, coalesce(length(payload), 0), received \
             FROM reject LEFT JOIN reject_payload USING (id) \
             WHERE connection = ? AND reason = ? AND id < ? ORDER BY id DESC LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(reason)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read rejects"))?;
        let reject =
            |(number, topic, detail, length, stored, received): (_, _, _, Option<i64>, i64, _)| {
                KeptReject {
                    number,
                    topic,
                    detail,
                    length: length.map(i64::cast_unsigned),
                    stored: stored.cast_unsigned(),
                    received: Timestamp(received),
                }
            };
        Ok(rows.into_iter().map(reject).collect())
    }

    /// What is kept of the payload of a reject of one connection; none when it is not kept any more.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn reject_payload(
        &self,
        connection: &ConnectionId,
        number: i64,
    ) -> Result<Option<Vec<u8>>> {
        let telemetry = &self.inner.telemetry;
        sqlx::query_scalar(
            "SELECT payload FROM reject JOIN reject_payload USING (id) WHERE id = ? AND connection = ?",
        )
        .bind(number)
        .bind(connection.as_str())
        .fetch_optional(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read a reject"))
    }

    /// Rejects counted by connection and reason.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn reject_totals(&self) -> Result<Vec<RejectTotal>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT connection, reason, total, coalesce(kept, 0) \
             FROM reject_total LEFT JOIN reject_kept USING (connection, reason) ORDER BY 1, 2",
        )
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(&telemetry.file, "read rejects"))?;
        let total = |(connection, reason, total, kept): (String, _, i64, i64)| RejectTotal {
            connection: connection.into(),
            reason,
            total: total.cast_unsigned(),
            kept: kept.cast_unsigned(),
        };
        Ok(rows.into_iter().map(total).collect())
    }
}

/// Stores them, and lets older ones go when there are too many.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    rejects: &[Reject],
    limits: RejectLimits,
) -> sqlx::Result<()> {
    if rejects.is_empty() {
        return Ok(());
    }
    let mut groups: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
    for reject in rejects {
        let cost = put_one(&mut *connection, reject).await?;
        let of = (reject.connection.as_str(), reject.reason.as_str());
        let (count, bytes) = groups.entry(of).or_default();
        (*count, *bytes) = (*count + 1, *bytes + cost);
    }
    for ((id, reason), (count, bytes)) in groups {
        sqlx::query(
            "INSERT INTO reject_total (connection, reason, total) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET total = total + excluded.total",
        )
        .bind(id)
        .bind(reason)
        .bind(count)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO reject_kept (connection, reason, kept, bytes) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET kept = kept + excluded.kept, bytes = bytes + excluded.bytes",
        )
        .bind(id)
        .bind(reason)
        .bind(count)
        .bind(bytes)
        .execute(&mut *connection)
        .await?;
    }
    let mut room = Room::look(&mut *connection, limits).await?;
    if room.is_short() {
        while !room.is_ample() {
            room.make(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Gives what it costs.
async fn put_one(connection: &mut SqliteConnection, reject: &Reject) -> sqlx::Result<i64> {
    let payload = &reject.payload;
    let kept = payload.get(..REJECT_PAYLOAD_MAX).unwrap_or(payload);
    let texts = 2 * reject.topic.len() + reject.detail.len();
    let cost = (kept.len() + texts) as i64 + ROW_BYTES;
    let put = sqlx::query(
        "INSERT INTO reject (connection, topic, reason, detail, received, excerpt) VALUES (?, ?, ?, ?, ?, x'')",
    )
    .bind(reject.connection.as_str())
    .bind(&reject.topic)
    .bind(&reject.reason)
    .bind(&reject.detail)
    .bind(reject.received.micros())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO reject_payload (id, length, cost, payload) VALUES (?, ?, ?, ?)")
        .bind(put.last_insert_rowid())
        .bind(reject.length.map(u64::cast_signed))
        .bind(cost)
        .bind(kept)
        .execute(connection)
        .await?;
    Ok(cost)
}

/// Removes the oldest ones of the largest groups until all take at most `bytes`, but no more than one round; gives whether
/// there are still more.
pub(crate) async fn trim(inner: &Inner, bytes: u64) -> Result<bool> {
    let limits = RejectLimits {
        bytes,
        ..inner.options.rejects
    };
    let mut writer = inner.telemetry.writer.lock().await;
    writer.begin(Durability::Normal).await?;
    let trimmed = trim_within(writer.connection(), limits).await;
    let fail = Error::sql(&inner.telemetry.file, "remove rejects");
    writer.end(trimmed.map_err(fail)).await
}

async fn trim_within(
    connection: &mut SqliteConnection,
    limits: RejectLimits,
) -> sqlx::Result<bool> {
    let mut room = Room::look(&mut *connection, limits).await?;
    let was_short = room.is_short();
    if was_short {
        room.make(connection).await?;
    }
    Ok(was_short)
}

/// What one connection and reason hold.
struct Group {
    connection: String,
    reason: String,
    kept: i64,
    bytes: i64,
}

/// What all hold, and what they may.
struct Room {
    groups: Vec<Group>,
    rows: i64,
    bytes: i64,
}

impl Room {
    async fn look(connection: &mut SqliteConnection, limits: RejectLimits) -> sqlx::Result<Room> {
        let groups: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT connection, reason, kept, bytes FROM reject_kept WHERE kept > 0",
        )
        .fetch_all(connection)
        .await?;
        let group = |(connection, reason, kept, bytes)| Group {
            connection,
            reason,
            kept,
            bytes,
        };
        Ok(Room {
            groups: groups.into_iter().map(group).collect(),
            rows: limits.rows.into(),
            bytes: i64::try_from(limits.bytes).unwrap_or(i64::MAX),
        })
    }

    /// How many rows and bytes are too many when this part of the bounds is to be free.
    fn excess(&self, part: i64) -> (i64, i64) {
        let rows: i64 = self.groups.iter().map(|group| group.kept).sum();
        let bytes: i64 = self.groups.iter().map(|group| group.bytes).sum();
        let allowed = |bound: i64| bound - bound.checked_div(part).unwrap_or(0);
        (rows - allowed(self.rows), bytes - allowed(self.bytes))
    }

    fn is_short(&self) -> bool {
        let (rows, bytes) = self.excess(0);
        rows > 0 || bytes > 0
    }

    fn is_ample(&self) -> bool {
        let (rows, bytes) = self.excess(ROUND_PART);
        self.groups.is_empty() || (rows <= 0 && bytes <= 0)
    }

    /// One round: the oldest of the group that holds most go.
    async fn make(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let (rows, bytes) = self.excess(ROUND_PART);
        let by_bytes = bytes > 0;
        let size = |group: &Group| if by_bytes { group.bytes } else { group.kept };
        let groups = self.groups.iter().enumerate();
        let Some(at) = groups
            .max_by_key(|(_, group)| size(group))
            .map(|(at, _)| at)
        else {
            return Ok(());
        };
        let Group {
            connection: id,
            reason,
            ..
        } = &self.groups[at];
        let oldest: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT id, coalesce(cost, 0) FROM reject LEFT JOIN reject_payload USING (id) \
             WHERE connection = ? AND reason = ? ORDER BY id LIMIT ?",
        )
        .bind(id)
        .bind(reason)
        .bind(ROUND_ROWS)
        .fetch_all(&mut *connection)
        .await?;
        // No more than a round's part, so that the next round can take from another group.
        let most_bytes = bytes.min((self.bytes / ROUND_PART).max(1));
        let most_rows = rows.min((self.rows / ROUND_PART).max(1));
        let (mut gone, mut freed, mut last) = (0, 0, None);
        for (number, cost) in oldest {
            if gone >= most_rows && freed >= most_bytes {
                break;
            }
            (gone, freed, last) = (gone + 1, freed + cost, Some(number));
        }
        match last {
            Some(last) => remove(&mut *connection, (id, reason), last).await?,
            // The counter was wrong: nothing is there any more.
            None => (gone, freed) = (i64::MAX, i64::MAX),
        }
        let group = &mut self.groups[at];
        group.kept = group.kept.saturating_sub(gone).max(0);
        group.bytes = group.bytes.saturating_sub(freed).max(0);
        sqlx::query(
            "UPDATE reject_kept SET kept = ?, bytes = ? WHERE connection = ? AND reason = ?",
        )
        .bind(group.kept)
        .bind(group.bytes)
        .bind(&group.connection)
        .bind(&group.reason)
        .execute(connection)
        .await?;
        self.groups.retain(|group| group.kept > 0);
        Ok(())
    }
}

/// Of one connection and reason all up to a number.
async fn remove(
    connection: &mut SqliteConnection,
    (id, reason): (&str, &str),
    last: i64,
) -> sqlx::Result<()> {
    for sql in [
        "DELETE FROM reject_payload WHERE id IN \
         (SELECT id FROM reject WHERE connection = ? AND reason = ? AND id <= ?)",
        "DELETE FROM reject WHERE connection = ? AND reason = ? AND id <= ?",
    ] {
        sqlx::query(sql)
            .bind(id)
            .bind(reason)
            .bind(last)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
