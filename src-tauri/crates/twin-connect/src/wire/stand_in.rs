//! Small messages in place of those that are not read.
//!
//! A message with a packet beyond all limits, with too many properties, or with a text that is none, must be acknowledged all
//! the same: a broker with a session would deliver it for ever. So its bytes are thrown away as they come, and the library is
//! handed a small message with the same flags and packet id. The payload is what was wrong with it, its topic, and the
//! beginning of what it said.

use bytes::Bytes;

use crate::{
    Unfit,
    parcel::{EXCERPT, Unread},
};

/// Most bytes of a stand-in besides topic, excerpt and what was wrong: more than its headers and mark have.
const HEAD: usize = 64;
/// Most bytes of what was wrong, in words.
const DETAIL: usize = 1_024;
/// Most bytes of a stand-in. The library must be ready to read as many.
pub(crate) const STAND_IN_MAX: usize = 65_535 + EXCERPT + DETAIL + HEAD;
/// The topic that the library sees, with its length: the true one may be none that it takes.
const TOPIC: [u8; 3] = [0, 1, b'x'];

/// What the payload of a stand-in begins with. It is drawn anew for each link, so that no one else can write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark([u8; 16]);

/// A message that was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) unread: Unread,
    pub(crate) topic: Bytes,
    /// The beginning of its payload.
    pub(crate) excerpt: Bytes,
}

impl Mark {
    pub(crate) fn draw() -> Self {
        Mark(rand::random())
    }

    fn payload(&self, unread: &Unread, topic: &[u8], excerpt: &[u8]) -> Vec<u8> {
        let detail = unread.detail.as_bytes();
        let detail = &detail[..detail.len().min(DETAIL)];
        let cause = u8::from(unread.cause == Unfit::Malformed);
        let sizes = [unread.payload, detail.len(), topic.len()];
        let sizes = sizes.map(|size| (size as u64).to_be_bytes()).concat();
        [&self.0[..], &[cause], &sizes, detail, topic, excerpt].concat()
    }

    /// The message in whose place this payload came; none if it came in no message's place.
    pub(crate) fn read(&self, payload: &Bytes) -> Option<Replaced> {
        let (&[cause], mut rest) = payload.strip_prefix(&self.0[..])?.split_first_chunk()?;
        let mut sizes = [0; 3];
        for size in &mut sizes {
            let bytes;
            (bytes, rest) = rest.split_first_chunk()?;
            *size = usize::try_from(u64::from_be_bytes(*bytes)).ok()?;
        }
        let [whole, detail, topic] = sizes;
        let (detail, rest) = rest.split_at_checked(detail)?;
        let (topic, excerpt) = rest.split_at_checked(topic)?;
        let cause = match cause {
            0 => Unfit::TooLarge,
            _ => Unfit::Malformed,
        };
        let unread = Unread {
            cause,
            detail: String::from_utf8_lossy(detail).into_owned(),
            payload: whole,
        };
        Some(Replaced {
            unread,
            topic: payload.slice_ref(topic),
            excerpt: payload.slice_ref(excerpt),
        })
    }
}

/// A message that is being thrown away.
#[derive(Debug)]
pub(crate) struct Discard {
    first: u8,
    topic: Vec<u8>,
    id: Option<[u8; 2]>,
    has_properties: bool,
    unread: Unread,
    /// Bytes before its payload that are still to come.
    before: usize,
    /// Bytes of its payload that are still to come.
    payload: usize,
    excerpt: Vec<u8>,
}

impl Discard {
    /// One with this first byte, topic and packet id; `before` is the size of all before its payload.
    pub(crate) fn new(
        (first, topic, id): (u8, &[u8], Option<[u8; 2]>),
        has_properties: bool,
        before: usize,
        unread: Unread,
    ) -> Self {
        // Of QoS 0 none can be a repeat, and the library takes none that says it is.
        let is_plain = first & 6 == 0;
        Discard {
            first: if is_plain { first & !8 } else { first },
            topic: topic.to_vec(),
            id,
            has_properties,
            before,
            payload: unread.payload,
            excerpt: Vec::new(),
            unread,
        }
    }

    /// Takes as much of these bytes as belongs to it; gives how much that was.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        let before = self.before.min(bytes.len());
        let rest = &bytes[before..];
        let payload = self.payload.min(rest.len());
        let room = EXCERPT - self.excerpt.len();
        self.excerpt.extend_from_slice(&rest[..payload.min(room)]);
        self.before -= before;
        self.payload -= payload;
        before + payload
    }

    /// Whether all of it has come.
    pub(crate) fn is_whole(&self) -> bool {
        self.before + self.payload == 0
    }

    /// The packet in its place.
    pub(crate) fn stand_in(&self, mark: Mark) -> Vec<u8> {
        let payload = mark.payload(&self.unread, &self.topic, &self.excerpt);
        let id = self.id.as_ref().map_or(&[][..], |id| &id[..]);
        let none: &[u8] = if self.has_properties { &[0] } else { &[] };
        let mut left = TOPIC.len() + id.len() + none.len() + payload.len();
        let mut packet = vec![self.first];
        // The remaining length (MQTT 5, 1.5.5).
        loop {
            let low = (left % 128) as u8;
            left /= 128;
            packet.push(if left > 0 { low | 0x80 } else { low });
            if left == 0 {
                break;
            }
        }
        [&packet[..], &TOPIC, id, none, &payload].concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However it is cut: it takes what is its own, no more, and keeps the beginning of the payload.
        #[test]
        fn it_takes_its_own_bytes_and_keeps_the_beginning_of_the_payload(
            before in 1_usize..300,
            payload in 0_usize..10_000,
            piece in 1_usize..5_000,
        ) {
            let all = [vec![b'p'; before], vec![b'x'; payload], vec![b'n'; 9]].concat();
            let unread = Unread { cause: Unfit::Malformed, detail: "why".into(), payload };
            let name = (0x32, &b"\xff#"[..], Some([0, 7]));
            let mut discard = Discard::new(name, true, before, unread.clone());
            let mut at = 0;
            while !discard.is_whole() {
                at += discard.take(&all[at..all.len().min(at + piece)]);
            }
            prop_assert_eq!(at, before + payload);
            let mark = Mark::draw();
            let packet = discard.stand_in(mark);
            let at = packet.windows(6).position(|some| some == b"\0\x01x\0\x07\0").unwrap();
            prop_assert!(packet[0] == 0x32 && packet.len() <= STAND_IN_MAX);
            let said = Bytes::copy_from_slice(&packet[at + 6..]);
            let Replaced { unread: read, topic, excerpt } = mark.read(&said).unwrap();
            prop_assert_eq!((read, &topic[..]), (unread, &b"\xff#"[..]));
            prop_assert_eq!(excerpt, vec![b'x'; payload.min(EXCERPT)]);
            prop_assert_eq!(Mark::draw().read(&said), None);
        }
    }

    #[test]
    fn a_payload_that_only_begins_like_one_is_none() {
        let mark = Mark::draw();
        assert_eq!(mark.read(&Bytes::copy_from_slice(&mark.0)), None);
        assert_eq!(mark.read(&Bytes::from_static(b"21.5")), None);
    }
}
