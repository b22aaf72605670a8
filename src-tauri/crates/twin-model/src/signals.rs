//! The plant file resolved to signals.

use std::collections::HashMap;

use twin_core::{AssetId, ConnectionId, Duration, ModelId, RuleId, SignalId, alarm::AlarmKind};

use crate::{
    plant::{Asset, AssetType, ModelDef, Plant, Role, SignalDef},
    retention::RetentionClass,
};

/// Id, within its asset, of the score signal that an anomaly model writes.
pub const SCORE_SIGNAL: &str = "anomaly";

/// A score counts as stale after this many missed intervals of its model.
const SCORE_STALE_INTERVALS: i64 = 10;
/// and never before this.
const SCORE_STALE_MIN: Duration = Duration::from_secs(30);

/// One signal of one asset.
#[derive(Clone, Debug, PartialEq)]
pub struct PlantSignal {
    /// `asset/signal`.
    pub id: SignalId,
    /// Its asset.
    pub asset: AssetId,
    /// What it is; made here for a score, else the asset type's.
    pub def: SignalDef,
    /// The connection that its values come from.
    pub connection: ConnectionId,
    /// Where on the connection they come from; none for a score and for a signal without a source.
    pub address: Option<String>,
    /// The model that writes it, for a score.
    pub model: Option<ModelId>,
}

impl PlantSignal {
    /// Id of its alarm rule of this kind: `signal id:kind`.
    pub fn rule_id(&self, kind: AlarmKind) -> RuleId {
        RuleId::from(format!("{}:{}", self.id, kind.name()))
    }
}

impl Plant {
    /// Every signal of every asset in file order; an asset's score comes after its other signals.
    pub fn signals(&self) -> Vec<PlantSignal> {
        let mut signals = Vec::new();
        for asset in &self.assets {
            let Some(asset_type) = self.asset_type(&asset.type_id) else {
                continue;
            };
            signals.extend(asset_type.signals.iter().map(|def| PlantSignal {
                id: signal_id(asset, &def.id),
                asset: asset.id.clone(),
                def: def.clone(),
                connection: asset.connection.clone(),
                address: asset.address(&def.id),
                model: None,
            }));
            signals.extend(
                asset_type
                    .model
                    .as_ref()
                    .map(|model| score(asset, asset_type, model)),
            );
        }
        signals
    }

    /// Index of the retention class that covers a signal; none when the default holds.
    pub fn retention_class(&self, signal: &PlantSignal) -> Option<usize> {
        self.class_of(self.asset(signal.asset.as_str())?, signal)
    }

    /// As [`Plant::retention_class`], of every signal in the order of [`Plant::signals`].
    pub fn retention_classes(&self) -> Vec<Option<usize>> {
        let assets: HashMap<&AssetId, &Asset> = self.assets.iter().map(|a| (&a.id, a)).collect();
        let signals = self.signals();
        let each = signals.iter();
        each.map(|signal| self.class_of(assets.get(&signal.asset)?, signal))
            .collect()
    }

    fn class_of(&self, asset: &Asset, signal: &PlantSignal) -> Option<usize> {
        let places: Vec<&str> = self
            .places_around(&asset.area)
            .map(|place| place.id.as_str())
            .collect();
        let covers = |class: &RetentionClass| {
            class.covers(&places, &asset.id, &asset.type_id, &signal.def.id)
        };
        self.retention.classes.iter().position(covers)
    }
}

impl Asset {
    /// Where the signal with this id comes from; none when neither `sources` nor `source` says.
    pub fn address(&self, signal: &str) -> Option<String> {
        self.sources.get(signal).cloned().or_else(|| {
            self.source
                .as_ref()
                .map(|template| template.replace("{signal}", signal))
        })
    }
}

fn signal_id(asset: &Asset, signal: &str) -> SignalId {
    SignalId::from(format!("{}/{signal}", asset.id))
}

fn score(asset: &Asset, asset_type: &AssetType, model: &ModelDef) -> PlantSignal {
    let stale_after = Duration(
        model
            .interval
            .micros()
            .saturating_mul(SCORE_STALE_INTERVALS),
    )
    .max(SCORE_STALE_MIN);
    // A score of an asset that reports seldom may not go stale before its inputs do.
    let inputs = model
        .inputs
        .iter()
        .filter_map(|input| asset_type.signal(input));
    let stale_after = inputs
        .map(|input| input.stale_after)
        .fold(stale_after, Duration::max);
    PlantSignal {
        id: signal_id(asset, SCORE_SIGNAL),
        asset: asset.id.clone(),
        def: SignalDef {
            id: SCORE_SIGNAL.into(),
            name: "Anomaly score".into(),
            description: None,
            short_name: None,
            unit: String::new(),
            display_unit: None,
            role: Role::Score,
            step: false,
            range: Some([0.0, 1.0]),
            normal: Some([0.0, 0.5]),
            decimals: 2,
            stale_after,
            key: false,
            alarms: model.alarm.iter().cloned().collect(),
        },
        connection: asset.connection.clone(),
        address: None,
        model: Some(model.id.clone()),
    }
}
