//! What one turn of the driver gathers.

use std::sync::Arc;

use twin_core::{BatchId, Duration, SampleBatch, SampleRef, Timestamp, engine::Input};

/// What one turn of the driver gathers: inputs for the engine in order of arrival.
#[derive(Debug)]
pub struct Turn {
    id: BatchId,
    /// When the next input counts as received: each gets an instant of its own, so that their order is in the times.
    received: Timestamp,
    batch: SampleBatch,
    inputs: Vec<(Timestamp, Input)>,
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
            inputs: Vec::new(),
            samples: 0,
            rebirths: vec![],
        }
    }

    /// How many samples were mapped to signals.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// Nodes whose data cannot be read without a birth: connection and node.
    pub fn rebirths(&mut self) -> Vec<(usize, String)> {
        std::mem::take(&mut self.rebirths)
    }

    /// Everything for the engine, in order, with growing instants.
    pub fn into_inputs(mut self) -> Vec<(Timestamp, Input)> {
        self.close_batch();
        self.inputs
    }

    /// Adds a sample.
    pub fn push_row(&mut self, row: SampleRef<'_>) {
        self.batch.push_row(row);
        self.samples += 1;
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
        if !self.batch.is_empty() {
            let next = SampleBatch::new(self.id, self.received);
            let batch = std::mem::replace(&mut self.batch, next);
            let batch = batch.received_at(self.received);
            self.put(Input::Samples(Arc::new(batch)));
        }
    }

    fn put(&mut self, input: Input) {
        self.inputs.push((self.received, input));
        self.received = self.received.plus(Duration(1));
    }
}
