//! What a chunk knows of an instant.

use sqlx::SqliteConnection;
use twin_core::{Quality, Timestamp};

use crate::{
    arrivals::ArrivalCache,
    bytes::Malformed,
    chunk::{Chunk, Received},
    error::Result,
    historian::Inner,
    sample::Sample,
};

/// The newest sample of a chunk with source time and received time at or before an instant.
pub(super) struct Known {
    /// None: nothing was received at the instant or before.
    pub sample: Option<Sample>,
    /// Whether samples up to the instant were passed over because they were received after it.
    pub passed: bool,
}

/// What stands in the way of an answer.
enum Obstacle {
    /// The chunk is damaged.
    Malformed(Malformed),
    /// This arrival number has not been looked up yet.
    Number(u64),
}

impl From<Malformed> for Obstacle {
    fn from(malformed: Malformed) -> Self {
        Obstacle::Malformed(malformed)
    }
}

/// What a chunk knows of `t`; the inner error: it is damaged.
pub(super) async fn known_at(
    inner: &Inner,
    connection: &mut SqliteConnection,
    cache: &mut ArrivalCache,
    chunk: &Chunk<'_>,
    t: Timestamp,
) -> Result<std::result::Result<Known, Malformed>> {
    let mut lost = Vec::new();
    loop {
        let find = |number| match cache.cached(number) {
            Some(time) => Some(Some(time)),
            None if number == 0 || lost.contains(&number) => Some(None),
            None => None,
        };
        match newest_known(chunk, t, find) {
            Ok(known) => return Ok(Ok(known)),
            Err(Obstacle::Malformed(malformed)) => return Ok(Err(malformed)),
            // Rare: thousands of samples share the numbers of one row.
            Err(Obstacle::Number(number)) => {
                let file = &inner.telemetry.file;
                if cache.find(file, connection, number).await?.is_none() {
                    lost.push(number);
                }
            }
        }
    }
}

/// `find` gives the received time of an arrival number; the inner none: there is none, and the sample counts as received
/// at its source time.
fn newest_known(
    chunk: &Chunk<'_>,
    t: Timestamp,
    find: impl Fn(u64) -> Option<Option<i64>>,
) -> std::result::Result<Known, Obstacle> {
    let mut passed = false;
    let last = chunk.page_before(t).map_or(0, |page| page + 1);
    for page in (0..last).rev() {
        let times = chunk.times(page..page + 1)?;
        let received = chunk.received(page..page + 1)?;
        let end = times.partition_point(|time| *time <= t.micros());
        for (at, time) in times[..end].iter().enumerate().rev() {
            let received = match &received {
                Received::Times(times) => times[at],
                Received::Numbers(numbers) => {
                    let found = find(numbers[at]).ok_or(Obstacle::Number(numbers[at]))?;
                    found.unwrap_or(*time)
                }
            };
            if received > t.micros() {
                passed = true;
                continue;
            }
            let index = chunk.indices(&(page..page + 1)).start + at;
            let run = chunk.quality_runs().iter().find(|run| index < run.end);
            let sample = Sample {
                time: Timestamp(*time),
                received: Timestamp(received),
                value: chunk.value(index)?,
                quality: run.map_or_else(Quality::default, |run| run.item),
            };
            return Ok(Known {
                sample: Some(sample),
                passed,
            });
        }
    }
    Ok(Known {
        sample: None,
        passed,
    })
}
