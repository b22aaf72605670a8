//! Values of a message on their way to signals, to history alone, or to the ledger of what is unknown.

use std::sync::Arc;

use twin_core::{SampleRef, SignalKey, Timestamp};
use twin_discover::Sighting;
use twin_payload::{Convention, Observation};

use super::{Source, feeds::Feed};
use crate::pipeline::{
    job::Job,
    turn::{Manner, Turn},
};

impl Source {
    pub(super) fn take_observations(
        &mut self,
        received: Timestamp,
        acknowledged: bool,
        manner: Manner,
        turn: &mut Turn,
        job: &mut Job,
    ) {
        self.skipped += self.observations.skipped();
        if manner == Manner::Live {
            self.stamps.note(&self.observations, received);
        }
        self.convention = self.observations.convention().unwrap_or(Convention::Json);
        // First: the message with which a gap is judged came after it, and its values are not in doubt.
        for event in self.observations.events().to_vec() {
            self.take_event(&event, turn);
        }
        let mut observations = std::mem::take(&mut self.observations);
        for row in observations.iter() {
            self.take_row(&row, received, acknowledged, manner, turn);
        }
        for released in observations.released() {
            self.release(released, job);
        }
        observations.clear();
        self.observations = observations;
    }

    fn take_row(
        &mut self,
        row: &Observation<'_>,
        received: Timestamp,
        acknowledged: bool,
        manner: Manner,
        turn: &mut Turn,
    ) {
        let sample = SampleRef {
            signal: SignalKey(0),
            time: row.time,
            kind: row.kind,
            bits: row.bits,
            quality: row.quality,
            text: row.text,
        };
        let stores = self.feeds.stores();
        match self.feeds.of(&self.decoder, row.address) {
            Feed::Signal(signal) => {
                let signal = *signal;
                let manner = match (row.historical, row.transient) {
                    (true, _) => Manner::Historical,
                    (false, true) => Manner::Transient,
                    (false, false) => manner,
                };
                turn.push_row(SampleRef { signal, ..sample }, manner);
                self.carriers.note(signal, acknowledged);
                self.samples += 1;
            }
            Feed::Nothing(name) => {
                let sighting = Sighting {
                    number: row.address.0,
                    sample,
                    received,
                    convention: self.convention,
                };
                self.ledger.note(sighting, || Arc::clone(name));
                if stores && !row.transient {
                    turn.push_heard((self.index, &self.id), name, sample);
                }
            }
            Feed::Ignored => {}
        }
    }
}
