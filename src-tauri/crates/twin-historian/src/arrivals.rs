//! When messages were received: numbered once at compaction, shared by the chunks of all signals.
//!
//! A row of the table `arrival` holds the received times of neighbouring numbers. Its blob: version byte 1, CRC-32, then a
//! column of whole numbers (`chunk/wholes.rs`) of `count` received times, µs.

use std::{collections::BTreeMap, ops::Range, path::Path};

use sqlx::SqliteConnection;
use twin_core::Timestamp;

use crate::{
    bytes::{Malformed, Reader, seal_at, unseal_at},
    chunk::{Chunk, Received, Wholes, page_count, put_wholes},
    error::{Error, Result},
};

const VERSION: u8 = 1;
/// Received times in one row.
const ROW_NUMBERS_MAX: usize = 4_096;
/// Rows that a query keeps decoded: 2 MiB.
const CACHED_ROWS_MAX: usize = 64;

/// Gives numbers to received times and keeps those that are not stored yet.
pub(crate) struct Numberer {
    /// The number of `times[0]`.
    first: u64,
    /// All of this run.
    times: Vec<i64>,
    /// How many of them are stored.
    stored: usize,
    newest: Option<(i64, u64)>,
}

impl Numberer {
    /// Goes on behind the newest stored number.
    pub(crate) async fn open(connection: &mut SqliteConnection) -> sqlx::Result<Numberer> {
        let first: i64 = sqlx::query_scalar("SELECT coalesce(max(first + count), 1) FROM arrival")
            .fetch_one(connection)
            .await?;
        Ok(Numberer {
            first: first.max(1).cast_unsigned(),
            times: Vec::new(),
            stored: 0,
            newest: None,
        })
    }

    /// The number of a message; equal received times in a row share one.
    pub(crate) fn number(&mut self, received: Timestamp) -> u64 {
        let received = received.micros();
        if let Some((time, number)) = self.newest
            && time == received
        {
            return number;
        }
        let number = self.first + self.times.len() as u64;
        self.times.push(received);
        self.newest = Some((received, number));
        number
    }

    /// The number of a single sample: 0 when it was received at its source time.
    pub(crate) fn number_sample(&mut self, time: i64, received: Timestamp) -> u64 {
        if received.micros() == time {
            0
        } else {
            self.number(received)
        }
    }

    /// The received time, µs, of a number of this run.
    pub(crate) fn recent(&self, number: u64) -> Option<i64> {
        let at = number.checked_sub(self.first)?;
        self.times.get(at as usize).copied()
    }

    /// The rows that are not stored yet; they count as stored from now on.
    pub(crate) fn take(&mut self) -> std::result::Result<Vec<ArrivalRow>, Malformed> {
        let mut rows = Vec::new();
        for received in self.times[self.stored..].chunks(ROW_NUMBERS_MAX) {
            let mut body = Vec::with_capacity(received.len());
            put_wholes(&mut body, received)?;
            let first = self.first + self.stored as u64;
            let count = received.len() as i64;
            rows.push(ArrivalRow {
                first,
                count,
                received_max: received.iter().copied().max().unwrap_or(0),
                data: seal_at(VERSION, &place(first.cast_signed(), count), &body),
            });
            self.stored += received.len();
        }
        Ok(rows)
    }
}

/// A row to be stored.
pub(crate) struct ArrivalRow {
    first: u64,
    count: i64,
    received_max: i64,
    data: Vec<u8>,
}

pub(crate) async fn put_arrivals(
    connection: &mut SqliteConnection,
    rows: &[ArrivalRow],
) -> sqlx::Result<()> {
    for row in rows {
        sqlx::query("INSERT INTO arrival (first, count, received_max, data) VALUES (?, ?, ?, ?)")
            .bind(row.first.cast_signed())
            .bind(row.count)
            .bind(row.received_max)
            .bind(&row.data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Received times that a query has looked up.
#[derive(Default)]
pub(crate) struct ArrivalCache {
    /// By first number.
    rows: BTreeMap<u64, Vec<i64>>,
    /// Whether a missing row was told already.
    told: bool,
}

impl ArrivalCache {
    /// Received times, µs, of the samples of some pages. A number whose row is missing or damaged is logged and its
    /// sample taken as received at its source time, so that the sample stays readable.
    pub(crate) async fn received(
        &mut self,
        file: &Path,
        connection: &mut SqliteConnection,
        chunk: &Chunk<'_>,
        pages: Range<usize>,
    ) -> Result<Vec<i64>> {
        let broken = |why: Malformed| why.of("a chunk");
        let numbers = match chunk.received(pages.clone()).map_err(broken)? {
            Received::Times(times) => return Ok(times),
            Received::Numbers(numbers) => numbers,
        };
        let times = chunk.times(pages).map_err(broken)?;
        let mut received = Vec::with_capacity(numbers.len());
        for (number, time) in numbers.into_iter().zip(times) {
            let known = self.find(file, connection, number).await?;
            received.push(known.unwrap_or(time));
        }
        Ok(received)
    }

    /// The received time of a number; none of 0 and of those that are lost.
    pub(crate) async fn find(
        &mut self,
        file: &Path,
        connection: &mut SqliteConnection,
        number: u64,
    ) -> Result<Option<i64>> {
        if number == 0 {
            return Ok(None);
        }
        if let Some(time) = self.cached(number) {
            return Ok(Some(time));
        }
        let row: Option<(i64, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT first, count, data FROM arrival WHERE first <= ? ORDER BY first DESC LIMIT 1",
        )
        .bind(number.cast_signed())
        .fetch_optional(connection)
        .await
        .map_err(Error::sql(file, "read received times"))?;
        let times = match &row {
            Some((first, count, data)) => match read(data, *first, *count) {
                Ok(times) => Some((first.cast_unsigned(), times)),
                Err(why) => {
                    tracing::error!(first, %why, "received times are damaged: source times are shown for them");
                    None
                }
            },
            None => None,
        };
        if let Some((first, times)) = times {
            if self.rows.len() >= CACHED_ROWS_MAX {
                self.rows.pop_first();
            }
            self.rows.insert(first, times);
        }
        let found = self.cached(number);
        if found.is_none() && !self.told {
            self.told = true;
            tracing::error!(
                number,
                "received times are missing: source times are shown for them"
            );
        }
        Ok(found)
    }

    /// The received time of a number in the rows that were looked up already.
    pub(crate) fn cached(&self, number: u64) -> Option<i64> {
        let (first, times) = self.rows.range(..=number).next_back()?;
        times.get((number - first) as usize).copied()
    }
}

/// What the checksum of a row covers beside its blob: numbers that were damaged must not lead to other times.
pub(crate) fn place(first: i64, count: i64) -> [u8; 16] {
    let mut place = [0; 16];
    place[..8].copy_from_slice(&first.to_le_bytes());
    place[8..].copy_from_slice(&count.to_le_bytes());
    place
}

fn read(data: &[u8], first: i64, count: i64) -> std::result::Result<Vec<i64>, Malformed> {
    let mut reader = Reader::new(unseal_at(VERSION, &place(first, count), data)?);
    let n = usize::try_from(count).unwrap_or(usize::MAX);
    if n == 0 || n > ROW_NUMBERS_MAX {
        return Err(reader.fail("count out of range"));
    }
    let column = Wholes::read(&mut reader, n)?;
    reader.end()?;
    let mut times = Vec::with_capacity(n);
    column.decode(0..page_count(n), &mut times)?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    async fn store(connection: &mut SqliteConnection, times: &[i64]) -> Vec<u64> {
        let mut numbers = Numberer::open(connection).await.unwrap();
        let given = times.iter().map(|time| numbers.number(Timestamp(*time)));
        let given = given.collect();
        put_arrivals(connection, &numbers.take().unwrap())
            .await
            .unwrap();
        assert!(numbers.take().unwrap().is_empty());
        given
    }

    #[tokio::test]
    async fn numbers_go_on_and_unused_ones_go() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for sql in [
            include_str!("../migrations/telemetry_1.sql"),
            include_str!("../migrations/telemetry_2.sql"),
        ] {
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        }
        // More than one row; two messages of one instant in a row are one.
        let many: Vec<i64> = (0..5_000).map(|n| n * 7_919 % 10_007).collect();
        let first = store(&mut connection, &many).await;
        assert_eq!(first[4_999], 5_000);
        assert_eq!(
            store(&mut connection, &[7, 7, 8]).await,
            [5_001, 5_001, 5_002]
        );
        let mut cache = ArrivalCache::default();
        let file = Path::new("memory");
        for (number, time) in first.iter().zip(&many) {
            let found = cache.find(file, &mut connection, *number).await.unwrap();
            assert_eq!(found, Some(*time));
        }
        for (number, expected) in [(0, None), (5_001, Some(7)), (5_002, Some(8)), (5_003, None)] {
            let found = cache.find(file, &mut connection, number).await.unwrap();
            assert_eq!(found, expected);
        }
        // Numbers go on from the newest row.
        assert_eq!(store(&mut connection, &[9]).await, [5_003]);
    }
}
