//! Births: what they do to nodes and devices.

use std::sync::Arc;

use twin_core::Timestamp;

use super::{
    birth::{Birth, read_birth},
    node::Node,
    rows::Lacks,
    sequence::Order,
    source::Life,
    state::Sparkplug,
    status::NodeState,
    table::Table,
    topic::SparkplugTopic,
    work::Work,
};
use crate::{
    convention::Convention,
    description::Description,
    intern::AddressIx,
    observations::{Observations, RebirthReason, SourceEvent},
    reject::Reject,
};

/// `bdSeq` runs from 0 to 255 (specification 3.0, section 6.4.19).
const BD_SEQ_CIRCLE: u64 = 256;

impl Sparkplug {
    pub(super) fn node_birth(
        &mut self,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let mark = out.mark();
        let birth = read_birth(&mut self.scratch, work, None, Some(out))?;
        let weight = self.weigh(None, &birth.table, work.limits)?;
        let at = work.at();
        let node = self.nodes.make(&self.scratch.node, None);
        node.note_message(work.message, &work.header);
        match age(node, &birth, work.header.timestamp) {
            Age::Older => {
                // Its rows are of a session that is over; its addresses stay known.
                out.truncate(mark);
                node.notes.counts.old_births += 1;
                node.source.addresses.extend_from_slice(&self.scratch.fresh);
                return Ok(());
            }
            Age::Same => {
                node.notes.counts.repeats += 1;
                node.source.addresses.extend_from_slice(&self.scratch.fresh);
                return Ok(());
            }
            Age::Newer => {}
        }
        if let (Some(known), Some(new)) = (node.bd_seq, birth.bd_seq) {
            // Any 64 bits may stand there.
            let next = known.wrapping_add(1);
            let jumped = new != known && new != next % BD_SEQ_CIRCLE && new != next;
            node.notes.counts.bd_seq_jumps += u64::from(jumped);
        }
        let received = work.message.received;
        node.notes.answered(received);
        node.notes.births.node += 1;
        let storm = node.source.births.note(received);
        note_storm(node, storm, received);
        note_retyped(node, None, &birth.table);
        let described = describe(work, &birth, &node.source.id, None, at);
        node.source
            .adopt(birth.table, birth.without_alias, &self.scratch.fresh);
        node.source.born = work.header.timestamp;
        let wait = work.limits.sparkplug.reorder;
        node.reborn(birth.bd_seq, seq, &work.header, (received, at), wait);
        let (id, metrics) = (Arc::clone(&node.source.id), node.source.metrics);
        out.event(SourceEvent::NodeBirth {
            node: id,
            metrics,
            at,
        });
        out.event(SourceEvent::Described(Box::new(described)));
        self.agenda.put(node);
        self.nodes.weight = weight;
        Ok(())
    }

    pub(super) fn device_birth(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &mut Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let above = self.nodes.get(self.scratch.node.as_str());
        let above = above.map(|node| &node.source.table);
        let birth = read_birth(&mut self.scratch, work, above, Some(out))?;
        let weight = self.weigh(topic.device, &birth.table, work.limits)?;
        let (at, received) = (work.at(), work.message.received);
        let node = self.nodes.make(&self.scratch.node, topic.device);
        let wait = work.limits.sparkplug.reorder;
        let order = node.count(seq, work.message, &work.header, wait);
        node.source.addresses.extend_from_slice(&self.scratch.fresh);
        node.notes.births.devices += 1;
        note_retyped(node, topic.device, &birth.table);
        let above = Arc::clone(&node.source.id);
        let early = node.source.state != NodeState::Online;
        let mut storm = false;
        if let Some(device) = topic.device.and_then(|device| node.devices.get_mut(device)) {
            storm = device.births.note(received);
            let outlived = matches!(order, Order::Late | Order::Repeat) && device.outlived(seq);
            let described = describe(work, &birth, &device.id, Some(above), at);
            device.adopt(birth.table, birth.without_alias, &self.scratch.fresh);
            device.born = work.header.timestamp;
            if !outlived {
                device.life = Some(Life {
                    seq,
                    time: work.header.timestamp,
                    early,
                });
                device.live(at);
                out.event(SourceEvent::DeviceBirth {
                    device: Arc::clone(&device.id),
                    metrics: device.metrics,
                    at,
                });
                out.event(SourceEvent::Described(Box::new(described)));
            }
        }
        note_storm(node, storm, received);
        self.nodes.weight = weight;
        self.want_node_birth(work, out);
        Ok(())
    }

    /// After a device's birth: without one of its node, that is waited for, and then asked for.
    fn want_node_birth(&mut self, work: &Work<'_>, out: &mut Observations) {
        let limits = &work.limits.sparkplug;
        let Some(node) = self.nodes.get_mut(self.scratch.node.as_str()) else {
            return;
        };
        let received = work.message.received;
        if node.source.state == NodeState::Offline || node.source.state == NodeState::Unknown {
            let waits = limits.held > 0 && limits.reorder.0 > 0 && !node.source.gave_up;
            if waits {
                let until = received.plus(limits.reorder);
                node.source.wait.get_or_insert(until);
            } else {
                node.source.heard(received);
                node.want_rebirth(RebirthReason::NoBirth, received, out);
            }
        } else {
            node.source.heard(received);
            if node.source.state == NodeState::KeptBirth {
                node.want_rebirth(RebirthReason::KeptBirth, received, out);
            }
        }
        self.agenda.put(node);
    }

    /// Data was read: a source that is not alive is known to speak all the same.
    pub(super) fn note_heard(
        node: &mut Node,
        device: Option<&str>,
        fresh: &[AddressIx],
        seq: u8,
        received: Timestamp,
    ) {
        node.source.addresses.extend_from_slice(fresh);
        let node_state = node.source.state;
        if let Some(device) = device.and_then(|device| node.devices.get_mut(device)) {
            device.addresses.extend_from_slice(fresh);
            if device.was_alive(seq) {
                return;
            }
            device.heard(received);
            // A device that was born is early: its node's birth may still come.
            if device.state == NodeState::Online && node_state != NodeState::KeptBirth {
                return;
            }
        }
        node.source.heard(received);
    }

    pub(super) fn note_lacks(node: &mut Node, device: Option<&str>, lacks: &Lacks) {
        let Some(source) = node.source(device) else {
            return;
        };
        let id = Arc::clone(&source.id);
        let mut retyped = Vec::new();
        for (entry, datatype) in &lacks.retyped {
            if let Some(name) = source.table.name_of(*entry) {
                retyped.push((name.to_owned(), entry.datatype, *datatype));
            }
        }
        node.notes.counts.unknown_metrics += lacks.unknown;
        node.notes.counts.partly_read += u64::from(lacks.unknown > 0);
        for alias in &lacks.aliases {
            node.notes.fail(&id, *alias);
        }
        for (name, from, to) in retyped {
            node.notes.retype(&id, &name, from, to);
        }
    }
}

enum Age {
    Older,
    Same,
    Newer,
}

/// How a birth stands to the one in force. A `bdSeq` that is behind is no proof: devices begin anew at 0. Only with
/// an older time is it an older birth.
fn age(node: &Node, birth: &Birth, time: Option<u64>) -> Age {
    let (Some(known), Some(new)) = (node.bd_seq, birth.bd_seq) else {
        return Age::Newer;
    };
    let (Some(born), Some(time)) = (node.source.born, time) else {
        return Age::Newer;
    };
    let behind = known.wrapping_sub(new) % BD_SEQ_CIRCLE;
    match behind {
        _ if node.source.state != NodeState::Online => Age::Newer,
        0 if time == born && known == new => Age::Same,
        0..=127 if time < born => Age::Older,
        _ => Age::Newer,
    }
}

fn note_storm(node: &mut Node, begins: bool, now: Timestamp) {
    if begins {
        node.notes.births.storms += 1;
        node.notes.births.last_storm = Some(now);
    }
}

fn note_retyped(node: &mut Node, device: Option<&str>, table: &Table) {
    let Some(source) = node.source(device) else {
        return;
    };
    let mut retyped: Vec<(String, u32, u32)> = source
        .table
        .retyped(table)
        .map(|(name, from, to)| (name.to_owned(), from, to))
        .collect();
    retyped.sort_unstable();
    let id = Arc::clone(&source.id);
    for (name, from, to) in retyped {
        node.notes.retype(&id, &name, from, to);
    }
}

fn describe(
    work: &Work<'_>,
    birth: &Birth,
    source: &Arc<str>,
    parent: Option<Arc<str>>,
    at: Timestamp,
) -> Description {
    // The id stands in `source` whole; as a name it is bounded like every described text.
    let longest = work.limits.description_text_bytes;
    let name = source.rsplit('/').next();
    let name = name.filter(|name| name.len() <= longest).map(Into::into);
    Description {
        source: Arc::clone(source),
        convention: Convention::SparkplugB,
        topic: work.message.topic.into(),
        name,
        parent,
        maker: birth.maker.clone(),
        model: birth.model.clone(),
        version: birth.version.clone(),
        plate: birth.plate.clone(),
        points: birth.points.clone(),
        gone: false,
        at,
    }
}
