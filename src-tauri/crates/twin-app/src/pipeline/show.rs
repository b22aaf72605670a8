//! What the driver shows: assets, evidence, connections and counters, put into the view in the words of the API.

use twin_core::{
    Said, SignalKey, Timestamp,
    engine::{Abstention, Explanation},
    said,
    twin::AssetCondition,
};

use super::{driver::Driver, source::Source};
use crate::{
    api::{
        connection::ConnectionRow,
        frame::{AssetState, Counters},
        plant::{AnomalyView, ShareView},
        said::SaidView,
    },
    clock,
};

impl Driver {
    pub(super) fn show_everything(&mut self) {
        let signals: Vec<SignalKey> = self
            .engine
            .config()
            .signals
            .iter()
            .map(|signal| signal.key)
            .collect();
        self.view.put_twins(&self.engine, signals);
        for asset in 0..self.engine.config().assets.len() {
            self.show_asset(asset);
        }
        for binding in 0..self.engine.config().models.len() {
            self.show_anomaly(binding);
        }
    }

    pub(super) fn show_asset(&self, index: usize) {
        let config = self.engine.config();
        let (Some(asset), Some((condition, quality, since))) =
            (config.assets.get(index), self.engine.asset(index))
        else {
            return;
        };
        let binding = config.models.iter().position(|model| model.asset == index);
        let anomaly = binding.and_then(|binding| self.anomaly(binding));
        let since_anomalous = anomaly.as_ref().and_then(|anomaly| anomaly.since);
        let shares = anomaly.iter().flat_map(|anomaly| &anomaly.shares);
        let shares = shares.take(3).filter(|_| since_anomalous.is_some());
        self.view.put_asset(AssetState {
            id: asset.id.to_string(),
            state: condition.into(),
            since: since.micros() as f64,
            reason: if condition == AssetCondition::Stale {
                quality.reason.label().into()
            } else {
                String::new()
            },
            score: anomaly.as_ref().and_then(|anomaly| anomaly.score),
            anomaly_since: since_anomalous,
            anomaly_shares: shares.map(|share| (share.signal, share.share)).collect(),
        });
    }

    pub(super) fn show_anomaly(&self, binding: usize) {
        let Some(anomaly) = self.anomaly(binding) else {
            return;
        };
        self.view.put_anomaly(anomaly);
        if let Some(model) = self.engine.config().models.get(binding) {
            self.show_asset(model.asset);
        }
    }

    fn anomaly(&self, binding: usize) -> Option<AnomalyView> {
        let config = self.engine.config();
        let model = config.models.get(binding)?;
        let (explanation, abstained) = self.engine.explanation(binding)?;
        let standing = self
            .engine
            .standing()
            .find(|s| s.raised.signal == model.score && s.state.is_active());
        let abstained = abstained.map(|because| self.abstention(because).into());
        let mut shares: Vec<ShareView> = explanation
            .map_or_else(Vec::new, |Explanation { inputs, .. }| {
                inputs.iter().map(share_view).collect()
            });
        shares.sort_by(|a, b| b.share.total_cmp(&a.share));
        Some(AnomalyView {
            asset: config.assets.get(model.asset)?.id.to_string(),
            score: explanation.map(|e| e.score).filter(|_| abstained.is_none()),
            at: explanation.map_or(0.0, |e| e.at.micros() as f64),
            since: standing.map(|s| s.raised.source_time.micros() as f64),
            abstained,
            shares,
        })
    }

    fn abstention(&self, because: Abstention) -> Said {
        match because {
            Abstention::Standby => said!("asset-abstains-standby", "not running"),
            Abstention::Settling { until } => {
                let minutes = until.since(clock::now()).secs_f64().max(0.0) / 60.0;
                said!(
                    "asset-abstains-settling",
                    "running too short a time: it speaks in {minutes} min",
                    minutes = minutes.ceil() as u64
                )
            }
            Abstention::Model => said!("asset-abstains-model", "the model could not be run"),
            Abstention::Input { signal, quality } => {
                let reason = quality.reason.said();
                match self.compiled.signals.get(&signal) {
                    Some(names) => said!(
                        "asset-abstains-input",
                        "{name}: {reason}",
                        name = names.name.as_str(),
                        reason = reason
                    ),
                    None => said!(
                        "asset-abstains-some-input",
                        "an input: {reason}",
                        reason = reason
                    ),
                }
            }
        }
    }

    fn connection_rows(&self) -> Vec<ConnectionRow> {
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_by_key(|(index, _)| **index);
        sources
            .into_iter()
            .map(|(index, source)| {
                let row = source.row();
                let not_stored = row.not_stored + self.ring.lost_of(*index) as f64;
                ConnectionRow { not_stored, ..row }
            })
            .collect()
    }

    pub(super) fn show_connections(&self) {
        self.view.put_connections(self.connection_rows());
    }

    pub(super) fn show_counters(&mut self, now: Timestamp) {
        let (before, at) = self.samples_before;
        let seconds = now.since(at).secs_f64();
        let rate = if at == Timestamp::MIN || seconds <= 0.0 {
            self.view.counters().samples_per_s
        } else {
            (self.samples - before) as f64 / seconds
        };
        // Shorter spans than this would show noise.
        if seconds >= 0.5 {
            self.samples_before = (self.samples, now);
        }
        let mut system: Vec<SaidView> = self
            .engine
            .system()
            .iter()
            .map(|(_, said)| said.into())
            .collect();
        if self.scores_skipped > 0 {
            let skipped = said!(
                "condition-scores-skipped",
                "{count} anomaly scores were skipped: the models are too slow",
                count = self.scores_skipped
            );
            system.push((&skipped).into());
        }
        let sum = |count: fn(&Source) -> u64| self.sources.values().map(count).sum::<u64>();
        self.view.put_counters(Counters {
            samples_per_s: rate.round(),
            dropped: (self.gone.dropped + sum(Source::dropped)) as f64,
            rejected: (self.gone.rejected + sum(Source::rejected)) as f64,
            not_stored: self.not_stored() as f64,
            waiting: self.ring.samples() as f64,
            history_bytes: self.historian.size_bytes() as f64,
            journal_samples: self.historian.tail_samples() as f64,
            retention: (&*self.retention.borrow()).into(),
            system,
        });
    }
}

fn share_view(share: &twin_core::engine::InputShare) -> ShareView {
    ShareView {
        signal: share.signal.0,
        seen: share.seen,
        expected: share.expected,
        sigma: share.sigma,
        share: share.share,
    }
}
