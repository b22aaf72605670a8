//! What sources say about themselves: births, discovery topics, registrations.

use std::sync::Arc;

use twin_core::{Timestamp, ValueKind};

use crate::convention::Convention;

/// What a source says it is and has. Nothing in it is believed unasked: it is evidence for a proposal to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Name of the source, as in [`Decoder::addresses_of`](crate::Decoder::addresses_of).
    pub source: Arc<str>,
    /// By which convention it spoke.
    pub convention: Convention,
    /// Topic of the message that said it.
    pub topic: Arc<str>,
    /// What it calls itself.
    pub name: Option<Arc<str>>,
    /// The source that it belongs to.
    pub parent: Option<Arc<str>>,
    /// Who made it.
    pub maker: Option<Arc<str>>,
    /// Model or type.
    pub model: Option<Arc<str>>,
    /// Version of its firmware or software.
    pub version: Option<Arc<str>>,
    /// Its signals. At most [`Limits::points`](crate::Limits::points).
    pub points: Vec<Point>,
    /// Whether it said that it exists no more.
    pub gone: bool,
    /// When it said so.
    pub at: Timestamp,
}

/// One signal of a source, as the source describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// Where its values come from.
    pub address: Arc<str>,
    /// What it is called.
    pub name: Option<Arc<str>>,
    /// In which unit its values are.
    pub unit: Option<SourceUnit>,
    /// Type of its values.
    pub kind: Option<ValueKind>,
    /// Least and greatest value, in its unit.
    pub range: Option<[f64; 2]>,
    /// Names of its states.
    pub states: Vec<Arc<str>>,
    /// Whether it can be commanded.
    pub writable: bool,
    /// What it is for.
    pub description: Option<Arc<str>>,
    /// What sort of quantity it is, in the words of the convention.
    pub device_class: Option<Arc<str>>,
}

/// A unit as a source wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceUnit {
    /// As written.
    pub text: Arc<str>,
    /// In whose words.
    pub vocabulary: UnitVocabulary,
}

/// Whose words a unit is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitVocabulary {
    /// As people write units: `°C`, `kPa`.
    Written,
    /// Unified Code for Units of Measure.
    Ucum,
    /// UNECE Recommendation 20.
    Rec20,
    /// OPC UA `UnitId`: a Rec 20 code packed in a number (OPC UA Part 8, section 5.6.3.3).
    OpcUa,
    /// Sparkplug property `engUnit` and its kin: free text.
    Sparkplug,
    /// Homie `$unit`.
    Homie,
    /// DTDL unit terms.
    Dtdl,
    /// Home Assistant `unit_of_measurement`.
    HomeAssistant,
    /// SenML unit names (RFC 8428, RFC 8798).
    SenMl,
    /// The end of a key: `temp_c`.
    Suffix,
}

/// Whether a device can be reached, as it or its gateway says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// It is there.
    Online,
    /// It is not.
    Offline,
    /// It is not to be reached now and said so before: its last values still hold.
    Sleeping,
}
