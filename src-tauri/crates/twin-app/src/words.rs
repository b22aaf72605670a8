//! Sentences about alarms, for notifications and the terminal.

use twin_core::{
    Said,
    alarm::{AlarmKind, AlarmTransition},
    said,
};

use crate::compile::Compiled;

/// Title and text of an alarm: "Pump 2 · Drive-end vibration high-high", "7.9 mm/s above 7.1 mm/s".
pub fn alarm(compiled: &Compiled, transition: &AlarmTransition) -> (Said, Said) {
    let Some(names) = compiled.signals.get(&transition.signal) else {
        return (transition.rule.to_string().into(), Said::default());
    };
    let digits = usize::from(names.decimals);
    let (value, limit) = (
        format!("{:.digits$}", transition.value),
        format!("{:.digits$}", transition.limit),
    );
    let asset = names.asset_name.to_string();
    let signal = names.name.to_string();
    let title = match transition.kind {
        AlarmKind::HighHigh => said!(
            "notice-high-high",
            "{asset} · {signal} high-high",
            asset = asset,
            signal = signal
        ),
        AlarmKind::High => said!(
            "notice-high",
            "{asset} · {signal} high",
            asset = asset,
            signal = signal
        ),
        AlarmKind::Low => said!(
            "notice-low",
            "{asset} · {signal} low",
            asset = asset,
            signal = signal
        ),
        AlarmKind::LowLow => said!(
            "notice-low-low",
            "{asset} · {signal} low-low",
            asset = asset,
            signal = signal
        ),
        AlarmKind::Anomaly => said!("notice-anomaly", "{asset} · Anomaly", asset = asset),
    };
    let is_upper = transition.kind.is_upper();
    (
        title,
        crossed(
            transition.kind,
            is_upper,
            value,
            limit,
            names.unit.to_string(),
        ),
    )
}

/// What was crossed, and how far.
fn crossed(kind: AlarmKind, is_upper: bool, value: String, limit: String, unit: String) -> Said {
    if kind == AlarmKind::Anomaly {
        return said!(
            "notice-score",
            "Anomaly score {value} above {limit}",
            value = value,
            limit = limit
        );
    }
    match (is_upper, unit.is_empty()) {
        (true, true) => said!(
            "notice-above",
            "{value} above {limit}",
            value = value,
            limit = limit
        ),
        (false, true) => said!(
            "notice-below",
            "{value} below {limit}",
            value = value,
            limit = limit
        ),
        (true, false) => said!(
            "notice-above-unit",
            "{value} {unit} above {limit} {unit}",
            value = value,
            limit = limit,
            unit = unit
        ),
        (false, false) => said!(
            "notice-below-unit",
            "{value} {unit} below {limit} {unit}",
            value = value,
            limit = limit,
            unit = unit
        ),
    }
}
