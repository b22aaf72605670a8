//! Looks at the other side of a connection that take seconds: begun, asked about, cancelled.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    connection::{ConnectionForm, NoticeView, TestReportView},
    said::SaidView,
};

/// What to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LookRequest {
    /// Try the connection step by step.
    Test {
        /// The connection.
        form: ConnectionForm,
    },
    /// Listen for a while to what a topic filter would bring.
    Filter {
        /// The broker.
        form: ConnectionForm,
        /// The filter.
        filter: String,
        /// Consent to a filter that asks for every message of the broker.
        everything: bool,
    },
    /// Ask a CoAP device what it has (RFC 6690).
    Resources {
        /// The device.
        form: ConnectionForm,
    },
}

/// How far a look is, and what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LookView {
    /// Its number.
    pub number: u32,
    /// Whether it goes on.
    pub running: bool,
    /// Since when it has gone on, seconds.
    pub seconds: f64,
    /// How long it takes, seconds; none when that is not known before.
    pub whole_s: Option<f64>,
    /// Why nothing was found; none while it runs or when something was.
    pub failure: Option<NoticeView>,
    /// What a test found.
    pub test: Option<TestReportView>,
    /// What a filter would bring.
    pub filter: Option<FilterView>,
    /// What a device has.
    pub resources: Option<OfferView>,
}

/// What a filter brought in a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilterView {
    /// The filter.
    pub filter: String,
    /// How long it was listened to, seconds.
    pub seconds: f64,
    /// Whether so many messages came that listening ended before its time.
    pub capped: bool,
    /// Different topics.
    pub topics: f64,
    /// Whether there were more topics than can be told apart.
    pub topics_capped: bool,
    /// Of them, those that the connection's filters bring already.
    pub known_topics: f64,
    /// Messages a second, without retained ones.
    pub messages_per_s: f64,
    /// Of them, those that come already.
    pub known_messages_per_s: f64,
    /// Bytes of topics and payloads a second, without retained ones.
    pub bytes_per_s: f64,
    /// Messages that the broker had kept from before.
    pub retained: f64,
    /// The largest payload, bytes.
    pub largest_payload: f64,
    /// The branches with most messages first; at most 50.
    pub branches: Vec<BranchView>,
    /// Messages in other branches.
    pub elsewhere: f64,
    /// Where it would reach the connection's limits, with what to do.
    pub doubts: Vec<NoticeView>,
}

/// One branch of what a filter brings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BranchView {
    /// The topic up to the first level that the filter leaves open.
    pub name: String,
    /// Different topics in it.
    pub topics: f64,
    /// Messages, retained ones too.
    pub messages: f64,
    /// Bytes of their topics and payloads.
    pub bytes: f64,
}

/// What a CoAP device says it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfferView {
    /// In the device's order; at most 500.
    pub resources: Vec<OfferedView>,
    /// How many links are not shown: too many, broken, twice, or to another device.
    pub left_out: f64,
}

/// A resource that a CoAP device offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfferedView {
    /// Path and query.
    pub path: String,
    /// Whether it tells of changes by itself.
    pub observable: bool,
    /// What the device says of it: title, type, interface, content format, size; may be empty.
    pub about: Vec<SaidView>,
}
