//! Sensor Measurement Lists: RFC 8428, in JSON and in CBOR, with the units of RFC 8798.

mod cbor;
mod pack;

use twin_core::{Duration, Timestamp};

use self::pack::{Resolved, resolve};
use crate::{
    bare,
    convention::Convention,
    description::{Description, Plate, Point, SourceUnit, UnitVocabulary},
    limits::Limits,
    message::Message,
    observations::{Cell, SourceEvent},
    reader::{Context, Reader},
    reject::Reject,
    roster::Roster,
    stamp::Stamp,
    tree::Tree,
};

/// Times below this many seconds count from now (RFC 8428, section 4.5.3).
const RELATIVE_BELOW_S: f64 = (1_u32 << 28) as f64;

/// Reads SenML.
#[derive(Debug, Default)]
pub(crate) struct SenMl {
    tree: Tree,
    name: String,
    path: String,
    roster: Roster,
}

impl Reader for SenMl {
    fn convention(&self) -> Convention {
        Convention::SenMl
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let media = message.content_type.unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim();
        let media = media.to_ascii_lowercase();
        if matches!(
            media.as_str(),
            "application/senml+json"
                | "application/sensml+json"
                | "application/senml+cbor"
                | "application/sensml+cbor"
        ) {
            return true;
        }
        // An array that reads as a pack from end to end is one.
        let first = message.payload.trim_ascii_start().first();
        if !matches!(first, Some(b'[' | 0x81..=0x9F | 0xD9)) {
            return false;
        }
        let (mut tree, mut name) = (Tree::default(), String::new());
        let limits = &Limits::default();
        let mut rows = 0;
        let result = fill(&mut tree, message.payload, limits).and_then(|()| {
            resolve(&tree, &mut name, |_| {
                rows += 1;
                Ok(())
            })
        });
        result.is_ok() && rows > 0
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        if message.payload.is_empty() {
            return Ok(());
        }
        fill(&mut self.tree, message.payload, context.limits)?;
        // A topic beyond the bound is read all the same, only not described.
        let described = context.source(message.topic).is_ok();
        let (path, roster) = (&mut self.path, &self.roster);
        let mut news = false;
        resolve(&self.tree, &mut self.name, |record| {
            rows(&record, path, message, context)?;
            news |= record.unit.is_some_and(|unit| {
                roster.is_news(message.topic, record.name, unit, context.limits)
            });
            Ok(())
        })?;
        if news && described {
            self.describe(message, context);
        }
        Ok(())
    }
}

impl SenMl {
    /// Tells the units that a topic's records have.
    fn describe(&mut self, message: &Message<'_>, context: &mut Context<'_>) {
        let (topic, limits) = (message.topic, context.limits);
        let roster = &mut self.roster;
        // The pack was resolved a moment ago without a fault.
        let _ = resolve(&self.tree, &mut self.name, |record| {
            if let Some(unit) = record.unit
                && roster.is_news(topic, record.name, unit, limits)
            {
                roster.keep(topic, record.name, unit);
            }
            Ok(())
        });
        let points = roster.of(topic).map(|(name, unit)| Point {
            address: format!("{topic}#{name}").into(),
            name: Some(name.clone()),
            unit: Some(SourceUnit {
                text: unit.clone(),
                vocabulary: UnitVocabulary::SenMl,
            }),
            ..Point::default()
        });
        context.event(SourceEvent::Described(Box::new(Description {
            source: topic.into(),
            convention: Convention::SenMl,
            topic: topic.into(),
            name: None,
            parent: None,
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            points: points.collect(),
            gone: false,
            at: message.received,
        })));
    }
}

/// Fills the tree from JSON text or CBOR; CBOR labels become the names that JSON has for them.
fn fill(tree: &mut Tree, payload: &[u8], limits: &Limits) -> Result<(), Reject> {
    if matches!(payload.trim_ascii_start().first(), Some(b'[' | b'{')) {
        return tree.read(bare::text(payload)?, limits);
    }
    cbor::read(tree, payload, limits)
}

fn rows(
    record: &Resolved<'_>,
    path: &mut String,
    message: &Message<'_>,
    context: &mut Context<'_>,
) -> Result<(), Reject> {
    let stamp = stamp(record.time, message);
    path.clear();
    path.push_str(record.name);
    match record.value {
        Some(Cell::Text(text)) if text.len() > context.limits.text_bytes => {
            context.skip_texts(1);
        }
        Some(value) => context.row((message.topic, path), value, &stamp)?,
        None => {}
    }
    if let Some((data, size)) = record.data {
        path.push_str(".size");
        context.row((message.topic, path), Cell::F64(size as f64), &stamp)?;
        path.truncate(record.name.len());
        path.push_str(".data");
        match data.len() > context.limits.text_bytes {
            true => context.skip_texts(1),
            false => context.row((message.topic, path), Cell::Text(data), &stamp)?,
        }
        path.truncate(record.name.len());
    }
    if let Some(sum) = record.sum {
        path.push_str(".sum");
        context.row((message.topic, path), Cell::F64(sum), &stamp)?;
    }
    Ok(())
}

/// The stamp of a record. A time that counts from now names no instant of the source's clock, so it only moves the
/// time of arrival.
fn stamp(time: f64, message: &Message<'_>) -> Stamp {
    let micros = (time * 1e6).round();
    if time.abs() >= RELATIVE_BELOW_S {
        // `as` saturates.
        return Stamp::of(Some(Timestamp(micros as i64)), message);
    }
    let stamp = Stamp::of(None, message);
    if micros == 0.0 {
        return stamp;
    }
    let moved = message.received.plus(Duration(micros as i64));
    if moved > message.received {
        return Stamp::of(Some(moved), message);
    }
    Stamp {
        time: moved,
        ..stamp
    }
}
