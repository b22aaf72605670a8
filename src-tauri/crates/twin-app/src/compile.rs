//! Turns the plant file into what the engine, the decoders and the UI each need.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use twin_core::{
    AssetId, ConnectionId, Duration, SignalId, SignalKey,
    alarm::AlarmRule,
    engine::{AssetConfig, EngineConfig, ModelBinding, Running, SignalConfig},
};
use twin_model::{Asset, AssetType, Level, Mapper, Models, Place, Plant, PlantSignal, Role};

use crate::{
    api::plant::{
        AreaView, AssetView, LimitView, ModelView, PlaceView, PlantView, SignalRole, SignalView,
    },
    plans,
    system::{self, SystemSignal, Tag},
};

/// A plant ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// The plant file, with what its models give and its rules made.
    pub plant: Plant,
    /// What its model files say.
    pub twins: Arc<Models>,
    /// The mapping rules, for what no signal comes from.
    pub mapper: Arc<Mapper>,
    /// For the engine.
    pub engine: Arc<EngineConfig>,
    /// For the decoders: address to signal, by connection.
    pub addresses: HashMap<ConnectionId, HashMap<String, SignalKey>>,
    /// For people: every signal by its key, system signals too.
    pub signals: HashMap<SignalKey, SignalNames>,
    /// What the program tells of itself.
    pub system: Vec<SystemSignal>,
    /// For the scorers, in the order of [`EngineConfig::models`].
    pub models: Vec<ModelFile>,
}

/// What a sentence about a signal needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalNames {
    /// Asset id.
    pub asset: AssetId,
    /// Asset name.
    pub asset_name: String,
    /// Signal name.
    pub name: String,
    /// Unit as displayed.
    pub unit: String,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// What it tells of the program; none: it is one of the plant.
    pub system: Option<Tag>,
}

/// A model file and the asset it watches.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// Model id.
    pub id: String,
    /// File name.
    pub file: String,
    /// Names of its inputs, in order.
    pub inputs: Vec<String>,
}

impl Compiled {
    /// Takes over how long each model abstains after its asset began to run, in the order of the bindings.
    pub fn put_settle(&mut self, settle: impl IntoIterator<Item = Duration>) {
        let engine = Arc::make_mut(&mut self.engine);
        for (binding, settle) in engine.models.iter_mut().zip(settle) {
            binding.settle = settle;
        }
    }
}

/// Ids of all signals of a plant, those of the program itself behind the plant's own.
pub fn signal_ids(plant: &Plant) -> Vec<SignalId> {
    let own = plant.signals().into_iter().map(|signal| signal.id);
    own.chain(system::signal_ids(plant)).collect()
}

/// Compiles a plant whose signals have the keys that `keys` gives, in the order of [`signal_ids`]; without keys for them
/// the program tells nothing of itself.
pub fn compile(plant: Plant, keys: &[SignalKey]) -> Compiled {
    let plant_signals = plant.signals();
    let by_id: HashMap<SignalId, SignalKey> = plant_signals
        .iter()
        .map(|signal| signal.id.clone())
        .zip(keys.iter().copied())
        .collect();
    let mut engine = EngineConfig::default();
    let mut addresses: HashMap<ConnectionId, HashMap<String, SignalKey>> = HashMap::new();
    let mut signals = HashMap::new();
    let mut models = Vec::new();
    let assets = plant.assets.iter();
    let asset_names: HashMap<&AssetId, &str> = assets.map(|a| (&a.id, a.name.as_str())).collect();
    for signal in &plant_signals {
        let Some(key) = by_id.get(&signal.id).copied() else {
            continue;
        };
        engine.signals.push(SignalConfig {
            key,
            stale_after: signal.def.stale_after,
        });
        engine.rules.extend(rules(signal, key));
        if let Some(address) = &signal.address {
            addresses
                .entry(signal.connection.clone())
                .or_default()
                .insert(address.clone(), key);
        }
        let asset_name = asset_names.get(&signal.asset).copied();
        let asset_name = asset_name.unwrap_or_default().to_owned();
        let names = SignalNames {
            asset: signal.asset.clone(),
            asset_name,
            name: signal.def.name.clone(),
            unit: signal.def.unit.clone(),
            decimals: signal.def.decimals,
            system: None,
        };
        signals.insert(key, names);
    }
    for asset in &plant.assets {
        let Some(asset_type) = plant.asset_type(&asset.type_id) else {
            continue;
        };
        let key = |signal: &str| {
            by_id
                .get(format!("{}/{signal}", asset.id).as_str())
                .copied()
        };
        bind_model(
            asset_type,
            engine.assets.len(),
            &key,
            &mut engine,
            &mut models,
        );
        engine.assets.push(asset_config(asset, asset_type, &key));
    }
    let own = keys.get(plant_signals.len()..).unwrap_or_default();
    let system = put_system(&plant, own, &mut engine, &mut signals);
    Compiled {
        twins: Arc::default(),
        mapper: Arc::default(),
        plant,
        system,
        engine: Arc::new(engine),
        addresses,
        signals,
        models,
    }
}

/// What the program tells of itself, behind all that is the plant's.
fn put_system(
    plant: &Plant,
    keys: &[SignalKey],
    engine: &mut EngineConfig,
    signals: &mut HashMap<SignalKey, SignalNames>,
) -> Vec<SystemSignal> {
    let system = system::signals(plant, keys);
    system::put_into(engine, &system);
    for signal in &system {
        signals.insert(signal.key, system_names(plant, signal));
    }
    system
}

fn system_names(plant: &Plant, signal: &SystemSignal) -> SignalNames {
    SignalNames {
        asset: signal.asset(),
        asset_name: signal.asset_name(plant),
        name: signal.tag.display().to_owned(),
        unit: String::new(),
        decimals: 0,
        system: Some(signal.tag),
    }
}

fn rules(signal: &PlantSignal, key: SignalKey) -> impl Iterator<Item = AlarmRule> {
    signal.def.alarms.iter().map(move |alarm| AlarmRule {
        id: signal.rule_id(alarm.kind),
        asset: signal.asset.clone(),
        signal: key,
        kind: alarm.kind,
        limit: alarm.limit,
        deadband: alarm.deadband,
        on_delay: alarm.on_delay,
        priority: alarm.priority,
    })
}

fn asset_config(
    asset: &Asset,
    asset_type: &AssetType,
    key: &impl Fn(&str) -> Option<SignalKey>,
) -> AssetConfig {
    let running = asset_type.running.as_ref().and_then(|running| {
        Some(Running {
            signal: key(&running.signal)?,
            above: running.above,
        })
    });
    let signals = asset_type
        .signals
        .iter()
        .filter_map(|signal| key(&signal.id))
        .collect();
    AssetConfig {
        id: asset.id.clone(),
        signals,
        running,
    }
}

fn bind_model(
    asset_type: &AssetType,
    asset: usize,
    key: &impl Fn(&str) -> Option<SignalKey>,
    engine: &mut EngineConfig,
    models: &mut Vec<ModelFile>,
) {
    let Some(model) = &asset_type.model else {
        return;
    };
    let inputs: Vec<SignalKey> = model.inputs.iter().filter_map(|input| key(input)).collect();
    let Some(score) = key(twin_model::SCORE_SIGNAL).filter(|_| inputs.len() == model.inputs.len())
    else {
        return;
    };
    engine.models.push(ModelBinding {
        model: model.id.clone(),
        asset,
        inputs,
        score,
        interval: model.interval,
        // The model file says it; known once it is loaded.
        settle: Duration::ZERO,
    });
    models.push(ModelFile {
        id: model.id.to_string(),
        file: model.file.clone(),
        inputs: model.inputs.clone(),
    });
}

/// The plant as the UI draws it. `model_of` tells of the model binding with that index.
pub fn plant_view(
    compiled: &Compiled,
    revision: u32,
    workspace: String,
    model_of: impl Fn(usize) -> Option<ModelView>,
) -> PlantView {
    let plant = &compiled.plant;
    let mut signals = plant
        .signals()
        .into_iter()
        .zip(&compiled.engine.signals)
        .peekable();
    let models = compiled.engine.models.iter().enumerate();
    let bindings: HashMap<usize, usize> = models.map(|(at, model)| (model.asset, at)).collect();
    let mut assets = Vec::with_capacity(plant.assets.len());
    for (index, asset) in plant.assets.iter().enumerate() {
        let asset_type = plant.asset_type(&asset.type_id);
        let mut own = Vec::new();
        while let Some((signal, config)) = signals.next_if(|(signal, _)| signal.asset == asset.id) {
            own.push(signal_view(&signal, config.key));
        }
        let binding = bindings.get(&index).copied();
        assets.push(AssetView {
            id: asset.id.to_string(),
            name: asset.name.clone(),
            area: asset.area.clone(),
            type_name: asset_type.map_or_else(String::new, |t| t.name.clone()),
            dtmi: asset_type.and_then(|t| t.dtmi.clone()),
            signals: own,
            model: binding.and_then(&model_of),
        });
    }
    PlantView {
        name: plant.name.clone(),
        zone: plant.zone.clone(),
        revision,
        workspace,
        areas: areas(plant),
        places: places(plant),
        assets,
        system: system::views(plant, &compiled.system),
        plans: plans::plan_views(plant),
        map: plans::map_view(plant),
    }
}

fn places(plant: &Plant) -> Vec<PlaceView> {
    let places = plant.places.iter().map(|place| PlaceView {
        id: place.id.clone(),
        name: place.name.clone(),
        level: place.level.into(),
        parent: place.parent.clone(),
    });
    places.collect()
}

/// What assets are grouped by. Places above the areas hold assets only through them.
fn areas(plant: &Plant) -> Vec<AreaView> {
    let filled: HashSet<&str> = plant.assets.iter().map(|a| a.area.as_str()).collect();
    let is_shown =
        |place: &&Place| place.level == Level::Area || filled.contains(place.id.as_str());
    let places = plant.places.iter().filter(is_shown).map(|place| AreaView {
        id: place.id.clone(),
        name: place.name.clone(),
    });
    // A rule may say no place, or one that the plant does not have.
    let nowhere = filled.contains("").then(|| AreaView {
        id: String::new(),
        name: "Without a place".to_owned(),
    });
    places.chain(nowhere).collect()
}

fn signal_view(signal: &PlantSignal, key: SignalKey) -> SignalView {
    let def = &signal.def;
    let limits = def.alarms.iter().map(|alarm| LimitView {
        kind: alarm.kind.name().to_owned(),
        value: alarm.limit,
        priority: alarm.priority.number(),
    });
    let source = match (&signal.address, &signal.model) {
        (Some(address), _) => format!("{}: {address}", signal.connection),
        (None, Some(model)) => format!("model {model}"),
        (None, None) => String::new(),
    };
    SignalView {
        key: key.0,
        id: signal.id.to_string(),
        name: def.name.clone(),
        short_name: def.short_name.clone().unwrap_or_else(|| def.name.clone()),
        unit: def.unit.clone(),
        range: def.range,
        normal: def.normal,
        decimals: def.decimals,
        key_value: def.key,
        role: match def.role {
            Role::Measurement => SignalRole::Measurement,
            Role::Setpoint => SignalRole::Setpoint,
            Role::State => SignalRole::State,
            Role::Score => SignalRole::Score,
        },
        step: def.step,
        limits: limits.collect(),
        stale_after_ms: def.stale_after.micros() as f64 / 1_000.0,
        source,
    }
}
