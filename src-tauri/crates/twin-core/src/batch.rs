//! Columns of samples: the unit in which everything travels. Never one heap object a sample.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    id::SignalKey,
    quality::Quality,
    time::Timestamp,
    value::{Value, ValueKind},
};

/// Number of a batch within one run of the program; grows by one a batch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct BatchId(pub u64);

/// Samples of any number of signals as columns of equal length, in order of arrival.
///
/// A value is 64 bits whose meaning its kind gives: the bits of an f64 or i64, 0 or 1 for bool, an index into
/// [`texts`](Self::texts) for text, 0 for null. Every accessor keeps the columns equally long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleBatch {
    id: BatchId,
    received: Timestamp,
    signals: Vec<SignalKey>,
    times: Vec<Timestamp>,
    kinds: Vec<ValueKind>,
    bits: Vec<u64>,
    qualities: Vec<Quality>,
    texts: Vec<Arc<str>>,
    #[serde(default)]
    first_look: bool,
    #[serde(default)]
    history_only: bool,
}

/// One row of a [`SampleBatch`], borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRef<'a> {
    /// The signal.
    pub signal: SignalKey,
    /// Source time: when the plant says the value was true.
    pub time: Timestamp,
    /// The value's type.
    pub kind: ValueKind,
    /// The value's bits; see [`SampleBatch`].
    pub bits: u64,
    /// Quality as given by the source and the decoder.
    pub quality: Quality,
    /// The text, for a value of kind text.
    pub text: Option<&'a Arc<str>>,
}

impl SampleBatch {
    /// An empty batch of messages received at `received`.
    pub fn new(id: BatchId, received: Timestamp) -> Self {
        SampleBatch {
            id,
            received,
            ..SampleBatch::default()
        }
    }

    /// Takes all rows out and begins anew, in the same memory.
    #[must_use]
    pub fn renewed(mut self, id: BatchId, received: Timestamp) -> Self {
        self.signals.clear();
        self.times.clear();
        self.kinds.clear();
        self.bits.clear();
        self.qualities.clear();
        self.texts.clear();
        SampleBatch {
            id,
            received,
            first_look: false,
            history_only: false,
            ..self
        }
    }

    /// Adds a row.
    pub fn push(&mut self, signal: SignalKey, time: Timestamp, value: &Value, quality: Quality) {
        let bits = match value {
            Value::Null => 0,
            Value::Bool(v) => u64::from(*v),
            Value::I64(v) => v.cast_unsigned(),
            Value::F64(v) => v.to_bits(),
            Value::Text(text) => {
                self.texts.push(Arc::clone(text));
                self.texts.len() as u64 - 1
            }
        };
        self.push_bits(signal, time, value.kind(), bits, quality);
    }

    /// Adds a row holding a number, without building a [`Value`].
    pub fn push_f64(&mut self, signal: SignalKey, time: Timestamp, value: f64, quality: Quality) {
        self.push_bits(signal, time, ValueKind::F64, value.to_bits(), quality);
    }

    /// Adds a row as another batch or a decoder holds it, without building a [`Value`].
    pub fn push_row(&mut self, row: SampleRef<'_>) {
        let bits = match row.text {
            Some(text) => {
                self.texts.push(Arc::clone(text));
                self.texts.len() as u64 - 1
            }
            None => row.bits,
        };
        self.push_bits(row.signal, row.time, row.kind, bits, row.quality);
    }

    fn push_bits(
        &mut self,
        signal: SignalKey,
        time: Timestamp,
        kind: ValueKind,
        bits: u64,
        quality: Quality,
    ) {
        self.signals.push(signal);
        self.times.push(time);
        self.kinds.push(kind);
        self.bits.push(bits);
        self.qualities.push(quality);
    }

    /// The batch's number.
    pub const fn id(&self) -> BatchId {
        self.id
    }

    /// When the newest message in it was received.
    pub const fn received(&self) -> Timestamp {
        self.received
    }

    /// The same samples, received at another instant.
    #[must_use]
    pub fn received_at(self, received: Timestamp) -> Self {
        SampleBatch { received, ..self }
    }

    /// The same samples as what a broker had kept: true at their source times, but nobody knows whether still.
    #[must_use]
    pub fn at_first_look(self) -> Self {
        SampleBatch {
            first_look: true,
            ..self
        }
    }

    /// Whether a broker had kept the messages (MQTT retained messages): the engine shows such samples marked, and opens no
    /// alarm for them.
    pub const fn is_first_look(&self) -> bool {
        self.first_look
    }

    /// The same samples as history only: no twin moves and no rule is asked.
    #[must_use]
    pub fn for_history_only(self) -> Self {
        SampleBatch {
            history_only: true,
            ..self
        }
    }

    /// Whether they are history only, so that an engine must not be given them.
    pub const fn is_history_only(&self) -> bool {
        self.history_only
    }

    /// Makes room for so many samples more.
    pub fn reserve(&mut self, samples: usize) {
        self.signals.reserve(samples);
        self.times.reserve(samples);
        self.kinds.reserve(samples);
        self.bits.reserve(samples);
        self.qualities.reserve(samples);
    }

    /// Gives room back when more than three quarters of it are left over.
    pub fn fit(&mut self) {
        if self.signals.capacity() > 4 * self.signals.len() {
            self.signals.shrink_to_fit();
            self.times.shrink_to_fit();
            self.kinds.shrink_to_fit();
            self.bits.shrink_to_fit();
            self.qualities.shrink_to_fit();
        }
    }

    /// How many samples.
    pub const fn len(&self) -> usize {
        self.signals.len()
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    /// For how many samples it has room.
    pub const fn capacity(&self) -> usize {
        self.signals.capacity()
    }

    /// Column of signals.
    pub fn signals(&self) -> &[SignalKey] {
        &self.signals
    }

    /// Column of source times.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// Column of value types.
    pub fn kinds(&self) -> &[ValueKind] {
        &self.kinds
    }

    /// Column of values; see the type's description for their meaning.
    pub fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// Column of qualities.
    pub fn qualities(&self) -> &[Quality] {
        &self.qualities
    }

    /// The texts that rows of kind text point into.
    pub fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// The row at `index`, or none past the end.
    pub fn get(&self, index: usize) -> Option<SampleRef<'_>> {
        let kind = *self.kinds.get(index)?;
        let bits = *self.bits.get(index)?;
        Some(SampleRef {
            signal: *self.signals.get(index)?,
            time: *self.times.get(index)?,
            kind,
            bits,
            quality: *self.qualities.get(index)?,
            text: if kind == ValueKind::Text {
                self.texts.get(bits as usize)
            } else {
                None
            },
        })
    }

    /// All rows in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = SampleRef<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl SampleRef<'_> {
    /// The value as a number; none for text and null.
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind {
            ValueKind::F64 => Some(f64::from_bits(self.bits)),
            ValueKind::I64 => Some(self.bits.cast_signed() as f64),
            ValueKind::Bool => Some(if self.bits == 0 { 0.0 } else { 1.0 }),
            ValueKind::Null | ValueKind::Text => None,
        }
    }

    /// The value, owned.
    pub fn value(&self) -> Value {
        match self.kind {
            ValueKind::Null => Value::Null,
            ValueKind::F64 => Value::F64(f64::from_bits(self.bits)),
            ValueKind::I64 => Value::I64(self.bits.cast_signed()),
            ValueKind::Bool => Value::Bool(self.bits != 0),
            ValueKind::Text => self
                .text
                .map_or(Value::Null, |text| Value::Text(Arc::clone(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::Reason;

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(10));
        let rows = [
            (SignalKey(3), Timestamp(1), Value::F64(-0.5), Quality::GOOD),
            (
                SignalKey(4),
                Timestamp(2),
                Value::I64(-7),
                Quality::bad(Reason::Frozen),
            ),
            (SignalKey(5), Timestamp(3), Value::Bool(true), Quality::GOOD),
            (
                SignalKey(6),
                Timestamp(4),
                Value::Text("open".into()),
                Quality::GOOD,
            ),
            (SignalKey(7), Timestamp(5), Value::Null, Quality::GOOD),
            (
                SignalKey(6),
                Timestamp(6),
                Value::Text("shut".into()),
                Quality::GOOD,
            ),
        ];
        for (signal, time, value, quality) in &rows {
            batch.push(*signal, *time, value, *quality);
        }
        let back: Vec<_> = batch
            .iter()
            .map(|row| (row.signal, row.time, row.value(), row.quality))
            .collect();
        assert_eq!(back, rows);
        let mut copy = SampleBatch::new(BatchId(1), Timestamp(10));
        batch.iter().for_each(|row| copy.push_row(row));
        assert_eq!(copy, batch);
        let other = batch.at_first_look().for_history_only();
        let mut renewed = other.renewed(BatchId(1), Timestamp(10));
        copy.iter().for_each(|row| renewed.push_row(row));
        assert_eq!(renewed, copy);
    }
}
