//! The plant file was changed while the program runs.

use std::{collections::HashMap, sync::Arc};

use twin_core::{
    SignalKey,
    engine::{Input, LastHeard, SystemEvent},
};
use twin_discover::Heard;

use super::{
    driver::{Driver, model_key},
    request::NewPlant,
    source::Wanted,
};

impl Driver {
    /// Twins and standing alarms stay where signal and rule do. Occurrences of rules that are gone end.
    pub(super) fn put_plant(&mut self, new: NewPlant) {
        let now = self.instant();
        self.compiled = new.compiled;
        if let Some(scoring) = new.scoring {
            self.scoring = Some(scoring);
            for binding in 0..self.engine.config().models.len() {
                let key = model_key(binding);
                self.step(now, Input::System(SystemEvent::Cleared { key }));
            }
        }
        self.outbox.names_changed = true;
        // What was heard of new signals until now raises nothing: a start need not look at it again.
        self.outbox.settles = true;
        self.step(now, Input::Config(Arc::clone(&self.compiled.engine)));
        self.begin_new(new.heard);
        for source in self.sources.values_mut() {
            let addresses = self.compiled.addresses.get(source.id()).cloned();
            let wanted = Wanted::of(&self.compiled, source.id());
            source.put_addresses(addresses.unwrap_or_default(), wanted);
        }
        let lost: Vec<Input> = self
            .sources
            .values()
            .filter_map(|s| s.lost_link())
            .collect();
        for mark in lost {
            // Behind what the twins begin with.
            let at = self.instant();
            self.step(at, mark);
        }
        // With its twins there already: a new signal is never shown as if nobody had heard of it.
        self.view.put_plant(new.view);
        self.show_everything();
        self.show_connections();
    }

    /// Lets new signals begin with what was heard of them: `known` is what history has, the ledgers know the last moments
    /// and what is not stored.
    fn begin_new(&mut self, known: Vec<LastHeard>) {
        let mut newest: HashMap<SignalKey, LastHeard> = HashMap::new();
        newest.extend(known.into_iter().map(|last| (last.signal, last)));
        for source in self.sources.values() {
            let Some(addresses) = self.compiled.addresses.get(source.id()) else {
                continue;
            };
            for heard in source.ledger().heard() {
                if let Some(signal) = addresses.get(&*heard.address) {
                    put_newer(&mut newest, *signal, heard);
                }
            }
        }
        if newest.is_empty() {
            return;
        }
        let heard = newest.into_values().collect();
        let at = self.instant();
        self.step(at, Input::LastHeard(heard));
    }
}

/// Of one source time history has the whole text, the ledger the last receipt. Of a long text the ledger has the
/// beginning, which is no value.
fn put_newer(newest: &mut HashMap<SignalKey, LastHeard>, signal: SignalKey, heard: &Heard) {
    match newest.get_mut(&signal) {
        Some(known) if known.time > heard.time => {}
        Some(known) if known.time == heard.time => known.received = known.received.max(heard.last),
        _ if heard.is_cut => {}
        _ => {
            let last = LastHeard {
                signal,
                time: heard.time,
                received: heard.last,
                value: heard.value.clone(),
                quality: heard.quality,
            };
            newest.insert(signal, last);
        }
    }
}
