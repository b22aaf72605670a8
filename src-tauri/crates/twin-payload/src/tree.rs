//! A JSON text, or anything shaped like one, as a tree that can be asked in any order.
//!
//! Kept and filled again, so that its memory is reused: there is no object a value.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use crate::{
    json::{Scalar, Visit, number_value, parse},
    limits::Limits,
    observations::Cell,
    reject::{Reject, RejectKind},
};

/// Memory for this many nodes is kept from message to message.
const KEPT_NODES: usize = 16_384;

/// A tree. Nodes lie in the order of the text, so that what is inside a node follows it.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Held>,
    /// All keys and texts, one after another.
    pool: String,
    /// Nodes that are not over.
    open: Vec<usize>,
    /// Key of the next node.
    key: Range<usize>,
    values: usize,
}

#[derive(Debug)]
struct Held {
    key: Range<usize>,
    value: Value,
    /// The first node that is not inside this one.
    end: usize,
}

#[derive(Clone, Debug)]
enum Value {
    Null,
    Bool(bool),
    I64(i64),
    F64(f64),
    Text(Range<usize>),
    Object,
    Array,
}

/// A value of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    at: usize,
}

impl Tree {
    /// Reads a JSON text; what it held before is gone.
    ///
    /// # Errors
    /// The text is no JSON, nested too deep or has too many values.
    pub(crate) fn read(&mut self, text: &str, limits: &Limits) -> Result<(), Reject> {
        self.clear();
        let depth = limits.json_depth;
        parse(text, depth, &mut Filler { tree: self, limits })
    }

    /// Empties it and keeps its memory, unless the last message was unusually large.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.nodes.shrink_to(KEPT_NODES);
        self.pool.clear();
        self.pool.shrink_to(KEPT_NODES);
        self.open.clear();
        self.key = 0..0;
        self.values = 0;
    }

    /// The whole text; none before anything was read.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, at: 0 })
    }

    /// The next value stands under this key.
    pub(crate) fn put_key(&mut self, key: &str) {
        self.key = self.put(key);
    }

    pub(crate) fn begin(&mut self, object: bool) {
        let value = if object { Value::Object } else { Value::Array };
        self.open.push(self.nodes.len());
        self.push(value);
    }

    pub(crate) fn end(&mut self) {
        let end = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|at| self.nodes.get_mut(at)) {
            node.end = end;
        }
    }

    /// Adds a value without parts.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn put_cell(&mut self, cell: Cell<'_>, limits: &Limits) -> Result<(), Reject> {
        self.values += 1;
        if self.values > limits.json_values {
            let detail = format!("more than {} values in one message", limits.json_values);
            return Err(Reject::new(RejectKind::JsonTooManyValues, detail));
        }
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Bool(v) => Value::Bool(v),
            Cell::I64(v) => Value::I64(v),
            Cell::F64(v) => Value::F64(v),
            Cell::Text(text) => Value::Text(self.put(text)),
        };
        self.push(value);
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.nodes.push(Held {
            key: std::mem::take(&mut self.key),
            value,
            end: self.nodes.len() + 1,
        });
    }

    fn put(&mut self, text: &str) -> Range<usize> {
        let start = self.pool.len();
        self.pool.push_str(text);
        start..self.pool.len()
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.pool.get(range.clone()).unwrap_or_default()
    }
}

impl<'t> Node<'t> {
    fn held(self) -> Option<&'t Held> {
        self.tree.nodes.get(self.at)
    }

    /// The key it stands under; empty in an array and at the root.
    pub(crate) fn key(self) -> &'t str {
        self.held().map_or("", |held| self.tree.slice(&held.key))
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.held(), Some(held) if matches!(held.value, Value::Object))
    }

    pub(crate) fn is_array(self) -> bool {
        matches!(self.held(), Some(held) if matches!(held.value, Value::Array))
    }

    /// What is directly inside it, in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'t>> + Clone {
        let tree = self.tree;
        let end = self.held().map_or(0, |held| held.end);
        let first = self.at + 1;
        std::iter::successors((first < end).then_some(first), move |at| {
            let next = tree.nodes.get(*at)?.end;
            (next < end).then_some(next)
        })
        .map(move |at| Node { tree, at })
    }

    /// The first value under a key of this object.
    pub(crate) fn get(self, key: &str) -> Option<Node<'t>> {
        if !self.is_object() {
            return None;
        }
        self.children().find(|child| child.key() == key)
    }

    /// The value at a path of keys and places joined by `.`.
    pub(crate) fn at_path(self, path: &str) -> Option<Node<'t>> {
        path.split('.').try_fold(self, |node, step| {
            if node.is_array() {
                return node.children().nth(step.parse().ok()?);
            }
            node.get(step)
        })
    }

    /// Its value; none for an object or an array.
    pub(crate) fn cell(self) -> Option<Cell<'t>> {
        Some(match &self.held()?.value {
            Value::Null => Cell::Null,
            Value::Bool(v) => Cell::Bool(*v),
            Value::I64(v) => Cell::I64(*v),
            Value::F64(v) => Cell::F64(*v),
            Value::Text(range) => Cell::Text(self.tree.slice(range)),
            Value::Object | Value::Array => return None,
        })
    }

    pub(crate) fn text(self) -> Option<&'t str> {
        match self.cell() {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A finite number.
    pub(crate) fn number(self) -> Option<f64> {
        match self.cell() {
            Some(Cell::F64(number)) if number.is_finite() => Some(number),
            Some(Cell::I64(number)) => Some(number as f64),
            _ => None,
        }
    }

    pub(crate) fn bool(self) -> Option<bool> {
        match self.cell() {
            Some(Cell::Bool(v)) => Some(v),
            _ => None,
        }
    }

    /// A number that tells this value from others, the same in every run.
    pub(crate) fn fingerprint(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let end = self.held().map_or(self.at, |held| held.end);
        for at in self.at..end {
            let node = Node { at, ..self };
            node.key().hash(&mut hasher);
            node.held().map(|held| held.end - at).hash(&mut hasher);
            match node.cell() {
                Some(Cell::Null) => 0_u8.hash(&mut hasher),
                Some(Cell::Bool(v)) => v.hash(&mut hasher),
                Some(Cell::I64(v)) => v.hash(&mut hasher),
                Some(Cell::F64(v)) => v.to_bits().hash(&mut hasher),
                Some(Cell::Text(v)) => v.hash(&mut hasher),
                None => node.is_object().hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    /// The text under a key, when it is not empty.
    pub(crate) fn text_of(self, key: &str) -> Option<&'t str> {
        self.get(key)?.text().filter(|text| !text.is_empty())
    }

    /// The number under a key.
    pub(crate) fn number_of(self, key: &str) -> Option<f64> {
        self.get(key)?.number()
    }
}

struct Filler<'f> {
    tree: &'f mut Tree,
    limits: &'f Limits,
}

impl Visit for Filler<'_> {
    fn begin_object(&mut self) {
        self.tree.begin(true);
    }

    fn end_object(&mut self) {
        self.tree.end();
    }

    fn begin_array(&mut self) {
        self.tree.begin(false);
    }

    fn end_array(&mut self) {
        self.tree.end();
    }

    fn key(&mut self, key: &str) {
        self.tree.put_key(key);
    }

    fn index(&mut self, _: usize) {}

    fn leave(&mut self) {}

    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Reject> {
        let cell = match scalar {
            Scalar::Null => Cell::Null,
            Scalar::Bool(v) => Cell::Bool(v),
            Scalar::Number(number, written) => number_value(number, written),
            Scalar::Text(text) => Cell::Text(text),
        };
        self.tree.put_cell(cell, self.limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_answers_in_any_order() {
        let mut tree = Tree::default();
        assert!(tree.root().is_none());
        let text = r#"{"a":[],"b":{"c":[1,{"d":"x"},9007199254740993]},"e":null,"a":true}"#;
        tree.read(text, &Limits::default()).unwrap();
        let root = tree.root().unwrap();
        let keys: Vec<&str> = root.children().map(Node::key).collect();
        assert_eq!(keys, ["a", "b", "e", "a"]);
        assert_eq!(root.get("a").unwrap().children().count(), 0);
        assert_eq!(root.at_path("b.c.1.d").unwrap().text(), Some("x"));
        assert_eq!(root.at_path("b.c.0").unwrap().number(), Some(1.0));
        let whole = root.at_path("b.c.2").unwrap().cell();
        assert_eq!(whole, Some(Cell::I64(9_007_199_254_740_993)));
        assert_eq!(root.get("e").unwrap().cell(), Some(Cell::Null));
        assert!(root.at_path("b.c.3").is_none());
        assert!(root.at_path("b.x").is_none());
    }

    #[test]
    fn values_are_bounded() {
        let limits = Limits {
            json_values: 2,
            ..Limits::default()
        };
        let mut tree = Tree::default();
        assert!(tree.read("[1,2]", &limits).is_ok());
        let reject = tree.read("[1,2,3]", &limits).unwrap_err();
        assert_eq!(reject.kind, RejectKind::JsonTooManyValues);
    }
}
