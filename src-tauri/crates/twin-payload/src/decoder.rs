//! The decoder of one connection: finds out which format a message has, and keeps what formats need to remember.

use std::{collections::HashMap, sync::Arc};

use twin_core::{Quality, Timestamp};

use crate::{
    bare::{self, Payload},
    chirpstack::{self, ChirpStackTopic},
    intern::{AddressIx, Interner},
    json::{Flat, FlatValue, TimeNames},
    limits::Limits,
    message::Message,
    observations::{Cell, Observations, SourceEvent},
    reject::{Reject, RejectKind},
    sparkplug::{NodeStatus, Sparkplug, SparkplugTopic},
    stamp::Stamp,
    zigbee::{self, ZigbeeTopic},
};

/// Longest topic: MQTT counts its bytes in 16 bits.
const TOPIC_BYTES_MAX: usize = 65_535;

/// Decodes the messages of one connection, in the order in which they arrive.
///
/// Memory is bounded by [`Limits`]. The same messages always give the same observations.
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    addresses: Interner,
    sparkplug: Sparkplug,
    zigbee: HashMap<Arc<str>, Vec<AddressIx>>,
    flat: Flat,
    address: String,
}

impl Decoder {
    /// A decoder that has heard nothing, with the default limits.
    pub fn new() -> Self {
        Decoder::default()
    }

    /// A decoder that has heard nothing, with these limits.
    pub fn with_limits(limits: Limits) -> Self {
        Decoder {
            limits,
            ..Decoder::default()
        }
    }

    /// Decodes a message and adds what it says to `out`.
    ///
    /// # Errors
    /// The message is rejected as a whole: nothing was added to `out`, and the decoder is as it was before.
    pub fn decode(&mut self, message: Message<'_>, out: &mut Observations) -> Result<(), Reject> {
        check_topic(message.topic)?;
        self.check_size(message.payload)?;
        let mark = out.mark();
        let addresses = self.addresses.len();
        let result = self.route(&message, out);
        if result.is_err() {
            out.truncate(mark);
            self.addresses.truncate(addresses);
        }
        result
    }

    /// Takes a Sparkplug birth that was kept from before a restart. It gives no observations; values decoded with it
    /// are UNCERTAIN until the next birth arrives. A node or device with a live birth is left alone.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); also when `topic` is not that of a birth.
    pub fn restore_birth(&mut self, topic: &str, payload: &[u8]) -> Result<(), Reject> {
        check_topic(topic)?;
        self.check_size(payload)?;
        let addresses = self.addresses.len();
        let result = self
            .sparkplug
            .restore(topic, payload, &self.limits, &mut self.addresses);
        if result.is_err() {
            self.addresses.truncate(addresses);
        }
        result
    }

    /// Whether messages on this topic are Sparkplug births, which are worth keeping for
    /// [`restore_birth`](Self::restore_birth).
    pub fn is_birth(topic: &str) -> bool {
        SparkplugTopic::parse(topic).is_ok_and(|topic| topic.is_birth())
    }

    /// The address with this number; empty for a number this decoder never gave.
    pub fn address(&self, ix: AddressIx) -> &str {
        self.addresses.get(ix).map_or("", |address| address)
    }

    /// How many addresses there are: their numbers run from 0.
    pub fn address_count(&self) -> usize {
        self.addresses.len()
    }

    /// Addresses of a Sparkplug node `group/node` (its devices' included), of a device `group/node/device`, or of a
    /// zigbee device `zigbee2mqtt/<friendly name>`; empty when it was never heard.
    pub fn addresses_of(&self, source: &str) -> &[AddressIx] {
        let zigbee = || self.zigbee.get(source).map(Vec::as_slice);
        self.sparkplug
            .addresses_of(source)
            .or_else(zigbee)
            .unwrap_or_default()
    }

    /// Every Sparkplug node and device heard, nodes before their devices, by id.
    pub fn nodes(&self) -> Vec<NodeStatus> {
        self.sparkplug.nodes()
    }

    /// Topic and payload of the command that asks a Sparkplug edge node for a new birth; none when the node
    /// `group/node` was never heard on this connection.
    pub fn rebirth_request(&self, node: &str, now: Timestamp) -> Option<(String, Vec<u8>)> {
        self.sparkplug.rebirth_request(node, now)
    }

    fn check_size(&self, payload: &[u8]) -> Result<(), Reject> {
        if payload.len() <= self.limits.payload_bytes {
            return Ok(());
        }
        let detail = format!(
            "{} bytes, more than {}",
            payload.len(),
            self.limits.payload_bytes
        );
        Err(Reject::new(RejectKind::PayloadTooLarge, detail))
    }

    fn route(&mut self, message: &Message<'_>, out: &mut Observations) -> Result<(), Reject> {
        if SparkplugTopic::is_in_namespace(message.topic) {
            return self
                .sparkplug
                .decode(message, &self.limits, &mut self.addresses, out);
        }
        match zigbee::route(message.topic) {
            Some(ZigbeeTopic::Information) => return Ok(()),
            Some(ZigbeeTopic::Availability(source)) => {
                return self.availability(source, message, out);
            }
            Some(ZigbeeTopic::Device(source)) => return self.zigbee_device(source, message, out),
            None => {}
        }
        match chirpstack::route(message.topic) {
            Some(ChirpStackTopic::Uplink) => self.uplink(message, out),
            Some(ChirpStackTopic::Information) => Ok(()),
            None => self.plain(message, TimeNames::GENERIC, out),
        }
    }

    /// JSON or a bare value.
    fn plain(
        &mut self,
        message: &Message<'_>,
        names: TimeNames,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        match bare::read(message.payload, &self.limits, names, &mut self.flat)? {
            Payload::Empty => Ok(()),
            Payload::TooLong => {
                out.skip(1);
                Ok(())
            }
            Payload::Value(cell) => {
                let value = FlatValue {
                    path: "",
                    value: cell,
                    time: None,
                };
                let stamp = Stamp::of(None, message);
                Rows {
                    addresses: &mut self.addresses,
                    limits: &self.limits,
                    address: &mut self.address,
                    out,
                }
                .push(message.topic, value, &stamp)
            }
            Payload::Json => {
                out.skip(self.flat.skipped());
                let mut rows = Rows {
                    addresses: &mut self.addresses,
                    limits: &self.limits,
                    address: &mut self.address,
                    out,
                };
                for value in self.flat.values() {
                    rows.push(message.topic, value, &Stamp::of(value.time, message))?;
                }
                Ok(())
            }
        }
    }

    fn zigbee_device(
        &mut self,
        source: &str,
        message: &Message<'_>,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        if self.zigbee.len() >= self.limits.sources && !self.zigbee.contains_key(source) {
            let detail = format!("more than {} zigbee devices", self.limits.sources);
            return Err(Reject::new(RejectKind::SourceLimit, detail));
        }
        let before = self.addresses.len();
        self.plain(message, TimeNames::ZIGBEE, out)?;
        let fresh = before..self.addresses.len();
        if !fresh.is_empty() {
            let known = self.zigbee.entry(source.into()).or_default();
            known.extend(fresh.filter_map(|ix| u32::try_from(ix).ok()).map(AddressIx));
        }
        Ok(())
    }

    fn availability(
        &mut self,
        source: &str,
        message: &Message<'_>,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let online = match bare::read(
            message.payload,
            &self.limits,
            TimeNames::ZIGBEE,
            &mut self.flat,
        )? {
            Payload::Value(Cell::Text(text)) => zigbee::availability(text),
            Payload::Json => self
                .flat
                .values()
                .find_map(|value| match (value.path, value.value) {
                    ("state" | "", Cell::Text(text)) => zigbee::availability(text),
                    _ => None,
                }),
            _ => None,
        };
        if let Some(online) = online {
            out.event(SourceEvent::Availability {
                source: source.into(),
                online,
                at: message.received,
            });
        }
        Ok(())
    }

    fn uplink(&mut self, message: &Message<'_>, out: &mut Observations) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        self.flat.read(text, &self.limits, TimeNames::CHIRPSTACK)?;
        out.skip(self.flat.skipped());
        let uplink = chirpstack::uplink(&self.flat);
        let stamp = Stamp::of(uplink.time, message);
        let mut rows = Rows {
            addresses: &mut self.addresses,
            limits: &self.limits,
            address: &mut self.address,
            out,
        };
        for value in self
            .flat
            .values()
            .filter(|value| chirpstack::is_decoded(value.path))
        {
            rows.push(message.topic, value, &stamp)?;
        }
        for (path, number) in [
            ("rssi", uplink.rssi),
            ("snr", uplink.snr),
            ("f_cnt", uplink.f_cnt),
        ] {
            if let Some(number) = number {
                let value = FlatValue {
                    path,
                    value: Cell::F64(number),
                    time: None,
                };
                rows.push(message.topic, value, &stamp)?;
            }
        }
        Ok(())
    }
}

/// Where rows of one message go.
struct Rows<'a> {
    addresses: &'a mut Interner,
    limits: &'a Limits,
    address: &'a mut String,
    out: &'a mut Observations,
}

impl Rows<'_> {
    fn push(&mut self, topic: &str, value: FlatValue<'_>, stamp: &Stamp) -> Result<(), Reject> {
        self.address.clear();
        self.address.push_str(topic);
        self.address.push('#');
        self.address.push_str(if value.path.is_empty() {
            "value"
        } else {
            value.path
        });
        let ix = self.addresses.intern(self.address, self.limits)?;
        let quality: Quality = stamp.quality;
        self.out.push(ix, stamp, value.value, quality);
        Ok(())
    }
}

/// What MQTT asks of the topic of a message (MQTT 5, section 4.7).
fn check_topic(topic: &str) -> Result<(), Reject> {
    let fault = if topic.is_empty() {
        "the topic is empty"
    } else if topic.len() > TOPIC_BYTES_MAX {
        "the topic is longer than 65535 bytes"
    } else if topic.contains(['#', '+']) {
        "the topic holds a wildcard"
    } else if topic.chars().any(char::is_control) {
        "the topic holds a control character"
    } else {
        return Ok(());
    };
    Err(Reject::new(RejectKind::Topic, fault))
}
