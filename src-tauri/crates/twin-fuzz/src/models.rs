//! Models and plant files, topics and units.

use twin_core::ConnectionId;
use twin_model::{
    Edit, Error, Mapper, Plant, PlantDocument, dtdl, td, topic,
    units::{self, Vocabulary},
};

use crate::{
    broken::{Broken, ensure},
    script::{Part, Script},
};

/// Reads the parts as the files of a DTDL model.
///
/// # Errors
/// What did not hold.
pub fn check_dtdl(script: &Script) -> Result<(), Broken> {
    let names: Vec<String> = script.parts.iter().map(Part::name).collect();
    let files: Vec<dtdl::Source<'_>> = script
        .parts
        .iter()
        .zip(&names)
        .map(|(part, name)| dtdl::Source {
            name,
            bytes: &part.body,
        })
        .collect();
    let options = dtdl::Options::default();
    let read = || dtdl::read(&files, &options);
    match (read(), read()) {
        (Ok(model), Ok(again)) => {
            ensure(format!("{model:?}") == format!("{again:?}"), || {
                "the same files gave another model".into()
            })?;
            for interface in 0..model.interfaces.len() {
                let proposal = model.to_type(interface);
                ensure(proposal.is_some(), || {
                    format!("no type of Interface {interface}")
                })?;
            }
            ensure(model.to_type(model.interfaces.len()).is_none(), || {
                "a type of no Interface".into()
            })
        }
        (Err(faults), Err(again)) => ensure(faults.to_string() == again.to_string(), || {
            "the same files gave other faults".into()
        }),
        _ => Err(Broken::Invariant(
            "the same files are sound once and once not".into(),
        )),
    }
}

/// Reads each part as a Thing Description.
///
/// # Errors
/// What did not hold.
pub fn check_things(script: &Script) -> Result<(), Broken> {
    for part in &script.parts {
        let name = part.name();
        let source = td::Source {
            name: &name,
            bytes: &part.body,
        };
        let read = || format!("{:?}", td::read(source, &td::Limits::default()));
        ensure(read() == read(), || {
            "the same file gave something else".into()
        })?;
    }
    Ok(())
}

/// Reads the first part as a plant file, and puts into it what stands in the others. Control: 1: what has the id of
/// something in the part is removed instead.
///
/// # Errors
/// What did not hold.
pub fn check_plant(script: &Script) -> Result<(), Broken> {
    let Some((first, others)) = script.parts.split_first() else {
        return Ok(());
    };
    let text = first.text();
    let Some(mut document) = document(&text)? else {
        return Ok(());
    };
    let written = document.to_string();
    ensure(plain(&written) == plain(&text), || {
        format!("a plant file that nobody edited is written otherwise: {written:?}")
    })?;
    for part in others {
        if let Ok(plant) = Plant::parse(&part.text()) {
            let edits = edits(&plant, part.flag(0));
            edit(&mut document, &edits)?;
        }
    }
    ask(document.plant());
    Ok(())
}

/// A text without its mark of byte order and without what may be made uniform: ends of lines, and that of the file, and
/// blanks between the parts of a table's header, which the TOML editor does not keep.
fn plain(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let lines = text.split('\n').map(|line| {
        if line.trim_start().starts_with('[') {
            line.replace([' ', '\t'], "")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A plant file as a document; none when it is none.
fn document(text: &str) -> Result<Option<PlantDocument>, Broken> {
    match (Plant::parse(text), PlantDocument::parse(text)) {
        (Ok(plant), Ok(document)) => {
            ensure(*document.plant() == plant, || {
                "a plant file says something else when it is to be edited".into()
            })?;
            Ok(Some(document))
        }
        (Err(error), Err(_)) => {
            if let Error::Invalid(problems) = &error {
                let lines = text.lines().count() + 1;
                let far = problems.iter().find(|problem| problem.line > lines);
                ensure(far.is_none() && !problems.is_empty(), || {
                    format!("a fault beyond the last line: {far:?}")
                })?;
            }
            Ok(None)
        }
        (plant, _) => Err(Broken::Invariant(format!(
            "a plant file is sound only to be read or only to be edited: {plant:?}"
        ))),
    }
}

fn edits(plant: &Plant, removes: bool) -> Vec<Edit> {
    let mut edits = positions(plant, removes);
    if removes {
        let assets = plant.assets.iter().map(|one| one.id.clone());
        edits.extend(assets.map(Edit::RemoveAsset));
        let mappings = plant.mappings.iter().map(|one| one.id.clone());
        edits.extend(mappings.map(Edit::RemoveMapping));
        let places = plant.places.iter().map(|one| one.id.clone());
        edits.extend(places.map(Edit::RemovePlace));
        let types = plant.types.iter().map(|one| one.id.clone());
        edits.extend(types.map(Edit::RemoveType));
        let connections = plant.connections.iter().map(|one| one.id.clone());
        edits.extend(connections.map(Edit::RemoveConnection));
        let filters = plant.discovery.ignore.iter().cloned();
        edits.extend(filters.map(Edit::RemoveIgnore));
        return edits;
    }
    let connections = plant.connections.iter().cloned();
    edits.extend(connections.map(|of| Edit::PutConnection(Box::new(of))));
    edits.extend(plant.places.iter().cloned().map(Edit::PutPlace));
    edits.extend(plant.types.iter().cloned().map(Edit::PutType));
    edits.extend(plant.assets.iter().cloned().map(Edit::PutAsset));
    edits.extend(plant.mappings.iter().cloned().map(Edit::PutMapping));
    let filters = plant.discovery.ignore.iter().cloned();
    edits.extend(filters.map(Edit::PutIgnore));
    edits
}

/// Where assets are, or that they are there no more.
fn positions(plant: &Plant, removes: bool) -> Vec<Edit> {
    let mut edits = vec![];
    for plan in &plant.plans {
        edits.extend(plan.assets.iter().map(|(asset, at)| Edit::PutSpot {
            plan: plan.id.clone(),
            asset: asset.clone(),
            at: (!removes).then_some(*at),
        }));
    }
    let locations = plant.map.locations.iter();
    edits.extend(locations.map(|(asset, at)| Edit::PutLocation {
        asset: asset.clone(),
        at: (!removes).then_some(*at),
    }));
    edits
}

/// An edit leaves a sound plant file that says it, or changes nothing.
fn edit(document: &mut PlantDocument, edits: &[Edit]) -> Result<(), Broken> {
    for edit in edits {
        let before = document.to_string();
        let result = document.apply(std::slice::from_ref(edit));
        let after = document.to_string();
        if result.is_err() {
            ensure(before == after, || {
                format!("an edit that failed changed the file: {edit:?}")
            })?;
            continue;
        }
        let read = Plant::parse(&after);
        ensure(read.as_ref() == Ok(document.plant()), || {
            format!("after {edit:?} the file says something else: {read:?}")
        })?;
        let plant = document.plant();
        let is_there = match edit {
            Edit::PutConnection(put) => plant.connections.contains(put),
            Edit::PutPlace(put) => plant.places.contains(put),
            Edit::PutType(put) => plant.types.contains(put),
            Edit::PutAsset(put) => plant.assets.contains(put),
            Edit::PutMapping(put) => plant.mappings.contains(put),
            Edit::PutIgnore(put) => plant.discovery.ignore.contains(put),
            Edit::RemoveAsset(id) => plant.asset(id.as_str()).is_none(),
            Edit::RemoveConnection(id) => plant.connection(id.as_str()).is_none(),
            Edit::RemovePlace(id) => plant.place(id).is_none(),
            Edit::RemoveType(id) => plant.asset_type(id).is_none(),
            Edit::RemoveMapping(id) => plant.mapping(id).is_none(),
            Edit::RemoveIgnore(filter) => !plant.discovery.ignore.contains(filter),
            Edit::PutSpot { plan, asset, at } => {
                let mut plans = plant.plans.iter();
                let plan = plans.find(|known| known.id == *plan);
                plan.and_then(|plan| plan.assets.get(asset)) == at.as_ref()
            }
            Edit::PutLocation { asset, at } => plant.map.locations.get(asset) == at.as_ref(),
            Edit::PutSource { .. } | Edit::RemoveSource { .. } => true,
        };
        ensure(is_there, || {
            format!("an edit was made and is not there: {edit:?}\n{after}")
        })?;
    }
    Ok(())
}

/// Everything that is asked of a plant.
fn ask(plant: &Plant) {
    let mapper = Mapper::new(plant);
    for signal in plant.signals() {
        let address = signal.address.as_deref().unwrap_or("a#b");
        for connection in &plant.connections {
            std::hint::black_box(mapper.resolve(&connection.id, address));
        }
        std::hint::black_box(plant.retention_class(&signal));
    }
    std::hint::black_box((
        plant.warnings(),
        mapper.resolve(&ConnectionId::from("none"), "a#b"),
    ));
}

/// Names are filters, bodies are topics, one a line.
///
/// # Errors
/// What did not hold.
pub fn check_topics(script: &Script) -> Result<(), Broken> {
    let mut filters: Vec<String> = script.parts.iter().map(Part::name).collect();
    filters.retain(|filter| topic::filter_fault(filter).is_none());
    for (one, part) in filters.iter().zip(&script.parts) {
        for other in &filters {
            ensure(
                topic::overlap(one, other) == topic::overlap(other, one),
                || format!("{one:?} and {other:?} overlap in one direction"),
            )?;
        }
        ensure(topic::overlap(one, one), || {
            format!("{one:?} overlaps not itself")
        })?;
        let text = part.text();
        for name in text.lines().filter(|name| is_topic(name)) {
            for other in &filters {
                let matches = topic::matches(other, name);
                ensure(matches == topic::overlap(other, name), || {
                    format!("whether {other:?} matches {name:?}")
                })?;
                let both = matches && topic::matches(one, name);
                ensure(!both || topic::overlap(one, other), || {
                    format!("{one:?} and {other:?} match {name:?} and do not overlap")
                })?;
            }
        }
    }
    Ok(())
}

fn is_topic(name: &str) -> bool {
    let is_share = name == "$share" || name.starts_with("$share/");
    topic::filter_fault(name).is_none() && !name.contains(['+', '#']) && !is_share
}

const VOCABULARIES: [Vocabulary; 9] = [
    Vocabulary::Written,
    Vocabulary::Ucum,
    Vocabulary::Rec20,
    Vocabulary::SparkplugEngUnit,
    Vocabulary::Homie,
    Vocabulary::Dtdl,
    Vocabulary::HomeAssistant,
    Vocabulary::SenMl,
    Vocabulary::OpcUa,
];

/// Each line of a body is a unit in some vocabulary.
///
/// # Errors
/// What did not hold.
pub fn check_units(script: &Script) -> Result<(), Broken> {
    for part in &script.parts {
        for line in part.text().lines() {
            let suffix = [Vocabulary::Suffix];
            for vocabulary in VOCABULARIES.iter().chain(&suffix) {
                let Some(known) = units::lookup(line, *vocabulary) else {
                    continue;
                };
                let as_such = units::lookup_as(line, *vocabulary, known.quantity);
                ensure(as_such == Some(known), || {
                    format!("{line:?} is a unit, and none of its quantity")
                })?;
                let back = units::convert(1.0, known, known);
                ensure(back.is_some_and(|one| (one - 1.0).abs() < 1e-9), || {
                    format!("1 {line} is {back:?} {line}")
                })?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made() {
        let small =
            "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[discovery]\nignore = [\"a\"]\n";
        let mut document = PlantDocument::parse(small).unwrap();
        assert_eq!(edit(&mut document, &[Edit::PutIgnore("b".into())]), Ok(()));
        assert_eq!(document.plant().discovery.ignore, ["a", "b"]);
    }
}
