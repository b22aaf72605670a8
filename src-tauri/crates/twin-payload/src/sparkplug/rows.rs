//! From the metrics of a data message to rows. Changes nothing but addresses.

use twin_core::Quality;

use super::{
    birth::too_deep,
    definition, payload,
    raw::{RawMetric, RawValue},
    scratch::Scratch,
    table::{Entry, Meaning, Table},
    value::{self, Shape},
    wire::text_of,
    work::{Parts, Work, is_control},
};
use crate::{
    observations::Observations,
    reject::{Reject, RejectKind},
};

/// Of what a message lacked, at most this many are named.
pub(super) const NAMED_MAX: usize = 16;

/// A name in hand that is not in the birth.
const NAMED: Meaning = Meaning::Parts(u32::MAX);

/// What data lacked, and what was odd.
#[derive(Debug, Default)]
pub(super) struct Lacks {
    /// Metrics whose alias the birth does not have, or that have neither name nor alias.
    pub(super) unknown: u64,
    /// The first of those aliases.
    pub(super) aliases: Vec<u64>,
    /// Metrics that were found.
    pub(super) found: u64,
    /// Metrics whose type is not that of the birth: what the birth says, and the type that came.
    pub(super) retyped: Vec<(Entry, u32)>,
}

/// Makes the rows of a data message. `standing` is what the birth is worth; without a table a metric that only has an
/// alias gives none.
pub(super) fn read_data(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    table: Option<&Table>,
    standing: Quality,
    out: &mut Observations,
) -> Result<Lacks, Reject> {
    let metrics = std::mem::take(&mut scratch.metrics);
    let mut reader = Reader {
        scratch,
        work,
        table,
        standing,
        lacks: Lacks::default(),
    };
    let result = metrics
        .iter()
        .try_for_each(|metric| reader.metric(metric, out));
    let lacks = reader.lacks;
    scratch.metrics = metrics;
    if lacks.unknown > 0 {
        let all = lacks.unknown + lacks.found;
        let why = format!(
            "{} of {all} metrics have no name and no alias that a birth told",
            lacks.unknown
        );
        out.explain(RejectKind::SparkplugNoBirth, why);
    }
    result.map(|()| lacks)
}

struct Reader<'r, 'a> {
    scratch: &'r mut Scratch,
    work: &'r mut Work<'a>,
    table: Option<&'r Table>,
    standing: Quality,
    lacks: Lacks,
}

impl Reader<'_, '_> {
    #[inline]
    fn metric(&mut self, metric: &RawMetric, out: &mut Observations) -> Result<(), Reject> {
        let Some(entry) = self.resolve(metric)? else {
            self.note_unknown(metric);
            out.skip(1);
            return Ok(());
        };
        self.lacks.found += 1;
        let Entry {
            meaning: Meaning::Signal(_),
            ..
        } = entry
        else {
            return self.unusual(metric, entry, out);
        };
        self.signal(metric, entry, out);
        Ok(())
    }

    #[inline]
    fn signal(&mut self, metric: &RawMetric, entry: Entry, out: &mut Observations) {
        let mut datatype = entry.datatype;
        if metric.datatype != 0 && metric.datatype != datatype {
            datatype = metric.datatype;
            self.note_retyped(entry, datatype);
        }
        let (payload, text_bytes) = (self.work.payload, self.work.limits.text_bytes);
        let cell = if datatype <= value::PLAIN_MAX {
            value::plain(metric.value, datatype, payload, text_bytes)
        } else {
            None
        };
        let (Meaning::Signal(address), Some(cell)) = (entry.meaning, cell) else {
            let bound = text_bytes;
            out.leave_out(|| value::why_not(metric.value, bound));
            return;
        };
        let stamp = self.work.stamp(metric);
        let quality = value::quality(metric)
            .worse(self.standing)
            .worse(stamp.quality);
        out.push(address, &stamp, cell, quality);
    }

    /// Finds the metric in the birth; one that is named is known by its name even without a birth.
    #[inline]
    fn resolve(&mut self, metric: &RawMetric) -> Result<Option<Entry>, Reject> {
        let Some(name) = metric.name else {
            return Ok(metric
                .alias
                .and_then(|alias| self.table.and_then(|table| table.by_alias(alias))));
        };
        let name = text_of(name, self.work.payload);
        self.resolve_name(name, metric).map(Some)
    }

    fn resolve_name(&mut self, name: &str, metric: &RawMetric) -> Result<Entry, Reject> {
        if let Some(entry) = self.table.and_then(|table| table.by_name(name)) {
            return Ok(entry);
        }
        let meaning = if is_control(name) {
            Meaning::Control
        } else {
            match value::shape(metric.value, metric.datatype) {
                Shape::Plain => Meaning::Signal(self.work.address(self.scratch, name, None)?),
                Shape::Other => Meaning::Control,
                Shape::DataSet | Shape::Blob | Shape::Template | Shape::Array => NAMED,
            }
        };
        Ok(Entry {
            meaning,
            datatype: metric.datatype,
        })
    }

    #[cold]
    fn note_unknown(&mut self, metric: &RawMetric) {
        self.lacks.unknown += 1;
        if let Some(alias) = metric
            .alias
            .filter(|_| self.lacks.aliases.len() < NAMED_MAX)
        {
            self.lacks.aliases.push(alias);
        }
    }

    #[cold]
    fn note_retyped(&mut self, entry: Entry, datatype: u32) {
        if entry.datatype != 0 && self.lacks.retyped.len() < NAMED_MAX {
            self.lacks.retyped.push((entry, datatype));
        }
    }

    /// Everything but one plain value.
    #[cold]
    fn unusual(
        &mut self,
        metric: &RawMetric,
        entry: Entry,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let Meaning::Parts(part) = entry.meaning else {
            // A control metric is no value that was left out.
            if value::shape(metric.value, metric.datatype) != Shape::Plain {
                out.skip(1);
            }
            return Ok(());
        };
        let mut name = std::mem::take(&mut self.scratch.name);
        name.clear();
        match metric.name {
            Some(own) => name.push_str(text_of(own, self.work.payload)),
            None => name.push_str(self.table.map_or("", |table| table.part(part))),
        }
        let result = self.parts(metric, entry.datatype, &mut name, 0, out);
        self.scratch.name = name;
        result
    }

    /// A metric with parts, whose full name is `name`.
    fn parts(
        &mut self,
        metric: &RawMetric,
        datatype: u32,
        name: &mut String,
        depth: usize,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let datatype = if metric.datatype == 0 {
            datatype
        } else {
            metric.datatype
        };
        if let RawValue::Template(template) = metric.value {
            return self.template(template, name, depth, out);
        }
        let stamp = self.work.stamp(metric);
        let quality = value::quality(metric)
            .worse(self.standing)
            .worse(stamp.quality);
        let mut parts = Parts {
            work: self.work,
            scratch: self.scratch,
            name,
            stamp,
            quality,
            out: Some(out),
            points: None,
        };
        parts.of(metric, datatype)
    }

    /// An instance of a template: in data it may hold some of its members only.
    fn template(
        &mut self,
        span: super::wire::Span,
        name: &mut String,
        depth: usize,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let payload = self.work.payload;
        if definition::head(payload, span)?.is_definition {
            return Ok(());
        }
        too_deep(depth)?;
        let length = name.len();
        let mut members = definition::members(payload, span);
        while let Some(member) = members.next()? {
            self.work.count_member()?;
            let member = payload::metric(payload, member)?;
            let Some(member_name) = member.name.map(|name| text_of(name, payload)) else {
                out.skip(1);
                continue;
            };
            name.truncate(length);
            name.push('/');
            name.push_str(member_name);
            let entry = self.resolve_name(name, &member)?;
            match entry.meaning {
                Meaning::Signal(_) => self.signal(&member, entry, out),
                Meaning::Parts(_) => self.parts(&member, entry.datatype, name, depth + 1, out)?,
                Meaning::Control => out.skip(1),
            }
        }
        name.truncate(length);
        Ok(())
    }
}
