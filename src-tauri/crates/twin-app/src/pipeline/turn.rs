//! What one turn of the driver gathers.

use std::sync::Arc;

use twin_core::{
    BatchId, ConnectionId, Duration, SampleBatch, SampleRef, Timestamp, engine::Input,
};

use super::job::HeardBatch;

/// How samples of a message are to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As what the plant says now.
    #[default]
    Live,
    /// As what a broker had kept: shown and marked, and no alarm begins with it.
    Kept,
    /// As history only: no twin moves and no rule is asked.
    Historical,
    /// As what the plant says now and nobody wants to keep: it is not stored.
    Transient,
}

/// One step of a turn.
#[derive(Debug)]
pub enum Step {
    /// For the engine; samples are to be stored too.
    Input(Timestamp, Input),
    /// To be stored only.
    Store(Arc<SampleBatch>),
    /// For the engine only.
    Show(Timestamp, Input),
}

/// Memory of turns that are over, for the next one.
#[derive(Debug, Default)]
pub struct Memory {
    /// A batch that nobody looks at any more.
    pub batch: Option<Arc<SampleBatch>>,
    /// An empty list.
    pub steps: Vec<Step>,
}

/// What one turn of the driver gathers: steps in order of arrival.
#[derive(Debug)]
pub struct Turn {
    id: BatchId,
    /// When the next step counts as received: each gets an instant of its own, so that their order is in the times.
    received: Timestamp,
    batch: SampleBatch,
    /// An empty batch to share the next one in.
    shell: Option<Arc<SampleBatch>>,
    manner: Manner,
    steps: Vec<Step>,
    heard: Vec<HeardBatch>,
    samples: u64,
    rebirths: Vec<(usize, String)>,
}

impl Turn {
    /// An empty turn at `now`.
    pub fn new(id: BatchId, now: Timestamp) -> Self {
        Turn {
            id,
            received: now,
            batch: SampleBatch::new(id, now),
            shell: None,
            manner: Manner::Live,
            steps: Vec::new(),
            heard: Vec::new(),
            samples: 0,
            rebirths: vec![],
        }
    }

    /// With room for so many samples, in memory that is there already.
    #[must_use]
    pub fn with_room(mut self, samples: usize, memory: Memory) -> Self {
        self.steps = memory.steps;
        self.shell = memory.batch;
        if let Some(used) = self.shell.as_mut().and_then(Arc::get_mut) {
            self.batch = std::mem::take(used).renewed(self.id, self.received);
        }
        if samples > 0 {
            // Rounded up, so that the memory fits many a turn after this one.
            self.batch.reserve(samples.next_power_of_two());
        }
        self
    }

    /// How many samples were mapped to signals.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// Nodes whose data cannot be read without a birth: connection and node.
    pub fn rebirths(&mut self) -> Vec<(usize, String)> {
        std::mem::take(&mut self.rebirths)
    }

    /// What no signal comes from, by connection.
    pub fn heard(&mut self) -> Vec<HeardBatch> {
        std::mem::take(&mut self.heard)
    }

    /// Everything else, in order, with growing instants.
    pub fn into_steps(mut self) -> Vec<Step> {
        self.close_batch();
        self.steps
    }

    /// Adds a sample.
    pub fn push_row(&mut self, row: SampleRef<'_>, manner: Manner) {
        if manner != self.manner {
            self.close_batch();
            self.manner = manner;
        }
        self.batch.push_row(row);
        self.samples += 1;
    }

    /// Adds a value of the address `name`, which no signal comes from. Its signal is not looked at.
    pub fn push_heard(
        &mut self,
        (source, connection): (usize, &ConnectionId),
        name: &Arc<str>,
        row: SampleRef<'_>,
    ) {
        let is_same = |batch: &&mut HeardBatch| batch.source == source;
        let batch = match self.heard.last_mut().filter(is_same) {
            Some(batch) => batch,
            None => {
                let new = HeardBatch::new(source, connection.clone(), self.id, self.received);
                self.heard.push(new);
                let Some(batch) = self.heard.last_mut() else {
                    return;
                };
                batch
            }
        };
        batch.names.push(Arc::clone(name));
        batch.rows.push_row(row);
    }

    /// The source of these addresses, which no signal comes from, is gone.
    pub fn push_gone(
        &mut self,
        (source, connection): (usize, &ConnectionId),
        names: Vec<Arc<str>>,
    ) {
        // Behind what was heard of them before.
        self.received = self.received.plus(Duration(1));
        let mut batch = HeardBatch::new(source, connection.clone(), self.id, self.received);
        batch.gone = names;
        self.heard.push(batch);
        self.received = self.received.plus(Duration(1));
    }

    /// Notes that a node's data cannot be read without a birth.
    pub fn want_rebirth(&mut self, connection: usize, node: &str) {
        self.rebirths.push((connection, node.to_owned()));
    }

    /// Adds an input that is no sample, after all samples so far.
    pub fn push(&mut self, input: Input) {
        self.close_batch();
        self.put(input);
    }

    fn close_batch(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let next = SampleBatch::new(self.id, self.received);
        let mut batch = std::mem::replace(&mut self.batch, next).received_at(self.received);
        batch.fit();
        match self.manner {
            Manner::Live => {
                let batch = self.share(batch);
                self.put(Input::Samples(batch));
            }
            Manner::Kept => {
                let batch = self.share(batch.at_first_look());
                self.put(Input::Samples(batch));
            }
            Manner::Historical => {
                let batch = self.share(batch.for_history_only());
                self.steps.push(Step::Store(batch));
                self.received = self.received.plus(Duration(1));
            }
            Manner::Transient => {
                let input = Input::Samples(self.share(batch));
                self.steps.push(Step::Show(self.received, input));
                self.received = self.received.plus(Duration(1));
            }
        }
    }

    fn share(&mut self, batch: SampleBatch) -> Arc<SampleBatch> {
        let Some(mut shell) = self.shell.take() else {
            return Arc::new(batch);
        };
        match Arc::get_mut(&mut shell) {
            Some(empty) => {
                *empty = batch;
                shell
            }
            None => Arc::new(batch),
        }
    }

    fn put(&mut self, input: Input) {
        self.steps.push(Step::Input(self.received, input));
        self.received = self.received.plus(Duration(1));
    }
}
