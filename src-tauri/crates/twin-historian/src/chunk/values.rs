//! The values of a chunk: one column for each kind that occurs.

use std::{collections::HashMap, ops::Range, sync::Arc};

use twin_core::{Value, ValueKind};

use super::{
    Run, Stretch,
    floats::{Floats, put_floats},
    stretch::number,
    wholes::{Packing, Scratch, Wholes, put_column},
};
use crate::{
    bytes::{Malformed, Reader, put_bytes, put_varint},
    codec::read_words,
};

/// Memory for making columns of values, used again from one chunk to the next.
#[derive(Default)]
pub(crate) struct Room {
    floats: Vec<u64>,
    pub wholes: Vec<i64>,
    pub scratch: Scratch,
}

/// Adds the columns; `bits` as in [`Stretch`].
pub(crate) fn put(
    out: &mut Vec<u8>,
    (kinds, bits): (&[ValueKind], &[u64]),
    texts: &[Arc<str>],
    packing: Packing,
    room: &mut Room,
) -> Result<(), Malformed> {
    let Room {
        floats,
        wholes,
        scratch,
    } = room;
    let of = |wanted: ValueKind| {
        let both = kinds.iter().zip(bits);
        both.filter_map(move |(kind, bits)| (*kind == wanted).then_some(*bits))
    };
    if kinds.iter().all(|kind| *kind == ValueKind::F64) {
        return put_floats(out, bits, packing, (wholes, scratch));
    }
    floats.clear();
    floats.extend(of(ValueKind::F64));
    if !floats.is_empty() {
        put_floats(out, floats, packing, (wholes, scratch))?;
    }
    for kind in [ValueKind::I64, ValueKind::Bool] {
        wholes.clear();
        wholes.extend(of(kind).map(u64::cast_signed));
        if !wholes.is_empty() {
            put_column(out, wholes, packing, scratch)?;
        }
    }
    let mut words: Vec<&str> = Vec::new();
    let mut index: HashMap<&str, i64> = HashMap::new();
    wholes.clear();
    for at in of(ValueKind::Text) {
        let text: &str = texts.get(at as usize).map_or("", |text| text);
        wholes.push(*index.entry(text).or_insert_with(|| {
            words.push(text);
            words.len() as i64 - 1
        }));
    }
    if wholes.is_empty() {
        return Ok(());
    }
    put_varint(out, words.len() as u64);
    for word in words {
        put_bytes(out, word.as_bytes());
    }
    put_column(out, wholes, packing, scratch)
}

/// Values that are not decoded yet.
pub(crate) struct Values<'a> {
    floats: Option<Floats<'a>>,
    wholes: Option<Wholes<'a>>,
    bools: Option<Wholes<'a>>,
    texts: Option<Wholes<'a>>,
    words: Vec<Arc<str>>,
}

/// The values of one kind that a range of samples has.
enum Column {
    None,
    Floats(Vec<f64>),
    Wholes(Vec<i64>),
}

const TOO_FEW: Malformed = Malformed {
    at: 0,
    what: "has too few values",
};

impl<'a> Values<'a> {
    pub(crate) fn read(
        reader: &mut Reader<'a>,
        kinds: &[Run<ValueKind>],
    ) -> Result<Values<'a>, Malformed> {
        let end = kinds.last().map_or(0, |run| run.end);
        let count = |kind| count_of(kinds, kind, end);
        let (floats, wholes) = (count(ValueKind::F64), count(ValueKind::I64));
        let (bools, texts) = (count(ValueKind::Bool), count(ValueKind::Text));
        let some = |n: usize| (n > 0).then_some(n);
        Ok(Values {
            floats: some(floats).map(|n| Floats::read(reader, n)).transpose()?,
            wholes: some(wholes).map(|n| Wholes::read(reader, n)).transpose()?,
            bools: some(bools).map(|n| Wholes::read(reader, n)).transpose()?,
            words: some(texts).map_or(Ok(Vec::new()), |_| read_words(reader))?,
            texts: some(texts).map(|n| Wholes::read(reader, n)).transpose()?,
        })
    }

    fn column(&self, kind: ValueKind, range: Range<usize>) -> Result<Column, Malformed> {
        let wholes = match kind {
            ValueKind::Null => return Ok(Column::None),
            ValueKind::F64 => {
                let mut found = Vec::with_capacity(range.len());
                self.floats
                    .as_ref()
                    .ok_or(TOO_FEW)?
                    .slice(range, &mut found)?;
                return Ok(Column::Floats(found));
            }
            ValueKind::I64 => &self.wholes,
            ValueKind::Bool => &self.bools,
            ValueKind::Text => &self.texts,
        };
        let mut found = Vec::with_capacity(range.len());
        let column = wholes.as_ref().ok_or(TOO_FEW)?;
        column.slice(range, &mut found)?;
        Ok(Column::Wholes(found))
    }

    /// Gives each run of the range to `take`: kind, and the bits of its values (none for null).
    fn runs(
        &self,
        kinds: &[Run<ValueKind>],
        range: Range<usize>,
        mut take: impl FnMut(ValueKind, Range<usize>, &Column) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let mut columns: [Option<(Column, usize)>; 5] = [const { None }; 5];
        let first = kinds.partition_point(|run| run.end <= range.start);
        let mut begin = range.start;
        for run in &kinds[first..] {
            if begin >= range.end {
                break;
            }
            let n = run.end.min(range.end) - begin;
            let slot = &mut columns[run.item as usize];
            if slot.is_none() {
                let from = count_of(kinds, run.item, range.start);
                let to = count_of(kinds, run.item, range.end);
                *slot = Some((self.column(run.item, from..to)?, 0));
            }
            if let Some((column, used)) = slot {
                take(run.item, *used..*used + n, column)?;
                *used += n;
            }
            begin += n;
        }
        Ok(())
    }

    pub(crate) fn numbers(
        &self,
        kinds: &[Run<ValueKind>],
        range: Range<usize>,
    ) -> Result<Vec<f64>, Malformed> {
        if let ([run], Some(floats)) = (kinds, &self.floats)
            && run.item == ValueKind::F64
        {
            let mut found = Vec::with_capacity(range.len());
            floats.slice(range, &mut found)?;
            if floats.may_be_infinite() {
                for value in &mut found {
                    *value = if value.is_finite() { *value } else { f64::NAN };
                }
            }
            return Ok(found);
        }
        let mut found = Vec::with_capacity(range.len());
        self.runs(kinds, range, |kind, part, column| {
            match column {
                Column::Floats(values) => {
                    let values = values.get(part).ok_or(TOO_FEW)?;
                    found.extend(values.iter().map(|v| number(kind, v.to_bits())));
                }
                Column::Wholes(values) => {
                    let values = values.get(part).ok_or(TOO_FEW)?;
                    found.extend(values.iter().map(|v| number(kind, v.cast_unsigned())));
                }
                Column::None => found.resize(found.len() + part.len(), f64::NAN),
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn values(
        &self,
        kinds: &[Run<ValueKind>],
        range: Range<usize>,
    ) -> Result<Vec<Value>, Malformed> {
        let mut found = Vec::with_capacity(range.len());
        self.runs(kinds, range, |kind, part, column| {
            match column {
                Column::Floats(values) => {
                    let values = values.get(part).ok_or(TOO_FEW)?;
                    found.extend(values.iter().map(|v| Value::F64(*v)));
                }
                Column::Wholes(values) => {
                    for value in values.get(part).ok_or(TOO_FEW)? {
                        found.push(match kind {
                            ValueKind::I64 => Value::I64(*value),
                            ValueKind::Bool => Value::Bool(*value != 0),
                            _ => Value::Text(self.word(*value)?),
                        });
                    }
                }
                Column::None => found.resize(found.len() + part.len(), Value::Null),
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn word(&self, index: i64) -> Result<Arc<str>, Malformed> {
        let word = usize::try_from(index)
            .ok()
            .and_then(|index| self.words.get(index));
        word.map(Arc::clone).ok_or(Malformed {
            at: 0,
            what: "text is not in the dictionary",
        })
    }

    /// Fills the columns `bits` and `texts`, which are empty, with the values of all `n` samples.
    pub(crate) fn bits(
        &self,
        kinds: &[Run<ValueKind>],
        n: usize,
        stretch: &mut Stretch,
    ) -> Result<(), Malformed> {
        let bits = &mut stretch.bits;
        self.runs(kinds, 0..n, |kind, part, column| {
            match column {
                Column::Floats(values) => {
                    let values = values.get(part).ok_or(TOO_FEW)?;
                    bits.extend(values.iter().map(|v| v.to_bits()));
                }
                Column::Wholes(values) => {
                    let values = values.get(part).ok_or(TOO_FEW)?;
                    if kind == ValueKind::Text {
                        for index in values {
                            self.word(*index)?;
                        }
                    }
                    bits.extend(values.iter().map(|v| v.cast_unsigned()));
                }
                Column::None => bits.resize(bits.len() + part.len(), 0),
            }
            Ok(())
        })?;
        stretch.texts.clone_from(&self.words);
        Ok(())
    }
}

/// How many of the first `end` samples have values of a kind.
fn count_of(kinds: &[Run<ValueKind>], wanted: ValueKind, end: usize) -> usize {
    let mut begin = 0;
    let mut count = 0;
    for run in kinds {
        let until = run.end.min(end);
        if run.item == wanted && until > begin {
            count += until - begin;
        }
        begin = run.end;
        if begin >= end {
            break;
        }
    }
    count
}
