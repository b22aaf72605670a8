//! Bytes to observations: Sparkplug B, zigbee2mqtt, ChirpStack, JSON.
//!
//! A [`Decoder`] belongs to one connection. It turns each message into rows of [`Observations`] and into
//! [`SourceEvent`]s, or rejects the whole message with a stable reason; it never panics and never half-applies one.
//! Every payload, topic and key is hostile until decoded, so everything has a bound: see [`Limits`].
//!
//! An address names where a value comes from inside a connection: topic, `#`, path in the payload. Sparkplug leaves
//! the message type out of the topic, because birth and data speak of the same metric.
//!
//! No IO, no clock: the time of arrival comes with the message.

mod aws;
mod azure;
mod bare;
mod chirpstack;
mod cloudevents;
mod convention;
mod csv;
mod decoder;
mod describe;
mod description;
mod heard;
mod homeassistant;
mod homie;
mod inflate;
mod intern;
mod json;
mod layout;
mod limits;
mod lora;
mod message;
mod observations;
mod opcua;
mod plain;
mod reader;
mod reject;
mod roster;
mod route;
mod rules;
mod senml;
pub mod sparkplug;
mod stamp;
mod tasmota;
mod thinedge;
mod timed;
mod tree;
mod tts;
mod uns;
mod versions;
mod walk;
mod zigbee;

pub use aws::shadow_get;
pub use convention::Convention;
pub use csv::{Csv, CsvColumn};
pub use decoder::Decoder;
pub use description::{Description, Plate, Point, Presence, SourceUnit, UnitVocabulary};
pub use intern::AddressIx;
pub use layout::{ByteOrder, FieldKind, Layout, LayoutField, LayoutSource, TextEncoding};
pub use limits::{Limits, SparkplugLimits};
pub use message::Message;
pub use observations::{
    HoldId, Observation, Observations, RebirthReason, Released, SourceEvent, Unread,
};
pub use reject::{Reject, RejectKind};
pub use rules::{PayloadRule, ReadAs, Rules};
pub use sparkplug::{NodeState, NodeStatus, SparkplugSession};
pub use stamp::Zone;
