//! Metrics that are more than one value: data sets, arrays, bytes. Each gives some cells, with the end of their
//! address: `.length`, `.0`, `.<column>`.

use super::{
    raw::RawValue,
    value::{self, DataType},
    wire::{Content, Fields, Span, check_utf8, text_of},
};
use crate::{observations::Cell, reject::Reject};

/// Longest array, and widest data set, that is observed value by value.
pub(crate) const PARTS_MAX: usize = 16;

/// The end of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End<'p> {
    Name(&'p str),
    Index(usize),
}

/// Takes cells; fails when an address cannot be had.
pub(crate) trait Take {
    /// Takes one cell.
    fn take(&mut self, end: End<'_>, cell: Cell<'_>) -> Result<(), Reject>;
    /// Counts something that was left out.
    fn leave_out(&mut self);
}

/// Bytes or a file: how many there are.
pub(crate) fn blob(bytes: Span, take: &mut impl Take) -> Result<(), Reject> {
    let size = i64::from(bytes.end.saturating_sub(bytes.start));
    take.take(End::Name("size"), Cell::I64(size))
}

/// An array (specification 3.0, section 6.4.17): its length, and the elements of a short one. One whose bytes do not
/// come out even is left out.
pub(crate) fn array(
    payload: &[u8],
    span: Span,
    datatype: u32,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    let bytes = span.of(payload);
    if datatype == DataType::StringArray as u32 {
        return texts(payload, span, text_limit, take);
    }
    if datatype == DataType::BooleanArray as u32 {
        return bits(bytes, take);
    }
    let width = width(datatype);
    if !bytes.len().is_multiple_of(width) {
        take.leave_out();
        return Ok(());
    }
    if !begin(bytes.len() / width, take)? {
        return Ok(());
    }
    for (index, element) in bytes.chunks_exact(width).enumerate() {
        take.take(End::Index(index), number(element, datatype))?;
    }
    Ok(())
}

/// Takes the length. Tells whether the elements are to be taken.
fn begin(length: usize, take: &mut impl Take) -> Result<bool, Reject> {
    let number = i64::try_from(length).unwrap_or(i64::MAX);
    take.take(End::Name("length"), Cell::I64(number))?;
    if length > PARTS_MAX {
        take.leave_out();
    }
    Ok(length <= PARTS_MAX)
}

const fn width(datatype: u32) -> usize {
    match datatype {
        22 | 26 => 1,
        23 | 27 => 2,
        24 | 28 | 30 => 4,
        _ => 8,
    }
}

/// The plain type of an array's elements.
const fn element_type(datatype: u32) -> u32 {
    match datatype {
        22..=31 => datatype - 21,
        34 => DataType::DateTime as u32,
        _ => 0,
    }
}

fn number(element: &[u8], datatype: u32) -> Cell<'static> {
    let mut wide = [0_u8; 8];
    for (slot, byte) in wide.iter_mut().zip(element) {
        *slot = *byte;
    }
    let bits = u64::from_le_bytes(wide);
    if datatype == DataType::FloatArray as u32 {
        return Cell::F64(f64::from(f32::from_bits((bits & 0xFFFF_FFFF) as u32)));
    }
    if datatype == DataType::DoubleArray as u32 {
        return Cell::F64(f64::from_bits(bits));
    }
    value::whole(bits, element_type(datatype))
}

/// Four bytes with the number of elements, then one bit each, the highest of a byte first.
fn bits(bytes: &[u8], take: &mut impl Take) -> Result<(), Reject> {
    let Some((count, bits)) = bytes.split_first_chunk::<4>() else {
        take.leave_out();
        return Ok(());
    };
    let length = u32::from_le_bytes(*count) as usize;
    if length.div_ceil(8) != bits.len() {
        take.leave_out();
        return Ok(());
    }
    if !begin(length, take)? {
        return Ok(());
    }
    for index in 0..length {
        let on = bits
            .get(index / 8)
            .is_some_and(|byte| byte >> (7 - index % 8) & 1 == 1);
        take.take(End::Index(index), Cell::Bool(on))?;
    }
    Ok(())
}

/// Texts that end with a NUL each; the last one's may be missing.
fn texts(
    payload: &[u8],
    span: Span,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    check_utf8(payload, span)?;
    let whole = text_of(span, payload);
    let whole = whole.strip_suffix('\0').unwrap_or(whole);
    let length = if span.is_empty() {
        0
    } else {
        whole.split('\0').count()
    };
    if !begin(length, take)? || length == 0 {
        return Ok(());
    }
    for (index, text) in whole.split('\0').enumerate() {
        if text.len() > text_limit {
            take.leave_out();
        } else {
            take.take(End::Index(index), Cell::Text(text))?;
        }
    }
    Ok(())
}

/// A data set: how many rows, and the values of the last one under the names of their columns. A wide one, or one
/// whose columns, types and values are not of one number, is left out.
pub(crate) fn data_set(
    payload: &[u8],
    span: Span,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    let set = read_set(payload, span)?;
    let width = set.columns;
    if width > PARTS_MAX || set.types != width {
        take.leave_out();
        return Ok(());
    }
    take.take(End::Name("rows"), Cell::I64(set.rows))?;
    let Some(row) = set.last else { return Ok(()) };
    let mut elements = Fields::within(payload, row);
    let mut values = [RawValue::Absent; PARTS_MAX];
    let mut found = 0;
    while let Some((field, content)) = elements.next()? {
        if let (1, Content::Bytes(element)) = (field, content) {
            if let Some(slot) = values.get_mut(found) {
                *slot = read_element(payload, element)?;
            }
            found += 1;
        }
    }
    if found != width {
        take.leave_out();
        return Ok(());
    }
    let columns = set.names.iter().zip(set.datatypes).take(width);
    for ((name, datatype), value) in columns.zip(values) {
        let end = End::Name(text_of(*name, payload));
        match value::plain(value, datatype, payload, text_limit) {
            Some(cell) => take.take(end, cell)?,
            None => take.leave_out(),
        }
    }
    Ok(())
}

#[derive(Default)]
struct RawSet {
    names: [Span; PARTS_MAX],
    datatypes: [u32; PARTS_MAX],
    columns: usize,
    types: usize,
    rows: i64,
    last: Option<Span>,
}

fn read_set(payload: &[u8], span: Span) -> Result<RawSet, Reject> {
    let mut set = RawSet::default();
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Varint(_)) => {}
            (2, Content::Bytes(name)) => {
                check_utf8(payload, name)?;
                if let Some(slot) = set.names.get_mut(set.columns) {
                    *slot = name;
                }
                set.columns += 1;
            }
            (3, Content::Varint(datatype)) => set.add_type(datatype),
            (3, Content::Bytes(packed)) => {
                let mut packed = Fields::within(payload, packed);
                while let Some(datatype) = packed.next_packed()? {
                    set.add_type(datatype);
                }
            }
            (4, Content::Bytes(row)) => {
                set.rows += 1;
                set.last = Some(row);
            }
            (1..=4, _) => return Err(fields.malformed("a data set field of the wrong type")),
            _ => {}
        }
    }
    Ok(set)
}

impl RawSet {
    fn add_type(&mut self, datatype: u64) {
        if let Some(slot) = self.datatypes.get_mut(self.types) {
            *slot = u32::try_from(datatype).unwrap_or(u32::MAX);
        }
        self.types += 1;
    }
}

fn read_element(payload: &[u8], span: Span) -> Result<RawValue, Reject> {
    let mut value = RawValue::Absent;
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        value = match (field, content) {
            (1, Content::Varint(int)) => RawValue::Int((int & 0xFFFF_FFFF) as u32),
            (2, Content::Varint(long)) => RawValue::Long(long),
            (3, Content::Fixed32(bits)) => RawValue::Float(f32::from_bits(bits)),
            (4, Content::Fixed64(bits)) => RawValue::Double(f64::from_bits(bits)),
            (5, Content::Varint(on)) => RawValue::Boolean(on != 0),
            (6, Content::Bytes(text)) => {
                check_utf8(payload, text)?;
                RawValue::Text(text)
            }
            (7, Content::Bytes(_)) => RawValue::Extension,
            (1..=7, _) => {
                return Err(fields.malformed("a value of a data set of the wrong type"));
            }
            _ => value,
        };
    }
    Ok(value)
}
