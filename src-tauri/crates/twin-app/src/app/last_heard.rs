//! What signals that come into the plant while the program runs begin with.

use std::collections::HashSet;

use twin_core::{
    SignalKey,
    engine::{LastHeard, SignalConfig},
};

use super::{App, planted::Planted};

impl App {
    /// What history knows of the signals that `after` has and `before` had not: of those that were heard before they were
    /// accepted, and of those that come back. What arrived in the last moments may be missing.
    pub(super) async fn last_heard(&self, before: &Planted, after: &Planted) -> Vec<LastHeard> {
        let keys = |planted: &Planted| -> Vec<SignalKey> {
            let signals: &[SignalConfig] = &planted.compiled.engine.signals;
            signals.iter().map(|signal| signal.key).collect()
        };
        let known: HashSet<SignalKey> = keys(before).into_iter().collect();
        let mut new = keys(after);
        new.retain(|signal| !known.contains(signal));
        if new.is_empty() {
            return Vec::new();
        }
        match self.historian.last_values_of(&new).await {
            Ok(found) => {
                let last = found.into_iter().map(|(signal, sample)| LastHeard {
                    signal,
                    time: sample.time,
                    received: sample.received,
                    value: sample.value,
                    quality: sample.quality,
                });
                last.collect()
            }
            // The plant is worth more than the first moment of its new signals.
            Err(error) => {
                tracing::warn!("new signals begin without what history has of them: {error}");
                Vec::new()
            }
        }
    }
}
