//! Which asset and signal an address belongs to by the plant's mapping rules.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use twin_core::{AssetId, ConnectionId};

use crate::{
    mapping::{Captured, Mapping, Pattern, Text},
    plant::Plant,
};

/// Longest id or name that a rule makes, bytes.
const TEXT_BYTES_MAX: usize = 256;

/// The mapping rules of a plant, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Mapper {
    rules: HashMap<ConnectionId, Vec<Rule>>,
    places: HashSet<String>,
    assets: HashSet<AssetId>,
}

/// What a rule says of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Id of the rule.
    pub mapping: String,
    /// The asset. What was captured stands in it with every byte but a-z, A-Z, 0-9, `-` and `_` as `%xx`.
    pub asset: AssetId,
    /// Its display name.
    pub name: String,
    /// Id of its type.
    pub type_id: String,
    /// Id of the place it stands in; none when the rule names none or the plant has no such place.
    pub place: Option<String>,
    /// Id of the signal within the type.
    pub signal: String,
}

#[derive(Clone, Debug)]
struct Rule {
    id: String,
    pattern: Pattern,
    asset: Text,
    name: Text,
    place: Option<Text>,
    signal: Text,
    type_id: String,
    /// Signal id by what the source calls it.
    signals: HashMap<String, String>,
}

impl Mapper {
    /// Prepares the rules of a plant.
    pub fn new(plant: &Plant) -> Self {
        let mut rules: HashMap<ConnectionId, Vec<Rule>> = HashMap::new();
        for mapping in &plant.mappings {
            // A plant that was read has no rule that cannot be prepared.
            if let Some(rule) = Rule::new(mapping, plant) {
                let of_connection = rules.entry(mapping.connection.clone()).or_default();
                of_connection.push(rule);
            }
        }
        Mapper {
            rules,
            places: plant.places.iter().map(|place| place.id.clone()).collect(),
            assets: plant.assets.iter().map(|asset| asset.id.clone()).collect(),
        }
    }

    /// What the first rule that fits says of an address of a connection; none when no rule fits. Time is proportional to
    /// the rules of the connection: ask once for an address, and only when no asset of the plant file names it.
    ///
    /// A rule says nothing of an asset that the plant file has itself, and nothing of a signal that the type does not
    /// have; the next rule is asked then.
    pub fn resolve(&self, connection: &ConnectionId, address: &str) -> Option<Mapped> {
        let (topic, path) = address.split_once('#')?;
        let mut rules = self.rules.get(connection)?.iter();
        rules.find_map(|rule| {
            let captured = rule.pattern.resolve(topic, path)?;
            let mapped = rule.apply(&captured, &self.places)?;
            (!self.assets.contains(&mapped.asset)).then_some(mapped)
        })
    }
}

impl Rule {
    fn new(mapping: &Mapping, plant: &Plant) -> Option<Rule> {
        let text = |text: &str| Text::parse(text).ok();
        let asset_type = plant.asset_type(&mapping.type_id)?;
        let signals = asset_type.signals.iter().map(|signal| {
            let called = mapping.signals.get(&signal.id).unwrap_or(&signal.id);
            (called.clone(), signal.id.clone())
        });
        Some(Rule {
            id: mapping.id.clone(),
            pattern: Pattern::parse(&mapping.filter, &mapping.path).ok()?,
            asset: text(&mapping.asset)?,
            name: text(mapping.name.as_ref().unwrap_or(&mapping.asset))?,
            place: mapping.place.as_deref().and_then(text),
            signal: text(&mapping.signal)?,
            type_id: mapping.type_id.clone(),
            signals: signals.collect(),
        })
    }

    fn apply(&self, captured: &Captured<'_>, places: &HashSet<String>) -> Option<Mapped> {
        let plain: for<'t> fn(&'t str) -> Cow<'t, str> = |text| Cow::Borrowed(text);
        let signal = self.signals.get(&self.signal.fill(captured, plain))?;
        let asset = self.asset.fill(captured, escape);
        let name = self.name.fill(captured, plain);
        if asset.len() > TEXT_BYTES_MAX || name.len() > TEXT_BYTES_MAX {
            return None;
        }
        let place = self.place.as_ref();
        let place = place.map(|place| place.fill(captured, escape));
        Some(Mapped {
            mapping: self.id.clone(),
            asset: AssetId::from(asset),
            name,
            type_id: self.type_id.clone(),
            place: place.filter(|place| places.contains(place)),
            signal: signal.clone(),
        })
    }
}

/// Captured text as part of an id.
fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if is_plain(byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a text never fails.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    Cow::Owned(escaped)
}
