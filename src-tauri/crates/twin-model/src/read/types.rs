//! Asset types: signals, alarms, models.

use std::collections::HashSet;

use twin_core::{
    Duration, ModelId,
    alarm::{AlarmKind, Priority},
};

use super::shared::{leads_out, unique_id};
use crate::{
    plant::{AlarmDef, AssetType, ModelDef, Role, Running, SignalDef},
    reader::Reader,
    signals::SCORE_SIGNAL,
    units::{Vocabulary, lookup},
};

const STALE_AFTER_DEFAULT_S: f64 = 30.0;
const SCORE_INTERVAL_DEFAULT_S: f64 = 1.0;

pub(super) fn asset_type(mut table: Reader<'_>, seen: &mut HashSet<String>) -> AssetType {
    let id = unique_id(&mut table, seen);
    let mut read = AssetType {
        name: table.filled_any_text("name").unwrap_or_else(|| id.clone()),
        id,
        dtmi: table.filled_text("dtmi"),
        model_file: table.filled_text("model_file"),
        running: None,
        signals: Vec::new(),
        model: None,
    };
    let modelled = modelled(&table, &read);
    read.signals = signals(&mut table, modelled);
    if read
        .dtmi
        .as_ref()
        .is_some_and(|dtmi| !dtmi.starts_with("dtmi:"))
    {
        table.fault(
            "dtmi",
            "must begin with \"dtmi:\", such as \"dtmi:water:CentrifugalPump;2\"",
        );
    }
    if read.model_file.as_deref().is_some_and(leads_out) {
        table.fault(
            "model_file",
            "must be a path below the plant file's folder, without \"..\"",
        );
    }
    read.running = table.table("running").map(|r| running(r, &read));
    read.model = table.table("model").map(|r| model(r, &read));
    if read.model.is_some() && read.signal(SCORE_SIGNAL).is_some() {
        table.fault(
            "model",
            format!("its score takes the id \"{SCORE_SIGNAL}\"; give that signal another id"),
        );
    }
    table.finish();
    read
}

/// The signals that the model file gives the type; none when there is no such file, or it was not read.
fn modelled(table: &Reader<'_>, of: &AssetType) -> Vec<SignalDef> {
    let (Some(models), Some(file)) = (table.models(), &of.model_file) else {
        return Vec::new();
    };
    match models.of(file, of.dtmi.as_deref()) {
        Ok(model) => model.signals,
        Err(fault) => {
            table.fault(fault.key, fault.text);
            Vec::new()
        }
    }
}

/// The signals that are written, each with what the model says beside, then the model's others.
fn signals(table: &mut Reader<'_>, modelled: Vec<SignalDef>) -> Vec<SignalDef> {
    let mut seen = HashSet::new();
    let written = table.tables("signal").into_iter();
    let mut signals: Vec<SignalDef> = written.map(|r| signal(r, &mut seen, &modelled)).collect();
    let others = modelled.into_iter();
    signals.extend(others.filter(|signal| !seen.contains(&signal.id)));
    signals
}

fn running(mut table: Reader<'_>, of: &AssetType) -> Running {
    let running = Running {
        signal: table.required_text("signal"),
        above: table.required_number("above"),
    };
    check_signal(&table, "signal", &running.signal, of);
    table.finish();
    running
}

pub(super) fn check_signal(table: &Reader<'_>, key: &str, signal: &str, of: &AssetType) {
    let may_be_modelled = of.model_file.is_some() && table.models().is_none();
    if !signal.is_empty() && !may_be_modelled && of.signal(signal).is_none() {
        table.fault(
            key,
            format!(
                "type \"{}\" has no signal \"{signal}\"; correct the id or add the signal",
                of.id
            ),
        );
    }
}

/// What a signal is by itself, as far as nothing else is said.
fn plain(id: String, role: Role) -> SignalDef {
    SignalDef {
        name: id.clone(),
        description: None,
        short_name: None,
        id,
        unit: String::new(),
        display_unit: None,
        role,
        step: role != Role::Measurement,
        range: None,
        normal: None,
        decimals: 1,
        stale_after: Duration::from_secs_f64(STALE_AFTER_DEFAULT_S),
        key: false,
        alarms: Vec::new(),
    }
}

fn signal(mut table: Reader<'_>, seen: &mut HashSet<String>, modelled: &[SignalDef]) -> SignalDef {
    let id = unique_id(&mut table, seen);
    let model = modelled.iter().find(|signal| signal.id == id);
    let role = match model {
        Some(model) if !table.has("role") => model.role,
        _ => table.choice("role", &Role::NAMES),
    };
    let base = model.filter(|model| model.role == role).cloned();
    let base = base.unwrap_or_else(|| SignalDef {
        step: role != Role::Measurement,
        role,
        ..model.cloned().unwrap_or_else(|| plain(id, role))
    });
    let stale_after_s = base.stale_after.secs_f64();
    let signal = SignalDef {
        id: base.id,
        name: table.filled_any_text("name").unwrap_or(base.name),
        description: table.filled_any_text("description").or(base.description),
        short_name: table.filled_any_text("short_name").or(base.short_name),
        unit: table.text("unit").unwrap_or(base.unit),
        display_unit: table.filled_text("display_unit"),
        role,
        step: table.boolean("step").unwrap_or(base.step),
        range: table.pair("range").or(base.range),
        normal: table.pair("normal"),
        decimals: table
            .integer("decimals", 0..=9)
            .and_then(|d| u8::try_from(d).ok())
            .unwrap_or(base.decimals),
        stale_after: table.seconds("stale_after_s", stale_after_s, false),
        key: table.boolean("key").unwrap_or(base.key),
        alarms: table
            .tables("alarms")
            .into_iter()
            .map(|r| alarm(r, false))
            .collect(),
    };
    if let (Some([low, high]), Some([normal_low, normal_high])) = (signal.range, signal.normal)
        && (normal_low < low || normal_high > high)
    {
        table.fault(
            "normal",
            format!("[{normal_low}, {normal_high}] must lie within range [{low}, {high}]"),
        );
    }
    check_limits(&table, &signal.alarms);
    check_display_unit(&table, &signal);
    table.finish();
    signal
}

/// What is shown in another unit has to have one that converts.
fn check_display_unit(table: &Reader<'_>, signal: &SignalDef) {
    let Some(shown) = &signal.display_unit else {
        return;
    };
    if signal.unit.is_empty() && table.models().is_none() {
        // A model that was not read may say the unit.
        return;
    }
    let known = |unit: &str| lookup(unit, Vocabulary::Written);
    let quantities = (known(&signal.unit), known(shown));
    if !matches!(quantities, (Some(unit), Some(shown)) if unit.quantity == shown.quantity) {
        table.fault(
            "display_unit",
            format!(
                "\"{}\" does not convert into \"{shown}\"; name a known unit of the same quantity",
                signal.unit
            ),
        );
    }
}

/// At most one alarm of a kind, and the limits in their order.
fn check_limits(table: &Reader<'_>, alarms: &[AlarmDef]) {
    const ORDER: [AlarmKind; 4] = [
        AlarmKind::LowLow,
        AlarmKind::Low,
        AlarmKind::High,
        AlarmKind::HighHigh,
    ];
    let mut below: Option<&AlarmDef> = None;
    for kind in ORDER {
        let mut of_kind = alarms.iter().filter(|alarm| alarm.kind == kind);
        let Some(alarm) = of_kind.next() else {
            continue;
        };
        if of_kind.next().is_some() {
            table.fault(
                "alarms",
                format!("two alarms of kind \"{}\"; keep one", kind.name()),
            );
        }
        if let Some(below) = below.filter(|below| below.limit >= alarm.limit) {
            table.fault(
                "alarms",
                format!(
                    "the {} limit {} must be below the {} limit {}",
                    below.kind.name(),
                    below.limit,
                    kind.name(),
                    alarm.limit
                ),
            );
        }
        below = Some(alarm);
    }
}

/// An alarm of a signal, or of a model's score, which has no kind of its own and lies between 0 and 1.
fn alarm(mut table: Reader<'_>, on_score: bool) -> AlarmDef {
    let kind = if on_score {
        AlarmKind::Anomaly
    } else {
        alarm_kind(&mut table)
    };
    let alarm = AlarmDef {
        kind,
        limit: table.required_number("limit"),
        deadband: table.number("deadband").unwrap_or(0.0),
        on_delay: table.seconds("on_delay_s", 0.0, true),
        priority: table
            .integer("priority", 1..=4)
            .and_then(|number| u8::try_from(number).ok())
            .and_then(Priority::new)
            .unwrap_or(Priority::LOWEST),
    };
    if alarm.deadband < 0.0 {
        table.fault(
            "deadband",
            format!("is {}, but must be 0 or more", alarm.deadband),
        );
    }
    if on_score && !(0.0..1.0).contains(&alarm.limit) {
        table.fault(
            "limit",
            format!(
                "is {}, but a score lies between 0 and 1; 0.5 is the threshold",
                alarm.limit
            ),
        );
    }
    table.finish();
    alarm
}

fn alarm_kind(table: &mut Reader<'_>) -> AlarmKind {
    let name = table.required_text("kind");
    match AlarmKind::from_name(&name) {
        Some(kind) if kind != AlarmKind::Anomaly => kind,
        _ => {
            if !name.is_empty() {
                table.fault(
                    "kind",
                    format!("is \"{name}\", but must be high-high, high, low or low-low"),
                );
            }
            AlarmKind::High
        }
    }
}

fn model(mut table: Reader<'_>, of: &AssetType) -> ModelDef {
    let model = ModelDef {
        id: ModelId::from(table.id("id")),
        file: table.required_text("file"),
        inputs: table.texts("inputs"),
        interval: table.seconds("interval_s", SCORE_INTERVAL_DEFAULT_S, false),
        alarm: table.table("alarm").map(|r| alarm(r, true)),
    };
    if leads_out(&model.file) {
        table.fault(
            "file",
            "must be a path below the models' folder, without \"..\"",
        );
    }
    if model.inputs.is_empty() {
        table.fault("inputs", "must name at least one signal of the type");
    }
    let mut seen = HashSet::new();
    for input in &model.inputs {
        check_signal(&table, "inputs", input, of);
        if !seen.insert(input) {
            table.fault("inputs", format!("\"{input}\" stands twice; keep one"));
        }
    }
    table.finish();
    model
}
