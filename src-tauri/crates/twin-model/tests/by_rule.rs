//! What mapping rules make of what is heard.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use proptest::prelude::*;
use twin_core::ConnectionId;
use twin_model::{MAPPED_ASSETS_MAX, Plant};

const HEAD: &str = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n\
    [[connection]]\nid = \"c\"\nhost = \"localhost\"\nsubscriptions = [{ filter = \"a/#\" }]\n\
    [[connection]]\nid = \"d\"\nhost = \"localhost\"\nsubscriptions = [{ filter = \"a/#\" }]\n\
    [[type]]\nid = \"tank\"\n[[type.signal]]\nid = \"level\"\n[[type.signal]]\nid = \"flow\"\n\
    [[type]]\nid = \"valve\"\n[[type.signal]]\nid = \"level\"\n\
    [[area]]\nid = \"hall\"\n\
    [[asset]]\nid = \"own\"\narea = \"hall\"\ntype = \"tank\"\nconnection = \"c\"\nsource = \"a/own#{signal}\"\n";

fn rule(id: &str, connection: &str, filter: &str, kind: &str) -> String {
    format!(
        "[[mapping]]\nid = \"{id}\"\nconnection = \"{connection}\"\nfilter = \"{filter}\"\ntype = \"{kind}\"\nplace = \"hall\"\n"
    )
}

fn plant(rest: &str) -> Plant {
    Plant::parse(&format!("{HEAD}{rest}")).unwrap()
}

fn made<'h>(plant: &Plant, heard: &[(&'h str, &'h str)]) -> twin_model::ByRule {
    let heard: Vec<(ConnectionId, &str)> = heard
        .iter()
        .map(|(c, a)| (ConnectionId::from(*c), *a))
        .collect();
    plant.by_rule(
        heard
            .iter()
            .map(|(connection, address)| (connection, *address)),
    )
}

#[test]
fn a_rule_makes_assets_and_the_plant_file_goes_before_it() {
    let plant =
        plant(&(rule("r", "c", "a/{asset}", "tank") + "[discovery]\nignore = [\"a/noise\"]\n"));
    let heard = [
        ("c", "a/one#level"),
        ("c", "a/one#flow"),
        ("c", "a/two#level"),
        ("c", "a/own#level"),
        ("c", "a/noise#level"),
        ("c", "a/one#pressure"),
        ("c", "b/one#level"),
        ("d", "a/three#level"),
    ];
    let made = made(&plant, &heard);
    let ids: Vec<&str> = made.assets.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!(ids, ["one", "two"]);
    assert_eq!(made.assets[0].area, "hall");
    let rule = &made.rules[0];
    assert_eq!(
        (rule.assets, rule.signals, rule.clashes, rule.beyond),
        (2, 3, 0, 0)
    );
    let whole = plant.with(&made);
    let addresses = whole.signals();
    let addresses: Vec<_> = addresses
        .iter()
        .map(|s| (s.id.as_str(), s.address.as_deref()))
        .collect();
    assert_eq!(
        addresses,
        [
            ("own/level", Some("a/own#level")),
            ("own/flow", Some("a/own#flow")),
            ("one/level", Some("a/one#level")),
            ("one/flow", Some("a/one#flow")),
            ("two/level", Some("a/two#level")),
            ("two/flow", None),
        ]
    );
}

#[test]
fn of_two_claims_the_first_counts_and_the_other_is_told() {
    let rules = rule("any", "c", "a/{asset}/+", "tank")
        + &rule("other", "d", "a/{asset}", "tank")
        + &rule("valves", "c", "v/{asset}", "valve");
    let plant = plant(&rules);
    let heard = [
        ("c", "a/one/x#level"),
        ("c", "a/one/y#level"),
        ("d", "a/one#flow"),
        ("c", "v/one#level"),
        ("c", "a/one/y#flow"),
    ];
    let made = made(&plant, &heard);
    assert_eq!(made.assets.len(), 1);
    let clashes: Vec<usize> = made.rules.iter().map(|rule| rule.clashes).collect();
    assert_eq!(clashes, [1, 1, 1]);
    let first = made.rules[0].first_clash.clone().unwrap();
    assert_eq!(first, ("a/one/y#level".to_owned(), "one/level".to_owned()));
    assert_eq!(made.assets[0].sources["flow"], "a/one/y#flow");
}

#[test]
fn a_rule_makes_only_so_many_assets() {
    let plant = plant(&rule("r", "c", "a/{asset}", "tank"));
    let heard: Vec<String> = (0..MAPPED_ASSETS_MAX + 5)
        .map(|n| format!("a/t{n}#level"))
        .collect();
    let more = ["a/t0#flow".to_owned()];
    let heard: Vec<(&str, &str)> = heard
        .iter()
        .chain(&more)
        .map(|a| ("c", a.as_str()))
        .collect();
    let made = made(&plant, &heard);
    assert_eq!(
        (made.assets.len(), made.rules[0].beyond),
        (MAPPED_ASSETS_MAX, 5)
    );
    assert_eq!(
        made.assets[0].sources.len(),
        2,
        "an asset that is there goes on"
    );
    assert_eq!(made.rules[0].first.len(), 20);
}

fn level() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]",
        "[ -~&&[^/#+]]{1,4}",
        Just("üé".to_owned()),
        Just("%2F".to_owned())
    ]
}

fn filter_level() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("+"),
        Just("a"),
        Just("b-{asset}"),
        Just("{asset}"),
        Just("{area}"),
        Just("x{asset}y")
    ]
}

proptest! {
    /// Whatever is heard: every address feeds at most one signal, every signal comes from an address that was heard, ids
    /// do not collide with those of the file, and the same again makes the same.
    #[test]
    fn rules_make_a_plant_that_makes_sense(
        filters in prop::collection::vec(prop::collection::vec(filter_level(), 1..4), 1..4),
        topics in prop::collection::vec((prop::collection::vec(level(), 1..4), prop::bool::ANY), 0..40),
    ) {
        let rules: String = filters
            .iter()
            .enumerate()
            .filter(|(_, levels)| levels.iter().filter(|level| level.contains("{asset}")).count() == 1)
            .filter(|(_, levels)| levels.iter().filter(|level| **level == "{area}").count() < 2)
            .map(|(at, levels)| rule(&format!("r{at}"), "c", &levels.join("/"), "tank"))
            .collect();
        let plant = plant(&rules);
        let heard: Vec<String> = topics
            .iter()
            .map(|(levels, is_level)| format!("{}#{}", levels.join("/"), if *is_level { "level" } else { "flow" }))
            .collect();
        let heard: Vec<(&str, &str)> = heard.iter().map(|address| ("c", address.as_str())).collect();
        let first = made(&plant, &heard);
        prop_assert_eq!(&first, &made(&plant, &heard));
        let whole = plant.with(&first);
        let mut ids = std::collections::HashSet::new();
        let mut addresses = std::collections::HashSet::new();
        for signal in whole.signals() {
            prop_assert!(ids.insert(signal.id.clone()), "{} twice", signal.id);
            let Some(address) = signal.address else { continue };
            if signal.asset.as_str() != "own" {
                prop_assert!(heard.contains(&("c", address.as_str())));
            }
            prop_assert!(addresses.insert(address));
        }
        let told: usize = first.rules.iter().map(|rule| rule.signals).sum();
        let fed: usize = first.assets.iter().map(|asset| asset.sources.len()).sum();
        prop_assert_eq!(told, fed);
    }
}
