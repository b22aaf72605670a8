//! What the readers of descriptions share: bounded texts, units, and how much is kept.

use std::sync::Arc;

use crate::{
    bare,
    description::{Description, Point, Presence, SourceUnit, UnitVocabulary},
    limits::Limits,
    message::Message,
    observations::SourceEvent,
    reader::Context,
    reject::{Reject, RejectKind},
    tree::Tree,
};

/// Makes texts of descriptions and counts those that are too long to be kept.
#[derive(Debug)]
pub(crate) struct Texts<'l> {
    limits: &'l Limits,
    /// How many texts and points were left out.
    pub(crate) skipped: u64,
}

impl<'l> Texts<'l> {
    pub(crate) const fn new(limits: &'l Limits) -> Self {
        Texts { limits, skipped: 0 }
    }

    pub(crate) const fn limits(&self) -> &Limits {
        self.limits
    }

    /// A text; none when it is empty or too long.
    pub(crate) fn of(&mut self, text: &str) -> Option<Arc<str>> {
        if text.len() > self.limits.description_text_bytes {
            self.skipped += 1;
            return None;
        }
        (!text.is_empty()).then(|| text.into())
    }

    /// As [`of`](Self::of), of a text that may be missing.
    pub(crate) fn maybe(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        text.and_then(|text| self.of(text))
    }

    /// A unit in the words of a vocabulary.
    pub(crate) fn unit(
        &mut self,
        text: Option<&str>,
        vocabulary: UnitVocabulary,
    ) -> Option<SourceUnit> {
        let text = self.maybe(text)?;
        Some(SourceUnit { text, vocabulary })
    }

    /// An address, when it is short enough to be one.
    pub(crate) fn address(&mut self, topic: &str, path: &str) -> Option<Arc<str>> {
        let path = if path.is_empty() { "value" } else { path };
        if topic.len() + 1 + path.len() > self.limits.address_bytes {
            self.skipped += 1;
            return None;
        }
        Some(format!("{topic}#{path}").into())
    }

    /// Adds a point, unless there are too many.
    pub(crate) fn put(&mut self, points: &mut Vec<Point>, point: Point) {
        if points.len() < self.limits.points {
            points.push(point);
        } else {
            self.skipped += 1;
        }
    }
}

/// Reads a document by which devices describe themselves; an empty one is no document.
pub(crate) fn document(payload: &[u8], limits: &Limits, tree: &mut Tree) -> Result<bool, Reject> {
    tree.clear();
    let text = bare::text(payload)?;
    if text.is_empty() {
        return Ok(false);
    }
    let limits = Limits {
        json_values: limits.document_values,
        ..*limits
    };
    tree.read(text, &limits)?;
    Ok(true)
}

/// Says that a source came or went.
pub(crate) fn availability(
    source: &str,
    presence: Presence,
    message: &Message<'_>,
    context: &mut Context<'_>,
) {
    context.event(SourceEvent::Availability {
        source: source.into(),
        presence,
        at: message.received,
    });
}

/// Hands over a description.
pub(crate) fn described(description: Description, context: &mut Context<'_>) {
    context.event(SourceEvent::Described(Box::new(description)));
}

/// The reject of a source that is one too many.
pub(crate) fn too_many(limits: &Limits) -> Reject {
    let detail = format!("more than {} devices on this connection", limits.sources);
    Reject::new(RejectKind::SourceLimit, detail)
}

/// What a convention keeps when `old` bytes of its `kept` ones make room for `new`.
///
/// # Errors
/// That would be more than the limit.
pub(crate) fn keep(kept: usize, old: usize, new: usize, limits: &Limits) -> Result<usize, Reject> {
    let kept = kept.saturating_sub(old) + new;
    if kept <= limits.kept_bytes || new <= old {
        return Ok(kept);
    }
    let detail = format!(
        "devices say more of themselves than the {} bytes that are kept",
        limits.kept_bytes
    );
    Err(Reject::new(RejectKind::SourceLimit, detail))
}
