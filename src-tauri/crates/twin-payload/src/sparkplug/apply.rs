//! What a message does to its node, and the rows it gives.
//!
//! Everything that can fail comes first and leaves the nodes alone; only then is the state changed.

use std::sync::Arc;

use twin_core::Timestamp;

use super::{
    payload,
    rows::{Work, bd_seq, read_birth, read_data},
    state::{NodeState, Sequence, Sparkplug},
    topic::{MessageKind, SparkplugTopic},
};
use crate::{
    intern::Interner,
    limits::Limits,
    message::Message,
    observations::{Observations, RebirthReason, SourceEvent},
    reject::{Reject, RejectKind},
};

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
        let message = Message::new(topic, payload, Timestamp::MAX);
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
