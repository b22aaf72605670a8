//! From the plant file's text to a [`Plant`].

mod asset;
mod connection;
mod discovery;
mod mapping;
mod paper;
mod payload;
mod place;
mod plan;
mod retention;
mod shared;
mod types;

use std::collections::{BTreeMap, HashSet};

use toml::de::DeTable;
use twin_core::said;

use self::{
    asset::{Taken, asset},
    connection::{Seen, connection},
    discovery::discovery,
    mapping::mappings,
    place::places,
    plan::{location, map, plans},
    retention::retention,
    shared::check_zone,
    types::asset_type,
};
use crate::{
    error::Error,
    models::Models,
    plan::PlantMap,
    plant::{Discovery, Plant},
    reader::{Problems, Reader, line_column},
    retention::Retention,
};

/// Largest plant file read, bytes: about 100,000 signals.
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

impl Plant {
    /// Reads a plant file by itself. Types that name a model file have the signals that the plant file writes out, as it
    /// writes them; whether other ids of signals are the model's is not judged.
    ///
    /// # Errors
    /// [`Error::Syntax`] when it is not TOML, [`Error::Invalid`] with every fault and its line when it says what cannot
    /// be, [`Error::TooLarge`] above 16 MiB.
    pub fn parse(text: &str) -> Result<Plant, Error> {
        parse(text, None)
    }

    /// Reads a plant file whose types have the signals of their model files too. Of a signal that both have, the keys of
    /// the plant file go before what the model says.
    ///
    /// # Errors
    /// As [`Plant::parse`]; [`Error::Models`] with every fault of the model files.
    pub fn parse_with(text: &str, models: &Models) -> Result<Plant, Error> {
        match models.faults() {
            Some(faults) => Err(Error::Models(faults)),
            None => parse(text, Some(models)),
        }
    }
}

fn parse(text: &str, models: Option<&Models>) -> Result<Plant, Error> {
    if text.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge {
            bytes: text.len(),
            limit: FILE_BYTES_MAX,
        });
    }
    let root = DeTable::parse(text).map_err(|error| {
        let (line, column) = line_column(text, error.span().map_or(0, |span| span.start));
        Error::Syntax {
            line,
            column,
            message: error.message().trim_end().replace('\n', ", "),
        }
    })?;
    let problems = Problems::new(text, models);
    let plant = read_plant(Reader::new(&problems, root.get_ref(), 0..0, ""));
    let list = problems.into_list();
    if list.is_empty() {
        Ok(plant)
    } else {
        Err(Error::Invalid(list))
    }
}

fn read_plant(mut root: Reader<'_>) -> Plant {
    let (id, name, zone) = header(&mut root);
    let mut connected = Seen::default();
    let connections: Vec<_> = root
        .tables("connection")
        .into_iter()
        .map(|r| connection(r, &mut connected))
        .collect();
    let mut seen = HashSet::new();
    let types: Vec<_> = root
        .tables("type")
        .into_iter()
        .map(|r| asset_type(r, &mut seen))
        .collect();
    seen.clear();
    let mut plant = Plant {
        id,
        name,
        zone,
        connections,
        types,
        places: places(&mut root),
        assets: Vec::new(),
        mappings: Vec::new(),
        discovery: Discovery::default(),
        retention: Retention::default(),
        plans: Vec::new(),
        map: PlantMap::default(),
    };
    let mut taken = Taken::new();
    let mut locations = BTreeMap::new();
    plant.assets = root
        .tables("asset")
        .into_iter()
        .map(|mut table| {
            let at = location(&mut table);
            let asset = asset(table, &plant, &mut seen, &mut taken);
            locations.extend(at.map(|at| (asset.id.to_string(), at)));
            asset
        })
        .collect();
    plant.mappings = mappings(&mut root, &plant);
    plant.plans = plans(&mut root, &plant);
    plant.map = map(&mut root, &plant, locations);
    if let Some(table) = root.table("discovery") {
        plant.discovery = discovery(table);
    }
    if let Some(table) = root.table("retention") {
        plant.retention = retention(table, &plant);
    }
    root.finish();
    plant
}

/// Id, name and zone of the plant.
fn header(root: &mut Reader<'_>) -> (String, String, String) {
    let header = root.table("plant");
    if header.is_none() {
        root.fault(
            "plant",
            said!(
                "plantfile-no-plant",
                "is missing; begin the file with [plant] and give id, name and zone"
            ),
        );
    }
    header.map_or_else(Default::default, |mut table| {
        let header = (
            table.id("id"),
            table.required_any_text("name"),
            table.required_text("zone"),
        );
        check_zone(&table, "zone", &header.2);
        table.finish();
        header
    })
}
