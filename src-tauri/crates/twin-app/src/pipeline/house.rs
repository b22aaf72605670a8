//! What the driver does every second.

use twin_core::{
    Timestamp,
    engine::{Input, SystemEvent},
    said,
};

use super::driver::Driver;
use crate::clock;

impl Driver {
    /// Somebody may have set the wall clock back: said until it has caught up.
    fn watch_clock(&mut self, now: Timestamp) {
        let key = "clock".to_owned();
        let event = match clock::set_back() {
            Some(behind) => SystemEvent::Raised {
                key,
                text: said!(
                    "condition-clock-back",
                    "The computer's clock was set back: times run on, {seconds} s ahead of it. Check the clock.",
                    seconds = format!("{:.0}", behind.secs_f64())
                ),
            },
            None => SystemEvent::Cleared { key },
        };
        self.step(now, Input::System(event));
    }

    pub(super) fn keep_house(&mut self, now: Timestamp) {
        self.outbox.settles = true;
        // While something waits in memory, or was held, history is behind.
        let is_complete = !self.is_behind() && !self.recovering;
        self.keep_outage(now);
        self.judge();
        self.watch_clock(now);
        let sources = self.sources.values_mut();
        let events: Vec<_> = sources.flat_map(|source| source.conditions(now)).collect();
        for event in events {
            self.step(now, Input::System(event));
        }
        self.tell_of_itself();
        for source in self.sources.values_mut() {
            source.renew_diagnostics(now);
        }
        self.show_connections();
        self.show_counters(now);
        if is_complete {
            self.outbox.complete = Some(now);
        }
    }
}
