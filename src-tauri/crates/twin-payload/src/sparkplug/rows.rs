//! From the metrics of a checked payload to rows, and to the table of a birth. Changes nothing but addresses.

use twin_core::{Quality, Reason, Timestamp};

use super::{
    BD_SEQ,
    payload::{Header, RawMetric, RawValue},
    state::{NodeState, Scratch, Source},
    table::{Entry, Table},
    value,
    wire::Span,
};
use crate::{
    intern::{AddressIx, Interner},
    limits::Limits,
    message::Message,
    observations::Observations,
    reject::Reject,
    stamp::Stamp,
};

/// What rows are made with.
pub(super) struct Work<'a> {
    pub(super) message: &'a Message<'a>,
    pub(super) header: Header,
    pub(super) limits: &'a Limits,
    pub(super) addresses: &'a mut Interner,
}

/// What a birth says, ready to be put in place.
pub(super) struct Birth {
    pub(super) table: Table,
    pub(super) bd_seq: Option<u64>,
}

/// What data lacked.
#[derive(Default)]
pub(super) struct Lacks {
    pub(super) unknown_alias: bool,
}

impl Work<'_> {
    /// The time of the whole message.
    pub(super) fn at(&self) -> Timestamp {
        Stamp::of(self.header.timestamp.map(from_millis), self.message).time
    }

    fn stamp(&self, metric: &RawMetric) -> Stamp {
        Stamp::of(
            metric.timestamp.or(self.header.timestamp).map(from_millis),
            self.message,
        )
    }

    fn birth_row(&self, metric: &RawMetric, address: AddressIx, out: &mut Observations) {
        let (payload, text_bytes) = (self.message.payload, self.limits.text_bytes);
        let Some(cell) = value::cell(metric, metric.datatype, payload, text_bytes) else {
            out.skip(1);
            return;
        };
        let stamp = self.stamp(metric);
        out.push(
            address,
            &stamp,
            cell,
            value::quality(metric).worse(stamp.quality),
        );
    }

    /// The number of the address of a metric; `scratch.address` holds what comes before its name.
    fn address(&mut self, scratch: &mut Scratch, name: &str) -> Result<AddressIx, Reject> {
        let (shared, known) = (scratch.address.len(), self.addresses.len());
        // A name becomes part of an address that people read.
        let clean = |c: char| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        scratch.address.extend(name.chars().map(clean));
        let address = self.addresses.intern(&scratch.address, self.limits);
        scratch.address.truncate(shared);
        let address = address?;
        if self.addresses.len() > known {
            scratch.fresh.push(address);
        }
        Ok(address)
    }
}

fn from_millis(ms: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn text_of(span: Span, payload: &[u8]) -> &str {
    std::str::from_utf8(span.of(payload)).unwrap_or_default()
}

/// Metrics that steer the protocol and are no signals.
fn is_control(name: &str) -> bool {
    name == BD_SEQ || name.starts_with("Node Control/") || name.starts_with("Device Control/")
}

pub(super) fn bd_seq(metrics: &[RawMetric], payload: &[u8]) -> Option<u64> {
    let is_bd_seq = |metric: &&RawMetric| {
        metric
            .name
            .is_some_and(|name| name.of(payload) == BD_SEQ.as_bytes())
    };
    match metrics.iter().find(is_bd_seq)?.value {
        RawValue::Int(value) => Some(value.into()),
        RawValue::Long(value) => Some(value),
        _ => None,
    }
}

/// Reads a birth: makes its table and, when `out` is given, its rows.
pub(super) fn read_birth(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    mut out: Option<&mut Observations>,
) -> Result<Birth, Reject> {
    let payload = work.message.payload;
    let mut table = Table::default();
    let metrics = std::mem::take(&mut scratch.metrics);
    let bd_seq = bd_seq(&metrics, payload);
    let mut result = Ok(());
    for metric in &metrics {
        let Some(name) = metric.name.map(|name| text_of(name, payload)) else {
            // A birth must name its metrics; one without a name can never be meant again.
            if let Some(out) = &mut out {
                out.skip(1);
            }
            continue;
        };
        if is_control(name) || !value::is_signal(metric, metric.datatype) {
            let entry = Entry {
                address: None,
                datatype: metric.datatype,
            };
            table.insert(name, metric.alias, entry);
            if let Some(out) = out.as_mut().filter(|_| !is_control(name)) {
                out.skip(1);
            }
            continue;
        }
        match work.address(scratch, name) {
            Ok(address) => {
                let entry = Entry {
                    address: Some(address),
                    datatype: metric.datatype,
                };
                table.insert(name, metric.alias, entry);
                if let Some(out) = &mut out {
                    work.birth_row(metric, address, out);
                }
            }
            Err(reject) => {
                result = Err(reject);
                break;
            }
        }
    }
    scratch.metrics = metrics;
    result.map(|()| Birth { table, bd_seq })
}

/// Makes the rows of a data message. Without a valid birth they are UNCERTAIN, and a metric that only has an alias
/// gives none.
pub(super) fn read_data(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    source: Option<&Source>,
    out: &mut Observations,
) -> Result<Lacks, Reject> {
    let payload = work.message.payload;
    let table = source.map(|source| &source.table);
    let valid = source.is_some_and(|source| source.state == NodeState::Online);
    let standing = if valid {
        Quality::GOOD
    } else {
        Quality::uncertain(Reason::KeptBirth)
    };
    let metrics = std::mem::take(&mut scratch.metrics);
    let mut lacks = Lacks::default();
    let mut result = Ok(());
    for metric in &metrics {
        let entry = match resolve(metric, table, scratch, work) {
            Ok(Some(entry)) => entry,
            Ok(None) => {
                lacks.unknown_alias = true;
                out.skip(1);
                continue;
            }
            Err(reject) => {
                result = Err(reject);
                break;
            }
        };
        let datatype = if metric.datatype == 0 {
            entry.datatype
        } else {
            metric.datatype
        };
        let cell = value::cell(metric, datatype, payload, work.limits.text_bytes);
        match (entry.address, cell) {
            (Some(address), Some(cell)) => {
                let stamp = work.stamp(metric);
                let quality = value::quality(metric).worse(standing).worse(stamp.quality);
                out.push(address, &stamp, cell, quality);
            }
            // A control metric is no value that was left out.
            (None, Some(_)) => {}
            (_, None) => out.skip(1),
        }
    }
    scratch.metrics = metrics;
    result.map(|()| lacks)
}

/// Finds the metric in the birth; one that is named is known by its name even without a birth.
#[inline]
fn resolve(
    metric: &RawMetric,
    table: Option<&Table>,
    scratch: &mut Scratch,
    work: &mut Work<'_>,
) -> Result<Option<Entry>, Reject> {
    let Some(name) = metric.name else {
        return Ok(metric
            .alias
            .and_then(|alias| table.and_then(|table| table.by_alias(alias))));
    };
    let name = text_of(name, work.message.payload);
    if let Some(entry) = table.and_then(|table| table.by_name(name)) {
        return Ok(Some(entry));
    }
    if is_control(name) {
        return Ok(Some(Entry {
            address: None,
            datatype: 0,
        }));
    }
    if !value::is_signal(metric, metric.datatype) {
        // No signal: it needs no address.
        return Ok(Some(Entry {
            address: None,
            datatype: metric.datatype,
        }));
    }
    let address = work.address(scratch, name)?;
    Ok(Some(Entry {
        address: Some(address),
        datatype: 0,
    }))
}
