//! What a message does to its node.
//!
//! Everything that can fail comes first and leaves the nodes alone; only then is the state changed.

use std::sync::Arc;

use twin_core::Timestamp;

use super::{
    REBIRTH,
    birth::{bd_seq, read_birth},
    compressed, payload,
    raw::{Header, RawMetric, RawValue},
    rows::read_data,
    sequence::Order,
    state::Sparkplug,
    status::NodeState,
    topic::{MessageKind, SparkplugTopic},
    work::{UNVOUCHED, Work},
};
use crate::{
    intern::Interner,
    limits::Limits,
    message::Message,
    observations::{Observations, RebirthReason, SourceEvent},
    reject::{Reject, RejectKind},
};
use twin_core::Quality;

impl Sparkplug {
    /// Decodes one message of the namespace.
    pub(crate) fn decode(
        &mut self,
        message: &Message<'_>,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let Some(topic) = SparkplugTopic::parse(message.topic)? else {
            return self.hosts.read(message, limits, addresses, out);
        };
        if matches!(topic.kind, MessageKind::Command) {
            self.note_command(&topic, message, limits);
            return Ok(());
        }
        let mut unpacked = std::mem::take(&mut self.scratch.unpacked);
        let result = open(message, limits, &mut self.scratch.metrics, &mut unpacked).and_then(
            |(header, is_packed)| {
                let payload = if is_packed {
                    &unpacked
                } else {
                    message.payload
                };
                let mut work = Work::new(message, payload, header, limits, addresses);
                self.apply(&topic, &mut work, out)
            },
        );
        self.scratch.keep_unpacked(unpacked);
        result?;
        if topic.is_birth() {
            self.release_after_birth(&topic, limits, addresses, out);
        }
        self.poll(message.received, limits, addresses, out);
        Ok(())
    }

    fn apply(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &mut Work<'_>,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        self.scratch.begin(topic);
        self.check_room(topic, work.limits)?;
        if topic.kind == MessageKind::NodeDeath {
            self.node_death(work, out);
            return Ok(());
        }
        let seq = work.header.seq.ok_or_else(|| {
            let detail = "no sequence number, which the specification requires; the payload may be cut short";
            Reject::new(RejectKind::SparkplugNoSeq, detail)
        })?;
        match topic.kind {
            MessageKind::NodeBirth => self.node_birth(work, seq, out),
            MessageKind::DeviceBirth => self.device_birth(topic, work, seq, out),
            MessageKind::Data => self.data(topic, work, seq, out),
            MessageKind::DeviceDeath => {
                self.device_death(topic, work, seq, out);
                Ok(())
            }
            MessageKind::NodeDeath | MessageKind::Command => Ok(()),
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
        let parsed = SparkplugTopic::parse(topic)?.filter(SparkplugTopic::is_birth);
        let parsed = parsed.ok_or_else(|| {
            Reject::new(
                RejectKind::SparkplugTopic,
                "the kept message is not a birth",
            )
        })?;
        let message = Message::new(topic, payload, Timestamp::MAX);
        let mut unpacked = Vec::new();
        let metrics = &mut self.scratch.metrics;
        let (header, is_packed) = open(&message, limits, metrics, &mut unpacked)?;
        let payload = if is_packed { &unpacked } else { payload };
        let mut work = Work::new(&message, payload, header, limits, addresses);
        self.scratch.begin(&parsed);
        self.check_room(&parsed, limits)?;
        let known = self.nodes.get(self.scratch.node.as_str());
        let above = known
            .filter(|_| parsed.device.is_some())
            .map(|node| &node.source.table);
        let birth = read_birth(&mut self.scratch, &mut work, above, None)?;
        let weight = self.weigh(parsed.device, &birth.table, limits)?;
        let node = self.nodes.make(&self.scratch.node, parsed.device);
        if parsed.device.is_some() {
            node.source.addresses.extend_from_slice(&self.scratch.fresh);
        }
        let Some(source) = node.source_mut(parsed.device) else {
            return Ok(());
        };
        if source.state == NodeState::Online {
            // Its addresses were just made known, and stay so; the live birth stays in force.
            source.addresses.extend_from_slice(&self.scratch.fresh);
            return Ok(());
        }
        source.adopt(birth.table, birth.without_alias, &self.scratch.fresh);
        source.state = NodeState::KeptBirth;
        if parsed.device.is_none() {
            node.bd_seq = birth.bd_seq;
        }
        self.nodes.weight = weight;
        Ok(())
    }

    fn data(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        if self.lacks_birth(topic, seq) && self.may_hold(topic, work) {
            self.hold(topic, work, seq, out);
            return Ok(());
        }
        let (mark, known_addresses) = (out.mark(), work.addresses.len());
        let node = self.nodes.get(self.scratch.node.as_str());
        let source = node.and_then(|node| node.source(topic.device));
        let vouched =
            source.is_some_and(|source| source.state == NodeState::Online || source.was_alive(seq));
        let standing = if vouched { Quality::GOOD } else { UNVOUCHED };
        let table = source.map(|source| &source.table);
        let lacks = read_data(&mut self.scratch, work, table, standing, out)?;
        if lacks.unknown > 0 && self.may_hold(topic, work) {
            out.truncate(mark);
            work.addresses.truncate(known_addresses);
            self.hold(topic, work, seq, out);
            return Ok(());
        }

        let received = work.message.received;
        let node = self.nodes.make(&self.scratch.node, topic.device);
        let wait = work.limits.sparkplug.reorder;
        let order = node.count(seq, work.message, &work.header, wait);
        Self::note_heard(node, topic.device, &self.scratch.fresh, seq, received);
        if lacks.unknown > 0 || !lacks.retyped.is_empty() {
            Self::note_lacks(node, topic.device, &lacks);
        }
        let state = node.source(topic.device).map(|source| source.state);
        let why = match state {
            Some(NodeState::Unknown) => Some(RebirthReason::NoBirth),
            Some(NodeState::KeptBirth) => Some(RebirthReason::KeptBirth),
            _ if lacks.unknown > 0 => Some(RebirthReason::UnknownAlias),
            _ => None,
        };
        if let Some(why) = why {
            node.want_rebirth(why, received, out);
        }
        if order == Order::Ahead {
            self.agenda.put(node);
        }
        Ok(())
    }

    /// The death of a node is the will it left when it connected. One of an earlier connection says nothing about
    /// the present one.
    fn node_death(&mut self, work: &Work<'_>, out: &mut Observations) {
        let bd_seq = bd_seq(&self.scratch.metrics, work.payload);
        let node = self.nodes.make(&self.scratch.node, None);
        // The payload's time is when the will was made: it tells nothing of the clock, and the arrival is the death.
        let at = work.message.received;
        let untimed = Header {
            timestamp: None,
            ..work.header
        };
        node.note_message(work.message, &untimed);
        let of_another = bd_seq.is_some() && node.bd_seq.is_some() && bd_seq != node.bd_seq;
        if node.source.state == NodeState::Online && of_another {
            node.notes.counts.old_deaths += 1;
            return;
        }
        if node.source.state == NodeState::Offline {
            return;
        }
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
        let node = self.nodes.make(&self.scratch.node, topic.device);
        let wait = work.limits.sparkplug.reorder;
        let order = node.count(seq, work.message, &work.header, wait);
        let early = node.source.state != NodeState::Online;
        if order == Order::Ahead {
            self.agenda.put(node);
        }
        let Some(device) = topic.device.and_then(|device| node.devices.get_mut(device)) else {
            return;
        };
        if matches!(order, Order::Late | Order::Repeat) && device.outlived(seq) {
            return;
        }
        device.life = Some(super::source::Life {
            seq,
            time: work.header.timestamp,
            early,
        });
        if device.state != NodeState::Offline {
            device.enter(NodeState::Offline, at);
            out.event(SourceEvent::DeviceDeath {
                device: Arc::clone(&device.id),
                at,
            });
        }
    }

    /// A command of somebody else: no signal, but worth knowing.
    fn note_command(&mut self, topic: &SparkplugTopic<'_>, message: &Message<'_>, limits: &Limits) {
        self.scratch.begin(topic);
        let Some(node) = self.nodes.get_mut(self.scratch.node.as_str()) else {
            return;
        };
        let metrics = &mut self.scratch.metrics;
        let read = payload::read(message.payload, limits, metrics);
        let asks = |metric: &RawMetric| {
            let named = |name: super::wire::Span| name.of(message.payload) == REBIRTH.as_bytes();
            metric.value == RawValue::Boolean(true) && metric.name.is_some_and(named)
        };
        let rebirth = read.is_ok() && metrics.iter().any(asks);
        node.notes.command(rebirth, message.received);
    }
}

/// Reads the payload, and what is packed in it. Tells whether the metrics lie in `unpacked`.
pub(super) fn open(
    message: &Message<'_>,
    limits: &Limits,
    metrics: &mut Vec<RawMetric>,
    unpacked: &mut Vec<u8>,
) -> Result<(Header, bool), Reject> {
    let outer = payload::read(message.payload, limits, metrics)?;
    let Some(body) = outer.compressed else {
        return Ok((outer, false));
    };
    let bound = limits.sparkplug.unpacked_bytes;
    compressed::inflate(message.payload, metrics, body, bound, unpacked)?;
    let inner = payload::read(unpacked, limits, metrics)?;
    if inner.compressed.is_some() {
        let detail = "a compressed payload within a compressed one";
        return Err(Reject::new(RejectKind::SparkplugMalformed, detail));
    }
    let header = Header {
        timestamp: inner.timestamp.or(outer.timestamp),
        seq: inner.seq.or(outer.seq),
        compressed: None,
    };
    Ok((header, true))
}
