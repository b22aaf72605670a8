//! Rows out of a tree of values that has a tree of their times beside it.

use std::collections::HashMap;

use twin_core::{Quality, Timestamp};

use crate::{reject::Reject, stamp::Stamp, tree::Node, walk::Sink};

/// How a convention writes such trees.
pub(crate) trait Dialect {
    /// The time that stands beside a value, or beside an object for all that is in it.
    fn time(beside: Node<'_>) -> Option<Timestamp>;

    /// Whether what stands under this key is a value.
    fn is_value(_key: &str) -> bool {
        true
    }

    /// The value inside an object that stands for one, and its quality when that is not as usual.
    fn inside(_node: Node<'_>) -> Option<(Node<'_>, Option<Quality>)> {
        None
    }
}

/// Adds every value of a tree, with the time that stands beside it or `otherwise`.
///
/// # Errors
/// As [`Context::row`](crate::reader::Context::row).
pub(crate) fn rows<D: Dialect>(
    node: Node<'_>,
    beside: Option<Node<'_>>,
    otherwise: Option<Timestamp>,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    let time = beside.and_then(D::time).or(otherwise);
    sink.stamp = Stamp::of(time, sink.message);
    if let Some(cell) = node.cell() {
        return sink.cell(cell);
    }
    if let Some((value, quality)) = D::inside(node) {
        sink.stamp.quality = quality.unwrap_or(sink.stamp.quality);
        return sink.rows(value);
    }
    // Both trees tend to have the same order; a table is made only where they do not.
    let times = beside.into_iter().flat_map(Node::children);
    let mut times = times.filter(|beside| D::is_value(beside.key())).peekable();
    let mut table: Option<HashMap<&str, Node<'_>>> = None;
    for (index, child) in node.children().enumerate() {
        let key = child.key();
        if node.is_array() {
            let beside = times.next();
            sink.at_index(index, |sink| rows::<D>(child, beside, time, sink))?;
        } else if D::is_value(key) {
            let beside = match times.next_if(|beside| beside.key() == key) {
                None => {
                    let all = || beside.into_iter().flat_map(Node::children);
                    let table =
                        table.get_or_insert_with(|| all().map(|node| (node.key(), node)).collect());
                    table.get(key).copied()
                }
                found => found,
            };
            sink.at(key, |sink| rows::<D>(child, beside, time, sink))?;
        }
    }
    Ok(())
}

/// How many values a tree has.
pub(crate) fn values<D: Dialect>(node: Node<'_>) -> u64 {
    if node.cell().is_some() || D::inside(node).is_some() {
        return 1;
    }
    let children = node.children().filter(|child| D::is_value(child.key()));
    children.map(values::<D>).sum()
}
