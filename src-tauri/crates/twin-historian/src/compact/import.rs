//! Samples from a file: straight into chunks, behind what history knows itself.

use std::collections::BTreeMap;

use twin_core::{SignalKey, Timestamp};

use super::{join::Winner, place::Placer};
use crate::{
    chunk::Stretch,
    ends::Ends,
    error::{Error, Result},
    historian::Historian,
    journal::{self, Wanted},
    rebuild,
    sample::{Sample, merge, settle},
};

/// Samples that are placed at a time.
const SAMPLES_A_PART: usize = 65_536;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Samples that are in history now and were not before.
    pub written: u64,
    /// Samples that history has already, with the same value and quality.
    pub present: u64,
    /// Samples of whose source time history has another value or quality, which stays.
    pub differing: u64,
}

impl Historian {
    /// Puts samples of one signal straight into chunks, in any order; of several with one source time the last counts.
    /// What history already has stays. Memory: a small multiple of the samples given. A call that fails or is abandoned may
    /// have stored some of them, and may be repeated.
    ///
    /// Received times that are equal to the source time, or equal to that of the sample before, cost no space.
    ///
    /// # Errors
    /// When the file cannot be read or written. After [`Error::Damaged`] it can be repeated at once: the damaged
    /// chunk was made anew or put into quarantine.
    pub async fn import(&self, signal: SignalKey, samples: Vec<Sample>) -> Result<Imported> {
        let inner = &*self.inner;
        inner.store_reserved().await?;
        let mut ends = inner.maintenance.lock().await;
        ends.clear();
        let damaged = match self.put_in(signal, samples).await {
            Err(damaged @ Error::Damaged { .. }) => damaged,
            done => return done,
        };
        // So that the call can be repeated; the counts of a half-done one would be wrong.
        rebuild::unproven(inner, true).await?;
        Err(damaged)
    }

    async fn put_in(&self, signal: SignalKey, mut samples: Vec<Sample>) -> Result<Imported> {
        let inner = &*self.inner;
        inner.moved().await?;
        let given = samples.len();
        settle(&mut samples);
        let mut imported = Imported {
            present: (given - samples.len()) as u64,
            ..Imported::default()
        };
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
            return Ok(imported);
        };
        let live = self.in_journal(signal, first.time, last.time).await?;
        if !live.is_empty() {
            samples.retain(|sample| match live.get(&sample.time) {
                None => true,
                Some(known) => {
                    imported.compare(known, sample);
                    false
                }
            });
        }
        let mut placer = Placer::new(inner, Winner::Stored, false, Ends::default()).await?;
        for part in samples.chunks(SAMPLES_A_PART) {
            let mut stretch = Stretch::default();
            stretch.reserve(part.len());
            for sample in part {
                let arrival = placer
                    .numbers
                    .number_sample(sample.time.micros(), sample.received);
                stretch.push_sample(sample, arrival);
            }
            placer.place_group(&[(signal, stretch)]).await?;
            placer.flush().await?;
        }
        imported.written += placer.plan.written;
        imported.present += placer.plan.present;
        imported.differing += placer.plan.differing;
        Ok(imported)
    }

    /// Samples of journal rows, which would win over imported ones when they come to chunks.
    async fn in_journal(
        &self,
        signal: SignalKey,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<BTreeMap<Timestamp, Sample>> {
        let inner = &*self.inner;
        let file = &inner.telemetry.file;
        let end = Timestamp(last.micros().saturating_add(1));
        let window = inner
            .sound_tail(|tail| tail.window(signal, first, end, usize::MAX))
            .await?;
        let read_rows_to = window.read_rows_to;
        let mut found = window.samples();
        if let Some(rows_to) = read_rows_to {
            let mut connection = inner
                .telemetry
                .readers
                .acquire()
                .await
                .map_err(Error::sql(file, "begin reading"))?;
            let wanted = Wanted {
                rows_to,
                t_from: first,
                t_to: last,
            };
            let (older, _) =
                journal::scan_signal(file, &mut connection, signal, wanted, usize::MAX).await?;
            found = merge(older, found);
        }
        let by_time = found.into_iter().map(|sample| (sample.time, sample));
        Ok(by_time.collect())
    }
}

impl Imported {
    fn compare(&mut self, known: &Sample, sample: &Sample) {
        let mut pair = Stretch::default();
        pair.push_sample(known, 0);
        pair.push_sample(sample, 0);
        if pair.same_value(0, &pair, 1) {
            self.present += 1;
        } else {
            self.differing += 1;
        }
    }
}
