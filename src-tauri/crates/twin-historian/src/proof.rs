//! Checksums of rows: SQLite's pages have none, so that a flipped bit in a row would be shown as good.

use sqlx::{Row as _, sqlite::SqliteRow};
use twin_core::{Status, Timestamp};

use crate::{chunk::Statistics, chunks::ChunkRow, error::Unproven};

/// SQL for the checksum of a row of `rolled` whose columns have the given prefix: linear over a prime field, so that no
/// single flipped byte goes unseen, and small enough for 64 bits.
macro_rules! rolled_proof {
    ($row:literal) => {
        concat!(
            "((",
            $row,
            "signal * 7 + coalesce(",
            $row,
            "base + 1, 0) * 1000003 + ",
            $row,
            "upto % 2147483647 * 31 + coalesce(",
            $row,
            "raw_from % 2147483647, 77) * 524287) % 2147483647)"
        )
    };
}
pub(crate) use rolled_proof;

/// The checksum of a row of `chunk`: CRC-32 over its columns in the order of the table, as 64-bit little-endian words.
pub(crate) fn of_chunk(signal: i64, statistics: &Statistics, data: i64, arrival: i64) -> i64 {
    let s = statistics;
    // One form of what SQLite does not tell apart.
    let number = |number: f64| {
        if number.is_nan() {
            i64::MIN
        } else {
            (number + 0.0).to_bits().cast_signed()
        }
    };
    let words = [
        signal,
        s.t_min.micros(),
        s.t_max.micros(),
        i64::from(s.count),
        i64::from(s.numbers),
        number(s.min),
        number(s.max),
        number(s.sum),
        number(s.first),
        number(s.last),
        s.first_status as i64,
        s.last_status as i64,
        s.worst as i64,
        data,
        arrival,
    ];
    let mut hasher = crc32fast::Hasher::new();
    for word in words {
        hasher.update(&word.to_le_bytes());
    }
    // Signed: four bytes in the file, not six.
    i64::from(hasher.finalize().cast_signed())
}

/// The columns of a row begin with those of `chunk`, in the order of the table.
const ARRIVAL: usize = 14;
const PROOF: usize = 15;

impl ChunkRow {
    /// A row whose columns begin with all those of `chunk`, when its checksum fits.
    ///
    /// # Errors
    /// When it does not: the row must not be believed.
    pub(crate) fn read(row: &SqliteRow) -> sqlx::Result<ChunkRow> {
        let (row, proven) = ChunkRow::read_unproven(row)?;
        if proven {
            Ok(row)
        } else {
            Err(Unproven { place: row.place() }.into_sql())
        }
    }

    /// [`read`](Self::read) for who makes damaged rows whole again: tells whether the checksum fits.
    pub(crate) fn read_unproven(row: &SqliteRow) -> sqlx::Result<(ChunkRow, bool)> {
        // A flipped bit can give a column another type, or a count that none can be: such a row is damaged, not unreadable.
        let mut whole = true;
        let mut integer = |at| {
            row.try_get::<i64, _>(at).unwrap_or_else(|_| {
                whole = false;
                // What SQLite makes of it, so that the row can be found by it.
                row.try_get_unchecked(at).unwrap_or_default()
            })
        };
        let number = |at| match row.try_get::<Option<f64>, _>(at) {
            Ok(number) => number.unwrap_or(f64::NAN),
            Err(_) => f64::INFINITY,
        };
        let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        let statistics = Statistics {
            t_min: Timestamp(integer(1)),
            t_max: Timestamp(integer(2)),
            count: count(integer(3)),
            numbers: count(integer(4)),
            min: number(5),
            max: number(6),
            sum: number(7),
            first: number(8),
            last: number(9),
            first_status: status(integer(10)),
            last_status: status(integer(11)),
            worst: status(integer(12)),
        };
        let (signal, data) = (integer(0), integer(13));
        let found = ChunkRow {
            signal,
            statistics,
            data,
        };
        let arrival = row.try_get::<Option<i64>, _>(ARRIVAL);
        let proof = row.try_get::<Option<i64>, _>(PROOF);
        let proven = match (proof, arrival) {
            (Ok(Some(proof)), Ok(Some(arrival))) => {
                whole && proof == of_chunk(found.signal, &found.statistics, found.data, arrival)
            }
            // Written by schema 1.
            (Ok(None), Ok(None)) => whole,
            _ => false,
        };
        Ok((found, proven))
    }
}

const fn status(code: i64) -> Status {
    match code {
        0 => Status::Good,
        1 => Status::Uncertain,
        _ => Status::Bad,
    }
}
