//! From the metrics of a birth to its table, its rows and what it says of its signals. Changes nothing but addresses.

use std::{collections::HashMap, sync::Arc};

use super::{
    BD_SEQ,
    definition::{self, Definition, Member, Words},
    payload,
    raw::{RawMetric, RawValue},
    scratch::Scratch,
    table::{Entry, Meaning, Table},
    value::{self, Shape},
    wire::text_of,
    work::{Parts, TEMPLATE_DEPTH_MAX, Work, is_control},
};
use crate::{
    description::{Plate, Point},
    observations::{Cell, Observations},
    reject::{Reject, RejectKind},
};

/// What a birth says, ready to be put in place.
pub(super) struct Birth {
    pub(super) table: Table,
    pub(super) bd_seq: Option<u64>,
    pub(super) points: Vec<Point>,
    pub(super) maker: Option<Arc<str>>,
    pub(super) model: Option<Arc<str>>,
    pub(super) version: Option<Arc<str>>,
    pub(super) plate: Plate,
    /// Signals that data must call by name.
    pub(super) without_alias: u32,
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

/// Reads a birth: makes its table and, when `out` is given, its rows and descriptions. `node` is the table of the
/// node's birth, whose definitions hold for its devices.
pub(super) fn read_birth(
    scratch: &mut Scratch,
    work: &mut Work<'_>,
    node: Option<&Table>,
    out: Option<&mut Observations>,
) -> Result<Birth, Reject> {
    let metrics = std::mem::take(&mut scratch.metrics);
    let mut reader = Reader {
        scratch,
        work,
        node,
        out,
        name: String::new(),
        birth: Birth {
            table: Table::default(),
            bd_seq: None,
            points: Vec::new(),
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            without_alias: 0,
        },
    };
    let result = reader.read(&metrics);
    let birth = reader.birth;
    scratch.metrics = metrics;
    result.map(|()| birth)
}

struct Reader<'r, 'a> {
    scratch: &'r mut Scratch,
    work: &'r mut Work<'a>,
    node: Option<&'r Table>,
    out: Option<&'r mut Observations>,
    /// Full name of the metric in hand.
    name: String,
    birth: Birth,
}

impl Reader<'_, '_> {
    fn read(&mut self, metrics: &[RawMetric]) -> Result<(), Reject> {
        let payload = self.work.payload;
        self.birth.bd_seq = bd_seq(metrics, payload);
        // Instances may stand before their definitions.
        for metric in metrics {
            if let (Some(name), RawValue::Template(template)) = (metric.name, metric.value)
                && definition::head(payload, template)?.is_definition
            {
                let definition = self.definition(template)?;
                self.birth.table.define(text_of(name, payload), definition);
            }
        }
        for metric in metrics {
            let Some(name) = metric.name.map(|name| text_of(name, payload)) else {
                // A birth must name its metrics; one without a name can never be meant again.
                self.skip();
                continue;
            };
            self.name.clear();
            self.name.push_str(name);
            if is_control(name) {
                self.insert(metric, metric.datatype, Meaning::Control);
                continue;
            }
            self.note_plate(name, metric);
            let signals = self.birth.table.len();
            self.metric(metric, None, 0)?;
            let is_signal = self.birth.table.signals_since(signals);
            self.birth.without_alias += u32::from(is_signal && metric.alias.is_none());
        }
        self.birth.table.finish();
        Ok(())
    }

    /// One metric or member, whose full name is in hand.
    fn metric(
        &mut self,
        metric: &RawMetric,
        base: Option<&Member>,
        depth: usize,
    ) -> Result<(), Reject> {
        let defined = base.map_or(0, |member| member.datatype);
        let datatype = if metric.datatype == 0 {
            defined
        } else {
            metric.datatype
        };
        match value::shape(metric.value, datatype) {
            Shape::Plain => self.plain(metric, datatype, base),
            Shape::DataSet | Shape::Blob | Shape::Array => self.parts(metric, datatype, base),
            Shape::Template => self.template(metric, datatype, depth),
            Shape::Other => {
                self.insert(metric, datatype, Meaning::Control);
                self.skip();
                Ok(())
            }
        }
    }

    fn plain(
        &mut self,
        metric: &RawMetric,
        datatype: u32,
        base: Option<&Member>,
    ) -> Result<(), Reject> {
        let address = self.work.address(self.scratch, &self.name, None)?;
        self.insert(metric, datatype, Meaning::Signal(address));
        if self.out.is_none() {
            return Ok(());
        }
        let words = self.words(metric, base)?;
        if self.birth.points.len() < self.work.limits.points {
            let point = self
                .work
                .point(address, &self.name, value::kind(datatype), &words);
            self.birth.points.push(point);
        }
        let stamp = self.work.stamp(metric);
        let (payload, text_bytes) = (self.work.payload, self.work.limits.text_bytes);
        if let Some(out) = &mut self.out {
            match value::plain(metric.value, datatype, payload, text_bytes) {
                Some(cell) => {
                    let quality = value::quality(metric).worse(stamp.quality);
                    out.push(address, &stamp, cell, quality);
                }
                None => out.leave_out(|| value::why_not(metric.value, text_bytes)),
            }
        }
        Ok(())
    }

    fn parts(
        &mut self,
        metric: &RawMetric,
        datatype: u32,
        base: Option<&Member>,
    ) -> Result<(), Reject> {
        self.birth
            .table
            .insert_parts(&self.name, metric.alias, datatype);
        let words = self.words(metric, base)?;
        let stamp = self.work.stamp(metric);
        let quality = value::quality(metric).worse(stamp.quality);
        let describes = self.out.is_some();
        let mut parts = Parts {
            work: self.work,
            scratch: self.scratch,
            name: &self.name,
            stamp,
            quality,
            out: self.out.as_deref_mut(),
            points: describes.then_some((&mut self.birth.points, &words)),
        };
        parts.of(metric, datatype)
    }

    fn template(&mut self, metric: &RawMetric, datatype: u32, depth: usize) -> Result<(), Reject> {
        let RawValue::Template(span) = metric.value else {
            self.birth
                .table
                .insert_parts(&self.name, metric.alias, datatype);
            self.skip();
            return Ok(());
        };
        let payload = self.work.payload;
        let template = definition::head(payload, span)?;
        if template.is_definition {
            self.insert(metric, datatype, Meaning::Control);
            return Ok(());
        }
        self.birth
            .table
            .insert_parts(&self.name, metric.alias, datatype);
        too_deep(depth)?;
        let reference = text_of(template.reference, payload);
        let definition = self.find_definition(reference);
        let about = definition::about(payload, span, reference, self.work.limits.address_bytes)?;
        let (name, first) = (self.name.len(), self.birth.points.len());
        let mut members = definition::members(payload, span);
        while let Some(member) = members.next()? {
            self.work.count_member()?;
            let member = payload::metric(payload, member)?;
            let Some(member_name) = member.name.map(|name| text_of(name, payload)) else {
                self.skip();
                continue;
            };
            self.name.truncate(name);
            self.name.push('/');
            self.name.push_str(member_name);
            let base = definition
                .as_ref()
                .and_then(|definition| definition.members.get(member_name));
            self.metric(&member, base, depth + 1)?;
        }
        self.name.truncate(name);
        if let Some(about) = about {
            let about: Arc<str> = about.into();
            let points = self.birth.points.iter_mut().skip(first);
            for point in points.filter(|point| point.description.is_none()) {
                point.description = Some(Arc::clone(&about));
            }
        }
        Ok(())
    }

    fn find_definition(&self, reference: &str) -> Option<Arc<Definition>> {
        let own = self.birth.table.definition(reference);
        own.or_else(|| self.node.and_then(|node| node.definition(reference)))
    }

    fn definition(&mut self, span: super::wire::Span) -> Result<Definition, Reject> {
        let payload = self.work.payload;
        let mut members = HashMap::new();
        let mut spans = definition::members(payload, span);
        while let Some(member) = spans.next()? {
            self.work.count_member()?;
            let metric = payload::metric(payload, member)?;
            if let Some(name) = metric.name {
                let member = Member {
                    datatype: metric.datatype,
                    words: self.words(&metric, None)?,
                };
                members.insert(text_of(name, payload).into(), member);
            }
        }
        Ok(Definition { members })
    }

    fn words(&self, metric: &RawMetric, base: Option<&Member>) -> Result<Words, Reject> {
        let (payload, limit) = (self.work.payload, self.work.limits.address_bytes);
        let own = definition::words(payload, metric.properties, metric.description, limit)?;
        Ok(base.map_or_else(|| own.clone(), |member| own.or(&member.words)))
    }

    /// What is written on the plate of the device, as the gateways of Eclipse Tahu name it.
    fn note_plate(&mut self, name: &str, metric: &RawMetric) {
        let (payload, limit) = (self.work.payload, self.work.limits.address_bytes);
        let place = match name.rsplit_once('/').map_or(name, |(_, last)| last) {
            "Hardware Make" => &mut self.birth.maker,
            "Hardware Model" => &mut self.birth.model,
            "Hardware Version" | "Hardware Revision" => &mut self.birth.plate.hardware,
            "FW" | "Firmware" | "Firmware Version" => &mut self.birth.version,
            "Serial Number" => &mut self.birth.plate.serial,
            "IP Address" => &mut self.birth.plate.network,
            _ => return,
        };
        let datatype = metric.datatype;
        if let Some(Cell::Text(text)) = value::plain(metric.value, datatype, payload, limit) {
            *place = Some(text.into());
        }
    }

    fn insert(&mut self, metric: &RawMetric, datatype: u32, meaning: Meaning) {
        let entry = Entry { meaning, datatype };
        self.birth.table.insert(&self.name, metric.alias, entry);
    }

    fn skip(&mut self) {
        if let Some(out) = &mut self.out {
            out.skip(1);
        }
    }
}

/// Fails for a template too deep within others.
pub(super) fn too_deep(depth: usize) -> Result<(), Reject> {
    if depth < TEMPLATE_DEPTH_MAX {
        return Ok(());
    }
    let detail = format!("templates nested deeper than {TEMPLATE_DEPTH_MAX}");
    Err(Reject::new(RejectKind::SparkplugMalformed, detail))
}
