//! How long history is kept: from the plant file to what the historian is told, and what people are told of it.

use std::fmt::Write;

use twin_core::{Duration, SignalKey};
use twin_historian::{Policy, Removed};

use crate::compile::Compiled;

/// The policy of a plant.
pub fn policy(compiled: &Compiled) -> Policy {
    let retention = &compiled.plant.retention;
    Policy {
        samples: retention.default.raw,
        links: retention.events,
    }
}

/// Keys of the signals of each retention class, in the order of the plant file.
pub fn classes(compiled: &Compiled) -> Vec<Vec<SignalKey>> {
    let plant = &compiled.plant;
    let mut classes = vec![Vec::new(); plant.retention.classes.len()];
    for (signal, config) in plant.signals().iter().zip(&compiled.engine.signals) {
        let class = plant.retention_class(signal);
        if let Some(keys) = class.and_then(|class| classes.get_mut(class)) {
            keys.push(config.key);
        }
    }
    classes
}

/// What was removed, in words; none when nothing was.
pub fn words(removed: &Removed) -> Option<String> {
    let mut text = String::new();
    if removed.samples > 0 {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{} samples of {} signals",
            removed.samples,
            removed.signals.len()
        );
        if let Some((from, to)) = removed.span {
            let _ = write!(text, " over {}", days(to.since(from)));
        }
    }
    if removed.links > 0 {
        let and = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{and}{} link changes", removed.links);
    }
    (!text.is_empty()).then(|| format!("Removed as too old: {text}."))
}

fn days(span: Duration) -> String {
    let days = span.secs_f64() / 86_400.0;
    if days < 2.0 {
        format!("{:.0} h", days * 24.0)
    } else {
        format!("{days:.0} days")
    }
}
