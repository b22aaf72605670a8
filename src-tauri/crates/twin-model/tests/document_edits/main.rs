//! Edits of a plant file: what is put is read back, what people wrote stays, what is undone leaves no trace.

mod commented;
mod strategies;

use proptest::prelude::*;
use twin_core::{AssetId, ConnectionId};
use twin_model::{Edit, Error, Plant, PlantDocument};

use self::{
    commented::{comments, plant_text, tweak},
    strategies::{asset, asset_type, connection, hostile, id, mapping, place, topic},
};

const RIVERSIDE: &str = include_str!("../riverside.toml");

fn put() -> BoxedStrategy<Edit> {
    // Boxed one by one: together they are too large for a thread's stack.
    prop_oneof![
        id().prop_flat_map(|id| connection(format!("c{id}")).boxed())
            .prop_map(|of| Edit::PutConnection(Box::new(of)))
            .boxed(),
        connection("laboratory".into())
            .prop_map(|of| Edit::PutConnection(Box::new(of)))
            .boxed(),
        id().prop_flat_map(|id| place(format!("p{id}")).boxed())
            .prop_map(Edit::PutPlace)
            .boxed(),
        id().prop_flat_map(|id| asset_type(format!("t{id}")).boxed())
            .prop_map(Edit::PutType)
            .boxed(),
        id().prop_flat_map(|id| asset(format!("a{id}")).boxed())
            .prop_map(Edit::PutAsset)
            .boxed(),
        id().prop_flat_map(|id| mapping(format!("m{id}")).boxed())
            .prop_map(Edit::PutMapping)
            .boxed(),
        topic()
            .prop_map(|topic| Edit::PutIgnore(format!("i/{topic}/#")))
            .boxed(),
    ]
    .boxed()
}

/// Whether the plant says what was put.
fn says(plant: &Plant, edit: &Edit) -> bool {
    match edit {
        Edit::PutConnection(of) => plant.connection(of.id.as_str()) == Some(&**of),
        Edit::PutPlace(of) => plant.place(&of.id) == Some(of),
        Edit::PutType(of) => plant.asset_type(&of.id) == Some(of),
        Edit::PutAsset(of) => plant.asset(of.id.as_str()) == Some(of),
        Edit::PutMapping(of) => plant.mapping(&of.id) == Some(of),
        Edit::PutIgnore(of) => plant.discovery.ignore.contains(of),
        Edit::PutSource {
            asset,
            signal,
            address,
        } => {
            plant
                .asset(asset.as_str())
                .and_then(|asset| asset.sources.get(signal))
                == Some(address)
        }
        _ => false,
    }
}

/// What takes a put thing away again.
fn removal(edit: &Edit) -> Edit {
    match edit.clone() {
        Edit::PutConnection(of) => Edit::RemoveConnection(of.id),
        Edit::PutPlace(of) => Edit::RemovePlace(of.id),
        Edit::PutType(of) => Edit::RemoveType(of.id),
        Edit::PutAsset(of) => Edit::RemoveAsset(of.id),
        Edit::PutMapping(of) => Edit::RemoveMapping(of.id),
        Edit::PutIgnore(of) => Edit::RemoveIgnore(of),
        Edit::PutSource { asset, signal, .. } => Edit::RemoveSource { asset, signal },
        other => other,
    }
}

/// What puts back what the plant had under the same id; none when it had nothing.
fn before(plant: &Plant, edit: &Edit) -> Option<Edit> {
    match edit {
        Edit::PutConnection(of) => plant
            .connection(of.id.as_str())
            .cloned()
            .map(|of| Edit::PutConnection(Box::new(of))),
        Edit::PutPlace(of) => plant.place(&of.id).cloned().map(Edit::PutPlace),
        Edit::PutType(of) => plant.asset_type(&of.id).cloned().map(Edit::PutType),
        Edit::PutAsset(of) => plant.asset(of.id.as_str()).cloned().map(Edit::PutAsset),
        Edit::PutMapping(of) => plant.mapping(&of.id).cloned().map(Edit::PutMapping),
        Edit::PutIgnore(of) => plant.discovery.ignore.contains(of).then(|| edit.clone()),
        _ => None,
    }
}

/// The plant without what was edited: nothing else may change.
fn others(plant: &Plant, edit: &Edit) -> Plant {
    let mut plant = plant.clone();
    match edit {
        Edit::PutConnection(of) => plant.connections.retain(|other| other.id != of.id),
        Edit::PutPlace(of) => plant.places.retain(|other| other.id != of.id),
        Edit::PutType(of) => plant.types.retain(|other| other.id != of.id),
        Edit::PutAsset(of) => plant.assets.retain(|other| other.id != of.id),
        Edit::PutMapping(of) => plant.mappings.retain(|other| other.id != of.id),
        Edit::PutIgnore(of) => plant.discovery.ignore.retain(|other| other != of),
        Edit::PutSource { asset, .. } => plant.assets.retain(|other| other.id != *asset),
        _ => {}
    }
    plant
}

/// Two types of signals need the place that places name as their parent.
fn with_site(text: &str) -> String {
    format!("{text}\n[[place]]\nid = \"south\"\nlevel = \"site\"\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_put_is_read_back_and_nothing_else_changes(edits in prop::collection::vec(put(), 1..5)) {
        let mut document = PlantDocument::parse(&with_site(RIVERSIDE)).unwrap();
        for edit in &edits {
            let old = document.plant().clone();
            document.apply(std::slice::from_ref(edit)).unwrap();
            let text = document.to_string();
            prop_assert!(says(document.plant(), edit), "{edit:?} in\n{text}");
            prop_assert_eq!(&Plant::parse(&text).unwrap(), document.plant());
            prop_assert_eq!(others(document.plant(), edit), others(&old, edit));
        }
        // All at once is the same as one by one.
        let mut at_once = PlantDocument::parse(&with_site(RIVERSIDE)).unwrap();
        at_once.apply(&edits).unwrap();
        prop_assert_eq!(at_once.to_string(), document.to_string());
    }

    #[test]
    fn what_is_added_and_removed_leaves_no_trace(bits in any::<u64>(), edit in put()) {
        let text = plant_text(bits);
        let mut document = PlantDocument::parse(&text).unwrap();
        prop_assume!(before(document.plant(), &edit).is_none());
        document.apply(std::slice::from_ref(&edit)).unwrap();
        prop_assert_eq!(comments(&document.to_string()), comments(&text));
        document.apply(&[removal(&edit)]).unwrap();
        prop_assert_eq!(document.to_string(), text);
    }

    #[test]
    fn comments_survive_every_change(bits in any::<u64>(), steps in prop::collection::vec((0u8..24, hostile(), 1u16..999, any::<bool>()), 1..5)) {
        let text = plant_text(bits);
        let mut document = PlantDocument::parse(&text).unwrap();
        for (which, name, number, flag) in &steps {
            let old = document.plant().clone();
            let edit = tweak(&old, *which, name, *number, *flag);
            document.apply(std::slice::from_ref(&edit)).unwrap();
            let edited = document.to_string();
            prop_assert!(says(document.plant(), &edit), "{edit:?} in\n{edited}");
            prop_assert_eq!(others(document.plant(), &edit), others(&old, &edit));
            prop_assert_eq!(comments(&edited), comments(&text), "{:?} in\n{}", edit, edited);
        }
    }

    #[test]
    fn a_change_that_is_taken_back_is_gone(first in put(), second in put(), other in put()) {
        // What the writer wrote itself comes back to the byte.
        let mut document = PlantDocument::parse(&with_site(RIVERSIDE)).unwrap();
        prop_assume!(before(document.plant(), &first).is_none());
        document.apply(&[first.clone(), other]).unwrap();
        let text = document.to_string();
        let Some(second) = renamed(second, &first) else { return Ok(()); };
        let back = before(document.plant(), &second).unwrap();
        document.apply(&[second]).unwrap();
        document.apply(&[back]).unwrap();
        prop_assert_eq!(document.to_string(), text);
    }

    #[test]
    fn what_is_put_again_changes_not_one_byte(bits in any::<u64>(), edits in prop::collection::vec(put(), 0..3)) {
        let mut document = PlantDocument::parse(&plant_text(bits)).unwrap();
        document.apply(&edits).unwrap();
        let text = document.to_string();
        let plant = document.plant().clone();
        let connections = plant.connections.iter().cloned();
        let connections = connections.map(|of| Edit::PutConnection(Box::new(of)));
        let places = plant.places.iter().cloned().map(Edit::PutPlace);
        let types = plant.types.iter().cloned().map(Edit::PutType);
        let assets = plant.assets.iter().cloned().map(Edit::PutAsset);
        let mappings = plant.mappings.iter().cloned().map(Edit::PutMapping);
        let ignored = plant.discovery.ignore.iter().cloned().map(Edit::PutIgnore);
        let all = connections.chain(places).chain(types).chain(assets).chain(mappings).chain(ignored);
        document.apply(&all.collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(document.to_string(), text);
    }
}

#[test]
fn many_entries_of_a_list_are_put_and_removed_at_once() {
    let text = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n\n[discovery]\nignore = [\n    \"a\", # noise\n]\n";
    let put = |of: &str| Edit::PutIgnore(of.to_owned());
    let remove = |of: &str| Edit::RemoveIgnore(of.to_owned());
    let edits = [
        put("b"),
        put("a"),
        remove("b"),
        put("c"),
        put("b"),
        put("b"),
    ];
    let mut at_once = PlantDocument::parse(text).unwrap();
    at_once.apply(&edits).unwrap();
    assert_eq!(at_once.plant().discovery.ignore, ["a", "c", "b"]);
    assert!(at_once.to_string().contains("\"a\", # noise\n    \"c\",\n"));
    let mut one_by_one = PlantDocument::parse(text).unwrap();
    for edit in edits {
        one_by_one.apply(&[edit]).unwrap();
    }
    assert_eq!(at_once.to_string(), one_by_one.to_string());
    assert!(at_once.apply(&[remove("c"), remove("c")]).is_err());
    assert_eq!(at_once.to_string(), one_by_one.to_string());
}

proptest! {
    #[test]
    fn a_strange_plant_file_is_edited_or_refused_whole(at in 0..RIVERSIDE.len(), length in 0usize..30, put_in in "[\\PC\n]{0,6}|\\[a\\]|# x\n|\r\n", edit in put()) {
        let floor = |mut at: usize| { while !RIVERSIDE.is_char_boundary(at) { at -= 1; } at };
        let (start, end) = (floor(at), floor((at + length).min(RIVERSIDE.len())));
        let text = format!("{}{put_in}{}", &RIVERSIDE[..start], &RIVERSIDE[end.max(start)..]);
        if let Ok(mut document) = PlantDocument::parse(&text) {
            // Mixed line ends are made one.
            prop_assert_eq!(document.to_string(), text.replace("\r\n", "\n"));
            let before = document.to_string();
            match document.apply(std::slice::from_ref(&edit)) {
                Ok(()) => prop_assert!(says(&Plant::parse(&document.to_string()).unwrap(), &edit)),
                Err(_) => prop_assert_eq!(document.to_string(), before),
            }
        }
    }
}

/// `edit` for the thing that `of` is about; none when they are of different kinds.
fn renamed(edit: Edit, of: &Edit) -> Option<Edit> {
    Some(match (edit, of) {
        (Edit::PutConnection(mut edit), Edit::PutConnection(of)) => {
            edit.id.clone_from(&of.id);
            Edit::PutConnection(edit)
        }
        (Edit::PutPlace(mut edit), Edit::PutPlace(of)) => {
            edit.id.clone_from(&of.id);
            // Another level may need another header, which is another place in the file.
            edit.level = of.level;
            Edit::PutPlace(edit)
        }
        (Edit::PutType(mut edit), Edit::PutType(of)) => {
            edit.id.clone_from(&of.id);
            // The role says whether `step` has to be said; one that was said once stays.
            for (edit, of) in edit.signals.iter_mut().zip(&of.signals) {
                (edit.role, edit.step) = (of.role, of.step);
            }
            Edit::PutType(edit)
        }
        (Edit::PutAsset(mut edit), Edit::PutAsset(of)) => {
            edit.id.clone_from(&of.id);
            Edit::PutAsset(edit)
        }
        (Edit::PutMapping(mut edit), Edit::PutMapping(of)) => {
            edit.id.clone_from(&of.id);
            Edit::PutMapping(edit)
        }
        _ => return None,
    })
}

#[test]
fn a_batch_is_made_whole_or_not_at_all() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    let mut asset = document.plant().assets[0].clone();
    asset.id = AssetId::from("pump-3");
    asset.source = Some("other#{signal}".into());
    asset.sources.clear();
    let good = Edit::PutAsset(asset.clone());
    for bad in [
        Edit::RemoveAsset(AssetId::from("nobody")),
        Edit::RemoveIgnore("x/#".into()),
        Edit::RemoveMapping("x".into()),
        Edit::RemoveSource {
            asset: AssetId::from("pump-2"),
            signal: "speed".into(),
        },
    ] {
        let refused = document.apply(&[good.clone(), bad]).unwrap_err();
        assert!(matches!(refused, Error::Unknown { .. }), "{refused}");
        assert_eq!(document.to_string(), RIVERSIDE);
    }
    // The asset that still stands there needs its connection, its place and its type.
    for bad in [
        Edit::RemoveConnection(ConnectionId::from("station")),
        Edit::RemovePlace("pump-hall".into()),
        Edit::RemoveType("centrifugal-pump".into()),
        Edit::PutSource {
            asset: "pump-2".into(),
            signal: "room".into(),
            address: "no path".into(),
        },
    ] {
        let refused = document.apply(&[good.clone(), bad]).unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        assert_eq!(document.to_string(), RIVERSIDE);
    }
    // Everything that leans on each other can go at once, in any order.
    document
        .apply(&[
            Edit::RemovePlace("pump-hall".into()),
            Edit::RemoveConnection(ConnectionId::from("station")),
            Edit::RemoveAsset(AssetId::from("pump-2")),
        ])
        .unwrap();
    assert!(document.plant().assets.is_empty());
}

#[test]
fn a_place_may_change_its_level() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    let mut place = document.plant().places[0].clone();
    place.level = twin_model::Level::Cell;
    document.apply(&[Edit::PutPlace(place.clone())]).unwrap();
    assert_eq!(document.plant().places, [place]);
    let text = document.to_string();
    assert!(
        text.contains("[[place]]") && !text.contains("[[area]]"),
        "{text}"
    );
}
