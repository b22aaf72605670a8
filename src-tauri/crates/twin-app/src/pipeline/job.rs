//! What the driver hands to the writer: one job a turn, made durable in this order: samples, then births, rejects and
//! link changes, then alarm transitions; only then are messages acknowledged and transitions shown.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};
use twin_connect::{AckHandle, Command};
use twin_core::{
    BatchId, ConnectionId, OccurrenceId, SampleBatch, Timestamp, alarm::AlarmTransition,
};
use twin_historian::{Birth, LinkTransition, QualityTransition, Reject};

use super::{JOB_QUEUE, burden::Carried, meter::Arrived, notice::Notice};
use crate::{api::alarm::AlarmRow, error::Result};

/// Batches for which a job that is done keeps its memory.
const BATCHES_KEPT: usize = 64;

/// One turn's work for the writer.
#[derive(Debug, Default)]
pub struct Job {
    /// Samples in order of arrival.
    pub batches: Vec<Arc<SampleBatch>>,
    /// Values that no signal of the plant file comes from, in order of arrival.
    pub heard: Vec<HeardBatch>,
    /// Signals have taken over provisional ids: their numbers are to be asked for anew.
    pub names_changed: bool,
    /// Whether any of it came with QoS 1 or 2, and so must be flushed to disk.
    pub must_flush: bool,
    /// Birth certificates to keep.
    pub births: Vec<(ConnectionId, Birth)>,
    /// Messages that could not be read.
    pub rejects: Vec<Reject>,
    /// Link changes.
    pub links: Vec<LinkTransition>,
    /// Changes of twins' quality that no sample made.
    pub qualities: Vec<QualityTransition>,
    /// How many samples and rejects of it came by which connection, by the connection's number.
    pub carried: Vec<(usize, u64)>,
    /// Alarm transitions that follow from the samples.
    pub transitions: Vec<AlarmTransition>,
    /// Desktop notifications about them.
    pub notices: Vec<Notice>,
    /// Messages to acknowledge once all of it is safe.
    pub acks: Vec<(mpsc::Sender<Command>, Vec<AckHandle>)>,
    /// Somebody waits for the outcome of an acknowledgement.
    pub reply: Option<Reply>,
    /// Are told once all of it is stored.
    pub stored: Vec<oneshot::Sender<()>>,
    /// All transitions that follow from samples so far are in this or an earlier job: start-up need not replay them.
    pub settles: bool,
    /// With this job and those before it history is complete up to this instant: the program's last sign of life.
    pub complete: Option<Timestamp>,
    /// The messages that it is made of.
    pub arrived: Arrived,
    /// What its unreadable messages count for, while it is on its way to the writer.
    pub carried_bytes: Option<Carried>,
    /// How many messages the turn at hand may want acknowledged.
    pub ack_room: usize,
}

/// Jobs that are done, for their memory: at most as many as may wait for the writer.
#[derive(Debug, Default)]
pub struct Shells(Mutex<Vec<Job>>);

impl Shells {
    /// Keeps the memory of a job that is done.
    pub fn put(&self, done: Job) {
        let Job {
            mut batches,
            mut carried,
            ..
        } = done;
        batches.clear();
        carried.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < JOB_QUEUE && batches.capacity().max(carried.capacity()) <= BATCHES_KEPT {
            kept.push(Job {
                batches,
                carried,
                ..Job::default()
            });
        }
    }

    /// An empty job.
    pub fn take(&self) -> Job {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop().unwrap_or_default()
    }
}

/// Values of one connection that no signal comes from.
#[derive(Debug)]
pub struct HeardBatch {
    /// Number of the connection in this run.
    pub source: usize,
    /// Its id.
    pub connection: ConnectionId,
    /// Address of each row.
    pub names: Vec<Arc<str>>,
    /// The rows; their signals mean nothing yet.
    pub rows: SampleBatch,
    /// Addresses whose source was gone when this was received, before any of the rows.
    pub gone: Vec<Arc<str>>,
}

impl HeardBatch {
    /// An empty one.
    pub fn new(source: usize, connection: ConnectionId, id: BatchId, received: Timestamp) -> Self {
        HeardBatch {
            source,
            connection,
            names: Vec::new(),
            rows: SampleBatch::new(id, received),
            gone: Vec::new(),
        }
    }
}

/// Somebody waits for this occurrence's next transition to be stored.
#[derive(Debug)]
pub struct Reply {
    /// The occurrence.
    pub occurrence: OccurrenceId,
    /// Whom to tell.
    pub to: oneshot::Sender<Result<AlarmRow>>,
}

impl Job {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
            && self.heard.is_empty()
            && !self.names_changed
            && self.births.is_empty()
            && self.rejects.is_empty()
            && self.links.is_empty()
            && self.qualities.is_empty()
            && self.transitions.is_empty()
            && self.acks.is_empty()
            && self.reply.is_none()
            && self.stored.is_empty()
            && !self.settles
    }

    /// How many samples are in it.
    pub fn samples(&self) -> usize {
        let heard = self.heard.iter().map(|batch| batch.rows.len());
        let mapped = self.batches.iter().map(|batch| batch.len());
        mapped.chain(heard).sum()
    }

    /// Whether somebody waits for it: a broker, a person, or a screen that shows alarms once they are stored.
    pub fn is_urgent(&self) -> bool {
        self.must_flush
            || self.settles
            || self.reply.is_some()
            || !self.stored.is_empty()
            || !self.acks.is_empty()
            || !self.transitions.is_empty()
    }

    /// Takes in what is left of a later job. Of the births of one topic the later stays.
    pub fn absorb(&mut self, later: Job) {
        self.batches.extend(later.batches);
        self.heard.extend(later.heard);
        self.names_changed |= later.names_changed;
        self.must_flush |= later.must_flush;
        for (id, birth) in later.births {
            self.births
                .retain(|(old, known)| (old, &known.topic) != (&id, &birth.topic));
            self.births.push((id, birth));
        }
        self.rejects.extend(later.rejects);
        self.links.extend(later.links);
        self.qualities.extend(later.qualities);
        self.carried.extend(later.carried);
        self.transitions.extend(later.transitions);
        self.notices.extend(later.notices);
        self.acks.extend(later.acks);
        self.reply = later.reply.or(self.reply.take());
        self.stored.extend(later.stored);
        self.settles |= later.settles;
        self.complete = self.complete.max(later.complete);
        self.arrived.add(later.arrived);
    }

    /// Counts samples and rejects of one connection.
    pub fn carry(&mut self, source: usize, count: u64) {
        match self.carried.last_mut().filter(|(last, _)| *last == source) {
            Some((_, carried)) => *carried += count,
            None if count > 0 => self.carried.push((source, count)),
            None => {}
        }
    }

    /// Adds the handles of one connection.
    pub fn ack(&mut self, to: &mpsc::Sender<Command>, handle: AckHandle) {
        match self
            .acks
            .last_mut()
            .filter(|(sender, _)| sender.same_channel(to))
        {
            Some((_, handles)) => handles.push(handle),
            None => {
                let mut handles = Vec::with_capacity(self.ack_room.max(1));
                handles.push(handle);
                self.acks.push((to.clone(), handles));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_job_serves_again_and_nothing_else_of_it() {
        let shells = Shells::default();
        assert!(shells.take().is_empty());
        let mut job = Job {
            batches: Vec::with_capacity(7),
            must_flush: true,
            settles: true,
            complete: Some(Timestamp(1)),
            ..Job::default()
        };
        job.batches.push(Arc::default());
        job.carry(3, 9);
        shells.put(job);
        let again = shells.take();
        assert!(again.is_empty() && !again.is_urgent() && again.complete.is_none());
        assert!(again.carried.is_empty() && again.batches.capacity() == 7);
        assert_eq!(shells.take().batches.capacity(), 0, "it is given once");
        shells.put(Job {
            batches: Vec::with_capacity(BATCHES_KEPT + 1),
            ..Job::default()
        });
        assert_eq!(shells.take().batches.capacity(), 0, "too large to be kept");
    }
}
