//! Alarm rules as configured.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AssetId, RuleId, SignalKey},
    time::Duration,
};

/// What a rule compares. ISA-18.2 names; `Anomaly` is a high limit on a model's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// Above the upper critical limit.
    HighHigh,
    /// Above the upper limit.
    High,
    /// Below the lower limit.
    Low,
    /// Below the lower critical limit.
    LowLow,
    /// A model's anomaly score above its limit.
    Anomaly,
}

impl AlarmKind {
    /// Whether the alarm is active above its limit (else below).
    pub const fn is_upper(self) -> bool {
        matches!(
            self,
            AlarmKind::HighHigh | AlarmKind::High | AlarmKind::Anomaly
        )
    }

    /// The name used in the plant file, in rule ids and in history.
    pub const fn name(self) -> &'static str {
        match self {
            AlarmKind::HighHigh => "high-high",
            AlarmKind::High => "high",
            AlarmKind::Low => "low",
            AlarmKind::LowLow => "low-low",
            AlarmKind::Anomaly => "anomaly",
        }
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            AlarmKind::HighHigh,
            AlarmKind::High,
            AlarmKind::Low,
            AlarmKind::LowLow,
            AlarmKind::Anomaly,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// Alarm priority, 1 (most urgent) to 4, as ISA-18.2 and the console's shapes number it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    /// The least urgent.
    pub const LOWEST: Priority = Priority(4);

    /// 1 to 4; anything else is none.
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= 4 {
            Some(Priority(number))
        } else {
            None
        }
    }

    /// 1 (most urgent) to 4.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Priority {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Priority::new(number)
            .ok_or_else(|| format!("alarm priority {number} is not one of 1, 2, 3, 4"))
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> u8 {
        priority.0
    }
}

/// One alarm rule on one signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmRule {
    /// `signal id:kind`.
    pub id: RuleId,
    /// The asset whose tile shows it.
    pub asset: AssetId,
    /// The signal it watches.
    pub signal: SignalKey,
    /// Which comparison.
    pub kind: AlarmKind,
    /// The limit, in the signal's unit.
    pub limit: f64,
    /// How far the value must come back inside the limit before the alarm clears, in the signal's unit, >= 0.
    pub deadband: f64,
    /// How long, in source time, the value must stay beyond the limit before the alarm is active.
    pub on_delay: Duration,
    /// Urgency.
    pub priority: Priority,
}

impl AlarmRule {
    /// Whether `value` is beyond the limit. NaN is not.
    pub fn is_beyond(&self, value: f64) -> bool {
        if self.kind.is_upper() {
            value > self.limit
        } else {
            value < self.limit
        }
    }

    /// Whether `value` is back inside by at least the deadband. NaN is not.
    pub fn is_clear(&self, value: f64) -> bool {
        if self.kind.is_upper() {
            value <= self.limit - self.deadband
        } else {
            value >= self.limit + self.deadband
        }
    }
}
