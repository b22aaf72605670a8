//! Samples one by one, page by page.

use twin_core::{SignalKey, Timestamp};

use super::load::snapshot;
use crate::{
    arrivals::ArrivalCache,
    chunks::{Want, chunk_blob, chunks_in_order, samples_in},
    error::Result,
    historian::Historian,
    journal::{self, Wanted},
    sample::{Sample, merge},
};

/// Most samples that [`Cursor::next`] gives at once.
pub const CURSOR_SAMPLES_MAX: usize = 16_384;
/// Chunks that are read in one read transaction.
const CHUNKS_A_PAGE: usize = 16;

/// A walk through the samples of one signal in order of source time. Between two calls it holds nothing of the file:
/// it may idle for days. Samples that come in behind it are not seen, those before it are.
pub struct Cursor {
    historian: Historian,
    signal: SignalKey,
    /// From where to go on; none at the end.
    next: Option<Timestamp>,
    t1: Timestamp,
}

impl Cursor {
    /// The next samples, at most [`CURSOR_SAMPLES_MAX`]; none at the end.
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk is damaged. Calling again tries again.
    pub async fn next(&mut self) -> Result<Option<Vec<Sample>>> {
        while let Some(from) = self.next {
            let page = self
                .historian
                .page(self.signal, from, self.t1, CURSOR_SAMPLES_MAX)
                .await?;
            self.next = page.next;
            if !page.samples.is_empty() {
                return Ok(Some(page.samples));
            }
        }
        Ok(None)
    }
}

struct Page {
    samples: Vec<Sample>,
    /// Where the next page begins; none at the end.
    next: Option<Timestamp>,
}

impl Historian {
    /// The first `limit` samples of `signal` in `t0..t1`, in order of source time. To go on, ask again from the last
    /// one's time plus a microsecond, or use a [`cursor`](Self::cursor).
    ///
    /// # Errors
    /// When the history cannot be read, or a chunk in the range is damaged.
    pub async fn raw(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        limit: usize,
    ) -> Result<Vec<Sample>> {
        let mut samples: Vec<Sample> = Vec::new();
        let mut next = Some(t0);
        while let (Some(from), 1..) = (next, limit - samples.len()) {
            let page = self.page(signal, from, t1, limit - samples.len()).await?;
            next = page.next;
            if samples.is_empty() {
                samples = page.samples;
            } else {
                samples.extend(page.samples);
            }
        }
        Ok(samples)
    }

    /// Goes through the samples of `signal` in `t0..t1` in bounded pages.
    pub fn cursor(&self, signal: SignalKey, t0: Timestamp, t1: Timestamp) -> Cursor {
        Cursor {
            historian: self.clone(),
            signal,
            next: Some(t0),
            t1,
        }
    }

    /// Samples from `t0` on, at most `limit`, as far as one read transaction may last.
    async fn page(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        limit: usize,
    ) -> Result<Page> {
        if t0 >= t1 || limit == 0 {
            return Ok(Page {
                samples: Vec::new(),
                next: None,
            });
        }
        let inner = &*self.inner;
        let window = inner
            .sound_tail(|tail| tail.window(signal, t0, t1, limit))
            .await?;
        let read_rows_to = window.read_rows_to;
        let (mut fresh, whole_before) = window.page(limit);
        let mut snapshot = snapshot(inner).await?;
        let (from, mut to) = (t0.micros(), t1.micros() - 1);
        if let Some(before) = whole_before {
            to = to.min(before.micros() - 1);
        }
        let want = Want { signal, from, to };
        let rows = chunks_in_order(inner, &mut snapshot, want, CHUNKS_A_PAGE).await?;
        if let Some(last) = rows.get(CHUNKS_A_PAGE - 1) {
            to = to.min(last.statistics.t_max.micros());
        }
        let mut cache = ArrivalCache::default();
        let mut stored: Vec<Sample> = Vec::new();
        for row in rows.iter().filter(|row| row.overlaps(from, to)) {
            let blob = chunk_blob(inner, &mut snapshot, row).await?;
            let found =
                samples_in(inner, &mut snapshot, &mut cache, (row, &blob), from, to).await?;
            stored.extend(found);
            // Chunks come in order: with so many from them, no later chunk can have one of the first `limit`.
            if stored.len() >= limit {
                to = to.min(row.statistics.t_max.micros());
                break;
            }
        }
        if let Some(rows_to) = read_rows_to {
            let wanted = Wanted {
                rows_to,
                t_from: t0,
                t_to: Timestamp(to),
            };
            let file = &inner.telemetry.file;
            let (found, whole_before) =
                journal::scan_signal(file, &mut snapshot, signal, wanted, limit).await?;
            if let Some(before) = whole_before {
                to = to.min(before.micros() - 1);
                stored.retain(|sample| sample.time < before);
            }
            stored = merge(stored, found);
        }
        fresh.retain(|sample| (from..=to).contains(&sample.time.micros()));
        let mut samples = merge(stored, fresh);
        if samples.len() > limit {
            samples.truncate(limit);
            to = samples.last().map_or(to, |sample| sample.time.micros());
        }
        let next = (to < t1.micros() - 1).then(|| Timestamp(to + 1));
        Ok(Page { samples, next })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twin_core::{BatchId, Quality, SampleBatch, Value};

    use super::*;
    use crate::{Durability, Options};

    const SIGNALS: u32 = 3;

    /// Samples of signals out of order and more than once; only some of the newest are in memory.
    async fn behind(dir: &std::path::Path, tail_samples_max: usize) -> Historian {
        let options = Options {
            tail_samples_max,
            ..Options::default()
        };
        let historian = Historian::open_with(dir, Timestamp(0), options)
            .await
            .unwrap();
        let names = (0..SIGNALS).map(|n| format!("signal {n}").as_str().into());
        let names: Vec<_> = names.collect();
        historian.signal_keys(&names).await.unwrap();
        for n in 0..100_i64 {
            let mut batch = SampleBatch::new(BatchId(n as u64), Timestamp(n * 50));
            for at in 0..40 {
                let signal = SignalKey(at as u32 % SIGNALS);
                let time = Timestamp((n * 37 + at * 1_237) % 5_000);
                let value = Value::I64(n * at % 5);
                batch.push(signal, time, &value, Quality::GOOD);
            }
            let batches = [Arc::new(batch)];
            let append = historian.append(&batches, Durability::Normal);
            append.await.unwrap();
        }
        historian
    }

    #[tokio::test]
    async fn what_only_the_journal_has_is_answered_like_what_is_in_memory() {
        let (far, near) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let far = behind(far.path(), 200).await;
        let near = behind(near.path(), 1_000_000).await;
        let signals: Vec<SignalKey> = (0..SIGNALS).map(SignalKey).collect();
        for (t0, t1) in [(0, 5_000), (700, 1_900), (-50, 1), (4_990, 9_000)] {
            let (t0, t1) = (Timestamp(t0), Timestamp(t1));
            for signal in &signals {
                let all = near.raw(*signal, t0, t1, usize::MAX).await.unwrap();
                for limit in [37, 600, usize::MAX] {
                    let (mut from, mut pages) = (t0, Vec::new());
                    loop {
                        let page = far.raw(*signal, from, t1, limit).await.unwrap();
                        let Some(last) = page.last() else { break };
                        from = last.time.plus(twin_core::Duration(1));
                        pages.extend(page);
                    }
                    assert_eq!(pages, all, "signal {} by {limit}", signal.0);
                }
            }
            let drawn = far.ranges(&signals, t0, t1, 50).await.unwrap();
            let wanted = near.ranges(&signals, t0, t1, 50).await.unwrap();
            assert_eq!(format!("{drawn:?}"), format!("{wanted:?}"));
            let known = far.as_of(t1).await.unwrap();
            assert_eq!(known, near.as_of(t1).await.unwrap());
        }
        let newest = far.newest_row();
        let last = far.last_values(newest).await.unwrap();
        assert_eq!(last, near.last_values(newest).await.unwrap());
    }

    #[tokio::test]
    async fn of_a_backlog_no_more_is_held_than_a_query_needs() {
        let dir = tempfile::tempdir().unwrap();
        let historian = behind(dir.path(), 200).await;
        let telemetry = &historian.inner.telemetry;
        let mut connection = telemetry.readers.acquire().await.unwrap();
        let rows_to = historian.newest_row().0;
        let wanted = Wanted {
            rows_to,
            t_from: Timestamp(100),
            t_to: Timestamp(5_000),
        };
        let (file, signal) = (&telemetry.file, SignalKey(1));
        let (found, before) = journal::scan_signal(file, &mut connection, signal, wanted, 10)
            .await
            .unwrap();
        let instants: std::collections::BTreeSet<_> = found.iter().map(|s| s.time).collect();
        assert_eq!(instants.len(), 10);
        assert!(before.is_some_and(|before| instants.last() < Some(&before)));
        let range = (Timestamp(1_000), Timestamp(1_100));
        let around =
            journal::scan_around(file, &mut connection, [signal].into_iter(), rows_to, range)
                .await
                .unwrap();
        assert_eq!(around.len(), 1);
        let outside = around[&signal]
            .iter()
            .filter(|s| s.time < range.0 || s.time >= range.1);
        assert_eq!(outside.count(), 2);
    }
}
