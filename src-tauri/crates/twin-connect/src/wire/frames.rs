//! Where packets begin and end in the stream from a broker.
//!
//! The library reads packets in batches, and throws a batch away that ends in an error. So a packet that may be one is
//! kept back until those before it are out, and whole messages are counted, so that none vanishes untold.

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

/// Most bytes of properties that a message may have (MQTT 5, 3.3.2.3). The library makes texts of them, which take ten times
/// as much memory as they do on the wire.
const PROPERTIES_MAX: usize = 64 << 10;

/// A message with more properties than are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a message with {size} bytes of properties, more than the {PROPERTIES_MAX} that are read at all"
)]
pub(crate) struct Bloated {
    pub(crate) size: usize,
}

/// Follows the fixed headers (MQTT 5, 2.1), and those of messages up to the length of their properties.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    at: At,
    has_properties: bool,
    /// The packet that begins next was kept back already.
    is_known: bool,
    pub(crate) tally: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
enum At {
    /// At the first byte of a packet.
    #[default]
    Start,
    /// In the remaining length, which so far is `value`.
    Length { first: u8, value: usize, shift: u32 },
    /// Before the length of the topic of a message, of which the first byte may be known.
    Topic {
        first: u8,
        left: usize,
        high: Option<u8>,
    },
    /// In topic and packet id of a message, of which so many bytes are to come.
    Name { first: u8, left: usize, name: usize },
    /// In the length of properties, which so far is `value`.
    Properties {
        first: u8,
        left: usize,
        value: usize,
        shift: u32,
    },
    /// In the rest, of which so many bytes are to come.
    Rest { first: u8, left: usize },
    /// In a length that is none.
    Lost,
}

impl Frames {
    /// Of a version in which messages have properties, or have none.
    pub(crate) fn new(has_properties: bool) -> Self {
        Frames {
            has_properties,
            ..Frames::default()
        }
    }

    /// Takes what comes next; gives how many of these bytes may pass now. The rest begins with a packet to be kept back
    /// for a moment: handed in again it passes.
    ///
    /// # Errors
    /// If nothing more may pass.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Result<usize, Bloated> {
        let mut index = 0;
        while let Some(byte) = bytes.get(index) {
            match self.at {
                At::Start => {
                    if let Some(size) = self.whole(&bytes[index..]) {
                        self.is_known = false;
                        self.advance(*byte, 0);
                        index += size;
                        continue;
                    }
                    if !is_harmless(*byte) && !self.is_known {
                        self.is_known = true;
                        return Ok(index);
                    }
                    self.is_known = false;
                    self.at = At::Length {
                        first: *byte,
                        value: 0,
                        shift: 0,
                    };
                    index += 1;
                }
                At::Length {
                    first,
                    value,
                    shift,
                } => {
                    self.measure(first, value, shift, *byte);
                    index += 1;
                }
                At::Topic { first, left, high } => {
                    self.name(first, left - 1, high, *byte);
                    index += 1;
                }
                At::Name { first, left, name } => {
                    let here = name.min(bytes.len() - index);
                    index += here;
                    self.skip(first, left - here, name - here);
                }
                At::Properties {
                    first,
                    left,
                    value,
                    shift,
                } => {
                    self.weigh(first, left - 1, (value, shift), *byte)?;
                    index += 1;
                }
                At::Rest { first, left } => {
                    let here = left.min(bytes.len() - index);
                    index += here;
                    self.advance(first, left - here);
                }
                At::Lost => return Ok(bytes.len()),
            }
        }
        Ok(index)
    }

    /// The length of the topic has two bytes (MQTT 5, 1.5.4). What does not fit into its packet is for the library to find.
    fn name(&mut self, first: u8, left: usize, high: Option<u8>, byte: u8) {
        let Some(high) = high.filter(|_| left > 0) else {
            let high = Some(byte);
            self.at = At::Topic { first, left, high };
            if left == 0 {
                self.advance(first, left);
            }
            return;
        };
        let id = if first & 6 == 0 { 0 } else { 2 };
        let name = usize::from(u16::from_be_bytes([high, byte])) + id;
        self.skip(first, left, name);
    }

    fn skip(&mut self, first: u8, left: usize, name: usize) {
        if left <= name {
            self.advance(first, left);
        } else if name > 0 {
            self.at = At::Name { first, left, name };
        } else {
            self.at = At::Properties {
                first,
                left,
                value: 0,
                shift: 0,
            };
        }
    }

    fn weigh(
        &mut self,
        first: u8,
        left: usize,
        (value, shift): (usize, u32),
        byte: u8,
    ) -> Result<(), Bloated> {
        let value = value | usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 || shift >= 21 || left == 0 {
            if value > PROPERTIES_MAX {
                self.at = At::Lost;
                return Err(Bloated { size: value });
            }
            self.advance(first, left);
        } else {
            self.at = At::Properties {
                first,
                left,
                value,
                shift: shift + 7,
            };
        }
        Ok(())
    }

    /// The size of the packet that begins here, if it is a message that is all here and has not too many properties: most
    /// are, and need no look at each of their bytes.
    fn whole(&self, bytes: &[u8]) -> Option<usize> {
        let (first, rest) = bytes.split_first()?;
        if first >> 4 != 3 || !is_harmless(*first) {
            return None;
        }
        let (size, used) = number(rest)?;
        let body = rest.get(used..)?.get(..size)?;
        if self.has_properties {
            let [high, low, body @ ..] = body else {
                return None;
            };
            let id = if first & 6 == 0 { 0 } else { 2 };
            let name = usize::from(u16::from_be_bytes([*high, *low])) + id;
            let (weight, _) = number(body.get(name..)?)?;
            if weight > PROPERTIES_MAX {
                return None;
            }
        }
        Some(1 + used + size)
    }

    /// At most four bytes of seven bits, the lowest first (MQTT 5, 1.5.5).
    fn measure(&mut self, first: u8, value: usize, shift: u32, byte: u8) {
        let value = value | usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 && self.has_properties && first >> 4 == 3 && value > 0 {
            self.at = At::Topic {
                first,
                left: value,
                high: None,
            };
        } else if byte & 0x80 == 0 {
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

/// The number of variable length that begins here (MQTT 5, 1.5.5), and how many bytes it has.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Whether a packet that begins so is unlikely to end the link: a message, PINGRESP, PUBREL.
fn is_harmless(first: u8) -> bool {
    match first {
        0xd0 | 0x62 => true,
        _ => first >> 4 == 3 && first & 6 != 6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(first: u8, size: usize) -> Vec<u8> {
        let mut packet = vec![first];
        let mut left = size;
        loop {
            let low = u8::try_from(left % 128).unwrap();
            left /= 128;
            packet.push(if left > 0 { low | 0x80 } else { low });
            if left == 0 {
                break;
            }
        }
        // As the length of a topic they are longer than any packet here, so that no properties are seen.
        packet.resize(packet.len() + size, 0xe0);
        packet
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
                if !is_harmless(first) {
                    stops.push(stream.len());
                }
                tally.packets += 1;
                tally.plain += u64::from(first & 0xf6 == 0x30);
                tally.acked += u64::from(first >> 4 == 3 && first & 6 != 0);
                stream.extend(packet(first, size));
            }
            let mut frames = Frames::new(has_properties);
            let (mut seen, mut at) = (Vec::new(), 0);
            for piece in pieces.iter().cycle() {
                if at == stream.len() {
                    break;
                }
                let end = (at + piece).min(stream.len());
                let passed = frames.pass(&stream[at..end]).unwrap();
                at += passed;
                if at < end {
                    seen.push(at);
                }
            }
            prop_assert_eq!(seen, stops);
            prop_assert_eq!(frames.tally, tally);
        }

        #[test]
        fn nothing_upsets_it(
            bytes in prop::collection::vec(prop_oneof![Just(0x30), 0_u8..9, any::<u8>()], 0..300),
            has_properties in any::<bool>(),
        ) {
            let mut frames = Frames::new(has_properties);
            let mut at = 0;
            while at < bytes.len() {
                let Ok(passed) = frames.pass(&bytes[at..]) else {
                    break;
                };
                prop_assert!(passed > 0 || frames.pass(&bytes[at..=at]) == Ok(1));
                at += passed.max(1);
            }
        }

        /// Wherever the stream is cut, and whatever the topic.
        #[test]
        fn more_properties_than_are_read_are_noticed(
            topic in 0_u8..100,
            id in any::<bool>(),
            size in prop_oneof![0..200_usize, PROPERTIES_MAX - 5..PROPERTIES_MAX + 5, 1 << 21..1_usize << 22],
            piece in prop_oneof![1_usize..20, Just(1 << 23)],
        ) {
            let mut body = vec![0, topic];
            body.resize(2 + usize::from(topic) + if id { 2 } else { 0 }, b'x');
            body.extend(&packet(0, size)[1..]);
            body.truncate(body.len() - size);
            let all = packet(if id { 0x32 } else { 0x30 }, body.len() + size);
            let head = all.len() - body.len() - size;
            let stream = [&all[..head], &body, &vec![b'x'; size]].concat();
            let mut frames = Frames::new(true);
            let outcome = stream.chunks(piece).try_for_each(|piece| frames.pass(piece).map(drop));
            let expected = if size > PROPERTIES_MAX { Err(Bloated { size }) } else { Ok(()) };
            prop_assert_eq!(outcome, expected);
        }
    }

    #[test]
    fn a_length_that_is_none_lets_the_rest_pass() {
        let mut frames = Frames::default();
        let bytes = [0x30, 0xff, 0xff, 0xff, 0xff, 0x30, 0, 0xe0];
        assert_eq!(frames.pass(&bytes), Ok(bytes.len()));
        assert_eq!(frames.tally, Tally::default());
    }
}
