//! Small messages in place of those that are not read.
//!
//! A message with a packet beyond all limits, or with too many properties, must be acknowledged all the same: a broker with
//! a session would deliver it for ever. So its bytes are thrown away as they come, and the library is handed a small message
//! with the same flags, topic and packet id. What was wrong with it, and the beginning of what it said, is the payload.

use bytes::Bytes;

use crate::parcel::{EXCERPT, Excess, Unread};

/// Most bytes of a stand-in besides its topic and the excerpt: more than its headers, mark and defect have.
const HEAD: usize = 64;
/// Most bytes of a stand-in. The library must be ready to read as many.
pub(crate) const STAND_IN_MAX: usize = 65_535 + EXCERPT + HEAD;

/// What the payload of a stand-in begins with. It is drawn anew for each link, so that no one else can write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark([u8; 16]);

impl Mark {
    pub(crate) fn draw() -> Self {
        Mark(rand::random())
    }

    fn payload(&self, unread: Unread, excerpt: &[u8]) -> Vec<u8> {
        let (kind, size, limit) = match unread.excess {
            Excess::Packet { size, limit } => (0, size, limit),
            Excess::Properties { size, limit } => (1, size, limit),
        };
        let numbers = [size, limit, unread.payload].map(|number| (number as u64).to_be_bytes());
        [&self.0[..], &[kind], &numbers.concat(), excerpt].concat()
    }

    /// What is to be known of the message in whose place this payload came, and the beginning of what that one said; none if
    /// it came in no message's place.
    pub(crate) fn read(&self, payload: &Bytes) -> Option<(Unread, Bytes)> {
        let (&[kind], mut rest) = payload.strip_prefix(&self.0[..])?.split_first_chunk()?;
        let mut numbers = [0; 3];
        for number in &mut numbers {
            let bytes;
            (bytes, rest) = rest.split_first_chunk()?;
            *number = usize::try_from(u64::from_be_bytes(*bytes)).unwrap_or(usize::MAX);
        }
        let [size, limit, whole] = numbers;
        let excess = match kind {
            0 => Excess::Packet { size, limit },
            _ => Excess::Properties { size, limit },
        };
        let unread = Unread {
            excess,
            payload: whole,
        };
        Some((unread, payload.slice_ref(rest)))
    }
}

/// A message that is being thrown away.
#[derive(Debug)]
pub(crate) struct Discard {
    first: u8,
    /// The length of the topic, the topic, and the packet id if there is one.
    name: Vec<u8>,
    has_properties: bool,
    unread: Unread,
    /// Bytes before its payload that are still to come.
    before: usize,
    /// Bytes of its payload that are still to come.
    payload: usize,
    excerpt: Vec<u8>,
}

impl Discard {
    /// One that begins with this byte, and has this between its remaining length and its properties; `before` is the size of
    /// all before its payload.
    pub(crate) fn new(
        (first, name): (u8, &[u8]),
        has_properties: bool,
        before: usize,
        unread: Unread,
    ) -> Self {
        Discard {
            first,
            name: name.to_vec(),
            has_properties,
            unread,
            before,
            payload: unread.payload,
            excerpt: Vec::new(),
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
        let payload = mark.payload(self.unread, &self.excerpt);
        let none: &[u8] = if self.has_properties { &[0] } else { &[] };
        let mut left = self.name.len() + none.len() + payload.len();
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
        packet.extend_from_slice(&self.name);
        packet.extend_from_slice(none);
        packet.extend_from_slice(&payload);
        packet
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
            let excess = Excess::Properties { size: before, limit: 7 };
            let unread = Unread { excess, payload };
            let mut discard = Discard::new((0x32, b"\0\x01a\0\x07"), true, before, unread);
            let mut at = 0;
            while !discard.is_whole() {
                at += discard.take(&all[at..all.len().min(at + piece)]);
            }
            prop_assert_eq!(at, before + payload);
            let mark = Mark::draw();
            let packet = discard.stand_in(mark);
            let at = packet.windows(6).position(|some| some == b"\0\x01a\0\x07\0").unwrap();
            prop_assert!(packet[0] == 0x32 && packet.len() <= STAND_IN_MAX);
            let said = Bytes::copy_from_slice(&packet[at + 6..]);
            let (read, excerpt) = mark.read(&said).unwrap();
            prop_assert_eq!(read, unread);
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
