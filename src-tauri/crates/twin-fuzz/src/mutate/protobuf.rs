//! Protocol buffers changed field by field; lengths around a change are written anew.

use super::Hand;

/// Deepest nesting that is looked into.
const DEPTH_MAX: usize = 8;

const EDGES: [u64; 16] = [
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    65_535,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    1_700_000_000_000,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    u64::MAX - 1,
    u64::MAX,
];

/// A field, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    number: u64,
    value: Wire,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wire {
    Varint(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(Vec<u8>),
    /// Bytes that are fields themselves.
    Fields(Vec<Field>),
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn chunk<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(head)
}

/// The fields that bytes are; none when they are no protocol buffer.
pub(super) fn fields(bytes: &[u8]) -> Option<Vec<Field>> {
    nested(bytes, 0)
}

fn nested(mut bytes: &[u8], depth: usize) -> Option<Vec<Field>> {
    let mut fields = vec![];
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let value = match key & 7 {
            0 => Wire::Varint(varint(&mut bytes)?),
            1 => Wire::Eight(chunk(&mut bytes, 8)?.try_into().ok()?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let inside = chunk(&mut bytes, length)?;
                let is_deep = depth >= DEPTH_MAX || inside.is_empty();
                match nested(inside, depth + 1).filter(|_| !is_deep) {
                    Some(fields) => Wire::Fields(fields),
                    None => Wire::Bytes(inside.to_vec()),
                }
            }
            5 => Wire::Four(chunk(&mut bytes, 4)?.try_into().ok()?),
            _ => return None,
        };
        fields.push(Field {
            number: key >> 3,
            value,
        });
    }
    Some(fields)
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut out = vec![];
    for field in fields {
        let key = field.number << 3;
        match &field.value {
            Wire::Varint(value) => {
                put_varint(&mut out, key);
                put_varint(&mut out, *value);
            }
            Wire::Eight(bytes) => {
                put_varint(&mut out, key | 1);
                out.extend_from_slice(bytes);
            }
            Wire::Four(bytes) => {
                put_varint(&mut out, key | 5);
                out.extend_from_slice(bytes);
            }
            Wire::Bytes(bytes) => put_chunk(&mut out, key, bytes),
            Wire::Fields(fields) => put_chunk(&mut out, key, &write(fields)),
        }
    }
    out
}

fn put_chunk(out: &mut Vec<u8>, key: u64, bytes: &[u8]) {
    put_varint(out, key | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Changes one field at any depth.
pub(super) fn change(bytes: &mut Vec<u8>, hand: &mut Hand<'_>) {
    let Some(mut fields) = fields(bytes) else {
        hand.change(bytes);
        return;
    };
    change_among(&mut fields, hand);
    *bytes = write(&fields);
}

fn change_among(fields: &mut Vec<Field>, hand: &mut Hand<'_>) {
    let index = hand.below(fields.len());
    let other = hand.pick(fields).cloned();
    let Some(field) = fields.get_mut(index) else {
        fields.push(Field {
            number: 1,
            value: Wire::Varint(0),
        });
        return;
    };
    if let Wire::Fields(inside) = &mut field.value
        && !hand.one_in(4)
    {
        change_among(inside, hand);
        return;
    }
    match hand.below(8) {
        0 => {
            fields.remove(index);
        }
        1 => fields.extend(other),
        2 => {
            let last = fields.len() - 1;
            fields.swap(index, last);
        }
        3 => field.number = 1 + hand.below(20) as u64,
        4 => field.value = other.map_or(Wire::Varint(0), |other| other.value),
        5 => field.value = Wire::Bytes(hand.word().as_bytes().to_vec()),
        _ => change_value(&mut field.value, hand),
    }
}

fn change_value(value: &mut Wire, hand: &mut Hand<'_>) {
    let edge = hand.pick(&EDGES).copied().unwrap_or_default();
    match value {
        Wire::Varint(value) if hand.one_in(2) => *value = edge,
        Wire::Varint(value) => *value = value.wrapping_add(hand.below(9) as u64).wrapping_sub(4),
        Wire::Eight(bytes) => *bytes = edge.to_le_bytes(),
        Wire::Four(bytes) => *bytes = (edge as u32).to_le_bytes(),
        Wire::Bytes(bytes) => hand.change(bytes),
        Wire::Fields(fields) => {
            let mut bytes = write(fields);
            hand.change(&mut bytes);
            *value = Wire::Bytes(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let bytes = [
            0x08, 0x96, 0x01, 0x12, 0x04, 0x0A, 0x02, 0x08, 0x01, 0x1D, 1, 2, 3, 4, 0x21, 1, 2, 3,
            4, 5, 6, 7, 8,
        ];
        let fields = fields(&bytes).unwrap();
        assert_eq!(fields.len(), 4);
        assert!(matches!(fields[1].value, Wire::Fields(_)));
        assert_eq!(write(&fields), bytes);
        assert_eq!(super::fields(&[0x12, 9]), None);
    }
}
