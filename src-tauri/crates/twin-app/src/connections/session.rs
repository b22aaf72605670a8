//! The session doctor in words: what the counters of Sparkplug sessions mean, and what to do.

use std::{cmp::Reverse, sync::Arc};

use twin_core::{Duration, Timestamp};
use twin_payload::{
    NodeState, SparkplugSession,
    sparkplug::{DeviceSession, LifeFacts, NodeSession},
};

use crate::api::{
    said::SaidView,
    session::{FindingView, HostRow, NodeFacts, SessionRow, SessionView},
};

/// So many nodes and devices are shown, the worst first.
const ROWS_MAX: usize = 200;
/// So many host applications are shown.
const HOSTS_MAX: usize = 20;
/// So many aliases or metrics are named in a finding.
const NAMED_MAX: usize = 5;
/// A clock further ahead than this is no delay.
const AHEAD: Duration = Duration::from_secs(1);
/// A clock further behind than this is hardly delay alone.
const BEHIND: Duration = Duration::from_secs(10);

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

/// A finding with its weight: the worse the heavier.
struct Found(u32, FindingView);

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
    let mut found = Vec::new();
    found.extend(life_finding(&node.life, facts.may_rebirth));
    found.extend(alias_finding(node));
    found.extend(storm_finding(node));
    found.extend(order_findings(node));
    found.extend(habit_findings(node));
    found.extend(clock_finding(node));
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
        let advice = format!("See {}.", node.node);
        Some(finding(10, "node offline", "its edge node is dead", advice))
    } else {
        life_finding(&device.life, facts.may_rebirth)
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

fn finding(
    weight: u32,
    brief: impl Into<String>,
    message: impl Into<SaidView>,
    advice: impl Into<SaidView>,
) -> Found {
    let finding = FindingView {
        brief: brief.into(),
        message: message.into(),
        advice: advice.into(),
    };
    Found(weight, finding)
}

/// "1 gap", "3 gaps".
fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn life_finding(life: &LifeFacts, may_rebirth: bool) -> Option<Found> {
    let ask = if may_rebirth {
        "Ask for a rebirth, or restart it."
    } else {
        "Allow rebirth requests in the connection's settings and ask for one, or restart it."
    };
    match life.state {
        NodeState::Online => None,
        NodeState::Offline => Some(finding(
            1_000,
            "offline",
            "its death certificate came, and no birth since: its values are BAD",
            "Look at its power, its network and its link to the broker.",
        )),
        NodeState::Unknown => Some(finding(
            300,
            "birth missing",
            "data comes, and its birth was never heard: values under an alias cannot be named",
            ask,
        )),
        NodeState::KeptBirth => Some(finding(
            200,
            "old birth",
            "its values are read with a birth from before, and are UNCERTAIN until the next one",
            ask,
        )),
    }
}

fn alias_finding(node: &NodeSession) -> Option<Found> {
    let count = node.counts.unknown_metrics;
    if count == 0 {
        return None;
    }
    let named = node.failed_aliases.iter().take(NAMED_MAX);
    let named: Vec<String> = named
        .map(|failed| format!("{} of {} ({}×)", failed.alias, failed.source, failed.count))
        .collect();
    let which = if named.is_empty() {
        "no name and no alias".to_owned()
    } else {
        format!("aliases that no birth had: {}", named.join(", "))
    };
    Some(finding(
        500,
        plural(count, "alias failure", "alias failures"),
        format!(
            "{} could not be named: {which}",
            plural(count, "value", "values")
        ),
        "Ask for a rebirth. If it goes on, its births leave out metrics, or two programs publish under its name.",
    ))
}

fn storm_finding(node: &NodeSession) -> Option<Found> {
    let births = &node.births;
    if births.storms == 0 {
        return None;
    }
    let (asked, others) = (node.counts.rebirths_asked, node.counts.rebirth_commands);
    let mut message = format!(
        "3 births within a minute, {}; {} in the hour before the last",
        plural(births.storms, "time", "times"),
        plural(births.last_hour, "birth", "births")
    );
    if asked + others > 0 {
        message += &format!("; rebirths asked: {asked} from here, {others} by others");
    }
    let advice = if others > asked {
        "Another host application asks it again and again: look there, and why its births do not satisfy it."
    } else {
        "Its link to the broker may come and go, or two programs may use its client id: look into its log."
    };
    let brief = plural(births.storms, "rebirth storm", "rebirth storms");
    Some(finding(400, brief, message, advice))
}

fn order_findings(node: &NodeSession) -> impl Iterator<Item = Found> {
    let counts = &node.counts;
    let gaps = (counts.gaps > 0).then(|| {
        finding(
            150,
            plural(counts.gaps, "gap", "gaps"),
            format!(
                "{} in its sequence numbers: messages were lost on the way",
                plural(counts.gaps, "gap", "gaps")
            ),
            "Check that the filters cover all of its topics, and the broker's queue limits and dropped messages.",
        )
    });
    let given_up = (counts.given_up > 0).then(|| {
        finding(
            120,
            plural(
                counts.given_up,
                "unexplained message",
                "unexplained messages",
            ),
            format!(
                "{} waited for a birth in vain and were read without it",
                plural(counts.given_up, "message", "messages")
            ),
            "Ask for a rebirth, and check that its NBIRTH and DBIRTH reach this connection.",
        )
    });
    let reordered = (counts.reordered > 0).then(|| {
        finding(
            30,
            "out of order",
            format!(
                "{} came after a later one; they were put in order",
                plural(counts.reordered, "message", "messages")
            ),
            "Nothing, if it stays rare; else let its messages take one way only: bridges and shared filters mix them.",
        )
    });
    let jumps = (counts.bd_seq_jumps > 0).then(|| {
        finding(
            100,
            plural(counts.bd_seq_jumps, "bdSeq jump", "bdSeq jumps"),
            "the number that ties its death to its birth skipped some: births were missed, or two programs publish \
             under its name",
            "Make sure that only one program has its group and node id.",
        )
    });
    [gaps, given_up, jumps, reordered].into_iter().flatten()
}

/// What the node does otherwise than it should.
fn habit_findings(node: &NodeSession) -> impl Iterator<Item = Found> {
    let counts = &node.counts;
    let unanswered = counts
        .rebirths_asked
        .saturating_sub(counts.rebirths_answered);
    // The last one may be on its way.
    let deaf = (unanswered > 1).then(|| {
        finding(
            180,
            "rebirth unanswered",
            format!(
                "{} of {} brought no birth",
                unanswered,
                plural(counts.rebirths_asked, "rebirth request", "rebirth requests")
            ),
            "Check that it may subscribe to its NCMD topic and that this connection may publish there.",
        )
    });
    let retyped = (!node.retyped.is_empty()).then(|| {
        let named = node.retyped.iter().take(NAMED_MAX);
        let named: Vec<String> = named
            .map(|one| {
                let (from, to) = (type_name(one.from), type_name(one.to));
                format!("{} of {} from {from} to {to}", one.metric, one.source)
            })
            .collect();
        finding(
            60,
            "types change",
            format!("metrics changed their data type: {}", named.join(", ")),
            "Give each metric one data type in its configuration.",
        )
    });
    [deaf, retyped].into_iter().flatten()
}

/// Names of the data types 1 to 34 (Sparkplug 3.0, section 6.4.16).
const TYPES: [&str; 34] = [
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Double",
    "Boolean",
    "String",
    "DateTime",
    "Text",
    "UUID",
    "DataSet",
    "Bytes",
    "File",
    "Template",
    "PropertySet",
    "PropertySetList",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "UInt8Array",
    "UInt16Array",
    "UInt32Array",
    "UInt64Array",
    "FloatArray",
    "DoubleArray",
    "BooleanArray",
    "StringArray",
    "DateTimeArray",
];

fn type_name(number: u32) -> String {
    let index = (number as usize).checked_sub(1);
    let name = index.and_then(|index| TYPES.get(index));
    name.map_or_else(|| format!("type {number}"), |name| (*name).to_owned())
}

fn clock_finding(node: &NodeSession) -> Option<Found> {
    let offset = node.clock_offset?;
    let seconds = offset.secs_f64().abs();
    let (brief, message) = if offset.0 < -AHEAD.0 {
        (
            "clock ahead",
            format!("its clock is {seconds:.0} s ahead of this machine's"),
        )
    } else if offset > BEHIND {
        (
            "clock behind",
            format!(
                "its last message was {seconds:.0} s old when it came: by its clock, or by delay"
            ),
        )
    } else {
        return None;
    };
    let advice = "Let it and this machine keep their time by NTP.";
    Some(finding(80, brief, message, advice))
}

#[cfg(test)]
mod tests;
