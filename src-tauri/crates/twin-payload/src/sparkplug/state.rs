//! Everything Sparkplug on one connection.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use twin_core::{Duration, Timestamp};

use super::{
    encode::{self, Metric, MetricValue},
    hold::HeldTotal,
    host::Hosts,
    node::{Node, Nodes},
    scratch::Scratch,
    session::SparkplugSession,
    source::Source,
    status::NodeStatus,
    table::Table,
    topic::SparkplugTopic,
};
use crate::{
    intern::AddressIx,
    limits::Limits,
    reject::{Reject, RejectKind},
};

/// Everything Sparkplug on one connection.
#[derive(Debug, Default)]
pub(crate) struct Sparkplug {
    pub(super) nodes: Nodes,
    pub(super) hosts: Hosts,
    pub(super) held: HeldTotal,
    pub(super) agenda: Agenda,
    pub(super) scratch: Scratch,
}

/// When nodes are next to be judged, the earliest first. A node stands here at most once with the time that it notes
/// itself; other entries are void.
#[derive(Debug, Default)]
pub(super) struct Agenda(BinaryHeap<Reverse<(Timestamp, Arc<str>)>>);

impl Agenda {
    /// Puts a node down for its next deadline, if it has one that is not there yet.
    pub(super) fn put(&mut self, node: &mut Node) {
        let Some(deadline) = node.deadline() else {
            return;
        };
        if node.due.is_none_or(|due| deadline < due) {
            node.due = Some(deadline);
            self.0
                .push(Reverse((deadline, Arc::clone(&node.source.id))));
        }
    }

    pub(super) fn first(&self) -> Option<Timestamp> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// The next node whose time is over. A time further ahead than any that is ever waited for comes from a clock
    /// that was set back.
    pub(super) fn pop(&mut self, now: Timestamp, wait: Duration) -> Option<(Timestamp, Arc<str>)> {
        let first = self.first()?;
        if first > now && first <= now.plus(wait) {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}

impl Sparkplug {
    /// Fails when the node or device would be one too many.
    pub(super) fn check_room(
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
        if !known_device && self.nodes.devices() >= limits.sources {
            return full("devices");
        }
        Ok(())
    }

    /// What all births would weigh with this table in place of the former one. Fails when that is too much.
    pub(super) fn weigh(
        &self,
        device: Option<&str>,
        table: &Table,
        limits: &Limits,
    ) -> Result<usize, Reject> {
        let known = self.nodes.get(&self.scratch.node);
        let former = known.and_then(|node| node.source(device));
        let former = former.map_or(0, |source| source.table.weight());
        let weight = self.nodes.weight - former + table.weight();
        if weight > limits.sparkplug.birth_bytes {
            let detail = format!("births of more than {} bytes", limits.sparkplug.birth_bytes);
            return Err(Reject::new(RejectKind::SourceLimit, detail));
        }
        Ok(weight)
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
        let mut list = Vec::with_capacity(self.nodes.len() + self.nodes.devices());
        for node in self.nodes.iter() {
            let status = |source: &Source, gaps| NodeStatus {
                id: Arc::clone(&source.id),
                node: Arc::clone(&node.source.id),
                state: source.state,
                since: source.since,
                metrics: source.metrics,
                gaps,
            };
            list.push(status(&node.source, node.notes.counts.gaps));
            list.extend(node.devices.values().map(|device| status(device, 0)));
        }
        list
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.agenda.first()
    }

    pub(crate) fn session(&self) -> SparkplugSession {
        SparkplugSession {
            nodes: self.nodes.iter().map(Node::session).collect(),
            hosts: self.hosts.list(),
            held: self.held.messages,
            held_bytes: self.held.bytes,
        }
    }

    pub(crate) fn rebirth_request(&self, node: &str, now: Timestamp) -> Option<(String, Vec<u8>)> {
        let known = self.nodes.get(node)?;
        let (group, name) = known.source.id.split_once('/')?;
        let metric = Metric {
            name: Some(super::REBIRTH),
            time: Some(now),
            ..Metric::new(MetricValue::Boolean(true))
        };
        let payload = encode::payload(Some(now), None, &[metric]);
        Some((format!("spBv1.0/{group}/NCMD/{name}"), payload))
    }

    pub(crate) fn rebirth_asked(&mut self, node: &str, now: Timestamp) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.notes.ask(now);
        }
    }
}
