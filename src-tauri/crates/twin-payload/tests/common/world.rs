//! What a listener knows after many messages, whatever their order.

use std::collections::BTreeMap;

use twin_core::Value;
use twin_payload::{
    Decoder, Description, Limits, Message, Observations, Presence, Reject, SourceEvent,
};

use super::{NOW, rows};

/// A decoder, and everything it told of sources.
#[derive(Debug)]
pub struct World {
    pub decoder: Decoder,
    pub presence: BTreeMap<String, Presence>,
    /// By address: what was said of its source when that was known to have it.
    pub marks: BTreeMap<String, Presence>,
    described: BTreeMap<String, Description>,
}

impl World {
    pub fn new(limits: Limits) -> Self {
        World {
            decoder: Decoder::with_limits(limits),
            presence: BTreeMap::new(),
            marks: BTreeMap::new(),
            described: BTreeMap::new(),
        }
    }

    /// Takes a message and gives its rows.
    pub fn hear(&mut self, topic: &str, payload: &[u8]) -> Result<Vec<(String, Value)>, Reject> {
        let mut out = Observations::new();
        self.decoder
            .decode(Message::new(topic, payload, NOW), &mut out)?;
        for event in out.events() {
            match event {
                SourceEvent::Availability {
                    source, presence, ..
                } => {
                    self.presence.insert(source.to_string(), *presence);
                    for ix in self.decoder.addresses_of(source) {
                        let address = self.decoder.address(*ix).to_owned();
                        self.marks.insert(address, *presence);
                    }
                }
                SourceEvent::Described(told) => {
                    let key = format!("{} {}", told.convention.name(), told.source);
                    match self.described.get_mut(&key) {
                        Some(held) => held.add((**told).clone()),
                        None => {
                            self.described.insert(key, (**told).clone());
                        }
                    }
                }
                _ => {}
            }
        }
        let rows = rows(&self.decoder, &out);
        Ok(rows
            .into_iter()
            .map(|(address, value, _)| (address, value))
            .collect())
    }

    /// What sources said of themselves, with points in order of their address.
    pub fn described(&self) -> Vec<Description> {
        let mut described: Vec<Description> = self.described.values().cloned().collect();
        for description in &mut described {
            description.points.sort_by(|a, b| a.address.cmp(&b.address));
            description.topic = "".into();
        }
        described.retain(|description| !description.gone);
        described
    }

    /// Which of these addresses belong to a source.
    pub fn owned(&self, source: &str, of: &[String]) -> Vec<String> {
        let addresses = self.decoder.addresses_of(source).iter();
        let mut owned: Vec<String> = addresses
            .map(|ix| self.decoder.address(*ix).to_owned())
            .filter(|address| of.contains(address))
            .collect();
        owned.sort();
        owned
    }
}
