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

/// Follows the fixed headers (MQTT 5, 2.1).
#[derive(Debug, Default)]
pub(crate) struct Frames {
    at: At,
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
    /// In the rest, of which so many bytes are to come.
    Rest { first: u8, left: usize },
    /// In a length that is none.
    Lost,
}

impl Frames {
    /// Takes what comes next; gives how many of these bytes may pass now. The rest begins with a packet to be kept back
    /// for a moment: handed in again it passes.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut index = 0;
        while let Some(byte) = bytes.get(index) {
            match self.at {
                At::Start => {
                    if !is_harmless(*byte) && !self.is_known {
                        self.is_known = true;
                        return index;
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
                At::Rest { first, left } => {
                    let here = left.min(bytes.len() - index);
                    index += here;
                    self.advance(first, left - here);
                }
                At::Lost => return bytes.len(),
            }
        }
        index
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
            let mut frames = Frames::default();
            let (mut seen, mut at) = (Vec::new(), 0);
            for piece in pieces.iter().cycle() {
                if at == stream.len() {
                    break;
                }
                let end = (at + piece).min(stream.len());
                let passed = frames.pass(&stream[at..end]);
                at += passed;
                if at < end {
                    seen.push(at);
                }
            }
            prop_assert_eq!(seen, stops);
            prop_assert_eq!(frames.tally, tally);
        }

        #[test]
        fn nothing_upsets_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut frames = Frames::default();
            let mut at = 0;
            while at < bytes.len() {
                let passed = frames.pass(&bytes[at..]);
                prop_assert!(passed > 0 || frames.pass(&bytes[at..=at]) == 1);
                at += passed.max(1);
            }
        }
    }

    #[test]
    fn a_length_that_is_none_lets_the_rest_pass() {
        let mut frames = Frames::default();
        let bytes = [0x30, 0xff, 0xff, 0xff, 0xff, 0x30, 0, 0xe0];
        assert_eq!(frames.pass(&bytes), bytes.len());
        assert_eq!(frames.tally, Tally::default());
    }
}
