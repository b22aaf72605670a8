//! Twin replicas: what the plant last said, how old it is and how far to trust it.

use serde::{Deserialize, Serialize};

use crate::{
    quality::{Quality, Reason},
    time::Timestamp,
    value::Value,
};

/// The replica of one signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalTwin {
    /// The newest value by source time.
    pub value: Value,
    /// When the plant says it was true; [`Timestamp::MIN`] while nothing was ever received.
    pub source_time: Timestamp,
    /// When it was received; [`Timestamp::MIN`] while nothing was received in this run.
    pub received_time: Timestamp,
    /// Quality that came with the sample.
    pub sample_quality: Quality,
    /// What has happened to its source since: a dead node, a lost broker, silence. GOOD while nothing has.
    pub source_quality: Quality,
    /// What a pause of its source means that history made: messages wait, and nobody knows what they say. GOOD while
    /// there is none. A mark of its own, because what holds of the source goes on under it.
    pub pause_quality: Quality,
}

impl Default for SignalTwin {
    fn default() -> Self {
        SignalTwin {
            value: Value::Null,
            source_time: Timestamp::MIN,
            received_time: Timestamp::MIN,
            sample_quality: Quality::bad(Reason::NeverSeen),
            source_quality: Quality::GOOD,
            pause_quality: Quality::GOOD,
        }
    }
}

impl SignalTwin {
    /// A replica read back from history: shown at once after a start, UNCERTAIN until something live arrives.
    pub fn from_history(value: Value, source_time: Timestamp) -> Self {
        SignalTwin {
            value,
            source_time,
            received_time: Timestamp::MIN,
            sample_quality: Quality::uncertain(Reason::FromHistory),
            source_quality: Quality::GOOD,
            pause_quality: Quality::GOOD,
        }
    }

    /// A replica of a signal that was heard before it was configured. As after a start, a good value is UNCERTAIN until
    /// something live arrives; one that came with a doubt keeps that, because it says more.
    pub(crate) fn from_before(
        value: Value,
        time: Timestamp,
        received: Timestamp,
        quality: Quality,
    ) -> Self {
        let known = SignalTwin::from_history(value, time);
        SignalTwin {
            received_time: received,
            sample_quality: if quality.is_good() {
                known.sample_quality
            } else {
                quality
            },
            ..known
        }
    }

    /// The quality to show and to decide by: the worst of its source's, of a pause's and of the sample's; of equally bad
    /// ones in this order, because a source that is gone says more than that history is not written.
    pub fn quality(&self) -> Quality {
        let marks = self.source_quality.worse(self.pause_quality);
        marks.worse(self.sample_quality)
    }

    /// The value as a number if it may be used for alarms and models.
    pub fn usable(&self) -> Option<f64> {
        if self.quality().is_good() {
            self.value.as_f64()
        } else {
            None
        }
    }
}

/// Whether an asset lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetCondition {
    /// Nothing was received in this run.
    #[default]
    Waiting,
    /// Values arrive.
    Live,
    /// Values arrive and the asset does not run.
    Standby,
    /// Every signal is bad.
    Stale,
}
