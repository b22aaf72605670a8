//! What rows of one message are made with.

use twin_core::{Quality, Reason, Timestamp, ValueKind};

use super::{
    BD_SEQ,
    definition::Words,
    parts::{self, End, Take},
    raw::{Header, RawMetric, RawValue},
    scratch::Scratch,
    value::{self, Shape},
};
use crate::{
    description::{Point, SourceUnit, UnitVocabulary},
    intern::{AddressIx, Interner},
    limits::Limits,
    message::Message,
    observations::{Cell, Observations},
    reject::{Reject, RejectKind},
    stamp::Stamp,
};

/// Deepest nesting of templates.
pub(super) const TEMPLATE_DEPTH_MAX: usize = 8;

/// A message whose payload has been checked.
pub(super) struct Work<'a> {
    pub(super) message: &'a Message<'a>,
    /// The message's own payload, or what was packed in it.
    pub(super) payload: &'a [u8],
    pub(super) header: Header,
    pub(super) limits: &'a Limits,
    pub(super) addresses: &'a mut Interner,
    /// Members of templates so far: they count as metrics.
    members: usize,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        message: &'a Message<'a>,
        payload: &'a [u8],
        header: Header,
        limits: &'a Limits,
        addresses: &'a mut Interner,
    ) -> Self {
        Work {
            message,
            payload,
            header,
            limits,
            addresses,
            members: 0,
        }
    }

    /// The time of the whole message.
    pub(super) fn at(&self) -> Timestamp {
        Stamp::of(self.header.timestamp.map(from_millis), self.message).time
    }

    #[inline]
    pub(super) fn stamp(&self, metric: &RawMetric) -> Stamp {
        let time = metric.timestamp.or(self.header.timestamp).map(from_millis);
        Stamp {
            historical: metric.is_historical,
            transient: metric.is_transient,
            ..Stamp::of(time, self.message)
        }
    }

    /// Counts a member of a template.
    pub(super) fn count_member(&mut self) -> Result<(), Reject> {
        self.members += 1;
        if self.members <= self.limits.metrics {
            return Ok(());
        }
        let detail = format!("more than {} members of templates", self.limits.metrics);
        Err(Reject::new(RejectKind::SparkplugTooManyMetrics, detail))
    }

    /// The number of the address of a metric, or of a part of it; `scratch.address` holds what comes before its name.
    pub(super) fn address(
        &mut self,
        scratch: &mut Scratch,
        name: &str,
        end: Option<End<'_>>,
    ) -> Result<AddressIx, Reject> {
        let (shared, known) = (scratch.address.len(), self.addresses.len());
        push_clean(&mut scratch.address, name);
        match end {
            None => {}
            Some(End::Name(end)) => {
                scratch.address.push('.');
                push_clean(&mut scratch.address, end);
            }
            Some(End::Index(index)) => {
                scratch.address.push('.');
                push_number(&mut scratch.address, index);
            }
        }
        let address = self.addresses.intern(&scratch.address, self.limits);
        scratch.address.truncate(shared);
        let address = address?;
        if self.addresses.len() > known {
            scratch.fresh.push(address);
        }
        Ok(address)
    }

    /// What a birth says of a signal.
    pub(super) fn point(
        &self,
        address: AddressIx,
        name: &str,
        kind: Option<ValueKind>,
        words: &Words,
    ) -> Point {
        let range = words.low.zip(words.high).filter(|(low, high)| low < high);
        Point {
            address: self.addresses.get(address).cloned().unwrap_or_default(),
            name: Some(name.into()),
            unit: words.unit.as_deref().map(|text| SourceUnit {
                text: text.into(),
                vocabulary: UnitVocabulary::Sparkplug,
            }),
            kind,
            range: range.map(|(low, high)| [low, high]),
            states: Vec::new(),
            writable: words.writable == Some(true),
            description: words.description.as_deref().map(Into::into),
            device_class: None,
        }
    }
}

/// A name becomes part of an address that people read.
fn push_clean(address: &mut String, name: &str) {
    let clean = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    address.extend(name.chars().map(clean));
}

fn push_number(address: &mut String, number: usize) {
    let mut digits = [0_u8; 20];
    let (mut number, mut at) = (number, digits.len());
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    address.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

#[inline]
pub(super) fn from_millis(ms: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// Metrics that steer the protocol and are no signals.
pub(super) fn is_control(name: &str) -> bool {
    name == BD_SEQ || name.starts_with("Node Control/") || name.starts_with("Device Control/")
}

/// Takes the parts of one metric.
pub(super) struct Parts<'t, 'a> {
    pub(super) work: &'t mut Work<'a>,
    pub(super) scratch: &'t mut Scratch,
    /// Full name of the metric.
    pub(super) name: &'t str,
    pub(super) stamp: Stamp,
    pub(super) quality: Quality,
    /// Without it only addresses are made.
    pub(super) out: Option<&'t mut Observations>,
    /// Where to describe the parts, and what is known of them.
    pub(super) points: Option<(&'t mut Vec<Point>, &'t Words)>,
}

impl Take for Parts<'_, '_> {
    fn take(&mut self, end: End<'_>, cell: Cell<'_>) -> Result<(), Reject> {
        let address = self.work.address(self.scratch, self.name, Some(end))?;
        if let Some((points, words)) = &mut self.points
            && points.len() < self.work.limits.points
        {
            let nothing = Words::default();
            let words = match end {
                End::Index(_) => *words,
                End::Name(_) => &nothing,
            };
            let name = match end {
                End::Index(index) => format!("{}.{index}", self.name),
                End::Name(end) => format!("{}.{end}", self.name),
            };
            points.push(self.work.point(address, &name, kind_of(cell), words));
        }
        if let Some(out) = &mut self.out {
            out.push(address, &self.stamp, cell, self.quality);
        }
        Ok(())
    }

    fn leave_out(&mut self, why: impl FnOnce() -> String) {
        if let Some(out) = &mut self.out {
            out.leave_out(why);
        }
    }
}

const fn kind_of(cell: Cell<'_>) -> Option<ValueKind> {
    match cell {
        Cell::Null => None,
        Cell::Bool(_) => Some(ValueKind::Bool),
        Cell::I64(_) => Some(ValueKind::I64),
        Cell::F64(_) => Some(ValueKind::F64),
        Cell::Text(_) => Some(ValueKind::Text),
    }
}

/// The quality of values that no valid birth vouches for.
pub(super) const UNVOUCHED: Quality = Quality::uncertain(Reason::KeptBirth);

impl Parts<'_, '_> {
    /// Takes a metric apart; of one that has no value only its first part is there, null. A template without one is
    /// left out.
    pub(super) fn of(&mut self, metric: &RawMetric, datatype: u32) -> Result<(), Reject> {
        let (payload, text_bytes) = (self.work.payload, self.work.limits.text_bytes);
        match (value::shape(metric.value, datatype), metric.value) {
            (Shape::DataSet, RawValue::DataSet(set)) => {
                parts::data_set(payload, set, text_bytes, self)
            }
            (Shape::Array, RawValue::Bytes(bytes)) => {
                parts::array(payload, bytes, datatype, text_bytes, self)
            }
            (Shape::Blob, RawValue::Bytes(bytes)) => parts::blob(payload, bytes, text_bytes, self),
            (Shape::DataSet, RawValue::Absent) => self.take(End::Name("rows"), Cell::Null),
            (Shape::Array, RawValue::Absent) => self.take(End::Name("length"), Cell::Null),
            (Shape::Blob, RawValue::Absent) => self.take(End::Name("size"), Cell::Null),
            _ => {
                self.leave_out(|| "no value of its metric's type".to_owned());
                Ok(())
            }
        }
    }
}
