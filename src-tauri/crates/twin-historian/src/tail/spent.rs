//! Batches whose samples are in chunks: their memory serves for new ones, so that a stream of samples asks for none.

use std::sync::{Arc, Mutex, PoisonError};

use twin_core::SampleBatch;

use super::bytes_of;

/// Powers of two of samples that are told apart.
const CLASSES: usize = 24;
/// How many of them are looked through: what is taken has room for eight times as many samples at most.
const CLASSES_TRIED: usize = 3;

/// Batches whose memory is kept. They were counted in the tail before, so that both together take no more than it may.
#[derive(Default)]
pub(crate) struct Spent {
    batches: Mutex<Held>,
    bytes_max: usize,
}

#[derive(Default)]
struct Held {
    /// By the power of two up to which they have room.
    batches: [Vec<Arc<SampleBatch>>; CLASSES],
    bytes: usize,
}

impl Spent {
    /// Keeps about so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Spent {
            bytes_max,
            ..Spent::default()
        }
    }

    /// Keeps the memory of some; of those that somebody still looks at it is freed when he is done.
    pub(crate) fn put(&self, batches: Vec<Arc<SampleBatch>>) {
        if self.bytes_max == 0 {
            return;
        }
        let mut held = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        for mut batch in batches {
            // Texts are others' as well.
            if Arc::get_mut(&mut batch).is_none() || !batch.texts().is_empty() {
                continue;
            }
            let bytes = bytes_of(&batch);
            if held.bytes + bytes > self.bytes_max {
                break;
            }
            held.bytes += bytes;
            let class = batch.capacity().max(1).ilog2() as usize;
            held.batches[class.min(CLASSES - 1)].push(batch);
        }
    }

    /// Gives one of which nobody else knows, with whatever samples are in it: one that has room for so many, and not for
    /// very many more.
    pub(crate) fn take(&self, samples: usize) -> Option<Arc<SampleBatch>> {
        let least = samples.max(1).next_power_of_two().ilog2() as usize;
        let mut held = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fitting = held.batches.iter_mut().skip(least).take(CLASSES_TRIED);
        let batch = fitting.find_map(Vec::pop)?;
        held.bytes -= bytes_of(&batch);
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use twin_core::{BatchId, Quality, SignalKey, Timestamp};

    use super::*;

    fn batch(samples: usize) -> Arc<SampleBatch> {
        let mut batch = SampleBatch::new(BatchId(0), Timestamp(0));
        for _ in 0..samples {
            batch.push_f64(SignalKey(1), Timestamp(2), 3.0, Quality::GOOD);
        }
        Arc::new(batch)
    }

    #[test]
    fn it_keeps_what_nobody_looks_at_up_to_its_bound() {
        let spent = Spent::new(3 * bytes_of(&batch(10)));
        let looked_at = batch(10);
        let mut all = vec![Arc::clone(&looked_at)];
        all.extend((0..5).map(|_| batch(10)));
        spent.put(all);
        let taken: Vec<_> = std::iter::from_fn(|| spent.take(10)).collect();
        assert_eq!(taken.len(), 3);
        assert!(taken.iter().all(|taken| !Arc::ptr_eq(taken, &looked_at)));
        spent.put(taken);
        assert!(spent.take(10).is_some(), "what was taken counts no more");

        let none = Spent::new(0);
        none.put(vec![batch(10)]);
        assert!(none.take(10).is_none());
    }

    #[test]
    fn it_gives_what_fits() {
        let spent = Spent::new(1 << 20);
        for samples in [100, 1_000] {
            let mut batch = SampleBatch::new(BatchId(0), Timestamp(0));
            batch.reserve(samples);
            spent.put(vec![Arc::new(batch)]);
        }
        let room = |samples| spent.take(samples).map(|batch| batch.capacity());
        assert_eq!(room(2_000), None, "none is so large");
        assert_eq!(room(8), None, "all are much larger");
        assert_eq!((room(50), room(50)), (Some(100), None));
        assert_eq!((room(500), room(500)), (Some(1_000), None));
    }
}
