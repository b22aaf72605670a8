//! Second stage: what spans signals. The condition of assets, and the questions to models.

use std::collections::HashMap;

use crate::{
    engine::{
        Engine,
        config::{AssetConfig, EngineConfig},
        deadlines::Due,
        effect::{Abstention, Effect, Effects, ScoreRequest},
        input::Explanation,
    },
    id::{AssetId, SignalKey},
    quality::{Quality, Reason, Status},
    time::Timestamp,
    twin::{AssetCondition, SignalTwin},
};

/// An asset's condition.
#[derive(Debug, Default)]
pub(super) struct AssetSlot {
    pub condition: AssetCondition,
    pub quality: Quality,
    pub since: Timestamp,
    /// Something it depends on changed in this step.
    pub dirty: bool,
    /// Whether it ran when that was last known.
    ran: Option<bool>,
    /// When it was seen to begin to run; [`Timestamp::MIN`] if it ran when it was first heard of.
    runs_since: Timestamp,
    running: Option<SignalKey>,
}

/// What a model binding said last.
#[derive(Debug, Default)]
pub(super) struct ModelSlot {
    pub explanation: Option<Explanation>,
    pub abstained: Option<Abstention>,
}

impl AssetSlot {
    /// Whether `signal` tells if the asset runs.
    pub fn watches(&self, signal: SignalKey) -> bool {
        self.running == Some(signal)
    }
}

impl AssetConfig {
    /// Whether the asset lives, and the worst quality of what was heard of it; `twin` gives the replicas of its signals.
    pub fn condition<'a>(
        &self,
        twin: impl Fn(SignalKey) -> Option<&'a SignalTwin>,
    ) -> (AssetCondition, Quality) {
        let mut worst = Quality::GOOD;
        let mut heard = false;
        let mut alive = false;
        for twin in self.signals.iter().filter_map(|signal| twin(*signal)) {
            let quality = twin.quality();
            if quality.reason == Reason::NeverSeen || quality.reason == Reason::FromHistory {
                continue;
            }
            heard = true;
            alive |= quality.status != Status::Bad;
            worst = worst.worse(quality);
        }
        if !heard {
            return (AssetCondition::Waiting, Quality::GOOD);
        }
        if !alive {
            return (AssetCondition::Stale, worst);
        }
        let condition = if self.runs(twin) == Some(false) {
            AssetCondition::Standby
        } else {
            AssetCondition::Live
        };
        (condition, worst)
    }

    /// Whether the asset runs; none while that is not known or not configured.
    fn runs<'a>(&self, twin: impl Fn(SignalKey) -> Option<&'a SignalTwin>) -> Option<bool> {
        let running = self.running.as_ref()?;
        let value = twin(running.signal)?.usable()?;
        Some(value > running.above)
    }
}

impl Engine {
    pub(super) fn rebuild_second_stage(&mut self, config: &EngineConfig) {
        let now = self.now;
        let old = std::mem::take(&mut self.assets);
        let ids = self.config.assets.iter().map(|asset| asset.id.clone());
        let mut kept: HashMap<AssetId, AssetSlot> = ids.zip(old).collect();
        self.assets = config
            .assets
            .iter()
            .map(|asset| {
                let before = kept.remove(&asset.id);
                let fresh = AssetSlot {
                    since: now,
                    runs_since: Timestamp::MIN,
                    ..AssetSlot::default()
                };
                let running = asset.running.as_ref().map(|r| r.signal);
                AssetSlot {
                    dirty: true,
                    running,
                    ..before.unwrap_or(fresh)
                }
            })
            .collect();
        self.models.clear();
        self.models
            .resize_with(config.models.len(), ModelSlot::default);
    }

    /// Works out the condition of every asset that something happened to.
    pub(super) fn settle_assets(&mut self, effects: &mut Effects) {
        let config = std::sync::Arc::clone(&self.config);
        for (index, asset) in config.assets.iter().enumerate() {
            if !self.assets.get(index).is_some_and(|slot| slot.dirty) {
                continue;
            }
            let (condition, quality) = asset.condition(|signal| self.twin(signal));
            let runs = self.runs(asset);
            let now = self.now;
            let Some(slot) = self.assets.get_mut(index) else {
                continue;
            };
            slot.dirty = false;
            // What was not known in between does not matter: a pump that starts during a link loss still warms up.
            if slot.ran == Some(false) && runs == Some(true) {
                slot.runs_since = now;
            }
            slot.ran = runs.or(slot.ran);
            if (slot.condition, slot.quality) == (condition, quality) {
                continue;
            }
            if slot.condition != condition {
                slot.since = now;
            }
            slot.condition = condition;
            slot.quality = quality;
            effects.list.push(Effect::AssetChanged {
                asset: index,
                condition,
                quality,
                at: slot.since,
            });
        }
    }

    fn runs(&self, asset: &AssetConfig) -> Option<bool> {
        asset.runs(|signal| self.twin(signal))
    }

    /// A model's interval has passed: ask it, or say why not.
    pub(super) fn ask_model(&mut self, index: usize, effects: &mut Effects) {
        let config = std::sync::Arc::clone(&self.config);
        let Some(binding) = config.models.get(index) else {
            return;
        };
        let now = self.now;
        self.deadlines
            .push(now.plus(binding.interval), Due::Model(index));
        let mut inputs = Vec::with_capacity(binding.inputs.len());
        let mut stop = None;
        for signal in &binding.inputs {
            let twin = self.twin(*signal);
            match twin.and_then(|twin| twin.usable()) {
                Some(value) => inputs.push(value),
                None => {
                    let quality =
                        twin.map_or(Quality::bad(Reason::NeverSeen), |twin| twin.quality());
                    stop = Some(Abstention::Input {
                        signal: *signal,
                        quality,
                    });
                    break;
                }
            }
        }
        let asset = config.assets.get(binding.asset);
        let running = asset.and_then(|asset| asset.running.as_ref());
        let stands = running.is_some_and(|running| {
            self.twin(running.signal)
                .and_then(|twin| twin.usable())
                .is_some_and(|value| value <= running.above)
        });
        let settled = self
            .assets
            .get(binding.asset)
            .map_or(now, |slot| slot.runs_since.plus(binding.settle));
        let settling = (now < settled).then_some(Abstention::Settling { until: settled });
        let because = if stands {
            Some(Abstention::Standby)
        } else {
            stop.or(settling)
        };
        let Some(because) = because else {
            let request = ScoreRequest {
                model: binding.model.clone(),
                binding: index,
                at: now,
                inputs,
            };
            effects.list.push(Effect::RequestScore(request));
            return;
        };
        self.abstain_model(index, because, effects);
    }

    /// A model cannot say anything now. Said once as long as the reason is the same.
    pub(super) fn abstain_model(
        &mut self,
        index: usize,
        because: Abstention,
        effects: &mut Effects,
    ) {
        let at = self.now;
        let score = self.config.models.get(index).map(|binding| binding.score);
        let (Some(score), Some(slot)) = (score, self.models.get_mut(index)) else {
            return;
        };
        if slot.abstained == Some(because) {
            return;
        }
        slot.abstained = Some(because);
        effects.list.push(Effect::ScoreAbstained {
            binding: index,
            at,
            because,
        });
        self.abstain_score(score, at, effects);
    }

    fn abstain_score(&mut self, score: SignalKey, at: Timestamp, effects: &mut Effects) {
        if self
            .twin(score)
            .is_some_and(|twin| twin.sample_quality.reason != Reason::NeverSeen)
        {
            self.set_source_quality(score, Quality::bad(Reason::Abstained), at, effects);
        }
    }
}
