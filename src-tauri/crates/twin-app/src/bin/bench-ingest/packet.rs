//! MQTT packets, as far as the two ends of a bench need them.

use anyhow::ensure;

/// Which MQTT a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.1.1
    V311,
    /// 5
    V5,
}

/// Appends a PUBLISH; without an id it is of QoS 0, with one of QoS 1. Gives where its payload begins.
pub fn put_publish(
    out: &mut Vec<u8>,
    version: Version,
    id: Option<u16>,
    topic: &str,
    payload: &[u8],
) -> usize {
    let properties = usize::from(version == Version::V5);
    let mut length = 2 + topic.len() + usize::from(id.is_some()) * 2 + properties + payload.len();
    out.push(if id.is_some() { 0x32 } else { 0x30 });
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        out.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
    out.extend((topic.len() as u16).to_be_bytes());
    out.extend(topic.as_bytes());
    if let Some(id) = id {
        out.extend(id.to_be_bytes());
    }
    if version == Version::V5 {
        out.push(0);
    }
    let begin = out.len();
    out.extend(payload);
    begin
}

/// A CONNECT of a clean MQTT 3.1.1 session without a keep-alive.
pub fn connect(client_id: &str) -> Vec<u8> {
    let mut packet = vec![0x10, (12 + client_id.len()) as u8];
    packet.extend([0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0]);
    packet.extend((client_id.len() as u16).to_be_bytes());
    packet.extend(client_id.as_bytes());
    packet
}

/// Takes one whole packet off the front of `buffer`, from `from` on: its first byte, its body and where the next begins.
///
/// # Errors
/// When a length is longer than four bytes.
pub fn packet_at(buffer: &[u8], from: usize) -> anyhow::Result<Option<(u8, &[u8], usize)>> {
    let (mut length, mut at) = (0_usize, from + 1);
    loop {
        let Some(byte) = buffer.get(at) else {
            return Ok(None);
        };
        length |= usize::from(byte & 0x7f) << (7 * (at - from - 1));
        at += 1;
        if byte & 0x80 == 0 {
            break;
        }
        ensure!(
            at - from <= 4,
            "a packet's length takes more than four bytes"
        );
    }
    let Some(body) = buffer.get(at..at + length) else {
        return Ok(None);
    };
    Ok(Some((buffer[from], body, at + length)))
}

/// Receive maximum in the properties of a CONNECT of MQTT 5 (3.1.2.11), by which a client bounds what it may be sent
/// unacknowledged; none for MQTT 3.1.1.
pub fn receive_maximum(connect: &[u8]) -> (Version, u16) {
    // Protocol name (6 bytes), level, flags, keep-alive (2 bytes), then the properties, whose length takes one byte.
    let version = match connect.get(6) {
        Some(5) => Version::V5,
        _ => return (Version::V311, u16::MAX),
    };
    let length = connect.get(10).map_or(0, |length| usize::from(*length));
    let mut properties = connect.get(11..11 + length).unwrap_or_default();
    while let [id, rest @ ..] = properties {
        let width = match id {
            0x21 => {
                if let [high, low, ..] = rest {
                    return (version, u16::from_be_bytes([*high, *low]));
                }
                2
            }
            0x11 | 0x27 => 4,
            0x22 => 2,
            0x17 | 0x19 => 1,
            _ => return (version, u16::MAX),
        };
        properties = rest.get(width..).unwrap_or_default();
    }
    (version, u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publish_is_found_again_behind_another() {
        let mut buffer = Vec::new();
        put_publish(&mut buffer, Version::V5, None, "a", b"x");
        let begin = put_publish(&mut buffer, Version::V5, Some(7), "a/b", &[b'y'; 200]);
        let (first, body, next) = packet_at(&buffer, 0).unwrap().unwrap();
        assert_eq!((first, body), (0x30, &b"\0\x01a\0x"[..]));
        let (second, body, end) = packet_at(&buffer, next).unwrap().unwrap();
        assert_eq!((second, body.len(), end), (0x32, 208, buffer.len()));
        assert_eq!(buffer.len() - begin, 200);
        assert!(packet_at(&buffer[..begin + 10], next).unwrap().is_none());
    }

    #[test]
    fn the_receive_maximum_is_found_among_other_properties() {
        let mut connect = vec![0, 4, b'M', b'Q', b'T', b'T', 5, 0, 0, 30];
        connect.extend([13, 0x11, 0, 0, 0, 9, 0x27, 0, 0, 1, 0, 0x21, 3, 0xe8]);
        assert_eq!(receive_maximum(&connect), (Version::V5, 1_000));
        connect[6] = 4;
        assert_eq!(receive_maximum(&connect), (Version::V311, u16::MAX));
    }
}
