//! Proposals: what could be added to a plant file, and why.

use std::collections::BTreeMap;

use twin_core::{ConnectionId, said};
use twin_model::{Asset, Kind, Plant};
use twin_payload::Convention;

use crate::{
    assets::Assets,
    evidence::{Evidence, Ground},
    group::{self, About, Group},
    ids::Ids,
    kinds::Kinds,
    ledger::Ledger,
    names::{is_carrier, slug, title},
    proposal::{Choice, Confidence, Proposal, ProposedAsset},
    signal::{self, ProposedSignal},
};

/// Proposals for everything heard on the connections that feeds no signal and is not ignored, by connection and source.
/// `plant` is all that runs, `written` what of it stands in the plant file: only assets that stand there can get more
/// signals.
pub fn propose(
    ledgers: &[(&ConnectionId, &Ledger)],
    plant: &Plant,
    written: &Plant,
) -> Vec<Proposal> {
    let known = Assets::of(plant);
    let ignored = plant.discovery.ignored();
    let mut proposals = Vec::new();
    let mut ids = Ids::of(plant.assets.iter().map(|asset| asset.id.to_string()));
    for (connection, ledger) in ledgers {
        let of = plant.connection(connection.as_str());
        let about = About {
            coap: of
                .filter(|of| of.kind == Kind::Coap)
                .map(|of| of.name.as_str()),
        };
        let is_wanted = |address: &str| !known.has(connection, address) && !ignored.covers(address);
        for group in group::group(ledger, about, is_wanted) {
            let existing = known
                .of_group(connection, &group)
                .and_then(|id| written.asset(id));
            proposals.push(proposal(connection, &group, existing, plant, &mut ids));
        }
    }
    Kinds::of(plant).name(&mut proposals, plant);
    proposals
}

fn proposal(
    connection: &ConnectionId,
    group: &Group<'_>,
    existing: Option<&Asset>,
    plant: &Plant,
    ids: &mut Ids,
) -> Proposal {
    let mut signals: Vec<ProposedSignal> = group.members.iter().map(signal::propose).collect();
    let convention = convention_of(group);
    let confidence = if !group.descriptions.is_empty() || existing.is_some() {
        Confidence::Sure
    } else if group.is_guessed {
        Confidence::Guess
    } else {
        Confidence::Likely
    };
    let asset = asset(group, existing, convention, plant, ids);
    for signal in &mut signals {
        without_asset(&mut signal.name, &asset.name);
    }
    Proposal {
        id: format!("{connection} {}", group.key),
        connection: (*connection).clone(),
        evidence: reasons(group, existing.is_some(), signals.len()),
        asset,
        convention,
        signals,
        confidence,
    }
}

fn asset(
    group: &Group<'_>,
    existing: Option<&Asset>,
    convention: Option<Convention>,
    plant: &Plant,
    ids: &mut Ids,
) -> ProposedAsset {
    let said = |find: fn(&twin_payload::Description) -> Option<&str>| {
        let mut descriptions = group.descriptions.iter();
        descriptions.find_map(|description| find(description).map(str::to_owned))
    };
    let path: Vec<String> = group
        .above
        .iter()
        .filter(|level| says_where(level))
        .cloned()
        .collect();
    let (maker, model) = (said(|d| d.maker.as_deref()), said(|d| d.model.as_deref()));
    let kind = Choice::default();
    if let Some(asset) = existing {
        let place = plant.place(&asset.area);
        return ProposedAsset {
            existing: Some(asset.id.clone()),
            id: asset.id.to_string(),
            name: asset.name.clone(),
            place: Choice {
                id: asset.area.clone(),
                name: place.map_or_else(|| asset.area.clone(), |place| place.name.clone()),
                exists: true,
            },
            path,
            kind,
            maker,
            model,
        };
    }
    let named = said(|d| d.name.as_deref()).filter(|name| !name.trim().is_empty());
    let name = named.unwrap_or_else(|| asset_name(&group.name));
    ProposedAsset {
        existing: None,
        id: ids.take(&slug(&name, "asset")),
        place: place(&path, convention, plant),
        name,
        path,
        kind,
        maker,
        model,
    }
}

/// Where a new asset would stand: the nearest level above it that is a place of the plant, else a new place named as the
/// nearest level. A Sparkplug device stands where its group is, not in its node.
fn place(path: &[String], convention: Option<Convention>, plant: &Plant) -> Choice {
    let is_same = |place: &twin_model::Place, level: &str| {
        place.name.eq_ignore_ascii_case(level) || place.id == slug(level, "place")
    };
    let nearest_first = path.iter().rev();
    let known = nearest_first
        .filter_map(|level| plant.places.iter().rfind(|place| is_same(place, level)))
        .next();
    let existing = |place: &twin_model::Place| Choice {
        id: place.id.clone(),
        name: place.name.clone(),
        exists: true,
    };
    if let Some(place) = known {
        return existing(place);
    }
    let level = match convention {
        Some(Convention::SparkplugB) => path.first(),
        _ => path.last(),
    };
    match (level, plant.places.first()) {
        (Some(level), _) => Choice {
            id: slug(level, "place"),
            name: asset_name(level),
            exists: false,
        },
        (None, Some(place)) => existing(place),
        (None, None) => Choice {
            id: slug(&plant.name, "plant"),
            name: plant.name.clone(),
            exists: false,
        },
    }
}

/// What is named `Pump 1 flow` in the asset `Pump 1` is its `flow`: assets of one type have signals of one name.
fn without_asset(name: &mut String, asset: &str) {
    let rest = name.strip_prefix(asset).map(str::trim_start);
    if let Some(rest) = rest.filter(|rest| rest.len() < name.len() && !rest.is_empty())
        && name.as_bytes().get(asset.len()) == Some(&b' ')
    {
        *name = rest.to_owned();
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
        "$iothub",
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
    !namespaces.contains(&level) && !is_carrier(level)
}

fn reasons(group: &Group<'_>, exists: bool, signals: usize) -> Vec<Evidence> {
    let mut reasons: Vec<Evidence> = group
        .descriptions
        .iter()
        .map(|description| {
            let label = description.convention.label();
            let text = said!(
                "evidence-described",
                "{convention} describes \"{source}\" with {count} signals",
                convention = label,
                source = &*description.source,
                count = description.points.len()
            );
            Evidence::new(Ground::Said, text, &description.topic)
        })
        .collect();
    if exists {
        let text = said!(
            "evidence-beside",
            "its addresses lie where signals of the asset come from"
        );
        reasons.push(Evidence::new(Ground::Seen, text, &group.key));
    } else if group.is_guessed {
        let text = said!(
            "evidence-share",
            "{count} addresses share \"{key}\"",
            count = signals,
            key = &*group.key
        );
        reasons.push(Evidence::new(Ground::Guessed, text, &group.key));
    } else if reasons.is_empty() {
        let text = said!(
            "evidence-device",
            "\"{key}\" is one device by its convention",
            key = &*group.key
        );
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
