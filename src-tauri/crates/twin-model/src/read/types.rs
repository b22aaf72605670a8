//! Asset types: signals, alarms, models.

use std::collections::HashSet;

use twin_core::{
    Duration, ModelId,
    alarm::{AlarmKind, Priority},
    said,
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
            said!(
                "plantfile-dtmi",
                "must begin with \"dtmi:\", such as \"dtmi:water:CentrifugalPump;2\""
            ),
        );
    }
    if read.model_file.as_deref().is_some_and(leads_out) {
        table.fault(
            "model_file",
            said!(
                "plantfile-model-file",
                "must be a path below the plant file's folder, without \"..\""
            ),
        );
    }
    read.running = table.table("running").map(|r| running(r, &read));
    read.model = table.table("model").map(|r| model(r, &read));
    if read.model.is_some() && read.signal(SCORE_SIGNAL).is_some() {
        table.fault(
            "model",
            said!(
                "plantfile-score-id",
                "its score takes the id \"{id}\"; give that signal another id",
                id = SCORE_SIGNAL
            ),
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
            said!(
                "plantfile-no-signal",
                "type \"{kind}\" has no signal \"{signal}\"; correct the id or add the signal",
                kind = &*of.id,
                signal = signal
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
            said!(
                "plantfile-normal",
                "{normal} must lie within range {range}",
                normal = format!("[{normal_low}, {normal_high}]"),
                range = format!("[{low}, {high}]")
            ),
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
            said!(
                "plantfile-display-unit",
                "\"{unit}\" does not convert into \"{shown}\"; name a known unit of the same quantity",
                unit = &*signal.unit,
                shown = &**shown
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
                said!(
                    "plantfile-alarm-twice",
                    "two alarms of kind \"{kind}\"; keep one",
                    kind = kind.name()
                ),
            );
        }
        if let Some(below) = below.filter(|below| below.limit >= alarm.limit) {
            table.fault(
                "alarms",
                said!(
                    "plantfile-limits",
                    "the {lower} limit {low} must be below the {upper} limit {high}",
                    lower = below.kind.name(),
                    low = below.limit.to_string(),
                    upper = kind.name(),
                    high = alarm.limit.to_string()
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
            said!(
                "plantfile-deadband",
                "is {number}, but must be 0 or more",
                number = alarm.deadband.to_string()
            ),
        );
    }
    if on_score && !(0.0..1.0).contains(&alarm.limit) {
        table.fault(
            "limit",
            said!(
                "plantfile-score-limit",
                "is {number}, but a score lies between 0 and 1; 0.5 is the threshold",
                number = alarm.limit.to_string()
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
                    said!(
                        "plantfile-alarm-kind",
                        "is \"{name}\", but must be high-high, high, low or low-low",
                        name = name
                    ),
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
            said!(
                "plantfile-models-file",
                "must be a path below the models' folder, without \"..\""
            ),
        );
    }
    if model.inputs.is_empty() {
        table.fault(
            "inputs",
            said!(
                "plantfile-no-inputs",
                "must name at least one signal of the type"
            ),
        );
    }
    let mut seen = HashSet::new();
    for input in &model.inputs {
        check_signal(&table, "inputs", input, of);
        if !seen.insert(input) {
            table.fault(
                "inputs",
                said!(
                    "plantfile-input-twice",
                    "\"{input}\" stands twice; keep one",
                    input = &**input
                ),
            );
        }
    }
    table.finish();
    model
}
