//! Diagnostics: what comes on each topic, one topic looked at closely, unreadable messages, and the program itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to list of the topics that were heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RatesQuery {
    /// Of this connection alone; empty means all.
    pub connection: String,
    /// Topics that hold this text, large or small letters alike; empty means all.
    pub text: String,
    /// Which come first.
    pub order: RatesOrder,
    /// How many rows at most: 1 to 500.
    pub limit: u32,
}

/// Which topics come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum RatesOrder {
    /// Those with the most messages a second.
    #[default]
    Messages,
    /// Those with the most bytes a second.
    Bytes,
    /// Those that have been silent for longest.
    Silence,
}

/// What comes on the topics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RatesView {
    /// Topics in the order that was asked for.
    pub rows: Vec<RateRow>,
    /// How many topics the query fits.
    pub fitting: u32,
    /// Every connection, whatever was asked.
    pub connections: Vec<RateTotal>,
    /// When this was counted, microseconds.
    pub at: f64,
}

/// One topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RateRow {
    /// Id of the connection.
    pub connection: String,
    /// MQTT topic, or `coap/<host>:<port>/<path>`.
    pub topic: String,
    /// Messages a second, over the last 5 to 10 s.
    pub per_s: f64,
    /// Bytes of topic and payload a second, over the same time.
    pub bytes_per_s: f64,
    /// Messages since the connection was started.
    pub messages: f64,
    /// Bytes since then.
    pub bytes: f64,
    /// When the last one came, microseconds.
    pub last: f64,
}

/// All topics of one connection together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RateTotal {
    /// Id of the connection.
    pub connection: String,
    /// Messages a second, over the last 5 to 10 s.
    pub per_s: f64,
    /// Bytes of topic and payload a second, over the same time.
    pub bytes_per_s: f64,
    /// Messages since the connection was started.
    pub messages: f64,
    /// Bytes since then.
    pub bytes: f64,
    /// Topics that are counted one by one.
    pub topics: u32,
    /// Of them those on which nothing came for a minute or longer.
    pub silent: u32,
    /// How many topics are counted one by one at most.
    pub topics_max: u32,
    /// Messages on the topics beyond those: they are in the totals alone.
    pub beyond: f64,
}

/// A topic that a person looks at closely: its newest messages as they came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TapView {
    /// Id of the connection.
    pub connection: String,
    /// The topic.
    pub topic: String,
    /// Since when, microseconds.
    pub since: f64,
    /// Messages that came since.
    pub seen: f64,
    /// Of them those that were not kept, because more than 20 came within a second.
    pub passed: f64,
    /// The newest first; at most 20.
    pub messages: Vec<TappedRow>,
}

/// One message of a tapped topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TappedRow {
    /// Counts the messages of the tap.
    pub number: f64,
    /// When it came, microseconds.
    pub at: f64,
    /// Quality of service of the delivery.
    pub qos: u8,
    /// Whether the broker had kept it.
    pub retain: bool,
    /// Whether the broker marks it as delivered before.
    pub dup: bool,
    /// Bytes of its payload.
    pub bytes: f64,
    /// What became of it.
    pub outcome: TappedOutcome,
    /// What recognised it, such as "Sparkplug B"; empty when nothing did.
    pub convention: String,
    /// Values in it.
    pub values: u32,
    /// The beginning of the payload, as text or in hexadecimal.
    pub excerpt: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum TappedOutcome {
    /// It was read.
    #[default]
    Read,
    /// It waits for the birth that explains it.
    Held,
    /// It could not be read.
    Rejected,
}

/// One message with everything that is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TappedMessage {
    /// As it is listed.
    pub row: TappedRow,
    /// The payload in hexadecimal digits, two a byte; its first 64 KiB.
    pub payload: String,
    /// Media type of the payload, when it names one (MQTT 5, CoAP).
    pub content_type: Option<String>,
    /// User properties in the order sent (MQTT 5).
    pub user: Vec<(String, String)>,
    /// Properties that were left out, because there were too many.
    pub left_out: f64,
    /// What the decoder made of it; at most 500.
    pub fields: Vec<FieldView>,
    /// How many more there were.
    pub more_fields: u32,
    /// Values that were left out.
    pub skipped: f64,
    /// What it said of its sources.
    pub events: Vec<TappedEvent>,
    /// Why it could not be read, or not whole: name of the reason and words; none when it was read.
    pub reject: Option<(String, String)>,
}

/// One value in a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldView {
    /// Address: topic, `#`, path.
    pub address: String,
    /// As text; of a long one its first 400 characters.
    pub value: String,
    /// `null`, `number`, `integer`, `bool` or `text`.
    pub kind: String,
    /// Status and reason of its quality, as in the live frame.
    pub quality: (u8, u8),
    /// When it was true, microseconds.
    pub time: f64,
    /// Whether that is the source's own time.
    pub sourced: bool,
    /// Whether it is for history only.
    pub historical: bool,
    /// Whether it is not to be stored.
    pub transient: bool,
    /// Unit, as its source tells it; empty when it does not.
    pub unit: String,
    /// The signal that it feeds; none when it feeds none.
    pub signal: Option<u32>,
    /// Whether the plant file says that nobody wants it.
    pub ignored: bool,
}

/// What a message said of a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TappedEvent {
    /// `node-birth`, `node-death`, `device-birth`, `device-death`, `gap`, `rebirth-wanted`, `online`, `offline`,
    /// `sleeping` or `described`.
    pub kind: String,
    /// Which source.
    pub source: String,
}

/// Unreadable messages of one connection and reason, as history keeps them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EvidenceTotal {
    /// Id of the connection.
    pub connection: String,
    /// Short name of the reason.
    pub reason: String,
    /// How many since history began.
    pub total: f64,
    /// How many of them are still kept.
    pub kept: f64,
}

/// Some of the unreadable messages of one connection and reason that history keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EvidencePage {
    /// The newest first.
    pub rows: Vec<EvidenceRow>,
    /// How many of this connection and reason came since history began.
    pub total: f64,
    /// How many of them are still kept: beyond a budget the oldest go, of the connection and reason that hold most.
    pub kept: f64,
    /// Whether there are older ones.
    pub more: bool,
}

/// One unreadable message, as history keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EvidenceRow {
    /// Asks for its payload, and for those before it.
    pub number: f64,
    /// Topic.
    pub topic: String,
    /// What was wrong, in words.
    pub detail: String,
    /// When it came, microseconds.
    pub at: f64,
    /// Bytes of its payload as it came; none when that is not known.
    pub bytes: Option<f64>,
    /// Bytes of it that are kept: all up to 1 MiB, but 4 KiB of one above the packet limit of its connection.
    pub kept_bytes: f64,
}

/// How the program itself does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HealthView {
    /// Over how long rates and times are counted, seconds: about a minute, less after the start.
    pub over_s: f64,
    /// Since when the program runs, microseconds.
    pub started: f64,
    /// How long things take.
    pub spans: Vec<SpanView>,
    /// What waits for something else.
    pub queues: Vec<QueueView>,
    /// Messages a second.
    pub messages_per_s: f64,
    /// Commits to history a second.
    pub commits_per_s: f64,
    /// Samples stored a second.
    pub stored_per_s: f64,
    /// Size of the history on disk, bytes.
    pub history_bytes: f64,
    /// Samples that wait for compaction.
    pub journal_samples: f64,
    /// Free bytes on the disk of the workspace; none where the system does not tell.
    pub disk_free: Option<f64>,
    /// Bytes of that disk.
    pub disk_bytes: Option<f64>,
    /// The program and the processes of its window; empty where the system does not tell.
    pub processes: Vec<ProcessView>,
    /// Processor cores of the machine.
    pub cores: u32,
    /// Anomaly scores that were skipped, because the models are too slow.
    pub scores_skipped: f64,
    /// Desktop notifications that were left out, because there were too many at once.
    pub notices_left_out: f64,
    /// Values of addresses that no signal comes from and that history has no room to keep.
    pub names_left_out: f64,
    /// Messages lost on connections that are no more.
    pub gone_dropped: f64,
    /// Unreadable messages on connections that are no more.
    pub gone_rejected: f64,
}

/// How long something takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SpanView {
    /// `twin`: from a message's arrival until its twins show it, `durable`: until it is stored (of both the longest of
    /// each batch); `commit`: one commit.
    pub what: String,
    /// How many were counted.
    pub count: f64,
    /// Half of them took at most so long, ms.
    pub p50_ms: f64,
    /// 99 of 100 took at most so long, ms.
    pub p99_ms: f64,
}

/// How full a queue is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueView {
    /// `arrived`: messages of a connection that are not decoded yet, `jobs`: batches that wait for the writer, `held`:
    /// messages of QoS 1 and 2 that wait for history, `ring`: samples of QoS 0 that do.
    pub what: String,
    /// Id of the connection; empty for what all share.
    pub connection: String,
    /// How much waits now.
    pub waiting: f64,
    /// The most that waited since the program or the connection was started; none when that is not counted.
    pub peak: Option<f64>,
    /// How much there is room for; none when it is bounded by bytes.
    pub room: Option<f64>,
}

/// What the system says about a process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProcessView {
    /// Its name; empty for the program itself.
    pub name: String,
    /// Resident memory, bytes; shared memory counts in each.
    pub memory: f64,
    /// Of one core, percent.
    pub cpu_pct: f64,
}
