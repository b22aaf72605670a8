//! Messages to bytes and back. The only file that knows the codec.

use bytes::Bytes;
use coap_lite::{CoapOption, MessageType, Packet};

use super::{block::BlockPart, path::Target};

/// The largest datagram there is, bytes.
pub(super) const DATAGRAM: usize = 65_535;

/// What marks a request and its responses. Always 8 random bytes, so that nobody off the path can guess one. (RFC 7252,
/// 5.3.1)
pub(super) type Token = [u8; 8];

/// GET. (RFC 7252, 12.1.1)
pub(super) const GET: u8 = 0x01;
/// 2.03 Valid.
pub(super) const VALID: u8 = 0x43;
/// 2.05 Content.
pub(super) const CONTENT: u8 = 0x45;
/// 5.03 Service Unavailable.
pub(super) const UNAVAILABLE: u8 = 0xA3;

/// Options that a response may carry and that must be understood, or the whole message be refused. Those that only a
/// request has are known by their numbers. (RFC 7252, 5.4.1)
const CRITICAL_KNOWN: [u16; 11] = [1, 3, 5, 7, 11, 15, 17, 23, 27, 35, 39];

/// The type of a message. (RFC 7252, 4.2)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Confirmable.
    Con,
    /// Non-confirmable.
    Non,
    /// Acknowledgement.
    Ack,
    /// Reset.
    Rst,
}

/// A message that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) code: u8,
    pub(super) id: u16,
    /// None if it cannot be one of ours.
    pub(super) token: Option<Token>,
    pub(super) observe: Option<u32>,
    pub(super) etag: Option<Vec<u8>>,
    /// Seconds.
    pub(super) max_age: Option<u32>,
    pub(super) format: Option<u16>,
    pub(super) block: Option<BlockPart>,
    /// Bytes of the whole.
    pub(super) size: Option<u32>,
    pub(super) payload: Bytes,
}

/// Why a message was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not CoAP, or not even long enough to be answered.
    NotCoap,
    /// It breaks the format, or asks for something unknown. It can be rejected by its id.
    Rejected {
        kind: Kind,
        id: u16,
        token: Option<Token>,
        detail: String,
    },
}

impl Frame {
    /// Class of the code: 0 request or empty, 2 success, 4 and 5 errors.
    pub(super) fn class(&self) -> u8 {
        self.code >> 5
    }
}

/// Reads a datagram.
pub(super) fn read(datagram: &[u8]) -> Result<Frame, Fault> {
    let Some((&[first, code, high, low], rest)) = datagram.split_first_chunk::<4>() else {
        return Err(Fault::NotCoap);
    };
    // Messages of another version are ignored in silence. (RFC 7252, 3)
    if first >> 6 != 1 {
        return Err(Fault::NotCoap);
    }
    let kind = match (first >> 4) & 3 {
        0 => Kind::Con,
        1 => Kind::Non,
        2 => Kind::Ack,
        _ => Kind::Rst,
    };
    let id = u16::from_be_bytes([high, low]);
    let token = (first & 0xF == 8)
        .then(|| rest.first_chunk::<8>().copied())
        .flatten();
    let reject = |detail: String| Fault::Rejected {
        kind,
        id,
        token,
        detail,
    };
    if code == 0 && datagram.len() > 4 {
        return Err(reject("an empty message that is not empty".into()));
    }
    let mut packet = Packet::from_bytes(datagram).map_err(|error| reject(error.to_string()))?;
    if ends_in_bare_marker(&packet, datagram) {
        return Err(reject("a payload was announced and is missing".into()));
    }
    let block = options(&packet).map_err(reject)?;
    let payload = Bytes::from(std::mem::take(&mut packet.payload));
    let number = |option, most| {
        let value: &Vec<u8> = packet.get_first_option(option)?;
        uint(value, most)
    };
    Ok(Frame {
        kind,
        code,
        id,
        token,
        observe: number(CoapOption::Observe, 3),
        etag: packet
            .get_first_option(CoapOption::ETag)
            .filter(|value| (1..=8).contains(&value.len()))
            .cloned(),
        max_age: number(CoapOption::MaxAge, 4),
        format: number(CoapOption::ContentFormat, 2).and_then(|format| u16::try_from(format).ok()),
        block,
        size: number(CoapOption::Size2, 4),
        payload,
    })
}

/// A payload marker with nothing behind it is a format error (RFC 7252, 3), which the codec lets pass.
fn ends_in_bare_marker(packet: &Packet, datagram: &[u8]) -> bool {
    packet.payload.is_empty()
        && datagram.last() == Some(&0xFF)
        && packet
            .to_bytes_unlimited()
            .is_ok_and(|bytes| bytes.len() < datagram.len())
}

/// Looks for options that must be understood and are not; gives the block option back.
fn options(packet: &Packet) -> Result<Option<BlockPart>, String> {
    for (number, values) in packet.options() {
        if number % 2 == 1 && !CRITICAL_KNOWN.contains(number) {
            return Err(format!(
                "option {number} has to be understood and is not known here"
            ));
        }
        if *number == u16::from(CoapOption::Block2) && values.len() > 1 {
            return Err("two block options".into());
        }
    }
    let Some(value) = packet.get_first_option(CoapOption::Block2) else {
        return Ok(None);
    };
    uint(value, 3)
        .and_then(BlockPart::from_option)
        .map(Some)
        .ok_or_else(|| "a block option that is not valid over UDP".into())
}

/// An unsigned number of at most `most` bytes. (RFC 7252, 3.2)
fn uint(value: &[u8], most: usize) -> Option<u32> {
    (value.len() <= most).then(|| {
        value
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
    })
}

/// As few bytes as it takes.
fn uint_bytes(value: u32) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

/// A confirmable GET.
#[derive(Clone, Copy, Debug)]
pub(super) struct Get<'a> {
    pub(super) target: &'a Target,
    pub(super) id: u16,
    pub(super) token: Token,
    /// 0 registers, 1 cancels. (RFC 7641, 2)
    pub(super) observe: Option<u32>,
    pub(super) block: Option<BlockPart>,
}

impl Get<'_> {
    /// Its bytes.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let mut packet = Packet::new();
        packet.header.set_type(MessageType::Confirmable);
        packet.header.code = GET.into();
        packet.header.message_id = self.id;
        packet.set_token(self.token.to_vec());
        if let Some(host) = &self.target.host {
            packet.add_option(CoapOption::UriHost, host.clone().into_bytes());
        }
        for segment in &self.target.path {
            packet.add_option(CoapOption::UriPath, segment.clone());
        }
        for argument in &self.target.query {
            packet.add_option(CoapOption::UriQuery, argument.clone());
        }
        if let Some(observe) = self.observe {
            packet.add_option(CoapOption::Observe, uint_bytes(observe));
        }
        if let Some(block) = self.block {
            packet.add_option(CoapOption::Block2, uint_bytes(block.to_option()));
        }
        packet.to_bytes_unlimited().ok()
    }
}

/// A message without content: the acknowledgement or reset of the message `id`, or a ping.
pub(super) fn empty(kind: Kind, id: u16) -> Vec<u8> {
    let kind = match kind {
        Kind::Con => 0_u8,
        Kind::Non => 1,
        Kind::Ack => 2,
        Kind::Rst => 3,
    };
    let [high, low] = id.to_be_bytes();
    vec![0x40 | (kind << 4), 0, high, low]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target() -> Target {
        Target::parse("plc.example", "/sensors/a%20b?unit=C").unwrap()
    }

    #[test]
    fn a_get_is_what_the_standard_says() {
        let get = Get {
            target: &target(),
            id: 0x1234,
            token: *b"12345678",
            observe: Some(0),
            block: None,
        };
        let bytes = get.bytes().unwrap();
        // Version 1, confirmable, token of 8; GET; id; token; Uri-Host (3), Observe (6), Uri-Path (11) twice, Uri-Query (15).
        let expected = [
            &[0x48, 0x01, 0x12, 0x34][..],
            b"12345678",
            b"\x3bplc.example",
            b"\x30",
            b"\x57sensors",
            b"\x03a b",
            b"\x46unit=C",
        ]
        .concat();
        assert_eq!(bytes, expected);
        assert_eq!(empty(Kind::Rst, 0x1234), [0x70, 0, 0x12, 0x34]);
    }

    #[test]
    fn a_notification_is_read() {
        let bytes = [
            &[0x58, 0x45, 0, 9][..],
            b"12345678",
            b"\x41E",        // ETag (4)
            b"\x22\x01\x02", // Observe (6) 258
            b"\x61\x32",     // Content-Format (12) 50
            b"\x21\x05",     // Max-Age (14) 5
            b"\x91\x1e",     // Block2 (23): number 1, more, 1024
            b"\x52\x08\x00", // Size2 (28) 2048
            b"\xff{}",
        ]
        .concat();
        let frame = read(&bytes).unwrap();
        assert_eq!(
            frame,
            Frame {
                kind: Kind::Non,
                code: CONTENT,
                id: 9,
                token: Some(*b"12345678"),
                observe: Some(258),
                etag: Some(b"E".to_vec()),
                max_age: Some(5),
                format: Some(50),
                block: BlockPart::from_option(0x1e),
                size: Some(2048),
                payload: Bytes::from_static(b"{}"),
            }
        );
    }

    #[test]
    fn what_must_not_be_read_is_not() {
        let rejected = |bytes: &[u8], word: &str| match read(bytes) {
            Err(Fault::Rejected { detail, .. }) => assert!(detail.contains(word), "{detail}"),
            other => panic!("{bytes:02x?}: {other:?}"),
        };
        for not_coap in [
            &b""[..],
            b"\x40\x00\x00",
            b"\x00\x00\x00\x01",
            b"\xc0\x45\x00\x01",
        ] {
            assert_eq!(read(not_coap), Err(Fault::NotCoap));
        }
        rejected(b"\x40\x00\x00\x01\xff", "not empty");
        rejected(b"\x60\x45\x00\x01\xff", "missing");
        rejected(b"\x49\x45\x00\x01123456789", "token");
        rejected(b"\x60\x45\x00\x01\x90", "option 9");
        rejected(b"\x60\x45\x00\x01\xd1\x0a\x0f", "block option"); // Block2 with size exponent 7
        rejected(b"\x60\x45\x00\x01\xf1", "option");
        // A last option byte of 0xff is no marker.
        assert!(read(b"\x60\x45\x00\x01\x41\xff").is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(frame) = read(&bytes) {
                prop_assert!(frame.payload.len() < bytes.len());
                prop_assert!(frame.observe.is_none_or(|number| number < 1 << 24));
            }
        }

        #[test]
        fn any_message_with_options_is_read_or_refused(
            tail in prop::collection::vec(any::<u8>(), 0..300), kind in 0_u8..4, token in 0_u8..16,
        ) {
            let mut bytes = vec![0x40 | (kind << 4) | token, CONTENT, 1, 2];
            bytes.extend(tail);
            // A confirmable one can always be rejected by its id.
            let is_answerable =
                !matches!(read(&bytes), Err(Fault::NotCoap));
            prop_assert!(is_answerable);
        }
    }
}
