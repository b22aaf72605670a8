//! Single changes of a plant file.

use std::collections::HashSet;

use toml_edit::{DocumentMut, Item, Value};
use twin_core::{AssetId, ConnectionId};

use super::{
    assets, connection,
    fields::{Fields, Want},
    positions, root,
    sync::sync,
};
use crate::{
    connection::Connection,
    error::Error,
    mapping::Mapping,
    place::{Level, Place},
    plan::Location,
    plant::{Asset, AssetType},
};

/// One change of a plant file. What is put is added, or takes the place of what has the same id.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds or changes a connection.
    PutConnection(Box<Connection>),
    /// Removes a connection.
    RemoveConnection(ConnectionId),
    /// Adds or changes a place.
    PutPlace(Place),
    /// Removes the place with this id.
    RemovePlace(String),
    /// Adds or changes an asset type with its signals.
    PutType(AssetType),
    /// Removes the asset type with this id.
    RemoveType(String),
    /// Adds or changes an asset.
    PutAsset(Asset),
    /// Removes an asset.
    RemoveAsset(AssetId),
    /// Says where a signal of an asset comes from.
    PutSource {
        /// The asset, which is there.
        asset: AssetId,
        /// Id of the signal within its type.
        signal: String,
        /// Its whole address.
        address: String,
    },
    /// Removes the address of its own that a signal has; a template of the asset holds for it again.
    RemoveSource {
        /// The asset.
        asset: AssetId,
        /// Id of the signal within its type.
        signal: String,
    },
    /// Adds or changes a mapping rule.
    PutMapping(Mapping),
    /// Removes the mapping rule with this id.
    RemoveMapping(String),
    /// Leaves alone what this MQTT topic filter covers; there once, however often it is put.
    PutIgnore(String),
    /// Hears again what this filter covers.
    RemoveIgnore(String),
    /// Puts an asset on a plan, or takes it off.
    PutSpot {
        /// Id of the plan, which is there.
        plan: String,
        /// Id of the asset; one of a mapping rule has no lines of its own and can be on a plan all the same.
        asset: String,
        /// Where; none: it is taken off.
        at: Option<[f64; 2]>,
    },
    /// Says where on the earth an asset is, or that nobody knows.
    PutLocation {
        /// Id of the asset.
        asset: String,
        /// Where; none: nobody knows.
        at: Option<Location>,
    },
}

impl Edit {
    /// Whether it may remove a table of its own.
    pub(super) const fn is_removal(&self) -> bool {
        matches!(
            self,
            Edit::RemoveConnection(_)
                | Edit::PutPlace(_)
                | Edit::RemovePlace(_)
                | Edit::RemoveType(_)
                | Edit::RemoveAsset(_)
                | Edit::RemoveMapping(_)
        )
    }
}

/// The changes in their order, those of one list together: it is laid out anew for each writing.
pub(super) fn runs(edits: &[Edit]) -> impl Iterator<Item = &[Edit]> {
    let is_of_list = |edit: &Edit| matches!(edit, Edit::PutIgnore(_) | Edit::RemoveIgnore(_));
    edits.chunk_by(move |one, other| is_of_list(one) && is_of_list(other))
}

/// Writes changes that [`runs`] says go together into the document.
///
/// # Errors
/// [`Error::Unknown`] for what is not there, [`Error::Inline`] for what cannot be edited in place.
pub(super) fn write(document: &mut DocumentMut, run: &[Edit]) -> Result<(), Error> {
    let Some(edit) = run.first() else {
        return Ok(());
    };
    match edit {
        Edit::PutConnection(of) => {
            let fields = connection::connection(of);
            root::put(document, "connection", of.id.as_str(), fields)
        }
        Edit::RemoveConnection(id) => root::remove(document, "connection", id.as_str()),
        Edit::PutPlace(of) => put_place(document, of),
        Edit::RemovePlace(id) => {
            let is_area = root::table(document, "area", id)?.is_some();
            root::remove(document, if is_area { "area" } else { "place" }, id)
        }
        Edit::PutType(of) => root::put(document, "type", &of.id, assets::asset_type(of)),
        Edit::RemoveType(id) => root::remove(document, "type", id),
        Edit::PutAsset(of) => {
            let old = root::table(document, "asset", of.id.as_str())?;
            let says_place = old.is_some_and(|table| table.contains_key("place"));
            let fields = assets::asset(of, if says_place { "place" } else { "area" });
            root::put(document, "asset", of.id.as_str(), fields)
        }
        Edit::RemoveAsset(id) => root::remove(document, "asset", id.as_str()),
        Edit::PutSource {
            asset,
            signal,
            address,
        } => put_source(document, asset, signal, Some(address)),
        Edit::RemoveSource { asset, signal } => put_source(document, asset, signal, None),
        Edit::PutMapping(of) => root::put(document, "mapping", &of.id, assets::mapping(of)),
        Edit::RemoveMapping(id) => root::remove(document, "mapping", id),
        Edit::PutIgnore(_) | Edit::RemoveIgnore(_) => put_ignores(document, run),
        Edit::PutSpot { plan, asset, at } => positions::put_spot(document, plan, asset, *at),
        Edit::PutLocation { asset, at } => positions::put_location(document, asset, *at),
    }
}

/// A place stays under the header it has, as far as its level can be said there.
fn put_place(document: &mut DocumentMut, of: &Place) -> Result<(), Error> {
    let is_area = root::table(document, "area", &of.id)?.is_some();
    let is_place = root::table(document, "place", &of.id)?.is_some();
    let goes_to_areas =
        of.level == Level::Area && !is_place && (is_area || !document.contains_key("place"));
    if is_area && !goes_to_areas {
        root::remove(document, "area", &of.id)?;
    }
    let kind = if goes_to_areas { "area" } else { "place" };
    root::put(document, kind, &of.id, assets::place(of, goes_to_areas))
}

fn put_source(
    document: &mut DocumentMut,
    asset: &AssetId,
    signal: &str,
    address: Option<&String>,
) -> Result<(), Error> {
    let unknown = |kind, id: &str| Error::Unknown {
        kind,
        id: id.to_owned(),
    };
    let table = root::table(document, "asset", asset.as_str())?;
    let table = table.ok_or_else(|| unknown("asset", asset.as_str()))?;
    let sources = table.get("sources").and_then(Item::as_table_like);
    let mut sources: Vec<(String, String)> = sources
        .into_iter()
        .flat_map(|sources| sources.iter())
        .filter_map(|(key, item)| Some((key.to_owned(), item.as_str()?.to_owned())))
        .collect();
    let at = sources.iter().position(|(key, _)| key == signal);
    match (at, address) {
        (Some(at), Some(address)) => {
            if let Some((_, old)) = sources.get_mut(at) {
                old.clone_from(address);
            }
        }
        (None, Some(address)) => sources.push((signal.to_owned(), address.clone())),
        (Some(at), None) => drop(sources.remove(at)),
        (None, None) => return Err(unknown("source", &format!("{asset}/{signal}"))),
    }
    let pairs = sources.iter().map(|(key, address)| (key, address));
    sync(table, Fields::new().map("sources", pairs), false);
    Ok(())
}

fn put_ignores(document: &mut DocumentMut, edits: &[Edit]) -> Result<(), Error> {
    let discovery = document.get("discovery").and_then(Item::as_table_like);
    let list = discovery.and_then(|table| table.get("ignore")?.as_array());
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    let mut filters: Vec<String> = texts.map(str::to_owned).collect();
    let mut there: HashSet<String> = filters.iter().cloned().collect();
    let mut is_changed = false;
    for edit in edits {
        match edit {
            Edit::PutIgnore(filter) if there.insert(filter.clone()) => filters.push(filter.clone()),
            Edit::RemoveIgnore(filter) if there.remove(filter) => {
                filters.retain(|known| known != filter);
            }
            Edit::RemoveIgnore(filter) => {
                return Err(Error::Unknown {
                    kind: "ignore",
                    id: filter.clone(),
                });
            }
            _ => continue,
        }
        is_changed = true;
    }
    if !is_changed {
        return Ok(());
    }
    let mut fields = Fields::new();
    fields.0.push(super::fields::Field {
        key: "ignore".to_owned(),
        want: Want::Texts(filters),
    });
    sync(
        document.as_table_mut(),
        Fields::new().sub("discovery", Some(fields), false),
        false,
    );
    Ok(())
}
