//! JSON changed value by value, as text: what is no JSON stays what it is around the change.

use std::ops::Range;

use super::Hand;

/// Values at the edges of what readers expect.
const EDGES: [&str; 34] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1e999",
    "-1e999",
    "1e-999",
    "0.1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "123456789012345678901234567890",
    "1700000000",
    "1700000000000",
    "1700000000000000",
    "\"\"",
    "\"0\"",
    "\"NaN\"",
    "\"2023-11-14T22:13:20Z\"",
    "\"2023-11-14T22:13:20.123456789+14:00\"",
    "\"9999-12-31T23:59:60Z\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"a/b#c.d+e\"",
    "\"AQID\"",
    "{}",
    "[]",
    "[[]]",
    "{\"value\":1}",
];

/// Deepest wrapping.
const WRAP_MAX: usize = 40;

/// Where a value, or a key with its value, stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    range: Range<usize>,
    is_member: bool,
}

/// A bracket that is open, and the key whose value is awaited in it.
#[derive(Default)]
struct Open {
    at: usize,
    key: Option<usize>,
}

/// All values, keys and members, as far as brackets and quotes tell.
fn spans(text: &[u8]) -> Vec<Span> {
    let mut found = vec![];
    let mut open: Vec<Open> = vec![Open::default()];
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                open.push(Open {
                    at: start,
                    key: None,
                });
                continue;
            }
            b'}' | b']' if open.len() > 1 => {
                let begin = open.pop().map_or(0, |open| open.at);
                found.push(Span {
                    range: begin..at,
                    is_member: false,
                });
            }
            b'"' => {
                at = end_of_text(text, at);
                found.push(Span {
                    range: start..at,
                    is_member: false,
                });
                let behind = text.get(at..).unwrap_or_default();
                let next = behind.iter().find(|byte| !byte.is_ascii_whitespace());
                if next == Some(&b':') {
                    if let Some(open) = open.last_mut() {
                        open.key = Some(start);
                    }
                    continue;
                }
            }
            b',' => {
                if let Some(open) = open.last_mut() {
                    open.key = None;
                }
                continue;
            }
            byte if byte.is_ascii_whitespace() || matches!(byte, b':' | b'}' | b']') => continue,
            _ => {
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",:{}[]\"".contains(byte);
                let rest = text.get(at..).unwrap_or_default();
                at += rest.iter().position(is_end).unwrap_or(rest.len());
                found.push(Span {
                    range: start..at,
                    is_member: false,
                });
            }
        }
        if let Some(key) = open.last_mut().and_then(|open| open.key.take()) {
            found.push(Span {
                range: key..at,
                is_member: true,
            });
        }
    }
    found
}

/// Behind the closing quote of a text whose inside begins at `at`.
fn end_of_text(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' => return at + 1,
            _ => 1,
        };
    }
    text.len()
}

/// Changes one value or member.
pub(super) fn change(text: &mut Vec<u8>, hand: &mut Hand<'_>) {
    let spans = spans(text);
    let Some(span) = hand.pick(&spans).cloned() else {
        let edge = hand.pick(&EDGES).copied().unwrap_or_default();
        text.extend_from_slice(edge.as_bytes());
        return;
    };
    let own = text.get(span.range.clone()).unwrap_or_default().to_vec();
    let other = hand.pick(&spans).map(|span| span.range.clone());
    let other = other
        .and_then(|range| text.get(range))
        .unwrap_or_default()
        .to_vec();
    let new = match hand.below(8) {
        0 if span.is_member => vec![],
        0..=2 if !span.is_member => {
            let edge = hand.pick(&EDGES).copied().unwrap_or_default();
            edge.as_bytes().to_vec()
        }
        3 => format!("\"{}\"", hand.word()).into_bytes(),
        4 => other,
        5 => [own.as_slice(), b",", &own].concat(),
        6 if !span.is_member => {
            let depth = 1 + hand.below(WRAP_MAX);
            [b"[".repeat(depth), own, b"]".repeat(depth)].concat()
        }
        6 => {
            let member = format!("\"{}\":{},", hand.word(), String::from_utf8_lossy(&other));
            [member.as_bytes(), &own].concat()
        }
        _ => {
            let mut own = own;
            hand.change(&mut own);
            own
        }
    };
    let end = if new.is_empty() && text.get(span.range.end) == Some(&b',') {
        span.range.end + 1
    } else {
        span.range.end
    };
    text.splice(span.range.start..end, new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_members_are_found() {
        let text = br#"{"a" : [1,"x\"y"], "b":{"c":null}}"#;
        let found: Vec<(String, bool)> = spans(text)
            .into_iter()
            .map(|span| {
                let text = String::from_utf8_lossy(&text[span.range]).into_owned();
                (text, span.is_member)
            })
            .collect();
        let has = |text: &str, is_member| found.contains(&(text.to_owned(), is_member));
        assert!(has(r#""a""#, false) && has("1", false) && has(r#""x\"y""#, false));
        assert!(has(r#"[1,"x\"y"]"#, false) && has(r#""a" : [1,"x\"y"]"#, true));
        assert!(has(r#""c":null"#, true) && has(r#""b":{"c":null}"#, true));
    }

    #[test]
    fn what_is_no_json_has_spans_within_its_bounds() {
        for text in [
            &b"}}]]{{\"\\"[..],
            b"\"",
            b":,:",
            b"12 13",
            b"",
            b"\xff\xfe{\"a\":",
        ] {
            for span in spans(text) {
                assert!(span.range.end <= text.len() && span.range.start < span.range.end);
            }
        }
    }
}
