//! Byte layouts: what a person says of the places of values in a device's bytes.

mod field;
mod source;

use std::{collections::HashSet, sync::Arc};

use twin_core::{Said, said};

pub use self::field::{ByteOrder, FieldKind, LayoutField};
pub use self::source::{LayoutSource, TextEncoding};
use crate::{
    bare,
    convention::Convention,
    description::{Description, Plate, Point, SourceUnit, UnitVocabulary},
    limits::Limits,
    message::Message,
    observations::{Observations, SourceEvent},
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    stamp::{self, Stamp},
    tree::{Node, Tree},
};

/// Where a JSON message tells its time when the layout does not say: generic names, then The Things Stack's.
const TIMES: [&str; 5] = [
    "time",
    "timestamp",
    "uplink_message.received_at",
    "received_at",
    "ts",
];

/// Which bytes, and what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Where the bytes are.
    pub source: LayoutSource,
    /// Its values.
    pub fields: Vec<LayoutField>,
    /// Fewest bytes there must be, when there may be more or fewer than the fields need; none asks for exactly those.
    /// A field that lies beyond the bytes gives no value.
    pub min_length: Option<usize>,
    /// Path of the time in a JSON message; none looks under the usual names.
    pub time: Option<Arc<str>>,
}

impl Layout {
    /// What is wrong with it, in words.
    pub fn fault(&self) -> Option<Said> {
        if self.fields.is_empty() {
            return Some(said!("refused-rule-no-fields", "a layout without fields"));
        }
        let names: HashSet<&str> = self.fields.iter().map(|field| &*field.name).collect();
        if names.len() < self.fields.len() {
            return Some(said!("refused-rule-fields-twice", "two fields of one name"));
        }
        self.fields.iter().find_map(LayoutField::fault)
    }

    /// Adds the rows of the bytes.
    fn rows(
        &self,
        bytes: &[u8],
        topic: &str,
        stamp: &Stamp,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let ends = self.fields.iter().map(LayoutField::end);
        let (sound, what, due) = match self.min_length {
            Some(least) => (bytes.len() >= least, "at least", least),
            None => {
                let due = ends.max().unwrap_or(0);
                (bytes.len() == due, "exactly", due)
            }
        };
        if !sound {
            let detail = format!("{} bytes where {what} {due} were due", bytes.len());
            return Err(Reject::new(RejectKind::Layout, detail));
        }
        for field in &self.fields {
            if let Some(cell) = field.read(bytes) {
                context.row((topic, &field.name), cell, stamp)?;
            }
        }
        Ok(())
    }

    /// Its fields as signals of the source that a topic is.
    fn description(&self, message: &Message<'_>) -> SourceEvent {
        let points = self.fields.iter().map(|field| Point {
            address: format!("{}#{}", message.topic, field.name).into(),
            name: Some(Arc::clone(&field.name)),
            unit: field.unit.as_ref().map(|unit| SourceUnit {
                text: Arc::clone(unit),
                vocabulary: UnitVocabulary::Written,
            }),
            ..Point::default()
        });
        SourceEvent::Described(Box::new(Description {
            source: message.topic.into(),
            convention: Convention::Layout,
            topic: message.topic.into(),
            name: None,
            parent: None,
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            points: points.collect(),
            gone: false,
            at: message.received,
        }))
    }
}

/// Topics whose fields were told.
#[derive(Debug, Default)]
struct Told(HashSet<Box<str>>);

impl Told {
    fn is_news(&self, topic: &str, limits: &Limits) -> bool {
        !self.0.contains(topic) && self.0.len() < limits.topics
    }
}

/// Reads messages that are bytes, or bytes as text.
#[derive(Debug)]
pub(crate) struct Laid {
    layout: Layout,
    bytes: Vec<u8>,
    told: Told,
}

impl Laid {
    pub(crate) fn new(layout: Layout) -> Self {
        Laid {
            layout,
            bytes: Vec::new(),
            told: Told::default(),
        }
    }
}

impl Reader for Laid {
    fn convention(&self) -> Convention {
        Convention::Layout
    }

    /// Only a rule gives it topics.
    fn claims(&self, _: &Message<'_>) -> bool {
        false
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        if message.payload.is_empty() {
            return Ok(());
        }
        let bytes = match self.layout.source {
            LayoutSource::Text(encoding) => {
                let text = bare::text(message.payload)?;
                encoding.decode(text, &mut self.bytes)?;
                self.bytes.as_slice()
            }
            LayoutSource::Payload | LayoutSource::Json { .. } => message.payload,
        };
        let stamp = Stamp::of(None, message);
        self.layout.rows(bytes, message.topic, &stamp, context)?;
        if self.told.is_news(message.topic, context.limits) {
            context.event(self.layout.description(message));
            self.told.0.insert(message.topic.into());
        }
        Ok(())
    }
}

/// Reads bytes inside JSON messages whose rest another reader reads.
#[derive(Debug)]
pub(crate) struct Layer {
    layout: Layout,
    tree: Tree,
    bytes: Vec<u8>,
    told: Told,
    /// Whether the message in hand had the bytes.
    found: bool,
}

impl Layer {
    pub(crate) fn new(layout: Layout) -> Self {
        Layer {
            layout,
            tree: Tree::default(),
            bytes: Vec::new(),
            told: Told::default(),
            found: false,
        }
    }

    /// Adds the rows; none when the message does not have the bytes, as not every message need have.
    pub(crate) fn rows(
        &mut self,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        self.found = false;
        let LayoutSource::Json { path, encoding } = &self.layout.source else {
            return Ok(());
        };
        let text = bare::text(message.payload)?;
        // What is no JSON is for the other reader to judge.
        if !text.starts_with(['{', '[']) || self.tree.read(text, context.limits).is_err() {
            return Ok(());
        }
        let root = self.tree.root();
        let Some(text) = root.and_then(|root| root.at_path(path)?.text()) else {
            return Ok(());
        };
        encoding.decode(text, &mut self.bytes)?;
        let at = |path: &str| time(root?.at_path(path)?);
        let time = match &self.layout.time {
            Some(path) => at(path),
            None => TIMES.iter().find_map(|path| at(path)),
        };
        let stamp = Stamp::of(time, message);
        self.layout
            .rows(&self.bytes, message.topic, &stamp, context)?;
        self.found = true;
        Ok(())
    }

    /// Learns that a message was taken whole.
    pub(crate) fn note(&mut self, message: &Message<'_>, limits: &Limits, out: &mut Observations) {
        if self.found && self.told.is_news(message.topic, limits) {
            out.event(self.layout.description(message));
            self.told.0.insert(message.topic.into());
        }
    }
}

fn time(node: Node<'_>) -> Option<twin_core::Timestamp> {
    match node.text() {
        Some(text) => stamp::from_rfc3339(text),
        None => stamp::from_epoch(node.number()?).filter(|time| stamp::is_plausible(*time)),
    }
}
