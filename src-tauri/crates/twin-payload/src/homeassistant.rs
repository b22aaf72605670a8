//! Home Assistant MQTT discovery: configuration messages that tell what lies on other topics.
//!
//! It makes no values. The topics that it tells of belong to other readers; where nobody says to which device their
//! values belong, they belong to the one that is described here.

mod config;
mod entity;
mod names;
mod reader;
mod template;
mod topic;
mod watch;

pub(crate) use reader::HomeAssistant;
