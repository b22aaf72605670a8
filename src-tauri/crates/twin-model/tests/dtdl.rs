//! The language's own conformance cases, read in place: every valid one is accepted, every invalid one refused.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use twin_model::dtdl::{Options, Source, UnknownExtensions, read};

/// Outside the repository: the cases are not ours to keep in it.
const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../../shared/data/dtdl-v3"
);

struct Case {
    title: String,
    valid: bool,
    options: Options,
    files: Vec<String>,
    unresolved: Vec<String>,
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (place, case) in list.iter().enumerate() {
            cases.push(one(format!("{name} {place}"), case));
        }
    }
    cases
}

fn one(title: String, case: &Value) -> Case {
    let texts = |value: &Value| -> Vec<String> {
        let list = value.as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let accept = texts(&case["options"]).contains(&"AllowUndefinedExtensions".to_owned());
    Case {
        title,
        valid: case["valid"].as_bool().unwrap(),
        options: Options {
            unknown_extensions: match accept {
                true => UnknownExtensions::Accept,
                false => UnknownExtensions::Refuse,
            },
            ..Options::default()
        },
        files: case["input"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| serde_json::to_string_pretty(file).unwrap())
            .collect(),
        unresolved: texts(&case["expect"]["unresolvedIdentifiers"]),
    }
}

fn figure(name: &str, good: u32, of: u32, bar: f64) {
    let ratio = f64::from(good) / f64::from(of);
    let verdict = if ratio >= bar { "ok" } else { "short" };
    println!("figure {name} {ratio:.4} ratio bar >={bar} {verdict}");
}

#[test]
fn conformance() {
    let folder = Path::new(FOLDER);
    if !folder.is_dir() {
        println!("skipped: {FOLDER} is not there");
        return;
    }
    let cases = cases(folder);
    let (mut accepted, mut valid, mut rejected, mut invalid) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    let mut rules: BTreeMap<&str, u32> = BTreeMap::new();
    for case in &cases {
        let files: Vec<Source<'_>> = case
            .files
            .iter()
            .map(|text| Source {
                name: &case.title,
                bytes: text.as_bytes(),
            })
            .collect();
        let outcome = read(&files, &case.options);
        match case.valid {
            true => valid += 1,
            false => invalid += 1,
        }
        match outcome {
            Ok(_) if case.valid => accepted += 1,
            Err(faults) if !case.valid => {
                rejected += 1;
                for fault in &faults.list {
                    *rules.entry(fault.rule.name()).or_default() += 1;
                    assert!(fault.line >= 1 && !fault.text.is_empty(), "{fault}");
                }
                let told = faults.to_string();
                for id in &case.unresolved {
                    assert!(
                        told.contains(id.as_str()),
                        "{}: {id} is not named: {told}",
                        case.title
                    );
                }
            }
            Ok(_) => wrong.push(format!("{} was accepted: {:?}", case.title, case.files)),
            Err(faults) => wrong.push(format!("{} was refused: {faults}", case.title)),
        }
    }
    for (rule, count) in rules {
        println!("dtdl.rule {rule} {count}");
    }
    figure("dtdl.accepted_ratio", accepted, valid, 1.0);
    figure("dtdl.rejected_ratio", rejected, invalid, 0.98);
    for line in wrong.iter().take(40) {
        println!("{line}");
    }
    assert_eq!(accepted, valid, "valid cases were refused");
    assert_eq!(rejected, invalid, "invalid cases were accepted");
}
