//! The pure engine: twins, quality, alarms and questions to models, out of inputs and the time they come with.
//!
//! [`Engine::step`] is synchronous and does nothing but change the engine and list effects. The driver must call it
//! with `now` that never decreases and with [`Input::Tick`] at [`Engine::next_deadline`] before any later input:
//! then the same inputs give the same effects whatever the pace, live or replayed.
//!
//! Two stages a step: every signal by itself ([`slot`]), then what spans signals ([`second_stage`]): the condition of
//! assets and the questions to models.

mod config;
mod deadlines;
mod effect;
mod heard;
mod input;
mod marks;
mod second_stage;
mod slot;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

pub use config::{
    AssetConfig, EngineConfig, LastHeard, ModelBinding, Restored, Running, SignalConfig,
};
pub use effect::{Abstention, Effect, Effects, Notification, ScoreRequest};
pub use input::{
    Explanation, Input, InputShare, LinkChange, LinkMark, OperatorAction, ScoreBatch, SystemEvent,
};

use crate::{
    alarm::{AlarmState, AlarmTransition, RuleState, StandingAlarm},
    batch::SampleBatch,
    id::{RuleId, SignalKey},
    quality::{Quality, Reason},
    said::Said,
    time::Timestamp,
    twin::{AssetCondition, SignalTwin},
};
use deadlines::{Deadlines, Due};
use second_stage::{AssetSlot, ModelSlot};
use slot::Slot;

/// The engine. See the module's description.
#[derive(Debug)]
pub struct Engine {
    config: Arc<EngineConfig>,
    now: Timestamp,
    step_count: u64,
    slots: Vec<Option<Slot>>,
    assets: Vec<AssetSlot>,
    models: Vec<ModelSlot>,
    deadlines: Deadlines,
    system: Vec<(String, Said)>,
    transitions: Vec<AlarmTransition>,
    /// Whether quiet intervals are used; off only to prove that they change nothing.
    pruned: bool,
}

impl Engine {
    /// An engine for a plant, continuing from what is known from before a restart. Occurrences whose rule is gone
    /// are ended by the first step.
    pub fn new(config: Arc<EngineConfig>, restored: Restored, now: Timestamp) -> Self {
        let mut engine = Engine {
            config: Arc::default(),
            now,
            step_count: 0,
            slots: Vec::new(),
            assets: Vec::new(),
            models: Vec::new(),
            deadlines: Deadlines::default(),
            system: Vec::new(),
            transitions: Vec::new(),
            pruned: true,
        };
        engine.configure(config, restored.standing);
        for (signal, time, value) in restored.last_values {
            if let Some(slot) = engine.slot_mut(signal) {
                slot.twin = SignalTwin::from_history(value, time);
            }
        }
        engine
    }

    /// Takes one input at `now` and appends what follows from it to `effects`. A `now` earlier than one before
    /// counts as that one.
    pub fn step(&mut self, now: Timestamp, input: Input, effects: &mut Effects) {
        self.now = self.now.max(now);
        self.step_count += 1;
        match input {
            Input::Samples(batch) => self.take_samples(&batch, effects),
            Input::Link(change) => self.take_link(&change, effects),
            Input::Scores(scores) => self.take_scores(scores, effects),
            Input::Operator(action) => self.take_operator(action),
            Input::Config(config) => {
                let standing = self.standing().cloned().collect();
                self.configure(config, standing);
            }
            Input::LastHeard(heard) => self.take_last_heard(&heard, effects),
            Input::System(event) => self.take_system(event, effects),
            Input::Tick => {}
        }
        self.run_deadlines(effects);
        self.settle_assets(effects);
        self.flush_transitions(effects);
    }

    /// When the engine wants a [`Input::Tick`] at the latest. May be earlier than strictly needed.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// The configuration in force.
    pub const fn config(&self) -> &Arc<EngineConfig> {
        &self.config
    }

    /// The replica of a signal; none for a key that is not configured.
    pub fn twin(&self, signal: SignalKey) -> Option<&SignalTwin> {
        self.slots
            .get(signal.index())?
            .as_ref()
            .map(|slot| &slot.twin)
    }

    /// Condition of an asset by its index in the configuration: what, its worst quality, since when.
    pub fn asset(&self, index: usize) -> Option<(AssetCondition, Quality, Timestamp)> {
        self.assets
            .get(index)
            .map(|asset| (asset.condition, asset.quality, asset.since))
    }

    /// The newest evidence of a model binding, and why it abstains if it does.
    pub fn explanation(
        &self,
        binding: usize,
    ) -> Option<(Option<&Explanation>, Option<Abstention>)> {
        self.models
            .get(binding)
            .map(|model| (model.explanation.as_ref(), model.abstained))
    }

    /// Every occurrence that is not over, in the order of rules.
    pub fn standing(&self) -> impl Iterator<Item = &StandingAlarm> {
        self.slots
            .iter()
            .flatten()
            .flat_map(|slot| slot.rules.iter())
            .filter_map(RuleState::standing)
    }

    /// Conditions of the program itself that a person must know of: name and text, oldest first.
    pub fn system(&self) -> &[(String, Said)] {
        &self.system
    }

    fn slot_mut(&mut self, signal: SignalKey) -> Option<&mut Slot> {
        self.slots.get_mut(signal.index())?.as_mut()
    }

    fn take_samples(&mut self, batch: &SampleBatch, effects: &mut Effects) {
        for sample in batch.iter() {
            let Some(slot) = self
                .slots
                .get_mut(sample.signal.index())
                .and_then(Option::as_mut)
            else {
                continue;
            };
            let before = slot.twin.quality();
            let repeated = slot.holds(&sample);
            let arrival = slot::Arrival {
                received: batch.received(),
                now: self.now,
                first_look: batch.is_first_look(),
                pruned: self.pruned,
            };
            let outcome = slot.observe(&sample, arrival, &mut self.transitions);
            match outcome {
                slot::Outcome::Duplicate => continue,
                slot::Outcome::Late { beyond } => {
                    if let Some(value) = beyond {
                        effects.list.push(Effect::LateExcursion {
                            signal: sample.signal,
                            time: sample.time,
                            value,
                        });
                    }
                    continue;
                }
                slot::Outcome::Taken => {}
            }
            if slot.changed_in != self.step_count {
                slot.changed_in = self.step_count;
                effects.changed.push(sample.signal);
            }
            if let Some(due) = slot.arm_stale(self.now) {
                self.deadlines.push(due, Due::Stale(sample.signal));
            }
            if let Some(due) = slot.rules_due() {
                self.deadlines.push(due, Due::Rules(sample.signal));
            }
            let moved = slot.twin.quality() != before;
            // History keeps one sample a source time, so a repeated one cannot carry the change of quality there.
            if moved && repeated {
                effects
                    .list
                    .push(slot.transition(sample.signal, batch.received()));
            } else if arrival.first_look {
                // History keeps what the source said of the sample; that the broker had kept it holds of the twin only.
                let at = slot.behind_sample(batch.received());
                effects.list.push(slot.transition(sample.signal, at));
            }
            if let Some(asset) = slot.asset
                && let Some(asset) = self.assets.get_mut(asset)
            {
                asset.dirty |= moved || asset.watches(sample.signal);
            }
        }
    }

    fn take_scores(&mut self, scores: ScoreBatch, effects: &mut Effects) {
        self.take_samples(&scores.samples, effects);
        for explanation in scores.explanations {
            if let Some(model) = self.models.get_mut(explanation.binding) {
                model.abstained = None;
                model.explanation = Some(explanation);
            }
        }
        for binding in scores.failed {
            self.abstain_model(binding, Abstention::Model, effects);
        }
    }

    fn take_operator(&mut self, action: OperatorAction) {
        let now = self.now;
        match action {
            OperatorAction::Acknowledge {
                occurrence,
                user,
                comment,
            } => {
                for slot in self.slots.iter_mut().flatten() {
                    let value = slot.twin.value.as_f64();
                    let mine = |rule: &&mut RuleState| {
                        rule.standing()
                            .is_some_and(|standing| standing.raised.occurrence == occurrence)
                    };
                    if let Some(rule) = slot.rules.iter_mut().find(mine) {
                        rule.acknowledge(&user, &comment, value, now, &mut self.transitions);
                        return;
                    }
                }
            }
        }
    }

    fn take_system(&mut self, event: SystemEvent, effects: &mut Effects) {
        match event {
            SystemEvent::Raised { key, text } => {
                match self.system.iter_mut().find(|(k, _)| *k == key) {
                    Some(entry) if entry.1 == text => return,
                    Some(entry) => entry.1 = text,
                    None => self.system.push((key, text)),
                }
            }
            SystemEvent::Cleared { key } => {
                let before = self.system.len();
                self.system.retain(|(k, _)| *k != key);
                if self.system.len() == before {
                    return;
                }
            }
        }
        effects.list.push(Effect::SystemChanged);
    }

    fn run_deadlines(&mut self, effects: &mut Effects) {
        while let Some((_, due)) = self.deadlines.pop_until(self.now) {
            match due {
                Due::Stale(signal) => self.run_stale(signal, effects),
                Due::Rules(signal) => {
                    let now = self.now;
                    if let Some(slot) = self.slots.get_mut(signal.index()).and_then(Option::as_mut)
                    {
                        slot.tick(now, &mut self.transitions);
                    }
                }
                Due::Model(binding) => self.ask_model(binding, effects),
            }
        }
    }

    fn run_stale(&mut self, signal: SignalKey, effects: &mut Effects) {
        let now = self.now;
        let Some(slot) = self.slot_mut(signal) else {
            return;
        };
        match slot.stale_due() {
            Some(due) if due > now => self.deadlines.push(due, Due::Stale(signal)),
            Some(due) => {
                slot.stale_armed = false;
                // A source already known to be dead or cut off keeps that better reason; one that is paused may have spoken.
                let twin = &slot.twin;
                let unmarked =
                    twin.source_quality.is_good() || twin.source_quality.reason == Reason::Retained;
                if unmarked && twin.pause_quality.is_good() {
                    self.set_source_quality(signal, Quality::bad(Reason::Stale), due, effects);
                }
            }
            None => slot.stale_armed = false,
        }
    }

    fn flush_transitions(&mut self, effects: &mut Effects) {
        for transition in self.transitions.drain(..) {
            let raised = transition.to == AlarmState::UnackActive;
            effects
                .list
                .push(Effect::AlarmTransition(transition.clone()));
            if raised {
                effects.list.push(Effect::Notify(Notification {
                    occurrence: transition.occurrence.clone(),
                    priority: transition.priority,
                    transition,
                }));
            }
        }
    }

    fn configure(&mut self, config: Arc<EngineConfig>, standing: Vec<StandingAlarm>) {
        let mut old = std::mem::take(&mut self.slots);
        let keys = config
            .signals
            .iter()
            .map(|s| s.key.index() + 1)
            .max()
            .unwrap_or(0);
        let mut slots: Vec<Option<Slot>> = Vec::new();
        slots.resize_with(keys, || None);
        for signal in &config.signals {
            let before = old.get_mut(signal.key.index()).and_then(Option::take);
            slots[signal.key.index()] = Some(Slot::new(signal, before));
        }
        for (index, asset) in config.assets.iter().enumerate() {
            for signal in &asset.signals {
                if let Some(slot) = slots.get_mut(signal.index()).and_then(Option::as_mut) {
                    slot.asset = Some(index);
                }
            }
        }
        let gone = old.into_iter().flatten().flat_map(|slot| slot.rules);
        let stays = slots.iter_mut().flatten();
        let stays = stays.flat_map(|slot| std::mem::take(&mut slot.rules));
        // By id: a plant has tens of thousands of rules, and this runs whenever one of them changes.
        let mut old_rules: HashMap<RuleId, RuleState> = HashMap::new();
        for state in gone.chain(stays) {
            old_rules.entry(state.rule().id.clone()).or_insert(state);
        }
        let mut stands: HashMap<RuleId, usize> = HashMap::new();
        for (at, alarm) in standing.iter().enumerate() {
            stands.entry(alarm.raised.rule.clone()).or_insert(at);
        }
        let mut standing: Vec<Option<StandingAlarm>> = standing.into_iter().map(Some).collect();
        for rule in &config.rules {
            let mine = stands.get(&rule.id).and_then(|at| standing.get_mut(*at));
            let mine = mine.and_then(Option::take);
            let state = match old_rules.remove(&rule.id) {
                Some(mut kept) => {
                    kept.reconfigure(rule.clone());
                    kept
                }
                None => RuleState::new(rule.clone(), mine),
            };
            if let Some(slot) = slots.get_mut(rule.signal.index()).and_then(Option::as_mut) {
                slot.rules.push(state);
            }
        }
        for orphan in standing.into_iter().flatten() {
            let rule = orphan_rule(&orphan);
            RuleState::new(rule, Some(orphan)).remove(self.now, &mut self.transitions);
        }
        slots.iter_mut().flatten().for_each(Slot::requiet);
        self.slots = slots;
        self.rebuild_second_stage(&config);
        self.config = config;
        self.rearm();
    }

    /// Fills the deadlines anew after the configuration changed.
    fn rearm(&mut self) {
        self.deadlines = Deadlines::default();
        let now = self.now;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let Some(slot) = slot else { continue };
            let signal = SignalKey(index as u32);
            slot.stale_armed = false;
            if let Some(due) = slot.arm_stale(now) {
                self.deadlines.push(due, Due::Stale(signal));
            }
            if let Some(due) = slot.rules_due() {
                self.deadlines.push(due, Due::Rules(signal));
            }
        }
        for (index, model) in self.config.models.iter().enumerate() {
            self.deadlines
                .push(now.plus(model.interval), Due::Model(index));
        }
    }

    #[cfg(test)]
    fn without_pruning(mut self) -> Self {
        self.pruned = false;
        self
    }
}

/// The rule of an occurrence whose rule is no longer configured, as far as it is needed to end it.
fn orphan_rule(orphan: &StandingAlarm) -> crate::alarm::AlarmRule {
    let raised = &orphan.raised;
    crate::alarm::AlarmRule {
        id: raised.rule.clone(),
        asset: raised.asset.clone(),
        signal: raised.signal,
        kind: raised.kind,
        limit: raised.limit,
        deadband: 0.0,
        on_delay: crate::time::Duration::ZERO,
        priority: raised.priority,
    }
}
