//! The table `[retention]`.

use twin_core::{AssetId, Duration, said};

use super::shared::read_size;
use crate::{
    plant::Plant,
    reader::Reader,
    retention::{DISK, Keep, Retention, RetentionClass, age},
};

/// Reads it. The rest of the plant is known: a class names things that exist.
pub(super) fn retention(mut table: Reader<'_>, plant: &Plant) -> Retention {
    let standard = Retention::default();
    let default = keep(&mut table, standard.default);
    let events = read_age(&mut table, "events", standard.events);
    let budget = read_size(&mut table, "budget", DISK);
    let classes = table.tables("class").into_iter();
    let classes = classes.map(|r| class(r, plant, default)).collect();
    table.finish();
    Retention {
        default,
        classes,
        events,
        budget,
    }
}

fn class(mut table: Reader<'_>, plant: &Plant, default: Keep) -> RetentionClass {
    let mut known = |key: &'static str, is_known: &dyn Fn(&str) -> bool| {
        let ids = table.texts(key);
        for id in ids.iter().filter(|id| !is_known(id)) {
            table.fault(
                key,
                said!(
                    "plantfile-no-id",
                    "nothing has the id \"{id}\"; correct it",
                    id = &**id
                ),
            );
        }
        ids
    };
    let areas = known("areas", &|id| plant.place(id).is_some());
    let assets = known("assets", &|id| plant.asset(id).is_some());
    let types = known("types", &|id| plant.asset_type(id).is_some());
    let signals = known("signals", &|id| {
        id == crate::SCORE_SIGNAL || plant.types.iter().any(|t| t.signal(id).is_some())
    });
    if areas.is_empty() && assets.is_empty() && types.is_empty() && signals.is_empty() {
        table.fault(
            "signals",
            said!(
                "plantfile-class",
                "a class names areas, assets, types or signals; what holds for all stands in [retention] itself"
            ),
        );
    }
    let keep = keep(&mut table, default);
    table.finish();
    RetentionClass {
        areas,
        assets: assets.into_iter().map(AssetId::from).collect(),
        types,
        signals,
        keep,
    }
}

/// What is not said is as in `default`, but statistics never go before the samples.
fn keep(table: &mut Reader<'_>, default: Keep) -> Keep {
    let raw = read_age(table, "raw", default.raw);
    let rollups_default = longer(default.rollups, raw);
    let rollups = read_age(table, "rollups", rollups_default);
    if longer(rollups, raw) != rollups {
        table.fault(
            "rollups",
            said!(
                "plantfile-rollups",
                "is shorter than raw; statistics are kept at least as long as the samples"
            ),
        );
    }
    Keep { raw, rollups }
}

/// The longer of two ages; none is for ever.
fn longer(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    Some(a?.max(b?))
}

fn read_age(
    table: &mut Reader<'_>,
    key: &'static str,
    default: Option<Duration>,
) -> Option<Duration> {
    let Some(text) = table.filled_text(key) else {
        return default;
    };
    match age(&text) {
        Ok(age) => age,
        Err(fault) => {
            table.fault(
                key,
                said!(
                    "plantfile-is-value",
                    "is \"{text}\": {fault}",
                    text = text,
                    fault = fault
                ),
            );
            default
        }
    }
}
