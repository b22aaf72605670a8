//! The device behind an asset, and what is kept of what devices tell.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::PoisonError,
};

use tokio::sync::oneshot;
use twin_core::{Duration, SignalKey, Timestamp};
use twin_discover::Heard;
use twin_model::Asset;

use super::App;
use crate::{
    api::device::{DeviceFact, DeviceView},
    compile::Compiled,
    connections::expiry_view,
    device::{FACTS_OF_ASSET, KeptFacts, kind_of, replaces},
    discovery::value_text,
    error::{Error, Result, Thing},
    pipeline::{
        request::{Diagnose, Request},
        source::Told,
    },
};

/// How often what devices tell is kept.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// What is kept of what devices tell, and when it was last looked at.
#[derive(Debug)]
pub(super) struct Devices {
    kept: KeptFacts,
    looked: Timestamp,
}

impl Devices {
    pub(super) const fn new(kept: KeptFacts) -> Self {
        Devices {
            kept,
            looked: Timestamp::MIN,
        }
    }
}

impl App {
    /// What is known of the device of an asset. May be asked every second.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Stopped`].
    pub async fn device(&self, asset: &str) -> Result<DeviceView> {
        let compiled = self.compiled();
        let found = asset_of(&compiled, asset)?;
        let own = addresses_of(&compiled, found);
        let topics = own.iter().map(|(address, _)| topic_of(address).to_owned());
        let (reply, answer) = oneshot::channel();
        let question = Diagnose::Device {
            connection: found.connection.clone(),
            signals: own.iter().map(|(_, key)| *key).collect(),
            topics: topics.collect(),
            reply,
        };
        self.ask(Request::Diagnose(question)).await?;
        let told = answer.await.map_err(|_| Error::Stopped)?;
        let received = |key: SignalKey| self.view.twin(key).map(|twin| twin.received_time);
        let mut facts = told.facts;
        facts.extend(told.heard.iter().filter_map(heard_fact));
        facts.extend(
            own.iter()
                .filter_map(|(address, key)| own_fact(address, *key, received(*key))),
        );
        let devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let before = devices.kept.of(asset).iter();
        let before: Vec<DeviceFact> = before
            .filter(|old| !facts.iter().any(|new| replaces(new, old)))
            .map(|old| DeviceFact {
                kept: true,
                ..old.clone()
            })
            .collect();
        drop(devices);
        facts.extend(before);
        facts.sort_by(|a, b| (a.kind, &a.device, &a.topic).cmp(&(b.kind, &b.device, &b.topic)));
        let left_out = facts.len().saturating_sub(FACTS_OF_ASSET);
        facts.truncate(FACTS_OF_ASSET);
        let newest = own.iter().filter_map(|(_, key)| received(*key)).max();
        Ok(DeviceView {
            connection: found.connection.to_string(),
            expiries: told.expiries.into_iter().map(expiry_view).collect(),
            received: newest.map(|at| at.micros() as f64),
            facts,
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        })
    }

    /// Keeps what devices told, when it is time, or at once with `at_once`. To be called every second.
    pub(super) async fn keep_devices(&self, now: Timestamp, at_once: bool) {
        {
            let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
            if !at_once && now.since(devices.looked) < KEEP_EVERY {
                return;
            }
            devices.looked = now;
        }
        let (reply, answer) = oneshot::channel();
        // The driver may have ended; then there is nothing new.
        if self
            .ask(Request::Diagnose(Diagnose::Devices(reply)))
            .await
            .is_err()
        {
            return;
        }
        let Ok(told) = answer.await else { return };
        let compiled = self.compiled();
        let facts = by_asset(&compiled, told);
        let assets: HashSet<&str> = compiled
            .plant
            .assets
            .iter()
            .map(|asset| asset.id.as_str())
            .collect();
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = devices.kept.take(facts, |asset| assets.contains(asset)) {
            tracing::warn!("what devices tell is not kept over a restart: {error}");
        }
    }
}

/// The asset of a plant.
pub(super) fn asset_of<'c>(compiled: &'c Compiled, id: &str) -> Result<&'c Asset> {
    let found = compiled
        .plant
        .assets
        .iter()
        .find(|asset| asset.id.as_str() == id);
    found.ok_or_else(|| Error::Unknown {
        what: Thing::Asset,
        id: id.to_owned(),
    })
}

/// The signals of an asset with the addresses that feed them.
pub(super) fn addresses_of<'c>(compiled: &'c Compiled, asset: &Asset) -> Vec<(&'c str, SignalKey)> {
    let all = compiled.addresses.get(&asset.connection);
    let is_own = |key: &SignalKey| {
        compiled
            .signals
            .get(key)
            .is_some_and(|names| names.asset == asset.id)
    };
    let own = all.into_iter().flatten().filter(|(_, key)| is_own(key));
    let mut own: Vec<(&str, SignalKey)> =
        own.map(|(address, key)| (address.as_str(), *key)).collect();
    own.sort_unstable_by_key(|(_, key)| *key);
    own
}

pub(super) fn topic_of(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

fn by_asset(compiled: &Compiled, told: Vec<Told>) -> BTreeMap<String, Vec<DeviceFact>> {
    let mut facts: HashMap<&str, Vec<DeviceFact>> = HashMap::new();
    for of in told {
        let names = of
            .signals
            .iter()
            .filter_map(|key| compiled.signals.get(key));
        let assets: HashSet<&str> = names.map(|names| names.asset.as_str()).collect();
        for asset in assets {
            facts
                .entry(asset)
                .or_default()
                .extend(of.facts.iter().cloned());
        }
    }
    facts
        .into_iter()
        .map(|(asset, facts)| (asset.to_owned(), facts))
        .collect()
}

/// A value that feeds no signal.
fn heard_fact(heard: &Heard) -> Option<DeviceFact> {
    Some(DeviceFact {
        kind: kind_of(&heard.address)?,
        value: value_text(&heard.value),
        unit: String::new(),
        signal: None,
        device: String::new(),
        convention: heard.convention.label().to_owned(),
        topic: topic_of(&heard.address).to_owned(),
        at: heard.last.micros() as f64,
        kept: false,
    })
}

/// A signal of the asset.
fn own_fact(address: &str, key: SignalKey, received: Option<Timestamp>) -> Option<DeviceFact> {
    Some(DeviceFact {
        kind: kind_of(address)?,
        value: String::new(),
        unit: String::new(),
        signal: Some(key.0),
        device: String::new(),
        convention: String::new(),
        topic: topic_of(address).to_owned(),
        at: received?.micros() as f64,
        kept: false,
    })
}
