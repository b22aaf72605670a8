//! Where packets begin and end in the stream from a broker.
//!
//! The library reads packets in batches, and throws a batch away that ends in an error. So a packet that may be one is
//! kept back until those before it are out, and whole messages are counted, so that none vanishes untold. A message that the
//! library must not read is found by its head, and so is one that it need not read: most go past it.

use super::{
    head::{Broken, Look, look},
    place::{Place, is_of_low_qos},
    stand_in::{Discard, STAND_IN_MAX},
};

/// First byte of a CONNACK (MQTT 5, 3.2).
const CONNACK: u8 = 0x20;

/// What has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Whole messages of QoS 0.
    pub(crate) plain: u64,
    /// Whole messages of QoS 1 and 2.
    pub(crate) acked: u64,
    /// Whole packets of any kind.
    pub(crate) packets: u64,
}

/// Follows the fixed headers (MQTT 5, 2.1), and looks at the heads of messages.
#[derive(Debug)]
pub(crate) struct Frames {
    at: At,
    /// Messages have properties.
    has_properties: bool,
    /// Largest packet of a message, bytes.
    limit: usize,
    /// The packet that begins next was kept back already.
    is_known: bool,
    /// The broker has answered CONNECT. Before, a message is for the library to stumble over.
    is_begun: bool,
    pub(crate) tally: Tally,
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// At the first byte of a packet.
    Start,
    /// In the remaining length, which so far is `value`.
    Length { first: u8, value: usize, shift: u32 },
    /// In the rest, of which so many bytes are to come.
    Rest { first: u8, left: usize },
    /// In a length that is none.
    Lost,
}

/// Bytes that may pass, and what is behind them.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) passed: usize,
    pub(crate) then: Then,
}

/// What is behind bytes that may pass.
#[derive(Debug)]
pub(crate) enum Then {
    /// Nothing.
    End,
    /// A packet to be kept back for a moment: handed in again it passes.
    Pause,
    /// The beginning of a message. It takes more of it to tell whether it may pass, or all of it to cut it out: to be
    /// handed in again with that.
    More,
    /// A message to be cut out: to be handed in again without what passes before it.
    Whole,
    /// A message to be cut out, all of which is there. It does not pass, and is done with.
    Cut(Place),
    /// A message that must not pass, and takes its own bytes, from its first on.
    Discard(Discard),
    /// A message that cannot be acknowledged. Nothing behind it is of any worth.
    Broken(Broken),
}

impl Frames {
    /// Of a version in which messages have properties, or have none; `limit` is the largest packet of a message, bytes, and
    /// at least [`STAND_IN_MAX`].
    pub(crate) fn new(has_properties: bool, limit: usize) -> Self {
        Frames {
            at: At::Start,
            has_properties,
            limit: limit.max(STAND_IN_MAX),
            is_known: false,
            is_begun: false,
            tally: Tally::default(),
        }
    }

    /// Whether it is of a version in which messages have properties.
    pub(crate) fn has_properties(&self) -> bool {
        self.has_properties
    }

    /// Whether what comes next may be a message that is cut out.
    pub(crate) fn may_cut(&self, bytes: &[u8]) -> bool {
        let first = bytes.first();
        let is_one = first.is_some_and(|first| is_message(*first) && is_of_low_qos(*first));
        self.is_begun && is_one && matches!(self.at, At::Start)
    }

    /// Takes what comes next, and says how much of it may pass now.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Pass {
        let mut index = 0;
        while let Some(byte) = bytes.get(index) {
            match self.at {
                At::Start => {
                    let passed = index;
                    if is_message(*byte) {
                        match look(&bytes[index..], self.has_properties, self.limit) {
                            Look::Fine(place) if self.is_begun && place.is_cut() => {
                                let then = self.cut(index, bytes.len(), place);
                                return Pass::until(passed, then);
                            }
                            Look::Fine(place) => {
                                index += place.head;
                                self.advance(*byte, place.left);
                            }
                            Look::Endless => self.at = At::Lost,
                            Look::More => return Pass::until(passed, Then::More),
                            Look::Discard(discard) => {
                                return Pass::until(passed, Then::Discard(discard));
                            }
                            Look::Broken(broken) => {
                                self.advance(*byte, 0);
                                self.at = At::Lost;
                                return Pass::until(passed, Then::Broken(broken));
                            }
                        }
                    } else if !is_harmless(*byte) && !self.is_known {
                        self.is_known = true;
                        return Pass::until(passed, Then::Pause);
                    } else {
                        index += 1;
                        self.begin(*byte);
                    }
                }
                At::Length {
                    first,
                    value,
                    shift,
                } => {
                    self.measure(first, value, shift, *byte);
                    index += 1;
                }
                At::Rest { first, left } => {
                    let here = left.min(bytes.len() - index);
                    index += here;
                    self.advance(first, left - here);
                }
                At::Lost => index = bytes.len(),
            }
        }
        Pass::until(index, Then::End)
    }

    /// What to do with a message that begins at `index` of `end` bytes and is to be cut out.
    fn cut(&mut self, index: usize, end: usize, place: Place) -> Then {
        if end - index < place.packet() {
            return Then::More;
        }
        if index > 0 {
            return Then::Whole;
        }
        self.advance(place.first, 0);
        Then::Cut(place)
    }

    fn begin(&mut self, first: u8) {
        self.is_known = false;
        self.is_begun |= first == CONNACK;
        self.at = At::Length {
            first,
            value: 0,
            shift: 0,
        };
    }

    /// At most four bytes of seven bits, the lowest first (MQTT 5, 1.5.5).
    fn measure(&mut self, first: u8, value: usize, shift: u32, byte: u8) {
        let value = value | usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            self.advance(first, value);
        } else if shift < 21 {
            self.at = At::Length {
                first,
                value,
                shift: shift + 7,
            };
        } else {
            self.at = At::Lost;
        }
    }

    fn advance(&mut self, first: u8, left: usize) {
        if left > 0 {
            self.at = At::Rest { first, left };
            return;
        }
        self.at = At::Start;
        self.tally.packets += 1;
        match (first >> 4, first >> 1 & 3) {
            (3, 0) => self.tally.plain += 1,
            (3, _) => self.tally.acked += 1,
            _ => {}
        }
    }
}

impl Pass {
    const fn until(passed: usize, then: Then) -> Self {
        Pass { passed, then }
    }
}

/// Whether a packet that begins so is a message, and of a quality of service that there is.
fn is_message(first: u8) -> bool {
    first >> 4 == 3 && first & 6 != 6
}

/// Whether a packet that begins so is unlikely to end the link: a message, PINGRESP, PUBREL.
fn is_harmless(first: u8) -> bool {
    is_message(first) || first == 0xd0 || first == 0x62
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{
        head::PROPERTIES_MAX,
        place::CUT_MAX,
        stand_in::{Mark, Replaced},
    };

    const LIMIT: usize = 200_000;

    /// A packet; a message has a topic, maybe a packet id and properties, and is as large as those at least.
    fn packet(first: u8, size: usize, has_properties: bool) -> Vec<u8> {
        let id: &[u8] = if first & 6 == 0 { b"" } else { b"id" };
        let none: &[u8] = if has_properties { &[0] } else { &[] };
        let mut body = Vec::new();
        if is_message(first) {
            body = [&b"\0\x01a"[..], id, none].concat();
        }
        body.resize(size.max(body.len()), 0xe0);
        [vec![first], length(body.len()), body].concat()
    }

    fn length(mut left: usize) -> Vec<u8> {
        let mut length = Vec::new();
        loop {
            let low = u8::try_from(left % 128).unwrap();
            left /= 128;
            length.push(if left > 0 { low | 0x80 } else { low });
            if left == 0 {
                return length;
            }
        }
    }

    /// Properties that take so many bytes, or two less.
    fn properties(weight: usize) -> Vec<u8> {
        let is_odd = weight % 2 == 1 && weight > 4;
        let expiry: &[u8] = if is_odd { &[2, 0, 0, 0, 9] } else { &[] };
        [&[1, 0].repeat((weight - expiry.len()) / 2), expiry].concat()
    }

    /// Hands a stream in piece by piece; gives where it stopped for a moment, what passed, and the messages that were replaced.
    fn hand_in(
        frames: &mut Frames,
        stream: &[u8],
        pieces: &[usize],
    ) -> (Vec<usize>, Vec<u8>, Vec<(u8, Replaced)>) {
        let (mut stops, mut passed, mut stand_ins) = (Vec::new(), Vec::new(), Vec::new());
        let (mut at, mut end) = (0, 0);
        let mut pieces = pieces.iter().cycle();
        while at < stream.len() && end < stream.len() + 1 {
            // What must wait for more is handed in again with it.
            end = (at.max(end) + pieces.next().unwrap()).min(stream.len());
            let pass = frames.pass(&stream[at..end]);
            passed.extend(&stream[at..at + pass.passed]);
            at += pass.passed;
            match pass.then {
                Then::End => assert_eq!(at, end),
                Then::Pause => {
                    stops.push(at);
                    end = at;
                }
                Then::More if end == stream.len() => break,
                Then::More => {}
                Then::Whole => end = at,
                Then::Cut(place) => {
                    assert_eq!((pass.passed, place.first), (0, stream[at]));
                    passed.extend(&stream[at..at + place.packet()]);
                    at += place.packet();
                    end = at;
                }
                Then::Discard(mut discard) => {
                    at += discard.take(&stream[at..]);
                    let mark = Mark::draw();
                    let stand_in = discard.stand_in(mark);
                    let pass = frames.pass(&stand_in);
                    assert_eq!(pass.passed, stand_in.len());
                    let payload_at = (0..stand_in.len())
                        .find_map(|from| mark.read(&Bytes::copy_from_slice(&stand_in[from..])));
                    stand_ins.push((stand_in[0], payload_at.unwrap()));
                    end = at;
                }
                Then::Broken(_) => break,
            }
        }
        (stops, passed, stand_ins)
    }

    proptest! {
        /// However the stream is cut: it stops before each packet that may end the link, and nowhere else, and counts
        /// each message.
        #[test]
        fn it_stops_where_it_should_and_counts(
            packets in prop::collection::vec((any::<u8>(), prop_oneof![0_usize..200, 16_000..17_000_usize]), 0..20),
            pieces in prop::collection::vec(1_usize..5_000, 1..50),
            has_properties in any::<bool>(),
        ) {
            let mut stream = Vec::new();
            let (mut stops, mut tally) = (Vec::new(), Tally::default());
            for (first, size) in packets {
                // One of QoS 0 that is marked as a repeat does not pass.
                let first = if first & 0xf6 == 0x30 { first & !8 } else { first };
                if !is_harmless(first) {
                    stops.push(stream.len());
                }
                tally.packets += 1;
                tally.plain += u64::from(first & 0xf6 == 0x30);
                tally.acked += u64::from(first >> 4 == 3 && first & 6 != 0);
                stream.extend(packet(first, size, has_properties));
            }
            let mut frames = Frames::new(has_properties, LIMIT);
            let (seen, passed, stand_ins) = hand_in(&mut frames, &stream, &pieces);
            prop_assert_eq!(seen, stops);
            prop_assert_eq!(passed, stream);
            prop_assert_eq!(stand_ins.len(), 0);
            prop_assert_eq!(frames.tally, tally);
        }

        #[test]
        fn nothing_upsets_it(
            bytes in prop::collection::vec(prop_oneof![Just(0x30), 0_u8..9, any::<u8>()], 0..300),
            pieces in prop::collection::vec(1_usize..20, 1..20),
            has_properties in any::<bool>(),
        ) {
            let mut frames = Frames::new(has_properties, LIMIT);
            let (_, passed, stand_ins) = hand_in(&mut frames, &bytes, &pieces);
            prop_assert!(bytes.starts_with(&passed) || !stand_ins.is_empty());
        }

        /// Wherever the stream is cut, and whatever the topic: a message with more than is read is replaced, and what comes
        /// before and after it passes.
        #[test]
        fn more_than_is_read_is_noticed(
            topic in 1_u8..100,
            id in any::<bool>(),
            has_properties in any::<bool>(),
            weight in prop_oneof![0..200_usize, PROPERTIES_MAX - 5..PROPERTIES_MAX + 5, 1 << 21..1_usize << 22],
            payload in prop_oneof![0..200_usize, LIMIT - 200..LIMIT + 200],
            piece in prop_oneof![1_usize..20, Just(1 << 23)],
        ) {
            let first = if id { 0x32 } else { 0x30 };
            let topic = vec![b'x'; topic.into()];
            let properties = if has_properties { properties(weight) } else { Vec::new() };
            let weight = properties.len();
            let id: &[u8] = if id { b"id" } else { b"" };
            let width = if has_properties { length(weight) } else { Vec::new() };
            let body = [
                &u16::try_from(topic.len()).unwrap().to_be_bytes()[..],
                &topic,
                id,
                &width,
                &properties,
                &vec![b'y'; payload],
            ]
            .concat();
            let large = [vec![first], length(body.len()), body].concat();
            let small = packet(0x30, 2, has_properties);
            let stream = [&small[..], &large, &small].concat();
            let mut frames = Frames::new(has_properties, LIMIT);
            let (_, passed, stand_ins) = hand_in(&mut frames, &stream, &[piece]);
            if large.len() > LIMIT || (has_properties && weight > PROPERTIES_MAX) {
                prop_assert_eq!(passed, small.repeat(2));
                prop_assert_eq!(stand_ins.len(), 1);
                let (flags, replaced) = &stand_ins[0];
                prop_assert!(*flags == first && replaced.topic == topic);
                prop_assert_eq!(replaced.unread.payload, payload);
            } else {
                prop_assert_eq!(passed, stream);
            }
            prop_assert_eq!(frames.tally.packets, 3);
        }
    }

    #[test]
    fn small_messages_of_low_quality_are_cut_out_once_the_broker_has_answered() {
        let small = |first| packet(first, 9, false);
        let large = packet(0x30, CUT_MAX, false);
        let passing = [small(0x34), large, small(0xd0)].concat();
        let mut frames = Frames::new(false, LIMIT);
        let before = small(0x30);
        assert_eq!(frames.pass(&before).passed, before.len());
        let connack = [CONNACK, 2, 0, 0];
        assert!(matches!(frames.pass(&connack).then, Then::Pause));
        let stream = [&connack[..], &passing, &small(0x32)].concat();
        let pass = frames.pass(&stream);
        assert_eq!(pass.passed, 4 + passing.len());
        assert!(matches!(pass.then, Then::Whole));
        for first in [0x30, 0x31, 0x32, 0x3b] {
            let message = small(first);
            assert!(frames.may_cut(&message));
            for end in 1..message.len() {
                assert!(matches!(frames.pass(&message[..end]).then, Then::More));
            }
            let Then::Cut(place) = frames.pass(&[&message[..], &message].concat()).then else {
                panic!("{first:#x}");
            };
            assert_eq!(place.packet(), message.len());
        }
        let tally = frames.tally;
        assert_eq!((tally.plain, tally.acked, tally.packets), (4, 3, 9));
    }

    #[test]
    fn a_length_that_is_none_lets_the_rest_pass() {
        let mut frames = Frames::new(false, LIMIT);
        let bytes = [0x30, 0xff, 0xff, 0xff, 0xff, 0x30, 0, 0xe0];
        let pass = frames.pass(&bytes);
        assert_eq!((pass.passed, frames.tally), (bytes.len(), Tally::default()));
    }

    #[test]
    fn behind_a_message_that_cannot_be_acknowledged_nothing_passes() {
        let mut frames = Frames::new(false, LIMIT);
        let bytes = *b"\x30\x03\0\x01a\x32\x05\0\x01a\0\0\x30\x03\0\x01a";
        let pass = frames.pass(&bytes);
        assert!(matches!(pass.then, Then::Broken(_)), "{pass:?}");
        let tally = frames.tally;
        assert_eq!((pass.passed, tally.plain, tally.acked), (5, 1, 1));
    }
}
