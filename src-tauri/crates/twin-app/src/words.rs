//! Sentences about alarms, for notifications and the terminal.

use twin_core::alarm::{AlarmKind, AlarmTransition};

use crate::compile::Compiled;

/// Title and text of an alarm: "Pump 2 · Drive-end vibration high-high", "7.9 mm/s above 7.1 mm/s".
pub fn alarm(compiled: &Compiled, transition: &AlarmTransition) -> (String, String) {
    let Some(names) = compiled.signals.get(&transition.signal) else {
        return (transition.rule.to_string(), String::new());
    };
    let digits = usize::from(names.decimals);
    let with_unit = |value: f64| {
        format!("{value:.digits$} {}", names.unit)
            .trim_end()
            .to_owned()
    };
    let (value, limit) = (with_unit(transition.value), with_unit(transition.limit));
    match transition.kind {
        AlarmKind::Anomaly => (
            format!("{} · Anomaly", names.asset_name),
            format!("Anomaly score {value} above {limit}"),
        ),
        kind => {
            let side = if kind.is_upper() { "above" } else { "below" };
            (
                format!("{} · {} {}", names.asset_name, names.name, kind.name()),
                format!("{value} {side} {limit}"),
            )
        }
    }
}
