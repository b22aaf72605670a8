//! Edge nodes and devices as their messages leave them.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::{Duration, Timestamp};

use super::{
    encode::{self, Metric, MetricValue},
    payload::RawMetric,
    table::Table,
    topic::SparkplugTopic,
};
use crate::{
    intern::AddressIx,
    limits::Limits,
    observations::{Observations, RebirthReason, SourceEvent},
    reject::{Reject, RejectKind},
};

/// A want for a rebirth is repeated after this, because the request or its answer may be lost.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// Whether a node or device lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NodeState {
    /// Values came and no birth ever.
    #[default]
    Unknown,
    /// Born, and not dead since.
    Online,
    /// Dead.
    Offline,
    /// Values are read with a birth from before a restart, a death or the node's newer birth.
    KeptBirth,
}

impl NodeState {
    /// Short name: `unknown`, `online`, `offline`, `kept-birth`.
    pub const fn name(self) -> &'static str {
        match self {
            NodeState::Unknown => "unknown",
            NodeState::Online => "online",
            NodeState::Offline => "offline",
            NodeState::KeptBirth => "kept-birth",
        }
    }
}

/// A node or device as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStatus {
    /// `group/node` or `group/node/device`.
    pub id: Arc<str>,
    /// The node to ask for a rebirth: itself or the device's.
    pub node: Arc<str>,
    /// Whether it lives.
    pub state: NodeState,
    /// Since when; none when only a kept birth is known.
    pub since: Option<Timestamp>,
    /// Metrics in its birth that are signals.
    pub metrics: u32,
    /// Gaps in its sequence numbers so far; 0 for a device, which has none of its own.
    pub gaps: u64,
}

/// What a node and a device have in common.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: Arc<str>,
    pub(crate) state: NodeState,
    pub(crate) since: Option<Timestamp>,
    pub(crate) metrics: u32,
    pub(crate) table: Table,
    /// Every address it ever had, its devices' included.
    pub(crate) addresses: Vec<AddressIx>,
}

impl Source {
    fn new(id: &str) -> Self {
        Source {
            id: id.into(),
            state: NodeState::Unknown,
            since: None,
            metrics: 0,
            table: Table::default(),
            addresses: Vec::new(),
        }
    }

    /// Changes its state, if it is another one.
    pub(crate) fn enter(&mut self, state: NodeState, at: Timestamp) {
        if self.state != state || self.since.is_none() {
            self.state = state;
            self.since = Some(at);
        }
    }

    pub(crate) fn adopt(&mut self, table: Table, fresh: &[AddressIx]) {
        self.metrics = table.signals();
        self.table = table;
        self.addresses.extend_from_slice(fresh);
    }

    /// Values came. Without a valid birth they are read with a former one, if there is any.
    pub(crate) fn heard(&mut self, at: Timestamp) {
        if self.state != NodeState::Online {
            let kept = !self.table.is_empty();
            self.enter(
                if kept {
                    NodeState::KeptBirth
                } else {
                    NodeState::Unknown
                },
                at,
            );
        }
    }
}

/// An edge node and its devices.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) source: Source,
    pub(crate) devices: BTreeMap<Box<str>, Source>,
    /// Of the last birth: ties it to its death.
    pub(crate) bd_seq: Option<u64>,
    /// The sequence number that is due; none when any will do.
    pub(crate) next_seq: Option<u8>,
    pub(crate) gaps: u64,
    asked: Option<Timestamp>,
}

/// How a sequence number fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// The one that was due, or the first heard.
    InOrder,
    /// One that was counted before.
    Repeat,
    /// Another one was due.
    Gap(u8),
}

impl Node {
    pub(crate) fn new(id: &str) -> Self {
        Node {
            source: Source::new(id),
            devices: BTreeMap::new(),
            bd_seq: None,
            next_seq: None,
            gaps: 0,
            asked: None,
        }
    }

    /// Counts a sequence number. A redelivered message, or the same one twice through overlapping subscriptions, is
    /// no gap.
    pub(crate) fn count(&mut self, seq: u8, dup: bool, out: &mut Observations) -> Sequence {
        let found = match self.next_seq {
            None => Sequence::InOrder,
            Some(due) if due == seq => Sequence::InOrder,
            Some(due) => {
                let behind = due.wrapping_sub(seq);
                if behind == 1 || (dup && behind < 128) {
                    Sequence::Repeat
                } else {
                    Sequence::Gap(due)
                }
            }
        };
        if found != Sequence::Repeat {
            self.next_seq = Some(seq.wrapping_add(1));
        }
        if let Sequence::Gap(expected) = found {
            self.gaps += 1;
            out.event(SourceEvent::SequenceGap {
                node: Arc::clone(&self.source.id),
                expected: expected.into(),
                got: seq.into(),
            });
        }
        found
    }

    /// Asks for a rebirth, unless that was asked a moment ago.
    pub(crate) fn want_rebirth(
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

    /// A birth of the node itself begins everything anew; its devices wait for their own.
    pub(crate) fn reborn(&mut self, bd_seq: Option<u64>, seq: u8, at: Timestamp) {
        self.bd_seq = bd_seq;
        self.next_seq = Some(seq.wrapping_add(1));
        self.asked = None;
        for device in self
            .devices
            .values_mut()
            .filter(|device| device.state == NodeState::Online)
        {
            device.enter(NodeState::KeptBirth, at);
        }
    }

    pub(crate) fn die(&mut self, at: Timestamp) {
        self.next_seq = None;
        self.source.enter(NodeState::Offline, at);
        for device in self.devices.values_mut() {
            device.enter(NodeState::Offline, at);
        }
    }
}

/// Everything Sparkplug on one connection.
#[derive(Debug, Default)]
pub(crate) struct Sparkplug {
    pub(crate) nodes: BTreeMap<Box<str>, Node>,
    pub(crate) devices: usize,
    pub(crate) scratch: Scratch,
}

/// Memory used anew for every message.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) metrics: Vec<RawMetric>,
    /// `group/node` of the message.
    pub(crate) node: String,
    /// The address being made; begins with the part that all of the message's share.
    pub(crate) address: String,
    /// Addresses that the message is the first to have.
    pub(crate) fresh: Vec<AddressIx>,
}

impl Scratch {
    /// Sets `node` and the beginning of `address`.
    pub(crate) fn begin(&mut self, topic: &SparkplugTopic<'_>) {
        self.fresh.clear();
        self.node.clear();
        self.node.push_str(topic.group);
        self.node.push('/');
        self.node.push_str(topic.node);
        self.address.clear();
        self.address.push_str("spBv1.0/");
        self.address.push_str(&self.node);
        if let Some(device) = topic.device {
            self.address.push('/');
            self.address.push_str(device);
        }
        self.address.push('#');
    }
}

impl Sparkplug {
    /// Fails when the node or device would be one too many.
    pub(crate) fn check_room(
        &self,
        topic: &SparkplugTopic<'_>,
        limits: &Limits,
    ) -> Result<(), Reject> {
        let node = self.nodes.get(self.scratch.node.as_str());
        let known_device = topic
            .device
            .is_none_or(|device| node.is_some_and(|node| node.devices.contains_key(device)));
        let full = |what: &str| {
            let detail = format!("more than {} Sparkplug {what}", limits.sources);
            Err(Reject::new(RejectKind::SourceLimit, detail))
        };
        if node.is_none() && self.nodes.len() >= limits.sources {
            return full("nodes");
        }
        if !known_device && self.devices >= limits.sources {
            return full("devices");
        }
        Ok(())
    }

    /// The node of the message in hand, made when it is new; likewise its device.
    pub(crate) fn node_mut<'s>(
        nodes: &'s mut BTreeMap<Box<str>, Node>,
        devices: &mut usize,
        id: &str,
        device: Option<&str>,
    ) -> &'s mut Node {
        let node = nodes.entry(id.into()).or_insert_with(|| Node::new(id));
        if let Some(device) = device.filter(|device| !node.devices.contains_key(*device)) {
            *devices += 1;
            node.devices
                .insert(device.into(), Source::new(&format!("{id}/{device}")));
        }
        node
    }

    pub(crate) fn addresses_of(&self, source: &str) -> Option<&[AddressIx]> {
        if let Some(node) = self.nodes.get(source) {
            return Some(&node.source.addresses);
        }
        let (second_slash, _) = source.match_indices('/').nth(1)?;
        let (node, device) = source.split_at(second_slash);
        let device = self
            .nodes
            .get(node)?
            .devices
            .get(device.strip_prefix('/')?)?;
        Some(&device.addresses)
    }

    pub(crate) fn nodes(&self) -> Vec<NodeStatus> {
        let mut list = Vec::with_capacity(self.nodes.len() + self.devices);
        for node in self.nodes.values() {
            let status = |source: &Source, gaps| NodeStatus {
                id: Arc::clone(&source.id),
                node: Arc::clone(&node.source.id),
                state: source.state,
                since: source.since,
                metrics: source.metrics,
                gaps,
            };
            list.push(status(&node.source, node.gaps));
            list.extend(node.devices.values().map(|device| status(device, 0)));
        }
        list
    }

    pub(crate) fn rebirth_request(&self, node: &str, now: Timestamp) -> Option<(String, Vec<u8>)> {
        let (id, _) = self.nodes.get_key_value(node)?;
        let (group, name) = id.split_once('/')?;
        let metric = Metric {
            name: Some(super::REBIRTH),
            time: Some(now),
            ..Metric::new(MetricValue::Boolean(true))
        };
        let payload = encode::payload(Some(now), None, &[metric]);
        Some((format!("spBv1.0/{group}/NCMD/{name}"), payload))
    }
}
