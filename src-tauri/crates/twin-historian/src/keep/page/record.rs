//! A record: the columns of one row.

use super::number::varint;

/// One stored value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stored {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// One row: its number (none in a tree without row numbers) and its columns.
pub(crate) type Row = (Option<i64>, Vec<Stored>);

/// The columns of a payload; none when it cannot be one.
pub(super) fn columns(payload: &[u8]) -> Option<Vec<Stored>> {
    let (header, mut at) = varint(payload, 0)?;
    let header = usize::try_from(header)
        .ok()
        .filter(|n| *n <= payload.len())?;
    let mut body = header;
    let mut columns = Vec::new();
    while at < header {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            12.. => (kind - 12) / 2,
            _ => return None,
        };
        let end = body.checked_add(usize::try_from(length).ok()?)?;
        let bytes = payload.get(body..end)?;
        body = end;
        columns.push(match kind {
            0 => Stored::Null,
            8 => Stored::Int(0),
            9 => Stored::Int(1),
            1..=6 => Stored::Int(whole(bytes)),
            7 => Stored::Real(f64::from_bits(whole(bytes).cast_unsigned())),
            _ if kind % 2 == 0 => Stored::Blob(bytes.to_vec()),
            _ => Stored::Text(String::from_utf8(bytes.to_vec()).ok()?),
        });
    }
    (at == header && body == payload.len()).then_some(columns)
}

/// A big-endian number of 1 to 8 bytes in two's complement.
fn whole(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let start = if negative { -1 } else { 0 };
    bytes
        .iter()
        .fold(start, |value: i64, byte| (value << 8) | i64::from(*byte))
}
