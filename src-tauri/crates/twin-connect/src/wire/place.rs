//! Where the parts of a message lie in its packet (MQTT 5, 3.3), and the message cut out of it.

use bytes::Bytes;

use super::{
    Got, Receipt,
    codes::{number, prefixed},
    qos_of,
};
use crate::Properties;

/// Largest packet that is cut out, bytes: what is larger goes through the library, which makes room for it as it comes.
pub(super) const CUT_MAX: usize = 16 << 10;

/// Where the parts of a message lie, counted from its first byte. Made for messages in which nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its first byte: flags.
    pub(super) first: u8,
    /// Bytes of its fixed header.
    pub(super) head: usize,
    /// Bytes behind that.
    pub(super) left: usize,
    /// Bytes of its topic, which begins two bytes behind the fixed header.
    pub(super) topic: usize,
    /// Its packet identifier, if it has one.
    pub(super) id: Option<u16>,
    /// Bytes of its properties, which end where the payload begins.
    pub(super) properties: usize,
    /// Where its payload begins.
    pub(super) payload: usize,
}

impl Place {
    /// Bytes of the whole packet.
    pub(super) const fn packet(&self) -> usize {
        self.head + self.left
    }

    /// Whether it can go past the library: of QoS 2 that keeps a state, and large ones are read piece by piece.
    pub(super) const fn is_cut(&self) -> bool {
        is_of_low_qos(self.first) && self.packet() <= CUT_MAX
    }

    /// The message in its packet, of QoS 0 or 1.
    pub(super) fn cut(&self, packet: &Bytes) -> Got<Receipt> {
        let topic = self.head + 2;
        let properties = self.payload - self.properties..self.payload;
        Got::Message {
            topic: packet.slice(topic..topic + self.topic),
            payload: packet.slice(self.payload..),
            qos: qos_of(self.first >> 1 & 3),
            retain: self.first & 1 != 0,
            dup: self.first & 8 != 0,
            properties: read_properties(&packet[properties]).map(Box::new),
            unread: None,
            ack: self.id.map(Receipt::AtLeastOnce),
        }
    }
}

/// Whether a message that begins so is of QoS 0 or 1.
pub(super) const fn is_of_low_qos(first: u8) -> bool {
    first & 6 < 4
}

/// What these properties of a message say that is handed on. They were looked at: nothing is wrong with them.
fn read_properties(mut bytes: &[u8]) -> Option<Properties> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (mut content_type, mut user) = (None, Vec::new());
    while let [code, rest @ ..] = bytes {
        let size = match code {
            0x01 => 1,
            0x02 => 4,
            0x03 => {
                let said = prefixed(rest)?;
                content_type = Some(text(said));
                2 + said.len()
            }
            0x08 | 0x09 => 2 + prefixed(rest)?.len(),
            0x0b => number(rest)?.1,
            0x26 => {
                let name = prefixed(rest)?;
                let value = prefixed(rest.get(2 + name.len()..)?)?;
                user.push((text(name), text(value)));
                4 + name.len() + value.len()
            }
            _ => return None,
        };
        bytes = rest.get(size..)?;
    }
    Properties::bounded(content_type, user)
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use proptest::prelude::*;
    use rumqttc::Packet;

    use super::*;
    use crate::wire::head::{Look, look};

    fn prefix(text: &str) -> Vec<u8> {
        [
            &u16::try_from(text.len()).unwrap().to_be_bytes()[..],
            text.as_bytes(),
        ]
        .concat()
    }

    fn property() -> impl Strategy<Value = Vec<u8>> {
        let code = prop::sample::select(vec![0x03_u8, 0x08, 0x09]);
        let text = || "[a-zä]{0,5}";
        prop_oneof![
            Just(vec![0x01, 1]),
            Just(vec![0x02, 0, 0, 1, 0]),
            (code, text()).prop_map(|(code, text)| [vec![code], prefix(&text)].concat()),
            (text(), text())
                .prop_map(|(name, value)| [vec![0x26], prefix(&name), prefix(&value)].concat()),
        ]
    }

    proptest! {
        /// What is cut out is what the library would have read. (Not so with two subscription identifiers, which this client
        /// never asks for: the library counts each a byte too long, and takes the rest of the properties for payload.)
        #[test]
        fn a_message_is_the_librarys(
            flags in prop::sample::select(vec![0_u8, 1, 2, 3, 10, 11]),
            topic in "[a-zä/]{1,9}",
            id in 1_u16..,
            properties in prop::collection::vec(property(), 0..6),
            payload in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let properties = properties.concat();
            let id = if flags & 6 == 0 { vec![] } else { id.to_be_bytes().to_vec() };
            let weight = [u8::try_from(properties.len()).unwrap()];
            let body = [&prefix(&topic)[..], &id, &weight, &properties, &payload].concat();
            let length = [(body.len() % 128) as u8 | 0x80, (body.len() / 128) as u8];
            let packet = [&[0x30 | flags], &length[..], &body].concat();
            let Look::Fine(place) = look(&packet, true, 100_000) else {
                return Err(TestCaseError::fail("it is a good one"));
            };
            prop_assert!(place.is_cut() && place.packet() == packet.len());
            let Ok(Packet::Publish(read)) = Packet::read(&mut BytesMut::from(&packet[..]), None) else {
                return Err(TestCaseError::fail("the library reads it"));
            };
            let Got::Message { topic, payload, qos, retain, dup, properties, unread, ack } =
                place.cut(&packet.into())
            else {
                return Err(TestCaseError::fail("it is a message"));
            };
            prop_assert_eq!((topic, payload), (read.topic, read.payload));
            prop_assert_eq!((qos.code(), retain, dup), (read.qos as u8, read.retain, read.dup));
            let said = read.properties;
            let said = said.and_then(|said| Properties::bounded(said.content_type, said.user_properties));
            prop_assert_eq!(properties.map(|some| *some), said);
            prop_assert!(unread.is_none());
            let expected = (read.pkid > 0).then_some(read.pkid);
            let Some(Receipt::AtLeastOnce(id)) = ack else {
                prop_assert_eq!(None, expected);
                return Ok(());
            };
            prop_assert_eq!(Some(id), expected);
        }
    }

    #[test]
    fn subscription_identifiers_are_passed_over() {
        let packet = Bytes::from_static(b"\x30\x0f\0\x01a\x09\x0b\x81\x02\x0b\x07\x03\0\x01t21");
        let Look::Fine(place) = look(&packet, true, 100) else {
            panic!("it is a good one");
        };
        let Got::Message {
            payload,
            properties,
            ..
        } = place.cut(&packet)
        else {
            panic!("it is a message");
        };
        assert_eq!(payload, "21");
        let said = properties.unwrap();
        assert_eq!(said.content_type.as_deref(), Some("t"));
        assert_eq!((said.user.len(), said.left_out), (0, 0));
    }
}
