//! How long history is kept: from the plant file to what the historian is told, and what people are told of it.

use std::{collections::HashSet, fmt::Write};

use twin_core::{Duration, SignalId, SignalKey};
use twin_historian::{Keep, Policy, Removal, Removed};

use super::provisional::is_provisional;
use crate::compile::Compiled;

/// How long history is kept, as the plant file says now.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Of signals.
    pub policy: Policy,
    /// Of what no signal comes from.
    pub provisional: Duration,
}

impl Plan {
    /// Of a plant; `known`: every signal that history has.
    pub fn of(compiled: &Compiled, known: &[(SignalKey, SignalId)]) -> Plan {
        Plan {
            policy: policy(compiled, known),
            provisional: compiled.plant.discovery.keep,
        }
    }

    /// The policy, provisional signals of now included: more of them come while the program runs.
    pub fn now(&self, known: &[(SignalKey, SignalId)]) -> Policy {
        let provisional = known.iter().filter(|(_, id)| is_provisional(id));
        let keys: Vec<SignalKey> = provisional.map(|(key, _)| *key).collect();
        let keep = Keep {
            raw: Some(self.provisional),
            rollups: Some(self.provisional),
        };
        let mut policy = self.policy.clone();
        policy.classes.push((keys, keep));
        policy
    }
}

/// The policy of a plant. `known`: every signal that history has. Those that the plant has no more lose nothing to age,
/// because nobody can say which class they were of; only the budget takes them.
fn policy(compiled: &Compiled, known: &[(SignalKey, SignalId)]) -> Policy {
    let retention = &compiled.plant.retention;
    let keep = |keep: &twin_model::Keep| Keep {
        raw: keep.raw,
        rollups: keep.rollups,
    };
    let gone = gone(compiled, known);
    if !gone.is_empty() {
        tracing::info!(
            signals = gone.len(),
            "history has signals that are not in plant.toml: they are kept without a limit of age"
        );
    }
    let classes = retention.classes.iter().map(|class| keep(&class.keep));
    let classes = self::classes(compiled).into_iter().zip(classes);
    Policy {
        default: keep(&retention.default),
        classes: classes.chain([(gone, Keep::default())]).collect(),
        links: retention.events,
        qualities: retention.events,
        corrections: retention.events,
        budget_bytes: retention.budget,
    }
}

/// Keys of the signals that history has and the plant has not.
fn gone(compiled: &Compiled, known: &[(SignalKey, SignalId)]) -> Vec<SignalKey> {
    let today: HashSet<_> = compiled.engine.signals.iter().map(|s| s.key).collect();
    let own = known.iter().filter(|(_, id)| !is_provisional(id));
    let keys = own.map(|(key, _)| *key);
    keys.filter(|key| !today.contains(key)).collect()
}

/// Keys of the signals of each retention class, in the order of the plant file.
fn classes(compiled: &Compiled) -> Vec<Vec<SignalKey>> {
    let plant = &compiled.plant;
    let mut classes = vec![Vec::new(); plant.retention.classes.len()];
    if classes.is_empty() {
        return classes;
    }
    let of_signals = plant.retention_classes();
    for (class, config) in of_signals.into_iter().zip(&compiled.engine.signals) {
        if let Some(keys) = class.and_then(|class| classes.get_mut(class)) {
            keys.push(config.key);
        }
    }
    classes
}

/// What was removed, in words; none when nothing was.
pub fn words(removed: &Removed) -> Option<String> {
    let parts = [
        (removed.samples, "samples"),
        (removed.rollups, "blocks of statistics"),
        (removed.links, "link changes"),
        (removed.qualities, "quality changes"),
        (removed.corrections, "corrections"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        return None;
    }
    let mut text = format!("Removed from history: {}", parts.join(", "));
    if let Some((from, to)) = removed.span {
        // Writing to a String cannot fail.
        let _ = write!(text, ", over {}", days(to.since(from)));
    }
    Some(text + ".")
}

/// What was removed last, as the history's own book has it: for the start of the program.
pub fn words_of(removal: &Removal) -> String {
    format!(
        "Removed from history: {} {} ({}).",
        removal.count, removal.what, removal.why
    )
}

fn days(span: Duration) -> String {
    let days = span.secs_f64() / 86_400.0;
    if days < 2.0 {
        format!("{:.0} h", days * 24.0)
    } else {
        format!("{days:.0} days")
    }
}
