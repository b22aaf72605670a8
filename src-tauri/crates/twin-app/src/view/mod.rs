//! What subscribers see: the latest of everything, with a version each, so that any number of windows can ask "what
//! changed since I last asked" and nothing is queued for a slow one.

pub(crate) mod frame;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use twin_core::{Duration, Said, SignalKey, Timestamp, engine::Engine, twin::SignalTwin};

use crate::api::{
    alarm::{AlarmList, AlarmRow, AlarmStateView},
    connection::ConnectionRow,
    frame::{AssetState, Counters},
    plant::{AnomalyView, PlantView},
    said::SaidView,
};

/// Alarm transitions kept for subscribers that lag behind; one that lags more is told to ask for everything.
const TRANSITIONS_MAX: usize = 4_096;

/// A frame is sent at least this often, changed or not: silence would look like a dead program.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Where a subscriber stands. A new one gets everything with its first frame.
#[derive(Debug, Default)]
pub struct Cursor {
    version: u64,
    alarm_seq: u64,
    frame: u64,
    sent: Timestamp,
}

/// Shared by the pipeline, which writes, and the subscribers, who read. Locked for microseconds.
#[derive(Debug)]
pub struct View {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Grows with every change.
    version: u64,
    plant: PlantView,
    twins: Vec<Option<(u64, SignalTwin)>>,
    assets: Vec<(u64, AssetState)>,
    /// Where the state of an asset is, by its id.
    places: HashMap<String, usize>,
    anomalies: Vec<AnomalyView>,
    alarms: Vec<Arc<AlarmRow>>,
    transitions: VecDeque<Arc<AlarmRow>>,
    alarm_seq: u64,
    connections: (u64, Vec<ConnectionRow>),
    counters: (u64, Counters),
    /// Why nothing moves any more.
    fatal: Option<SaidView>,
}

impl View {
    /// A view of a plant of which nothing is known yet but the standing alarms.
    pub fn new(plant: PlantView, alarms: Vec<AlarmRow>, alarm_seq: u64) -> Self {
        let state = State {
            version: 1,
            plant,
            twins: Vec::new(),
            assets: Vec::new(),
            places: HashMap::new(),
            anomalies: Vec::new(),
            alarms: alarms.into_iter().map(Arc::new).collect(),
            transitions: VecDeque::new(),
            alarm_seq,
            connections: (1, Vec::new()),
            counters: (1, Counters::default()),
            fatal: None,
        };
        View {
            state: Mutex::new(state),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic while holding it leaves only display state behind, which the next change overwrites.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The plant as drawn.
    pub fn plant(&self) -> PlantView {
        self.lock().plant.clone()
    }

    /// Replaces the plant after its file changed; twins and assets must be put anew.
    pub fn put_plant(&self, plant: PlantView) {
        let mut state = self.lock();
        state.version += 1;
        state.plant = plant;
        state.assets.clear();
        state.places.clear();
        state.anomalies.clear();
    }

    /// Copies the twins of `signals` from the engine.
    pub fn put_twins(&self, engine: &Engine, signals: impl IntoIterator<Item = SignalKey>) {
        let mut state = self.lock();
        state.version += 1;
        let version = state.version;
        for signal in signals {
            let Some(twin) = engine.twin(signal) else {
                continue;
            };
            if state.twins.len() <= signal.index() {
                state.twins.resize_with(signal.index() + 1, || None);
            }
            state.twins[signal.index()] = Some((version, twin.clone()));
        }
    }

    /// Replaces the state of one asset, if it differs.
    pub fn put_asset(&self, asset: AssetState) {
        let mut state = self.lock();
        state.version += 1;
        let version = state.version;
        let place = state.places.get(&asset.id).copied();
        match place.and_then(|place| state.assets.get_mut(place)) {
            Some((_, old)) if *old == asset => {}
            Some(entry) => *entry = (version, asset),
            None => {
                let next = state.assets.len();
                state.places.insert(asset.id.clone(), next);
                state.assets.push((version, asset));
            }
        }
    }

    /// The state of one asset.
    pub fn asset(&self, id: &str) -> Option<AssetState> {
        let state = self.lock();
        let (_, asset) = state.assets.get(*state.places.get(id)?)?;
        Some(asset.clone())
    }

    /// Replaces the evidence about one asset.
    pub fn put_anomaly(&self, anomaly: AnomalyView) {
        let mut state = self.lock();
        match state
            .anomalies
            .iter_mut()
            .find(|old| old.asset == anomaly.asset)
        {
            Some(old) => *old = anomaly,
            None => state.anomalies.push(anomaly),
        }
    }

    /// The evidence about one asset.
    pub fn anomaly(&self, asset: &str) -> Option<AnomalyView> {
        self.lock()
            .anomalies
            .iter()
            .find(|anomaly| anomaly.asset == asset)
            .cloned()
    }

    /// Adds stored alarm transitions, oldest first.
    pub fn put_alarms(&self, rows: Vec<AlarmRow>) {
        let mut state = self.lock();
        for row in rows.into_iter().map(Arc::new) {
            state.version += 1;
            state.alarm_seq = state.alarm_seq.max(row.seq as u64);
            state.alarms.retain(|old| old.id != row.id);
            if row.state != AlarmStateView::Normal {
                state.alarms.push(Arc::clone(&row));
            }
            if state.transitions.len() == TRANSITIONS_MAX {
                state.transitions.pop_front();
            }
            state.transitions.push_back(row);
        }
    }

    /// Every occurrence that is not over.
    pub fn alarms(&self) -> AlarmList {
        let state = self.lock();
        AlarmList {
            seq: state.alarm_seq as f64,
            rows: state.alarms.iter().map(|row| (**row).clone()).collect(),
        }
    }

    /// How many occurrences wait for acknowledgement.
    pub fn unacknowledged(&self) -> usize {
        let waits = |row: &&Arc<AlarmRow>| {
            matches!(
                row.state,
                AlarmStateView::UnackActive | AlarmStateView::UnackReturned
            )
        };
        self.lock().alarms.iter().filter(waits).count()
    }

    /// Replaces the connection rows, if they differ.
    pub fn put_connections(&self, rows: Vec<ConnectionRow>) {
        let mut state = self.lock();
        if state.connections.1 != rows {
            state.version += 1;
            state.connections = (state.version, rows);
        }
    }

    /// All connections.
    pub fn connections(&self) -> Vec<ConnectionRow> {
        self.lock().connections.1.clone()
    }

    /// Says for good that nothing moves any more.
    pub fn put_fatal(&self, said: Said) {
        let counters = {
            let mut state = self.lock();
            state.fatal = Some((&said).into());
            state.counters.1.clone()
        };
        self.put_counters(counters);
    }

    /// Replaces the counters, if they differ.
    pub fn put_counters(&self, mut counters: Counters) {
        let mut state = self.lock();
        if let Some(fatal) = state
            .fatal
            .clone()
            .filter(|fatal| !counters.system.contains(fatal))
        {
            counters.system.insert(0, fatal);
        }
        if state.counters.1 != counters {
            state.version += 1;
            state.counters = (state.version, counters);
        }
    }

    /// The counters of the status line.
    pub fn counters(&self) -> Counters {
        self.lock().counters.1.clone()
    }

    /// The twin of one signal as last put.
    pub fn twin(&self, signal: SignalKey) -> Option<SignalTwin> {
        self.lock()
            .twins
            .get(signal.index())?
            .as_ref()
            .map(|(_, twin)| twin.clone())
    }
}
