//! When a connection was lost: what was heard of it before holds no more from then on.

use std::collections::{BTreeMap, HashMap};

use sqlx::{SqliteConnection, sqlite::SqliteRow};
use twin_core::{Quality, Reason, SignalKey, Timestamp};

use super::QUALITIES_A_STEP;
use crate::{
    chunks::{ChunkRow, chunk_blob, points},
    error::{Error, Result},
    events::QualityTransition,
    historian::{Historian, signal_key},
};

/// Signals whose samples are looked up at once.
const SIGNALS_A_LOOK: usize = 1_000;
/// Most marks that one call writes, of all signals together; each signal gets at least its newest.
const MARKS_MAX: usize = 100_000;
/// The oldest source time in chunks, of signals that have any.
const FIRSTS: &str = "SELECT k.value, c.t_min FROM json_each(?1) AS k CROSS JOIN chunk AS c ON c.signal = k.value \
     AND c.t_min = (SELECT min(t_min) FROM chunk WHERE signal = k.value)";
/// All chunks of signals.
const CHUNKS: &str =
    "SELECT c.* FROM json_each(?1) AS k CROSS JOIN chunk AS c ON c.signal = k.value";

/// When samples of one signal came.
#[derive(Default)]
struct Heard {
    /// Some instants at which there was one, microseconds: enough to tell what stands between losses.
    at: Vec<i64>,
    /// Stretches, both ends included, in which there may have been one at any time.
    perhaps: Vec<(i64, i64)>,
}

impl Heard {
    /// Whether a sample came, or may have come, behind `after` and up to `upto`.
    fn anything(&self, after: i64, upto: i64) -> bool {
        let next = self.at.partition_point(|at| *at <= after);
        let is_between = self.at.get(next).is_some_and(|at| *at <= upto);
        let may_be = |(from, to): &(i64, i64)| *from <= upto && *to > after;
        is_between || self.perhaps.iter().any(may_be)
    }

    /// Of losses in order those that come first behind a sample: the others find nothing that still holds.
    fn first_losses(&self, lost: &[Timestamp]) -> Vec<Timestamp> {
        let mut firsts: Vec<Timestamp> = Vec::new();
        for at in lost {
            let before = firsts.last();
            if before.is_none_or(|before| self.anything(before.micros(), at.micros())) {
                firsts.push(*at);
            }
        }
        firsts
    }
}

impl Historian {
    /// Says of provisional ids when their connection was lost, as it is said of signals at once: the first time behind
    /// each sample.
    pub(super) async fn mark_losses(&self, of: &BTreeMap<SignalKey, &[Timestamp]>) -> Result<()> {
        let signals: Vec<SignalKey> = of.keys().copied().collect();
        let firsts = self.firsts(&signals).await?;
        let most = (MARKS_MAX / firsts.len().max(1)).max(1);
        let mut lost: Vec<(SignalKey, &[Timestamp])> = Vec::with_capacity(firsts.len());
        for (signal, first) in firsts {
            let all = of.get(&signal).copied().unwrap_or_default();
            let behind = &all[all.partition_point(|at| *at <= first)..];
            if !behind.is_empty() {
                lost.push((signal, behind));
            }
        }
        lost.sort_unstable_by_key(|(signal, _)| *signal);
        let mut marks = Vec::new();
        for part in lost.chunks(SIGNALS_A_LOOK) {
            // Of a single loss there is nothing to leave out.
            let several = part.iter().filter(|(_, lost)| lost.len() > 1);
            let heard = self.heard(several.copied()).await?;
            for (signal, lost) in part {
                let first = heard.get(signal).map(|heard| heard.first_losses(lost));
                let first = first.unwrap_or_else(|| lost.to_vec());
                let newest = &first[first.len().saturating_sub(most)..];
                marks.extend(newest.iter().map(|at| QualityTransition {
                    signal: *signal,
                    at: *at,
                    quality: Quality::bad(Reason::BrokerLost),
                }));
            }
            if marks.len() >= QUALITIES_A_STEP as usize {
                self.put_changes(&marks).await?;
                marks.clear();
            }
        }
        match marks.is_empty() {
            true => Ok(()),
            false => self.put_changes(&marks).await,
        }
    }

    /// When samples of signals came, as far as their losses ask for it.
    async fn heard(
        &self,
        of: impl Iterator<Item = (SignalKey, &[Timestamp])>,
    ) -> Result<HashMap<SignalKey, Heard>> {
        let lost: HashMap<SignalKey, &[Timestamp]> = of.collect();
        // Before the chunks: what compaction moves in between is then seen twice, and not missed.
        let windows = self.inner.sound_tail(|tail| {
            let (all, end) = (Timestamp::MIN, Timestamp::MAX);
            let window = |signal: &SignalKey| (*signal, tail.window(*signal, all, end, usize::MAX));
            lost.keys().map(window).collect::<Vec<_>>()
        });
        let mut heard: HashMap<SignalKey, Heard> = HashMap::new();
        for (signal, window) in windows.await? {
            let of = heard.entry(signal).or_default();
            if window.read_rows_to.is_some() {
                of.perhaps.push((i64::MIN, i64::MAX));
            }
            let received = window.samples().into_iter();
            of.at.extend(received.map(|fresh| fresh.received.micros()));
        }
        let telemetry = &self.inner.telemetry;
        let read = Error::sql(&telemetry.file, "read chunk statistics");
        let keys: Vec<u32> = lost.keys().map(|signal| signal.0).collect();
        let mut connection = telemetry.readers.acquire().await.map_err(&read)?;
        let rows = sqlx::query(CHUNKS).bind(format!("{keys:?}"));
        let rows: Vec<SqliteRow> = rows.fetch_all(&mut *connection).await.map_err(&read)?;
        for row in &rows {
            let (row, is_proven) = ChunkRow::read_unproven(row).map_err(&read)?;
            let signal = signal_key(row.signal)?;
            let of = heard.entry(signal).or_default();
            let lost = lost.get(&signal).copied().unwrap_or_default();
            self.note_chunk(&mut connection, (&row, is_proven), lost, of)
                .await?;
        }
        for of in heard.values_mut() {
            of.at.sort_unstable();
        }
        Ok(heard)
    }

    /// Notes the ends of a chunk; or all its times, when more than one loss fell between them.
    async fn note_chunk(
        &self,
        connection: &mut SqliteConnection,
        (row, is_proven): (&ChunkRow, bool),
        lost: &[Timestamp],
        heard: &mut Heard,
    ) -> Result<()> {
        let (t_min, t_max) = (row.statistics.t_min, row.statistics.t_max);
        let behind = |end: Timestamp| lost.partition_point(|at| *at <= end);
        if is_proven && behind(t_max) - behind(t_min) < 2 {
            heard.at.extend([t_min.micros(), t_max.micros()]);
            return Ok(());
        }
        let times = match chunk_blob(&self.inner, connection, row).await {
            Ok(blob) => points((row.signal, &blob), i64::MIN, i64::MAX, false).ok(),
            Err(Error::Damaged { .. }) => None,
            Err(error) => return Err(error),
        };
        match times {
            Some(samples) => heard.at.extend(samples.times),
            // Whoever copies it finds out.
            None => heard.perhaps.push((t_min.micros(), t_max.micros())),
        }
        Ok(())
    }

    /// Since when something is known of signals, of those of which it is: the oldest source time in chunks, or a receipt;
    /// the beginning of time while the journal has rows that are not in memory.
    pub(super) async fn firsts(
        &self,
        signals: &[SignalKey],
    ) -> Result<HashMap<SignalKey, Timestamp>> {
        let mut firsts = HashMap::new();
        for part in signals.chunks(SIGNALS_A_LOOK) {
            self.look_for_firsts(part, &mut firsts).await?;
        }
        Ok(firsts)
    }

    async fn look_for_firsts(
        &self,
        signals: &[SignalKey],
        firsts: &mut HashMap<SignalKey, Timestamp>,
    ) -> Result<()> {
        // Before the chunks: what compaction moves in between is then seen twice, and not missed.
        let windows = self.inner.sound_tail(|tail| {
            let (all, end) = (Timestamp::MIN, Timestamp::MAX);
            let window = |signal: &SignalKey| (*signal, tail.window(*signal, all, end, 1));
            signals.iter().map(window).collect::<Vec<_>>()
        });
        let mut found = |signal: SignalKey, at: Timestamp| {
            let first = firsts.entry(signal).or_insert(at);
            *first = at.min(*first);
        };
        for (signal, window) in windows.await? {
            if window.read_rows_to.is_some() {
                found(signal, Timestamp::MIN);
            }
            if let Some(fresh) = window.samples().first() {
                found(signal, fresh.received);
            }
        }
        let telemetry = &self.inner.telemetry;
        let keys: Vec<u32> = signals.iter().map(|signal| signal.0).collect();
        let rows: Vec<(u32, i64)> = sqlx::query_as(FIRSTS)
            .bind(format!("{keys:?}"))
            .fetch_all(&telemetry.readers)
            .await
            .map_err(Error::sql(&telemetry.file, "read chunk statistics"))?;
        for (signal, first) in rows {
            found(SignalKey(signal), Timestamp(first));
        }
        Ok(())
    }
}
