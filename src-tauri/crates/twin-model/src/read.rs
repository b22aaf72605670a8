//! From the plant file's text to a [`Plant`].

mod retention;
mod types;

use std::collections::{BTreeMap, HashMap, HashSet, hash_map::Entry};

use toml::de::DeTable;
use twin_core::{AssetId, ConnectionId};

use self::{
    retention::retention,
    types::{asset_type, check_signal},
};
use crate::{
    error::Error,
    plant::{Area, Asset, AssetType, Connection, Plant, Protocol, Security, Session, Subscription},
    reader::{Problems, Reader, line_column},
    retention::Retention,
    topic,
};

/// Largest plant file read, bytes: about 100,000 signals.
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

impl Plant {
    /// Reads a plant file.
    ///
    /// # Errors
    /// [`Error::Syntax`] when it is not TOML, [`Error::Invalid`] with every fault and its line when it says what cannot
    /// be, [`Error::TooLarge`] above 16 MiB.
    pub fn parse(text: &str) -> Result<Plant, Error> {
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
        let problems = Problems::new(text);
        let plant = read_plant(Reader::new(&problems, root.get_ref(), 0..0, ""));
        let list = problems.into_list();
        if list.is_empty() {
            Ok(plant)
        } else {
            Err(Error::Invalid(list))
        }
    }
}

fn read_plant(mut root: Reader<'_>) -> Plant {
    let header = root.table("plant");
    if header.is_none() {
        root.fault(
            "plant",
            "is missing; begin the file with [plant] and give id, name and zone",
        );
    }
    let (id, name, zone) = header.map_or_else(Default::default, |mut table| {
        let header = (
            table.id("id"),
            table.required_text("name"),
            table.required_text("zone"),
        );
        if header.2.chars().any(char::is_whitespace) {
            table.fault(
                "zone",
                "must be an IANA time zone such as \"Europe/Berlin\"",
            );
        }
        table.finish();
        header
    });
    let mut seen = HashSet::new();
    let connections: Vec<_> = root
        .tables("connection")
        .into_iter()
        .map(|r| connection(r, &mut seen))
        .collect();
    seen.clear();
    let types: Vec<_> = root
        .tables("type")
        .into_iter()
        .map(|r| asset_type(r, &mut seen))
        .collect();
    seen.clear();
    let areas: Vec<_> = root
        .tables("area")
        .into_iter()
        .map(|r| area(r, &mut seen))
        .collect();
    seen.clear();
    let mut plant = Plant {
        id,
        name,
        zone,
        connections,
        types,
        areas,
        assets: Vec::new(),
        retention: Retention::default(),
    };
    let mut taken = Taken::new();
    plant.assets = root
        .tables("asset")
        .into_iter()
        .map(|r| asset(r, &plant, &mut seen, &mut taken))
        .collect();
    if let Some(table) = root.table("retention") {
        plant.retention = retention(table, &plant);
    }
    root.finish();
    plant
}

/// Reads the id of a table and reports it when another table of the same sort has it.
fn unique_id(table: &mut Reader<'_>, seen: &mut HashSet<String>) -> String {
    let id = table.id("id");
    if !id.is_empty() && !seen.insert(id.clone()) {
        table.fault("id", format!("\"{id}\" stands twice; give each its own id"));
    }
    id
}

fn connection(mut table: Reader<'_>, seen: &mut HashSet<String>) -> Connection {
    let security = table.choice("security", &Security::NAMES);
    let id = unique_id(&mut table, seen);
    let default_port = if security == Security::Tls {
        8_883
    } else {
        1_883
    };
    let connection = Connection {
        name: table.filled_text("name").unwrap_or_else(|| id.clone()),
        id: ConnectionId::from(id),
        host: table.required_text("host"),
        port: table
            .integer("port", 1..=65_535)
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(default_port),
        protocol: table.choice("protocol", &Protocol::NAMES),
        security,
        ca_file: table.filled_text("ca_file"),
        certificate_file: table.filled_text("certificate_file"),
        key_file: table.filled_text("key_file"),
        username: table.filled_text("username"),
        session: table.choice("session", &Session::NAMES),
        allow_rebirth: table.boolean("allow_rebirth").unwrap_or(false),
        subscriptions: table
            .tables("subscriptions")
            .into_iter()
            .map(subscription)
            .collect(),
    };
    if connection.host.contains("://") {
        table.fault("host", "must be a host name or address without a scheme; port and security have their own keys");
    } else if connection
        .host
        .contains(|c: char| c.is_whitespace() || c == '/')
    {
        table.fault(
            "host",
            "must be a host name or address without spaces and slashes",
        );
    }
    if connection.certificate_file.is_some() != connection.key_file.is_some() {
        table.fault(
            "certificate_file",
            "certificate_file and key_file go together; give both or none",
        );
    }
    let mut filters = HashSet::new();
    for subscription in &connection.subscriptions {
        if !filters.insert(subscription.filter.as_str()) {
            table.fault(
                "subscriptions",
                format!(
                    "filter \"{}\" stands twice; remove one",
                    subscription.filter
                ),
            );
        }
    }
    table.finish();
    connection
}

fn subscription(mut table: Reader<'_>) -> Subscription {
    let subscription = Subscription {
        filter: table.required_text("filter"),
        qos: table
            .integer("qos", 0..=2)
            .and_then(|qos| u8::try_from(qos).ok())
            .unwrap_or(1),
        everything: table.boolean("everything").unwrap_or(false),
    };
    let filter = &subscription.filter;
    if let Some(fault) = topic::filter_fault(filter).filter(|_| !filter.is_empty()) {
        table.fault("filter", format!("\"{filter}\": {fault}"));
    } else if topic::is_everything(filter) && !subscription.everything {
        table.fault(
            "filter",
            format!("\"{filter}\" asks for every message of the broker; name topics, or add everything = true"),
        );
    }
    table.finish();
    subscription
}

fn area(mut table: Reader<'_>, seen: &mut HashSet<String>) -> Area {
    let id = unique_id(&mut table, seen);
    let area = Area {
        name: table.filled_text("name").unwrap_or_else(|| id.clone()),
        id,
    };
    table.finish();
    area
}

/// The signal that each address of each connection belongs to.
type Taken = HashMap<(ConnectionId, String), String>;

fn asset(
    mut table: Reader<'_>,
    plant: &Plant,
    seen: &mut HashSet<String>,
    taken: &mut Taken,
) -> Asset {
    let ids = seen.len();
    let id = unique_id(&mut table, seen);
    let is_named = seen.len() > ids;
    let mut asset = Asset {
        name: table.filled_text("name").unwrap_or_else(|| id.clone()),
        id: AssetId::from(id),
        area: table.required_text("area"),
        type_id: table.required_text("type"),
        connection: ConnectionId::from(table.required_text("connection")),
        source: table.filled_text("source"),
        sources: BTreeMap::new(),
    };
    reference(
        &table,
        "area",
        &asset.area,
        plant.area(&asset.area).is_some(),
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
                "must hold {signal}, or all signals of the asset would come from one address",
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
                let message = format!(
                    "signal {name} has the address \"{}\" of connection {} that signal {} has already; give each its own",
                    first.key().1,
                    asset.connection,
                    first.get()
                );
                match sources.filter(|_| own) {
                    Some(sources) => sources.fault(id, message),
                    None => table.fault("source", message),
                }
            }
        }
    }
}

fn reference(table: &Reader<'_>, key: &str, id: &str, known: bool) {
    if !known && !id.is_empty() {
        table.fault(
            key,
            format!("there is no {key} \"{id}\"; correct the id or add a [[{key}]]"),
        );
    }
}

/// An address is a topic, `#`, and a path inside the payload.
fn check_address(table: &Reader<'_>, key: &str, address: &str) {
    let fault = match address.split_once('#') {
        None => Some("has no `#`"),
        Some(("", _)) => Some("has no topic before the `#`"),
        Some((_, "")) => Some("has nothing after the `#`"),
        Some((topic, _)) if topic.contains('+') => Some("has a wildcard in its topic"),
        Some(_) => None,
    };
    if let Some(fault) = fault {
        table.fault(
            key,
            format!(
                "\"{address}\" {fault}; write it as topic#path, such as \"line1/oven#temperature\""
            ),
        );
    }
}
