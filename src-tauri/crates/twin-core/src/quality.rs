//! Quality of a value: a status in the words of OPC UA (Part 8) and the reason for it.

use serde::{Deserialize, Serialize};

use crate::{Said, said};

/// How far a value may be trusted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Status {
    /// Trust it.
    #[default]
    Good = 0,
    /// Shown, but alarms and models abstain.
    Uncertain = 1,
    /// Not a statement about the plant any more.
    Bad = 2,
}

/// Why a value is not simply GOOD. The numbers are stored in history: never reuse one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Reason {
    /// Nothing to say.
    #[default]
    None = 0,
    /// The connection to the broker is down.
    BrokerLost = 1,
    /// The edge node or device said goodbye (Sparkplug NDEATH/DDEATH, an availability topic).
    NodeDeath = 2,
    /// Messages of the source are missing (Sparkplug `seq`).
    SequenceGap = 3,
    /// The payload could not be read.
    ParseError = 4,
    /// The value has not moved for longer than the process allows.
    Frozen = 5,
    /// The source's clock was ahead by more than 5 minutes; received time used instead.
    ClockSkew = 6,
    /// Nothing arrived for longer than the signal's stale time.
    Stale = 7,
    /// Decoded with a birth certificate kept from before a restart.
    KeptBirth = 8,
    /// Delivered again by the broker, without a source time to tell a repeat from a new value.
    Redelivered = 9,
    /// A retained message: true once, its age unknown.
    Retained = 10,
    /// NaN or infinite.
    NotFinite = 11,
    /// The device itself marked the value as bad or null.
    DeviceReported = 12,
    /// Heard before the start, or before the signal was configured; nothing live yet.
    FromHistory = 13,
    /// Not computed because an input was missing, bad or outside the model's scope.
    Abstained = 14,
    /// Nothing was ever received.
    NeverSeen = 15,
    /// History could not be written, so the source was paused.
    HistoryUnavailable = 16,
    /// The program did not run, so nothing was received and nobody watched. Stored at the next start.
    NotRecorded = 17,
}

/// Status and reason, two bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quality {
    /// How far the value may be trusted.
    pub status: Status,
    /// Why.
    pub reason: Reason,
}

impl Quality {
    /// Good, nothing to add.
    pub const GOOD: Quality = Quality {
        status: Status::Good,
        reason: Reason::None,
    };

    /// Uncertain because of `reason`.
    pub const fn uncertain(reason: Reason) -> Self {
        Quality {
            status: Status::Uncertain,
            reason,
        }
    }

    /// Bad because of `reason`.
    pub const fn bad(reason: Reason) -> Self {
        Quality {
            status: Status::Bad,
            reason,
        }
    }

    /// Whether alarms and models may use the value.
    pub const fn is_good(self) -> bool {
        matches!(self.status, Status::Good)
    }

    /// The two bytes as stored: status, reason.
    pub const fn to_bytes(self) -> [u8; 2] {
        [self.status as u8, self.reason as u8]
    }

    /// From the stored bytes; an unknown code (written by a newer program) reads as BAD with no reason.
    pub fn from_bytes(bytes: [u8; 2]) -> Self {
        let status = match bytes[0] {
            0 => Status::Good,
            1 => Status::Uncertain,
            _ => Status::Bad,
        };
        Quality {
            status,
            reason: Reason::from_code(bytes[1]),
        }
    }

    /// The worse of two; on a tie the first.
    #[must_use]
    pub fn worse(self, other: Quality) -> Quality {
        if other.status > self.status {
            other
        } else {
            self
        }
    }
}

impl Reason {
    const ALL: [Reason; 18] = [
        Reason::None,
        Reason::BrokerLost,
        Reason::NodeDeath,
        Reason::SequenceGap,
        Reason::ParseError,
        Reason::Frozen,
        Reason::ClockSkew,
        Reason::Stale,
        Reason::KeptBirth,
        Reason::Redelivered,
        Reason::Retained,
        Reason::NotFinite,
        Reason::DeviceReported,
        Reason::FromHistory,
        Reason::Abstained,
        Reason::NeverSeen,
        Reason::HistoryUnavailable,
        Reason::NotRecorded,
    ];

    /// From its stored number; unknown numbers read as [`Reason::None`].
    pub fn from_code(code: u8) -> Reason {
        Reason::ALL
            .get(usize::from(code))
            .copied()
            .unwrap_or(Reason::None)
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Reason::None => "",
            Reason::BrokerLost => "broker connection lost",
            Reason::NodeDeath => "node death",
            Reason::SequenceGap => "sequence gap",
            Reason::ParseError => "payload not readable",
            Reason::Frozen => "frozen",
            Reason::ClockSkew => "source clock ahead",
            Reason::Stale => "no data",
            Reason::KeptBirth => "waiting for birth",
            Reason::Redelivered => "redelivered",
            Reason::Retained => "retained",
            Reason::NotFinite => "not a finite number",
            Reason::DeviceReported => "reported bad by device",
            Reason::FromHistory => "from history",
            Reason::Abstained => "abstained",
            Reason::NeverSeen => "never seen",
            Reason::HistoryUnavailable => "history not writable",
            Reason::NotRecorded => "not recorded, program not running",
        }
    }

    /// The same as a sentence of the catalogue.
    pub fn said(self) -> Said {
        match self {
            Reason::None => Said::default(),
            Reason::BrokerLost => said!("quality-broker-lost", "broker connection lost"),
            Reason::NodeDeath => said!("quality-node-death", "node death"),
            Reason::SequenceGap => said!("quality-sequence-gap", "sequence gap"),
            Reason::ParseError => said!("quality-unreadable", "payload not readable"),
            Reason::Frozen => said!("quality-frozen", "frozen"),
            Reason::ClockSkew => said!("quality-clock-ahead", "source clock ahead"),
            Reason::Stale => said!("quality-no-data", "no data"),
            Reason::KeptBirth => said!("quality-no-birth", "waiting for birth"),
            Reason::Redelivered => said!("quality-redelivered", "redelivered"),
            Reason::Retained => said!("quality-retained", "retained"),
            Reason::NotFinite => said!("quality-not-finite", "not a finite number"),
            Reason::DeviceReported => said!("quality-device-bad", "reported bad by device"),
            Reason::FromHistory => said!("quality-from-history", "from history"),
            Reason::Abstained => said!("quality-abstained", "abstained"),
            Reason::NeverSeen => said!("quality-never-seen", "never seen"),
            Reason::HistoryUnavailable => said!("quality-history-full", "history not writable"),
            Reason::NotRecorded => {
                said!("quality-not-running", "not recorded, program not running")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_codes_round_trip() {
        for (code, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, code);
            let quality = Quality::bad(reason);
            assert_eq!(Quality::from_bytes(quality.to_bytes()), quality);
        }
        assert_eq!(Quality::from_bytes([9, 250]), Quality::bad(Reason::None));
    }
}
