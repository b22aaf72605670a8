//! The plant file was changed while the program runs.

use std::sync::Arc;

use twin_core::engine::{Input, SystemEvent};

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
        self.view.put_plant(new.view);
        self.step(now, Input::Config(Arc::clone(&self.compiled.engine)));
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
            self.step(now, mark);
        }
        self.show_everything();
        self.show_connections();
    }
}
