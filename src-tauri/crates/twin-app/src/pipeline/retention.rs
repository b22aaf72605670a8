//! How long history is kept: from the plant file to what the historian is told, and what people are told of it.

use std::collections::HashSet;

use twin_core::{Duration, Said, SignalId, SignalKey, Timestamp, said};
use twin_historian::{Keep, Policy, Removal, Removed};

use super::provisional::is_provisional;
use crate::compile::Compiled;

/// What is left of the budget of discovery once it was reached, percent.
const BUDGET_TARGET_PERCENT: u64 = 90;

/// How long history is kept, as the plant file says now.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Of signals.
    pub policy: Policy,
    /// Of what no signal comes from.
    pub provisional: Duration,
    /// The most that it may take, bytes.
    pub provisional_budget: u64,
}

/// How far what no signal comes from is cut to be within its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What it takes, bytes.
    pub bytes: u64,
    /// What is older goes.
    pub age: Duration,
}

impl Plan {
    /// Of a plant; `known`: every signal that history has.
    pub fn of(compiled: &Compiled, known: &[(SignalKey, SignalId)]) -> Plan {
        Plan {
            policy: policy(compiled, known),
            provisional: compiled.plant.discovery.keep,
            provisional_budget: compiled.plant.discovery.budget,
        }
    }

    /// What has to go of what no signal comes from, if it takes more than its budget: the oldest, and somewhat more than
    /// is too much, so that it does not go on at every look. `hours`: what it takes by the end of an hour, oldest first.
    pub fn cut(&self, hours: &[(Timestamp, u64)], now: Timestamp) -> Option<Cut> {
        let bytes: u64 = hours.iter().map(|(_, bytes)| bytes).sum();
        if bytes <= self.provisional_budget {
            return None;
        }
        let target = self.provisional_budget / 100 * BUDGET_TARGET_PERCENT;
        let mut kept = 0;
        let too_old = hours.iter().rev().find(|(_, bytes)| {
            kept += bytes;
            kept > target
        });
        let (end, _) = too_old?;
        let age = now.since(*end).max(Duration::ZERO);
        Some(Cut { bytes, age })
    }

    /// What people are told of a cut.
    pub fn words_of_cut(&self, cut: &Cut) -> Said {
        said!(
            "condition-discovery-budget",
            "What no asset names takes {taken} MB of history, more than the {most} MB of `budget` under [discovery] in plant.toml: \
             what is older than {age} is removed. Accept it, ignore topics, or raise the budget.",
            taken = format!("{:.1}", cut.bytes as f64 / 1e6),
            most = format!("{:.1}", self.provisional_budget as f64 / 1e6),
            age = days(cut.age),
        )
    }

    /// The policy, provisional signals of now included: more of them come while the program runs. Of them goes what is
    /// older than `cut` too. Nothing goes of those that are `awaited`.
    pub fn now(
        &self,
        known: &[(SignalKey, SignalId)],
        awaited: &[SignalId],
        cut: Option<Cut>,
    ) -> Policy {
        let awaited: HashSet<&SignalId> = awaited.iter().collect();
        let provisional = known.iter().filter(|(_, id)| is_provisional(id));
        let (kept, provisional): (Vec<_>, Vec<_>) =
            provisional.partition(|(_, id)| awaited.contains(id));
        let keys = |of: Vec<&(SignalKey, SignalId)>| -> Vec<SignalKey> {
            of.into_iter().map(|(key, _)| *key).collect()
        };
        let age = cut.map_or(self.provisional, |cut| cut.age.min(self.provisional));
        let keep = Keep {
            raw: Some(age),
            rollups: Some(age),
        };
        let mut policy = self.policy.clone();
        policy.classes.push((keys(provisional), keep));
        policy.classes.push((keys(kept), Keep::default()));
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
pub fn words(removed: &Removed) -> Option<Said> {
    let parts = [
        ("samples", removed.samples),
        ("rollups", removed.rollups),
        ("links", removed.links),
        ("qualities", removed.qualities),
        ("corrections", removed.corrections),
    ];
    let parts = parts.iter().filter(|(_, count)| *count > 0);
    let removals = Said::listed(parts.map(|(what, count)| counted(what, *count)))?;
    Some(match removed.span {
        Some((from, to)) => said!(
            "removed-over",
            "Removed from history: {what}, over {span}.",
            what = removals,
            span = days(to.since(from))
        ),
        None => said!(
            "removed-what",
            "Removed from history: {what}.",
            what = removals
        ),
    })
}

/// What was removed last, as the history's own book has it: for the start of the program. By which rule is in the words
/// of that book.
pub fn words_of(removal: &Removal) -> Said {
    said!(
        "removed-by",
        "Removed from history: {what} ({why}).",
        what = counted(&removal.what, removal.count),
        why = removal.why.as_str()
    )
}

/// So much of what the book names.
fn counted(what: &str, count: u64) -> Said {
    match what {
        "samples" => said!(
            "removed-samples",
            "{count} sample" | "{count} samples",
            count = count
        ),
        "rollups" => said!(
            "removed-rollups",
            "{count} block of statistics" | "{count} blocks of statistics",
            count = count
        ),
        "links" => said!(
            "removed-links",
            "{count} link change" | "{count} link changes",
            count = count
        ),
        "qualities" => said!(
            "removed-qualities",
            "{count} quality change" | "{count} quality changes",
            count = count
        ),
        "corrections" => said!(
            "removed-corrections",
            "{count} correction" | "{count} corrections",
            count = count
        ),
        other => format!("{count} {other}").into(),
    }
}

fn days(span: Duration) -> Said {
    let days = span.secs_f64() / 86_400.0;
    if days < 2.0 {
        said!(
            "removed-hours",
            "{hours} h",
            hours = (days * 24.0).round() as u64
        )
    } else {
        said!("removed-days", "{days} days", days = days.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(number: i64) -> Timestamp {
        Timestamp::from_secs(number * 3_600)
    }

    #[test]
    fn what_is_beyond_the_budget_goes_oldest_first() {
        let plan = Plan {
            provisional: Duration::from_secs(7 * 86_400),
            provisional_budget: 1_000,
            ..Plan::default()
        };
        let now = hour(10);
        let fits = [(hour(1), 500), (hour(2), 500)];
        assert_eq!(plan.cut(&fits, now), None);
        let hours = [(hour(1), 500), (hour(2), 400), (hour(8), 500)];
        let cut = plan.cut(&hours, now).unwrap();
        assert_eq!((cut.bytes, cut.age), (1_400, now.since(hour(1))));
        // One hour alone is too much, and ends after now.
        let cut = plan.cut(&[(hour(11), 5_000)], now).unwrap();
        assert_eq!(cut.age, Duration::ZERO);
        let known = [(SignalKey(3), SignalId::from("?c/a#b"))];
        let policy = plan.now(&known, &[], Some(cut));
        assert_eq!(policy.classes[0].1.raw, Some(Duration::ZERO));
        assert_eq!(
            plan.now(&known, &[], None).classes[0].1.raw,
            Some(plan.provisional)
        );
        let awaited = plan.now(&known, &[known[0].1.clone()], Some(cut));
        assert_eq!(awaited.classes[0].0, []);
        assert_eq!(awaited.classes[1], (vec![SignalKey(3)], Keep::default()));
        assert!(plan.words_of_cut(&cut).to_string().contains("[discovery]"));
    }
}
