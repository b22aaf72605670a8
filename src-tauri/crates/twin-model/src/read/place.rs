//! The hierarchy of places.

use std::collections::{HashMap, HashSet};

use twin_core::said;

use super::shared::unique_id;
use crate::{
    place::{Level, Place},
    reader::Reader,
};

/// Reads `[[area]]`, which is a place of that level, and `[[place]]`. Their ids are of one kind.
pub(super) fn places(root: &mut Reader<'_>) -> Vec<Place> {
    let mut seen = HashSet::new();
    let mut read = Vec::new();
    for table in root.tables("area") {
        read.push(place(table, true, &mut seen));
    }
    for table in root.tables("place") {
        read.push(place(table, false, &mut seen));
    }
    let levels: HashMap<String, Level> = read
        .iter()
        .map(|(place, _)| (place.id.clone(), place.level))
        .collect();
    let mut places = Vec::with_capacity(read.len());
    for (place, table) in read {
        check_parent(&table, &place, &levels);
        table.finish();
        places.push(place);
    }
    places
}

fn place<'a>(
    mut table: Reader<'a>,
    is_area: bool,
    seen: &mut HashSet<String>,
) -> (Place, Reader<'a>) {
    let id = unique_id(&mut table, seen);
    let level = if is_area {
        Level::Area
    } else {
        if table.filled_text("level").is_none() {
            table.fault(
                "level",
                said!(
                    "plantfile-no-level",
                    "is missing; it is enterprise, site, area, line or cell"
                ),
            );
        }
        table.choice("level", &Level::NAMES)
    };
    let place = Place {
        name: table.filled_any_text("name").unwrap_or_else(|| id.clone()),
        id,
        level,
        parent: table.filled_text("parent"),
    };
    (place, table)
}

/// A parent is there and of a higher level, so that no place is part of itself.
fn check_parent(table: &Reader<'_>, place: &Place, levels: &HashMap<String, Level>) {
    let Some(parent) = &place.parent else {
        return;
    };
    let level = levels.get(parent);
    if level.is_none() {
        table.fault(
            "parent",
            said!(
                "plantfile-reference",
                "there is no {key} \"{id}\"; correct the id or add a [[{key}]]",
                key = "place",
                id = &**parent
            ),
        );
    }
    if level.is_some_and(|level| *level >= place.level) {
        table.fault(
            "parent",
            said!(
                "plantfile-no-higher",
                "\"{parent}\" is no higher than the {level}; the order is enterprise, site, area, line, cell",
                parent = &**parent,
                level = place.level.name()
            ),
        );
    }
}
