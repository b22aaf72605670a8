//! The session doctor in words: what the counters of Sparkplug sessions mean, and what to do.

use std::{cmp::Reverse, sync::Arc};

use twin_core::{Duration, Timestamp};
use twin_payload::{
    NodeState, SparkplugSession,
    sparkplug::{DeviceSession, LifeFacts, NodeSession},
};

use self::findings::{Found, dragged, life, of_node};
use crate::api::session::{HostRow, NodeFacts, SessionRow, SessionView};

mod findings;

/// So many nodes and devices are shown, the worst first.
const ROWS_MAX: usize = 200;
/// So many host applications are shown.
const HOSTS_MAX: usize = 20;

/// The sessions of a connection, with what its settings allow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFacts {
    /// What is counted.
    pub session: SparkplugSession,
    /// Whether a rebirth can be asked for now.
    pub can_rebirth: bool,
    /// Whether the connection's settings allow to ask for one.
    pub may_rebirth: bool,
}

/// What the session doctor shows.
pub fn session_view(facts: &SessionFacts) -> SessionView {
    let mut rows: Vec<(u32, SessionRow)> = Vec::new();
    for node in &facts.session.nodes {
        rows.push(node_row(node, facts));
        let device = |device| device_row(device, node, facts);
        rows.extend(node.devices.iter().map(device));
    }
    rows.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.id.cmp(&other.id)));
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let troubled = rows.iter().filter(|(weight, _)| *weight > 0).count();
    let host = |host: &twin_payload::sparkplug::HostStatus| HostRow {
        id: host.host.to_string(),
        online: host.online,
        since: micros(host.since),
    };
    let hosts = &facts.session.hosts;
    SessionView {
        sources: number(rows.len()),
        troubled: number(troubled),
        rows: rows
            .into_iter()
            .take(ROWS_MAX)
            .map(|(_, row)| row)
            .collect(),
        held: number(facts.session.held),
        hosts: hosts.iter().take(HOSTS_MAX).map(host).collect(),
        hosts_total: number(hosts.len()),
    }
}

fn micros(at: Timestamp) -> f64 {
    at.micros() as f64
}

fn row(id: &Arc<str>, life: &LifeFacts, metrics: u64, mut found: Vec<Found>) -> (u32, SessionRow) {
    found.sort_by_key(|Found(weight, _)| Reverse(*weight));
    let weight = found.iter().map(|Found(weight, _)| weight).sum();
    let row = SessionRow {
        id: id.to_string(),
        state: life.state.name().to_owned(),
        since: life.since.map(micros),
        metrics: u32::try_from(metrics).unwrap_or(u32::MAX),
        births: life.births as f64,
        last_birth: life.last_birth.map(micros),
        deaths: life.deaths as f64,
        last_death: life.last_death.map(micros),
        findings: found.into_iter().map(|Found(_, finding)| finding).collect(),
        ..SessionRow::default()
    };
    (weight, row)
}

fn node_row(node: &NodeSession, facts: &SessionFacts) -> (u32, SessionRow) {
    let found = of_node(node, facts.may_rebirth);
    let own = node.devices.iter().map(|device| u64::from(device.metrics));
    let metrics = node.metrics.saturating_sub(own.sum());
    let (weight, row) = row(&node.node, &node.life, metrics, found);
    let row = SessionRow {
        can_rebirth: facts.can_rebirth,
        node: Some(node_facts(node)),
        ..row
    };
    (weight, row)
}

fn device_row(
    device: &DeviceSession,
    node: &NodeSession,
    facts: &SessionFacts,
) -> (u32, SessionRow) {
    let is_dragged =
        device.life.state == NodeState::Offline && node.life.state == NodeState::Offline;
    let found = if is_dragged {
        Some(dragged(node))
    } else {
        life(&device.life, facts.may_rebirth)
    };
    row(
        &device.device,
        &device.life,
        u64::from(device.metrics),
        found.into_iter().collect(),
    )
}

fn node_facts(node: &NodeSession) -> NodeFacts {
    let counts = &node.counts;
    NodeFacts {
        devices: u32::try_from(node.devices.len()).unwrap_or(u32::MAX),
        messages: counts.messages as f64,
        gaps: counts.gaps as f64,
        alias_failures: counts.unknown_metrics as f64,
        reordered: counts.reordered as f64,
        repeats: counts.repeats as f64,
        held: node.held as f64,
        given_up: counts.given_up as f64,
        storms: node.births.storms as f64,
        last_storm: node.births.last_storm.map(micros),
        births_last_hour: node.births.last_hour as f64,
        rebirths_asked: counts.rebirths_asked as f64,
        rebirths_answered: counts.rebirths_answered as f64,
        rebirth_s: node.rebirth_latency.map(Duration::secs_f64),
        commands: counts.commands as f64,
        commanded: node.commanded.map(micros),
        bd_seq: node.bd_seq.map(|number| number as f64),
        bd_seq_jumps: counts.bd_seq_jumps as f64,
        without_alias: node.without_alias as f64,
        clock_offset_s: node.clock_offset.map(Duration::secs_f64),
        largest_bytes: counts.largest_bytes as f64,
    }
}

#[cfg(test)]
mod tests;
