//! Asset types and the plant file: hierarchy, signals, units, limits, connections.
//!
//! The plant file (`plant.toml`) alone holds configuration. This crate reads it ([`Plant::parse`]), says every fault in
//! it with the line it stands on, resolves it to signals ([`Plant::signals`]), and edits it in place without touching
//! what a person wrote around the edit ([`PlantDocument`]). It does no IO: texts come in, texts go out.

mod by_rule;
mod connection;
mod document;
pub mod dtdl;
mod error;
mod ignored;
mod mapper;
mod mapping;
mod models;
pub mod paper;
pub mod payload;
mod place;
mod plan;
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

pub use by_rule::{ByRule, RuleMade};
pub use connection::{
    CLIENT_ID_BYTES_MAX, Carrier, Connection, Kind, Limits, Protocol, Resource, Security, Session,
    Sparkplug, Subscription, Transport, WEBSOCKET_PATH, is_client_id,
};
pub use document::{Edit, PlantDocument};
pub use error::{Error, Problem};
pub use ignored::Ignored;
pub use mapper::{Mapped, Mapper};
pub use mapping::{MAPPED_ASSETS_MAX, Mapping};
pub use models::{ModelOrigin, Models, NoModel, TwinModel};
pub use paper::{Paper, PaperPlace};
pub use place::{Level, Place};
pub use plan::{Location, Plan, PlanUnits, PlantMap};
pub use plant::{AlarmDef, Asset, AssetType, Discovery, ModelDef, Plant, Role, Running, SignalDef};
pub use retention::{Keep, Retention, RetentionClass};
pub use signals::{PlantSignal, SCORE_SIGNAL};
pub use twin_file::{Fault, Faults, LeftOut};
