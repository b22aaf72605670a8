//! What is to be changed, worked out before the transaction that changes it.

use std::ops::Range;

use sqlx::{Arguments as _, QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteArguments};
use twin_core::SignalKey;

use crate::{
    arrivals::{ArrivalRow, put_arrivals},
    chunk::Statistics,
    database::Durability,
    ends::{Ends, StoredChunk},
    error::{Error, Result},
    events::{NewCorrection, put_corrections},
    historian::{Inner, signal_key},
    lists::json,
    proof,
    rollup::store as rollup,
};

/// What the table of chunks has of one.
const FACTS: usize = 16;
/// Rows in one SQL statement; SQLite takes 32,766 parameters, and a chunk has [`FACTS`].
const ROWS_A_STATEMENT: usize = 1_000;
/// Chunks in one transaction: some milliseconds, so that appends wait a moment only.
const CHUNKS_A_TRANSACTION: usize = 256;
/// Bytes in one transaction, for chunks of long texts.
const BYTES_A_TRANSACTION: usize = 16 << 20;
/// As much work as one chunk.
const CORRECTIONS_A_CHUNK: usize = 8;

/// Where a chunk is stored.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub signal: i64,
    pub t_min: i64,
    pub data: i64,
}

pub(super) struct NewChunk {
    pub signal: SignalKey,
    pub statistics: Statistics,
    pub arrival: i64,
    pub lasting: bool,
    /// Where it is in [`Plan::blobs`].
    pub blob: Range<usize>,
    /// The id of its data, once it is stored.
    pub data: i64,
}

impl NewChunk {
    fn stored(&self) -> StoredChunk {
        StoredChunk {
            signal: i64::from(self.signal.0),
            t_min: self.statistics.t_min.micros(),
            t_max: self.statistics.t_max.micros(),
            count: i64::from(self.statistics.count),
            data: self.data,
        }
    }
}

/// Changes that go together, and counts of what was done so far.
#[derive(Default)]
pub(super) struct Plan {
    pub delete: Vec<Place>,
    pub insert: Vec<NewChunk>,
    /// The blobs of the new chunks, one behind the other.
    pub blobs: Vec<u8>,
    pub quarantine: Vec<(String, String, Vec<u8>)>,
    pub corrections: Vec<NewCorrection>,
    /// Signals and source times, both included, whose rollups may be wrong now.
    pub dirty: Vec<(SignalKey, i64, i64)>,
    /// Runs of samples that are new: their signals, first and last source times.
    pub new: Vec<(SignalKey, i64, i64)>,
    /// Rows up to this one are being moved: written with the first transaction of a step.
    pub moving: Option<i64>,
    pub chunks_written: u64,
    pub replaced: u64,
    pub corrected: u64,
    pub quarantined: u64,
    pub written: u64,
    pub present: u64,
    pub differing: u64,
}

impl Plan {
    /// Whether it is enough for a transaction.
    pub(super) fn is_large(&self) -> bool {
        let corrections = self.corrections.len() / CORRECTIONS_A_CHUNK;
        self.delete.len() + self.insert.len() + corrections >= CHUNKS_A_TRANSACTION
            || self.blobs.len() >= BYTES_A_TRANSACTION
    }

    /// Notes runs of samples that history did not have.
    pub(super) fn note_new(&mut self, signal: SignalKey, runs: &[(i64, i64)]) {
        let runs = runs.iter().map(|(from, to)| (signal, *from, *to));
        self.new.extend(runs);
    }

    /// Notes at the ends of signals what was changed there.
    fn tell(&self, ends: &mut Ends, full: usize) {
        for place in &self.delete {
            if let Ok(signal) = signal_key(place.signal) {
                ends.remove(signal, place.t_min, full);
            }
        }
        for chunk in &self.insert {
            ends.insert(chunk.signal, chunk.stored(), full);
        }
    }

    fn is_empty(&self) -> bool {
        self.delete.is_empty()
            && self.insert.is_empty()
            && self.quarantine.is_empty()
            && self.moving.is_none()
    }
}

/// Does what is planned in one transaction; gives a plan with the counts alone.
pub(super) async fn carry_out(
    inner: &Inner,
    mut plan: Plan,
    arrivals: &[ArrivalRow],
    ends: &mut Ends,
) -> Result<Plan> {
    let blobs = plan.blobs.len();
    if !plan.is_empty() {
        let mut writer = inner.telemetry.writer.lock().await;
        // NORMAL is enough: should a power cut take this commit, the journal rows are back.
        writer.begin(Durability::Normal).await?;
        let done = write(writer.connection(), &mut plan, arrivals).await;
        writer.end(done.map_err(|why| failed(inner, why))).await?;
        drop(writer);
        plan.tell(ends, inner.options.chunk_samples_max);
        let lasting = plan.insert.iter().filter(|chunk| chunk.lasting);
        inner.chunks_sealed(lasting.map(|chunk| chunk.signal), false);
        inner.telemetry.ease_log().await;
    }
    plan.chunks_written += plan.insert.len() as u64;
    plan.corrected += (plan.corrections.iter())
        .map(|note| 1 + note.skipped)
        .sum::<u64>();
    plan.quarantined += plan.quarantine.len() as u64;
    // The next part is planned in the same memory.
    plan.delete.clear();
    plan.insert.clear();
    // The blobs themselves went with the statement.
    plan.blobs = Vec::with_capacity(blobs);
    plan.quarantine.clear();
    plan.corrections.clear();
    plan.dirty.clear();
    plan.new.clear();
    plan.moving = None;
    Ok(plan)
}

/// A chunk that is not where it was, or stands where none was found: a key among the statistics is damaged.
fn failed(inner: &Inner, why: sqlx::Error) -> Error {
    let taken = why
        .as_database_error()
        .is_some_and(|why| why.is_unique_violation());
    if taken || matches!(why, sqlx::Error::RowNotFound) {
        return Error::Damaged {
            place: "the table of chunk statistics".into(),
            why: "a chunk does not stand where its key says".into(),
        };
    }
    Error::sql(&inner.telemetry.file, "move rows to chunks")(why)
}

async fn write(
    connection: &mut SqliteConnection,
    plan: &mut Plan,
    arrivals: &[ArrivalRow],
) -> sqlx::Result<()> {
    if let Some(through) = plan.moving {
        let update = sqlx::query("UPDATE progress SET moving = max(moving, ?)");
        update.bind(through).execute(&mut *connection).await?;
    }
    put_arrivals(&mut *connection, arrivals).await?;
    if delete_places(&mut *connection, &plan.delete).await? != plan.delete.len() as u64 {
        return Err(sqlx::Error::RowNotFound);
    }
    let blobs = std::mem::take(&mut plan.blobs);
    insert_chunks(&mut *connection, &mut plan.insert, blobs).await?;
    put_corrections(&mut *connection, &plan.corrections).await?;
    rollup::mark(&mut *connection, &plan.dirty, &plan.new).await?;
    for (origin, reason, data) in &plan.quarantine {
        let insert = sqlx::query("INSERT INTO quarantine (origin, reason, data) VALUES (?, ?, ?)");
        insert
            .bind(origin)
            .bind(reason)
            .bind(data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Removes chunks and their data; gives how many there were.
async fn delete_places(connection: &mut SqliteConnection, places: &[Place]) -> sqlx::Result<u64> {
    let mut deleted = 0;
    for part in places.chunks(ROWS_A_STATEMENT) {
        let mut sql = QueryBuilder::<Sqlite>::new("DELETE FROM chunk_data WHERE id IN (");
        let mut ids = sql.separated(", ");
        for place in part {
            ids.push_bind(place.data);
        }
        ids.push_unseparated(")");
        sql.build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;

        let mut sql = QueryBuilder::<Sqlite>::new("DELETE FROM chunk WHERE (signal, t_min) IN (");
        sql.push_values(part, |mut values, place| {
            values.push_bind(place.signal).push_bind(place.t_min);
        });
        sql.push(")");
        let done = sql
            .build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;
        deleted += done.rows_affected();
    }
    Ok(deleted)
}

/// Lasting chunks get growing ids from 1, those that will soon be written again falling ones from -1: a page of the
/// file then holds chunks that live equally long, and no holes are left between the lasting ones.
async fn insert_chunks(
    connection: &mut SqliteConnection,
    chunks: &mut [NewChunk],
    blobs: Vec<u8>,
) -> sqlx::Result<()> {
    if chunks.is_empty() {
        return Ok(());
    }
    let (mut low, mut high): (i64, i64) = sqlx::query_as(
        "SELECT min(0, coalesce((SELECT min(id) FROM chunk_data), 0)), \
         max(0, coalesce((SELECT max(id) FROM chunk_data), 0))",
    )
    .fetch_one(&mut *connection)
    .await?;
    for chunk in &mut *chunks {
        chunk.data = if chunk.lasting {
            high += 1;
            high
        } else {
            low -= 1;
            low
        };
    }
    // All in one piece, and where each is: a blob that is bound alone is copied for it.
    let places = chunks.iter().map(|chunk| {
        let Range { start, end } = chunk.blob;
        [chunk.data, start as i64 + 1, (end - start) as i64]
    });
    sqlx::query(
        "INSERT INTO chunk_data (id, data) \
         SELECT w.value ->> 0, substr(?1, w.value ->> 1, w.value ->> 2) FROM json_each(?2) AS w",
    )
    .bind(blobs)
    .bind(json(places))
    .execute(&mut *connection)
    .await?;
    for part in chunks.chunks(ROWS_A_STATEMENT) {
        let facts = part.iter().map(|chunk| Facts {
            signal: chunk.signal,
            statistics: chunk.statistics,
            arrival: chunk.arrival,
            data: chunk.data,
        });
        put_facts(connection, facts).await?;
    }
    Ok(())
}

/// What the table of chunks says of one.
pub(crate) struct Facts {
    pub signal: SignalKey,
    pub statistics: Statistics,
    pub arrival: i64,
    pub data: i64,
}

/// At least one, at most [`ROWS_A_STATEMENT`].
pub(crate) async fn put_facts(
    connection: &mut SqliteConnection,
    facts: impl Iterator<Item = Facts>,
) -> sqlx::Result<()> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(FACTS * facts.size_hint().0, 0);
    let mut sql = QueryBuilder::<Sqlite>::with_arguments(
        "INSERT INTO chunk (signal, t_min, t_max, count, numbers, min, max, sum, first, last, first_status, \
         last_status, worst_status, data, arrival, proof) ",
        arguments,
    );
    sql.push_values(facts, |mut values, fact| {
        let s = &fact.statistics;
        // SQLite stores NaN as NULL, which is what the schema says.
        values
            .push_bind(fact.signal.0)
            .push_bind(s.t_min.micros())
            .push_bind(s.t_max.micros());
        values
            .push_bind(s.count)
            .push_bind(s.numbers)
            .push_bind(s.min)
            .push_bind(s.max)
            .push_bind(s.sum);
        values
            .push_bind(s.first)
            .push_bind(s.last)
            .push_bind(s.first_status as i64);
        values
            .push_bind(s.last_status as i64)
            .push_bind(s.worst as i64)
            .push_bind(fact.data)
            .push_bind(fact.arrival)
            .push_bind(proof::of_chunk(
                i64::from(fact.signal.0),
                s,
                fact.data,
                fact.arrival,
            ));
    });
    sql.build().persistent(false).execute(connection).await?;
    Ok(())
}
