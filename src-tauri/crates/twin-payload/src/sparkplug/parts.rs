//! Metrics that are more than one value: data sets, arrays, bytes. Each gives some cells, with the end of their
//! address: `.length`, `.0`, `.<column>`. What is too many for cells of its own is one text: `.json`, `.base64`.

use super::{
    raw::RawValue,
    value::{self, DataType},
    whole::{self, Json},
    wire::{Content, Fields, Span, check_utf8, text_of},
};
use crate::{observations::Cell, reject::Reject};

/// Longest array, and widest data set, that is observed value by value.
pub(crate) const PARTS_MAX: usize = 16;
/// The end of the address of a text that holds all.
const JSON: End<'_> = End::Name("json");

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
    fn leave_out(&mut self, why: impl FnOnce() -> String);
}

/// Takes a text that holds all, unless it is too long.
fn take_all(json: &Json, limit: usize, take: &mut impl Take) -> Result<(), Reject> {
    match json.finish() {
        Some(text) => take.take(JSON, Cell::Text(text)),
        None => {
            take.leave_out(|| format!("an array or a table of more than {limit} bytes as JSON"));
            Ok(())
        }
    }
}

/// Bytes or a file: how many there are, and which.
pub(crate) fn blob(
    payload: &[u8],
    span: Span,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    let bytes = span.of(payload);
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    take.take(End::Name("size"), Cell::I64(size))?;
    match whole::base64(bytes, text_limit) {
        Some(text) => take.take(End::Name("base64"), Cell::Text(&text)),
        None => {
            take.leave_out(|| format!("{size} bytes, more than {text_limit} as base64"));
            Ok(())
        }
    }
}

/// An array (specification 3.0, section 6.4.17): its length, and the elements of a short one, or all of a long one in
/// one text. One whose bytes do not come out even is left out.
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
        return bits(bytes, text_limit, take);
    }
    let width = width(datatype);
    if !bytes.len().is_multiple_of(width) {
        take.leave_out(|| format!("an array of {} bytes, {width} an element", bytes.len()));
        return Ok(());
    }
    let elements = bytes.chunks_exact(width);
    let narrow = datatype == DataType::FloatArray as u32;
    let cells = elements.map(|element| number(element, datatype));
    elements_of((bytes.len() / width, cells), narrow, text_limit, take)
}

/// Takes the length, and the elements one by one or in one text.
fn elements_of<'p>(
    (length, cells): (usize, impl Iterator<Item = Cell<'p>>),
    narrow: bool,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    let number = i64::try_from(length).unwrap_or(i64::MAX);
    take.take(End::Name("length"), Cell::I64(number))?;
    if length > PARTS_MAX {
        let mut json = Json::new(text_limit);
        json.raw("[");
        for cell in cells {
            json.next();
            json.cell(cell, narrow);
            if json.is_too_long() {
                break;
            }
        }
        json.raw("]");
        return take_all(&json, text_limit, take);
    }
    for (index, cell) in cells.enumerate() {
        match cell {
            Cell::Text(text) if text.len() > text_limit => {
                take.leave_out(|| format!("a text of {} bytes in an array", text.len()));
            }
            cell => take.take(End::Index(index), cell)?,
        }
    }
    Ok(())
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
fn bits(bytes: &[u8], text_limit: usize, take: &mut impl Take) -> Result<(), Reject> {
    let uneven = || "an array of truth values whose bytes do not come out even".to_owned();
    let Some((count, bits)) = bytes.split_first_chunk::<4>() else {
        take.leave_out(uneven);
        return Ok(());
    };
    let length = u32::from_le_bytes(*count) as usize;
    if length.div_ceil(8) != bits.len() {
        take.leave_out(uneven);
        return Ok(());
    }
    let is_on = |index: usize| {
        let byte = bits.get(index / 8);
        byte.is_some_and(|byte| byte >> (7 - index % 8) & 1 == 1)
    };
    let cells = (0..length).map(|index| Cell::Bool(is_on(index)));
    elements_of((length, cells), false, text_limit, take)
}

/// Texts that end with a NUL each; the last one's may be missing.
fn texts(
    payload: &[u8],
    span: Span,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    if check_utf8(payload, span).is_err() {
        take.leave_out(|| "an array of texts that is not UTF-8".to_owned());
        return Ok(());
    }
    let whole = text_of(span, payload);
    let whole = whole.strip_suffix('\0').unwrap_or(whole);
    let texts = whole.split('\0').filter(|_| !span.is_empty());
    let length = texts.clone().count();
    let cells = texts.map(Cell::Text);
    elements_of((length, cells), false, text_limit, take)
}

/// A data set: how many rows; the values of the last one under the names of their columns unless they are many; and
/// the whole in one text when that is not all. One whose columns, types and values are not of one number is left out.
pub(crate) fn data_set(
    payload: &[u8],
    span: Span,
    text_limit: usize,
    take: &mut impl Take,
) -> Result<(), Reject> {
    let set = read_set(payload, span)?;
    let (width, rows) = (set.columns.len(), set.rows.len());
    let uneven = || "a data set whose columns, types and values are not of one number".to_owned();
    if set.types.len() != width {
        take.leave_out(uneven);
        return Ok(());
    }
    let count = i64::try_from(rows).unwrap_or(i64::MAX);
    take.take(End::Name("rows"), Cell::I64(count))?;
    let mut values = Vec::new();
    let mut json = set.begin(payload, text_limit);
    for row in &set.rows {
        read_row(payload, *row, &mut values)?;
        if values.len() != width {
            take.leave_out(uneven);
            return Ok(());
        }
        if values.contains(&RawValue::Extension) {
            take.leave_out(|| "a value of an extension in a data set".to_owned());
        }
        if !json.is_too_long() {
            set.write_row(payload, &values, &mut json);
        }
    }
    json.raw("]}");
    let mut is_all = rows <= 1 && width <= PARTS_MAX;
    if rows > 0 && width <= PARTS_MAX {
        for ((name, datatype), value) in set.columns.iter().zip(&set.types).zip(&values) {
            let end = End::Name(text_of(*name, payload));
            match value::plain(*value, *datatype, payload, text_limit) {
                Some(cell) => take.take(end, cell)?,
                None => is_all = false,
            }
        }
    }
    if is_all || rows == 0 {
        return Ok(());
    }
    take_all(&json, text_limit, take)
}

/// A data set, its rows not looked into yet.
#[derive(Default)]
struct RawSet {
    columns: Vec<Span>,
    types: Vec<u32>,
    rows: Vec<Span>,
}

impl RawSet {
    fn begin(&self, payload: &[u8], text_limit: usize) -> Json {
        let mut json = Json::new(text_limit);
        json.raw("{\"columns\":[");
        for name in &self.columns {
            json.next();
            json.cell(Cell::Text(text_of(*name, payload)), false);
            if json.is_too_long() {
                break;
            }
        }
        json.raw("],\"rows\":[");
        json
    }

    fn write_row(&self, payload: &[u8], values: &[RawValue], json: &mut Json) {
        json.next();
        json.raw("[");
        for (value, datatype) in values.iter().zip(&self.types) {
            json.next();
            let narrow = matches!(value, RawValue::Float(_));
            let cell = value::plain(*value, *datatype, payload, usize::MAX);
            json.cell(cell.unwrap_or(Cell::Null), narrow);
        }
        json.raw("]");
    }
}

fn read_set(payload: &[u8], span: Span) -> Result<RawSet, Reject> {
    let mut set = RawSet::default();
    let number = |datatype: u64| u32::try_from(datatype).unwrap_or(u32::MAX);
    let mut fields = Fields::within(payload, span);
    while let Some((field, content)) = fields.next()? {
        match (field, content) {
            (1, Content::Varint(_)) => {}
            (2, Content::Bytes(name)) => {
                check_utf8(payload, name)?;
                set.columns.push(name);
            }
            (3, Content::Varint(datatype)) => set.types.push(number(datatype)),
            (3, Content::Bytes(packed)) => {
                let mut packed = Fields::within(payload, packed);
                while let Some(datatype) = packed.next_packed()? {
                    set.types.push(number(datatype));
                }
            }
            (4, Content::Bytes(row)) => set.rows.push(row),
            (1..=4, _) => return Err(fields.malformed("a data set field of the wrong type")),
            _ => {}
        }
    }
    Ok(set)
}

fn read_row(payload: &[u8], row: Span, values: &mut Vec<RawValue>) -> Result<(), Reject> {
    values.clear();
    let mut elements = Fields::within(payload, row);
    while let Some((field, content)) = elements.next()? {
        if let (1, Content::Bytes(element)) = (field, content) {
            values.push(read_element(payload, element)?);
        }
    }
    Ok(())
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
