//! What the devices behind signals told of themselves.

use std::{collections::HashSet, sync::Arc};

use twin_connect::Expiry;
use twin_core::{SignalKey, Timestamp};
use twin_discover::Heard;
use twin_payload::{AddressIx, Convention, Description, Presence, SourceEvent};

use super::Source;
use crate::{api::device::DeviceFact, device};

/// Most devices whose coming and going is noted: all that a decoder knows at a time. Of more nothing is shown.
const PRESENCES_MAX: usize = 30_000;

/// A device, or another source that speaks of itself.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its facts.
    pub facts: Vec<DeviceFact>,
    /// The signals that its values feed.
    pub signals: Vec<SignalKey>,
}

/// What is known of the devices of one asset.
#[derive(Clone, Debug, Default)]
pub struct DeviceTold {
    /// What they said.
    pub facts: Vec<DeviceFact>,
    /// Values of theirs that feed no signal and tell of the device.
    pub heard: Vec<Heard>,
    /// When certificates of the link end.
    pub expiries: Vec<Expiry>,
}

/// Whether devices are there, and since when.
pub(super) type Presences = std::collections::HashMap<Arc<str>, (Presence, Timestamp)>;

/// Notes that a device came or went.
pub(super) fn note(presences: &mut Presences, event: &SourceEvent) {
    let (source, presence, at) = match event {
        SourceEvent::NodeBirth { node, at, .. } => (node, Presence::Online, at),
        SourceEvent::DeviceBirth { device, at, .. } => (device, Presence::Online, at),
        SourceEvent::NodeDeath { node, at } => (node, Presence::Offline, at),
        SourceEvent::DeviceDeath { device, at } => (device, Presence::Offline, at),
        SourceEvent::Availability {
            source,
            presence,
            at,
        } => (source, *presence, at),
        _ => return,
    };
    if presences.len() < PRESENCES_MAX || presences.contains_key(source) {
        presences.insert(Arc::clone(source), (presence, *at));
    }
}

impl Source {
    /// What the devices told whose values feed any of the signals; `topics` are those on which the values come.
    pub fn device(
        &self,
        signals: &HashSet<SignalKey>,
        topics: &HashSet<String>,
        now: Timestamp,
    ) -> DeviceTold {
        let mut told = DeviceTold {
            expiries: self
                .conditions
                .tls
                .as_ref()
                .map(|tls| tls.expiries(now))
                .unwrap_or_default(),
            ..DeviceTold::default()
        };
        let mut owned: HashSet<AddressIx> = HashSet::new();
        let mut named: HashSet<&str> = HashSet::new();
        for description in self.ledger.shared_descriptions() {
            if self.feeds_any(&description.source, signals) {
                owned.extend(self.decoder.addresses_of(&description.source));
                told.facts.extend(device::facts_of(description));
                if named.insert(&description.source) {
                    told.facts
                        .extend(self.presence_of(&description.source, Some(description)));
                }
            }
        }
        for source in self.presences.keys() {
            if !named.contains(&**source) && self.feeds_any(source, signals) {
                owned.extend(self.decoder.addresses_of(source));
                told.facts.extend(self.presence_of(source, None));
            }
        }
        let is_theirs = |heard: &&Heard| {
            let topic = heard.address.split('#').next().unwrap_or_default();
            owned.contains(&AddressIx(heard.number)) || topics.contains(topic)
        };
        let of_device = self
            .ledger
            .heard()
            .filter(|heard| device::kind_of(&heard.address).is_some());
        told.heard = of_device
            .filter(is_theirs)
            .take(device::FACTS_OF_ASSET)
            .cloned()
            .collect();
        told
    }

    /// What all devices told whose values feed signals.
    pub fn devices(&self) -> Vec<Told> {
        let told = self.ledger.shared_descriptions().filter_map(|description| {
            let signals = self.fed_by(&description.source);
            let facts = device::facts_of(description);
            (!signals.is_empty() && !facts.is_empty()).then_some(Told { facts, signals })
        });
        told.collect()
    }

    fn fed_by(&self, source: &str) -> Vec<SignalKey> {
        let addresses = self.decoder.addresses_of(source).iter();
        addresses
            .filter_map(|ix| self.feeds.fed(&self.decoder, *ix))
            .collect()
    }

    fn feeds_any(&self, source: &str, signals: &HashSet<SignalKey>) -> bool {
        let mut addresses = self.decoder.addresses_of(source).iter();
        addresses.any(|ix| {
            self.feeds
                .fed(&self.decoder, *ix)
                .is_some_and(|key| signals.contains(&key))
        })
    }

    /// Whether a device is there. With a Sparkplug node its devices are gone too, though none says so (Sparkplug 3.0, "Edge
    /// Node Death").
    fn presence_of(
        &self,
        source: &str,
        description: Option<&Arc<Description>>,
    ) -> Option<DeviceFact> {
        let (presence, at) = self.presences.get(source).copied()?;
        let is_sparkplug = description.is_some_and(|of| of.convention == Convention::SparkplugB);
        let node = source.rsplit_once('/').filter(|_| is_sparkplug);
        let node = node.and_then(|(node, _)| self.presences.get(node)).copied();
        let (presence, at) = match node {
            Some((Presence::Offline, gone)) if gone > at => (Presence::Offline, gone),
            _ => (presence, at),
        };
        Some(device::presence_fact(source, presence, at))
    }
}
