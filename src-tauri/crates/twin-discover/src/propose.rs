//! Proposals: what could be added to a plant file, and why.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::{AssetId, ConnectionId};
use twin_model::{AssetType, Plant};
use twin_payload::Convention;

use crate::{
    evidence::{Evidence, Ground},
    group::{self, Group},
    ledger::Ledger,
    names::{free, slug, title},
    signal::{self, ProposedSignal},
};

/// A type of the plant file fits when so many of an asset's signals are its own, in percent.
const TYPE_FITS_PERCENT: usize = 80;

/// How sure a proposal is, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Its source says what it is.
    Sure,
    /// The convention says which values belong together.
    Likely,
    /// The shape of topics does.
    Guess,
}

/// Something heard that could become an asset, or more signals of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Stable as long as the source keeps its name: `connection key`.
    pub id: String,
    /// The connection that it was heard on.
    pub connection: ConnectionId,
    /// What it would be.
    pub asset: ProposedAsset,
    /// Its signals, by address.
    pub signals: Vec<ProposedSignal>,
    /// Why they are one asset, and this one.
    pub evidence: Vec<Evidence>,
    /// How sure.
    pub confidence: Confidence,
    /// The convention of most of its values.
    pub convention: Option<Convention>,
}

/// The asset of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedAsset {
    /// The asset of the plant file that more signals were heard of.
    pub existing: Option<AssetId>,
    /// Id; free in the plant file and among the proposals, unless it exists.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Names of the places above it, the outermost first.
    pub places: Vec<String>,
    /// Its type.
    pub kind: ProposedType,
    /// Who made it.
    pub maker: Option<String>,
    /// Its model.
    pub model: Option<String>,
}

/// The type of a proposed asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposedType {
    /// One of the plant file.
    Existing(String),
    /// A new one, shared by all proposals that name it.
    New {
        /// Id, free in the plant file.
        id: String,
        /// Display name.
        name: String,
    },
}

/// Proposals for everything heard on the connections, by connection and source.
pub fn propose(ledgers: &[(&ConnectionId, &Ledger)], plant: &Plant) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    let mut taken: BTreeSet<String> = plant.assets.iter().map(|a| a.id.to_string()).collect();
    for (connection, ledger) in ledgers {
        for group in group::group(ledger) {
            if group.members.is_empty() {
                continue;
            }
            let proposal = proposal(connection, &group, plant, &taken);
            taken.insert(proposal.asset.id.clone());
            proposals.push(proposal);
        }
    }
    name_types(&mut proposals, plant);
    proposals
}

fn proposal(
    connection: &ConnectionId,
    group: &Group<'_>,
    plant: &Plant,
    taken: &BTreeSet<String>,
) -> Proposal {
    let existing = existing_asset(connection, group, plant);
    let mut signals: Vec<ProposedSignal> = group.members.iter().map(signal::propose).collect();
    separate_ids(
        &mut signals,
        existing.and_then(|asset| type_of(asset, plant)),
    );
    let said = |find: fn(&twin_payload::Description) -> Option<&str>| {
        let mut descriptions = group.descriptions.iter();
        descriptions.find_map(|description| find(description).map(str::to_owned))
    };
    let name = said(|d| d.name.as_deref()).unwrap_or_else(|| asset_name(&group.name));
    let asset = ProposedAsset {
        existing: existing.map(|asset| asset.id.clone()),
        id: match existing {
            Some(asset) => asset.id.to_string(),
            None => free(&slug(&name, "asset"), |id| taken.contains(id)),
        },
        name: existing.map_or(name, |asset| asset.name.clone()),
        places: group
            .above
            .iter()
            .filter(|level| says_where(level))
            .cloned()
            .collect(),
        kind: ProposedType::New {
            id: String::new(),
            name: String::new(),
        },
        maker: said(|d| d.maker.as_deref()),
        model: said(|d| d.model.as_deref()),
    };
    let confidence = if !group.descriptions.is_empty() || existing.is_some() {
        Confidence::Sure
    } else if group.is_guessed {
        Confidence::Guess
    } else {
        Confidence::Likely
    };
    Proposal {
        id: format!("{connection} {}", group.key),
        connection: (*connection).clone(),
        evidence: reasons(group, existing.is_some(), signals.len()),
        convention: convention_of(group),
        asset,
        signals,
        confidence,
    }
}

/// A name that is no name but a number of the network stays as it is written.
fn asset_name(name: &str) -> String {
    let is_number = name.chars().any(|c| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-'));
    let written = name.chars().any(char::is_uppercase) || name.contains(' ');
    if is_number || written {
        name.to_owned()
    } else {
        title(name)
    }
}

/// Whether a topic level names a place, not a namespace or a carrier.
fn says_where(level: &str) -> bool {
    let namespaces = [
        "spBv1.0",
        "zigbee2mqtt",
        "application",
        "device",
        "devices",
        "homie",
        "te",
        "v3",
        "tele",
        "stat",
        "$aws",
        "things",
    ];
    !namespaces.contains(&level) && !crate::names::is_carrier(level)
}

fn reasons(group: &Group<'_>, exists: bool, signals: usize) -> Vec<Evidence> {
    let mut reasons: Vec<Evidence> = group
        .descriptions
        .iter()
        .map(|description| {
            let label = description.convention.label();
            let text = format!(
                "{label} describes \"{}\" with {} signals",
                description.source,
                description.points.len()
            );
            Evidence::new(Ground::Said, text, &description.topic)
        })
        .collect();
    if exists {
        let text = "its addresses lie where signals of the asset come from";
        reasons.push(Evidence::new(Ground::Seen, text, &group.key));
    } else if group.is_guessed {
        let text = format!("{signals} addresses share \"{}\"", group.key);
        reasons.push(Evidence::new(Ground::Guessed, text, &group.key));
    } else if reasons.is_empty() {
        let text = format!("\"{}\" is one device by its convention", group.key);
        reasons.push(Evidence::new(Ground::Seen, text, &group.key));
    }
    reasons
}

fn convention_of(group: &Group<'_>) -> Option<Convention> {
    let mut counts: BTreeMap<Convention, usize> = BTreeMap::new();
    for member in &group.members {
        if let Some(heard) = member.heard {
            *counts.entry(heard.convention).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    let said = || group.descriptions.first().map(|d| d.convention);
    most.map(|(convention, _)| convention).or_else(said)
}

/// The asset of the plant file that the group's addresses are near: its own signals come from the same topic.
fn existing_asset<'p>(
    connection: &ConnectionId,
    group: &Group<'_>,
    plant: &'p Plant,
) -> Option<&'p twin_model::Asset> {
    plant
        .assets
        .iter()
        .filter(|asset| asset.connection == *connection)
        .find(|asset| {
            let Some(kind) = type_of(asset, plant) else {
                return false;
            };
            kind.signals.iter().any(|signal| {
                asset.address(&signal.id).is_some_and(|address| {
                    let (topic, _) = group::parts(&address);
                    let rest = topic.strip_prefix(group.key.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
            })
        })
}

fn type_of<'p>(asset: &twin_model::Asset, plant: &'p Plant) -> Option<&'p AssetType> {
    plant.asset_type(&asset.type_id)
}

/// Ids of signals differ within an asset, and from those that its type has already.
fn separate_ids(signals: &mut [ProposedSignal], kind: Option<&AssetType>) {
    let mut taken: BTreeSet<String> = kind
        .into_iter()
        .flat_map(|kind| kind.signals.iter().map(|signal| signal.id.clone()))
        .collect();
    for signal in signals {
        signal.id = free(&signal.id, |id| taken.contains(id));
        taken.insert(signal.id.clone());
    }
}

/// What makes two assets of one type: the same signals in the same units.
type Signature = BTreeSet<(String, String)>;

fn signature(signals: &[ProposedSignal]) -> Signature {
    signals
        .iter()
        .map(|signal| (signal.id.clone(), signal.unit.clone()))
        .collect()
}

/// Gives every proposal its type: that of its asset, one of the plant file that fits, or a new one shared by all that
/// have the same signals.
fn name_types(proposals: &mut [Proposal], plant: &Plant) {
    let mut made: Vec<(Signature, ProposedType)> = Vec::new();
    let mut taken: BTreeSet<String> = plant.types.iter().map(|t| t.id.clone()).collect();
    for proposal in proposals {
        let own = signature(&proposal.signals);
        let existing = proposal.asset.existing.as_ref();
        if let Some(asset) = existing.and_then(|id| plant.asset(id.as_str())) {
            proposal.asset.kind = ProposedType::Existing(asset.type_id.clone());
            continue;
        }
        if let Some(kind) = plant.types.iter().find(|kind| fits(kind, &own)) {
            proposal.asset.kind = ProposedType::Existing(kind.id.clone());
            let text = format!("its signals are those of the type \"{}\"", kind.name);
            let topic = proposal.id.clone();
            proposal
                .evidence
                .push(Evidence::new(Ground::Seen, text, &topic));
            continue;
        }
        let known = made.iter().find(|(other, _)| *other == own);
        let kind = known.map_or_else(
            || {
                let name = type_name(&proposal.asset);
                let id = free(&slug(&name, "type"), |id| taken.contains(id));
                taken.insert(id.clone());
                ProposedType::New { id, name }
            },
            |(_, kind)| kind.clone(),
        );
        if known.is_none() {
            made.push((own, kind.clone()));
        }
        proposal.asset.kind = kind;
    }
}

fn fits(kind: &AssetType, own: &Signature) -> bool {
    let common = own
        .iter()
        .filter(|(id, unit)| kind.signal(id).is_some_and(|signal| signal.unit == *unit))
        .count();
    !own.is_empty() && common * 100 >= own.len() * TYPE_FITS_PERCENT
}

/// A model's name, else the asset's without its number.
fn type_name(asset: &ProposedAsset) -> String {
    if let Some(model) = asset
        .model
        .as_ref()
        .filter(|model| !model.trim().is_empty())
    {
        return model.clone();
    }
    let plain = asset
        .name
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '_'));
    if plain.is_empty() {
        asset.name.clone()
    } else {
        plain.to_owned()
    }
}
