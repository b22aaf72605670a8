//! Tasmota: telemetry and state of devices as JSON, commands and their answers, discovery (Tasmota's pages "MQTT" and
//! "Status information"; discovery as the Home Assistant integration of Tasmota reads it).

mod discovery;
mod point;
mod reader;
mod topic;
mod units;

pub(crate) use reader::Tasmota;
