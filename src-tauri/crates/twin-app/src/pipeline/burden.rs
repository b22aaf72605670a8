//! How much memory unreadable messages take on their way to the writer. They are kept whole, so a queue that is bounded
//! by its number of jobs alone could hold gigabytes of them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use twin_historian::Reject;

/// Unit of what is counted, bytes.
const UNIT: usize = 1_024;

/// What all jobs that are under way may carry.
#[derive(Clone, Debug)]
pub(super) struct Burden(Arc<Semaphore>);

/// What one job carries; it is given back when the job is written.
#[derive(Debug)]
pub struct Carried {
    _permit: OwnedSemaphorePermit,
}

impl Burden {
    /// Nothing is under way.
    pub fn new(bytes: usize) -> Self {
        Burden(Arc::new(Semaphore::new(bytes / UNIT)))
    }

    /// Counts the unreadable messages of a job that is about to go to the writer. One that carries more than is allowed
    /// counts as all.
    pub fn load(&self, rejects: &[Reject]) -> Option<Carried> {
        let bytes: usize = rejects.iter().map(|reject| reject.payload.len()).sum();
        let units = bytes.div_ceil(UNIT).min(self.0.available_permits());
        let permits = u32::try_from(units).ok().filter(|units| *units > 0);
        let taken =
            permits.and_then(|units| Arc::clone(&self.0).try_acquire_many_owned(units).ok());
        taken.map(|_permit| Carried { _permit })
    }

    /// Waits until something may be carried.
    pub async fn room(&self) {
        // It is never closed.
        drop(self.0.acquire().await);
    }
}

#[cfg(test)]
mod tests {
    use twin_core::Timestamp;

    use super::{super::job::Job, *};

    fn job(bytes: usize) -> Job {
        let reject = Reject {
            connection: "c".into(),
            topic: "t".into(),
            reason: "utf8".into(),
            detail: String::new(),
            payload: vec![0; bytes],
            length: None,
            received: Timestamp(0),
        };
        Job {
            rejects: vec![reject],
            ..Job::default()
        }
    }

    #[tokio::test]
    async fn nothing_more_is_taken_until_what_is_under_way_is_written() {
        let burden = Burden::new(10 * UNIT);
        let is_free = async || {
            tokio::select! {
                biased;
                () = burden.room() => true,
                () = std::future::ready(()) => false,
            }
        };
        let mut jobs = [job(0), job(9 * UNIT), job(100 * UNIT)];
        let mut free = Vec::new();
        for job in &mut jobs {
            job.carried_bytes = burden.load(&job.rejects);
            free.push(is_free().await);
        }
        assert_eq!(free, [true, true, false], "the last one is over the edge");
        let [_, small, large] = jobs;
        drop(large);
        assert!(is_free().await);
        drop(small);
        assert_eq!(burden.0.available_permits(), 10);
    }
}
