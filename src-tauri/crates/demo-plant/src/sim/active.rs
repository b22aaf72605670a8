//! Which faults the station has at present, and for how long.

use crate::fault::{Fault, FaultKind};

/// Faults that have begun, with the simulated time of their beginning in seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct ActiveFaults(Vec<(Fault, f64)>);

impl ActiveFaults {
    /// Begins a fault; one that already stands keeps its beginning.
    pub(super) fn begin(&mut self, fault: Fault, now_s: f64) {
        if !self.0.iter().any(|(f, _)| *f == fault) {
            self.0.push((fault, now_s));
        }
    }

    /// Ends one.
    pub(super) fn end(&mut self, fault: Fault) {
        self.0.retain(|(f, _)| *f != fault);
    }

    /// Ends all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Seconds since the fault began, none while it does not stand.
    pub(super) fn age(&self, asset: &str, kind: FaultKind, now_s: f64) -> Option<f64> {
        self.0
            .iter()
            .find(|(f, _)| f.asset == asset && f.kind == kind)
            .map(|(_, since)| (now_s - since).max(0.0))
    }

    /// All that stand.
    pub(super) fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().map(|(fault, _)| *fault)
    }
}

/// 0 to 1 over `ramp_s` seconds.
pub(super) fn ramp(age: Option<f64>, ramp_s: f64) -> f64 {
    age.map_or(0.0, |age| (age / ramp_s).clamp(0.0, 1.0))
}
