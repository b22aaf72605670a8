//! Scripts made from scripts, so that most of them still get past the first check of a reader.
//!
//! What single bytes become is the engine's business: it knows what was compared with what. What is kept here is the
//! shape around them: parts, topics, and what bodies are written in.

mod cbor;
mod json;
mod packed;
mod plain;
mod protobuf;

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

pub use plain::change as change_plain;

use crate::script::{PARTS_MAX, Part, Script};

/// What bodies are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Anything.
    Bytes,
    /// JSON.
    Json,
    /// Protocol buffers.
    Protobuf,
    /// Concise binary objects (RFC 8949).
    Cbor,
    /// JSON in gzip.
    Gzip,
    /// JSON in Zstandard.
    Zstd,
}

/// Changes bytes; they become no longer than the number says.
pub type ChangeBytes<'a> = &'a mut dyn FnMut(&mut Vec<u8>, usize);

/// What a mutation has at hand.
struct Hand<'a> {
    rng: StdRng,
    words: &'a [&'a str],
    bytes: ChangeBytes<'a>,
    /// Longest result.
    max: usize,
}

impl Hand<'_> {
    /// Below `count`; 0 when that is 0.
    fn below(&mut self, count: usize) -> usize {
        if count == 0 {
            return 0;
        }
        self.rng.random_range(0..count)
    }

    /// Once in so many times.
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'b, T>(&mut self, choices: &'b [T]) -> Option<&'b T> {
        let index = self.below(choices.len());
        choices.get(index)
    }

    fn word(&mut self) -> &str {
        let index = self.below(self.words.len());
        self.words.get(index).copied().unwrap_or_default()
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        (self.bytes)(bytes, self.max);
    }
}

/// Another script, written, no longer than `max`.
pub fn mutate(
    data: &[u8],
    body: Body,
    words: &[&str],
    (max, seed): (usize, u32),
    bytes: ChangeBytes<'_>,
) -> Vec<u8> {
    let mut script = Script::read(data);
    let mut hand = Hand {
        rng: StdRng::seed_from_u64(u64::from(seed)),
        words,
        bytes,
        max,
    };
    let times = 1 + hand.below(3);
    for _ in 0..times {
        step(&mut script, body, &mut hand);
    }
    while script.write().len() > max && script.parts.len() > 1 {
        let index = hand.below(script.parts.len());
        script.parts.remove(index);
    }
    let mut written = script.write();
    written.truncate(max);
    written
}

fn step(script: &mut Script, body: Body, hand: &mut Hand<'_>) {
    if script.parts.is_empty() {
        script.parts.push(Part::default());
    }
    let index = hand.below(script.parts.len());
    match hand.below(20) {
        0 => hand.change(&mut script.setup),
        1 => reorder(script, index, hand),
        2 => {
            let other = script.parts.get(hand.below(script.parts.len())).cloned();
            let other = other.unwrap_or_default();
            if let Some(part) = script.parts.get_mut(index) {
                match hand.below(3) {
                    0 => part.name = other.name,
                    1 => part.body = other.body,
                    _ => part.properties = other.properties,
                }
            }
        }
        choice => {
            if let Some(part) = script.parts.get_mut(index) {
                match choice {
                    3 => part.control = hand.rng.next_u32() as u8,
                    4 => hand.change(&mut part.properties),
                    5..=7 => name(&mut part.name, hand),
                    8..=10 => hand.change(&mut part.body),
                    _ => shaped(&mut part.body, body, hand),
                }
            }
        }
    }
}

fn reorder(script: &mut Script, index: usize, hand: &mut Hand<'_>) {
    let other = hand.below(script.parts.len());
    match hand.below(3) {
        0 if script.parts.len() > 1 => {
            script.parts.remove(index);
        }
        1 => script.parts.swap(index, other),
        _ if script.parts.len() < PARTS_MAX => {
            if let Some(part) = script.parts.get(index).cloned() {
                script.parts.insert(other, part);
            }
        }
        _ => {}
    }
}

/// Changes a topic level by level, or its bytes.
fn name(name: &mut Vec<u8>, hand: &mut Hand<'_>) {
    let text = String::from_utf8_lossy(name).into_owned();
    let mut levels: Vec<&str> = text.split('/').collect();
    let index = hand.below(levels.len());
    let word = hand.word().to_owned();
    match hand.below(5) {
        0 => {
            hand.change(name);
            return;
        }
        1 if levels.len() > 1 => {
            levels.remove(index);
        }
        2 => levels.insert(index, &word),
        3 => {
            let other = levels.get(hand.below(levels.len())).copied();
            if let (Some(level), Some(other)) = (levels.get_mut(index), other) {
                *level = other;
            }
        }
        _ => {
            if let Some(level) = levels.get_mut(index) {
                *level = &word;
            }
        }
    }
    *name = levels.join("/").into_bytes();
}

fn shaped(bytes: &mut Vec<u8>, body: Body, hand: &mut Hand<'_>) {
    match body {
        Body::Bytes if hand.one_in(2) => {
            let at = hand.below(bytes.len() + 1);
            let word = hand.word().to_owned();
            bytes.splice(at..at, word.into_bytes());
        }
        Body::Bytes => hand.change(bytes),
        Body::Json => json::change(bytes, hand),
        Body::Protobuf => protobuf::change(bytes, hand),
        Body::Cbor => cbor::change(bytes, hand),
        Body::Gzip => packed::change_gzip(bytes, hand),
        Body::Zstd => packed::change_zstd(bytes, hand),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As an engine would, without its knowledge.
    fn change(bytes: &mut Vec<u8>, max: usize) {
        bytes.push(b'7');
        bytes.rotate_right(1);
        bytes.truncate(max);
    }

    fn changed(script: &Script, body: Body, words: &[&str]) -> Vec<Script> {
        let data = script.write();
        (0..400)
            .map(|seed| {
                let written = mutate(&data, body, words, (600, seed), &mut change);
                assert!(written.len() <= 600);
                Script::read(&written)
            })
            .collect()
    }

    fn one(body: &[u8]) -> Script {
        Script {
            setup: vec![1],
            parts: vec![Part {
                name: b"te/device/main".to_vec(),
                body: body.to_vec(),
                ..Part::default()
            }],
        }
    }

    #[test]
    fn parts_topics_and_bodies_change_and_are_parts_topics_and_bodies_still() {
        let scripts = changed(&one(b"on"), Body::Bytes, &["meta"]);
        assert!(scripts.iter().any(|script| script.parts.len() == 2));
        let has = |name: &[u8]| scripts.iter().any(|script| script.parts[0].name == name);
        assert!(has(b"te/device/meta") && has(b"te/device") && has(b"meta/te/device/main"));
        assert!(scripts.iter().any(|script| script.parts[0].body == b"7on"));
        assert!(scripts.iter().any(|script| script.setup == [b'7', 1]));
    }

    #[test]
    fn the_same_seed_makes_the_same_script() {
        let scripts = |_: u8| changed(&one(b"{\"a\":[1,2]}"), Body::Json, &["b"]);
        assert_eq!(scripts(1), scripts(2));
    }

    #[test]
    fn most_bodies_keep_their_form() {
        let gzip = packed::gzip(b"{\"a\":1}");
        let zstd = packed::zstd(b"{\"a\":1}");
        let is_cbor = |bytes: &[u8]| ciborium::from_reader::<ciborium::Value, _>(bytes).is_ok();
        let is_json = |bytes: &[u8]| bytes.starts_with(b"{") && bytes.ends_with(b"}");
        type IsSound<'a> = &'a dyn Fn(&[u8]) -> bool;
        let cases: [(Body, &[u8], IsSound<'_>); 5] = [
            (
                Body::Json,
                b"{\"a\":[1,{\"b\":\"x\"}],\"c\":true}",
                &is_json,
            ),
            (Body::Protobuf, &[8, 1, 18, 4, 10, 2, 65, 66], &|bytes| {
                protobuf::fields(bytes).is_some()
            }),
            (Body::Cbor, &[0x82, 1, 0xA1, 0x61, 0x61, 2], &is_cbor),
            (Body::Gzip, &gzip, &|bytes| packed::gunzip(bytes).is_some()),
            (Body::Zstd, &zstd, &|bytes| packed::unzstd(bytes).is_some()),
        ];
        for (body, bytes, is_sound) in cases {
            assert!(is_sound(bytes), "{body:?}");
            let scripts = changed(&one(bytes), body, &["word"]);
            let bodies = scripts.iter().map(|script| script.parts[0].body.as_slice());
            let other: Vec<&[u8]> = bodies.filter(|other| *other != bytes).collect();
            let sound = other.iter().filter(|bytes| is_sound(bytes)).count();
            assert!(
                sound * 4 > other.len(),
                "{body:?}: {sound} of {}",
                other.len()
            );
            assert!(other.len() > 100, "{body:?}: {}", other.len());
        }
    }
}
