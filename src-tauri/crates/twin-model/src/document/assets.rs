//! What the tables of types, places, assets and mapping rules are to say.

use toml_edit::Array;

use super::{
    connection::{each, seconds},
    fields::Fields,
};
use crate::{
    mapping::Mapping,
    paper::{Paper, PaperPlace},
    place::Place,
    plant::{AlarmDef, Asset, AssetType, ModelDef, Role, Running, SignalDef},
};

pub(super) fn place(of: &Place, is_area: bool) -> Fields {
    let fields =
        Fields::new()
            .must("id", of.id.as_str())
            .say("name", of.name.as_str(), of.id.as_str());
    let fields = if is_area {
        fields
    } else {
        fields.must("level", of.level.name())
    };
    fields.text("parent", of.parent.as_deref())
}

pub(super) fn asset_type(of: &AssetType) -> Fields {
    Fields::new()
        .must("id", of.id.as_str())
        .say("name", of.name.as_str(), of.id.as_str())
        .text("dtmi", of.dtmi.as_deref())
        .text("model_file", of.model_file.as_deref())
        .sub("running", of.running.as_ref().map(running), true)
        .tables("signal", "id", each(&of.signals, signal))
        .sub("model", of.model.as_ref().map(model), false)
}

fn running(of: &Running) -> Fields {
    Fields::new()
        .must("signal", of.signal.as_str())
        .must("above", of.above)
}

fn signal(of: &SignalDef) -> Fields {
    let pair = |pair: [f64; 2]| pair.into_iter().collect::<Array>();
    Fields::new()
        .must("id", of.id.as_str())
        .say("name", of.name.as_str(), of.id.as_str())
        .text("short_name", of.short_name.as_deref())
        .text("description", of.description.as_deref())
        .text("unit", Some(&of.unit))
        .text("display_unit", of.display_unit.as_deref())
        .may("role", of.role.name(), Role::default().name())
        .may("step", of.step, of.role != Role::Measurement)
        .option("range", of.range.map(pair))
        .option("normal", of.normal.map(pair))
        .may("decimals", i64::from(of.decimals), 1)
        .may("stale_after_s", seconds(of.stale_after), 30.0)
        .may("key", of.key, false)
        .lines("alarms", "kind", each(&of.alarms, |of| alarm(of, true)))
}

fn alarm(of: &AlarmDef, has_kind: bool) -> Fields {
    let fields = if has_kind {
        Fields::new().must("kind", of.kind.name())
    } else {
        Fields::new()
    };
    fields
        .must("limit", of.limit)
        .may("deadband", of.deadband, 0.0)
        .may("on_delay_s", seconds(of.on_delay), 0.0)
        .say("priority", i64::from(of.priority.number()), 4)
}

fn model(of: &ModelDef) -> Fields {
    Fields::new()
        .must("id", of.id.as_str())
        .must("file", of.file.as_str())
        .texts("inputs", &of.inputs)
        .may("interval_s", seconds(of.interval), 1.0)
        .sub("alarm", of.alarm.as_ref().map(|of| alarm(of, false)), true)
}

/// `place_key` is the key that names the place: `area` or `place`.
pub(super) fn asset(of: &Asset, place_key: &str) -> Fields {
    Fields::new()
        .must("id", of.id.as_str())
        .say("name", of.name.as_str(), of.id.as_str())
        .must(place_key, of.area.as_str())
        .must("type", of.type_id.as_str())
        .must("connection", of.connection.as_str())
        .text("source", of.source.as_deref())
        .map("sources", of.sources.iter())
        .tables("documents", "title", each(&of.papers, paper))
}

fn paper(of: &Paper) -> Fields {
    let fields = Fields::new().must("title", of.title.as_str());
    match &of.place {
        PaperPlace::File(path) => fields.must("file", path.as_str()),
        PaperPlace::Address(address) => fields.must("address", address.as_str()),
    }
}

pub(super) fn mapping(of: &Mapping) -> Fields {
    Fields::new()
        .must("id", of.id.as_str())
        .must("connection", of.connection.as_str())
        .must("filter", of.filter.as_str())
        .may("path", of.path.as_str(), "{signal}")
        .must("type", of.type_id.as_str())
        .may("asset", of.asset.as_str(), "{asset}")
        .text("name", of.name.as_deref())
        .text("place", of.place.as_deref())
        .may("signal", of.signal.as_str(), "{signal}")
        .map("signals", of.signals.iter())
}
