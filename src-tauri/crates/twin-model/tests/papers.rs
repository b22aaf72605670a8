//! Documents of an asset in the plant file.

use twin_model::{Edit, Error, Paper, PaperPlace, Plant, PlantDocument, Problem};

const WHOLE: &str = r#"[plant]
id = "p"
name = "P"
zone = "UTC"
[[connection]]
id = "c"
host = "localhost"
subscriptions = [{ filter = "a/#", qos = 0 }]
[[area]]
id = "hall"
[[type]]
id = "pump"
[[type.signal]]
id = "flow"
unit = "m³/h"
[[asset]]
id = "p-1"
area = "hall"
type = "pump"
connection = "c"
source = "a/p-1#{signal}"
# The one that came with it.
[[asset.documents]]
title = "Manual \"v2\""    # two languages
file = "documents/p-1.pdf"
[[asset.documents]]
title = "Maker"
address = "https://example.org/p"
"#;

/// Line, key and words of each fault; none when it is read, or fails otherwise.
fn faults(text: &str) -> Vec<(usize, String, String)> {
    let Err(Error::Invalid(problems)) = Plant::parse(text) else {
        return Vec::new();
    };
    let fault = |problem: Problem| (problem.line, problem.key, problem.message.to_string());
    problems.into_iter().map(fault).collect()
}

#[test]
fn documents_are_read_in_order() {
    let plant = Plant::parse(WHOLE).unwrap();
    let paper = |title: &str, place| Paper {
        title: title.to_owned(),
        place,
    };
    let expected = [
        paper(
            "Manual \"v2\"",
            PaperPlace::File("documents/p-1.pdf".into()),
        ),
        paper("Maker", PaperPlace::Address("https://example.org/p".into())),
    ];
    assert_eq!(plant.assets[0].papers, expected);
}

#[test]
fn what_may_not_be_opened_is_a_fault_on_its_line() {
    for (from, to, line, key, words) in [
        (
            "documents/p-1.pdf",
            "../p-1.pdf",
            25,
            "asset.documents.file",
            "without `..`",
        ),
        (
            "documents/p-1.pdf",
            "tool.desktop",
            25,
            "asset.documents.file",
            "is run",
        ),
        (
            "https://example.org/p",
            "http://example.org/p",
            28,
            "asset.documents.address",
            "https://",
        ),
        (
            "https://example.org/p",
            "https://a@example.org",
            28,
            "asset.documents.address",
            "before the host",
        ),
        (
            "title = \"Maker\"",
            "title = 'Manual \"v2\"'",
            27,
            "asset.documents.title",
            "another document",
        ),
        (
            "title = \"Maker\"",
            "name = \"Maker\"",
            26,
            "asset.documents.title",
            "is missing",
        ),
        (
            "address = \"https://example.org/p\"",
            "",
            26,
            "asset.documents.file",
            "is missing",
        ),
        (
            "title = \"Maker\"",
            "title = \"Maker\"\nfile = \"x.pdf\"",
            29,
            "asset.documents.address",
            "keep one",
        ),
    ] {
        let found = faults(&WHOLE.replace(from, to));
        let (at, named, message) = &found[0];
        assert_eq!((*at, named.as_str()), (line, key), "{to}: {message}");
        assert!(message.contains(words), "{to}: {message}");
    }
}

#[test]
fn an_edit_of_the_asset_keeps_its_documents_and_their_comments() {
    let mut document = PlantDocument::parse(WHOLE).unwrap();
    let mut asset = document.plant().assets[0].clone();
    asset.name = "Pump 1".to_owned();
    document.apply(&[Edit::PutAsset(asset.clone())]).unwrap();
    let text = document.to_string();
    assert!(text.contains("# The one that came with it.") && text.contains("# two languages"));
    asset.papers.remove(0);
    document.apply(&[Edit::PutAsset(asset.clone())]).unwrap();
    assert_eq!(document.plant().assets[0].papers, asset.papers);
    assert!(document.to_string().contains("title = \"Maker\""));
}
