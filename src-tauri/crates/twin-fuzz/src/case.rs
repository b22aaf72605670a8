//! Scripts from fixtures: the files that twin-payload's tests describe in `tests/common/fixture.rs`.

use crate::script::{PARTS_MAX, Part, SECOND, Script};

/// Flag of a message that the broker had kept.
const RETAIN: u8 = 4;
/// Flag of a message that the broker delivers again.
const DUP: u8 = 8;

/// The messages of a fixture, each a second after the one before; lines that cannot be read are left out. The word
/// `control=<hexadecimal>` behind a topic sets all of a part's control.
pub fn messages(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    let mut is_first_line = true;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("> ") {
            parts.push(message(head));
            is_first_line = true;
            continue;
        }
        let Some(part) = parts.last_mut() else {
            continue;
        };
        if let Some(text) = line.strip_prefix('|') {
            if !is_first_line {
                part.body.push(b'\n');
            }
            is_first_line = false;
            let text = text.strip_prefix(' ').unwrap_or(text);
            part.body.extend_from_slice(text.as_bytes());
        } else if let Some(hex) = line.strip_prefix("x ") {
            part.body.extend(self::hex(hex));
        }
    }
    parts
}

/// Bytes from hexadecimal numbers with spaces between them.
pub fn hex(text: &str) -> Vec<u8> {
    let bytes = text.split_whitespace();
    bytes
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

fn message(head: &str) -> Part {
    let mut words = head.split('\t');
    let mut part = Part {
        control: SECOND,
        name: words.next().unwrap_or_default().as_bytes().to_vec(),
        ..Part::default()
    };
    let (mut media, mut user) = (String::new(), String::new());
    for word in words {
        match word.split_once('=') {
            None if word == "retain" => part.control |= RETAIN,
            None if word == "dup" => part.control |= DUP,
            Some(("control", text)) => {
                part.control = u8::from_str_radix(text, 16).unwrap_or(part.control);
            }
            Some(("type", text)) => media = text.to_owned(),
            Some(("user", pair)) => {
                user.push('\n');
                user.push_str(pair);
            }
            _ => {}
        }
    }
    part.properties = format!("{media}{user}").into_bytes();
    part
}

/// Scripts of a conversation: as many messages together as a script holds, the windows half over each other, since
/// what came before decides what is made of a message.
pub fn windows(setup: &[u8], parts: &[Part]) -> Vec<Script> {
    let last = parts.len().saturating_sub(PARTS_MAX / 2).max(1);
    (0..last)
        .step_by(PARTS_MAX / 2)
        .map(|from| Script {
            setup: setup.to_vec(),
            parts: parts.iter().skip(from).take(PARTS_MAX).cloned().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_is_read() {
        let text = "# a remark\n> a/b\tretain\ttype=text/csv\tuser=id=7\n| 1\n|\n| 2\n< a/b#0 = 1\n> c\nx 00 ff\n";
        let parts = messages(text);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].body, b"1\n\n2");
        assert_eq!(parts[0].properties, b"text/csv\nid=7");
        assert!(parts[0].flag(2) && !parts[0].flag(3));
        assert_eq!(
            (parts[1].name.as_slice(), parts[1].body.as_slice()),
            (&b"c"[..], &b"\x00\xff"[..])
        );
    }

    #[test]
    fn every_message_is_in_a_window() {
        let parts: Vec<Part> = (0..19)
            .map(|number| Part {
                body: vec![number],
                ..Part::default()
            })
            .collect();
        for count in 0..parts.len() {
            let windows = windows(&[], &parts[..count]);
            for part in &parts[..count] {
                assert!(
                    windows.iter().any(|window| window.parts.contains(part)),
                    "{count}"
                );
            }
            assert!(windows.iter().all(|window| window.parts.len() <= PARTS_MAX));
        }
    }
}
