//! What a message says, as columns.

use std::sync::Arc;

use twin_core::{Quality, Reason, Status, Timestamp, Value, ValueKind};

use crate::{
    convention::Convention,
    description::{Description, Presence},
    intern::AddressIx,
    reject::{Reject, RejectKind},
    stamp::Stamp,
};

/// Rows decoded from messages, in order, as columns of equal length, and the events between them.
///
/// Reuse one: [`clear`](Self::clear) keeps its memory. A value is 64 bits whose meaning its kind gives, as in
/// [`twin_core::SampleBatch`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    addresses: Vec<AddressIx>,
    times: Vec<Timestamp>,
    kinds: Vec<ValueKind>,
    bits: Vec<u64>,
    qualities: Vec<Quality>,
    texts: Vec<Arc<str>>,
    originals: Vec<(u32, Timestamp)>,
    flags: Vec<u8>,
    held: Option<HoldId>,
    released: Vec<Released>,
    events: Vec<SourceEvent>,
    skipped: u64,
    lost: Lost,
    convention: Option<Convention>,
}

/// What of the message in hand became no row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lost {
    values: u64,
    /// Why, as far as that was said.
    why: Option<(RejectKind, String)>,
}

/// Bits of a row.
const SOURCED: u8 = 1;
const HISTORICAL: u8 = 2;
const TRANSIENT: u8 = 4;

/// A message that is held back: its acknowledgement waits until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldId(pub u64);

/// A message that was held back and is so no more. Its rows are among the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// Which.
    pub hold: HoldId,
    /// The message, when not all of it could be read after all: to be stored as a reject.
    pub unread: Option<Unread>,
}

/// A held message that could not be read, or not whole, in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Why.
    pub reject: Reject,
    /// Its topic.
    pub topic: String,
    /// Its payload.
    pub payload: Vec<u8>,
    /// When it came.
    pub received: Timestamp,
}

/// One row, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation<'a> {
    /// Where it comes from.
    pub address: AddressIx,
    /// When it was true: the source's time when that is usable, else the time of arrival.
    pub time: Timestamp,
    /// The source's own time, when it is usable: (address, source time) then names this sample for ever.
    pub source_time: Option<Timestamp>,
    /// The value's type.
    pub kind: ValueKind,
    /// The value's bits.
    pub bits: u64,
    /// Quality.
    pub quality: Quality,
    /// The text, for a value of kind text.
    pub text: Option<&'a Arc<str>>,
    /// Whether the source says that it belongs to history and not to the present state (Sparkplug `is_historical`).
    pub historical: bool,
    /// Whether the source says that it is not worth keeping (Sparkplug `is_transient`): to be shown, not stored.
    pub transient: bool,
}

/// Something that happened to a source of values.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceEvent {
    /// A Sparkplug edge node said what it has. Its devices wait for their own births.
    NodeBirth {
        /// `group/node`.
        node: Arc<str>,
        /// Metrics in the birth that are signals.
        metrics: u32,
        /// When.
        at: Timestamp,
    },
    /// A Sparkplug edge node is gone, its devices with it.
    NodeDeath {
        /// `group/node`.
        node: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A Sparkplug device said what it has.
    DeviceBirth {
        /// `group/node/device`.
        device: Arc<str>,
        /// Metrics in the birth that are signals.
        metrics: u32,
        /// When.
        at: Timestamp,
    },
    /// A Sparkplug device is gone.
    DeviceDeath {
        /// `group/node/device`.
        device: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// Messages of a source are missing: values held of it may be out of date.
    SequenceGap {
        /// Sparkplug's `group/node`, or the source as in [`Decoder::addresses_of`](crate::Decoder::addresses_of).
        node: Arc<str>,
        /// The sequence number that was due.
        expected: u32,
        /// The one that came.
        got: u32,
    },
    /// A Sparkplug edge node should be asked for a new birth. Repeated every 30 s while the want stands.
    RebirthWanted {
        /// `group/node`.
        node: Arc<str>,
        /// Why.
        why: RebirthReason,
    },
    /// A device came or went, as it or its gateway says.
    Availability {
        /// Its name, as in [`Decoder::addresses_of`](crate::Decoder::addresses_of).
        source: Arc<str>,
        /// Whether it is there now.
        presence: Presence,
        /// When.
        at: Timestamp,
    },
    /// A source said what it is and has.
    Described(Box<Description>),
}

/// Why a rebirth is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RebirthReason {
    /// Values came of a node or device whose birth was never seen.
    NoBirth,
    /// Values are read with a birth from before a restart or a death.
    KeptBirth,
    /// Messages are missing.
    SequenceGap,
    /// A value came under an alias that the birth does not have.
    UnknownAlias,
}

impl RebirthReason {
    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            RebirthReason::NoBirth => "values before any birth",
            RebirthReason::KeptBirth => "values read with an earlier birth",
            RebirthReason::SequenceGap => "messages missing",
            RebirthReason::UnknownAlias => "a value under an unknown alias",
        }
    }
}

/// A value on its way into a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// The source said "no value".
    Null,
    Bool(bool),
    I64(i64),
    F64(f64),
    Text(&'a str),
}

/// How much there was before a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    rows: usize,
    texts: usize,
    originals: usize,
    events: usize,
    released: usize,
    skipped: u64,
    lost: u64,
    held: Option<HoldId>,
    convention: Option<Convention>,
}

impl Mark {
    /// How many rows there were.
    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }
}

impl Observations {
    /// Empty.
    pub fn new() -> Self {
        Observations::default()
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.truncate(Mark {
            rows: 0,
            texts: 0,
            originals: 0,
            events: 0,
            released: 0,
            skipped: 0,
            lost: 0,
            held: None,
            convention: None,
        });
    }

    /// How many rows.
    pub const fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Whether there are no rows; there may be events.
    pub const fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Column of addresses.
    pub fn addresses(&self) -> &[AddressIx] {
        &self.addresses
    }

    /// Column of times, as [`Observation::time`].
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// Column of value types.
    pub fn kinds(&self) -> &[ValueKind] {
        &self.kinds
    }

    /// Column of values.
    pub fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// Column of qualities.
    pub fn qualities(&self) -> &[Quality] {
        &self.qualities
    }

    /// Texts that rows of kind text point into.
    pub fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// Source times that were not usable and replaced by the time of arrival: row, and what the source said.
    pub fn replaced_times(&self) -> &[(u32, Timestamp)] {
        &self.originals
    }

    /// What happened to sources, in order.
    pub fn events(&self) -> &[SourceEvent] {
        &self.events
    }

    /// The convention of the last message; none when nothing was decoded.
    pub const fn convention(&self) -> Option<Convention> {
        self.convention
    }

    /// Values that were left out, because they are no signals: texts beyond their bound, aliases without a birth.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Why the last message gave fewer values than it has; none when it gave all. It is to be stored whole as a reject,
    /// beside its rows: what is left out of it is nowhere else. A message that is [`held`](Self::held) is judged when
    /// it is [`released`](Self::released).
    pub fn partly_read(&self) -> Option<Reject> {
        self.lost.reject()
    }

    /// The row at `index`, or none past the end.
    pub fn get(&self, index: usize) -> Option<Observation<'_>> {
        let kind = *self.kinds.get(index)?;
        let bits = *self.bits.get(index)?;
        let time = *self.times.get(index)?;
        let flags = *self.flags.get(index)?;
        Some(Observation {
            address: *self.addresses.get(index)?,
            time,
            source_time: (flags & SOURCED != 0).then_some(time),
            kind,
            bits,
            quality: *self.qualities.get(index)?,
            text: if kind == ValueKind::Text {
                self.texts.get(bits as usize)
            } else {
                None
            },
            historical: flags & HISTORICAL != 0,
            transient: flags & TRANSIENT != 0,
        })
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Observation<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    pub(crate) const fn mark(&self) -> Mark {
        Mark {
            rows: self.addresses.len(),
            texts: self.texts.len(),
            originals: self.originals.len(),
            events: self.events.len(),
            released: self.released.len(),
            skipped: self.skipped,
            lost: self.lost.values,
            held: self.held,
            convention: self.convention,
        }
    }

    /// Takes back everything since `mark`.
    pub(crate) fn truncate(&mut self, mark: Mark) {
        self.addresses.truncate(mark.rows);
        self.times.truncate(mark.rows);
        self.kinds.truncate(mark.rows);
        self.bits.truncate(mark.rows);
        self.qualities.truncate(mark.rows);
        self.texts.truncate(mark.texts);
        self.originals.truncate(mark.originals);
        self.events.truncate(mark.events);
        self.flags.truncate(mark.rows);
        self.released.truncate(mark.released);
        self.held = mark.held;
        self.skipped = mark.skipped;
        self.lost.values = mark.lost;
        if mark.lost == 0 {
            self.lost.why = None;
        }
        self.convention = mark.convention;
    }

    /// Adds a row. A number that is not finite becomes null, BAD.
    pub(crate) fn push(
        &mut self,
        address: AddressIx,
        stamp: &Stamp,
        cell: Cell<'_>,
        quality: Quality,
    ) {
        let (kind, bits, quality) = match cell {
            Cell::F64(v) if v.is_finite() => (ValueKind::F64, v.to_bits(), quality),
            Cell::F64(_) => (ValueKind::Null, 0, Quality::bad(Reason::NotFinite)),
            Cell::I64(v) => (ValueKind::I64, v.cast_unsigned(), quality),
            Cell::Bool(v) => (ValueKind::Bool, u64::from(v), quality),
            Cell::Null if quality.status == Status::Bad => (ValueKind::Null, 0, quality),
            Cell::Null => (ValueKind::Null, 0, Quality::bad(Reason::DeviceReported)),
            Cell::Text(text) => {
                self.texts.push(text.into());
                (ValueKind::Text, self.texts.len() as u64 - 1, quality)
            }
        };
        if let Some(original) = stamp.replaced {
            let row = u32::try_from(self.addresses.len()).unwrap_or(u32::MAX);
            self.originals.push((row, original));
        }
        self.addresses.push(address);
        self.times.push(stamp.time);
        self.kinds.push(kind);
        self.bits.push(bits);
        self.qualities.push(quality);
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        self.flags.push(
            flag(stamp.sourced, SOURCED)
                | flag(stamp.historical, HISTORICAL)
                | flag(stamp.transient, TRANSIENT),
        );
    }

    /// Whether the last message is held back: then its acknowledgement waits until
    /// [`released`](Self::released) names it, here or after a later [`decode`](crate::Decoder::decode) or
    /// [`poll`](crate::Decoder::poll).
    pub const fn held(&self) -> Option<HoldId> {
        self.held
    }

    /// Messages that were held back and are so no more, in order.
    pub fn released(&self) -> &[Released] {
        &self.released
    }

    pub(crate) fn hold(&mut self, id: HoldId) {
        self.held = Some(id);
    }

    pub(crate) fn release(&mut self, released: Released) {
        self.released.push(released);
    }

    /// A new message is in hand.
    pub(crate) fn begin(&mut self) {
        self.held = None;
        self.lost = Lost::default();
    }

    /// Notes which convention the message in hand follows.
    pub(crate) fn speak(&mut self, convention: Convention) {
        self.convention = Some(convention);
    }

    pub(crate) fn event(&mut self, event: SourceEvent) {
        self.events.push(event);
    }

    /// Counts values of the message in hand that become no rows.
    pub(crate) fn skip(&mut self, values: u64) {
        self.skipped += values;
        self.lost.values += values;
    }

    /// As [`skip`](Self::skip) of one value, with the reason.
    pub(crate) fn leave_out(&mut self, why: impl FnOnce() -> String) {
        self.leave_out_all(1, why);
    }

    /// As [`skip`](Self::skip), with the reason. The first one is told.
    pub(crate) fn leave_out_all(&mut self, values: u64, why: impl FnOnce() -> String) {
        self.skip(values);
        if values > 0 && self.lost.why.is_none() {
            self.lost.why = Some((RejectKind::PartlyRead, why()));
        }
    }

    /// Says why values of the message in hand were skipped, in place of any other reason.
    pub(crate) fn explain(&mut self, kind: RejectKind, why: String) {
        self.lost.why = Some((kind, why));
    }

    /// Puts aside what the message in hand lost, while another one is read.
    pub(crate) fn change_message(&mut self, lost: Lost) -> Lost {
        std::mem::replace(&mut self.lost, lost)
    }
}

impl Lost {
    pub(crate) fn reject(&self) -> Option<Reject> {
        let left_out = match self.values {
            0 => return None,
            1 => "1 value was left out".to_owned(),
            many => format!("{many} values were left out"),
        };
        Some(match &self.why {
            None => Reject::new(RejectKind::PartlyRead, left_out),
            Some((kind, why)) => Reject::new(*kind, format!("{left_out}: {why}")),
        })
    }
}

impl Observation<'_> {
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
