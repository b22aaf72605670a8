//! What was heard and is in no plant file yet: what is proposed, and what a person accepts of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{plant::SignalRole, said::SaidView};

/// Which proposals are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiscoveryQuery {
    /// Only those of the connection with this id; empty: of all.
    pub connection: String,
    /// Only those of the convention with this id, such as `sparkplug-b`; empty: of all.
    pub convention: String,
    /// Only those that have this text in a name, an id or an address, whatever its case; empty: all.
    pub text: String,
    /// How many of them to leave out at the beginning.
    pub skip: u32,
    /// Ids of proposals that a person has ticked: the answer says which of them are no more.
    pub ticked: Vec<String>,
}

/// What was heard, in short: proposals without their signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiscoveryView {
    /// Grows whenever proposals could have changed.
    pub version: f64,
    /// What fits the query, by connection and source; at most 200.
    pub proposals: Vec<ProposalRow>,
    /// How many fit the query.
    pub found: u32,
    /// How many fit it and come after these.
    pub more: u32,
    /// Of the ticked ones, those that are proposed no more.
    pub gone: Vec<String>,
    /// Addresses heard or described that feed no signal, whatever the query.
    pub heard_addresses: u32,
    /// Values that came from them since the connections were started.
    pub heard_values: f64,
    /// Proposals by connection, whatever the query; all connections of the plant.
    pub by_connection: Vec<ProposalCount>,
    /// Proposals by convention, whatever the query; the most first.
    pub by_convention: Vec<ProposalCount>,
    /// Topic filters and addresses of what is left alone (`[discovery] ignore`).
    pub ignored: Vec<String>,
    /// What had to be left out because a bound was reached, in sentences; empty: nothing.
    pub left_out: Vec<SaidView>,
    /// How long what is heard is kept so that it joins the history of an accepted signal, such as `7 days`; empty: it is
    /// not kept.
    pub keeps: SaidView,
    /// Places of the plant that an asset can stand in; at most 1,000.
    pub places: Vec<Choice>,
    /// Types of the plant that an asset can have; at most 1,000.
    pub types: Vec<Choice>,
}

/// How many proposals there are of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProposalCount {
    /// Id of a connection or a convention.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Proposals.
    pub proposals: u32,
    /// Signals in them.
    pub signals: u32,
}

/// A place or a type that an asset can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Choice {
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether the plant file has it; otherwise it is made.
    pub exists: bool,
}

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum Sureness {
    /// Its source says what it is.
    Sure,
    /// The convention says which values belong together.
    Likely,
    /// The shape of topics does.
    Guess,
}

/// How well a statement is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The source said so.
    Said,
    /// It follows from the values that came.
    Seen,
    /// It is read into a name.
    Guessed,
}

/// One reason for a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EvidenceView {
    /// How well it is founded.
    pub ground: Ground,
    /// What, such as `unit "kPa"` or `came 412 times, 20.9 to 23.4`. It may hold text from the source.
    pub text: SaidView,
    /// The topic that it comes from.
    pub topic: String,
}

/// A proposal without its signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProposalRow {
    /// Stable as long as the source keeps its name.
    pub id: String,
    /// Id of the connection that it was heard on.
    pub connection: String,
    /// Display name of that connection.
    pub connection_name: String,
    /// Id of the convention of most of its values.
    pub convention: String,
    /// The same as people read it.
    pub convention_name: String,
    /// How sure it is.
    pub sureness: Sureness,
    /// What it would be.
    pub asset: ProposedAssetView,
    /// Why they are one asset, and this one.
    pub evidence: Vec<EvidenceView>,
    /// How many signals it has.
    pub signals: u32,
    /// How many of them had a value.
    pub heard: u32,
    /// When its last value came, microseconds; null: none came.
    pub last_at: Option<f64>,
}

/// The asset of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProposedAssetView {
    /// Whether the plant file has it: then signals join it, and name, place and type are its own.
    pub exists: bool,
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Names of what it is part of as its topics have them, the outermost first.
    pub path: Vec<String>,
    /// Where it would stand.
    pub place: Choice,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Choice,
    /// Who made it.
    pub maker: Option<String>,
    /// Its model.
    pub model: Option<String>,
}

/// A proposal with its signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProposalView {
    /// What it is.
    pub row: ProposalRow,
    /// Its signals by address; at most 2,000.
    pub signals: Vec<ProposedSignalView>,
    /// How many more there are: they are accepted with the rest when all are.
    pub more: u32,
}

/// A signal of a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProposedSignalView {
    /// Where its values come from: topic, `#`, path.
    pub address: String,
    /// Id within its asset.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Display unit; empty when there is none or it is not known.
    pub unit: String,
    /// What it is.
    pub role: SignalRole,
    /// Type of its values: `number`, `whole number`, `on/off`, `text`; empty while that is not known.
    pub kind: String,
    /// Least and greatest value that its source says it can have.
    pub range: Option<[f64; 2]>,
    /// Least and greatest number that came.
    pub seen: Option<[f64; 2]>,
    /// Texts that came, at most 8.
    pub states: Vec<String>,
    /// Whether more texts came than these.
    pub more_states: bool,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// The last value as text, exact; null while none came.
    pub value: Option<String>,
    /// The last value as a number, for a picture of it; null when it is none.
    pub number: Option<f64>,
    /// Source time of the last value, microseconds.
    pub time: Option<f64>,
    /// When the last value came, microseconds.
    pub received: Option<f64>,
    /// Status of the last value: 0 GOOD, 1 UNCERTAIN, 2 BAD.
    pub status: u8,
    /// Reason of that status, by its number.
    pub reason: u8,
    /// How many values came.
    pub count: f64,
    /// Why all this.
    pub evidence: Vec<EvidenceView>,
}

/// What a person accepts. All of it is taken, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Acceptance {
    /// Assets and their signals.
    pub assets: Vec<AcceptedAsset>,
    /// `base` of the lines that the person has looked at: when the plant file is another one by now, nothing is taken.
    /// Empty: they have looked at none.
    pub base: String,
    /// `found` of those lines: what is taken is what they were made of. 0: they have looked at none.
    pub found: u32,
}

/// One proposal as a person accepts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AcceptedAsset {
    /// Id of the proposal.
    pub proposal: String,
    /// Id of the asset: of one of the plant file or of this acceptance to merge with it, else a new one.
    pub id: String,
    /// Whether the asset is in the plant file and the signals join it; its name, place and type stay then.
    pub exists: bool,
    /// Display name of a new asset.
    pub name: String,
    /// Id of the place of a new asset; one that the plant file does not have is made.
    pub place: String,
    /// Display name of a place that is made.
    pub place_name: String,
    /// Id of the type of a new asset; one that the plant file does not have is made.
    #[serde(rename = "type")]
    pub kind: String,
    /// Display name of a type that is made.
    pub type_name: String,
    /// Its signals; null: all as they are proposed.
    pub signals: Option<Vec<AcceptedSignal>>,
}

/// One signal as a person accepts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AcceptedSignal {
    /// Its address; it is what was proposed.
    pub address: String,
    /// Id within its asset.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Display unit; empty for none.
    pub unit: String,
}

/// What an acceptance would change in the plant file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlantChange {
    /// Which text of the plant file this is a change of.
    pub base: String,
    /// Number of what was found when this was made; 0 when it cannot be taken.
    pub found: u32,
    /// Its path on disk.
    pub path: String,
    /// Changed lines with some around them, in order; at most 2,000. Empty when there are faults.
    pub lines: Vec<ChangedLine>,
    /// How many lines are left out here.
    pub more: u32,
    /// How many lines are added.
    pub added: u32,
    /// How many lines are taken out or replaced.
    pub removed: u32,
    /// Assets that are added or get signals.
    pub assets: u32,
    /// Signals that get a source.
    pub signals: u32,
    /// Why it cannot be taken; empty: it can.
    pub faults: Vec<AcceptanceFault>,
}

/// A line of the plant file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangedLine {
    /// What becomes of it.
    pub change: LineChange,
    /// Its number in the new text; of a line that goes, in the old one. From 1.
    pub line: u32,
    /// The line without its end.
    pub text: String,
}

/// What becomes of a line of the plant file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It is added.
    Added,
    /// It goes.
    Removed,
    /// It stays.
    Same,
}

/// Why an acceptance cannot be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AcceptanceFault {
    /// The proposal; empty when it is about the whole.
    pub proposal: String,
    /// Address of the signal; empty when it is about the asset.
    pub address: String,
    /// The field: `id`, `name`, `place`, `type`, `unit`; empty when it is about none.
    pub field: String,
    /// What is wrong and what to do.
    pub message: SaidView,
}

/// What a person does not want to be proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Ignoring {
    /// Ids of proposals: the topics that only they have, else their addresses.
    pub proposals: Vec<String>,
    /// Topic filters and addresses.
    pub filters: Vec<String>,
}
