//! Values of a unified namespace: one JSON object a topic, the topic's levels being those of the plant (enterprise, site,
//! area, line, cell; ISA-95 part 1, equipment hierarchy).
//!
//! There is no standard for the object: it has a value and a time, at most also a quality, a unit and words about the
//! signal, under names that vary. An object with anything else is JSON of unknown origin.

use std::{
    fmt::Write as _,
    hash::{DefaultHasher, Hash, Hasher},
};

use twin_core::{Quality, Reason, Timestamp};

use crate::{
    bare,
    convention::Convention,
    describe::{Texts, described},
    description::{Description, Point, UnitVocabulary},
    limits::Limits,
    message::Message,
    observations::Cell,
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    roster::Roster,
    stamp::{self, Stamp, Zone},
    tree::{Node, Tree},
};

/// Fewest levels of a topic that could be a place in a plant.
const LEVELS_MIN: usize = 3;

/// What a key may be called, without regard to case.
const VALUE: &[&str] = &["value", "val", "v"];
const TIME: &[&str] = &["timestamp", "time", "ts", "t", "sourceTimestamp"];
const QUALITY: &[&str] = &["quality", "q"];
const STATUS: &[&str] = &["status", "statusCode"];
const UNIT: &[&str] = &["unit", "uom", "units", "engUnit", "engineeringUnit"];
const NAME: &[&str] = &["name"];
const WORDS: &[&str] = &["description", "desc"];
const KIND: &[&str] = &["type", "dataType"];

/// Reads objects of values.
#[derive(Debug, Default)]
pub(crate) struct Uns {
    tree: Tree,
    told: Roster,
    said: String,
}

/// What an object says.
#[derive(Clone, Copy, Debug)]
struct Said<'t> {
    /// What the value is called: its path, as it would be in JSON of unknown origin.
    key: &'t str,
    value: Cell<'t>,
    time: Timestamp,
    /// None when it is as usual.
    quality: Option<Quality>,
    unit: Option<&'t str>,
    name: Option<&'t str>,
    words: Option<&'t str>,
}

impl<'t> Said<'t> {
    /// None when the object is not one value.
    fn of(node: Node<'t>, zone: Option<&Zone>) -> Option<Said<'t>> {
        let all = [VALUE, TIME, QUALITY, STATUS, UNIT, NAME, WORDS, KIND];
        let mut found: [Option<Node<'t>>; 8] = [None; 8];
        for child in node.children() {
            let is_called = |names: &&[&str]| {
                names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(child.key()))
            };
            let place = found.get_mut(all.iter().position(is_called)?)?;
            if place.replace(child).is_some() || child.cell().is_none() {
                return None;
            }
        }
        let [value, time, quality, status, unit, name, words, _] = found;
        Some(Said {
            key: value?.key(),
            value: value?.cell()?,
            time: instant(time?, zone)?,
            quality: match (quality, status) {
                (None, None) => None,
                (Some(node), None) => quality_of(node, false)?,
                (None, Some(node)) => quality_of(node, true)?,
                (Some(_), Some(_)) => return None,
            },
            unit: unit.and_then(Node::text),
            name: name.and_then(Node::text),
            words: words.and_then(Node::text),
        })
    }
}

fn instant(node: Node<'_>, zone: Option<&Zone>) -> Option<Timestamp> {
    match node.number() {
        Some(number) => stamp::from_epoch(number).filter(|time| stamp::is_plausible(*time)),
        None => stamp::from_text(node.text()?, zone),
    }
}

/// The quality that a word or a number stands for, none within when it is good; none for what is no quality. Numbers up
/// to 255 are those of OPC DA (its top two bits: 0 bad, 1 uncertain, 3 good), larger ones status codes of OPC UA (OPC
/// 10000-4, section 7.39), whose 0 is good.
fn quality_of(node: Node<'_>, is_status: bool) -> Option<Option<Quality>> {
    let bad = Some(Some(Quality::bad(Reason::DeviceReported)));
    let uncertain = Some(Some(Quality::uncertain(Reason::DeviceReported)));
    if let Some(number) = node.number() {
        if number < 0.0 || number > f64::from(u32::MAX) || number.fract() != 0.0 {
            return None;
        }
        let number = number as u32;
        let (bits, good) = if number > 255 || (is_status && number == 0) {
            (number >> 30, 0)
        } else {
            (number >> 6, 3)
        };
        return match bits {
            bits if bits == good => Some(None),
            1 => uncertain,
            _ => bad,
        };
    }
    if let Some(is_good) = node.bool() {
        return if is_good { Some(None) } else { bad };
    }
    let text = node.text()?;
    let begins = |word: &str| {
        let start = text.get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins("good") || text.eq_ignore_ascii_case("ok") {
        Some(None)
    } else if begins("uncertain") || text.eq_ignore_ascii_case("stale") {
        uncertain
    } else if begins("bad") {
        bad
    } else {
        None
    }
}

impl Reader for Uns {
    fn convention(&self) -> Convention {
        Convention::Uns
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let deep = message.topic.split('/').count() >= LEVELS_MIN;
        let Ok(text) = bare::text(message.payload) else {
            return false;
        };
        let mut tree = Tree::default();
        deep && !message.topic.starts_with('$')
            && text.starts_with('{')
            && tree.read(text, &Limits::default()).is_ok()
            && tree
                .root()
                .is_some_and(|root| Said::of(root, None).is_some())
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        self.tree.read(text, context.limits)?;
        let root = self.tree.root();
        let Some(said) = root.and_then(|root| Said::of(root, context.zone.as_ref())) else {
            let detail = "not one value with its time, and nothing but words about it";
            return Err(Reject::new(RejectKind::Description, detail));
        };
        let stamp = Stamp::of(Some(said.time), message);
        match said.value {
            Cell::Text(text) if text.len() > context.limits.text_bytes => context.skip_texts(1),
            value => {
                let quality = said.quality.unwrap_or(stamp.quality);
                context.row_of_quality((message.topic, said.key), value, &stamp, quality)?;
            }
        }
        if said.unit.is_some() || said.name.is_some() || said.words.is_some() {
            describe(&said, (&mut self.told, &mut self.said), message, context);
        }
        Ok(())
    }
}

/// Tells what was said about the signal, once, and again when it changes. The levels above it are its source.
fn describe(
    said: &Said<'_>,
    (told, text): (&mut Roster, &mut String),
    message: &Message<'_>,
    context: &mut Context<'_>,
) {
    let place = message
        .topic
        .rsplit_once('/')
        .map_or("", |(place, _)| place);
    let mut hasher = DefaultHasher::new();
    (said.unit, said.name, said.words).hash(&mut hasher);
    text.clear();
    // Writing to a text cannot fail.
    let _ = write!(text, "{:016x}", hasher.finish());
    if !told.is_news(place, message.topic, text, context.limits) {
        return;
    }
    told.keep(place, message.topic, text);
    let mut texts = Texts::new(context.limits);
    let mut description = Description::new(format!("uns/{place}"), Convention::Uns, message);
    description.name = place.rsplit('/').next().and_then(|level| texts.of(level));
    if let Some(address) = texts.address(message.topic, said.key) {
        let point = Point {
            address,
            name: texts.maybe(said.name),
            unit: texts.unit(said.unit, UnitVocabulary::Written),
            description: texts.maybe(said.words),
            ..Point::default()
        };
        texts.put(&mut description.points, point);
    }
    context.skip(texts.skipped);
    described(description, context);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_are_words_or_numbers() {
        let bad = Some(Some(Quality::bad(Reason::DeviceReported)));
        let uncertain = Some(Some(Quality::uncertain(Reason::DeviceReported)));
        for (text, is_status, expected) in [
            ("192", false, Some(None)),
            ("0", false, bad),
            ("64", false, uncertain),
            ("0", true, Some(None)),
            ("192", true, Some(None)),
            ("2150694912", false, bad),
            ("1073741824", true, uncertain),
            ("\"GOOD\"", false, Some(None)),
            ("\"BadNoCommunication\"", false, bad),
            ("\"stale\"", false, uncertain),
            ("true", false, Some(None)),
            ("false", false, bad),
            ("\"running\"", true, None),
            ("-1", true, None),
            ("1e20", true, None),
            ("0.5", false, None),
        ] {
            let mut tree = Tree::default();
            tree.read(text, &Limits::default()).unwrap();
            let found = quality_of(tree.root().unwrap(), is_status);
            assert_eq!(found, expected, "{text} {is_status}");
        }
    }
}
