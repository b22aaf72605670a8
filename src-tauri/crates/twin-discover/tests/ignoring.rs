//! What a person does not want goes, and nothing with it.
#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

mod common;

use std::collections::BTreeSet;

use proptest::prelude::*;
use twin_core::{ConnectionId, Quality, SampleRef, SignalKey, Timestamp, ValueKind};
use twin_discover::{Error, Ledger, LedgerLimits, Proposal, Sighting, filters, propose};
use twin_model::{ByRule, Edit, Ignored, Plant, PlantDocument};
use twin_payload::Convention;

use common::{file, hear, proposals};

/// Every topic `site/x` is a pump with a flow.
const RULE: &str = "
[[type]]
id = \"pump\"
name = \"Pump\"
[[type.signal]]
id = \"flow\"
name = \"Flow\"
[[mapping]]
id = \"pumps\"
connection = \"c\"
filter = \"site/{asset}\"
type = \"pump\"
";

/// What a rule and discovery make of what was heard.
struct Heard {
    ledger: Ledger,
    file: Plant,
    made: ByRule,
    whole: Plant,
    found: Vec<Proposal>,
}

fn heard(ledger: Ledger, text: &str) -> Heard {
    let file = Plant::parse(text).unwrap();
    let c = ConnectionId::from("c");
    let made = file.by_rule(ledger.heard().map(|of| (&c, &*of.address)));
    let whole = file.with(&made);
    let found = propose(&[(&c, &ledger)], &whole, &file);
    Heard {
        ledger,
        file,
        made,
        whole,
        found,
    }
}

fn with(text: &str, entries: &BTreeSet<String>) -> String {
    let mut document = PlantDocument::parse(text).unwrap();
    let edits: Vec<Edit> = entries.iter().cloned().map(Edit::PutIgnore).collect();
    document.apply(&edits).unwrap();
    document.to_string()
}

fn alone(refused: &[&Proposal], found: &[Proposal], text: &str) -> Vec<String> {
    let plant = Plant::parse(text).unwrap();
    let entries = filters(refused, found, &plant, &plant).unwrap();
    entries.into_iter().collect()
}

fn signal(ledger: &mut Ledger, number: u32, address: &str, convention: Convention) {
    let sample = SampleRef {
        signal: SignalKey(0),
        time: Timestamp(0),
        kind: ValueKind::F64,
        bits: 1.0_f64.to_bits(),
        quality: Quality::GOOD,
        text: None,
    };
    let sighting = Sighting {
        number,
        sample,
        received: Timestamp(0),
        convention,
    };
    ledger.note(sighting, || address);
}

#[test]
fn a_proposal_is_left_alone_with_nothing_else() {
    let mut messages = vec![
        ("site/hall/tank/level", "1.5"),
        ("site/hall/tank/inlet/flow", "2.5"),
        ("site/hall/tank/inlet/valve", "1"),
        ("site/hall/pump/flow", "2.5"),
        ("site/hall/pump/speed", "2.5"),
    ];
    let of = |messages: &[(&str, &str)], id: &str| {
        let found = proposals(&hear(messages), &file());
        let proposal = found.iter().find(|of| of.id == id).unwrap().clone();
        (alone(&[&proposal], &found, &file()), found)
    };
    assert_eq!(of(&messages, "c site/hall/pump").0, ["site/hall/pump/#"]);
    assert_eq!(
        of(&messages, "c site/hall/tank").0,
        ["site/hall/tank/level"]
    );
    messages.push(("site/hall/tank/weight", "3"));
    let (alone, found) = of(&messages, "c site/hall/tank");
    assert_eq!(alone, ["site/hall/tank/level", "site/hall/tank/weight"]);
    // What is left alone is proposed no more, and all else as before.
    let mut document = PlantDocument::parse(&file()).unwrap();
    let edits: Vec<Edit> = alone.into_iter().map(Edit::PutIgnore).collect();
    document.apply(&edits).unwrap();
    let rest = proposals(&hear(&messages), &document.to_string());
    assert_eq!(rest.len(), found.len() - 1);
    assert!(rest.iter().all(|of| of.id != "c site/hall/tank"));
}

#[test]
fn what_a_rule_made_stays() {
    let text = file() + RULE;
    let all = heard(
        hear(&[
            ("site/pump-1", r#"{"flow":1.5,"rssi":-70}"#),
            ("site/pump-1/log/a", r#"{"x":1}"#),
            ("site/pump-1/log/b", r#"{"y":1}"#),
        ]),
        &text,
    );
    let refused: Vec<&Proposal> = all.found.iter().collect();
    let entries = filters(&refused, &all.found, &all.whole, &all.file).unwrap();
    let expected = ["site/pump-1#rssi", "site/pump-1/log/#"].map(str::to_owned);
    assert_eq!(entries, BTreeSet::from(expected));
    let after = heard(all.ledger, &with(&text, &entries));
    assert_eq!((after.made.assets.len(), after.found.len()), (1, 0));
}

#[test]
fn what_a_rule_makes_later_is_made() {
    let text = file() + RULE;
    let of = |messages: &[(&str, &str)]| heard(hear(messages), &text);
    let before = of(&[("site/pump-1", r#"{"rssi":-70}"#), ("site", r#"{"x":1}"#)]);
    let refused: Vec<&Proposal> = before.found.iter().collect();
    let entries = filters(&refused, &before.found, &before.whole, &before.file).unwrap();
    let later = hear(&[("site/pump-1", r#"{"flow":1.5,"rssi":-70}"#)]);
    let after = heard(later, &with(&text, &entries));
    assert_eq!(after.made.assets.len(), 1, "{entries:?}");
    assert!(after.found.is_empty());
}

#[test]
fn the_rest_of_what_was_accepted_can_be_left_alone() {
    let asset = "
[[area]]
id = \"a\"
name = \"A\"
[[type]]
id = \"pump\"
name = \"Pump\"
[[type.signal]]
id = \"flow\"
name = \"Flow\"
[[asset]]
id = \"pump-1\"
name = \"Pump 1\"
area = \"a\"
type = \"pump\"
connection = \"c\"
source = \"site/pump-1#{signal}\"
";
    let text = file() + asset;
    let few = proposals(&hear(&[("site/pump-1", r#"{"flow":1,"rssi":2}"#)]), &text);
    assert_eq!(alone(&[&few[0]], &few, &text), ["site/pump-1#rssi"]);
    // A list that nobody reads is none: of the plant file's own signals nothing is lost with the topic.
    let values: Vec<String> = (0..200).map(|at| format!("\"x{at}\":1")).collect();
    let body = format!("{{\"flow\":1,{}}}", values.join(","));
    let many = proposals(&hear(&[("site/pump-1", &body)]), &text);
    assert_eq!(alone(&[&many[0]], &many, &text), ["site/pump-1"]);
}

#[test]
fn publishers_of_one_topic_go_together_when_all_are_refused() {
    let mut ledger = Ledger::new(LedgerLimits::default());
    for (number, address) in ["opc/data#P1/1/Level", "opc/data#P2/1/Level"]
        .iter()
        .enumerate()
    {
        signal(&mut ledger, number as u32, address, Convention::OpcUaPubSub);
    }
    let found = proposals(&ledger, &file());
    let both: Vec<&Proposal> = found.iter().collect();
    assert_eq!(both.len(), 2);
    assert_eq!(alone(&both, &found, &file()), ["opc/data"]);
}

#[test]
fn what_cannot_be_told_apart_is_refused_in_words() {
    let other = file().replace("id = \"c\"", "id = \"d\"") + &RULE.replace("\"c\"", "\"d\"");
    let text = other + &common::connection("c");
    let all = heard(hear(&[("site/pump-1", r#"{"flow":1.5}"#)]), &text);
    let d = ConnectionId::from("d");
    let made = all.file.by_rule([(&d, "site/pump-1#flow")]);
    let whole = all.file.with(&made);
    let error = filters(&[&all.found[0]], &all.found, &whole, &all.file).unwrap_err();
    assert!(matches!(&error, Error::Fed { asset, .. } if asset == "pump-1"));
}

proptest! {
    #[test]
    fn only_what_was_refused_is_left_alone(
        addresses in proptest::collection::btree_set("(site/)?[ab]{1,2}(/[ab]){0,2}#(flow|[xy])", 1..16),
        refused in proptest::collection::vec(any::<bool>(), 16),
    ) {
        let mut ledger = Ledger::new(LedgerLimits::default());
        for (number, address) in addresses.iter().enumerate() {
            signal(&mut ledger, number as u32, address, Convention::Json);
        }
        let text = file() + RULE;
        let all = heard(ledger, &text);
        let chosen: Vec<&Proposal> =
            all.found.iter().zip(&refused).filter(|(_, of)| **of).map(|(of, _)| of).collect();
        let entries = filters(&chosen, &all.found, &all.whole, &all.file).unwrap();
        let ignored = Ignored::of(entries.iter().map(String::as_str));
        for proposal in &all.found {
            let is_refused = chosen.iter().any(|of| of.id == proposal.id);
            for of in &proposal.signals {
                prop_assert_eq!(ignored.covers(&of.address), is_refused, "{:?}", entries);
            }
        }
        let after = heard(all.ledger, &with(&text, &entries));
        prop_assert_eq!(after.made, all.made);
    }
}
