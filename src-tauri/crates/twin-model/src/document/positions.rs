//! Where assets are on plans and on the earth, in the plant file.

use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use super::{fields::Fields, root, sync::sync};
use crate::{error::Error, plan::Location};

/// Keys of an asset that its location stands behind.
const BEFORE: [&str; 7] = [
    "id",
    "name",
    "area",
    "place",
    "type",
    "connection",
    "source",
];

/// Puts an asset on a plan, or takes it off.
///
/// # Errors
/// [`Error::Unknown`] without such a plan, [`Error::Inline`].
pub(super) fn put_spot(
    document: &mut DocumentMut,
    plan: &str,
    asset: &str,
    at: Option<[f64; 2]>,
) -> Result<(), Error> {
    let table = root::table(document, "plan", plan)?.ok_or_else(|| Error::Unknown {
        kind: "plan",
        id: plan.to_owned(),
    })?;
    let points = changed(table.get("assets"), asset, at);
    let points = points.iter().map(|(key, at)| (key, *at));
    sync(table, Fields::new().points("assets", points), false);
    Ok(())
}

/// Says where on the earth an asset is: in its own table, or among those of assets that have none.
///
/// # Errors
/// [`Error::Inline`].
pub(super) fn put_location(
    document: &mut DocumentMut,
    asset: &str,
    at: Option<Location>,
) -> Result<(), Error> {
    if let Some(table) = root::table(document, "asset", asset)? {
        let known = BEFORE.iter().fold(Fields::new(), |fields, key| {
            match table.get(key).and_then(Item::as_value) {
                Some(value) => fields.must(key, value.clone()),
                None => fields,
            }
        });
        let location = at.map(|at| {
            Fields::new()
                .must("latitude", at.latitude)
                .must("longitude", at.longitude)
        });
        sync(table, known.sub("location", location, true), false);
        return Ok(());
    }
    let map = document.get("map").and_then(Item::as_table_like);
    let points = changed(
        map.and_then(|map| map.get("locations")),
        asset,
        at.map(|at| [at.latitude, at.longitude]),
    );
    let points = points.iter().map(|(key, at)| (key, *at));
    let map = Fields::new().points("locations", points);
    sync(
        document.as_table_mut(),
        Fields::new().sub("map", Some(map), false),
        false,
    );
    Ok(())
}

/// The points of a table in their order, with one of them put, moved or taken away.
fn changed(table: Option<&Item>, asset: &str, at: Option<[f64; 2]>) -> Vec<(String, [f64; 2])> {
    let table: Option<&dyn TableLike> = table.and_then(Item::as_table_like);
    let mut points: Vec<(String, [f64; 2])> = table
        .into_iter()
        .flat_map(TableLike::iter)
        .filter_map(|(key, item)| Some((key.to_owned(), point(item.as_array()?)?)))
        .collect();
    match (points.iter_mut().find(|(key, _)| key == asset), at) {
        (Some((_, old)), Some(at)) => *old = at,
        (None, Some(at)) => points.push((asset.to_owned(), at)),
        (_, None) => points.retain(|(key, _)| key != asset),
    }
    points
}

fn point(array: &Array) -> Option<[f64; 2]> {
    let number = |value: &Value| {
        let integer = || value.as_integer().map(|integer| integer as f64);
        value.as_float().or_else(integer)
    };
    match array.iter().map(number).collect::<Option<Vec<f64>>>()?[..] {
        [first, second] => Some([first, second]),
        _ => None,
    }
}
