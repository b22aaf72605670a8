//! Numbers and texts as MQTT writes them.

/// The bytes that begin here behind their length (MQTT 5, 1.5.4 and 1.5.6), if all of them are there.
pub(super) fn prefixed(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

/// The number of variable length that begins here (MQTT 5, 1.5.5), and how many bytes it has.
pub(super) fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}
