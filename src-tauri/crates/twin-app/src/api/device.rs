//! What is known of the device behind an asset, and where its values come from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::connection::ExpiryView;

/// The device of an asset, as far as anything was told of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceView {
    /// The connection that its values come from.
    pub connection: String,
    /// When its certificates and revocation lists end, the soonest first; empty without TLS, or before the link was up.
    pub expiries: Vec<ExpiryView>,
    /// When the newest value of it was received, microseconds; none when nothing was.
    pub received: Option<f64>,
    /// What was told, by kind and source.
    pub facts: Vec<DeviceFact>,
    /// Facts beyond the bound of an answer.
    pub left_out: u32,
}

/// One fact about a device: evidence, with who said it, where and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceFact {
    /// What it tells.
    pub kind: DeviceFactKind,
    /// In the device's own words; `online`, `offline` or `sleeping` of a presence. Empty where a signal of the asset has it.
    pub value: String,
    /// Unit of a number; empty when none was told.
    pub unit: String,
    /// The signal of the asset that has it, if one does.
    pub signal: Option<u32>,
    /// The device, as its convention names it; empty when it is just a value beside others on a topic.
    pub device: String,
    /// By which convention it was told.
    pub convention: String,
    /// On which topic; empty when several messages tell it.
    pub topic: String,
    /// When it was told, microseconds.
    pub at: f64,
    /// Whether it was told before this start of the program, and not again since.
    pub kept: bool,
}

/// What a fact tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceFactKind {
    /// Whether it is there.
    Presence,
    /// What it calls itself.
    Name,
    /// Who made it.
    Maker,
    /// Model or type.
    Model,
    /// Version of its firmware or software.
    Firmware,
    /// Version of its hardware.
    Hardware,
    /// Serial number.
    Serial,
    /// Address in its network.
    Address,
    /// What it belongs to, such as a gateway.
    Parent,
    /// What feeds it.
    Power,
    /// Charge of its battery.
    Battery,
    /// How strongly it is heard.
    Strength,
    /// How well its link works.
    LinkQuality,
    /// How long it has run.
    Uptime,
}
