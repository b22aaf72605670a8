//! Each rule with one model that breaks it and nothing else, and one next to it that does not: a rule that is switched
//! off makes a row fail.

#[path = "fixtures/dtdl/mod.rs"]
mod pairs;

use std::collections::BTreeSet;

use pairs::{Pair, language, large, structure, versions};
use twin_model::dtdl::{Limits, Options, Rule, Source, read};

fn rules(files: &[Vec<u8>], options: &Options) -> BTreeSet<Rule> {
    let sources: Vec<Source<'_>> = files
        .iter()
        .map(|bytes| Source {
            name: "pump.json",
            bytes,
        })
        .collect();
    match read(&sources, options) {
        Ok(_) => BTreeSet::new(),
        Err(faults) => faults.list.iter().map(|fault| fault.rule).collect(),
    }
}

fn shown(files: &[Vec<u8>]) -> String {
    let texts = files.iter().map(|file| String::from_utf8_lossy(file));
    texts.collect::<String>().chars().take(2_000).collect()
}

fn check(pairs: &[Pair]) {
    for pair in pairs {
        let bad = rules(&pair.bad, &pair.options);
        assert_eq!(bad, BTreeSet::from([pair.rule]), "{}", shown(&pair.bad));
        let good = rules(&pair.good, &pair.options);
        assert_eq!(
            good,
            BTreeSet::new(),
            "{:?}: {}",
            pair.rule,
            shown(&pair.good)
        );
    }
}

#[test]
fn words_and_values() {
    check(&language::pairs());
}

#[test]
fn elements_and_references() {
    check(&structure::pairs());
}

#[test]
fn versions_and_quantities() {
    check(&versions::pairs());
}

#[test]
fn bounds() {
    check(&large::pairs());
}

#[test]
fn every_rule_has_a_pair() {
    let all = [
        language::pairs(),
        structure::pairs(),
        versions::pairs(),
        large::pairs(),
    ];
    let tried: BTreeSet<Rule> = all.iter().flatten().map(|pair| pair.rule).collect();
    let missing: Vec<&str> = Rule::NAMES
        .iter()
        .filter(|(name, rule)| !name.starts_with("td-") && !tried.contains(rule))
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn names_are_stable_and_differ() {
    let names: BTreeSet<&str> = Rule::NAMES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), Rule::NAMES.len());
    for (name, rule) in Rule::NAMES {
        assert_eq!(rule.name(), *name);
    }
}

#[test]
fn faults_beyond_the_bound_are_counted() {
    let contents = vec!["5"; 30].join(",\n");
    let text = pairs::interface(&format!(r#""contents": [{contents}]"#));
    let options = Options {
        limits: Limits {
            faults: 10,
            ..Limits::default()
        },
        ..Options::default()
    };
    let source = Source {
        name: "pump.json",
        bytes: text.as_bytes(),
    };
    let faults = read(&[source], &options).unwrap_err();
    assert_eq!((faults.list.len(), faults.more), (10, 20));
    assert!(faults.to_string().ends_with("and 20 more"));
}

#[test]
fn a_fault_names_file_path_line_rule_and_cure() {
    let text = r#"{
  "@context": "dtmi:dtdl:context;3",
  "@id": "dtmi:example:Pump;1",
  "@type": "Interface",
  "contents": [
    {"@type": "Telemetry", "name": "speed", "schema": "double"},
    {
      "@type": "Telemetry",
      "name": "flow/rate",
      "schema": "double"
    }
  ]
}"#;
    let source = Source {
        name: "models/pump.json",
        bytes: text.as_bytes(),
    };
    let faults = read(&[source], &Options::default()).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "models/pump.json line 9, /contents/1/name (name-pattern): \"flow/rate\" is not a name. Use letters, digits \
         and underscores, a letter first and no underscore last."
    );
}
