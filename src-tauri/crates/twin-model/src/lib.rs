//! Asset types and the plant file: hierarchy, signals, units, limits, connections.
//!
//! The plant file (`plant.toml`) alone holds configuration. This crate reads it ([`Plant::parse`]), says every fault in
//! it with the line it stands on, resolves it to signals ([`Plant::signals`]), and edits it in place without touching
//! what a person wrote around the edit ([`PlantDocument`]). It does no IO: texts come in, texts go out.

mod document;
pub mod dtdl;
mod error;
mod plant;
mod read;
mod reader;
mod retention;
mod signals;
pub mod td;
pub mod topic;
mod twin_file;
pub mod unit;
pub mod units;
mod warnings;

pub use document::PlantDocument;
pub use error::{Error, Problem};
pub use plant::{
    AlarmDef, Area, Asset, AssetType, Connection, ModelDef, Plant, Protocol, Role, Running,
    Security, Session, SignalDef, Subscription,
};
pub use retention::{Keep, Retention, RetentionClass};
pub use signals::{PlantSignal, SCORE_SIGNAL};
