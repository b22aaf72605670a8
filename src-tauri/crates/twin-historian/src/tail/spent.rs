//! Batches whose samples are in chunks: their memory serves for new ones, so that a stream of samples asks for none.

use std::sync::{Arc, Mutex, PoisonError};

use twin_core::SampleBatch;

use super::bytes_of;

/// Batches whose memory is kept. They were counted in the tail before, so that both together take no more than it may.
#[derive(Default)]
pub(crate) struct Spent {
    batches: Mutex<Held>,
    bytes_max: usize,
}

#[derive(Default)]
struct Held {
    batches: Vec<Arc<SampleBatch>>,
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
            held.batches.push(batch);
        }
    }

    /// Gives one of which nobody else knows, with whatever samples are in it.
    pub(crate) fn take(&self) -> Option<Arc<SampleBatch>> {
        let mut held = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = held.batches.pop()?;
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
        let taken: Vec<_> = std::iter::from_fn(|| spent.take()).collect();
        assert_eq!(taken.len(), 3);
        assert!(taken.iter().all(|taken| !Arc::ptr_eq(taken, &looked_at)));
        spent.put(taken);
        assert!(spent.take().is_some(), "what was taken counts no more");

        let none = Spent::new(0);
        none.put(vec![batch(10)]);
        assert!(none.take().is_none());
    }
}
