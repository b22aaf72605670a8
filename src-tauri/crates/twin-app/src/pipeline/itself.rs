//! What the program tells of itself: its system signals are sampled when they change, and judged, stored and shown as
//! all others. While nothing is wrong nothing is stored.

use std::{collections::HashMap, sync::Arc};

use twin_core::{BatchId, ConnectionId, Duration, Quality, SampleBatch, SignalKey, engine::Input};

use super::{driver::Driver, source::Source};
use crate::system::{SystemSignal, Tag};

impl Driver {
    /// After a start: what went wrong in the run before is over, so its alarms must not stand for ever. What still goes
    /// wrong begins anew.
    pub(super) fn begin_itself(&mut self) {
        let system = self.compiled.system.iter();
        let left = system.filter(|signal| self.said(signal.key) > 0.0 || self.stands(signal.key));
        let over = left.map(|signal| (signal.key, 0.0)).collect();
        self.tell(over);
    }

    /// Samples the system signals that have changed.
    pub(super) fn tell_of_itself(&mut self) {
        let sources = self.sources.values().map(|source| (source.id(), source));
        let sources: HashMap<&ConnectionId, &Source> = sources.collect();
        let reading = |signal: &SystemSignal| match &signal.connection {
            Some(id) => {
                let source = sources.get(id);
                source.map_or(0.0, |source| source.tally(signal.tag) as f64)
            }
            None => f64::from(signal.tag == Tag::NotWritten && self.outage.is_some()),
        };
        let system = self.compiled.system.iter();
        let now = system.map(|signal| (signal.key, reading(signal)));
        let changed = now.filter(|(key, value)| self.said(*key) != *value);
        let changed = changed.collect();
        self.tell(changed);
    }

    /// What it said last; one that never said anything said that all is well.
    fn said(&self, key: SignalKey) -> f64 {
        let value = self.engine.twin(key).and_then(|twin| twin.value.as_f64());
        value.unwrap_or(0.0)
    }

    fn stands(&self, key: SignalKey) -> bool {
        let mut standing = self.engine.standing();
        standing.any(|alarm| alarm.raised.signal == key && alarm.state.is_active())
    }

    fn tell(&mut self, values: Vec<(SignalKey, f64)>) {
        if values.is_empty() {
            return;
        }
        let now = self.instant();
        let mut batch = SampleBatch::new(BatchId(self.next_batch), now);
        self.next_batch += 1;
        for (key, value) in values {
            // A run before may have had a clock that was ahead: the newest sample counts, whatever it was.
            let newest = self.engine.twin(key).map(|twin| twin.source_time);
            let time = newest.map_or(now, |newest| now.max(newest.plus(Duration(1))));
            batch.push_f64(key, time, value, Quality::GOOD);
        }
        let batch = Arc::new(batch);
        self.outbox.batches.push(Arc::clone(&batch));
        self.step(now, Input::Samples(batch));
    }
}
