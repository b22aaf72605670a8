//! Mapping rules.

use std::collections::{BTreeMap, HashSet};

use twin_core::{ConnectionId, said};

use super::{
    shared::{check_filter, reference, unique_id},
    types::check_signal,
};
use crate::{
    mapping::{MAPPINGS_MAX, Mapping, Pattern, Text},
    plant::Plant,
    reader::Reader,
};

pub(super) fn mappings(root: &mut Reader<'_>, plant: &Plant) -> Vec<Mapping> {
    let mut seen = HashSet::new();
    let tables = root.tables("mapping");
    if tables.len() > MAPPINGS_MAX {
        root.fault(
            "mapping",
            said!(
                "plantfile-mappings",
                "has more than {count} rules",
                count = MAPPINGS_MAX
            ),
        );
    }
    tables
        .into_iter()
        .map(|table| mapping(table, plant, &mut seen))
        .collect()
}

fn mapping(mut table: Reader<'_>, plant: &Plant, seen: &mut HashSet<String>) -> Mapping {
    let or = |text: Option<String>, default: &str| text.unwrap_or_else(|| default.to_owned());
    let mut mapping = Mapping {
        id: unique_id(&mut table, seen),
        connection: ConnectionId::from(table.required_text("connection")),
        filter: table.required_any_text("filter"),
        path: or(table.filled_any_text("path"), "{signal}"),
        type_id: table.required_text("type"),
        asset: or(table.filled_any_text("asset"), "{asset}"),
        name: table.filled_any_text("name"),
        place: table.filled_any_text("place"),
        signal: or(table.filled_any_text("signal"), "{signal}"),
        signals: BTreeMap::new(),
    };
    let connection = mapping.connection.as_str();
    let is_known = plant.connection(connection).is_some();
    reference(&table, "connection", connection, is_known);
    let asset_type = plant.asset_type(&mapping.type_id);
    reference(&table, "type", &mapping.type_id, asset_type.is_some());
    if let Some(signals) = table.table("signals") {
        for (signal, called) in signals.entries() {
            if let Some(asset_type) = asset_type {
                check_signal(&signals, &signal, &signal, asset_type);
            }
            mapping.signals.insert(signal, called);
        }
    }
    if !mapping.filter.is_empty() {
        check_pattern(&table, &mapping, plant);
    }
    table.finish();
    mapping
}

fn check_pattern(table: &Reader<'_>, mapping: &Mapping, plant: &Plant) {
    let pattern = match Pattern::parse(&mapping.filter, &mapping.path) {
        Ok(pattern) => pattern,
        Err((key, fault)) => return table.fault(key, fault),
    };
    check_filter(table, "filter", &mapping.topics());
    let captures: Vec<&str> = pattern.captures().collect();
    let templates = [
        ("asset", Some(&mapping.asset), true),
        ("name", mapping.name.as_ref(), false),
        ("place", mapping.place.as_ref(), true),
        ("signal", Some(&mapping.signal), false),
    ];
    for (key, template, is_id) in templates {
        let Some(template) = template else {
            continue;
        };
        let text = match Text::parse(template) {
            Ok(text) => text,
            Err(fault) => {
                table.fault(key, fault);
                continue;
            }
        };
        if let Some(unknown) = text.captures().find(|name| !captures.contains(name)) {
            table.fault(
                key,
                said!(
                    "plantfile-capture",
                    "takes {capture}, which filter and path do not capture; capture it or write another {key}",
                    capture = format!("{{{unknown}}}"),
                    key = key
                ),
            );
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if is_id && !text.plain().all(|plain| plain.chars().all(is_plain)) {
            table.fault(
                key,
                said!(
                    "plantfile-template",
                    "may hold only letters, digits, `-`, `_` and `.` beside captures"
                ),
            );
        }
        if key == "place" && !text.has_capture() {
            let place = text.plain().collect::<String>();
            reference(table, "place", &place, plant.place(&place).is_some());
        }
    }
}
