//! Signals that were heard before they were configured: an accepted asset, or one that a mapping rule makes, begins with
//! what it said last.

use crate::{
    engine::{Engine, config::LastHeard, deadlines::Due, effect::Effects},
    quality::Reason,
};

impl Engine {
    /// Nothing of it is news: no rule is asked, as after a start. The change of quality is stored, because the samples in
    /// history say what they were worth when they came.
    pub(super) fn take_last_heard(&mut self, heard: &[LastHeard], effects: &mut Effects) {
        let (now, step) = (self.now, self.step_count);
        for last in heard {
            let Some(slot) = self
                .slots
                .get_mut(last.signal.index())
                .and_then(Option::as_mut)
            else {
                continue;
            };
            let is_known = slot.twin.sample_quality.reason != Reason::NeverSeen;
            if is_known || last.quality.reason == Reason::NeverSeen {
                continue;
            }
            slot.begin_with(last, now);
            if slot.changed_in != step {
                slot.changed_in = step;
                effects.changed.push(last.signal);
            }
            let transition = slot.transition(last.signal, slot.behind_sample(now));
            effects.list.push(transition);
            if slot.twin.source_quality.is_good()
                && let Some(due) = slot.arm_stale(now)
            {
                self.deadlines.push(due, Due::Stale(last.signal));
            }
            if let Some(asset) = slot.asset.and_then(|index| self.assets.get_mut(index)) {
                asset.dirty = true;
            }
        }
    }
}
