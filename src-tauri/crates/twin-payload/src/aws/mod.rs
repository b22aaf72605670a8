//! AWS IoT Core: device shadows and the events that tell of clients coming and going.
//!
//! Source: AWS IoT Core Developer Guide, "Device Shadow MQTT topics", "Device Shadow service documents" and "Lifecycle
//! events".

mod lifecycle;
mod shadow;
mod topic;

pub use self::topic::shadow_get;
pub(crate) use self::{lifecycle::Lifecycle, shadow::Shadows};
