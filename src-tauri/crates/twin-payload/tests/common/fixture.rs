//! Fixtures: files that hold messages and what is to become of them.
//!
//! A file `tests/fixtures/<convention>/<name>.case` is one conversation with one fresh decoder. Its lines:
//!
//! | begins with | means |
//! | --- | --- |
//! | `#` | a remark |
//! | `> topic` | a message; after a tab follow `retain`, `dup`, `type=<media type>`, `user=<name>=<value>`, each after a tab |
//! | `\| text` | a line of its payload; lines are joined by a line feed |
//! | `x 0a ff` | bytes of its payload in hexadecimal, instead of text |
//! | `<` | what the message gives: a row, an event, skipped values and why it is kept whole, or the reject |
//!
//! Message number n, counted from 0, arrives n seconds after [`NOW`](super::NOW). With `TWIN_BLESS=1` the lines that begin with `<` are
//! written anew: look at every one of them before you keep it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that cannot be read fails its test"
)]

use std::{fmt::Write as _, fs, path::PathBuf};

use twin_core::ValueKind;
use twin_payload::{Decoder, Message, Observation, Observations, SourceEvent};

use super::at;

/// Checks every file of a folder of fixtures.
pub fn check(convention: &str) {
    check_with(convention, |_| Decoder::new());
}

/// As [`check`], with a decoder of one's own for each file, by its name.
pub fn check_with(convention: &str, decoder: impl Fn(&str) -> Decoder) {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{convention}"));
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "case"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let found = run(&text, decoder(name));
        if std::env::var_os("TWIN_BLESS").is_some() {
            fs::write(&file, &found).unwrap();
        }
        assert_eq!(found, text, "{}", file.display());
    }
}

/// The messages of a fixture: topic line and payload.
pub fn messages(text: &str) -> Vec<(String, Vec<u8>)> {
    parse(text)
        .into_iter()
        .filter_map(|part| match part {
            Part::Remark(_) => None,
            Part::Message { head, payload, .. } => {
                Some((head.split('\t').next().unwrap().to_owned(), payload))
            }
        })
        .collect()
}

enum Part {
    Remark(String),
    Message {
        head: String,
        written: Vec<String>,
        payload: Vec<u8>,
    },
}

fn parse(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    for line in text.lines() {
        let line_of_payload = |prefix: &str| {
            line.strip_prefix(prefix)
                .or_else(|| (line == prefix.trim_end()).then_some(""))
        };
        match parts.last_mut() {
            _ if line.starts_with('<') => {}
            _ if line.starts_with("> ") => parts.push(Part::Message {
                head: line[2..].to_owned(),
                written: vec![],
                payload: vec![],
            }),
            Some(Part::Message {
                written, payload, ..
            }) if line_of_payload("| ").is_some() => {
                if !written.is_empty() {
                    payload.push(b'\n');
                }
                payload.extend_from_slice(line_of_payload("| ").unwrap().as_bytes());
                written.push(line.to_owned());
            }
            Some(Part::Message {
                written, payload, ..
            }) if line.starts_with("x ") => {
                let bytes = line[2..].split_whitespace();
                payload.extend(bytes.map(|byte| u8::from_str_radix(byte, 16).unwrap()));
                written.push(line.to_owned());
            }
            _ => parts.push(Part::Remark(line.to_owned())),
        }
    }
    parts
}

fn run(text: &str, mut decoder: Decoder) -> String {
    let mut found = String::new();
    let mut number = 0;
    for part in parse(text) {
        match part {
            Part::Remark(line) => writeln!(found, "{line}").unwrap(),
            Part::Message {
                head,
                written,
                payload,
            } => {
                writeln!(found, "> {head}").unwrap();
                for line in written {
                    writeln!(found, "{line}").unwrap();
                }
                found.push_str(&answer(&mut decoder, &head, &payload, number));
                number += 1;
            }
        }
    }
    found
}

fn answer(decoder: &mut Decoder, head: &str, payload: &[u8], number: i64) -> String {
    let mut parts = head.split('\t');
    let mut message = Message::new(parts.next().unwrap(), payload, at(number * 1_000));
    let mut user = vec![];
    for flag in parts {
        match flag.split_once('=') {
            None if flag == "retain" => message.retain = true,
            None if flag == "dup" => message.dup = true,
            Some(("type", media)) => message.content_type = Some(media),
            Some(("user", pair)) => {
                let (name, value) = pair.split_once('=').unwrap();
                user.push((name.to_owned(), value.to_owned()));
            }
            _ => panic!("what is {flag}?"),
        }
    }
    message.user = &user;
    let mut out = Observations::new();
    if let Err(reject) = decoder.decode(message, &mut out) {
        return format!("< rejected {reject}\n");
    }
    let mut text = String::new();
    for row in out.iter() {
        writeln!(text, "< {}", line_of(decoder, &row)).unwrap();
    }
    for event in out.events() {
        writeln!(text, "< event {}", words(event)).unwrap();
    }
    if out.skipped() > 0 {
        writeln!(text, "< skipped {}", out.skipped()).unwrap();
    }
    if let Some(reject) = out.partly_read() {
        writeln!(text, "< kept whole {reject}").unwrap();
    }
    if text.is_empty() {
        text.push_str("< nothing\n");
    }
    text
}

fn line_of(decoder: &Decoder, row: &Observation<'_>) -> String {
    let value = match (row.kind, row.text) {
        (ValueKind::Text, Some(text)) => format!("{text:?}"),
        _ => format!("{:?}", row.value()),
    };
    let time = row.source_time.map_or_else(
        || "at arrival".to_owned(),
        |time| {
            format!(
                "at {}.{:06}",
                time.0.div_euclid(1_000_000),
                time.0.rem_euclid(1_000_000)
            )
        },
    );
    let historical = if row.historical { " historical" } else { "" };
    let transient = if row.transient { " transient" } else { "" };
    let quality = row.quality;
    format!(
        "{} = {value} {:?} {:?} {time}{historical}{transient}",
        decoder.address(row.address),
        quality.status,
        quality.reason
    )
}

/// An event in one line; a description names only what it has.
fn words(event: &SourceEvent) -> String {
    let SourceEvent::Described(description) = event else {
        return format!("{event:?}");
    };
    let mut text = format!(
        "Described {:?} by {}",
        description.source,
        description.convention.name()
    );
    let named = [
        ("name", &description.name),
        ("parent", &description.parent),
        ("maker", &description.maker),
        ("model", &description.model),
        ("version", &description.version),
        ("hardware", &description.plate.hardware),
        ("serial", &description.plate.serial),
        ("network", &description.plate.network),
        ("power", &description.plate.power),
    ];
    for (what, value) in named {
        if let Some(value) = value {
            write!(text, " {what} {value:?}").unwrap();
        }
    }
    if description.gone {
        text.push_str(" gone");
    }
    for point in &description.points {
        write!(text, "\n<   point {:?}", point.address).unwrap();
        for (what, value) in [
            ("name", &point.name),
            ("description", &point.description),
            ("class", &point.device_class),
        ] {
            if let Some(value) = value {
                write!(text, " {what} {value:?}").unwrap();
            }
        }
        if let Some(unit) = &point.unit {
            write!(text, " unit {:?} {:?}", unit.text, unit.vocabulary).unwrap();
        }
        if let Some(kind) = point.kind {
            write!(text, " {kind:?}").unwrap();
        }
        if let Some([least, greatest]) = point.range {
            write!(text, " {least}..{greatest}").unwrap();
        }
        if !point.states.is_empty() {
            write!(text, " states {:?}", point.states).unwrap();
        }
        if point.writable {
            text.push_str(" writable");
        }
    }
    text
}
