//! System signals: how Twinscope itself does, in the words of a plant. Each connection has an asset of its own beside the
//! plant's, and so has the program; their signals are sampled, stored, shown and judged by alarm rules as all others are,
//! so that a loss of messages is an alarm with its history (ISA-18.2 calls these system alarms).
//!
//! Their ids begin with `$`, which no id of a plant file and no topic that an id is made of can.

use twin_core::{
    AssetId, ConnectionId, Duration, SignalId, SignalKey,
    alarm::{AlarmKind, AlarmRule, Priority},
    engine::{EngineConfig, SignalConfig},
};
use twin_model::Plant;

use crate::api::plant::{AssetView, LimitView, SignalRole, SignalView};

/// What every id of a system asset begins with.
const MARK: char = '$';
/// The program's own asset.
const PROGRAM: &str = "$program";
/// They are told when they change, and hold until then.
const STALE_AFTER: Duration = Duration::from_secs(100 * 366 * 86_400);
/// The alarm is active while the value is above it.
const LIMIT: f64 = 0.0;

/// What a system signal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Messages of a connection that were lost since its alarm began.
    Dropped,
    /// Messages above a connection's rate limit since then.
    LeftOut,
    /// Messages above its limit of topics since then.
    BeyondTopics,
    /// Messages above its limit of addresses since then.
    BeyondAddresses,
    /// 1 while history cannot be written, else 0.
    NotWritten,
}

impl Tag {
    /// Those of a connection.
    const OF_CONNECTION: [Tag; 4] = [
        Tag::Dropped,
        Tag::LeftOut,
        Tag::BeyondTopics,
        Tag::BeyondAddresses,
    ];

    /// The second part of the signal's id.
    pub const fn name(self) -> &'static str {
        match self {
            Tag::Dropped => "dropped",
            Tag::LeftOut => "left-out",
            Tag::BeyondTopics => "beyond-topics",
            Tag::BeyondAddresses => "beyond-addresses",
            Tag::NotWritten => "not-written",
        }
    }

    /// In English, for logs and files; the window has words of its own.
    pub const fn display(self) -> &'static str {
        match self {
            Tag::Dropped => "Messages lost",
            Tag::LeftOut => "Messages above the rate limit",
            Tag::BeyondTopics => "Messages above the limit of topics",
            Tag::BeyondAddresses => "Messages above the limit of addresses",
            Tag::NotWritten => "History not written",
        }
    }

    /// What is lost unless somebody acts comes first; a limit that a person set does what it was set for.
    fn priority(self) -> Priority {
        let number = match self {
            Tag::Dropped | Tag::NotWritten => 2,
            Tag::LeftOut | Tag::BeyondTopics | Tag::BeyondAddresses => 3,
        };
        Priority::new(number).unwrap_or(Priority::LOWEST)
    }
}

/// A system signal of a plant that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemSignal {
    /// Its key.
    pub key: SignalKey,
    /// What it tells.
    pub tag: Tag,
    /// Of which connection; none: of the program.
    pub connection: Option<ConnectionId>,
}

impl SystemSignal {
    /// Its asset: that of its connection, or of the program.
    pub fn asset(&self) -> AssetId {
        asset_id(self.connection.as_ref())
    }

    /// Name of its asset.
    pub fn asset_name(&self, plant: &Plant) -> String {
        asset_name(plant, self.connection.as_ref())
    }

    fn id(&self) -> SignalId {
        signal_id(self.connection.as_ref(), self.tag)
    }
}

fn asset_id(connection: Option<&ConnectionId>) -> AssetId {
    match connection {
        Some(id) => format!("{MARK}connection.{id}").into(),
        None => PROGRAM.into(),
    }
}

/// The connection that a system asset tells of.
pub fn connection_of(asset: &str) -> Option<ConnectionId> {
    let id = asset.strip_prefix(MARK)?.strip_prefix("connection.")?;
    Some(ConnectionId::from(id))
}

/// Whether an id is one of a system asset.
pub fn is_system(asset: &str) -> bool {
    asset.starts_with(MARK)
}

/// What there is to tell of, in the order of the signals: the program, then the connections.
fn sources(plant: &Plant) -> impl Iterator<Item = (Option<&ConnectionId>, Tag)> {
    let of_connection = plant.connections.iter().flat_map(|connection| {
        let tags = Tag::OF_CONNECTION.into_iter();
        tags.map(move |tag| (Some(&connection.id), tag))
    });
    std::iter::once((None, Tag::NotWritten)).chain(of_connection)
}

/// Ids of the system signals of a plant.
pub fn signal_ids(plant: &Plant) -> impl Iterator<Item = SignalId> {
    sources(plant).map(|(connection, tag)| signal_id(connection, tag))
}

fn signal_id(connection: Option<&ConnectionId>, tag: Tag) -> SignalId {
    format!("{}/{}", asset_id(connection), tag.name()).into()
}

/// The system signals whose keys are given in the order of [`signal_ids`].
pub fn signals(plant: &Plant, keys: &[SignalKey]) -> Vec<SystemSignal> {
    let keyed = sources(plant).zip(keys);
    let signal = |((connection, tag), key): ((Option<&ConnectionId>, Tag), &SignalKey)| {
        let connection = connection.cloned();
        SystemSignal {
            key: *key,
            tag,
            connection,
        }
    };
    keyed.map(signal).collect()
}

/// Adds them to what the engine has to know: behind the plant's own, and as no asset, whose number and condition they
/// must not change.
pub fn put_into(engine: &mut EngineConfig, signals: &[SystemSignal]) {
    for signal in signals {
        engine.signals.push(SignalConfig {
            key: signal.key,
            stale_after: STALE_AFTER,
        });
        let kind = AlarmKind::High;
        engine.rules.push(AlarmRule {
            id: format!("{}:{}", signal.id(), kind.name()).into(),
            asset: signal.asset(),
            signal: signal.key,
            kind,
            limit: LIMIT,
            deadband: 0.0,
            on_delay: Duration::ZERO,
            priority: signal.tag.priority(),
        });
    }
}

fn asset_name(plant: &Plant, connection: Option<&ConnectionId>) -> String {
    let Some(id) = connection else {
        return "Twinscope".to_owned();
    };
    let known = plant.connection(id.as_str());
    known.map_or_else(|| id.to_string(), |connection| connection.name.clone())
}

/// The system assets as the UI draws them.
pub fn views(plant: &Plant, signals: &[SystemSignal]) -> Vec<AssetView> {
    let parts = signals.chunk_by(|a, b| a.connection == b.connection);
    let view = |signals: &[SystemSignal]| {
        let connection = signals
            .first()
            .and_then(|signal| signal.connection.as_ref());
        AssetView {
            id: asset_id(connection).to_string(),
            name: asset_name(plant, connection),
            area: String::new(),
            type_name: String::new(),
            dtmi: None,
            signals: signals.iter().map(signal_view).collect(),
            model: None,
        }
    };
    parts.map(view).collect()
}

fn signal_view(signal: &SystemSignal) -> SignalView {
    let name = signal.tag.display().to_owned();
    SignalView {
        key: signal.key.0,
        id: signal.id().to_string(),
        short_name: name.clone(),
        name,
        unit: String::new(),
        range: None,
        normal: None,
        decimals: 0,
        key_value: false,
        role: SignalRole::Measurement,
        step: true,
        limits: vec![LimitView {
            kind: AlarmKind::High.name().to_owned(),
            value: LIMIT,
            priority: signal.tag.priority().number(),
        }],
        stale_after_ms: STALE_AFTER.micros() as f64 / 1_000.0,
        source: String::new(),
    }
}
