//! zigbee2mqtt: devices, what they have, and whether they and their bridge are there (zigbee2mqtt's pages "MQTT Topics
//! and Messages" and "Exposes"). The payloads are plain JSON.

mod bridge;
mod exposes;
mod network;
mod presence;
mod reader;
mod topic;

pub(crate) use reader::Zigbee;
