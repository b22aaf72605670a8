//! JSON values that know their line and their path.

use std::sync::Arc;

/// Bounds of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files together.
    pub bytes: usize,
    /// Values of all files together: objects, arrays, texts, numbers, booleans and nulls.
    pub values: usize,
    /// Arrays and objects within one another.
    pub depth: usize,
    /// Faults that are told; the rest is counted.
    pub faults: usize,
    /// Steps from element to element that checking and inheriting may take.
    pub steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 32 << 20,
            values: 2_000_000,
            depth: 128,
            faults: 1_000,
            steps: 5_000_000,
        }
    }
}

/// Longest name that is shown whole in a path, in bytes.
const STEP_MAX: usize = 80;
/// Deepest path that is shown whole, in steps.
const STEPS_MAX: usize = 64;

/// A JSON document.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) file: Arc<str>,
    /// Place of the file among those read together.
    pub(crate) number: u32,
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    /// Place among the parent's members or items.
    pub(super) place: u32,
    pub(super) line: u32,
    pub(super) bytes: u32,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As written.
    Number(Box<str>),
    Text(Box<str>),
    Array(Vec<u32>),
    Object(Vec<(Box<str>, u32)>),
}

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) json: &'a Json,
    index: u32,
}

impl Json {
    pub(crate) fn root(&self) -> View<'_> {
        self.view(0)
    }

    pub(super) fn view(&self, index: u32) -> View<'_> {
        View { json: self, index }
    }

    /// How many values it has.
    pub(crate) fn values(&self) -> usize {
        self.nodes.len()
    }
}

impl<'a> View<'a> {
    fn node(self) -> Option<&'a Node> {
        self.json.nodes.get(self.index as usize)
    }

    fn with(self, index: u32) -> View<'a> {
        View {
            json: self.json,
            index,
        }
    }

    pub(crate) fn kind(self) -> &'a Kind {
        self.node().map_or(&Kind::Null, |node| &node.kind)
    }

    /// Line on which it begins, from 1.
    pub(crate) fn line(self) -> u32 {
        self.node().map_or(1, |node| node.line)
    }

    /// Length of its text in the file, in bytes.
    pub(crate) fn bytes(self) -> u32 {
        self.node().map_or(0, |node| node.bytes)
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        match self.kind() {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, when it is finite.
    pub(crate) fn number(self) -> Option<f64> {
        match self.kind() {
            Kind::Number(text) => text.parse().ok().filter(|value: &f64| value.is_finite()),
            _ => None,
        }
    }

    /// The number, when it is whole and fits 64 bits.
    pub(crate) fn whole(self) -> Option<i64> {
        let Kind::Number(text) = self.kind() else {
            return None;
        };
        text.parse().ok().or_else(|| {
            let value = self.number()?;
            let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
            whole.then_some(value as i64)
        })
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.kind(), Kind::Object(_))
    }

    /// Its members in the order of the file; none when it is not an object.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'a str, View<'a>)> {
        let members: &'a [(Box<str>, u32)] = match self.kind() {
            Kind::Object(members) => members,
            _ => &[],
        };
        members
            .iter()
            .map(move |(name, index)| (&**name, self.with(*index)))
    }

    /// Its items, when it is an array.
    pub(crate) fn items(self) -> Option<impl ExactSizeIterator<Item = View<'a>>> {
        match self.kind() {
            Kind::Array(items) => Some(items.iter().map(move |index| self.with(*index))),
            _ => None,
        }
    }

    /// The member of this name.
    pub(crate) fn get(self, name: &str) -> Option<View<'a>> {
        self.members()
            .find(|(member, _)| *member == name)
            .map(|(_, value)| value)
    }

    /// Its items when it is an array, else itself.
    pub(crate) fn each(self) -> Vec<View<'a>> {
        match self.items() {
            Some(items) => items.collect(),
            None => vec![self],
        }
    }

    /// "a text", "a number" and so on.
    pub(crate) fn sort(self) -> &'static str {
        match self.kind() {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    /// JSON Pointer to it.
    pub(crate) fn path(self) -> String {
        let mut steps = Vec::new();
        let mut view = self;
        while view.index != 0 {
            let Some(node) = view.node() else { break };
            let parent = view.with(node.parent);
            steps.push(match parent.kind() {
                Kind::Object(members) => members
                    .get(node.place as usize)
                    .map_or_else(String::new, |(name, _)| escaped(name)),
                _ => node.place.to_string(),
            });
            view = parent;
        }
        steps.reverse();
        if steps.len() > STEPS_MAX {
            let tail = steps.split_off(steps.len() - STEPS_MAX / 2);
            steps.truncate(STEPS_MAX / 2);
            steps.push("...".into());
            steps.extend(tail);
        }
        steps.iter().map(|step| format!("/{step}")).collect()
    }
}

fn escaped(name: &str) -> String {
    shown(name).replace('~', "~0").replace('/', "~1")
}

/// A text of the file as a sentence may quote it: not longer than a name should be.
pub(crate) fn shown(text: &str) -> String {
    if text.len() <= STEP_MAX {
        return text.to_owned();
    }
    let mut end = STEP_MAX;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", &text[..end])
}
