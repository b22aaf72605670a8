//! How the payloads of a connection are read where their look does not say it, as a person fills it in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a connection says of conventions and payloads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadingForm {
    /// AWS IoT shadows whose state is asked for after each connect, as "thing" or "thing/shadow".
    pub shadows: Vec<String>,
    /// Sparkplug host id under which its STATE is published; empty means that it only listens.
    pub primary_host: String,
    /// How long a missing Sparkplug sequence number may still arrive, seconds; none means the usual time.
    pub reorder_timeout_s: Option<f64>,
    /// Rules for the payloads of some topics, in file order.
    pub rules: Vec<PayloadRuleForm>,
}

/// How the payloads of some topics are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PayloadRuleForm {
    /// MQTT topic filter of the topics it holds for.
    pub filter: String,
    /// Name of the convention that reads them; empty leaves that to their look.
    pub read_as: String,
    /// IANA time zone of times that carry none; empty means none.
    pub zone: String,
    /// Path in a JSON payload where the bytes of the layout stand; empty means that the payload is the bytes.
    pub path: String,
    /// How those bytes are written: "binary", "hex" or "base64".
    pub encoding: String,
    /// Fewest bytes of the layout, when it may be longer or shorter than its fields; none: exactly these.
    pub min_length: Option<u32>,
    /// Fields of the layout, in file order.
    pub layout: Vec<LayoutFieldForm>,
    /// Names of the columns of separated values; `-` leaves one out.
    pub columns: Vec<String>,
    /// The sign between columns; empty means that it is found.
    pub separator: String,
    /// The sign between whole and fraction, `.` or `,`; empty means that it is found.
    pub decimal: String,
}

/// A field of a binary payload; its value is `raw * scale + add`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LayoutFieldForm {
    /// Path of its value.
    pub name: String,
    /// Offset of its first byte.
    pub at: u32,
    /// What stands there, such as "i16be".
    pub form: String,
    /// Factor, not zero.
    pub scale: f64,
    /// What is added after scaling, in `unit`.
    pub add: f64,
    /// Display unit; empty for pure numbers.
    pub unit: String,
    /// First bit, counted from the lowest, and number of bits taken; none takes all.
    pub bits: Option<[u8; 2]>,
}
