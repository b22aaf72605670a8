//! An edge node and its devices.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::{Duration, Timestamp};

use super::{
    hold::Holds,
    raw::Header,
    sequence::{Order, Sequence},
    session::{DeviceSession, NodeSession, Notes},
    source::Source,
    status::NodeState,
};
use crate::{
    message::Message,
    observations::{Observations, RebirthReason, SourceEvent},
};

/// A want for a rebirth is repeated after this, because the request or its answer may be lost.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Numbers remembered of messages that may have overtaken the birth of their node.
const EARLY_MAX: usize = 64;
/// Of messages as old as the birth of the node, those with a number this far behind its own belong to it.
const AFTER_BIRTH_MAX: u8 = 16;

/// An edge node and its devices.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) source: Source,
    pub(super) devices: BTreeMap<Box<str>, Source>,
    /// Of the last birth: ties it to its death.
    pub(super) bd_seq: Option<u64>,
    pub(super) sequence: Sequence,
    /// Messages heard while the node was not alive: number, and time of the payload.
    early: Vec<(u8, Option<u64>)>,
    pub(super) held: Holds,
    pub(super) notes: Notes,
    /// For when this node stands on the agenda.
    pub(super) due: Option<Timestamp>,
    asked: Option<Timestamp>,
}

/// Every edge node of a connection.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    index: BTreeMap<Box<str>, usize>,
    list: Vec<Node>,
    devices: usize,
    /// Bytes that the tables of all births take.
    pub(super) weight: usize,
}

impl Nodes {
    pub(super) fn get(&self, id: &str) -> Option<&Node> {
        self.list.get(*self.index.get(id)?)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Node> {
        self.list.get_mut(*self.index.get(id)?)
    }

    /// The node with this id, made when it is new; likewise its device.
    pub(super) fn make(&mut self, id: &str, device: Option<&str>) -> &mut Node {
        let place = self.index.get(id).copied().unwrap_or_else(|| {
            self.index.insert(id.into(), self.list.len());
            self.list.push(Node::new(id));
            self.list.len() - 1
        });
        let node = &mut self.list[place];
        if let Some(device) = device.filter(|device| !node.devices.contains_key(*device)) {
            self.devices += 1;
            let source = Source::new(&format!("{id}/{device}"));
            node.devices.insert(device.into(), source);
        }
        node
    }

    /// In the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.index
            .values()
            .filter_map(|place| self.list.get(*place))
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Devices of all nodes.
    pub(super) fn devices(&self) -> usize {
        self.devices
    }
}

impl Node {
    fn new(id: &str) -> Self {
        Node {
            source: Source::new(id),
            devices: BTreeMap::new(),
            bd_seq: None,
            sequence: Sequence::default(),
            early: Vec::new(),
            held: Holds::default(),
            notes: Notes::default(),
            due: None,
            asked: None,
        }
    }

    pub(super) fn source(&self, device: Option<&str>) -> Option<&Source> {
        match device {
            Some(device) => self.devices.get(device),
            None => Some(&self.source),
        }
    }

    pub(super) fn source_mut(&mut self, device: Option<&str>) -> Option<&mut Source> {
        match device {
            Some(device) => self.devices.get_mut(device),
            None => Some(&mut self.source),
        }
    }

    /// Counts the message and its sequence number.
    pub(super) fn count(
        &mut self,
        seq: u8,
        message: &Message<'_>,
        header: &Header,
        wait: Duration,
    ) -> Order {
        if self.source.state != NodeState::Online {
            if self.early.len() >= EARLY_MAX {
                self.early.remove(0);
            }
            self.early.push((seq, header.timestamp));
        }
        self.note_message(message, header);
        let (now, time) = (message.received, header.timestamp);
        let order = self.sequence.count(seq, message.dup, time, now, wait);
        match order {
            Order::Due | Order::Ahead => {}
            Order::Late => self.notes.counts.reordered += 1,
            Order::Repeat => self.notes.counts.repeats += 1,
        }
        order
    }

    pub(super) fn note_message(&mut self, message: &Message<'_>, header: &Header) {
        let counts = &mut self.notes.counts;
        counts.messages += 1;
        counts.largest_bytes = counts.largest_bytes.max(message.payload.len() as u64);
        let fresh = header.timestamp.filter(|_| !message.retain && !message.dup);
        if let Some(sent) = fresh {
            let sent = super::work::from_millis(sent);
            self.notes.clock_offset = Some(message.received.since(sent));
        }
    }

    /// Asks for a rebirth, unless that was asked a moment ago.
    pub(super) fn want_rebirth(
        &mut self,
        why: RebirthReason,
        now: Timestamp,
        out: &mut Observations,
    ) {
        let recent = self
            .asked
            .is_some_and(|asked| now >= asked && now.since(asked) < ASK_AGAIN);
        if !recent {
            self.asked = Some(now);
            out.event(SourceEvent::RebirthWanted {
                node: Arc::clone(&self.source.id),
                why,
            });
        }
    }

    /// A birth of the node itself begins everything anew; its devices wait for their own, but for those whose births
    /// overtook it.
    pub(super) fn reborn(
        &mut self,
        bd_seq: Option<u64>,
        seq: u8,
        header: &Header,
        (now, at): (Timestamp, Timestamp),
        wait: Duration,
    ) {
        let was_alive = self.source.state == NodeState::Online;
        self.source.live(at);
        self.bd_seq = bd_seq;
        self.asked = None;
        let time = header.timestamp;
        let follows = |number: u8, sent: Option<u64>| {
            let after = number.wrapping_sub(seq);
            match (sent, time) {
                (Some(sent), Some(born)) if sent != born => sent > born,
                _ => (1..=AFTER_BIRTH_MAX).contains(&after),
            }
        };
        let mut since: Vec<u8> = self.early.iter().map(|(number, _)| *number).collect();
        let mut times = self.early.iter().map(|(_, sent)| *sent);
        since.retain(|number| follows(*number, times.next().flatten()));
        since.sort_unstable_by_key(|number| number.wrapping_sub(seq));
        self.early.clear();
        let open = self.sequence.restart(seq, time, &since, now, wait);
        // Before a birth the numbers of two sessions may be mixed: what seems to miss there proves nothing.
        if was_alive {
            self.notes.counts.gaps += open as u64;
        }
        for device in self.devices.values_mut() {
            device.gave_up = false;
            let life = device.life.take();
            let kept = life.filter(|life| life.early && follows(life.seq, life.time));
            if kept.is_some() {
                device.life = kept;
            } else if device.state == NodeState::Online {
                device.enter(NodeState::KeptBirth, at);
            }
        }
    }

    pub(super) fn die(&mut self, at: Timestamp) {
        self.notes.counts.gaps += self.sequence.stop() as u64;
        self.early.clear();
        self.source.enter(NodeState::Offline, at);
        for device in self.devices.values_mut() {
            device.enter(NodeState::Offline, at);
            device.life = None;
        }
    }

    /// When something is next to be judged.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let waits = self.devices.values().filter_map(|device| device.wait);
        waits
            .chain(self.source.wait)
            .chain(self.sequence.deadline())
            .min()
    }

    pub(super) fn session(&self) -> NodeSession {
        let metrics = |source: &Source| u64::from(source.metrics);
        let without = |source: &Source| u64::from(source.without_alias);
        let device = |device: &Source| DeviceSession {
            device: Arc::clone(&device.id),
            life: device.life(),
            metrics: device.metrics,
        };
        let notes = &self.notes;
        let mut births = notes.births;
        births.last_hour = self.source.births.last_hour();
        NodeSession {
            node: Arc::clone(&self.source.id),
            life: self.source.life(),
            bd_seq: self.bd_seq,
            devices: self.devices.values().map(device).collect(),
            metrics: metrics(&self.source) + self.devices.values().map(metrics).sum::<u64>(),
            without_alias: without(&self.source) + self.devices.values().map(without).sum::<u64>(),
            births,
            held: self.held.len(),
            counts: notes.counts,
            failed_aliases: notes.failed_aliases.clone(),
            retyped: notes.retyped.clone(),
            clock_offset: notes.clock_offset,
            rebirth_latency: notes.rebirth_latency,
            commanded: notes.commanded,
        }
    }
}
