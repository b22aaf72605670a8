//! Plans, the map, and where assets are on them.

use std::collections::{BTreeMap, HashSet};

use twin_core::{Said, said};

use super::shared::{reference, unique_id};
use crate::{
    plan::{Location, Plan, PlanUnits, PlantMap},
    plant::Plant,
    reader::Reader,
};

const DRAWINGS: [&str; 4] = [".svg", ".png", ".jpg", ".jpeg"];
const OUTLINES: [&str; 2] = [".geojson", ".json"];
/// Longest name of a file, bytes.
const NAME_MAX: usize = 200;

/// Reads `[[plan]]`.
pub(super) fn plans(root: &mut Reader<'_>, plant: &Plant) -> Vec<Plan> {
    let mut seen = HashSet::new();
    let tables = root.tables("plan").into_iter();
    tables.map(|table| plan(table, plant, &mut seen)).collect()
}

fn plan(mut table: Reader<'_>, plant: &Plant, seen: &mut HashSet<String>) -> Plan {
    let id = unique_id(&mut table, seen);
    let file = table.required_text("file");
    check_file(&table, "file", &file, &DRAWINGS);
    let mut plan = Plan {
        name: table.filled_any_text("name").unwrap_or_else(|| id.clone()),
        id,
        file,
        place: table.filled_text("place"),
        units: table.choice("units", &PlanUnits::NAMES),
        assets: BTreeMap::new(),
    };
    if let Some(place) = &plan.place {
        reference(&table, "place", place, plant.place(place).is_some());
    }
    if let Some(assets) = table.table("assets") {
        for (asset, at) in assets.points() {
            check_asset(&assets, &asset, plant);
            if !Plan::holds(plan.units, at) {
                assets.fault(&asset, outside(plan.units));
            }
            plan.assets.insert(asset, at);
        }
    }
    table.finish();
    plan
}

/// Why a position is none.
fn outside(units: PlanUnits) -> Said {
    match units {
        PlanUnits::Fraction => said!(
            "plantfile-outside-plan",
            "is outside of the plan: both numbers are parts of its width and height, 0 to 1; with units = \"drawing\" they \
             are the drawing's own"
        ),
        PlanUnits::Drawing => said!(
            "plantfile-outside-drawing",
            "is further away than any drawing is wide"
        ),
    }
}

/// Reads `[map]`; `own` are the locations that assets of the file say themselves.
pub(super) fn map(
    root: &mut Reader<'_>,
    plant: &Plant,
    own: BTreeMap<String, Location>,
) -> PlantMap {
    let mut map = PlantMap {
        outline: None,
        locations: own,
    };
    let Some(mut table) = root.table("map") else {
        return map;
    };
    map.outline = table.filled_text("outline");
    if let Some(outline) = &map.outline {
        check_file(&table, "outline", outline, &OUTLINES);
    }
    if let Some(locations) = table.table("locations") {
        for (asset, [latitude, longitude]) in locations.points() {
            check_asset(&locations, &asset, plant);
            if plant.asset(&asset).is_some() {
                locations.fault(
                    &asset,
                    said!(
                        "plantfile-own-location",
                        "is an asset of this file: write {example} under its [[asset]]",
                        example = "location = { latitude = …, longitude = … }"
                    ),
                );
            }
            let at = Location {
                latitude,
                longitude,
            };
            if !at.is_on_earth() {
                locations.fault(
                    &asset,
                    said!(
                        "plantfile-earth",
                        "must be latitude, -90 to 90, and longitude, -180 to 180"
                    ),
                );
            }
            map.locations.insert(asset, at);
        }
    }
    table.finish();
    map
}

/// Reads the `location` of an asset.
pub(super) fn location(asset: &mut Reader<'_>) -> Option<Location> {
    let mut table = asset.table("location")?;
    let location = Location {
        latitude: table.required_number("latitude"),
        longitude: table.required_number("longitude"),
    };
    for (key, value, most) in [
        ("latitude", location.latitude, 90.0),
        ("longitude", location.longitude, 180.0),
    ] {
        if value.abs() > most {
            table.fault(
                key,
                said!(
                    "plantfile-between",
                    "is {number}, but must lie between {least} and {most}",
                    number = value.to_string(),
                    least = format!("-{most}"),
                    most = most.to_string()
                ),
            );
        }
    }
    table.finish();
    Some(location)
}

/// An asset that is in no line of the file can only be one that a mapping rule makes.
fn check_asset(table: &Reader<'_>, asset: &str, plant: &Plant) {
    if plant.asset(asset).is_none() && plant.mappings.is_empty() {
        table.fault(
            asset,
            said!(
                "plantfile-no-asset",
                "there is no asset \"{id}\"; correct the id or add an [[asset]]",
                id = asset
            ),
        );
    }
}

/// A plain name with one of these endings: files lie in the folder `plans` and nowhere else.
fn check_file(table: &Reader<'_>, key: &str, file: &str, endings: &[&str]) {
    let small = file.to_ascii_lowercase();
    let is_plain = !file.contains(['/', '\\', ':']) && !file.starts_with('.');
    let is_known = endings.iter().any(|ending| small.ends_with(ending));
    let fits = is_plain && is_known && file.len() <= NAME_MAX;
    if !file.is_empty() && !fits {
        table.fault(
            key,
            said!(
                "plantfile-plan-file",
                "is \"{file}\", but must be the name of a file in the folder plans beside this file that ends with {endings}",
                file = file,
                endings = endings.join(", ")
            ),
        );
    }
}
