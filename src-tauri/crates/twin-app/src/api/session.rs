//! The session doctor: how the Sparkplug sessions of a connection go.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// How the Sparkplug sessions of a connection go, since it was started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SessionView {
    /// Edge nodes and devices, those in the worst state first; at most 200.
    pub rows: Vec<SessionRow>,
    /// How many there are in all.
    pub sources: u32,
    /// How many of all have findings.
    pub troubled: u32,
    /// Messages held back now until what they need has come.
    pub held: u32,
    /// Host applications that say whether they are there; at most 20.
    pub hosts: Vec<HostRow>,
    /// How many host applications there are in all.
    pub hosts_total: u32,
}

/// A Sparkplug edge node or device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SessionRow {
    /// `group/node` or `group/node/device`.
    pub id: String,
    /// `online`, `offline`, `unknown` (nothing heard but data) or `kept-birth`.
    pub state: String,
    /// Since when, microseconds; none when only a kept birth is known.
    pub since: Option<f64>,
    /// Metrics in its birth.
    pub metrics: u32,
    /// Births heard.
    pub births: f64,
    /// When the last one came, microseconds.
    pub last_birth: Option<f64>,
    /// How often it died.
    pub deaths: f64,
    /// When it last died, microseconds.
    pub last_death: Option<f64>,
    /// Whether a rebirth can be asked of it now.
    pub can_rebirth: bool,
    /// What is wrong, the worst first, each with what to do; empty when all is well.
    pub findings: Vec<FindingView>,
    /// What belongs to the edge node alone; none for a device.
    pub node: Option<NodeFacts>,
}

/// What a session doctor found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindingView {
    /// In a word or two, such as "3 gaps".
    pub brief: SaidView,
    /// The evidence.
    pub message: SaidView,
    /// What to do about it.
    pub advice: SaidView,
}

/// What is counted of an edge node and its devices together, since the connection was started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NodeFacts {
    /// Devices heard.
    pub devices: u32,
    /// Messages.
    pub messages: f64,
    /// Gaps in its sequence numbers that nothing filled in time.
    pub gaps: f64,
    /// Values under an alias that no birth had, or without name and alias.
    pub alias_failures: f64,
    /// Messages that came after a later one.
    pub reordered: f64,
    /// Messages that came again.
    pub repeats: f64,
    /// Messages held back now.
    pub held: f64,
    /// Messages read without their birth in the end.
    pub given_up: f64,
    /// How often births came as a storm.
    pub storms: f64,
    /// When the last storm was seen, microseconds.
    pub last_storm: Option<f64>,
    /// Births of the node in the hour before its last one.
    pub births_last_hour: f64,
    /// Rebirth requests sent from here.
    pub rebirths_asked: f64,
    /// Births that came after one.
    pub rebirths_answered: f64,
    /// From the last request to its birth, seconds.
    pub rebirth_s: Option<f64>,
    /// Commands of others to it.
    pub commands: f64,
    /// When somebody else last commanded it, microseconds.
    pub commanded: Option<f64>,
    /// What ties its death to its birth.
    pub bd_seq: Option<f64>,
    /// How often that number jumped.
    pub bd_seq_jumps: f64,
    /// Metrics without an alias.
    pub without_alias: f64,
    /// From the time in its last message to the arrival, seconds; negative when its clock is ahead.
    pub clock_offset_s: Option<f64>,
    /// Bytes of its largest message.
    pub largest_bytes: f64,
}

/// A Sparkplug host application, as its STATE message says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HostRow {
    /// Its id.
    pub id: String,
    /// Whether it is there.
    pub online: bool,
    /// Since when, microseconds.
    pub since: f64,
}
