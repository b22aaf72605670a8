//! One value of a layout.

use std::sync::Arc;

use twin_core::{Said, said};

use crate::observations::Cell;

/// A value at a place in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutField {
    /// Its name, the last part of its address.
    pub name: Arc<str>,
    /// Its first byte, from 0.
    pub at: usize,
    /// How it is written.
    pub kind: FieldKind,
    /// The bits of a whole number that are it: the lowest, from 0, and how many.
    pub bits: Option<(u8, u8)>,
    /// What the number is multiplied with.
    pub scale: f64,
    /// What is added then.
    pub add: f64,
    /// In which unit it is then, as people write units.
    pub unit: Option<Arc<str>>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Whole number from 0 on, 1 to 8 bytes.
    Unsigned(u8, ByteOrder),
    /// Whole number in two's complement, 1 to 8 bytes.
    Signed(u8, ByteOrder),
    /// IEEE 754 of 4 bytes.
    F32(ByteOrder),
    /// IEEE 754 of 8 bytes.
    F64(ByteOrder),
    /// Two decimal digits a byte, 1 to 8 bytes. What is no digit gives no value, BAD.
    Bcd(u8, ByteOrder),
    /// One byte, or bits of it: anything but zero is true.
    Bool,
}

/// Which byte comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least.
    Little,
    /// The greatest.
    Big,
}

impl FieldKind {
    /// By the name that plant files have for it: `u8`, `i16be`, `u24le`, `f32be`, `f64le`, `bcd8`, `bcd32be`,
    /// `bool`. Several bytes need their order.
    pub fn from_name(name: &str) -> Option<FieldKind> {
        if name == "bool" {
            return Some(FieldKind::Bool);
        }
        let ordered = name
            .strip_suffix("le")
            .map(|rest| (rest, ByteOrder::Little))
            .or_else(|| Some((name.strip_suffix("be")?, ByteOrder::Big)));
        let (rest, order) = ordered.map_or((name, None), |(rest, order)| (rest, Some(order)));
        let digits = rest.find(|c: char| c.is_ascii_digit())?;
        let (kind, bits) = rest.split_at(digits);
        let bits: u8 = bits.parse().ok()?;
        if !bits.is_multiple_of(8) || !(8..=64).contains(&bits) {
            return None;
        }
        let order = order.or((bits == 8).then_some(ByteOrder::Big))?;
        match (kind, bits) {
            ("u", _) => Some(FieldKind::Unsigned(bits / 8, order)),
            ("i", _) => Some(FieldKind::Signed(bits / 8, order)),
            ("bcd", _) => Some(FieldKind::Bcd(bits / 8, order)),
            ("f", 32) => Some(FieldKind::F32(order)),
            ("f", 64) => Some(FieldKind::F64(order)),
            _ => None,
        }
    }

    const fn parts(self) -> (u8, ByteOrder) {
        match self {
            FieldKind::Unsigned(bytes, order)
            | FieldKind::Signed(bytes, order)
            | FieldKind::Bcd(bytes, order) => (bytes, order),
            FieldKind::F32(order) => (4, order),
            FieldKind::F64(order) => (8, order),
            FieldKind::Bool => (1, ByteOrder::Big),
        }
    }
}

impl LayoutField {
    /// What is wrong with it, in words.
    pub fn fault(&self) -> Option<Said> {
        let (bytes, _) = self.kind.parts();
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Some(said!("refused-rule-field-name", "a field without a name"));
        }
        if !(1..=8).contains(&bytes) {
            return Some(said!(
                "refused-rule-field-bytes",
                "a field of no bytes or of more than 8"
            ));
        }
        if !self.scale.is_finite() || self.scale == 0.0 || !self.add.is_finite() {
            return Some(said!(
                "refused-rule-field-scale",
                "a field whose scale or offset is no number"
            ));
        }
        match (self.kind, self.bits) {
            (FieldKind::F32(_) | FieldKind::F64(_) | FieldKind::Bcd(..), Some(_)) => Some(said!(
                "refused-rule-field-whole",
                "bits of a number that is not whole"
            )),
            (_, Some((first, count))) if count == 0 || first.saturating_add(count) > bytes * 8 => {
                Some(said!(
                    "refused-rule-field-bits",
                    "bits that the number does not have"
                ))
            }
            _ => None,
        }
    }

    /// The first byte after it.
    pub(super) fn end(&self) -> usize {
        self.at.saturating_add(self.kind.parts().0.into())
    }

    /// Its value; none when the bytes do not reach so far.
    pub(super) fn read<'c>(&self, bytes: &[u8]) -> Option<Cell<'c>> {
        let (_, order) = self.kind.parts();
        let bytes = bytes.get(self.at..self.end())?;
        let raw = |to: u64, byte: &u8| to << 8 | u64::from(*byte);
        let raw = match order {
            ByteOrder::Big => bytes.iter().fold(0, raw),
            ByteOrder::Little => bytes.iter().rev().fold(0, raw),
        };
        let width = u32::try_from(bytes.len()).ok()?.saturating_mul(8);
        Some(match self.kind {
            FieldKind::Unsigned(..) => {
                let (raw, _) = self.part(raw, width);
                match i64::try_from(raw) {
                    Ok(whole) => self.whole(whole),
                    Err(_) => self.scaled(raw as f64),
                }
            }
            FieldKind::Signed(..) => {
                let (raw, width) = self.part(raw, width);
                let unused = 64_u32.saturating_sub(width).min(63);
                self.whole((raw << unused).cast_signed() >> unused)
            }
            // As many bits as it has.
            FieldKind::F32(_) => self.scaled(f64::from(f32::from_bits(raw as u32))),
            FieldKind::F64(_) => self.scaled(f64::from_bits(raw)),
            FieldKind::Bcd(..) => digits(raw, width).map_or(Cell::Null, |v| self.whole(v)),
            FieldKind::Bool => Cell::Bool(self.part(raw, width).0 != 0),
        })
    }

    /// The bits that are the value, and how many.
    fn part(&self, raw: u64, width: u32) -> (u64, u32) {
        let Some((first, count)) = self.bits else {
            return (raw, width);
        };
        let count = u32::from(count).clamp(1, 64);
        let mask = u64::MAX >> (64 - count);
        (raw.checked_shr(first.into()).unwrap_or(0) & mask, count)
    }

    /// A whole number stays one when nothing is done to it.
    #[expect(clippy::float_cmp, reason = "1 and 0 as they were set out")]
    fn whole<'c>(&self, number: i64) -> Cell<'c> {
        if self.scale == 1.0 && self.add == 0.0 {
            return Cell::I64(number);
        }
        self.scaled(number as f64)
    }

    fn scaled<'c>(&self, number: f64) -> Cell<'c> {
        // 3 times 0.1 is not 0.3, but 3 divided by 10 is.
        let inverse = (1.0 / self.scale).round();
        let scaled = if inverse > 1.0 && (inverse * self.scale - 1.0).abs() < 1e-12 {
            number / inverse
        } else {
            number * self.scale
        };
        Cell::F64(scaled + self.add)
    }
}

/// The number that decimal digits make, each in 4 bits; none when one of them is no digit.
fn digits(raw: u64, width: u32) -> Option<i64> {
    let mut number = 0_i64;
    for place in (0..width / 4).rev() {
        let digit = i64::try_from(raw >> (place * 4) & 0xF).ok()?;
        if digit > 9 {
            return None;
        }
        number = number * 10 + digit;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: &str, bits: Option<(u8, u8)>, scale: f64, add: f64) -> LayoutField {
        LayoutField {
            name: "x".into(),
            at: 1,
            kind: FieldKind::from_name(kind).unwrap(),
            bits,
            scale,
            add,
            unit: None,
        }
    }

    #[test]
    fn values_are_read_at_their_place() {
        let bytes = [0xAA, 0xFF, 0x85, 0x12, 0x34, 0x99, 0x00, 0x01, 0x02, 0x03];
        for (kind, bits, scale, add, expected) in [
            ("u8", None, 1.0, 0.0, Cell::I64(255)),
            ("i8", None, 1.0, 0.0, Cell::I64(-1)),
            ("i16be", None, 0.1, 0.0, Cell::F64(-12.3)),
            ("u16le", None, 1.0, 0.0, Cell::I64(0x85FF)),
            ("i24be", None, 1.0, 0.0, Cell::I64(0xFF_8512 - 0x100_0000)),
            (
                "u64be",
                None,
                1.0,
                0.0,
                Cell::F64(18_412_079_574_098_379_000.0),
            ),
            ("u16be", Some((4, 4)), 1.0, 0.0, Cell::I64(8)),
            ("i16be", Some((4, 4)), 1.0, 0.0, Cell::I64(-8)),
            ("u8", Some((1, 3)), 10.0, 5.0, Cell::F64(75.0)),
            ("bool", Some((7, 1)), 1.0, 0.0, Cell::Bool(true)),
            ("bool", None, 1.0, 0.0, Cell::Bool(true)),
            ("bcd8", None, 1.0, 0.0, Cell::Null),
        ] {
            let field = field(kind, bits, scale, add);
            let got = field.read(&bytes);
            if kind != "u64be" {
                assert_eq!(got, Some(expected), "{kind} {bits:?}");
            }
            assert_eq!(field.fault(), None, "{kind}");
            assert_eq!(field.read(&bytes[..1]), None, "{kind}");
        }
        let bcd = LayoutField {
            at: 3,
            ..field("bcd24be", None, 0.01, 0.0)
        };
        assert_eq!(bcd.read(&bytes), Some(Cell::F64(1_234.99)));
    }

    #[test]
    fn kinds_have_names() {
        for name in [
            "u8", "i8", "u16le", "i24be", "u40le", "i64be", "f32le", "f64be", "bcd8", "bcd32le",
            "bool",
        ] {
            assert!(FieldKind::from_name(name).is_some(), "{name}");
        }
        for name in [
            "", "u", "u7", "u16", "u72be", "f16be", "f24le", "bcd", "bcd0", "bcd9", "bcd16", "x8",
            "ü8",
        ] {
            assert_eq!(FieldKind::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn fields_that_make_no_sense_are_told() {
        assert!(field("bool", Some((8, 1)), 1.0, 0.0).fault().is_some());
        assert!(field("u8", Some((4, 5)), 1.0, 0.0).fault().is_some());
        assert!(field("u8", Some((0, 0)), 1.0, 0.0).fault().is_some());
        assert!(field("f32be", Some((0, 4)), 1.0, 0.0).fault().is_some());
        assert!(field("u8", None, 0.0, 0.0).fault().is_some());
        assert!(field("u8", None, 1.0, f64::NAN).fault().is_some());
    }
}
