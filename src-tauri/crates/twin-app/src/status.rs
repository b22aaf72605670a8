//! The plant as a page of text, for a terminal without a window.

use std::fmt::Write;

use twin_core::{SignalKey, Timestamp};

use crate::{
    api::{
        connection::LinkStateView,
        frame::AssetStateKind,
        plant::{AssetView, PlantView, SignalView},
    },
    system,
    view::View,
};

/// Key values shown for an asset.
const KEY_VALUES: usize = 3;

/// One page: connections, assets with their key values, standing alarms.
pub fn page(view: &View, now: Timestamp) -> String {
    let plant = view.plant();
    let counters = view.counters();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} - {} samples/s, {} rejected, {} dropped, {} not stored",
        plant.name,
        counters.samples_per_s,
        counters.rejected,
        counters.dropped,
        counters.not_stored
    );
    for row in view.connections() {
        let state = match row.state {
            LinkStateView::Up => format!("up ({})", row.security),
            LinkStateView::Connecting => "connecting".into(),
            LinkStateView::Down => format!("down: {}", row.reason),
            LinkStateView::TakenOver => format!("taken over: {}", row.reason),
        };
        let _ = writeln!(
            out,
            "  {} {}:{} {state}",
            row.form.name, row.form.host, row.form.port
        );
    }
    for text in &counters.system {
        let _ = writeln!(out, "  ! {text}");
    }
    if !counters.retention.is_empty() {
        let _ = writeln!(out, "  {}", counters.retention);
    }
    for asset in &plant.assets {
        let _ = writeln!(out, "{}", asset_line(view, asset, now));
    }
    let _ = write!(out, "{}", alarm_lines(view, &plant));
    out
}

fn asset_line(view: &View, asset: &AssetView, now: Timestamp) -> String {
    let state = view.asset(&asset.id);
    let label = match state.as_ref().map(|state| state.state) {
        None | Some(AssetStateKind::Waiting) => "waiting",
        Some(AssetStateKind::Live) => "",
        Some(AssetStateKind::Standby) => "standby",
        Some(AssetStateKind::Stale) => "STALE",
    };
    let mut line = format!("{:<20} {label:<8}", asset.name);
    for signal in asset
        .signals
        .iter()
        .filter(|signal| signal.key_value)
        .take(KEY_VALUES)
    {
        let _ = write!(line, " {} {};", signal.name, value(view, signal, now));
    }
    if let Some(score) = state.and_then(|state| state.score) {
        let _ = write!(line, " anomaly {score:.2}");
    }
    line
}

/// Value with unit, and age and quality where it is not good and fresh.
fn value(view: &View, signal: &SignalView, now: Timestamp) -> String {
    let Some(twin) = view.twin(SignalKey(signal.key)) else {
        return "-".into();
    };
    let digits = usize::from(signal.decimals);
    let number = match (&twin.value, twin.value.as_f64()) {
        (twin_core::Value::Text(text), _) => text.to_string(),
        (_, Some(number)) => format!("{number:.digits$} {}", signal.unit),
        (_, None) => "-".into(),
    };
    let quality = twin.quality();
    if quality.is_good() {
        return number;
    }
    let age = now.since(twin.source_time).secs_f64();
    if twin.source_time == Timestamp::MIN {
        "-".into()
    } else {
        format!("{number} ({}, {age:.0} s old)", quality.reason.label())
    }
}

fn alarm_lines(view: &View, plant: &PlantView) -> String {
    let mut rows = view.alarms().rows;
    rows.sort_by(|a, b| {
        a.priority
            .cmp(&b.priority)
            .then(b.raised_at.total_cmp(&a.raised_at))
    });
    let mut out = String::new();
    for row in rows {
        let asset = plant.all_assets().find(|asset| asset.id == row.asset);
        let signal =
            asset.and_then(|asset| asset.signals.iter().find(|signal| signal.key == row.signal));
        let (Some(asset), Some(signal)) = (asset, signal) else {
            continue;
        };
        let digits = usize::from(signal.decimals);
        if system::is_system(&asset.id) {
            let _ = writeln!(
                out,
                "ALARM {} {}: {} ({:?})",
                row.priority, asset.name, signal.name, row.state
            );
            continue;
        }
        let _ = writeln!(
            out,
            "ALARM {} {} {} {}: {:.digits$} {}, limit {:.digits$} {} ({:?})",
            row.priority,
            asset.name,
            signal.name,
            row.kind,
            row.value,
            signal.unit,
            row.limit,
            signal.unit,
            row.state
        );
    }
    out
}
