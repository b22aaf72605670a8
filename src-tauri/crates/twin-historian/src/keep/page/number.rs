//! Numbers as they lie on a page.

/// Bytes of a page, all of them in use: how every file of this crate is made.
pub(super) const PAGE: usize = 8_192;

/// A big-endian number at a place of a page.
pub(super) fn u16_at(page: &[u8], at: usize) -> Option<usize> {
    let bytes = page.get(at..at + 2)?.try_into().ok()?;
    Some(usize::from(u16::from_be_bytes(bytes)))
}

/// A big-endian number at a place of a page.
pub(super) fn u32_at(page: &[u8], at: usize) -> Option<u32> {
    let bytes = page.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

/// SQLite's variable-length number at a place: up to 9 bytes, big-endian, and where it ends.
pub(super) fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut value = 0_u64;
    for n in 0..8 {
        let byte = *bytes.get(at + n)?;
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value.cast_signed(), at + n + 1));
        }
    }
    let last = *bytes.get(at + 8)?;
    Some((((value << 8) | u64::from(last)).cast_signed(), at + 9))
}
