//! What happens to a signal without a sample: its source dies, comes back, or falls silent.

use crate::{
    engine::{
        Engine,
        effect::Effects,
        input::{LinkChange, LinkMark},
        slot::Slot,
    },
    id::SignalKey,
    quality::{Quality, Reason},
    time::Timestamp,
};

impl Engine {
    pub(super) fn take_link(&mut self, change: &LinkChange, effects: &mut Effects) {
        let at = self.now;
        for signal in change.signals.iter().copied() {
            match change.mark {
                LinkMark::Set(quality) if quality.reason == Reason::HistoryUnavailable => {
                    self.set_pause(signal, quality, at, effects);
                }
                LinkMark::Set(quality) => self.set_source_quality(signal, quality, at, effects),
                LinkMark::Lift(Reason::HistoryUnavailable) => {
                    self.set_pause(signal, Quality::GOOD, at, effects);
                }
                LinkMark::Lift(reason) => {
                    if self
                        .twin(signal)
                        .is_some_and(|twin| twin.source_quality.reason == reason)
                    {
                        self.put_source_quality(signal, Quality::GOOD, at, effects);
                    }
                }
            }
        }
    }

    /// Begins or ends a pause. The source's own mark stays under it, and counts again afterwards.
    fn set_pause(
        &mut self,
        signal: SignalKey,
        quality: Quality,
        at: Timestamp,
        effects: &mut Effects,
    ) {
        self.put_marks(signal, at, effects, |slot| {
            let is_over = quality.is_good() && !slot.twin.pause_quality.is_good();
            slot.twin.pause_quality = if quality.is_good() {
                quality
            } else {
                slot.twin.pause_quality.worse(quality)
            };
            // While it was paused, silence said nothing.
            if is_over && slot.twin.source_quality.is_good() && slot.is_silent(at) {
                slot.twin.source_quality = Quality::bad(Reason::Stale);
            }
        });
    }

    /// Marks what has happened to a signal's source, unless its mark is as bad and says more.
    pub(super) fn set_source_quality(
        &mut self,
        signal: SignalKey,
        quality: Quality,
        at: Timestamp,
        effects: &mut Effects,
    ) {
        let Some(old) = self.twin(signal).map(|twin| twin.source_quality) else {
            return;
        };
        let says_more = old.reason == Reason::Stale && quality.status == old.status;
        if quality.status > old.status || says_more {
            self.put_source_quality(signal, quality, at, effects);
        }
    }

    /// Replaces the mark. A good one does not hide that the signal is stale.
    fn put_source_quality(
        &mut self,
        signal: SignalKey,
        quality: Quality,
        at: Timestamp,
        effects: &mut Effects,
    ) {
        self.put_marks(signal, at, effects, |slot| {
            let is_stale =
                quality.is_good() && slot.twin.pause_quality.is_good() && slot.is_silent(at);
            slot.twin.source_quality = if is_stale {
                Quality::bad(Reason::Stale)
            } else {
                quality
            };
        });
    }

    /// Changes the marks of a signal that was heard, and lists what follows.
    fn put_marks(
        &mut self,
        signal: SignalKey,
        at: Timestamp,
        effects: &mut Effects,
        change: impl FnOnce(&mut Slot),
    ) {
        let step = self.step_count;
        let Some(slot) = self.slot_mut(signal) else {
            return;
        };
        if slot.twin.sample_quality.reason == Reason::NeverSeen {
            return;
        }
        let before = slot.twin.quality();
        change(slot);
        let after = slot.twin.quality();
        if after == before {
            return;
        }
        if !after.is_good() {
            slot.abstain();
        }
        if slot.changed_in != step {
            slot.changed_in = step;
            effects.changed.push(signal);
        }
        let asset = slot.asset;
        let transition = slot.transition(signal, slot.behind_sample(at));
        effects.list.push(transition);
        if let Some(asset) = asset.and_then(|index| self.assets.get_mut(index)) {
            asset.dirty = true;
        }
    }
}
