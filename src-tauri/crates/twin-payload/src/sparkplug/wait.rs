//! Messages and births that are waited for: holding back, releasing, giving up.

use std::sync::Arc;

use twin_core::{Quality, Timestamp};

use super::{
    apply::open,
    hold::Held,
    node::Node,
    rows::read_data,
    source::Source,
    state::Sparkplug,
    status::NodeState,
    topic::SparkplugTopic,
    work::{UNVOUCHED, Work},
};
use crate::{
    intern::Interner,
    limits::Limits,
    observations::{Lost, Observations, RebirthReason, Released, SourceEvent},
    reject::Reject,
};

impl Sparkplug {
    /// Whether data of this source cannot be read well before a birth comes.
    pub(super) fn lacks_birth(&self, topic: &SparkplugTopic<'_>, seq: u8) -> bool {
        let Some(node) = self.nodes.get(self.scratch.node.as_str()) else {
            return true;
        };
        let Some(source) = node.source(topic.device) else {
            return true;
        };
        match source.state {
            NodeState::Online => false,
            NodeState::KeptBirth => {
                topic.device.is_some() && node.source.state == NodeState::Online
            }
            NodeState::Unknown => true,
            NodeState::Offline => !source.was_alive(seq),
        }
    }

    /// Whether the message in hand may be held back.
    pub(super) fn may_hold(&self, topic: &SparkplugTopic<'_>, work: &Work<'_>) -> bool {
        let limits = &work.limits.sparkplug;
        if limits.held == 0 {
            return false;
        }
        let node = self.nodes.get(self.scratch.node.as_str());
        let source = node.and_then(|node| node.source(topic.device));
        let gave_up = source.is_some_and(|source| source.gave_up);
        let holds = node.map(|node| &node.held);
        !gave_up && self.held.has_room(holds, work.message, limits)
    }

    /// Holds the message in hand back.
    pub(super) fn hold(
        &mut self,
        topic: &SparkplugTopic<'_>,
        work: &Work<'_>,
        seq: u8,
        out: &mut Observations,
    ) {
        let node = self.nodes.make(&self.scratch.node, topic.device);
        let wait = work.limits.sparkplug.reorder;
        node.count(seq, work.message, &work.header, wait);
        node.notes.counts.held += 1;
        let until = work.message.received.plus(wait);
        if let Some(source) = node.source_mut(topic.device) {
            source.wait.get_or_insert(until);
        }
        let id = node
            .held
            .put(&mut self.held, work.message, topic.device, seq);
        out.hold(id);
        self.agenda.put(node);
    }

    /// A birth came: what waited for it can be read.
    pub(super) fn release_after_birth(
        &mut self,
        topic: &SparkplugTopic<'_>,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) {
        if self.held.messages == 0 {
            return;
        }
        let node = format!("{}/{}", topic.group, topic.node);
        self.release(&node, topic.device, false, limits, addresses, out);
    }

    /// Reads the held messages of a node itself, or of one of its devices: all, or those that a birth explains.
    fn release(
        &mut self,
        node: &str,
        device: Option<&str>,
        all: bool,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) -> u64 {
        let Some(known) = self.nodes.get_mut(node) else {
            return 0;
        };
        let mut holds = std::mem::take(&mut known.held);
        let list = holds.take(&mut self.held, device, |seq| {
            let explains =
                |source: &Source| source.state == NodeState::Online || source.was_alive(seq);
            all || known.source(device).is_some_and(explains)
        });
        known.held = holds;
        let released = list.len() as u64;
        for held in list {
            let in_hand = out.change_message(Lost::default());
            let (mark, known) = (out.mark(), addresses.len());
            let result = self.read_held(node, &held, limits, addresses, out);
            let hold = held.id;
            if result.is_err() {
                out.truncate(mark);
                addresses.truncate(known);
            }
            let lost = out.change_message(in_hand);
            let reject = result.map_or_else(Some, |()| lost.reject());
            let unread = reject.map(|reject| held.into_unread(reject));
            out.release(Released { hold, unread });
        }
        released
    }

    fn read_held(
        &mut self,
        node: &str,
        held: &Held,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let message = held.message();
        let Some(topic) = SparkplugTopic::parse(message.topic)? else {
            return Ok(());
        };
        let mut unpacked = std::mem::take(&mut self.scratch.unpacked);
        let opened = open(&message, limits, &mut self.scratch.metrics, &mut unpacked);
        let result = opened.and_then(|(header, is_packed)| {
            let payload = if is_packed {
                &unpacked
            } else {
                message.payload
            };
            let mut work = Work::new(&message, payload, header, limits, addresses);
            self.scratch.begin(&topic);
            let node = self.nodes.get(node);
            let source = node.and_then(|node| node.source(topic.device));
            // What was sent before the birth of the node belongs to an earlier session.
            let begun = node.and_then(|node| node.source.born);
            let earlier = header.timestamp.zip(begun);
            let earlier = earlier.is_some_and(|(sent, begun)| sent < begun);
            let vouched = source.is_some_and(|source| {
                (source.state == NodeState::Online && !earlier) || source.was_alive(held.seq)
            });
            let standing = if vouched { Quality::GOOD } else { UNVOUCHED };
            let table = source.map(|source| &source.table);
            read_data(&mut self.scratch, &mut work, table, standing, out)
        });
        self.scratch.keep_unpacked(unpacked);
        let lacks = result?;
        if let Some(node) = self.nodes.get_mut(node) {
            let fresh = &self.scratch.fresh;
            Self::note_heard(node, topic.device, fresh, held.seq, message.received);
            Self::note_lacks(node, topic.device, &lacks);
        }
        Ok(())
    }

    /// Judges what is overdue.
    pub(crate) fn poll(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) {
        let wait = limits.sparkplug.reorder;
        while let Some((at, id)) = self.agenda.pop(now, wait) {
            let Some(node) = self.nodes.get_mut(&id).filter(|node| node.due == Some(at)) else {
                continue;
            };
            node.due = None;
            // When the clock was set back, what stands there is over too.
            let now = now.max(at);
            Self::judge_gaps(node, now, out);
            for device in overdue(node, now) {
                self.give_up(&id, device.as_deref(), now, limits, addresses, out);
            }
            if let Some(node) = self.nodes.get_mut(&id) {
                self.agenda.put(node);
            }
        }
    }

    /// Waits no longer for what is held.
    pub(crate) fn let_go(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) {
        if self.held.messages == 0 {
            return;
        }
        let holding = self.nodes.iter().filter(|node| node.held.len() > 0);
        let ids: Vec<Arc<str>> = holding.map(|node| Arc::clone(&node.source.id)).collect();
        for id in ids {
            let sources = self.nodes.get(&id).map(|node| node.held.sources());
            for device in sources.unwrap_or_default() {
                self.give_up(&id, device.as_deref(), now, limits, addresses, out);
            }
        }
    }

    fn judge_gaps(node: &mut Node, now: Timestamp, out: &mut Observations) {
        while let Some(lost) = node.sequence.lost(now) {
            node.notes.counts.gaps += 1;
            out.event(SourceEvent::SequenceGap {
                node: Arc::clone(&node.source.id),
                expected: u32::from(lost.expected),
                got: u32::from(lost.got),
            });
            if node.source.state == NodeState::Online {
                node.want_rebirth(RebirthReason::SequenceGap, now, out);
            }
        }
    }

    /// The birth did not come in time.
    fn give_up(
        &mut self,
        id: &str,
        device: Option<&str>,
        now: Timestamp,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) {
        let released = self.release(id, device, true, limits, addresses, out);
        let Some(node) = self.nodes.get_mut(id) else {
            return;
        };
        node.notes.counts.given_up += released;
        if device.is_none() {
            node.source.heard(now);
        }
        let Some(source) = node.source_mut(device) else {
            return;
        };
        source.wait = None;
        source.gave_up = true;
        let why = match source.state {
            NodeState::Online => RebirthReason::UnknownAlias,
            NodeState::KeptBirth => RebirthReason::KeptBirth,
            NodeState::Unknown | NodeState::Offline => RebirthReason::NoBirth,
        };
        node.want_rebirth(why, now, out);
    }
}

/// The node (none) and those of its devices whose births did not come in time.
fn overdue(node: &Node, now: Timestamp) -> Vec<Option<Box<str>>> {
    let over = |wait: Option<Timestamp>| wait.is_some_and(|until| until <= now);
    let devices = node.devices.iter().filter(|(_, device)| over(device.wait));
    let own = over(node.source.wait).then_some(None);
    own.into_iter()
        .chain(devices.map(|(name, _)| Some(name.clone())))
        .collect()
}
