//! What is accepted stands in the plant file as it was accepted, and is proposed no more.
#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

mod common;

use std::collections::BTreeMap;

use proptest::prelude::*;
use twin_discover::{AcceptedAsset, AcceptedSignal, Error, Fault, Field, Proposal, change};
use twin_model::{Asset, Plant, PlantDocument};

use common::{EMPTY, file, hear, proposals};

fn as_proposed(proposal: &Proposal) -> AcceptedAsset<'_> {
    AcceptedAsset {
        proposal,
        id: proposal.asset.id.clone(),
        exists: proposal.asset.existing.is_some(),
        name: proposal.asset.name.clone(),
        place: proposal.asset.place.id.clone(),
        place_name: proposal.asset.place.name.clone(),
        kind: proposal.asset.kind.id.clone(),
        type_name: proposal.asset.kind.name.clone(),
        signals: None,
    }
}

fn ticked(proposal: &Proposal) -> Vec<AcceptedSignal> {
    let signals = proposal.signals.iter();
    signals
        .map(|of| AcceptedSignal {
            address: of.address.to_string(),
            id: of.id.clone(),
            name: of.name.clone(),
            unit: of.unit.clone(),
        })
        .collect()
}

fn applied(text: &str, accepted: &[AcceptedAsset<'_>]) -> String {
    let mut document = PlantDocument::parse(text).unwrap();
    let change = change(accepted, document.plant(), &[]).unwrap();
    document.apply(&change.edits).unwrap();
    document.to_string()
}

fn faults(text: &str, accepted: &[AcceptedAsset<'_>]) -> Vec<Fault> {
    let Err(Error::Refused(faults)) = change(accepted, &Plant::parse(text).unwrap(), &[]) else {
        return vec![];
    };
    faults
}

fn pumps() -> twin_discover::Ledger {
    hear(&[
        ("site/hall/pump-1", r#"{"flow_m3_h":12.5,"state":"run"}"#),
        ("site/hall/pump-2", r#"{"flow_m3_h":11.5,"state":"run"}"#),
        ("site/hall/pump-3", r#"{"flow_m3_h":10.5,"state":"run"}"#),
    ])
}

#[test]
fn what_a_person_calls_something_is_called_so_the_next_time() {
    let ledger = pumps();
    let found = proposals(&ledger, &file());
    let mut signals = ticked(&found[0]);
    signals[0].id = "discharge".into();
    signals[0].name = "Discharge".into();
    let first = AcceptedAsset {
        signals: Some(signals),
        ..as_proposed(&found[0])
    };
    let text = applied(&file(), &[first]);
    assert!(text.starts_with(EMPTY) && text.contains("# The one of the hall."));
    let again = proposals(&ledger, &text);
    assert_eq!(again.len(), 2);
    for of in &again {
        assert!(of.asset.kind.exists && of.asset.place.exists, "{of:?}");
        let names: Vec<(&str, &str)> = of.signals.iter().map(|of| (&*of.id, &*of.name)).collect();
        assert_eq!(names, [("discharge", "Discharge"), ("state", "State")]);
    }
    let rest: Vec<AcceptedAsset<'_>> = again.iter().map(as_proposed).collect();
    let plant = Plant::parse(&applied(&text, &rest)).unwrap();
    assert_eq!(
        (plant.types.len(), plant.assets.len(), plant.places.len()),
        (1, 3, 1)
    );
    assert!(plant.types[0].signals[0].key);
    assert!(proposals(&ledger, &applied(&text, &rest)).is_empty());
}

#[test]
fn signals_join_an_asset_that_is_there() {
    let found = proposals(&pumps(), &file());
    let some = AcceptedAsset {
        signals: Some(vec![ticked(&found[0]).remove(0)]),
        ..as_proposed(&found[0])
    };
    let text = applied(&file(), &[some]);
    let rest = proposals(&pumps(), &text);
    assert_eq!(rest[0].asset.existing.as_ref().unwrap().as_str(), "pump-1");
    // And those of another proposal, because a person says so: under an id of its own.
    let mut of_other = ticked(&rest[1]);
    of_other[0].id = "flow-2".into();
    of_other.truncate(1);
    let merged = AcceptedAsset {
        id: "pump-1".into(),
        exists: true,
        signals: Some(of_other),
        ..as_proposed(&rest[1])
    };
    let plant = Plant::parse(&applied(&text, &[as_proposed(&rest[0]), merged])).unwrap();
    let sources: Vec<&str> = plant.assets[0].sources.keys().map(String::as_str).collect();
    assert_eq!(
        (plant.assets.len(), sources),
        (1, vec!["flow", "flow-2", "state"])
    );
}

#[test]
fn every_fault_is_told_with_its_place() {
    let found = proposals(&pumps(), &file());
    let mut signals = ticked(&found[1]);
    signals[0].id = "state".into();
    let wrong = [
        AcceptedAsset {
            id: "Pump 1".into(),
            ..as_proposed(&found[0])
        },
        AcceptedAsset {
            signals: Some(signals),
            ..as_proposed(&found[1])
        },
        AcceptedAsset {
            place: String::new(),
            signals: Some(vec![]),
            ..as_proposed(&found[2])
        },
    ];
    let told: Vec<(String, Option<Field>)> = faults(&file(), &wrong)
        .into_iter()
        .map(|fault| (fault.proposal, fault.field))
        .collect();
    let id = |at: usize| found[at].id.clone();
    assert_eq!(
        told,
        [
            (id(0), Some(Field::Id)),
            (id(1), Some(Field::Id)),
            (id(2), Some(Field::Place)),
        ]
    );
    assert_eq!(faults(&file(), &[]).len(), 1);
    let empty = AcceptedAsset {
        signals: Some(vec![]),
        ..as_proposed(&found[2])
    };
    assert!(
        faults(&file(), &[empty])[0]
            .message
            .to_string()
            .starts_with("No signal is ticked")
    );
}

#[test]
fn a_type_is_not_changed_behind_the_back_of_its_assets() {
    let found = proposals(&pumps(), &file());
    let text = applied(&file(), &[as_proposed(&found[0])]);
    let found = proposals(&pumps(), &text);
    let mut signals = ticked(&found[0]);
    signals[0].unit = "l/s".into();
    signals[1].name = "Mode".into();
    let other = AcceptedAsset {
        signals: Some(signals),
        ..as_proposed(&found[0])
    };
    let fields: Vec<Option<Field>> = faults(&text, &[other]).iter().map(|f| f.field).collect();
    assert_eq!(fields, [Some(Field::Unit), Some(Field::Name)]);
    let taken = AcceptedAsset {
        id: "pump-1".into(),
        ..as_proposed(&found[0])
    };
    assert!(
        faults(&text, &[taken])[0]
            .message
            .to_string()
            .contains("There is already an asset")
    );
}

#[test]
fn the_asset_of_a_rule_is_not_taken_over() {
    let found = proposals(&pumps(), &file());
    let plant = Plant::parse(&file()).unwrap();
    let made = [Asset {
        id: "pump-1".into(),
        name: "Pump of a rule".into(),
        area: String::new(),
        type_id: "pump".into(),
        connection: "c".into(),
        source: None,
        sources: BTreeMap::new(),
        papers: Vec::new(),
    }];
    for exists in [false, true] {
        let taking = AcceptedAsset {
            exists,
            ..as_proposed(&found[0])
        };
        let Err(Error::Refused(faults)) = change(&[taking], &plant, &made) else {
            panic!("it took the asset over");
        };
        assert_eq!((faults.len(), faults[0].field), (1, Some(Field::Id)));
        assert!(
            faults[0]
                .message
                .to_string()
                .contains("such as \"pump-1-2\"")
        );
    }
    let beside = AcceptedAsset {
        id: "pump-1-2".into(),
        ..as_proposed(&found[0])
    };
    assert_eq!(change(&[beside], &plant, &made).unwrap().assets, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_proposed_can_be_accepted_as_it_is(
        topics in proptest::collection::btree_set("[a-c<'\"\\\\ é]{1,3}(/[a-cD_.]{1,6}){0,3}", 1..10),
        paths in proptest::collection::btree_set("[a-cT_é<'\"\\\\]{1,6}", 1..5),
        some in 0..10_usize,
    ) {
        let body: Vec<String> = paths
            .iter()
            .map(|path| format!("{}:1.5", serde_json_text(path)))
            .collect();
        let body = format!("{{{}}}", body.join(","));
        let messages: Vec<(&str, &str)> = topics
            .iter()
            .enumerate()
            .map(|(at, topic)| (topic.as_str(), if at % 3 == 0 { "2.5" } else { &*body }))
            .collect();
        let ledger = hear(&messages);
        let found = proposals(&ledger, &file());
        let signals: usize = found.iter().map(|of| of.signals.len()).sum();
        let first: Vec<AcceptedAsset<'_>> = found.iter().take(some).map(as_proposed).collect();
        let mut text = file();
        if !first.is_empty() {
            text = applied(&text, &first);
        }
        let rest = proposals(&ledger, &text);
        let rest: Vec<AcceptedAsset<'_>> = rest.iter().map(as_proposed).collect();
        if !rest.is_empty() {
            text = applied(&text, &rest);
        }
        let plant = Plant::parse(&text).unwrap();
        let fed = plant.assets.iter().map(|asset| asset.sources.len());
        prop_assert_eq!(fed.sum::<usize>(), signals);
        prop_assert!(proposals(&ledger, &text).is_empty());
        prop_assert!(text.starts_with(EMPTY));
    }
}

/// A text as JSON.
fn serde_json_text(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|c| {
            matches!(c, '"' | '\\')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect();
    format!("\"{escaped}\"")
}
