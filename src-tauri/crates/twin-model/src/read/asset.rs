//! Assets and where their values come from.

use std::collections::{BTreeMap, HashMap, HashSet, hash_map::Entry};

use twin_core::{AssetId, ConnectionId, said};

use super::{
    paper::papers,
    shared::{check_address, reference, unique_id},
    types::check_signal,
};
use crate::{
    plant::{Asset, AssetType, Plant},
    reader::Reader,
};

/// The signal that each address of each connection belongs to.
pub(super) type Taken = HashMap<(ConnectionId, String), String>;

pub(super) fn asset(
    mut table: Reader<'_>,
    plant: &Plant,
    seen: &mut HashSet<String>,
    taken: &mut Taken,
) -> Asset {
    let ids = seen.len();
    let id = unique_id(&mut table, seen);
    let is_named = seen.len() > ids;
    let mut asset = Asset {
        name: table.filled_any_text("name").unwrap_or_else(|| id.clone()),
        id: AssetId::from(id),
        area: area(&mut table),
        type_id: table.required_text("type"),
        connection: ConnectionId::from(table.required_text("connection")),
        source: table.filled_any_text("source"),
        sources: BTreeMap::new(),
        papers: papers(&mut table),
    };
    reference(
        &table,
        "area",
        &asset.area,
        plant.place(&asset.area).is_some(),
    );
    reference(
        &table,
        "type",
        &asset.type_id,
        plant.asset_type(&asset.type_id).is_some(),
    );
    let connection = asset.connection.as_str();
    reference(
        &table,
        "connection",
        connection,
        plant.connection(connection).is_some(),
    );
    let asset_type = plant.asset_type(&asset.type_id);
    if let Some(source) = &asset.source {
        check_address(&table, "source", source);
        if asset_type.is_some_and(|t| t.signals.len() > 1) && !source.contains("{signal}") {
            table.fault(
                "source",
                said!(
                    "plantfile-source-signal",
                    "must hold {signal}, or all signals of the asset would come from one address",
                    signal = "{signal}"
                ),
            );
        }
    }
    let sources = table.table("sources");
    if let Some(sources) = &sources {
        for (signal, address) in sources.entries() {
            if let Some(asset_type) = asset_type {
                check_signal(sources, &signal, &signal, asset_type);
            }
            check_address(sources, &signal, &address);
            asset.sources.insert(signal, address);
        }
    }
    // Of an asset with a faulty head nobody knows which signals it has: that fault is said already.
    if let Some(asset_type) = asset_type
        && is_named
        && plant.connection(connection).is_some()
    {
        take_addresses(&table, sources.as_ref(), &asset, asset_type, taken);
    }
    table.finish();
    asset
}

/// The place of an asset: `area` and `place` are one key with two names.
fn area(table: &mut Reader<'_>) -> String {
    match table.filled_text("place") {
        Some(place) => {
            if table.filled_text("area").is_some() {
                table.fault(
                    "place",
                    said!(
                        "plantfile-place-area",
                        "stands beside area; keep one of both"
                    ),
                );
            }
            place
        }
        None => table.required_text("area"),
    }
}

/// A value has one place to go: reports signals whose address an earlier signal has.
fn take_addresses(
    table: &Reader<'_>,
    sources: Option<&Reader<'_>>,
    asset: &Asset,
    asset_type: &AssetType,
    taken: &mut Taken,
) {
    let says_which = asset_type.signals.len() < 2
        || asset
            .source
            .as_ref()
            .is_some_and(|source| source.contains("{signal}"));
    for signal in &asset_type.signals {
        let (id, own) = (signal.id.as_str(), asset.sources.contains_key(&signal.id));
        let Some(address) = asset.address(id).filter(|_| own || says_which) else {
            continue;
        };
        let name = format!("{}/{id}", asset.id);
        match taken.entry((asset.connection.clone(), address)) {
            Entry::Vacant(free) => drop(free.insert(name)),
            Entry::Occupied(first) => {
                let message = said!(
                    "plantfile-address-taken",
                    "signal {signal} has the address \"{address}\" of connection {connection} that signal {other} has already; \
                     give each its own",
                    signal = name,
                    address = first.key().1.as_str(),
                    connection = asset.connection.as_str(),
                    other = first.get().as_str()
                );
                match sources.filter(|_| own) {
                    Some(sources) => sources.fault(id, message),
                    None => table.fault("source", message),
                }
            }
        }
    }
}
