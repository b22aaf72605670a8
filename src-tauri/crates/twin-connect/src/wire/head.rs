//! The head of a message (MQTT 5, 3.3): from its first byte to the end of its properties.
//!
//! The library ends the link at a text that is none (MQTT 5, 1.5.4), and a broker with a session, or with the message retained,
//! sends it again on the next one, for ever. So each head is looked at before the library has it. As long as it is sure
//! where the message ends and which packet identifier it has, it can be acknowledged, whatever else is wrong with it.

use super::{
    codes::{number, prefixed},
    place::Place,
    stand_in::Discard,
};
use crate::{Unfit, parcel::Unread};

/// Most bytes of properties that a message may have (MQTT 5, 3.3.2.3). The library makes texts of them, which take ten times
/// as much memory as they do on the wire.
pub(super) const PROPERTIES_MAX: usize = 64 << 10;
/// Bytes of a text that is none which are shown.
const SHOWN: usize = 64;

/// What a message is, as far as it can be told.
#[derive(Debug)]
pub(super) enum Look {
    /// One that may pass, and where its parts lie.
    Fine(Place),
    /// Its length is none.
    Endless,
    /// It takes more of it to tell.
    More,
    /// It must not pass, and takes its own bytes, from its first on.
    Discard(Discard),
    /// It cannot be told what is where in it.
    Broken(Broken),
}

/// A message that cannot be acknowledged, because it cannot be told what is where in it, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) String);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// Where the parts of a message lie, behind its fixed header.
struct Parts<'a> {
    topic: &'a [u8],
    id: Option<[u8; 2]>,
    /// What its properties and what comes before them take, fixed header included, bytes.
    before: usize,
    /// What its properties take, bytes.
    weight: usize,
    /// What its payload takes, bytes.
    payload: usize,
}

/// Looks at the head of the message that begins here, with `limit` bytes as its largest packet.
pub(super) fn look(bytes: &[u8], has_properties: bool, limit: usize) -> Look {
    let [first, behind @ ..] = bytes else {
        return Look::More;
    };
    let Some((size, used)) = number(behind) else {
        return if bytes.len() > 4 {
            Look::Endless
        } else {
            Look::More
        };
    };
    let head = 1 + used;
    let body = &bytes[head..bytes.len().min(head.saturating_add(size))];
    let parts = match divide(*first, body, (head, size), has_properties) {
        Ok(Some(parts)) => parts,
        Ok(None) => return Look::More,
        Err(why) => return Look::Broken(broken(*first, body, why)),
    };
    let unread = |cause, detail| {
        let payload = parts.payload;
        let unread = Unread {
            cause,
            detail,
            payload,
        };
        let name = (*first, parts.topic, parts.id);
        Look::Discard(Discard::new(name, has_properties, parts.before, unread))
    };
    let packet = head + size;
    if packet > limit {
        let detail =
            format!("its packet of {packet} bytes is larger than the {limit} that are read at all");
        return unread(Unfit::TooLarge, detail);
    }
    let weight = parts.weight;
    if weight > PROPERTIES_MAX {
        let detail = format!(
            "it has {weight} bytes of properties, more than the {PROPERTIES_MAX} that are read at all"
        );
        return unread(Unfit::TooLarge, detail);
    }
    let Some(properties) = bytes.get(parts.before - weight..parts.before) else {
        return Look::More;
    };
    let defect = topic_defect(parts.topic).or_else(|| flag_defect(*first));
    match properties_defect(properties) {
        Some(PropertyDefect::Alias) => {
            let why = "it has a topic alias, and none was allowed (MQTT 5, 3.1.2.11.5)";
            Look::Broken(broken(*first, body, why))
        }
        Some(PropertyDefect::Other(text)) if defect.is_none() => unread(Unfit::Malformed, text),
        _ => match defect {
            Some(text) => unread(Unfit::Malformed, text),
            None => Look::Fine(Place {
                first: *first,
                head,
                left: size,
                topic: parts.topic.len(),
                id: parts.id.map(u16::from_be_bytes),
                properties: weight,
                payload: parts.before,
            }),
        },
    }
}

/// What is where in it; none if it takes more of it to tell, and an error if it does not fit together.
fn divide(
    first: u8,
    body: &[u8],
    (head, size): (usize, usize),
    has_properties: bool,
) -> Result<Option<Parts<'_>>, &'static str> {
    let [high, low, ..] = *body else {
        return if size < 2 {
            Err("it has no topic")
        } else {
            Ok(None)
        };
    };
    let topic = 2 + usize::from(u16::from_be_bytes([high, low]));
    let name = topic + if first & 6 == 0 { 0 } else { 2 };
    if size < name {
        return Err("its topic is longer than its packet");
    }
    let Some(behind) = body.get(name..) else {
        return Ok(None);
    };
    let id = body.get(topic..name).and_then(|id| id.try_into().ok());
    if id == Some([0; 2]) {
        return Err("its packet identifier is 0 (MQTT 5, 2.2.1)");
    }
    let (weight, width) = match number(behind) {
        _ if !has_properties => (0, 0),
        Some(found) => found,
        None if behind.len() < 4 && name + behind.len() < size => return Ok(None),
        None => return Err("the length of its properties is none"),
    };
    let before = name + width + weight;
    let payload = size
        .checked_sub(before)
        .ok_or("its properties are longer than its packet")?;
    Ok(Some(Parts {
        topic: &body[2..topic],
        id,
        before: head + before,
        weight,
        payload,
    }))
}

/// Names a message, as far as that can be done, and what is wrong with it.
fn broken(first: u8, body: &[u8], why: &str) -> Broken {
    let qos = first >> 1 & 3;
    let topic = body.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::from(u16::from_be_bytes(*length));
        rest.get(..length).filter(|topic| !topic.is_empty())
    });
    let on = topic.map_or_else(String::new, |topic| {
        format!(" on the topic {}", shown(topic))
    });
    Broken(format!("a message of QoS {qos}{on}: {why}"))
}

/// These bytes as they are, and no more than a few of them.
fn shown(bytes: &[u8]) -> String {
    let some = &bytes[..bytes.len().min(SHOWN)];
    let text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(char::is_control));
    let rest = if bytes.len() > SHOWN { " ..." } else { "" };
    if text {
        format!("\"{}\"{rest}", String::from_utf8_lossy(some))
    } else {
        format!("\"{}\"{rest}", some.escape_ascii())
    }
}

/// What keeps these bytes from being a text (MQTT 5, 1.5.4).
fn text_defect(bytes: &[u8]) -> Option<&'static str> {
    match std::str::from_utf8(bytes) {
        Err(_) => Some("is not valid UTF-8"),
        Ok(_) if bytes.contains(&0) => Some("has the character U+0000"),
        Ok(_) => None,
    }
}

/// What keeps these bytes from being the topic of a message (MQTT 5, 4.7.1 and 4.7.3).
fn topic_defect(topic: &[u8]) -> Option<String> {
    let is_wild = || topic.iter().any(|byte| matches!(byte, b'+' | b'#'));
    let why = match text_defect(topic) {
        Some(why) => why,
        None if topic.is_empty() => return Some("its topic is empty".into()),
        None if is_wild() => "has a wildcard, which only a filter may have",
        None => return None,
    };
    Some(format!("its topic {why}: {}", shown(topic)))
}

/// Only what may come twice can be marked as a repeat (MQTT 5, 3.3.1.1).
fn flag_defect(first: u8) -> Option<String> {
    let is_repeat = first & 0b1110 == 0b1000;
    is_repeat.then(|| "it is of QoS 0, but marked as delivered before".into())
}

/// What is wrong with the properties of a message.
#[derive(Debug, PartialEq, Eq)]
enum PropertyDefect {
    /// The topic is to be taken from an earlier message. This client never allows that.
    Alias,
    Other(String),
}

/// What keeps these bytes from being the properties of a message (MQTT 5, 3.3.2.3).
fn properties_defect(mut bytes: &[u8]) -> Option<PropertyDefect> {
    let mut defect = None;
    while let [code, rest @ ..] = bytes {
        let size = match code {
            0x01 => Some(1),
            0x02 => Some(4),
            0x03 => text(rest, "content type", &mut defect),
            0x08 => text(rest, "response topic", &mut defect),
            0x09 => prefixed(rest).map(|data| 2 + data.len()),
            0x0b => number(rest).map(|(_, width)| width),
            0x23 if rest.len() >= 2 => return Some(PropertyDefect::Alias),
            0x23 => None,
            0x26 => text(rest, "user property", &mut defect).and_then(|name| {
                text(&rest[name..], "user property", &mut defect).map(|value| name + value)
            }),
            other => {
                let why = format!("it has a property {other:#04x}, which no message may have");
                return Some(PropertyDefect::Other(why));
            }
        };
        let Some(next) = size.and_then(|size| rest.get(size..)) else {
            let why = format!("its property {code:#04x} is longer than all its properties");
            return Some(PropertyDefect::Other(why));
        };
        bytes = next;
    }
    defect.map(PropertyDefect::Other)
}

/// What the text that begins here takes, if all of it is there; notes what is wrong with it.
fn text(bytes: &[u8], name: &str, defect: &mut Option<String>) -> Option<usize> {
    let text = prefixed(bytes)?;
    if let Some(why) = text_defect(text) {
        defect.get_or_insert_with(|| format!("its {name} {why}: {}", shown(text)));
    }
    Some(2 + text.len())
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use proptest::prelude::*;

    use super::*;
    use crate::wire::stand_in::Mark;

    const LIMIT: usize = 200_000;

    fn prefix(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    /// A message; of MQTT 3.1.1 if there are no properties.
    fn message(first: u8, topic: &[u8], properties: Option<&[u8]>, payload: &[u8]) -> Vec<u8> {
        let id: &[u8] = if first & 6 == 0 { &[] } else { &[1, 2] };
        let properties = properties.map_or_else(Vec::new, |some| {
            [&[u8::try_from(some.len()).unwrap()], some].concat()
        });
        let body = [&prefix(topic), id, &properties, payload].concat();
        let size = body.len();
        let length = [(size % 128) as u8 | 0x80, (size / 128) as u8];
        [&[first], &length[..], &body].concat()
    }

    /// What is not to be read of it: why, its topic and its payload; none if it passes.
    fn unfit(message: &[u8], has_properties: bool) -> Option<(String, Bytes, Bytes)> {
        match look(message, has_properties, LIMIT) {
            Look::Fine(place) => {
                assert_eq!(place.packet(), message.len());
                None
            }
            Look::Discard(mut discard) => {
                assert_eq!(discard.take(message), message.len());
                assert!(discard.is_whole());
                let mark = Mark::draw();
                let stand_in = discard.stand_in(mark);
                let payload = read(&stand_in, has_properties).expect("the library reads it");
                let replaced = mark.read(&payload).unwrap();
                Some((replaced.unread.detail, replaced.topic, replaced.excerpt))
            }
            other => panic!("{other:?}"),
        }
    }

    /// The payload as the library reads it.
    fn read(message: &[u8], has_properties: bool) -> Option<Bytes> {
        let mut stream = BytesMut::from(message);
        if has_properties {
            match rumqttc::Packet::read(&mut stream, None) {
                Ok(rumqttc::Packet::Publish(publish)) => Some(publish.payload),
                _ => None,
            }
        } else {
            match rumqttc_v4::Packet::read(&mut stream, 1 << 28) {
                Ok(rumqttc_v4::Packet::Publish(publish)) => Some(publish.payload),
                _ => None,
            }
        }
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![20 => Just(b'a'), 1 => any::<u8>(), 1 => Just(b'#'), 1 => Just(0)];
        prop::collection::vec(byte, 0..8)
    }

    fn property() -> impl Strategy<Value = Vec<u8>> {
        let code = prop::sample::select(vec![0x03_u8, 0x08, 0x09]);
        prop_oneof![
            Just(vec![0x01, 1]),
            Just(vec![0x02, 0, 0, 1, 0]),
            (code, text()).prop_map(|(code, text)| [vec![code], prefix(&text)].concat()),
            (text(), text())
                .prop_map(|(name, value)| { [vec![0x26], prefix(&name), prefix(&value)].concat() }),
            prop::collection::vec(any::<u8>(), 0..4),
        ]
    }

    proptest! {
        /// What passes is what the library reads, and what goes in the place of the others as well: nothing ends the link.
        #[test]
        fn what_passes_the_library_reads(
            flags in prop::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 8, 10, 12]),
            topic in text(),
            properties in prop::collection::vec(property(), 0..4),
            has_properties in any::<bool>(),
            spoilt in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let properties = properties.concat();
            let list = has_properties.then_some(&properties[..]);
            let mut all = message(0x30 | flags, &topic, list, b"payload");
            if let Some((index, byte)) = spoilt {
                // Not its fixed header.
                let index = 3 + index.index(all.len() - 3);
                all[index] = byte;
            }
            match look(&all, has_properties, LIMIT) {
                Look::Fine(_) => prop_assert!(read(&all, has_properties).is_some()),
                Look::Discard(_) => drop(unfit(&all, has_properties)),
                Look::Broken(_) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }

        /// What there is of a message says no more than that it takes more, or what all of it says.
        #[test]
        fn a_part_of_a_message_is_never_judged_otherwise(topic in text(), value in text()) {
            let property = [vec![0x26], prefix(b"n"), prefix(&value)].concat();
            let all = message(0x32, &topic, Some(&property), b"payload");
            let whole = matches!(look(&all, true, LIMIT), Look::Fine(_));
            for end in 0..all.len() {
                match look(&all[..end], true, LIMIT) {
                    Look::More => {}
                    Look::Fine(_) => prop_assert!(whole),
                    Look::Discard(_) => prop_assert!(!whole),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }

    #[test]
    fn what_is_no_text_is_named_with_its_bytes_and_the_message_is_replaced() {
        let list = |property: &[u8]| message(0x32, b"a", Some(property), b"21");
        for (all, why) in [
            (
                message(0x32, b"a/\xff\xfe", Some(b""), b"21"),
                r#"topic is not valid UTF-8: "a/\xff\xfe""#,
            ),
            (
                message(0x32, b"a\0b", Some(b""), b"21"),
                r#"topic has the character U+0000: "a\x00b""#,
            ),
            (
                message(0x32, b"a/#", Some(b""), b"21"),
                r#"topic has a wildcard, which only a filter may have: "a/#""#,
            ),
            (message(0x32, b"", Some(b""), b"21"), "topic is empty"),
            (
                message(0x38, b"a", Some(b""), b"21"),
                "marked as delivered before",
            ),
            (
                list(b"\x03\0\x02\xc3\x28"),
                r#"content type is not valid UTF-8: "\xc3(""#,
            ),
            (
                list(b"\x26\0\x01n\0\x01\0"),
                r#"user property has the character U+0000: "\x00""#,
            ),
            (list(b"\x26\0\x01a\0\x09"), "property 0x26 is longer"),
            (
                list(b"\x7e\x01"),
                "property 0x7e, which no message may have",
            ),
        ] {
            let (detail, topic, payload) = unfit(&all, true).expect(why);
            assert!(detail.contains(why), "{detail}");
            let topic_at = all
                .windows(topic.len().max(1))
                .position(|some| some == topic);
            assert!(topic.is_empty() || topic_at == Some(5), "{topic:?}");
            assert_eq!(payload, "21");
        }
        let long = message(0x32, &[b"a/".repeat(60), vec![0xff]].concat(), None, b"21");
        let (detail, topic, _) = unfit(&long, false).unwrap();
        assert!(
            detail.ends_with("a/a/\" ...") && topic.len() == 121,
            "{detail}"
        );
    }

    #[test]
    fn a_message_of_which_it_is_not_sure_what_is_where_is_named() {
        let alias = message(0x30, b"a", Some(b"\x23\0\x01"), b"x");
        for (all, why) in [
            (
                &alias[..],
                r#"QoS 0 on the topic "a": it has a topic alias"#,
            ),
            (
                b"\x32\x05\0\x01a\0\0",
                r#"QoS 1 on the topic "a": its packet identifier is 0"#,
            ),
            (
                b"\x30\x03\x7f\xffa",
                "QoS 0: its topic is longer than its packet",
            ),
            (b"\x32\x03\0\x01a", "its topic is longer"),
            (b"\x30\0", "it has no topic"),
            (b"\x30\x04\0\x01a\x05", "its properties are longer"),
            (
                b"\x30\x04\0\x01a\x85",
                "the length of its properties is none",
            ),
        ] {
            let Look::Broken(broken) = look(all, true, LIMIT) else {
                panic!("{why}");
            };
            assert!(broken.to_string().contains(why), "{broken}");
        }
    }
}
