//! Quality of service.

use serde::{Deserialize, Serialize};

/// Quality of service of a message or subscription.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Qos {
    /// At most once: never acknowledged, lost when the link is.
    #[default]
    AtMostOnce = 0,
    /// At least once: acknowledged, repeated when in doubt.
    AtLeastOnce = 1,
    /// Exactly once while the link holds; when it is lost at the wrong moment the message comes again, marked as such.
    ExactlyOnce = 2,
}

impl Qos {
    /// From its number on the wire.
    pub const fn from_code(code: u8) -> Option<Qos> {
        match code {
            0 => Some(Qos::AtMostOnce),
            1 => Some(Qos::AtLeastOnce),
            2 => Some(Qos::ExactlyOnce),
            _ => None,
        }
    }

    /// Its number on the wire.
    pub const fn code(self) -> u8 {
        self as u8
    }
}
