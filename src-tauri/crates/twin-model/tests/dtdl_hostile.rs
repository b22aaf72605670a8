//! Files that nobody meant well, and files that were damaged: never a panic, always the same verdict as the grammar's.

#[path = "fixtures/dtdl/mod.rs"]
#[allow(dead_code, reason = "the rules' own test uses the rest")]
mod pairs;

use std::{collections::HashSet, sync::LazyLock};

use proptest::{collection::vec, prelude::*, sample::Index};
use twin_model::dtdl::{Faults, Model, Options, Rule, Source, UnknownExtensions, read};

fn read_one(bytes: &[u8]) -> Result<Model, Faults> {
    let source = Source {
        name: "x.json",
        bytes,
    };
    read(&[source], &Options::default())
}

fn is_json(outcome: &Result<Model, Faults>) -> bool {
    let grammar = [Rule::JsonSyntax, Rule::JsonEncoding, Rule::JsonDepth];
    match outcome {
        Ok(_) => true,
        Err(faults) => !faults
            .list
            .iter()
            .any(|fault| grammar.contains(&fault.rule)),
    }
}

/// Pieces that JSON and models are made of.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"",
        "\\",
        "null",
        "true",
        "false",
        "-",
        "0",
        "1",
        "12",
        ".5",
        "e3",
        "\"a\"",
        "\"@type\"",
        "\"@id\"",
        "\"@context\"",
        "\"@value\"",
        "\"Interface\"",
        "\"contents\"",
        "\"schema\"",
        "\"dtmi:dtdl:context;3\"",
        "\"dtmi:a;1\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\x\"",
        "\u{e9}",
        "{\"a\":1}",
        "[1,2]",
        "{}",
        "[]",
        "\t",
        "\u{1}",
    ];
    proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned)
}

static VALID: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let all = [
        pairs::language::pairs(),
        pairs::structure::pairs(),
        pairs::versions::pairs(),
    ];
    all.into_iter()
        .flatten()
        .filter(|pair| pair.good.len() == 1)
        .flat_map(|pair| pair.good)
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read_one(&bytes);
    }

    #[test]
    fn the_grammar_is_json(pieces in vec(piece(), 0..24)) {
        let text = pieces.concat();
        let judged = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(is_json(&read_one(text.as_bytes())), judged.is_ok(), "{}", text);
    }

    #[test]
    fn damaged_models_are_survived(
        which in any::<Index>(),
        edits in vec((any::<Index>(), piece(), 0usize..30), 1..6),
    ) {
        let mut text: Vec<u8> = which.get(&VALID).clone();
        for (at, piece, cut) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + cut).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        let judged = serde_json::from_slice::<serde_json::Value>(&text);
        prop_assert_eq!(is_json(&read_one(&text)), judged.is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Members moved to where they do not belong: still JSON, hardly ever a model.
    #[test]
    fn shuffled_models_are_survived(
        which in any::<Index>(),
        swaps in vec((any::<Index>(), any::<Index>()), 1..4),
        accept in any::<bool>(),
    ) {
        let mut value: serde_json::Value = serde_json::from_slice(which.get(&VALID).as_slice()).unwrap();
        for (from, to) in swaps {
            let pointers: Vec<String> = pointers(&value);
            let part = value.pointer(from.get(&pointers).as_str()).cloned().unwrap_or_default();
            if let Some(place) = value.pointer_mut(to.get(&pointers).as_str()) {
                *place = part;
            }
        }
        let text = value.to_string();
        let source = Source { name: "x.json", bytes: text.as_bytes() };
        let options = Options {
            unknown_extensions: if accept { UnknownExtensions::Accept } else { UnknownExtensions::ByVersion },
            ..Options::default()
        };
        match read(&[source], &options) {
            Ok(model) => {
                for proposal in (0..model.interfaces.len()).filter_map(|at| model.to_type(at)) {
                    let ids: HashSet<&str> =
                        proposal.asset_type.signals.iter().map(|signal| signal.id.as_str()).collect();
                    prop_assert_eq!(ids.len(), proposal.origins.len());
                    prop_assert!(ids.iter().all(|id| is_id(id)) && is_id(&proposal.asset_type.id));
                }
            }
            Err(faults) => {
                for fault in &faults.list {
                    prop_assert!(fault.line == 1 && fault.text.ends_with('.'), "{}", fault);
                    // A path is long or leads to a value.
                    prop_assert!(value.pointer(&fault.path).is_some(), "{}", fault);
                }
            }
        }
    }
}

/// As the plant file wants ids.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    id.bytes().next().is_some_and(plain)
        && id
            .bytes()
            .all(|byte| plain(byte) || byte == b'-' || byte == b'_')
}

fn pointers(value: &serde_json::Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut add = |key: String, value: &serde_json::Value| {
        all.extend(
            pointers(value)
                .into_iter()
                .map(|rest| format!("/{key}{rest}")),
        );
    };
    match value {
        serde_json::Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| add(at.to_string(), item));
        }
        serde_json::Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, item)| add(name.replace('~', "~0").replace('/', "~1"), item));
        }
        _ => {}
    }
    all
}

/// Long chains, wide objects, deep nests and shared schemas: each is refused within the bound on steps and the stack.
#[test]
fn large_files_end() {
    let mut files = Vec::new();
    files.push("[".repeat(1_000_000));
    files.push(format!("[{}]", vec!["[]"; 1_000_000].join(",")));
    let names: Vec<String> = (0..200_000).map(|at| format!("\"n{at}\":{at}")).collect();
    files.push(pairs::interface(&names.join(",")));
    files.push(format!(
        "{{\"{}\":[{}]}}",
        "k".repeat(1 << 20),
        vec!["1"; 10_000].join(",")
    ));
    files.push(format!("[{}]", ["1e"; 3].join(",")));
    let many = |one: &dyn Fn(usize) -> String| (0..1_500).map(one).collect::<Vec<_>>().join(",");
    let chain = |at: usize| {
        pairs::written(
            &format!("dtmi:i{at};1"),
            "dtmi:dtdl:context;3",
            &format!(r#""extends":["dtmi:i{};1","dtmi:i{};1"]"#, at + 1, at + 2),
        )
    };
    files.push(format!("[{}]", many(&chain)));
    let circle = |at: usize| {
        pairs::written(
            &format!("dtmi:i{at};1"),
            "dtmi:dtdl:context;4",
            &format!(r#""extends":"dtmi:i{};1""#, (at + 1) % 1_500),
        )
    };
    files.push(format!("[{}]", many(&circle)));
    for file in files {
        assert!(read_one(file.as_bytes()).is_err());
    }
}
