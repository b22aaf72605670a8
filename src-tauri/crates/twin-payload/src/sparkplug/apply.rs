//! What a message does to its node, and the rows it gives.
//!
//! Everything that can fail comes first and leaves the nodes alone; only then is the state changed.

use std::sync::Arc;

use twin_core::{Quality, Reason, Timestamp};

use super::{
    BD_SEQ,
    payload::{self, Header, RawMetric, RawValue},
    state::{NodeState, Scratch, Sequence, Source, Sparkplug},
    table::{Entry, Table},
    topic::{MessageKind, SparkplugTopic},
    value,
};
use crate::{
    decoder::Message,
    intern::{AddressIx, Interner},
    limits::Limits,
    observations::{Observations, RebirthReason, SourceEvent},
    reject::{Reject, RejectKind},
    stamp::Stamp,
};

/// What rows are made with.
struct Work<'a> {
    message: &'a Message<'a>,
    header: Header,
    limits: &'a Limits,
    addresses: &'a mut Interner,
}

/// What a birth says, ready to be put in place.
struct Birth {
    table: Table,
    bd_seq: Option<u64>,
}

/// What data lacked.
#[derive(Default)]
struct Lacks {
    unknown_alias: bool,
}

impl Sparkplug {
    /// Decodes one message of the namespace.
    pub(crate) fn decode(
        &mut self,
        message: &Message<'_>,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let topic = SparkplugTopic::parse(message.topic)?;
        if topic.kind == MessageKind::Information {
            return Ok(());
        }
        let header = payload::read(message.payload, limits, &mut self.scratch.metrics)?;
        self.scratch.begin(&topic);
        self.check_room(&topic, limits)?;
        if topic.kind == MessageKind::NodeDeath {
            self.node_death(message, out);
            return Ok(());
        }
        let seq = header.seq.ok_or_else(|| {
            let detail = "no sequence number, which the specification requires; the payload may be cut short";
            Reject::new(RejectKind::SparkplugNoSeq, detail)
        })?;
        let mut work = Work {
            message,
            header,
            limits,
            addresses,
        };
        match topic.kind {
            MessageKind::NodeBirth => self.node_birth(&mut work, seq, out),
            MessageKind::DeviceBirth => self.device_birth(&topic, &mut work, seq, out),
            MessageKind::NodeData | MessageKind::DeviceData => {
                self.data(&topic, &mut work, seq, out)
            }
            MessageKind::DeviceDeath => {
                self.device_death(&topic, &work, seq, out);
                Ok(())
            }
            MessageKind::NodeDeath | MessageKind::Information => Ok(()),
        }
    }

    /// Takes a birth from before a restart.
    pub(crate) fn restore(
        &mut self,
        topic: &str,
        payload: &[u8],
        limits: &Limits,
        addresses: &mut Interner,
    ) -> Result<(), Reject> {
        let parsed = SparkplugTopic::parse(topic)?;
        if !parsed.is_birth() {
            return Err(Reject::new(
                RejectKind::SparkplugTopic,
                "the kept message is not a birth",
            ));
        }
        let header = payload::read(payload, limits, &mut self.scratch.metrics)?;
        self.scratch.begin(&parsed);
        self.check_room(&parsed, limits)?;
        let message = Message {
            topic,
            payload,
            retain: false,
            dup: false,
            received: Timestamp::MAX,
        };
        let mut work = Work {
            message: &message,
            header,
            limits,
            addresses,
        };
        let birth = read_birth(&mut self.scratch, &mut work, None)?;
        let node = Self::node_mut(
            &mut self.nodes,
            &mut self.devices,
            &self.scratch.node,
            parsed.device,
        );
        let source = match parsed
            .device
            .and_then(|device| node.devices.get_mut(device))
        {
            Some(device) => {
                node.source.addresses.extend_from_slice(&self.scratch.fresh);
                device
            }
            None => &mut node.source,
        };
        if source.state == NodeState::Online {
            // Its addresses were just made known, and stay so; the live birth stays in force.
            source.addresses.extend_from_slice(&self.scratch.fresh);
            return Ok(());
        }
        source.adopt(birth.table, &self.scratch.fresh);
        source.state = NodeState::KeptBirth;
        if parsed.device.is_none() {
            node.bd_seq = birth.bd_seq;
        }
        Ok(())
    }

    fn node_birth(
        &mut self,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let birth = read_birth(&mut self.scratch, work, Some(out))?;
        let at = work.at();
        let node = Self::node_mut(&mut self.nodes, &mut self.devices, &self.scratch.node, None);
        node.source.adopt(birth.table, &self.scratch.fresh);
        node.source.state = NodeState::Online;
        node.source.since = Some(at);
        node.reborn(birth.bd_seq, seq, at);
        let (node, metrics) = (Arc::clone(&node.source.id), node.source.metrics);
        out.event(SourceEvent::NodeBirth { node, metrics, at });
        Ok(())
    }

    fn device_birth(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let birth = read_birth(&mut self.scratch, work, Some(out))?;
        let (at, received) = (work.at(), work.message.received);
        let node = Self::node_mut(
            &mut self.nodes,
            &mut self.devices,
            &self.scratch.node,
            topic.device,
        );
        let sequence = node.count(seq, work.message.dup, out);
        node.source.addresses.extend_from_slice(&self.scratch.fresh);
        if let Some(device) = topic.device.and_then(|device| node.devices.get_mut(device)) {
            device.adopt(birth.table, &self.scratch.fresh);
            device.state = NodeState::Online;
            device.since = Some(at);
            let (device, metrics) = (Arc::clone(&device.id), device.metrics);
            out.event(SourceEvent::DeviceBirth {
                device,
                metrics,
                at,
            });
        }
        node.source.heard(received);
        let why = match (sequence, node.source.state) {
            (Sequence::Gap(_), _) => Some(RebirthReason::SequenceGap),
            (_, NodeState::Online) => None,
            (_, NodeState::KeptBirth) => Some(RebirthReason::KeptBirth),
            (_, NodeState::Unknown | NodeState::Offline) => Some(RebirthReason::NoBirth),
        };
        if let Some(why) = why {
            node.want_rebirth(why, received, out);
        }
        Ok(())
    }

    fn data(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let known = self.nodes.get(self.scratch.node.as_str());
        let source = known.and_then(|node| match topic.device {
            Some(device) => node.devices.get(device),
            None => Some(&node.source),
        });
        let lacks = read_data(&mut self.scratch, work, source, out)?;

        let received = work.message.received;
        let node = Self::node_mut(
            &mut self.nodes,
            &mut self.devices,
            &self.scratch.node,
            topic.device,
        );
        let sequence = node.count(seq, work.message.dup, out);
        node.source.addresses.extend_from_slice(&self.scratch.fresh);
        let node_state = node.source.state;
        let source = match topic.device.and_then(|device| node.devices.get_mut(device)) {
            Some(device) => {
                device.addresses.extend_from_slice(&self.scratch.fresh);
                device
            }
            None => &mut node.source,
        };
        source.heard(received);
        let state = source.state;
        if topic.device.is_some() && node_state != NodeState::Online {
            node.source.heard(received);
        }
        let why = match state {
            NodeState::Unknown | NodeState::Offline => Some(RebirthReason::NoBirth),
            NodeState::KeptBirth => Some(RebirthReason::KeptBirth),
            NodeState::Online if matches!(sequence, Sequence::Gap(_)) => {
                Some(RebirthReason::SequenceGap)
            }
            NodeState::Online if lacks.unknown_alias => Some(RebirthReason::UnknownAlias),
            NodeState::Online => None,
        };
        if let Some(why) = why {
            node.want_rebirth(why, received, out);
        }
        Ok(())
    }

    /// The death of a node is the will it left when it connected. One of an earlier connection says nothing about
    /// the present one.
    fn node_death(&mut self, message: &Message<'_>, out: &mut Observations) {
        let bd_seq = bd_seq(&self.scratch.metrics, message.payload);
        let node = Self::node_mut(&mut self.nodes, &mut self.devices, &self.scratch.node, None);
        let of_another = bd_seq.is_some() && node.bd_seq.is_some() && bd_seq != node.bd_seq;
        if (node.source.state == NodeState::Online && of_another)
            || node.source.state == NodeState::Offline
        {
            return;
        }
        // The payload's time is when the will was made, so the time of arrival is the better one.
        let at = message.received;
        node.die(at);
        out.event(SourceEvent::NodeDeath {
            node: Arc::clone(&node.source.id),
            at,
        });
    }

    fn device_death(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) {
        let at = work.at();
        let node = Self::node_mut(
            &mut self.nodes,
            &mut self.devices,
            &self.scratch.node,
            topic.device,
        );
        if matches!(node.count(seq, work.message.dup, out), Sequence::Gap(_)) {
            node.want_rebirth(RebirthReason::SequenceGap, work.message.received, out);
        }
        let Some(device) = topic.device.and_then(|device| node.devices.get_mut(device)) else {
            return;
        };
        if device.state != NodeState::Offline {
            device.enter(NodeState::Offline, at);
            out.event(SourceEvent::DeviceDeath {
                device: Arc::clone(&device.id),
                at,
            });
        }
    }
}

impl Work<'_> {
    /// The time of the whole message.
    fn at(&self) -> Timestamp {
        Stamp::of(self.header.timestamp.map(from_millis), self.message).time
    }

    fn stamp(&self, metric: &RawMetric) -> Stamp {
        Stamp::of(
            metric.timestamp.or(self.header.timestamp).map(from_millis),
            self.message,
        )
    }

    fn birth_row(&self, metric: &RawMetric, address: AddressIx, out: &mut Observations) {
        let (payload, text_bytes) = (self.message.payload, self.limits.text_bytes);
        let Some(cell) = value::cell(metric, metric.datatype, payload, text_bytes) else {
            out.skip(1);
            return;
        };
        let stamp = self.stamp(metric);
        out.push(
            address,
            &stamp,
            cell,
            value::quality(metric).worse(stamp.quality),
        );
    }

    /// The number of the address of a metric; `scratch.address` holds what comes before its name.
    fn address(&mut self, scratch: &mut Scratch, name: &str) -> Result<AddressIx, Reject> {
        let (shared, known) = (scratch.address.len(), self.addresses.len());
        // A name becomes part of an address that people read.
        let clean = |c: char| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        scratch.address.extend(name.chars().map(clean));
        let address = self.addresses.intern(&scratch.address, self.limits);
        scratch.address.truncate(shared);
        let address = address?;
        if self.addresses.len() > known {
            scratch.fresh.push(address);
        }
        Ok(address)
    }
}

fn from_millis(ms: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn text_of(span: super::wire::Span, payload: &[u8]) -> &str {
    std::str::from_utf8(span.of(payload)).unwrap_or_default()
}

/// Metrics that steer the protocol and are no signals.
fn is_control(name: &str) -> bool {
    name == BD_SEQ || name.starts_with("Node Control/") || name.starts_with("Device Control/")
}

fn bd_seq(metrics: &[RawMetric], payload: &[u8]) -> Option<u64> {
    let is_bd_seq = |metric: &&RawMetric| {
        metric
            .name
            .is_some_and(|name| name.of(payload) == BD_SEQ.as_bytes())
    };
    match metrics.iter().find(is_bd_seq)?.value {
        RawValue::Int(value) => Some(value.into()),
        RawValue::Long(value) => Some(value),
        _ => None,
    }
}

/// Reads a birth: makes its table and, when `out` is given, its rows.
fn read_birth(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    mut out: Option<&mut Observations>,
) -> Result<Birth, Reject> {
    let payload = work.message.payload;
    let mut table = Table::default();
    let metrics = std::mem::take(&mut scratch.metrics);
    let bd_seq = bd_seq(&metrics, payload);
    let mut result = Ok(());
    for metric in &metrics {
        let Some(name) = metric.name.map(|name| text_of(name, payload)) else {
            // A birth must name its metrics; one without a name can never be meant again.
            if let Some(out) = &mut out {
                out.skip(1);
            }
            continue;
        };
        if is_control(name) || !value::is_signal(metric, metric.datatype) {
            let entry = Entry {
                address: None,
                datatype: metric.datatype,
            };
            table.insert(name, metric.alias, entry);
            if let Some(out) = out.as_mut().filter(|_| !is_control(name)) {
                out.skip(1);
            }
            continue;
        }
        match work.address(scratch, name) {
            Ok(address) => {
                let entry = Entry {
                    address: Some(address),
                    datatype: metric.datatype,
                };
                table.insert(name, metric.alias, entry);
                if let Some(out) = &mut out {
                    work.birth_row(metric, address, out);
                }
            }
            Err(reject) => {
                result = Err(reject);
                break;
            }
        }
    }
    scratch.metrics = metrics;
    result.map(|()| Birth { table, bd_seq })
}

/// Makes the rows of a data message. Without a valid birth they are UNCERTAIN, and a metric that only has an alias
/// gives none.
fn read_data(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    source: Option<&Source>,
    out: &mut Observations,
) -> Result<Lacks, Reject> {
    let payload = work.message.payload;
    let table = source.map(|source| &source.table);
    let valid = source.is_some_and(|source| source.state == NodeState::Online);
    let standing = if valid {
        Quality::GOOD
    } else {
        Quality::uncertain(Reason::KeptBirth)
    };
    let metrics = std::mem::take(&mut scratch.metrics);
    let mut lacks = Lacks::default();
    let mut result = Ok(());
    for metric in &metrics {
        let entry = match resolve(metric, table, scratch, work) {
            Ok(Some(entry)) => entry,
            Ok(None) => {
                lacks.unknown_alias = true;
                out.skip(1);
                continue;
            }
            Err(reject) => {
                result = Err(reject);
                break;
            }
        };
        let datatype = if metric.datatype == 0 {
            entry.datatype
        } else {
            metric.datatype
        };
        let cell = value::cell(metric, datatype, payload, work.limits.text_bytes);
        match (entry.address, cell) {
            (Some(address), Some(cell)) => {
                let stamp = work.stamp(metric);
                let quality = value::quality(metric).worse(standing).worse(stamp.quality);
                out.push(address, &stamp, cell, quality);
            }
            // A control metric is no value that was left out.
            (None, Some(_)) => {}
            (_, None) => out.skip(1),
        }
    }
    scratch.metrics = metrics;
    result.map(|()| lacks)
}

/// Finds the metric in the birth; one that is named is known by its name even without a birth.
#[inline]
fn resolve(
    metric: &RawMetric,
    table: Option<&Table>,
    scratch: &mut Scratch,
    work: &mut Work<'_>,
) -> Result<Option<Entry>, Reject> {
    let Some(name) = metric.name else {
        return Ok(metric
            .alias
            .and_then(|alias| table.and_then(|table| table.by_alias(alias))));
    };
    let name = text_of(name, work.message.payload);
    if let Some(entry) = table.and_then(|table| table.by_name(name)) {
        return Ok(Some(entry));
    }
    if is_control(name) {
        return Ok(Some(Entry {
            address: None,
            datatype: 0,
        }));
    }
    if !value::is_signal(metric, metric.datatype) {
        // No signal: it needs no address.
        return Ok(Some(Entry {
            address: None,
            datatype: metric.datatype,
        }));
    }
    let address = work.address(scratch, name)?;
    Ok(Some(Entry {
        address: Some(address),
        datatype: 0,
    }))
}
